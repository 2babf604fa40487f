// SPDX-License-Identifier: BSL-1.0

// The blocks of doc/07_pitfalls.md, as one program: the right code for each.

#include <asio_wait.hpp>

#include <boost/asio.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using namespace asio_wait;
using namespace std::chrono_literals;

namespace {

void require(bool right, const char* what) {
    if (!right)
        throw std::logic_error(what);
}

asio::awaitable<int> square(int n) {
    asio::steady_timer timer(co_await asio::this_coro::executor, n * 1ms);
    co_await timer.async_wait(asio::use_awaitable);
    co_return (n * n);
}

asio::awaitable<void> failing() {
    co_await square(1);
    throw std::runtime_error("the disk is full");
}

//! [by_value]
asio::awaitable<std::size_t> ask(std::string host) { // by value: the coroutine owns it
    co_await square(1);
    co_return host.size();
}
//! [by_value]

asio::awaitable<void> lifetimes() {
    auto executor = co_await asio::this_coro::executor;
    //! [lambda]
    std::string host = "oslo";
    auto t = create_task(executor, [host]() -> asio::awaitable<std::string> {
        co_await square(1);
        co_return host + " answers"; // the lambda is kept until here
    });
    //! [lambda]
    auto u = create_task(executor, ask("oslo"));
    co_await wait_for_tasks(t, u);
    std::cout << t.result() << ", " << u.result() << '\n';

    //! [frame]
    std::vector<int> numbers{1, 2, 3};
    int sum = 0;
    co_await with_task_group([&](task_group& group) -> asio::awaitable<void> {
        for (int n : numbers) // children may refer to sum: the group ends before this frame does
            group.spawn([n, &sum]() -> asio::awaitable<void> { sum += co_await square(n); });
        co_return;
    });
    //! [frame]
    std::cout << "sum " << sum << '\n';
}

//! [lookup]
asio::awaitable<std::size_t> addresses_of(std::string host) {
    asio::ip::tcp::resolver resolver(co_await asio::this_coro::executor);
    auto found = co_await resolver.async_resolve(host, "80", asio::use_awaitable);
    co_return found.size();
}

asio::awaitable<void> look_up(std::string host) {
    auto t = create_task(co_await asio::this_coro::executor, addresses_of(host));
    auto [done, pending] = co_await wait_for_tasks(t, all_completed, 10s);
    if (done.empty())
        t.cancel(); // go on without it; it ends when getaddrinfo does
    else
        std::cout << host << ": " << t.result() << " address\n";
}
//! [lookup]

asio::awaitable<void> unread() {
    auto executor = co_await asio::this_coro::executor;
    //! [hook]
    set_unobserved_exception_handler([](const unobserved_exception& e) {
        std::cout << "nobody read the failure of " << e.name << '\n'; // to your log
    });
    //! [hook]
    create_task(executor, failing(), "backup");
    co_await square(5);
    //! [read]
    auto a = create_task(executor, failing(), "a");
    auto b = create_task(executor, failing(), "b");
    auto all = co_await wait_for_tasks(a, b);
    exception_group failures(all.done); // has read them; what() has a line for each
    //! [read]
    require(failures.errors().size() == 2, "read");
    set_unobserved_exception_handler({});
}

long count_primes(int below) {
    long count = 0;
    for (int n = 2; n < below; ++n) {
        bool prime = true;
        for (int d = 2; d * d <= n && prime; ++d)
            prime = n % d != 0;
        count += prime;
    }
    return count;
}

asio::awaitable<void> computing() {
    //! [blocking]
    asio::thread_pool pool(1); // one for the program, not one for each call
    auto primes = create_task(
        pool, []() -> asio::awaitable<long> { co_return count_primes(10'000); }, "primes");
    long count = co_await primes.async_get(); // this thread serves others meanwhile
    //! [blocking]
    std::cout << count << " primes\n";
}

asio::awaitable<void> named_first() {
    auto executor = co_await asio::this_coro::executor;
    auto a = create_task(executor, square(1));
    auto b = create_task(executor, square(2));
    //! [names]
    std::vector<task<int>> both{a, b}; // not inside the co_await expression
    auto result = co_await wait_for_tasks(both, all_completed, 10s);
    if (result.pending.empty()) // not if ((co_await ...).pending.empty())
        std::cout << "both have ended\n";
    //! [names]
    //! [get]
    int value = co_await a.async_get(); // not co_await a
    //! [get]
    //! [timer]
    asio::steady_timer limit(executor, 10s); // named, and alive until the wait has ended
    auto again = co_await wait_for_tasks(both, all_completed, limit);
    //! [timer]
    require(value == 1 && again.pending.empty(), "names");
}

asio::awaitable<void> loops() {
    auto executor = co_await asio::this_coro::executor;
    //! [all_of_done]
    std::vector<task<int>> pending;
    for (int i = 0; i < 3; ++i)
        pending.push_back(create_task(executor, square(3))); // they end together
    int waits = 0, results = 0;
    while (!pending.empty()) { // an empty range is refused
        auto r = co_await wait_for_tasks(pending, first_completed);
        ++waits;
        for (const auto& t : r.done) // all of them, not r.done[0]
            results += t.succeeded();
        pending = std::move(r.pending);
    }
    //! [all_of_done]
    require(results == 3 && waits <= 3, "all_of_done");
    std::cout << "results: " << results << '\n';
    //! [linear]
    task_set<int> set;
    for (int i = 0; i < 1000; ++i)
        set.spawn(executor, square(1));
    int sum = 0;
    while (!set.empty()) {
        auto t = co_await set.async_next(); // costs the same with 10 members and with 100,000
        sum += t.result();
    }
    //! [linear]
    std::cout << "sum " << sum << '\n';
}

asio::awaitable<void> run() {
    co_await lifetimes();
    co_await look_up("127.0.0.1");
    co_await unread();
    co_await computing();
    co_await named_first();
    co_await loops();
}

} // namespace

//! [main]
int main() {
    asio::io_context context;
    auto heartbeat = create_task(context, square(1'000'000), "heartbeat");
    auto main_task = create_task(context, run(), "main");
    main_task.async_wait([heartbeat](boost::system::error_code) {
        heartbeat.cancel(); // else context.run() goes on for a quarter of an hour
    });
    context.run();
    main_task.result(); // throws what run() threw
}
//! [main]
