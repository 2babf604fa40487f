// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/unobserved.hpp>

#include <boost/assert/source_location.hpp>

#include <concepts>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

namespace asio_wait::inline v0 {

/// The failure of a task that nobody read before the task's last handle went.
/** Read means: result(), take(), exception(), async_get or async_join. Waiting for a task and
 *  cancelling it is not reading. A cancelled or abandoned task is not reported. */
struct unobserved_exception {
    std::uint64_t id;                  ///< of the task, as its handle's id()
    std::string name;                  ///< of the task
    boost::source_location spawned_at; ///< where the task was created
    std::exception_ptr exception;      ///< what it failed with
};

/// For set_unobserved_exception_handler().
using unobserved_exception_handler = std::function<void(const unobserved_exception&)>;

/// Sets who is told of failures nobody read, and returns who was told before.
/** @par Requirements   The handler must not throw. An empty one restores the default, which prints one
 *       line to stderr.
 *  @par Completion     At once. The handler is called once for each such task, on the thread that lets go
 *       of it, with no lock held.
 *  @par Errors         What allocation throws; the handler is then the one it was before.
 *  @par Cancellation   None.
 *  @par Cancel safety  Cancelled and abandoned tasks are not reported.
 *  @par Executor       None is used.
 *  @par Thread safety  Any thread; so is the handler called, by several threads at a time.
 *  @par Lifetimes      The handler is kept until it is replaced and its last call has ended.
 *  @par Cost           Nothing for tasks whose outcome is read; a lock and a call for each other failure.
 *  @par asyncio        `loop.set_exception_handler`, for "exception was never retrieved".
 *  @par Example        @snippet task.cpp unobserved */
// A template: see detail/late.hpp.
template<std::same_as<unobserved_exception_handler> Handler = unobserved_exception_handler>
unobserved_exception_handler set_unobserved_exception_handler(
    std::type_identity_t<Handler> handler) {
    detail::unobserved_hook hook;
    if (handler) {
        hook.function = std::make_shared<Handler>(std::move(handler));
        hook.call = [](void* function, const detail::unobserved_failure& f) {
            std::string name;
            try {
                name = f.name ? std::string(f.name) : "task-" + std::to_string(f.id);
            } catch (const std::bad_alloc&) {
                // A failure without a name is better than the end of the program.
            }
            const unobserved_exception e{
                f.id, std::move(name),
                boost::source_location(f.site.file, f.site.line, f.site.function, f.site.column),
                f.error};
            (*static_cast<Handler*>(function))(e);
        };
    }
    detail::unobserved_hook old = detail::exchange_unobserved_hook(std::move(hook));
    try {
        return old.function ? *static_cast<Handler*>(old.function.get()) : Handler();
    } catch (...) {
        detail::exchange_unobserved_hook(std::move(old)); // no copy of it can be had
        throw;
    }
}

} // namespace asio_wait::inline v0
