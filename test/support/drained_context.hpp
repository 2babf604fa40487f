// SPDX-License-Identifier: BSL-1.0
#pragma once

// A Boost.Test fixture with an io_context on virtual time that must be empty when the test ends:
// no handler queued, no timer armed, no work guard forgotten, no noted coroutine alive.
//
//     BOOST_FIXTURE_TEST_CASE(name, test::drained_context) { create_task(io, ...); run(); }

#include "pending_note.hpp"
#include "virtual_clock.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>

namespace test {

class drained_context {
public:
    drained_context() { virtual_clock::reset(); }
    drained_context(const drained_context&) = delete;
    drained_context& operator=(const drained_context&) = delete;

    ~drained_context() {
        BOOST_TEST(drained(), "work is left in the io_context at virtual "
                                  << virtual_clock::ms()
                                  << " ms; in flight:" << pending_note::report());
        pending_note::forget();
    }

    /// Until nothing is left to run; returns the number of handlers.
    std::size_t run() { return run_virtual(io); }

    /// io_context stops by itself only when no work is outstanding.
    bool drained() {
        run_virtual(io);
        io.restart();
        io.poll();
        return io.stopped();
    }

    asio::io_context io;
};

} // namespace test
