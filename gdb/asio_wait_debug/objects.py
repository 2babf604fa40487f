# SPDX-License-Identifier: BSL-1.0
"""Tasks, sets and waits in the memory of a program."""
import re

import gdb

from .memory import MANY, Broken, Object, chain, offset_of, read, text_at, type_inside

# As debug information has it, and as __PRETTY_FUNCTION__ of g++ and of clang.
STRING = "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >"
SPELT_STRINGS = ("std::__cxx11::basic_string<char>", "std::basic_string<char>")
STATUS = ("running", "succeeded", "failed", "cancelled")
# Exceptions that begin with a table and the text.
WITH_TEXT = {"std::" + name for name in (
    "runtime_error", "range_error", "overflow_error", "underflow_error", "logic_error",
    "invalid_argument", "domain_error", "length_error", "out_of_range", "system_error")}


class Task(Object):
    def __init__(self, address):
        super().__init__("task_core", address)
        self.id = self["id_"]
        self.status = self["status_"]
        if self.status >= len(STATUS):
            raise Broken(f"no task at {address:#x}")
        self.done = STATUS[self.status] != "running"

    def called(self):
        name = self["name_"]
        return text_at(name) if name else f"task-{self.id}"

    def state(self):
        if self.done:
            return STATUS[self.status]
        if not self["started_"]:
            return "not started"
        record = self["record_"]
        if not record:
            return "started"  # whether it runs just now is known of watched tasks only
        return "running" if Object("task_record", record)["running"] else "waiting"

    def place(self):
        line = self["site_.line"]
        return f"{text_at(self['site_.file'], 1000)}:{line}" if line else "-"

    def error(self):
        thrown = self["error_"]
        if STATUS[self.status] != "failed" or not thrown:
            return ""
        # libstdc++ has the type in front of the object; elsewhere no such symbol is found there.
        symbol = gdb.execute(f"info symbol {read(thrown - 112, 'Q')}", to_string=True)
        match = re.match(r"typeinfo for (.+?)(?:@\S+)? in section ", symbol)
        if not match:
            return ""
        what = ": " + text_at(read(thrown + 8, "Q")) if match[1] in WITH_TEXT else ""
        return f" with {match[1]}{what}"

    def value_type(self):
        """As the compiler spells it."""
        first, second = read(Object("task_type", self["type_"])["value"], "QQ")
        # Length and pointer; the other way round in libc++.
        length, text = (first, second) if first < 10_000 else (second, first)
        spelling = text_at(text, min(length, 10_000))
        match = re.search(r"\[(?:with )?T = (.*?)(?:; std::string_view = .*)?\]$", spelling)
        return match[1] if match else "?"

    def describe(self):
        more = ", cancel requested" if self["requested_"] and not self.done else ""
        more += ", value taken" if self["taken_"] else ""
        return f"{self.called()} ({self.id}, {self.state()}{self.error()}{more})"

    def short(self):
        return f"{self.called()} ({self.id})"

    def value(self, type_name):
        """None when there is none, or its type is not known."""
        if STATUS[self.status] != "succeeded" or type_name == "void" or self["taken_"]:
            return None
        if type_name in SPELT_STRINGS:
            type_name = STRING
        state = type_inside(f"task_state<{type_name}>")
        if state is None:
            return None
        held = gdb.Value(self.address).cast(state.pointer())["value_"]
        # The value comes first in an optional, whoever wrote it.
        return held.address.cast(state.template_argument(0).pointer()).dereference()


class Set(Object):
    def __init__(self, address):
        super().__init__("set_core", address)

    def counts(self):
        unfinished, size = self["rule_.unfinished_"], self["rule_.size_"]
        if not unfinished <= size < 2**32:
            raise Broken(f"no set at {self.address:#x}")
        return unfinished, size - unfinished

    def members(self):
        entry = offset_of("set_member", "set_entry")

        def member(address):
            return Object("set_member", address - entry)

        for address in chain(self["rule_.members_.first_"],
                             lambda at: member(at)["set_entry.next"]):
            yield Task(member(address)["task"])


def few(tasks):
    names = [t.short() for t in tasks if not t.done]
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def waits_of(record, sets):
    """What a watched task waits for, one text for each of its waits."""
    for address in chain(record["waits"], lambda at: Object("wait_record", at)["next_of_waiter"]):
        wait = Object("wait_record", address)
        text = text_at(wait["traits.what"])
        if wait["set"]:
            text += f" on set {wait['set']}"
            members = sets[wait["set"]].members() if wait["set"] in sets else []
        else:
            begin, end = wait["tasks"]
            if end < begin or end - begin > 8 * MANY:
                raise Broken(f"no wait at {address:#x}")
            targets = (Object("task_record", read(at, "Q"))["task"] for at in range(begin, end, 8))
            members = [Task(target) for target in targets if target]
        if wait["traits.limited"]:
            text += ", with a limit"
        names = few(members)
        yield text + (": " + names if names else "")
