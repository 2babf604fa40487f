// SPDX-License-Identifier: BSL-1.0
#pragma once

// For tests only, not included by <asio_wait.hpp>; the CMake target is asio_wait::testing.

/// @namespace asio_wait::testing
/// Virtual time and every order of handlers, for tests.

#include <asio_wait/testing/deterministic_context.hpp>  // IWYU pragma: export
#include <asio_wait/testing/deterministic_executor.hpp> // IWYU pragma: export
#include <asio_wait/testing/dump_on_time_limit.hpp>     // IWYU pragma: export
#include <asio_wait/testing/explore.hpp>                // IWYU pragma: export
#include <asio_wait/testing/pending_note.hpp>           // IWYU pragma: export
#include <asio_wait/testing/run_virtual.hpp>            // IWYU pragma: export
#include <asio_wait/testing/schedule.hpp>               // IWYU pragma: export
#include <asio_wait/testing/virtual_clock.hpp>          // IWYU pragma: export
