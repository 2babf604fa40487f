// SPDX-License-Identifier: BSL-1.0

// Contexts destroyed with tasks and waits in flight.

#include "regression.hpp"

BOOST_AUTO_TEST_SUITE(regression_shutdown)

using namespace regression;

namespace {

asio::awaitable<void> waiting_for(task<> t) {
    const lifetime_tracker alive;
    co_await wait_for_tasks(t, all_completed, 1h);
}

asio::awaitable<void> never() {
    const lifetime_tracker alive;
    co_await forever();
}

/// What is true of every task whose context is gone.
void check_abandoned(const task<>& t) {
    BOOST_TEST((t.valid() && t.done() && t.failed() && !t.succeeded() && !t.cancelled()));
    BOOST_TEST(code_of(t) == error_code(error::task_abandoned));
    BOOST_CHECK_THROW(t.result(), boost::system::system_error);
    BOOST_TEST(!t.cancel());
    BOOST_TEST(!t.get_executor());
}

} // namespace

BOOST_AUTO_TEST_CASE(a_handle_outlives_an_io_context) {
    const test::unobserved_log log;
    lifetime_tracker::reset();
    task<> running, unstarted, waiter, requested;
    {
        asio::io_context io;
        running = create_task(io, never());
        waiter = create_task(io, waiting_for(running));
        requested = create_task(io, never());
        io.poll();
        requested.cancel();
        unstarted = create_task(io, never());
        BOOST_TEST(!running.done());
    }
    BOOST_TEST(lifetime_tracker::live() == 0);
    for (const auto& t : {running, unstarted, waiter, requested})
        check_abandoned(t);
    BOOST_TEST(requested.cancel_requested());
    running = unstarted = waiter = requested = {};
    BOOST_TEST(log.size() == 0u); // who destroys a context knows it
}

BOOST_AUTO_TEST_CASE(a_handle_outlives_a_strand_and_a_pool) {
    lifetime_tracker::reset();
    for (const bool strand_first : {true, false}) {
        std::vector<task<>> tasks;
        {
            asio::io_context io;
            asio::thread_pool pool(1);
            // Which of the strand's service and ours is shut down first.
            std::optional<asio::strand<asio::io_context::executor_type>> strand;
            if (strand_first)
                strand.emplace(asio::make_strand(io));
            tasks.push_back(create_task(io, never()));
            if (!strand)
                strand.emplace(asio::make_strand(io));
            tasks.push_back(create_task(*strand, never()));
            tasks.push_back(create_task(*strand, waiting_for(tasks[0])));
            tasks.push_back(create_task(io, waiting_for(tasks[1])));
            io.poll();
            tasks.push_back(create_task(*strand, never()));
            strand.reset();
        }
        for (const auto& t : tasks)
            check_abandoned(t);
        BOOST_TEST(lifetime_tracker::live() == 0);
    }
}

BOOST_AUTO_TEST_CASE(finished_tasks_outlive_every_kind_of_executor) {
    std::vector<task<int>> tasks;
    {
        asio::io_context io;
        asio::thread_pool pool(1);
        const auto seven = []() -> asio::awaitable<int> {
            co_await yield_once();
            co_return 7;
        };
        tasks.push_back(create_task(io, seven));
        tasks.push_back(create_task(asio::make_strand(io), seven));
        tasks.push_back(create_task(pool, seven));
        tasks.push_back(asio::co_spawn(asio::make_strand(io), seven, use_task));
        tasks.push_back(asio::co_spawn(asio::make_strand(pool), seven, use_task));
        io.run();
        pool.join();
    }
    for (const auto& t : tasks)
        BOOST_TEST(t.result() == 7);
}

BOOST_AUTO_TEST_CASE(operations_of_use_task_are_abandoned_too) {
    task<> t;
    {
        asio::io_context io;
        asio::steady_timer timer(asio::make_strand(io), 1h);
        t = timer.async_wait(use_task);
        io.poll();
    }
    BOOST_TEST(t.done());
    BOOST_TEST((code_of(t) == error_code(error::task_abandoned) || !t.succeeded()));
}

namespace {

/// A wait on one context for a task on another; which of the two dies first?
template<class MakeWaiter, class MakeTask>
void two_contexts(MakeWaiter waiter_on, MakeTask task_on) {
    for (const bool tasks_first : {true, false}) {
        lifetime_tracker::reset();
        int calls = 0;
        task<> t, w;
        auto here = std::make_unique<asio::io_context>();
        auto there = std::make_unique<asio::io_context>();
        {
            const auto where = task_on(*there);
            t = create_task(where, never());
            const auto home = waiter_on(*here);
            w = create_task(home, waiting_for(t));
            wait_for_tasks(t, all_completed, 1h, asio::bind_executor(home, counted_handler(calls)));
            t.async_get(asio::bind_executor(home, counted_handler(calls)));
        }
        there->poll();
        here->poll();
        if (tasks_first) {
            there.reset();
            check_abandoned(t);
            BOOST_TEST(!w.done());
            BOOST_TEST(calls == 0);
            here->restart();
            here->run(); // the waits complete with it in done
            BOOST_TEST(w.succeeded());
            BOOST_TEST(calls == 2);
            here.reset();
        } else {
            here.reset();
            check_abandoned(w);
            BOOST_TEST(!t.done());
            t.cancel();
            there->restart();
            there->run();
            BOOST_TEST(t.cancelled());
            there.reset();
            BOOST_TEST(calls == 0);
        }
        BOOST_TEST(lifetime_tracker::live() == 0);
    }
}

const auto plain = [](asio::io_context& c) { return c.get_executor(); };
const auto typed_strand = [](asio::io_context& c) { return asio::make_strand(c); };
const auto erased_strand = [](asio::io_context& c) {
    return asio::any_io_executor(asio::make_strand(c));
};

} // namespace

