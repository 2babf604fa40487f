// SPDX-License-Identifier: BSL-1.0

// The blocks of doc/04_coming_from_tokio_cobalt_corral.md, as one program.

#include <asio_wait.hpp>

#include <boost/asio.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
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

asio::awaitable<int> failing() {
    co_await square(1);
    throw std::runtime_error("the disk is full");
}

asio::awaitable<void> never() {
    asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
    co_await timer.async_wait(asio::use_awaitable);
}

//! [cancel_at_exit]
class cancel_at_exit { // what dropping Tokio's JoinSet or AbortOnDropHandle does
public:
    explicit cancel_at_exit(any_task t) : handle_(std::move(t)) {}
    cancel_at_exit(const cancel_at_exit&) = delete; // a copy would cancel as well
    cancel_at_exit& operator=(const cancel_at_exit&) = delete;

    ~cancel_at_exit() {
        if (handle_) // cancel() of an empty handle throws
            handle_.cancel();
    }

private:
    any_task handle_;
};
//! [cancel_at_exit]

asio::awaitable<void> tokio() {
    auto executor = co_await asio::this_coro::executor;
    //! [join_set]
    task_set<int> set;
    for (int n : {30, 10, 20})
        set.spawn(executor, square(n));
    while (!set.empty()) {                  // while let Some(res) = set.join_next().await {
        auto t = co_await set.async_next(); // an error sits in t
        std::cout << "next: " << t.result() << '\n';
    }
    //! [join_set]
    //! [select]
    auto request = create_task(executor, never(), "request");
    auto answer = create_task(executor, square(2), "answer");
    auto [done, pending] = co_await wait_for_tasks(request, answer, first_completed);
    // Where select! has dropped the loser, it is in pending and runs on.
    for (const auto& t : done)
        std::cout << "select: " << t.name() << '\n';
    co_await cancel_and_wait(pending); // what a drop is for
    //! [select]
    task<void> watched = create_task(executor, never());
    { cancel_at_exit guard{watched}; }
    co_await wait_for_tasks(watched);
    require(request.cancelled() && watched.cancelled(), "tokio");
}

asio::awaitable<void> cobalt() {
    auto executor = co_await asio::this_coro::executor;
    //! [race]
    auto a = create_task(executor, square(2));
    auto b = create_task(executor, never());
    auto first = co_await wait_for_tasks(a, b, first_completed); // co_await race(a, b)
    auto second = co_await wait_for_tasks(first.pending, first_completed, 5ms);
    //! [race]
    require(first.done[0] == a && second.pending[0] == b, "race");
    b.cancel();
    //! [gather]
    auto [good, bad] = co_await gather_settled(square(2), failing()); // cobalt::gather
    std::cout << "gather_settled: " << good.value() << ", failed: " << bad.has_error() << '\n';
    try {
        co_await with_task_group([](task_group& group) -> asio::awaitable<void> { // cobalt::join
            group.spawn(never());
            group.spawn(failing());
            co_return;
        });
    } catch (const exception_group& e) {
        std::cout << "with_task_group: " << e.errors().size() << " error\n";
    }
    //! [gather]
}

asio::awaitable<void> corral() {
    auto executor = co_await asio::this_coro::executor;
    //! [nursery]
    int sum = co_await with_task_group([](task_group& nursery) -> asio::awaitable<int> {
        auto two = nursery.spawn(square(2));
        nursery.spawn(never());
        int value = co_await two.async_get();
        nursery.cancel(); // co_return corral::cancel;
        co_return value;  // without it, as co_return corral::join;
    });
    //! [nursery]
    //! [any_of]
    auto a = create_task(executor, square(2));
    auto b = create_task(executor, square(1'000'000));
    auto r = co_await wait_for_tasks(a, b, first_completed);
    co_await cancel_and_wait(r.pending);
    std::optional<int> of_a = a.succeeded() ? std::optional(a.result()) : std::nullopt;
    std::optional<int> of_b = b.succeeded() ? std::optional(b.result()) : std::nullopt;
    //! [any_of]
    std::cout << "any_of: " << of_a.has_value() << ' ' << of_b.has_value() << ", nursery: " << sum
              << '\n';
}

asio::awaitable<void> run() {
    co_await tokio();
    co_await cobalt();
    co_await corral();
}

} // namespace

int main() {
    asio::io_context context;
    asio::co_spawn(context, run(), [](std::exception_ptr error) {
        if (error)
            std::rethrow_exception(error);
    });
    context.run();
}
