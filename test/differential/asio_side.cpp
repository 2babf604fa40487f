// SPDX-License-Identifier: BSL-1.0

// Runs the scenarios of standard input through asio_wait on virtual time and prints their logs;
// asyncio_side.py does the same through asyncio.

#include "world.hpp"

#include <exception>
#include <iostream>

int main() {
    std::ios::sync_with_stdio(false);
    // Unread errors are a matter of D12, not of this comparison.
    asio_wait::set_unobserved_exception_handler([](const asio_wait::unobserved_exception&) {});
    try {
        differential::scenario s;
        while (differential::read(std::cin, s))
            differential::world(s, std::cout).run();
    } catch (const std::exception& e) {
        std::cerr << "asio_side: " << e.what() << '\n';
        return 1;
    }
    std::cout << "done\n";
    return 0;
}
