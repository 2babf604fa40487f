// SPDX-License-Identifier: BSL-1.0

// Every order of every combination of a few events, for every operation that waits. A failure
// prints the scenario and the choices to give to replay(); how much was explored is printed last.
//
// In the environment:
// ASIO_WAIT_SCHEDULES_EVENTS=4 takes all combinations of up to so many events,
// ASIO_WAIT_SCHEDULES_SCENARIO="wait_for of 1: a+ cancel" takes that scenario only,
// ASIO_WAIT_SCHEDULES_REPLAY="0 1 0" plays it in that order only.

#include "stage.hpp"
#include "support/sanitized.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using namespace schedules;

/// A line of the table.
struct explored {
    std::string what;
    std::size_t events;
    std::size_t scenarios = 0;
    std::size_t schedules = 0;
    std::size_t most = 0; // in one scenario
};

struct table {
    static std::vector<explored>& lines() {
        static std::vector<explored> all;
        return all;
    }

    ~table() {
        std::printf("%-44s %6s %9s %10s %6s\n", "schedules explored", "events", "scenarios",
                    "schedules", "most");
        std::size_t schedules = 0;
        for (const explored& e : lines()) {
            std::printf("%-44s %6zu %9zu %10zu %6zu\n", e.what.c_str(), e.events, e.scenarios,
                        e.schedules, e.most);
            schedules += e.schedules;
        }
        std::printf("%-44s %27zu\n", "in all", schedules);
    }
};

BOOST_TEST_GLOBAL_FIXTURE(table);

void explore(const scenario& s, explored& line) {
    const char* const wanted = std::getenv("ASIO_WAIT_SCHEDULES_SCENARIO");
    if (wanted && text_of(s) != wanted)
        return;
    if (const char* const order = std::getenv("ASIO_WAIT_SCHEDULES_REPLAY"); order && wanted)
        return testing::replay(order, [&s](testing::schedule& c) { play(s, c); });
    const auto seen = testing::explore_all([&s](testing::schedule& c) { play(s, c); });
    ++line.scenarios;
    line.schedules += seen.schedules;
    line.most = std::max(line.most, seen.schedules);
}

std::vector<event> alphabet(const scenario& s) {
    const operation& op = s.operations.front();
    std::vector<event> all;
    for (int i = 0; i != s.tasks; ++i) {
        all.push_back({act::succeed, i});
        all.push_back({act::fail, i});
        all.push_back({act::cancel_task, i});
        all.push_back({of_set(op.what) ? act::erase : act::drop, i});
    }
    all.push_back({act::cancel_call});
    if (of_set(op.what))
        all.push_back({act::close_set});
    all.push_back({act::kill_home});
    if (s.far)
        all.push_back({act::kill_far});
    return all;
}

bool has(const scenario& s, act a) {
    return std::any_of(s.events.begin(), s.events.end(),
                       [a](const event& e) { return e.what == a; });
}

void each_combination(const std::vector<event>& from, std::size_t begin, std::size_t size,
                      scenario& s, explored& line) {
    if (size == 0) {
        // What another context changes is seen in pairs already; of the rest only its death.
        if (!s.far || s.events.size() <= 2 || has(s, act::kill_far))
            explore(s, line);
        return;
    }
    for (std::size_t i = begin; i + size <= from.size(); ++i) {
        s.events.push_back(from[i]);
        each_combination(from, i + 1, size - 1, s, line);
        s.events.pop_back();
    }
}

std::size_t most_events(std::size_t usual) {
    if (const char* wanted = std::getenv("ASIO_WAIT_SCHEDULES_EVENTS"))
        return static_cast<std::size_t>(std::atoi(wanted));
    return test::sanitized ? std::min<std::size_t>(usual - 1, 3) : usual;
}

/// All combinations of up to so many events, the limit counting as one.
void combinations(operation op, std::size_t most) {
    for (const bool far : {false, true}) {
        if (far && op.what == call::group)
            continue; // its tasks run where it says
        scenario s{{op}, of_one(op.what) ? 1 : 2, far};
        const std::size_t limit = op.limit ? 1 : 0;
        for (std::size_t size = 0; size + limit <= most; ++size) {
            explored line{text_of(s), size + limit};
            each_combination(alphabet(s), 0, size, s, line);
            if (line.scenarios && line.events)
                table::lines().push_back(line);
        }
    }
}

