// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/task_core.hpp>

#include <cstdint>
#include <exception>
#include <memory>

namespace asio_wait::inline v0::detail {

/// A failure nobody read, in types the archive may know.
struct unobserved_failure {
    std::uint64_t id;
    const char* name; // null: the default name
    const spawn_site& site;
    const std::exception_ptr& error;
};

/// A std::function of a type the archive need not know, and how to call it.
struct unobserved_hook {
    std::shared_ptr<void> function;
    void (*call)(void* function, const unobserved_failure&) = nullptr;
};

/// Calls the hook, or prints one line to stderr when there is none.
ASIO_WAIT_DECL void report_unobserved(const unobserved_failure& failure) noexcept;

/// Replaces the hook; gives the old one back.
ASIO_WAIT_DECL unobserved_hook exchange_unobserved_hook(unobserved_hook hook);

} // namespace asio_wait::inline v0::detail
