// SPDX-License-Identifier: BSL-1.0
#pragma once

// Who is still in flight? A coroutine that holds a pending_note is listed in the report of a test
// that would hang, and must be gone once its context is destroyed, so a note is also a leak check
// that needs no sanitizer. sleep_for, manual_future and friends hold one.

#include "virtual_clock.hpp"

#include <boost/assert/source_location.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <utility>

namespace test {

class pending_note {
public:
    pending_note(std::string what, const boost::source_location& where) {
        notes()[this] = std::move(what) + ", started at " + where.file_name() + ":" +
                        std::to_string(where.line()) + " at virtual " +
                        std::to_string(virtual_clock::ms()) + " ms";
    }

    pending_note(const pending_note&) = delete;
    pending_note& operator=(const pending_note&) = delete;
    ~pending_note() { notes().erase(this); }

    static std::size_t live() { return notes().size(); }

    /// One line for each.
    static std::string report() {
        std::string text;
        for (const auto& [note, what] : notes())
            text += "\n    " + what;
        return text;
    }

    /// Forget what leaked, so that the next test is not blamed for it.
    static void forget() { notes().clear(); }

private:
    static std::map<const pending_note*, std::string>& notes() {
        static std::map<const pending_note*, std::string> all;
        return all;
    }
};

} // namespace test
