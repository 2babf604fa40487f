// SPDX-License-Identifier: BSL-1.0

// crawler <address> [limit]: visits every page of a site that can be reached from the first one, each
// once, a limited number at a time. The set of visits grows while it is waited for.

#include "fetch/http_get.hpp"

#include <asio_wait.hpp>

#include <boost/asio.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace asio = boost::asio;
using namespace asio_wait;

namespace {

/// Holds a permit of a semaphore, and counts how many there are.
struct slot {
    semaphore& places;
    std::size_t& running;
    slot(semaphore& s, std::size_t& n) : places(s), running(++n) {}
    ~slot() {
        --running;
        places.release();
    }
};

class crawler {
public:
    crawler(asio::any_io_executor executor, fetch::url site, std::size_t limit)
        : executor_(std::move(executor)), site_(std::move(site)), places_(limit) {}

    asio::awaitable<void> run() {
        add(site_.target);
        while (!visits_.empty()) {
            auto visit = co_await visits_.async_next();
            std::cout << visit.name() << ": " << outcome(visit) << std::endl;
        }
        std::cout << seen_.size() << " pages, at most " << most_ << " at a time" << std::endl;
    }

private:
    static std::string outcome(const task<std::size_t>& visit) {
        try {
            return std::to_string(visit.result()) + " bytes";
        } catch (const std::exception& e) {
            return e.what();
        }
    }

    void add(const std::string& target) {
        if (seen_.insert(target).second)
            visits_.spawn(executor_, visit(target), target);
    }

    asio::awaitable<std::size_t> visit(std::string target) {
        fetch::url address = site_;
        address.target = std::move(target);
        co_await places_.async_acquire();
        fetch::page page;
        {
            const slot permit(places_, running_);
            most_ = std::max(most_, running_);
            page = co_await fetch::http_get(std::move(address));
        }
        add_links(page.body);
        co_return page.body.size();
    }

    void add_links(std::string_view body) {
        constexpr std::string_view mark = "href=\"/"; // links within the site
        for (auto at = body.find(mark); at != body.npos; at = body.find(mark, at + 1)) {
            const auto begin = at + mark.size() - 1;
            const auto end = body.find('"', begin);
            if (end != body.npos)
                add(std::string(body.substr(begin, end - begin)));
        }
    }

    asio::any_io_executor executor_;
    fetch::url site_;
    semaphore places_;
    task_set<std::size_t> visits_;
    std::unordered_set<std::string> seen_;
    std::size_t running_ = 0, most_ = 0;
};

} // namespace

int main(int argc, char** argv) {
    try {
        if (argc < 2)
            throw std::invalid_argument("usage: crawler <address> [limit]");
        const int limit = argc > 2 ? std::atoi(argv[2]) : 4;
        asio::io_context context;
        crawler c(context.get_executor(), fetch::parse_url(argv[1]),
                  static_cast<std::size_t>(std::max(limit, 1)));
        asio::co_spawn(context, c.run(), [](std::exception_ptr error) {
            if (error)
                std::rethrow_exception(error);
        });
        context.run();
    } catch (const std::exception& e) {
        std::cerr << "crawler: " << e.what() << '\n';
        return 2;
    }
}
