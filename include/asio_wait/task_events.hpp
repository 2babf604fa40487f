// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/watch.hpp>

#include <chrono>
#include <concepts>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace asio_wait::inline v0 {

/// Something that happened to a watched task.
/** `what` is one of `kind::spawned` (other: by which task, text: name), `resumed`, `suspended`,
 *  `cancel_requested` (other: by which task), `done` (text: "succeeded", "failed" or "cancelled"),
 *  `wait_begun` (other: the wait, text: what it is called), `wait_ended` (other: the wait);
 *  and of what is a mistake as a rule: `slow` (took: how long it kept its thread, text: its name),
 *  `deadlock` (text: who waits for whom), `set_dropped` (other: how many of its tasks run on, text: their
 *  names). 0 stands for no task, or for one that is not watched. The text is valid during the call. */
using task_event = detail::watch_event;

/// For set_task_event_handler().
using task_event_handler = std::function<void(const task_event&)>;

/// Sets who is told what happens to watched tasks, and returns who was told before.
/** @par Requirements   watch_tasks() before the tasks of interest are created.
 *  @par Completion     At once. The handler is called for each event as it happens, on the thread where
 *       it happens, with no lock held; those of one task in order. Without a handler a mistake is one
 *       line on stderr.
 *  @par Errors         What allocation throws. The handler must not throw.
 *  @par Cancellation   None.
 *  @par Cancel safety  Waits and tasks do not change their behaviour.
 *  @par Executor       None is used.
 *  @par Thread safety  Any thread; so is the handler called, by several threads at a time.
 *  @par Lifetimes      The handler is kept until it is replaced and its last call has ended.
 *  @par Cost           A call and a lock for each event, about five for each task.
 *  @par asyncio        Debug mode, `loop.slow_callback_duration`; of events there only the warnings.
 *  @par Example        @snippet watching.cpp task_events */
template<std::same_as<task_event_handler> Handler = task_event_handler> // see detail/late.hpp
task_event_handler set_task_event_handler(std::type_identity_t<Handler> handler) {
    detail::watch_hook hook;
    if (handler) {
        hook.function = std::make_shared<Handler>(std::move(handler));
        hook.call = [](void* function, const task_event& e) {
            (*static_cast<Handler*>(function))(e);
        };
    }
    const detail::watch_hook old = detail::exchange_watch_hook(std::move(hook));
    return old.function ? *static_cast<Handler*>(old.function.get()) : Handler();
}

/// From which time on a resumption is reported as slow, 100 ms at first; returns what it was before.
/** @par Requirements   watch_tasks() before the tasks of interest are created.
 *  @par Completion     At once. It counts for resumptions that end from now on.
 *  @par Errors         None.
 *  @par Cancellation   None.
 *  @par Cancel safety  Waits and tasks do not change their behaviour.
 *  @par Executor       None is used.
 *  @par Thread safety  Any thread.
 *  @par Lifetimes      None.
 *  @par Cost           None.
 *  @par asyncio        `loop.slow_callback_duration`, the same 100 ms.
 *  @par Example        @snippet watching.cpp set_slow_resumption */
inline std::chrono::nanoseconds set_slow_resumption(std::chrono::nanoseconds limit) noexcept {
    return detail::exchange_slow_limit(
        std::chrono::duration_cast<detail::watch_clock::duration>(limit));
}

} // namespace asio_wait::inline v0
