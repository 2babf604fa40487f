// SPDX-License-Identifier: BSL-1.0

// What there is no memory to watch is not shown, and nothing else happens to it.

#include "injector.hpp"
#include "stage.hpp"

#include <asio_wait.hpp>
#include <asio_wait/chrome_trace.hpp>
#include <asio_wait/detail/task_graph.hpp>

#include <boost/asio/post.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/src.hpp> // compiled here
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <new>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

using namespace faults;

namespace {

struct fixture {
    asio::io_context io;
    task<void> t;
    std::optional<task_set<void>> set;
    std::size_t told = 0; // of sets that were dropped

    fixture() {
        watch_tasks();
        set_task_event_handler(
            [this](const task_event& e) { told += e.what == task_event::kind::set_dropped; });
    }
    ~fixture() {
        set_task_event_handler(nullptr);
        watch_tasks(false);
    }

    static detail::task_graph seen() { return detail::watched_now(); }

    auto handler() {
        return asio::bind_executor(io, [](auto&&...) {});
    }

    /// A task that ends when the context runs, in a set.
    void prepare() {
        t = asio::post(io, use_task);
        t.name("a name that does not fit into the string itself");
        set.emplace();
        set->insert(t);
    }

    /// `act` again and again, each time with another allocation that fails. It may throw; otherwise it has
    /// been done, and was seen or not: the number of times it was not.
    template<class Act, class Count>
    std::size_t times_unseen(Act act, Count count) {
        std::size_t unseen = 0;
        for (std::size_t k = 0;; ++k) {
            prepare();
            const std::size_t before = count();
            bool threw = false;
            injector::aim(fault::allocation, k);
            try {
                const injector::window open;
                act();
            } catch (const std::bad_alloc&) {
                threw = true;
            }
            const std::size_t found = count() - before;
            const bool hit = injector::hit();
            io.restart();
            io.poll();
            t = {};
            set.reset();
            BOOST_TEST((seen().tasks.empty() && seen().waits.empty() && seen().sets.empty()));
            BOOST_TEST((!threw || found == 0));
            if (!hit) {
                BOOST_TEST(found == 1u);
                return unseen;
            }
            unseen += !threw && found == 0;
        }
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(faults_watching, fixture)

BOOST_AUTO_TEST_CASE(tasks) {
    task<void> made;
    const auto unseen =
        times_unseen([&] { made = asio::post(io, use_task); }, [] { return seen().tasks.size(); });
    BOOST_TEST(unseen == 1u);
}

BOOST_AUTO_TEST_CASE(waits_for_tasks) {
    const auto unseen =
        times_unseen([&] { t.async_wait(handler()); }, [] { return seen().waits.size(); });
    BOOST_TEST(unseen >= 1u);
}

BOOST_AUTO_TEST_CASE(waits_on_sets) {
    const auto unseen =
        times_unseen([&] { set->async_wait(handler()); }, [] { return seen().waits.size(); });
    BOOST_TEST(unseen >= 1u);
}

BOOST_AUTO_TEST_CASE(sets) {
    std::optional<task_set<void>> made;
    const auto unseen = times_unseen([&] { made.emplace(); },
                                     [&] {
                                         const auto n = seen().sets.size();
                                         made.reset();
                                         return n;
                                     });
    BOOST_TEST(unseen == 1u);
}

BOOST_AUTO_TEST_CASE(a_set_that_is_dropped) {
    const auto unseen = times_unseen([&] { set.reset(); }, [&] { return told; });
    BOOST_TEST(unseen >= 1u);
}

BOOST_AUTO_TEST_CASE(a_slow_resumption_without_memory_for_the_name) {
    const std::string name = "a name that does not fit into the string itself";
    const auto before = set_slow_resumption(std::chrono::nanoseconds(0));
    std::vector<std::string> names;
    names.reserve(100);
    set_task_event_handler([&](const task_event& e) {
        const injector::pause mine;
        if (e.what == task_event::kind::slow)
            names.emplace_back(e.text);
    });
    std::size_t nameless = 0;
    for (std::size_t k = 0;; ++k) {
        const auto turn = create_task(
            io, []() -> asio::awaitable<void> { co_return; }, name);
        names.clear();
        injector::aim(fault::allocation, k);
        io.restart();
        try {
            const injector::window open;
            io.poll();
        } catch (const std::bad_alloc&) {
        }
        const bool hit = injector::hit();
        io.restart();
        io.poll();
        BOOST_TEST(!names.empty());
        for (const std::string& n : names) {
            BOOST_TEST((n.empty() || n == name));
            nameless += n.empty();
        }
        if (!hit)
            break;
    }
    set_slow_resumption(before);
    BOOST_TEST(nameless >= 1u);
}

BOOST_AUTO_TEST_CASE(a_timeline_with_a_hole) {
    const auto events = [](const chrome_trace& trace) {
        std::ostringstream out;
        trace.write(out);
        return boost::json::parse(out.str()).at("traceEvents").as_array().size();
    };
    const task_event event{task_event::kind::spawned, 1, 0,
                           "a name that does not fit into the string itself"};
    for (std::size_t k = 0;; ++k) {
        const chrome_trace trace;
        const auto handler = trace.handler();
        injector::aim(fault::allocation, k);
        {
            const injector::window open;
            handler(event);
        }
        const bool hit = injector::hit();
        const std::size_t before = events(trace);
        handler(event);
        BOOST_TEST(events(trace) > before);
        if (!hit) {
            BOOST_TEST(k > 0u);
            break;
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
