// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/use_task_op.hpp>

#include <boost/assert/source_location.hpp>

#include <string>
#include <utility>

namespace asio_wait::inline v0 {

/// A completion token that starts an operation at once and returns its task.
/** @par Requirements   An executor for the task: bind_executor's, else the one the operation's
 *       initiation offers; without either the compiler asks for bind_executor. A pool's executor
 *       is wrapped in a strand. co_spawn onto a pool is the exception: it knows nothing of the
 *       strand, so use create_task there.
 *  @par Completion     Starts the operation and does not wait for it. Arguments become the value:
 *       `void(error_code, R)`, `void(exception_ptr, R)` and `void(R)` make a `task<R>`, several
 *       values a `task<std::tuple<...>>`, none a `task<void>`. With as_tuple every argument is a
 *       value.
 *  @par Errors         An error code becomes a `boost::system::system_error` of the task.
 *  @par Cancellation   Through the handle, delivered to the operation on the task's executor. The
 *       operation must support the type asked for. A coroutine spawned with co_spawn is not
 *       entered when the request comes first.
 *  @par Cancel safety  What the operation produces all the same is the task's value.
 *  @par Executor       The operation completes on the task's executor.
 *  @par Thread safety  As the operation's initiating function.
 *  @par Lifetimes      As the operation's: what its arguments refer to must live until it is done,
 *       and so must the I/O object itself, where Asio alone would let it go: a cancel that is on
 *       its way would arrive at a dead object. A coroutine that owns the object has no such worry.
 *  @par Cost           The operation, a state from a pool, and one block for the cancellation
 *       handler. bind_allocator serves the operation, not the task's state, which outlives it.
 *  @par asyncio        `asyncio.ensure_future(awaitable)`.
 *  @par Example        @snippet task.cpp use_task */
struct use_task_t {
    constexpr use_task_t() noexcept = default;

    /// The same, with a name and a place for the task.
    detail::named_use_task operator()(std::string name,
                                      boost::source_location at = BOOST_CURRENT_LOCATION) const {
        return {std::move(name), {at.file_name(), at.function_name(), at.line(), at.column()}};
    }
};

/// The token itself: see use_task_t for the contract.
inline constexpr use_task_t use_task;

namespace detail {

template<>
inline constexpr bool is_use_task<use_task_t> = true;

} // namespace detail
} // namespace asio_wait::inline v0

template<class R, class... Args>
class boost::asio::async_result<asio_wait::use_task_t, R(Args...)>
    : public asio_wait::detail::use_task_result<asio_wait::use_task_t, Args...> {};
