// SPDX-License-Identifier: BSL-1.0
#include <asio_wait/detail/task_graph.hpp>

#include <algorithm>
#include <cstdio>
#include <ostream>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace asio_wait::inline v0::detail {

namespace {

using id_type = task_graph::id_type;

std::string seconds(double s) {
    char text[40];
    std::snprintf(text, sizeof text, "%.3f s", s);
    return text;
}

/// Safe inside double quotes, in JSON as well as in DOT.
std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            char code[8];
            std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c));
            out += code;
        } else {
            out += c;
        }
    }
    return out + '"';
}

/// A graph with its nodes found by id, and what belongs together side by side.
class index {
public:
    explicit index(const task_graph& g) : graph_(g), waits_of_(g.tasks.size()) {
        for (std::size_t i = 0; i != g.tasks.size(); ++i)
            tasks_.emplace(g.tasks[i].id, i);
        for (std::size_t i = 0; i != g.sets.size(); ++i)
            sets_.emplace(g.sets[i].id, i);
        for (const auto& w : g.waits)
            if (const auto at = tasks_.find(w.waiter); at != tasks_.end())
                waits_of_[at->second].push_back(&w);
    }

    static constexpr std::size_t nothing = static_cast<std::size_t>(-1);

    std::size_t task(id_type id) const {
        const auto at = tasks_.find(id);
        return at == tasks_.end() ? nothing : at->second;
    }
    const task_graph::set* set(id_type id) const {
        const auto at = sets_.find(id);
        return at == sets_.end() ? nullptr : &graph_.sets[at->second];
    }
    const std::vector<const task_graph::wait*>& waits_of(std::size_t task) const {
        return waits_of_[task];
    }
    /// What a wait still waits for.
    const std::vector<id_type>& targets(const task_graph::wait& w) const {
        const task_graph::set* const s = w.set ? set(w.set) : nullptr;
        return s ? s->unfinished : w.tasks;
    }

private:
    const task_graph& graph_;
    std::unordered_map<id_type, std::size_t> tasks_;
    std::unordered_map<id_type, std::size_t> sets_;
    std::vector<std::vector<const task_graph::wait*>> waits_of_;
};

std::string describe(const task_graph::wait& w, const index& all) {
    std::string text = w.what;
    if (w.set) {
        text += " on set " + std::to_string(w.set);
        if (const task_graph::set* const s = all.set(w.set))
            text += " (" + std::to_string(s->unfinished.size()) + " unfinished, " +
                    std::to_string(s->finished) + " finished)";
    } else {
        text +=
            w.tasks.size() == 1 ? " of 1 task" : " of " + std::to_string(w.tasks.size()) + " tasks";
    }
    if (w.limited)
        text += ", with a limit";
    return text + ", for " + seconds(w.age);
}

std::string describe(const task_graph::task& t) {
    return t.name + " (" + std::to_string(t.id) + ", " + t.state + ')';
}

void write_table(std::ostream& out, const task_graph& g, const index& all) {
    using row = std::vector<std::string>;
    std::vector<row> rows{{"id", "name", "state", "age", "waiting for", "spawned at"}};
    for (std::size_t i = 0; i != g.tasks.size(); ++i) {
        const auto& t = g.tasks[i];
        std::string waiting;
        for (const auto* w : all.waits_of(i))
            waiting += (waiting.empty() ? "" : "; ") + describe(*w, all);
        rows.push_back({std::to_string(t.id), t.name, t.state, seconds(t.age),
                        waiting.empty() ? "-" : waiting, t.spawned_at});
    }
    std::vector<std::size_t> widths(rows.front().size());
    for (const row& r : rows)
        for (std::size_t c = 0; c != r.size(); ++c)
            widths[c] = std::max(widths[c], r[c].size());
    for (const row& r : rows) {
        for (std::size_t c = 0; c != r.size(); ++c) {
            out << r[c];
            if (c + 1 != r.size())
                out << std::string(widths[c] - r[c].size() + 2, ' ');
        }
        out << '\n';
    }
}

/// Draws every task once, below whoever waits for it first. No recursion: a chain may be long.
class tree {
public:
    tree(std::ostream& out, const task_graph& g, const index& all)
        : out_(out), graph_(g), all_(all), state_(g.tasks.size(), seen::no) {}

