// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/call_arguments.hpp>
#include <asio_wait/detail/permit.hpp>
#include <asio_wait/detail/set_op.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <utility>

namespace asio_wait::inline v0 {

/// A counting semaphore for coroutines and other asynchronous code, on any executors.
/** Permits are not owned: whoever has one may have another release it. Waits are served in order of
 *  their start.
 *  @par Thread safety  Every member function from any thread; destroying it must not meet another
 *       call. Waits in flight then end with `operation_aborted`. */
class semaphore {
public:
    /// With so many permits to begin with.
    explicit semaphore(std::size_t permits)
        : places_(detail::set_core::create(detail::keep::results)) {
        places_->limit(permits);
    }

    semaphore(const semaphore&) = delete;
    semaphore& operator=(const semaphore&) = delete;

    /// Waits in flight end with `operation_aborted`.
    ~semaphore() {
        try {
            places_->close();
        } catch (...) {
            // No memory for the wake-up of an operation, which has been destroyed.
        }
    }

    /// Takes a permit if there is one and nobody waits for one.
    bool try_acquire() noexcept { return places_->try_place(); }

    /// Gives permits back, or adds new ones.
    void release(std::size_t permits = 1) { places_->return_places(permits); }

    /// Permits that nobody holds.
    std::size_t available() const noexcept { return places_->free_places(); }

    /// Waits for a permit and takes it.
    /** `async_acquire([timeout], [token])`
     *
     *  @par Requirements   None.
     *  @par Completion     `void(boost::system::error_code)`, when a permit has been taken. In order of
     *       start.
     *  @par Errors         `operation_aborted` when the wait was cancelled or the semaphore destroyed,
     *       `timed_out`; no permit has been taken then.
     *  @par Cancellation   terminal, partial, total. A request before the start has no effect, as
     *       everywhere in Asio; a poll that finds nothing has nothing to cancel.
     *  @par Cancel safety  No permit is lost: one that was on its way goes to the next in line.
     *  @par Executor       Posted to the token's executor; without one of its own the handler runs on
     *       system_executor.
     *  @par Thread safety  Any thread.
     *  @par Lifetimes      The semaphore may be destroyed meanwhile. When the handler's context is
     *       destroyed, so is the handler, uncalled, and its permit goes on.
     *  @par Cost           O(1); one block from the associated allocator.
     *  @par asyncio        `await asyncio.Semaphore.acquire()`.
     *  @par Example        @snippet groups.cpp semaphore */
    template<class... Args>
    requires(!detail::has_token<Args...>()) [[nodiscard]] auto async_acquire(Args&&... args) {
        return acquire(std::forward<Args>(args)...);
    }

    template<class... Args>
    requires(detail::has_token<Args...>()) auto async_acquire(Args&&... args) {
        return acquire(std::forward<Args>(args)...);
    }

private:
    template<class... Args>
    auto acquire(Args&&... args) {
        detail::set_arguments<Args...> c(std::forward<Args>(args)...);
        static_assert(c.no_condition && c.in_order,
                      "asio_wait: the arguments are ([timeout], [token]), in this order");
        return detail::initiate_with<void(boost::system::error_code)>(
            c.token(), detail::initiate_set_wait{places_}, detail::permit(places_), c.timeout());
    }

    detail::ref_ptr<detail::set_core> places_;
};

} // namespace asio_wait::inline v0
