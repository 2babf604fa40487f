// SPDX-License-Identifier: BSL-1.0

// Arguments nobody gives on purpose: empty executors, numbers that are no condition, times at the ends of
// the clock; and sets whose handlers have no executor.

#include <asio_wait.hpp>
#include <asio_wait/detail/any_deadline.hpp>
#include <asio_wait/detail/embedded_slot.hpp>
#include <asio_wait/detail/serial_executor.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/execution/bad_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/require.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/system_executor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <future>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace execution = boost::asio::execution;
using namespace asio_wait;
using namespace std::chrono_literals;
using asio::awaitable;
using boost::system::error_code;
using std::chrono::nanoseconds;

awaitable<int> seven() {
    co_return 7;
}

/// Counts hours, so that its ends are far beyond what nanoseconds can say.
struct slow_clock {
    using duration = std::chrono::hours;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<slow_clock>;
    [[maybe_unused]] static constexpr bool is_steady = true;
    static time_point now() noexcept { return time_point(1'000h); }
};

nanoseconds left_until(slow_clock::time_point at) {
    return detail::clock_deadline<slow_clock>(at).remaining();
}

BOOST_AUTO_TEST_SUITE(unit_odd_arguments)

BOOST_AUTO_TEST_CASE(an_empty_executor_is_refused) {
    const asio::any_io_executor none;
    BOOST_CHECK_THROW(create_task(none, seven()), execution::bad_executor);
}

BOOST_AUTO_TEST_CASE(a_number_that_is_no_condition_is_an_invalid_argument) {
    asio::io_context io;
    const auto t = create_task(io, seven());
    error_code got;
    bool done = false;
    wait_for_tasks(std::vector{t}, static_cast<return_when>(9),
                   asio::bind_executor(io, [&](error_code ec, const wait_result<task<int>>& r) {
                       got = ec;
                       done = r.done.empty() && r.pending.empty();
                   }));
    io.run();
    BOOST_TEST((got == asio::error::invalid_argument));
    BOOST_TEST(done);
    BOOST_TEST(t.succeeded());
}

BOOST_AUTO_TEST_CASE(what_is_left_until_the_ends_of_a_clock) {
    using time_point = slow_clock::time_point;
    BOOST_TEST((left_until(time_point::min()) == nanoseconds::min()));
    BOOST_TEST((left_until(time_point::min() + 1h) == nanoseconds::min()));
    BOOST_TEST((left_until(time_point::max()) == nanoseconds::max()));
    BOOST_TEST((left_until(slow_clock::now() + 2h) == 2h));
    BOOST_TEST((left_until(slow_clock::now() - 2h) == -2h));
}

BOOST_AUTO_TEST_CASE(pools_are_known_whatever_they_promise) {
    const asio::system_executor system;
    const auto is_parallel = [](const asio::any_io_executor& ex) {
        return detail::is_parallel(ex);
    };
    BOOST_TEST(is_parallel(system));
    BOOST_TEST(is_parallel(asio::require(system, execution::relationship.continuation)));
    BOOST_TEST(is_parallel(asio::require(system, execution::blocking.never)));
    BOOST_TEST(is_parallel(asio::require(asio::require(system, execution::blocking.never),
                                         execution::relationship.continuation)));
    asio::io_context io;
    BOOST_TEST(!is_parallel(asio::require(io.get_executor(), execution::blocking.never)));
}

BOOST_AUTO_TEST_CASE(a_signal_without_a_handler_and_a_slot_without_a_signal_do_nothing) {
    detail::embedded_signal<32> signal;
    signal.emit(asio::cancellation_type::terminal);
    using slot_type = detail::embedded_signal<32>::slot;
    slot_type slot(&signal);
    int calls = 0;
    slot.assign([&](asio::cancellation_type_t) { ++calls; });
    BOOST_TEST(slot.has_handler());
    signal.emit(asio::cancellation_type::terminal);
    slot.clear();
    signal.emit(asio::cancellation_type::terminal);
    BOOST_TEST(calls == 1);
    slot_type none;
    none.clear();
    BOOST_TEST((!none.is_connected() && !none.has_handler() && !slot.has_handler()));
}

BOOST_AUTO_TEST_CASE(an_iterator_over_nothing_is_at_its_end) {
    using iterator = decltype(std::declval<const task_set<int>&>().begin());
    BOOST_TEST((iterator() == std::default_sentinel));
}

BOOST_AUTO_TEST_CASE(a_set_whose_handlers_have_no_executor) {
    task_set<int> set;
    const auto next = [&set] {
        const auto got = std::make_shared<std::promise<std::pair<error_code, task<int>>>>();
        set.async_next([got](error_code ec, task<int> t) { got->set_value({ec, std::move(t)}); });
        return got->get_future().get(); // from the system's pool
    };
    BOOST_TEST((next().first == asio::error::invalid_argument));
    asio::io_context io;
    const auto t = create_task(io, seven());
    io.run();
    set.insert(t); // ended, so it has no executor any more
    BOOST_TEST((next().second == t));
    BOOST_TEST(set.empty());
}

BOOST_AUTO_TEST_CASE(a_cancel_of_very_many_is_delivered_in_several_turns) {
    asio::io_context io;
    const auto forever = []() -> awaitable<void> {
        asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
        co_await timer.async_wait(asio::use_awaitable);
    };
    task_set<void> set;
    for (int i = 0; i != 130; ++i)
        set.spawn(io, forever);
    io.poll();
    set.cancel_all();
    bool all_told = false;
    asio::post(io, [&] { all_told = true; });
    int turns = 0;
    while (!all_told && io.poll_one() != 0)
        ++turns;
    BOOST_TEST(turns == 4); // 64, 64, 2, and who came last
    io.run();
    while (const auto t = set.try_next())
        BOOST_TEST_REQUIRE(t->cancelled());
    BOOST_TEST(set.empty());
}

BOOST_AUTO_TEST_CASE(a_wait_that_is_over_before_its_timer_is_looked_at) {
    asio::io_context io;
    const auto t = create_task(io, seven()); // ends in the turn before
    asio::steady_timer timer(io, 1h);
    bool done = false;
    wait_for_tasks(std::vector{t}, timer,
                   asio::bind_executor(io, [&](error_code ec, const wait_result<task<int>>& r) {
                       done = !ec && r.done.size() == 1;
                   }));
    io.run(); // and not for an hour
    BOOST_TEST(done);
    BOOST_TEST(timer.cancel() == 0u);
}

BOOST_AUTO_TEST_CASE(a_handle_to_a_group_can_be_assigned) {
    asio::io_context io;
    int ran = 0;
    const auto child = [&]() -> awaitable<void> {
        ++ran;
        co_return;
    };
    const auto inner = [&](task_group& g) -> awaitable<void> {
        g.spawn(child);
        co_return;
    };
    const auto outer = [&](task_group& g) -> awaitable<void> {
        const auto middle = [&](task_group& other) -> awaitable<void> {
            task_group handle = other;
            handle = g;
            handle.spawn(child); // of the outer group
            co_await inner(other);
        };
        co_await with_task_group(middle);
    };
    const auto t = create_task(io, with_task_group(outer, asio::use_awaitable));
    io.run();
    BOOST_TEST(t.succeeded());
    BOOST_TEST(ran == 2);
}

/// Takes its time to be made.
struct slow_value {
    explicit slow_value(const std::function<void()>& meanwhile) { meanwhile(); }
};

BOOST_AUTO_TEST_CASE(a_child_that_ends_while_its_word_is_being_made_is_ready_all_the_same) {
    asio::io_context io;
    bool got = false;
    const auto body = [&](task_group& g) -> awaitable<void> {
        std::optional<start_signal<slow_value>> said;
        const auto child = [&](start_signal<slow_value> signal) -> awaitable<void> {
            said.emplace(std::move(signal));
            co_return; // without a word of its own
        };
        asio::post(io, [&] {
            // On another thread, say: the child ends, and its starter looks, before the value is there.
            (*said)([&] {
                while (io.poll_one() != 0) {
                }
            });
        });
        co_await g.async_start<slow_value>(child);
        got = true;
    };
    const auto t = create_task(io, with_task_group(body, asio::use_awaitable));
    io.run();
    BOOST_TEST(got);
    BOOST_TEST(t.succeeded());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
