// SPDX-License-Identifier: BSL-1.0

// The blocks of doc/11_what_is_stuck.md, as one program: a test compares them with the page.

#include <asio_wait.hpp>
#include <asio_wait/testing.hpp>

#include <boost/asio.hpp>

#include <csignal>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>

namespace asio = boost::asio;
using namespace asio_wait;

namespace {

//! [signals]
asio::awaitable<void> answer_signals(asio::any_io_executor executor) {
    asio::signal_set signals(executor, SIGUSR1);
    for (;;) {
        co_await signals.async_wait(asio::use_awaitable);
        dump_tasks(std::cerr); // any thread may
    }
}
//! [signals]

asio::awaitable<void> wait_for_permit(semaphore& permits) {
    co_await permits.async_acquire();
}

/// What goes to std::cerr meanwhile.
class said {
public:
    said() : before_(std::cerr.rdbuf(text_.rdbuf())) {}
    said(const said&) = delete;
    said& operator=(const said&) = delete;
    ~said() { std::cerr.rdbuf(before_); }
    void expect(const std::string& name) const {
        if (text_.str().find(name) == std::string::npos)
            throw std::logic_error("no " + name + " in: " + text_.str());
    }

private:
    std::ostringstream text_;
    std::streambuf* before_;
};

void at_a_signal() {
    const said on_cerr;
    asio::io_context io(1);
    semaphore permits(0);
    const auto t = create_task(io, wait_for_permit(permits), "at a signal");
    asio::co_spawn(io, answer_signals(io.get_executor()), asio::detached);
    io.poll();
    std::raise(SIGUSR1);
    io.run_one(); // Asio's own look at the signal
    io.poll();
    on_cerr.expect("at a signal");
}

void in_virtual_time() {
    const said on_cerr;
    asio::io_context io(1);
    semaphore permits(0);
    const auto main_task = create_task(io, wait_for_permit(permits), "main");
    //! [virtual]
    testing::run_virtual(io);
    if (!main_task.done())
        dump_tasks(std::cerr);
    //! [virtual]
    on_cerr.expect("main");
}

} // namespace

int main() {
    watch_tasks();
    at_a_signal();
    in_virtual_time();
}
