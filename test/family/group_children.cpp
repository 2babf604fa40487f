// SPDX-License-Identifier: BSL-1.0

// with_task_group beyond the rows: values, executors, tokens, and who outlives whom.

#include "groups.hpp"

#include "support/lifetime_tracker.hpp"
#include "support/tracker_executor.hpp"
#include "support/unobserved_log.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/execution/bad_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_future.hpp>

#include <cstddef>
#include <future>
#include <memory>
#include <optional>

namespace groups {
BOOST_AUTO_TEST_SUITE(family_group_children)

using test::lifetime_tracker;

/// A value that can only be moved and cannot be made from nothing.
struct ticket {
    explicit ticket(int n) : number(std::make_unique<int>(n)) {}
    std::unique_ptr<int> number;
};

CO_TEST_CASE(a_value_that_cannot_be_made_from_nothing) {
    const auto body = [](task_group& g) -> asio::awaitable<ticket> {
        g.spawn(sleep_for(10ms));
        co_return ticket(9);
    };
    const ticket t = co_await with_task_group(body);
    BOOST_TEST(*t.number == 9);
    BOOST_TEST(now() == 10);
}

CO_TEST_CASE(a_cancelled_group_without_a_value_of_its_body_is_cancelled) {
    const auto body = [](task_group& g) -> asio::awaitable<int> {
        g.cancel();
        co_await forever();
        co_return 1;
    };
    BOOST_TEST((co_await ending(with_task_group(body))) == "aborted");
}

CO_TEST_CASE(a_value_returned_all_the_same_is_kept) {
    int cancels = 0;
    const auto body = [&cancels](task_group& g) -> asio::awaitable<int> {
        g.spawn(counts_cancel(cancels));
        co_await yield_once();
        g.cancel();
        co_return 6;
    };
    BOOST_TEST((co_await with_task_group(body)) == 6);
    BOOST_TEST(cancels == 1);
}

CO_TEST_CASE(repeated_cancels_reach_the_body_only) {
    int body_cancels = 0, resisted = 0;
    const auto body = [&](task_group& g) -> asio::awaitable<void> {
        auto t = g.spawn(resists(30ms, resisted));
        for (int round = 0; round < 3; ++round) {
            g.cancel();
            body_cancels += (co_await ending(forever())) == "aborted";
            co_await asio::this_coro::reset_cancellation_state();
        }
    };
    co_await with_task_group(body);
    BOOST_TEST(body_cancels == 3);
    BOOST_TEST(resisted == 1);
    BOOST_TEST(now() == 30); // the sleep in its clean-up was left alone
}

CO_TEST_CASE(a_childs_failure_during_the_abort_does_not_interrupt_the_bodys_clean_up) {
    int cancels = 0;
    bool cleaned = false;
    const auto body = [&](task_group& g) -> asio::awaitable<void> {
        const auto child = []() -> asio::awaitable<void> {
            int mine = 0;
            co_await resists(10ms, mine);
            throw boom("clean-up");
        };
        g.spawn(child);
        g.spawn([&g]() -> asio::awaitable<void> {
            co_await sleep_for(5ms);
            g.cancel();
        });
        co_await resists(30ms, cancels);
        cleaned = true;
    };
    BOOST_TEST((co_await ending(with_task_group(body))) == "<clean-up>");
    BOOST_TEST(cleaned);
    BOOST_TEST(now() == 35);
}

// Coroutines ignore `total` unless they opt in; what comes later must still reach the children.
CO_TEST_CASE(a_stronger_cancel_reaches_the_children_after_a_weaker_one) {
    auto ex = co_await asio::this_coro::executor;
    for (const bool by_failure : {false, true}) {
        asio::cancellation_signal signal;
        int cancels = 0;
        std::optional<std::string> how;
        const auto body = [&](task_group& g) -> asio::awaitable<void> {
            g.spawn(counts_cancel(cancels));
            if (by_failure)
                g.spawn(failing(10ms, "child"));
            co_return;
        };
        const auto ended = [&how](std::exception_ptr e) { how = word(e); };
        with_task_group(
            ex, body, asio::bind_cancellation_slot(signal.slot(), asio::bind_executor(ex, ended)));
        co_await yield_once();
        signal.emit(asio::cancellation_type::total);
        co_await sleep_for(20ms);
        BOOST_TEST(how.has_value() == by_failure);
        if (!by_failure)
            signal.emit(asio::cancellation_type::terminal);
        co_await yield_times(settle);
        BOOST_REQUIRE(how.has_value());
        BOOST_TEST(*how == (by_failure ? "<child>" : "aborted"));
        BOOST_TEST(cancels == 1);
    }
}

// All have ended and the result is on its way, when a child is added and the owner cancelled.
CO_TEST_CASE(a_cancel_that_comes_when_all_have_ended_reaches_who_was_added_meanwhile) {
    auto ex = co_await asio::this_coro::executor;
    asio::cancellation_signal signal;
    std::optional<task_group> kept;
    std::optional<std::string> how;
    bool added = false;
    const auto meanwhile = [&] {
        added = !refused([&] { kept->spawn(forever()); });
        signal.emit(asio::cancellation_type::terminal);
    };
    const auto body = [&](task_group& g) -> asio::awaitable<void> {
        kept.emplace(g);
        // Queued behind the body's last step and in front of what that posts.
        asio::post(ex, [&] { asio::post(ex, meanwhile); });
        co_await yield_once();
    };
    const auto ended = [&how](std::exception_ptr e) { how = word(e); };
    with_task_group(ex, body,
                    asio::bind_cancellation_slot(signal.slot(), asio::bind_executor(ex, ended)));
    co_await yield_times(settle);
    BOOST_REQUIRE(how.has_value());
    BOOST_TEST(*how == "aborted");
    BOOST_TEST(added);
}

CO_TEST_CASE(children_may_run_on_other_executors) {
    auto ex = co_await asio::this_coro::executor;
    const test::tracker_executor elsewhere(ex, 5);
    int home = -1, away = -1;
    const auto body = [&](task_group& g) -> asio::awaitable<void> {
        const auto where = [](int& id) -> asio::awaitable<void> {
            co_await yield_once();
            id = test::innermost_executor();
        };
        g.spawn(asio::any_io_executor(elsewhere), where(away), "away");
        g.spawn(where(home));
        g.spawn(asio::make_strand(ex), sleep_for(10ms));
        BOOST_TEST(g.size() == 3u);
        BOOST_TEST((g.get_executor() == ex));
        co_return;
    };
    co_await with_task_group(body);
    BOOST_TEST(home == 0);
    BOOST_TEST(away == 5);
    BOOST_TEST(now() == 10);
}

CO_TEST_CASE(the_executor_named_is_the_groups) {
    auto ex = co_await asio::this_coro::executor;
    const asio::any_io_executor named(test::tracker_executor(ex, 4));
    int body_at = 0, child_at = 0;
    const auto body = [&](task_group& g) -> asio::awaitable<void> {
        co_await yield_once();
        body_at = test::innermost_executor();
        g.spawn([&child_at]() -> asio::awaitable<void> {
            co_await yield_once();
            child_at = test::innermost_executor();
        });
    };
    co_await with_task_group(named, body);
    BOOST_TEST(body_at == 4);
    BOOST_TEST(child_at == 4);
    BOOST_TEST(test::innermost_executor() == 0);
}

CO_TEST_CASE(what_a_child_captured_and_what_the_body_held_is_destroyed_in_time) {
    const auto body = [](task_group& g) -> asio::awaitable<void> {
        const lifetime_tracker of_the_body(1);
        for (int i = 0; i < 3; ++i) {
            lifetime_tracker of_the_child(i);
            g.spawn([of_the_child, i]() -> asio::awaitable<void> {
                co_await sleep_for(milliseconds(10 * of_the_child.value()));
                BOOST_TEST(of_the_child.value() == i);
            });
        }
        co_return;
    };
    co_await with_task_group(body);
    BOOST_TEST(lifetime_tracker::live() == 0);
}

// After the end a copy holds neither the executor nor a child.
BOOST_AUTO_TEST_CASE(a_copy_may_outlive_the_context) {
    std::optional<task_group> kept;
    asio::cancellation_signal signal;
    for (const bool to_the_end : {true, false}) {
        test::virtual_clock::reset();
        {
            asio::io_context io;
            const auto body = [&](task_group& g) -> asio::awaitable<void> {
                kept.emplace(g);
                if (!to_the_end)
                    co_await forever();
            };
            const auto ended = [](std::exception_ptr) {};
            with_task_group(
                asio::make_strand(io), body,
                asio::bind_cancellation_slot(signal.slot(), asio::bind_executor(io, ended)));
            test::run_virtual(io);
        }
        BOOST_TEST(refused([&kept] { kept->spawn(forever()); }));
        kept->cancel();
        signal.emit(asio::cancellation_type::terminal);
        kept.reset();
    }
}

BOOST_AUTO_TEST_CASE(an_operation_made_in_the_body_may_be_started_after_the_end) {
    test::virtual_clock::reset();
    asio::io_context io;
    std::exception_ptr spawn_error, start_error;
    const auto child = [](start_signal<> ready) -> asio::awaitable<void> {
        ready();
        co_return;
    };
    using spawning = decltype(std::declval<task_group&>().async_spawn(forever()));
    using starting = decltype(std::declval<task_group&>().async_start(child));
    std::optional<spawning> spawn;
    std::optional<starting> start;
    const auto body = [&](task_group& g) -> asio::awaitable<void> {
        spawn.emplace(g.async_spawn(forever()));
        start.emplace(g.async_start(child));
        co_return;
    };
    with_task_group(io, body, asio::detached);
    test::run_virtual(io);
    std::move (*spawn)(
        asio::bind_executor(io, [&](std::exception_ptr e, const task<void>&) { spawn_error = e; }));
    std::move (*start)(asio::bind_executor(io, [&](std::exception_ptr e) { start_error = e; }));
    test::run_virtual(io);
    BOOST_TEST(!!spawn_error);
    BOOST_TEST(!!start_error);
}

CO_TEST_CASE(tokens_of_a_coroutine) {
    const auto body = [](task_group& g) -> asio::awaitable<int> {
        g.spawn(sleep_for(10ms));
        co_return 2;
    };
    const int a = co_await with_task_group(body, asio::use_awaitable);
    auto operation = with_task_group(body, asio::deferred);
    co_await sleep_for(10ms);
    BOOST_TEST(now() == 20);
    const int b = co_await std::move(operation);
    BOOST_TEST(now() == 30); // it began with the await
    const auto [error, c] = co_await with_task_group(body, as_tuple_awaitable);
    BOOST_TEST(!error);
    BOOST_TEST(a + b + c == 6);
}

BOOST_AUTO_TEST_CASE(tokens_outside_a_coroutine) {
    test::virtual_clock::reset();
    asio::io_context io;
    const test::tracker_executor ex(io.get_executor(), 7);
    int value = 0, where = 0;
    const auto body = [](task_group& g) -> asio::awaitable<int> {
        g.spawn(sleep_for(10ms));
        co_return 2;
    };
    auto future = with_task_group(io, body, asio::use_future);
    const auto bad = [](task_group& g) -> asio::awaitable<void> {
        g.spawn(failing(10ms, "child"));
        co_return;
    };
    auto failed = with_task_group(io, bad, asio::use_future);
    test::initiate([&] { // the body, too, runs where the handler does
        with_task_group(body, asio::bind_executor(ex, [&](std::exception_ptr e, int v) {
                            BOOST_TEST(!e);
                            BOOST_TEST(!test::initiating());
                            value = v;
                            where = test::innermost_executor();
                        }));
    });
    test::run_virtual(io);
    BOOST_TEST(future.get() == 2);
    BOOST_CHECK_THROW(failed.get(), exception_group);
    BOOST_TEST(value == 2);
    BOOST_TEST(where == 7);
}

// The handler's context goes first; nobody is left who could hear of the child's failure.
BOOST_AUTO_TEST_CASE(a_child_elsewhere_outlives_the_owners_context) {
    test::virtual_clock::reset();
    const test::unobserved_log log;
    asio::io_context other;
    {
        asio::io_context io;
        const auto body = [&other](task_group& g) -> asio::awaitable<void> {
            g.spawn(other, fails_when_cancelled("unheard"));
            co_await forever();
        };
        with_task_group(io, body, asio::detached);
        test::run_virtual(io, other);
    }
    test::run_virtual(other);
    BOOST_TEST(log.size() == 1u);
}

// Nobody waits for it any more, and what it refers to may be gone with the group's context.
BOOST_AUTO_TEST_CASE(a_child_elsewhere_is_cancelled_when_the_groups_context_dies) {
    test::virtual_clock::reset();
    asio::io_context there;
    task<void> child;
    {
        asio::io_context here;
        const auto body = [&](task_group& g) -> asio::awaitable<void> {
            child = g.spawn(there, forever());
            co_await forever();
        };
        with_task_group(here, body, asio::bind_executor(here, [](std::exception_ptr) {
                            BOOST_ERROR("called");
                        }));
        test::run_virtual(here, there);
        BOOST_TEST(!child.done());
    }
    test::run_virtual(there);
    BOOST_TEST(child.cancelled());
}

CO_TEST_CASE(a_typed_child_whose_executor_is_not_the_groups_is_refused) {
    using strand = asio::strand<asio::io_context::executor_type>;
    bool begun = false;
    const auto child = [&]() -> asio::awaitable<void, strand> {
        begun = true;
        co_return;
    };
    const auto body = [&](task_group& g) -> asio::awaitable<std::size_t> {
        BOOST_CHECK_THROW(g.spawn(child), asio::execution::bad_executor);
        co_return g.size();
    };
    const std::size_t children = co_await with_task_group(body);
    BOOST_TEST(children == 0u);
    BOOST_TEST(!begun);
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace groups
