// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/create_task.hpp>
#include <asio_wait/detail/set_op.hpp>

#include <boost/assert/source_location.hpp>

#include <cstddef>
#include <exception>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace asio_wait::inline v0::detail {

/// Makes a member of a task that has just been started.
template<class Task>
Task insert_started(set_core& set, Task t) {
    try {
        set.insert(handle_access::state(t));
    } catch (...) {
        t.cancel(); // it has begun, but nobody would wait for it
        throw;
    }
    return t;
}

/// A coroutine, and how to start it as a member.
template<class Ex, class Body>
struct spawner {
    ref_ptr<set_core> set;
    Ex executor;
    Body body;
    std::string name;
    boost::source_location at;

    auto operator()() {
        return insert_started(*set, create_task(executor, std::move(body), name, at));
    }
};

template<class Ex, class Body>
spawner<Ex, std::decay_t<Body>> make_spawner(ref_ptr<set_core> set, const Ex& ex, Body&& body,
                                             std::string_view name,
                                             const boost::source_location& at) {
    return {std::move(set), ex, std::forward<Body>(body), std::string(name), at};
}

/// Waits for a place in a set and starts a task there. `Spawner` also makes it a member.
template<class Spawner>
class place_for_task : public set_payload<set_wait::kind::place> {
public:
    static constexpr const char* what = "async_spawn";
    using handle_type = decltype(std::declval<Spawner&>()());
    static constexpr bool cancellable_when_over = true;
    static constexpr bool short_way = false;

    place_for_task(ref_ptr<set_core> set, Spawner s)
        : set_payload(std::move(set)), spawner_(std::move(s)) {}

    std::tuple<std::exception_ptr, handle_type> result(set_wait& core, wait_node*, std::size_t) {
        std::exception_ptr error;
        handle_type task;
        try {
            if (const auto why = core.settled().why; why != stop_reason::none)
                throw boost::system::system_error(error_of(why));
            task = spawner_();
        } catch (...) {
            error = std::current_exception();
        }
        core.give_back(); // the member has taken the place
        return {std::move(error), std::move(task)};
    }

private:
    Spawner spawner_;
};

} // namespace asio_wait::inline v0::detail
