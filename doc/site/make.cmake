# SPDX-License-Identifier: BSL-1.0
# cmake -Dpython= -Dsource= -Dout= -Ddoxygen= -P make.cmake: the site, from its pages on.
execute_process(COMMAND "${python}" -B "${source}/doc/site/pages.py" "${source}" "${out}" "${doxygen}"
  COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${doxygen}" "${out}/Doxyfile" WORKING_DIRECTORY "${source}"
  COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${python}" -B "${source}/doc/site/check_site.py" "${out}/html"
  COMMAND_ERROR_IS_FATAL ANY)
message("${out}/html/index.html")
