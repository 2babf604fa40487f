// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/task_base.hpp>

#include <optional>
#include <type_traits>
#include <utility>

namespace asio_wait::inline v0::detail {

/// What a task of void holds.
struct void_value {};

template<class T>
using stored = std::conditional_t<std::is_void_v<T>, void_value, T>;

/// A task and its value. The value is written once, before the status, and not changed until taken.
template<class T>
class task_state : public task_base {
    static_assert(
        !std::is_reference_v<T>,
        "asio_wait: a task cannot hold a reference; use a pointer or std::reference_wrapper");

public:
    using value_type = stored<T>;

    template<class... Args>
    void set_value(Args&&... args) {
        value_.emplace(std::forward<Args>(args)...);
    }

    /// Valid once the task has succeeded.
    value_type& value() noexcept { return *value_; }

    const value_type& read_value() {
        if (value_taken())
            throw_misuse(misuse::taken);
        return value();
    }

    value_type take_value() {
        if (!claim_value())
            throw_misuse(misuse::taken);
        return std::move(value());
    }

    /// Ends the task with a value made from `args`, or with what making it throws.
    template<class... Args>
    void complete_with_value(Args&&... args) {
        std::exception_ptr error;
        try {
            set_value(std::forward<Args>(args)...);
        } catch (...) {
            error = std::current_exception();
        }
        this->complete(std::move(error));
    }

protected:
    using task_base::task_base;
    ~task_state() = default;

private:
    std::optional<value_type> value_;
};

} // namespace asio_wait::inline v0::detail
