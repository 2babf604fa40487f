// SPDX-License-Identifier: BSL-1.0

// The scenarios of CPython's tests of asyncio.TaskGroup: second half.

#include "groups.hpp"

#include "support/lifetime_tracker.hpp"

#include <optional>
#include <type_traits>

namespace groups {
BOOST_AUTO_TEST_SUITE(cpython_taskgroup)

CO_TEST_CASE(TestTaskGroup__test_taskgroup_17) {
    auto ex = co_await asio::this_coro::executor;
    int cancels = 0;
    std::string how;
    auto owner = create_task(ex, [&]() -> asio::awaitable<void> {
        const auto body = [&cancels](task_group&) -> asio::awaitable<void> {
            co_await counts_cancel(cancels);
        };
        how = co_await ending(with_task_group(body));
        co_await yield_once();
    });
    co_await sleep_for(100ms);
    owner.cancel();
    co_await until_done(owner);
    BOOST_TEST(owner.cancelled());
    BOOST_TEST(how == "aborted");
    BOOST_TEST(cancels == 1);
}

CO_TEST_CASE(TestTaskGroup__test_taskgroup_19) {
    const auto body = [](task_group& g) -> asio::awaitable<void> {
        g.spawn(failing(100ms, "crash"));
        co_await fails_when_cancelled("body");
    };
    BOOST_TEST((co_await ending(with_task_group(body))) == "<crash body>");
}

// The class that is no Exception there is a type not derived from std::exception here.
CO_TEST_CASE(TestTaskGroup__test_taskgroup_20a) {
    const auto body = [](task_group& g) -> asio::awaitable<void> {
        g.spawn(failing(100ms, "crash"));
        try {
            co_await forever();
        } catch (const boost::system::system_error&) {
            throw 42;
        }
    };
    BOOST_TEST((co_await ending(with_task_group(body))) == "<crash ?>");
}

CO_TEST_CASE(TestTaskGroup__test_taskgroup_22) {
    auto ex = co_await asio::this_coro::executor;
    int cancels = 0;
    auto owner = create_task(ex, [&cancels]() -> asio::awaitable<void> {
        const auto body = [&cancels](task_group& g) -> asio::awaitable<void> {
            g.spawn(counts_cancel(cancels));
            g.spawn(counts_cancel(cancels));
            co_return;
        };
        co_await with_task_group(body);
    });
    co_await yield_once();
    owner.cancel();
    co_await until_done(owner);
    BOOST_TEST(owner.cancelled());
    BOOST_TEST(cancels == 2);
}

CO_TEST_CASE(TestTaskGroup__test_taskgroup_23) {
    const auto body = [](task_group& g) -> asio::awaitable<void> {
        for (int i = 0; i < 20; ++i) {
            g.spawn(sleep_for(10ms));
            g.spawn(yield_once());
            co_await sleep_for(20ms);
            BOOST_TEST(g.size() == 0u);
        }
    };
    co_await with_task_group(body);
}

CO_TEST_CASE(TestTaskGroup__test_taskgroup_task_name) {
    const auto body = [](task_group& g) -> asio::awaitable<void> {
        auto t = g.spawn(sleep_for(10ms), "yolo");
        BOOST_TEST(t.name() == "yolo");
        co_return;
    };
    co_await with_task_group(body);
}

// A group is entered by the call that makes it; there is nothing that could be entered again.
BOOST_AUTO_TEST_CASE(TestTaskGroup__test_taskgroup_already_entered) {
    static_assert(!std::is_invocable_v<task_group&>);
    static_assert(!std::is_constructible_v<task_group, asio::any_io_executor>);
    BOOST_TEST((!std::is_default_constructible_v<task_group>));
}

// A finished group stays finished: its handle refuses children, and each call makes a new group.
CO_TEST_CASE(TestTaskGroup__test_taskgroup_double_enter) {
    std::optional<task_group> first;
    const auto body = [&first](task_group& g) -> asio::awaitable<void> {
        if (!first)
            first.emplace(g);
        g.spawn(yield_once());
        co_return;
    };
    co_await with_task_group(body);
    BOOST_TEST(refused([&] { first->spawn(yield_once()); }));
    co_await with_task_group(body);
    BOOST_TEST(refused([&] { first->spawn(yield_once()); }));
}

asio::awaitable<void> tracked(test::lifetime_tracker, bool& ran) {
    ran = true;
    co_return;
}

CO_TEST_CASE(TestTaskGroup__test_taskgroup_finished) {
    std::optional<task_group> kept;
    bool ran = false;
    const auto body = [&kept](task_group& g) -> asio::awaitable<void> {
        g.spawn(yield_once());
        kept.emplace(g);
        co_return;
    };
    co_await with_task_group(body);
    std::string text;
    try {
        kept->spawn(tracked(test::lifetime_tracker(), ran));
    } catch (const invalid_scope_state& e) {
        text = e.what();
    }
    BOOST_TEST(!text.empty());
    BOOST_TEST(!ran);
    BOOST_TEST(test::lifetime_tracker::live() == 0);
}

// Nothing can be added before entry, because nobody has the handle then: a deferred call that is
// never started does not even make one.
CO_TEST_CASE(TestTaskGroup__test_taskgroup_not_entered) {
    bool entered = false;
    {
        const auto body = [&entered](task_group&) -> asio::awaitable<void> {
            entered = true;
            co_return;
        };
        [[maybe_unused]] auto never = with_task_group(body);
    }
    co_await yield_once();
    BOOST_TEST(!entered);
}

CO_TEST_CASE(TestTaskGroup__test_coro_closed_when_tg_closed) {
    std::optional<task_group> kept;
    bool ran = false;
    const auto body = [&kept](task_group& g) -> asio::awaitable<void> {
        kept.emplace(g);
        co_return;
    };
    co_await with_task_group(body);
    const auto run = [&kept, &ran]() -> asio::awaitable<bool> {
        const bool no = refused([&] { kept->spawn(tracked(test::lifetime_tracker(), ran)); });
        co_return no;
    };
    BOOST_TEST((co_await run()));
    BOOST_TEST(test::lifetime_tracker::live() == 0);
    BOOST_TEST(!ran);
}

// There is no current task (no task-local lookup): the child is found by the handle.
CO_TEST_CASE(TestTaskGroup__test_name) {
    std::string seen;
    const auto body = [&seen](task_group& g) -> asio::awaitable<void> {
        std::optional<task<void>> self;
        const auto child = [&]() -> asio::awaitable<void> {
            co_await yield_once();
            seen = self->name();
        };
        self = g.spawn(child, "example name");
        co_await until_done(*self);
    };
    co_await with_task_group(body);
    BOOST_TEST(seen == "example name");
}

CO_TEST_CASE(TestTaskGroup__test_cancels_task_if_created_during_creation) {
    for (const bool eager : {false, true}) {
        bool inside = false;
        int at_await = 0;
        const auto body = [&](task_group& g) -> asio::awaitable<void> {
            g.spawn([&, eager]() -> asio::awaitable<void> {
                const auto where =
                    eager ? asio::any_io_executor(g.get_executor()) : lazy(g.get_executor());
                try {
                    g.spawn(where, failing(0ms, "child of the child"));
                } catch (...) {
                    inside = true;
                }
                for (at_await = 1; at_await < settle; ++at_await)
                    co_await yield_once();
            });
            co_return;
        };
        const auto how = co_await ending(with_task_group(body));
        BOOST_TEST(how == "<child of the child>");
        BOOST_TEST(!inside);
        BOOST_TEST(at_await >= 1);
        BOOST_TEST(at_await < settle); // turns are not counted
    }
}

CO_TEST_CASE(TestTaskGroup__test_cancellation_does_not_leak_out_of_tg) {
    auto ex = co_await asio::this_coro::executor;
    bool went_on = false;
    auto owner = create_task(ex, [&went_on]() -> asio::awaitable<void> {
        const auto body = [](task_group& g) -> asio::awaitable<void> {
            g.spawn(failing(0ms, "crash"));
            co_await forever();
        };
        const auto how = co_await ending(with_task_group(body));
        BOOST_TEST(how == "<crash>");
        co_await yield_once();
        went_on = true;
    });
    co_await until_done(owner);
    BOOST_TEST(went_on);
    BOOST_TEST(owner.succeeded());
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace groups
