// SPDX-License-Identifier: BSL-1.0
#include "stage.hpp"

#include "support/pending_note.hpp"
#include "support/sleepers.hpp"

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace schedules {

namespace {

[[noreturn]] void wrong(const std::string& what) {
    throw std::logic_error(what);
}

} // namespace

stage::stage(const scenario& s, testing::schedule& choices)
    : scenario_(s), choices_(choices), home_(std::make_unique<testing::deterministic_context>()),
      far_(s.far ? std::make_unique<testing::deterministic_context>() : nullptr),
      driver_(set_up_, {&script_, home_.get()}) {
    if (far_)
        driver_.add(*far_);
    const auto n = static_cast<std::size_t>(s.tasks);
    handles_.resize(n);
    ids_.resize(n);
    bodies_.resize(n, '.');
    fates_.resize(n);
    for (const operation& op : s.operations) {
        running_.push_back(std::make_unique<running>());
        running_.back()->spec = op;
    }
}

stage::~stage() {
    // The signals go last.
    abandon_gates();
    far_.reset();
    home_.reset();
}

void stage::settle() {
    while (script_.ready() + home_->ready() + (far_ ? far_->ready() : 0) != 0)
        driver_.step();
}

void stage::play() {
    create_tasks();
    const auto& events = scenario_.events;
    for (std::size_t op = 0; op != running_.size(); ++op) {
        if (std::none_of(events.begin(), events.end(), [op](const event& e) {
                return e.what == act::start && e.index == static_cast<int>(op);
            }))
            start(op);
        settle();
    }
    for (std::size_t i = 0; i != handles_.size(); ++i)
        ids_[i] = handles_[i].id();
    for (const event& e : events)
        asio::post(script_, [this, e] { happen(e); });
    driver_.follow(choices_);
    driver_.let_time_pass(
        std::any_of(running_.begin(), running_.end(), [](const auto& r) { return r->spec.limit; }));
    for (++turn_; driver_.step(); ++turn_) {
        observe();
        if (doomed_) {
            ++turn_;
            kill(*std::exchange(doomed_, std::nullopt));
            observe();
        }
        check_registrations();
    }
    check_quiet();
    if (set_)
        check_set();
}

void stage::happen(const event& e) {
    const auto i = static_cast<std::size_t>(e.index);
    switch (e.what) {
    case act::succeed:
        if (!gates_.empty() && !gates_[i].over())
            gates_[i].open();
        return;
    case act::fail:
        if (!gates_.empty() && !gates_[i].over())
            gates_[i].open(std::make_exception_ptr(test::boom()));
        return;
    case act::cancel_task:
        if (handles_[i] && handles_[i].cancel())
            fates_[i].asked = true;
        return;
    case act::drop:
        handles_[i] = handle();
        return;
    case act::erase:
        if (set_ && handles_[i] && set_->erase(handles_[i]))
            fates_[i].erased = true;
        return;
    case act::start:
        if (can_start(i))
            start(i);
        return;
    case act::cancel_call:
        if (home_ && running_[i]->started != never && !running_[i]->handler->called)
            running_[i]->cancelled = std::min(running_[i]->cancelled, running_[i]->again = turn_);
        running_[i]->signal.emit(asio::cancellation_type::terminal);
        return;
    case act::close_set:
        set_.reset();
        closed_ = turn_;
        return;
    case act::kill_home:
    case act::kill_far:
        doomed_ = e.what == act::kill_far;
        return;
    }
}

bool stage::can_start(std::size_t op) const {
    return home_ && running_[op]->started == never &&
           (!of_set(running_[op]->spec.what) || (set_ && !set_->empty())) &&
           std::all_of(handles_.begin(), handles_.end(), [](const handle& t) { return t.valid(); });
}

void stage::kill(bool far) {
    auto& context = far ? far_ : home_;
    if (!context)
        return;
    if (far == scenario_.far)
        abandon_gates();
    driver_.forget(*context);
    context.reset();
}

char stage::state_of(std::size_t i) const {
    const handle& t = handles_[i];
    if (!t)
        return bodies_[i];
    if (!t.done())
        return '.';
    if (t.succeeded() + t.failed() + t.cancelled() != 1)
        wrong(name_of(i) + " has ended in several ways");
    return t.succeeded()                                 ? '+'
           : t.cancelled()                               ? '/'
           : text_of_error(t.exception()) == "abandoned" ? '~'
                                                         : '-';
}

void stage::abandon_gates() {
    for (gate& g : gates_)
        g.abandon();
    gates_.clear();
}

void stage::observe() {
    for (std::size_t i = 0; i != fates_.size(); ++i) {
        const char how = state_of(i);
        if (fates_[i].how == how)
            continue;
        if (fates_[i].how != '.')
            wrong(name_of(i) + " has ended twice");
        if (bodies_[i] != how)
            wrong(name_of(i) + " ended as " + how + ", its body as " + bodies_[i]);
        fates_[i].how = how;
        fates_[i].ended = turn_;
    }
    for (const auto& r : running_) {
        if (r->limit == never && testing::virtual_clock::now() >= r->deadline)
            r->limit = turn_;
        if (!r->handler->called)
            r->asked = r->asked || seen_by(*r).asks();
    }
}

model stage::seen_by(const running& r) const {
    model m{r.spec, fates_, r.cancelled, r.again, r.limit, of_set(r.spec.what) ? closed_ : never};
    if (of_one(r.spec.what))
        m.tasks.resize(1);
    // As in asyncio, what is there at the start is not waited for, so there is nothing to cancel.
    if (r.at_once && r.spec.what != call::wait && r.spec.what != call::set_wait)
        m.cancelled = m.again = never;
    for (fate& f : m.tasks) {
        if (!of_set(r.spec.what))
            f.ended = std::max(f.ended, r.started); // those done at the call: in input order
        f.erased = f.erased && of_set(r.spec.what);
        for (const auto& other : running_)
            f.asked = f.asked || (other.get() != &r && other->asked);
    }
    return m;
}

void stage::delivered(std::size_t op, const std::string& outcome) {
    running& r = *running_[op];
    r.outcome = outcome;
    const auto expected = seen_by(r).now();
    if (std::find(expected.begin(), expected.end(), outcome) != expected.end())
        return;
    std::string text =
        "operation " + std::to_string(op) + " ended as \"" + outcome + "\", expected";
    for (const std::string& e : expected)
        text += " \"" + e + "\"";
    wrong(text + (expected.empty() ? " that it goes on" : ""));
}

void stage::check_registrations() const {
    for (std::size_t i = 0; i != handles_.size(); ++i) {
        if (!handles_[i])
            continue;
        std::size_t most = set_ && !fates_[i].erased ? 1 : 0;
        for (const auto& r : running_)
            if (home_ && !r->handler->called && !of_set(r->spec.what))
                ++most;
        if (fates_[i].how != '.')
            most = 0;
        if (registrations(handles_[i]) > most)
            wrong("somebody is still registered with " + name_of(i));
    }
}

void stage::check_quiet() const {
    bool asked_by_us = false;
    for (std::size_t op = 0; op != running_.size(); ++op) {
        const running& r = *running_[op];
        const std::string name = "operation " + std::to_string(op);
        const fate_of_handler& h = *r.handler;
        if (r.started != never && h.called + h.destroyed > 1)
            wrong(name + " ended twice");
        const model m = seen_by(r);
        asked_by_us = asked_by_us || r.asked || m.asks();
        if (!home_ || r.started == never)
            continue;
        if (h.destroyed)
            wrong(name + " was destroyed");
        if (!h.called && !m.now().empty())
            wrong(name + " has not ended, expected \"" + m.now().front() + "\"");
        if (m.asks() &&
            std::any_of(m.tasks.begin(), m.tasks.end(), [](const fate& f) { return f.how == '.'; }))
            wrong(name + " should have ended its tasks");
    }
    for (std::size_t i = 0; i != handles_.size(); ++i) {
        if (!gates_.empty() && fates_[i].how == '.' && (gates_[i].over() || fates_[i].asked))
            wrong(name_of(i) + " should have ended");
        if (handles_[i] && handles_[i].cancel_requested() && !fates_[i].asked && !asked_by_us)
            wrong(name_of(i) + " was cancelled by nobody");
    }
}

/// Nothing lost and nothing there twice: what was neither given out nor erased is in the set.
void stage::check_set() {
    std::string given, ended, left;
    for (const auto& r : running_)
        if (of_set(r->spec.what) && r->outcome.starts_with("ok "))
            given = r->outcome.substr(3);
    for (std::size_t i = 0; i != fates_.size(); ++i)
        if (!fates_[i].erased && given.find(name_of(i)) == std::string::npos)
            (fates_[i].how == '.' ? left : ended) += name_of(i);
    if (set_->size() != ended.size() + left.size())
        wrong("the set has " + std::to_string(set_->size()) + " members, expected \"" + ended +
              left + "\"");
    std::string taken;
    while (const auto t = set_->try_next())
        taken += t->name();
    std::sort(taken.begin(), taken.end());
    if (taken != ended)
        wrong("the set gave \"" + taken + "\", expected \"" + ended + "\"");
    if (set_->size() != left.size() || set_->unfinished() != left.size())
        wrong("the set has not let go of what it gave");
}

std::vector<std::shared_ptr<fate_of_handler>> stage::handlers() const {
    std::vector<std::shared_ptr<fate_of_handler>> all;
    for (const auto& r : running_)
        all.push_back(r->handler);
    return all;
}

/// In their order, but for those that ended in one turn: these in order of input.
std::string stage::names(const std::vector<handle>& handles) const {
    std::vector<std::pair<int, std::size_t>> all;
    for (const handle& t : handles) {
        const auto i =
            static_cast<std::size_t>(std::find(ids_.begin(), ids_.end(), t.id()) - ids_.begin());
        all.emplace_back(fates_.at(i).ended, i);
    }
    for (std::size_t k = 1; k < all.size(); ++k)
        for (std::size_t j = k; j && all[j - 1].first == all[j].first && all[j] < all[j - 1]; --j)
            std::swap(all[j - 1], all[j]);
    std::string text;
    for (const auto& [turn, i] : all)
        text += name_of(i);
    return text;
}

void play(const scenario& s, testing::schedule& choices) {
    lifetime_tracker::reset();
    std::vector<std::shared_ptr<fate_of_handler>> handlers;
    try {
        {
            stage st(s, choices);
            handlers = st.handlers();
            st.play();
        }
        for (const auto& h : handlers)
            if (h->called + h->destroyed != h->made)
                wrong("a handler was called " + std::to_string(h->called) +
                      " times and destroyed " + std::to_string(h->destroyed) + " times");
        if (lifetime_tracker::live() != 0)
            wrong(std::to_string(lifetime_tracker::live()) + " objects are left");
        if (testing::pending_note::live() != 0)
            wrong("coroutines are left:" + testing::pending_note::report());
    } catch (const std::exception& e) {
        testing::pending_note::forget();
        throw std::logic_error(text_of(s) + "\n    " + e.what());
    }
}

} // namespace schedules
