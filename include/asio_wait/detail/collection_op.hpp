// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/condition.hpp>
#include <asio_wait/config.hpp>
#include <asio_wait/detail/start_guard.hpp>
#include <asio_wait/detail/start_wait.hpp>
#include <asio_wait/detail/task_handle.hpp>
#include <asio_wait/wait_result.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/system/errc.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <new>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace asio_wait::inline v0::detail {

/// How a wait says what went wrong: a code, unless a predicate of the user's may throw anything.
template<class Condition>
struct wait_error {
    using type = boost::system::error_code;
    static type make(boost::system::error_code ec) noexcept { return ec; }
};

template<class Predicate>
struct wait_error<until_condition<Predicate>> {
    using type = std::exception_ptr;
    static type make(boost::system::error_code ec) {
        return ec ? as_exception(ec) : std::exception_ptr();
    }
};

template<class Condition>
using wait_error_t = typename wait_error<Condition>::type;

/// The condition a wait's core works with; a predicate is asked about every task that ends.
constexpr wait_condition core_condition(const wait_condition& c) noexcept {
    return c;
}
template<class Predicate>
constexpr wait_condition core_condition(const until_condition<Predicate>&) noexcept {
    return {any_outcome};
}

/// Waits for a collection of tasks and splits it.
template<class Task, class Condition>
class task_collection : public plain_wait {
public:
    static constexpr const char* what = "wait_for_tasks";
    static constexpr bool cancellable_when_over = true;

    task_collection(std::vector<Task> handles, Condition condition) noexcept
        : tasks_(std::move(handles)), condition_(std::move(condition)) {}

    /// Drops repeats. 0 also when there is an empty handle or no such condition.
    std::size_t prepare() {
        if (!core_condition(condition_).valid)
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

    /// prepare() found nothing to wait for.
    stop_reason objection() const noexcept { return objection_; }

    ref_ptr<wait_core> make_core(wait_node* nodes, std::size_t count, ref_ptr<context_core> context,
                                 pending_op* op) {
        for (std::size_t i = 0; i != count; ++i)
            nodes[i].task = task(i);
        objection_ = count == 0 ? stop_reason::invalid : stop_reason::none;
        nodes_ = nodes;
        return wait_core::create(core_condition(condition_), count, std::move(context), op);
    }

    bool content(wait_core& core) {
        if constexpr (is_until<Condition>) {
            try {
                while (const wait_node* const n = core.next_done(last_)) {
                    last_ = n;
                    ++seen_;
                    if (condition_.predicate(std::as_const(tasks_[index(n)])))
                        return true;
                }
            } catch (...) {
                error_ = std::current_exception();
                return true;
            }
            return !core.may_go_on();
        }
        return true;
    }

    std::size_t seen() const noexcept { return seen_; }

    std::tuple<wait_error_t<Condition>, wait_result<Task>> result(wait_core& core, wait_node* nodes,
                                                                  std::size_t count) noexcept {
        using error = wait_error<Condition>;
        done_list done;
        const stop_reason why = core.close(nodes, count, done);
        auto ec = error::make(error_of(why));
        if (error_)
            ec = as_error(std::move(error_), ec);
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
                return {error::make(make_error_code(boost::system::errc::not_enough_memory)),
                        std::move(split)};
            }
            for (const wait_node* n = done.first(); n; n = n->next_done)
                split.done.push_back(std::move(tasks_[index(n)]));
            keep_if([nodes](std::size_t i) { return !nodes[i].counted; });
            split.pending = std::move(tasks_);
        }
        return {ec, std::move(split)};
    }

private:
    void drop_repeats() {
        // Dependent, so that the arrays are compiled only where repeats are looked for.
        using pointer = std::conditional_t<handle<Task>, task_core*, void>;
        using flag = std::conditional_t<handle<Task>, bool, void>;
        std::size_t const n = tasks_.size();
        const auto cores = std::make_unique<pointer[]>(n);
        const auto repeats = std::make_unique<flag[]>(n);
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

    task_base* task(std::size_t i) const noexcept { return handle_access::state(tasks_[i]).get(); }
    std::size_t index(const wait_node* n) const noexcept {
        return static_cast<std::size_t>(n - nodes_);
    }

    static std::exception_ptr as_error(std::exception_ptr thrown, const std::exception_ptr&) {
        return thrown;
    }
    static boost::system::error_code as_error(const std::exception_ptr&,
                                              boost::system::error_code ec) {
        return ec; // no predicate, nothing thrown
    }

    std::vector<Task> tasks_;
    Condition condition_;
    stop_reason objection_ = stop_reason::none;
    const wait_node* nodes_ = nullptr;
    const wait_node* last_ = nullptr; // the predicate has been asked up to here
    std::size_t seen_ = 0;
    std::exception_ptr error_;
};

/// Tasks as the user gave them, until the operation is initiated.
template<class Task>
struct task_source {
    using task_type = Task;

    std::vector<Task> tasks;

    std::vector<Task> take() && { return std::move(tasks); }
};

struct initiate_wait_for_tasks {
    using executor_type = asio::any_io_executor;

    executor_type named;     // empty: that of the task
    ref_ptr<task_base> task; // the first one unfinished at the call

    template<class Executor = executor_type>
    Executor get_executor() const noexcept {
        return named ? named : executor_or_system<Executor>(task);
    }

    template<class Handler, class Source, class Condition, class Timeout>
    void operator()(Handler&& handler, Source source, Condition condition, Timeout timeout) const {
        start_guard started(started_by(source));
        start_wait(std::forward<Handler>(handler), *this,
                   task_collection(take_tasks(std::move(source), started), std::move(condition)),
                   timeout.make_limit());
        started.dismiss();
    }
};

} // namespace asio_wait::inline v0::detail
