"""The service as users run it: commands as processes, and a server on a free port."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple

import httpx
import pytest

OFFLINE = """
import socket
ask = socket.getaddrinfo
def only_here(host, *rest, **options):
    if host not in ("127.0.0.1", b"127.0.0.1"):
        raise socket.gaierror(f"{host}: the tests ask nobody")
    return ask(host, *rest, **options)
socket.getaddrinfo = only_here
"""
"""Before a command begins: nothing that it sends leaves this machine, wherever webhooks lead."""
COMMAND = [sys.executable, "-c", OFFLINE + "from api.cli import main; main()"]
PATIENCE = 60
"""Seconds in which a process must have done what it was told: only a broken one needs them."""


class Outcome(NamedTuple):
    """How a command ended."""

    status: int
    out: str
    err: str


def environment(**settings: str) -> dict[str, str]:
    """Ours, with these settings and no others."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("BILATERAL_")}
    return ours | {f"BILATERAL_{name.upper()}": value for name, value in settings.items()}


def spawn(folder: Path, *arguments: str, **settings: str) -> Outcome:
    """Run the command as a process of its own."""
    ended = subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return Outcome(ended.returncode, ended.stdout, ended.stderr)


@dataclass
class Served:
    """A server that answers."""

    process: subprocess.Popen[str]
    address: str
    log: Path

    def line(self) -> str:
        """What it prints next; '' if it has ended."""
        return _output(self.process).readline()

    def request(self, method: str, path: str, key: str | None = None, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        headers |= options.pop("headers", {})
        return httpx.request(method, self.address + path, headers=headers, timeout=PATIENCE, **options)

    def interrupt(self) -> Outcome:
        """Ctrl-C; gives what it printed since, and all that it logged."""
        self.process.send_signal(signal.SIGINT)
        rest, _ = self.process.communicate(timeout=PATIENCE)
        return Outcome(self.process.returncode, rest, self.log.read_text(encoding="utf-8"))


def _output(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stdout is not None
    return process.stdout


@contextmanager
def serving(folder: Path, **settings: str) -> Iterator[Served]:
    """`bilateral serve` on a free port, until it answers; killed if the test does not end it."""
    number = len(list(folder.glob("*.log")))
    log = folder / f"serve{number}.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [*COMMAND, "serve", "--port", "0"],
            cwd=folder,
            env=environment(**settings),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    with process:
        try:
            docs = _output(process).readline()
            assert docs.startswith("Bilateral: the API's documentation is at http://127.0.0.1:"), log.read_text()
            address = docs.split()[-1].removesuffix("/docs")
            wait_until_ready(process, address)
            yield Served(process, address, log)
        finally:
            process.kill()


def wait_until_ready(process: subprocess.Popen[str], address: str) -> None:
    """Ask until /readyz is answered; fail as soon as the process has ended."""
    for _ in range(PATIENCE * 20):
        try:
            assert httpx.get(f"{address}/readyz", timeout=PATIENCE).status_code == 200
        except httpx.TransportError:
            try:
                pytest.fail(f"the server ended with {process.wait(timeout=0.05)}")
            except subprocess.TimeoutExpired:
                continue
        return
    pytest.fail("the server does not answer")
