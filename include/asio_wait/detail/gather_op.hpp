// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/cancel_batch.hpp>
#include <asio_wait/detail/get_op.hpp>
#include <asio_wait/detail/join_op.hpp>
#include <asio_wait/detail/start_task.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/assert/source_location.hpp>

#include <cstddef>
#include <exception>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

// Its header brings two libraries and costs the compiler a third of what all of this one does, so it is
// included by those who use gather_settled.
namespace boost::system {
template<class T, class E>
class result;
}

namespace asio_wait::inline v0::detail {

inline constexpr wait_condition first_not_succeeded{outcome(task_status::failed) |
                                                    outcome(task_status::cancelled)};

/// Waits for several tasks, and cancels and awaits all of them when it is stopped. `Results` makes the
/// value: `std::size_t size()`, `task_base* task(i)`, `value_type values()`, `wait_condition
/// condition`.
template<class Results>
class gathered : public plain_wait {
public:
    static constexpr const char* what = Results::what;
    static constexpr bool cancellable_when_over = false;
    using core_type = joining_core<cancel_tasks>;
    using value_type = typename Results::value_type;

    explicit gathered(Results results) noexcept : results_(std::move(results)) {}

    std::size_t prepare() const noexcept { return results_.size(); }

    ref_ptr<core_type> make_core(wait_node* nodes, std::size_t count, ref_ptr<context_core> context,
                                 pending_op* op) const {
        cancel_tasks target;
        target.tasks.reserve(count);
        for (std::size_t i = 0; i != count; ++i) {
            nodes[i].task = results_.task(i);
            target.tasks.push_back(ref_ptr<task_base>::share(results_.task(i)));
        }
        return core_type::create(Results::condition, count, std::move(context), op,
                                 std::move(target));
    }

    auto result(wait_core& core, wait_node* nodes, std::size_t count) {
        done_list done;
        const stop_reason why = core.close(nodes, count, done);
        // Later failures are nobody's news: this call has reported, or has been cancelled.
        for (std::size_t i = 0; i != count; ++i)
            nodes[i].task->mark_observed();
        std::exception_ptr error;
        if (Results::condition.outcomes != no_outcome)
            for (const wait_node* n = done.first(); n && !error; n = n->next_done)
                error = n->task->error();
        // What was on its way already when the cancel came goes unsaid; the tasks keep it.
        if (why == stop_reason::cancelled && (!error || is_cancellation(error) || core.late()))
            error = as_exception(asio::error::operation_aborted);
        if constexpr (std::is_void_v<value_type>) {
            return std::tuple<std::exception_ptr>(std::move(error));
        } else {
            using arguments = std::tuple<std::exception_ptr, passed<value_type>>;
            if (!error) {
                try {
                    return arguments(nullptr, results_.values());
                } catch (...) {
                    error = std::current_exception(); // a throwing copy, no memory, taken already
                }
            }
            return arguments(std::move(error), passed<value_type>());
        }
    }

private:
    Results results_;
};

template<class T>
T copied_or_taken(task_state<T>& state, bool take) {
    if constexpr (std::is_copy_constructible_v<T>)
        if (!take)
            return state.read_value();
    return state.take_value();
}

/// What a task of several gives, as gather passes it.
template<class T>
struct gathered_value {
    using type = T;
    static T read(task_state<T>& s, bool take) { return copied_or_taken(s, take); }
};

template<class T>
requires std::is_void_v<T>
struct gathered_value<T> {
    using type = std::monostate;
    static type read(task_state<T>&, bool) noexcept { return {}; }
};

template<class T>
concept complete = requires {
    sizeof(T);
};

template<class T>
struct settled {
    using type = boost::system::result<T, std::exception_ptr>;
    static_assert(complete<type>, "asio_wait: gather_settled gives boost::system::result; include "
                                  "<boost/system/result.hpp>");
};

/// ... and gather_settled, for which an error is a value.
template<class T>
struct settled_value {
    using type = typename settled<T>::type;
    static type read(task_state<T>& s, bool take) {
        if (s.error())
            return s.error();
        return copied_or_taken(s, take);
    }
};

template<class T>
requires std::is_void_v<T>
struct settled_value<T> {
    using type = typename settled<T>::type;
    static type read(task_state<T>& s, bool) {
        if (s.error())
            return s.error();
        return {};
    }
};

/// Reads each task's value with `Value`; the wait ends as soon as Condition holds.
template<template<class> class Value, bool Settled>
struct gather_kind {
    static constexpr const char* what = Settled ? "gather_settled" : "gather";
    static constexpr wait_condition condition =
        Settled ? wait_condition{no_outcome} : first_not_succeeded;

