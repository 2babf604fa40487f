# SPDX-License-Identifier: BSL-1.0
"""graceful_server.py PROGRAM: clients of several kinds, and a SIGTERM."""
import contextlib
import re
import signal
import socket
import subprocess
import sys

from nginx import die_with_parent

LIMIT = 20  # seconds for anything that takes milliseconds


class Server:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True, preexec_fn=die_with_parent)
        self.port = int(re.fullmatch(r"listening on 127\.0\.0\.1:(\d+)\n", self.line())[1])

    def line(self):
        return self.process.stdout.readline()

    def client(self, stack):
        """A client whose session is known to run."""
        client = stack.enter_context(socket.create_connection(("127.0.0.1", self.port), LIMIT))
        talk(client, "hello")
        return client

    def end(self):
        out, err = self.process.communicate(timeout=LIMIT)
        return self.process.returncode, out, err


def talk(client, text):
    client.sendall(text.encode() + b"\n")
    answer = client.makefile().readline()
    if answer != text + "\n":
        raise AssertionError(f"{text!r} was answered with {answer!r}")


def check(what, got, wanted):
    if got != wanted:
        raise AssertionError(f"{what}: {got!r}, expected {wanted!r}")


def all_kinds(program):
    with contextlib.ExitStack() as stack:
        server = Server(program)
        gone, leaving, idle, working = (server.client(stack) for _ in range(4))
        gone.shutdown(socket.SHUT_WR)
        check("the server says goodbye to client 1", gone.recv(1), b"")
        talk(working, "work")
        server.process.send_signal(signal.SIGTERM)
        check("first", server.line(), "stopping, still there: client 2, client 3, client 4\n")
        try:
            socket.create_connection(("127.0.0.1", server.port), LIMIT).close()
            raise AssertionError("a new client was let in")
        except ConnectionRefusedError:
            pass
        talk(leaving, "some last words")
        leaving.close()
        check("in the end", server.end(),
              (1, "cancelling: client 3, client 4\nstuck: client 4\nstopped\n", ""))
        check("client 3 was closed", idle.recv(1), b"")


def nobody(program):
    server = Server(program)
    server.process.send_signal(signal.SIGTERM)
    check("without clients", server.end(), (0, "stopping, still there: \nstopped\n", ""))


def all_leave(program):
    with contextlib.ExitStack() as stack:
        server = Server(program)
        client = server.client(stack)
        server.process.send_signal(signal.SIGINT)
        check("first", server.line(), "stopping, still there: client 1\n")
        client.close()
        check("in the end", server.end(), (0, "stopped\n", ""))


def main():
    for scenario in (all_kinds, nobody, all_leave):
        scenario(sys.argv[1])


main()
