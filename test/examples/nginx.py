# SPDX-License-Identifier: BSL-1.0
"""An nginx of our own on a free port of 127.0.0.1, in a directory of its own."""
import contextlib
import ctypes
import http.client
import os
import secrets
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

STARTS = 5  # a port found free may be taken by somebody else before nginx has it
READY_LIMIT = 20  # seconds

CONFIGURATION = """
daemon off;
master_process off;
pid nginx.pid;
error_log error.log;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path temp;
    proxy_temp_path temp;
    fastcgi_temp_path temp;
    uwsgi_temp_path temp;
    scgi_temp_path temp;
    default_type application/octet-stream;
    root {root};
    server {{
        listen 127.0.0.1:{port};
{locations}
    }}
}}
"""


def die_with_parent():
    # When ctest kills this script, no server may stay behind.
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class Nginx:
    def __init__(self, program, files, locations):
        """files: {name: content, or size in bytes}; locations: text for the server section."""
        self.program, self.files, self.locations = program, files, locations
        self.process = None

    def __enter__(self):
        self.directory = tempfile.TemporaryDirectory(prefix="asio_wait_nginx_")
        try:
            self._write_files()
            for _ in range(STARTS):
                if self._start():
                    return self
            raise AssertionError(f"nginx did not start:\n{self._error_log()}")
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        self.kill()
        self.directory.cleanup()

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def read(self, name):
        """The text of a file of the server's, such as a log."""
        with open(self._path(name), encoding="utf-8") as file:
            return file.read()

    def _path(self, name):
        return os.path.join(self.directory.name, name)

    def _write_files(self):
        os.mkdir(self._path("root"))
        self.mark = secrets.token_hex(16)
        with open(self._path("root/mark"), "w", encoding="utf-8") as file:
            file.write(self.mark)
        for name, content in self.files.items():
            with open(self._path(f"root/{name}"), "wb") as file:
                file.write(content if isinstance(content, bytes) else os.urandom(content))

    def _start(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        with open(self._path("nginx.conf"), "w", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(root=self._path("root"), port=self.port,
                                            locations=self.locations))
        self.process = subprocess.Popen(
            [self.program, "-p", self.directory.name, "-c", "nginx.conf", "-e", "error.log"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=die_with_parent)
        end = time.monotonic() + READY_LIMIT
        while time.monotonic() < end:
            if self._answers():
                return True
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(0.02)
                break
        self.kill()
        return False

    def _answers(self):
        # The mark tells our server from a stranger on the same port.
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with direct.open(self.url("/mark"), timeout=2) as answer:
                return answer.read().decode("ascii", "replace") == self.mark
        except (OSError, http.client.HTTPException):
            return False

    def _error_log(self):
        try:
            return self.read("error.log")
        except FileNotFoundError:
            return "(no error log)"
