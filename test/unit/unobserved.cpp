// SPDX-License-Identifier: BSL-1.0

// The hook for exceptions nobody read: who counts as a reader, what is reported, and the default.

#include "contract.hpp"
#include "support/stderr_capture.hpp"

namespace unit {
namespace {

using test::stderr_capture;

BOOST_FIXTURE_TEST_SUITE(unit_unobserved, fixture)

BOOST_AUTO_TEST_CASE(a_failure_nobody_read_is_reported_once_with_name_and_place) {
    unsigned line = 0;
    std::uint64_t id = 0;
    {
        // clang-format off
        auto t = create_task(ex, failing<int>(1ms, "lost"), "the task"); line = __LINE__;
        // clang-format on
        id = t.id();
        const auto copy = t;
        run();
        BOOST_TEST(unread.size() == 0u); // there may still be a reader
    }
    BOOST_REQUIRE(unread.size() == 1u);
    const unobserved_exception report = unread.at(0);
    BOOST_TEST(report.name == "the task");
    BOOST_TEST(report.id == id);
    BOOST_TEST(report.spawned_at.line() == line);
    BOOST_TEST(std::string(report.spawned_at.file_name()).ends_with("unobserved.cpp"));
    BOOST_TEST(what_of(report.exception) == "lost");
}

BOOST_AUTO_TEST_CASE(a_detached_failure_is_reported_when_the_work_ends) {
    create_task(ex, failing(5ms));
    BOOST_TEST(unread.size() == 0u);
    run();
    BOOST_REQUIRE(unread.size() == 1u);
    BOOST_TEST(unread.at(0).name.starts_with("task-"));
}

template<class Read>
std::size_t reports_after(fixture& f, Read read) {
    const std::size_t before = f.unread.size();
    {
        auto t = create_task(f.ex, failing<int>(1ms));
        auto v = create_task(f.ex, failing(1ms));
        f.run();
        read(t);
        read(v);
        f.run();
    }
    return f.unread.size() - before;
}

BOOST_AUTO_TEST_CASE(reading_is_result_take_exception_get_and_join) {
    BOOST_TEST(reports_after(*this, [](auto& t) { BOOST_CHECK_THROW(t.result(), boom); }) == 0u);
    BOOST_TEST(reports_after(*this, [](auto& t) { BOOST_CHECK_THROW(t.take(), boom); }) == 0u);
    BOOST_TEST(reports_after(*this, [](auto& t) { BOOST_TEST(bool(t.exception())); }) == 0u);
    BOOST_TEST(reports_after(*this, [](auto& t) { BOOST_TEST(bool(any_task(t).exception())); }) ==
               0u);
    const auto ignore = [this] { return asio::bind_executor(ex, [](auto&&...) {}); };
    BOOST_TEST(reports_after(*this, [&](auto& t) { t.async_get(ignore()); }) == 0u);
    BOOST_TEST(reports_after(*this, [&](auto& t) { t.async_join(ignore()); }) == 0u);
    BOOST_TEST(reports_after(*this, [&](auto& t) { t(ignore()); }) == 0u);
}

BOOST_AUTO_TEST_CASE(asking_waiting_and_cancelling_are_not_reading) {
    const auto ignore = [this] { return asio::bind_executor(ex, [](auto&&...) {}); };
    BOOST_TEST(reports_after(*this, [](auto&) {}) == 2u);
    BOOST_TEST(reports_after(*this, [](auto& t) {
                   BOOST_TEST(t.failed());
                   BOOST_TEST(t.done());
               }) == 2u);
    BOOST_TEST(reports_after(*this, [](auto& t) { t.cancel(); }) == 2u);
    BOOST_TEST(reports_after(*this, [&](auto& t) { t.async_wait(ignore()); }) == 2u);
    BOOST_TEST(reports_after(*this, [&](auto& t) { wait_for_tasks(t, ignore()); }) == 2u);
}

BOOST_AUTO_TEST_CASE(a_get_that_was_cancelled_has_read_nothing) {
    asio::cancellation_signal stop;
    {
        auto t = create_task(ex, failing(5ms));
        t.async_get(asio::bind_cancellation_slot(stop.slot(), [](std::exception_ptr) {}));
        poll();
        stop.emit(asio::cancellation_type::terminal);
        run();
    }
    BOOST_TEST(unread.size() == 1u);
}

BOOST_AUTO_TEST_CASE(results_asked_for_too_early_are_not_read) {
    {
        auto t = create_task(ex, failing<int>(5ms));
        BOOST_CHECK_THROW(t.result(), invalid_task_state);
        BOOST_CHECK_THROW(t.exception(), invalid_task_state);
        run();
    }
    BOOST_TEST(unread.size() == 1u);
}

BOOST_AUTO_TEST_CASE(cancelled_abandoned_and_succeeded_tasks_are_not_reported) {
    {
        auto cancelled = cancelled_task();
        BOOST_TEST(cancelled.cancelled());
        task<void> abandoned;
        {
            asio::io_context other;
            abandoned = create_task(other, forever());
            other.poll();
        }
        BOOST_TEST(abandoned.failed());
        auto fine = ended(give(1));
        auto never_started = create_task(ex, nothing());
        never_started.cancel();
        run();
    }
    BOOST_TEST(unread.size() == 0u);
}

BOOST_AUTO_TEST_CASE(an_error_like_a_cancel_that_nobody_asked_for_is_reported) {
    {
        auto t =
            ended(fail_with(std::make_exception_ptr(system_error(asio::error::operation_aborted))));
        BOOST_TEST(t.failed());
    }
    BOOST_TEST(unread.size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_former_hook_is_given_back_and_works_again) {
    int first = 0, second = 0;
    auto outermost = set_unobserved_exception_handler([&](const auto&) { ++first; });
    create_task(ex, failing(1ms));
    run();
    auto mine = set_unobserved_exception_handler([&](const auto&) { ++second; });
    create_task(ex, failing(1ms));
    run();
    BOOST_TEST(first == 1);
    BOOST_TEST(second == 1);
    set_unobserved_exception_handler(mine);
    create_task(ex, failing(1ms));
    run();
    BOOST_TEST(first == 2);
    set_unobserved_exception_handler(outermost);
    create_task(ex, failing(1ms));
    run();
    BOOST_TEST(unread.size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_hook_may_use_the_library) {
    int replaced = 0;
    auto former = set_unobserved_exception_handler([&](const unobserved_exception&) {
        // No lock of ours is held: replacing the hook and making a task from it both work.
        set_unobserved_exception_handler([&](const auto&) { ++replaced; });
        create_task(io, failing(1ms));
    });
    create_task(ex, failing(1ms));
    run();
    BOOST_TEST(replaced == 1);
    set_unobserved_exception_handler(std::move(former));
}

BOOST_AUTO_TEST_CASE(by_default_one_line_goes_to_stderr) {
    auto former = set_unobserved_exception_handler(nullptr);
    std::string text;
    const unsigned line = __LINE__ + 3;
    {
        stderr_capture capture;
        create_task(ex, failing(1ms, "no disk"), "writer");
        create_task(ex, fail_with(std::make_exception_ptr(3)));
        run();
        text = capture.text();
    }
    set_unobserved_exception_handler(std::move(former));
    BOOST_TEST(text.find("'writer'") != text.npos);
    BOOST_TEST(text.find("no disk") != text.npos);
    BOOST_TEST(text.find("unobserved.cpp:" + std::to_string(line)) != text.npos);
    BOOST_TEST(text.find("'task-") != text.npos); // the second one
    BOOST_TEST(std::ranges::count(text, '\n') == 2);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace unit
