# SPDX-License-Identifier: BSL-1.0

# ASIO_WAIT_COVERAGE counts what the tests run of include/ and src/; test/coverage/report.py reads it.
# clang's counters belong to the source, so that a branch is one that somebody wrote.
if(ASIO_WAIT_COVERAGE)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "ASIO_WAIT_COVERAGE needs clang, this is ${CMAKE_CXX_COMPILER_ID}.")
  endif()
  file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/coverage.list" @ONLY CONTENT
    "src:@PROJECT_SOURCE_DIR@/include/*\nsrc:@PROJECT_SOURCE_DIR@/src/*\n")
  set(asio_wait_coverage_flags -fprofile-instr-generate)
  target_compile_options(asio_wait_private_options INTERFACE
    ${asio_wait_coverage_flags} -fcoverage-mapping -fprofile-update=atomic
    "-fprofile-list=${PROJECT_BINARY_DIR}/coverage.list")
  target_link_options(asio_wait_private_options INTERFACE ${asio_wait_coverage_flags})
  # One file for all runs of a program.
  list(APPEND asio_wait_test_environment
    "LLVM_PROFILE_FILE=${PROJECT_BINARY_DIR}/coverage/%m.profraw")
endif()
