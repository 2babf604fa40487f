// SPDX-License-Identifier: BSL-1.0
#include "rows/rows.hpp"

#include "body.hpp"
#include "rows/done_queue.hpp"
#include "timed_part.hpp"

#include <asio_wait/task_set.hpp>

#include <memory>
#include <vector>

// n parked tasks: one is released, the waiter waits for it; again. And asyncio's usual loop over
// tasks that take several turns.

namespace bench {

namespace {

template<class Ex>
asio::awaitable<int, Ex> park(one_shot_event<Ex>& until, int i) {
    co_await until.wait();
    co_return i;
}

template<class Ex>
class hand_written : public loop_scenario<Ex> {
public:
    explicit hand_written(std::size_t n) : loop_scenario<Ex>(n) {}

private:
    asio::awaitable<void, Ex> rounds(std::size_t count) override {
        const Ex ex = this->executor();
        for (; count != 0; --count) {
            std::vector<one_shot_event<Ex>> gates(this->n_);
            done_queue<Ex> queue;
            for (std::size_t i = 0; i != this->n_; ++i)
                asio::co_spawn(ex, park<Ex>(gates[i], static_cast<int>(i)),
                               [&queue](std::exception_ptr, int value) { queue.push(value); });
            long long sum = 0;
            {
                const timed_part part;
                for (auto& gate : gates) {
                    gate.set();
                    co_await queue.wait();
                    for (const int value : queue.take())
                        sum += value;
                }
            }
            check(sum == sum_below(this->n_));
        }
    }
};

template<class Ex>
class set : public loop_scenario<Ex> {
public:
    explicit set(std::size_t n) : loop_scenario<Ex>(n) {}

private:
    asio::awaitable<void, Ex> rounds(std::size_t count) override {
        const Ex ex = this->executor();
        for (; count != 0; --count) {
            std::vector<one_shot_event<Ex>> gates(this->n_);
            asio_wait::task_set<int> tasks;
            for (std::size_t i = 0; i != this->n_; ++i)
                tasks.spawn(ex, park<Ex>(gates[i], static_cast<int>(i)));
            long long sum = 0;
            {
                const timed_part part;
                for (auto& gate : gates) {
                    gate.set();
                    const auto t = co_await tasks.async_next();
                    sum += t.result();
                }
            }
            check(sum == sum_below(this->n_));
        }
    }
};

template<class Ex>
asio::awaitable<int, Ex> some_turns(int i) {
    for (int k = i % 16; k != 0; --k)
        co_await asio::post(asio::use_awaitable_t<Ex>());
    co_return i;
}

template<class Ex>
class set_loop : public loop_scenario<Ex> {
public:
    explicit set_loop(std::size_t n) : loop_scenario<Ex>(n) {}

private:
    asio::awaitable<void, Ex> rounds(std::size_t count) override {
        const Ex ex = this->executor();
        for (; count != 0; --count) {
            asio_wait::task_set<int> pending;
            for (std::size_t i = 0; i != this->n_; ++i)
                pending.spawn(ex, some_turns<Ex>(static_cast<int>(i)));
            long long sum = 0;
            while (!pending.empty()) {
                auto r = co_await asio_wait::wait_for_tasks(std::move(pending),
                                                            asio_wait::first_completed);
                for (const auto& t : r.done)
                    sum += t.result();
                pending = std::move(r.pending);
            }
            check(sum == sum_below(this->n_));
        }
    }
};

} // namespace

const entry staircase_rows[8] = {
    {"staircase", "done_queue", "any_io", make_scenario<hand_written<any_io>>},
    {"staircase", "done_queue", "concrete", make_scenario<hand_written<concrete>>},
    {"staircase", "task_set", "any_io", make_scenario<set<any_io>>},
    {"staircase", "task_set", "concrete", make_scenario<set<concrete>>},
    {"usual_loop", "done_queue", "any_io", make_scenario<queue_drain<any_io, some_turns<any_io>>>},
    {"usual_loop", "done_queue", "concrete",
     make_scenario<queue_drain<concrete, some_turns<concrete>>>},
    {"usual_loop", "task_set", "any_io", make_scenario<set_loop<any_io>>},
    {"usual_loop", "task_set", "concrete", make_scenario<set_loop<concrete>>},
};

} // namespace bench
