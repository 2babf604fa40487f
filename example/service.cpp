// SPDX-License-Identifier: BSL-1.0

// service [jobs a second]: runs for hours. Jobs arrive, run, fail, run out of time, are cancelled;
// one task_set waits for all of them, and its memory stays flat. SIGUSR1 prints a line of totals and
// the tasks that there are; SIGTERM stops it: nothing new, then a cancel, then some grace.

#include <asio_wait.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>

namespace asio = boost::asio;
using namespace asio_wait;
using namespace std::chrono_literals;

namespace {

constexpr auto tick = 2ms;
constexpr auto job_limit = 15ms;
constexpr auto grace = 2s;
constexpr std::size_t most_jobs = 20'000; // at a time; more have to wait

struct totals {
    unsigned long arrived = 0, succeeded = 0, failed = 0, late = 0, cancelled = 0;
};

std::ostream& operator<<(std::ostream& out, const totals& t) {
    return out << t.arrived << " arrived: " << t.succeeded << " ok, " << t.failed << " failed, "
               << t.late << " late, " << t.cancelled << " cancelled";
}

struct no_such_customer : std::runtime_error {
    using std::runtime_error::runtime_error;
};

asio::awaitable<void> sleep(std::chrono::milliseconds time) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(asio::use_awaitable);
}

/// Stands for a real one. Each tenth fails, each tenth never ends, and each tenth must be finished
/// once it has begun: the cancel is held back.
asio::awaitable<void> work(unsigned long n) {
    if (n % 10 == 1)
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await sleep(n % 10 == 2 ? 1h : std::chrono::milliseconds(n * 7919 % 11));
    if (n % 10 == 3)
        throw no_such_customer("no such customer");
}

/// A job that is cancelled in the very turn in which its work has failed counts as cancelled, and what
/// the work threw is nobody's. Any other error that nobody reads is a mistake of ours.
void report(const unobserved_exception& e) {
    try {
        std::rethrow_exception(e.exception);
    } catch (const no_such_customer&) {
    } catch (const std::exception& error) {
        std::cerr << "service: nobody read what " << e.name << " threw: " << error.what() << '\n';
    }
}

asio::awaitable<void> job(unsigned long n) {
    co_await wait_for(work(n), job_limit);
}

/// Starts so many jobs a second, until it is cancelled.
asio::awaitable<void> take_jobs(task_set<>& jobs, totals& sum, unsigned long rate) {
    const auto executor = co_await asio::this_coro::executor;
    const auto begin = std::chrono::steady_clock::now();
    asio::steady_timer timer(executor, begin);
    for (;;) {
        const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
        const auto due = static_cast<unsigned long>(time.count() * static_cast<double>(rate));
        while (sum.arrived < due) {
            auto t = co_await jobs.async_spawn(executor, job(sum.arrived), "job");
            if (++sum.arrived % 10 == 5)
                t.cancel(); // the customer has changed his mind
        }
        timer.expires_after(tick);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

void count(const task<>& t, totals& sum) {
    try {
        t.result();
        ++sum.succeeded;
    } catch (const timeout_error&) {
        ++sum.late;
    } catch (const std::exception&) {
        ++(t.cancelled() ? sum.cancelled : sum.failed);
    }
}

/// Counts the jobs that have ended, until it is cancelled.
asio::awaitable<void> count_jobs(task_set<>& jobs, totals& sum) {
    for (;;) {
        if (jobs.empty())
            co_await sleep(tick); // a wait for nobody is refused
        else
            for (const auto& t : co_await jobs.async_wait(first_completed))
                count(t, sum);
    }
}

asio::awaitable<void> serve(unsigned long rate) {
    const auto executor = co_await asio::this_coro::executor;
    asio::signal_set signals(executor, SIGUSR1, SIGTERM, SIGINT);
    totals sum;
    task_set<> jobs;
    jobs.limit(most_jobs);
    // A group, for its children refer to our variables: it ends after them, whatever happens.
    const auto parts = [&](task_group& group) -> asio::awaitable<void> {
        group.spawn(take_jobs(jobs, sum, rate), "arrivals");
        group.spawn(count_jobs(jobs, sum), "counting");
        std::cout << "ready" << std::endl;
        for (;;) {
            const int signal = co_await signals.async_wait(asio::use_awaitable);
            if (signal != SIGUSR1)
                break;
            std::cout << sum << ", " << jobs.unfinished() << " running\n";
            dump_tasks(std::cout);
            std::cout << "end of the tasks" << std::endl;
        }
        group.cancel();
    };
    std::exception_ptr error;
    try {
        co_await with_task_group(parts);
    } catch (...) { // a part has failed
        error = std::current_exception();
    }

    // After the arrivals: no new jobs come.
    const auto stuck = co_await jobs.async_shutdown(grace);
    while (auto ended = jobs.try_next())
        count(*ended, sum);
    std::cout << "stopped, " << sum << ", " << stuck.size() << " stuck" << std::endl;
    if (error)
        std::rethrow_exception(error);
    if (!stuck.empty())
        throw std::runtime_error("some jobs are stuck");
}

} // namespace

int main(int argc, char** argv) {
    watch_tasks(); // for dump_tasks
    set_unobserved_exception_handler(report);
    asio::io_context context(1);
    const unsigned long rate = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 100;
    int code = 0;
    asio::co_spawn(context, serve(rate), [&](std::exception_ptr error) {
        try {
            if (error)
                std::rethrow_exception(error);
        } catch (const std::exception& e) {
            std::cerr << "service: " << e.what() << std::endl;
            code = 1;
        }
    });
    context.run();
    return code;
}
