// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>

#include <cstdint>

namespace asio_wait::inline v0::detail {

enum class task_status : std::uint8_t { running, succeeded, failed, cancelled };

} // namespace asio_wait::inline v0::detail
