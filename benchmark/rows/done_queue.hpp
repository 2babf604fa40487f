// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "one_shot_event.hpp"

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

} // namespace bench
