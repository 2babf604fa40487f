// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>
#include <asio_wait/task_events.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <ostream>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>

namespace asio_wait::inline v0 {

/// Records what happens to watched tasks, as a timeline for Perfetto or chrome://tracing.
/** Each task is a row with its waits inside; each thread a row with what it resumed. Not part of
 *  `asio_wait.hpp`.
 *
 *  @par Requirements   Boost.JSON: link with it, or include `boost/json/src.hpp` in one source file.
 *       watch_tasks() before the tasks of interest are created.
 *  @par Completion     Each event is recorded as it happens. What has not ended when write() is called
 *       has no end in the timeline.
 *  @par Errors         An event there is no memory for is left out; write() throws what the stream and
 *       allocation throw.
 *  @par Cancellation   None.
 *  @par Cancel safety  Waits and tasks do not change their behaviour.
 *  @par Executor       None is used.
 *  @par Thread safety  Any thread, also write() while tasks run.
 *  @par Lifetimes      handler() shares the record, so the object may go before its handler.
 *  @par Cost           A lock and a JSON object of some hundred bytes for each event, kept until the end.
 *  @par asyncio        None.
 *  @par Example        @snippet trace_on_demand.cpp chrome_trace */
class chrome_trace {
public:
    /// For set_task_event_handler(). It shares the record, so the object may go first.
    task_event_handler handler() const {
        return [record = record_](const task_event& e) {
            try {
                record->add(e);
            } catch (const std::bad_alloc&) {
                // A timeline with a hole is better than the end of the program.
            }
        };
    }

    /// What was recorded so far, as one JSON object; while tasks run, what has not ended has no end.
    void write(std::ostream& out) const {
        const std::lock_guard lock(record_->mutex);
        out << boost::json::serialize(boost::json::object{{"traceEvents", record_->events}})
            << '\n';
    }

private:
    using clock = std::chrono::steady_clock;

    struct record {
        std::mutex mutex; // guards everything
        clock::time_point const began = clock::now();
        boost::json::array events;
        std::unordered_map<std::thread::id, int> threads;
        std::unordered_map<std::uint64_t, std::string> names; // of tasks
        std::unordered_map<std::uint64_t, std::string> waits; // what they are called

        void add(const task_event& e) {
            using kind = task_event::kind;
            const std::lock_guard lock(mutex);
            if (e.what == kind::spawned)
                names[e.task] =
                    e.text.empty() ? "task-" + std::to_string(e.task) : std::string(e.text);
            switch (e.what) {
            case kind::spawned:
                return row(e, "b", name(e)).emplace("args", args("spawned by", e.other)), void();
            case kind::done:
                return row(e, "e", name(e)).emplace("args", args("how", text(e))), void();
            case kind::wait_begun:
                return row(e, "b", waits[e.other] = std::string(e.text)), void();
            case kind::wait_ended:
                row(e, "e", waits[e.other]);
                return waits.erase(e.other), void();
            case kind::cancel_requested:
                return row(e, "n", "cancel").emplace("args", args("by", e.other)), void();
            case kind::resumed:
                return slice(e, "B"), void();
            case kind::suspended:
                return slice(e, "E"), void();
            case kind::slow:
            case kind::deadlock:
            case kind::set_dropped:
                boost::json::object& event = slice(e, "i");
                event["name"] = e.what == kind::slow       ? "slow resumption"
                                : e.what == kind::deadlock ? "deadlock"
                                                           : "set dropped";
                event.emplace(
                    "args", boost::json::object{
                                {"task", name(e)},
                                {"what", text(e)},
                                {"ms", std::chrono::duration<double, std::milli>(e.took).count()}});
            }
        }

        boost::json::string name(const task_event& e) const {
            const auto found = names.find(e.task);
            return boost::json::string(found == names.end() ? std::string("(unknown)")
                                                            : found->second);
        }

        static boost::json::string_view text(const task_event& e) { return e.text; }

        static boost::json::object args(const char* key, boost::json::value value) {
            return {{key, std::move(value)}};
        }

        boost::json::object& event(const task_event& e, const char* phase) {
            const double microseconds =
                std::chrono::duration<double, std::micro>(e.when - began).count();
            const int thread =
                threads.emplace(std::this_thread::get_id(), static_cast<int>(threads.size()) + 1)
                    .first->second;
            return events
                .emplace_back(boost::json::object{
                    {"ph", phase}, {"ts", microseconds}, {"pid", 1}, {"tid", thread}})
                .as_object();
        }

        /// On the task's own row.
        boost::json::object& row(const task_event& e, const char* phase,
                                 boost::json::string_view name) {
            boost::json::object& made = event(e, phase);
            made.emplace("cat", "task");
            made.emplace("id", e.task);
            made.emplace("name", name);
            return made;
        }

        /// On the thread's row.
        boost::json::object& slice(const task_event& e, const char* phase) {
            boost::json::object& made = event(e, phase);
            made.emplace("cat", "run");
            made.emplace("name", name(e));
            return made;
        }
    };

    std::shared_ptr<record> record_ = std::make_shared<record>();
};

} // namespace asio_wait::inline v0
