// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace asio_wait::inline v0::detail {

/// A count of owners inside the object itself.
class ref_count {
public:
    // relaxed: whoever adds an owner already is one, so nothing has to be made visible.
    void add() noexcept { count_.fetch_add(1, std::memory_order_relaxed); }

    // acq_rel: release publishes this owner's writes, acquire lets the last one see all of them
    // before it destroys. True when the caller was the last owner. An only owner need not count:
    // nobody else can add one; acquire for the same reason.
    bool drop() noexcept {
        return count_.load(std::memory_order_acquire) == 1 ||
               count_.fetch_sub(1, std::memory_order_acq_rel) == 1;
    }

private:
    std::atomic<std::uint32_t> count_{1};
};

/// A counted pointer to a T with `add_ref()` and `release()`.
template<class T>
class ref_ptr {
public:
    ref_ptr() noexcept = default;
    ref_ptr(std::nullptr_t) noexcept {}

    /// Takes over one reference the caller owns.
    static ref_ptr adopt(T* p) noexcept {
        ref_ptr r;
        r.p_ = p;
        return r;
    }

    /// Adds a reference of its own.
    static ref_ptr share(T* p) noexcept {
        if (p)
            p->add_ref();
        return adopt(p);
    }

    ref_ptr(const ref_ptr& other) noexcept : p_(other.p_) {
        if (p_)
            p_->add_ref();
    }

    ref_ptr(ref_ptr&& other) noexcept : p_(std::exchange(other.p_, nullptr)) {}

    template<class U>
    requires std::is_convertible_v<U*, T*> ref_ptr(ref_ptr<U> other)
    noexcept : p_(other.detach()) {}

    ref_ptr& operator=(ref_ptr other) noexcept {
        std::swap(p_, other.p_);
        return *this;
    }

    ~ref_ptr() {
        if (p_)
            p_->release();
    }

    T* get() const noexcept { return p_; }
    T* operator->() const noexcept { return p_; }
    T& operator*() const noexcept { return *p_; }
    explicit operator bool() const noexcept { return p_ != nullptr; }

    /// Gives the reference to the caller.
    T* detach() noexcept { return std::exchange(p_, nullptr); }

private:
    T* p_ = nullptr;
};

} // namespace asio_wait::inline v0::detail
