// SPDX-License-Identifier: BSL-1.0
#pragma once

// An executor that remembers itself while it runs a function, so that a handler can tell where it
// is running and whether it was called from inside the initiating function.
//
//     test::tracker_executor ex(io.get_executor(), 7);
//     test::initiate([&] { op(asio::bind_executor(ex, [&](auto...) {
//         BOOST_TEST(test::innermost_executor() == 7);
//         BOOST_TEST(!test::initiating()); })); });

#include <boost/asio/execution.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>

#include <type_traits>
#include <utility>
#include <vector>

namespace test {

namespace asio = boost::asio;

namespace detail {
inline thread_local std::vector<int> executor_stack;
inline thread_local int initiations = 0;

template<class F>
class tracked_function {
public:
    tracked_function(F f, int id) : f_(std::move(f)), id_(id) {}

    void operator()() {
        executor_stack.push_back(id_);
        struct leave {
            ~leave() { executor_stack.pop_back(); }
        } on_exit;
        std::move(f_)();
    }

private:
    F f_;
    int id_;
};
} // namespace detail

/// The tracker whose function is running, 0 outside of all.
inline int innermost_executor() {
    return detail::executor_stack.empty() ? 0 : detail::executor_stack.back();
}

/// Is the caller inside `initiate`?
inline bool initiating() {
    return detail::initiations != 0;
}

template<class F>
decltype(auto) initiate(F&& f) {
    ++detail::initiations;
    struct leave {
        ~leave() { --detail::initiations; }
    } on_exit;
    return std::forward<F>(f)();
}

template<class Executor>
class tracker_executor {
public:
    tracker_executor(Executor inner, int id) noexcept : inner_(std::move(inner)), id_(id) {}

    int id() const noexcept { return id_; }
    const Executor& inner() const noexcept { return inner_; }

    template<class F>
    void execute(F&& f) const {
        inner_.execute(detail::tracked_function<std::decay_t<F>>(std::forward<F>(f), id_));
    }

    template<class Property>
    requires asio::can_query<const Executor&, Property>::value auto query(const Property& p) const
        noexcept(asio::is_nothrow_query<const Executor&, Property>::value)
            -> decltype(asio::query(std::declval<const Executor&>(), p)) {
        return asio::query(inner_, p);
    }

    template<class Property>
    requires asio::can_require<const Executor&, Property>::value auto require(
        const Property& p) const {
        return rebound(asio::require(inner_, p));
    }

    template<class Property>
    requires asio::can_prefer<const Executor&, Property>::value auto prefer(
        const Property& p) const {
        return rebound(asio::prefer(inner_, p));
    }

    friend bool operator==(const tracker_executor& a, const tracker_executor& b) noexcept {
        return a.id_ == b.id_ && a.inner_ == b.inner_;
    }

    friend bool operator!=(const tracker_executor& a, const tracker_executor& b) noexcept {
        return !(a == b);
    }

private:
    template<class Other>
    tracker_executor<std::decay_t<Other>> rebound(Other&& other) const {
        return {std::forward<Other>(other), id_};
    }

    Executor inner_;
    int id_;
};

} // namespace test
