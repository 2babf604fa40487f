// SPDX-License-Identifier: BSL-1.0
#include <asio_wait/detail/misuse.hpp>

namespace asio_wait::inline v0::detail {

void throw_misuse(misuse what) {
    switch (what) {
    case misuse::empty_handle:
        throw invalid_task_state("asio_wait: the task handle is empty");
    case misuse::not_done:
        throw invalid_task_state("asio_wait: the task has not ended yet");
    default:
        throw invalid_task_state("asio_wait: the task's value has been taken already");
    }
}

void throw_bad_task_cast() {
    throw bad_task_cast();
}

} // namespace asio_wait::inline v0::detail
