// SPDX-License-Identifier: BSL-1.0

// The right column of doc/02_coming_from_asyncio.md. A test compares the marked parts with the page,
// and what is printed with what from_asyncio.py, the left column, prints.

//! [preamble]
#include <asio_wait.hpp>

#include <boost/asio.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using namespace asio_wait;
using namespace std::chrono_literals;
using std::chrono::milliseconds;
//! [preamble]

namespace {

template<class T>
const T& shown(const T& value) {
    return value;
}

const char* shown(bool value) {
    return value ? "True" : "False";
}

/// As Python's: the arguments with a space between.
template<class First, class... More>
void print(const First& first, const More&... more) {
    std::cout << shown(first);
    ((std::cout << ' ' << shown(more)), ...);
    std::cout << '\n';
}

// Lines as short as half a page is wide.
// clang-format off

//! [coroutine]
asio::awaitable<void> sleep(milliseconds delay) {
    auto ex = co_await asio::this_coro::executor;
    asio::steady_timer timer(ex, delay);
    co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<int> square(int n, milliseconds delay = 1ms) {
    co_await sleep(delay);
    co_return n * n;
}

asio::awaitable<int> fail() {
    co_await sleep(1ms);
    throw std::runtime_error("no answer");
}
//! [coroutine]

asio::awaitable<void> start() {
    //! [start]
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, square(3), "three");
    print(t.name(), "is done:", t.done());
    int value = co_await t.async_join();
    print(t.name(), "gave", value);
    //! [start]
}

asio::awaitable<void> names() {
    auto ex = co_await asio::this_coro::executor;
    //! [names]
    auto t = create_task(ex, square(3), "three");
    t.name("nine");
    print("its name is", t.name());
    //! [names]
    co_await t.async_join();
}

asio::awaitable<void> wait_for_all() {
    auto ex = co_await asio::this_coro::executor;
    //! [wait_for_all]
    std::vector<task<int>> tasks;
    for (int n : {1, 2, 3})
        tasks.push_back(create_task(ex, square(n)));
    auto [done, pending] = co_await wait_for_tasks(tasks);
    print(done.size(), "done,", pending.size(), "pending");
    //! [wait_for_all]
}

asio::awaitable<void> wait_limit() {
    auto ex = co_await asio::this_coro::executor;
    //! [wait_limit]
    auto fast = create_task(ex, square(2));
    auto slow = create_task(ex, square(3, 1h));
    auto [done, pending] =
        co_await wait_for_tasks(fast, slow, all_completed, 100ms);
    print(done.size(), "done,", pending.size(), "pending");
    print("slow has ended:", slow.done());
    //! [wait_limit]
    slow.cancel();
}

asio::awaitable<void> first_of_all() {
    auto ex = co_await asio::this_coro::executor;
    //! [first_of_all]
    std::vector<task<int>> pending;
    for (int n : {1, 2, 3})
        pending.push_back(create_task(ex, square(n)));
    int total = 0;
    while (!pending.empty()) {
        auto [done, rest] =
            co_await wait_for_tasks(pending, first_completed);
        for (const auto& t : done)
            total += t.result();
        pending = std::move(rest);
    }
    print("total:", total);
    //! [first_of_all]
}

asio::awaitable<void> first_failure() {
    auto ex = co_await asio::this_coro::executor;
    //! [first_failure]
    auto bad = create_task(ex, fail());
    auto slow = create_task(ex, square(3, 1h));
    auto [done, pending] =
        co_await wait_for_tasks(bad, slow, first_exception);
    for (const auto& t : done) {
        try {
            print(t.result());
        } catch (const std::exception& error) {
            print("failed:", error.what());
        }
    }
    //! [first_failure]
    slow.cancel();
}

asio::awaitable<void> cancel() {
    auto ex = co_await asio::this_coro::executor;
    //! [cancel]
    auto t = create_task(ex, square(3, 1h));
    t.cancel();
    co_await wait_for_tasks(t);
    print("cancelled:", t.cancelled());
    //! [cancel]
}

//! [tidy_up]
asio::awaitable<void> careful() {
    std::exception_ptr cancelled;
    try {
        co_await sleep(1h);
    } catch (const boost::system::system_error& e) {
        if (e.code() != asio::error::operation_aborted)
            throw;
        cancelled = std::current_exception(); // no co_await in here
    }
    if (cancelled) {
        co_await asio::this_coro::reset_cancellation_state();
        co_await sleep(1ms);
        print("tidied up");
        std::rethrow_exception(cancelled);
    }
}
//! [tidy_up]

asio::awaitable<void> tidy_up() {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, careful());
    t.cancel();
    co_await wait_for_tasks(t);
    print("cancelled:", t.cancelled());
}

asio::awaitable<void> one_limit() {
    //! [one_limit]
    int value = co_await wait_for(square(3), 10s);
    print(value);
    try {
        co_await wait_for(square(3, 1h), 50ms);
    } catch (const timeout_error&) {
        print("too late");
    }
    //! [one_limit]
}

asio::awaitable<void> block_limit() {
    //! [block_limit]
    auto block = [](timeout_scope& scope) -> asio::awaitable<void> {
        int first = co_await square(2);
        scope.reschedule(5s); // from now
        int second = co_await square(3);
        print("sum:", first + second);
    };
    co_await with_timeout(10s, block);
    //! [block_limit]
}

