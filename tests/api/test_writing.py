"""Those who write at the same time share one transaction, and notice nothing of it."""

import asyncio
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from api import writing
from api.settings import Settings
from db import ledger
from db.engine import make_engine
from db.ledger import REVISION
from tests.api.test_stopping import BODY, answers, begin_a_request
from tests.db.test_ledger import befalling, engine_of, everything_in, point_nowhere, refuse
from tests.door import ADMIN_KEY, Door, Json
from tests.factories import agreement, dossier, event, person, populate
from tests.server import PATIENCE, serving

Call = tuple[str, str, Json]
ANY: Json = {"If-Match": "*"}


@pytest.fixture
def world(door: Door) -> Door:
    populate(door)
    return door


def post(path: str, document: Json, **options: Any) -> Call:
    return "POST", f"/v1/{path}", {"json": document, **options}


FIRST = post("people", person("first"))
"""Is written alone: nobody else has come yet."""


async def come(door: Door, client: httpx.AsyncClient, calls: Sequence[Call]) -> list[asyncio.Task[httpx.Response]]:
    """Send requests one after the other, each when the one before it waits; the first is being written by then."""
    own, coming = {"Authorization": f"Bearer {door.key}"}, []
    for number, (method, path, options) in enumerate(calls):
        headers = own | options.get("headers", {})
        coming.append(asyncio.create_task(client.request(method, path, **{**options, "headers": headers})))
        while len(door.app.state.writers.waiting) < number or not door.app.state.writers.writing:
            await asyncio.sleep(0)
    return coming


@contextmanager
def locked(url: str) -> Iterator[Callable[[], None]]:
    """Another process has the writers' lock, until it is told to let it go."""
    engine = make_engine(url)
    with ExitStack() as lock:
        lock.enter_context(ledger.write(engine, Settings().clock, actor="another process"))
        yield lock.close
    engine.dispose()


def at_once(door: Door, url: str, calls: Sequence[Call]) -> list[httpx.Response]:
    """The answers to requests that all wait when the lock is let go."""

    async def story(client: httpx.AsyncClient) -> list[httpx.Response]:
        coming = await come(door, client, calls)
        let_go()
        return list(await asyncio.gather(*coming))

    with locked(url) as let_go:
        return door.run(story)


def statuses(responses: Sequence[httpx.Response]) -> list[int]:
    return [response.status_code for response in responses]


