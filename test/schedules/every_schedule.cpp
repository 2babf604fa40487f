// SPDX-License-Identifier: BSL-1.0

// Every order of every combination of a few events, for every operation that waits. A failure
// prints the scenario and the choices to give to replay(); how much was explored is printed last.
//
// ASIO_WAIT_SCHEDULES_EVENTS=4 in the environment takes all combinations of so many events.

#include "stage.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using namespace schedules;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif
#else
constexpr bool sanitized = false;
#endif

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
    return sanitized ? std::min<std::size_t>(usual, 2) : usual;
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
            if (line.scenarios)
                table::lines().push_back(line);
        }
    }
}

/// One scenario of more events.
void single(const scenario& s) {
    if (sanitized)
        return;
    explored line{text_of(s), s.events.size() + (s.operations.front().limit ? 1 : 0)};
    explore(s, line);
    table::lines().push_back(line);
}

constexpr mode modes[] = {mode::first_completed, mode::first_exception, mode::all_completed};

} // namespace

BOOST_AUTO_TEST_SUITE(schedules_wait)

BOOST_AUTO_TEST_CASE(waits) {
    for (const mode m : modes)
        combinations({call::wait, m}, most_events(3));
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
}

BOOST_AUTO_TEST_SUITE_END()
