// SPDX-License-Identifier: BSL-1.0
#include "rows/rows.hpp"

#include "body.hpp"
#include "one_shot_event.hpp"
#include "timed_part.hpp"

#include <asio_wait/task_set.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/post.hpp>

#include <vector>

// n parked sleepers: all are cancelled and waited for.

namespace bench {

namespace {

/// Lets what was started come to rest.
template<class Ex>
asio::awaitable<void, Ex> a_turn() {
    co_await asio::post(asio::use_awaitable_t<Ex>());
}

template<class Ex>
class parallel_group : public loop_scenario<Ex> {
public:
    explicit parallel_group(std::size_t n) : loop_scenario<Ex>(n) {}

private:
    asio::awaitable<void, Ex> rounds(std::size_t count) override {
        using operation =
            decltype(asio::co_spawn(this->executor(), quiet_sleeper<Ex>(), asio::deferred));
        for (; count != 0; --count) {
            std::vector<operation> operations;
            operations.reserve(this->n_);
            for (std::size_t i = 0; i != this->n_; ++i)
                operations.push_back(
                    asio::co_spawn(this->executor(), quiet_sleeper<Ex>(), asio::deferred));
            asio::cancellation_signal signal;
            one_shot_event<Ex> event;
            std::size_t ended = 0;
            bool waiting = false;
            asio::experimental::make_parallel_group(std::move(operations))
                .async_wait(asio::experimental::wait_for_all(),
                            asio::bind_cancellation_slot(
                                signal.slot(), [&](const auto& order, const auto&, const auto&) {
                                    ended = order.size();
                                    if (waiting)
                                        event.set();
                                }));
            co_await a_turn<Ex>();
            {
                const timed_part part;
                signal.emit(asio::cancellation_type::terminal);
                if (ended == 0) {
                    waiting = true;
                    co_await event.wait();
                }
            }
            check(ended == this->n_);
        }
    }
};

/// What a hand-writer does.
template<class Ex>
class signals : public loop_scenario<Ex> {
public:
    explicit signals(std::size_t n) : loop_scenario<Ex>(n) {}

private:
    asio::awaitable<void, Ex> rounds(std::size_t count) override {
        for (; count != 0; --count) {
            std::vector<asio::cancellation_signal> all(this->n_);
            std::size_t left = this->n_;
            one_shot_event<Ex> event;
            for (auto& signal : all)
                asio::co_spawn(this->executor(), quiet_sleeper<Ex>(),
                               asio::bind_cancellation_slot(
                                   signal.slot(), [&left, &event](std::exception_ptr, int) {
                                       if (--left == 0)
                                           event.set();
                                   }));
            co_await a_turn<Ex>();
            {
                const timed_part part;
                for (auto& signal : all)
                    signal.emit(asio::cancellation_type::terminal);
                co_await event.wait();
            }
            check(left == 0);
        }
    }
};

template<class Ex>
class set : public loop_scenario<Ex> {
public:
    explicit set(std::size_t n) : loop_scenario<Ex>(n) {}

private:
    asio::awaitable<void, Ex> rounds(std::size_t count) override {
        for (; count != 0; --count) {
            asio_wait::task_set<int> tasks;
            for (std::size_t i = 0; i != this->n_; ++i)
                tasks.spawn(this->executor(), quiet_sleeper<Ex>());
            co_await a_turn<Ex>();
            std::size_t ended = 0;
            {
                const timed_part part;
                tasks.cancel_all();
                const auto done = co_await tasks.async_wait();
                ended = done.size();
            }
            check(ended == this->n_);
        }
    }
};

} // namespace

const entry cancel_storm_rows[6] = {
    {"cancel_storm", "parallel_group", "any_io", make_scenario<parallel_group<any_io>>},
    {"cancel_storm", "parallel_group", "concrete", make_scenario<parallel_group<concrete>>},
    {"cancel_storm", "signals", "any_io", make_scenario<signals<any_io>>},
    {"cancel_storm", "signals", "concrete", make_scenario<signals<concrete>>},
    {"cancel_storm", "task_set", "any_io", make_scenario<set<any_io>>},
    {"cancel_storm", "task_set", "concrete", make_scenario<set<concrete>>},
};

} // namespace bench
