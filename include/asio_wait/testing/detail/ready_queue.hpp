// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>

#include <boost/asio/execution_context.hpp>

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace asio_wait::inline v0::testing::detail {

namespace asio = boost::asio;

/// The functions that were submitted and have not run, oldest first.
/** A service, so that what lies here is destroyed when the context shuts its services down: after
 *  those that were made later and may still submit something, such as the unwinding of a
 *  coroutine. What is submitted afterwards is destroyed at once. */
class ready_queue : public asio::execution_context::service {
public:
    using key_type = ready_queue;
    inline static asio::execution_context::id id;

    explicit ready_queue(asio::execution_context& context) : service(context) {}

    std::size_t size() const noexcept { return ready_.size(); }
    std::size_t work() const noexcept { return work_; }
    bool running() const noexcept { return depth_ != 0; }

    void work_started() noexcept { ++work_; }
    void work_finished() noexcept { --work_; }

    template<class F>
    void push(F&& f) {
        if (!down_)
            ready_.push_back(std::make_unique<item_of<std::decay_t<F>>>(std::forward<F>(f)));
    }

    /// Runs the i-th.
    void run(std::size_t i) {
        const std::unique_ptr<item> next = std::move(ready_[i]);
        ready_.erase(ready_.begin() + static_cast<std::ptrdiff_t>(i));
        ++depth_;
        struct leave {
            std::size_t& depth;
            ~leave() { --depth; }
        } on_exit{depth_};
        next->run();
    }

private:
    struct item {
        virtual ~item() = default;
        virtual void run() = 0;
    };

    template<class F>
    struct item_of final : item {
        template<class G>
        explicit item_of(G&& g) : f(std::forward<G>(g)) {}
        void run() override { std::move(f)(); }
        F f;
    };

    void shutdown() noexcept override {
        // What is destroyed may submit more.
        while (!ready_.empty())
            std::exchange(ready_, {}).clear();
        down_ = true;
    }

    std::vector<std::unique_ptr<item>> ready_;
    std::size_t work_ = 0;
    std::size_t depth_ = 0;
    bool down_ = false;
};

} // namespace asio_wait::inline v0::testing::detail
