# SPDX-License-Identifier: BSL-1.0

# Gives a test its label, its time limit (which test/main.cpp has to know) and what sanitizers need
# in the environment.
function(asio_wait_test_properties test timeout)
  math(EXPR timeout "${timeout} * ${asio_wait_test_timeout_factor}")
  set(environment ${asio_wait_test_environment} "ASIO_WAIT_TEST_LIMIT=${timeout}")
  set_tests_properties(${test} PROPERTIES
    TIMEOUT ${timeout}
    ENVIRONMENT "${environment}"
    LABELS "${ARGN}")
endfunction()

# asio_wait_add_test(<name> SOURCES ... SUITES ... [LABELS ...] [LIBRARIES ...] [DEFINITIONS ...]
#                    [TIMEOUT seconds])
# One program test_<name>; each of its Boost.Test suites is a ctest entry <name>.<suite>. The
# structure test compares SUITES with what the sources declare, so no suite is left out.
function(asio_wait_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "SOURCES;SUITES;LABELS;LIBRARIES;DEFINITIONS")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES OR NOT arg_SUITES)
    message(FATAL_ERROR "asio_wait_add_test(${name}): SOURCES and SUITES are needed, '${arg_UNPARSED_ARGUMENTS}' is not understood.")
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()

  set(program test_${name})
  add_executable(${program} ${arg_SOURCES} $<TARGET_OBJECTS:asio_wait_test_main>)
  target_include_directories(${program} PRIVATE ${PROJECT_SOURCE_DIR}/test)
  target_compile_definitions(${program} PRIVATE ${arg_DEFINITIONS})
  target_link_libraries(${program} PRIVATE
    asio_wait::asio_wait asio_wait::testing asio_wait_private_options ${arg_LIBRARIES})

  foreach(suite IN LISTS arg_SUITES)
    get_property(owner GLOBAL PROPERTY asio_wait_suite_${suite})
    if(owner)
      message(FATAL_ERROR "asio_wait_add_test(${name}): suite ${suite} is already listed by ${owner}.")
    endif()
    set_property(GLOBAL PROPERTY asio_wait_suite_${suite} ${name})
    set(test ${name}.${suite})
    # A filter that matches nothing is an error of Boost.Test's own.
    add_test(NAME ${test}
      COMMAND ${program} --run_test=${suite} --color_output=no --catch_system_errors=no)
    asio_wait_test_properties(${test} ${arg_TIMEOUT} ${name} ${arg_LABELS})
  endforeach()
  asio_wait_note_suites("${name}" "${arg_SUITES}" "${arg_SOURCES}")
endfunction()

# asio_wait_skip_test(<name> SOURCES ... REASON "...") : says at configure time what is left out
# here, and keeps the structure test from calling these files forgotten.
function(asio_wait_skip_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "REASON" "SOURCES")
  message(STATUS "Tests left out: ${name} (${arg_REASON})")
  asio_wait_note_suites("${name}" "*" "${arg_SOURCES}")
endfunction()

# One manifest line per source: file|suites of its program.
function(asio_wait_note_suites name suites sources)
  list(JOIN suites "," suites)
  foreach(source IN LISTS sources)
    cmake_path(ABSOLUTE_PATH source NORMALIZE)
    set_property(GLOBAL APPEND PROPERTY asio_wait_test_manifest "${source}|${suites}")
  endforeach()
endfunction()
