// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/version.hpp>

// ASIO_WAIT_DECL marks what the archive defines and headers call. The archive is built with hidden
// visibility, so that a static copy inside a shared object stays private to it.
// ASIO_WAIT_SHARED is set by CMake for everybody when the library itself is a shared one,
// ASIO_WAIT_SOURCE only while the library is being built.
#if defined(ASIO_WAIT_SHARED) && defined(_WIN32)
#if defined(ASIO_WAIT_SOURCE)
#define ASIO_WAIT_DECL __declspec(dllexport)
#else
#define ASIO_WAIT_DECL __declspec(dllimport)
#endif
#elif defined(ASIO_WAIT_SHARED)
#define ASIO_WAIT_DECL __attribute__((visibility("default")))
#else
#define ASIO_WAIT_DECL
#endif

// Exception types must compare equal in every shared object that throws or catches them.
#if defined(__GNUC__)
#define ASIO_WAIT_TYPE_VISIBLE __attribute__((visibility("default")))
#else
#define ASIO_WAIT_TYPE_VISIBLE
#endif

// Keeps a rare path out of the function it is called from, whose usual path then needs no stack.
#if defined(__GNUC__)
#define ASIO_WAIT_COLD __attribute__((noinline, cold))
#else
#define ASIO_WAIT_COLD
#endif

// Asks for memory that will be written soon; a hint.
#if defined(__GNUC__)
#define ASIO_WAIT_PREFETCH(address) __builtin_prefetch(address, 1)
#else
#define ASIO_WAIT_PREFETCH(address) static_cast<void>(address)
#endif

// ASIO_WAIT_NO_ASIO_DETAIL: define it to keep the library off every undocumented name of Asio.
// The price: on Boost 1.81 the default token of async_get and async_join is then use_awaitable,
// which a coroutine of a non-default executor type cannot await.
