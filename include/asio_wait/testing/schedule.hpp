// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>

#include <cstddef>
#include <cstdint>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace asio_wait::inline v0::testing {

/// The answers to "which of these n comes next?" in one run, and what is needed to give them again.
/** Four kinds: always the oldest (default), seeded random, a list of given answers, and bytes that
 *  any answer is made of; after the last of these the oldest comes. next() makes the following list
 *  in depth-first order, so that a loop over it sees every order there is.
 *
 *  @par Thread safety  One thread. */
class schedule {
public:
    schedule() = default;

    /// Random answers, the same for the same seed.
    static schedule random(std::uint64_t seed) {
        schedule s;
        s.random_ = true;
        s.numbers_.seed(seed);
        return s;
    }

    /// From what text() gave.
    static schedule replay(const std::string& text) {
        schedule s;
        std::istringstream in(text);
        for (std::size_t taken = 0; in >> taken;)
            s.choices_.push_back({taken, 0});
        if (!in.eof())
            throw std::invalid_argument("no schedule: " + text);
        return s;
    }

    /// For a fuzzer: every byte is an answer, whatever it is.
    static schedule from_bytes(const std::uint8_t* bytes, std::size_t size) {
        schedule s;
        s.bytes_.assign(bytes, bytes + size);
        return s;
    }

    /// A number below `n`, which must not be zero. Where there is one candidate, nothing is chosen.
    std::size_t choose(std::size_t n) {
        if (n == 1)
            return 0;
        if (position_ == choices_.size())
            choices_.push_back({new_answer(n), n});
        choice& c = choices_[position_++];
        if (c.of == 0)
            c.of = n;
        if (c.of != n || c.taken >= n)
            throw std::logic_error("the same choices led to something else: choice " +
                                   std::to_string(position_ - 1) + " was one of " +
                                   std::to_string(c.of) + ", now of " + std::to_string(n));
        return c.taken;
    }

    /// Makes this the next schedule to run; false when there is none.
    bool next() {
        choices_.resize(position_);
        position_ = 0;
        while (!choices_.empty() && choices_.back().taken + 1 == choices_.back().of)
            choices_.pop_back();
        if (choices_.empty())
            return false;
        ++choices_.back().taken;
        return true;
    }

    /// How many choices have been made so far.
    std::size_t length() const noexcept { return position_; }

    /// The choices made so far, for replay().
    std::string text() const {
        std::string all;
        for (std::size_t i = 0; i != position_; ++i)
            all += (i ? " " : "") + std::to_string(choices_[i].taken);
        return all;
    }

private:
    struct choice {
        std::size_t taken;
        std::size_t of; // 0: not known yet
    };

    std::size_t new_answer(std::size_t n) {
        if (random_)
            return static_cast<std::size_t>(numbers_() % n);
        return position_ < bytes_.size() ? bytes_[position_] % n : 0;
    }

    std::vector<choice> choices_;
    std::vector<std::uint8_t> bytes_;
    std::size_t position_ = 0;
    bool random_ = false;
    std::mt19937_64 numbers_;
};

} // namespace asio_wait::inline v0::testing
