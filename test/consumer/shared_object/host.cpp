// SPDX-License-Identifier: BSL-1.0

// Loads the plugin and waits, with its own copy of the library, for tasks the plugin started
// beside tasks of its own.
#include "plugin.hpp"

#include <asio_wait.hpp>

#include <dlfcn.h>

#include <cstdio>
#include <memory>
#include <vector>

namespace {

namespace asio = boost::asio;

int failed_step = 0;

void check(bool condition, int step) {
    if (!condition && failed_step == 0)
        failed_step = step;
}

asio::awaitable<int> own_value() {
    co_return 5;
}

void wait_for_both(start_function* start) {
    asio::io_context io;
    std::unique_ptr<asio_wait::any_task> sum(start(io, 2));
    std::unique_ptr<asio_wait::any_task> hanging(start(io, -1));
    std::vector<asio_wait::any_task> tasks{*sum, *hanging, asio_wait::create_task(io, own_value())};
    check(tasks[0] != tasks[2] && tasks[1] != tasks[2], 1);
    int calls = 0;
    asio_wait::wait_for_tasks(tasks, asio_wait::first_completed,
                              [&](boost::system::error_code ec, auto r) {
                                  check(!ec && !r.done.empty(), 2);
                                  ++calls;
                                  hanging->cancel();
                              });
    asio_wait::wait_for_tasks(tasks, [&](boost::system::error_code ec, auto r) {
        check(!ec && r.done.size() == 3 && r.pending.empty(), 3);
        ++calls;
    });
    io.run();
    check(calls == 2, 4);
    check(sum->get<int>().result() == 3, 5);
    check(hanging->cancelled(), 6);
}

// Destroying the context takes the plugin's unfinished tasks along.
void abandon(start_function* start) {
    asio_wait::any_task left;
    {
        asio::io_context io;
        std::unique_ptr<asio_wait::any_task> hanging(start(io, -1));
        left = *hanging;
        asio_wait::wait_for_tasks(left, [](boost::system::error_code, auto) { check(false, 7); });
        io.poll();
    }
    check(left.failed(), 8);
}

} // namespace

int main(int argc, char** argv) {
    void* plugin = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : nullptr;
    auto* start = plugin ? reinterpret_cast<start_function*>(dlsym(plugin, "start")) : nullptr;
    if (!start) {
        std::fprintf(stderr, "usage: test_shared_object <plugin>\n");
        return 100;
    }
    wait_for_both(start);
    abandon(start);
    std::printf("step %d failed (0: none)\n", failed_step);
    return failed_step;
}
