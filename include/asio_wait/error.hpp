// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/misuse.hpp>

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>

#include <string>
#include <type_traits>

namespace asio_wait::inline v0 {

/// Error codes of this library, in the style of `boost::asio::error`.
namespace error {

/// What goes wrong with a task without being its own error.
enum task_errors {
    /// The task's context was destroyed before the task had ended.
    task_abandoned = 1
};

} // namespace error

namespace detail {

class task_category final : public boost::system::error_category {
public:
    // The number makes two copies of the category, one per shared object, compare equal.
    constexpr task_category() noexcept : error_category(0x8f1d7a5c93b04e26) {}

    const char* name() const noexcept override { return "asio_wait"; }

    std::string message(int value) const override {
        return value == error::task_abandoned
                   ? "The task's execution context was destroyed before the task had ended"
                   : "Unknown asio_wait error";
    }
};

} // namespace detail

namespace error {

/// The category of task_errors.
inline const boost::system::error_category& get_task_category() noexcept {
    static constexpr detail::task_category instance;
    return instance;
}

/// Makes an error_code of it, where one is asked for.
inline boost::system::error_code make_error_code(task_errors e) noexcept {
    return {static_cast<int>(e), get_task_category()};
}

} // namespace error
} // namespace asio_wait::inline v0

template<>
struct boost::system::is_error_code_enum<asio_wait::error::task_errors> : std::true_type {};
