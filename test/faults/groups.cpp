// SPDX-License-Identifier: BSL-1.0

#include "explore.hpp"

#include "semantics/semantics.hpp"

#include <asio_wait/for_each_limited.hpp>
#include <asio_wait/with_task_group.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <utility>
#include <vector>

using namespace faults;

namespace {

/// What a group's body does, with a note that it exists.
template<class F>
asio::awaitable<value> body_of(stage& s, task_group& g, F f, [[maybe_unused]] body_note note) {
    co_await f(s, g);
    co_return value(7);
}

template<class F>
auto group_of(stage& s, F f) {
    return [&s, f](task_group& g) { return body_of(s, g, f, body_note(s.bodies_alive)); };
}

asio::awaitable<void> two_children(stage& s, task_group& g) {
    g.spawn(s.factory(1));
    g.spawn(s.factory(2));
    co_return;
}

asio::awaitable<void> waits_for_a_place(stage& s, task_group& g) {
    g.limit(1);
    g.spawn(s.factory(1));
    co_await g.async_spawn(s.factory(2));
}

asio::awaitable<value> says_ready(stage& s, start_signal<int> ready, body_note note) {
    ready(5);
    co_return co_await behind(s.bodies, 1, std::move(note));
}

asio::awaitable<void> starts_a_child(stage& s, task_group& g) {
    co_await g.async_start<int>([&s](const start_signal<int>& ready) {
        return says_ready(s, ready, body_note(s.bodies_alive));
    });
}

int made(int n) {
    injector::step(fault::user);
    return n;
}

asio::awaitable<void> cancels_itself(stage& s, task_group& g) {
    g.spawn(s.factory(1));
    g.spawn(s.factory(2));
    g.cancel();
    co_return;
}

asio::awaitable<void> a_child_fails(stage& s, task_group& g) {
    g.spawn(s.factory(1));
    g.spawn([]() -> asio::awaitable<void> {
        throw std::runtime_error("child");
        co_return;
    });
    co_await behind(s.bodies, 1, body_note(s.bodies_alive));
}

} // namespace

BOOST_AUTO_TEST_SUITE(faults_groups)

BOOST_AUTO_TEST_CASE(with_task_group) {
    using asio_wait::with_task_group;
    explore(
        {.name = "with_task_group, spawn",
         .call = [](stage& s) { with_task_group(s.ex, group_of(s, two_children), s.handler()); },
         .events = {open_bodies}});
    explore(
        {.name = "with_task_group, async_spawn",
         .call =
             [](stage& s) { with_task_group(s.ex, group_of(s, waits_for_a_place), s.handler()); },
         .events = {open_bodies}});
    explore(
        {.name = "with_task_group, async_start",
         .call = [](stage& s) { with_task_group(s.ex, group_of(s, starts_a_child), s.handler()); },
         .events = {open_bodies}});
    explore(
        {.name = "with_task_group, cancel",
         .call = [](stage& s) { with_task_group(s.ex, group_of(s, cancels_itself), s.handler()); },
         .events = {}});
    explore(
        {.name = "with_task_group, a child fails",
         .call = [](stage& s) { with_task_group(s.ex, group_of(s, a_child_fails), s.handler()); },
         .events = {},
         .fails = true});
    explore(
        {.name = "with_task_group, cancelled",
         .call =
             [](stage& s) { with_task_group(s.ex, group_of(s, two_children), s.cancellable()); },
         .events = {cancel},
         .fails = true});
    explore({.name = "with_task_group, awaited",
             .call = awaited([](stage& s) { return with_task_group(group_of(s, two_children)); }),
             .events = {open_bodies},
             .apart = false});
}

BOOST_AUTO_TEST_CASE(for_each_limited) {
    using asio_wait::for_each_limited;
    const auto call = [](stage& s) {
        return [&s](int& n) {
            injector::step(fault::user);
            return s.body(n);
        };
    };
    explore({.name = "for_each_limited",
             .call =
                 [=](stage& s) {
                     for_each_limited(s.ex, std::vector{1, 2, 3}, 2, call(s), s.handler());
                 },
             .events = {open_bodies}});
    // The range makes its elements, and may fail to.
    explore({.name = "for_each_limited, made elements",
             .call =
                 [](stage& s) {
                     for_each_limited(
                         s.ex, semantics::one_shot<int>(3, made), 2,
                         [&s](int n) { return s.body(n); }, s.handler());
                 },
             .events = {open_bodies}});
    explore({.name = "for_each_limited, awaited",
             .call = awaited([=](stage& s) {
                 return for_each_limited(std::vector{1, 2, 3}, 2, call(s));
             }),
             .events = {open_bodies},
             .apart = false});
    explore({.name = "for_each_limited, cancelled",
             .call =
                 [=](stage& s) {
                     for_each_limited(s.ex, std::vector{1, 2, 3}, 2, call(s), s.cancellable());
                 },
             .events = {cancel},
             .fails = true});
}

BOOST_AUTO_TEST_SUITE_END()
