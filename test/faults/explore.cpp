// SPDX-License-Identifier: BSL-1.0

#include "explore.hpp"

#include "support/co_test.hpp"

#include <asio_wait/unobserved_exception.hpp>

#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdio>
#include <cstdlib>
#include <optional>

namespace faults {

namespace {

constexpr std::size_t none_fails = static_cast<std::size_t>(-1);

enum class phase { call, from_handler, later };

struct setting {
    phase when;
    fault what;
    place where;
};

struct verdict : ending {
    bool hit = false;
    bool delivered = false; // the handler was called
    std::string problem;    // the first one found

    void demand(bool holds, const char* what) {
        if (!holds && problem.empty())
            problem = what;
    }
};

/// Runs handlers until none is ready, catching what leaves them, as a program would that goes on.
void run(stage& s, verdict& v, bool open) {
    test::virtual_driver({&s.io}, [&](asio::io_context& io) -> std::size_t {
        std::optional<injector::window> window;
        if (open)
            window.emplace();
        try {
            return io.poll_one();
        } catch (...) {
            ++v.run_throws;
            return 1;
        }
    }).run();
    if (s.fresh) {
        s.fresh->restart();
        s.fresh->poll();
    }
}

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
        asio::post(s.ex, attempt);
}

void happen(const operation::step& event, stage& s, verdict& v, bool open) {
    std::optional<injector::window> window;
    if (open)
        window.emplace();
    try {
        event(s);
    } catch (...) {
        ++v.run_throws;
    }
}

void play(const operation& op, const setting& how, stage& s, verdict& v) {
    const bool later = how.when == phase::later;
    op.prepare(s);
    run(s, v, false);
    call(op, s, how.when, v);
    run(s, v, later);
    const bool failed = !later && (v.threw || (s.result.error && !op.others_run_on));
    if (failed)
        v.demand(s.bodies_alive == 0, "what a failed call has started runs on");
    for (const auto& event : op.events) {
        happen(event, s, v, later);
        run(s, v, later);
    }
    // From here on there is memory enough.
    for (gate* g : {&s.quiet, &s.first, &s.second, &s.bodies})
        g->open();
    run(s, v, false);

    v.hit = injector::hit();
    v.delivered = s.result.calls != 0;
    v.error = v.delivered && s.result.error;
    v.demand(!v.threw || s.result.calls == 0, "the call threw, and its handler was called as well");
    v.demand(s.result.calls <= 1, "the handler was called twice");
    v.demand(s.result.handlers == 0, "the handler was neither called nor destroyed");
    const bool excused = v.threw || v.run_throws != 0;
    v.demand(!op.completes || v.delivered || excused, "the handler is lost, and nobody was told");
    v.demand(s.other.calls == 1 || (later && v.run_throws != 0 && (v.delivered || !op.completes)),
             "somebody else's wait is lost");
    v.demand(s.other.handlers == 0, "somebody else's wait hangs");
    v.demand(s.bystander.calls == 1, "the bystander was harmed");
    v.demand(s.idle.succeeded() && s.idle.result().value() == 3, "the bystander's task was harmed");
    v.demand(s.a.done() && s.b.done(), "a task never ends");
    if (!later && !op.cancels)
        v.demand(s.a.succeeded() && s.b.succeeded() && s.a.result().value() == 1 &&
                     s.b.result().value() == 2,
                 "a task was harmed");
    s.fresh.reset();
    v.demand(s.bodies_alive == 0 && s.subjects_alive == 0, "a coroutine never ends");
    for (const record& r : s.more)
        v.demand(r.handlers == 0, "a further handler hangs");
    s.timer.cancel(); // a wait on it that could not be withdrawn for want of memory
    s.io.restart();
    s.io.poll();
    v.demand(s.io.stopped(), "the context is not at its end");
    v.later = later;
    op.check(s, v);
}

verdict play_once(const operation& op, const setting& how, std::size_t k) {
    test::virtual_clock::reset();
    value::reset();
    injector::aim(how.what, k);
    verdict v;
    const auto before = live_blocks();
    {
        stage s(how.where);
        play(op, how, s, v);
    }
    v.demand(value::live() == 0, "a value was not destroyed");
    // Warmed up by the first, fault-free run.
    if (k != none_fails && v.problem.empty())
        v.demand(live_blocks() == before, "memory leaked");
    return v;
}

/// What came of the faults of one kind in one phase.
struct row {
    std::size_t steps = 0;
    std::size_t thrown = 0;   // by the call
    std::size_t error = 0;    // told to the handler
    std::size_t left_run = 0; // out of the context's run; the handler was destroyed
    std::size_t nothing = 0;  // the operation took no harm

    void add(const operation& op, const verdict& v) {
        ++steps;
        if (v.threw)
            ++thrown;
        else if (v.error && !op.fails)
            ++error;
        else if (!v.delivered && v.run_throws != 0)
            ++left_run;
        else
            ++nothing;
    }
};

const char* text(phase p) {
    return p == phase::call ? "call" : p == phase::from_handler ? "call from a handler" : "later";
}
const char* text(place p) {
    return p == place::plain ? "io_context" : "refusing";
}

struct totals {
    std::size_t operations = 0;
    std::size_t allocations = 0;
    std::size_t submissions = 0;
} all;

void print_header() {
    std::printf("%-40s %-20s %-10s %6s = %7s + %7s + %8s + %8s\n", "operation", "fault", "executor",
                "faults", "thrown", "told", "left run", "no harm");
}

/// Returns the number of faults.
std::size_t explore_setting(const operation& op, const setting& how) {
    const verdict fine = play_once(op, how, none_fails);
    if (!fine.problem.empty() || fine.threw || fine.error != op.fails || fine.run_throws)
        BOOST_ERROR(op.name << " without a fault: " << fine.problem << (fine.error ? " error" : "")
                            << (fine.threw ? " threw" : ""));
    row r;
    for (std::size_t k = 0;; ++k) {
        BOOST_TEST_CONTEXT(op.name << ", " << text(how.when) << ", " << text(how.where) << ", step "
                                   << k) {
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
    (how.what == fault::allocation ? all.allocations : all.submissions) += r.steps;
    std::printf("%-40s %-20s %-10s %6zu = %7zu + %7zu + %8zu + %8zu\n", op.name.c_str(),
                text(how.when), text(how.where), r.steps, r.thrown, r.error, r.left_run, r.nothing);
    return r.steps;
}

// Tasks fail here without anybody reading why.
struct quiet_hook {
    quiet_hook() {
        set_unobserved_exception_handler([](const unobserved_exception&) {});
    }
    ~quiet_hook() {
        set_unobserved_exception_handler(nullptr);
        std::printf("%zu operations: %zu allocations and %zu submissions failed one by one\n",
                    all.operations, all.allocations, all.submissions);
    }
};

BOOST_TEST_GLOBAL_FIXTURE(quiet_hook);

} // namespace

void explore(const operation& op) {
    if (all.operations == 0)
        print_header();
    std::size_t faults = 0;
    for (const phase when : {phase::call, phase::from_handler, phase::later}) {
        faults += explore_setting(op, {when, fault::allocation, place::plain});
        faults += explore_setting(op, {when, fault::submission, place::refusing});
    }
    BOOST_TEST(faults != 0u, op.name << ": nothing was made to fail");
    ++all.operations;
    if (test::detail::memory_leaked())
        BOOST_ERROR(op.name << ": memory leaked, see the sanitizer's report above");
}

} // namespace faults
