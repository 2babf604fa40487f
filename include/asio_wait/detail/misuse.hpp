// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>

#include <stdexcept>
#include <typeinfo>

namespace asio_wait::inline v0 {

/// A handle was asked for something it does not have (yet, or any more).
class ASIO_WAIT_TYPE_VISIBLE invalid_task_state : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

/// A scope was used after its end, or in a state that does not allow it.
class ASIO_WAIT_TYPE_VISIBLE invalid_scope_state : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

/// `any_task::get<T>()` named a type that is not the task's.
class ASIO_WAIT_TYPE_VISIBLE bad_task_cast : public std::bad_cast {
public:
    const char* what() const noexcept override {
        return "asio_wait: the task holds a value of another type";
    }
};

namespace detail {

// Defined in the archive: the cold part of the checks in the handles.
enum class misuse {
    empty_handle,
    not_done,
    taken,
    moved_from,
    timeout_expired,
    timeout_over,
    timeout_of_timer,
    group_over,
    group_aborting,
    started_twice,
    never_started
};

[[noreturn]] ASIO_WAIT_DECL void throw_misuse(misuse what);
[[noreturn]] ASIO_WAIT_DECL void throw_bad_task_cast();

} // namespace detail
} // namespace asio_wait::inline v0
