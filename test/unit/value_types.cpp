// SPDX-License-Identifier: BSL-1.0

// What a task may hold: movable only, without default constructor, throwing on copy, and types that
// a completion handler could take for something else.

#include "contract.hpp"

#include <any>
#include <functional>

namespace unit {
namespace {

struct no_default {
    int value;
    explicit no_default(int v) : value(v) {}
};

struct move_only_no_default {
    std::unique_ptr<int> value;
    explicit move_only_no_default(int v) : value(std::make_unique<int>(v)) {}
};

struct throws_on_copy {
    bool armed = false;
    throws_on_copy() = default;
    explicit throws_on_copy(bool a) : armed(a) {}
    throws_on_copy(const throws_on_copy& other) : armed(other.armed) {
        if (armed)
            throw boom("copy");
    }
    throws_on_copy(throws_on_copy&& other) noexcept : armed(other.armed) {}
    throws_on_copy& operator=(const throws_on_copy&) = default;
};

struct throws_on_move {
    bool armed = false;
    throws_on_move() = default;
    explicit throws_on_move(bool a) : armed(a) {}
    throws_on_move(const throws_on_move&) = default;
    throws_on_move(throws_on_move&& other) : armed(other.armed) {
        if (armed)
            throw boom("move");
    }
};

awaitable<throws_on_move> moved_badly() {
    throws_on_move t(true);
    co_return t;
}

BOOST_FIXTURE_TEST_SUITE(unit_value_types, fixture)

BOOST_AUTO_TEST_CASE(move_only_values_are_taken_by_the_getter) {
    auto t = create_task(ex, give(std::make_unique<int>(4)));
    record<std::exception_ptr, std::unique_ptr<int>> first, second;
    t.async_get(first.handler());
    t.async_get(second.handler());
    run();
    BOOST_TEST(*first.get<1>() == 4);
    BOOST_CHECK_THROW(std::rethrow_exception(second.get<0>()), invalid_task_state);
    auto u = ended(give(std::make_unique<int>(5)));
    BOOST_TEST(*u.result() == 5);
    const std::unique_ptr<int> taken = u.take();
    BOOST_TEST(*taken == 5);
}

BOOST_AUTO_TEST_CASE(a_value_without_default_constructor_comes_as_an_optional) {
    auto t = create_task(ex, give(no_default(6)));
    record<std::exception_ptr, std::optional<no_default>> get;
    t.async_get(get.handler());
    run();
    BOOST_TEST(get.get<1>()->value == 6);
    BOOST_TEST(t.result().value == 6);
    BOOST_TEST(t.take().value == 6);

    auto failed = create_task(ex, failing<no_default>(1ms));
    record<std::exception_ptr, std::optional<no_default>> error;
    failed.async_get(error.handler());
    run();
    BOOST_TEST(!error.get<1>());
    BOOST_CHECK_THROW(failed.result(), boom);
}

BOOST_AUTO_TEST_CASE(movable_only_and_without_default_constructor) {
    auto t = ended(give(move_only_no_default(7)));
    BOOST_TEST(*t.result().value == 7);
    record<std::exception_ptr, std::optional<move_only_no_default>> get;
    t.async_get(asio::bind_executor(ex, get.handler()));
    run();
    BOOST_TEST(*get.get<1>()->value == 7);
    BOOST_CHECK_THROW(t.take(), invalid_task_state);
}

CO_TEST_CASE(co_await_gives_a_value_without_default_constructor_itself) {
    auto ex = co_await asio::this_coro::executor;
    auto t = create_task(ex, give(no_default(8)));
    const no_default v = co_await t.async_get();
    BOOST_TEST(v.value == 8);
    const no_default w = co_await t.async_join();
    BOOST_TEST(w.value == 8);
    auto m = create_task(ex, give(move_only_no_default(9)));
    const move_only_no_default x = co_await m.async_get();
    BOOST_TEST(*x.value == 9);
}

BOOST_AUTO_TEST_CASE(cancelled_before_the_start_it_needs_no_value) {
    auto t = create_task(ex, give(no_default(1)));
    t.cancel();
    run();
    BOOST_TEST(t.cancelled());
}

BOOST_AUTO_TEST_CASE(a_copy_that_throws_is_the_getters_error_and_leaves_the_task_succeeded) {
    auto t = ended(give(throws_on_copy(true)));
    BOOST_TEST(t.succeeded());
    record<std::exception_ptr, throws_on_copy> get;
    t.async_get(asio::bind_executor(ex, [&](std::exception_ptr e, const throws_on_copy&) {
        ++get.calls;
        BOOST_TEST(what_of(e) == "copy");
    }));
    run();
    BOOST_TEST(get.calls == 1);
    BOOST_TEST(t.result().armed);
}

BOOST_AUTO_TEST_CASE(a_move_that_throws_makes_the_task_fail) {
    auto t = create_task(ex, moved_badly());
    run();
    BOOST_TEST(t.failed());
    BOOST_TEST(what_of(t.exception()) == "move");
}

template<class T>
T round_trip(fixture& f, T value) {
    auto t = create_task(f.ex, give(value));
    record<std::exception_ptr, T> get;
    t.async_get(get.handler());
    f.run();
    BOOST_TEST(t.succeeded());
    BOOST_TEST(!get.template get<0>());
    return get.template get<1>();
}

BOOST_AUTO_TEST_CASE(values_that_look_like_something_else_are_just_values) {
    const auto e = std::make_exception_ptr(1);
    BOOST_TEST((round_trip(*this, e) == e)); // an exception_ptr is a value here
    const error_code ec = asio::error::eof;
    BOOST_TEST(round_trip(*this, ec) == ec);
    BOOST_TEST(std::any_cast<int>(round_trip(*this, std::any(3))) == 3);
    BOOST_TEST((round_trip(*this, std::tuple(1, 'c')) == std::tuple(1, 'c')));
    BOOST_TEST(*round_trip(*this, std::optional(5)) == 5);
    BOOST_TEST(round_trip(*this, std::vector<bool>{true, false}).size() == 2u);
    BOOST_TEST(round_trip(*this, std::function<int()>([] { return 6; }))() == 6);
    BOOST_TEST(round_trip(*this, true));
    int n = 0;
    BOOST_TEST(round_trip(*this, &n) == &n);
    auto reference = ended(give(std::ref(n))); // what takes the place of a task of int&
    BOOST_TEST(&reference.result().get() == &n);
}

BOOST_AUTO_TEST_CASE(a_task_may_hold_tasks) {
    auto inner = create_task(ex, sleeper(3ms, 1), "inner");
    auto outer = create_task(ex, give(inner));
    run();
    BOOST_TEST(outer.result() == inner);
    wait_result<task<int>> r{{inner}, {}};
    auto holder = ended(give(r));
    BOOST_TEST(holder.result().done.size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_value_goes_with_the_last_handle) {
    struct node {
        std::shared_ptr<test::lifetime_tracker> alive = std::make_shared<test::lifetime_tracker>(1);
    };
    test::lifetime_tracker::reset();
    {
        auto t = ended(give(node()));
        BOOST_TEST(test::lifetime_tracker::live() == 1);
    }
    BOOST_TEST(test::lifetime_tracker::live() == 0);
}

BOOST_AUTO_TEST_CASE(values_are_destroyed_once_and_not_copied_on_the_way) {
    test::lifetime_tracker::reset();
    {
        auto t = ended(give(test::lifetime_tracker(3)));
        BOOST_TEST(t.result().value() == 3);
        BOOST_TEST(test::lifetime_tracker::live() == 1);
        BOOST_TEST(test::lifetime_tracker::copies() == 0);
    }
    BOOST_TEST(test::lifetime_tracker::live() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace unit
