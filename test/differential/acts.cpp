// SPDX-License-Identifier: BSL-1.0

// Steps that do not wait.

#include "world.hpp"

#include <boost/asio/bind_executor.hpp>

#include <stdexcept>

namespace differential {

void act(world& w, const place& at) {
    const step& s = *at.what;
    if (s.op == "spawn") {
        w.handles(s, 0);
    } else if (s.op == "cancel") {
        const actor* a = w.find(s.word(0));
        const bool any = a != nullptr && a->handle.valid();
        w.log(at, !any ? "nobody" : task<int>(a->handle).cancel() ? "true" : "false");
    } else if (s.op == "watch") {
        const task<int> t = w.handle(s.word(0));
        if (!t.valid())
            return;
        const std::string who = s.word(0) + "~" + w.name(at.actor) + std::to_string(at.number);
        // A task that has ended has no executor of its own any more.
        t.async_wait(asio::bind_executor(w.executor(), [&w, who](const boost::system::error_code&) {
            w.log(who, "watch", "done");
        }));
    } else if (s.op == "insert") {
        for (const auto& t : w.handles(s, 1))
            w.set(s.word(0)).tasks.insert(t);
    } else if (s.op == "child") {
        const actor* parent = w.find(s.word(0));
        actor* a = w.find(s.word(1));
        if (parent == nullptr || !parent->group || a == nullptr || a->started)
            return w.log(at, "nobody");
        try {
            const std::size_t i = w.index(s.word(1));
            a->handle =
                parent->group->spawn([&w, i] { return w.play(i, start::as_task); }, s.word(1));
            a->started = true;
        } catch (...) {
            w.log(at, words_of(std::current_exception()));
        }
    } else if (s.op == "reschedule") {
        const actor* a = w.find(s.word(0));
        if (a == nullptr || !a->scope)
            return w.log(at, "nobody");
        auto scope = *a->scope;
        try {
            if (s.word(1) == "-")
                scope.reschedule(std::nullopt);
            else
                scope.reschedule(limit_of(s.word(1)));
            w.log(at, "moved");
        } catch (...) {
            w.log(at, words_of(std::current_exception()));
        }
    } else {
        throw std::runtime_error("unknown step '" + s.op + "'");
    }
}

} // namespace differential
