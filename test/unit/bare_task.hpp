// SPDX-License-Identifier: BSL-1.0
#pragma once

// A task without coroutine, executor or value: the core alone, driven by hand.

#include <asio_wait/detail/context_core.hpp>
#include <asio_wait/detail/ref_ptr.hpp>
#include <asio_wait/detail/task_core.hpp>

#include <exception>
#include <functional>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

namespace unit {

using namespace asio_wait::detail;

class bare_task final : public task_core {
public:
    using task_core::begin;
    using task_core::delivery_failed;
    using task_core::record_cancel;
    using task_core::request;

    inline static int live = 0;

    explicit bare_task(std::string_view name = {}, const spawn_site& site = {})
        : task_core(type_, site, name, ref_ptr<context_core>::share(&context_core::none())) {
        ++live;
    }

    bool link(completion_hook& h, hook_target& target) noexcept {
        const auto held = lock();
        return add_hook(h, target);
    }

    void unlink(completion_hook& h) noexcept {
        const auto held = lock();
        remove_hook(h);
    }

    /// As the types above do it: finish under the lock, wake after it.
    void end(task_status status = task_status::succeeded, std::exception_ptr error = nullptr) {
        wake_queue wakes;
        {
            const auto held = lock();
            finish(status, std::move(error), wakes);
        }
        wakes.run();
    }

    /// Ends once something has happened elsewhere, with nobody else at its hooks until then.
    template<class Ready>
    void end_when(Ready ready, task_status status, std::exception_ptr error = nullptr) {
        wake_queue wakes;
        {
            const auto held = lock();
            while (!ready())
                std::this_thread::yield();
            finish(status, std::move(error), wakes);
        }
        wakes.run();
    }

    void fail() { end(task_status::failed, std::make_exception_ptr(std::runtime_error("unit"))); }

    /// What a delivery emits.
    unsigned take_delivery() {
        emitted_ = 0;
        emit_recorded();
        return emitted_;
    }

    /// What it does when it is asked to end.
    std::function<void()> passes_on;

    request ask(unsigned types) {
        const auto held = lock();
        return record_cancel(types);
    }

private:
    ~bare_task() { --live; }

    static void destroy_task(task_core* t) noexcept { delete static_cast<bare_task*>(t); }
    static void emit(task_core& t, unsigned types) {
        auto& self = static_cast<bare_task&>(t);
        self.emitted_ = types;
        if (self.passes_on)
            self.passes_on();
    }

    unsigned emitted_ = 0;

    static constexpr task_type type_{&destroy_task, &emit, &type_tag_of<int>, nullptr};
};

using bare_ptr = ref_ptr<bare_task>;

inline bare_ptr make_task(std::string_view name = {}) {
    return bare_ptr::adopt(new bare_task(name));
}

/// An operation that only counts what becomes of it.
struct bare_op : pending_op {
    int posted = 0;
    int destroyed = 0;

    bare_op() {
        post = [](pending_op* op) { ++static_cast<bare_op*>(op)->posted; };
        destroy = [](pending_op* op) noexcept { ++static_cast<bare_op*>(op)->destroyed; };
    }
};

} // namespace unit
