// SPDX-License-Identifier: BSL-1.0

// How each operation is started on the stage, and what its handler makes of the result.

#include "stage.hpp"

#include "support/sleepers.hpp"

#include <asio_wait/create_task.hpp>
#include <asio_wait/error.hpp>
#include <asio_wait/exception_group.hpp>
#include <asio_wait/gather.hpp>
#include <asio_wait/shield.hpp>
#include <asio_wait/wait_for.hpp>
#include <asio_wait/wait_for_tasks.hpp>
#include <asio_wait/with_task_group.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <utility>

namespace schedules {

using namespace std::chrono_literals;
using asio_wait::return_when;

namespace {

return_when condition_of(mode m) {
    return m == mode::first_completed   ? asio_wait::first_completed
           : m == mode::first_exception ? asio_wait::first_exception
                                        : asio_wait::all_completed;
}

/// A handler that knows whether it was called, and how often.
template<class F>
class sink {
public:
    sink(F f, std::shared_ptr<fate_of_handler> fate) : f_(std::move(f)), fate_(std::move(fate)) {
        ++fate_->made;
    }
    sink(sink&&) noexcept = default;
    sink(const sink&) = delete;

    ~sink() {
        if (fate_)
            ++fate_->destroyed;
    }

    template<class... Args>
    void operator()(Args&&... args) {
        ++std::exchange(fate_, nullptr)->called;
        f_(std::forward<Args>(args)...);
    }

private:
    F f_;
    std::shared_ptr<fate_of_handler> fate_;
    lifetime_tracker tracker_;
};

} // namespace

std::string text_of_error(error_code ec) {
    return !ec                                      ? "ok"
           : ec == asio::error::operation_aborted   ? "aborted"
           : ec == asio::error::timed_out           ? "timeout"
           : ec == asio::error::invalid_argument    ? "invalid"
           : ec == asio_wait::error::task_abandoned ? "abandoned"
                                                    : ec.message();
}

std::string text_of_error(const std::exception_ptr& e) {
    if (!e)
        return "ok";
    try {
        std::rethrow_exception(e);
    } catch (const test::boom&) {
        return "boom";
    } catch (const boost::system::system_error& error) {
        return text_of_error(error.code());
    } catch (const std::exception& error) {
        return error.what();
    }
}

asio::awaitable<value> stage::body(stage* s, std::size_t i, gate g) {
    struct ending {
        stage* s;
        std::size_t i;
        char how;
        ~ending() { s->bodies_[i] = how; }
    };
    ending end{s, i, '~'};
    const lifetime_tracker in_frame;
    try {
        co_await g.pass();
        end.how = '+';
    } catch (const test::boom&) {
        end.how = '-';
        throw;
    } catch (const boost::system::system_error&) {
        end.how = '/';
        throw;
    }
    co_return value(static_cast<int>(i));
}

void stage::create_tasks() {
    const bool by_group = running_.front()->spec.what == call::group;
    for (std::size_t i = 0; i != handles_.size(); ++i) {
        gates_.emplace_back(tasks_context().get_executor());
        if (!by_group)
            handles_[i] =
                asio_wait::create_task(tasks_context(), body(this, i, gates_[i]), name_of(i));
    }
    settle();
    if (of_set(running_.front()->spec.what))
        set_.emplace(handles_);
}

template<class F>
auto stage::token(std::size_t op, F to_text) {
    auto f = [this, op, to_text]<class... Args>(Args&&... args) {
        observe();
        delivered(op, to_text(std::forward<Args>(args)...));
    };
    return asio::bind_executor(
        home_->get_executor(),
        asio::bind_cancellation_slot(running_[op]->signal.slot(),
                                     sink<decltype(f)>(f, running_[op]->handler)));
}

template<class F>
void stage::start_with_limit(running& r, F f) {
    if (!r.spec.limit)
        return f();
    r.deadline = testing::virtual_clock::now() + 10ms;
    f(r.deadline);
}

void stage::start(std::size_t op) {
    running& r = *running_[op];
    r.started = turn_;
    r.at_once = !seen_by(r).now().empty();
    const auto condition = condition_of(r.spec.when);
    const auto error = [](std::exception_ptr e, const auto&...) { return text_of_error(e); };
    switch (r.spec.what) {
    case call::wait:
        return start_with_limit(r, [&](auto... limit) {
            asio_wait::wait_for_tasks(
                handles_, condition, limit...,
                token(op, [this](error_code ec, const asio_wait::wait_result<handle>& w) {
                    return text_of_error(ec) + " " + names(w.done) + "|" + names(w.pending);
                }));
        });
    case call::set_next:
        return start_with_limit(r, [&](auto... limit) {
            set_->async_next(limit..., token(op, [](error_code ec, const handle& t) {
                                 return text_of_error(ec) + (t ? " " + t.name() : "");
                             }));
        });
    case call::set_wait:
        return start_with_limit(r, [&](auto... limit) {
            set_->async_wait(condition, limit...,
                             token(op, [this](error_code ec, const std::vector<handle>& done) {
                                 return text_of_error(ec) + " " + names(done);
                             }));
        });
    case call::wait_for:
        if (r.spec.limit)
            r.deadline = testing::virtual_clock::now() + 10ms;
        return asio_wait::wait_for(handles_.front(), r.deadline, token(op, error));
    case call::join:
        return handles_.front().async_join(token(op, error));
    case call::shield:
        return asio_wait::shield(handles_.front(), token(op, error));
    case call::gather:
        return asio_wait::gather(handles_, token(op, error));
    case call::group:
        asio_wait::with_task_group(
            *home_,
            [this](asio_wait::task_group& g) -> asio::awaitable<void> {
                for (std::size_t i = 0; i != handles_.size(); ++i)
                    handles_[i] = g.spawn(body(this, i, gates_[i]), name_of(i));
                co_return;
            },
            token(op, [](std::exception_ptr e) {
                try {
                    if (e)
                        std::rethrow_exception(e);
                } catch (const asio_wait::exception_group& group) {
                    std::string text = "errors ";
                    for (const auto& x : group.errors())
                        text += x.name;
                    return text;
                } catch (...) {
                }
                return text_of_error(e);
            }));
        return;
    }
}

} // namespace schedules
