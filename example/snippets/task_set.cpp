// SPDX-License-Identifier: BSL-1.0
#include "snippets.hpp"

#include <asio_wait/task_set.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <iostream>
#include <utility>

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace asio_wait;

template<class Executor>
task_set<int> three_squares(const Executor& executor) {
    task_set<int> set;
    for (int i = 1; i <= 3; ++i)
        set.spawn(executor, slow_square(i));
    return set;
}

asio::awaitable<void> drain() {
    auto executor = co_await asio::this_coro::executor;
    auto set = three_squares(executor);
    int sum = 0;
    //! [drain]
    set.spawn(executor, slow_square(4)); // also while it is being drained, or inside a member
    while (!set.empty()) {
        auto t = co_await set.async_next(); // whichever has ended, whatever its outcome
        sum += t.result();
    }
    //! [drain]
    expect(sum == 30, "drain");
}

asio::awaitable<void> async_wait() {
    auto set = three_squares(co_await asio::this_coro::executor);
    //! [async_wait]
    auto done = co_await set.async_wait(first_completed, 10s); // these leave the set
    if (!set.empty())                                          // else there is nothing to wait for
        done = co_await set.async_wait(at_least(2));           // of those that were left
    //! [async_wait]
    expect(!done.empty() && set.empty(), "async_wait");
}

asio::awaitable<void> usual_loop() {
    auto pending = three_squares(co_await asio::this_coro::executor);
    int sum = 0;
    //! [usual_loop]
    while (!pending.empty()) {
        auto result = co_await wait_for_tasks(std::move(pending), first_completed);
        for (const auto& t : result.done)
            sum += t.result();
        pending = std::move(result.pending);
    }
    //! [usual_loop]
    expect(sum == 14, "usual_loop");
}

asio::awaitable<void> deaf_to_cancelling(asio::steady_timer& until) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await until.async_wait(asio::as_tuple(asio::use_awaitable));
}

asio::awaitable<void> shutdown() {
    auto executor = co_await asio::this_coro::executor;
    asio::steady_timer released(executor, 1h);
    task_set<> set;
    set.spawn(executor, deaf_to_cancelling(released), "lookup");
    //! [shutdown]
    auto stuck = co_await set.async_shutdown(20ms); // cancels all, and waits so long
    for (const auto& t : stuck)
        std::cout << t.name() << " has not ended\n";
    //! [shutdown]
    released.cancel();
    co_await set.async_wait();
    expect(stuck.size() == 1 && stuck[0].name() == "lookup", "shutdown");
}

asio::awaitable<void> limit() {
    auto executor = co_await asio::this_coro::executor;
    task_set<int> set;
    //! [limit]
    set.limit(2);
    for (int i = 1; i <= 4; ++i)
        co_await set.async_spawn(executor, slow_square(i)); // waits while two are running
    //! [limit]
    expect(set.size() == 4 && set.unfinished() <= 2, "limit");
}

asio::awaitable<void> discard() {
    auto executor = co_await asio::this_coro::executor;
    //! [discard]
    task_set<int> background;
    background.discard_results(); // a member leaves when it ends
    background.spawn(executor, slow_square(1));
    //! [discard]
    co_await background.async_wait();
    expect(background.empty(), "discard");
}

} // namespace

asio::awaitable<void> task_set_snippets() {
    co_await drain();
    co_await async_wait();
    co_await usual_loop();
    co_await shutdown();
    co_await limit();
    co_await discard();
}
