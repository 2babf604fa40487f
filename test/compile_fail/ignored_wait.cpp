// SPDX-License-Identifier: BSL-1.0
// expect: ignoring return value of .*nodiscard
#include <asio_wait/wait_for_tasks.hpp>

#include <vector>

void mistake(const std::vector<asio_wait::task<int>>& tasks) {
#ifdef ASIO_WAIT_NO_MISTAKE
    [[maybe_unused]] auto operation = asio_wait::wait_for_tasks(tasks);
#else
    asio_wait::wait_for_tasks(tasks);
#endif
}
