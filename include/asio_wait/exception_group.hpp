// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/late.hpp>
#include <asio_wait/detail/range_concepts.hpp>
#include <asio_wait/detail/task_handle.hpp>

#include <boost/assert/source_location.hpp>

#include <concepts>
#include <cstdint>
#include <exception>
#include <iterator>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace asio_wait::inline v0 {

/// The failure of one task, with what is needed to find it.
struct task_error {
    std::uint64_t id;                  ///< of the task, as its handle's id()
    std::string name;                  ///< of the task
    boost::source_location spawned_at; ///< where the task was created
    std::exception_ptr exception;      ///< what it failed with
};

namespace detail {

// Templates, so that only who makes a group compiles them; `String` is nobody's to choose.

template<class String, class Error>
String described(const Error& e) {
    String text = "task '" + e.name + '\'';
    if (e.spawned_at.line() != 0)
        text += String(" (spawned at ") + e.spawned_at.file_name() + ':' +
                std::to_string(e.spawned_at.line()) + ')';
    text += " failed: ";
    try {
        std::rethrow_exception(e.exception);
    } catch (const std::exception& x) {
        text += x.what();
    } catch (...) {
        text += "an exception not derived from std::exception";
    }
    return text;
}

// A group inside a group has several lines.
template<class String>
String indented(const String& lines) {
    String text;
    for (const char c : lines) {
        text += c;
        if (c == '\n')
            text += "  ";
    }
    return text;
}

template<class String, class Error>
String described(const std::vector<Error>& errors) {
    if (errors.size() == 1)
        return described<String>(errors.front());
    String text = std::to_string(errors.size()) + " tasks failed";
    for (const Error& e : errors)
        text += "\n  " + indented(described<String>(e));
    return text;
}

} // namespace detail

/// Every error of several tasks, in order of completion. Also one alone stays a group.
class ASIO_WAIT_TYPE_VISIBLE exception_group : public std::exception {
public:
    /// From errors in the order to be kept.
    template<std::same_as<task_error> Error = task_error> // see detail/late.hpp
    explicit exception_group(std::type_identity_t<std::vector<Error>> errors)
        : data_(std::make_shared<detail::late<const data, Error>>(std::move(errors))) {}

    /// From tasks, such as `done` of a wait: those that failed. Counts as reading their errors.
    template<std::ranges::input_range R>
    requires(detail::handle<std::ranges::range_reference_t<R>>) explicit exception_group(
        const R& tasks)
        : exception_group(errors_of(tasks)) {}

    /// All of them.
    const std::vector<task_error>& errors() const noexcept { return data_->errors; }

    /// One line for each error: the task's name, where it was spawned, and what().
    const char* what() const noexcept override { return data_->text.c_str(); }

private:
    struct data {
        template<class Errors>
        explicit data(Errors e)
            : errors(std::move(e)), text(detail::described<std::string>(errors)) {}

        std::vector<task_error> errors;
        std::string text;
    };

    template<class R>
    static std::vector<task_error> errors_of(const R& tasks) {
        detail::late<std::vector<task_error>, R> errors;
        for (const auto& t : tasks)
            if (t.failed())
                errors.push_back({t.id(), t.name(), t.spawned_at(), t.exception()});
        return errors;
    }

    std::shared_ptr<const data> data_; // so that copies cannot throw
};

} // namespace asio_wait::inline v0
