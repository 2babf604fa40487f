// SPDX-License-Identifier: BSL-1.0
#pragma once

// The virtual clock of asio_wait::testing under the names our own tests use.

#include <asio_wait/testing/run_virtual.hpp>
#include <asio_wait/testing/virtual_clock.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>

namespace test {

namespace asio = boost::asio;
using namespace std::chrono_literals;

using asio_wait::testing::no_limit;
using asio_wait::testing::run_virtual;
using asio_wait::testing::virtual_clock;
using asio_wait::testing::virtual_driver;
using asio_wait::testing::virtual_timer;

} // namespace test
