// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <asio_wait/config.hpp>

#include <initializer_list>
#include <string_view>

namespace asio_wait::inline v0::detail {

/// Identity of a type, without RTTI and across shared objects.
/** Two shared objects hold two tags of one type, so equal spelling counts too, except where a
 *  spelling names different types in different files. */
struct type_tag {
    std::string_view spelling;

    friend bool operator==(const type_tag& a, const type_tag& b) noexcept {
        return &a == &b || (a.spelling == b.spelling && a.spelling_is_unique());
    }

private:
    bool spelling_is_unique() const noexcept {
        for (const char* local : {"anonymous", "unnamed", "lambda", "::<", ")::"})
            if (spelling.find(local) != std::string_view::npos)
                return false;
#if defined(__clang__)
        // clang leaves the scope of a type away that is local to a function: without one it may be.
        const std::string_view type = spelling.substr(spelling.find("T = ") + 4);
        if (type.find("::") != std::string_view::npos)
            return true;
        for (const char* builtin :
             {"void]", "bool]", "char]", "signed char]", "unsigned char]", "short]",
              "unsigned short]", "int]", "unsigned int]", "long]", "unsigned long]", "long long]",
              "unsigned long long]", "float]", "double]", "long double]"})
            if (type == builtin)
                return true;
        return false;
#else
        return true;
#endif
    }
};

template<class T>
constexpr std::string_view spelling_of() noexcept {
#if defined(_MSC_VER) && !defined(__clang__)
    return __FUNCSIG__;
#else
    return __PRETTY_FUNCTION__;
#endif
}

template<class T>
inline constexpr type_tag type_tag_of{spelling_of<T>()};

} // namespace asio_wait::inline v0::detail
