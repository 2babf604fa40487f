// SPDX-License-Identifier: BSL-1.0

// The members of a task handle that ask or tell, row by row.

#include "contract.hpp"

#include <unordered_set>

namespace unit {
namespace {

BOOST_FIXTURE_TEST_SUITE(unit_handle, fixture)

BOOST_AUTO_TEST_CASE(an_empty_handle_may_be_held_and_asked_whether_it_is_one) {
    task<int> a, b;
    BOOST_TEST(!a.valid());
    BOOST_TEST(!static_cast<bool>(a));
    BOOST_TEST(a == b);
    BOOST_TEST(a.id() == 0u);
    a = b;
    auto c = std::move(a);
    BOOST_TEST(!c.valid());
    BOOST_TEST(!any_task().valid());
}

template<class Handle>
void every_use_throws(const Handle& t) {
    BOOST_CHECK_THROW(t.done(), invalid_task_state);
    BOOST_CHECK_THROW(t.succeeded(), invalid_task_state);
    BOOST_CHECK_THROW(t.failed(), invalid_task_state);
    BOOST_CHECK_THROW(t.cancelled(), invalid_task_state);
    BOOST_CHECK_THROW(t.exception(), invalid_task_state);
    BOOST_CHECK_THROW(t.cancel(), invalid_task_state);
    BOOST_CHECK_THROW(t.cancel_requested(), invalid_task_state);
    BOOST_CHECK_THROW(t.get_executor(), invalid_task_state);
    BOOST_CHECK_THROW(t.name(), invalid_task_state);
    BOOST_CHECK_THROW(t.name("x"), invalid_task_state);
    BOOST_CHECK_THROW(t.spawned_at(), invalid_task_state);
    BOOST_CHECK_THROW(t.async_wait(asio::detached), invalid_task_state);
}

BOOST_AUTO_TEST_CASE(using_an_empty_handle_throws) {
    const task<int> t;
    every_use_throws(t);
    BOOST_CHECK_THROW(t.result(), invalid_task_state);
    BOOST_CHECK_THROW(t.take(), invalid_task_state);
    BOOST_CHECK_THROW(t.async_get(asio::detached), invalid_task_state);
    BOOST_CHECK_THROW(t.async_join(asio::detached), invalid_task_state);
    BOOST_CHECK_THROW(t(asio::detached), invalid_task_state);
    BOOST_CHECK_THROW(static_cast<void>(t.async_get()), invalid_task_state);
    every_use_throws(task<void>());
    BOOST_CHECK_THROW(task<void>().result(), invalid_task_state);
    every_use_throws(any_task());
    BOOST_CHECK_THROW(any_task().get<int>(), invalid_task_state);
    static_assert(std::is_base_of_v<std::logic_error, invalid_task_state>);
}

BOOST_AUTO_TEST_CASE(a_handle_moved_from_is_empty) {
    auto a = create_task(io, give(1));
    const auto b = std::move(a);
    BOOST_TEST(!a.valid()); // NOLINT: what a moved handle is belongs to the contract
    BOOST_TEST(b.valid());
}

BOOST_AUTO_TEST_CASE(an_unfinished_task_is_neither_and_has_no_result) {
    auto t = create_task(io, sleeper(1ms, 1));
    BOOST_TEST(!t.done());
    BOOST_TEST(!t.succeeded());
    BOOST_TEST(!t.failed());
    BOOST_TEST(!t.cancelled());
    BOOST_CHECK_THROW(t.result(), invalid_task_state);
    BOOST_CHECK_THROW(t.take(), invalid_task_state);
    BOOST_CHECK_THROW(t.exception(), invalid_task_state);
}

BOOST_AUTO_TEST_CASE(a_value_makes_it_succeeded) {
    auto t = ended(give(42));
    BOOST_TEST(t.succeeded());
    BOOST_TEST(!t.failed());
    BOOST_TEST(!t.cancelled());
    BOOST_TEST(t.result() == 42);
    BOOST_TEST(&t.result() == &t.result());
    BOOST_TEST(!t.exception());
    static_assert(std::is_same_v<decltype(t.result()), const int&>);
    static_assert(std::is_same_v<decltype(task<void>().result()), void>);
}

BOOST_AUTO_TEST_CASE(take_moves_the_value_out_once) {
    auto t = ended(give(std::string("a value longer than any small string buffer")));
    const auto copy = t;
    BOOST_TEST(t.take() == "a value longer than any small string buffer");
    BOOST_CHECK_THROW(t.take(), invalid_task_state);
    BOOST_CHECK_THROW(copy.take(), invalid_task_state);
    BOOST_CHECK_THROW(copy.result(), invalid_task_state);
    BOOST_TEST(t.succeeded());
    BOOST_TEST(!t.exception());
}

BOOST_AUTO_TEST_CASE(a_void_result_can_be_asked_for_any_number_of_times) {
    auto t = ended(nothing());
    t.result();
    t.take();
    t.result();
    t.take();
    BOOST_TEST(t.succeeded());
}

BOOST_AUTO_TEST_CASE(an_exception_makes_it_failed_and_comes_out_unchanged) {
    const auto error = std::make_exception_ptr(boom("mine"));
    auto t = ended(fail_with<int>(error));
    BOOST_TEST(t.failed());
    BOOST_TEST(!t.succeeded());
    BOOST_TEST(!t.cancelled());
    BOOST_TEST((t.exception() == error)); // the very object
    BOOST_CHECK_EXCEPTION(t.result(), boom,
                          [](const boom& e) { return std::string(e.what()) == "mine"; });
    BOOST_CHECK_THROW(t.result(), boom);
    BOOST_CHECK_THROW(t.take(), boom);
    auto v = ended(fail_with(error));
    BOOST_CHECK_THROW(v.result(), boom);
    BOOST_CHECK_THROW(v.take(), boom);
}

BOOST_AUTO_TEST_CASE(what_is_thrown_need_not_be_an_exception_class) {
    auto t = ended(fail_with<int>(std::make_exception_ptr(7)));
    BOOST_TEST(t.failed());
    BOOST_CHECK_THROW(t.result(), int);
}

BOOST_AUTO_TEST_CASE(a_cancel_that_ends_it_makes_it_cancelled) {
    auto t = cancelled_task();
    BOOST_TEST(t.cancelled());
    BOOST_TEST(!t.failed());
    BOOST_TEST(!t.succeeded());
    BOOST_TEST(is_cancelled_error(t.exception())); // returned, not thrown
    BOOST_CHECK_THROW(t.result(), system_error);
    BOOST_CHECK_THROW(t.take(), system_error);
}

BOOST_AUTO_TEST_CASE(the_same_error_nobody_asked_for_is_a_failure) {
    auto t =
        ended(fail_with(std::make_exception_ptr(system_error(asio::error::operation_aborted))));
    BOOST_TEST(t.failed());
    BOOST_TEST(!t.cancel_requested());
}

BOOST_AUTO_TEST_CASE(every_code_that_means_cancelled_counts_when_it_was_asked_for) {
    const std::exception_ptr errors[] = {
        std::make_exception_ptr(system_error(asio::error::operation_aborted)),
        std::make_exception_ptr(system_error(asio::experimental::error::channel_cancelled)),
        std::make_exception_ptr(system_error(
            boost::system::errc::make_error_code(boost::system::errc::operation_canceled))),
        std::make_exception_ptr(
            std::system_error(std::make_error_code(std::errc::operation_canceled)))};
    for (const std::exception_ptr& e : errors) {
        auto t = create_task(ex, [e]() -> awaitable<void> {
            co_await yield_times(3);
            std::rethrow_exception(e);
        });
        poll_one();
        poll_one();
        auto state = t.cancel();
        BOOST_TEST(state);
        run();
        BOOST_TEST(t.cancelled());
    }
}

BOOST_AUTO_TEST_CASE(another_error_after_a_cancel_is_a_failure) {
    auto t = create_task(ex, []() -> awaitable<void> {
        try {
            co_await forever();
        } catch (const system_error&) {
            throw boom();
        }
    });
    poll();
    t.cancel();
    run();
    BOOST_TEST(t.failed());
    BOOST_CHECK_THROW(t.result(), boom);
}

BOOST_AUTO_TEST_CASE(a_value_is_kept_when_the_cancel_came_late) {
    auto t = create_task(ex, []() -> awaitable<int> {
        try {
            co_await forever();
        } catch (const system_error&) {
        }
        co_return 5;
    });
    poll();
    t.cancel();
    run();
    BOOST_TEST(t.succeeded());
    BOOST_TEST(t.cancel_requested());
    BOOST_TEST(t.result() == 5);
}

BOOST_AUTO_TEST_CASE(cancel_tells_whether_it_can_still_matter) {
    auto t = create_task(ex, forever());
    BOOST_TEST(!t.cancel_requested());
    BOOST_TEST(t.cancel());
    BOOST_TEST(t.cancel()); // sticky, any number of times
    BOOST_TEST(t.cancel_requested());
    run();
    BOOST_TEST(!t.cancel());
    BOOST_TEST(t.cancel_requested());
    auto done = ended(nothing());
    BOOST_TEST(!done.cancel());
    BOOST_TEST(!done.cancel_requested());
}

BOOST_AUTO_TEST_CASE(cancel_runs_nothing_inside_the_call) {
    bool ended = false;
    auto t = create_task(ex, [&]() -> awaitable<void> {
        try {
            co_await forever();
        } catch (...) {
            ended = true;
            throw;
        }
    });
    run();
    asio::post(io, [&] { // on the task's own thread
        t.cancel();
        BOOST_TEST(!ended);
        BOOST_TEST(!t.done());
    });
    run();
    BOOST_TEST(ended);
    BOOST_TEST(t.cancelled());
}

BOOST_AUTO_TEST_CASE(the_type_of_a_cancel_reaches_the_operation) {
    for (const auto type : {asio::cancellation_type::terminal, asio::cancellation_type::partial,
                            asio::cancellation_type::total}) {
        auto seen = asio::cancellation_type::none;
        auto t = create_task(ex, [&]() -> awaitable<void> {
            co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
            auto state = co_await asio::this_coro::cancellation_state;
            try {
                co_await forever();
            } catch (const system_error&) {
                seen = state.cancelled();
            }
        });
        run();
        t.cancel(type);
        run();
        BOOST_TEST(t.succeeded());
        BOOST_CHECK(seen == type);
    }
}

BOOST_AUTO_TEST_CASE(a_coroutine_takes_only_terminal_unless_it_opts_in) {
    auto t = create_task(ex, sleep_for(5ms));
    poll();
    BOOST_TEST(t.cancel(asio::cancellation_type::total));
    run();
    BOOST_TEST(t.succeeded()); // unheard, as everywhere in Asio
    BOOST_TEST(t.cancel_requested());
}

BOOST_AUTO_TEST_CASE(the_executor_is_let_go_of_at_the_end) {
    auto t = create_task(ex, sleep_for(1ms));
    BOOST_TEST((t.get_executor() == ex));
    static_assert(std::is_same_v<task<>::executor_type, asio::any_io_executor>);
    run();
    BOOST_TEST(!t.get_executor());
    auto f = ended(failing(1ms));
    BOOST_TEST(!f.get_executor());
}

BOOST_AUTO_TEST_CASE(ids_increase_and_make_the_default_name) {
    auto a = create_task(ex, nothing());
    auto b = create_task(ex, nothing());
    BOOST_TEST(a.id() < b.id());
    BOOST_TEST(a.name() == "task-" + std::to_string(a.id()));
    b.name("renamed");
    BOOST_TEST(any_task(b).name() == "renamed");
    BOOST_TEST(create_task(ex, nothing(), "given").name() == "given");
    run();
    b.name("also after the end");
    BOOST_TEST(b.name() == "also after the end");
}

BOOST_AUTO_TEST_CASE(the_place_is_that_of_the_call) {
    // clang-format off
    auto t = create_task(ex, nothing()); const auto line = __LINE__;
    // clang-format on
    const boost::source_location at = t.spawned_at();
    BOOST_TEST(at.line() == static_cast<unsigned>(line));
    BOOST_TEST(std::string(at.file_name()).ends_with("handle.cpp"));
    run();
    BOOST_TEST(t.spawned_at().line() == static_cast<unsigned>(line));
}

BOOST_AUTO_TEST_CASE(handles_are_equal_by_identity_and_hash_alike) {
    auto a = create_task(ex, give(1));
    auto b = create_task(ex, give(1));
    const auto a2 = a;
    BOOST_TEST(a == a2);
    BOOST_TEST(a != b);
    BOOST_TEST(a < b);
    BOOST_TEST(task<int>() < a);
    std::unordered_set<task<int>> set{a, b, a2};
    BOOST_TEST(set.size() == 2u);
    BOOST_TEST((std::hash<task<int>>()(a) == std::hash<any_task>()(any_task(a2))));
}

BOOST_AUTO_TEST_CASE(any_task_is_the_same_handle_without_the_type) {
    auto t = create_task(ex, give(std::string("text")), "t");
    any_task any = t; // implicit
    BOOST_TEST((any == t));
    BOOST_TEST((t == any));
    BOOST_TEST(any.id() == t.id());
    run();
    BOOST_TEST(any.succeeded());
    BOOST_TEST(any.holds<std::string>());
    BOOST_TEST(!any.holds<int>());
    BOOST_TEST(any.get<std::string>().result() == "text");
    BOOST_TEST((any.get<std::string>() == t));
    BOOST_CHECK_THROW(any.get<int>(), bad_task_cast);
    BOOST_CHECK_THROW(any.get<const char*>(), std::bad_cast);
    BOOST_CHECK_THROW(any.get<void>(), bad_task_cast);
    any_task moved = std::move(t);
    BOOST_TEST((moved == any));
    any_task v = ended(nothing());
    v.get<void>().result();
    struct local {};
    any_task l = ended(give(local()));
    BOOST_TEST(l.holds<local>());
    BOOST_TEST(l.get<local>().succeeded());
}

BOOST_AUTO_TEST_CASE(dropping_every_handle_detaches) {
    bool ran = false;
    create_task(ex, [&]() -> awaitable<void> {
        co_await sleep_for(5ms);
        ran = true;
    });
    run();
    BOOST_TEST(ran);
    BOOST_TEST(now() == 5);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace unit
