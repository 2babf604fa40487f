// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/testing/virtual_clock.hpp>

#include <boost/assert/source_location.hpp>

#include <cstddef>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

namespace asio_wait::inline v0::testing {

/// Lists a coroutine as in flight for as long as it lives: put one into its frame.
/** What is listed is named by the message of a test that would hang. Nothing may be listed once
 *  its context is destroyed, so a note is also a leak check that needs no sanitizer.
 *
 *  @par Thread safety  One thread. */
class pending_note {
public:
    /// Listed under this name from now on.
    explicit pending_note(std::string what,
                          const boost::source_location& where = BOOST_CURRENT_LOCATION) {
        notes()[this] = std::move(what) + ", started at " + where.file_name() + ":" +
                        std::to_string(where.line()) + " at virtual " +
                        std::to_string(virtual_clock::ms()) + " ms";
    }

    pending_note(const pending_note&) = delete;
    pending_note& operator=(const pending_note&) = delete;
    ~pending_note() { notes().erase(this); }

    /// How many are listed.
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

/// One line for each unfinished task: its name, where it was spawned, whether it was asked to end.
template<class Tasks>
std::string pending_tasks(const Tasks& tasks) {
    std::string text;
    for (const auto& t : tasks) {
        if (t.done())
            continue;
        const auto where = t.spawned_at();
        text += "\n    " + t.name() + ", spawned at " + where.file_name() + ":" +
                std::to_string(where.line()) + (t.cancel_requested() ? ", cancel requested" : "");
    }
    return text;
}

/// Nothing is left that could run, and yet something is waited for.
class would_hang : public std::runtime_error {
public:
    /// With what is in flight in its text.
    explicit would_hang(std::size_t operations)
        : std::runtime_error(
              "would hang at virtual " + std::to_string(virtual_clock::ms()) +
              " ms: nothing is left to run, " + std::to_string(operations) +
              " outstanding; in flight:" +
              (pending_note::live() ? pending_note::report() : std::string(" no pending_note"))) {}
};

} // namespace asio_wait::inline v0::testing
