// SPDX-License-Identifier: BSL-1.0
#pragma once

// std::ranges::begin, end and size and the concepts of ranges, without the views, which cost the compiler
// 3 % of what Asio's headers do. They come with <span>, whose constructors are
// constrained by them, in libstdc++, libc++ and Microsoft's library.
#include <span>
