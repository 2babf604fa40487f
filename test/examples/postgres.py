# SPDX-License-Identifier: BSL-1.0
"""postgres.py EXPECTED PROGRAM BINARIES: against a PostgreSQL server of our own, and none."""
import signal
import subprocess
import sys

import check_transcript
from servers import Server


def main():
    expected, program, binaries = sys.argv[1:]
    with open(expected, encoding="utf-8") as file:
        text = file.read()
    with Server("postgres", stop=signal.SIGINT) as server:  # SIGINT: do not wait for sessions
        data, where = server.path("data"), server.directory
        server.run(f"{binaries}/initdb", "--pgdata", data, "--username=postgres", "--auth=trust",
                   "--no-sync", "--locale=C", "--encoding=UTF8")
        # Only a socket in this directory: no port that somebody else could have.
        server.start(f"{binaries}/postgres", "-D", data, "-k", where, "-c", "listen_addresses=",
                     "-c", "fsync=off", "-c", "shared_buffers=16MB")
        server.wait_until(lambda: server.succeeds(f"{binaries}/pg_isready", "-q", "-h", where))
        address = f"host={where} user=postgres dbname=postgres"
        code = check_transcript.check(text, [program, address])
        server.stop()
        gone = subprocess.run([program, address], capture_output=True, text=True, timeout=20)
    if gone.returncode != 1 or not gone.stderr.startswith("postgres: connection to server"):
        print("without a server:", gone)
        code = 1
    return code


sys.exit(main())
