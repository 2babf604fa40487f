// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/limit.hpp>
#include <asio_wait/detail/start_wait.hpp>
#include <asio_wait/detail/task_state.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/version.hpp>

#include <cstddef>
#include <exception>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#if BOOST_ASIO_VERSION < 102800 && !defined(ASIO_WAIT_NO_ASIO_DETAIL)
#include <asio_wait/detail/asio_1_26_fix.hpp>
#endif

namespace asio_wait::inline v0::detail {

/// Waits for one task, whatever its type.
struct one_task : plain_wait {
    static constexpr const char* what = "async_wait";
    static constexpr bool cancellable_when_over = false;

    explicit one_task(ref_ptr<task_base> t) noexcept : state(std::move(t)) {}

    static constexpr std::size_t prepare() noexcept { return 1; }

    ref_ptr<wait_core> make_core(wait_node* nodes, std::size_t count, ref_ptr<context_core> context,
                                 pending_op* op) const {
        nodes->task = state.get();
        return wait_core::create({no_outcome}, count, std::move(context), op);
    }

    static std::tuple<boost::system::error_code> result(wait_core& core, wait_node* nodes,
                                                        std::size_t count) noexcept {
        done_list done;
        return {error_of(core.close(nodes, count, done))};
    }

    ref_ptr<task_base> state;
};

/// How a value travels through a completion signature, which wants a default constructor.
template<class T>
using passed = std::conditional_t<std::is_default_constructible_v<T>, T, std::optional<T>>;

template<class T>
struct get_signature {
    using type = void(std::exception_ptr, passed<T>);
};

template<>
struct get_signature<void> {
    using type = void(std::exception_ptr);
};

template<class T>
using get_signature_t = typename get_signature<T>::type;

/// Who gets the cancel of a wait that passes it on.
struct cancel_task {
    ref_ptr<task_base> task;

    void cancel(unsigned types) const {
        task->cancel(static_cast<asio::cancellation_type_t>(types));
    }
};

/// The value of a finished task: copied, or taken when it can only be moved or nobody else has a
/// handle; or its error. As a completion passes them.
template<class T, bool Take = !std::is_copy_constructible_v<T>>
auto read_outcome(task_state<T>& state) {
    state.mark_observed();
    std::exception_ptr error = state.error();
    if constexpr (std::is_void_v<T>) {
        return std::tuple<std::exception_ptr>(std::move(error));
    } else {
        using values = std::tuple<std::exception_ptr, passed<T>>;
        if (!error) {
            try {
                if constexpr (Take)
                    return values(nullptr, state.take_value());
                else
                    return values(nullptr, state.read_value());
            } catch (...) {
                error = std::current_exception(); // a throwing copy, or taken already
            }
        }
        return values(std::move(error), passed<T>());
    }
}

/// The same arguments for a wait that gives no value.
template<class T>
auto error_instead(std::exception_ptr error) {
    if constexpr (std::is_void_v<T>)
        return std::tuple<std::exception_ptr>(std::move(error));
    else
        return std::tuple<std::exception_ptr, passed<T>>(std::move(error), passed<T>());
}

/// Waits for one task and reads its outcome.
template<class T, bool PassCancelOn>
struct one_value : plain_wait {
    static constexpr const char* what = PassCancelOn ? "async_join" : "async_get";
    static constexpr bool cancellable_when_over = false;
    using core_type = std::conditional_t<PassCancelOn, joining_core<cancel_task>, wait_core>;

    explicit one_value(ref_ptr<task_state<T>> t) noexcept : state(std::move(t)) {}

    static constexpr std::size_t prepare() noexcept { return 1; }

    ref_ptr<core_type> make_core(wait_node* nodes, std::size_t count, ref_ptr<context_core> context,
                                 pending_op* op) const {
        nodes->task = state.get();
        if constexpr (PassCancelOn)
            return core_type::create({no_outcome}, count, std::move(context), op, {state});
        else
            return core_type::create({no_outcome}, count, std::move(context), op);
    }

    auto result(wait_core& core, wait_node* nodes, std::size_t count) const {
        done_list done;
        const stop_reason why = core.close(nodes, count, done);
        if (!PassCancelOn && why != stop_reason::none)
            return error_instead<T>(as_exception(error_of(why)));
        return read_outcome(*state);
    }

    ref_ptr<task_state<T>> state;
};

/// The I/O executor of a wait: asked of the task when it is needed, since a copy kept by the
/// awaiting coroutine could outlive the task's context. A finished task has none, and nothing to
/// wait for.
template<class Executor>
Executor executor_or_system(const ref_ptr<task_base>& t) {
    if (t)
        if (Executor executor = t->get_executor())
            return executor;
    return system_executor_as<Executor>();
}

struct initiate_wait_one {
    using executor_type = asio::any_io_executor;

    ref_ptr<task_base> task;

    template<class Executor = executor_type>
    Executor get_executor() const noexcept {
        return executor_or_system<Executor>(task);
    }

    template<class Handler, class Payload>
    void operator()(Handler&& handler, Payload payload) const {
        start_wait(std::forward<Handler>(handler), *this, std::move(payload), no_limit());
    }
};

#if BOOST_ASIO_VERSION < 102800 && defined(ASIO_WAIT_NO_ASIO_DETAIL)
// Boost 1.81 cannot await a deferred operation that completes with (exception_ptr, T).
using default_get_token = asio::use_awaitable_t<>;
#else
using default_get_token = asio::deferred_t;
#endif

} // namespace asio_wait::inline v0::detail
