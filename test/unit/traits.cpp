// SPDX-License-Identifier: BSL-1.0

// What the types promise to the compiler.

#include "contract.hpp"

#include <boost/system/is_error_code_enum.hpp>

#include <concepts>
#include <functional>

namespace unit {
namespace {

template<class T>
concept hashable = requires(const T& t) {
    { std::hash<T>()(t) }
    noexcept->std::same_as<std::size_t>;
};

template<class H>
constexpr bool is_handle_like() {
    static_assert(std::regular<H>);
    static_assert(std::totally_ordered<H>);
    static_assert(std::is_nothrow_default_constructible_v<H>);
    static_assert(std::is_nothrow_copy_constructible_v<H>);
    static_assert(std::is_nothrow_copy_assignable_v<H>);
    static_assert(std::is_nothrow_move_constructible_v<H>);
    static_assert(std::is_nothrow_move_assignable_v<H>);
    static_assert(std::is_nothrow_destructible_v<H>);
    static_assert(std::is_nothrow_swappable_v<H>);
    static_assert(sizeof(H) == sizeof(void*));
    static_assert(hashable<H>);
    static_assert(!std::is_convertible_v<H, bool>);
    static_assert(std::is_constructible_v<bool, H>);
    static_assert(noexcept(std::declval<const H&>() == std::declval<const H&>()));
    static_assert(noexcept(std::declval<const H&>().valid()));
    return true;
}

static_assert(is_handle_like<task<>>());
static_assert(is_handle_like<task<int>>());
static_assert(is_handle_like<task<std::unique_ptr<int>>>());
static_assert(is_handle_like<any_task>());
static_assert(std::is_same_v<task<>, task<void>>);

static_assert(std::is_convertible_v<task<int>, any_task>);
static_assert(std::is_nothrow_constructible_v<any_task, const task<int>&>);
static_assert(std::is_nothrow_constructible_v<any_task, task<int>>);
static_assert(!std::is_convertible_v<any_task, task<int>>);
static_assert(!std::is_convertible_v<task<int>, task<void>>);
static_assert(!std::is_convertible_v<int, any_task>);
static_assert(std::equality_comparable_with<any_task, task<int>>);

template<class R, class H>
constexpr bool is_plain_result() {
    static_assert(std::is_aggregate_v<R>);
    static_assert(std::is_nothrow_default_constructible_v<R>);
    static_assert(std::is_copy_constructible_v<R>);
    static_assert(std::is_nothrow_move_constructible_v<R>);
    static_assert(std::is_nothrow_move_assignable_v<R>);
    static_assert(std::is_same_v<decltype(R::done), std::vector<H>>);
    static_assert(std::is_same_v<decltype(R::pending), std::vector<H>>);
    static_assert(sizeof(R) == 2 * sizeof(std::vector<H>));
    return true;
}

static_assert(is_plain_result<wait_result<task<int>>, task<int>>());
static_assert(is_plain_result<wait_result<any_task>, any_task>());

static_assert(first_completed == return_when::first_completed);
static_assert(first_exception == return_when::first_exception);
static_assert(all_completed == return_when::all_completed);
static_assert(std::is_enum_v<return_when> && !std::is_convertible_v<return_when, int>);

static_assert(std::is_base_of_v<std::logic_error, invalid_task_state>);
static_assert(std::is_base_of_v<std::bad_cast, bad_task_cast>);
static_assert(boost::system::is_error_code_enum<error::task_errors>::value);

static_assert(std::is_empty_v<use_task_t>);
static_assert(std::is_nothrow_default_constructible_v<use_task_t>);
static_assert(asio::completion_token_for<use_task_t, void(error_code, int)>);

// The handle is an operation; as a completion token it is refused where it is none.
static_assert(asio::is_async_operation<task<int>>::value);
static_assert(asio::is_async_operation<task<void>>::value);
static_assert(!std::is_invocable_v<const task<int>&, int>);
static_assert(std::is_invocable_v<const task<int>&, asio::detached_t>);

// The promised signatures.
static_assert(
    std::is_same_v<asio::completion_signature_of_t<task<int>>, void(std::exception_ptr, int)>);
static_assert(std::is_same_v<asio::completion_signature_of_t<task<>>, void(std::exception_ptr)>);
static_assert(std::is_same_v<decltype(wait_for_tasks(std::declval<task<int>>(), asio::use_future)),
                             std::future<wait_result<task<int>>>>);
static_assert(std::is_same_v<decltype(wait_for_tasks(std::declval<task<int>>(),
                                                     std::declval<task<>>(), asio::use_future)),
                             std::future<wait_result<any_task>>>);
static_assert(std::is_same_v<decltype(std::declval<task<int>>().async_get(asio::use_future)),
                             std::future<int>>);

BOOST_AUTO_TEST_SUITE(unit_traits)

BOOST_AUTO_TEST_CASE(the_error_category_speaks) {
    const error_code ec = error::task_abandoned;
    BOOST_TEST(ec.category().name() == "asio_wait");
    BOOST_TEST(!ec.message().empty());
    BOOST_TEST(ec.message() != error_code(99, ec.category()).message());
    BOOST_TEST((ec == error::task_abandoned));
    BOOST_TEST((ec != boost::system::errc::operation_canceled));
    BOOST_TEST(bool(ec));
}

BOOST_AUTO_TEST_CASE(misuse_says_what_is_wrong) {
    std::string empty, early;
    try {
        task<int>().done();
    } catch (const invalid_task_state& e) {
        empty = e.what();
    }
    asio::io_context io;
    auto t = create_task(io, give(1));
    try {
        t.result();
    } catch (const invalid_task_state& e) {
        early = e.what();
    }
    BOOST_TEST(empty.find("empty") != empty.npos);
    BOOST_TEST(early.find("not ended") != early.npos);
    BOOST_TEST(std::string(bad_task_cast().what()).find("another type") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace unit
