// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <span>
#include <string_view>

namespace asio = boost::asio;

namespace bench {

/// One cell: a workload, done in one way, on one executor type, with n tasks.
class scenario {
public:
    virtual ~scenario() = default;
    virtual void run(std::size_t rounds) = 0;
};

struct entry {
    std::string_view workload;
    std::string_view row;
    std::string_view executor;
    std::unique_ptr<scenario> (*make)(std::size_t n);
};

std::span<const entry> entries();

const entry* find(std::string_view workload, std::string_view row, std::string_view executor);

/// A scenario whose rounds are one coroutine on a single-threaded loop that stays warm.
template<class Ex>
class loop_scenario : public scenario {
public:
    void run(std::size_t count) override {
        asio::co_spawn(executor(), rounds(count), [this](std::exception_ptr error) {
            io_.stop(); // pending tasks would keep it running
            if (error)
                std::rethrow_exception(error);
        });
        io_.run();
        io_.restart();
    }

protected:
    explicit loop_scenario(std::size_t n) : n_(n) {}

    virtual asio::awaitable<void, Ex> rounds(std::size_t count) = 0;

    Ex executor() { return io_.get_executor(); }

    asio::io_context io_{1};
    std::size_t n_;
};

} // namespace bench
