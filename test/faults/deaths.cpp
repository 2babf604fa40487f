// SPDX-License-Identifier: BSL-1.0

#include "play.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdio>

namespace faults {

namespace {

enum class victim { here, there };

/// The tasks, and what is started, on one context, the handlers on another; one of them dies after so
/// many handlers.
void play(const operation& op, victim who, std::size_t k, stage& s, verdict& v) {
    op.prepare(s);
    run(s, v, false);
    v.handlers = 0;
    op.call(s);
    const auto kill = [&] {
        if (v.hit || v.handlers < k)
            return;
        v.hit = true;
        who == victim::here ? s.kill_here() : s.kill_there();
    };
    const auto go_on = [&] {
        kill();
        run(s, v, false, v.hit ? test::no_limit : k - v.handlers);
        kill();
        run(s, v, false);
    };
    go_on();
    for (const auto& event : op.events) {
        happen(event, s, v, false);
        go_on();
    }
    s.open_all();
    run(s, v, false);
    check_end(s, v);
    if (!v.hit)
        return;
    if (who == victim::there) {
        v.demand(!op.completes || v.delivered, "the handler is lost with the tasks' context");
        v.demand(s.other.calls == 1 && s.bystander.calls == 1, "somebody else's wait is lost");
    } else if (!op.cancels) {
        v.demand(s.a.succeeded() && s.b.succeeded(), "a task was harmed");
    }
    if (who == victim::here)
        v.demand(s.idle.succeeded(), "the bystander's task was harmed");
    v.demand(v.run_throws == 0, "something was thrown");
}

verdict play_once(const operation& op, victim who, std::size_t k, bool warm = true) {
    return between_counts(warm, [&](verdict& v) {
        stage s(place::apart);
        play(op, who, k, s, v);
    });
}

std::size_t explore_victim(const operation& op, victim who) {
    play_once(op, who, 0, false);
    std::size_t k = 0;
    for (;; ++k) {
        BOOST_TEST_CONTEXT(op.name << ", " << (who == victim::here ? "the handler's" : "the tasks'")
                                   << " context dies after " << k << " handlers") {
            const verdict v = play_once(op, who, k);
            if (!v.problem.empty())
                BOOST_ERROR(v.problem);
            if (!v.hit)
                return k;
        }
    }
}

} // namespace

void explore_deaths(const operation& op) {
    const std::size_t here = explore_victim(op, victim::here);
    const std::size_t there = op.outlives_tasks ? explore_victim(op, victim::there) : 0;
    std::printf("%-40s %-15s %-13s %6zu + %6zu\n", op.name.c_str(), "context dies", "here + there",
                here, there);
}

} // namespace faults