@contextmanager
def commits(door: Door) -> Iterator[list[str]]:
    """The commits of the service."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement == "COMMIT":
            seen.append(statement)

    sa.event.listen(door.app.state.engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(door.app.state.engine, "before_cursor_execute", note)


def test_what_fails_takes_nobody_along(world: Door, url: str) -> None:
    """Creates, changes and removals of several collections: one commit, and each its own answer."""
    nowhere = agreement(
        id="c", parties=[{"side": "a", "organization": "nowhere"}, {"side": "b", "organization": "rus"}]
    )
    calls = [
        FIRST,
        post("agreements", dossier(id="a")),
        post("agreements", dossier(id="b")),
        post("agreements", nowhere),
        post("agreements", agreement(id="a")),
        post("agreements", dossier(id="d")),
        post("events", event(id="e", agreements=["a"])),
        ("PATCH", "/v1/agreements/a", {"json": {"subjects": ["fish"]}, "headers": ANY}),
        ("PATCH", "/v1/agreements/b", {"json": {"subjects": ["fish"]}, "headers": {"If-Match": '"7-00000000"'}}),
        ("DELETE", "/v1/people/ana", {"params": {"reason": "a test"}, "headers": ANY}),
        ("DELETE", "/v1/people/first", {"params": {"reason": "a test"}, "headers": ANY}),
        post("agreements", agreement(id="f", relations=[{"kind": "supersedes", "agreement": "b"}])),
    ]
    with commits(world) as seen:
        answers = at_once(world, url, calls)
    assert statuses(answers) == [201, 201, 201, 422, 409, 201, 201, 200, 412, 409, 204, 201]
    assert len(seen) == 2
    assert [each["pointer"] for each in answers[3].json()["errors"]] == ["/parties/0/organization"]
    for id, version in (("a", 3), ("b", 2), ("d", 1), ("f", 1)):
        assert world.read(f"/v1/agreements/{id}")["meta"]["version"] == version
    assert world.get("/v1/people/first").status_code == 410


@pytest.mark.parametrize("mishap", [point_nowhere, refuse])
def test_a_commit_that_fails_is_told_to_all_who_shared_it(world: Door, url: str, mishap: Callable[[Any], None]) -> None:
    """Nothing of theirs was written, and those who come next are served."""
    engine = engine_of(world)
    calls = [
        FIRST,
        post("agreements", dossier(id="a")),
        post("agreements", dossier(id="b")),
        ("PATCH", "/v1/people/ana", {"json": {"name": {"en": "Anna"}}, "headers": ANY}),
    ]
    before = everything_in(engine)
    with befalling(engine, "COMMIT", mishap):
        assert all(answer.is_server_error for answer in at_once(world, url, calls))
    assert everything_in(engine) == before
    assert statuses(at_once(world, url, calls)) == [201, 201, 201, 200]


def test_each_revision_says_whose_it_is(world: Door, url: str) -> None:
    """Who, why, in answer to which request, also of the parts of dossiers; one after the other."""
    made = world.add("/v1/keys", {"name": "Other", "scope": "write"})
    own, other = ({"X-Request-ID": name} for name in ("own", "other"))
    other |= {"Authorization": f"Bearer {made['secret']}"}
    mine, theirs = {"reason": "I say so", "headers": own}, {"reason": "They say so", "headers": other}
    calls = [FIRST]
    for name, by in (("a", mine), ("b", theirs), ("c", mine)):
        calls.append(post("agreements", dossier(id=name), params={"reason": by["reason"]}, headers=by["headers"]))
    calls.append(post("events", event(id="e", agreements=["b"]), headers=own))
    answers = at_once(world, url, calls)
    assert statuses(answers) == [201] * 5
    with world.app.state.engine.connect() as connection:
        found = connection.execute(sa.select(REVISION).where(REVISION.c.kind != "person")).all()
    written = [row for row in found if row.request_id in ("own", "other")]
    assert len(written) == 3 * 6 + 2
    for row in written:
        of_b = "b" in row.resource_id.split("-")[:1] and row.version == 1
        assert row.request_id == ("other" if of_b else "own"), row.resource_id
        assert row.actor == (f"key:{made['id']}" if of_b else "admin")
        late = row.resource_id == "e" or row.version == 2
        assert row.reason == (None if late else "They say so" if of_b else "I say so")
    for answer in answers:
        assert int(answer.headers["Bilateral-Seq"]) >= answer.json()["meta"]["seq"]


def test_the_same_request_twice_at_once_is_done_once(world: Door, url: str) -> None:
    """With an Idempotency-Key, whoever comes between."""
    once = {"headers": {"Idempotency-Key": "once"}}
    calls = [FIRST, *[post("agreements", dossier(), **each) for each in (once, {}, once)]]
    _, first, other, again = at_once(world, url, calls)
    assert statuses([first, other, again]) == [201] * 3
    assert again.content == first.content
    assert again.headers["Idempotency-Replayed"] == "true"
    assert other.json()["id"] != first.json()["id"]
    [replayed, *_] = at_once(world, url, [calls[1], post("agreements", agreement()), calls[3]])
    assert replayed.content == first.content


def test_who_names_what_another_brings_must_come_later(world: Door, url: str) -> None:
    """As if they came one after the other: the names are those that were there by then."""
    awaits = {"condition": "linked_to", "agreement": "b"}
    calls = [
        FIRST,
        post("agreements", agreement(id="a", entry_into_force=awaits)),
        post("agreements", agreement(id="b")),
        post("agreements", agreement(id="c", entry_into_force=awaits)),
    ]
    assert statuses(at_once(world, url, calls)) == [201, 422, 201, 201]


def test_who_went_away_before_it_was_their_turn_has_written_nothing(world: Door, url: str) -> None:
    async def story(client: httpx.AsyncClient) -> list[httpx.Response]:
        first, gone, last = await come(world, client, [FIRST, *(post("people", person(id)) for id in ("gone", "last"))])
        gone.cancel()
        await asyncio.wait([gone])
        let_go()
        return [await first, await last]

    with locked(url) as let_go:
        assert statuses(world.run(story)) == [201, 201]
    assert world.get("/v1/people/gone").status_code == 404


def test_what_is_slow_is_committed_before_the_next_is_begun(
    world: Door, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction that took long takes on nothing more; who is left comes next, in turn."""
    monkeypatch.setattr(writing, "LONGEST", -1)
    calls = [FIRST, *(post("organizations", {"kind": "agency", "name": {"en": "One"}}) for _ in range(4))]
    with commits(world) as seen:
        answers = at_once(world, url, calls)
    assert [answer.json()["id"] for answer in answers] == ["first", "one", "one-2", "one-3", "one-4"]
    assert len(seen) == 5


def test_those_who_wait_are_answered_before_the_server_stops(tmp_path: Path) -> None:
    """All of them, though the lock comes late."""
    with serving(tmp_path, admin_key=ADMIN_KEY, seed="false") as server, ExitStack() as connections:
        waiting: list[socket.socket] = [connections.enter_context(begin_a_request(server)) for _ in range(3)]
        with locked(f"sqlite:///{tmp_path}/bilateral.db") as let_go:
            for number, connection in enumerate(waiting):
                connection.sendall(BODY.replace(b"ana", b"an%d" % number))
            server.process.terminate()
            deadline = time.monotonic() + PATIENCE
            while answers(server):
                assert time.monotonic() < deadline, "it still takes new connections"
            let_go()
            for connection in waiting:
                assert connection.recv(1000).startswith(b"HTTP/1.1 201 ")
        server.process.communicate(timeout=PATIENCE)
        assert server.process.returncode == 0
