// SPDX-License-Identifier: BSL-1.0
#include <asio_wait/detail/task_core.hpp>

#include <asio_wait/detail/unobserved.hpp>

#include <cstring>
#include <utility>

namespace asio_wait::inline v0::detail {

namespace {

// relaxed: only the number has to be unique.
std::atomic<std::uint64_t> last_id{0};
std::atomic<std::uint32_t> last_request_made{0};

// The request that this thread is emitting just now, 0 for none.
thread_local std::uint32_t current_request;

ASIO_WAIT_COLD char* copy_of(std::string_view text) {
    char* const s = new char[text.size() + 1];
    std::memcpy(s, text.data(), text.size());
    s[text.size()] = '\0';
    return s;
}

} // namespace

task_core::task_core(const task_type& type, const spawn_site& site, std::string_view name,
                     ref_ptr<context_core> home)
    : id_(last_id.fetch_add(1, std::memory_order_relaxed) + 1), home_(std::move(home)),
      type_(&type), name_(name.empty() ? nullptr : copy_of(name)), site_(site) {
    if (watching())
        record_ = watch_task(*this, name);
}

task_core::~task_core() {
    if (record_) // also when the constructor of a derived class throws
        unwatch_task(*record_);
    delete[] name_;
}

std::string task_core::name() const {
    {
        const auto held = lock();
        if (name_)
            return name_;
    }
    return "task-" + std::to_string(id_);
}

void task_core::name(std::string_view value) {
    char* old = copy_of(value);
    {
        const auto held = lock();
        std::swap(old, name_);
    }
    delete[] old;
}

bool task_core::cancel_requested() const noexcept {
    const auto held = lock();
    return requested_ != 0;
}

bool task_core::started() const noexcept {
    const auto held = lock();
    return started_;
}

bool task_core::begin() noexcept {
    const auto held = lock();
    started_ = true;
    return requested_ == 0;
}

task_core::request task_core::record_cancel(unsigned types) noexcept {
    if (status_.load(std::memory_order_relaxed) != task_status::running) // under the lock
        return request::refused;
    const std::uint32_t made_by =
        current_request ? current_request
                        : last_request_made.fetch_add(1, std::memory_order_relaxed) + 1;
    if (made_by == last_request_ && (types & ~unsigned{requested_}) == 0)
        return request::recorded;
    last_request_ = made_by;
    requested_ = static_cast<std::uint8_t>(requested_ | types);
    undelivered_ = static_cast<std::uint8_t>(undelivered_ | types);
    return std::exchange(delivery_queued_, true) ? request::recorded : request::deliver;
}

void task_core::delivery_failed() noexcept {
    const auto held = lock();
    delivery_queued_ = false;
}

void task_core::emit_recorded() {
    unsigned types = 0;
    struct scope {
        std::uint32_t outer = current_request;
        ~scope() { current_request = outer; }
    } restore;
    {
        const auto held = lock();
        delivery_queued_ = false;
        types = std::exchange(undelivered_, std::uint8_t{0});
        const bool running = status_.load(std::memory_order_relaxed) == task_status::running;
        if (!started_ || !running)
            return;
        current_request = last_request_;
    }
    if (types != 0)
        type_->emit(*this, types);
}

void task_core::finish(task_status status, std::exception_ptr&& error, wake_queue& wakes) noexcept {
    error_ = std::move(error);
    status_.store(status, std::memory_order_release);
    hooks_.complete_all(wakes);
}

void task_core::note_cancel() const noexcept {
    const task_record* const by = current_task();
    tell({watch_event::kind::cancel_requested, id_, by ? by->id : 0});
}

void task_core::note_end() const noexcept {
    const char* how = "succeeded";
    if (status() != task_status::succeeded)
        how = status() == task_status::failed ? "failed" : "cancelled";
    tell({watch_event::kind::done, id_, 0, how});
}

void task_core::report() const noexcept {
    report_unobserved({id_, name_, site_, error_});
}

void task_core::destroy() noexcept {
    // relaxed: this is the last owner, see release().
    if (status_.load(std::memory_order_relaxed) == task_status::failed &&
        !observed_.load(std::memory_order_relaxed))
        report();
    type_->destroy(this);
}

} // namespace asio_wait::inline v0::detail
