// SPDX-License-Identifier: BSL-1.0
#include "options.hpp"

#include <cstdlib>
#include <stdexcept>
#include <string_view>

namespace fetch {
namespace {

constexpr std::chrono::seconds default_deadline{10};
constexpr std::chrono::seconds demo_deadline{2};

std::chrono::milliseconds parse_deadline(const char* text) {
    char* end = nullptr;
    const double seconds = text ? std::strtod(text, &end) : 0;
    if (!text || end == text || *end != '\0' || !(seconds >= 0 && seconds <= 1e6))
        throw std::invalid_argument("--deadline needs a number of seconds from 0 to 1000000.");
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::duration<double>(seconds));
}

} // namespace

const char* const usage =
    "usage: fetch [--deadline SECONDS] [URL...]\n"
    "\n"
    "Fetches all URLs at once and prints each as it finishes. When the deadline (10 s) passes, "
    "says\n"
    "which are still pending, cancels them and waits until they have ended. Only http:// works,\n"
    "redirections are not followed, and an answer of 400 or above counts as failed.\n"
    "Without a URL, fetches the pages of a small server of its own, with a deadline of 2 s.\n"
    "\n"
    "Ends with 0 when every page came, 1 when one failed or was still pending at the deadline,\n"
    "2 when the arguments were wrong or something unexpected happened. The demonstration ends with "
    "0.\n";

options parse_options(int argc, char** argv) {
    options result;
    const char* deadline = nullptr;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--help" || argument == "-h")
            result.help = true;
        else if (argument == "--deadline")
            // argv ends with a null pointer, which parse_deadline refuses.
            result.deadline = parse_deadline(deadline = argv[++i]);
        else if (argument.starts_with('-'))
            throw std::invalid_argument("'" + std::string(argument) +
                                        "' is not an option; see fetch --help.");
        else
            result.addresses.emplace_back(argument);
    }
    if (!deadline)
        result.deadline = result.addresses.empty() ? demo_deadline : default_deadline;
    return result;
}

} // namespace fetch
