# SPDX-License-Identifier: BSL-1.0
"""A server of our own, in a directory of its own, gone when the test is."""
import os
import pwd
import signal
import subprocess
import tempfile
import time

from nginx import die_with_parent

LIMIT = 40  # seconds for anything that takes one


def account(names):
    """Popen's arguments for the first of these accounts; root should run no server, some refuse."""
    if os.geteuid() != 0:
        return {}
    known = {p.pw_name: p for p in pwd.getpwall()}
    who = next(known[name] for name in (*names, "nobody") if name in known)
    return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}


class Server:
    """Use it as a context: run what prepares its directory, start it, wait until it answers."""

    def __init__(self, *accounts, stop=signal.SIGTERM):
        self.account, self.stop_signal, self.process = account(accounts), stop, None

    def __enter__(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="asio_wait_server_")
        self.directory = self.temporary.name
        if self.account:
            os.chown(self.directory, self.account["user"], self.account["group"])
        self.log = open(self.path("log"), "w+", encoding="utf-8", errors="replace")
        return self

    def __exit__(self, *_):
        self.stop()
        self.log.close()
        self.temporary.cleanup()

    def path(self, name):
        return os.path.join(self.directory, name)

    def run(self, *command):
        if not self.succeeds(*command):
            raise AssertionError(f"{command} failed:\n{self._log_text()}")

    def succeeds(self, *command):
        return subprocess.run(command, timeout=LIMIT, **self._surroundings()).returncode == 0

    def start(self, *command):
        self.process = subprocess.Popen(command, preexec_fn=die_with_parent,
                                        **self._surroundings())

    def wait_until(self, ready):
        end = time.monotonic() + LIMIT
        while not ready():
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"{self.process.args} did not start:\n{self._log_text()}")
            time.sleep(0.05)  # between two questions

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
            try:
                self.process.wait(LIMIT)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def _surroundings(self):
        return {"stdin": subprocess.DEVNULL, "stdout": self.log, "stderr": self.log,
                "cwd": self.directory, "env": {**os.environ, "LC_ALL": "C"}, **self.account}

    def _log_text(self):
        self.log.seek(0)
        return self.log.read()
