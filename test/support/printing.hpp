// SPDX-License-Identifier: BSL-1.0
#pragma once

// What Boost.Test shows of our types when a check fails: tasks by name, enums by word.

#include <asio_wait/any_task.hpp>
#include <asio_wait/return_when.hpp>
#include <asio_wait/task.hpp>

#include <boost/asio/cancellation_type.hpp>

#include <ostream>
#include <string>

namespace asio_wait {

inline std::ostream& boost_test_print_type(std::ostream& out, return_when condition) {
    switch (condition) {
    case return_when::first_completed:
        return out << "first_completed";
    case return_when::first_exception:
        return out << "first_exception";
    case return_when::all_completed:
        return out << "all_completed";
    }
    return out << "return_when(" << static_cast<int>(condition) << ")";
}

template<class T>
std::ostream& boost_test_print_type(std::ostream& out, const task<T>& t) {
    return out << (t ? t.name() : std::string("empty task"));
}

inline std::ostream& boost_test_print_type(std::ostream& out, const any_task& t) {
    return out << (t ? t.name() : std::string("empty any_task"));
}

} // namespace asio_wait

namespace boost::asio {

inline std::ostream& boost_test_print_type(std::ostream& out, cancellation_type type) {
    switch (type) {
    case cancellation_type::none:
        return out << "none";
    case cancellation_type::terminal:
        return out << "terminal";
    case cancellation_type::partial:
        return out << "partial";
    case cancellation_type::total:
        return out << "total";
    default:
        return out << "cancellation_type(" << static_cast<unsigned>(type) << ")";
    }
}

} // namespace boost::asio

namespace test {

/// The names of some tasks, in order, with a space between: `names(r.done) == "fast slow"`.
template<class Tasks>
std::string names(const Tasks& tasks) {
    std::string text;
    for (const auto& t : tasks)
        text += (text.empty() ? "" : " ") + (t ? t.name() : std::string("<empty>"));
    return text;
}

} // namespace test
