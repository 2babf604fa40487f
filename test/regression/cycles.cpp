// SPDX-License-Identifier: BSL-1.0

// Ownership cycles, handlers that come back to us while they are destroyed, and what is left when
// something throws.

#include "support/counting_allocator.hpp"
#include "support/fail_at.hpp"

#include "regression.hpp"

#include <boost/asio/bind_allocator.hpp>

BOOST_AUTO_TEST_SUITE(regression_cycles)

using namespace regression;

BOOST_AUTO_TEST_CASE(a_coroutine_holds_handles_to_tasks_that_hold_it) {
    lifetime_tracker::reset();
    task<> seen;
    {
        asio::io_context io;
        struct family {
            std::vector<task<>> members;
            lifetime_tracker alive;
        };
        const auto all = std::make_shared<family>();
        for (int i = 0; i < 3; ++i)
            all->members.push_back(
                create_task(asio::make_strand(io), [all, i]() -> asio::awaitable<void> {
                    co_await yield_once();
                    auto others = all->members;
                    others.erase(others.begin() + i);
                    co_await wait_for_tasks(others);
                }));
        seen = all->members[0];
        io.poll();
    }
    BOOST_TEST(code_of(seen) == error_code(error::task_abandoned));
    BOOST_TEST(lifetime_tracker::live() == 0);
}

BOOST_AUTO_TEST_CASE(two_tasks_wait_for_each_other) {
    for (const bool both_contexts : {false, true}) {
        lifetime_tracker::reset();
        task<> a, b;
        {
            asio::io_context one, two;
            asio::io_context& other = both_contexts ? two : one;
            a = create_task(one, [&b]() -> asio::awaitable<void> {
                const lifetime_tracker alive;
                co_await yield_once();
                co_await b.async_join();
            });
            b = create_task(other, [a]() -> asio::awaitable<void> {
                const lifetime_tracker alive;
                co_await wait_for_tasks(a);
            });
            one.poll();
            two.poll();
            one.restart();
            one.poll();
            BOOST_TEST((!a.done() && !b.done()));
        }
        BOOST_TEST((a.done() && b.done()));
        BOOST_TEST(lifetime_tracker::live() == 0);
    }
}

namespace {

/// While it is destroyed it cancels, asks, waits, and drops the last handle.
struct meddler {
    asio::io_context* io;
    std::optional<task<>> victim;
    int* called;
    int* destroyed;

    meddler(asio::io_context& i, task<> v, int& c, int& d)
        : io(&i), victim(std::move(v)), called(&c), destroyed(&d) {}
    meddler(meddler&&) = default;

    ~meddler() {
        if (!victim || !victim->valid())
            return;
        ++*destroyed;
        victim->cancel();
        victim->name("meddled with");
        (void)victim->done();
        wait_for_tasks(*victim, all_completed, 1h, asio::bind_executor(*io, asio::detached));
        victim->async_wait(asio::bind_executor(*io, asio::detached));
        victim.reset();
    }

    template<class... A>
    void operator()(A&&...) {
        ++*called;
    }
};

} // namespace

// A lock of ours held here would never be got again.
BOOST_AUTO_TEST_CASE(a_handlers_destructor_comes_back_to_us) {
    for (int turns = 0; turns != 5; ++turns) {
        int called = 0;
        int destroyed = 0;
        task<> watched;
        {
            asio::io_context io;
            watched = create_task(io, [] { return forever(); });
            const auto ended = create_task(io, []() -> asio::awaitable<void> { co_return; });
            const auto wait_with = [&](const task<>& t) {
                wait_for_tasks(t, all_completed, 1h,
                               asio::bind_executor(io, meddler(io, t, called, destroyed)));
                t.async_wait(asio::bind_executor(asio::make_strand(io),
                                                 meddler(io, watched, called, destroyed)));
            };
            wait_with(watched);
            wait_with(ended);
            for (int i = 0; i != turns; ++i)
                io.poll_one();
        }
        BOOST_TEST(destroyed == 4);
        BOOST_TEST(watched.done());
    }
}

// What is destroyed by the end of a task, and by a wait, may do the same.
BOOST_AUTO_TEST_CASE(values_and_captures_come_back_to_us_too) {
    asio::io_context io;
    int called = 0;
    int destroyed = 0;
    const auto other = create_task(io, [] { return forever(); });
    auto t = create_task(
        io,
        [m = std::make_shared<meddler>(io, other, called, destroyed)]() -> asio::awaitable<void> {
            co_await yield_once();
        });
    io.run();
    BOOST_TEST(t.succeeded());
    BOOST_TEST(destroyed == 1); // the capture goes before the task is called done
    BOOST_TEST(other.cancelled());
}

BOOST_AUTO_TEST_CASE(a_throwing_handler_leaves_everything_usable) {
    asio::io_context io;
    const auto t = create_task(io, []() -> asio::awaitable<int> {
        co_await yield_once();
        co_return 5;
    });
    int served = 0;
    for (int i = 0; i < 3; ++i)
        wait_for_tasks(t, asio::bind_executor(io, [&served](error_code, wait_result<task<int>>) {
                           ++served;
                           throw test::boom("handler");
                       }));
    t.async_get(asio::bind_executor(io, [&served](std::exception_ptr, int v) {
        served += v;
        throw test::boom("getter");
    }));
    int thrown = 0;
    for (bool more = true; more;) {
        try {
            more = io.run() != 0;
        } catch (const test::boom&) {
            ++thrown;
        }
        io.restart();
    }
    BOOST_TEST(thrown == 4);
    BOOST_TEST(served == 8);
    BOOST_TEST(t.result() == 5);
    BOOST_TEST(io.poll() == 0u);
}

// Whatever step of a wait runs out of memory: no leak, no lock left behind, the tasks run on.
BOOST_AUTO_TEST_CASE(no_memory_at_any_step_of_a_wait) {
    lifetime_tracker::reset();
    const std::size_t steps = test::for_each_failure([](test::fail_at& fail) {
        asio::io_context io;
        const auto quick = create_task(io, [] { return yield_once(); });
        const auto slow = create_task(io, [] { return test::yield_times(3); });
        int calls = 0;
        std::exception_ptr error;
        const auto attempt = [&](auto f) {
            try {
                f();
            } catch (const std::bad_alloc&) {
                error = std::current_exception();
            }
        };
        attempt([&] {
            wait_for_tasks(quick, slow, first_completed, 1h,
                           asio::bind_allocator(test::failing_allocator<>(fail),
                                                asio::bind_executor(io, counted_handler(calls))));
        });
        for (int i = 0; i < 3; ++i) {
            attempt([&] { io.run(); });
            io.restart();
        }
        BOOST_TEST((quick.succeeded() && slow.succeeded()));
        BOOST_TEST(calls == (fail.failed() ? 0 : 1));
        BOOST_TEST((error != nullptr) == fail.failed());
        BOOST_TEST(lifetime_tracker::live() == 0);
        if (error)
            std::rethrow_exception(error);
    });
    BOOST_TEST(steps >= 2u); // the operation, and the post
}

BOOST_AUTO_TEST_SUITE_END()
