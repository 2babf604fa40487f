// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/task_handle.hpp>
#include <asio_wait/detail/wait_op.hpp>
#include <asio_wait/return_when.hpp>
#include <asio_wait/wait_result.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/system/errc.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <memory>
#include <new>
#include <tuple>
#include <utility>
#include <vector>

namespace asio_wait::inline v0::detail {

/// Waits for a collection of tasks and splits it.
template<class Task>
class task_collection {
public:
    static constexpr bool cancellable_when_over = true;

    task_collection(std::vector<Task> handles, return_when condition) noexcept
        : tasks_(std::move(handles)), condition_(condition) {}

    /// Drops repeats. 0 also when there is an empty handle or no such condition.
    std::size_t prepare() {
        if (condition_ > return_when::all_completed)
            return 0;
        // In order of creation, the usual case, no task can stand there twice.
        std::uint64_t last = 0;
        bool ascending = true;
        for (const Task& t : tasks_) {
            std::uint64_t const id = t.id();
            if (id == 0)
                return 0;
            ascending = ascending && last < id;
            last = id;
        }
        if (!ascending)
            drop_repeats();
        return tasks_.size();
    }

    return_when condition() const noexcept { return condition_; }
    task_base* task(std::size_t i) const noexcept { return handle_access::state(tasks_[i]).get(); }
    static ref_ptr<task_base> target() noexcept { return nullptr; }

    std::tuple<boost::system::error_code, wait_result<Task>> result(
        stop_reason why, const done_list& done, const wait_node* nodes) noexcept {
        boost::system::error_code ec = error_of(why);
        wait_result<Task> split;
        if (why == stop_reason::invalid)
            return {ec, std::move(split)};
        if (done.size() == 0) {
            split.pending = std::move(tasks_);
        } else if (done.size() == tasks_.size() && in_input_order(done)) {
            split.done = std::move(tasks_);
        } else {
            try {
                split.done.reserve(done.size());
            } catch (const std::bad_alloc&) {
                // The tasks run on, and the caller has handles of his own.
                return {make_error_code(boost::system::errc::not_enough_memory), std::move(split)};
            }
            for (const wait_node* n = done.first(); n; n = n->next_done)
                split.done.push_back(std::move(tasks_[static_cast<std::size_t>(n - nodes)]));
            keep_if([nodes](std::size_t i) { return !nodes[i].counted; });
            split.pending = std::move(tasks_);
        }
        return {ec, std::move(split)};
    }

private:
    void drop_repeats() {
        std::size_t const n = tasks_.size();
        const auto cores = std::make_unique<task_core*[]>(n);
        const auto repeats = std::make_unique<bool[]>(n);
        for (std::size_t i = 0; i != n; ++i)
            cores[i] = task(i);
        if (find_repeats(cores.get(), n, repeats.get()))
            keep_if([&repeats](std::size_t i) { return !repeats[i]; });
    }

    template<class Predicate>
    void keep_if(Predicate kept) noexcept {
        std::size_t end = 0;
        for (std::size_t i = 0; i != tasks_.size(); ++i)
            if (kept(i)) {
                if (end != i)
                    tasks_[end] = std::move(tasks_[i]);
                ++end;
            }
        tasks_.erase(tasks_.begin() + static_cast<std::ptrdiff_t>(end), tasks_.end());
    }

    // The nodes lie in input order, so ascending addresses mean input order.
    static bool in_input_order(const done_list& done) noexcept {
        const wait_node* n = done.first();
        while (n->next_done && n < n->next_done)
            n = n->next_done;
        return !n->next_done;
    }

    std::vector<Task> tasks_;
    return_when condition_;
};

/// Tasks as the user gave them, until the operation is initiated.
template<class Task>
struct task_source {
    std::vector<Task> tasks;

    std::vector<Task> take() && { return std::move(tasks); }
};

struct initiate_wait_for_tasks {
    using executor_type = asio::any_io_executor;

    executor_type named;     // empty: that of the task
    ref_ptr<task_base> task; // the first one unfinished at the call

    executor_type get_executor() const noexcept { return named ? named : executor_or_system(task); }

    template<class Handler, class Source, class Timeout>
    void operator()(Handler&& handler, Source source, return_when condition,
                    Timeout timeout) const {
        start_wait(std::forward<Handler>(handler), get_executor(),
                   task_collection(std::move(source).take(), condition), timeout.make_limit());
    }
};

} // namespace asio_wait::inline v0::detail
