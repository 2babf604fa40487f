// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/executor_traits.hpp>
#include <asio_wait/detail/task_base.hpp>
#include <asio_wait/detail/wait_core.hpp>
#include <asio_wait/detail/wait_service.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/recycling_allocator.hpp>
#include <boost/asio/version.hpp>
#include <boost/system/error_code.hpp>

#if BOOST_ASIO_VERSION >= 102800
#include <boost/asio/associated_immediate_executor.hpp>
#endif

#include <cstddef>
#include <memory>
#include <new>
#include <tuple>
#include <type_traits>
#include <utility>

namespace asio_wait::inline v0::detail {

/// The wait's own cancellation, in the slot of its handler.
/** The emitter may be any thread the user chose, so it claims and posts; it never completes the
 *  wait, for the resumed coroutine would destroy this very handler. async_join has a `target`: its
 *  requests go to the task instead. */
class wait_cancellation {
public:
    wait_cancellation(ref_ptr<wait_core> core, ref_ptr<task_base> target) noexcept
        : core_(std::move(core)), target_(std::move(target)) {
        core_->slot_installed = true;
    }

    wait_cancellation(const wait_cancellation&) = delete;
    wait_cancellation& operator=(const wait_cancellation&) = delete;

    // The signal is gone, or belongs to another operation by now.
    ~wait_cancellation() { core_->slot_installed = false; }

    void operator()(asio::cancellation_type_t type) {
        if (type == asio::cancellation_type::none)
            return;
        // Copies: a post into a dying context may destroy the handler, its slot, and this.
        if (const auto target = target_)
            target->cancel(type);
        else if (const auto core = core_)
            core->stop(stop_reason::cancelled);
    }

private:
    ref_ptr<wait_core> core_;
    ref_ptr<task_base> target_;
};

/// One wait of one handler: the part that knows types. All Asio code of a wait is here.
/** `Payload` says what is waited for and makes the handler's arguments:
 *      std::size_t prepare();                       how many tasks, 0: nothing to wait for
 *      return_when condition() const;
 *      task_base* task(std::size_t) const;
 *      ref_ptr<task_base> target() const;           who gets a cancel instead of the wait, or null
 *      auto result(stop_reason, const done_list&, const wait_node*);      a tuple
 *      static constexpr bool cancellable_when_over; does a cancel still count when there was nothing
 *                                                   to wait for? asyncio's wait suspends then, its
 *                                                   await does not
 *
 *  The operation and its nodes are one block from the handler's associated allocator. They are
 *  freed before the handler is called; what may be reached later is in wait_core. Members are
 *  touched by the initiating function until wait_core::start(), afterwards by whoever owns the
 *  operation. */
template<class Handler, class Payload, class Limit>
class wait_op : private pending_op {
public:
    template<class H>
    static void initiate(H&& handler, const asio::any_io_executor& io, Payload payload,
                         Limit limit) {
        auto slot = asio::get_associated_cancellation_slot(handler);
        const std::size_t count = payload.prepare();
        owner op(create(std::forward<H>(handler), io, std::move(payload), std::move(limit), count));
        const ref_ptr<wait_core> core = op->core_;
        const auto listen = [&] {
            if (slot.is_connected())
                slot.template emplace<wait_cancellation>(core, op->payload_.target());
        };
        if constexpr (Payload::cancellable_when_over)
            listen();
        if (count == 0)
            core->stop(stop_reason::invalid);
        else if (op->limit_.expired())
            core->stop(stop_reason::limit);
        core->attach(op->nodes(), count);
        if (core->over_already())
            return post_from_initiation(std::move(op));
        if constexpr (!Payload::cancellable_when_over)
            listen();
        if constexpr (std::is_convertible_v<executor_type, asio::any_io_executor>)
            op->limit_.arm(core, asio::any_io_executor(op->executor_));
        else
            op->limit_.arm(core, io);
        wait_op* const self = op.release();
        if (!core->start())
            destroy_op(self);
    }

private:
    using executor_type = asio::associated_executor_t<Handler, asio::any_io_executor>;
    using allocator_type = asio::associated_allocator_t<Handler, asio::recycling_allocator<void>>;

    struct alignas(std::max_align_t) unit {
        std::byte bytes[alignof(std::max_align_t)];
    };

    using unit_allocator =
        typename std::allocator_traits<allocator_type>::template rebind_alloc<unit>;

    // Kept only to post through when the handler's own executor cannot: an operation must not hold
    // on to another context than the one that destroys it.
    struct not_kept {
        explicit not_kept(const asio::any_io_executor&) noexcept {}
    };
    using io_type = std::conditional_t<can_post_to<executor_type>, not_kept, asio::any_io_executor>;

    struct deleter {
        void operator()(wait_op* op) const noexcept { destroy_op(op); }
    };

    using owner = std::unique_ptr<wait_op, deleter>;

    /// What is posted; destroyed without a call, it takes the handler along.
    class delivery {
    public:
        explicit delivery(owner op)
            : allocator_(
                  asio::get_associated_allocator(op->handler_, asio::recycling_allocator<void>())),
              op_(std::move(op)) {}

        using allocator_type = wait_op::allocator_type;
        allocator_type get_allocator() const noexcept { return allocator_; }

