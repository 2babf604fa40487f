// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/task_handle.hpp>
#include <asio_wait/task.hpp>

#include <functional>
#include <utility>

namespace asio_wait::inline v0 {

/// A task handle that does not say its value's type, for collections of different tasks.
/** Made from every `task<T>`, and equal to it, with an equal hash. */
class any_task : public detail::task_handle {
public:
    /// An empty handle.
    any_task() noexcept = default;

    /// Another handle to the same task.
    template<class T>
    any_task(const task<T>& t) noexcept : task_handle(t) {}
    /// The same handle; the other one is empty then.
    template<class T>
    any_task(task<T>&& t) noexcept : task_handle(std::move(t)) {}

    /// The typed handle; `bad_task_cast` when the task's value is of another type.
    template<class T>
    task<T> get() const {
        if (!holds<T>())
            detail::throw_bad_task_cast();
        return detail::handle_access::make<task<T>>(this->state_);
    }

    /// Whether the task's value is of type T, so that get<T>() will do.
    template<class T>
    bool holds() const {
        return *this->checked().type().value == detail::type_tag_of<T>;
    }

private:
    explicit any_task(detail::ref_ptr<detail::task_base> state) noexcept
        : task_handle(std::move(state)) {}

    friend struct detail::handle_access;
};

} // namespace asio_wait::inline v0

template<>
struct std::hash<asio_wait::any_task> : asio_wait::detail::handle_hash {};
