"""Sixty-four clients change few records at the same time, each on condition of what it read: no update is lost.

`pytest tests/api/test_linearizability.py --hypothesis-profile thorough` does it with 20,000 changes.
"""

import asyncio
import random
from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any, NamedTuple

import httpx
import sqlalchemy as sa
from hypothesis import settings

from api.settings import Settings
from db import ledger
from db.ledger import REVISION
from db.verify import verify
from tests.door import ADMIN_KEY, opened

CLIENTS = 64
RECORDS = 4
HEADERS = {"Authorization": f"Bearer {ADMIN_KEY}"}


class Tried(NamedTuple):
    """A change that a client sent: of which version it was made, what it wrote, what it was answered."""

    record: str
    read: int
    wrote: str
    status: int
    version: int
    seq: int


def number() -> int:
    """How many changes are tried."""
    by_hand = settings().max_examples == settings.get_profile("thorough").max_examples
    return 20_000 if by_hand else 1_500


async def client(http: httpx.AsyncClient, name: int, times: int) -> list[Tried]:
    """Reads a record and adds one to its count, on condition that nobody else did meanwhile; again and again."""
    dice = random.Random(name)
    tried: list[Tried] = []
    for _ in range(times):
        path = f"/v1/people/{dice.randrange(RECORDS)}"
        found = await http.get(path)
        count, _, _ = found.json()["name"]["en"].partition(" ")
        wrote = f"{int(count) + 1} {name}-{len(tried)}"
        condition = {"If-Match": found.headers["etag"]}
        answer = await http.patch(path, json={"name": {"en": wrote}}, headers=HEADERS | condition)
        version = answer.json()["meta"]["version"] if answer.is_success else 0
        seq = int(answer.headers.get("bilateral-seq", 0))
        tried.append(Tried(path, found.json()["meta"]["version"], wrote, answer.status_code, version, seq))
    return tried


async def all_at_once(http: httpx.AsyncClient) -> list[Tried]:
    found = await asyncio.gather(*(client(http, name, number() // CLIENTS) for name in range(CLIENTS)))
    return [each for some in found for each in some]


def check(tried: list[Tried], rows: Any) -> None:
    """The ledger is one order of all that was accepted, and each change is of the version just before it."""
    assert {each.status for each in tried} == {200, 412}
    accepted = {(each.record, each.version): each for each in tried if each.status == 200}
    assert len(accepted) == sum(each.status == 200 for each in tried)
    history: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        history[f"/v1/people/{row.resource_id}"].append(row)
    assert sum(len(versions) - 1 for versions in history.values()) == len(accepted)
    for record, versions in history.items():
        for before, after in pairwise(versions):
            change = accepted[record, after.version]
            assert (after.version, change.read, change.seq) == (before.version + 1, before.version, after.seq)
            assert ledger.document_of(after.document)["name"]["en"] == change.wrote
            assert change.wrote.partition(" ")[0] == str(before.version)
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    assert Counter(row.op for row in rows) == {"created": RECORDS, "changed": len(accepted)}


def test_no_update_is_lost_and_the_history_is_one_order(url: str) -> None:
    """What was refused left no trace; what was accepted is there, in the place that its answer said."""
    with opened(Settings(database_url=url, admin_key=ADMIN_KEY)) as door:
        for record in range(RECORDS):
            door.add("/v1/people", {"id": str(record), "name": {"en": "0 nobody"}})
        tried = door.run(all_at_once)
        with door.app.state.engine.connect() as connection:
            assert verify(connection).findings == []
            rows = connection.execute(sa.select(REVISION).order_by(REVISION.c.seq)).all()
    assert len(tried) == number() // CLIENTS * CLIENTS
    check(tried, rows)