    template<class... Elements>
    class listed {
    public:
        using value_type =
            std::tuple<typename Value<typename element_traits<Elements>::value_type>::type...>;
        static constexpr const char* what = gather_kind::what;
        static constexpr wait_condition condition = gather_kind::condition;

        explicit listed(ref_ptr<task_state<typename element_traits<Elements>::value_type>>... s)
            : bases_{s.get()...}, states_(std::move(s)...) {}

        static constexpr std::size_t size() noexcept { return sizeof...(Elements); }
        task_base* task(std::size_t i) const noexcept { return bases_[i]; }

        value_type values() {
            return std::apply(
                [](auto&... s) {
                    return value_type{Value<typename element_traits<Elements>::value_type>::read(
                        *s, element_traits<Elements>::is_new)...};
                },
                states_);
        }

    private:
        task_base* bases_[sizeof...(Elements)];
        std::tuple<ref_ptr<task_state<typename element_traits<Elements>::value_type>>...> states_;
    };

    template<class Element>
    class ranged {
    public:
        using element_value = typename element_traits<Element>::value_type;
        using value_type = std::conditional_t<std::is_void_v<element_value> && !Settled, void,
                                              std::vector<typename Value<element_value>::type>>;
        static constexpr const char* what = gather_kind::what;
        static constexpr wait_condition condition = gather_kind::condition;

        explicit ranged(std::vector<ref_ptr<task_state<element_value>>> states) noexcept
            : states_(std::move(states)) {}

        std::size_t size() const noexcept { return states_.size(); }
        task_base* task(std::size_t i) const noexcept { return states_[i].get(); }

        value_type values() {
            if constexpr (!std::is_void_v<value_type>) {
                value_type all;
                all.reserve(states_.size());
                for (auto& s : states_)
                    all.push_back(Value<element_value>::read(*s, element_traits<Element>::is_new));
                return all;
            }
        }

    private:
        std::vector<ref_ptr<task_state<element_value>>> states_;
    };
};

/// Nothing starts before this is called.
template<class Kind, class Place>
struct initiate_gather {
    using executor_type = asio::any_io_executor;

    Place place;
    ref_ptr<task_base> task; // the first one unfinished at the call, if any
    boost::source_location at;

    executor_type get_executor() const {
        if constexpr (std::is_same_v<Place, start_place<void>>)
            return executor_or_system<executor_type>(task);
        else
            return place.io();
    }

    template<class Handler, class Element>
    void operator()(Handler&& handler, std::vector<Element> elements) {
        using value = typename element_traits<Element>::value_type;
        const auto where = place.of(handler, get_executor());
        std::vector<ref_ptr<task_state<value>>> states;
        states.reserve(elements.size());
        start_guard started(element_traits<Element>::is_new ? elements.size() : 0);
        for (Element& e : elements)
            states.push_back(begin(where, e, started));
        start(std::forward<Handler>(handler),
              typename Kind::template ranged<Element>(std::move(states)));
        started.dismiss();
    }

    template<class Handler, class... Elements>
    void operator()(Handler&& handler, std::tuple<Elements...> elements) {
        const auto where = place.of(handler, get_executor());
        start_guard started(sizeof...(Elements));
        // In braces, so that they start in order.
        std::tuple<ref_ptr<task_state<typename element_traits<Elements>::value_type>>...> states =
            std::apply(
                [&](Elements&... e) { return decltype(states){begin(where, e, started)...}; },
                elements);
        start(std::forward<Handler>(handler),
              std::make_from_tuple<typename Kind::template listed<Elements...>>(std::move(states)));
        started.dismiss();
    }

private:
    template<class Where, class Element>
    auto begin(const Where& where, Element& e, start_guard& started) const {
        auto state = state_of(start_task(where, std::move(e), at));
        if constexpr (element_traits<Element>::is_new)
            started.add(state);
        return state;
    }

    template<class Handler, class Results>
    void start(Handler&& handler, Results results) {
        start_wait(std::forward<Handler>(handler), get_executor(),
                   gathered<Results>(std::move(results)), no_limit());
    }
};

} // namespace asio_wait::inline v0::detail
