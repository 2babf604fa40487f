// SPDX-License-Identifier: BSL-1.0

// Wake-ups: in order, never nested, none lost to another's exception.

#include <asio_wait/detail/completion_hook.hpp>

#include <boost/test/unit_test.hpp>

#include <deque>
#include <functional>
#include <stdexcept>
#include <string>

namespace {

using namespace asio_wait::detail;

struct call : waker {
    std::function<void()> f;

    explicit call(std::function<void()> function) : f(std::move(function)) {
        wake = [](waker& w) { static_cast<call&>(w).f(); };
    }
};

BOOST_AUTO_TEST_SUITE(unit_wake_queue)

BOOST_AUTO_TEST_CASE(an_empty_queue_runs_nothing) {
    wake_queue q;
    q.run();
    q.run();
}

BOOST_AUTO_TEST_CASE(first_come_first_served_and_once) {
    std::string log;
    call a([&] { log += 'a'; }), b([&] { log += 'b'; }), c([&] { log += 'c'; });
    wake_queue q;
    q.push(b);
    q.push(a);
    q.push(c);
    q.run();
    BOOST_TEST(log == "bac");
    q.run();
    BOOST_TEST(log == "bac");
    q.push(a); // the queue can be used again
    q.run();
    BOOST_TEST(log == "baca");
}

BOOST_AUTO_TEST_CASE(a_nested_run_leaves_its_wakes_to_the_outer_one) {
    std::string log;
    call inner1([&] { log += '1'; }), inner2([&] { log += '2'; });
    call a([&] {
        wake_queue nested;
        nested.push(inner1);
        nested.push(inner2);
        nested.run();
        log += 'a';
    });
    call b([&] { log += 'b'; });
    wake_queue q;
    q.push(a);
    q.push(b);
    q.run();
    BOOST_TEST(log == "ab12");
}

BOOST_AUTO_TEST_CASE(the_last_wake_may_nest_too) {
    std::string log;
    call inner([&] { log += 'i'; });
    call only([&] {
        wake_queue nested;
        nested.push(inner);
        nested.run();
        log += 'o';
    });
    wake_queue q;
    q.push(only);
    q.run();
    BOOST_TEST(log == "oi");
}

BOOST_AUTO_TEST_CASE(a_waker_may_be_gone_after_its_wake) {
    // Each wake destroys its waker, as a posted operation may.
    std::string log;
    wake_queue q;
    for (const char letter : std::string("abc")) {
        struct self_destroying : waker {
            std::string* log;
            char letter;
        };
        auto* w = new self_destroying{{}, &log, letter};
        w->wake = [](waker& base) {
            auto* self = static_cast<self_destroying*>(&base);
            *self->log += self->letter;
            delete self;
        };
        q.push(*w);
    }
    q.run();
    BOOST_TEST(log == "abc");
}

BOOST_AUTO_TEST_CASE(a_long_chain_needs_no_stack) {
    constexpr int links = 100'000;
    int depth = 0, deepest = 0, runs = 0;
    std::deque<call> chain;
    for (int i = 0; i != links; ++i)
        chain.emplace_back([&, i] {
            deepest = std::max(deepest, ++depth);
            ++runs;
            if (i + 1 != links) {
                wake_queue nested;
                nested.push(chain[static_cast<std::size_t>(i) + 1]);
                nested.run();
            }
            --depth;
        });
    wake_queue q;
    q.push(chain.front());
    q.run();
    BOOST_TEST(runs == links);
    BOOST_TEST(deepest == 1);
}

BOOST_AUTO_TEST_CASE(every_wake_is_tried_and_the_first_exception_is_thrown) {
    std::string log;
    call a([&] {
        log += 'a';
        throw std::runtime_error("first");
    });
    call b([&] { log += 'b'; });
    call c([&] {
        log += 'c';
        throw std::runtime_error("second");
    });
    wake_queue q;
    q.push(a);
    q.push(b);
    q.push(c);
    BOOST_CHECK_EXCEPTION(q.run(), std::runtime_error,
                          [](const auto& e) { return std::string(e.what()) == "first"; });
    BOOST_TEST(log == "abc");
}

BOOST_AUTO_TEST_CASE(a_nested_exception_comes_out_of_the_outer_run) {
    bool inner_threw = false;
    call bad([] { throw std::runtime_error("nested"); });
    call a([&] {
        wake_queue nested;
        nested.push(bad);
        try {
            nested.run();
        } catch (...) {
            inner_threw = true;
        }
    });
    wake_queue q;
    q.push(a);
    BOOST_CHECK_THROW(q.run(), std::runtime_error);
    BOOST_TEST(!inner_threw);
    int later = 0; // and the thread is usable again
    call again([&] { ++later; });
    q.push(again);
    q.run();
    BOOST_TEST(later == 1);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
