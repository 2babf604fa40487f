// SPDX-License-Identifier: BSL-1.0

// The core of a task without Asio: identity, cancel requests, hooks, end.

#include "bare_task.hpp"
#include "support/unobserved_log.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace {

using namespace unit;
using request = bare_task::request;

struct noting_hook : completion_hook, hook_target {
    std::string* log;
    char letter;

    noting_hook(std::string& l, char c) : log(&l), letter(c) {
        completed = [](hook_target&, completion_hook& h, wake_queue&) noexcept {
            auto& self = static_cast<noting_hook&>(h);
            *self.log += h.target ? '!' : self.letter;
        };
    }
};

BOOST_AUTO_TEST_SUITE(unit_task_core)

BOOST_AUTO_TEST_CASE(ids_are_unique_and_increase) {
    const auto a = make_task();
    const auto b = make_task();
    BOOST_TEST(a->id() != 0u);
    BOOST_TEST(a->id() < b->id());
}

BOOST_AUTO_TEST_CASE(the_default_name_comes_from_the_id) {
    const auto t = make_task();
    BOOST_TEST(t->name() == "task-" + std::to_string(t->id()));
    t->name("other");
    BOOST_TEST(t->name() == "other");
    t->name("a longer one than before, out of any small buffer");
    BOOST_TEST(t->name() == "a longer one than before, out of any small buffer");
    t->name("");
    BOOST_TEST(t->name() == "");
    BOOST_TEST(make_task("given")->name() == "given");
}

BOOST_AUTO_TEST_CASE(the_site_is_kept) {
    const auto t = bare_ptr::adopt(new bare_task({}, {"file.cpp", "function", 7, 3}));
    BOOST_TEST(t->site().file == "file.cpp");
    BOOST_TEST(t->site().function == "function");
    BOOST_TEST(t->site().line == 7u);
    BOOST_TEST(t->site().column == 3u);
}

BOOST_AUTO_TEST_CASE(the_last_owner_destroys) {
    BOOST_TEST(bare_task::live == 0);
    {
        auto a = make_task();
        auto b = a;
        a = nullptr;
        BOOST_TEST(bare_task::live == 1);
    }
    BOOST_TEST(bare_task::live == 0);
}

BOOST_AUTO_TEST_CASE(status_and_error_are_set_once_by_finish) {
    const auto t = make_task();
    BOOST_TEST(!t->done());
    BOOST_CHECK(t->status() == task_status::running);
    t->fail();
    BOOST_TEST(t->done());
    BOOST_CHECK(t->status() == task_status::failed);
    BOOST_CHECK(t->error());
    t->mark_observed();

    const auto good = make_task();
    good->end();
    BOOST_CHECK(good->status() == task_status::succeeded);
    BOOST_CHECK(!good->error());
}

BOOST_AUTO_TEST_CASE(the_value_is_claimed_once) {
    const auto t = make_task();
    BOOST_TEST(!t->value_taken());
    BOOST_TEST(t->claim_value());
    BOOST_TEST(t->value_taken());
    BOOST_TEST(!t->claim_value());
}

BOOST_AUTO_TEST_CASE(a_request_before_the_start_is_seen_by_begin) {
    const auto t = make_task();
    BOOST_CHECK(t->ask(1) == request::deliver);
    BOOST_TEST(t->cancel_requested());
    BOOST_TEST(t->take_delivery() == 0u); // not started: begin() decides
    BOOST_TEST(!t->begin());
    t->end();
}

BOOST_AUTO_TEST_CASE(without_a_request_begin_lets_the_body_run) {
    const auto t = make_task();
    BOOST_TEST(t->begin());
    BOOST_TEST(!t->cancel_requested());
    BOOST_TEST(t->take_delivery() == 0u);
}

BOOST_AUTO_TEST_CASE(requests_on_their_way_are_delivered_together_and_once) {
    const auto t = make_task();
    BOOST_TEST(t->begin());
    BOOST_CHECK(t->ask(1) == request::deliver);
    BOOST_CHECK(t->ask(2) == request::recorded);
    BOOST_CHECK(t->ask(2) == request::recorded);
    BOOST_TEST(t->take_delivery() == 3u);
    BOOST_TEST(t->take_delivery() == 0u);
    BOOST_CHECK(t->ask(4) == request::deliver);
    BOOST_TEST(t->take_delivery() == 4u);
    BOOST_TEST(t->cancel_requested());
}

