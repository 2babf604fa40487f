// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/executor_traits.hpp>
#include <asio_wait/detail/inline_executor.hpp>
#include <asio_wait/detail/wait_anchor.hpp>
#include <asio_wait/detail/wait_core.hpp>
#include <asio_wait/detail/wait_service.hpp>
#include <asio_wait/detail/watch.hpp>
#include <asio_wait/detail/watched_executor.hpp>

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
 *  wait, for the resumed coroutine would destroy this very handler. */
class wait_cancellation {
public:
    explicit wait_cancellation(ref_ptr<wait_anchor> core) noexcept : core_(std::move(core)) {
        core_->slot_installed = true;
    }

    wait_cancellation(const wait_cancellation&) = delete;
    wait_cancellation& operator=(const wait_cancellation&) = delete;

    // The signal is gone, or belongs to another operation by now.
    ~wait_cancellation() { core_->slot_installed = false; }

    void operator()(asio::cancellation_type_t type) {
        if (type == asio::cancellation_type::none)
            return;
        // A copy: a post into a dying context may destroy the handler, its slot, and this.
        const auto core = core_;
        core->stop(stop_reason::cancelled, static_cast<unsigned>(type));
    }

private:
    ref_ptr<wait_anchor> core_;
};

// A handler with an executor of its own needs no other, as long as that one has a context and can be
// posted to; asking a task for its executor is then saved.
template<class Handler>
constexpr bool needs_io_executor() {
    using own = asio::associated_executor_t<Handler, inline_executor>;
    if constexpr (std::is_same_v<own, inline_executor> || !can_post_to<own>)
        return true;
    else
        return !has_context<own> || !std::is_convertible_v<own, asio::any_io_executor>;
}

/// The I/O executor of an operation, from its initiation; empty when nobody will look at it.
template<class Handler, class Initiation>
asio::any_io_executor io_executor(const Initiation& initiation) {
    if constexpr (std::is_same_v<Initiation, asio::any_io_executor>)
        return initiation;
    else if constexpr (needs_io_executor<Handler>())
        return initiation.get_executor();
    else
        return {};
}

/// What introspection calls a wait: `static constexpr const char* what` of its payload.
template<class Payload>
inline constexpr const char* what_of = "wait";
template<class Payload>
requires requires {
    Payload::what;
}
inline constexpr const char* what_of<Payload> = Payload::what;

template<class Limit>
bool is_limited(const Limit& limit) noexcept {
    if constexpr (requires { limit.deadline().has_value(); })
        return limit.deadline().has_value();
    else
        return !requires {
            Limit::unlimited;
        };
}

inline constexpr auto terminal_only = static_cast<unsigned>(asio::cancellation_type::terminal);

/// One wait of one handler: the part that knows types. All Asio code of a wait is here.
/** `Payload` says what is waited for and makes the handler's arguments:
 *      std::size_t prepare();                       how many nodes it wants in the block
 *      ref_ptr<core_type> make_core(wait_node*, std::size_t, ref_ptr<context_core>, pending_op*);
 *      stop_reason objection() const;               why not to wait at all, usually none
 *      bool content(core_type&);                    woken: is it over, or to go on?
 *      std::size_t seen() const;                    how far content() looked
 *      auto result(core_type&, wait_node*, std::size_t);   closes the wait; a tuple
 *      static constexpr bool cancellable_when_over; does a cancel still count when there was nothing
 *                                                   to wait for? asyncio's wait suspends then, its
 *                                                   await does not
 *  Its core_type is a wait_core, or has the same functions.
 *
 *  The operation and its nodes are one block from the handler's associated allocator. They are
 *  freed before the handler is called; what may be reached later is in the core. Members are
 *  touched by the initiating function until start(), afterwards by whoever owns the operation. */
template<class Handler, class Payload, class Limit>
class wait_op : private pending_op {
public:
    template<class H, class Io>
    static void initiate(H&& handler, const Io& io, Payload&& payload, Limit&& limit) {
        BOOST_ASIO_HANDLER_LOCATION((__FILE__, __LINE__, what_of<Payload>));
        auto slot = asio::get_associated_cancellation_slot(handler);
        const std::size_t count = payload.prepare();
        owner op(create(std::forward<H>(handler), io, std::move(payload), std::move(limit), count));
        const ref_ptr<core_type> core = op->core_;
        if (watching())
            core->watch(op->watched_,
                        {what_of<Payload>, is_limited(op->limit_), false, owner_of(op->handler_)},
                        op->nodes(), count);
        const auto listen = [&] {
            if (slot.is_connected())
                slot.template emplace<wait_cancellation>(core);
        };
        if constexpr (Payload::cancellable_when_over)
            listen();
        bool may_be_over = core->attach(op->nodes(), count);
        if (const stop_reason why = op->payload_.objection(); why != stop_reason::none) {
            core->stop(why, 0);
            may_be_over = true;
        }
        // A wait that joins its tasks goes on, but needs no timer any more.
        const bool polled = op->limit_.expired();
        if (polled) {
            core->stop(stop_reason::limit, terminal_only);
            may_be_over = true;
        }
        if (may_be_over && core->over_already())
            return post_from_initiation(std::move(op));
        if constexpr (!Payload::cancellable_when_over)
            listen();
        if (!polled)
            op->limit_.arm(core, timer_place{*op});
        wait_op* const self = op.release();
        if (!core->start())
            destroy_op(self);
    }

private:
    using core_type = typename Payload::core_type;
    // One that a handler has of its own does not depend on the default.
    using executor_type = asio::associated_executor_t<
        Handler,
        std::conditional_t<needs_io_executor<Handler>(), asio::any_io_executor, inline_executor>>;
    using allocator_type = asio::associated_allocator_t<Handler, asio::recycling_allocator<void>>;

