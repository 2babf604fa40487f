// SPDX-License-Identifier: BSL-1.0

// The small tools under everything: mutex, counted pointer, type tag, clamped addition.

#include <asio_wait/detail/limit.hpp>
#include <asio_wait/detail/ref_ptr.hpp>
#include <asio_wait/detail/small_mutex.hpp>
#include <asio_wait/detail/type_tag.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cmath>
#include <limits>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace asio_wait::detail;
namespace chrono = std::chrono;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(unit_small_parts)

static_assert(sizeof(small_mutex) == 4);

BOOST_AUTO_TEST_CASE(threads_count_under_the_mutex) {
    small_mutex mutex;
    long count = 0; // not atomic: the thread sanitizer watches
    constexpr int rounds = 20'000;
    const auto work = [&] {
        for (int i = 0; i != rounds; ++i) {
            std::lock_guard lock(mutex);
            ++count;
        }
    };
    std::thread a(work), b(work), c(work);
    a.join();
    b.join();
    c.join();
    BOOST_TEST(count == 3L * rounds);
}

BOOST_AUTO_TEST_CASE(a_waiter_sleeps_until_the_holder_is_done) {
    small_mutex mutex;
    std::string log;
    mutex.lock();
    std::thread waiter([&] {
        std::lock_guard lock(mutex);
        log += "waiter";
    });
    std::this_thread::yield();
    log += "holder ";
    mutex.unlock();
    waiter.join();
    BOOST_TEST(log == "holder waiter");
}

struct counted {
    int owners = 1;
    virtual ~counted() = default;
    void add_ref() { ++owners; }
    void release() { --owners; }
};
struct derived : counted {};

BOOST_AUTO_TEST_CASE(ref_ptr_counts_every_owner) {
    derived d;
    {
        auto a = ref_ptr<derived>::adopt(&d);
        BOOST_TEST(d.owners == 1);
        const auto b = a;
        BOOST_TEST(d.owners == 2);
        const auto c = std::move(a);
        BOOST_TEST(!a);
        BOOST_TEST(d.owners == 2);
        ref_ptr<counted> base = c;
        BOOST_TEST(d.owners == 3);
        auto& same = base; // not seen by the compiler as an assignment to itself
        base = same;
        BOOST_TEST(d.owners == 3);
        base = nullptr;
        BOOST_TEST(d.owners == 2);
        const auto shared = ref_ptr<derived>::share(&d);
        BOOST_TEST(d.owners == 3);
        auto given = shared;
        given.detach()->release();
        BOOST_TEST(d.owners == 3);
    }
    BOOST_TEST(d.owners == 0);
    BOOST_TEST(!ref_ptr<derived>::share(nullptr));
}

BOOST_AUTO_TEST_CASE(ref_count_tells_the_last_one) {
    ref_count count;
    count.add();
    BOOST_TEST(!count.drop());
    BOOST_TEST(count.drop());
}

namespace named {
struct local_kind {};
} // namespace named

template<class T>
bool same_spelling() {
    const type_tag copy{type_tag_of<T>.spelling}; // as another shared object has it
    return copy == type_tag_of<T>;
}

BOOST_AUTO_TEST_CASE(tags_tell_types_apart) {
    BOOST_TEST((type_tag_of<int> == type_tag_of<int>));
    BOOST_TEST(!(type_tag_of<int> == type_tag_of<unsigned>));
    BOOST_TEST(!(type_tag_of<void> == type_tag_of<int>));
    BOOST_TEST((type_tag_of<std::vector<int>> == type_tag_of<std::vector<int>>));
    BOOST_TEST(!(type_tag_of<std::vector<int>> == type_tag_of<std::vector<long>>));
    BOOST_TEST(!(type_tag_of<int> == type_tag_of<const int>));
}

BOOST_AUTO_TEST_CASE(tags_of_two_shared_objects_are_equal_when_the_name_is_global) {
    BOOST_TEST(same_spelling<int>());
    BOOST_TEST(same_spelling<std::string>());
    BOOST_TEST((same_spelling<std::map<std::string, std::vector<int>>>()));
}

BOOST_AUTO_TEST_CASE(tags_of_types_local_to_a_file_or_function_are_equal_to_themselves_only) {
    struct in_function {};
    BOOST_TEST(!same_spelling<named::local_kind>()); // in an unnamed namespace
    BOOST_TEST(!same_spelling<in_function>());
    const auto lambda = [] {};
    BOOST_TEST(!same_spelling<decltype(lambda)>());
    BOOST_TEST(!same_spelling<std::vector<named::local_kind>>());
    BOOST_TEST((type_tag_of<in_function> == type_tag_of<in_function>));
}

