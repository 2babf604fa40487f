// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/detail/block_pool.hpp>
#include <asio_wait/detail/serial_executor.hpp>
#include <asio_wait/detail/spawn_op.hpp>
#include <asio_wait/detail/task_state.hpp>
#include <asio_wait/task.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/recycling_allocator.hpp>
#include <boost/system/error_code.hpp>

#include <exception>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace asio_wait::inline v0::detail {

/// use_task with a name; a token of its own.
struct named_use_task {
    std::string name;
    spawn_site site;
};

/// The tokens at the bottom of a composition such as bind_executor(ex, as_tuple(use_task)).
template<class Token>
inline constexpr bool is_use_task = false;
template<>
inline constexpr bool is_use_task<named_use_task> = true;

// What a composition of tokens says about the task. A token that is none of these is refused: only
// from these can the executor and the allocator be learned before the operation starts.

template<class Token>
struct use_task_parts {
    static constexpr bool known = is_use_task<Token>;
    static constexpr bool as_tuple = false;

    static const named_use_task* named(const Token& t) noexcept {
        if constexpr (std::is_same_v<Token, named_use_task>)
            return &t;
        else
            return nullptr;
    }

    template<class Initiation>
    static asio::any_io_executor executor(const Token&, const Initiation& initiation) {
        static_assert(
            requires { initiation.get_executor(); },
            "asio_wait: this operation does not say what it runs on; use "
            "bind_executor(executor, use_task)");
        return make_serial(initiation.get_executor());
    }

    static asio::recycling_allocator<void> allocator(const Token&) noexcept { return {}; }
};

template<class Token>
struct use_task_parts<asio::as_tuple_t<Token>> {
    // A plain use_task has no state, so nothing has to be taken out of as_tuple_t.
    static constexpr bool known = is_use_task<Token> && std::is_empty_v<Token>;
    static constexpr bool as_tuple = true;

    static const named_use_task* named(const asio::as_tuple_t<Token>&) noexcept { return nullptr; }

    template<class Initiation>
    static asio::any_io_executor executor(const asio::as_tuple_t<Token>&, const Initiation& i) {
        return use_task_parts<Token>::executor(Token(), i);
    }

    static auto allocator(const asio::as_tuple_t<Token>&) noexcept {
        return use_task_parts<Token>::allocator(Token());
    }
};

template<class Token, class Ex>
struct use_task_parts<asio::executor_binder<Token, Ex>> {
    using binder = asio::executor_binder<Token, Ex>;
    using inner = use_task_parts<Token>;
    static constexpr bool known = inner::known;
    static constexpr bool as_tuple = inner::as_tuple;

    static auto named(const binder& t) noexcept { return inner::named(t.get()); }
    static auto allocator(const binder& t) noexcept { return inner::allocator(t.get()); }

    template<class Initiation>
    static asio::any_io_executor executor(const binder& t, const Initiation&) {
        return make_serial(t.get_executor());
    }
};

template<class Token, class Allocator>
struct use_task_parts<asio::allocator_binder<Token, Allocator>> {
    using binder = asio::allocator_binder<Token, Allocator>;
    using inner = use_task_parts<Token>;
    static constexpr bool known = inner::known;
    static constexpr bool as_tuple = inner::as_tuple;

    static auto named(const binder& t) noexcept { return inner::named(t.get()); }
    static Allocator allocator(const binder& t) noexcept { return t.get_allocator(); }

    template<class Initiation>
    static asio::any_io_executor executor(const binder& t, const Initiation& i) {
        return inner::executor(t.get(), i);
    }
};

template<class Token>
concept use_task_composition = use_task_parts<Token>::known;

// The value made of a completion's arguments, once a leading error is taken off.

template<class... Args>
struct value_of {
    using type = std::tuple<std::decay_t<Args>...>;
};
template<>
struct value_of<> {
    using type = void;
};
template<class T>
struct value_of<T> {
    using type = std::decay_t<T>;
};

template<bool AsTuple, class... Args>
struct completion_value : value_of<Args...> {};
template<class... Args>
struct completion_value<true, Args...> {
    using type = std::tuple<std::decay_t<Args>...>;
};
template<class... Args>
struct completion_value<false, boost::system::error_code, Args...> : value_of<Args...> {};
template<class... Args>
struct completion_value<false, std::exception_ptr, Args...> : value_of<Args...> {};

/// The state of a task made from an operation.
template<class T>
class operation_task final : public task_state<T> {
public:
    operation_task(const spawn_site& site, std::string_view name, const asio::any_io_executor& ex)
        : task_state<T>(type_, site, name, ex) {}

    // Asio's own signal: an operation may insist on its type of slot.
    asio::cancellation_signal& signal() noexcept { return signal_; }

private:
    static constexpr task_type type_{
        [](task_core* t) noexcept { pool_delete(static_cast<operation_task*>(t)); },
        [](task_core& t, unsigned types) {
            static_cast<operation_task&>(t).signal_.emit(
                static_cast<asio::cancellation_type_t>(types));
        },
        &type_tag_of<T>, &task_base::post_delivery<>};

    asio::cancellation_signal signal_;
};

/// The operation's reference to its task. Destroyed uncalled: the context is gone.
template<class T, bool AsTuple, class Allocator>
class use_task_handler {
public:
    using executor_type = asio::any_io_executor;
    using allocator_type = Allocator;
    using cancellation_slot_type = asio::cancellation_slot;

