// SPDX-License-Identifier: BSL-1.0
#include "rows/rows.hpp"

#include "body.hpp"

#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>

#include <vector>

namespace bench {

namespace {

template<class Ex>
class parallel_group : public loop_scenario<Ex> {
public:
    explicit parallel_group(std::size_t n) : loop_scenario<Ex>(n) {}

private:
    asio::awaitable<void, Ex> rounds(std::size_t count) override {
        using operation =
            decltype(asio::co_spawn(this->executor(), one_turn<Ex>(0), asio::deferred));
        const Ex ex = this->executor();
        std::size_t const n = this->n_;
        for (; count != 0; --count) {
            std::vector<operation> operations;
            operations.reserve(n);
            for (std::size_t i = 0; i != n; ++i)
                operations.push_back(
                    asio::co_spawn(ex, one_turn<Ex>(static_cast<int>(i)), asio::deferred));
            auto group = asio::experimental::make_parallel_group(std::move(operations));
            auto [order, errors, results] = co_await group.async_wait(
                asio::experimental::wait_for_all(), asio::use_awaitable_t<Ex>());
            check(order.size() == n && results[n - 1] == static_cast<int>(n - 1));
        }
    }
};

} // namespace

const entry parallel_group_rows[2] = {
    {"all", "parallel_group", "any_io", make_scenario<parallel_group<any_io>>},
    {"all", "parallel_group", "concrete", make_scenario<parallel_group<concrete>>},
};

} // namespace bench
