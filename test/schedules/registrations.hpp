// SPDX-License-Identifier: BSL-1.0
#pragma once

// Counts who is registered with a task. The list is private for good reasons; an explicit
// instantiation may name it all the same, and that beats an accessor made for tests.

#include <asio_wait/any_task.hpp>
#include <asio_wait/detail/completion_hook.hpp>
#include <asio_wait/detail/task_core.hpp>
#include <asio_wait/detail/task_handle.hpp>

#include <cstddef>

namespace schedules {

namespace detail {

using asio_wait::detail::completion_hook;
using asio_wait::detail::hook_list;
using asio_wait::detail::task_core;

struct hooks_of_task {
    using type = hook_list task_core::*;
    friend type reveal(hooks_of_task);
};

struct first_of_hooks {
    using type = completion_hook* hook_list::*;
    friend type reveal(first_of_hooks);
};

template<class Tag, typename Tag::type Member>
struct revealed {
    friend typename Tag::type reveal(Tag) { return Member; }
};

template struct revealed<hooks_of_task, &task_core::hooks_>;
template struct revealed<first_of_hooks, &hook_list::first_>;

} // namespace detail

inline std::size_t registrations(const asio_wait::any_task& t) {
    const auto& core = asio_wait::detail::handle_access::state(t);
    const detail::hook_list& hooks = (*core).*reveal(detail::hooks_of_task());
    std::size_t n = 0;
    for (auto* h = hooks.*reveal(detail::first_of_hooks()); h; h = h->next)
        ++n;
    return n;
}

} // namespace schedules
