// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/call_arguments.hpp>
#include <asio_wait/detail/get_op.hpp>
#include <asio_wait/detail/start_task.hpp>
#include <asio_wait/timeout_error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/assert/source_location.hpp>

#include <cstddef>
#include <exception>
#include <type_traits>
#include <utility>

namespace asio_wait::inline v0::detail {

/// A value on its way through a completion signature; `co_await` without a token unpacks it.
template<class T>
using value_signature = get_signature_t<T>;

/// Waits for one task with a limit: what ends the wait asks the task to end, and the outcome of the
/// task decides. Without a task the limit had run out before it was started.
template<class T, bool Take>
class joined_value : public plain_wait {
public:
    static constexpr const char* what = "wait_for";
    static constexpr bool cancellable_when_over = false;
    using core_type = joining_core<cancel_task>;

    explicit joined_value(ref_ptr<task_state<T>> t) noexcept : state_(std::move(t)) {}

    std::size_t prepare() const noexcept { return state_ ? 1 : 0; }

    ref_ptr<core_type> make_core(wait_node* nodes, std::size_t count, ref_ptr<context_core> context,
                                 pending_op* op) const {
        if (state_)
            nodes->task = state_.get();
        return core_type::create({no_outcome}, count, std::move(context), op, {state_});
    }

    auto result(wait_core& core, wait_node* nodes, std::size_t count) const {
        done_list done;
        const stop_reason why = core.close(nodes, count, done);
        if (!state_)
            return error_instead<T>(exception_from<timeout_error>());
        // It had ended when the cancel came: asyncio's wait_for then is cancelled, too, and the task
        // keeps its value.
        if (core.late())
            return error_instead<T>(as_exception(asio::error::operation_aborted));
        if (state_->status() == task_status::cancelled) {
            state_->mark_observed();
            if (why == stop_reason::cancelled)
                return error_instead<T>(as_exception(asio::error::operation_aborted));
            if (why == stop_reason::limit)
                return error_instead<T>(exception_from<timeout_error>());
        }
        constexpr bool take = Take || !std::is_copy_constructible_v<T>;
        return read_outcome<T, take>(*state_);
    }

private:
    ref_ptr<task_state<T>> state_;
};

/// The state behind a handle that must not be empty.
template<class T>
ref_ptr<task_state<T>> state_of(const task<T>& t) {
    const auto& s = handle_access::state(t);
    if (!s)
        throw_misuse(misuse::empty_handle);
    return ref_ptr<task_state<T>>::share(static_cast<task_state<T>*>(s.get()));
}

/// The result of co_await without a token, where a completion would pass an optional.
template<class T, class Operation>
asio::awaitable<T> unwrapped(Operation operation) {
    auto value = co_await std::move(operation)(asio::use_awaitable);
    co_return std::move(*value);
}

/// What a call returns that gives a T: what its token says; without one (or for asio::deferred) a
/// deferred operation or, for a T that no completion handler can take, an awaitable.
template<class T, class Token, class Initiation, class... Args>
auto initiated_or_unwrapped(Token&& token, Initiation initiation, Args&&... args) {
    constexpr bool wrapped = !std::is_void_v<T> && !std::is_default_constructible_v<T> &&
                             std::is_same_v<std::decay_t<Token>, asio::deferred_t>;
    if constexpr (wrapped)
        return unwrapped<T>(initiate_with<value_signature<T>>(
            std::forward<Token>(token), std::move(initiation), std::forward<Args>(args)...));
    else
        return initiate_with<value_signature<T>>(std::forward<Token>(token), std::move(initiation),
                                                 std::forward<Args>(args)...);
}

template<class T, class Call, class Initiation, class... Args>
auto awaited_or_initiated(Call& c, Initiation initiation, Args&&... args) {
    return initiated_or_unwrapped<T>(c.token(), std::move(initiation), std::forward<Args>(args)...);
}

/// How a call for one task begins: wait_for and shield.
template<class Place>
struct one_task_initiation {
    using executor_type = asio::any_io_executor;

    Place place;
    ref_ptr<task_base> task; // null for work that has not begun
    boost::source_location at;

    executor_type get_executor() const {
        return task ? executor_or_system<executor_type>(task) : place.io();
    }
};

template<template<class> class Initiation, class Call, class... More>
auto start_for_one(Call& c, const boost::source_location& at, More... more) {
    auto place = start_place_of(c);
    using element = std::remove_cvref_t<typename Call::first_type>;
    using value = typename element_traits<element>::value_type;
    element e = c.task();
    ref_ptr<task_base> task;
    if constexpr (handle<element>)
        task = state_of(e);
    return awaited_or_initiated<value>(
        c, Initiation<decltype(place)>{{std::move(place), std::move(task), at}}, std::move(e),
        std::move(more)...);
}

} // namespace asio_wait::inline v0::detail
