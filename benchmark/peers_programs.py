# SPDX-License-Identifier: BSL-1.0
"""Who takes part in a run of peers.py: builds each program and runs one cell of it."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import peers_report
import run

sources = run.here / "peers"
REGISTRY = pathlib.Path("/usr/share/cargo/registry")  # where Debian's crates are
# asyncio.wait looks at all that is pending in each call, so its staircase is quadratic.
ASYNCIO_STAIRCASE_UP_TO = 1000


class LeftOut(Exception):
    pass


def debian_first():
    """Debian's crates go with Debian's tools; another cargo or go is used where those are not."""
    return {**os.environ, "PATH": f"/usr/bin:{os.environ['PATH']}"}


def need(command):
    found = shutil.which(command, path=debian_first()["PATH"])
    if not found:
        raise LeftOut(f"no {command} here")
    return found


def build(*command, **env):
    try:
        subprocess.run([str(c) for c in command], check=True, stdout=sys.stderr,
                       env={**debian_first(), **{k: str(v) for k, v in env.items()}})
    except (OSError, subprocess.CalledProcessError) as error:
        raise LeftOut(f"it does not build: {pathlib.Path(command[0]).name} failed") from error


def asyncio_peer(_):
    python = need("python3")
    return [python, sources / "asyncio_peer.py"], run.output(python, "--version").split()[1]


def tokio_peer(directory):
    cargo, rustc = need("cargo"), need("rustc")
    if not list(REGISTRY.glob("tokio-[0-9]*")):
        raise LeftOut("no librust-tokio-dev here")
    # Copied: cargo writes its lock file next to the sources.
    crate = directory / "tokio"
    shutil.copytree(sources / "tokio", crate, dirs_exist_ok=True)
    (crate / "Cargo.lock").unlink(missing_ok=True)
    build(cargo, "build", "--offline", "--release", "--quiet", "--jobs", "1",
          "--manifest-path", crate / "Cargo.toml", "--target-dir", crate / "target",
          "--config", 'source.crates-io.replace-with="debian"',
          "--config", f'source.debian.directory="{REGISTRY}"', CARGO_HOME=directory / "cargo")
    tokio = re.search(r'name = "tokio"\nversion = "(.*)"', (crate / "Cargo.lock").read_text())[1]
    return ([crate / "target" / "release" / "tokio_peer"],
            f"{tokio}, rustc {run.output(rustc, '--version').split()[1]}")


def go_peer(directory):
    go = need("go")
    program = directory / "go_peer"
    build(go, "build", "-o", program, sources / "go_peer.go",
          GO111MODULE="off", GOCACHE=directory / "go_cache")
    return [program], run.output(go, "version").split()[2].removeprefix("go")


PEERS = {"asyncio": asyncio_peer, "Tokio": tokio_peer, "Go": go_peer}


def figures_of(command, limit=300):
    """The figures a program prints, or nothing if it fails or takes far too long."""
    try:
        done = subprocess.run([str(c) for c in command], check=True, text=True, timeout=limit,
                              capture_output=True)
        return [float(line) for line in done.stdout.split()]
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        said = str(getattr(error, "stderr", None) or "").strip().splitlines()
        print("failed:", error, *said[:1], file=sys.stderr)
        return []


class Peer:
    def __init__(self, name, command):
        self.name, self.command = name, command

    def figures(self, workload, n, repetitions):
        if self.name == "asyncio" and workload == "staircase" and n > ASYNCIO_STAIRCASE_UP_TO:
            return []
        return figures_of([*self.command, workload, n, repetitions])


class Ours:
    name = peers_report.OURS

    def __init__(self, args):
        try:
            self.program = run.build(args) / "bench_cell"
        except (OSError, subprocess.CalledProcessError) as error:
            raise LeftOut("it does not build") from error
        self.about = json.loads(run.output(self.program, "about"))

    def figures(self, workload, n, repetitions):
        return figures_of([self.program, "time", workload, "task_set", "any_io", n,
                           repetitions])


def present(args, context):
    """Whoever is here, with versions; who is not, and why, is put into the context."""
    directory = run.root / "build" / "peers"
    directory.mkdir(parents=True, exist_ok=True)
    here = []
    if args.ours:
        try:
            ours = Ours(args)
            context["versions"][ours.name] = (
                f"Boost {ours.about['boost'].replace('_', '.')}, {ours.about['compiler']}, "
                f"{ours.about['flags']}, any_io_executor")
            here.append(ours)
        except LeftOut as why:
            context["left_out"][Ours.name] = str(why)
    for name in args.peers:
        try:
            command, context["versions"][name] = PEERS[name](directory)
            here.append(Peer(name, command))
        except LeftOut as why:
            context["left_out"][name] = str(why)
    return here
