// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/context_core.hpp>
#include <asio_wait/detail/task_core.hpp>
#include <asio_wait/detail/wait_service.hpp>
#include <asio_wait/detail/watched_executor.hpp>
#include <asio_wait/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/channel_error.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>

namespace asio_wait::inline v0::detail {

/// The codes that mean "ended because it was asked to".
inline bool is_cancellation(const boost::system::error_code& ec) {
    return ec == std::errc::operation_canceled ||
           ec == asio::experimental::error::channel_cancelled;
}

template<class SystemError = boost::system::system_error>
bool is_cancellation(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const SystemError& e) {
        return is_cancellation(e.code());
    } catch (const std::system_error& e) {
        return e.code() == std::errc::operation_canceled;
    } catch (...) {
        return false;
    }
}

/// An exception as a value. Making one takes memory; without it, that is the error, and the completion
/// that carries it is not lost.
template<class Error, class... Args>
std::exception_ptr exception_from(const Args&... args) noexcept {
    try {
        return std::make_exception_ptr(Error(args...));
    } catch (...) {
        return std::current_exception();
    }
}

template<class SystemError = boost::system::system_error>
std::exception_ptr as_exception(const boost::system::error_code& ec) noexcept {
    return exception_from<SystemError>(ec);
}

/// A task's state and its executor. `executor_` is guarded by the task's lock, under which it is copied
/// and moved but never destroyed. What creates and ends tasks is a template, so that a program which
/// only has handles does not compile it; the work on an erased executor is the dearest part.
class task_base : public task_core {
public:
    /// Empty once the task is done.
    asio::any_io_executor get_executor() const {
        const auto held = lock();
        return executor_;
    }

    /// See task::cancel.
    bool cancel(asio::cancellation_type_t types) {
        auto what = request::refused;
        {
            const auto held = lock();
            what = record_cancel(static_cast<unsigned>(types));
        }
        if (what == request::refused)
            return false;
        if (record())
            note_cancel();
        if (what == request::deliver)
            type().deliver(*this);
        return true;
    }

    /// The work ended by itself, with an error or (null) a value that is in place.
    template<class Executor = asio::any_io_executor>
    void complete(std::exception_ptr&& error) {
        auto status = task_status::succeeded;
        if (error)
            status = cancel_requested() && is_cancellation(error) ? task_status::cancelled
                                                                  : task_status::failed;
        finish_with<Executor>(status, std::move(error));
    }

    /// The work was destroyed before its end.
    template<class Executor = asio::any_io_executor>
    void abandon() noexcept {
        mark_observed(); // whoever destroys a context knows it
        try {
            finish_with<Executor>(task_status::failed, as_exception(error::task_abandoned));
        } catch (...) {
            // A wake-up could not be posted for want of memory: its operation has been destroyed.
        }
    }

    using task_core::begin;

protected:
    template<class Executor = asio::any_io_executor>
    task_base(const task_type& type, const spawn_site& site, std::string_view name,
              const Executor& executor)
        : task_core(type, site, name, core_of_executor(executor)), executor_(unmarked(executor)) {}

    ~task_base() = default;

    /// For task_type: posts the delivery, unless the context is being destroyed or the task ends
    /// meanwhile.
    template<class Executor = asio::any_io_executor>
    static void post_delivery(task_core& task) {
        static_cast<task_base&>(task).post_delivery_to<Executor>();
    }

private:
    template<class>
    friend class basic_cancel_batch;

    struct delivery {
        ref_ptr<task_base> task;

        void operator()() const { task->emit_recorded(); }
    };

    template<class Executor>
    void post_delivery_to() {
        BOOST_ASIO_HANDLER_LOCATION((__FILE__, __LINE__, "cancel"));
        const context_entry entry(home());
        if (!entry)
            return;
        // Only inside the context: a copy of a strand must not outlive it.
        const Executor executor = get_executor();
        if (!executor)
            return;
        try {
            post_to(executor, delivery{ref_ptr<task_base>::share(this)});
        } catch (...) {
            delivery_failed();
            throw;
        }
    }

    template<class Executor>
    void finish_with(task_status status, std::exception_ptr&& error) {
        std::optional<Executor> executor; // let go of outside the lock
        wake_queue wakes;
        {
            const auto held = lock();
            finish(status, std::move(error), wakes);
            executor.emplace(std::move(executor_)); // a third of what swap costs
        }
        if (record())
            note_end();
        wakes.run();
    }

    asio::any_io_executor executor_;
};

} // namespace asio_wait::inline v0::detail
