// SPDX-License-Identifier: BSL-1.0

// tls_handshakes: connects to four TLS servers at once (they run in this program). One is as it
// should be, one never answers the ClientHello, one has a certificate nobody knows, one that of
// another host. Connecting and shaking hands have a time limit each.

#include <asio_wait.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <chrono>
#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace asio = boost::asio;
namespace ssl = asio::ssl;
using namespace asio_wait;
using namespace std::chrono_literals;
using asio::ip::tcp;
using stream = ssl::stream<tcp::socket>;
using context_ptr = std::shared_ptr<ssl::context>; // shared by the tasks of all clients

namespace {

struct certificate {
    std::shared_ptr<EVP_PKEY> key;
    std::shared_ptr<X509> text;
};

/// Signed by itself, good for an hour.
certificate certificate_for(const std::string& host) {
    const certificate c{{EVP_EC_gen("P-256"), EVP_PKEY_free}, {X509_new(), X509_free}};
    X509* x = c.text.get();
    X509_set_version(x, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
    X509_gmtime_adj(X509_getm_notBefore(x), -60);
    X509_gmtime_adj(X509_getm_notAfter(x), 3600);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(host.c_str()), -1, -1, 0);
    X509_set_issuer_name(x, X509_get_subject_name(x));
    X509_set_pubkey(x, c.key.get());
    if (!X509_sign(x, c.key.get(), EVP_sha256()))
        throw std::runtime_error("no certificate could be made");
    return c;
}

ssl::context server_context(const certificate& c) {
    ssl::context context(ssl::context::tls_server);
    if (SSL_CTX_use_certificate(context.native_handle(), c.text.get()) != 1 ||
        SSL_CTX_use_PrivateKey(context.native_handle(), c.key.get()) != 1)
        throw std::runtime_error("the certificate cannot be used");
    return context;
}

/// Shakes hands with one client, and reads until that goes.
asio::awaitable<void> serve_one(tcp::acceptor acceptor, ssl::context context) {
    stream client(co_await acceptor.async_accept(asio::use_awaitable), context);
    co_await client.async_handshake(stream::server, asio::use_awaitable);
    char byte = 0;
    co_await client.async_read_some(asio::buffer(&byte, 1), asio::use_awaitable);
}

/// Takes a client, and then does nothing at all.
asio::awaitable<void> serve_nobody(tcp::acceptor acceptor) {
    tcp::socket client = co_await acceptor.async_accept(asio::use_awaitable);
    asio::steady_timer timer(client.get_executor(), 1h);
    co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<std::string> version_of(tcp::endpoint server, context_ptr context) {
    stream s(co_await asio::this_coro::executor, *context);
    s.set_verify_mode(ssl::verify_peer);
    s.set_verify_callback(ssl::host_name_verification("localhost"));
    co_await wait_for(s.next_layer().async_connect(server, asio::deferred), 2s);
    co_await wait_for(s.async_handshake(stream::client, asio::deferred), 1s);
    co_return SSL_get_version(s.native_handle());
}

void print(const task<std::string>& t) {
    std::cout << t.name() << ": ";
    try {
        std::cout << t.result() << std::endl;
    } catch (const timeout_error&) {
        std::cout << "no handshake in time" << std::endl;
    } catch (const boost::system::system_error& e) {
        std::cout << e.code().message() << std::endl;
    }
}

asio::awaitable<void> demo() {
    const auto executor = co_await asio::this_coro::executor;
    const certificate known = certificate_for("localhost"), other = certificate_for("elsewhere");
    const auto trusting = std::make_shared<ssl::context>(ssl::context::tls_client);
    X509_STORE* store = SSL_CTX_get_cert_store(trusting->native_handle());
    X509_STORE_add_cert(store, known.text.get());
    X509_STORE_add_cert(store, other.text.get());

    task_set<> servers;
    std::vector<task<std::string>> clients;
    const auto start = [&](const char* name, auto serve) {
        tcp::acceptor acceptor(executor, {asio::ip::address_v4::loopback(), 0});
        const auto address = acceptor.local_endpoint();
        servers.spawn(executor, serve(std::move(acceptor)), name);
        clients.push_back(create_task(executor, version_of(address, trusting), name));
    };
    const auto with = [](const certificate& c) {
        return [c](tcp::acceptor a) { return serve_one(std::move(a), server_context(c)); };
    };
    start("good", with(known));
    start("silent", [](tcp::acceptor a) { return serve_nobody(std::move(a)); });
    start("unknown", with(certificate_for("localhost")));
    start("elsewhere", with(other));

    co_await wait_for_tasks(clients);
    for (const auto& t : clients)
        print(t);
    co_await servers.async_shutdown();
    for (const auto& t : servers)
        (void)t.exception(); // what became of a server does not matter here
}

} // namespace

int main() {
    asio::io_context context;
    asio::co_spawn(context, demo(), [](std::exception_ptr error) {
        if (error)
            std::rethrow_exception(error);
    });
    context.run();
}
