// SPDX-License-Identifier: BSL-1.0

// postgres [connection string]: libpq's asynchronous interface on Asio. Several statements run at
// once, each on a connection of its own; their answers are used as they come. A time limit cancels
// the statement on the server, too, and leaves the connection usable.

#include <asio_wait.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/system_executor.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <libpq-fe.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using namespace asio_wait;
using namespace std::chrono_literals;
using boost::system::system_error;
using descriptor = asio::posix::stream_descriptor;

namespace {

using connection = std::shared_ptr<PGconn>; // a task owns what it runs on
using result = std::shared_ptr<PGresult>;

std::runtime_error error_of(const connection& c) {
    return std::runtime_error(PQerrorMessage(c.get()));
}

/// To wait for the socket. A duplicate, because libpq closes its own.
descriptor socket_of(const connection& c, const asio::any_io_executor& executor) {
    const int duplicate = ::dup(PQsocket(c.get()));
    if (duplicate < 0)
        throw system_error(errno, boost::system::system_category());
    return descriptor(executor, duplicate);
}

asio::awaitable<connection> connect(std::string where) {
    const auto executor = co_await asio::this_coro::executor;
    const connection c(PQconnectStart(where.c_str()), PQfinish);
    if (!c || PQstatus(c.get()) == CONNECTION_BAD)
        throw error_of(c);
    for (auto next = PGRES_POLLING_WRITING; next != PGRES_POLLING_OK;
         next = PQconnectPoll(c.get())) {
        if (next == PGRES_POLLING_FAILED)
            throw error_of(c);
        auto socket = socket_of(c, executor); // each time: the next address has a new one
        co_await socket.async_wait(next == PGRES_POLLING_READING ? descriptor::wait_read
                                                                 : descriptor::wait_write,
                                   asio::use_awaitable);
    }
    if (PQsetnonblocking(c.get(), 1) != 0)
        throw error_of(c);
    co_return c;
}

/// Sends what is left: a long statement may not fit into the socket at once.
asio::awaitable<void> flush(const connection& c, descriptor& socket) {
    for (int left = PQflush(c.get()); left != 0; left = PQflush(c.get())) {
        if (left < 0)
            throw error_of(c);
        auto readable = socket.async_wait(descriptor::wait_read, use_task("readable"));
        auto writable = socket.async_wait(descriptor::wait_write, use_task("writable"));
        co_await wait_for_tasks(readable, writable, first_completed);
        co_await cancel_and_wait(readable, writable);
        // A server whose words nobody takes may take none itself.
        if (!PQconsumeInput(c.get()))
            throw error_of(c);
    }
}

/// Until the statement has ended. May be called again after a cancel: it goes on with the same last.
asio::awaitable<void> receive(const connection& c, descriptor& socket, result& last) {
    for (;;) {
        while (PQisBusy(c.get())) {
            co_await socket.async_wait(descriptor::wait_read, asio::use_awaitable);
            if (!PQconsumeInput(c.get()))
                throw error_of(c);
        }
        const result next(PQgetResult(c.get()), PQclear);
        if (!next)
            co_return;
        last = next;
    }
}

/// Asks the server to end the statement. PQcancel blocks, so a thread of the system's runs it.
asio::awaitable<void> cancel_statement(const connection& c) {
    std::shared_ptr<PGcancel> handle(PQgetCancel(c.get()), PQfreeCancel);
    auto body = [handle]() -> asio::awaitable<void> {
        std::array<char, 256> text{};
        if (!PQcancel(handle.get(), text.data(), static_cast<int>(text.size())))
            throw std::runtime_error(text.data());
        co_return;
    };
    auto asking = create_task(asio::system_executor(), std::move(body), "PQcancel");
    co_await asking.async_get();
}

/// The last result of the statement. Must be a task of its own, for it disables cancellation.
asio::awaitable<result> execute(connection c, std::string statement) {
    auto socket = socket_of(c, co_await asio::this_coro::executor);
    if (!PQsendQuery(c.get(), statement.c_str()))
        throw error_of(c);
    result last;
    try {
        co_await flush(c, socket);
        co_await receive(c, socket, last);
        co_return last;
    } catch (const system_error& e) {
        if (e.code() != asio::error::operation_aborted)
            throw;
    }
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await flush(c, socket); // the server can only end what has arrived
    co_await cancel_statement(c);
    co_await receive(c, socket, last); // the answer to that, or the value, if that was too late
    const char* state = PQresultErrorField(last.get(), PG_DIAG_SQLSTATE);
    if (state && state == std::string("57014")) // query_canceled
        throw system_error(asio::error::operation_aborted);
    co_return last;
}

/// The first field of the first row, if there is one.
asio::awaitable<std::string> query(connection c, std::string statement) {
    const auto executor = co_await asio::this_coro::executor;
    const auto executing = create_task(executor, execute(c, statement), "statement");
    const auto r = co_await executing.async_join(); // which passes a cancel on
    if (PQresultStatus(r.get()) != PGRES_TUPLES_OK) {
        const char* reason = PQresultErrorField(r.get(), PG_DIAG_MESSAGE_PRIMARY);
        throw std::runtime_error(reason ? reason : PQerrorMessage(c.get()));
    }
    const bool found = PQntuples(r.get()) != 0 && PQnfields(r.get()) != 0;
    co_return found ? PQgetvalue(r.get(), 0, 0) : "";
}

asio::awaitable<std::string> connect_and_query(std::string where, std::string statement) {
    const connection c = co_await connect(where);
    co_return co_await query(c, statement);
}

void print(const task<std::string>& t) {
    std::cout << "  " << t.name() << ": ";
    try {
        std::cout << t.result() << std::endl;
    } catch (const std::exception& e) {
        std::cout << "failed, " << e.what() << std::endl;
    }
}

asio::awaitable<void> all_at_once(std::string where) {
    std::cout << "Four statements at once:" << std::endl;
    const auto executor = co_await asio::this_coro::executor;
    const auto start = [&](const char* name, const char* statement) {
        return create_task(executor, connect_and_query(where, statement), name);
    };
    std::vector pending{start("slow", "select 'three' from pg_sleep(1.2)"),
                        start("fast", "select 'one' from pg_sleep(0.4)"),
                        start("middle", "select 'two' from pg_sleep(0.8)"),
                        start("wrong", "select 1 / 0")};
    while (!pending.empty()) {
        auto [done, rest] = co_await wait_for_tasks(pending, first_completed);
        for (const auto& t : done)
            print(t);
        pending = std::move(rest);
    }
}

asio::awaitable<void> with_a_limit(std::string where) {
    std::cout << "A limit of 0.2 s for a statement that takes an hour:" << std::endl;
    const connection c = co_await connect(where), other = co_await connect(where);
    const std::string asleep = "select count(*) from pg_stat_activity "
                               "where state = 'active' and query like 'select pg_sleep%'";
    auto sleeping = create_task(co_await asio::this_coro::executor,
                                query(c, "select pg_sleep(3600)"), "sleeping");
    std::string count;
    do // until it has arrived
        count = co_await query(other, asleep);
    while (count == "0");
    std::cout << "  on the server before: " << count << std::endl;
    try {
        co_await wait_for(sleeping, 200ms);
    } catch (const timeout_error& e) {
        std::cout << "  " << e.what() << std::endl;
    }
    count = co_await query(other, asleep);
    std::cout << "  on the server after: " << count << std::endl;
    const std::string product = co_await query(c, "select 6 * 7");
    std::cout << "  the same connection: 6 * 7 is " << product << std::endl;
}

asio::awaitable<void> demo(std::string where) {
    co_await all_at_once(where);
    co_await with_a_limit(where);
}

} // namespace

int main(int argc, char** argv) {
    asio::io_context context;
    int code = 0;
    asio::co_spawn(context, demo(argc > 1 ? argv[1] : ""), [&](std::exception_ptr error) {
        try {
            if (error)
                std::rethrow_exception(error);
        } catch (const std::exception& e) {
            std::cerr << "postgres: " << e.what() << std::endl;
            code = 1;
        }
    });
    context.run();
    return code;
}
