// SPDX-License-Identifier: BSL-1.0
#include "rows/rows.hpp"

#include "body.hpp"

#include <asio_wait/task_set.hpp>

#include <chrono>

// One wait that times out over a set of n sleepers.

namespace bench {

namespace {

template<class Ex, int Milliseconds>
class timed_wait : public loop_scenario<Ex> {
public:
    explicit timed_wait(std::size_t n) : loop_scenario<Ex>(n) {
        for (std::size_t i = 0; i != n; ++i)
            tasks_.spawn(this->executor(), sleeper<Ex>());
        this->io_.poll();
        this->io_.restart();
    }

private:
    asio::awaitable<void, Ex> rounds(std::size_t count) override {
        constexpr std::chrono::milliseconds limit(Milliseconds);
        for (; count != 0; --count) {
            const auto done = co_await tasks_.async_wait(asio_wait::first_completed, limit);
            check(done.empty() && tasks_.size() == this->n_);
        }
    }

    asio_wait::task_set<int> tasks_;
};

} // namespace

const entry set_limit_rows[4] = {
    {"timed_wait_0", "task_set", "any_io", make_scenario<timed_wait<any_io, 0>>},
    {"timed_wait_0", "task_set", "concrete", make_scenario<timed_wait<concrete, 0>>},
    {"timed_wait_1ms", "task_set", "any_io", make_scenario<timed_wait<any_io, 1>>},
    {"timed_wait_1ms", "task_set", "concrete", make_scenario<timed_wait<concrete, 1>>},
};

} // namespace bench
