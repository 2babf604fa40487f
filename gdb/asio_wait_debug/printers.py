# SPDX-License-Identifier: BSL-1.0
"""How task, task_set and wait_result are printed."""
import re

import gdb
import gdb.printing
import gdb.types

from .memory import MANY, UNREADABLE, Broken, one_line
from .objects import SPELT_STRINGS, STRING, Set, Task


def careful(function):
    """A printer that throws would show a Python trace, so that it is a line instead."""
    def safe(self):
        try:
            return function(self)
        except UNREADABLE as e:
            return f"<unreadable: {one_line(e)}>"
    return safe


def careful_children(function):
    def safe(self):
        try:
            yield from function(self)
        except UNREADABLE as e:
            yield "error", f"<unreadable: {one_line(e)}>"
    return safe


def short(type_name):
    for long in STRING, *SPELT_STRINGS:
        type_name = type_name.replace(long, "std::string")
    return re.sub(r" +>", ">", type_name.replace("asio_wait::v0::", ""))


class TaskPrinter:
    """task<T> and any_task."""

    def __init__(self, value):
        kind = gdb.types.get_basic_type(value.type)
        self.name = short(kind.name)
        self.typed = str(kind.template_argument(0)) if self.name.startswith("task<") else None
        self.state = value["state_"]["p_"]

    @careful
    def to_string(self):
        if not int(self.state):
            return f"{self.name}, empty"
        task = Task(int(self.state))
        name = self.name if self.typed else f"{self.name} of {short(task.value_type())}"
        return f"{name} {task.describe()}"

    def children(self):
        try:
            task = Task(int(self.state)) if int(self.state) else None
            value = task and task.value(self.typed or task.value_type())
        except UNREADABLE:
            return iter(())  # to_string() has said so
        return iter(() if value is None else (("value", value),))


class SetPrinter:
    """task_set<T> and any_task_set: how many, then which."""

    def __init__(self, value):
        name = short(gdb.types.get_basic_type(value.type).name)
        self.name = "any_task_set" if name.startswith("mixed") else name
        self.core = value["core_"]["p_"]

    @careful
    def to_string(self):
        if not int(self.core):
            return f"{self.name}, moved from"
        unfinished, finished = Set(int(self.core)).counts()
        return f"{self.name} with {unfinished} unfinished, {finished} finished"

    @careful_children
    def children(self):
        if int(self.core):
            for i, task in enumerate(Set(int(self.core)).members()):
                yield f"[{i}]", task.describe()


class ResultPrinter:
    """wait_result<Task>: the tasks of both vectors."""

    def __init__(self, value):
        self.value = value

    def tasks(self, name):
        vector = self.value[name]
        members = gdb.types.get_basic_type(vector.type)
        if gdb.types.has_field(members, "_M_impl"):
            begin, end = vector["_M_impl"]["_M_start"], vector["_M_impl"]["_M_finish"]
        else:
            begin, end = vector["__begin_"], vector["__end_"]
        count = int(end - begin)
        if not 0 <= count <= MANY:
            raise Broken(f"no vector at {vector.address}")
        return [begin[i] for i in range(count)]

    @careful
    def to_string(self):
        return (f"wait_result with {len(self.tasks('done'))} done, "
                f"{len(self.tasks('pending'))} pending")

    @careful_children
    def children(self):
        for name in "done", "pending":
            for i, task in enumerate(self.tasks(name)):
                yield f"{name}[{i}]", task


def make_printers():
    printers = gdb.printing.RegexpCollectionPrettyPrinter("asio_wait")
    ours = "^asio_wait::v0::"
    printers.add_printer("task", ours + "(task<.*>|any_task)$", TaskPrinter)
    printers.add_printer("set", ours + "(task_set<.*>|mixed_task_set<.*>)$", SetPrinter)
    printers.add_printer("wait_result", ours + "wait_result<.*>$", ResultPrinter)
    return printers