    void write() {
        std::vector<bool> awaited(graph_.tasks.size());
        for (const auto& w : graph_.waits)
            for (const id_type id : all_.targets(w))
                if (const std::size_t t = all_.task(id); t != index::nothing && w.waiter != 0)
                    awaited[t] = true;
        for (std::size_t t = 0; t != graph_.tasks.size(); ++t)
            if (!awaited[t])
                write_from(t);
        // Those that are left wait for each other.
        for (std::size_t t = 0; t != graph_.tasks.size(); ++t)
            if (state_[t] == seen::no)
                write_from(t);
    }

private:
    enum class seen { no, above, drawn };

    struct level {
        std::size_t task = index::nothing; // or
        const task_graph::wait* wait = nullptr;
        std::size_t next = 0; // of its children
        std::size_t indent = 0;
    };

    std::size_t children(const level& l) const {
        return l.wait ? all_.targets(*l.wait).size() : all_.waits_of(l.task).size();
    }

    void write_from(std::size_t root) {
        out_ << describe(graph_.tasks[root]) << '\n';
        state_[root] = seen::above;
        levels_.push_back({root, nullptr, 0, 0});
        std::string lines; // what stands left of the children
        while (!levels_.empty()) {
            level& l = levels_.back();
            lines.resize(l.indent);
            if (l.next == children(l)) {
                if (!l.wait)
                    state_[l.task] = seen::drawn;
                levels_.pop_back();
                continue;
            }
            const std::size_t child = l.next++;
            const bool last = l.next == children(l);
            out_ << lines << (last ? "`- " : "|- ");
            lines += last ? "   " : "|  ";
            if (l.wait)
                write_task(all_.targets(*l.wait)[child], lines.size());
            else
                write_wait(*all_.waits_of(l.task)[child], lines.size());
        }
    }

    void write_wait(const task_graph::wait& w, std::size_t indent) {
        out_ << describe(w, all_) << '\n';
        levels_.push_back({index::nothing, &w, 0, indent});
    }

    void write_task(id_type id, std::size_t indent) {
        const std::size_t t = all_.task(id);
        if (t == index::nothing) {
            out_ << "task " << id << " (done, or not watched)\n";
            return;
        }
        out_ << describe(graph_.tasks[t]);
        if (state_[t] == seen::above)
            out_ << " <- waits for itself";
        else if (state_[t] == seen::drawn && !all_.waits_of(t).empty())
            out_ << " (see above)";
        out_ << '\n';
        if (std::exchange(state_[t], state_[t] == seen::no ? seen::above : state_[t]) == seen::no)
            levels_.push_back({t, nullptr, 0, indent});
    }

    std::ostream& out_;
    const task_graph& graph_;
    const index& all_;
    std::vector<seen> state_;
    std::vector<level> levels_;
};

} // namespace

std::vector<std::vector<id_type>> task_graph::deadlocks() const {
    const index all(*this);
    enum class colour { white, grey, black };
    std::vector<colour> colours(tasks.size(), colour::white);
    std::vector<std::vector<id_type>> found;

    // Edges to what somebody cannot go on without.
    struct step {
        std::size_t task;
        std::size_t wait = 0;
        std::size_t target = 0;
    };
    std::vector<step> path;
    for (std::size_t root = 0; root != tasks.size(); ++root) {
        if (colours[root] != colour::white)
            continue;
        colours[root] = colour::grey;
        path.push_back({root});
        while (!path.empty()) {
            step& s = path.back();
            const auto& waits_here = all.waits_of(s.task);
            if (s.wait == waits_here.size()) {
                colours[s.task] = colour::black;
                path.pop_back();
                continue;
            }
            const wait& w = *waits_here[s.wait];
            const auto& targets = all.targets(w);
            const bool binding = !w.limited && w.needs_all;
            if (!binding || s.target == targets.size()) {
                ++s.wait;
                s.target = 0;
                continue;
            }
            const std::size_t t = all.task(targets[s.target++]);
            if (t == index::nothing)
                continue;
            if (colours[t] == colour::white) {
                colours[t] = colour::grey;
                path.push_back({t});
            } else if (colours[t] == colour::grey) {
                std::vector<id_type> circle;
                auto from = std::find_if(path.begin(), path.end(),
                                         [t](const step& p) { return p.task == t; });
                for (; from != path.end(); ++from)
                    circle.push_back(tasks[from->task].id);
                found.push_back(std::move(circle));
            }
        }
    }
    return found;
}

