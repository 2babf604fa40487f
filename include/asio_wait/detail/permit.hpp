// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/set_op.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <tuple>
#include <utility>

namespace asio_wait::inline v0::detail {

/// Waits for a permit: a place in a set, for keeps.
class permit : public set_payload<set_wait::kind::place> {
public:
    static constexpr const char* what = "semaphore";
    using set_payload::set_payload;

    static constexpr bool cancellable_when_over = false;

    static std::tuple<boost::system::error_code> nothing() noexcept {
        return {asio::error::timed_out};
    }

    static std::tuple<boost::system::error_code> result(set_wait& core, wait_node*,
                                                        std::size_t) noexcept {
        const set_wait::outcome o = core.settled();
        if (o.why == stop_reason::cancelled || !o.has_place) {
            core.give_back();
            return {o.why == stop_reason::limit ? asio::error::timed_out
                                                : asio::error::operation_aborted};
        }
        core.take([](ref_ptr<task_core>) {}); // the place is the caller's
        return {boost::system::error_code()};
    }
};

} // namespace asio_wait::inline v0::detail
