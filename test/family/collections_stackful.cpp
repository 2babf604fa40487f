// SPDX-License-Identifier: BSL-1.0

// The calls over many tasks from a stackful coroutine, where Boost.Context is at hand.

#include "collections.hpp"
#include "support/views.hpp"

#include "unit/contract.hpp"

#include <boost/asio/spawn.hpp>
#include <boost/system/result.hpp>

namespace family {

// With a plain yield_context Boosts before 1.88 cannot take a value beside an exception_ptr, and
// rethrow a null one; the library passes it on as as_tuple(yield). Both are used here.
BOOST_FIXTURE_TEST_SUITE(family_collections_stackful, unit::fixture)

BOOST_AUTO_TEST_CASE(each_call_once) {
    auto t = create_task(ex, sleeper(5ms, 1), "t");
    auto u = create_task(ex, forever(), "u");
    bool finished = false;
    asio::spawn(
        io,
        [&](asio::yield_context yield) {
            auto [e1, both_values] =
                gather(t, sleeper(10ms, std::string("b")), asio::as_tuple(yield));
            BOOST_TEST((both_values == std::tuple(1, std::string("b"))));
            std::vector<asio::awaitable<void>> both;
            both.push_back(sleep_for(1ms));
            both.push_back(failing(1ms));
            auto [e2, outcomes] = gather_settled(std::move(both), asio::as_tuple(yield));
            BOOST_TEST(outcomes.at(1).has_error());
            auto s = as_completed(t);
            auto [e3, first] = s.async_next(asio::as_tuple(yield));
            BOOST_TEST((first == t));
            auto [e4, end] = s.async_next(asio::as_tuple(yield));
            BOOST_TEST(!end.has_value());
            BOOST_TEST((!e1 && !e2 && !e3 && !e4));
            semaphore permits(1);
            permits.async_acquire(yield);
            error_code ec;
            permits.async_acquire(0s, yield[ec]);
            BOOST_TEST(ec == asio::error::timed_out);
            int calls = 0;
            auto [e5] = for_each_limited(
                test::numbers(5), 2,
                [&calls](int) {
                    ++calls;
                    return sleep_for(1ms);
                },
                asio::as_tuple(yield));
            BOOST_TEST(!e5);
            BOOST_TEST(calls == 5);
            auto r = cancel_and_wait(u, yield);
            BOOST_TEST(names(r.done) == "u");
            finished = true;
        },
        asio::detached);
    run();
    BOOST_TEST(finished);
}

BOOST_AUTO_TEST_CASE(errors) {
    bool finished = false;
    asio::spawn(
        io,
        [&](asio::yield_context yield) {
            auto [failed, none] = gather(failing<int>(1ms), asio::as_tuple(yield));
            BOOST_TEST(word(failed) == "boom");
            const std::vector fails{create_task(ex, failing(1ms))};
            BOOST_CHECK_THROW(gather(fails, yield), boom);
            BOOST_TEST(std::get<0>(gather(sleeper(1ms, 5), yield)) == 5);
            auto t = create_task(ex, forever());
            auto s = as_completed(t, in(5ms));
            auto [late, task] = s.async_next(asio::as_tuple(yield));
            BOOST_TEST(word(late) == "timeout");
            BOOST_TEST(!task.has_value());
            cancel_and_wait(t, yield);
            finished = true;
        },
        asio::detached);
    run();
    BOOST_TEST(finished);
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace family
