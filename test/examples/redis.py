# SPDX-License-Identifier: BSL-1.0
"""redis.py EXPECTED PROGRAM REDIS_SERVER: against a Redis server of our own, and against none."""
import socket
import subprocess
import sys

import check_transcript
from servers import Server

STARTS = 5  # a port found free may be taken by somebody else before the server has it


def start(server, program):
    """The port; the socket beside it tells our server from a stranger's."""
    for n in range(STARTS):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = str(probe.getsockname()[1])
        local = server.path(f"socket{n}")
        server.start(program, "--bind", "127.0.0.1", "--port", port, "--unixsocket", local,
                     "--save", "", "--dir", server.directory)
        try:
            server.wait_until(lambda: server.succeeds("redis-cli", "-s", local, "ping"))
            return port
        except AssertionError as error:
            server.stop()
            problem = error
    raise problem


def main():
    expected, program, redis_server = sys.argv[1:]
    with open(expected, encoding="utf-8") as file:
        text = file.read()
    with Server("redis") as server:
        port = start(server, redis_server)
        code = check_transcript.check(text, [program, port])
        server.stop()
        gone = subprocess.run([program, port], capture_output=True, text=True, timeout=20)
    if gone.returncode != 1 or not gone.stderr.startswith("redis: "):
        print("without a server:", gone)
        code = 1
    return code


sys.exit(main())
