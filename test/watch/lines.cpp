// SPDX-License-Identifier: BSL-1.0

// The lines that mistakes print while nobody else is told of them.

#include "support/sleepers.hpp"
#include "support/stderr_capture.hpp"

#include <asio_wait.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <regex>
#include <string>

namespace watch {
namespace {

namespace asio = boost::asio;
using namespace asio_wait;
using namespace std::chrono_literals;
using asio::awaitable;
using test::forever;

struct fixture {
    asio::io_context io{1};
    asio::any_io_executor ex = io.get_executor();

    fixture() { watch_tasks(); }
    ~fixture() { watch_tasks(false); }
};

/// As a whole; `#` stands for the id.
bool is(const std::string& text, std::string wanted, const task<void>& t) {
    wanted = std::regex_replace(wanted, std::regex("#"), std::to_string(t.id()));
    BOOST_TEST_INFO(text);
    return std::regex_match(text, std::regex(wanted));
}

BOOST_FIXTURE_TEST_SUITE(watch_lines, fixture)

BOOST_AUTO_TEST_CASE(a_slow_resumption_is_a_line) {
    const auto before = set_slow_resumption(0ns);
    task<void> t;
    std::string text;
    {
        test::stderr_capture capture;
        t = create_task(
            ex, []() -> awaitable<void> { co_return; }, "stocktaking");
        io.run();
        text = capture.text();
    }
    set_slow_resumption(before);
    BOOST_TEST(
        is(text, R"((asio_wait: task # kept its thread for 0\.\d{3} s: stocktaking\n)+)", t));
}

BOOST_AUTO_TEST_CASE(a_slow_resumption_of_a_task_that_ends_with_it_has_its_name) {
    const auto before = set_slow_resumption(0ns);
    const std::string slow(R"(asio_wait: task \d+ kept its thread for 0\.\d{3} s: )");
    for (const std::string name : {"stocktaking", ""}) {
        test::stderr_capture capture;
        create_task(
            ex, []() -> awaitable<void> { co_return; }, name);
        io.restart();
        io.run();
        const std::string text = capture.text();
        const std::regex lines("(" + slow + (name.empty() ? "task-\\d+" : name) + "\n)+");
        BOOST_TEST_INFO(text);
        BOOST_TEST(std::regex_match(text, lines));
    }
    set_slow_resumption(before);
}

BOOST_AUTO_TEST_CASE(a_wait_that_can_never_finish_is_a_line) {
    task<void> self;
    test::stderr_capture capture;
    self = create_task(
        ex, [&]() -> awaitable<void> { co_await self.async_wait(asio::use_awaitable); }, "self");
    io.poll();
    BOOST_TEST(is(capture.text(),
                  R"(asio_wait: deadlock, task # can only fail or be cancelled: )"
                  R"(self \(#\) -> self \(#\)\n)",
                  self));
}

BOOST_AUTO_TEST_CASE(a_set_that_leaves_tasks_behind_is_a_line) {
    const auto left = create_task(ex, forever(), "left");
    test::stderr_capture capture;
    {
        task_set<void> set;
        set.insert(left);
    }
    BOOST_TEST(is(capture.text(),
                  R"(asio_wait: a set was destroyed, and 1 of its tasks run on: left\n)", left));
}

BOOST_AUTO_TEST_CASE(a_failure_that_nobody_reads_is_a_line) {
    const auto before = set_unobserved_exception_handler(nullptr);
    test::stderr_capture capture;
    create_task(
        ex,
        []() -> awaitable<void> {
            throw test::boom("no disk");
            co_return;
        },
        "writer");
    io.run();
    const std::string text = capture.text();
    set_unobserved_exception_handler(before);
    BOOST_TEST(is(text,
                  R"(asio_wait: nobody read the exception of task 'writer', )"
                  R"(spawned at .*lines\.cpp:\d+: no disk\n)",
                  {}));
}

BOOST_AUTO_TEST_CASE(what_is_no_mistake_prints_nothing) {
    test::stderr_capture capture;
    {
        const auto a = create_task(ex, test::yield_times(2));
        const auto b = create_task(
            ex, [&]() -> awaitable<void> { co_await a.async_wait(asio::use_awaitable); });
        task_set<void> set;
        set.insert(a);
        set.insert(b);
        io.run();
    }
    BOOST_TEST(capture.text() == "");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace watch
