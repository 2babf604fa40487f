// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "support/co_test.hpp"
#include "support/drained_context.hpp"
#include "support/lifetime_tracker.hpp"
#include "support/sleepers.hpp"
#include "support/unobserved_log.hpp"
#include "support/virtual_clock.hpp"

#include <asio_wait.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace regression {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace asio_wait;
using boost::system::error_code;
using test::forever;
using test::lifetime_tracker;
using test::sleep_for;
using test::virtual_clock;
using test::yield_once;

/// The error code a task ended with; "success" if none.
inline error_code code_of(const any_task& t) {
    if (!t.exception())
        return {};
    try {
        std::rethrow_exception(t.exception());
    } catch (const boost::system::system_error& e) {
        return e.code();
    }
}

/// A handler that counts its calls and its lives.
struct counted_handler {
    int* calls;
    lifetime_tracker alive;

    explicit counted_handler(int& c) : calls(&c) {}

    template<class... A>
    void operator()(A&&...) const {
        ++*calls;
    }
};

} // namespace regression
