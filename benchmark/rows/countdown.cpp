// SPDX-License-Identifier: BSL-1.0
#include "rows/rows.hpp"

#include "body.hpp"
#include "one_shot_event.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <vector>

// What a hand-writer does: co_spawn, and completion handlers that count down to zero. Once as it
// is, once with the means to cancel each task, and once with signals kept from round to round,
// whose memory Asio then reuses: the cheapest case, for a program that always runs the same n
// tasks.

namespace bench {

namespace {

enum class signals { none, fresh, kept };

template<class Ex, signals Signals>
class countdown : public loop_scenario<Ex> {
public:
    explicit countdown(std::size_t n) : loop_scenario<Ex>(n) {}

private:
    asio::awaitable<void, Ex> rounds(std::size_t count) override {
        const Ex ex = this->executor();
        std::size_t const n = this->n_;
        std::vector<asio::cancellation_signal> kept(Signals == signals::kept ? n : 0);
        for (; count != 0; --count) {
            std::vector<int> results(n, -1);
            std::vector<asio::cancellation_signal> fresh(Signals == signals::fresh ? n : 0);
            [[maybe_unused]] auto& signal = Signals == signals::kept ? kept : fresh;
            std::size_t left = n;
            one_shot_event<Ex> event;
            for (std::size_t i = 0; i != n; ++i) {
                auto finished = [&results, &left, &event, i](std::exception_ptr error, int value) {
                    if (!error)
                        results[i] = value;
                    if (--left == 0)
                        event.set();
                };
                if constexpr (Signals != signals::none)
                    asio::co_spawn(
                        ex, one_turn<Ex>(static_cast<int>(i)),
                        asio::bind_cancellation_slot(signal[i].slot(), std::move(finished)));
                else
                    asio::co_spawn(ex, one_turn<Ex>(static_cast<int>(i)), std::move(finished));
            }
            co_await event.wait();
            check(left == 0 && results[n - 1] == static_cast<int>(n - 1));
        }
    }
};

} // namespace

const entry countdown_rows[6] = {
    {"all", "countdown", "any_io", make_scenario<countdown<any_io, signals::none>>},
    {"all", "countdown", "concrete", make_scenario<countdown<concrete, signals::none>>},
    {"all", "countdown_signal", "any_io", make_scenario<countdown<any_io, signals::fresh>>},
    {"all", "countdown_signal", "concrete", make_scenario<countdown<concrete, signals::fresh>>},
    {"all", "countdown_signal_kept", "any_io", make_scenario<countdown<any_io, signals::kept>>},
    {"all", "countdown_signal_kept", "concrete", make_scenario<countdown<concrete, signals::kept>>},
};

} // namespace bench
