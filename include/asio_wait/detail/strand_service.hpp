// SPDX-License-Identifier: BSL-1.0
#pragma once

// Asio has no documented way to make a context's strand service but to make a strand. That takes
// memory, and without any Asio's strand destroys what it has not initialised; hence the undocumented
// name, where it is known to exist. ASIO_WAIT_NO_ASIO_DETAIL: do without.

#include <asio_wait/config.hpp>

#include <boost/asio/execution_context.hpp>
#include <boost/asio/version.hpp>

#if BOOST_ASIO_VERSION < 103500 && !defined(ASIO_WAIT_NO_ASIO_DETAIL)
#include <boost/asio/detail/strand_executor_service.hpp>
#else
#include <boost/asio/execution/context.hpp>
#include <boost/asio/strand.hpp>
#endif

namespace asio_wait::inline v0::detail {

namespace asio = boost::asio;

#if BOOST_ASIO_VERSION < 103500 && !defined(ASIO_WAIT_NO_ASIO_DETAIL)

inline void make_strand_service(asio::execution_context& context) {
    asio::use_service<asio::detail::strand_executor_service>(context);
}

#else

/// Names a context; never runs anything.
class context_name {
public:
    explicit context_name(asio::execution_context& context) noexcept : context_(&context) {}

    template<class F>
    void execute(F&&) const noexcept {}

    asio::execution_context& query(asio::execution::context_t) const noexcept { return *context_; }

    friend bool operator==(const context_name& a, const context_name& b) noexcept {
        return a.context_ == b.context_;
    }
    friend bool operator!=(const context_name& a, const context_name& b) noexcept {
        return !(a == b);
    }

private:
    asio::execution_context* context_;
};

inline void make_strand_service(asio::execution_context& context) {
    static_cast<void>(asio::strand<context_name>(context_name(context)));
}

#endif

} // namespace asio_wait::inline v0::detail
