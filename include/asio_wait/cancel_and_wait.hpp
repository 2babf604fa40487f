// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/call_arguments.hpp>
#include <asio_wait/detail/cancel_batch.hpp>
#include <asio_wait/detail/collection_op.hpp>
#include <asio_wait/detail/start_guard.hpp>
#include <asio_wait/detail/task_sources.hpp>
#include <asio_wait/wait_result.hpp>

#include <boost/asio/cancellation_type.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace asio_wait::inline v0 {

namespace detail {

/// Tasks that are asked to end when the operation is initiated.
template<class Source>
struct cancelled_source {
    using task_type = typename Source::task_type;

    Source source;

    std::size_t size() const noexcept { return started_by(source); }

    std::vector<task_type> take(start_guard& started) && {
        BOOST_ASIO_HANDLER_LOCATION((__FILE__, __LINE__, "cancel_and_wait"));
        auto tasks = take_tasks(std::move(source), started);
        cancel_tasks all;
        all.tasks.reserve(tasks.size());
        for (const auto& t : tasks)
            if (t) // an empty handle is refused by the wait
                all.tasks.push_back(handle_access::state(t));
        all.cancel(static_cast<unsigned>(asio::cancellation_type::terminal));
        return tasks;
    }
};

template<class... Args>
auto cancel_and_wait_with_arguments(Args&&... args) {
    using call = call_arguments<Args...>;
    constexpr bool well_formed = call::in_order && call::at.only_handles && call::no_condition;
    static_assert(well_formed,
                  "asio_wait: the arguments are ([executor], tasks, [grace period], [token]), in "
                  "this order; tasks is a range of task<T> or any_task, or handles one by one");
    if constexpr (well_formed && call::usable) {
        call c(std::forward<Args>(args)...);
        return with_tasks(c, [&c]<class Source>(Source source, initiate_wait_for_tasks initiation) {
            using result = wait_result<typename Source::task_type>;
            return initiate_with<void(boost::system::error_code, result)>(
                c.token(), std::move(initiation), cancelled_source<Source>{std::move(source)},
                c.condition(), c.timeout());
        });
    }
}

} // namespace detail

/// Cancels tasks and waits until they have ended: the usual follow-up to `pending`.
/** `cancel_and_wait([executor], tasks, [grace period], [token])`, with tasks as in wait_for_tasks.
 *
 *  @par Requirements   As wait_for_tasks.
 *  @par Completion     `void(boost::system::error_code, wait_result<Task>)`, when all have ended or
 *       the grace period has run out; those that are stuck are then in `pending`.
 *  @par Errors         As wait_for_tasks.
 *  @par Cancellation   terminal, partial, total: they end the wait; the tasks have been cancelled all
 *       the same.
 *  @par Cancel safety  As wait_for_tasks.
 *  @par Executor       As wait_for_tasks.
 *  @par Thread safety  Any thread.
 *  @par Lifetimes      As wait_for_tasks.
 *  @par Cost           As wait_for_tasks, and a post for each task.
 *  @par asyncio        `for t in ts: t.cancel()` and `asyncio.wait(ts, timeout=grace)`.
 *  @par Example        @snippet family.cpp cancel_and_wait */
template<class... Args>
requires(!detail::has_token<Args...>()) [[nodiscard]] auto cancel_and_wait(Args&&... args) {
    return detail::cancel_and_wait_with_arguments(std::forward<Args>(args)...);
}

template<class... Args>
requires(detail::has_token<Args...>()) auto cancel_and_wait(Args&&... args) {
    return detail::cancel_and_wait_with_arguments(std::forward<Args>(args)...);
}

} // namespace asio_wait::inline v0
