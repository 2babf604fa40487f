# SPDX-License-Identifier: BSL-1.0
"""The command `asio-wait tasks`."""
import gdb

from .memory import UNREADABLE, Object, address_of, chain, one_line, read
from .objects import Set, Task, waits_of


def rows_of_tasks(rows):
    """Adds a row for each task, so that those before a broken one are shown."""
    registry = Object("(anonymous namespace)::registry",
                      address_of("(anonymous namespace)::all()::place"))
    sets = {}
    for at in chain(registry["sets.first_"], lambda at: Object("set_record", at)["next"]):
        record = Object("set_record", at)
        sets[record["id"]] = Set(record["set"])
    for at in chain(registry["tasks.first_"], lambda at: Object("task_record", at)["next"]):
        record = Object("task_record", at)
        task = Task(record["task"])
        if not task.done:
            waits = "; ".join(waits_of(record, sets))
            rows.append((str(task.id), task.called(), task.state(), waits or "-", task.place()))


class Commands(gdb.Command):
    """Looks at the tasks of asio_wait."""

    def __init__(self):
        super().__init__("asio-wait", gdb.COMMAND_STATUS, prefix=True)


class TasksCommand(gdb.Command):
    """Lists the watched tasks that have not ended, and what each waits for.

    Watched is what began under ASIO_WAIT_WATCH=1 or after watch_tasks()."""

    def __init__(self):
        super().__init__("asio-wait tasks", gdb.COMMAND_STATUS)

    def invoke(self, _arguments, _from_tty):
        if not gdb.selected_inferior().pid:
            raise gdb.GdbError("No process, and no core file.")
        rows, problem = [], None
        try:
            if not read(address_of("watch_switch"), "B"):
                print("Nothing is watched: start it with ASIO_WAIT_WATCH=1, or call watch_tasks().")
                return
            rows_of_tasks(rows)
        except UNREADABLE as e:
            problem = e
        rows.sort(key=lambda row: int(row[0]))
        if rows:
            table = [("id", "name", "state", "waiting for", "spawned at"), *rows]
            widths = [max(map(len, column)) for column in zip(*table)]
            for row in table:
                print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
        if problem:
            raise gdb.GdbError(f"The list ends here: {one_line(problem)}")
        if not rows:
            print("0 tasks")
