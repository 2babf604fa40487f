// SPDX-License-Identifier: BSL-1.0

// A pool that is stopped, and then destroyed, while its tasks are at any of their steps. Whoever waits for
// them elsewhere hears of it, once.

#include "support/lifetime_tracker.hpp"

#include <asio_wait.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/result.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace asio_wait;
using test::lifetime_tracker;

/// One thread, and a count of steps after which it stops itself.
class stopping_pool {
public:
    explicit stopping_pool(int steps) : left_(steps), pool_(std::in_place, 1u) {}

    asio::thread_pool& get() { return *pool_; }

    asio::awaitable<lifetime_tracker> work(int n) {
        for (int i = 0; i != 4; ++i) {
            co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
            if (left_-- == 0)
                pool_->stop();
        }
        co_return lifetime_tracker(n);
    }

    /// True when it was stopped before its work was done.
    bool end() {
        pool_->join();
        pool_.reset();
        return left_ < 0;
    }

private:
    std::atomic<int> left_;
    std::optional<asio::thread_pool> pool_;
};

struct play {
    explicit play(int steps) : pool(steps) {
        a = create_task(pool.get(), pool.work(1));
        b = create_task(pool.get(), pool.work(2));
        set.insert(a);
        set.insert(b);
    }

    auto handler() {
        return asio::bind_executor(io, [this, kept = lifetime_tracker()](auto&&...) { ++calls; });
    }

    asio::io_context io;
    stopping_pool pool;
    task<lifetime_tracker> a, b;
    task_set<lifetime_tracker> set;
    int calls = 0;
};

/// Stops the pool after 0, 1, 2 ... steps, until it runs to its end.
int stop_everywhere(const std::function<void(play&)>& call) {
    for (int steps = 0;; ++steps) {
        BOOST_TEST_CONTEXT("the pool is stopped at step " << steps) {
            lifetime_tracker::reset();
            bool stopped = false;
            {
                play p(steps);
                call(p);
                stopped = p.pool.end();
                p.io.poll();
                BOOST_TEST((p.a.done() && p.b.done()));
                BOOST_TEST(p.calls == 1);
            }
            BOOST_TEST(lifetime_tracker::live() == 0);
            if (!stopped)
                return steps;
        }
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(faults_pools)

BOOST_AUTO_TEST_CASE(waits) {
    int stops = 0;
    stops += stop_everywhere([](play& p) { p.a.async_wait(p.handler()); });
    stops += stop_everywhere([](play& p) { p.a.async_get(p.handler()); });
    stops += stop_everywhere([](play& p) { wait_for_tasks(p.a, p.b, p.handler()); });
    stops += stop_everywhere(
        [](play& p) { wait_for_tasks(p.a, p.b, std::chrono::hours(1), p.handler()); });
    stops += stop_everywhere([](play& p) { gather(p.a, p.b, p.handler()); });
    stops += stop_everywhere([](play& p) { gather_settled(p.a, p.b, p.handler()); });
    stops += stop_everywhere([](play& p) { wait_for(p.a, std::chrono::hours(1), p.handler()); });
    stops += stop_everywhere([](play& p) { cancel_and_wait(p.a, p.b, p.handler()); });
    BOOST_TEST(stops >= 8 * 4);
}

BOOST_AUTO_TEST_CASE(sets) {
    int stops = 0;
    stops += stop_everywhere([](play& p) { p.set.async_next(p.handler()); });
    stops += stop_everywhere([](play& p) { p.set.async_wait(p.handler()); });
    stops += stop_everywhere([](play& p) { p.set.async_shutdown(p.handler()); });
    BOOST_TEST(stops >= 3 * 4);
}

BOOST_AUTO_TEST_CASE(groups) {
    const int stops = stop_everywhere([](play& p) {
        const auto body = [&p](task_group& g) -> asio::awaitable<void> {
            g.spawn(p.pool.get(), p.pool.work(3));
            co_return;
        };
        with_task_group(p.io, body, p.handler());
        p.io.poll(); // the child runs
    });
    BOOST_TEST(stops >= 4);
}

BOOST_AUTO_TEST_SUITE_END()
