// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "body.hpp"
#include "one_shot_event.hpp"
#include "scenario.hpp"

#include <boost/asio/co_spawn.hpp>

#include <cstddef>
#include <exception>
#include <vector>

namespace bench {

/// What a hand-writer waits on: results in order of completion, and one waiter woken by the first.
template<class Ex>
class done_queue {
public:
    void push(int result) {
        done_.push_back(result);
        if (waiting_) {
            waiting_ = false;
            event_.set();
        }
    }

    bool empty() const noexcept { return done_.empty(); }

    /// Only when it is empty.
    auto wait() {
        waiting_ = true;
        return event_.wait();
    }

    std::vector<int> take() {
        std::vector<int> all;
        all.swap(done_);
        return all;
    }

private:
    one_shot_event<Ex> event_;
    std::vector<int> done_;
    bool waiting_ = false;
};

/// n tasks of one kind, drained in batches.
template<class Ex, asio::awaitable<int, Ex> (*Task)(int)>
class queue_drain : public loop_scenario<Ex> {
public:
    explicit queue_drain(std::size_t n) : loop_scenario<Ex>(n) {}

private:
    asio::awaitable<void, Ex> rounds(std::size_t count) override {
        const Ex ex = this->executor();
        for (; count != 0; --count) {
            done_queue<Ex> queue;
            for (std::size_t i = 0; i != this->n_; ++i)
                asio::co_spawn(ex, Task(static_cast<int>(i)),
                               [&queue](std::exception_ptr, int value) { queue.push(value); });
            long long sum = 0;
            for (std::size_t left = this->n_; left != 0;) {
                if (queue.empty())
                    co_await queue.wait();
                const std::vector<int> done = queue.take();
                for (const int value : done)
                    sum += value;
                left -= done.size();
            }
            check(sum == sum_below(this->n_));
        }
    }
};

} // namespace bench
