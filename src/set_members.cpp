// SPDX-License-Identifier: BSL-1.0
#include <asio_wait/detail/set_core.hpp>

#include <mutex>
#include <string>

namespace asio_wait::inline v0::detail {

/// Memory is taken where no lock is held.
template<class Element, class F>
std::vector<Element> set_core::collect(bool only_unfinished, F element) const {
    std::vector<Element> all;
    for (;;) {
        std::size_t wanted = 0;
        {
            std::lock_guard lock(mutex_);
            wanted = only_unfinished ? rule_.unfinished() : rule_.size();
            if (wanted <= all.capacity()) {
                for (set_entry* e = rule_.members().first(); e; e = e->next)
                    if (!only_unfinished || e->outcome == task_status::running)
                        all.push_back(element(static_cast<set_member&>(*e)));
                return all;
            }
        }
        all.reserve(wanted);
    }
}

std::vector<ref_ptr<task_core>> set_core::members(bool only_unfinished) const {
    return collect<ref_ptr<task_core>>(only_unfinished, [](const set_member& m) { return m.task; });
}

std::vector<std::uint64_t> set_core::unfinished_ids() const {
    return collect<std::uint64_t>(true, [](const set_member& m) { return m.task->id(); });
}

void set_core::note_dropped() const noexcept {
    try {
        std::string names;
        const auto left = members(true);
        for (const auto& t : left)
            names += (names.empty() ? "" : ", ") + t->name();
        if (!left.empty())
            tell({watch_event::kind::set_dropped, 0, left.size(), names});
    } catch (...) {
        // No memory to tell it.
    }
}

} // namespace asio_wait::inline v0::detail
