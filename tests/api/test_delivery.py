"""Delivery as it runs: in the service, as a command, by several workers, all of which may be killed, receivers too."""

import asyncio
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa

from api.delivery import Delivery
from api.settings import Settings
from db import ledger, webhooks
from db.documents import SHAPES
from db.engine import make_engine
from db.ledger import REVISION
from db.records import add
from db.register import REGISTER
from db.validation import validate
from tests.door import ADMIN_KEY, only_here
from tests.factories import person
from tests.receiver import PATIENCE, Receiver, receiving
from tests.server import COMMAND, environment, serving, spawn

CHANGES = int(os.environ.get("DELIVERED_CHANGES", "600"))
"""10,000 by hand: that takes minutes."""
PATHS = ("/first", "/second")
ROOT = Path(__file__).parent.parent.parent


def subscribe(engine: sa.Engine, *urls: str) -> None:
    """Webhooks that are told of everything from now on."""
    with ledger.write(engine, Settings().clock, actor="a test") as unit:
        for number, url in enumerate(urls):
            webhooks.add(unit, url, None, {}, f"hook-{number}")


def write_people(engine: sa.Engine, number: int) -> list[str]:
    """Add so many people; gives their seqs."""
    ids = [f"p{each}" for each in range(number)]
    for first in range(0, number, 200):
        with ledger.write(engine, Settings().clock, actor="a test") as unit:
            add(unit, REGISTER["people"], [validate(SHAPES["person"], person(id)) for id in ids[first : first + 200]])
    with engine.connect() as connection:
        return [str(seq) for seq in connection.scalars(sa.select(REVISION.c.seq).order_by(REVISION.c.seq))]


# Killed at any moment


class Receipt(NamedTuple):
    """What a receiver printed of one request."""

    path: str
    id: str
    digest: str


class Killed:
    """A receiver as a process, which is killed and started again on its port; what it printed is kept."""

    def __init__(self) -> None:
        self.port = 0
        self.receipts: queue.SimpleQueue[Receipt] = queue.SimpleQueue()
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.receiver", str(self.port)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())
        self._reader = threading.Thread(target=self._read, args=[self.process.stdout])
        self._reader.start()

    def _read(self, lines: Iterator[str]) -> None:
        for line in lines:
            if line.endswith("\n"):  # else it was killed while it printed, and has answered nothing
                self.receipts.put(Receipt(*line.split()))

    def kill(self) -> None:
        """kill -9; what it printed before counts."""
        with self.process:
            self.process.kill()
            self._reader.join()


def start_worker(folder: Path, **settings: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, "deliver"], cwd=folder, env=environment(**settings), stdout=subprocess.PIPE, text=True
    )


@contextmanager
def ended(processes: list[subprocess.Popen[str]]) -> Iterator[None]:
    """Whatever happens, none of the processes is left."""
    try:
        yield
    finally:
        for process in processes:
            with process:
                process.kill()


