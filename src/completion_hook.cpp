// SPDX-License-Identifier: BSL-1.0
#include <asio_wait/detail/completion_hook.hpp>

#include <exception>

namespace asio_wait::inline v0::detail {

namespace {

// The queue being run further up on this thread's stack, if any.
thread_local wake_queue* running;

} // namespace

void wake_queue::run_all() {
    if (running) {
        *running->last_ = first_;
        running->last_ = last_;
        first_ = nullptr;
        last_ = &first_;
        return;
    }
    running = this;
    std::exception_ptr error;
    while (waker* const w = first_) {
        first_ = w->next_waker;
        if (!first_)
            last_ = &first_;
        try {
            w->wake(*w);
        } catch (...) {
            if (!error)
                error = std::current_exception();
        }
    }
    running = nullptr;
    if (error)
        std::rethrow_exception(error);
}

} // namespace asio_wait::inline v0::detail
