"""Several workers on one socket: they are one service, whichever answers."""

import json
import os
import re
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path

import httpx
import pytest

from db.engine import make_engine
from db.verify import verify
from tests.door import ADMIN_KEY
from tests.factories import person
from tests.server import PATIENCE, Served, serving

CLIENTS, EACH = 32, 4
SETTINGS = {"admin_key": ADMIN_KEY, "seed": "false", "deliver": "false"}
KEY = {"Authorization": f"Bearer {ADMIN_KEY}"}


def eventually(so: Callable[[], object], what: str) -> None:
    """Wait until something is so; only a broken service needs the patience."""
    pause, until = threading.Event(), time.monotonic() + PATIENCE
    while not so():
        assert time.monotonic() < until, what
        pause.wait(0.05)  # the processors are for the workers


def workers(server: Served) -> dict[int, int]:
    """The process of each worker that began last, by its number, as the log tells."""
    lines = (json.loads(line) for line in server.log.read_text(encoding="utf-8").splitlines())
    return {line["worker"]: line["pid"] for line in lines if line["event"] == "worker begins"}


def serving_now(server: Served) -> set[int]:
    """Those that have begun to listen."""
    lines = (json.loads(line) for line in server.log.read_text(encoding="utf-8").splitlines())
    return {line["worker"] for line in lines if line["event"].startswith("Application startup complete")}


@contextmanager
def only(server: Served, worker: int) -> Iterator[None]:
    """Nobody else answers meanwhile."""
    others = [pid for number, pid in workers(server).items() if number != worker]
    for pid in others:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in others:
            os.kill(pid, signal.SIGCONT)


def replaced(server: Served, number: int, before: int) -> bool:
    return workers(server)[number] != before


def lives(pid: int) -> bool:
    """Whether there is such a process; one that has ended and that nobody asked about is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def write(server: Served, client: int) -> list[int]:
    with httpx.Client(base_url=server.address, headers=KEY, timeout=PATIENCE) as session:
        return [session.post("/v1/people", json=person(f"p{client}-{n}")).status_code for n in range(EACH)]


def counted(server: Served, name: str) -> float:
    """The sum of a metric's samples."""
    text = server.request("GET", "/metrics", ADMIN_KEY).text
    return sum(float(value) for value in re.findall(rf"^{name}(?:{{.*}})? (\S+)$", text, re.MULTILINE))


def test_several_workers_are_one_service(url: str, tmp_path: Path) -> None:
    """Many clients write through all of them, and whoever waits at one hears of what another wrote."""
    with serving(tmp_path, **SETTINGS, database_url=url, workers="4") as server, ExitStack() as connections:
        eventually(lambda: len(serving_now(server)) == 4, "not all serve")
        with ThreadPoolExecutor(CLIENTS) as clients:
            answered = list(clients.map(lambda client: write(server, client), range(CLIENTS)))
        assert answered == [[201] * EACH] * CLIENTS
        check_the_numbers(server)
        check_the_ledger(url)
        with only(server, 0):
            stream, waiting = (connections.enter_context(connected(server)) for _ in range(2))
            stream.sendall(b"GET /v1/changes/stream HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b"200 OK" in stream.recv(1000)
            waiting.sendall(b"GET /v1/changes?after=%d&wait=60s HTTP/1.1\r\nHost: x\r\n\r\n" % (CLIENTS * EACH))
            eventually(lambda: counted(server, "bilateral_requests_open") == 3, "nobody waits")
        with only(server, 1):
            assert server.request("POST", "/v1/people", ADMIN_KEY, json=person("ana")).status_code == 201
        for connection in (waiting, stream):
            assert b'"ana"' in received(connection, b'"ana"')
        server.process.send_signal(signal.SIGTERM)
        received(stream, b"")  # to its end: it is let go
        out, _ = server.process.communicate(timeout=PATIENCE)
        assert (server.process.returncode, out) == (0, "Stopped.\n")
        assert "Traceback" not in server.log.read_text(encoding="utf-8")


def check_the_numbers(server: Served) -> None:
    """Whichever worker is asked tells those of all."""
    made = 'bilateral_request_seconds_count{method="POST",route="/v1/people",status="201"}'
    for number in workers(server):
        with only(server, number):
            assert counted(server, re.escape(made)) == CLIENTS * EACH
            assert counted(server, "bilateral_ledger_seq") == CLIENTS * EACH
            assert counted(server, "bilateral_requests_open") == 1


def check_the_ledger(url: str) -> None:
    engine = make_engine(url)
    with engine.connect() as connection:
        report = verify(connection)
    engine.dispose()
    assert (report.findings, report.newest.seq) == ([], CLIENTS * EACH)


def connected(server: Served) -> socket.socket:
    address = httpx.URL(server.address)
    assert address.port is not None
    return socket.create_connection((address.host, address.port), timeout=PATIENCE)


def received(connection: socket.socket, awaited: bytes) -> bytes:
    """What comes until something is in it, or until the end if nothing is named."""
    so_far = b""
    while (part := connection.recv(65_536)) and not (awaited and awaited in so_far + part):
        so_far += part
    return so_far + part


def test_a_worker_that_dies_is_replaced_and_none_outlives_the_service(tmp_path: Path) -> None:
    """Killed, or told to stop; and when the service itself is killed, they all go and the port is free."""
    with serving(tmp_path, **SETTINGS, workers="2") as server:
        eventually(lambda: len(serving_now(server)) == 2, "not all serve")
        for number, how in ((0, signal.SIGKILL), (1, signal.SIGTERM)):
            before = workers(server)[number]
            os.kill(before, how)
            eventually(partial(replaced, server, number, before), "it is not replaced")
            assert server.request("GET", "/healthz").status_code == 200
        now = workers(server)
        server.process.kill()
        server.process.wait(timeout=PATIENCE)
        eventually(lambda: not any(map(lives, now.values())), "a worker outlives the service")
        with pytest.raises(httpx.TransportError):
            server.request("GET", "/healthz")
        for pid in now.values():  # if the test has failed
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
