# SPDX-License-Identifier: BSL-1.0

# The version lives in one place, the header; everybody else derives it.
function(asio_wait_read_version result)
  set(header "${CMAKE_CURRENT_SOURCE_DIR}/include/asio_wait/version.hpp")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${header}")
  file(STRINGS "${header}" line REGEX "^#define ASIO_WAIT_VERSION [0-9]+$")
  if(NOT line MATCHES " ([0-9]+)$")
    message(FATAL_ERROR "${header} does not define ASIO_WAIT_VERSION as one number.")
  endif()
  set(number "${CMAKE_MATCH_1}")
  math(EXPR major "${number} / 10000")
  math(EXPR minor "${number} / 100 % 100")
  math(EXPR patch "${number} % 100")
  set(${result} "${major}.${minor}.${patch}" PARENT_SCOPE)
endfunction()
