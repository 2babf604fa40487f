// SPDX-License-Identifier: BSL-1.0

// Fetches pages at once, uses each as it comes, and stops at a deadline: see fetch/options.cpp.

#include "fetch/demo_server.hpp"
#include "fetch/http_get.hpp"
#include "fetch/options.hpp"
#include "fetch/url.hpp"

#include <asio_wait.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <exception>
#include <iomanip>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using asio_wait::create_task;
using asio_wait::first_completed;
using asio_wait::task;
using asio_wait::wait_for_tasks;
using std::chrono::steady_clock;

namespace fetch {
namespace {

struct job {
    std::string address;
    url parsed;
};

class fetcher {
public:
    explicit fetcher(std::chrono::milliseconds limit) : limit_(limit) {}

    asio::awaitable<void> run(std::vector<job> jobs) {
        const auto executor = co_await asio::this_coro::executor;
        std::vector<task<page>> pending;
        for (job& j : jobs)
            pending.push_back(create_task(executor, http_get(std::move(j.parsed)), j.address));

        const auto deadline = start_ + limit_;
        while (!pending.empty()) {
            auto [done, rest] = co_await wait_for_tasks(pending, first_completed, deadline);
            if (done.empty())
                break; // the deadline
            for (const auto& t : done)
                report(t);
            pending = std::move(rest);
        }
        if (!pending.empty())
            co_await give_up(std::move(pending));
    }

    bool all_succeeded() const { return failed_ == 0 && late_ == 0; }

    void summarise() const {
        std::cout << succeeded_ << " fetched, " << failed_ << " failed, " << late_
                  << " pending at the deadline" << std::endl;
    }

private:
    asio::awaitable<void> give_up(std::vector<task<page>> pending) {
        late_ = pending.size();
        for (const auto& t : pending)
            line("pending", t.name());
        for (const auto& t : pending)
            t.cancel();
        // Cancelling is a request: only now is it known how each has ended.
        auto ended = co_await wait_for_tasks(pending);
        for (const auto& t : ended.done)
            report_late(t);
    }

    void report(const task<page>& t) {
        ++(t.succeeded() ? succeeded_ : failed_);
        line(t.succeeded() ? "ok" : "failed", t.name() + ": " + outcome(t));
    }

    void report_late(const task<page>& t) const {
        if (t.cancelled())
            line("cancelled", t.name());
        else
            line(t.succeeded() ? "ok, late" : "failed", t.name() + ": " + outcome(t));
    }

    static std::string outcome(const task<page>& t) {
        try {
            const page& p = t.result();
            return p.status + ", " + std::to_string(p.body.size()) + " bytes";
        } catch (const std::exception& e) {
            return e.what();
        }
    }

    void line(const std::string& what, const std::string& text) const {
        const std::chrono::duration<double> elapsed = steady_clock::now() - start_;
        std::cout << std::fixed << std::setprecision(1) << std::setw(6) << elapsed.count() << " s  "
                  << std::left << std::setw(10) << what << std::right << text << std::endl;
    }

    steady_clock::time_point start_ = steady_clock::now();
    std::chrono::milliseconds limit_;
    std::size_t succeeded_ = 0, failed_ = 0, late_ = 0;
};

int run(options chosen) {
    std::optional<demo_server> server;
    const bool demo = chosen.addresses.empty();
    if (demo) {
        server.emplace();
        chosen.addresses = server->addresses();
    }
    std::vector<job> jobs;
    for (std::string& address : chosen.addresses) {
        url parsed = parse_url(address);
        jobs.push_back({std::move(address), std::move(parsed)});
    }
    asio::io_context context;
    fetcher f(chosen.deadline);
    asio::co_spawn(context, f.run(std::move(jobs)), [](std::exception_ptr error) {
        if (error)
            std::rethrow_exception(error);
    });
    context.run();
    f.summarise();
    return demo || f.all_succeeded() ? 0 : 1;
}

} // namespace
} // namespace fetch

int main(int argc, char** argv) {
    try {
        fetch::options chosen = fetch::parse_options(argc, argv);
        if (chosen.help) {
            std::cout << fetch::usage;
            return 0;
        }
        return fetch::run(std::move(chosen));
    } catch (const std::invalid_argument& e) {
        std::cerr << "fetch: " << e.what() << '\n';
    } catch (const std::exception& e) {
        std::cerr << "fetch: unexpected error: " << e.what() << '\n';
    }
    return 2;
}
