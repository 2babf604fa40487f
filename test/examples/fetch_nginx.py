# SPDX-License-Identifier: BSL-1.0
"""fetch_nginx.py FETCH NGINX: the fetch example against a real server, killed in the end."""
import re
import sys

from fetching import check, fetch, finish, start
from nginx import Nginx

RATE = 100_000  # bytes a second for the limited files
FILES = {
    "small": 3,
    "empty": 0,
    "large": 5_000_000,
    "paced": RATE * 3 // 2,   # one second: nginx sends the rate at once, the rest a second later
    "endless": RATE * 600,    # ten minutes
}
LOCATIONS = f"""
        location = /paced {{ limit_rate {RATE}; }}
        location = /endless {{ limit_rate {RATE}; }}
        location = /moved {{ return 301 /small; }}
        location = /busy {{ return 503; }}
"""


def all_fine(program, server):
    paths = {"/small": 3, "/empty": 0, "/large": 5_000_000, "/paced": FILES["paced"]}
    result = fetch(program, *[server.url(p) for p in paths])
    check(result.code == 0, "exit code 0 expected", result)
    for path, size in paths.items():
        check(result.of(server.url(path)) == [("ok", f"200 OK, {size} bytes")], path, result)
    check(result.lines[-1][1] == server.url("/paced"), "the slow one comes last", result)
    check(result.summary == "4 fetched, 0 failed, 0 pending at the deadline", "summary", result)


def answers_of_all_kinds(program, server):
    same_twice = [server.url("/small")] * 2
    result = fetch(program, *same_twice, server.url("/missing"), server.url("/busy"),
                   server.url("/moved"), server.url("/?query"))
    check(result.code == 1, "exit code 1 expected", result)
    for path, wanted in [
            ("/small", [("ok", "200 OK, 3 bytes")] * 2),
            ("/missing", [("failed", "the server answered 404 Not Found")]),
            ("/busy", [("failed", "the server answered 503 Service Temporarily Unavailable")]),
            ("/?query", [("failed", "the server answered 403 Forbidden")])]:
        check(result.of(server.url(path)) == wanted, f"{path}: {wanted} expected", result)
    [(what, text)] = result.of(server.url("/moved"))
    check(what == "ok" and text.startswith("301 Moved Permanently, "), "not followed", result)


def deadline(program, server):
    result = fetch(program, "--deadline", "1.5", server.url("/endless"), server.url("/small"))
    check(result.code == 1, "exit code 1 expected", result)
    check(result.lines == [("ok", server.url("/small"), "200 OK, 3 bytes"),
                           ("pending", server.url("/endless"), None),
                           ("cancelled", server.url("/endless"), None)],
          "one finished, one pending and then cancelled", result)
    check(result.summary == "1 fetched, 0 failed, 1 pending at the deadline", "summary", result)


def killed_in_mid_transfer(program, server):
    process = start(program, "--deadline", "30", server.url("/endless"), server.url("/paced"),
                    server.url("/small"))
    printed = ""
    # The paced one takes a second, so by its end the endless one has been under way that long.
    while server.url("/paced") not in printed.rpartition("\n")[0]:
        line = process.stdout.readline()
        if not line:
            break
        printed += line
    server.kill()
    result = finish(process, printed)

    check(result.code == 1, "exit code 1 expected", result)
    check(result.of(server.url("/small")) == [("ok", "200 OK, 3 bytes")], "small", result)
    check(result.of(server.url("/paced")) == [("ok", f"200 OK, {FILES['paced']} bytes")], "paced",
          result)
    [(what, text)] = result.of(server.url("/endless"))
    # Which of the two the kernel reports depends on what was still under way.
    broken = re.fullmatch(r"(?:the server closed the connection|the transfer broke off) after "
                          rf"(\d+) of {FILES['endless']} bytes(?:: Connection reset by peer)?",
                          text)
    check(what == "failed" and broken and RATE // 2 < int(broken[1]) < FILES["endless"],
          "broken off in the middle", result)
    check(result.summary == "2 fetched, 1 failed, 0 pending at the deadline", "summary", result)


def gone(program, server):
    result = fetch(program, server.url("/small"))
    check(result.code == 1, "exit code 1 expected", result)
    [(what, text)] = result.of(server.url("/small"))
    check(what == "failed" and text.endswith(": Connection refused"), "refused", result)


def main():
    program, nginx = sys.argv[1:]
    with Nginx(nginx, FILES, LOCATIONS) as server:
        all_fine(program, server)
        answers_of_all_kinds(program, server)
        deadline(program, server)
        killed_in_mid_transfer(program, server)
        gone(program, server)


main()
