// SPDX-License-Identifier: BSL-1.0

// 100,000 tasks, each waiting for the next: nothing may nest, on a stack that would not hold it.

#include "regression.hpp"

#include <pthread.h>

BOOST_AUTO_TEST_SUITE(regression_chains)

using namespace regression;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ASIO_WAIT_TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ASIO_WAIT_TEST_SANITIZED 1
#endif
#endif

#ifdef ASIO_WAIT_TEST_SANITIZED
constexpr int links = 20'000; // sanitizers take ten times the memory and the stack
constexpr std::size_t stack_bytes = 1024 * 1024;
#else
constexpr int links = 100'000;
constexpr std::size_t stack_bytes = 256 * 1024;
#endif

/// Runs on a thread with a small stack; too deep a recursion ends the program.
template<class F>
void on_small_stack(F f) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    BOOST_REQUIRE(pthread_attr_setstacksize(&attributes, stack_bytes) == 0);
    pthread_t thread;
    const auto start = [](void* p) -> void* {
        (*static_cast<F*>(p))();
        return nullptr;
    };
    BOOST_REQUIRE(pthread_create(&thread, &attributes, start, &f) == 0);
    pthread_join(thread, nullptr);
    pthread_attr_destroy(&attributes);
}

asio::awaitable<void> follow(task<> next) {
    co_await wait_for_tasks(next);
}

asio::awaitable<void> join(task<> next) {
    co_await next.async_join();
}

/// The first ends when `gate` is cancelled, every other one when its predecessor has ended.
template<class Link>
std::vector<task<>> make_chain(const asio::any_io_executor& ex, const task<>& gate, Link link) {
    std::vector<task<>> chain;
    chain.reserve(links);
    chain.push_back(create_task(ex, link(gate)));
    while (chain.size() != links)
        chain.push_back(create_task(ex, link(chain.back())));
    return chain;
}

bool all_done(const std::vector<task<>>& chain) {
    for (const auto& t : chain)
        if (!t.done())
            return false;
    return true;
}

/// Abandoned as a whole: the context dies with everybody waiting.
void abandon(bool our_service_first, bool on_a_strand) {
    bool done = false;
    on_small_stack([&] {
        std::vector<task<>> chain;
        task<> gate;
        {
            asio::io_context io;
            if (our_service_first)
                create_task(io, []() -> asio::awaitable<void> { co_return; });
            const asio::any_io_executor ex = on_a_strand
                                                 ? asio::any_io_executor(asio::make_strand(io))
                                                 : asio::any_io_executor(io.get_executor());
            gate = create_task(ex, [] { return forever(); });
            chain = make_chain(ex, gate, follow);
            io.poll();
        }
        done = all_done(chain) && gate.done();
    });
    BOOST_TEST(done);
}

} // namespace

BOOST_AUTO_TEST_CASE(a_chain_ends_link_by_link) {
    int in_order = 0;
    on_small_stack([&] {
        asio::io_context io;
        const auto gate = create_task(io, [] { return forever(); });
        const auto chain = make_chain(io.get_executor(), gate, follow);
        io.poll();
        if (!chain.front().done()) {
            gate.cancel();
            io.run();
        }
        for (const auto& t : chain)
            in_order += t.succeeded();
    });
    BOOST_TEST(in_order == links);
}

BOOST_AUTO_TEST_CASE(a_cancel_runs_down_a_chain_of_joins) {
    int cancelled = 0;
    on_small_stack([&] {
        asio::io_context io;
        const auto gate = create_task(io, [] { return forever(); });
        const auto chain = make_chain(io.get_executor(), gate, join);
        io.poll();
        chain.back().cancel();
        io.run();
        for (const auto& t : chain)
            cancelled += t.cancelled();
    });
    BOOST_TEST(cancelled == links);
}

BOOST_AUTO_TEST_CASE(a_chain_is_abandoned_on_a_plain_context) {
    abandon(true, false);
}

BOOST_AUTO_TEST_CASE(a_chain_is_abandoned_on_a_strand_with_our_service_first) {
    abandon(true, true);
}

BOOST_AUTO_TEST_CASE(a_chain_is_abandoned_on_a_strand_with_our_service_last) {
    abandon(false, true);
}

// Half of it: the other contexts' waits complete, one link after the other.
BOOST_AUTO_TEST_CASE(a_chain_across_two_contexts_loses_one_of_them) {
    int finished = 0;
    on_small_stack([&] {
        asio::io_context here;
        auto there = std::make_unique<asio::io_context>();
        std::vector<task<>> chain{create_task(*there, [] { return forever(); })};
        while (chain.size() != links / 10)
            chain.push_back(create_task(chain.size() % 2 ? here : *there, follow(chain.back())));
        here.poll();
        there->poll();
        there.reset();
        here.restart();
        here.run();
        for (const auto& t : chain)
            finished += t.done();
    });
    BOOST_TEST(finished == links / 10);
}

BOOST_AUTO_TEST_CASE(a_hundred_thousand_waits_on_one_task_are_abandoned) {
    lifetime_tracker::reset();
    int calls = 0;
    on_small_stack([&] {
        asio::io_context io;
        const auto t = create_task(asio::make_strand(io), [] { return forever(); });
        for (int i = 0; i < links; ++i)
            wait_for_tasks(t, asio::bind_executor(io, counted_handler(calls)));
        io.poll();
    });
    BOOST_TEST(calls == 0);
    BOOST_TEST(lifetime_tracker::live() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
