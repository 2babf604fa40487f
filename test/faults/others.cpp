// SPDX-License-Identifier: BSL-1.0

// What one operation does wakes somebody else, whose executor refuses: that one is lost, and the operation
// goes on as if nothing had been.

#include "explore.hpp"

#include <asio_wait/as_completed.hpp>
#include <asio_wait/condition.hpp>
#include <asio_wait/semaphore.hpp>
#include <asio_wait/timeout_error.hpp>
#include <asio_wait/use_task.hpp>
#include <asio_wait/wait_for_tasks.hpp>
#include <asio_wait/with_task_group.hpp>
#include <asio_wait/with_timeout.hpp>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

using namespace faults;

namespace {

/// Handlers at home on `mine`, and on an executor that can refuse.
struct two {
    asio::io_context io;
    asio::any_io_executor mine = io.get_executor();
    asio::any_io_executor theirs =
        refusing_executor<asio::io_context::executor_type>(io.get_executor());
    record my_own, others;

    auto my_handler() { return asio::bind_executor(mine, recorder(my_own)); }
    auto their_handler() { return asio::bind_executor(theirs, recorder(others)); }

    /// While nothing gets through to the others; what that leaves is thrown.
    template<class F>
    void refused(F f) {
        injector::aim(fault::submission, 0, true);
        const injector::window open;
        f();
    }

    void run() {
        io.restart();
        io.poll();
    }

    /// Neither called nor hanging, nor anything else harmed.
    void check_lost() const {
        BOOST_TEST(injector::hit());
        BOOST_TEST(others.calls == 0);
        BOOST_TEST(others.handlers == 0, "the handler hangs");
    }
};

asio::awaitable<int> at_once() {
    co_return 1;
}

asio::awaitable<int> counted(int& begun) {
    ++begun;
    co_return 1;
}

/// Does not end when it is asked to.
asio::awaitable<value> stubborn(stage& s, body_note note) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_return co_await behind(s.bodies, 1, std::move(note));
}

} // namespace

BOOST_AUTO_TEST_SUITE(faults_others)

BOOST_AUTO_TEST_CASE(the_destructor_of_a_semaphore_does_not_throw) {
    two t;
    auto permits = std::make_unique<semaphore>(0);
    permits->async_acquire(t.their_handler());
    permits->async_acquire(t.my_handler());
    t.refused([&] { permits = nullptr; });
    t.run();
    t.check_lost();
    BOOST_TEST(t.my_own.calls == 1);
    BOOST_TEST(bool(t.my_own.error));
}

BOOST_AUTO_TEST_CASE(a_step_that_comes_too_late_is_told_so) {
    test::virtual_clock::reset();
    asio::io_context elsewhere;
    two t;
    test::virtual_timer forever(t.io, test::virtual_clock::time_point::max());
    const auto unfinished = forever.async_wait(use_task);
    auto stream = as_completed(std::vector{unfinished}, soon());
    // Its own timer is not looked at: nobody runs that context.
    const asio::any_io_executor theirs =
        refusing_executor<asio::io_context::executor_type>(elsewhere.get_executor());
    stream.async_next(asio::bind_executor(theirs, recorder(t.others)));
    test::virtual_timer later(t.io, soon() + std::chrono::seconds(1));
    bool is_later = false;
    later.async_wait([&](error_code) { is_later = true; });
    test::virtual_driver driver({&t.io});
    while (!is_later)
        driver.run(1);
    stream.async_next(t.my_handler());
    t.refused([&] { t.run(); });
    t.check_lost();
    BOOST_TEST(t.my_own.calls == 1);
    BOOST_REQUIRE(t.my_own.error);
    BOOST_CHECK_THROW(std::rethrow_exception(t.my_own.error), timeout_error);
    BOOST_TEST(stream.remaining() == 0u);
    forever.cancel();
    t.run();
}

BOOST_AUTO_TEST_CASE(who_inserts_a_member_is_not_disturbed) {
    two t;
    const auto ended = create_task(t.io, at_once());
    t.run();
    task_set<int> set;
    asio::io_context never;
    const auto idle = create_task(never, at_once());
    set.insert(idle);
    set.async_next(t.their_handler());
    t.refused([&] { BOOST_TEST(set.insert(ended)); });
    t.check_lost();
    BOOST_TEST((set.try_next() == ended));
}

BOOST_AUTO_TEST_CASE(the_table_of_a_set_grows_with_it) {
    two t;
    std::vector<task<int>> tasks;
    for (int i = 0; i != 64; ++i)
        tasks.push_back(create_task(t.io, at_once()));
    task_set<int> set;
    injector::aim(fault::allocation, 1'000'000);
    {
        const injector::window open;
        for (const auto& one : tasks)
            set.insert(one);
    }
    const std::size_t tables = 4; // of 8, 16, 32 and 64 places
    BOOST_TEST(injector::steps() == tasks.size() + tables);
}

BOOST_AUTO_TEST_CASE(one_that_cannot_be_told_of_a_cancel_does_not_silence_the_others) {
    for (std::size_t k = 0; k != 2; ++k) {
        two t;
        test::virtual_timer forever(t.io, test::virtual_clock::time_point::max());
        const auto idle = forever.async_wait(asio::as_tuple(use_task));
        task_set<void> set;
        std::vector<task<void>> members;
        const auto until_idle = [&]() -> asio::awaitable<void> {
            co_await idle.async_wait(asio::use_awaitable);
        };
        for (int i = 0; i != 3; ++i)
            members.push_back(set.spawn(t.theirs, until_idle));
        t.run();
        set.cancel_all(); // one delivery for all of them
        injector::aim(fault::submission, k);
        const auto run = [&] {
            const injector::window open;
            t.run();
        };
        BOOST_CHECK_THROW(run(), injected);
        t.run();
        for (std::size_t i = 0; i != members.size(); ++i) {
            BOOST_REQUIRE(members[i].done());
            BOOST_TEST(members[i].cancelled() == (i != k));
        }
        forever.cancel();
        t.run();
    }
}

