// SPDX-License-Identifier: BSL-1.0
#pragma once

// Only for Boost 1.81 (Asio 1.26), whose own code for `co_await` of a deferred operation that
// completes with (std::exception_ptr, T) does not compile: it tests the wrong variable. This more
// specialised copy of the case serves `void` signatures, which could not be used at all before.
// The one place where the library names something undocumented; see ASIO_WAIT_NO_ASIO_DETAIL.

#include <boost/asio/awaitable.hpp>

#include <exception>
#include <utility>

namespace boost::asio::detail {

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
