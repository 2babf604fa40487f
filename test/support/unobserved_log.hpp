// SPDX-License-Identifier: BSL-1.0
#pragma once

// Collects what the unobserved-exception hook reports while it lives, and puts the former hook
// back. Install one around code whose tasks fail unread, else the default hook writes to stderr.

#include <asio_wait/unobserved_exception.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace test {

class unobserved_log {
public:
    unobserved_log()
        : entries_(std::make_shared<entries>()),
          previous_(asio_wait::set_unobserved_exception_handler(
              [e = entries_](const asio_wait::unobserved_exception& u) {
                  const std::lock_guard lock(e->mutex);
                  e->reports.push_back(u);
              })) {}

    unobserved_log(const unobserved_log&) = delete;
    unobserved_log& operator=(const unobserved_log&) = delete;
    ~unobserved_log() { asio_wait::set_unobserved_exception_handler(std::move(previous_)); }

    std::size_t size() const {
        const std::lock_guard lock(entries_->mutex);
        return entries_->reports.size();
    }

    asio_wait::unobserved_exception at(std::size_t i) const {
        const std::lock_guard lock(entries_->mutex);
        return entries_->reports.at(i);
    }

private:
    struct entries {
        std::mutex mutex;
        std::vector<asio_wait::unobserved_exception> reports;
    };

    std::shared_ptr<entries> entries_;
    std::function<void(const asio_wait::unobserved_exception&)> previous_;
};

} // namespace test
