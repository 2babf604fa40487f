// SPDX-License-Identifier: BSL-1.0
#include "rows/rows.hpp"

#include "body.hpp"

#include <boost/asio/experimental/channel.hpp>
#include <boost/system/error_code.hpp>

#include <vector>

// A channel with room for all: each task's completion handler sends, main receives n times.

namespace bench {

namespace {

template<class Ex>
class channel : public loop_scenario<Ex> {
public:
    explicit channel(std::size_t n) : loop_scenario<Ex>(n) {}

private:
    asio::awaitable<void, Ex> rounds(std::size_t count) override {
        using boost::system::error_code;
        const Ex ex = this->executor();
        std::size_t const n = this->n_;
        for (; count != 0; --count) {
            asio::experimental::basic_channel<Ex, asio::experimental::channel_traits<>,
                                              void(error_code, int)>
                finished(ex, n);
            for (std::size_t i = 0; i != n; ++i)
                asio::co_spawn(ex, one_turn<Ex>(static_cast<int>(i)),
                               [&finished](std::exception_ptr error, int value) {
                                   if (!error)
                                       finished.try_send(error_code(), value);
                               });
            int last = -1;
            for (std::size_t left = n; left != 0; --left)
                last = co_await finished.async_receive(asio::use_awaitable_t<Ex>());
            check(last == static_cast<int>(n - 1));
        }
    }
};

} // namespace

const entry channel_rows[2] = {
    {"all", "channel", "any_io", make_scenario<channel<any_io>>},
    {"all", "channel", "concrete", make_scenario<channel<concrete>>},
};

} // namespace bench
