# SPDX-License-Identifier: BSL-1.0
"""mysql.py EXPECTED PROGRAM MARIADBD: against a MariaDB server of our own, and against none."""
import subprocess
import sys

import check_transcript
from servers import Server


def main():
    expected, program, mariadbd = sys.argv[1:]
    with open(expected, encoding="utf-8") as file:
        text = file.read()
    with Server("mysql") as server:
        data, socket = server.path("data"), server.path("socket")
        server.run("mariadb-install-db", "--no-defaults", f"--datadir={data}",
                   "--auth-root-authentication-method=normal", "--skip-test-db")
        # Only a socket in this directory: no port that somebody else could have.
        server.start(mariadbd, "--no-defaults", f"--datadir={data}", f"--socket={socket}",
                     "--skip-networking", f"--pid-file={server.path('pid')}",
                     "--innodb-flush-log-at-trx-commit=0")
        server.wait_until(lambda: server.succeeds("mariadb-admin", "--no-defaults", "--user=root",
                                                  f"--socket={socket}", "--silent", "ping"))
        code = check_transcript.check(text, [program, socket])
        server.stop()
        gone = subprocess.run([program, socket], capture_output=True, text=True, timeout=20)
    if gone.returncode != 1 or not gone.stderr.startswith("mysql: "):
        print("without a server:", gone)
        code = 1
    return code


sys.exit(main())
