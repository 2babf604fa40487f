// SPDX-License-Identifier: BSL-1.0

// The blocks of doc/05_cancellation.md, as one program.

#include <asio_wait.hpp>

#include <boost/asio.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <vector>

namespace asio = boost::asio;
using namespace asio_wait;
using namespace std::chrono_literals;

namespace {

void require(bool right, const char* what) {
    if (!right)
        throw std::logic_error(what);
}

//! [never]
asio::awaitable<void> never() {
    asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
    co_await timer.async_wait(asio::use_awaitable);
}
//! [never]

asio::awaitable<void> the_one_who_waits() {
    auto executor = co_await asio::this_coro::executor;
    auto work = create_task(executor, never(), "work");
    //! [get_or_join]
    auto getter = create_task(executor, [work]() -> asio::awaitable<void> {
        co_await work.async_get(); // a cancel ends the wait
    });
    getter.cancel();
    co_await wait_for_tasks(getter);
    std::cout << "async_get:  work has ended: " << work.done() << '\n';

    auto joiner = create_task(executor, [work]() -> asio::awaitable<void> {
        co_await work.async_join(); // a cancel goes on to the task
    });
    joiner.cancel();
    co_await wait_for_tasks(joiner);
    std::cout << "async_join: work has ended: " << work.done() << '\n';
    //! [get_or_join]
    require(getter.cancelled() && joiner.cancelled() && work.cancelled(), "get_or_join");
}

//! [sticky]
asio::awaitable<void> session() {
    asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
    std::exception_ptr stopped;
    try {
        co_await timer.async_wait(asio::use_awaitable);
    } catch (const boost::system::system_error& e) {
        if (e.code() != asio::error::operation_aborted)
            throw;                          // refused by the peer, say
        stopped = std::current_exception(); // C++ has no co_await inside catch
    }
    if (stopped) {
        co_await asio::this_coro::reset_cancellation_state(); // or the next wait throws at once
        timer.expires_after(1ms);
        co_await timer.async_wait(asio::use_awaitable); // says goodbye
        std::cout << "session: has said goodbye\n";
        std::rethrow_exception(stopped); // so that the task counts as cancelled
    }
}
//! [sticky]

//! [filter]
asio::awaitable<void> between_records() {
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    co_await never();
}
//! [filter]

asio::awaitable<void> kinds() {
    auto executor = co_await asio::this_coro::executor;
    auto s = create_task(executor, session());
    s.cancel();
    co_await wait_for_tasks(s);
    std::cout << "session: cancelled: " << s.cancelled() << '\n';
    //! [total]
    auto deaf = create_task(executor, never(), "deaf");
    auto open = create_task(executor, between_records(), "open");
    deaf.cancel(asio::cancellation_type::total); // no effect: never() accepts terminal only
    open.cancel(asio::cancellation_type::total);
    auto [done, pending] = co_await wait_for_tasks(deaf, open, first_completed);
    std::cout << "total: " << done[0].name() << " has ended, " << pending[0].name() << " has not\n";
    //! [total]
    require(deaf.cancel_requested() && !deaf.done(), "total");
    deaf.cancel();
}

//! [stubborn]
asio::awaitable<int> stubborn(asio::steady_timer& reply) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    boost::system::error_code ec;
    co_await reply.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    co_return 42;
}
//! [stubborn]

asio::awaitable<void> late_value() {
    auto executor = co_await asio::this_coro::executor;
    asio::steady_timer reply(executor, 1h);
    //! [grace]
    std::vector<task<int>> tasks{create_task(executor, stubborn(reply), "stubborn")};
    auto [ended, stuck] = co_await cancel_and_wait(tasks, 5ms);
    for (const auto& t : stuck)
        std::cout << t.name() << " was asked to end, and has not\n";
    //! [grace]
    //! [late]
    reply.cancel(); // the reply comes after all
    co_await wait_for_tasks(stuck);
    for (const auto& t : stuck)
        std::cout << t.name() << " gave " << t.result() << ", cancelled: " << t.cancelled() << '\n';
    //! [late]
    require(ended.empty(), "grace");
}

//! [told_apart]
asio::awaitable<void> limited(task<void> t, std::chrono::milliseconds limit) {
    const char* why = "it has ended";
    try {
        co_await wait_for(t, limit);
    } catch (const timeout_error&) {
        why = "the limit ran out"; // and t has been cancelled
    } catch (const boost::system::system_error& e) {
        if (e.code() != asio::error::operation_aborted)
            throw; // its own error
        why = "somebody cancelled it";
    }
    auto mine = co_await asio::this_coro::cancellation_state;
    if (mine.cancelled() != asio::cancellation_type::none)
        why = "we were cancelled"; // and t with us
    std::cout << "wait_for: " << why << ", it was cancelled: " << t.cancelled() << '\n';
}
//! [told_apart]

