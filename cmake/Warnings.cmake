# SPDX-License-Identifier: BSL-1.0

# What our own code is compiled with. Linked privately: users never inherit it.
add_library(asio_wait_private_options INTERFACE)

if(MSVC)
  target_compile_options(asio_wait_private_options INTERFACE /W4)
else()
  target_compile_options(asio_wait_private_options INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
  # g++ 12 sees an overlap in each `"text" + string` it optimizes: bug 105651 of GCC.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    target_compile_options(asio_wait_private_options INTERFACE
      $<$<CONFIG:Release>:-Wno-restrict>)
  endif()
endif()
if(ASIO_WAIT_WARNINGS_AS_ERRORS)
  target_compile_options(asio_wait_private_options INTERFACE $<IF:$<BOOL:${MSVC}>,/WX,-Werror>)
endif()
