// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>

namespace asio_wait::inline v0::detail {

template<class T, class...>
struct late_type {
    using type = T;
};

/// T, but known to the compiler only where the template around it is used.
/** What does not depend on a template's parameters is compiled where the template is read, in each program
 *  that includes it; so is the body of an inline function, with all it uses. `Parameters` are the
 *  template's. For the same reason some functions are templates whose argument nobody passes. */
template<class T, class... Parameters>
using late = typename late_type<T, Parameters...>::type;

} // namespace asio_wait::inline v0::detail
