// SPDX-License-Identifier: BSL-1.0

// async_start: a child that says when it is ready, and a starter that waits for just that.

#include "groups.hpp"

#include "support/lifetime_tracker.hpp"
#include "support/tracker_executor.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <future>
#include <memory>
#include <optional>

namespace groups {
BOOST_AUTO_TEST_SUITE(family_group_start)

using test::lifetime_tracker;

CO_TEST_CASE(ready_with_a_value_and_runs_on) {
    const auto body = [](task_group& g) -> asio::awaitable<void> {
        const auto server = [](start_signal<int> ready) -> asio::awaitable<void> {
            co_await sleep_for(10ms);
            ready(5);
            co_await sleep_for(30ms);
        };
        const int port = co_await g.async_start<int>(server, "server");
        BOOST_TEST(port == 5);
        BOOST_TEST(now() == 10);
        BOOST_TEST(g.size() == 1u);
    };
    co_await with_task_group(body);
    BOOST_TEST(now() == 40);
}

CO_TEST_CASE(ready_without_a_value) {
    const auto body = [](task_group& g) -> asio::awaitable<void> {
        const auto child = [](start_signal<> ready) -> asio::awaitable<void> {
            co_await sleep_for(10ms);
            ready();
            co_await sleep_for(10ms);
        };
        co_await g.async_start(child);
        BOOST_TEST(now() == 10);
    };
    co_await with_task_group(body);
    BOOST_TEST(now() == 20);
}

CO_TEST_CASE(ready_with_a_value_that_can_only_be_moved) {
    const auto body = [](task_group& g) -> asio::awaitable<int> {
        using box = std::unique_ptr<int>;
        const auto child = [](start_signal<box> ready) -> asio::awaitable<void> {
            co_await yield_once();
            ready(std::make_unique<int>(7));
        };
        const box seven = co_await g.async_start<box>(child);
        co_return *seven;
    };
    BOOST_TEST((co_await with_task_group(body)) == 7);
}

CO_TEST_CASE(ready_before_the_first_suspension) {
    const auto body = [](task_group& g) -> asio::awaitable<void> {
        const auto child = [](start_signal<std::string> ready) -> asio::awaitable<void> {
            ready("at once");
            co_await sleep_for(10ms);
            throw boom("later");
        };
        const std::string text = co_await g.async_start<std::string>(child);
        BOOST_TEST(text == "at once");
        BOOST_TEST(now() == 0);
        co_await forever();
    };
    BOOST_TEST((co_await ending(with_task_group(body))) == "<later>");
    BOOST_TEST(now() == 10);
}

CO_TEST_CASE(ready_and_over_before_the_first_suspension) {
    const auto body = [](task_group& g) -> asio::awaitable<void> {
        const auto child = [](start_signal<int> ready) -> asio::awaitable<void> {
            ready(1);
            co_return;
        };
        const int one = co_await g.async_start<int>(child);
        BOOST_TEST(one == 1);
    };
    co_await with_task_group(body);
}

CO_TEST_CASE(an_error_before_ready_goes_to_the_starter_only) {
    const auto body = [](task_group& g) -> asio::awaitable<int> {
        auto sibling = g.spawn(sleeper(30ms, 3));
        const auto child = [](start_signal<int>) -> asio::awaitable<void> {
            co_await sleep_for(10ms);
            throw boom("no port");
        };
        const auto how = co_await ending(g.async_start<int>(child));
        BOOST_TEST(how == "no port");
        BOOST_TEST(now() == 10);
        const int three = co_await sibling.async_get(); // nobody has cancelled it
        co_return three;
    };
    BOOST_TEST((co_await with_task_group(body)) == 3);
}

CO_TEST_CASE(an_error_before_ready_that_the_body_does_not_catch_is_the_bodys) {
    const auto body = [](task_group& g) -> asio::awaitable<void> {
        const auto child = [](start_signal<int>) -> asio::awaitable<void> {
            co_await sleep_for(10ms);
            throw boom("no port");
        };
        co_await g.async_start<int>(child);
    };
    BOOST_TEST((co_await ending(with_task_group(body))) == "<no port>");
}

CO_TEST_CASE(a_failure_after_ready_is_the_groups) {
    int cancels = 0;
    std::string text;
    const auto owner = [&]() -> asio::awaitable<void> {
        const auto body = [&cancels](task_group& g) -> asio::awaitable<void> {
            const auto child = [](start_signal<> ready) -> asio::awaitable<void> {
                co_await sleep_for(10ms);
                ready();
                throw boom("crash");
            };
            g.spawn(counts_cancel(cancels));
            co_await g.async_start(child, "server");
            co_await forever();
        };
        co_await with_task_group(body);
    };
    text = co_await text_of(owner());
    BOOST_TEST(text.find("task 'server'") == 0u);
    BOOST_TEST(text.find("group_start.cpp:") != std::string::npos);
    BOOST_TEST(text.find("failed: crash") != std::string::npos);
    BOOST_TEST(cancels == 1);
    BOOST_TEST(now() == 10);
}

CO_TEST_CASE(a_child_that_ends_without_a_word) {
    const auto body = [](task_group& g) -> asio::awaitable<int> {
        const auto child = [](start_signal<int>) -> asio::awaitable<void> {
            co_await sleep_for(10ms);
        };
        bool told = false;
        try {
            co_await g.async_start<int>(child);
        } catch (const invalid_scope_state&) {
            told = true;
        }
        BOOST_TEST(told);
        BOOST_TEST(now() == 10);
        co_return 4;
    };
    BOOST_TEST((co_await with_task_group(body)) == 4);
}

CO_TEST_CASE(without_a_word_though_a_copy_of_the_signal_is_kept) {
    std::optional<start_signal<int>> kept;
    const auto body = [&kept](task_group& g) -> asio::awaitable<void> {
        const auto child = [&kept](start_signal<int> ready) -> asio::awaitable<void> {
            kept.emplace(ready);
            co_await sleep_for(10ms);
        };
        bool told = false;
        try {
            co_await g.async_start<int>(child);
        } catch (const invalid_scope_state&) {
            told = true;
        }
        BOOST_TEST(told);
        (*kept)(3); // too late, and harmless
    };
    co_await with_task_group(body);
    BOOST_TEST(refused([&kept] { (*kept)(3); }));
}

CO_TEST_CASE(a_late_signal_of_a_child_that_failed_changes_nothing) {
    std::optional<start_signal<>> kept;
    const auto body = [&kept](task_group& g) -> asio::awaitable<int> {
        const auto child = [&kept](start_signal<> ready) -> asio::awaitable<void> {
            kept.emplace(ready);
            co_await sleep_for(10ms);
            throw boom("starter's");
        };
        const auto how = co_await ending(g.async_start(child));
        BOOST_TEST(how == "starter's");
        (*kept)();
        co_await sleep_for(10ms);
        co_return 1;
    };
    BOOST_TEST((co_await with_task_group(body)) == 1);
}

CO_TEST_CASE(a_signal_kept_after_the_groups_end_is_harmless) {
    std::optional<start_signal<lifetime_tracker>> kept;
    const auto body = [&kept](task_group& g) -> asio::awaitable<void> {
        const auto child = [&kept](start_signal<lifetime_tracker> ready) -> asio::awaitable<void> {
            kept.emplace(ready);
            co_return;
        };
        co_await ending(g.async_start<lifetime_tracker>(child));
    };
    co_await with_task_group(body);
    (*kept)(lifetime_tracker(1));
    kept.reset();
    BOOST_TEST(lifetime_tracker::live() == 0);
}

CO_TEST_CASE(called_twice_it_throws_where_it_is_called) {
    const auto body = [](task_group& g) -> asio::awaitable<void> {
        const auto child = [](start_signal<int> ready) -> asio::awaitable<void> {
            ready(1);
            BOOST_TEST(refused([&ready] { ready(2); }));
            co_await yield_once();
            BOOST_TEST(refused([&ready] { ready(3); }));
        };
        const int one = co_await g.async_start<int>(child);
        BOOST_TEST(one == 1);
    };
    co_await with_task_group(body);
}

CO_TEST_CASE(cancelled_while_starting_the_child_is_cancelled_and_waited_for) {
    auto ex = co_await asio::this_coro::executor;
    const auto body = [ex](task_group& g) -> asio::awaitable<void> {
        int cancels = 0;
        std::string how;
        auto starter = create_task(ex, [&]() -> asio::awaitable<void> {
            const auto child = [&cancels](start_signal<>) -> asio::awaitable<void> {
                co_await resists(20ms, cancels);
                throw boost::system::system_error(asio::error::operation_aborted);
            };
            how = co_await ending(g.async_start(child));
        });
        co_await sleep_for(10ms);
        starter.cancel();
        co_await until_done(starter);
        BOOST_TEST(how == "aborted");
        BOOST_TEST(cancels == 1);
        BOOST_TEST(now() == 30);
        BOOST_TEST(g.size() == 0u);
    };
    co_await with_task_group(body);
}

CO_TEST_CASE(a_child_that_gets_ready_though_the_start_was_cancelled_is_reported) {
    auto ex = co_await asio::this_coro::executor;
    const auto body = [ex](task_group& g) -> asio::awaitable<void> {
        int cancels = 0, value = 0;
        auto starter = create_task(ex, [&]() -> asio::awaitable<void> {
            const auto child = [&cancels](start_signal<int> ready) -> asio::awaitable<void> {
                co_await resists(20ms, cancels);
                ready(8);
                co_await sleep_for(20ms);
            };
            value = co_await g.async_start<int>(child);
        });
        co_await sleep_for(10ms);
        starter.cancel();
        co_await until_done(starter);
        BOOST_TEST(value == 8);
        BOOST_TEST(now() == 30);
        BOOST_TEST(g.size() == 1u); // it runs on
    };
    co_await with_task_group(body);
    BOOST_TEST(now() == 50);
}

CO_TEST_CASE(the_group_is_cancelled_while_a_child_starts) {
    std::string how;
    const auto body = [&how](task_group& g) -> asio::awaitable<void> {
        g.spawn(failing(10ms, "other"));
        const auto child = [](start_signal<int>) -> asio::awaitable<void> { co_await forever(); };
        how = co_await ending(g.async_start<int>(child));
    };
    BOOST_TEST((co_await ending(with_task_group(body))) == "<other>");
    BOOST_TEST(how == "aborted");
}

CO_TEST_CASE(refused_while_aborting_the_operation_says_so) {
    bool told = false, ran = false;
    const auto body = [&](task_group& g) -> asio::awaitable<void> {
        g.cancel();
        co_await asio::this_coro::reset_cancellation_state();
        const lifetime_tracker held(1);
        const auto child = [held, &ran](start_signal<int> ready) -> asio::awaitable<void> {
            ran = true;
            ready(1);
            co_return;
        };
        try {
            co_await g.async_start<int>(child);
        } catch (const invalid_scope_state&) {
            told = true;
        }
    };
    co_await with_task_group(body);
    BOOST_TEST(told);
    BOOST_TEST(!ran);
    BOOST_TEST(lifetime_tracker::live() == 0);
}

struct throws_when_made {
    throws_when_made() = default;
    explicit throws_when_made(int) { throw boom("not made"); }
};

CO_TEST_CASE(a_value_that_cannot_be_made_is_the_starters_error) {
    const auto body = [](task_group& g) -> asio::awaitable<int> {
        const auto child = [](start_signal<throws_when_made> ready) -> asio::awaitable<void> {
            co_await yield_once();
            ready(1);
            co_await sleep_for(10ms);
        };
        const auto how = co_await ending(g.async_start<throws_when_made>(child));
        BOOST_TEST(how == "not made");
        co_return 1;
    };
    BOOST_TEST((co_await with_task_group(body)) == 1);
    BOOST_TEST(now() == 10);
}

CO_TEST_CASE(tokens_of_a_coroutine) {
    const auto body = [](task_group& g) -> asio::awaitable<void> {
        const auto child = [](start_signal<int> ready) -> asio::awaitable<void> {
            co_await yield_once();
            ready(2);
        };
        const int a = co_await g.async_start<int>(child, asio::use_awaitable);
        auto operation = g.async_start<int>(child, asio::deferred);
        BOOST_TEST(g.size() <= 1u); // not begun
        const int b = co_await std::move(operation);
        const auto [error, c] = co_await g.async_start<int>(child, as_tuple_awaitable);
        BOOST_TEST(a + b + c == 6);
        BOOST_TEST(!error);
    };
    co_await with_task_group(body);
}

BOOST_AUTO_TEST_CASE(tokens_outside_a_coroutine) {
    test::virtual_clock::reset();
    asio::io_context io;
    std::future<int> future;
    int value = 0, where = 0;
    const auto body = [&](task_group& g) -> asio::awaitable<void> {
        const auto child = [](start_signal<int> ready) -> asio::awaitable<void> {
            co_await sleep_for(10ms);
            ready(2);
        };
        future = g.async_start<int>(child, asio::use_future);
        const test::tracker_executor ex(io.get_executor(), 7);
        test::initiate([&] {
            g.async_start<int>(child, asio::bind_executor(ex, [&](std::exception_ptr e, int v) {
                                   BOOST_TEST(!e);
                                   BOOST_TEST(!test::initiating());
                                   value = v;
                                   where = test::innermost_executor();
                               }));
        });
        co_return;
    };
    bool ended = false;
    with_task_group(io, body, [&ended](std::exception_ptr e) { ended = !e; });
    test::run_virtual(io);
    BOOST_TEST(future.get() == 2);
    BOOST_TEST(value == 2);
    BOOST_TEST(where == 7);
    BOOST_TEST(ended);
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace groups
