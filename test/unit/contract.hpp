// SPDX-License-Identifier: BSL-1.0
#pragma once

// What the tests of the contract tables share. A fixture gives a context on virtual time that must
// be empty at the end; a recorder is a completion handler that remembers how it was called.

#include "support/co_test.hpp"
#include "support/counting_allocator.hpp"
#include "support/drained_context.hpp"
#include "support/manual_future.hpp"
#include "support/printing.hpp"
#include "support/sleepers.hpp"
#include "support/tracker_executor.hpp"
#include "support/unobserved_log.hpp"

#include <asio_wait.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/system_executor.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <exception>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace unit {

namespace asio = boost::asio;
using namespace asio_wait;
using namespace std::chrono_literals;
using asio::awaitable;
using boost::system::error_code;
using boost::system::system_error;
using test::boom;
using test::failing;
using test::forever;
using test::is_cancelled_error;
using test::manual_future;
using test::milliseconds;
using test::names;
using test::sleep_for;
using test::sleeper;
using test::what_of;
using test::yield_once;
using test::yield_times;

inline constexpr auto as_tuple_awaitable = asio::as_tuple(asio::use_awaitable);

inline awaitable<void> nothing() {
    co_return;
}

template<class T>
awaitable<T> give(T value) {
    co_return std::move(value);
}

template<class T = void>
awaitable<T> fail_with(std::exception_ptr e) {
    std::rethrow_exception(e);
    co_await nothing();
}

inline std::int64_t now() {
    return test::virtual_clock::ms();
}

class fixture : public test::drained_context {
public:
    asio::any_io_executor ex{io.get_executor()};
    test::unobserved_log unread; // keeps failures of no interest off stderr

    /// A task that has ended.
    template<class T>
    task<T> ended(awaitable<T> body, std::string name = {}) {
        auto t = create_task(ex, std::move(body), std::move(name));
        run();
        BOOST_TEST_REQUIRE(t.done());
        return t;
    }

    task<void> cancelled_task() {
        auto t = create_task(ex, forever());
        poll();
        t.cancel();
        run();
        return t;
    }

    /// All that is ready, with no time going by.
    void poll() {
        io.restart();
        io.poll();
    }

    void poll_one() {
        io.restart();
        io.poll_one();
    }
};

/// Remembers the arguments of its one call.
template<class... Args>
struct record {
    int calls = 0;
    std::optional<std::tuple<Args...>> arguments;
    int on_executor = 0;
    bool inside_initiation = false;

    auto handler() {
        return [this](Args... args) {
            ++calls;
            on_executor = test::innermost_executor();
            inside_initiation = test::initiating();
            arguments.emplace(std::move(args)...);
        };
    }

    template<std::size_t I = 0>
    auto& get() {
        BOOST_REQUIRE(arguments);
        return std::get<I>(*arguments);
    }
};

template<class Task>
using wait_record = record<error_code, wait_result<Task>>;

/// "done : pending", with the error in front if there is one.
template<class Task>
std::string split(wait_record<Task>& r) {
    if (r.calls != 1)
        return "called " + std::to_string(r.calls) + " times";
    const error_code ec = r.template get<0>();
    const auto& result = r.template get<1>();
    return (ec ? ec.message() + " " : std::string()) + names(result.done) + " : " +
           names(result.pending);
}

template<class Task>
std::string split(const wait_result<Task>& result) {
    return names(result.done) + " : " + names(result.pending);
}

inline const std::string aborted = error_code(asio::error::operation_aborted).message() + " ";
inline const std::string invalid = error_code(asio::error::invalid_argument).message() + " ";

} // namespace unit
