// SPDX-License-Identifier: BSL-1.0
#include "snippets.hpp"

#include <asio_wait/condition.hpp>
#include <asio_wait/create_task.hpp>
#include <asio_wait/exception_group.hpp>
#include <asio_wait/wait_for_tasks.hpp>

#include <boost/asio/this_coro.hpp>

#include <iostream>
#include <stdexcept>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace asio_wait;

asio::awaitable<int> failing() {
    co_await slow_square(1);
    throw std::runtime_error("no answer");
}

} // namespace

asio::awaitable<void> condition_snippets() {
    auto executor = co_await asio::this_coro::executor;
    std::vector<task<int>> tasks;
    for (int i = 1; i <= 3; ++i)
        tasks.push_back(create_task(executor, slow_square(i)));
    tasks.push_back(create_task(executor, failing(), "backup"));
    //! [conditions]
    auto a = co_await wait_for_tasks(tasks, first_success);
    auto b = co_await wait_for_tasks(tasks, at_least(2));
    auto c = co_await wait_for_tasks(tasks, until([](const auto& t) { return t.failed(); }));
    //! [conditions]
    bool met = !a.done.empty() && b.done.size() >= 2 && tasks[3].failed();
    //! [exception_group]
    auto all = co_await wait_for_tasks(tasks);
    exception_group errors(all.done); // those that failed, with name and place
    for (const task_error& e : errors.errors())
        std::cout << e.name << " failed\n";
    //! [exception_group]
    expect(met && !c.done.empty() && errors.errors().size() == 1, "conditions");
}
