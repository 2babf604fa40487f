// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/block_pool.hpp>
#include <asio_wait/detail/embedded_slot.hpp>
#include <asio_wait/detail/inline_executor.hpp>
#include <asio_wait/detail/task_state.hpp>
#include <asio_wait/detail/watched_executor.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/version.hpp>

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#if BOOST_ASIO_VERSION < 102800 && !defined(ASIO_WAIT_NO_ASIO_DETAIL)
#include <asio_wait/detail/asio_1_26_fix.hpp>
#endif

namespace asio_wait::inline v0::detail {

// How a coroutine becomes a task, without a coroutine of our own around it. co_spawn is given a
// function object, start_body, which runs on the executor just before the body: it marks the start,
// or refuses it when a cancel came first. The end is seen by a completion handler, spawn_handler.
//
// Boost 1.81 to 1.84 lose a completion when a coroutine is cancelled that never left the thread.
// That cannot happen here: a cancel is always delivered by a handler of its own, and while that
// handler runs the coroutine is suspended.

template<class>
struct awaitable_traits : std::false_type {};

template<class T, class Ex>
struct awaitable_traits<asio::awaitable<T, Ex>> : std::true_type {
    using value_type = T;
    using executor_type = Ex;
};

template<class T>
inline constexpr bool is_awaitable = awaitable_traits<std::remove_cvref_t<T>>::value;

// On Boost 1.81 co_spawn keeps a guard for the handler's executor in any case, so the handler gets
// a cheap executor; later versions keep one guard for both when the handler has none. Without the
// undocumented help of asio_1_26_fix.hpp, co_spawn's cancellation handler is the larger one.
#if BOOST_ASIO_VERSION < 102800 && defined(ASIO_WAIT_NO_ASIO_DETAIL)
#define ASIO_WAIT_SPAWN_HANDLER_HAS_EXECUTOR 1
inline constexpr std::size_t spawn_slot_size = sizeof(asio::any_io_executor) + sizeof(void*);
#else
#define ASIO_WAIT_SPAWN_HANDLER_HAS_EXECUTOR 0
inline constexpr std::size_t spawn_slot_size = sizeof(void*);
#endif

/// The state of a task made from a coroutine: `Body` is an awaitable or a callable that makes one.
template<class T, class Ex, class Body>
class spawned_task final : public task_state<T> {
public:
    using signal_type = embedded_signal<spawn_slot_size>;

    template<class B>
    spawned_task(const spawn_site& site, std::string_view name, const asio::any_io_executor& ex,
                 B&& body)
        : task_state<T>(type_, site, name, ex), body_(std::forward<B>(body)) {}

    signal_type& signal() noexcept { return signal_; }

    /// On the executor, once.
    asio::awaitable<T, Ex> run_body() {
        if (!this->begin()) {
            body_.reset();
            throw boost::system::system_error(asio::error::operation_aborted);
        }
        if constexpr (is_awaitable<Body>)
            return std::move(*body_);
        else
            return (*body_)();
    }

    /// What a lambda captured goes before anybody learns that the task is done, and so does
    /// co_spawn's cancellation handler, which nobody will call any more.
    void drop_body() noexcept {
        body_.reset();
        typename signal_type::slot(&signal_).clear();
    }

private:
    static constexpr task_type type_{
        [](task_core* t) noexcept { pool_delete(static_cast<spawned_task*>(t)); },
        [](task_core& t, unsigned types) {
            static_cast<spawned_task&>(t).signal_.emit(
                static_cast<asio::cancellation_type_t>(types));
        },
        &type_tag_of<T>, &task_base::post_delivery<>};

    std::optional<Body> body_;
    signal_type signal_;
};

// co_spawn makes a value from nothing when the coroutine throws. A value that cannot be made from
// nothing is put into the state by one more coroutine, and void is spawned.
template<class T>
inline constexpr bool spawns_value = std::is_void_v<T> || std::is_default_constructible_v<T>;

template<class State, class T, class Ex>
asio::awaitable<void, Ex> store_value(State& state, asio::awaitable<T, Ex> body) {
    state.set_value(co_await std::move(body));
}

template<class T, class Ex, class Body>
struct start_body {
    spawned_task<T, Ex, Body>* state; // kept by the completion handler

    auto operator()() const {
        if constexpr (spawns_value<T>)
            return state->run_body();
        else
            return store_value(*state, state->run_body());
    }
};

/// The running work's reference to its task. Destroyed uncalled: the context is gone.
template<class State>
class spawn_handler {
public:
    explicit spawn_handler(ref_ptr<State> state) noexcept : state_(std::move(state)) {}
    spawn_handler(spawn_handler&&) noexcept = default;
    spawn_handler& operator=(spawn_handler&&) = delete;

    ~spawn_handler() {
        if (state_) {
            state_->drop_body();
            state_->abandon();
        }
    }

    using cancellation_slot_type = typename State::signal_type::slot;
    cancellation_slot_type get_cancellation_slot() const noexcept {
        return cancellation_slot_type(&state_->signal());
    }

#if ASIO_WAIT_SPAWN_HANDLER_HAS_EXECUTOR
    using executor_type = inline_executor;
    executor_type get_executor() const noexcept {
        return {};
    }
#endif

    void operator()(std::exception_ptr error) {
        const ref_ptr<State> state = ended();
        state->complete(std::move(error));
    }

    template<class T>
    void operator()(std::exception_ptr error, T value) {
        const ref_ptr<State> state = ended();
        if (error)
            state->complete(std::move(error));
        else
            state->complete_with_value(std::move(value));
    }

private:
    ref_ptr<State> ended() noexcept {
        state_->drop_body();
        return std::move(state_);
    }

    ref_ptr<State> state_;
};

/// Starts a coroutine on an executor that is serial; returns its state.
template<class T, class Ex, class B>
ref_ptr<task_base> spawn(const Ex& ex, B&& body, std::string_view name, const spawn_site& site) {
    BOOST_ASIO_HANDLER_LOCATION((__FILE__, __LINE__, "create_task"));
    using body_type = std::decay_t<B>;
    using state_type = spawned_task<T, Ex, body_type>;
    const auto state =
        ref_ptr<state_type>::adopt(pool_new<state_type>(site, name, ex, std::forward<B>(body)));
    const auto start = [&state](const Ex& on) {
        asio::co_spawn(on, start_body<T, Ex, body_type>{state.get()},
                       spawn_handler<state_type>(state));
    };
    if (ever_watched())
        start(watched(ex, state->record()));
    else
        start(ex);
    return state;
}

} // namespace asio_wait::inline v0::detail
