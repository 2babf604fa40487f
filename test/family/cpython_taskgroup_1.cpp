// SPDX-License-Identifier: BSL-1.0

// The scenarios of CPython's tests of asyncio.TaskGroup, by the names they have there: first half.

#include "groups.hpp"

#include <optional>

namespace groups {
BOOST_AUTO_TEST_SUITE(cpython_taskgroup)

CO_TEST_CASE(TestTaskGroup__test_taskgroup_01) {
    std::optional<task<int>> a, b;
    const auto body = [&](task_group& g) -> asio::awaitable<void> {
        a = g.spawn(sleeper(100ms, 42));
        b = g.spawn(sleeper(200ms, 11));
        co_return;
    };
    co_await with_task_group(body);
    BOOST_TEST(a->result() == 42);
    BOOST_TEST(b->result() == 11);
    BOOST_TEST(now() == 200);
}

CO_TEST_CASE(TestTaskGroup__test_taskgroup_02) {
    std::optional<task<int>> a, b;
    const auto body = [&](task_group& g) -> asio::awaitable<void> {
        a = g.spawn(sleeper(100ms, 42));
        co_await sleep_for(50ms);
        b = g.spawn(sleeper(100ms, 11));
    };
    co_await with_task_group(body);
    BOOST_TEST(a->result() == 42);
    BOOST_TEST(b->result() == 11);
    BOOST_TEST(now() == 150);
}

CO_TEST_CASE(TestTaskGroup__test_taskgroup_03) {
    int cancels = 0;
    std::optional<task<int>> a;
    std::optional<task<void>> b;
    const auto body = [&](task_group& g) -> asio::awaitable<void> {
        a = g.spawn(sleeper(100ms, 42));
        b = g.spawn(counts_cancel(cancels));
        co_await sleep_for(50ms);
        b->cancel();
    };
    co_await with_task_group(body);
    BOOST_TEST(a->result() == 42);
    BOOST_TEST(b->cancelled());
    BOOST_TEST(cancels == 1);
}

CO_TEST_CASE(TestTaskGroup__test_taskgroup_04) {
    int cancels = 0;
    std::optional<task<void>> sibling;
    bool after = false;
    const auto owner = [&]() -> asio::awaitable<void> {
        const auto body = [&](task_group& g) -> asio::awaitable<void> {
            sibling = g.spawn(counts_cancel(cancels));
            g.spawn(failing(50ms, "first"));
            co_return;
        };
        co_await with_task_group(body);
        after = true;
    };
    BOOST_TEST((co_await ending(owner())) == "<first>");
    BOOST_TEST(sibling->cancelled());
    BOOST_TEST(cancels == 1);
    BOOST_TEST(!after);
}

CO_TEST_CASE(TestTaskGroup__test_cancel_children_on_child_error) {
    int cancels = 0, body_cancelled = 0;
    const auto body = [&](task_group& g) -> asio::awaitable<void> {
        g.spawn(counts_cancel(cancels));
        // Together, so that none of them is cancelled first: in one turn.
        manual_future<int> gate(g.get_executor());
        const auto fails = [&gate](std::string what) -> asio::awaitable<void> {
            co_await gate.get();
            throw boom(what);
        };
        g.spawn(fails("one"));
        g.spawn(fails("two"));
        g.spawn(fails("three"));
        co_await sleep_for(10ms);
        gate.set_result(1);
        co_await counts_cancel(body_cancelled);
    };
    BOOST_TEST((co_await ending(with_task_group(body))) == "<one two three>");
    BOOST_TEST(cancels == 1);
    BOOST_TEST(body_cancelled == 1);
}

// The owner waits at the exit.
CO_TEST_CASE(TestTaskGroup__test_cancellation) {
    auto ex = co_await asio::this_coro::executor;
    int cancels = 0;
    std::string how;
    auto owner = create_task(ex, [&]() -> asio::awaitable<void> {
        const auto body = [&cancels](task_group& g) -> asio::awaitable<void> {
            for (int i = 0; i < 5; ++i)
                g.spawn(counts_cancel(cancels));
            co_return;
        };
        how = co_await ending(with_task_group(body));
        co_await yield_once();
    });
    co_await sleep_for(100ms);
    BOOST_TEST(!owner.done());
    owner.cancel();
    co_await until_done(owner);
    BOOST_TEST(owner.cancelled());
    BOOST_TEST(how == "aborted");
    BOOST_TEST(cancels == 5);
}

// The owner waits in the body.
CO_TEST_CASE(TestTaskGroup__test_taskgroup_07) {
    auto ex = co_await asio::this_coro::executor;
    int cancels = 0, body_cancelled = 0;
    auto owner = create_task(ex, [&]() -> asio::awaitable<void> {
        const auto body = [&](task_group& g) -> asio::awaitable<void> {
            for (int i = 0; i < 5; ++i)
                g.spawn(counts_cancel(cancels));
            co_await counts_cancel(body_cancelled);
        };
        co_await with_task_group(body);
    });
    co_await sleep_for(100ms);
    owner.cancel();
    co_await until_done(owner);
    BOOST_TEST(owner.cancelled());
    BOOST_TEST(body_cancelled == 1);
    BOOST_TEST(cancels == 5);
}

CO_TEST_CASE(TestTaskGroup__test_taskgroup_09) {
    int cancels = 0;
    std::optional<task<void>> a, b;
    const auto body = [&](task_group& g) -> asio::awaitable<void> {
        a = g.spawn(counts_cancel(cancels));
        b = g.spawn(counts_cancel(cancels));
        co_await sleep_for(100ms);
        throw boom("body");
    };
    BOOST_TEST((co_await ending(with_task_group(body))) == "<body>");
    BOOST_TEST(a->cancelled());
    BOOST_TEST(b->cancelled());
    BOOST_TEST(cancels == 2);
}

CO_TEST_CASE(TestTaskGroup__test_taskgroup_10) {
    int cancels = 0;
    std::optional<task<void>> a, b;
    const auto body = [&](task_group& g) -> asio::awaitable<void> {
        const auto later = lazy(g.get_executor());
        co_await yield_once();
        a = g.spawn(later, counts_cancel(cancels));
        b = g.spawn(later, counts_cancel(cancels));
        throw boom("body");
    };
    BOOST_TEST((co_await ending(with_task_group(body))) == "<body>");
    BOOST_TEST(a->cancelled());
    BOOST_TEST(b->cancelled());
    BOOST_TEST(cancels == 0); // never started
}

CO_TEST_CASE(TestTaskGroup__test_taskgroup_11) {
    auto ex = co_await asio::this_coro::executor;
    std::string how;
    auto owner = create_task(ex, [&how]() -> asio::awaitable<void> {
        const auto inner = [](task_group& g) -> asio::awaitable<void> {
            for (int i = 0; i < 3; ++i)
                g.spawn(fails_when_cancelled("crash"));
            co_await forever();
        };
        const auto outer = [&inner](task_group&) -> asio::awaitable<void> {
            co_await with_task_group(inner);
        };
        how = co_await ending(with_task_group(outer));
    });
    co_await sleep_for(100ms);
    owner.cancel();
    co_await until_done(owner);
    BOOST_TEST(how == "<<crash crash crash>>");
}

CO_TEST_CASE(TestTaskGroup__test_taskgroup_13) {
    int cancels = 0;
    const auto inner = [&cancels](task_group& g) -> asio::awaitable<void> {
        for (int i = 0; i < 5; ++i)
            g.spawn(counts_cancel(cancels));
        co_return;
    };
    const auto outer = [&inner](task_group& g) -> asio::awaitable<void> {
        g.spawn(failing(100ms, "crash"));
        co_await with_task_group(inner);
    };
    BOOST_TEST((co_await ending(with_task_group(outer))) == "<crash>");
    BOOST_TEST(cancels == 5);
}

CO_TEST_CASE(TestTaskGroup__test_taskgroup_14) {
    int cancels = 0;
    const auto inner = [](task_group& g) -> asio::awaitable<void> {
        g.spawn(failing(100ms, "crash"));
        co_await forever();
    };
    const auto outer = [&](task_group& g) -> asio::awaitable<void> {
        g.spawn(counts_cancel(cancels));
        co_await with_task_group(inner);
    };
    BOOST_TEST((co_await ending(with_task_group(outer))) == "<<crash>>");
    BOOST_TEST(cancels == 1);
}

CO_TEST_CASE(TestTaskGroup__test_taskgroup_16) {
    auto ex = co_await asio::this_coro::executor;
    auto runner = create_task(ex, []() -> asio::awaitable<void> {
        const auto body = [](task_group& g) -> asio::awaitable<void> {
            g.spawn(failing(50ms, "crash"));
            co_await forever();
        };
        co_await with_task_group(body);
    });
    BOOST_TEST((co_await ending(runner.async_get())) == "<crash>");
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace groups