BOOST_AUTO_TEST_CASE(a_group_asks_its_children_though_who_waits_for_a_place_cannot_be_told) {
    two t;
    test::virtual_timer forever(t.io, test::virtual_clock::time_point::max());
    const auto until_cancelled = [&]() -> asio::awaitable<void> {
        co_await forever.async_wait(asio::use_awaitable);
    };
    task<void> child;
    std::optional<task_group> handle;
    const auto body = [&](task_group& group) -> asio::awaitable<void> {
        handle.emplace(group);
        group.limit(1);
        child = group.spawn(until_cancelled);
        group.async_spawn(until_cancelled, t.their_handler());
        co_await until_cancelled();
    };
    record whole;
    with_task_group(t.mine, body, asio::bind_executor(t.mine, recorder(whole)));
    t.run();
    BOOST_TEST_REQUIRE(child.valid());
    t.refused([&] { BOOST_CHECK_THROW(handle->cancel(), injected); });
    BOOST_TEST(child.cancel_requested());
    t.run();
    t.check_lost();
    BOOST_TEST(child.cancelled());
    BOOST_TEST(whole.calls == 1);
}

BOOST_AUTO_TEST_CASE(what_a_failed_call_has_started_does_not_begin_though_it_cannot_be_told) {
    int begun = 0;
    const auto call = [&](two& t) {
        std::vector<asio::awaitable<int>> work;
        for (int i = 0; i != 3; ++i)
            work.push_back(counted(begun));
        const injector::window open;
        wait_for_tasks(t.theirs, std::move(work), at_least(0), t.their_handler());
    };
    two fine;
    injector::aim(fault::submission, 100);
    call(fine);
    const std::size_t last = injector::steps() - 1; // the delivery of what was over at once
    BOOST_TEST(last == 3u);
    fine.run();
    BOOST_TEST(begun == 3);
    BOOST_TEST(fine.others.calls == 1);

    begun = 0;
    two t;
    injector::aim(fault::submission, last, true);
    BOOST_CHECK_THROW(call(t), injected);
    t.run();
    t.check_lost();
    BOOST_TEST(begun == 0);
}

BOOST_AUTO_TEST_CASE(a_timer_that_cannot_be_told_of_the_end_does_nothing_when_it_expires) {
    using timer_type =
        asio::basic_waitable_timer<test::virtual_clock, asio::wait_traits<test::virtual_clock>,
                                   asio::any_io_executor>;
    for (const bool keeps_scope : {false, true}) {
        test::virtual_clock::reset();
        two t;
        timer_type timer(t.theirs, soon());
        std::optional<timeout_scope> kept;
        const auto block = [&](timeout_scope& scope) -> asio::awaitable<int> {
            if (keeps_scope)
                kept = scope;
            co_await asio::post(asio::use_awaitable);
            co_return 1;
        };
        with_timeout(timer, block, asio::bind_executor(t.mine, recorder(t.others)));
        t.io.poll_one(); // the block has begun
        BOOST_CHECK_THROW(t.refused([&] { t.run(); }), injected);
        BOOST_TEST(injector::hit());
        t.run();
        BOOST_TEST(t.others.calls == 1);
        BOOST_TEST(!t.others.error);
        test::run_virtual(t.io);
        BOOST_TEST((test::virtual_clock::now() >= timer.expiry()));
        BOOST_TEST((!kept || !kept->expired()));
        BOOST_TEST(t.others.calls == 1);
    }
}

BOOST_AUTO_TEST_CASE(a_task_that_goes_with_its_context_has_ended) {
    two t;
    auto dying = std::make_unique<asio::io_context>();
    const auto gone = asio::post(*dying, use_task);
    gone.async_wait(t.their_handler());
    t.refused([&] { dying = nullptr; });
    t.check_lost();
    BOOST_TEST(gone.failed());
}

BOOST_AUTO_TEST_CASE(a_group_that_goes_with_its_context_has_asked_its_children_elsewhere) {
    two t;
    auto dying = std::make_unique<asio::io_context>();
    test::virtual_timer forever(t.io, test::virtual_clock::time_point::max());
    const auto waits = [&]() -> asio::awaitable<void> {
        co_await forever.async_wait(asio::use_awaitable);
    };
    task<void> child;
    const auto body = [&](task_group& g) -> asio::awaitable<int> {
        child = g.spawn(t.theirs, waits);
        co_return 1;
    };
    with_task_group(dying->get_executor(), body,
                    asio::bind_executor(dying->get_executor(), recorder(t.others)));
    dying->poll();
    t.run();
    t.refused([&] { dying = nullptr; });
    t.check_lost();
    BOOST_TEST(child.cancel_requested());
    BOOST_TEST(!child.done());
    child.cancel(); // delivers what could not be
    t.run();
    BOOST_TEST(child.cancelled());
}

BOOST_AUTO_TEST_CASE(who_is_stuck_when_a_shutdown_ends) {
    explore({.name = "task_set::async_shutdown, limit",
             .call = [](stage& s) { s.set.async_shutdown(soon(), s.handler()); },
             .events = {open_bodies},
             .prepare =
                 [](stage& s) {
                     s.set.insert(create_task(s.ex, stubborn(s, body_note(s.subjects_alive))));
                     s.settle();
                 },
             .cancels = true});
}

BOOST_AUTO_TEST_SUITE_END()
