// SPDX-License-Identifier: BSL-1.0
// expect: the arguments are \(\[executor\], tasks, \[timeout\]\)
#include <asio_wait/as_completed.hpp>
#include <asio_wait/return_when.hpp>

#include <vector>

void mistake(const std::vector<asio_wait::task<int>>& tasks) {
#ifdef ASIO_WAIT_NO_MISTAKE
    [[maybe_unused]] auto stream = asio_wait::as_completed(tasks);
#else
    [[maybe_unused]] auto stream =
        asio_wait::as_completed(tasks, asio_wait::return_when::first_completed);
#endif
}
