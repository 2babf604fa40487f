// SPDX-License-Identifier: BSL-1.0
#include "snippets.hpp"

#include <asio_wait/for_each_limited.hpp>
#include <asio_wait/semaphore.hpp>
#include <asio_wait/with_task_group.hpp>

#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace asio_wait;
using namespace std::chrono_literals;

asio::awaitable<void> nursery() {
    //! [with_task_group]
    int sum = co_await with_task_group([](task_group& group) -> asio::awaitable<int> {
        auto a = group.spawn(slow_square(2));
        group.spawn(slow_square(3), "nobody waits for this one, but the group");
        co_return co_await a.async_get();
    });
    //! [with_task_group]
    expect(sum == 4, "with_task_group");
}

asio::awaitable<void> limit() {
    bool kept = true;
    auto body = [&kept](task_group& group) -> asio::awaitable<void> {
        //! [limit]
        group.limit(2);
        for (int i = 1; i <= 4; ++i)
            co_await group.async_spawn(slow_square(i)); // waits while two are running
        //! [limit]
        kept = group.size() <= 2;
    };
    co_await with_task_group(body);
    expect(kept, "limit");
}

//! [start]
asio::awaitable<void> serve(start_signal<int> ready) {
    co_await slow_square(1); // binding, say
    ready(8080);             // whoever starts it goes on here
    co_await slow_square(2);
}

asio::awaitable<int> start_server(task_group& group) {
    int port = co_await group.async_start<int>(serve);
    co_return port;
}
//! [start]

asio::awaitable<void> start() {
    int port = co_await with_task_group(start_server);
    expect(port == 8080, "start");
}

asio::awaitable<void> for_each() {
    std::vector<int> numbers{1, 2, 3, 4};
    int sum = 0;
    //! [for_each_limited]
    auto add = [&sum](int number) -> asio::awaitable<void> { sum += co_await slow_square(number); };
    co_await for_each_limited(numbers, 2, add); // two at a time
    //! [for_each_limited]
    expect(sum == 30, "for_each_limited");
}

asio::awaitable<void> permits() {
    //! [semaphore]
    semaphore connections(10);
    co_await connections.async_acquire(1s); // timed_out when there is none within a second
    int square = co_await slow_square(2);
    connections.release();
    //! [semaphore]
    expect(square == 4 && connections.available() == 10, "semaphore");
}

} // namespace

asio::awaitable<void> group_snippets() {
    co_await nursery();
    co_await limit();
    co_await start();
    co_await for_each();
    co_await permits();
}
