// SPDX-License-Identifier: BSL-1.0

// with_task_group, rows TG1 to TG12 of the comparison with asyncio.

#include "groups.hpp"

#include "support/lifetime_tracker.hpp"

#include <optional>

namespace groups {
BOOST_AUTO_TEST_SUITE(family_task_group)

CO_TEST_CASE(TG1_the_end_of_the_body_waits_for_all_children) {
    int ended = 0;
    const auto body = [&ended](task_group& g) -> asio::awaitable<int> {
        for (const int ms : {10, 30, 20})
            g.spawn([&ended, ms]() -> asio::awaitable<void> {
                co_await sleep_for(milliseconds(ms));
                ++ended;
            });
        if (ended == 0)
            co_return 7; // early
        co_return 0;
    };
    const int value = co_await with_task_group(body);
    BOOST_TEST(value == 7);
    BOOST_TEST(ended == 3);
    BOOST_TEST(now() == 30);
}

CO_TEST_CASE(TG1_without_children_the_body_alone_counts) {
    const auto body = [](task_group& g) -> asio::awaitable<std::string> {
        BOOST_TEST(g.size() == 0u);
        co_return "alone";
    };
    BOOST_TEST((co_await with_task_group(body)) == "alone");
}

CO_TEST_CASE(TG2_one_failure_cancels_siblings_and_body_and_stays_a_group) {
    int siblings = 0, body_cancelled = 0, resisted = 0;
    const auto body = [&](task_group& g) -> asio::awaitable<void> {
        g.spawn(counts_cancel(siblings));
        g.spawn(failing(10ms, "child"));
        g.spawn(resists(40ms, resisted));
        g.spawn(counts_cancel(siblings));
        co_await counts_cancel(body_cancelled);
    };
    BOOST_TEST((co_await ending(with_task_group(body))) == "<child>");
    BOOST_TEST(siblings == 2);
    BOOST_TEST(resisted == 1);
    BOOST_TEST(body_cancelled == 1);
    BOOST_TEST(now() == 50); // it waited for the one that resisted
}

CO_TEST_CASE(TG2_when_the_body_has_returned_already) {
    int siblings = 0;
    const auto body = [&](task_group& g) -> asio::awaitable<int> {
        g.spawn(counts_cancel(siblings));
        g.spawn(failing(10ms, "child"));
        co_return 1;
    };
    BOOST_TEST((co_await ending(with_task_group(body))) == "<child>");
    BOOST_TEST(siblings == 1);
    BOOST_TEST(now() == 10);
}

CO_TEST_CASE(TG3_errors_in_order_of_completion_the_bodys_last) {
    const auto late = [](milliseconds clean_up, std::string what) -> asio::awaitable<void> {
        try {
            co_await forever();
        } catch (const boost::system::system_error&) {
        }
        co_await asio::this_coro::reset_cancellation_state();
        co_await sleep_for(clean_up);
        throw boom(what);
    };
    const auto body = [&late](task_group& g) -> asio::awaitable<void> {
        g.spawn(late(20ms, "third"));
        g.spawn(late(10ms, "second"));
        g.spawn(failing(5ms, "first"));
        co_await fails_when_cancelled("body"); // long before the second
    };
    BOOST_TEST((co_await ending(with_task_group(body))) == "<first second third body>");
    BOOST_TEST(now() == 25);
}

CO_TEST_CASE(TG4_a_child_cancelled_alone_is_no_error_and_affects_nobody) {
    const auto body = [](task_group& g) -> asio::awaitable<std::string> {
        auto ended = g.spawn(forever(), "ended");
        auto other = g.spawn(sleeper(20ms, 5), "other");
        co_await sleep_for(10ms);
        ended.cancel();
        co_await until_done(ended);
        BOOST_TEST(ended.cancelled());
        BOOST_TEST(!other.cancel_requested());
        const int five = co_await other.async_get();
        co_return std::to_string(five);
    };
    BOOST_TEST((co_await with_task_group(body)) == "5");
    BOOST_TEST(now() == 20);
}

// The same error without a request is a failure (D10).
CO_TEST_CASE(TG4_a_child_that_only_looks_cancelled_is_an_error) {
    const auto body = [](task_group& g) -> asio::awaitable<void> {
        g.spawn([]() -> asio::awaitable<void> {
            co_await yield_once();
            throw boost::system::system_error(asio::error::operation_aborted);
        });
        co_await forever();
    };
    BOOST_TEST((co_await ending(with_task_group(body))) == "<aborted>");
}

CO_TEST_CASE(TG5_the_bodys_own_error_is_wrapped_as_well) {
    int siblings = 0;
    const auto body = [&siblings](task_group& g) -> asio::awaitable<int> {
        g.spawn(counts_cancel(siblings));
        co_await sleep_for(10ms);
        throw boom("body");
    };
    BOOST_TEST((co_await ending(with_task_group(body))) == "<body>");
    BOOST_TEST(siblings == 1);
    BOOST_TEST(now() == 10);
}

CO_TEST_CASE(TG6_who_awaits_the_failing_child_is_cancelled_and_it_is_listed_once) {
    std::string seen;
    const auto body = [&seen](task_group& g) -> asio::awaitable<void> {
        auto t = g.spawn(failing(10ms, "child"));
        seen = co_await ending(t.async_get());
        co_await yield_once();
    };
    BOOST_TEST((co_await ending(with_task_group(body))) == "<child>");
    BOOST_TEST(seen == "aborted");
}

CO_TEST_CASE(TG6_an_error_handed_on_by_the_body_is_listed_once) {
    const auto body = [](task_group& g) -> asio::awaitable<void> {
        auto t = g.spawn(failing(10ms, "child"));
        auto other = g.spawn(fails_when_cancelled("other"));
        const auto how = co_await ending(forever());
        BOOST_TEST(how == "aborted");
        std::rethrow_exception(t.exception());
    };
    BOOST_TEST((co_await ending(with_task_group(body))) == "<child other>");
}

CO_TEST_CASE(TG7_a_body_that_swallows_the_groups_cancel_changes_nothing) {
    int cancels = 0;
    const auto body = [&cancels](task_group& g) -> asio::awaitable<int> {
        g.spawn(failing(10ms, "child"));
        co_await resists(10ms, cancels);
        co_return 1;
    };
    BOOST_TEST((co_await ending(with_task_group(body))) == "<child>");
    BOOST_TEST(cancels == 1);
    BOOST_TEST(now() == 20);
}

CO_TEST_CASE(TG8_a_cancelled_owner_cancels_all_once_and_waits) {
    auto ex = co_await asio::this_coro::executor;
    int cancels = 0, body_cancelled = 0;
    std::string how;
    const auto body = [&](task_group& g) -> asio::awaitable<void> {
        g.spawn(counts_cancel(cancels));
        g.spawn(resists(30ms, cancels));
        co_await counts_cancel(body_cancelled);
    };
    auto owner = create_task(ex, [&]() -> asio::awaitable<void> {
        how = co_await ending(with_task_group(body));
        BOOST_TEST(now() == 40);
        co_await yield_once(); // still cancelled (D9)
        BOOST_ERROR("not reached");
    });
    co_await sleep_for(10ms);
    owner.cancel();
    co_await until_done(owner);
    BOOST_TEST(how == "aborted");
    BOOST_TEST(cancels == 2);
    BOOST_TEST(body_cancelled == 1);
    BOOST_TEST(owner.cancelled());
}

CO_TEST_CASE(TG9_a_child_that_fails_in_its_clean_up_beats_the_owners_cancel) {
    auto ex = co_await asio::this_coro::executor;
    std::string how;
    bool went_on = false;
    auto owner = create_task(ex, [&]() -> asio::awaitable<void> {
        const auto body = [](task_group& g) -> asio::awaitable<void> {
            g.spawn(fails_when_cancelled("clean-up"));
            co_await forever();
        };
        how = co_await ending(with_task_group(body));
        co_await yield_once();
        went_on = true;
    });
    co_await sleep_for(10ms);
    owner.cancel();
    co_await until_done(owner);
    BOOST_TEST(how == "<clean-up>");
    BOOST_TEST(!went_on); // the cancel is not lost
}

CO_TEST_CASE(TG10_further_cancels_are_not_passed_on_and_the_exit_goes_on) {
    auto ex = co_await asio::this_coro::executor;
    int cancels = 0, resisted = 0;
    std::string how;
    auto owner = create_task(ex, [&]() -> asio::awaitable<void> {
        const auto body = [&](task_group& g) -> asio::awaitable<void> {
            g.spawn(resists(30ms, resisted));
            g.spawn(counts_cancel(cancels));
            co_return;
        };
        how = co_await ending(with_task_group(body));
    });
    for (int i = 0; i < 3; ++i) {
        co_await sleep_for(10ms);
        BOOST_TEST(owner.cancel());
    }
    co_await until_done(owner);
    BOOST_TEST(how == "aborted");
    BOOST_TEST(cancels == 1);
    BOOST_TEST(resisted == 1); // the second one would have ended its sleep
    BOOST_TEST(now() == 40);
}

CO_TEST_CASE(TG10_a_cancel_while_a_childs_error_is_on_its_way_out) {
    auto ex = co_await asio::this_coro::executor;
    int resisted = 0;
    std::string how;
    bool went_on = false;
    auto owner = create_task(ex, [&]() -> asio::awaitable<void> {
        const auto body = [&](task_group& g) -> asio::awaitable<void> {
            g.spawn(failing(10ms, "child"));
            g.spawn(resists(30ms, resisted));
            co_return;
        };
        how = co_await ending(with_task_group(body));
        co_await yield_once();
        went_on = true;
    });
    co_await sleep_for(20ms);
    owner.cancel();
    co_await until_done(owner);
    BOOST_TEST(how == "<child>");
    BOOST_TEST(now() == 40);
    BOOST_TEST(resisted == 1);
    BOOST_TEST(!went_on);
}

asio::awaitable<void> held(test::lifetime_tracker, bool& ran) {
    ran = true;
    co_return;
}

CO_TEST_CASE(TG11_after_the_end_a_child_is_refused_and_destroyed_unrun) {
    std::optional<task_group> kept;
    bool ran = false;
    const auto body = [&kept](task_group& g) -> asio::awaitable<void> {
        kept.emplace(g);
        co_return;
    };
    co_await with_task_group(body);
    BOOST_TEST(refused([&] { kept->spawn(held(test::lifetime_tracker(), ran)); }));
    BOOST_TEST(test::lifetime_tracker::live() == 0);
    BOOST_TEST(!ran);
    BOOST_TEST(kept->size() == 0u);
}

CO_TEST_CASE(TG11_while_aborting_a_child_is_refused_and_destroyed_unrun) {
    bool ran = false, tried = false;
    const auto body = [&](task_group& g) -> asio::awaitable<void> {
        g.spawn(failing(10ms, "child"));
        const auto how = co_await ending(forever());
        BOOST_TEST(how == "aborted");
        BOOST_TEST(refused([&] { g.spawn(held(test::lifetime_tracker(), ran)); }));
        BOOST_TEST(test::lifetime_tracker::live() == 0);
        tried = true;
    };
    BOOST_TEST((co_await ending(with_task_group(body))) == "<child>");
    BOOST_TEST(tried);
    BOOST_TEST(!ran);
}

CO_TEST_CASE(TG12_children_add_children_while_the_owner_waits) {
    int ended = 0;
    const auto body = [&ended](task_group& g) -> asio::awaitable<void> {
        g.spawn([&g, &ended]() -> asio::awaitable<void> {
            co_await sleep_for(10ms);
            g.spawn([&g, &ended]() -> asio::awaitable<void> {
                co_await sleep_for(10ms);
                g.spawn([&ended]() -> asio::awaitable<void> {
                    co_await sleep_for(10ms);
                    ++ended;
                });
                ++ended;
            });
            ++ended;
        });
        co_return;
    };
    co_await with_task_group(body);
    BOOST_TEST(ended == 3);
    BOOST_TEST(now() == 30);
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace groups
