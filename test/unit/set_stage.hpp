// SPDX-License-Identifier: BSL-1.0
#pragma once

// The rule of a set with members and waiters of one letter each: members small, waiters capital.
// What an event wakes is returned as text, in order.

#include <asio_wait/detail/set_rule.hpp>

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>
#include <string_view>

namespace unit {

using namespace asio_wait::detail;
using kind = set_waiter::kind;

constexpr auto succeeded = task_status::succeeded;
constexpr auto failed = task_status::failed;
constexpr auto cancelled = task_status::cancelled;

constexpr wait_condition until_all{no_outcome};
constexpr wait_condition until_one{any_outcome};

class set_stage {
public:
    explicit set_stage(std::string_view members = {}, keep kept = keep::results) : rule(kept) {
        for (const char m : members)
            insert(m);
    }

    set_rule rule;

    void insert(char m, bool quiet = false, bool needs_place = true) {
        entries_[m] = {};
        entries_[m].quiet = quiet;
        entries_[m].needs_place = needs_place;
        rule.insert(entries_[m]);
    }

    std::string end(char m, task_status how = succeeded) {
        return woken([&](woken_list& l) { last = rule.completed(entries_.at(m), how, l); });
    }

    std::string end_late(char m) {
        return woken([&](woken_list& l) { rule.completed_late(entries_.at(m), succeeded, l); });
    }

    std::string erase(char m) {
        return woken([&](woken_list& l) { rule.erase(entries_.at(m), l); });
    }

    /// The member.
    std::string take() {
        const set_entry* const e = rule.take();
        return std::string(1, e ? name(*e) : '-');
    }

    std::string limit(std::size_t most) {
        return woken([&](woken_list& l) { rule.limit(most, l); });
    }

    std::string return_places(std::size_t n) {
        return woken([&](woken_list& l) { rule.return_places(n, l); });
    }

    /// Registers a waiter up to the point where it may be woken; true when it is over already.
    bool wait(char w, kind wants, wait_condition condition = until_one,
              when_stopped stopped = when_stopped::end) {
        add(w, wants, condition, stopped);
        return rule.open(waiters_[w]);
    }

    void add(char w, kind wants, wait_condition condition = until_one,
             when_stopped stopped = when_stopped::end) {
        set_waiter& s = waiters_[w];
        s.wants = wants;
        s.condition = condition;
        s.stopped = stopped;
        rule.add(s);
    }

    bool open(char w) { return rule.open(waiters_.at(w)); }

    wait_rule::action stop(char w, stop_reason why = stop_reason::cancelled) {
        return rule.stop(waiters_.at(w), why);
    }

    /// What it would get, "-" when it came for nothing.
    std::string content(char w) {
        set_waiter& s = waiters_.at(w);
        return rule.content(s) ? reserved(w) : "-";
    }

    /// True when it is over again at once.
    bool again(char w) {
        others_woken = woken([&](woken_list& l) { rule.again(waiters_.at(w), l); });
        return rule.open(waiters_.at(w));
    }

    std::string close(char w, bool takes = true) {
        return woken([&](woken_list& l) { rule.close(waiters_.at(w), takes, l); });
    }

    std::string close_all() {
        return woken([&](woken_list& l) { rule.close_all(l); });
    }

    std::string reserved(char w) const {
        std::string text;
        for (const set_entry* e = waiters_.at(w).reserved.first(); e; e = e->next_queued)
            text += name(*e);
        return text;
    }

    std::string members() const {
        std::string text;
        for (const set_entry* e = rule.members().first(); e; e = e->next)
            text += name(*e);
        BOOST_TEST(text.size() == rule.size());
        return text;
    }

    set_waiter& operator[](char w) { return waiters_.at(w); }
    set_entry& entry(char m) { return entries_.at(m); }

    set_rule::ended last{};   // of the latest end()
    std::string others_woken; // by the latest again()

private:
    template<class F>
    std::string woken(F f) {
        woken_list list;
        f(list);
        std::string text;
        for (set_waiter* w = list.first(); w; w = w->next_woken)
            for (const auto& [letter, one] : waiters_)
                if (&one == w)
                    text += letter;
        return text;
    }

    char name(const set_entry& e) const {
        for (const auto& [letter, one] : entries_)
            if (&one == &e)
                return letter;
        return '?';
    }

    std::map<char, set_entry> entries_;
    std::map<char, set_waiter> waiters_;
};

} // namespace unit
