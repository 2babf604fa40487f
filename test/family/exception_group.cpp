// SPDX-License-Identifier: BSL-1.0

// exception_group: every error, with the name and the place of its task.

#include "groups.hpp"

#include "support/unobserved_log.hpp"

#include <boost/assert/source_location.hpp>

#include <initializer_list>
#include <type_traits>
#include <vector>

namespace groups {
BOOST_AUTO_TEST_SUITE(family_exception_group)

// Whatever converts to the vector, although the constructor is a template.
static_assert(std::is_constructible_v<exception_group, std::initializer_list<task_error>>);
static_assert(std::is_constructible_v<exception_group, const std::vector<task_error>&>);
static_assert(!std::is_convertible_v<std::vector<task_error>, exception_group>);

task_error error_named(std::string name, std::string what, std::uint_least32_t line = 0) {
    return {7, std::move(name),
            line ? boost::source_location("dir/file.cpp", line, "f") : boost::source_location(),
            std::make_exception_ptr(boom(what))};
}

BOOST_AUTO_TEST_CASE(one_error_reads_as_one_sentence) {
    const exception_group g({error_named("fetch", "no route", 12)});
    BOOST_TEST(g.what() ==
               std::string("task 'fetch' (spawned at dir/file.cpp:12) failed: no route"));
    BOOST_TEST(g.errors().size() == 1u);
    BOOST_TEST(g.errors()[0].id == 7u);
    BOOST_TEST(g.errors()[0].name == "fetch");
    BOOST_TEST(what_of(g.errors()[0].exception) == "no route");
}

BOOST_AUTO_TEST_CASE(without_a_place_none_is_named) {
    const exception_group g({error_named("fetch", "no route")});
    BOOST_TEST(g.what() == std::string("task 'fetch' failed: no route"));
}

BOOST_AUTO_TEST_CASE(several_errors_have_a_line_each) {
    const exception_group g({error_named("a", "one", 1), error_named("b", "two")});
    BOOST_TEST(g.what() == std::string("2 tasks failed\n"
                                       "  task 'a' (spawned at dir/file.cpp:1) failed: one\n"
                                       "  task 'b' failed: two"));
}

BOOST_AUTO_TEST_CASE(a_group_in_a_group_is_indented) {
    const exception_group inner({error_named("x", "one"), error_named("y", "two")});
    task_error outer = error_named("in", "");
    outer.exception = std::make_exception_ptr(inner);
    const exception_group g({outer, error_named("b", "three")});
    BOOST_TEST(g.what() == std::string("2 tasks failed\n"
                                       "  task 'in' failed: 2 tasks failed\n"
                                       "    task 'x' failed: one\n"
                                       "    task 'y' failed: two\n"
                                       "  task 'b' failed: three"));
}

BOOST_AUTO_TEST_CASE(an_exception_of_a_foreign_type) {
    task_error e = error_named("a", "");
    e.exception = std::make_exception_ptr(42);
    const exception_group g({e});
    BOOST_TEST(std::string(g.what()).find("not derived from std::exception") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(copies_cannot_throw_and_say_the_same) {
    static_assert(std::is_nothrow_copy_constructible_v<exception_group>);
    static_assert(std::is_nothrow_copy_assignable_v<exception_group>);
    static_assert(std::is_base_of_v<std::exception, exception_group>);
    const exception_group a({error_named("a", "one")});
    exception_group b({error_named("b", "two")});
    b = a;
    BOOST_TEST(b.what() == std::string(a.what()));
    BOOST_TEST(b.errors().data() == a.errors().data());
}

CO_TEST_CASE(made_from_the_done_tasks_of_a_wait) {
    auto ex = co_await asio::this_coro::executor;
    const test::unobserved_log log;
    {
        std::vector<task<void>> tasks{
            create_task(ex, failing(20ms, "late"), "a"), create_task(ex, sleep_for(5ms), "b"),
            create_task(ex, failing(10ms, "early"), "c"), create_task(ex, forever(), "d")};
        tasks[3].cancel();
        const auto r = co_await wait_for_tasks(tasks);
        const exception_group g(r.done);
        BOOST_TEST(r.done.size() == 4u);
        BOOST_REQUIRE(g.errors().size() == 2u); // neither the value nor the cancelled one
        BOOST_TEST(g.errors()[0].name == "c");
        BOOST_TEST(g.errors()[1].name == "a");
        BOOST_TEST(g.errors()[1].id == tasks[0].id());
        BOOST_TEST(g.errors()[1].spawned_at.line() == tasks[0].spawned_at().line());
        BOOST_TEST(word(g.errors()[1].exception) == "late");
        const std::vector<any_task> any(r.done.begin(), r.done.end());
        BOOST_TEST(exception_group(any).what() == std::string(g.what()));
    }
    BOOST_TEST(log.size() == 0u); // the errors count as read
}

CO_TEST_CASE(a_group_names_its_children_and_their_places) {
    std::vector<task_error> errors;
    std::uint_least32_t here = 0;
    const auto body = [&here](task_group& g) -> asio::awaitable<void> {
        here = BOOST_CURRENT_LOCATION.line() + 1;
        g.spawn(failing(10ms, "crash"), "worker");
        co_await fails_when_cancelled("body");
    };
    try {
        co_await with_task_group(body);
    } catch (const exception_group& g) {
        errors = g.errors();
    }
    BOOST_REQUIRE(errors.size() == 2u);
    BOOST_TEST(errors[0].name == "worker");
    BOOST_TEST(errors[0].spawned_at.line() == here);
    BOOST_TEST(std::string(errors[0].spawned_at.file_name()).find("exception_group.cpp") !=
               std::string::npos);
    BOOST_TEST(errors[1].id < errors[0].id); // the body was there first
    BOOST_TEST(errors[1].spawned_at.line() > here);
}

CO_TEST_CASE(a_groups_errors_count_as_read) {
    const test::unobserved_log log;
    {
        const auto body = [](task_group& g) -> asio::awaitable<int> {
            g.spawn(failing(10ms, "one"));
            g.spawn(fails_when_cancelled("two"));
            co_await fails_when_cancelled("three");
            co_return 1;
        };
        BOOST_TEST((co_await ending(with_task_group(body))) == "<one two three>");
    }
    BOOST_TEST(log.size() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace groups
