# SPDX-License-Identifier: BSL-1.0
"""Shows asio_wait's types in gdb, and lists the watched tasks of a stopped process or a core file.

    (gdb) source asio_wait_gdb.py
    (gdb) print orders
    (gdb) asio-wait tasks

Memory is only read: nothing of the program is called, so a core file will do. No debug information
of the archive is needed; the values of tasks are shown where the program has its own.
"""
import inspect
import os
import sys

import gdb
import gdb.printing

# gdb sets __file__ for the outermost script only.
sys.path.insert(0, os.path.dirname(os.path.realpath(inspect.currentframe().f_code.co_filename)))
try:
    from asio_wait_debug import commands, printers
finally:
    del sys.path[0]

gdb.printing.register_pretty_printer(gdb.current_objfile(), printers.make_printers(), replace=True)
commands.Commands()
commands.TasksCommand()
