# SPDX-License-Identifier: BSL-1.0

# ASIO_WAIT_SANITIZE reaches the library, the tests and the examples through the private options.
# asio_wait_test_environment: what a test needs in its environment to report what it found.
set(asio_wait_test_environment "")
set(asio_wait_test_timeout_factor 1)

if(ASIO_WAIT_BUILD_FUZZERS)
  # A fuzzer sees where its input led; main() comes with the fuzz targets only.
  target_compile_options(asio_wait_private_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

if(ASIO_WAIT_SANITIZE)
  foreach(sanitizer IN LISTS ASIO_WAIT_SANITIZE)
    if(NOT sanitizer MATCHES "^(address|undefined|thread)$")
      message(FATAL_ERROR "ASIO_WAIT_SANITIZE: unknown sanitizer '${sanitizer}'.")
    endif()
  endforeach()

  list(JOIN ASIO_WAIT_SANITIZE "," sanitizers)
  target_compile_options(asio_wait_private_options INTERFACE
    -fsanitize=${sanitizers} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(asio_wait_private_options INTERFACE -fsanitize=${sanitizers})
  # clang cannot mark coroutines for its check of calls through pointers.
  if("undefined" IN_LIST ASIO_WAIT_SANITIZE)
    target_compile_options(asio_wait_private_options INTERFACE
      $<$<CXX_COMPILER_ID:Clang>:-fno-sanitize=function>)
  endif()
  # Asio's recycling caches hide use after free of frames, handlers and cancellation slots.
  target_compile_definitions(asio_wait_private_options INTERFACE
    BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=0)
  # With the caches off g++ can see that Asio's coroutine frames end in free(), and takes that for a
  # mistake.
  target_compile_options(asio_wait_private_options INTERFACE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-mismatched-new-delete -Wno-maybe-uninitialized>)

  list(APPEND asio_wait_test_environment
    "ASAN_OPTIONS=detect_stack_use_after_return=1:detect_leaks=1:check_initialization_order=1"
    "UBSAN_OPTIONS=print_stacktrace=1")
  set(asio_wait_test_timeout_factor 5)

  if("thread" IN_LIST ASIO_WAIT_SANITIZE)
    # g++ warns that TSan does not model the fences in Asio's own headers.
    target_compile_options(asio_wait_private_options INTERFACE
      $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
    list(APPEND asio_wait_test_environment
      "TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/cmake/tsan.supp:halt_on_error=1:second_deadlock_stack=1")
  endif()
endif()
