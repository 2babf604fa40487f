// SPDX-License-Identifier: BSL-1.0
#include <asio_wait/detail/unobserved.hpp>

#include <cstdio>
#include <mutex>
#include <utility>

namespace asio_wait::inline v0::detail {

namespace {

struct hook_holder {
    std::mutex mutex; // guards the pointers; the hook runs without it
    unobserved_hook hook;
};

// Never destroyed: the last handle to a failed task may lie in a static object.
hook_holder& holder() {
    static hook_holder& h = *new hook_holder;
    return h;
}

void print_line(const unobserved_failure& f, const char* what) {
    char name[32];
    std::snprintf(name, sizeof name, "task-%llu", static_cast<unsigned long long>(f.id));
    char line[32] = "an unknown place"; // use_task without a name does not say where it stands
    if (f.site.line != 0)
        std::snprintf(line, sizeof line, ":%u", static_cast<unsigned>(f.site.line));
    std::fprintf(stderr, "asio_wait: nobody read the exception of task '%s', spawned at %s%s: %s\n",
                 f.name ? f.name : name, f.site.file, line, what);
}

void print(const unobserved_failure& f) {
    try {
        std::rethrow_exception(f.error);
    } catch (const std::exception& e) {
        print_line(f, e.what());
    } catch (...) {
        print_line(f, "(not derived from std::exception)");
    }
}

} // namespace

void report_unobserved(const unobserved_failure& failure) noexcept {
    unobserved_hook hook;
    {
        std::lock_guard lock(holder().mutex);
        hook = holder().hook;
    }
    if (hook.function)
        hook.call(hook.function.get(), failure); // a throw ends the program: nobody could catch it
    else
        print(failure);
}

unobserved_hook exchange_unobserved_hook(unobserved_hook hook) {
    {
        std::lock_guard lock(holder().mutex);
        std::swap(hook, holder().hook);
    }
    return hook;
}

} // namespace asio_wait::inline v0::detail
