// SPDX-License-Identifier: BSL-1.0
#include "rows/rows.hpp"

#include "body.hpp"
#include "rows/done_queue.hpp"

#include <asio_wait/as_completed.hpp>
#include <asio_wait/create_task.hpp>
#include <asio_wait/task_set.hpp>
#include <asio_wait/wait_for_tasks.hpp>

#include <vector>

// n tasks of one turn each: wait for at least one, handle what is done, until none is left.

namespace bench {

namespace {

/// The measure: the same tasks, waited for in one go.
template<class Ex>
class wait_all : public loop_scenario<Ex> {
public:
    explicit wait_all(std::size_t n) : loop_scenario<Ex>(n) {}

private:
    asio::awaitable<void, Ex> rounds(std::size_t count) override {
        const Ex ex = this->executor();
        for (; count != 0; --count) {
            std::vector<asio_wait::task<int>> tasks;
            tasks.reserve(this->n_);
            for (std::size_t i = 0; i != this->n_; ++i)
                tasks.push_back(asio_wait::create_task(ex, one_turn<Ex>(static_cast<int>(i))));
            auto [done, pending] = co_await asio_wait::wait_for_tasks(tasks);
            long long sum = 0;
            for (const auto& t : done)
                sum += t.result();
            check(sum == sum_below(this->n_));
        }
    }
};

enum class way { batches, next_then_try, next_each };

template<class Ex, way Way>
class set : public loop_scenario<Ex> {
public:
    explicit set(std::size_t n) : loop_scenario<Ex>(n) {}

private:
    asio::awaitable<void, Ex> rounds(std::size_t count) override {
        const Ex ex = this->executor();
        for (; count != 0; --count) {
            asio_wait::task_set<int> tasks;
            for (std::size_t i = 0; i != this->n_; ++i)
                tasks.spawn(ex, one_turn<Ex>(static_cast<int>(i)));
            long long sum = 0;
            for (std::size_t left = this->n_; left != 0;) {
                if constexpr (Way == way::batches) {
                    const auto done = co_await tasks.async_wait(asio_wait::first_completed);
                    for (const auto& t : done)
                        sum += t.result();
                    left -= done.size();
                } else {
                    const auto first = co_await tasks.async_next();
                    sum += first.result();
                    --left;
                    if constexpr (Way == way::next_then_try)
                        for (; const auto t = tasks.try_next(); --left)
                            sum += t->result();
                }
            }
            check(sum == sum_below(this->n_));
        }
    }
};

template<class Ex, way Way>
class stream : public loop_scenario<Ex> {
public:
    explicit stream(std::size_t n) : loop_scenario<Ex>(n) {}

private:
    asio::awaitable<void, Ex> rounds(std::size_t count) override {
        const Ex ex = this->executor();
        for (; count != 0; --count) {
            std::vector<asio_wait::task<int>> tasks;
            tasks.reserve(this->n_);
            for (std::size_t i = 0; i != this->n_; ++i)
                tasks.push_back(asio_wait::create_task(ex, one_turn<Ex>(static_cast<int>(i))));
            auto completed = asio_wait::as_completed(std::move(tasks));
            long long sum = 0;
            while (auto t = co_await completed.async_next()) {
                sum += t->result();
                if constexpr (Way == way::next_then_try)
                    while ((t = completed.try_next()))
                        sum += t->result();
            }
            check(sum == sum_below(this->n_));
        }
    }
};

} // namespace

const entry drain_rows[14] = {
    {"drain", "done_queue", "any_io", make_scenario<queue_drain<any_io, one_turn<any_io>>>},
    {"drain", "done_queue", "concrete", make_scenario<queue_drain<concrete, one_turn<concrete>>>},
    {"drain", "wait_all", "any_io", make_scenario<wait_all<any_io>>},
    {"drain", "wait_all", "concrete", make_scenario<wait_all<concrete>>},
    {"drain", "task_set", "any_io", make_scenario<set<any_io, way::batches>>},
    {"drain", "task_set", "concrete", make_scenario<set<concrete, way::batches>>},
    {"drain", "next_then_try", "any_io", make_scenario<set<any_io, way::next_then_try>>},
    {"drain", "next_then_try", "concrete", make_scenario<set<concrete, way::next_then_try>>},
    {"drain", "next_each", "any_io", make_scenario<set<any_io, way::next_each>>},
    {"drain", "next_each", "concrete", make_scenario<set<concrete, way::next_each>>},
    {"as_completed", "task_set", "any_io", make_scenario<stream<any_io, way::next_then_try>>},
    {"as_completed", "task_set", "concrete", make_scenario<stream<concrete, way::next_then_try>>},
    {"as_completed", "next_each", "any_io", make_scenario<stream<any_io, way::next_each>>},
    {"as_completed", "next_each", "concrete", make_scenario<stream<concrete, way::next_each>>},
};

} // namespace bench
