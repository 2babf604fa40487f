# SPDX-License-Identifier: BSL-1.0
"""record.py stuck PROGRAM: prints the graph that the hanging program draws of itself.
record.py crawler PROGRAM: runs the crawler on a small site whose pages take their time."""
import http.server
import re
import signal
import subprocess
import sys
import threading
import time

# Each page: after how many milliseconds it comes, and where it leads to.
SITE = {
    "/": (30, ["/news", "/shop", "/about"]),
    "/news": (60, ["/today", "/yesterday", "/"]),
    "/shop": (110, ["/books", "/music"]),
    "/about": (20, ["/people"]),
    "/today": (40, ["/weather"]),
    "/yesterday": (90, []),
    "/books": (50, ["/shop"]),
    "/music": (70, ["/gone"]),
    "/people": (120, ["/about"]),
    "/weather": (25, []),
}


class SlowSite(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        delay, targets = SITE.get(self.path, (35, None))
        time.sleep(delay / 1000)
        body = "".join(f'<a href="{t}">x</a>\n' for t in targets or []).encode()
        self.send_response(404 if targets is None else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def crawler(program):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), SlowSite) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        subprocess.run([program, f"http://127.0.0.1:{server.server_port}/", "3"], check=True,
                       stdout=subprocess.DEVNULL, timeout=30)
        server.shutdown()


def stuck(program):
    process = subprocess.Popen([program], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGUSR2)
        while (line := process.stdout.readline()) != "}\n":
            # Without what differs from machine to machine.
            print(re.sub(r"[\w./-]*/(?=\w+\.cpp)", "", line), end="")
        print(line, end="")
    finally:
        process.kill()
        process.wait()


{"stuck": stuck, "crawler": crawler}[sys.argv[1]](sys.argv[2])
