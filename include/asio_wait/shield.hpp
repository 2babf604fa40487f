// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/call_arguments.hpp>
#include <asio_wait/detail/join_op.hpp>
#include <asio_wait/detail/start_task.hpp>

#include <boost/assert/source_location.hpp>

#include <type_traits>
#include <utility>

namespace asio_wait::inline v0 {

namespace detail {

template<class T>
struct shielded : one_value<T, false> {
    static constexpr const char* what = "shield";
    using one_value<T, false>::one_value;
};

template<class Place>
struct initiate_shield : one_task_initiation<Place> {
    template<class Handler, class Element>
    void operator()(Handler&& handler, Element element) {
        using traits = element_traits<Element>;
        using value = typename traits::value_type;
        const auto io = this->get_executor();
        const auto where = this->place.of(handler, io);
        const auto& t = start_task(where, std::move(element), this->at);
        start_guard started(1);
        if (traits::is_new)
            started.add(state_of(t));
        start_wait(std::forward<Handler>(handler), io, shielded<value>(state_of(t)), no_limit());
        started.dismiss();
    }
};

template<class... Args>
auto shield_with_arguments(const boost::source_location& at, Args&&... args) {
    using call = call_arguments<Args...>;
    constexpr bool well_formed = call::in_order && call::at.task_count == 1 && !call::at.is_range &&
                                 call::no_condition && call::at.limit == none;
    static_assert(well_formed,
                  "asio_wait: the arguments are ([executor], task, [token]), in this order; task "
                  "is a task<T>, an awaitable or a deferred operation");
    if constexpr (well_formed) {
        call c(std::forward<Args>(args)...);
        return start_for_one<initiate_shield>(c, at);
    }
}

} // namespace detail

/// Waits for a task without letting a cancel through to it.
/** `shield([executor], task, [token])`, where `task` is a `task<T>`, or an awaitable or a deferred
 *  operation, which is started. For a task it is `async_get`; the result without a token can be
 *  passed to wait_for and gather.
 *
 *  @par Requirements   A handle that is not empty, else `invalid_task_state` is thrown here.
 *  @par Completion     `void(std::exception_ptr, T)` (without T for void), when the task has ended.
 *  @par Errors         The task's own error; `operation_aborted` when the wait was cancelled.
 *  @par Cancellation   terminal, partial, total: they end the wait at once and leave the task alone.
 *       A request before the start has no effect, as everywhere in Asio.
 *  @par Cancel safety  Nothing is lost; the task runs on. One that was started here has no handle:
 *       when it fails later, the unobserved exception handler hears of it.
 *  @par Executor       As wait_for.
 *  @par Thread safety  Any thread.
 *  @par Lifetimes      As create_task for what is started.
 *  @par Cost           As async_get, and create_task for what is started.
 *  @par asyncio        `asyncio.shield(aw)`. Differs: the running task owns itself.
 *  @par Example        @snippet family.cpp shield */
template<class... Args>
requires(!detail::has_token<Args...>()) [[nodiscard]] auto shield(Args&&... args) {
    return detail::shield_with_arguments(BOOST_CURRENT_LOCATION, std::forward<Args>(args)...);
}

template<class... Args>
requires(detail::has_token<Args...>()) auto shield(Args&&... args) {
    return detail::shield_with_arguments(BOOST_CURRENT_LOCATION, std::forward<Args>(args)...);
}

} // namespace asio_wait::inline v0
