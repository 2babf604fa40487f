// SPDX-License-Identifier: BSL-1.0
// expect: a task needs a serial executor; use make_strand\(pool\)
#include <asio_wait/create_task.hpp>

#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#ifdef ASIO_WAIT_NO_MISTAKE
using executor = boost::asio::strand<boost::asio::thread_pool::executor_type>;
executor executor_of(boost::asio::thread_pool& pool) {
    return boost::asio::make_strand(pool);
}
#else
using executor = boost::asio::thread_pool::executor_type;
executor executor_of(boost::asio::thread_pool& pool) {
    return pool.get_executor();
}
#endif

boost::asio::awaitable<int, executor> work();

void mistake(boost::asio::thread_pool& pool) {
    asio_wait::create_task(executor_of(pool), work());
}
