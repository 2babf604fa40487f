// SPDX-License-Identifier: BSL-1.0

// mysql <socket>: Boost.MySQL (Boost 1.82 or newer) with tasks. Statements run at once, each on a
// connection of its own, and are taken in order of completion. A wait that ends before the statement
// leaves it alone; the server is then asked to end it, and the connection stays usable.

#include <asio_wait.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/mysql.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>

namespace asio = boost::asio;
namespace mysql = boost::mysql;
using namespace asio_wait;
using namespace std::chrono_literals;
using connection = std::shared_ptr<mysql::unix_connection>; // a task owns what it runs on

namespace {

constexpr auto with_code = asio::as_tuple(asio::use_awaitable);

asio::awaitable<connection> connect(std::string socket) {
    const auto c = std::make_shared<mysql::unix_connection>(co_await asio::this_coro::executor);
    mysql::diagnostics text;
    const mysql::handshake_params who("root", "");
    const asio::local::stream_protocol::endpoint where(socket);
    const auto [error] = co_await c->async_connect(where, who, text, with_code);
    mysql::throw_on_error(error, text);
    co_return c;
}

/// The first field of the first row, if there is one.
asio::awaitable<std::string> query(connection c, std::string statement) {
    mysql::results results;
    mysql::diagnostics text;
    const auto [error] = co_await c->async_execute(statement, results, text, with_code);
    mysql::throw_on_error(error, text);
    std::ostringstream field;
    if (!results.rows().empty())
        field << results.rows()[0][0];
    co_return field.str();
}

asio::awaitable<std::string> connect_and_query(std::string socket, std::string statement) {
    const connection c = co_await connect(socket);
    std::string value = co_await query(c, statement);
    co_await c->async_close(asio::use_awaitable);
    co_return value;
}

void print(const task<std::string>& t) {
    std::cout << "  " << t.name() << ": ";
    try {
        std::cout << t.result() << std::endl;
    } catch (const mysql::error_with_diagnostics& e) {
        std::cout << "failed, " << e.get_diagnostics().server_message() << std::endl;
    }
}

asio::awaitable<void> all_at_once(std::string socket) {
    std::cout << "Four statements at once:" << std::endl;
    const auto executor = co_await asio::this_coro::executor;
    task_set<std::string> statements;
    const auto start = [&](const char* name, const char* statement) {
        statements.spawn(executor, connect_and_query(socket, statement), name);
    };
    start("slow", "select concat('three', repeat('!', sleep(1.2)))");
    start("fast", "select concat('one', repeat('!', sleep(0.4)))");
    start("middle", "select concat('two', repeat('!', sleep(0.8)))");
    start("wrong", "select no_such_function()");
    while (!statements.empty())
        print(co_await statements.async_next());
}

asio::awaitable<void> too_slow(std::string socket) {
    std::cout << "A statement that takes an hour:" << std::endl;
    const connection c = co_await connect(socket), other = co_await connect(socket);
    const std::string id = co_await query(c, "select connection_id()");
    const std::string asleep = "select count(*) from information_schema.processlist where "
                               "state = 'User sleep'";
    auto sleeping =
        create_task(co_await asio::this_coro::executor, query(c, "select sleep(3600)"), "sleeping");
    std::string count;
    do // until it has arrived
        count = co_await query(other, asleep);
    while (count == "0");
    co_await wait_for_tasks(sleeping, 200ms);
    std::cout << "  " << sleeping.name() << (sleeping.done() ? ": done?" : ": still there")
              << std::endl;
    co_await query(other, "kill query " + id);
    co_await sleeping.async_wait();
    print(sleeping);
    const std::string product = co_await query(c, "select 6 * 7");
    std::cout << "  the same connection: 6 * 7 is " << product << std::endl;
    co_await c->async_close(asio::use_awaitable);
    co_await other->async_close(asio::use_awaitable);
}

asio::awaitable<void> demo(std::string socket) {
    co_await all_at_once(socket);
    co_await too_slow(socket);
}

} // namespace

int main(int argc, char** argv) {
    asio::io_context context;
    int code = 0;
    asio::co_spawn(context, demo(argc > 1 ? argv[1] : "/run/mysqld/mysqld.sock"),
                   [&](std::exception_ptr error) {
                       try {
                           if (error)
                               std::rethrow_exception(error);
                       } catch (const std::exception& e) {
                           std::cerr << "mysql: " << e.what() << std::endl;
                           code = 1;
                       }
                   });
    context.run();
    return code;
}
