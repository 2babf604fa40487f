// SPDX-License-Identifier: BSL-1.0
#pragma once

// What a task of a scenario waits for: opened by an event, left by a cancel. No timer and so no
// system call, since hundreds of thousands of them are made.

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace schedules {

class gate {
public:
    explicit gate(boost::asio::any_io_executor ex) : state_(std::make_shared<state>()) {
        state_->executor = std::move(ex);
    }

    bool over() const { return state_->over; }

    /// Whoever waits, or will wait, goes on, or throws this.
    void open(std::exception_ptr error = nullptr) {
        state_->error = std::move(error);
        state_->end({});
    }

    /// Its context is about to be destroyed: the waiter goes with it, and so does the executor.
    void abandon() {
        state_->over = true;
        state_->executor = nullptr;
        const auto gone = state_->take();
    }

    boost::asio::awaitable<void> pass() const { return wait(state_); }

private:
    using handler = boost::asio::any_completion_handler<void(boost::system::error_code)>;

    struct state {
        boost::asio::any_io_executor executor;
        std::unique_ptr<handler> waiter;
        std::exception_ptr error;
        bool over = false;

        std::unique_ptr<handler> take() { return std::exchange(waiter, nullptr); }

        void end(boost::system::error_code ec) {
            over = true;
            if (auto h = take())
                boost::asio::post(executor,
                                  [h = std::move(h), ec]() mutable { std::move (*h)(ec); });
        }
    };

    struct start {
        std::shared_ptr<state> s;

        template<class Handler>
        void operator()(Handler&& h) const {
            s->waiter = std::make_unique<handler>(std::forward<Handler>(h));
            // Asked of the erased handler, which has put something of its own into the slot.
            auto slot = boost::asio::get_associated_cancellation_slot(*s->waiter);
            if (slot.is_connected())
                slot.assign([weak = std::weak_ptr(s)](boost::asio::cancellation_type) {
                    const auto self = weak.lock();
                    if (self && self->waiter)
                        self->end(boost::asio::error::operation_aborted);
                });
        }
    };

    static boost::asio::awaitable<void> wait(std::shared_ptr<state> s) {
        if (!s->over) {
            start initiation{s};
            co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&,
                                                 void(boost::system::error_code)>(
                std::move(initiation), boost::asio::use_awaitable);
        }
        if (s->error)
            std::rethrow_exception(s->error);
    }

    std::shared_ptr<state> state_;
};

} // namespace schedules
