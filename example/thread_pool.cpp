// SPDX-License-Identifier: BSL-1.0

// thread_pool: work that keeps a processor busy runs as tasks on a pool, while an io_context goes
// on with its sockets. Coroutines of the io_context await the results, limit and cancel that work.

#include <asio_wait.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/crc.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <iostream>
#include <thread>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using namespace asio_wait;
using namespace std::chrono_literals;
using stream = asio::local::stream_protocol::socket;
using bytes = std::vector<unsigned char>;

namespace {

bool is_prime(unsigned n) {
    for (unsigned d = 2; d <= n / d; ++d)
        if (n % d == 0)
            return false;
    return n >= 2;
}

/// Gives way now and then: that is where a cancel arrives, and where it ends this.
asio::awaitable<unsigned> count_primes(unsigned first, unsigned last) {
    unsigned count = 0;
    for (unsigned n = first; n != last; ++n) {
        count += is_prime(n) ? 1 : 0;
        if (n % 4096 == 0)
            co_await asio::post(asio::use_awaitable);
    }
    co_return count;
}

asio::awaitable<unsigned> checksum(bytes block) {
    boost::crc_32_type crc;
    crc.process_bytes(block.data(), block.size());
    co_return crc.checksum();
}

/// At most as many parts at a time as there are processors; each on the pool, its end seen here.
asio::awaitable<void> primes(asio::thread_pool& pool, unsigned cores) {
    std::vector<unsigned> starts;
    for (unsigned start = 0; start < 1'000'000; start += 50'000)
        starts.push_back(start);
    unsigned total = 0; // no lock: only coroutines of the io_context touch it
    auto count_part = [&](unsigned start) -> asio::awaitable<void> {
        auto part = create_task(pool, count_primes(start, start + 50'000));
        total += co_await part.async_join();
    };
    co_await for_each_limited(starts, cores, count_part);
    std::cout << "primes below a million: " << total << std::endl;
}

asio::awaitable<void> send_blocks(stream to) {
    for (unsigned char n = 0; n < 40; ++n) {
        const bytes block(100'000, n);
        co_await asio::async_write(to, asio::buffer(block), asio::use_awaitable);
    }
}

/// Reads block after block, while the pool works on those that have come.
asio::awaitable<void> checksums(asio::thread_pool& pool, stream from, unsigned cores) {
    task_set<unsigned> running;
    running.limit(cores); // reading waits when the pool cannot keep up
    bytes block(100'000);
    unsigned blocks = 0, combined = 0;
    const auto take = [&](const task<unsigned>& t) {
        combined += t.result();
        ++blocks;
    };
    for (;;) {
        const auto [error, size] = co_await asio::async_read(from, asio::buffer(block),
                                                             asio::as_tuple(asio::use_awaitable));
        if (error == asio::error::eof && size == 0)
            break;
        if (error)
            throw boost::system::system_error(error);
        co_await running.async_spawn(pool, checksum(block));
        while (auto ended = running.try_next())
            take(*ended);
    }
    while (!running.empty())
        take(co_await running.async_next());
    std::cout << blocks << " blocks read, combined checksum " << combined << std::endl;
}

asio::awaitable<void> too_long(asio::thread_pool& pool) {
    auto hours = create_task(pool, count_primes(0, ~0U), "all primes");
    try {
        co_await wait_for(hours, 50ms);
    } catch (const timeout_error&) {
        std::cout << hours.name()
                  << (hours.cancelled() ? ": cancelled at a check point" : ": ran on") << std::endl;
    }
}

asio::awaitable<void> demo(asio::thread_pool& pool, unsigned cores) {
    const auto executor = co_await asio::this_coro::executor;
    stream here(executor), there(executor);
    asio::local::connect_pair(here, there);
    auto sending = create_task(executor, send_blocks(std::move(there)), "sender");
    co_await checksums(pool, std::move(here), cores);
    co_await sending.async_get();
    co_await primes(pool, cores);
    co_await too_long(pool);
}

} // namespace

int main() {
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    asio::thread_pool pool(cores);
    asio::io_context context;
    asio::co_spawn(context, demo(pool, cores), [](std::exception_ptr error) {
        if (error)
            std::rethrow_exception(error);
    });
    context.run();
    pool.join();
}
