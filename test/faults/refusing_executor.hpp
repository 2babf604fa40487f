// SPDX-License-Identifier: BSL-1.0
#pragma once

// An executor whose execute() throws when it is its turn: each function it is given is a step of
// fault::submission.

#include "injector.hpp"

#include <boost/asio/execution.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>

#include <type_traits>
#include <utility>

namespace faults {

namespace asio = boost::asio;

template<class Executor>
class refusing_executor {
public:
    explicit refusing_executor(Executor inner) noexcept : inner_(std::move(inner)) {}

    template<class F>
    void execute(F&& f) const {
        injector::step(fault::submission);
        inner_.execute(std::forward<F>(f));
    }

    template<class Property>
    requires asio::can_query<const Executor&, Property>::value auto query(const Property& p) const
        noexcept(asio::is_nothrow_query<const Executor&, Property>::value)
            -> decltype(asio::query(std::declval<const Executor&>(), p)) {
        return asio::query(inner_, p);
    }

    template<class Property>
    requires asio::can_require<const Executor&, Property>::value auto require(
        const Property& p) const {
        return rebound(asio::require(inner_, p));
    }

    template<class Property>
    requires asio::can_prefer<const Executor&, Property>::value auto prefer(
        const Property& p) const {
        return rebound(asio::prefer(inner_, p));
    }

    friend bool operator==(const refusing_executor& a, const refusing_executor& b) noexcept {
        return a.inner_ == b.inner_;
    }
    friend bool operator!=(const refusing_executor& a, const refusing_executor& b) noexcept {
        return !(a == b);
    }

private:
    template<class Other>
    static refusing_executor<std::decay_t<Other>> rebound(Other&& other) {
        return refusing_executor<std::decay_t<Other>>(std::forward<Other>(other));
    }

    Executor inner_;
};

} // namespace faults
