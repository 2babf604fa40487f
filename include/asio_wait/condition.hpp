// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/wait_condition.hpp>
#include <asio_wait/return_when.hpp>

#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>

// Further conditions, wherever first_completed, first_exception and all_completed are taken. The
// split is the same and nothing is cancelled. A condition that can no longer be met ends like
// all_completed.

namespace asio_wait::inline v0 {

/// At least one task has succeeded; failures and cancellations are waited out.
struct first_success_t {};
/// At least one task has succeeded, or all have ended.
inline constexpr first_success_t first_success{};

/// Made by at_least().
struct at_least_condition {
    std::size_t count; ///< of tasks that must have ended
};

/// So many tasks have ended, in whatever way. `at_least(1)` is first_completed.
constexpr at_least_condition at_least(std::size_t count) noexcept {
    return {count};
}

/// Made by until().
template<class Predicate>
struct until_condition {
    Predicate predicate; ///< asked for each task that has ended
};

/// The predicate has said yes to a task that has ended.
/** It is asked once for each, in order of completion, `bool(const Task&)`, on the handler's executor
 *  and never under a lock; it may keep count in itself. What it throws is the error of the wait,
 *  whose completion signature then is `void(std::exception_ptr, ...)` instead of
 *  `void(boost::system::error_code, ...)`. */
template<class Predicate>
until_condition<std::decay_t<Predicate>> until(Predicate&& predicate) {
    return {std::forward<Predicate>(predicate)};
}

namespace detail {

/// What the parser of arguments knows about the type of a condition.
template<class>
struct condition_traits {
    static constexpr bool is_condition = false;
};

template<>
struct condition_traits<return_when> {
    static constexpr bool is_condition = true;
    static constexpr wait_condition make(return_when w) noexcept { return condition_of(w); }
};

template<>
struct condition_traits<first_success_t> {
    static constexpr bool is_condition = true;
    static constexpr wait_condition make(first_success_t) noexcept {
        return {outcome(task_status::succeeded)};
    }
};

template<>
struct condition_traits<at_least_condition> {
    static constexpr bool is_condition = true;
    static constexpr wait_condition make(at_least_condition c) noexcept {
        return {any_outcome, c.count};
    }
};

template<class Predicate>
struct condition_traits<until_condition<Predicate>> {
    static constexpr bool is_condition = true;
    template<class C>
    static constexpr C&& make(C&& c) noexcept {
        return std::forward<C>(c);
    }
};

template<class T>
inline constexpr bool is_until = false;
template<class Predicate>
inline constexpr bool is_until<until_condition<Predicate>> = true;

} // namespace detail
} // namespace asio_wait::inline v0
