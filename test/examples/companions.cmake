# SPDX-License-Identifier: BSL-1.0

# Examples with other libraries, against real servers of the tests' own.
get_property(left_out GLOBAL PROPERTY asio_wait_examples_left_out)

if(TARGET postgres)
  execute_process(COMMAND pg_config --bindir
    OUTPUT_VARIABLE postgres_binaries OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  find_program(ASIO_WAIT_POSTGRES postgres HINTS "${postgres_binaries}")
  mark_as_advanced(ASIO_WAIT_POSTGRES)
  if(ASIO_WAIT_POSTGRES)
    cmake_path(GET ASIO_WAIT_POSTGRES PARENT_PATH postgres_binaries)
    asio_wait_add_script(postgres 120 postgres.py
      ${CMAKE_CURRENT_SOURCE_DIR}/postgres.txt $<TARGET_FILE:postgres> ${postgres_binaries})
  else()
    list(APPEND left_out "postgres (no server: install postgresql)")
  endif()
endif()

if(TARGET tls_handshakes)
  asio_wait_add_script(tls_handshakes 60 check_transcript.py
    ${CMAKE_CURRENT_SOURCE_DIR}/tls_handshakes.txt $<TARGET_FILE:tls_handshakes>)
endif()

# asio_wait_add_server_test(<example> <server's program> <package>)
function(asio_wait_add_server_test example server package)
  if(NOT TARGET ${example})
    return()
  endif()
  string(TOUPPER ASIO_WAIT_${example}_SERVER program)
  find_program(${program} ${server} PATHS /usr/sbin /usr/local/sbin)
  mark_as_advanced(${program})
  if(${program})
    asio_wait_add_script(${example} 120 ${example}.py
      ${CMAKE_CURRENT_SOURCE_DIR}/${example}.txt $<TARGET_FILE:${example}> ${${program}})
  else()
    message(STATUS "Tests left out: examples.${example} (no server; install ${package})")
  endif()
endfunction()

asio_wait_add_server_test(redis redis-server redis-server)
asio_wait_add_server_test(mysql mariadbd mariadb-server)

foreach(example IN LISTS left_out)
  message(STATUS "Tests left out: examples.${example}")
endforeach()
