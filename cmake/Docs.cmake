# SPDX-License-Identifier: BSL-1.0

# The documentation as a site: target "docs" and test docs.site. Both make it in build/<preset>/docs.
find_program(ASIO_WAIT_DOXYGEN doxygen)
find_path(ASIO_WAIT_AWESOME_DIR doxygen-awesome.css PATHS /usr/share/doxygen-awesome-css)
find_package(Python3 COMPONENTS Interpreter)
mark_as_advanced(ASIO_WAIT_DOXYGEN ASIO_WAIT_AWESOME_DIR)

if(NOT ASIO_WAIT_DOXYGEN OR NOT ASIO_WAIT_AWESOME_DIR OR NOT Python3_FOUND)
  if(ASIO_WAIT_BUILD_DOCS)
    message(FATAL_ERROR "ASIO_WAIT_BUILD_DOCS needs doxygen, doxygen-awesome-css and Python 3.")
  endif()
  message(STATUS "Tests left out: docs.site (doxygen or doxygen-awesome-css not found)")
  return()
endif()

# What it warns about differs from version to version.
execute_process(COMMAND "${ASIO_WAIT_DOXYGEN}" --version OUTPUT_VARIABLE asio_wait_doxygen_version
  OUTPUT_STRIP_TRAILING_WHITESPACE)
set(asio_wait_docs_warnings NO)
if(asio_wait_doxygen_version MATCHES "^1\\.9\\.4")
  set(asio_wait_docs_warnings FAIL_ON_WARNINGS)
endif()

set(asio_wait_docs_dir "${CMAKE_CURRENT_BINARY_DIR}/docs")
list(JOIN asio_wait_headers " " asio_wait_docs_headers)
list(JOIN asio_wait_testing_headers " " asio_wait_docs_testing_headers)
configure_file(doc/Doxyfile.in docs/Doxyfile @ONLY)
set(asio_wait_make_docs "${CMAKE_COMMAND}"
  "-Dpython=${Python3_EXECUTABLE}" "-Dsource=${PROJECT_SOURCE_DIR}" "-Dout=${asio_wait_docs_dir}"
  "-Ddoxygen=${ASIO_WAIT_DOXYGEN}" -P "${PROJECT_SOURCE_DIR}/doc/site/make.cmake")

if(ASIO_WAIT_BUILD_DOCS)
  add_custom_target(docs ALL COMMAND ${asio_wait_make_docs} VERBATIM)
endif()
if(ASIO_WAIT_BUILD_TESTS AND NOT asio_wait_docs_warnings)
  message(STATUS "Tests left out: docs.site (this is Doxygen ${asio_wait_doxygen_version}, not 1.9.4)")
elseif(ASIO_WAIT_BUILD_TESTS)
  add_test(NAME docs.site COMMAND ${asio_wait_make_docs})
  asio_wait_test_properties(docs.site 120 docs)
endif()
