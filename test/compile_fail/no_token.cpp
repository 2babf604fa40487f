// SPDX-License-Identifier: BSL-1.0
// expect: the last argument is no completion token for the operation's completion signature
#include <asio_wait/gather.hpp>

#include <exception>
#include <tuple>

void mistake(const asio_wait::task<int>& task) {
#ifdef ASIO_WAIT_NO_MISTAKE
    asio_wait::gather(task, [](std::exception_ptr, std::tuple<int>) {});
#else
    asio_wait::gather(task, [](std::exception_ptr) {});
#endif
}
