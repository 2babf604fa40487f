// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>

namespace asio_wait::inline v0::detail {

/// Records in order of creation.
template<class Record>
class record_list {
public:
    Record* first() const noexcept { return first_; }

    void push_back(Record& r) noexcept {
        r.previous = last_;
        (last_ ? last_->next : first_) = &r;
        last_ = &r;
    }

    void remove(Record& r) noexcept {
        (r.previous ? r.previous->next : first_) = r.next;
        (r.next ? r.next->previous : last_) = r.previous;
    }

private:
    Record* first_ = nullptr;
    Record* last_ = nullptr;
};

} // namespace asio_wait::inline v0::detail
