// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/watch.hpp>

#include <cstdint>
#include <iosfwd>

namespace asio_wait::inline v0 {

/// Watches every task, wait and set that begins from now on, or stops doing so.
/** @par Requirements   None. The environment variable `ASIO_WAIT_WATCH=1` does the same from the start.
 *  @par Completion     At once. What began before the call stays unknown; what is watched stays watched.
 *  @par Errors         None. What there is no memory to watch is not shown; but without memory for a copy of
 *       a watched executor Asio may end the program, where it promises not to throw.
 *  @par Cancellation   None.
 *  @par Cancel safety  Waits and tasks do not change their behaviour.
 *  @par Executor       A watched coroutine whose executor type is `any_io_executor` sees an executor
 *       that names its task; it compares unequal to the one given to create_task and runs in the same
 *       place. By it a wait knows whose it is. Coroutines of other executor types are shown, but who
 *       waits there is not known.
 *  @par Thread safety  Any thread.
 *  @par Lifetimes      None.
 *  @par Cost           Off, a look at a flag for each task, wait and set. On, a heap block for each,
 *       and time in proportion to the tasks of a wait.
 *  @par asyncio        `asyncio.all_tasks()` knows every task, always.
 *  @par Example        @snippet watching.cpp watch_tasks */
inline void watch_tasks(bool on = true) noexcept {
    // relaxed: see there.
    detail::watch_switch.store(on ? detail::watch_state::on : detail::watch_state::off_again,
                               std::memory_order_relaxed);
}

/// The id of the watched task in whose coroutine this is called, 0 elsewhere.
/** @par Requirements   watch_tasks() before the task was created.
 *  @par Completion     At once.
 *  @par Errors         None.
 *  @par Cancellation   None.
 *  @par Cancel safety  Nothing is lost.
 *  @par Executor       None is used. In a function that runs between two resumptions of a watched
 *       coroutine of executor type `any_io_executor` it is that task's id.
 *  @par Thread safety  Any thread; it is told about its own thread.
 *  @par Lifetimes      None.
 *  @par Cost           One look at a variable of the thread.
 *  @par asyncio        `current_task()`, which gives the task and not its number.
 *  @par Example        @snippet watching.cpp this_task_id */
inline std::uint64_t this_task_id() noexcept {
    const detail::task_record* const t = detail::current_task();
    return t ? t->id : 0;
}

/// How dump_tasks() writes.
enum class dump_format {
    text, ///< a table, and a tree of who waits for whom
    json, ///< for a program
    dot   ///< for Graphviz
};

/// Writes the watched tasks that have not ended, what each waits for, and who waits in a circle.
/** @par Requirements   watch_tasks() before the tasks of interest are created.
 *  @par Completion     When all is written. Each task stands once in the tree, below the first that
 *       waits for it; a circle that only a failure or a cancel could break is called DEADLOCK.
 *  @par Errors         What allocation and the stream throw; nothing changes for the tasks.
 *  @par Cancellation   None.
 *  @par Cancel safety  Nothing is woken, taken or marked as read.
 *  @par Executor       None is used.
 *  @par Thread safety  Any thread, while tasks run; a task that moves meanwhile may be shown half a step
 *       further than its waits. Not from a signal handler: wait for the signal with
 *       `asio::signal_set`, as example/graceful_server does.
 *  @par Lifetimes      None.
 *  @par Cost           Time and memory in proportion to tasks and waits. New watched tasks are held up
 *       while they are copied, not while they are written.
 *  @par asyncio        `python -m asyncio ps` and `pstree`, Python 3.14; this is from inside.
 *  @par Example        @snippet watching.cpp dump_tasks */
ASIO_WAIT_DECL void dump_tasks(std::ostream& out, dump_format format = dump_format::text);

} // namespace asio_wait::inline v0
