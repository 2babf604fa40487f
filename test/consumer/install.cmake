# SPDX-License-Identifier: BSL-1.0
# cmake -DBUILD_DIR= -DSTAGE= -DPREFIX= -P install.cmake : install at STAGE, then move to PREFIX.
file(REMOVE_RECURSE "${STAGE}" "${PREFIX}")
execute_process(
  COMMAND "${CMAKE_COMMAND}" --install "${BUILD_DIR}" --prefix "${STAGE}"
  COMMAND_ERROR_IS_FATAL ANY)
file(RENAME "${STAGE}" "${PREFIX}")
