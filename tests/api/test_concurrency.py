"""Many at the same time: all are answered, and no write is lost, doubled or half seen."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from api.settings import Settings
from db.engine import make_engine
from db.ledger import REVISION, write
from db.verify import verify
from tests.door import ADMIN_KEY, Door, Json, opened
from tests.factories import agreement, dossier, event, person, populate, signatory
from tests.server import PATIENCE, Served, serving

Call = tuple[str, str, Json]
SHARED = ("shared-0", "shared-1")
WRITERS = 32


@pytest.fixture
def four(url: str) -> Iterator[Door]:
    """The service on four threads, with what documents name, and two agreements that all write to."""
    with opened(Settings(database_url=url, admin_key=ADMIN_KEY, threads=4)) as door:
        prepare(door)
        yield door
        assert_whole(door)


def prepare(door: Door) -> None:
    populate(door)
    for id in SHARED:
        door.add("/v1/agreements", agreement(id=id))


def assert_whole(door: Door) -> None:
    """The ledger counts without a gap and never back in time; each record's versions too; verify finds nothing."""
    with door.app.state.engine.connect() as connection:
        rows = connection.execute(sa.select(REVISION).order_by(REVISION.c.seq)).all()
        assert verify(connection).findings == []
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    assert [row.recorded_at for row in rows] == sorted(row.recorded_at for row in rows)
    versions: Counter[tuple[str, str]] = Counter()
    for row in rows:
        versions[row.kind, row.resource_id] += 1
        assert row.version == versions[row.kind, row.resource_id]


def change(door: Door, path: str, changed: Callable[[Json], Json]) -> int:
    """Read, change, send with the tag that was read; again if somebody was faster. Gives how often it took."""
    for attempt in count(1):
        answer = door.get(path)
        response = door.patch(path, changed(answer.json()), answer.headers["ETag"])
        if response.status_code != 412:
            assert response.status_code == 200, response.text
            return attempt
    raise AssertionError


class Writer:
    """One of many: adds records of its own, and signatories, events and subjects to agreements that all share."""

    def __init__(self, number: int) -> None:
        self.name = f"w{number}"
        self.shared = SHARED[number % len(SHARED)]
        self.answers: list[Json] = []

    def work(self, door: Door) -> None:
        mine = f"{self.name}-of-all"
        add = [
            ("/v1/people", person(f"{self.name}-person")),
            ("/v1/agreements", agreement(id=f"{self.name}-plain")),
            ("/v1/events", event(id=f"{self.name}-event", agreements=[self.shared])),
            ("/v1/agreements", dossier(id=f"{self.name}-whole")),
            (
                "/v1/signatories",
                signatory(id=f"{self.name}-signed", agreement=self.shared, person=f"{self.name}-person"),
            ),
            ("/v1/events", event(id=mine, kind="visit", agreements=list(SHARED))),
        ]
        for path, document in add:
            answer = door.add(path, document)
            self.answers.append(answer | {"path": f"{path}/{document['id']}"})
        change(door, f"/v1/agreements/{self.shared}", lambda old: {"subjects": [*old["subjects"], self.name]})


def work_together(doors: list[Door], writers: list[Writer]) -> None:
    """All writers at once, one after the other at each of the doors."""
    with ThreadPoolExecutor(len(writers)) as pool:
        for done in [pool.submit(writer.work, doors[n % len(doors)]) for n, writer in enumerate(writers)]:
            done.result(timeout=PATIENCE)


def assert_nothing_was_lost(door: Door, writers: list[Writer]) -> None:
    """What was answered is there; the shared agreements hold everything, each change as a version of its own."""
    for writer in writers:
        for answer in writer.answers:
            assert {**door.read(answer["path"]), "path": answer["path"]} == answer
    for id in SHARED:
        mine = [writer.name for writer in writers if writer.shared == id]
        whole = door.read(f"/v1/agreements/{id}")
        assert {each["id"] for each in whole["signatories"]} == {f"{name}-signed" for name in mine}
        of_all = {f"{writer.name}-of-all" for writer in writers}
        assert {each["id"] for each in whole["events"]} == {f"{name}-event" for name in mine} | of_all
        assert set(whole["subjects"]) == {"trade", *mine}
        assert whole["meta"]["version"] == 1 + 3 * len(mine) + len(writers)


