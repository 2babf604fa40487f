// SPDX-License-Identifier: BSL-1.0
#include "rows/rows.hpp"

#include "body.hpp"
#include "one_shot_event.hpp"

#include <asio_wait/create_task.hpp>
#include <asio_wait/wait_for_tasks.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/parallel_group.hpp>

#include <vector>

// n sleeping tasks and one wait for all of them, which run() leaves in flight.

namespace bench {

namespace {

template<class Ex>
class parked : public loop_scenario<Ex> {
public:
    void run(std::size_t) override {
        asio::co_spawn(this->executor(), this->rounds(1), asio::detached);
        this->io_.poll();
        this->io_.restart();
    }

protected:
    using loop_scenario<Ex>::loop_scenario;
};

template<class Ex, bool Cancellable>
class parked_countdown : public parked<Ex> {
public:
    explicit parked_countdown(std::size_t n) : parked<Ex>(n) {}

private:
    asio::awaitable<void, Ex> rounds(std::size_t) override {
        std::size_t left = this->n_;
        std::vector<int> results(this->n_);
        signals_ = std::vector<asio::cancellation_signal>(Cancellable ? this->n_ : 0);
        one_shot_event<Ex> event;
        for (std::size_t i = 0; i != this->n_; ++i) {
            auto finished = [&results, &left, &event, i](std::exception_ptr, int value) {
                results[i] = value;
                if (--left == 0)
                    event.set();
            };
            if constexpr (Cancellable)
                asio::co_spawn(this->executor(), sleeper<Ex>(),
                               asio::bind_cancellation_slot(signals_[i].slot(), finished));
            else
                asio::co_spawn(this->executor(), sleeper<Ex>(), finished);
        }
        co_await event.wait();
    }

    std::vector<asio::cancellation_signal> signals_;
};

template<class Ex>
class parked_group : public parked<Ex> {
public:
    explicit parked_group(std::size_t n) : parked<Ex>(n) {}

private:
    asio::awaitable<void, Ex> rounds(std::size_t) override {
        using operation = decltype(asio::co_spawn(this->executor(), sleeper<Ex>(), asio::deferred));
        std::vector<operation> operations;
        operations.reserve(this->n_);
        for (std::size_t i = 0; i != this->n_; ++i)
            operations.push_back(asio::co_spawn(this->executor(), sleeper<Ex>(), asio::deferred));
        co_await asio::experimental::make_parallel_group(std::move(operations))
            .async_wait(asio::experimental::wait_for_all(), asio::use_awaitable_t<Ex>());
    }
};

template<class Ex>
class parked_tasks : public parked<Ex> {
public:
    explicit parked_tasks(std::size_t n) : parked<Ex>(n) {}

private:
    asio::awaitable<void, Ex> rounds(std::size_t) override {
        std::vector<asio_wait::task<int>> tasks;
        tasks.reserve(this->n_);
        for (std::size_t i = 0; i != this->n_; ++i)
            tasks.push_back(asio_wait::create_task(this->executor(), sleeper<Ex>()));
        auto [done, pending] = co_await asio_wait::wait_for_tasks(tasks);
    }
};

} // namespace

const entry memory_rows[8] = {
    {"memory", "countdown", "any_io", make_scenario<parked_countdown<any_io, false>>},
    {"memory", "countdown", "concrete", make_scenario<parked_countdown<concrete, false>>},
    {"memory", "countdown_signal", "any_io", make_scenario<parked_countdown<any_io, true>>},
    {"memory", "countdown_signal", "concrete", make_scenario<parked_countdown<concrete, true>>},
    {"memory", "parallel_group", "any_io", make_scenario<parked_group<any_io>>},
    {"memory", "parallel_group", "concrete", make_scenario<parked_group<concrete>>},
    {"memory", "wait_for_tasks", "any_io", make_scenario<parked_tasks<any_io>>},
    {"memory", "wait_for_tasks", "concrete", make_scenario<parked_tasks<concrete>>},
};

} // namespace bench
