# SPDX-License-Identifier: BSL-1.0
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(asio_wait_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/asio_wait")

install(TARGETS asio_wait asio_wait_testing asio_wait_sources
  EXPORT asio_waitTargets FILE_SET HEADERS)

# What asio_wait::sources compiles, once it is installed.
set(asio_wait_source_dir "${CMAKE_INSTALL_DATADIR}/asio_wait/src")
install(FILES ${asio_wait_sources} ${asio_wait_private_headers} DESTINATION "${asio_wait_source_dir}")
foreach(source IN LISTS asio_wait_sources)
  cmake_path(GET source FILENAME name)
  target_sources(asio_wait_sources INTERFACE "$<INSTALL_INTERFACE:${asio_wait_source_dir}/${name}>")
endforeach()
target_include_directories(asio_wait_sources INTERFACE
  "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
install(EXPORT asio_waitTargets NAMESPACE asio_wait:: DESTINATION "${asio_wait_package_dir}")

configure_package_config_file(cmake/asio_waitConfig.cmake.in asio_waitConfig.cmake
  INSTALL_DESTINATION "${asio_wait_package_dir}"
  NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
# Before 1.0 a version promises nothing to the next one, so only the exact one will do.
write_basic_package_version_file(asio_waitConfigVersion.cmake COMPATIBILITY ExactVersion)
install(FILES
  "${CMAKE_CURRENT_BINARY_DIR}/asio_waitConfig.cmake"
  "${CMAKE_CURRENT_BINARY_DIR}/asio_waitConfigVersion.cmake"
  cmake/asio_waitBoost.cmake
  DESTINATION "${asio_wait_package_dir}")

# The .pc file finds its prefix from where it lies, so an installed tree may be moved.
cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_LIBDIR
  BASE_DIRECTORY "${CMAKE_INSTALL_PREFIX}" OUTPUT_VARIABLE asio_wait_pc_libdir)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_INCLUDEDIR
  BASE_DIRECTORY "${CMAKE_INSTALL_PREFIX}" OUTPUT_VARIABLE asio_wait_pc_includedir)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX
  BASE_DIRECTORY "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" OUTPUT_VARIABLE asio_wait_pc_prefix)
set(asio_wait_pc_cflags "-pthread")
if(BUILD_SHARED_LIBS)
  string(APPEND asio_wait_pc_cflags " -DASIO_WAIT_SHARED")
endif()
configure_file(cmake/asio_wait.pc.in asio_wait.pc @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/asio_wait.pc"
  DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
install(FILES LICENSE_1_0.txt DESTINATION "${CMAKE_INSTALL_DOCDIR}")
include(cmake/InstallGdb.cmake)
