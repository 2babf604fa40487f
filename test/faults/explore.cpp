// SPDX-License-Identifier: BSL-1.0

#include "play.hpp"

#include "support/co_test.hpp"

#include <asio_wait/unobserved_exception.hpp>

#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdio>
#include <cstdlib>

namespace faults {

namespace {

constexpr std::size_t none_fails = static_cast<std::size_t>(-1);

enum class phase { call, from_handler, later };

struct setting {
    phase when;
    fault what;
    bool for_good = false; // and all that come after it
    place where() const noexcept {
        return what == fault::submission ? place::refusing : place::plain;
    }
};

void call(const operation& op, stage& s, phase when, verdict& v) {
    const auto attempt = [&] {
        const injector::window open;
        try {
            op.call(s);
        } catch (...) {
            v.threw = true;
        }
    };
    if (when == phase::call)
        attempt();
    else if (when == phase::later)
        op.call(s);
    else
        asio::post(s.home, attempt);
}

void play(const operation& op, const setting& how, stage& s, verdict& v) {
    v.later = how.when == phase::later;
    v.for_good = how.for_good;
    op.prepare(s);
    run(s, v, false);
    call(op, s, how.when, v);
    run(s, v, v.later);
    const bool failed = !v.later && (v.threw || (s.result.error && !op.others_run_on));
    if (failed && !how.for_good)
        v.demand(s.bodies_alive == 0, "what a failed call has started runs on");
    for (const auto& event : op.events) {
        happen(event, s, v, v.later);
        run(s, v, v.later);
    }
    // From here on nothing fails.
    s.open_all();
    run(s, v, false);

    v.hit = injector::hit();
    check_end(s, v);
    v.demand(!v.threw || s.result.calls == 0, "the call threw, and its handler was called as well");
    const bool told = v.threw || v.run_throws != 0;
    v.demand(!op.completes || v.delivered || told, "the handler is lost, and nobody was told");
    v.demand(s.other.calls == 1 || (v.later && v.run_throws != 0 && (v.delivered || !op.completes)),
             "somebody else's wait is lost");
    v.demand(s.bystander.calls == 1, "the bystander was harmed");
    v.demand(s.idle.succeeded() && s.idle.result().number() == 3,
             "the bystander's task was harmed");
    if (!v.later && !op.cancels)
        v.demand(s.a.succeeded() && s.b.succeeded() && s.a.result().number() == 1 &&
                     s.b.result().number() == 2,
                 "a task was harmed");
    op.check(s, v);
}

verdict play_once(const operation& op, const setting& how, std::size_t k) {
    injector::aim(how.what, k, how.for_good);
    return between_counts(k != none_fails, [&](verdict& v) {
        stage s(how.where());
        play(op, how, s, v);
    });
}

/// What came of the faults of one kind in one phase.
struct row {
    std::size_t faults = 0;
    std::size_t thrown = 0;   // by the call
    std::size_t told = 0;     // to the handler
    std::size_t left_run = 0; // of the context; the handler was destroyed
    std::size_t no_harm = 0;  // to the operation

    void add(const operation& op, const verdict& v) {
        ++faults;
        if (v.threw)
            ++thrown;
        else if (v.error && !op.fails)
            ++told;
        else if (!v.delivered && v.run_throws != 0)
            ++left_run;
        else
            ++no_harm;
    }
};

const char* text(phase p) {
    return p == phase::call ? "call" : p == phase::from_handler ? "call in handler" : "later";
}

const char* text(const setting& s) {
    switch (s.what) {
    case fault::allocation:
        return s.for_good ? "memory is out" : "allocation";
    case fault::submission:
        return "submission";
    case fault::value:
        return "value";
    default:
        return "user's code";
    }
}

struct totals {
    std::size_t operations = 0;
    std::size_t faults[5] = {};
} all;

void print(const operation& op, const setting& how, const row& r) {
    if (r.faults != 0)
        std::printf("%-40s %-15s %-13s %6zu = %6zu + %4zu + %8zu + %7zu\n", op.name.c_str(),
                    text(how.when), text(how), r.faults, r.thrown, r.told, r.left_run, r.no_harm);
}

/// Returns the number of faults.
std::size_t explore_setting(const operation& op, const setting& how) {
    const verdict fine = play_once(op, how, none_fails);
    if (!fine.problem.empty() || fine.threw || fine.error != op.fails || fine.run_throws)
        BOOST_ERROR(op.name << " without a fault: " << fine.problem << (fine.error ? " error" : "")
                            << (fine.threw ? " threw" : ""));
    row r;
    for (std::size_t k = 0;; ++k) {
        BOOST_TEST_CONTEXT(op.name << ", " << text(how.when) << ", " << text(how) << " " << k) {
            const verdict v = play_once(op, how, k);
            if (!v.hit)
                break;
            r.add(op, v);
            if (v.problem.empty())
                continue;
            BOOST_ERROR(v.problem);
            if (std::getenv("ASIO_WAIT_TEST_TRAP")) {
                injector::trap(true);
                play_once(op, how, k);
            }
        }
    }
    print(op, how, r);
    all.faults[how.for_good ? 4 : static_cast<std::size_t>(how.what)] += r.faults;
    return r.faults;
}

/// Asio cannot start a coroutine, and cannot even give one up, when there is no memory at all.
bool starts_coroutines(const operation& op) {
    stage s(place::plain);
    op.prepare(s);
    const int before = body_note::made;
    op.call(s);
    verdict ignored;
    run(s, ignored, false);
    s.bodies.open(); // nothing may wait on one context when another is destroyed
    run(s, ignored, false);
    return body_note::made != before;
}

// Tasks fail here without anybody reading why.
struct quiet_hook {
    quiet_hook() {
        set_unobserved_exception_handler([](const unobserved_exception&) {});
        std::printf("%-40s %-15s %-13s %6s = %6s + %4s + %8s + %7s\n", "operation", "when", "fault",
                    "faults", "thrown", "told", "left run", "no harm");
    }
    ~quiet_hook() {
        set_unobserved_exception_handler(nullptr);
        std::printf(
            "%zu operations; failed one by one: %zu allocations, %zu submissions, %zu values, "
            "%zu calls of users' code; %zu times all memory was out\n",
            all.operations, all.faults[0], all.faults[1], all.faults[2], all.faults[3],
            all.faults[4]);
    }
};

BOOST_TEST_GLOBAL_FIXTURE(quiet_hook);

} // namespace

void explore(const operation& op) {
    std::size_t faults = 0;
    for (const phase when : {phase::call, phase::from_handler, phase::later})
        for (const fault what : {fault::allocation, fault::submission, fault::value, fault::user})
            faults += explore_setting(op, {when, what});
    if (!starts_coroutines(op))
        explore_setting(op, {phase::call, fault::allocation, true});
    BOOST_TEST(faults != 0u, op.name << ": nothing was made to fail");
    if (op.apart)
        explore_deaths(op);
    ++all.operations;
    if (test::detail::memory_leaked())
        BOOST_ERROR(op.name << ": memory leaked, see the sanitizer's report above");
}

} // namespace faults
