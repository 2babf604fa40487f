// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/watch.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/execution.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>
#include <boost/asio/system_executor.hpp>

#include <type_traits>
#include <utility>

namespace asio_wait::inline v0::detail {

namespace asio = boost::asio;

/// The executor of a watched task: everything that runs on it is a resumption of the task.
/** This is how a wait knows whose it is: a coroutine starts it from inside its own resumption, on
 *  whatever thread. Otherwise it is the executor inside, with all its properties; copies that outlive the
 *  task go on as that. */
class watched_executor {
public:
    watched_executor(asio::any_io_executor inner, ref_ptr<task_record> record) noexcept
        : inner_(std::move(inner)), record_(std::move(record)) {}

    const asio::any_io_executor& inner() const noexcept { return inner_; }
    const task_record* record() const noexcept { return record_.get(); }

    template<class F>
    void execute(F&& f) const {
        inner_.execute(
            [function = std::decay_t<F>(std::forward<F>(f)), record = record_]() mutable {
                const resumption now(*record);
                std::move(function)();
            });
    }

    template<class Property>
    decltype(auto) query(const Property& p) const
        requires(asio::can_query_v<const asio::any_io_executor&, Property>) {
        return asio::query(inner_, p);
    }

    template<class Property>
    watched_executor require(const Property& p) const
        requires(asio::can_require_v<const asio::any_io_executor&, Property>) {
        return {asio::require(inner_, p), record_};
    }

    template<class Property>
    watched_executor prefer(const Property& p) const
        requires(asio::can_prefer_v<const asio::any_io_executor&, Property>) {
        return {asio::prefer(inner_, p), record_};
    }

    friend bool operator==(const watched_executor& a, const watched_executor& b) noexcept {
        return a.inner_ == b.inner_ && a.record_.get() == b.record_.get();
    }
    friend bool operator!=(const watched_executor& a, const watched_executor& b) noexcept {
        return !(a == b);
    }

private:
    asio::any_io_executor inner_;
    ref_ptr<task_record> record_;
};

/// Without the mark of the task it comes from, which counts for that task only.
inline asio::any_io_executor unmarked(const asio::any_io_executor& ex) {
    if (ever_watched())
        if (const auto* const marked = ex.target<watched_executor>())
            return marked->inner();
    return ex;
}

/// What a coroutine of the task runs on while it is watched. Only an erased executor can be exchanged.
template<class Ex>
Ex watched(const Ex& ex, const ref_ptr<task_record>& record) {
    if constexpr (std::is_same_v<Ex, asio::any_io_executor>) {
        if (record)
            return watched_executor(unmarked(ex), record);
        return unmarked(ex);
    } else {
        return ex;
    }
}

/// The task whose coroutine waits with this handler; null for callbacks, whoever starts them.
template<class Handler>
task_record* owner_of(const Handler& handler) {
    using executor = asio::associated_executor_t<Handler, asio::system_executor>;
    if constexpr (std::is_same_v<executor, asio::any_io_executor>) {
        const executor ex = asio::get_associated_executor(handler, asio::system_executor());
        const auto* const marked = ex.template target<watched_executor>();
        if (marked && marked->record() == current_task())
            return current_task();
    }
    return nullptr;
}

} // namespace asio_wait::inline v0::detail
