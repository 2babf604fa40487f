// SPDX-License-Identifier: BSL-1.0

// Dumps from one thread while tasks begin, wait and end on others; for ThreadSanitizer above all.

#include "support/sleepers.hpp"

#include <asio_wait.hpp>
#include <asio_wait/detail/task_graph.hpp>

#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstddef>
#include <sstream>
#include <vector>

namespace watch {
namespace {

namespace asio = boost::asio;
using namespace asio_wait;
using asio::awaitable;
using test::yield_times;

BOOST_AUTO_TEST_SUITE(watch_threads)

BOOST_AUTO_TEST_CASE(dumps_while_tasks_begin_wait_and_end_elsewhere) {
    watch_tasks();
    constexpr int workers = 3;
    constexpr int rounds = 40;
    std::atomic<int> ended{0};
    std::size_t shown = 0;
    {
        asio::thread_pool pool(workers);
        std::vector<task<void>> all;
        for (int i = 0; i != workers; ++i)
            all.push_back(create_task(pool, [&]() -> awaitable<void> {
                const auto ex = co_await asio::this_coro::executor;
                for (int round = 0; round != rounds; ++round) {
                    task_set<void> set;
                    std::vector<task<void>> children;
                    for (int n = 0; n != 5; ++n) {
                        children.push_back(create_task(ex, yield_times(n), "child"));
                        children.back().name("renamed");
                        set.insert(children.back());
                    }
                    co_await set.async_next();
                    co_await wait_for_tasks(children, return_when::first_completed);
                    co_await set.async_wait(return_when::all_completed);
                }
                ++ended;
            }));
        while (ended != workers) {
            std::ostringstream out;
            dump_tasks(out);
            shown += out.str().size();
            std::ostringstream json;
            dump_tasks(json, dump_format::json);
        }
        pool.join();
        for (const auto& t : all)
            t.result();
    }
    watch_tasks(false);
    BOOST_TEST(shown > 0u);
    const auto left = detail::watched_now();
    BOOST_TEST(left.tasks.empty());
    BOOST_TEST(left.waits.empty());
    BOOST_TEST(left.sets.empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace watch