        void operator()() { op_.release()->deliver(); }

    private:
        allocator_type allocator_;
        owner op_;
    };

    wait_op(Handler&& handler, const asio::any_io_executor& io, Payload&& payload, Limit&& limit,
            std::size_t count)
        : handler_(std::move(handler)), io_(io),
          executor_(asio::get_associated_executor(handler_, io)), work_(executor_),
          payload_(std::move(payload)), limit_(std::move(limit)), count_(count) {
        this->post = &post_op;
        this->destroy = &destroy_op;
        ref_ptr<context_core> context = known_core_of(executor_);
        if (!context)
            context = core_of_executor(io);
        core_ = wait_core::create(payload_.condition(), count, std::move(context), this);
        for (std::size_t i = 0; i != count; ++i)
            (::new (static_cast<void*>(nodes() + i)) wait_node)->task = payload_.task(i);
    }

    static std::size_t units(std::size_t count) noexcept {
        static_assert(sizeof(wait_op) % alignof(wait_node) == 0);
        static_assert(alignof(wait_op) <= alignof(unit));
        return (sizeof(wait_op) + count * sizeof(wait_node) + sizeof(unit) - 1) / sizeof(unit);
    }

    template<class H, class... Args>
    static wait_op* create(H&& h, const asio::any_io_executor& io, Payload&& payload, Limit&& limit,
                           std::size_t count) {
        Handler handler(std::forward<H>(h));
        unit_allocator allocator(
            asio::get_associated_allocator(handler, asio::recycling_allocator<void>()));
        unit* const block =
            std::allocator_traits<unit_allocator>::allocate(allocator, units(count));
        try {
            return ::new (static_cast<void*>(block))
                wait_op(std::move(handler), io, std::move(payload), std::move(limit), count);
        } catch (...) {
            std::allocator_traits<unit_allocator>::deallocate(allocator, block, units(count));
            throw;
        }
    }

    wait_node* nodes() noexcept { return reinterpret_cast<wait_node*>(this + 1); }

    /// Frees everything but the handler, which the caller gets.
    static Handler dismantle(wait_op* op) {
        Handler handler(std::move(op->handler_));
        unit_allocator allocator(
            asio::get_associated_allocator(handler, asio::recycling_allocator<void>()));
        std::size_t const size = units(op->count_);
        op->~wait_op();
        std::allocator_traits<unit_allocator>::deallocate(allocator, reinterpret_cast<unit*>(op),
                                                          size);
        return handler;
    }

    static void post_op(pending_op* base) {
        owner op(static_cast<wait_op*>(base));
        // Copies: the operation may be delivered on another thread before post() returns.
        if constexpr (can_post_to<executor_type>) {
            const auto executor = op->work_.get();
            asio::post(executor, delivery(std::move(op)));
        } else {
            asio::any_io_executor const io = op->io_;
            const executor_type executor = op->executor_;
            asio::post(io, asio::bind_executor(executor, delivery(std::move(op))));
        }
    }

    /// The wait was over before it began, and nobody else knows the operation.
    static void post_from_initiation(owner op) {
#if BOOST_ASIO_VERSION >= 102800
        if constexpr (can_post_to<executor_type>) {
            // Unless the user bound an executor for this case, the same as a post.
            const auto executor =
                asio::get_associated_immediate_executor(op->handler_, op->executor_);
            asio::dispatch(executor, delivery(std::move(op)));
            return;
        }
#endif
        post_op(op.release());
    }

    /// On the handler's executor.
    void deliver() {
        owner self(this);
        limit_.disarm();
        if (core_->slot_installed)
            asio::get_associated_cancellation_slot(handler_).clear();
        done_list done;
        const stop_reason why = core_->close(nodes(), count_, done);
        auto arguments = payload_.result(why, done, nodes());
        Handler handler = dismantle(self.release());
        std::apply([&](auto&... a) { std::move(handler)(std::move(a)...); }, arguments);
    }

    static void destroy_op(pending_op* base) noexcept {
        auto* const op = static_cast<wait_op*>(base);
        op->limit_.disarm();
        done_list done;
        op->core_->close(op->nodes(), op->count_, done);
        [[maybe_unused]] const Handler dropped = dismantle(op); // destroyed with all else gone
    }

    Handler handler_;
    [[no_unique_address]] io_type io_;
    executor_type executor_;
    tracked_executor<executor_type> work_;
    Payload payload_;
    Limit limit_;
    std::size_t count_;
    ref_ptr<wait_core> core_;
};

/// Starts a wait; the last step of every initiation.
template<class Handler, class Payload, class Limit>
void start_wait(Handler&& handler, const asio::any_io_executor& io, Payload payload, Limit limit) {
    wait_op<std::decay_t<Handler>, Payload, Limit>::initiate(std::forward<Handler>(handler), io,
                                                             std::move(payload), std::move(limit));
}

/// The error code a stopped wait reports; a limit is none.
inline boost::system::error_code error_of(stop_reason why) noexcept {
    switch (why) {
    case stop_reason::cancelled:
        return asio::error::operation_aborted;
    case stop_reason::invalid:
        return asio::error::invalid_argument;
    default:
        return {};
    }
}

} // namespace asio_wait::inline v0::detail
