// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/executor_traits.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/system_executor.hpp>
#include <boost/asio/thread_pool.hpp>

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace asio_wait::inline v0::detail {

// A task's cancellation is safe only where its handlers run one at a time. Pools are known not to
// do that, so a task gets a strand there. An io_context run by several threads cannot be seen.

template<class Ex>
inline constexpr bool is_parallel_executor = false;

template<class Allocator, unsigned int Bits>
inline constexpr bool
    is_parallel_executor<asio::thread_pool::basic_executor_type<Allocator, Bits>> = true;

template<class Blocking, class Relationship, class Allocator>
inline constexpr bool
    is_parallel_executor<asio::basic_system_executor<Blocking, Relationship, Allocator>> = true;

/// Whether an erased executor is one of a pool's, with whatever properties it was given.
template<std::size_t... Bits>
bool targets_thread_pool(const asio::any_io_executor& ex, std::index_sequence<Bits...>) noexcept {
    return (... || ex.target<asio::thread_pool::basic_executor_type<std::allocator<void>, Bits>>());
}

template<class... Blocking>
bool targets_system_executor(const asio::any_io_executor& ex) noexcept {
    using relationship = asio::execution::relationship_t;
    return (
        ... ||
        (ex.target<
             asio::basic_system_executor<Blocking, relationship::fork_t, std::allocator<void>>>() ||
         ex.target<asio::basic_system_executor<Blocking, relationship::continuation_t,
                                               std::allocator<void>>>()));
}

template<class Erased>
bool is_parallel(const Erased& ex) noexcept {
    // The usual case first.
    if (ex.template target<asio::io_context::executor_type>())
        return false;
    using blocking = asio::execution::blocking_t;
    return targets_thread_pool(ex, std::make_index_sequence<16>()) ||
           targets_system_executor<blocking::possibly_t, blocking::always_t, blocking::never_t>(ex);
}

/// Calls `f` with the executor, of type `Ex`, that an awaitable of executor type `Ex` is to run on
/// when it is spawned on `from`.
template<class Ex, class From, class F>
decltype(auto) with_serial(const From& from, F&& f) {
    if constexpr (!std::is_same_v<Ex, asio::any_io_executor>) {
        static_assert(!is_parallel_executor<Ex>,
                      "asio_wait: a task needs a serial executor; use make_strand(pool) and "
                      "awaitables of that strand's type");
        if constexpr (std::is_same_v<Ex, From>)
            return f(from);
        else
            return f(Ex(from));
    } else if constexpr (is_parallel_executor<From>) {
        return f(asio::any_io_executor(asio::make_strand(from)));
    } else if constexpr (std::is_same_v<From, asio::any_io_executor>) {
        if (is_parallel(from))
            return f(asio::any_io_executor(asio::make_strand(from)));
        return f(from); // the usual case: no copy
    } else {
        return f(asio::any_io_executor(from));
    }
}

template<class From>
asio::any_io_executor make_serial(const From& from) {
    return with_serial<asio::any_io_executor>(from,
                                              [](const asio::any_io_executor& ex) { return ex; });
}

} // namespace asio_wait::inline v0::detail