// add_clamped

using steady = chrono::steady_clock;
constexpr steady::time_point start{1000s};

template<class D>
auto after(D d, steady::time_point from = start) {
    return add_clamped<steady>(from, d);
}

BOOST_AUTO_TEST_CASE(ordinary_durations_are_added) {
    BOOST_CHECK(after(5s) == start + 5s);
    BOOST_CHECK(after(1ns) == start + 1ns);
    BOOST_CHECK(after(24h) == start + 24h);
    BOOST_CHECK(after(chrono::duration<double>(0.5)) == start + 500ms);
    BOOST_CHECK(after(chrono::duration<float, std::milli>(2.0f)) == start + 2ms);
    BOOST_CHECK((after(chrono::duration<unsigned char>(200)) == start + 200s));
}

BOOST_AUTO_TEST_CASE(zero_and_negative_are_now) {
    BOOST_CHECK(after(0s) == start);
    BOOST_CHECK(after(-5s) == start);
    BOOST_CHECK((chrono::nanoseconds::min)() < 0ns);
    BOOST_CHECK(after((chrono::nanoseconds::min)()) == start);
    BOOST_CHECK(after((chrono::hours::min)()) == start);
    BOOST_CHECK(after(chrono::duration<double>(-0.0)) == start);
    BOOST_CHECK(after(chrono::duration<double>(-std::numeric_limits<double>::infinity())) == start);
}

BOOST_AUTO_TEST_CASE(not_a_number_is_now) {
    BOOST_CHECK(after(chrono::duration<double>(std::nan(""))) == start);
    BOOST_CHECK(after(chrono::duration<float>(std::nanf(""))) == start);
}

BOOST_AUTO_TEST_CASE(the_greatest_of_every_type_is_no_limit) {
    BOOST_CHECK(!after((chrono::nanoseconds::max)()));
    BOOST_CHECK(!after((chrono::milliseconds::max)()));
    BOOST_CHECK(!after((chrono::hours::max)()));
    BOOST_CHECK(!after((chrono::duration<double>::max)()));
    BOOST_CHECK(!after((chrono::duration<float>::max)()));
    BOOST_CHECK(!after((chrono::duration<long long, std::atto>::max)()));
    BOOST_CHECK(!after(chrono::duration<double>(std::numeric_limits<double>::infinity())));
    BOOST_CHECK(
        !after(chrono::duration<long double>(std::numeric_limits<long double>::infinity())));
}

BOOST_AUTO_TEST_CASE(what_would_overflow_is_no_limit) {
    BOOST_CHECK(!after(chrono::hours(24) * 365 * 300)); // steady_clock ends after 292 years
    BOOST_CHECK(!after(chrono::duration<double>(1e300)));
    BOOST_CHECK(!after((chrono::nanoseconds::max)() - 1ns));
    BOOST_CHECK(!after(10s, (steady::time_point::max)() - 5s));
    BOOST_CHECK(after(3s, (steady::time_point::max)() - 5s));
    BOOST_CHECK(after(1s, (steady::time_point::min)()) == (steady::time_point::min)() + 1s);
}

BOOST_AUTO_TEST_CASE(finer_than_the_clock_is_rounded_up) {
    using fine = chrono::duration<long long, std::pico>;
    BOOST_CHECK(after(fine(1)) == start + 1ns);
    BOOST_CHECK(after(fine(1000)) == start + 1ns);
    BOOST_CHECK(after(fine(1001)) == start + 2ns);
    BOOST_CHECK(after(chrono::duration<double>(0.25e-9)) == start + 1ns);
}

struct coarse_clock {
    using duration = chrono::seconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = chrono::time_point<coarse_clock>;
    [[maybe_unused]] static constexpr bool is_steady = true;
    static time_point now() { return time_point(100s); }
};

BOOST_AUTO_TEST_CASE(a_coarse_clock_rounds_up_and_does_not_overflow) {
    const auto from = coarse_clock::now();
    BOOST_CHECK(add_clamped<coarse_clock>(from, 1ms) == from + 1s);
    BOOST_CHECK(add_clamped<coarse_clock>(from, 1000ms) == from + 1s);
    BOOST_CHECK(add_clamped<coarse_clock>(from, 1001ms) == from + 2s);
    BOOST_CHECK(!add_clamped<coarse_clock>(from, (chrono::nanoseconds::max)()));
    BOOST_CHECK(add_clamped<coarse_clock>(from, (chrono::nanoseconds::max)() - 1s).has_value());
    BOOST_CHECK(!add_clamped<coarse_clock>(from, (chrono::seconds::max)() - 1s));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
