// SPDX-License-Identifier: BSL-1.0

// Each test is named after a report to Boost.Asio (basio: boostorg/asio, asio: chriskohlhoff/asio)
// of something users ran into, and does with this library what was wanted there.

#include "regression.hpp"

BOOST_AUTO_TEST_SUITE(regression_upstream)

using namespace regression;

// "Launch another coroutine concurrently, then later join with it."
CO_TEST_CASE(basio_264) {
    const auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, test::sleeper(10s, std::string("fetched")));
    co_await sleep_for(4s); // other work meanwhile
    BOOST_TEST(!t.done());
    BOOST_TEST(co_await t.async_get() == "fetched");
    BOOST_TEST(virtual_clock::ms() == 10'000);
    // Joining late, and a second time, gives the same.
    co_await sleep_for(5s);
    BOOST_TEST(co_await t.async_get() == "fetched");
    BOOST_TEST(virtual_clock::ms() == 15'000);
}

// Groups whose size is known at run time only, and that grow.
CO_TEST_CASE(asio_1119) {
    const auto ex = co_await asio::this_coro::executor;
    for (const int n : {1, 2, 17}) {
        std::vector<task<int>> pending;
        for (int i = 0; i < n; ++i)
            pending.push_back(create_task(ex, test::sleeper(1s * (i + 1), i)));
        int sum = 0;
        bool grown = false;
        while (!pending.empty()) {
            auto r = co_await wait_for_tasks(std::move(pending), first_completed);
            for (const auto& t : r.done)
                sum += t.result();
            pending = std::move(r.pending);
            if (!std::exchange(grown, true))
                pending.push_back(create_task(ex, test::sleeper(500ms, 1000)));
        }
        BOOST_TEST(sum == 1000 + n * (n - 1) / 2);
    }
}

// `a || b` never completed when one side threw: here a failure ends the wait, and is not thrown by
// it.
CO_TEST_CASE(asio_1094) {
    const auto ex = co_await asio::this_coro::executor;
    const auto bad = create_task(ex, test::failing<int>(1s, "no route"));
    const auto slow = create_task(ex, test::sleeper(1h, 7));
    for (const auto condition : {first_completed, first_exception}) {
        const auto r = co_await wait_for_tasks(bad, slow, condition);
        BOOST_TEST(virtual_clock::ms() == 1000);
        BOOST_REQUIRE(r.done.size() == 1u);
        BOOST_TEST(r.pending.size() == 1u);
        BOOST_TEST(test::what_of(r.done[0].exception()) == "no route");
    }
    // Also one that throws before it ever suspends.
    const auto at_once = create_task(ex, test::failing<int>(0s, "at once"));
    const auto r = co_await wait_for_tasks(slow, at_once, first_exception);
    BOOST_TEST(r.done.size() == 1u);
    BOOST_TEST(test::what_of(at_once.exception()) == "at once");
    BOOST_TEST((slow.get_executor() == ex)); // untouched
    slow.cancel();
    co_await slow.async_wait();
}

// A cancel on its way to a coroutine that has ended meanwhile, and is freed, hit freed memory.
BOOST_FIXTURE_TEST_CASE(asio_1332, test::drained_context) {
    for (int turns = 0; turns != 6; ++turns) {
        auto t = create_task(asio::make_strand(io), test::yield_times(turns));
        asio::post(io, [&t] {
            t.cancel();
            t = {}; // the last handle goes while the request is under way
        });
        run();
        io.restart();
    }
    // The same with the request made by the task's own last step.
    std::optional<task<>> self;
    self = create_task(io, [&]() -> asio::awaitable<void> {
        co_await yield_once();
        self->cancel();
        self.reset();
    });
    BOOST_TEST(run() > 0u);
    // And made for a task that waits for others, from within one of them.
    io.restart();
    std::vector<task<>> ring;
    for (int i = 0; i < 3; ++i)
        ring.push_back(create_task(io, [&ring, i]() -> asio::awaitable<void> {
            if (i == 0) {
                co_await yield_once();
                for (const auto& t : ring)
                    t.cancel();
            } else {
                co_await ring[static_cast<std::size_t>(i) - 1].async_join();
            }
        }));
    run();
    BOOST_TEST(ring[0].succeeded()); // nothing was left in it to cancel
    BOOST_TEST((ring[1].done() && ring[2].done()));
}

// The coroutine operators raced on a thread_pool: every sibling's slot was touched from the thread
// that ended first.
BOOST_AUTO_TEST_CASE(asio_1348) {
    asio::thread_pool pool(4);
    for (int round = 0; round < 100; ++round) {
        const auto race = [&]() -> asio::awaitable<std::size_t> {
            const auto never = [&]() -> asio::awaitable<void> {
                asio::steady_timer t(co_await asio::this_coro::executor,
                                     asio::steady_timer::time_point::max());
                co_await t.async_wait(asio::use_awaitable);
            };
            std::vector<task<>> tasks;
            for (int i = 0; i < 3; ++i)
                tasks.push_back(create_task(pool, never));
            tasks.push_back(create_task(pool, test::yield_times(2)));
            auto r = co_await wait_for_tasks(tasks, first_completed);
            for (const auto& t : r.pending)
                t.cancel();
            r = co_await wait_for_tasks(tasks);
            co_return r.done.size();
        };
        auto n = asio::co_spawn(asio::make_strand(pool), race, asio::use_future);
        BOOST_TEST(n.get() == 4u);
    }
}

// A request that arrives between two operations was lost, and the next one waited for ever.
CO_TEST_CASE(asio_1574) {
    const auto ex = co_await asio::this_coro::executor;
    // The default: the next co_await throws.
    const auto t = create_task(ex, []() -> asio::awaitable<void> {
        co_await test::yield_times(3); // the request comes in between
        co_await forever();
    });
    t.cancel();
    co_await t.async_wait();
    BOOST_TEST(t.cancelled());
    // Without throwing, as in the report: the state tells, also when it came between.
    const auto u = create_task(ex, []() -> asio::awaitable<int> {
        co_await asio::this_coro::throw_if_cancelled(false);
        co_await test::yield_times(3);
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() == asio::cancellation_type::none)
            co_await forever();
        co_return 1;
    });
    u.cancel();
    const int seen = co_await u.async_get();
    BOOST_TEST(seen == 1);
    BOOST_TEST(u.cancel_requested());
}

namespace {

struct no_default {
    explicit no_default(int v) : value(v) {}
    no_default(const no_default&) = delete;
    no_default(no_default&&) = default;
    int value;
};

asio::awaitable<no_default> make_one(int v) {
    co_await sleep_for(1s);
    if (v < 0)
        throw test::boom("negative");
    co_return no_default(v);
}

} // namespace

// co_spawn wants a result that can be made from nothing.
CO_TEST_CASE(asio_1303) {
    const auto ex = co_await asio::this_coro::executor;
    const auto a = create_task(ex, make_one(1));
    const auto b = create_task(ex, [] { return make_one(-1); });
    const auto c = create_task(ex, make_one(3));
    const auto r = co_await wait_for_tasks(a, b, c);
    BOOST_TEST(r.done.size() == 3u);
    BOOST_TEST(a.result().value == 1);
    BOOST_TEST(test::what_of(b.exception()) == "negative");
    auto taken = co_await c.async_get();
    BOOST_TEST(taken.value == 3);
    BOOST_CHECK_THROW(c.result(), invalid_task_state);
    BOOST_TEST(a.take().value == 1);
}

BOOST_AUTO_TEST_SUITE_END()
