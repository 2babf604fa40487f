// SPDX-License-Identifier: BSL-1.0
#pragma once

// How a step ended, and in which words both interpreters say so.

#include "support/sleepers.hpp"

#include <asio_wait/error.hpp>
#include <asio_wait/exception_group.hpp>
#include <asio_wait/task_group.hpp>
#include <asio_wait/timeout_error.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <string>

namespace differential {

namespace asio = boost::asio;

inline std::string words_of(const std::exception_ptr& e, const char* for_cancelled = "cancelled") {
    if (!e)
        return "none";
    try {
        std::rethrow_exception(e);
    } catch (const asio_wait::exception_group& group) {
        std::string text;
        for (const auto& error : group.errors())
            text += (text.empty() ? "" : ",") + words_of(error.exception, "aborted");
        return "group[" + text + "]";
    } catch (const asio_wait::timeout_error&) {
        return "timeout";
    } catch (const asio_wait::invalid_scope_state&) {
        return "refused";
    } catch (const test::boom& error) {
        return std::string("error:") + error.what();
    } catch (const boost::system::system_error& error) {
        if (error.code() == asio::error::operation_aborted)
            return for_cancelled;
        if (error.code() == asio::error::invalid_argument)
            return "empty";
        if (error.code() == asio::error::timed_out)
            return "timeout";
        return std::string("unexpected ") + error.what();
    } catch (const std::exception& error) {
        return std::string("unexpected ") + error.what();
    }
}

struct outcome {
    std::string text; // when there is no error
    std::exception_ptr error;

    std::string words() const { return error ? words_of(error) : text; }
    bool is_cancelled() const { return error && words_of(error) == "cancelled"; }
    bool is_group() const { return error && words_of(error).starts_with("group["); }
};

inline std::exception_ptr aborted() {
    return std::make_exception_ptr(boost::system::system_error(asio::error::operation_aborted));
}

} // namespace differential
