// SPDX-License-Identifier: BSL-1.0

// with_task_group, rows TG13 to TG25 of the comparison with asyncio.

#include "groups.hpp"

#include <optional>

namespace groups {
BOOST_AUTO_TEST_SUITE(family_task_group)

CO_TEST_CASE(TG13_an_inner_group_is_cancelled_quietly) {
    int inner_cancels = 0;
    std::string inner_how;
    const auto inner = [&inner_cancels](task_group& g) -> asio::awaitable<void> {
        g.spawn(counts_cancel(inner_cancels));
        co_return;
    };
    const auto outer = [&](task_group& g) -> asio::awaitable<void> {
        g.spawn(failing(10ms, "outer"));
        inner_how = co_await ending(with_task_group(inner));
        co_await yield_once();
    };
    BOOST_TEST((co_await ending(with_task_group(outer))) == "<outer>");
    BOOST_TEST(inner_how == "aborted");
    BOOST_TEST(inner_cancels == 1);
}

CO_TEST_CASE(TG14_both_fail_the_inner_group_inside_the_outer_one) {
    const auto inner = [](task_group& g) -> asio::awaitable<void> {
        g.spawn(fails_when_cancelled("inner"));
        co_return;
    };
    const auto outer = [&inner](task_group& g) -> asio::awaitable<void> {
        g.spawn(failing(10ms, "outer"));
        co_await with_task_group(inner);
    };
    BOOST_TEST((co_await ending(with_task_group(outer))) == "<outer <inner>>");
}

CO_TEST_CASE(TG14_a_body_that_catches_the_inner_group_is_cancelled_all_the_same) {
    std::string caught;
    bool went_on = false;
    const auto inner = [](task_group& g) -> asio::awaitable<void> {
        g.spawn(fails_when_cancelled("inner"));
        co_return;
    };
    const auto outer = [&](task_group& g) -> asio::awaitable<void> {
        g.spawn(failing(10ms, "outer"));
        caught = co_await ending(with_task_group(inner));
        co_await yield_once();
        went_on = true;
    };
    BOOST_TEST((co_await ending(with_task_group(outer))) == "<outer>");
    BOOST_TEST(caught == "<inner>");
    BOOST_TEST(!went_on);
}

// D19: no counter to restore; what remains is that the owner itself was not cancelled.
CO_TEST_CASE(TG15_an_error_leaves_no_cancel_behind_in_the_owner) {
    auto ex = co_await asio::this_coro::executor;
    bool went_on = false;
    auto owner = create_task(ex, [&went_on]() -> asio::awaitable<void> {
        for (int round = 0; round < 3; ++round) {
            const auto body = [](task_group& g) -> asio::awaitable<void> {
                g.spawn(failing(10ms, "child"));
                co_return; // the child fails while the owner waits at the exit
            };
            const auto how = co_await ending(with_task_group(body));
            BOOST_TEST(how == "<child>");
            co_await yield_once();
        }
        went_on = true;
    });
    co_await until_done(owner);
    BOOST_TEST(went_on);
    BOOST_TEST(!owner.cancel_requested());
}

CO_TEST_CASE(TG16_a_body_that_fails_at_once_lets_no_child_start) {
    bool ran = false;
    const auto body = [&ran](task_group& g) -> asio::awaitable<void> {
        const auto later = lazy(g.get_executor()); // D15: else a child starts inside spawn()
        co_await yield_once();
        for (int i = 0; i < 3; ++i)
            g.spawn(later, [&ran]() -> asio::awaitable<void> {
                ran = true;
                co_return;
            });
        throw boom("body");
    };
    BOOST_TEST((co_await ending(with_task_group(body))) == "<body>");
    BOOST_TEST(!ran);
}

CO_TEST_CASE(TG17_a_child_that_swallows_the_cancel_is_waited_for) {
    int cancels = 0;
    std::optional<task<void>> child;
    const auto body = [&](task_group& g) -> asio::awaitable<void> {
        child = g.spawn(resists(50ms, cancels));
        g.spawn(failing(10ms, "other"));
        co_return;
    };
    BOOST_TEST((co_await ending(with_task_group(body))) == "<other>");
    BOOST_TEST(now() == 60);
    BOOST_TEST(child->succeeded());
}

CO_TEST_CASE(TG18_a_cancelled_childs_error_leaving_the_body_is_a_plain_cancel) {
    auto ex = co_await asio::this_coro::executor;
    int siblings = 0;
    std::string how;
    auto owner = create_task(ex, [&]() -> asio::awaitable<void> {
        const auto body = [&siblings](task_group& g) -> asio::awaitable<void> {
            g.spawn(counts_cancel(siblings));
            auto t = g.spawn(forever());
            co_await yield_once();
            t.cancel();
            co_await t.async_get();
        };
        how = co_await ending(with_task_group(body));
        co_await yield_once();
    });
    co_await until_done(owner);
    BOOST_TEST(how == "aborted");
    BOOST_TEST(siblings == 1);
    BOOST_TEST(!owner.cancel_requested());
    BOOST_TEST(owner.succeeded());
}

CO_TEST_CASE(TG20_a_timeout_around_a_group) {
    int cancels = 0;
    const auto body = [&cancels](task_group& g) -> asio::awaitable<void> {
        g.spawn(counts_cancel(cancels));
        co_return;
    };
    const auto block = [&body](timeout_scope&) -> asio::awaitable<void> {
        co_await with_task_group(body);
    };
    BOOST_TEST((co_await ending(with_timeout(in(10ms), block))) == "late");
    BOOST_TEST(cancels == 1);
    BOOST_TEST(now() == 10);
}

CO_TEST_CASE(TG20_a_child_that_fails_after_the_timeout_beats_it) {
    const auto body = [](task_group& g) -> asio::awaitable<void> {
        g.spawn(fails_when_cancelled("clean-up"));
        co_return;
    };
    const auto block = [&body](timeout_scope&) -> asio::awaitable<void> {
        co_await with_task_group(body);
    };
    BOOST_TEST((co_await ending(with_timeout(in(10ms), block))) == "<clean-up>");
}

CO_TEST_CASE(TG20_a_timeout_inside_the_body_is_an_error_of_the_group) {
    int cancels = 0;
    const auto body = [&cancels](task_group& g) -> asio::awaitable<void> {
        g.spawn(counts_cancel(cancels));
        const auto block = [](timeout_scope&) -> asio::awaitable<void> { co_await forever(); };
        co_await with_timeout(in(10ms), block);
    };
    BOOST_TEST((co_await ending(with_task_group(body))) == "<late>");
    BOOST_TEST(cancels == 1);
}

// D19: no counter; what can be asked is whether a cancel was requested, and of whom.
CO_TEST_CASE(TG21_an_abort_is_a_request_to_the_children_not_to_the_owner) {
    auto ex = co_await asio::this_coro::executor;
    bool asked = false;
    auto owner = create_task(ex, [&asked]() -> asio::awaitable<void> {
        const auto body = [&asked](task_group& g) -> asio::awaitable<void> {
            int cancels = 0;
            auto t = g.spawn(resists(10ms, cancels));
            g.spawn(failing(10ms, "child"));
            const auto how = co_await ending(forever());
            BOOST_TEST(how == "aborted");
            asked = t.cancel_requested();
            co_await asio::this_coro::reset_cancellation_state();
            co_await until_done(t);
        };
        const auto how = co_await ending(with_task_group(body));
        BOOST_TEST(how == "<child>");
    });
    co_await sleep_for(15ms);
    BOOST_TEST(!owner.done());
    BOOST_TEST(!owner.cancel_requested());
    co_await until_done(owner);
    BOOST_TEST(asked);
}

// D14: asyncio delivers the swallowed cancel a second time.
CO_TEST_CASE(TG22_a_cancel_swallowed_before_the_group_stays_swallowed) {
    auto ex = co_await asio::this_coro::executor;
    bool went_on = false;
    auto owner = create_task(ex, [&went_on]() -> asio::awaitable<void> {
        const auto first = co_await ending(forever());
        BOOST_TEST(first == "aborted");
        co_await asio::this_coro::reset_cancellation_state();
        const auto body = [](task_group& g) -> asio::awaitable<void> {
            g.spawn(failing(10ms, "child"));
            co_await forever();
        };
        const auto how = co_await ending(with_task_group(body));
        BOOST_TEST(how == "<child>");
        co_await yield_once();
        went_on = true;
    });
    co_await yield_once();
    owner.cancel();
    co_await until_done(owner);
    BOOST_TEST(went_on);
}

CO_TEST_CASE(TG23_a_child_that_fails_inside_spawn_cancels_nobody_inside_the_call) {
    int cancels = 0;
    bool returned = false;
    std::string seen;
    const auto body = [&](task_group& g) -> asio::awaitable<void> {
        g.spawn(counts_cancel(cancels));
        g.spawn(failing(0ms, "at once"));
        BOOST_TEST(cancels == 0);
        returned = true;
        seen = co_await ending(forever());
    };
    BOOST_TEST((co_await ending(with_task_group(body))) == "<at once>");
    BOOST_TEST(returned);
    BOOST_TEST(seen == "aborted");
    BOOST_TEST(cancels == 1);
}

CO_TEST_CASE(TG24_cancel_ends_the_group_without_an_error) {
    int cancels = 0, body_cancelled = 0;
    const auto body = [&](task_group& g) -> asio::awaitable<void> {
        g.spawn(counts_cancel(cancels));
        g.spawn([&g]() -> asio::awaitable<void> {
            co_await sleep_for(10ms);
            g.cancel();
            g.cancel(); // the same request again
        });
        co_await counts_cancel(body_cancelled);
    };
    BOOST_TEST((co_await ending(with_task_group(body))) == "");
    BOOST_TEST(cancels == 1);
    BOOST_TEST(body_cancelled == 1);
    BOOST_TEST(now() == 10);
    bool can_go_on = false;
    co_await yield_once();
    can_go_on = true;
    BOOST_TEST(can_go_on);
}

CO_TEST_CASE(TG24_errors_beat_the_groups_own_cancel) {
    const auto body = [](task_group& g) -> asio::awaitable<void> {
        g.spawn(fails_when_cancelled("clean-up"));
        co_await yield_once();
        g.cancel();
    };
    BOOST_TEST((co_await ending(with_task_group(body))) == "<clean-up>");
}

CO_TEST_CASE(TG24_after_the_end_cancel_does_nothing) {
    std::optional<task_group> kept;
    const auto body = [&kept](task_group& g) -> asio::awaitable<int> {
        kept.emplace(g);
        co_return 3;
    };
    const int value = co_await with_task_group(body);
    kept->cancel();
    co_await yield_once();
    BOOST_TEST(value == 3);
}

CO_TEST_CASE(TG24_the_groups_cancel_does_not_eat_the_owners) {
    auto ex = co_await asio::this_coro::executor;
    std::string how;
    int resisted = 0;
    auto owner = create_task(ex, [&]() -> asio::awaitable<void> {
        const auto body = [&resisted](task_group& g) -> asio::awaitable<void> {
            g.spawn(resists(20ms, resisted));
            g.spawn([&g]() -> asio::awaitable<void> {
                co_await sleep_for(10ms);
                g.cancel();
            });
            co_return;
        };
        how = co_await ending(with_task_group(body));
    });
    co_await sleep_for(15ms);
    owner.cancel();
    co_await until_done(owner);
    BOOST_TEST(how == "aborted");
    BOOST_TEST(now() == 30);
}

// The main coroutine of this test is a plain one, started by co_spawn.
CO_TEST_CASE(TG25_any_coroutine_may_own_a_group_and_run_it_again) {
    int runs = 0;
    const auto body = [&runs](task_group& g) -> asio::awaitable<void> {
        g.spawn([&runs]() -> asio::awaitable<void> {
            ++runs;
            co_return;
        });
        co_return;
    };
    co_await with_task_group(body);
    co_await with_task_group(body);
    BOOST_TEST(runs == 2);
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace groups
