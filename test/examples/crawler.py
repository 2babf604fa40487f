# SPDX-License-Identifier: BSL-1.0
"""crawler.py CRAWLER NGINX: a site with cycles, double links and dead ends, on a real server."""
import collections
import re
import subprocess
import sys

from nginx import Nginx

LEAVES = 12
LIMIT = 4


def page(*targets):
    links = "".join(f'<a href="{target}">x</a>\n' for target in targets)
    return f"<html>\n{links}</html>\n".encode()


def site():
    leaves = [f"/leaf-{n}" for n in range(LEAVES)]
    elsewhere = "http://no-such-host.invalid/"
    return {
        "index": page(*leaves, *leaves, "/missing", "/busy", elsewhere),
        "leaf-0": page("/index", "/leaf-0", "/deep"),  # a cycle, itself, one level more
        **{f"leaf-{n}": page("/leaf-0", "/deep") for n in range(1, LEAVES)},
        "deep": page("/bottom"),
        "bottom": page("/index"),
        "island": page("/index"),  # nobody links to it
    }


def expected(files):
    lines = [f"/{name}: {len(content)} bytes" for name, content in files.items()
             if name != "island"]
    return sorted(lines + ["/missing: the server answered 404 Not Found",
                           "/busy: the server answered 503 Service Temporarily Unavailable"])


def crawl(program, *arguments):
    run = subprocess.run([program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         text=True, timeout=40)
    return run.returncode, run.stdout.splitlines(), run.stderr


def main():
    program, nginx = sys.argv[1:]
    files = site()
    wanted = expected(files)
    problems = []
    locations = "location = /busy { return 503; }\naccess_log requests.log;"
    with Nginx(nginx, files, locations) as server:
        for limit in (1, LIMIT, 1000):
            code, lines, errors = crawl(program, server.url("/index"), str(limit))
            most = min(limit, LEAVES + 2)
            if code != 0 or errors or sorted(lines[:-1]) != wanted:
                problems.append(f"limit {limit}: exit code {code}, {errors}\n" + "\n".join(lines))
            elif lines[-1] != f"{len(wanted)} pages, at most {most} at a time":
                problems.append(f"limit {limit}: at most {most} expected, {lines[-1]}")
        asked = collections.Counter(re.findall(r'"GET (\S+) ', server.read("requests.log")))
        del asked["/mark"]  # whether the server is up
    once_each = collections.Counter({line.split(":")[0]: 3 for line in wanted})
    if asked != once_each:
        problems.append(f"each page once in each of 3 runs, but the server was asked for {asked}")
    code, lines, errors = crawl(program, "ftp://x/")
    if code != 2 or lines or not errors.startswith("crawler: "):
        problems.append(f"a bad address: exit code {code}, {lines}, {errors}")
    print("\n".join(problems))
    return 1 if problems else 0


sys.exit(main())
