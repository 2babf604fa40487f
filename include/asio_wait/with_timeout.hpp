// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/create_task.hpp>
#include <asio_wait/detail/call_arguments.hpp>
#include <asio_wait/detail/join_op.hpp>
#include <asio_wait/detail/late.hpp>
#include <asio_wait/detail/scope_limit.hpp>
#include <asio_wait/detail/start_task.hpp>
#include <asio_wait/timeout.hpp>
#include <asio_wait/timeout_error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/assert/source_location.hpp>

#include <chrono>
#include <concepts>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace asio_wait::inline v0 {

namespace detail {
struct timeout_access;
}

/// The time limit of a block, seen from inside; see with_timeout.
/** A handle: a copy stays readable after the block.
 *  @par Thread safety  Any thread. */
class timeout_scope {
public:
    /// Moves the limit: a duration from now, a time point.
    /** Throws `invalid_scope_state` when the limit has run out, the block has ended, or the limit is a
     *  timer of yours. */
    template<class Timeout>
    requires(detail::is_limit<Timeout> &&
             !detail::limit_traits<
                 std::remove_cvref_t<Timeout>>::is_timer) void reschedule(const Timeout& timeout) {
        state_->reschedule(detail::deadline_of(detail::limit_traits<Timeout>::make(timeout)));
    }

    /// Takes the limit away.
    template<std::same_as<std::nullopt_t> Nothing>
    void reschedule(Nothing) {
        state_->reschedule(nullptr);
    }

    /// Whether the limit has run out and cancelled the block.
    bool expired() const noexcept { return state_->expired(); }

    /// When this block or one around it ends, whichever comes first; nothing without a limit, or when
    /// the nearest one is of another clock.
    template<class Clock = std::chrono::steady_clock>
    std::optional<typename Clock::time_point> when() const {
        const auto d = state_->effective();
        const void* const at = d ? d->time_point(detail::type_tag_of<Clock>) : nullptr;
        return at ? std::optional(*static_cast<const typename Clock::time_point*>(at))
                  : std::nullopt;
    }

    /// How long that is from now, on its own clock; nothing without a limit.
    template<std::same_as<std::chrono::nanoseconds> Duration = std::chrono::nanoseconds>
    std::optional<Duration> remaining() const {
        const auto d = state_->effective();
        return d ? std::optional<Duration>(d->remaining()) : std::nullopt;
    }

private:
    friend struct detail::timeout_access;

    explicit timeout_scope(std::shared_ptr<detail::timeout_state> state) noexcept
        : state_(std::move(state)) {}

    std::shared_ptr<detail::timeout_state> state_;
};

namespace detail {

struct timeout_access {
    static timeout_scope make(std::shared_ptr<timeout_state> s) noexcept {
        return timeout_scope(std::move(s));
    }
    static std::shared_ptr<timeout_state> state(const timeout_scope& s) noexcept {
        return s.state_;
    }
};

/// The block and its scope; both are kept until the block's coroutine has ended.
template<class Body>
struct timed_body {
    Body body;
    timeout_scope scope;

    auto operator()() { return body(scope); }
};

/// As cancel_task; the scope hears of a limit that is somebody's timer here.
struct cancel_block : cancel_task {
    std::weak_ptr<timeout_state> scope;

    void stopped(stop_reason why) const noexcept {
        if (why == stop_reason::limit)
            if (const auto s = scope.lock())
                s->note_expired();
    }
};

template<class T>
class timed_value : public joined_value<T, true> {
public:
    static constexpr const char* what = "with_timeout";
    using core_type = joining_core<cancel_block>;

    timed_value(ref_ptr<task_state<T>> t, std::shared_ptr<timeout_state> scope) noexcept
        : joined_value<T, true>(t), block_(std::move(t)), scope_(std::move(scope)) {}

    ref_ptr<core_type> make_core(wait_node* nodes, std::size_t count, ref_ptr<context_core> context,
                                 pending_op* op) const {
        nodes->task = block_.get();
        return core_type::create({no_outcome}, count, std::move(context), op, {{block_}, scope_});
    }

    auto result(wait_core& core, wait_node* nodes, std::size_t count) const {
        auto arguments = joined_value<T, true>::result(core, nodes, count);
        scope_->settle(core.reason());
        return arguments;
    }

private:
    ref_ptr<task_state<T>> block_;
    std::shared_ptr<timeout_state> scope_;
};

template<class Timeout>
auto make_scope_limit(const Timeout&, std::shared_ptr<timeout_state> state) {
    return scope_limit<late<timeout_state, Timeout>>(std::move(state));
}

template<class Timer>
auto make_scope_limit(const timer_timeout<Timer>& t, std::shared_ptr<timeout_state> state) {
    return timer_scope_limit<Timer, late<timeout_state, Timer>>(t.timer, std::move(state));
}

template<class Timeout>
inline constexpr bool is_timer_timeout = false;
template<class Timer>
inline constexpr bool is_timer_timeout<timer_timeout<Timer>> = true;

struct initiate_with_timeout {
    using executor_type = asio::any_io_executor;

    std::shared_ptr<const timeout_state> outer;
    boost::source_location at;

    template<class Executor = executor_type>
    static Executor get_executor() {
        return system_executor_as<Executor>();
    }

