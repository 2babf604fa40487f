// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @namespace asio_wait
/// Tasks for Boost.Asio coroutines, and waiting for them.

#include <asio_wait/any_task.hpp>             // IWYU pragma: export
#include <asio_wait/as_completed.hpp>         // IWYU pragma: export
#include <asio_wait/cancel_and_wait.hpp>      // IWYU pragma: export
#include <asio_wait/condition.hpp>            // IWYU pragma: export
#include <asio_wait/config.hpp>               // IWYU pragma: export
#include <asio_wait/create_task.hpp>          // IWYU pragma: export
#include <asio_wait/error.hpp>                // IWYU pragma: export
#include <asio_wait/exception_group.hpp>      // IWYU pragma: export
#include <asio_wait/for_each_limited.hpp>     // IWYU pragma: export
#include <asio_wait/gather.hpp>               // IWYU pragma: export
#include <asio_wait/return_when.hpp>          // IWYU pragma: export
#include <asio_wait/semaphore.hpp>            // IWYU pragma: export
#include <asio_wait/shield.hpp>               // IWYU pragma: export
#include <asio_wait/task.hpp>                 // IWYU pragma: export
#include <asio_wait/task_events.hpp>          // IWYU pragma: export
#include <asio_wait/task_group.hpp>           // IWYU pragma: export
#include <asio_wait/task_set.hpp>             // IWYU pragma: export
#include <asio_wait/timeout.hpp>              // IWYU pragma: export
#include <asio_wait/timeout_error.hpp>        // IWYU pragma: export
#include <asio_wait/unobserved_exception.hpp> // IWYU pragma: export
#include <asio_wait/use_task.hpp>             // IWYU pragma: export
#include <asio_wait/version.hpp>              // IWYU pragma: export
#include <asio_wait/wait_for.hpp>             // IWYU pragma: export
#include <asio_wait/wait_for_tasks.hpp>       // IWYU pragma: export
#include <asio_wait/wait_result.hpp>          // IWYU pragma: export
#include <asio_wait/watch_tasks.hpp>          // IWYU pragma: export
#include <asio_wait/with_task_group.hpp>      // IWYU pragma: export
#include <asio_wait/with_timeout.hpp>         // IWYU pragma: export
