// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/ref_ptr.hpp>
#include <asio_wait/detail/task_base.hpp>

#include <boost/asio/cancellation_type.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace asio_wait::inline v0::detail {

/// What an initiation has started: asked to end unless the initiation comes to its end, because nobody
/// would have a handle.
template<class Task>
class basic_start_guard {
public:
    explicit basic_start_guard(std::size_t count) {
        if (count > 1)
            more_.reserve(count - 1);
    }

    basic_start_guard(const basic_start_guard&) = delete;
    basic_start_guard& operator=(const basic_start_guard&) = delete;

    ~basic_start_guard() {
        cancel(first_);
        for (const auto& t : more_)
            cancel(t);
    }

    /// As many as announced.
    void add(const ref_ptr<Task>& t) noexcept {
        if (first_)
            more_.push_back(t);
        else
            first_ = t;
    }

    void dismiss() noexcept {
        first_ = nullptr;
        more_.clear();
    }

private:
    static void cancel(const ref_ptr<Task>& t) noexcept {
        try {
            if (t)
                t->cancel(asio::cancellation_type::terminal);
        } catch (...) {
            // Recorded: work that has not begun does not begin.
        }
    }

    ref_ptr<Task> first_;
    std::vector<ref_ptr<Task>> more_;
};

using start_guard = basic_start_guard<task_base>;

/// The tasks of a call; those that are started for it are guarded.
template<class Source>
auto take_tasks(Source&& source, start_guard& started) {
    if constexpr (requires { std::forward<Source>(source).take(started); })
        return std::forward<Source>(source).take(started);
    else
        return std::forward<Source>(source).take();
}

/// How many of them are started.
template<class Source>
std::size_t started_by(const Source& source) noexcept {
    if constexpr (requires { source.size(); })
        return source.size();
    else
        return 0;
}

} // namespace asio_wait::inline v0::detail
