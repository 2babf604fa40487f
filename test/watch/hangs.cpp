// SPDX-License-Identifier: BSL-1.0

// Tests that hang on purpose: check_hang.py looks at what they say on their time limit.

#include <asio_wait/create_task.hpp>
#include <asio_wait/task.hpp>
#include <asio_wait/testing/dump_on_time_limit.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>

namespace {

namespace asio = boost::asio;
using namespace asio_wait;

asio::awaitable<void> wait_for(const task<void>& other) {
    co_await asio::post(asio::use_awaitable); // until there is one
    co_await other.async_wait(asio::use_awaitable);
}

} // namespace

BOOST_AUTO_TEST_SUITE(watch_hangs)

BOOST_AUTO_TEST_CASE(two_tasks_wait_for_each_other) {
    asio::io_context io(1);
    task<void> orders, stock;
    orders = create_task(io, wait_for(stock), "orders");
    stock = create_task(io, wait_for(orders), "stock");
    io.run();
}

BOOST_AUTO_TEST_CASE(nothing_hangs) {
    BOOST_TEST(true);
}

BOOST_AUTO_TEST_CASE(a_limit_that_no_clock_can_count) {
    using namespace std::chrono;
    using testing::detail::bounded_limit;
    constexpr nanoseconds year = hours(24 * 365);
    static_assert(bounded_limit(hours(1'000'000'000)) == year);
    static_assert(bounded_limit(hours::max()) == year);
    static_assert(bounded_limit(duration<double>::max()) == year);
    static_assert(bounded_limit(hours::min()) == nanoseconds::zero());
    static_assert(bounded_limit(milliseconds(900)) == milliseconds(900));
    BOOST_TEST((bounded_limit(-seconds(1)) == nanoseconds::zero())); // when it runs, too
    const testing::dump_on_time_limit limit(hours::max());
}

BOOST_AUTO_TEST_SUITE_END()