void task_graph::write_text(std::ostream& out) const {
    const index all(*this);
    out << tasks.size() << (tasks.size() == 1 ? " task\n" : " tasks\n");
    if (tasks.empty())
        return;
    write_table(out, *this, all);
    out << "\nwho waits for whom\n";
    tree(out, *this, all).write();
    for (const auto& circle : deadlocks()) {
        out << "DEADLOCK: ";
        for (const id_type id : circle)
            out << tasks[all.task(id)].name << " (" << id << ") -> ";
        out << tasks[all.task(circle.front())].name << " (" << circle.front() << ")\n";
    }
}

void task_graph::write_json(std::ostream& out) const {
    const auto list = [&out](const std::vector<id_type>& ids) {
        out << '[';
        for (std::size_t i = 0; i != ids.size(); ++i)
            out << (i ? "," : "") << ids[i];
        out << ']';
    };
    const char* separator = "";
    out << "{\"tasks\":[";
    for (const task& t : tasks) {
        out << std::exchange(separator, ",") << "{\"id\":" << t.id << ",\"name\":" << quoted(t.name)
            << ",\"state\":" << quoted(t.state) << ",\"age\":" << t.age
            << ",\"spawned_at\":" << quoted(t.spawned_at) << ",\"spawned_by\":" << t.spawned_by
            << '}';
    }
    separator = "";
    out << "],\"waits\":[";
    for (const wait& w : waits) {
        out << std::exchange(separator, ",") << "{\"id\":" << w.id << ",\"waiter\":" << w.waiter
            << ",\"what\":" << quoted(w.what) << ",\"age\":" << w.age
            << ",\"limited\":" << (w.limited ? "true" : "false")
            << ",\"needs_all\":" << (w.needs_all ? "true" : "false") << ",\"set\":" << w.set
            << ",\"tasks\":";
        list(w.tasks);
        out << '}';
    }
    separator = "";
    out << "],\"sets\":[";
    for (const set& s : sets) {
        out << std::exchange(separator, ",") << "{\"id\":" << s.id << ",\"finished\":" << s.finished
            << ",\"unfinished\":";
        list(s.unfinished);
        out << '}';
    }
    separator = "";
    out << "],\"deadlocks\":[";
    for (const auto& circle : deadlocks()) {
        out << std::exchange(separator, ",");
        list(circle);
    }
    out << "]}\n";
}

void task_graph::write_dot(std::ostream& out) const {
    const index all(*this);
    std::vector<bool> stuck(tasks.size());
    for (const auto& circle : deadlocks())
        for (const id_type id : circle)
            stuck[all.task(id)] = true;
    out << "digraph tasks {\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n";
    for (std::size_t i = 0; i != tasks.size(); ++i)
        out << "  t" << tasks[i].id
            << " [shape=box, style=rounded, label=" << quoted(tasks[i].name + ", " + tasks[i].state)
            << (stuck[i] ? ", color=red" : "") << "];\n";
    for (const set& s : sets) {
        out << "  s" << s.id << " [shape=folder, label=\"set " << s.id << "\"];\n";
        for (const id_type id : s.unfinished)
            out << "  s" << s.id << " -> t" << id << ";\n";
    }
    for (const wait& w : waits) {
        out << "  w" << w.id << " [shape=ellipse, label="
            << quoted(std::string(w.what) + (w.limited ? ", with a limit" : "")) << "];\n";
        if (w.waiter)
            out << "  t" << w.waiter << " -> w" << w.id << ";\n";
        if (w.set)
            out << "  w" << w.id << " -> s" << w.set << ";\n";
        for (const id_type id : w.tasks)
            out << "  w" << w.id << " -> t" << id << ";\n";
    }
    out << "}\n";
}

} // namespace asio_wait::inline v0::detail
