// SPDX-License-Identifier: BSL-1.0
#include "rows/rows.hpp"

#include "body.hpp"

#include <asio_wait/create_task.hpp>
#include <asio_wait/wait_for_tasks.hpp>

#include <vector>

namespace bench {

namespace {

template<class Ex>
class wait_for_tasks : public loop_scenario<Ex> {
public:
    explicit wait_for_tasks(std::size_t n) : loop_scenario<Ex>(n) {}

private:
    asio::awaitable<void, Ex> rounds(std::size_t count) override {
        const Ex ex = this->executor();
        std::size_t const n = this->n_;
        for (; count != 0; --count) {
            std::vector<asio_wait::task<int>> tasks;
            tasks.reserve(n);
            for (std::size_t i = 0; i != n; ++i)
                tasks.push_back(asio_wait::create_task(ex, one_turn<Ex>(static_cast<int>(i))));
            // Copied in, as most callers do: the cost of n handles is part of the figure.
            auto [done, pending] = co_await asio_wait::wait_for_tasks(tasks);
            check(done.size() == n && done[n - 1].result() == static_cast<int>(n - 1));
        }
    }
};

} // namespace

const entry wait_for_tasks_rows[2] = {
    {"all", "wait_for_tasks", "any_io", make_scenario<wait_for_tasks<any_io>>},
    {"all", "wait_for_tasks", "concrete", make_scenario<wait_for_tasks<concrete>>},
};

} // namespace bench
