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
        if (handler_)
            call_(handler_, type);
    }

    /// Meets Asio's CancellationSlot requirements.
    class slot {
    public:
        constexpr slot() noexcept = default;
        constexpr explicit slot(embedded_signal* signal) noexcept : signal_(signal) {}

        constexpr bool is_connected() const noexcept { return signal_ != nullptr; }
        constexpr bool has_handler() const noexcept { return signal_ && signal_->handler_; }
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
    void clear() noexcept {
        if (void* const h = std::exchange(handler_, nullptr))
            destroy_(h);
    }

    template<class H, class... Args>
    H& emplace(Args&&... args) {
        clear();
        H* h = nullptr;
        if constexpr (sizeof(H) <= Size && alignof(H) <= alignof(std::max_align_t)) {
            h = ::new (static_cast<void*>(buffer_)) H(std::forward<Args>(args)...);
            destroy_ = [](void* p) noexcept { std::destroy_at(static_cast<H*>(p)); };
        } else {
            h = new H(std::forward<Args>(args)...);
            destroy_ = [](void* p) noexcept { delete static_cast<H*>(p); };
        }
        call_ = [](void* p, asio::cancellation_type_t type) { (*static_cast<H*>(p))(type); };
        handler_ = h;
        return *h;
    }

    void* handler_ = nullptr;
    void (*call_)(void*, asio::cancellation_type_t) = nullptr;
    void (*destroy_)(void*) noexcept = nullptr;
    alignas(std::max_align_t) std::byte buffer_[Size];
};

} // namespace asio_wait::inline v0::detail
