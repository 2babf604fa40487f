// SPDX-License-Identifier: BSL-1.0

// use_task: what becomes of every kind of signature, the adapters around it, and cancellation.

#include "contract.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/channel.hpp>

namespace unit {
namespace {

using test::virtual_timer;

struct give_initiation {
    asio::any_io_executor ex;
    using executor_type = asio::any_io_executor;
    executor_type get_executor() const noexcept { return ex; }

    template<class Handler, class... Values>
    void operator()(Handler handler, Values... values) const {
        const auto executor = asio::get_associated_executor(handler, ex);
        asio::post(executor,
                   [h = std::move(handler), v = std::tuple(std::move(values)...)]() mutable {
                       std::apply([&](auto&... a) { std::move(h)(std::move(a)...); }, v);
                   });
    }
};

/// An operation that completes with what it is given, through the executor.
template<class Signature, class Token, class... Values>
auto async_give(asio::any_io_executor ex, Token&& token, Values... values) {
    return asio::async_initiate<Token, Signature>(give_initiation{std::move(ex)}, token,
                                                  std::move(values)...);
}

BOOST_FIXTURE_TEST_SUITE(unit_use_task, fixture)

BOOST_AUTO_TEST_CASE(the_value_type_comes_from_the_signature) {
    const error_code none;
    const std::exception_ptr ok;
    task<void> a = async_give<void()>(ex, use_task);
    task<void> b = async_give<void(error_code)>(ex, use_task, none);
    task<int> c = async_give<void(error_code, int)>(ex, use_task, none, 3);
    task<void> d = async_give<void(std::exception_ptr)>(ex, use_task, ok);
    task<std::string> e =
        async_give<void(std::exception_ptr, std::string)>(ex, use_task, ok, std::string("e"));
    task<int> f = async_give<void(int)>(ex, use_task, 6);
    task<std::tuple<int, char>> g = async_give<void(int, char)>(ex, use_task, 7, 'g');
    task<std::tuple<int, char>> h =
        async_give<void(error_code, int, char)>(ex, use_task, none, 8, 'h');
    task<std::unique_ptr<int>> i = async_give<void(error_code, std::unique_ptr<int>)>(
        ex, use_task, none, std::make_unique<int>(9));
    run();
    for (const any_task& t : std::vector<any_task>{a, b, c, d, e, f, g, h, i})
        BOOST_TEST(t.succeeded());
    BOOST_TEST(c.result() == 3);
    BOOST_TEST(e.result() == "e");
    BOOST_TEST(f.result() == 6);
    BOOST_TEST((g.result() == std::tuple(7, 'g')));
    BOOST_TEST((h.result() == std::tuple(8, 'h')));
    BOOST_TEST(*i.take() == 9);
}

BOOST_AUTO_TEST_CASE(an_error_code_becomes_a_system_error_an_exception_stays_itself) {
    const error_code eof = asio::error::eof;
    auto a = async_give<void(error_code)>(ex, use_task, eof);
    auto b = async_give<void(error_code, int)>(ex, use_task, eof, 1);
    const auto error = std::make_exception_ptr(boom("mine"));
    auto c = async_give<void(std::exception_ptr, int)>(ex, use_task, error, 1);
    run();
    const auto is_eof = [](const system_error& e) { return e.code() == asio::error::eof; };
    BOOST_CHECK_EXCEPTION(a.result(), system_error, is_eof);
    BOOST_CHECK_EXCEPTION(b.result(), system_error, is_eof);
    BOOST_TEST((c.exception() == error));
    for (const any_task& t : std::vector<any_task>{a, b, c})
        BOOST_TEST(t.failed());
}

BOOST_AUTO_TEST_CASE(as_tuple_makes_every_argument_a_value) {
    const error_code eof = asio::error::eof;
    task<std::tuple<error_code, int>> a =
        async_give<void(error_code, int)>(ex, asio::as_tuple(use_task), eof, 5);
    task<std::tuple<error_code>> b =
        async_give<void(error_code)>(ex, asio::as_tuple(use_task), eof);
    task<std::tuple<>> c = async_give<void()>(ex, asio::as_tuple(use_task));
    run();
    BOOST_TEST(a.succeeded());
    BOOST_TEST((std::get<0>(a.result()) == asio::error::eof));
    BOOST_TEST(std::get<1>(a.result()) == 5);
    BOOST_TEST((std::get<0>(b.result()) == asio::error::eof));
    BOOST_TEST(c.succeeded());
}

BOOST_AUTO_TEST_CASE(bind_executor_and_bind_allocator_in_any_nesting) {
    const test::tracker_executor mine(ex, 9);
    test::allocation_tally tally;
    const test::counting_allocator<> allocator(tally);
    const error_code none;
    std::vector<any_task> ts;
    const auto start = [&](auto&& token) {
        ts.push_back(async_give<void(error_code, int)>(ex, token, none, 1));
        BOOST_TEST((ts.back().get_executor() == asio::any_io_executor(mine)));
    };
    start(asio::bind_executor(mine, use_task));
    start(asio::bind_executor(mine, use_task("named")));
    start(asio::bind_executor(mine, asio::bind_allocator(allocator, use_task)));
    start(asio::bind_allocator(allocator, asio::bind_executor(mine, use_task)));
    start(asio::bind_allocator(allocator, asio::bind_executor(mine, use_task("also"))));
    start(asio::bind_executor(mine, asio::as_tuple(use_task)));
    BOOST_TEST(ts[1].name() == "named");
    BOOST_TEST(ts[4].name() == "also");
    run();
    for (const any_task& t : ts)
        BOOST_TEST(t.succeeded());
    BOOST_TEST(tally.live == 0);
}

BOOST_AUTO_TEST_CASE(as_tuple_around_bind_executor) {
    const test::tracker_executor mine(ex, 9);
    const error_code none;
    task<std::tuple<error_code, int>> t = async_give<void(error_code, int)>(
        ex, asio::as_tuple(asio::bind_executor(mine, use_task)), none, 1);
    BOOST_TEST((t.get_executor() == asio::any_io_executor(mine)));
    run();
    BOOST_TEST(std::get<1>(t.result()) == 1);
}

BOOST_AUTO_TEST_CASE(the_allocator_serves_the_operation) {
    test::allocation_tally tally;
    virtual_timer timer(io, 5ms);
    auto t = timer.async_wait(
        asio::bind_allocator(test::counting_allocator<>(tally), asio::bind_executor(ex, use_task)));
    BOOST_TEST(tally.live > 0);
    run();
    BOOST_TEST(t.succeeded());
    BOOST_TEST(tally.live == 0);
}

BOOST_AUTO_TEST_CASE(a_name_and_a_place) {
    virtual_timer timer(io, 5ms);
    // clang-format off
    auto t = timer.async_wait(use_task("x")); const auto line = __LINE__;
    // clang-format on
    BOOST_TEST(t.name() == "x");
    BOOST_TEST(t.spawned_at().line() == static_cast<unsigned>(line));
    auto u = timer.async_wait(use_task);
    BOOST_TEST(u.name() == "task-" + std::to_string(u.id()));
    run();
    BOOST_TEST(t.succeeded());
}

BOOST_AUTO_TEST_CASE(timers_posts_and_waits) {
    virtual_timer timer(io, 5ms);
    task<void> t = timer.async_wait(use_task);
    BOOST_TEST((t.get_executor() == ex));
    auto p = asio::post(ex, asio::bind_executor(ex, use_task));
    auto body = create_task(ex, sleeper(9ms, 2), "body");
    task<wait_result<any_task>> w = wait_for_tasks(t, body, use_task);
    task<int> g = body.async_get(use_task);
    task<void> j = body.async_wait(use_task);
    run();
    BOOST_TEST(t.succeeded());
    BOOST_TEST(p.succeeded());
    BOOST_TEST(w.result().done.size() == 2u);
    BOOST_TEST(g.result() == 2);
    BOOST_TEST(j.succeeded());
}

BOOST_AUTO_TEST_CASE(a_cancel_reaches_the_operation_with_its_type) {
    for (const auto type : {asio::cancellation_type::terminal, asio::cancellation_type::partial,
                            asio::cancellation_type::total}) {
        virtual_timer timer(io, test::virtual_clock::time_point::max());
        auto t = timer.async_wait(use_task);
        BOOST_TEST(t.cancel(type));
        BOOST_TEST(!t.done());
        run();
        BOOST_TEST(t.cancelled());
    }
}

BOOST_AUTO_TEST_CASE(an_operation_ended_by_somebody_else_has_failed) {
    virtual_timer timer(io, test::virtual_clock::time_point::max());
    auto t = timer.async_wait(use_task);
    timer.cancel();
    run();
    BOOST_TEST(t.failed());
    BOOST_TEST(is_cancelled_error(t.exception()));
}

BOOST_AUTO_TEST_CASE(a_cancelled_channel_counts_as_cancelled_when_asked_for) {
    asio::experimental::channel<void(error_code, int)> channel(ex, 0);
    auto asked = channel.async_receive(use_task);
    auto not_asked = channel.async_receive(use_task);
    asked.cancel();
    run();
    BOOST_TEST(asked.cancelled());
    BOOST_TEST(!not_asked.done());
    channel.cancel();
    run();
    BOOST_TEST(not_asked.failed());
    auto received = channel.async_receive(use_task);
    auto sent = channel.async_send(error_code(), 4, use_task);
    run();
    BOOST_TEST(received.result() == 4);
    BOOST_TEST(sent.succeeded());
}

BOOST_AUTO_TEST_CASE(co_spawn_with_use_task) {
    task<int> a = asio::co_spawn(ex, sleeper(5ms, 3), use_task);
    task<void> b = asio::co_spawn(
        ex, [] { return sleep_for(5ms); }, use_task("b"));
    auto c = asio::co_spawn(ex, failing<int>(5ms), use_task);
    auto d = asio::co_spawn(io, forever(), use_task);
    poll();
    d.cancel();
    run();
    BOOST_TEST(a.result() == 3);
    BOOST_TEST(b.succeeded());
    BOOST_TEST(b.name() == "b");
    BOOST_CHECK_THROW(c.result(), boom);
    BOOST_TEST(d.cancelled());
}

BOOST_AUTO_TEST_CASE(co_spawn_cancelled_before_the_start_is_never_entered) {
    bool entered = false;
    auto t = asio::co_spawn(
        ex,
        [&]() -> awaitable<void> {
            entered = true;
            co_return;
        },
        use_task);
    auto u = asio::co_spawn(ex, forever(), use_task);
    BOOST_TEST(t.cancel());
    BOOST_TEST(u.cancel());
    run();
    BOOST_TEST(!entered);
    BOOST_TEST(t.cancelled());
    BOOST_TEST(u.cancelled());
}

BOOST_AUTO_TEST_CASE(an_operation_destroyed_with_its_context_is_abandoned) {
    task<void> t, u;
    {
        asio::io_context other;
        virtual_timer timer(other, test::virtual_clock::time_point::max());
        t = timer.async_wait(use_task);
        u = asio::co_spawn(other, forever(), use_task);
        other.poll();
    }
    for (const auto& a : {t, u}) {
        BOOST_TEST(a.failed());
        BOOST_TEST(!a.cancel());
        BOOST_CHECK_EXCEPTION(a.result(), system_error, [](const system_error& e) {
            return e.code() == error::task_abandoned;
        });
    }
}

BOOST_AUTO_TEST_CASE(an_initiation_that_throws_lets_the_exception_out) {
    const auto bad = [](auto&& token) {
        return asio::async_initiate<decltype(token), void(error_code)>(
            [](auto) { throw boom("initiation"); }, token);
    };
    BOOST_CHECK_THROW(bad(asio::bind_executor(ex, use_task)), boom);
}

BOOST_AUTO_TEST_CASE(an_operation_that_completes_at_once) {
    asio::post(io, [&] {
        auto t = asio::dispatch(ex, asio::bind_executor(ex, use_task));
        BOOST_TEST(t.done());
        BOOST_TEST(t.succeeded());
    });
    run();
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace unit
