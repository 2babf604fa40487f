// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/any_task.hpp>

#include <boost/asio/io_context.hpp>

/// What the plugin exports: starts a task in the plugin's copy of the library.
using start_function = asio_wait::any_task*(boost::asio::io_context& io, int value);
