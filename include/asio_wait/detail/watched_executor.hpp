// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/watch.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>

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

/// What a coroutine of the task runs on while it is watched. Only an erased executor can be exchanged.
template<class Ex>
Ex watched(const Ex& ex, const ref_ptr<task_record>& record) {
    if constexpr (std::is_same_v<Ex, asio::any_io_executor>) {
        // That of the task by which it was spawned counts for that one only.
        const auto* const spawner = ex.template target<watched_executor>();
        if (record)
            return watched_executor(spawner ? spawner->inner() : ex, record);
        if (spawner)
            return spawner->inner();
    }
    return ex;
}

} // namespace asio_wait::inline v0::detail
