// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/create_task.hpp>
#include <asio_wait/detail/group_op.hpp>
#include <asio_wait/detail/late.hpp>
#include <asio_wait/detail/permit.hpp>
#include <asio_wait/detail/range_concepts.hpp>
#include <asio_wait/exception_group.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/assert/source_location.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace asio_wait::inline v0 {

namespace detail {

/// The range and the function, shared by all calls; a range passed as an lvalue is not copied.
template<class R, class F>
struct limited_work {
    R range;
    F function;
};

/// One call, of an element that is a temporary of the range's iterator and must be kept.
template<class Work, class Element>
struct limited_call {
    std::shared_ptr<Work> work;
    Element element;

    auto operator()() { return work->function(std::forward<Element>(element)); }
};

/// One call, of an element of the range: made before the body goes on to the next element, which may
/// overwrite it.
template<class Work, class Element>
struct limited_call<Work, Element&> {
    std::shared_ptr<Work> work;
    std::invoke_result_t<decltype(Work::function)&, Element&> call;

    limited_call(std::shared_ptr<Work> w, Element& element)
        : work(std::move(w)), call(work->function(element)) {}

    auto operator()() { return std::move(call); }
};

struct limited_permit : permit {
    static constexpr const char* what = "for_each_limited";
    using permit::permit;
};

/// A place for one more call, until it is used or nobody wants it any more.
class limited_place {
public:
    explicit limited_place(std::shared_ptr<group_state> group) noexcept
        : group_(std::move(group)) {}
    limited_place(const limited_place&) = delete;
    limited_place& operator=(const limited_place&) = delete;
    ~limited_place() {
        try {
            give_back();
        } catch (...) {
            // Nobody else waits for a place here.
        }
    }

    template<class Permit = limited_permit>
    auto wait() const {
        return initiate_with<void(boost::system::error_code)>(
            asio::deferred_t(), initiate_in_group{group_}, Permit(group_->children()));
    }

    /// Refused when it could be had only because the group is being cancelled.
    void take() {
        taken_ = true;
        if (group_->aborting())
            throw boost::system::system_error(asio::error::operation_aborted);
    }

    void give_back() {
        if (std::exchange(taken_, false))
            group_->children()->return_places(1);
    }

private:
    std::shared_ptr<group_state> group_;
    bool taken_ = false;
};

template<class R, class F>
struct limited_body {
    std::shared_ptr<limited_work<R, F>> work;
    std::size_t limit;
    boost::source_location at;

    using reference = std::ranges::range_reference_t<R>;
    using executor = typename awaitable_traits<std::invoke_result_t<F&, reference>>::executor_type;
    using call = limited_call<limited_work<R, F>, reference>;

    asio::awaitable<void, executor> operator()(task_group& group) {
        return run(group, std::move(work), limit, at);
    }

    static asio::awaitable<void, executor> run(task_group& group,
                                               std::shared_ptr<limited_work<R, F>> work,
                                               std::size_t limit, boost::source_location at) {
        const auto children = group_access::state(group);
        children->limit(limit == 0 ? 1 : limit);
        // The range is asked only when there is a place for what it gives: it may produce its
        // elements, and those that are not reached are not touched.
        late<limited_place, R> place(children);
        co_await place.wait();
        place.take();
        const auto last = std::ranges::end(work->range);
        for (auto i = std::ranges::begin(work->range); i != last; ++i) {
            children->spawn(call{work, *i}, {}, at);
            place.give_back(); // the child has its own
            co_await place.wait();
            place.take();
        }
    }
};

template<class R, class F>
concept limited_function =
    std::ranges::input_range<R> && is_awaitable < std::invoke_result_t < std::decay_t<F>
&, std::ranges::range_reference_t < R >>> ;

template<class Place, class R, class F, class CompletionToken>
auto start_for_each_limited(Place place, R&& range, std::size_t limit, F&& function,
                            CompletionToken&& token, const boost::source_location& at) {
    using work = limited_work<R, std::decay_t<F>>;
    auto w = std::shared_ptr<work>(new work{std::forward<R>(range), std::forward<F>(function)});
    return start_group(std::move(place), limited_body<R, std::decay_t<F>>{std::move(w), limit, at},
                       std::forward<CompletionToken>(token), at);
}

} // namespace detail

/// Calls a function for every element, so many calls running at a time.
/** `for_each_limited([executor], range, limit, function, [token])`, where `function(element)` returns an
 *  awaitable; its value is dropped. A limit of 0 is 1.
 *
 *  @par Requirements   An input range; elements may be produced while it runs.
 *  @par Completion     `void(std::exception_ptr)`, when all calls have ended. Calls start in the order of
 *       the range.
 *  @par Errors         `exception_group` with every failure: the first cancels what is running, and no
 *       further call is made. `operation_aborted` when it was cancelled.
 *  @par Cancellation   terminal, partial, total: cancels what is running, and waits for it.
 *  @par Cancel safety  Elements that were not reached have not been touched.
 *  @par Executor       As with_task_group.
 *  @par Thread safety  Any thread for the call; the function is called on the executor.
 *  @par Lifetimes      A range passed as an lvalue must live until completion; an rvalue is moved in. The
 *       function is kept until all calls have ended. A context destroyed meanwhile may destroy the
 *       awaiting coroutine before the calls, so what their destructors touch must not be its locals.
 *  @par Cost           O(n) time, O(limit) memory; one create_task and one post for each element.
 *  @par asyncio        None; a TaskGroup with a Semaphore.
 *  @par Example        @snippet groups.cpp for_each_limited */
template<class R, class F, class CompletionToken = boost::asio::deferred_t>
requires(detail::limited_function<R, F>)
    [[nodiscard]] auto for_each_limited(R&& range, std::size_t limit, F&& function,
                                        CompletionToken&& token = CompletionToken(),
                                        boost::source_location at = BOOST_CURRENT_LOCATION) {
    return detail::start_for_each_limited(detail::start_place<void>(), std::forward<R>(range),
                                          limit, std::forward<F>(function),
                                          std::forward<CompletionToken>(token), at);
}

/// The same, with the calls on an executor of their own.
template<class ExecutorOrContext, class R, class F, class CompletionToken = boost::asio::deferred_t>
requires(detail::is_executor_or_context<ExecutorOrContext>&& detail::limited_function<R, F>)
    [[nodiscard]] auto for_each_limited(ExecutorOrContext&& executor_or_context, R&& range,
                                        std::size_t limit, F&& function,
                                        CompletionToken&& token = CompletionToken(),
                                        boost::source_location at = BOOST_CURRENT_LOCATION) {
    return detail::start_for_each_limited(detail::place_of(executor_or_context),
                                          std::forward<R>(range), limit, std::forward<F>(function),
                                          std::forward<CompletionToken>(token), at);
}

} // namespace asio_wait::inline v0
