// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/testing/detail/ready_queue.hpp>

#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/mapping.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/execution/relationship.hpp>
#include <boost/asio/execution_context.hpp>

#include <utility>

namespace asio_wait::inline v0::testing {

namespace asio = boost::asio;

class deterministic_context;

/// The executor of a deterministic_context, with the properties of io_context's.
/** A function is run at once when `blocking.possibly` (the default) allows it and the context is
 *  running, else it becomes one of the context's ready functions. */
class deterministic_executor {
public:
    /// @cond members_of_every_executor
    deterministic_executor(const deterministic_executor& other) noexcept
        : deterministic_executor(other.queue_, other.properties_) {}

    deterministic_executor(deterministic_executor&& other) noexcept
        : queue_(other.queue_), properties_(other.properties_) {
        other.properties_.tracked = false; // the work moves along
    }

    deterministic_executor& operator=(const deterministic_executor& other) noexcept {
        deterministic_executor copy(other);
        swap(copy);
        return *this;
    }

    deterministic_executor& operator=(deterministic_executor&& other) noexcept {
        deterministic_executor moved(std::move(other));
        swap(moved);
        return *this;
    }

    ~deterministic_executor() {
        if (properties_.tracked)
            queue_->work_finished();
    }

    template<class F>
    void execute(F&& f) const {
        if (!properties_.never_blocks && queue_->running()) {
            auto now = std::forward<F>(f);
            std::move(now)();
        } else {
            queue_->push(std::forward<F>(f));
        }
    }

    bool running_in_this_thread() const noexcept { return queue_->running(); }

    asio::execution_context& query(asio::execution::context_t) const noexcept {
        return queue_->context();
    }

    static constexpr asio::execution::mapping_t query(asio::execution::mapping_t) noexcept {
        return asio::execution::mapping.thread;
    }

    asio::execution::blocking_t query(asio::execution::blocking_t) const noexcept {
        return properties_.never_blocks
                   ? asio::execution::blocking_t(asio::execution::blocking.never)
                   : asio::execution::blocking_t(asio::execution::blocking.possibly);
    }

    asio::execution::relationship_t query(asio::execution::relationship_t) const noexcept {
        return properties_.continuation
                   ? asio::execution::relationship_t(asio::execution::relationship.continuation)
                   : asio::execution::relationship_t(asio::execution::relationship.fork);
    }

    asio::execution::outstanding_work_t query(asio::execution::outstanding_work_t) const noexcept {
        return properties_.tracked
                   ? asio::execution::outstanding_work_t(asio::execution::outstanding_work.tracked)
                   : asio::execution::outstanding_work_t(
                         asio::execution::outstanding_work.untracked);
    }

    deterministic_executor require(asio::execution::blocking_t::possibly_t) const noexcept {
        return with(&properties::never_blocks, false);
    }

    deterministic_executor require(asio::execution::blocking_t::never_t) const noexcept {
        return with(&properties::never_blocks, true);
    }

    deterministic_executor require(asio::execution::relationship_t::fork_t) const noexcept {
        return with(&properties::continuation, false);
    }

    deterministic_executor require(asio::execution::relationship_t::continuation_t) const noexcept {
        return with(&properties::continuation, true);
    }

    deterministic_executor require(asio::execution::outstanding_work_t::tracked_t) const noexcept {
        return with(&properties::tracked, true);
    }

    deterministic_executor require(
        asio::execution::outstanding_work_t::untracked_t) const noexcept {
        return with(&properties::tracked, false);
    }

    friend bool operator==(const deterministic_executor& a,
                           const deterministic_executor& b) noexcept {
        return a.queue_ == b.queue_ && a.properties_ == b.properties_;
    }

    friend bool operator!=(const deterministic_executor& a,
                           const deterministic_executor& b) noexcept {
        return !(a == b);
    }
    /// @endcond

private:
    friend class deterministic_context;

    struct properties {
        bool never_blocks = false;
        bool continuation = false; // remembered, and without effect
        bool tracked = false;
        friend bool operator==(const properties&, const properties&) = default;
    };

    deterministic_executor(detail::ready_queue* queue, properties p) noexcept
        : queue_(queue), properties_(p) {
        if (properties_.tracked)
            queue_->work_started();
    }

    deterministic_executor with(bool properties::*which, bool value) const noexcept {
        properties changed = properties_;
        changed.*which = value;
        return {queue_, changed};
    }

    void swap(deterministic_executor& other) noexcept {
        std::swap(queue_, other.queue_);
        std::swap(properties_, other.properties_);
    }

    detail::ready_queue* queue_;
    properties properties_;
};

} // namespace asio_wait::inline v0::testing
