# SPDX-License-Identifier: BSL-1.0

# Defines Boost::headers, or sets asio_wait_boost_problem to one sentence. Used by the build and,
# installed beside the package file, by find_package(asio_wait).
#
# Only headers are needed, so a prefix of unpacked headers will do: name it by Boost_INCLUDE_DIR
# (the directory that holds boost/) or BOOST_ROOT. A named place wins over every Boost package
# found elsewhere; a Boost the enclosing project already added wins over both.
set(asio_wait_boost_problem "")
set(_asio_wait_boost_foreign OFF)

if(TARGET Boost::headers)
  set(_asio_wait_boost_foreign ON)
else()
  set(_asio_wait_boost_include "")
  set(_asio_wait_boost_named OFF)
  set(_asio_wait_boost_places "${Boost_INCLUDE_DIR}")
  foreach(_asio_wait_root IN ITEMS
      "${Boost_ROOT}" "${BOOST_ROOT}" "$ENV{Boost_ROOT}" "$ENV{BOOST_ROOT}")
    if(_asio_wait_root)
      list(APPEND _asio_wait_boost_places "${_asio_wait_root}/include" "${_asio_wait_root}")
    endif()
  endforeach()
  foreach(_asio_wait_place IN LISTS _asio_wait_boost_places)
    set(_asio_wait_boost_named ON)
    if(NOT _asio_wait_boost_include AND EXISTS "${_asio_wait_place}/boost/version.hpp")
      set(_asio_wait_boost_include "${_asio_wait_place}")
    endif()
  endforeach()

  if(NOT _asio_wait_boost_named)
    find_package(Boost CONFIG QUIET)
    if(NOT TARGET Boost::headers)
      find_path(asio_wait_BOOST_INCLUDE_DIR boost/version.hpp)
      mark_as_advanced(asio_wait_BOOST_INCLUDE_DIR)
      if(asio_wait_BOOST_INCLUDE_DIR)
        set(_asio_wait_boost_include "${asio_wait_BOOST_INCLUDE_DIR}")
      endif()
    endif()
  endif()
  if(_asio_wait_boost_include)
    add_library(Boost::headers INTERFACE IMPORTED)
    set_target_properties(Boost::headers PROPERTIES
      INTERFACE_INCLUDE_DIRECTORIES "${_asio_wait_boost_include}")
  endif()
endif()

# The version is read from the header that will be compiled, not from what a package file says.
set(_asio_wait_boost_version "")
set(_asio_wait_boost_dirs "")
if(TARGET Boost::headers)
  get_target_property(_asio_wait_boost_dirs Boost::headers INTERFACE_INCLUDE_DIRECTORIES)
endif()
foreach(_asio_wait_place IN LISTS _asio_wait_boost_dirs)
  if(NOT _asio_wait_boost_version AND EXISTS "${_asio_wait_place}/boost/version.hpp")
    file(STRINGS "${_asio_wait_place}/boost/version.hpp" _asio_wait_line
      REGEX "^#define BOOST_VERSION [0-9]+")
    if(_asio_wait_line MATCHES "BOOST_VERSION ([0-9]+)")
      math(EXPR _asio_wait_major "${CMAKE_MATCH_1} / 100000")
      math(EXPR _asio_wait_minor "${CMAKE_MATCH_1} / 100 % 1000")
      set(_asio_wait_boost_version "${_asio_wait_major}.${_asio_wait_minor}")
      set(_asio_wait_boost_found "${_asio_wait_boost_version} in ${_asio_wait_place}")
    endif()
  endif()
endforeach()

set(_asio_wait_boost_advice "install libboost1.81-dev on Debian 12 (its libboost-dev is 1.74), libboost-dev elsewhere, or set Boost_INCLUDE_DIR to newer headers.")
if(_asio_wait_boost_version AND _asio_wait_boost_version VERSION_LESS 1.81)
  set(asio_wait_boost_problem
    "asio_wait needs Boost 1.81 or newer and found ${_asio_wait_boost_found}: ${_asio_wait_boost_advice}")
elseif(NOT _asio_wait_boost_version AND NOT _asio_wait_boost_foreign)
  set(asio_wait_boost_problem
    "asio_wait needs Boost 1.81 or newer and found none: ${_asio_wait_boost_advice}")
endif()
