# SPDX-License-Identifier: BSL-1.0
"""What lies where in the memory of a program that uses asio_wait."""
import struct

import gdb

INSIDE = "asio_wait::v0::detail::"

# Where the members lie on x86-64, whatever the compiler and the standard library; debug information
# goes first where there is any. The letters are those of Python's struct.
LAYOUT = {
    "(anonymous namespace)::registry": {
        "tasks.first_": (104, "Q"), "sets.first_": (136, "Q")},
    "task_record": {
        "task": (24, "Q"), "waits": (32, "Q"), "next": (40, "Q"), "running": (56, "i")},
    "task_core": {
        "status_": (4, "B"), "started_": (5, "B"), "taken_": (8, "B"), "requested_": (9, "B"),
        "id_": (32, "Q"), "type_": (48, "Q"), "error_": (56, "Q"), "name_": (64, "Q"),
        "record_": (72, "Q"), "site_.file": (80, "Q"), "site_.line": (96, "I")},
    "task_type": {"value": (16, "Q")},
    "wait_record": {
        "traits.what": (0, "Q"), "traits.limited": (8, "B"), "set": (40, "Q"),
        "tasks": (48, "QQ"), "next_of_waiter": (80, "Q")},
    "set_record": {"set": (0, "Q"), "id": (8, "Q"), "next": (16, "Q")},
    "set_core": {
        "rule_.members_.first_": (32, "Q"), "rule_.size_": (128, "Q"),
        "rule_.unfinished_": (136, "Q")},
    "set_member": {
        "set_entry": (24, "Q"), "set_entry.next": (24, "Q"), "task": (72, "Q")},
}
PAGE = 4096
MANY = 1_000_000  # a list of more is broken


class Broken(Exception):
    """What is in memory cannot be one of ours."""


# What reading a broken program ends with.
UNREADABLE = (gdb.error, Broken, OverflowError)


def type_inside(name):
    """A type with its members known, or None."""
    try:
        found = gdb.lookup_type(INSIDE + name).strip_typedefs()
        return found if found.fields() else None
    except (gdb.error, TypeError):
        return None


known_offsets = {}  # forgotten when programs or shared objects come and go


def offset_of(name, path):
    key = (name, path)
    if key not in known_offsets:
        known_offsets[key] = find_offset(name, path)
    return known_offsets[key]


def find_offset(name, path):
    kind, offset = type_inside(name), 0
    if kind is None:
        if gdb.selected_inferior().architecture().name() != "i386:x86-64":
            raise Broken(f"no debug information for {INSIDE}{name}")
        return LAYOUT[name][path][0]
    for part in path.split("."):
        fields = [f for f in kind.fields() if f.name in (part, INSIDE + part)]
        if not fields:
            raise Broken(f"{INSIDE}{name} has no {path}: this is for another version of asio_wait")
        offset += fields[0].bitpos // 8
        kind = fields[0].type.strip_typedefs()
    return offset


def read(address, letters):
    memory = gdb.selected_inferior().read_memory(address, struct.calcsize("<" + letters))
    found = struct.unpack("<" + letters, bytes(memory))
    return found if len(found) > 1 else found[0]


def text_at(address, most=200):
    found = b""
    while len(found) < most and b"\0" not in found:
        at = address + len(found)
        size = min(most - len(found), PAGE - at % PAGE)  # the next page may not be there
        found += bytes(gdb.selected_inferior().read_memory(at, size))
    found = found.split(b"\0")[0]
    return "".join(c if c.isprintable() else "?" for c in found.decode(errors="replace"))


class Object:
    """One of our objects in the program's memory."""

    def __init__(self, name, address):
        self.name, self.address = name, address

    def __getitem__(self, path):
        return read(self.address + offset_of(self.name, path), LAYOUT[self.name][path][1])


def chain(first, following):
    """The addresses of a linked list, however broken."""
    at, seen = first, set()
    while at:
        if at in seen or len(seen) == MANY:
            raise Broken(f"the list goes in a circle at {at:#x}")
        seen.add(at)
        yield at
        at = following(at)


def address_of(symbol):
    try:
        return int(gdb.parse_and_eval(f"(unsigned long)&'{INSIDE}{symbol}'"))
    except gdb.error:
        raise Broken("no asio_wait in this program, or its symbols are stripped") from None


def one_line(problem):
    return " ".join(str(problem).split()) or type(problem).__name__


def forget_offsets(_event):
    known_offsets.clear()


for event in gdb.events.new_objfile, gdb.events.clear_objfiles:
    event.connect(forget_offsets)
