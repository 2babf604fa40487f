// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace fetch {

struct options {
    std::vector<std::string> addresses;
    std::chrono::milliseconds deadline;
    bool help = false;
};

/// The text of --help.
extern const char* const usage;

/// Throws std::invalid_argument with one sentence that says what is wrong.
options parse_options(int argc, char** argv);

} // namespace fetch
