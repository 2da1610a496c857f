"""Ours and the peers, each a process on the first core."""

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests import postgres
from tests.bench.load import SERVERS
from tests.door import ADMIN_KEY
from tests.server import environment

OPEN = ("--setting", "sql_time_limit_ms", "60000")
"""What Datasette is told, so that its answers are whole."""
PATIENCE = 120
"""Seconds in which a server must answer."""
EXTRA = "pip install -e '.[bench]', or leave it out with --only"
NEEDED: Mapping[str, str] = {
    "wrk": "Debian: apt-get install wrk",
    "taskset": "Debian: apt-get install util-linux",
    "pocketbase": EXTRA,
    "datasette": EXTRA,
}
"""Commands, and how to get them."""


class Server(NamedTuple):
    """A server that answers."""

    address: str
    process: int


def missing(names: Sequence[str]) -> list[str]:
    """What is needed and not there, each with how to get it."""
    return [f"{name} is missing: {NEEDED[name]}" for name in names if name in NEEDED and not program(name)]


def program(name: str) -> str | None:
    """A command, beside this Python or on the PATH."""
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else shutil.which(name)


@contextmanager
def running(command: Sequence[str], ready: str, folder: Path, settings: Mapping[str, str]) -> Iterator[Server]:
    """A server, until it has answered; `PORT` in its command is one that is free."""
    port = postgres.free_port()
    told = [part.replace("PORT", str(port)) for part in command]
    address = f"http://127.0.0.1:{port}"
    with (folder / f"{Path(told[0]).name}-{port}.log").open("w") as log:
        process = subprocess.Popen(["taskset", "-c", SERVERS, *told], env=settings, stdout=log, stderr=log)
    try:
        _wait_for(process, address + ready)
        yield Server(address, process.pid)
    finally:
        process.terminate()
        process.wait()


def _wait_for(process: "subprocess.Popen[bytes]", url: str) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        try:
            urllib.request.urlopen(url).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{process.args!r} does not answer")


@contextmanager
def bilateral(url: str, folder: Path) -> Iterator[Server]:
    """Ours, as `bilateral serve` serves it."""
    settings = environment(database_url=url, admin_key=ADMIN_KEY, log_level="error")
    command = [sys.executable, "-c", "from api.cli import main; main()", "serve", "--port", "PORT"]
    with running(command, "/readyz", folder, settings) as server:
        yield server


@contextmanager
def tutorial(tables: Path, folder: Path) -> Iterator[Server]:
    """The tutorial way, as uvicorn serves it, without a line for each request."""
    command = [sys.executable, "-m", "uvicorn", "tests.bench.tutorial:app", "--port", "PORT", "--log-level", "error"]
    with running(command, "/openapi.json", folder, os.environ | {"TUTORIAL_DATABASE": str(tables)}) as server:
        yield server


@contextmanager
def pocketbase(directory: Path, folder: Path) -> Iterator[Server]:
    """PocketBase, with its collections in this directory."""
    options = ["--http", "127.0.0.1:PORT", "--dir", str(directory), "--migrationsDir", str(directory / "migrations")]
    with running([str(program("pocketbase")), "serve", *options], "/api/health", folder, os.environ) as server:
        yield server


@contextmanager
def datasette(tables: Path, folder: Path) -> Iterator[Server]:
    """Datasette, told that the file does not change."""
    named = folder / "tables.db"  # its addresses begin with the file's name
    named.unlink(missing_ok=True)
    named.symlink_to(tables)
    options = ["--immutable", str(named), "--port", "PORT"]
    command = [str(program("datasette")), "serve", *options, *OPEN]
    with running(command, "/-/versions.json", folder, os.environ) as server:
        yield server