asio::awaitable<void> three_reasons() {
    auto executor = co_await asio::this_coro::executor;
    co_await limited(create_task(executor, never()), 5ms);

    auto t = create_task(executor, never());
    auto waiter = create_task(executor, limited(t, 1h));
    t.cancel();
    co_await wait_for_tasks(waiter);

    auto other = create_task(executor, never());
    auto we = create_task(executor, limited(other, 1h));
    we.cancel();
    co_await wait_for_tasks(we);
}

//! [shielded]
asio::awaitable<void> checkout(asio::steady_timer& bank, int& booked) {
    auto executor = co_await asio::this_coro::executor;
    auto booking = create_task(
        executor,
        [&bank, &booked]() -> asio::awaitable<void> {
            boost::system::error_code ec;
            co_await bank.async_wait(asio::redirect_error(asio::use_awaitable, ec));
            ++booked; // not to be left half done
        },
        "booking");
    co_await shield(booking); // a cancel of checkout ends here; booking runs on
}
//! [shielded]

asio::awaitable<void> protected_part() {
    auto executor = co_await asio::this_coro::executor;
    asio::steady_timer bank(executor, 1h);
    int booked = 0;
    auto t = create_task(executor, checkout(bank, booked));
    t.cancel();
    co_await wait_for_tasks(t);
    bank.cancel(); // the bank answers
    asio::steady_timer soon(executor, 1ms);
    co_await soon.async_wait(asio::use_awaitable);
    std::cout << "checkout was cancelled: " << t.cancelled() << ", booked: " << booked << '\n';
}

// Cancels the one who awaits `call(work)`, and tells what has become of the work.
template<class Call>
asio::awaitable<void> cancel_the_caller(const char* name, Call call) {
    auto executor = co_await asio::this_coro::executor;
    auto work = create_task(executor, never());
    auto caller =
        create_task(executor, [call, work]() -> asio::awaitable<void> { co_await call(work); });
    caller.cancel();
    co_await wait_for_tasks(caller);
    std::cout << "caller of " << name << ": work " << (work.done() ? "cancelled" : "left alone")
              << '\n';
    require(caller.cancelled() && work.done() == work.cancelled(), name);
    work.cancel();
}

asio::awaitable<void> next_of_set(task<void> work) {
    task_set<void> set;
    set.insert(work);
    co_await set.async_next();
}

asio::awaitable<void> next_of_stream(task<void> work) {
    auto stream = as_completed(work);
    co_await stream.async_next();
}

asio::awaitable<void> joined(task<void> work) {
    co_await work.async_join();
}

asio::awaitable<void> table() {
    co_await cancel_the_caller("wait_for_tasks", [](auto work) { return wait_for_tasks(work); });
    co_await cancel_the_caller("async_wait", [](auto work) { return work.async_wait(); });
    co_await cancel_the_caller("async_get", [](auto work) { return work.async_get(); });
    co_await cancel_the_caller("task_set::async_next", next_of_set);
    co_await cancel_the_caller("as_completed", next_of_stream);
    co_await cancel_the_caller("shield", [](auto work) { return shield(work); });
    co_await cancel_the_caller("async_join", [](auto work) { return work.async_join(); });
    co_await cancel_the_caller("gather", [](auto work) { return gather(work); });
    co_await cancel_the_caller("gather_settled", [](auto work) { return gather_settled(work); });
    co_await cancel_the_caller("wait_for", [](auto work) { return wait_for(work, 1h); });
    co_await cancel_the_caller("with_timeout", [](auto work) {
        return with_timeout(1h, [work](timeout_scope&) { return joined(work); });
    });
    co_await cancel_the_caller("with_task_group", [](auto work) {
        return with_task_group([work](task_group& group) -> asio::awaitable<void> {
            group.spawn(joined(work));
            co_return;
        });
    });
}

asio::awaitable<void> run() {
    co_await table();
    co_await the_one_who_waits();
    co_await kinds();
    co_await late_value();
    co_await three_reasons();
    co_await protected_part();
}

} // namespace

int main() {
    asio::io_context context;
    //! [early]
    auto early = create_task(context, []() -> asio::awaitable<void> {
        std::cout << "never printed\n";
        co_return;
    });
    early.cancel(); // nothing has run yet: the body is never entered
    context.run();
    std::cout << "early: cancelled: " << early.cancelled() << '\n';
    //! [early]
    context.restart();
    asio::co_spawn(context, run(), [](std::exception_ptr error) {
        if (error)
            std::rethrow_exception(error);
    });
    context.run();
}
