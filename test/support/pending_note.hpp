// SPDX-License-Identifier: BSL-1.0
#pragma once

// sleep_for, manual_future and friends hold one; CO_TEST_CASE asks for those that are left.

#include "virtual_clock.hpp"

#include <asio_wait/testing/pending_note.hpp>

namespace test {

using asio_wait::testing::pending_note;

} // namespace test
