// SPDX-License-Identifier: BSL-1.0

// Bytes become a story of tasks, operations and events, and the order in which it happens; what the
// library makes of it must agree with the model at every step.

#include "schedules/invent.hpp"
#include "schedules/stage.hpp"

#include <asio_wait/unobserved_exception.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    // Many tasks fail and nobody reads why.
    asio_wait::set_unobserved_exception_handler([](const asio_wait::unobserved_exception&) {});
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace schedules;
    auto choices = testing::schedule::from_bytes(bytes, size);
    testing::virtual_clock::reset();
    try {
        play(inventor(choices).invent(), choices);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n    ASIO_WAIT_SCHEDULES_REPLAY=\"%s\"\n", e.what(),
                     choices.text().c_str());
        std::abort();
    }
    return 0;
}
