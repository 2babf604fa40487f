// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>

#include <boost/asio/cancellation_type.hpp>

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace asio_wait::inline v0::detail {

namespace asio = boost::asio;

/// A cancellation signal that keeps its one handler inside itself, where Asio's own takes a block
/// from the heap. Like that one it is used by one thread at a time.
template<std::size_t Size>
class embedded_signal {
public:
    embedded_signal() noexcept = default;
    embedded_signal(const embedded_signal&) = delete;
    embedded_signal& operator=(const embedded_signal&) = delete;
    ~embedded_signal() { clear(); }

    void emit(asio::cancellation_type_t type) {
        if (manage_)
            manage_(buffer_, action::call, type);
    }

    /// Meets Asio's CancellationSlot requirements.
    class slot {
    public:
        constexpr slot() noexcept = default;
        constexpr explicit slot(embedded_signal* signal) noexcept : signal_(signal) {}

        constexpr bool is_connected() const noexcept { return signal_ != nullptr; }
        constexpr bool has_handler() const noexcept { return signal_ && signal_->manage_; }
        void clear() {
            if (signal_)
                signal_->clear();
        }

        template<class CancellationHandler, class... Args>
        CancellationHandler& emplace(Args&&... args) {
            return signal_->template emplace<CancellationHandler>(std::forward<Args>(args)...);
        }

        template<class CancellationHandler>
        std::decay_t<CancellationHandler>& assign(CancellationHandler&& handler) {
            return emplace<std::decay_t<CancellationHandler>>(
                std::forward<CancellationHandler>(handler));
        }

        friend constexpr bool operator==(const slot&, const slot&) noexcept = default;

    private:
        embedded_signal* signal_ = nullptr;
    };

private:
    enum class action { call, destroy };

    void clear() noexcept {
        if (const auto manage = std::exchange(manage_, nullptr))
            manage(buffer_, action::destroy, asio::cancellation_type::none);
    }

    // A handler that does not fit lies on the heap, and the buffer holds its address.
    template<class H>
    static constexpr bool fits = sizeof(H) <= Size && alignof(H) <= alignof(void*);

    template<class H>
    static H* handler_in(std::byte* buffer) noexcept {
        if constexpr (fits<H>)
            return std::launder(reinterpret_cast<H*>(buffer));
        else
            return *std::launder(reinterpret_cast<H**>(buffer));
    }

    template<class H, class... Args>
    H& emplace(Args&&... args) {
        clear();
        H* h = nullptr;
        if constexpr (fits<H>)
            h = ::new (static_cast<void*>(buffer_)) H(std::forward<Args>(args)...);
        else
            ::new (static_cast<void*>(buffer_)) H*(h = new H(std::forward<Args>(args)...));
        // One function for both: the state of every task has room for this pointer.
        manage_ = [](std::byte* buffer, action what, asio::cancellation_type_t type) {
            H* const handler = handler_in<H>(buffer);
            if (what == action::call)
                (*handler)(type);
            else if constexpr (fits<H>)
                std::destroy_at(handler);
            else
                delete handler;
        };
        return *h;
    }

    static_assert(Size >= sizeof(void*));

    void (*manage_)(std::byte*, action, asio::cancellation_type_t) = nullptr;
    alignas(void*) std::byte buffer_[Size];
};

} // namespace asio_wait::inline v0::detail