    struct alignas(std::max_align_t) unit {
        std::byte bytes[alignof(std::max_align_t)];
    };

    using unit_allocator =
        typename std::allocator_traits<allocator_type>::template rebind_alloc<unit>;

    // Kept only when the handler's own executor cannot do it all: an operation must not hold on to
    // another context than the one that destroys it.
    static constexpr bool keeps_io = needs_io_executor<Handler>();
    struct not_kept {
        explicit not_kept(asio::any_io_executor&&) noexcept {}
    };
    using io_type = std::conditional_t<keeps_io, asio::any_io_executor, not_kept>;

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

    template<class H, class Io>
    wait_op(H&& handler, const Io& io, Payload&& payload, Limit&& limit, std::size_t count)
        : handler_(std::forward<H>(handler)), io_(io_executor<Handler>(io)), work_(executor()),
          payload_(std::move(payload)), limit_(std::move(limit)), count_(count) {
        this->post = &post_op;
        this->destroy = &destroy_op;
        ref_ptr<context_core> context = known_core_of(work_.get());
        if constexpr (keeps_io)
            if (!context)
                context = core_of_executor(io_);
        for (std::size_t i = 0; i != count; ++i)
            ::new (static_cast<void*>(nodes() + i)) wait_node;
        core_ = payload_.make_core(nodes(), count, std::move(context), this);
    }

    /// Asked from the handler each time: a copy of the one that tracks work would count that, too.
    executor_type executor() const noexcept {
        if constexpr (keeps_io)
            return asio::get_associated_executor(handler_, io_);
        else
            return asio::get_associated_executor(handler_, inline_executor());
    }

    asio::any_io_executor timer_executor() const {
        if constexpr (keeps_io)
            return io_;
        else
            return asio::any_io_executor(executor());
    }

    /// Made into an executor only if there is a timer.
    struct timer_place {
        const wait_op& op;
        operator asio::any_io_executor() const { return op.timer_executor(); }
    };

    static std::size_t units(std::size_t count) noexcept {
        static_assert(sizeof(wait_op) % alignof(wait_node) == 0);
        static_assert(alignof(wait_op) <= alignof(unit));
        return (sizeof(wait_op) + count * sizeof(wait_node) + sizeof(unit) - 1) / sizeof(unit);
    }

    template<class H, class Io>
    static wait_op* create(H&& h, const Io& io, Payload&& payload, Limit&& limit,
                           std::size_t count) {
        unit_allocator allocator(
            asio::get_associated_allocator(h, asio::recycling_allocator<void>()));
        unit* const block =
            std::allocator_traits<unit_allocator>::allocate(allocator, units(count));
        try {
            return ::new (static_cast<void*>(block))
                wait_op(std::forward<H>(h), io, std::move(payload), std::move(limit), count);
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
        BOOST_ASIO_HANDLER_LOCATION((__FILE__, __LINE__, what_of<Payload>));
        owner op(static_cast<wait_op*>(base));
        // Copies: the operation may be delivered on another thread before post() returns.
        const executor_type executor = op->executor();
        if constexpr (can_post_to<executor_type>) {
            post_to(executor, delivery(std::move(op)));
        } else {
            asio::any_io_executor const io = op->io_;
            asio::post(io, asio::bind_executor(executor, delivery(std::move(op))));
        }
    }

    /// The wait was over before it began, and nobody else knows the operation.
    static void post_from_initiation(owner op) {
#if BOOST_ASIO_VERSION >= 102800
        if constexpr (can_post_to<executor_type>) {
            // Unless the user bound an executor for this case, the same as a post.
            const auto executor =
                asio::get_associated_immediate_executor(op->handler_, op->executor());
            asio::dispatch(executor, delivery(std::move(op)));
            return;
        }
#endif
        post_op(op.release());
    }

    /// On the handler's executor.
    void deliver() {
        owner self(this);
        if (!payload_.content(*core_))
            return wait_again(std::move(self));
        limit_.disarm();
        if (core_->slot_installed)
            asio::get_associated_cancellation_slot(handler_).clear();
        auto arguments = payload_.result(*core_, nodes(), count_);
        Handler handler = dismantle(self.release());
        std::apply([&](auto&... a) { std::move(handler)(std::move(a)...); }, arguments);
    }

    static void wait_again(owner op) {
        BOOST_ASIO_HANDLER_LOCATION((__FILE__, __LINE__, what_of<Payload>));
        const ref_ptr<core_type> core = op->core_;
        op->limit_.rearm(core, timer_place{*op}); // may throw
        wait_op* const self = op.release();
        if (!core->again(self->payload_.seen()))
            destroy_op(self);
    }

    static void destroy_op(pending_op* base) noexcept {
        auto* const op = static_cast<wait_op*>(base);
        op->limit_.disarm();
        op->core_->abandon(op->nodes(), op->count_);
        [[maybe_unused]] const Handler dropped = dismantle(op); // destroyed with all else gone
    }

    Handler handler_;
    [[no_unique_address]] io_type io_;
    tracked_executor<executor_type> work_;
    Payload payload_;
    Limit limit_;
    std::size_t count_;
    ref_ptr<core_type> core_;
    watched_wait watched_;
};

/// What payloads over a fixed collection of tasks have in common.
struct plain_wait {
    using core_type = wait_core;

    static constexpr stop_reason objection() noexcept { return stop_reason::none; }
    static constexpr bool content(wait_core&) noexcept { return true; }
    static constexpr std::size_t seen() noexcept { return 0; }
};

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