def test_every_change_is_received_in_order_whoever_is_killed(url: str, engine: sa.Engine, tmp_path: Path) -> None:
    """A receiver fails a third of the time, resets connections, is killed and restarted; so are the two workers.

    Each subscription has received everything, first receipts are in order, and what came twice is the same.
    """
    receiver = Killed()
    subscribe(engine, *(f"http://127.0.0.1:{receiver.port}{path}" for path in PATHS))
    seqs = write_people(engine, CHANGES)
    settings = {"database_url": url, "webhook_networks": "127.0.0.0/8", "webhook_failures": "1000000"}
    settings |= {"webhook_retry": "0.001", "webhook_lease": "2", "log_level": "error"}
    workers = [start_worker(tmp_path, **settings) for _ in range(2)]
    first: dict[str, list[str]] = {path: [] for path in PATHS}
    digests: dict[tuple[str, str], str] = {}
    kills = iter(range(CHANGES // 2, 2 * CHANGES, CHANGES // 2))
    next_kill = next(kills)
    with ExitStack() as stack:
        stack.callback(receiver.kill)
        stack.enter_context(ended(workers))
        while len(digests) < CHANGES * len(PATHS):
            receipt = receiver.receipts.get(timeout=PATIENCE)
            if receipt[:2] not in digests:
                first[receipt.path].append(receipt.id)
            if digests.setdefault(receipt[:2], receipt.digest) != receipt.digest:
                pytest.fail(f"{receipt.id} came with another body")
            if len(digests) >= next_kill:
                next_kill = next(kills, 2 * CHANGES + 1)
                workers[-2].kill()  # the older of the two
                workers.append(start_worker(tmp_path, **settings))
                receiver.kill()
                receiver.start()
        assert first == dict.fromkeys(PATHS, seqs)


def test_workers_share_the_work_without_doubling_it(engine: sa.Engine) -> None:
    """Four of them, ten webhooks: each change comes once to each, and every worker ends when nothing is left."""
    settings = Settings(webhook_networks=(ip_network("127.0.0.0/8"),), webhook_lease=3600)

    async def work() -> list[int]:
        workers = [Delivery(engine, settings.clock, settings, only_here) for _ in range(4)]
        return await asyncio.gather(*(worker.run(once=True) for worker in workers))

    with receiving() as receiver:
        subscribe(engine, *(f"{receiver.url}/{number}" for number in range(10)))
        seqs = write_people(engine, 60)
        assert sum(asyncio.run(work())) == 600
        paths = {each.path for each in receiver.received}
        assert len(paths) == 10
        for path in paths:
            assert [each.id for each in receiver.received if each.path == path] == seqs


# As it is run


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def served(tmp_path: Path, **settings: str) -> Any:
    return serving(tmp_path, admin_key=ADMIN_KEY, seed="false", webhook_networks="127.0.0.0/8", **settings)


def test_the_service_delivers(tmp_path: Path, receiver: Receiver) -> None:
    """As soon as something is written; it ends as it should."""
    with served(tmp_path) as server:
        made = server.request("POST", "/v1/webhooks", ADMIN_KEY, json={"url": receiver.url})
        assert made.status_code == 201
        for id in ("ana", "boris"):
            server.request("POST", "/v1/people", ADMIN_KEY, json=person(id))
        receiver.wait_until(lambda: len(receiver.received) == 2)
        assert [each.event["subject"] for each in receiver.received] == ["ana", "boris"]
        outcome = server.interrupt()
    assert (outcome.status, outcome.out.splitlines()[-1]) == (0, "Stopped.")
    assert "Traceback" not in outcome.err


def test_the_command_delivers_where_the_service_does_not(tmp_path: Path, receiver: Receiver) -> None:
    """`bilateral deliver --once` ends when nothing is due; without it, it goes on until it is stopped."""
    with served(tmp_path, deliver="false") as server:
        server.request("POST", "/v1/webhooks", ADMIN_KEY, json={"url": receiver.url})
        server.request("POST", "/v1/people", ADMIN_KEY, json=person("ana"))
        for told in ("Delivered: 1.\n", "Nothing delivered.\n"):
            assert spawn(tmp_path, "deliver", "--once", webhook_networks="127.0.0.0/8")[:2] == (0, told)
        worker = start_worker(tmp_path, webhook_networks="127.0.0.0/8")
        with ended([worker]):
            server.request("POST", "/v1/people", ADMIN_KEY, json=person("boris"))
            receiver.wait_until(lambda: len(receiver.received) == 2)
            worker.terminate()
            assert worker.communicate(timeout=PATIENCE)[0] == "Delivering.\nStopped.\n"
            assert worker.returncode == 0
    engine = make_engine(f"sqlite:///{tmp_path / 'bilateral.db'}")
    with engine.connect() as connection:
        assert webhooks.row_of(connection, webhooks.find(connection, 1, None).items[0]["id"]).leased_by is None
    engine.dispose()
