// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/context_core.hpp>
#include <asio_wait/detail/executor_traits.hpp>
#include <asio_wait/detail/ref_ptr.hpp>
#include <asio_wait/detail/strand_service.hpp>

#include <boost/asio/execution_context.hpp>

namespace asio_wait::inline v0::detail {

/// Makes an execution context destroy our pending operations together with its own.
class wait_service : public asio::execution_context::service {
public:
    using key_type = wait_service;
    inline static asio::execution_context::id id;

    // The strands' service is made first, so that it is shut down after this one: a post to a strand
    // must not meet that, and our shutdown waits for all posts.
    explicit wait_service(asio::execution_context& context)
        : service((make_strand_service(context), context)), core_(context_core::create()) {}

    const ref_ptr<context_core>& core() const noexcept { return core_; }

private:
    void shutdown() noexcept override { core_->shutdown(); }

    ref_ptr<context_core> core_;
};

inline ref_ptr<context_core> core_of(asio::execution_context& context) {
    if (context_core* const known = context_core::cached(&context))
        return ref_ptr<context_core>::share(known);
    const auto& core = asio::use_service<wait_service>(context).core();
    context_core::remember(&context, *core);
    return core;
}

/// Null for an executor without a context.
template<class Ex>
ref_ptr<context_core> known_core_of(const Ex& ex) {
    asio::execution_context* const context = context_of(ex);
    return context ? core_of(*context) : nullptr;
}

template<class Ex>
ref_ptr<context_core> core_of_executor(const Ex& ex) {
    ref_ptr<context_core> core = known_core_of(ex);
    return core ? core : ref_ptr<context_core>::share(&context_core::none());
}

} // namespace asio_wait::inline v0::detail
