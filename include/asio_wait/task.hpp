// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/get_op.hpp>
#include <asio_wait/detail/initiate.hpp>
#include <asio_wait/detail/task_handle.hpp>
#include <asio_wait/detail/task_state.hpp>

#include <boost/asio/async_result.hpp>

#include <exception>
#include <functional>
#include <type_traits>
#include <utility>

namespace asio_wait::inline v0 {

/// A handle to work that already runs: copyable, cheap, equal by identity, empty by default.
/** The running work owns itself: dropping every handle neither stops nor destroys it. For what both
 *  kinds of handle offer see detail::task_handle. */
template<class T = void>
class task : public detail::task_handle {
    static_assert(
        !std::is_reference_v<T>,
        "asio_wait: a task cannot hold a reference; use a pointer or std::reference_wrapper");

public:
    /// The type of the value.
    using value_type = T;

    /// An empty handle.
    task() noexcept = default;

    /// The value; rethrows the task's own error, unchanged. Counts as reading it.
    /** Throws `invalid_task_state` when the task is not done or its value was taken. */
    std::add_lvalue_reference_t<std::add_const_t<T>> result() const {
        auto& s = read();
        if constexpr (!std::is_void_v<T>)
            return s.read_value();
    }

    /// Moves the value out, once; otherwise as result().
    T take() const {
        auto& s = read();
        if constexpr (!std::is_void_v<T>)
            return s.take_value();
    }

    /// Waits for the task and gives its value or its error.
    /** @par Requirements   A handle that is not empty, else `invalid_task_state` is thrown here.
     *  @par Completion     `void(std::exception_ptr, T)`, `void(std::exception_ptr)` for void,
     *       when the task is done. The value is copied, or taken when T can only be moved. A T
     *       without default constructor comes as `std::optional<T>`, except from `co_await`
     *       without a token.
     *  @par Errors         The task's own error, unchanged; `operation_aborted` when the wait was
     *       cancelled; `invalid_task_state` when the value had been taken.
     *  @par Cancellation   terminal, partial, total: they end the wait and leave the task alone. A
     *       request before the start has no effect, as everywhere in Asio.
     *  @par Cancel safety  Nothing is lost; the task runs on and keeps its value.
     *  @par Executor       Posted to the token's executor, by default the task's; never inside the
     *       call, unless the token's immediate executor says so. A finished task has no executor:
     *       a handler without one of its own then runs on system_executor, so bind one to a
     *       callback.
     *  @par Thread safety  Any thread; any number of waits on one task, as long as nobody takes.
     *  @par Lifetimes      The wait keeps the task's state, not the handle.
     *  @par Cost           O(1); one block from the associated allocator; one copy of the value.
     *  @par asyncio        `await shield(t)`: cancelling the awaiter does not reach the task.
     *  @par Example        @snippet task.cpp async_get */
    template<boost::asio::completion_token_for<detail::get_signature_t<T>> CompletionToken>
    [[nodiscard]] auto async_get(CompletionToken&& token) const {
        return get<false>(std::forward<CompletionToken>(token));
    }

    /// For `co_await`.
    [[nodiscard]] auto async_get() const { return awaited<false>(*this); }

    /// As async_get, but cancelling the wait cancels the task, and the wait goes on until it ends.
    /** @par Requirements   As async_get.
     *  @par Completion     As async_get.
     *  @par Errors         The task's own error, unchanged: its cancellation is one.
     *  @par Cancellation   terminal, partial, total: passed on to the task as `cancel(type)`.
     *       Every other waiter of the task sees it end, too.
     *  @par Cancel safety  A value the task produces all the same is delivered.
     *  @par Executor       As async_get.
     *  @par Thread safety  As async_get.
     *  @par Lifetimes      As async_get.
     *  @par Cost           As async_get.
     *  @par asyncio        `await t`.
     *  @par Example        @snippet task.cpp async_join */
    template<boost::asio::completion_token_for<detail::get_signature_t<T>> CompletionToken>
    [[nodiscard]] auto async_join(CompletionToken&& token) const {
        return get<true>(std::forward<CompletionToken>(token));
    }

    /// For `co_await`.
    [[nodiscard]] auto async_join() const { return awaited<true>(*this); }

    /// async_join: the handle is an asynchronous operation itself, for make_parallel_group and the
    /// like. It is also what makes `co_await` of a handle that is a temporary compile.
    template<boost::asio::completion_token_for<detail::get_signature_t<T>> CompletionToken>
    auto operator()(CompletionToken&& token) const {
        return get<true>(std::forward<CompletionToken>(token));
    }

private:
    using state_type = detail::task_state<T>;

    explicit task(detail::ref_ptr<detail::task_base> state) noexcept
        : task_handle(std::move(state)) {}

    friend struct detail::handle_access;

    state_type& state() const { return static_cast<state_type&>(this->checked()); }

    state_type& read() const {
        auto& s = static_cast<state_type&>(this->finished());
        if (s.error()) {
            s.mark_observed();
            std::rethrow_exception(s.error());
        }
        return s;
    }

    template<bool PassCancelOn, class CompletionToken>
    auto get(CompletionToken&& token) const {
        state_type& s = state();
        return detail::initiate_with<detail::get_signature_t<T>>(
            std::forward<CompletionToken>(token), detail::initiate_wait_one{this->state_},
            detail::one_value<T, PassCancelOn>{detail::ref_ptr<state_type>::share(&s)});
    }

    // co_await without a token gives a T even where a completion handler cannot.
    template<bool PassCancelOn>
    static auto awaited(const task& t) {
        if constexpr (std::is_void_v<T> || std::is_default_constructible_v<T>)
            return t.template get<PassCancelOn>(detail::default_get_token());
        else
            return unwrapped(t.template get<PassCancelOn>(boost::asio::use_awaitable));
    }

    static boost::asio::awaitable<T> unwrapped(
        boost::asio::awaitable<detail::passed<T>> operation) {
        detail::passed<T> value = co_await std::move(operation);
        co_return std::move(*value);
    }
};

} // namespace asio_wait::inline v0

template<class T>
struct std::hash<asio_wait::task<T>> : asio_wait::detail::handle_hash {};
