// SPDX-License-Identifier: BSL-1.0

// Drawing who waits for whom: plain data in, text out; no task, no clock.

#include <asio_wait/detail/task_graph.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

namespace watch {
namespace {

using asio_wait::detail::task_graph;

task_graph::task a_task(std::uint64_t id, std::string name) {
    return {id, std::move(name), "waiting", 1.5, "main.cpp:7", 0};
}

task_graph::wait for_all(std::uint64_t id, std::uint64_t waiter, std::vector<std::uint64_t> tasks) {
    return {id, waiter, "gather", 1, false, true, 0, std::move(tasks)};
}

task_graph::wait for_first(std::uint64_t id, std::uint64_t waiter,
                           std::vector<std::uint64_t> tasks) {
    return {id, waiter, "wait_for_tasks", 1, false, false, 0, std::move(tasks)};
}

std::string text_of(const task_graph& g) {
    std::ostringstream out;
    g.write_text(out);
    return out.str();
}

std::size_t count(const std::string& text, const std::string& what) {
    std::size_t n = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
        ++n;
    return n;
}

using circle = std::vector<std::uint64_t>;

BOOST_AUTO_TEST_SUITE(watch_graph)

BOOST_AUTO_TEST_CASE(nothing_is_drawn_of_nothing) {
    BOOST_TEST(text_of({}) == "0 tasks\n");
}

BOOST_AUTO_TEST_CASE(a_table_and_a_tree) {
    task_graph g;
    g.tasks = {a_task(1, "main"), a_task(2, "left"), a_task(3, "right")};
    g.waits = {for_all(1, 1, {2, 3})};
    BOOST_TEST(text_of(g) ==
               "3 tasks\n"
               "id  name   state    age      waiting for                     spawned at\n"
               "1   main   waiting  1.500 s  gather of 2 tasks, for 1.000 s  main.cpp:7\n"
               "2   left   waiting  1.500 s  -                               main.cpp:7\n"
               "3   right  waiting  1.500 s  -                               main.cpp:7\n"
               "\n"
               "who waits for whom\n"
               "main (1, waiting)\n"
               "`- gather of 2 tasks, for 1.000 s\n"
               "   |- left (2, waiting)\n"
               "   `- right (3, waiting)\n");
}

BOOST_AUTO_TEST_CASE(a_set_stands_between_the_wait_and_its_members) {
    task_graph g;
    g.tasks = {a_task(1, "main"), a_task(2, "child")};
    g.waits = {{1, 1, "async_next", 1, true, false, 4, {}}};
    g.sets = {{4, 2, {2}}};
    BOOST_TEST(text_of(g).find("`- async_next on set 4 (1 unfinished, 2 finished), with a limit, "
                               "for 1.000 s\n   `- child (2, waiting)\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_set_that_is_not_watched_is_named_by_its_number) {
    task_graph g;
    g.tasks = {a_task(1, "main")};
    g.waits = {{1, 1, "async_next", 1, false, false, 9, {}}};
    BOOST_TEST(text_of(g).find("`- async_next on set 9, for 1.000 s\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_task_that_waits_in_two_places_is_drawn_with_both) {
    task_graph g;
    g.tasks = {a_task(1, "main"), a_task(2, "left"), a_task(3, "right")};
    g.waits = {for_all(1, 1, {2}), for_all(2, 1, {3})};
    const std::string text = text_of(g);
    BOOST_TEST(text.find("  gather of 1 task, for 1.000 s; gather of 1 task, for 1.000 s  ") !=
               std::string::npos);
    BOOST_TEST(text.find("main (1, waiting)\n"
                         "|- gather of 1 task, for 1.000 s\n"
                         "|  `- left (2, waiting)\n"
                         "`- gather of 1 task, for 1.000 s\n"
                         "   `- right (3, waiting)\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(each_task_is_drawn_once_however_many_ways_lead_there) {
    // Diamond on diamond: 2 to the power of 40 paths.
    task_graph g;
    std::uint64_t id = 1;
    g.tasks.push_back(a_task(id, "d"));
    for (std::uint64_t w = 1, top = 1; w <= 80; w += 2, top = id) {
        for (int i = 0; i != 3; ++i)
            g.tasks.push_back(a_task(++id, "d"));
        g.waits.push_back(for_all(w, top, {id - 2, id - 1}));
        g.waits.push_back(for_all(w + 1, id - 2, {id}));
        g.waits.push_back(for_all(w + 2, id - 1, {id}));
    }
    const std::string text = text_of(g);
    // Once in the table; in the tree, each way to a task is a line, but only one goes on below it.
    BOOST_TEST(count(text, "\n121 ") == 1u);
    BOOST_TEST(count(text, "(121, ") == 2u);
    BOOST_TEST(count(text, "(see above)") == 39u);
    BOOST_TEST(count(text, "DEADLOCK") == 0u);
}

BOOST_AUTO_TEST_CASE(a_chain_may_be_longer_than_the_stack) {
    constexpr std::uint64_t n = 20'000;
    task_graph g;
    for (std::uint64_t i = 1; i <= n; ++i) {
        g.tasks.push_back(a_task(i, "t"));
        g.waits.push_back(for_all(i, i, {i % n + 1}));
    }
    const auto found = g.deadlocks();
    BOOST_REQUIRE(found.size() == 1u);
    BOOST_TEST(found[0].size() == n);
}

BOOST_AUTO_TEST_CASE(a_circle_of_waits_that_need_each_other_is_a_deadlock) {
    task_graph g;
    g.tasks = {a_task(1, "a"), a_task(2, "b"), a_task(3, "c")};
    g.waits = {for_all(1, 1, {2}), for_all(2, 2, {3, 1}), for_all(3, 3, {})};
    BOOST_TEST((g.deadlocks() == std::vector<circle>({{1, 2}})));
    const std::string text = text_of(g);
    BOOST_TEST(text.find("a (1, waiting) <- waits for itself") != std::string::npos);
    BOOST_TEST(text.find("DEADLOCK: a (1) -> b (2) -> a (1)\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_circle_is_no_part_of_it) {
    task_graph g;
    g.tasks = {a_task(1, "main"), a_task(2, "a"), a_task(3, "b")};
    g.waits = {for_all(1, 1, {2}), for_all(2, 2, {3}), for_all(3, 3, {2})};
    BOOST_TEST((g.deadlocks() == std::vector<circle>({{2, 3}})));
}

BOOST_AUTO_TEST_CASE(a_circle_that_somebody_can_leave_is_none) {
    task_graph g;
    g.tasks = {a_task(1, "a"), a_task(2, "b"), a_task(3, "c")};
    g.waits = {for_first(1, 1, {2, 3}), for_all(2, 2, {1})};
    BOOST_TEST(g.deadlocks().empty()); // c may end first
    g.waits[0].tasks = {2};
    BOOST_TEST(g.deadlocks().empty()); // c has, and its waiter is about to go on
    g.waits = {for_all(1, 1, {2}), for_all(2, 2, {1})};
    g.waits[1].limited = true;
    BOOST_TEST(g.deadlocks().empty()); // the limit ends it
    g.waits = {for_all(1, 1, {2}), {2, 2, "async_next", 1, false, false, 1, {}}};
    g.sets = {{1, 0, {1}}};
    BOOST_TEST(g.deadlocks().empty()); // the set may get another member
    g.waits[1].needs_all = true;
    BOOST_TEST(g.deadlocks().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_task_that_waits_for_itself_is_one) {
    task_graph g;
    g.tasks = {a_task(5, "self")};
    g.waits = {for_all(1, 5, {5})};
    BOOST_TEST((g.deadlocks() == std::vector<circle>({{5}})));
    BOOST_TEST(text_of(g).find("`- gather of 1 task, for 1.000 s\n"
                               "   `- self (5, waiting) <- waits for itself\n") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_not_watched_is_named_by_its_number) {
    task_graph g;
    g.tasks = {a_task(1, "main"), a_task(2, "other")};
    g.waits = {for_all(1, 1, {77}), for_all(2, 0, {1})};
    const std::string text = text_of(g);
    BOOST_TEST(text.find("   `- task 77 (done, or not watched)\n") != std::string::npos);
    // A wait of somebody unknown is no reason to draw the task elsewhere.
    BOOST_TEST(text.find("\nmain (1, waiting)\n") < text.find("\nother (2, waiting)\n"));
}

BOOST_AUTO_TEST_CASE(json_has_everything_and_quotes_names) {
    task_graph g;
    g.tasks = {a_task(1, "a \"b\"\\\n")};
    g.waits = {for_all(1, 1, {1})};
    g.sets = {{3, 2, {1}}};
    std::ostringstream out;
    g.write_json(out);
    BOOST_TEST(out.str() ==
               "{\"tasks\":[{\"id\":1,\"name\":\"a \\\"b\\\"\\\\\\u000a\",\"state\":\"waiting\","
               "\"age\":1.5,\"spawned_at\":\"main.cpp:7\",\"spawned_by\":0}],"
               "\"waits\":[{\"id\":1,\"waiter\":1,\"what\":\"gather\",\"age\":1,\"limited\":false,"
               "\"needs_all\":true,\"set\":0,\"tasks\":[1]}],"
               "\"sets\":[{\"id\":3,\"finished\":2,\"unfinished\":[1]}],\"deadlocks\":[[1]]}\n");
}

BOOST_AUTO_TEST_CASE(json_separates_and_says_what_a_wait_is) {
    task_graph g;
    g.tasks = {a_task(1, "a"), a_task(2, "b")};
    g.waits = {for_first(1, 0, {1, 2}), {2, 2, "async_next", 1, true, false, 4, {}}};
    g.sets = {{4, 0, {1, 2}}, {5, 1, {}}};
    std::ostringstream out;
    g.write_json(out);
    const std::string text = out.str();
    for (const char* part :
         {"\"limited\":false,\"needs_all\":false,\"set\":0,\"tasks\":[1,2]},{\"id\":2",
          "\"limited\":true,\"needs_all\":false,\"set\":4,\"tasks\":[]}]",
          "[{\"id\":4,\"finished\":0,\"unfinished\":[1,2]},{\"id\":5,\"finished\":1,"})
        BOOST_TEST(text.find(part) != std::string::npos, part);
    BOOST_TEST(text.ends_with("\"deadlocks\":[]}\n"));
}

BOOST_AUTO_TEST_CASE(dot_marks_who_is_stuck) {
    task_graph g;
    g.tasks = {a_task(1, "a"), a_task(2, "b")};
    g.waits = {for_all(1, 1, {1}), {2, 2, "async_next", 1, true, false, 3, {}}, for_all(4, 0, {2})};
    g.sets = {{3, 0, {1}}};
    std::ostringstream out;
    g.write_dot(out);
    const std::string text = out.str();
    BOOST_TEST(text.starts_with("digraph tasks {\n"));
    BOOST_TEST(text.find("t1 [shape=box, style=rounded, label=\"a, waiting\", color=red];") !=
               std::string::npos);
    BOOST_TEST(text.find("t2 [shape=box, style=rounded, label=\"b, waiting\"];") !=
               std::string::npos);
    for (const char* edge : {"t1 -> w1;", "w1 -> t1;", "t2 -> w2;", "w2 -> s3;", "s3 -> t1;"})
        BOOST_TEST(text.find(edge) != std::string::npos, edge);
    BOOST_TEST(text.find("w4 -> t2;") != std::string::npos);
    BOOST_TEST(text.find("-> w4;") == std::string::npos); // nobody knows whose it is
    BOOST_TEST(text.find("label=\"async_next, with a limit\"") != std::string::npos);
    BOOST_TEST(text.ends_with("}\n"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace watch