BOOST_AUTO_TEST_CASE(one_request_that_is_passed_on_twice_is_one_unless_it_asks_for_more) {
    const auto outer = make_task(), inner = make_task();
    outer->begin();
    inner->begin();
    std::vector<request> answers;
    outer->passes_on = [&] {
        for (const unsigned types : {1u, 1u, 4u})
            answers.push_back(inner->ask(types));
        inner->take_delivery();
        answers.push_back(inner->ask(5u)); // all of it has been delivered
    };
    outer->ask(1);
    outer->take_delivery();
    BOOST_TEST((answers == std::vector{request::deliver, request::recorded, request::recorded,
                                       request::recorded}));
    BOOST_TEST((inner->ask(1) == request::deliver)); // somebody else's
    BOOST_TEST(inner->take_delivery() == 1u);
}

BOOST_AUTO_TEST_CASE(a_failed_delivery_leaves_the_request_and_is_tried_again) {
    const auto t = make_task();
    t->begin();
    BOOST_CHECK(t->ask(1) == request::deliver);
    t->delivery_failed();
    BOOST_TEST(t->cancel_requested());
    BOOST_CHECK(t->ask(2) == request::deliver);
    BOOST_TEST(t->take_delivery() == 3u);
}

BOOST_AUTO_TEST_CASE(a_request_after_the_end_is_refused_and_none_is_delivered) {
    const auto t = make_task();
    t->begin();
    BOOST_CHECK(t->ask(1) == request::deliver);
    t->end();
    BOOST_TEST(t->take_delivery() == 0u);
    BOOST_CHECK(t->ask(1) == request::refused);

    const auto never_asked = make_task();
    never_asked->end();
    BOOST_CHECK(never_asked->ask(1) == request::refused);
    BOOST_TEST(!never_asked->cancel_requested());
}

BOOST_AUTO_TEST_CASE(hooks_are_called_in_order_of_registration_unlinked) {
    const auto t = make_task();
    std::string log;
    noting_hook a(log, 'a'), b(log, 'b'), c(log, 'c');
    for (noting_hook* h : {&b, &c, &a})
        BOOST_TEST(t->link(*h, *h));
    t->end();
    BOOST_TEST(log == "bca");
}

BOOST_AUTO_TEST_CASE(hooks_can_be_removed_from_any_place_twice_and_never_linked) {
    for (const std::string gone : {"a", "b", "c", "ab", "bc", "ac", "abc", "cba", "d"}) {
        const auto t = make_task();
        std::string log;
        noting_hook a(log, 'a'), b(log, 'b'), c(log, 'c'), d(log, 'd');
        for (noting_hook* h : {&a, &b, &c})
            t->link(*h, *h);
        std::string expected = "abc";
        for (const char letter : gone) {
            noting_hook& h = letter == 'a' ? a : letter == 'b' ? b : letter == 'c' ? c : d;
            t->unlink(h);
            t->unlink(h);
            std::erase(expected, letter);
        }
        t->end();
        BOOST_TEST(log == expected);
    }
}

BOOST_AUTO_TEST_CASE(a_hook_can_be_linked_again_after_its_removal) {
    const auto t = make_task();
    std::string log;
    noting_hook a(log, 'a'), b(log, 'b');
    t->link(a, a);
    t->link(b, b);
    t->unlink(a);
    t->link(a, a);
    t->end();
    BOOST_TEST(log == "ba");
}

BOOST_AUTO_TEST_CASE(no_hook_is_linked_to_a_task_that_has_ended) {
    const auto t = make_task();
    t->end();
    std::string log;
    noting_hook a(log, 'a');
    BOOST_TEST(!t->link(a, a));
    BOOST_TEST(!a.target);
    t->unlink(a);
    BOOST_TEST(log == "");
}

BOOST_AUTO_TEST_CASE(hooks_see_the_final_status) {
    struct status_hook : completion_hook, hook_target {
        bare_task* task;
        task_status seen = task_status::running;
    } h;
    const auto t = make_task();
    h.task = t.get();
    h.completed = [](hook_target&, completion_hook& hook, wake_queue&) noexcept {
        auto& self = static_cast<status_hook&>(hook);
        self.seen = self.task->status();
    };
    t->link(h, h);
    t->end(task_status::cancelled);
    BOOST_CHECK(h.seen == task_status::cancelled);
}

BOOST_AUTO_TEST_CASE(only_a_failure_nobody_read_is_reported_with_the_last_reference) {
    test::unobserved_log log;
    {
        auto t = make_task("lost");
        auto copy = t;
        t->fail();
        t = nullptr;
        BOOST_TEST(log.size() == 0u);
    }
    BOOST_REQUIRE(log.size() == 1u);
    BOOST_TEST(log.at(0).name == "lost");
    {
        const auto read = make_task();
        read->fail();
        read->mark_observed();
        const auto cancelled = make_task();
        cancelled->end(task_status::cancelled, std::make_exception_ptr(1));
        const auto fine = make_task();
        fine->end();
        const auto unfinished = make_task();
    }
    BOOST_TEST(log.size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
