// SPDX-License-Identifier: BSL-1.0

// Shows how far a number of downloads has come: a bar on a terminal, otherwise a line for each.

#include "fetch/demo_server.hpp"
#include "fetch/http_get.hpp"

#include <asio_wait.hpp>

#include <boost/asio.hpp>

#include <exception>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

namespace asio = boost::asio;
using namespace asio_wait;
using fetch::page;

namespace {

class progress {
public:
    explicit progress(std::size_t total) : total_(total) { draw("starting"); }

    void step(const std::string& what) {
        ++done_;
        if (live_)
            draw(what);
        else
            std::cout << done_ << '/' << total_ << ' ' << what << std::endl;
    }

    ~progress() {
        if (live_)
            std::cout << std::endl;
    }

private:
    void draw(const std::string& what) const {
        constexpr std::size_t width = 20;
        const std::size_t filled = width * done_ / total_;
        if (live_) // back to the start of the line, and clear what is left of the old one
            std::cout << "\r[" << std::string(filled, '#') << std::string(width - filled, '.')
                      << "] " << done_ << '/' << total_ << ' ' << what << "\x1b[K" << std::flush;
    }

    bool live_ = isatty(STDOUT_FILENO) == 1;
    std::size_t total_, done_ = 0;
};

std::string outcome(const task<page>& t) {
    try {
        return t.name() + ": " + std::to_string(t.result().body.size()) + " bytes";
    } catch (const std::exception& e) {
        return t.name() + ": " + e.what();
    }
}

asio::awaitable<void> download(std::string origin, std::vector<std::string> names) {
    const auto executor = co_await asio::this_coro::executor;
    std::vector<task<page>> downloads;
    for (const std::string& name : names) {
        fetch::url address = fetch::parse_url(origin + '/' + name);
        downloads.push_back(create_task(executor, fetch::http_get(std::move(address)), name));
    }
    progress bar(downloads.size());
    auto stream = as_completed(downloads);
    while (auto t = co_await stream.async_next())
        bar.step(outcome(*t));
}

} // namespace

int main() {
    const fetch::demo_server server;
    asio::io_context context;
    std::vector<std::string> names{"slow", "breaks-off", "fails", "fast"};
    asio::co_spawn(context, download(server.origin(), std::move(names)),
                   [](std::exception_ptr error) {
                       if (error)
                           std::rethrow_exception(error);
                   });
    context.run();
}