    use_task_handler(ref_ptr<operation_task<T>> state, executor_type executor,
                     const Allocator& allocator)
        : state_(std::move(state)), executor_(std::move(executor)), allocator_(allocator) {}

    use_task_handler(use_task_handler&&) noexcept = default;
    use_task_handler& operator=(use_task_handler&&) = delete;

    ~use_task_handler() {
        if (state_)
            ended()->abandon();
    }

    executor_type get_executor() const noexcept { return executor_; }
    allocator_type get_allocator() const noexcept { return allocator_; }
    cancellation_slot_type get_cancellation_slot() const noexcept {
        return state_->signal().slot();
    }

    template<class... Args>
    void operator()(Args&&... args) {
        const ref_ptr<operation_task<T>> state = ended();
        if constexpr (AsTuple)
            state->complete_with_value(std::forward<Args>(args)...);
        else
            complete(*state, std::forward<Args>(args)...);
    }

private:
    // The operation's cancellation handler may hold an executor, which must not outlive its
    // context.
    ref_ptr<operation_task<T>> ended() noexcept {
        state_->signal().slot().clear();
        return std::move(state_);
    }

    static void complete(operation_task<T>& state) { state.complete(nullptr); }

    template<class First, class... Rest>
    static void complete(operation_task<T>& state, First&& first, Rest&&... rest) {
        using type = std::decay_t<First>;
        if constexpr (std::is_same_v<type, boost::system::error_code>) {
            if (first)
                state.complete(as_exception(first));
            else
                succeed(state, std::forward<Rest>(rest)...);
        } else if constexpr (std::is_same_v<type, std::exception_ptr>) {
            if (first)
                state.complete(std::exception_ptr(std::forward<First>(first)));
            else
                succeed(state, std::forward<Rest>(rest)...);
        } else {
            succeed(state, std::forward<First>(first), std::forward<Rest>(rest)...);
        }
    }

    template<class... Args>
    static void succeed(operation_task<T>& state, Args&&... args) {
        if constexpr (std::is_void_v<T>)
            state.complete(nullptr);
        else
            state.complete_with_value(std::forward<Args>(args)...);
    }

    ref_ptr<operation_task<T>> state_;
    executor_type executor_;
    [[no_unique_address]] Allocator allocator_;
};

/// co_spawn's argument, made to refuse the start when a cancel came first.
template<class State, class F>
struct guarded_start {
    State* state; // kept by the handler
    F body;

    auto operator()() {
        if (!state->begin())
            throw boost::system::system_error(asio::error::operation_aborted);
        return body();
    }
};

template<class... Args>
inline constexpr bool spawns_coroutine = false;
template<class F>
inline constexpr bool spawns_coroutine<F> = requires(std::decay_t<F>& f) {
    requires is_awaitable<decltype(f())>;
};

/// Common base of the async_result specialisations.
template<class Token, class... Args>
class use_task_result {
    using parts = use_task_parts<Token>;
    using value_type = typename completion_value<parts::as_tuple, Args...>::type;

public:
    using return_type = task<value_type>;

    template<class Initiation, class RawToken, class... InitArgs>
    static return_type initiate(Initiation&& initiation, RawToken&& token, InitArgs&&... args) {
        BOOST_ASIO_HANDLER_LOCATION((__FILE__, __LINE__, "use_task"));
        using state_type = operation_task<value_type>;
        asio::any_io_executor const executor = parts::executor(token, initiation);
        const auto allocator = parts::allocator(token);
        const named_use_task* const named = parts::named(token);
        const auto state = ref_ptr<state_type>::adopt(pool_new<state_type>(
            named ? named->site : spawn_site(),
            named ? std::string_view(named->name) : std::string_view(), executor));
        use_task_handler<value_type, parts::as_tuple, std::remove_const_t<decltype(allocator)>>
            handler(state, executor, allocator);
        if constexpr (spawns_coroutine<InitArgs...>) {
            std::forward<Initiation>(initiation)(std::move(handler),
                                                 guarded_start<state_type, std::decay_t<InitArgs>>{
                                                     state.get(), std::forward<InitArgs>(args)}...);
        } else {
            state->begin();
            std::forward<Initiation>(initiation)(std::move(handler),
                                                 std::forward<InitArgs>(args)...);
        }
        return handle_access::make<return_type>(state);
    }
};

} // namespace asio_wait::inline v0::detail

namespace boost::asio {

template<class R, class... Args>
class async_result<asio_wait::detail::named_use_task, R(Args...)>
    : public asio_wait::detail::use_task_result<asio_wait::detail::named_use_task, Args...> {};

// More constrained than Asio's own, which would not let the task know its executor.

template<class Token, class R, class... Args>
requires asio_wait::detail::use_task_composition<as_tuple_t<Token>>
class async_result<as_tuple_t<Token>, R(Args...)>
    : public asio_wait::detail::use_task_result<as_tuple_t<Token>, Args...> {
};

template<class Token, class Ex, class R, class... Args>
requires asio_wait::detail::use_task_composition<Token>
class async_result<executor_binder<Token, Ex>, R(Args...)>
    : public asio_wait::detail::use_task_result<executor_binder<Token, Ex>, Args...> {
};

template<class Token, class Allocator, class R, class... Args>
requires asio_wait::detail::use_task_composition<Token>
class async_result<allocator_binder<Token, Allocator>, R(Args...)>
    : public asio_wait::detail::use_task_result<allocator_binder<Token, Allocator>, Args...> {
};

} // namespace boost::asio