    template<class Handler, class Body, class Timeout>
    void operator()(Handler&& handler, Body body, Timeout timeout) {
        using body_type = timed_body<Body>;
        using value =
            typename awaitable_traits<std::invoke_result_t<Body&, timeout_scope&>>::value_type;
        std::shared_ptr<const any_deadline> deadline;
        if constexpr (!is_timer_timeout<Timeout>)
            deadline = deadline_of(timeout);
        const auto state = std::make_shared<timeout_state>(
            std::move(deadline), is_timer_timeout<Timeout>, std::move(outer));
        const auto where = start_place<void>::of(handler, get_executor());
        const auto t =
            create_task(where, body_type{std::move(body), timeout_access::make(state)}, {}, at);
        start_guard started(1);
        started.add(handle_access::state(t));
        state->runs_on(t.get_executor());
        start_wait(std::forward<Handler>(handler), get_executor(),
                   timed_value<value>(state_of(t), state), make_scope_limit(timeout, state));
        started.dismiss();
    }
};

template<class Body>
concept timeout_body = requires(std::decay_t<Body>& b, timeout_scope& s) {
    requires is_awaitable<decltype(b(s))>;
};

template<class Body, class Timeout, class CompletionToken>
auto start_with_timeout(std::shared_ptr<const timeout_state> outer, Timeout&& timeout, Body&& body,
                        CompletionToken&& token, const boost::source_location& at) {
    static_assert(!is_unusable_timer<Timeout>,
                  "asio_wait: a timer used as a limit must outlive the wait; pass it as a "
                  "non-const lvalue");
    static_assert(timeout_body<Body>,
                  "asio_wait: the body is called with a timeout_scope& and returns an awaitable");
    using value = typename awaitable_traits<
        std::invoke_result_t<std::decay_t<Body>&, timeout_scope&>>::value_type;
    auto given = limit_traits<std::remove_cvref_t<Timeout>>::make(timeout);
    return initiated_or_unwrapped<value>(
        std::forward<CompletionToken>(token), initiate_with_timeout{std::move(outer), at},
        std::decay_t<Body>(std::forward<Body>(body)), std::move(given));
}

} // namespace detail

/// Runs a block under a time limit; when it runs out, the block is cancelled and waited for.
/** `with_timeout(timeout, body, [token])` or `with_timeout(outer, timeout, body, [token])`, where
 *  `body` is called with a `timeout_scope&` and returns an awaitable, and `outer` is the scope around
 *  this one: `when()` and `remaining()` then tell the nearer of the limits.
 *
 *  @par Requirements   A limit as in timeout.hpp. A duration counts from the start.
 *  @par Completion     `void(std::exception_ptr, T)` (without T for void), when the block has ended. A
 *       value, or an error other than its cancellation, wins, even when it comes after the limit. The
 *       block is begun in any case; a limit that has run out already cancels it when it suspends.
 *  @par Errors         `timeout_error` when the block ended as cancelled because of the limit;
 *       `operation_aborted` when it was cancelled from outside, be it before or after the limit; the
 *       block's own error, unchanged. An outer block's limit is a cancel from outside, which the outer
 *       with_timeout turns into its own timeout_error.
 *  @par Cancellation   terminal, partial, total: passed on to the block. A request before the start has
 *       no effect, as everywhere in Asio.
 *  @par Cancel safety  A value is lost when the cancel came after the block's end.
 *  @par Executor       The block runs on the handler's associated executor, as a coroutine of its own:
 *       its cancellation is not the caller's. The handler is posted there. A plain callback needs
 *       bind_executor, or all of it runs on system_executor.
 *  @par Thread safety  Any thread, the scope as well.
 *  @par Lifetimes      The body is kept until its coroutine has ended, which is before completion.
 *  @par Cost           create_task and a wait, the scope, and a timer for each schedule.
 *  @par asyncio        `async with asyncio.timeout(delay)`, `timeout_at`. Differs: a body instead of a
 *       block, so no current task is needed; a result that is there beats the timer.
 *  @par Example        @snippet family.cpp with_timeout */
template<class Timeout, class Body, class CompletionToken = boost::asio::deferred_t>
requires(detail::is_limit<Timeout>)
    [[nodiscard]] auto with_timeout(Timeout&& timeout, Body&& body,
                                    CompletionToken&& token = CompletionToken(),
                                    boost::source_location at = BOOST_CURRENT_LOCATION) {
    return detail::start_with_timeout(nullptr, std::forward<Timeout>(timeout),
                                      std::forward<Body>(body),
                                      std::forward<CompletionToken>(token), at);
}

/// The same, with the scope around this one.
template<class Timeout, class Body, class CompletionToken = boost::asio::deferred_t>
requires(detail::is_limit<Timeout>)
    [[nodiscard]] auto with_timeout(const timeout_scope& outer, Timeout&& timeout, Body&& body,
                                    CompletionToken&& token = CompletionToken(),
                                    boost::source_location at = BOOST_CURRENT_LOCATION) {
    return detail::start_with_timeout(detail::timeout_access::state(outer),
                                      std::forward<Timeout>(timeout), std::forward<Body>(body),
                                      std::forward<CompletionToken>(token), at);
}

} // namespace asio_wait::inline v0
