// SPDX-License-Identifier: BSL-1.0

// What is told of running tasks: the order of events, and the mistakes.

#include "support/sleepers.hpp"

#include <asio_wait.hpp>
#include <asio_wait/chrome_trace.hpp>
#include <asio_wait/detail/task_graph.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/src.hpp> // compiled here
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace watch {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using namespace asio_wait;
using namespace std::chrono_literals;
using asio::awaitable;
using test::forever;

using kind = task_event::kind;

const char* word(kind k) {
    static constexpr const char* words[] = {"spawned",  "resumed",    "suspended",  "cancel",
                                            "done",     "wait begun", "wait ended", "slow",
                                            "deadlock", "set dropped"};
    return words[static_cast<int>(k)];
}

struct fixture {
    std::vector<std::pair<std::uint64_t, std::string>> log;
    asio::io_context io{1};
    asio::any_io_executor ex = io.get_executor();

    fixture() {
        watch_tasks();
        set_task_event_handler([this](const task_event& e) {
            std::string line = word(e.what);
            const bool of_wait = e.what == kind::wait_begun || e.what == kind::wait_ended ||
                                 e.what == kind::deadlock;
            if (e.other && !of_wait)
                line += " " + std::to_string(e.other);
            if (!e.text.empty())
                line += " " + std::string(e.text);
            log.emplace_back(e.task, line);
        });
    }
    ~fixture() {
        set_task_event_handler(nullptr);
        watch_tasks(false);
    }

    /// Without what every resumption says.
    std::string story(std::uint64_t task) const {
        std::string all;
        for (const auto& [id, line] : log)
            if (id == task && line != "resumed" && line != "suspended")
                all += (all.empty() ? "" : "; ") + line;
        return all;
    }
    std::size_t count(std::uint64_t task, const std::string& what) const {
        std::size_t n = 0;
        for (const auto& [id, line] : log)
            n += id == task && line == what;
        return n;
    }
};

BOOST_FIXTURE_TEST_SUITE(watch_events, fixture)

BOOST_AUTO_TEST_CASE(a_life_is_told_in_order) {
    task<void> child;
    const auto parent = create_task(
        ex,
        [&]() -> awaitable<void> {
            child = create_task(co_await asio::this_coro::executor, forever(), "child");
            co_await asio::post(asio::use_awaitable);
            child.cancel();
            co_await child.async_wait(asio::use_awaitable);
        },
        "parent");
    io.run();
    const std::string by = std::to_string(parent.id());
    BOOST_TEST(story(parent.id()) ==
               "spawned parent; wait begun async_wait; wait ended; done succeeded");
    BOOST_TEST(story(child.id()) == "spawned " + by + " child; cancel " + by + "; done cancelled");
    for (const auto& t : {parent, child}) {
        BOOST_TEST(count(t.id(), "resumed") == count(t.id(), "suspended"));
        BOOST_TEST(count(t.id(), "resumed") >= 2u);
    }
}

BOOST_AUTO_TEST_CASE(a_cancel_of_many_is_told_of_each) {
    std::vector<task<void>> all{create_task(ex, forever()), create_task(ex, forever())};
    io.poll();
    co_spawn(io, cancel_and_wait(all, asio::use_awaitable), asio::detached);
    io.restart();
    io.run();
    for (const auto& t : all)
        BOOST_TEST(story(t.id()) == "spawned; cancel; done cancelled");
}

BOOST_AUTO_TEST_CASE(a_slow_resumption_is_told) {
    const auto before = set_slow_resumption(0ns);
    BOOST_TEST((before == 100ms));
    const auto t = create_task(
        ex, []() -> awaitable<void> { co_return; }, "stocktaking");
    io.run();
    set_slow_resumption(before);
    BOOST_TEST(count(t.id(), "slow stocktaking") >= 1u);
    const auto quick = create_task(ex, []() -> awaitable<void> { co_return; });
    io.restart();
    io.run();
    BOOST_TEST(story(quick.id()).find("slow") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_wait_that_closes_a_circle_is_told_at_once) {
    task<void> a, b, c;
    a = create_task(
        ex, [&]() -> awaitable<void> { co_await b.async_wait(asio::use_awaitable); }, "a");
    b = create_task(
        ex,
        [&]() -> awaitable<void> {
            std::vector<task<void>> both{c, a};
            co_await wait_for_tasks(both);
        },
        "b");
    c = create_task(ex, forever(), "c");
    io.poll();
    const auto id = [](const task<void>& t) { return " (" + std::to_string(t.id()) + ")"; };
    BOOST_TEST(story(b.id()) == "spawned b; wait begun wait_for_tasks; deadlock b" + id(b) +
                                    " -> a" + id(a) + " -> b" + id(b));
    BOOST_TEST(count(a.id(), "deadlock") == 0u);
}

BOOST_AUTO_TEST_CASE(a_chain_of_waits_costs_no_more_than_its_length) {
    // Half a minute if each wait went down the whole chain.
    set_task_event_handler([](const task_event&) {});
    std::vector<task<void>> chain{create_task(ex, forever())};
    for (int i = 0; i != 10'000; ++i)
        chain.push_back(create_task(ex, [t = chain.back()]() -> awaitable<void> {
            co_await t.async_wait(asio::use_awaitable);
        }));
    io.poll();
    BOOST_TEST(detail::watched_now().waits.size() == 10'000u);
}

BOOST_AUTO_TEST_CASE(a_task_that_waits_for_itself_is_told) {
    task<void> self;
    self = create_task(ex,
                       [&]() -> awaitable<void> { co_await self.async_wait(asio::use_awaitable); });
    io.poll();
    BOOST_TEST(story(self.id()).find("deadlock") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_wait_that_can_end_otherwise_is_no_deadlock) {
    task<void> a, b;
    a = create_task(ex, [&]() -> awaitable<void> { co_await b.async_wait(asio::use_awaitable); });
    b = create_task(ex, [&]() -> awaitable<void> {
        std::vector<task<void>> v(1, a);
        co_await wait_for_tasks(v, return_when::all_completed, 1h);
    });
    io.poll();
    BOOST_TEST(story(b.id()) == "spawned; wait begun wait_for_tasks");
}

BOOST_AUTO_TEST_CASE(a_wait_for_who_has_been_cancelled_is_no_deadlock) {
    task<void> a, b;
    a = create_task(ex, [&]() -> awaitable<void> {
        co_await asio::post(asio::use_awaitable);
        b.cancel();
        co_await b.async_wait(asio::use_awaitable); // b waits for a still
    });
    b = create_task(ex, [&]() -> awaitable<void> { co_await a.async_wait(asio::use_awaitable); });
    io.run();
    BOOST_TEST(a.done());
    BOOST_TEST(story(a.id()) == "spawned; wait begun async_wait; wait ended; done succeeded");
}

BOOST_AUTO_TEST_CASE(a_set_that_leaves_tasks_behind_is_told) {
    {
        task_set<void> set;
        set.insert(create_task(ex, forever(), "left"));
        set.insert(create_task(ex, []() -> awaitable<void> { co_return; }));
        io.poll();
    }
    BOOST_TEST(story(0) == "set dropped 1 left");
}

BOOST_AUTO_TEST_CASE(a_handler_gives_way_to_the_next_and_comes_back) {
    int calls = 0;
    auto first = set_task_event_handler([&calls](const task_event&) { ++calls; });
    const auto t = create_task(ex, forever());
    BOOST_TEST(calls == 1);
    BOOST_TEST(log.empty());
    set_task_event_handler(std::move(first));
    t.cancel();
    BOOST_TEST(calls == 1);
    BOOST_TEST(story(t.id()) == "cancel");
}

BOOST_AUTO_TEST_CASE(a_trace_has_each_task_wait_and_resumption_from_begin_to_end) {
    const chrome_trace trace;
    set_task_event_handler(trace.handler());
    const auto parent = create_task(
        ex,
        [&]() -> awaitable<void> {
            auto child = create_task(co_await asio::this_coro::executor, test::yield_times(2));
            co_await child.async_wait(asio::use_awaitable);
        },
        "parent");
    io.run();
    std::ostringstream out;
    trace.write(out);

    std::map<std::string, int> open; // by phase pairs
    double last = 0;
    std::size_t seen = 0;
    const json::value made = json::parse(out.str());
    for (const json::value& v : made.at("traceEvents").as_array()) {
        const json::object& e = v.as_object();
        const std::string phase = json::value_to<std::string>(e.at("ph"));
        const std::string name = json::value_to<std::string>(e.at("name"));
        BOOST_TEST(e.at("ts").as_double() >= last);
        last = e.at("ts").as_double();
        const std::string key =
            name + (e.contains("id") ? " " + std::to_string(e.at("id").to_number<int>()) : "");
        open[key] += phase == "b" || phase == "B" ? 1 : -1;
        BOOST_TEST(open[key] >= 0, key);
        ++seen;
    }
    for (const auto& [key, n] : open)
        BOOST_TEST(n == 0, key);
    BOOST_TEST(open.count("parent " + std::to_string(parent.id())) == 1u);
    BOOST_TEST(open.count("async_wait " + std::to_string(parent.id())) == 1u);
    BOOST_TEST(open.count("parent") == 1u);
    BOOST_TEST(seen >= 12u);
}

BOOST_AUTO_TEST_CASE(a_trace_shows_cancels_and_mistakes) {
    const auto known_later = create_task(ex, forever(), "before the trace");
    const chrome_trace trace;
    set_task_event_handler(trace.handler());
    known_later.cancel();
    task<void> self;
    self = create_task(ex,
                       [&]() -> awaitable<void> { co_await self.async_wait(asio::use_awaitable); });
    {
        task_set<void> set;
        set.insert(create_task(ex, forever(), "left behind"));
    }
    const auto before = set_slow_resumption(0ns);
    io.poll();
    set_slow_resumption(before);
    std::ostringstream out;
    trace.write(out);
    std::map<std::string, int> seen;
    const json::value made = json::parse(out.str());
    for (const json::value& e : made.at("traceEvents").as_array())
        ++seen[json::value_to<std::string>(e.at("name"))];
    for (const char* name : {"cancel", "deadlock", "set dropped", "slow resumption", "(unknown)"})
        BOOST_TEST(seen[name] >= 1, name);
}

BOOST_AUTO_TEST_CASE(a_trace_leaves_out_what_it_does_not_know) {
    const chrome_trace trace;
    trace.handler()({static_cast<kind>(99), 1});
    std::ostringstream out;
    trace.write(out);
    BOOST_TEST(out.str() == "{\"traceEvents\":[]}\n");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace watch
