// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/context_core.hpp>
#include <asio_wait/detail/late.hpp>
#include <asio_wait/detail/ref_ptr.hpp>
#include <asio_wait/detail/task_base.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_type.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

namespace asio_wait::inline v0::detail {

/// Cancels many tasks. Neighbours that run on one executor share a post, some at a time, so that
/// nobody else waits long for his turn; a post is a third of what a cancel costs.
/** A request is recorded in any case. What a post throws for want of memory comes out of finish(),
 *  when all tasks have been asked. */
template<class Executor>
class basic_cancel_batch {
public:
    explicit basic_cancel_batch(asio::cancellation_type_t types) noexcept
        : types_(static_cast<unsigned>(types)) {}

    basic_cancel_batch(const basic_cancel_batch&) = delete;
    basic_cancel_batch& operator=(const basic_cancel_batch&) = delete;

    void add(ref_ptr<task_base> task) {
        try {
            if (home_ && (&task->home() != home_.get() || tasks_.size() == most))
                flush();
            if (!home_)
                enter(*task);
            if (record(*task))
                tasks_.push_back(std::move(task)); // record() has made room
        } catch (...) {
            // No memory for a post, or for the batch: this one goes alone.
            error_ = std::current_exception();
            cancel_alone(*task);
        }
    }

    void finish() {
        try {
            flush();
        } catch (...) {
            error_ = std::current_exception();
        }
        if (error_)
            std::rethrow_exception(std::exchange(error_, nullptr));
    }

private:
    static constexpr std::size_t most = 64;

    using task_list = std::vector<ref_ptr<late<task_base, Executor>>>;

    struct delivery {
        std::shared_ptr<const task_list> tasks;

        void operator()() const {
            std::exception_ptr error;
            for (const auto& t : *tasks) {
                try {
                    t->emit_recorded();
                } catch (...) {
                    error = std::current_exception();
                }
            }
            if (error)
                std::rethrow_exception(error);
        }
    };

    /// True when the request has to be delivered, and goes with this batch.
    bool record(task_base& task) {
        if (task.record() && !task.done())
            task.note_cancel();
        tasks_.reserve(most); // afterwards nothing of the batch throws
        for (;; enter(task)) {
            {
                const auto held = task.lock();
                const bool fits = tasks_.empty() || !task.executor_ || task.executor_ == executor_;
                if (fits) {
                    if (task.record_cancel(types_) != task_base::request::deliver || !entry_)
                        return false; // nothing to deliver, or nobody to deliver it to
                    if (tasks_.empty())
                        executor_ = task.executor_;
                    return true;
                }
            }
            flush(); // another executor of the same context
        }
    }

    void cancel_alone(task_base& task) noexcept {
        try {
            task.cancel(static_cast<asio::cancellation_type_t>(types_));
        } catch (...) {
            // Recorded all the same; finish() reports the first exception.
        }
    }

    static void deliver_alone(task_base& task) noexcept {
        try {
            task_base::post_delivery<Executor>(task);
        } catch (...) {
            // Recorded all the same, see above.
        }
    }

    void enter(task_base& task) {
        home_ = ref_ptr<context_core>::share(&task.home());
        entry_.enter(*home_);
    }

    void flush() {
        BOOST_ASIO_HANDLER_LOCATION((__FILE__, __LINE__, "cancel"));
        // Only inside the context: a copy of a strand must not outlive it, so that is left last.
        struct leaver {
            basic_cancel_batch& batch;
            ~leaver() {
                batch.entry_.leave();
                batch.home_ = nullptr;
            }
        } const last{*this};
        const Executor executor = std::exchange(executor_, {});
        if (tasks_.empty())
            return;
        std::shared_ptr<const task_list> tasks;
        try {
            tasks = std::make_shared<const task_list>(std::move(tasks_));
            post_to(executor, delivery{tasks});
        } catch (...) {
            // No memory for all of them at once; it may do for each alone.
            for (const auto& t : tasks ? *tasks : std::as_const(tasks_))
                deliver_alone(*t);
            tasks_.clear();
            throw;
        }
        tasks_.clear();
    }

    unsigned types_;
    ref_ptr<context_core> home_;
    context_entry entry_;
    Executor executor_;
    task_list tasks_;
    std::exception_ptr error_;
};

using cancel_batch = basic_cancel_batch<asio::any_io_executor>;

/// Who gets the cancel of a wait for several tasks that passes it on.
struct cancel_tasks {
    std::vector<ref_ptr<task_base>> tasks;

    template<class Batch = cancel_batch>
    void cancel(unsigned types) const {
        Batch batch(static_cast<asio::cancellation_type_t>(types));
        for (const auto& t : tasks)
            batch.add(t);
        batch.finish();
    }
};

} // namespace asio_wait::inline v0::detail
