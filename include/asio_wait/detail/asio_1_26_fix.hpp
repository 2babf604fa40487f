// SPDX-License-Identifier: BSL-1.0
#pragma once

// Only for Boost 1.81 (Asio 1.26), and the one place where the library names something
// undocumented; see ASIO_WAIT_NO_ASIO_DETAIL for doing without.

#include <asio_wait/config.hpp>
#include <asio_wait/detail/inline_executor.hpp>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <exception>
#include <utility>

namespace asio_wait::inline v0::detail {

template<class State>
class spawn_handler;

} // namespace asio_wait::inline v0::detail

namespace boost::asio {

// co_spawn keeps a guard for the handler's executor beside its own. With an inline executor that
// guard costs nothing, and the completion needs no second dispatch. But co_spawn takes a handler
// that has an executor for one whose cancellation must be dispatched, with a copy of the
// coroutine's executor; the last line tells it that this one is cancelled where it runs, as it
// always is.
template<class State, class Executor>
struct associated_executor<asio_wait::detail::spawn_handler<State>, Executor> {
    using type = asio_wait::detail::inline_executor;

    static type get(const asio_wait::detail::spawn_handler<State>&) noexcept { return {}; }
    static type get(const asio_wait::detail::spawn_handler<State>&, const Executor&) noexcept {
        return {};
    }

    using asio_associated_executor_is_unspecialised = void;
};

} // namespace boost::asio

namespace boost::asio::detail {

// Asio's own code for `co_await` of a deferred operation that completes with (std::exception_ptr,
// T) does not compile: it tests the wrong variable. This more specialised copy of the case serves
// `void` signatures, which could not be used at all before.
template<typename T, typename Executor>
class awaitable_async_op_handler<void(std::exception_ptr, T), Executor>
    : public awaitable_thread<Executor> {
public:
    struct result_type {
        std::exception_ptr* error;
        T* value;
    };

    awaitable_async_op_handler(awaitable_thread<Executor>* h, result_type& result)
        : awaitable_thread<Executor>(std::move(*h)), result_(result) {}

    void operator()(std::exception_ptr error, T value) {
        result_.error = &error;
        result_.value = &value;
        this->entry_point()->top_of_stack_->attach_thread(this);
        this->entry_point()->top_of_stack_->clear_cancellation_slot();
        this->pump();
    }

    static T resume(result_type& result) {
        if (*result.error)
            std::rethrow_exception(std::exchange(*result.error, nullptr));
        return std::move(*result.value);
    }

private:
    result_type& result_;
};

} // namespace boost::asio::detail