def test_32_writers_on_4_threads_lose_nothing(four: Door) -> None:
    """Plain and whole dossiers, signatories and events of shared agreements, and changes of these: all answered."""
    writers = [Writer(number) for number in range(WRITERS)]
    work_together([four], writers)
    assert_nothing_was_lost(four, writers)


def test_two_instances_on_one_database_lose_nothing(four: Door, url: str) -> None:
    """Each has its own queue of writers; the lock of the database makes their writers serial."""
    writers = [Writer(number) for number in range(WRITERS // 3)]
    with opened(Settings(database_url=url, admin_key=ADMIN_KEY, threads=4)) as other:
        work_together([four, other], writers)
        for door in (four, other):
            assert_nothing_was_lost(door, writers)


def test_of_many_changes_for_one_version_one_is_made(four: Door) -> None:
    """The others are told that they are stale; so it goes on until all are made, one in each round."""
    path = "/v1/agreements/shared-0"
    waiting = [f"de-{number:04}" for number in range(8)]
    while waiting:
        tag = four.get(path).headers["ETag"]
        calls = [("PATCH", path, {"json": {"title": {name: name}}, "headers": {"If-Match": tag}}) for name in waiting]
        statuses = [response.status_code for response in four.together(calls)]
        assert sorted(statuses) == [200] + [412] * (len(waiting) - 1)
        waiting = [name for name, status in zip(waiting, statuses, strict=True) if status == 412]
    assert len(four.read(path)["title"]) == 1 + 8


def test_of_many_records_with_one_id_one_is_added(four: Door) -> None:
    """The others find the id taken."""
    calls: list[Call] = [
        ("POST", "/v1/agreements", {"json": dossier(id="one", title={"en": f"Number {number}"})})
        for number in range(16)
    ]
    statuses = [response.status_code for response in four.together(calls)]
    assert sorted(statuses) == [201] + [409] * 15


def test_of_many_that_create_by_put_one_does(four: Door) -> None:
    """The precondition `If-None-Match: *` is judged under the lock."""
    headers = {"If-None-Match": "*"}
    calls: list[Call] = [("PUT", "/v1/people/carla", {"json": person("carla"), "headers": headers}) for _ in range(8)]
    statuses = [response.status_code for response in four.together(calls)]
    assert sorted(statuses) == [201] + [412] * 7


def test_dossiers_of_the_same_facts_get_an_id_each(four: Door) -> None:
    """The number behind the facts is made under the lock too, for their signatories and events as well."""
    answers = four.together([("POST", "/v1/agreements", {"json": dossier()})] * 12)
    assert [answer.status_code for answer in answers] == [201] * 12
    ids = {answer.json()["id"] for answer in answers}
    assert ids == {"mex-rus-trade-2021", *(f"mex-rus-trade-2021-{number}" for number in range(2, 13))}


def test_what_is_withdrawn_meanwhile_is_not_named(four: Door) -> None:
    """Signatories by a person who is being withdrawn, events of an agreement that is: one way or the other."""
    four.add("/v1/people", person("carla"))
    calls: list[Call] = [
        ("POST", "/v1/signatories", {"json": signatory(id=f"s{number}", agreement="shared-0", person="carla")})
        for number in range(6)
    ]
    calls += [("POST", "/v1/events", {"json": event(id=f"e{number}", agreements=["shared-1"])}) for number in range(6)]
    removal: Json = {"params": {"reason": "a test"}, "headers": {"If-Match": "*"}}
    calls[3:3] = [("DELETE", "/v1/people/carla", removal), ("DELETE", "/v1/agreements/shared-1", removal)]
    answers: dict[tuple[str, str], list[int]] = {(method, path): [] for method, path, _ in calls}
    for (method, path, _), response in zip(calls, four.together(calls), strict=True):
        answers[method, path].append(response.status_code)
    (of_person,), (of_agreement,) = answers["DELETE", "/v1/people/carla"], answers["DELETE", "/v1/agreements/shared-1"]
    signed = answers["POST", "/v1/signatories"].count(201)
    assert set(answers["POST", "/v1/signatories"]) <= {201, 422}
    assert (of_person, signed) == (204, 0) or (of_person == 409 and signed == 6)
    assert set(answers["POST", "/v1/events"]) <= {201, 422}
    assert of_agreement == 204
    assert len(four.read("/v1/agreements/shared-0")["signatories"]) == signed


def test_a_reader_sees_a_dossier_as_it_was_at_one_moment(four: Door) -> None:
    """Each answer has as many events as its version says, while they are added."""
    reads: list[Call] = [("GET", "/v1/agreements/shared-0", {}), ("GET", "/v1/agreements?signatory=ana", {})] * 8
    writes: list[Call] = [("POST", "/v1/events", {"json": event(agreements=["shared-0"])})] * 16
    mixed = [call for pair in zip(reads, writes, strict=True) for call in pair]
    answers = four.together(mixed)
    assert {answer.status_code for answer in answers} == {200, 201}
    seen = [answer.json() for (_, path, _), answer in zip(mixed, answers, strict=True) if path.endswith("shared-0")]
    assert len(seen) == 8
    for whole in seen:
        assert len(whole["events"]) == whole["meta"]["version"] - 1


def test_readers_are_answered_while_a_writer_holds_the_lock(four: Door, url: str) -> None:
    """Another process writes, ours wait for it; reading needs neither the lock nor their threads."""
    at_the_lock = threading.Event()

    def watch(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(("BEGIN IMMEDIATE", "SELECT pg_advisory_xact_lock")):
            at_the_lock.set()

    sa.event.listen(four.app.state.engine, "before_cursor_execute", watch)
    writes: list[Call] = [("POST", "/v1/people", {"json": person(f"p{number}")}) for number in range(12)]
    reads: list[Call] = [("GET", "/v1/agreements/shared-0", {}), ("GET", "/v1/people", {}), ("GET", "/readyz", {})] * 8
    engine = make_engine(url)
    with ThreadPoolExecutor(1) as pool:
        with write(engine, four.app.state.clock, actor="another process"):
            waiting = pool.submit(four.together, writes)
            assert at_the_lock.wait(PATIENCE)
            assert [answer.status_code for answer in four.together(reads)] == [200] * len(reads)
            assert not waiting.done()
        assert [answer.status_code for answer in waiting.result(timeout=PATIENCE)] == [201] * len(writes)
    engine.dispose()


# Real processes


class Acknowledged:
    """Writes to a server until it is gone, and keeps what it was told is written."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.answers: list[tuple[str, Json]] = []
        self.told = threading.Semaphore(0)

    def write(self, name: str) -> None:
        headers = {"Authorization": f"Bearer {ADMIN_KEY}"}
        with httpx.Client(base_url=self.served.address, headers=headers, timeout=PATIENCE) as client:
            try:
                for number in count():
                    self._add(client, "/v1/people", person(f"{name}-{number}"))
                    self._add(client, "/v1/agreements", dossier(id=f"{name}-{number}"))
                    self._add(client, "/v1/events", event(id=f"{name}-{number}-shared", agreements=["shared-0"]))
            except httpx.TransportError:
                return

    def _add(self, client: httpx.Client, path: str, document: Json) -> None:
        response = client.post(path, json=document)
        assert response.status_code == 201, response.text
        self.answers.append((f"{path}/{document['id']}", response.json()))
        self.told.release()


def test_no_acknowledged_write_is_lost_by_kill_9(url: str, tmp_path: Path) -> None:
    """The server dies in the midst of six writers; the next one has all that they were told, and is whole."""
    settings = {"database_url": url, "seed": "false", "admin_key": ADMIN_KEY}
    with opened(Settings(database_url=url, admin_key=ADMIN_KEY)) as door:
        prepare(door)
    with ExitStack() as until_killed:
        served = until_killed.enter_context(serving(tmp_path, **settings))
        written = Acknowledged(served)
        pool = until_killed.enter_context(ThreadPoolExecutor(6))
        writers = [pool.submit(written.write, f"w{number}") for number in range(6)]
        for _ in range(60):
            assert written.told.acquire(timeout=PATIENCE)
        served.process.kill()
        for writer in writers:
            writer.result(timeout=PATIENCE)
    with opened(Settings(database_url=url, admin_key=ADMIN_KEY)) as door:
        for path, answer in written.answers:
            assert door.read(path) == answer
        shown = {each["id"] for each in door.read("/v1/agreements/shared-0")["events"]}
        assert {answer["id"] for path, answer in written.answers if path.startswith("/v1/events/")} <= shown
        door.add("/v1/people", person("after"))
        assert_whole(door)
