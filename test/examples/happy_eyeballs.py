# SPDX-License-Identifier: BSL-1.0
"""happy_eyeballs.py EXPECTED PROGRAM

Where there is no IPv6, an address of IPv4 has to play the black hole: that is tried in any case.
"""
import socket
import sys

from check_transcript import check

STAND_IN = "Without IPv6: 127.0.0.2 takes the place of ::1\n"


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


def main():
    _, path, program = sys.argv
    with open(path, encoding="utf-8") as file:
        expected = file.read()
    without = STAND_IN + expected.replace("[::1]", "127.0.0.2")
    failed = check(without, [program, "--ipv4"])
    if has_ipv6():
        failed |= check(expected, [program])
    else:
        print("no IPv6 on this machine: only the run with IPv4 was checked")
        failed |= check(without, [program])
    return failed


sys.exit(main())
