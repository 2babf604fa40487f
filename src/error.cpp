// SPDX-License-Identifier: BSL-1.0
#include <asio_wait/detail/misuse.hpp>

namespace asio_wait::inline v0::detail {

void throw_misuse(misuse what) {
    switch (what) {
    case misuse::empty_handle:
        throw invalid_task_state("asio_wait: the task handle is empty");
    case misuse::not_done:
        throw invalid_task_state("asio_wait: the task has not ended yet");
    case misuse::moved_from:
        throw invalid_task_state("asio_wait: the set has been moved from");
    case misuse::timeout_expired:
        throw invalid_scope_state("asio_wait: the timeout scope has expired");
    case misuse::timeout_over:
        throw invalid_scope_state("asio_wait: the timeout scope has ended");
    case misuse::timeout_of_timer:
        throw invalid_scope_state("asio_wait: the limit of this timeout scope is a timer of yours; "
                                  "move the timer");
    case misuse::group_over:
        throw invalid_scope_state("asio_wait: the task group has ended");
    case misuse::group_aborting:
        throw invalid_scope_state("asio_wait: the task group is being cancelled");
    case misuse::started_twice:
        throw invalid_scope_state("asio_wait: the child has reported that it is ready already");
    case misuse::never_started:
        throw invalid_scope_state("asio_wait: the child ended without reporting that it was ready");
    default:
        throw invalid_task_state("asio_wait: the task's value has been taken already");
    }
}

void throw_bad_task_cast() {
    throw bad_task_cast();
}

} // namespace asio_wait::inline v0::detail