/// One scenario of more events.
void single(const scenario& s) {
    if (test::sanitized)
        return;
    explored line{text_of(s), s.events.size() + (s.operations.front().limit ? 1 : 0)};
    explore(s, line);
    table::lines().push_back(line);
}

const event a_returns{act::succeed, 0}, b_returns{act::succeed, 1}, a_fails{act::fail, 0},
    b_fails{act::fail, 1}, a_cancelled{act::cancel_task, 0}, b_cancelled{act::cancel_task, 1},
    a_dropped{act::drop, 0}, a_erased{act::erase, 0}, b_erased{act::erase, 1},
    stopped{act::cancel_call}, started{act::start}, closed{act::close_set},
    home_dies{act::kill_home}, far_dies{act::kill_far};

constexpr mode modes[] = {mode::first_completed, mode::first_exception, mode::all_completed};

} // namespace

BOOST_AUTO_TEST_SUITE(schedules_wait)

BOOST_AUTO_TEST_CASE(waits) {
    for (const mode m : modes)
        combinations({call::wait, m}, most_events(3));
}

BOOST_AUTO_TEST_CASE(waits_of_more_events) {
    for (const mode m : modes) {
        single({{{call::wait, m}}, 2, false, {a_returns, b_fails, stopped, a_dropped, home_dies}});
        single(
            {{{call::wait, m}}, 2, true, {a_returns, b_cancelled, stopped, far_dies, home_dies}});
        single({{{call::wait, m}}, 2, false, {started, a_returns, b_fails}});
        single({{{call::wait, m}}, 2, false, {started, a_cancelled, b_fails, stopped}});
        single({{{call::wait, m, true}}, 2, false, {started, a_returns, b_fails}});
        single({{{call::wait, m}, {call::wait, m}}, 2, false, {a_returns, b_returns, stopped}});
    }
}

BOOST_AUTO_TEST_CASE(waits_with_a_limit) {
    for (const mode m : modes)
        combinations({call::wait, m, true}, most_events(3));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(schedules_sets)

BOOST_AUTO_TEST_CASE(next) {
    combinations({call::set_next}, most_events(3));
    combinations({call::set_next, {}, true}, most_events(3));
}

BOOST_AUTO_TEST_CASE(sets_and_more_events) {
    for (const call c : {call::set_next, call::set_wait}) {
        single({{{c}}, 2, false, {a_returns, a_erased, stopped, closed, home_dies}});
        single({{{c}}, 2, false, {a_erased, b_erased, b_fails, stopped, closed}});
        single({{{c}}, 2, true, {a_returns, b_erased, closed, far_dies, home_dies}});
        single({{{c, {}, true}}, 2, false, {a_returns, a_erased, b_fails}});
        single({{{c}}, 2, false, {started, a_returns, b_fails, a_erased}});
    }
}

BOOST_AUTO_TEST_CASE(waits_of_a_set) {
    for (const mode m : modes)
        combinations({call::set_wait, m}, most_events(3));
}

BOOST_AUTO_TEST_CASE(waits_of_a_set_with_a_limit) {
    for (const mode m : modes)
        combinations({call::set_wait, m, true}, most_events(3));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(schedules_family)

BOOST_AUTO_TEST_CASE(calls_for_one_task) {
    combinations({call::wait_for}, most_events(5));
    combinations({call::wait_for, {}, true}, most_events(4));
    combinations({call::join}, most_events(5));
    combinations({call::shield}, most_events(5));
}

BOOST_AUTO_TEST_CASE(calls_for_several_tasks) {
    combinations({call::gather}, most_events(3));
    combinations({call::group}, most_events(3));
    for (const call c : {call::gather, call::group}) {
        single({{{c}}, 2, false, {a_returns, b_fails, stopped, home_dies}});
        single({{{c}}, 2, false, {a_returns, b_cancelled, stopped, a_dropped}});
    }
    single({{{call::gather}}, 2, false, {started, a_fails, b_returns, stopped}});
}

BOOST_AUTO_TEST_CASE(several_operations_on_one_task) {
    single({{{call::wait_for, {}, true}, {call::shield}}, 1, false, {a_returns, stopped}});
    single({{{call::join}, {call::shield}, {call::wait}}, 1, false, {a_fails, stopped}});
    single({{{call::gather}, {call::join}}, 2, false, {a_returns, stopped, {act::cancel_call, 1}}});
}

BOOST_AUTO_TEST_SUITE_END()
