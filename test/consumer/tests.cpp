// SPDX-License-Identifier: BSL-1.0

// A user's test without any test framework.

#include <asio_wait/testing.hpp>

#include <boost/asio/post.hpp>

int main() {
    namespace testing = asio_wait::testing;
    const auto seen = testing::explore_all([](testing::schedule& choices) {
        testing::deterministic_context ctx;
        boost::asio::post(ctx, [] {});
        boost::asio::post(ctx, [] {});
        ctx.finish(choices);
    });
    return seen.schedules == 2 && seen.complete ? 0 : 1;
}
