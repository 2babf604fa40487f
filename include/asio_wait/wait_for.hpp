// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/call_arguments.hpp>
#include <asio_wait/detail/join_op.hpp>
#include <asio_wait/detail/start_task.hpp>
#include <asio_wait/timeout_error.hpp>

#include <boost/assert/source_location.hpp>

#include <type_traits>
#include <utility>

namespace asio_wait::inline v0 {

namespace detail {

template<class Place>
struct initiate_wait_for : one_task_initiation<Place> {
    template<class Handler, class Element, class Timeout>
    void operator()(Handler&& handler, Element element, Timeout timeout) {
        using traits = element_traits<Element>;
        using payload = joined_value<typename traits::value_type, traits::is_new>;
        const auto io = this->get_executor();
        auto limit = timeout.make_limit();
        if (traits::is_new && limit.expired())
            return start_wait(std::forward<Handler>(handler), io, payload(nullptr),
                              std::move(limit));
        const auto where = this->place.of(handler, io);
        const auto& t = start_task(where, std::move(element), this->at);
        start_guard started(1);
        if (traits::is_new)
            started.add(state_of(t));
        start_wait(std::forward<Handler>(handler), io, payload(state_of(t)), std::move(limit));
        started.dismiss();
    }
};

template<class... Args>
auto wait_for_with_arguments(const boost::source_location& at, Args&&... args) {
    using call = call_arguments<Args...>;
    constexpr bool well_formed = call::in_order && call::at.task_count == 1 && !call::at.is_range &&
                                 call::no_condition && call::at.limit != none;
    static_assert(well_formed,
                  "asio_wait: the arguments are ([executor], task, timeout, [token]), in this "
                  "order; task is a task<T>, an awaitable or a deferred operation");
    if constexpr (well_formed && call::usable) {
        call c(std::forward<Args>(args)...);
        return start_for_one<initiate_wait_for>(c, at, c.timeout());
    }
}

} // namespace detail

/// Waits for one task with a time limit; when it runs out, the task is cancelled and waited for.
/** `wait_for([executor], task, timeout, [token])`, where `task` is a `task<T>`, or an awaitable or a
 *  deferred operation, which is started.
 *
 *  @par Requirements   A handle that is not empty, else `invalid_task_state` is thrown here.
 *  @par Completion     `void(std::exception_ptr, T)` (without T for void), when the task has ended.
 *       The limit counts from the start. A value, or an error other than its cancellation, wins,
 *       even when it comes after the limit. When the limit is zero or negative, work that has not
 *       begun never does; a task that has ended gives its outcome all the same. (A timer given as
 *       the limit is looked at only where it runs, so such work does begin.)
 *  @par Errors         `timeout_error` when the task ended as cancelled because of the limit;
 *       `operation_aborted` when it ended so because this wait was cancelled, or somebody else
 *       cancelled the task; the task's own error, unchanged.
 *  @par Cancellation   terminal, partial, total: passed on to the task, each request; the wait goes
 *       on until it has ended. A request before the start has no effect, as everywhere in Asio; one
 *       that comes when the task has ended, but before the handler runs, gives `operation_aborted`.
 *  @par Cancel safety  A task keeps its outcome. When the cancel comes after the end of work that was
 *       started here, its value is lost, and its error goes to the hook for unobserved exceptions.
 *  @par Executor       The handler is posted to its associated executor, by default the executor
 *       named, else the task's, else system_executor; work that is started runs on the executor
 *       named, else on the handler's.
 *  @par Thread safety  Any thread.
 *  @par Lifetimes      As create_task for what is started. A timer given as the limit must live
 *       until the handler runs.
 *  @par Cost           O(1); as async_join, create_task for what is started, and a timer.
 *  @par asyncio        `asyncio.wait_for(aw, timeout)`. Differs: a result that is there beats the
 *       timer.
 *  @par Example        @snippet family.cpp wait_for */
template<class... Args>
requires(!detail::has_token<Args...>()) [[nodiscard]] auto wait_for(Args&&... args) {
    return detail::wait_for_with_arguments(BOOST_CURRENT_LOCATION, std::forward<Args>(args)...);
}

template<class... Args>
requires(detail::has_token<Args...>()) auto wait_for(Args&&... args) {
    return detail::wait_for_with_arguments(BOOST_CURRENT_LOCATION, std::forward<Args>(args)...);
}

} // namespace asio_wait::inline v0