asio::awaitable<void> all_values() {
    //! [all_values]
    auto [a, b] = co_await gather(square(2), square(3));
    print(a, b);
    //! [all_values]
}

asio::awaitable<void> all_outcomes() {
    //! [all_outcomes]
    auto [good, bad] = co_await gather_settled(square(2), fail());
    print("good:", good.value());
    print("bad failed:", bad.has_error());
    //! [all_outcomes]
}

asio::awaitable<void> protect() {
    auto ex = co_await asio::this_coro::executor;
    //! [protect]
    auto saving = create_task(ex, square(4));
    auto save = [saving]() -> asio::awaitable<int> {
        co_return co_await shield(saving);
    };
    auto request = create_task(ex, save);
    request.cancel();
    co_await wait_for_tasks(request);
    print("request cancelled:", request.cancelled());
    int saved = co_await saving.async_join();
    print("saved:", saved);
    //! [protect]
}

asio::awaitable<void> group() {
    //! [group]
    task<int> a, b;
    auto block = [&](task_group& group) -> asio::awaitable<void> {
        a = group.spawn(square(2));
        b = group.spawn(square(3));
        co_return;
    };
    co_await with_task_group(block);
    print(a.result(), b.result());
    //! [group]
}

asio::awaitable<void> group_failure() {
    //! [group_failure]
    task<int> slow;
    auto block = [&](task_group& group) -> asio::awaitable<void> {
        slow = group.spawn(square(3, 1h));
        group.spawn(fail());
        co_return;
    };
    try {
        co_await with_task_group(block);
    } catch (const exception_group& group_error) {
        print(group_error.errors().size(), "failed");
    }
    print("slow cancelled:", slow.cancelled());
    //! [group_failure]
}

asio::awaitable<void> in_order() {
    auto ex = co_await asio::this_coro::executor;
    //! [in_order]
    std::vector<task<int>> tasks;
    for (int n : {1, 2, 3})
        tasks.push_back(create_task(ex, square(n, n * 10ms)));
    auto stream = as_completed(tasks, 10s);
    while (auto t = co_await stream.async_next())
        print(t->result());
    //! [in_order]
}

asio::awaitable<void> callback() {
    auto ex = co_await asio::this_coro::executor;
    //! [callback]
    auto t = create_task(ex, square(3));
    t.async_wait([t](boost::system::error_code) {
        print("called:", t.result());
    });
    co_await t.async_join();
    print("awaited");
    //! [callback]
}

asio::awaitable<void> so_many() {
    //! [so_many]
    semaphore two(2);
    auto limited = [&two](int n) -> asio::awaitable<int> {
        co_await two.async_acquire();
        auto give_back = [&two](void*) { two.release(); };
        std::shared_ptr<void> permit(nullptr, give_back);
        co_return co_await square(n);
    };
    auto [a, b, c] =
        co_await gather(limited(1), limited(2), limited(3));
    print(a, b, c);
    //! [so_many]
}

asio::awaitable<void> event() {
    //! [event]
    semaphore ready(0);
    auto worker = [&ready](int n) -> asio::awaitable<void> {
        co_await ready.async_acquire();
        ready.release(); // the next one may pass, too
        print("worker", n);
    };
    auto block = [&](task_group& group) -> asio::awaitable<void> {
        group.spawn(worker(1));
        group.spawn(worker(2));
        print("ready");
        ready.release();
        co_return;
    };
    co_await with_task_group(block);
    //! [event]
}

asio::awaitable<void> who_is_there() {
    auto ex = co_await asio::this_coro::executor;
    //! [who_is_there]
    watch_tasks(); // once, early in main()
    auto slow = create_task(ex, square(3, 1h), "slow");
    std::ostringstream table;
    dump_tasks(table); // usually to std::cerr
    bool found = table.str().find("slow") != std::string::npos;
    print("slow is there:", found);
    //! [who_is_there]
    watch_tasks(false);
    slow.cancel();
}

asio::awaitable<void> part(const char* name, asio::awaitable<void> body) {
    std::cout << '[' << name << "]\n";
    co_await std::move(body);
}

asio::awaitable<void> run() {
    co_await part("start", start());
    co_await part("names", names());
    co_await part("wait_for_all", wait_for_all());
    co_await part("wait_limit", wait_limit());
    co_await part("first_of_all", first_of_all());
    co_await part("first_failure", first_failure());
    co_await part("cancel", cancel());
    co_await part("tidy_up", tidy_up());
    co_await part("one_limit", one_limit());
    co_await part("block_limit", block_limit());
    co_await part("all_values", all_values());
    co_await part("all_outcomes", all_outcomes());
    co_await part("protect", protect());
    co_await part("group", group());
    co_await part("group_failure", group_failure());
    co_await part("in_order", in_order());
    co_await part("callback", callback());
    co_await part("so_many", so_many());
    co_await part("event", event());
    co_await part("who_is_there", who_is_there());
}

} // namespace

//! [run]
int main() {
    asio::io_context context;
    asio::co_spawn(context, run(), [](std::exception_ptr error) {
        if (error)
            std::rethrow_exception(error);
    });
    context.run();
}
//! [run]
// clang-format on
