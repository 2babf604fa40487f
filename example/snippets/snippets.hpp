// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/awaitable.hpp>

// The blocks the reference shows, each part of a coroutine that runs as a test.
boost::asio::awaitable<int> slow_square(int value);

boost::asio::awaitable<void> task_snippets();
boost::asio::awaitable<void> wait_snippets();
boost::asio::awaitable<void> cancel_snippets();
boost::asio::awaitable<void> task_set_snippets();
boost::asio::awaitable<void> condition_snippets();
boost::asio::awaitable<void> family_snippets();
boost::asio::awaitable<void> group_snippets();
boost::asio::awaitable<void> watching_snippets();

/// Ends the program when a snippet did not do what its text says.
void expect(bool condition, const char* what);
