# SPDX-License-Identifier: BSL-1.0
"""fetch_errors.py FETCH: every mistake and every broken server gives one clear sentence."""
import contextlib
import socket
import sys
import threading

from fetching import check, fetch

WRONG_ARGUMENTS = [
    (["https://localhost/"], "only http:// works"),
    (["ftp://localhost/"], "must begin with http://"),
    (["localhost"], "must begin with http://"),
    (["http://"], "has no host"),
    (["http://:80/"], "has no host"),
    (["http://localhost:/", "http://localhost:x/"], "not a number from 1 to 65535"),
    (["http://localhost:0/"], "not a number from 1 to 65535"),
    (["http://localhost:65536/"], "not a number from 1 to 65535"),
    (["http://me@localhost/"], "carries a user name"),
    (["http://[::1/"], "'[' without a ']'"),
    (["http://[::1]x/"], "something other than a port"),
    (["http://localhost/a b"], "percent-encode it"),
    (["http://localhost/\r\nX: y"], "percent-encode it"),
    (["--deadline"], "--deadline needs a number"),
    (["--deadline", "soon"], "--deadline needs a number"),
    (["--deadline", "-1"], "--deadline needs a number"),
    (["--deadline", "nan"], "--deadline needs a number"),
    (["--dead", "1"], "is not an option"),
]

# What the server sends before it closes, and what fetch says about it.
ANSWERS = {
    "/nothing": (b"", "failed", r"the server closed the connection without an answer"),
    "/garbage": (b"220 mail.example ESMTP\r\n\r\n", "failed", "the answer is not HTTP: bad version"),
    "/half-header": (b"HTTP/1.1 200 OK\r\nContent-Le", "failed",
                     "the server closed the connection without an answer"),
    "/short": (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "failed",
               "the server closed the connection after 3 of 10 bytes"),
    "/short-chunk": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nabc", "failed",
                     "the server closed the connection after 3 bytes"),
    "/huge": (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nabc", "failed",
              "the body is larger than the 67108864 bytes allowed"),
    "/unavailable": (b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", "failed",
                     "the server answered 503 Service Unavailable"),
    "/until-close": (b"HTTP/1.1 200 OK\r\n\r\nabcd", "ok", "200 OK, 4 bytes"),
}


@contextlib.contextmanager
def raw_server(connections):
    """Sends the bytes of ANSWERS, for so many connections."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(30)

    def serve():
        with contextlib.suppress(OSError):
            for _ in range(connections):
                client, _ = listener.accept()
                with client:
                    client.settimeout(30)
                    request = b""
                    while b"\r\n\r\n" not in request:
                        request += client.recv(4096)
                    client.sendall(ANSWERS[request.split()[1].decode()][0])

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()
        thread.join()


def wrong_arguments(program):
    for arguments, sentence in WRONG_ARGUMENTS:
        result = fetch(program, *arguments)
        check(result.code == 2, f"{arguments}: exit code 2 expected", result)
        check(result.out == "", f"{arguments}: nothing may be fetched", result)
        check(result.err.startswith("fetch: ") and sentence in result.err,
              f"{arguments}: {sentence!r} expected", result)
        check(result.err.count("\n") == 1, f"{arguments}: one line expected", result)


def broken_servers(program):
    with raw_server(len(ANSWERS)) as origin:
        result = fetch(program, *[origin + path for path in ANSWERS])
    check(result.code == 1, "exit code 1 expected", result)
    for path, (_, what, text) in ANSWERS.items():
        check(result.of(origin + path) == [(what, text)], f"{path}: {what}: {text} expected",
              result)
    check(result.summary == "1 fetched, 7 failed, 0 pending at the deadline", "summary", result)


def nobody_there(program):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound but not listening: connections are refused
        refused = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        unknown = "http://no-such-host.invalid/"
        result = fetch(program, "--deadline", "30", refused, unknown)
    check(result.code == 1, "exit code 1 expected", result)
    [(what, text)] = result.of(refused)
    check(what == "failed" and text.startswith("cannot connect to 127.0.0.1:")
          and text.endswith(": Connection refused"), "refused connection", result)
    [(what, text)] = result.of(unknown)
    check(what == "failed" and text.startswith("cannot resolve the host no-such-host.invalid: "),
          "unknown host", result)


def main():
    program = sys.argv[1]
    wrong_arguments(program)
    broken_servers(program)
    nobody_there(program)


main()
