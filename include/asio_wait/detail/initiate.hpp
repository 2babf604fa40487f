// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/async_result.hpp>

#include <exception>
#include <tuple>
#include <type_traits>
#include <utility>

namespace boost::asio {

// <boost/asio/spawn.hpp> wants Boost.Context, which most programs do without.
template<typename Executor>
class basic_yield_context;

} // namespace boost::asio

namespace asio_wait::inline v0::detail {

namespace asio = boost::asio;

template<class Token>
inline constexpr bool is_yield = false;
template<class Executor>
inline constexpr bool is_yield<asio::basic_yield_context<Executor>> = true;

template<class Signature>
inline constexpr bool passes_exception = false;
template<class... T>
inline constexpr bool passes_exception<void(std::exception_ptr, T...)> = true;

/// async_initiate with a token that is forwarded, and one sentence for what is no token.
/** A plain yield_context is served through as_tuple when an exception may be passed: up to Boost 1.87
 *  Asio's own code for that rethrows a null pointer, or does not compile. */
template<class Signature, class Token, class Initiation, class... Args>
auto initiate_with(Token&& token, Initiation initiation, Args&&... args) {
    static_assert(asio::completion_token_for<std::remove_cvref_t<Token>, Signature>,
                  "asio_wait: the last argument is no completion token for the operation's "
                  "completion signature");
    if constexpr (is_yield<std::remove_cvref_t<Token>> && passes_exception<Signature>) {
        auto arguments =
            initiate_with<Signature>(asio::as_tuple(std::forward<Token>(token)),
                                     std::move(initiation), std::forward<Args>(args)...);
        if (std::get<0>(arguments))
            std::rethrow_exception(std::get<0>(std::move(arguments)));
        if constexpr (std::tuple_size_v<decltype(arguments)> == 2)
            return std::get<1>(std::move(arguments));
    } else {
        return asio::async_initiate<Token, Signature>(std::move(initiation), token,
                                                      std::forward<Args>(args)...);
    }
}

} // namespace asio_wait::inline v0::detail
