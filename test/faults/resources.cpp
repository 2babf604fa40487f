// SPDX-License-Identifier: BSL-1.0

// Timers that cannot be made, because the process has no file descriptor left for the reactor of their
// context; and what a hook must not do.

#include "support/lifetime_tracker.hpp"

#include <asio_wait.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <functional>
#include <stdexcept>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace {

namespace asio = boost::asio;
using namespace asio_wait;
using std::chrono::hours;
using test::lifetime_tracker;

/// No new file descriptor while it lives.
class no_descriptors {
public:
    no_descriptors() {
        getrlimit(RLIMIT_NOFILE, &before_);
        const int next = open("/dev/null", O_RDONLY);
        close(next);
        const rlimit none{static_cast<rlim_t>(next), before_.rlim_max};
        setrlimit(RLIMIT_NOFILE, &none);
    }
    no_descriptors(const no_descriptors&) = delete;
    no_descriptors& operator=(const no_descriptors&) = delete;
    ~no_descriptors() { setrlimit(RLIMIT_NOFILE, &before_); }

private:
    rlimit before_{};
};

/// Runs until it is told to end. No timer, which would make the reactor.
asio::awaitable<int> turns(const bool& over, [[maybe_unused]] lifetime_tracker alive) {
    while (!over)
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    co_return 1;
}

struct play {
    auto handler() {
        return asio::bind_executor(io, [this, kept = lifetime_tracker()](auto&&...) { ++calls; });
    }

    asio::io_context io;
    bool over = false;
    task<int> t = create_task(io, turns(over, lifetime_tracker()));
    int calls = 0;
};

/// The call fails for want of a timer and leaves nothing; later it works.
void without_a_timer(const std::function<void(play&)>& call) {
    lifetime_tracker::reset();
    {
        play p;
        {
            const no_descriptors none;
            BOOST_CHECK_THROW(call(p), boost::system::system_error);
        }
        for (int i = 0; i != 100; ++i)
            p.io.poll_one();
        BOOST_TEST(p.calls == 0);
        BOOST_TEST(lifetime_tracker::live() == 1); // the task alone
        BOOST_TEST(!p.t.cancel_requested());
        call(p);
        p.over = true;
        p.io.poll();
        BOOST_TEST(p.calls == 1);
        BOOST_TEST(p.t.succeeded());
    }
    BOOST_TEST(lifetime_tracker::live() == 0);
}

asio::awaitable<void> fails() {
    throw std::runtime_error("unread");
    co_return;
}

/// How a program ends that does this: the number of the signal, 0 if by itself.
template<class F>
int signal_of(F f) {
    const pid_t child = fork();
    if (child == 0) {
        std::freopen("/dev/null", "w", stderr);
        std::signal(SIGABRT, SIG_DFL);
        f();
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

} // namespace

BOOST_AUTO_TEST_SUITE(faults_resources)

BOOST_AUTO_TEST_CASE(no_timer_can_be_made) {
    without_a_timer([](play& p) { wait_for_tasks(p.t, hours(1), p.handler()); });
    without_a_timer([](play& p) { wait_for(p.t, hours(1), p.handler()); });
    without_a_timer(
        [](play& p) { wait_for(p.io, turns(p.over, lifetime_tracker()), hours(1), p.handler()); });
    without_a_timer([](play& p) {
        with_timeout(
            hours(1), [&p](timeout_scope&) { return turns(p.over, lifetime_tracker()); },
            p.handler());
    });
    without_a_timer([](play& p) {
        task_set<int> set;
        set.insert(p.t);
        wait_for_tasks(std::move(set), hours(1), p.handler());
    });
}

BOOST_AUTO_TEST_CASE(a_hook_that_throws_ends_the_program) {
    const auto drop_a_failure = [](unobserved_exception_handler hook) {
        return [hook] {
            set_unobserved_exception_handler(hook);
            asio::io_context io;
            create_task(io, fails());
            io.poll();
        };
    };
    const auto quiet = [](const unobserved_exception&) {};
    const auto throws = [](const unobserved_exception&) { throw std::runtime_error("hook"); };
    BOOST_TEST(signal_of(drop_a_failure(quiet)) == 0);
    BOOST_TEST(signal_of(drop_a_failure(throws)) == SIGABRT);
}

BOOST_AUTO_TEST_SUITE_END()
