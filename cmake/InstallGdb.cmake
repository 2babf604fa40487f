# SPDX-License-Identifier: BSL-1.0

# What gdb needs to show our types. It finds a script by itself only for a shared library, by the path of
# that library; users of the archive say `source` in their ~/.gdbinit.
set(asio_wait_gdb_dir "${CMAKE_INSTALL_DATADIR}/asio_wait/gdb")
install(FILES gdb/asio_wait_gdb.py DESTINATION "${asio_wait_gdb_dir}")
install(FILES
  gdb/asio_wait_debug/__init__.py
  gdb/asio_wait_debug/commands.py
  gdb/asio_wait_debug/memory.py
  gdb/asio_wait_debug/objects.py
  gdb/asio_wait_debug/printers.py
  DESTINATION "${asio_wait_gdb_dir}/asio_wait_debug")

if(BUILD_SHARED_LIBS)
  set(auto_load_dir "${CMAKE_INSTALL_DATADIR}/gdb/auto-load${CMAKE_INSTALL_FULL_LIBDIR}")
  cmake_path(RELATIVE_PATH asio_wait_gdb_dir BASE_DIRECTORY "${auto_load_dir}"
    OUTPUT_VARIABLE asio_wait_gdb_from_auto_load)
  string(APPEND asio_wait_gdb_from_auto_load "/asio_wait_gdb.py")
  configure_file(gdb/auto_load.py.in asio_wait_auto_load.py @ONLY)
  # The name of the file itself, not of a link to it.
  install(FILES "${CMAKE_CURRENT_BINARY_DIR}/asio_wait_auto_load.py"
    DESTINATION "${auto_load_dir}" RENAME "libasio_wait.so.${PROJECT_VERSION}-gdb.py")
endif()