BOOST_AUTO_TEST_CASE(two_contexts_in_both_orders) {
    two_contexts(plain, plain);
    two_contexts(plain, typed_strand);
    two_contexts(typed_strand, plain);
    two_contexts(erased_strand, erased_strand);
}

BOOST_AUTO_TEST_CASE(a_future_gets_broken_promise) {
    std::future<wait_result<task<>>> f, unbound;
    std::future<void> g;
    {
        asio::io_context io;
        const auto t = create_task(io, never());
        f = wait_for_tasks(t, asio::bind_executor(io, asio::use_future));
        unbound =
            wait_for_tasks(io, t, asio::use_future); // use_future runs on the system's threads
        g = t.async_get(asio::bind_executor(io, asio::use_future));
        io.poll();
    }
    const auto is_broken = [](const std::future_error& e) {
        return e.code() == std::future_errc::broken_promise;
    };
    BOOST_CHECK_EXCEPTION(f.get(), std::future_error, is_broken);
    BOOST_CHECK_EXCEPTION(g.get(), std::future_error, is_broken);
    BOOST_TEST(unbound.get().done.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_handler_is_destroyed_once_and_uncalled) {
    for (int turns = 0; turns != 4; ++turns) {
        lifetime_tracker::reset();
        int calls = 0;
        {
            asio::io_context io;
            const auto t = create_task(io, never());
            const auto done = create_task(io, []() -> asio::awaitable<void> { co_return; });
            // Waiting, armed with a timer, and already posted.
            wait_for_tasks(t, asio::bind_executor(io, counted_handler(calls)));
            wait_for_tasks(t, all_completed, 1h, asio::bind_executor(io, counted_handler(calls)));
            if (turns == 3) {
                io.poll_one();
                io.poll_one();
            }
            wait_for_tasks(io, done, all_completed, 0s, counted_handler(calls));
            for (int i = 0; i != turns && turns < 3; ++i)
                io.poll_one();
        }
        BOOST_TEST(calls <= 1);
        BOOST_TEST(lifetime_tracker::live() == 0);
    }
}

// A timer of the user's as the limit, on a context of its own.
BOOST_AUTO_TEST_CASE(a_borrowed_timers_context_dies_first_or_last) {
    for (const bool clock_first : {true, false}) {
        lifetime_tracker::reset();
        int calls = 0;
        auto clock = std::make_unique<asio::io_context>();
        auto io = std::make_unique<asio::io_context>();
        auto limit = std::make_unique<asio::steady_timer>(*clock, 1h);
        const auto t = create_task(*io, never());
        wait_for_tasks(*io, t, all_completed, *limit, counted_handler(calls));
        clock->poll();
        io->poll();
        if (clock_first) {
            limit.reset(); // somebody else's cancel ends the limit
            clock.reset();
            io->restart();
            io->poll();
            BOOST_TEST(calls == 1);
            io.reset();
        } else {
            io.reset();
            BOOST_TEST(calls == 0);
            limit.reset();
            clock.reset();
        }
        BOOST_TEST(lifetime_tracker::live() == 0);
    }
}

/// Runs on one context and says it is another's, as that of a foreign event loop may.
struct borrowed_executor {
    asio::io_context* runs;
    asio::execution_context* owner;

    template<class F>
    void execute(F f) const {
        asio::post(*runs, std::move(f));
    }
    asio::execution_context& query(asio::execution::context_t) const noexcept { return *owner; }
    static constexpr asio::execution::blocking_t query(asio::execution::blocking_t) noexcept {
        return asio::execution::blocking.never;
    }
    friend bool operator==(const borrowed_executor&, const borrowed_executor&) = default;
};

BOOST_AUTO_TEST_CASE(a_predicate_that_ends_the_context_of_its_wait) {
    asio::io_context io;
    auto owner = std::make_unique<asio::io_context>();
    const std::vector<task<>> tasks{create_task(io, yield_once()), create_task(io, forever())};
    auto alive = std::make_shared<bool>(false);
    const auto ends_it = until([&](const task<>&) {
        owner = nullptr;
        return false;
    });
    wait_for_tasks(tasks, ends_it,
                   asio::bind_executor(borrowed_executor{&io, owner.get()},
                                       [alive](std::exception_ptr, wait_result<task<>>) {
                                           BOOST_ERROR("called");
                                       }));
    BOOST_TEST(alive.use_count() == 2);
    io.poll();
    BOOST_TEST(!owner);
    BOOST_TEST(alive.use_count() == 1);
    BOOST_TEST(tasks[0].succeeded());
    BOOST_TEST(!tasks[1].done());
}

BOOST_AUTO_TEST_SUITE_END()
