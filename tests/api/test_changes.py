"""Whoever follows the changes misses none, in whatever steps, whoever writes meanwhile, however it is asked."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from api.settings import Settings
from db.ledger import REVISION
from db.tick import tick
from tests.conftest import MakeUrl
from tests.door import ADMIN_KEY, Door, Json, opened
from tests.factories import agreement, event, person, populate
from tests.server import PATIENCE, Served, serving


def seqs(feed: Json) -> list[int]:
    return [int(item["id"]) for item in feed["items"]]


def follow(door: Door, after: int = 0, **query: Any) -> Iterator[Json]:
    """The changes, page by page, until there are no more for now."""
    while True:
        feed = door.read("/v1/changes", params=query | {"after": after})
        yield from feed["items"]
        after = feed["after"]
        if after == feed["newest"]:
            return


@pytest.fixture
def written(door: Door) -> Door:
    """A record in which one of each kind of change has happened to one person."""
    populate(door)
    door.add("/v1/people", {"id": "eva", "name": {"en": "Eva"}})
    door.patch("/v1/people/eva?reason=spelling", {"name": {"en": "Éva"}})
    door.withdraw("/v1/people/eva")
    door.restore("/v1/people/eva", 2)
    return door


def test_a_change_is_a_cloudevent_with_what_was_and_what_is(written: Door) -> None:
    """Created without what was before; changed, withdrawn and restored with it."""
    created, changed, withdrawn, restored = (each for each in follow(written) if each["subject"] == "eva")
    assert {**created, "data": None} == {
        "specversion": "1.0",
        "id": created["id"],
        "source": "/v1/people",
        "type": "bilateral.person.created",
        "subject": "eva",
        "time": created["time"],
        "datacontenttype": "application/json",
        "data": None,
    }
    assert created["data"] == {
        "seq": int(created["id"]),
        "collection": "people",
        "id": "eva",
        "version": 1,
        "op": "created",
        "actor": "admin",
        "document": {"id": "eva", "name": {"en": "Eva"}},
    }
    assert (changed["data"]["reason"], changed["data"]["version"]) == ("spelling", 2)
    names = [
        (each["data"]["previous"]["name"]["en"], each["data"]["document"]["name"]["en"]) for each in (changed, restored)
    ]
    assert names == [("Eva", "Éva"), ("Éva", "Éva")]
    assert [each["type"].rpartition(".")[2] for each in (withdrawn, restored)] == ["withdrawn", "restored"]


def test_in_steps_of_any_size_the_feed_is_the_ledger(written: Door) -> None:
    """No seq is left out, and none comes twice."""
    newest = written.read("/v1/changes", params={"limit": 0})["newest"]
    for limit in (1, 3, 7, 200):
        assert [int(item["id"]) for item in follow(written, limit=limit)] == list(range(1, newest + 1))


def test_limit_0_tells_how_far_the_ledger_reaches(written: Door) -> None:
    nothing = written.read("/v1/changes", params={"limit": 0})
    assert (nothing["items"], nothing["after"]) == ([], 0)
    assert written.read("/v1/changes", params={"after": nothing["newest"]})["items"] == []


def test_the_link_leads_on(written: Door) -> None:
    """Also on the last page: there will be more."""
    first = written.get("/v1/changes?limit=2&collection=people")
    link = first.headers["link"]
    assert link.endswith('; rel="next"')
    second = written.read(link.partition(">")[0].removeprefix("<"))
    assert second["after"] > first.json()["after"]
    assert {item["source"] for item in second["items"]} == {"/v1/people"}


def test_by_collection(written: Door) -> None:
    found = list(follow(written, collection="people,sources"))
    assert {item["source"] for item in found} == {"/v1/people", "/v1/sources"}
    assert [item["id"] for item in found] == sorted((item["id"] for item in found), key=int)


def test_by_party_those_of_agreements_that_it_ever_was_a_party_of(written: Door) -> None:
    """Also the change that takes it out; a body's agreement is its state's too."""
    written.add("/v1/agreements", agreement(id="ours"))
    parties = [{"side": "a", "organization": "fra"}, {"side": "b", "organization": "rus"}]
    written.add("/v1/agreements", agreement(id="theirs", parties=parties))
    written.add("/v1/organizations", {"id": "agency", "name": {"en": "Agency"}, "kind": "agency", "state": "mex"})
    of_bodies = [{"side": "a", "organization": "agency"}, {"side": "b", "organization": "rus"}]
    written.add("/v1/agreements", agreement(id="of-bodies", parties=of_bodies))
    written.patch("/v1/agreements/ours", {"parties": parties})
    found = [(item["subject"], item["data"]["op"]) for item in follow(written, party="MEX")]
    assert found == [("ours", "created"), ("of-bodies", "created"), ("ours", "changed")]


def test_what_time_brings_is_a_change(make_url: MakeUrl) -> None:
    """The version stays, and no document comes with it."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    with opened(Settings(database_url=make_url(False), admin_key=ADMIN_KEY), lambda: now) as door:
        populate(door)
        entered = [event(kind="entered_into_force", date="2016-03-01")]
        door.add(
            "/v1/agreements", agreement(id="ends", events=entered, duration={"initial": "P10Y", "renewal": "none"})
        )
        before = door.read("/v1/changes", params={"limit": 0})["newest"]
        tick(door.app.state.engine, lambda: now + timedelta(days=90))
        [change] = follow(door, before)
        assert change["type"] == "bilateral.agreement.elapsed"
        assert (change["data"]["version"], change["data"]["actor"]) == (1, "tick")
        assert "document" not in change["data"]
        told = change["data"]["elapsed"]
        assert (told["what"], told["day"], told["before"], told["status"]) == (
            "status", "2026-03-01", "in_force", "terminated",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("after=-1", "after"),
        ("after=01", "after"),
        ("after=x", "after"),
        ("after=99999999999999999999", "after"),
        ("after=1000000", "after"),
        ("collection=peoples", "collection"),
        ("collection=people,", "collection"),
        ("party=m_x", "party"),
        ("wait=0s", "wait"),
        ("wait=61s", "wait"),
        ("wait=1", "wait"),
        ("limit=201", "limit"),
        ("since=1", "since"),
    ],
)
def test_what_is_no_question_is_refused(door: Door, query: str, parameter: str) -> None:
    """A seq beyond the ledger too: it is from another record, or from one that was since put back."""
    refused = door.get(f"/v1/changes?{query}")
    assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (422, parameter)


# Waiting


def test_who_waits_is_answered_when_something_comes(door: Door) -> None:
    """By this process at once."""
    populate(door)
    newest = door.read("/v1/changes", params={"limit": 0})["newest"]
    waits: tuple[str, str, Json] = ("GET", f"/v1/changes?after={newest}&wait=60s", {})
    writes: tuple[str, str, Json] = ("POST", "/v1/people", {"json": person(id="new")})
    answer, _ = door.together([waits, writes])
    assert [item["subject"] for item in answer.json()["items"]] == ["new"]


def test_who_waits_in_vain_is_told_so(door: Door) -> None:
    populate(door)
    newest = door.read("/v1/changes", params={"limit": 0})["newest"]
    answer = door.read(f"/v1/changes?after={newest}&wait=1s")
    assert (answer["items"], answer["after"]) == ([], newest)


def test_who_waits_holds_no_thread_and_no_connection(url: str) -> None:
    """Many more wait than there are threads, and a writer among them is served."""
    with opened(Settings(database_url=url, admin_key=ADMIN_KEY, threads=2)) as door:
        populate(door)
        newest = door.read("/v1/changes", params={"limit": 0})["newest"]
        waiting: list[tuple[str, str, Json]] = [("GET", f"/v1/changes?after={newest}&wait=60s", {})] * 50
        writes: tuple[str, str, Json] = ("POST", "/v1/people", {"json": person(id="new")})
        answers = door.together([*waiting, writes])
        assert [answer.status_code for answer in answers] == [200] * 50 + [201]
        assert all(len(answer.json()["items"]) == 1 for answer in answers[:50])


def test_what_another_process_writes_is_seen_by_who_waits(url: str) -> None:
    """Two services on one database."""
    settings = Settings(database_url=url, admin_key=ADMIN_KEY)
    with opened(settings) as here, opened(settings) as there, ThreadPoolExecutor(1) as pool:
        populate(here)
        newest = here.read("/v1/changes", params={"limit": 0})["newest"]
        answer = pool.submit(here.read, f"/v1/changes?after={newest}&wait=60s")
        there.add("/v1/people", person(id="new"))
        assert [item["subject"] for item in answer.result(PATIENCE)["items"]] == ["new"]


# The stream


def events_of(lines: Iterator[str]) -> Iterator[tuple[str, Json]]:
    """The id and the data of each event that comes; a blank line ends one, and comments keep the line alive."""
    event: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if name:
            event[name] = value
        elif "data" in event:
            yield event["id"], json.loads(event["data"])
            event = {}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path, admin_key=ADMIN_KEY, seed="false") as served:
        yield served


def add(served: Served, id: str) -> None:
    added = served.request("POST", "/v1/people", ADMIN_KEY, json={"id": id, "name": {"en": id}})
    assert added.status_code == 201, added.text


def streamed(served: Served, number: int, query: str = "", headers: Json | None = None) -> list[tuple[str, str]]:
    """The id and the subject of the first so many events."""
    with httpx.stream("GET", f"{served.address}/v1/changes/stream{query}", headers=headers, timeout=PATIENCE) as stream:
        assert (stream.status_code, stream.headers["content-type"].partition(";")[0]) == (200, "text/event-stream")
        found = events_of(stream.iter_lines())
        return [(id, change["subject"]) for id, change in (next(found) for _ in range(number))]


def test_the_stream_begins_where_it_is_told_and_is_resumed(served: Served) -> None:
    """Behind `after`, or behind the last event that came, which goes first."""
    for id in ("ana", "boris", "carla"):
        add(served, id)
    assert streamed(served, 3, "?after=0") == [("1", "ana"), ("2", "boris"), ("3", "carla")]
    assert streamed(served, 1, "?after=2") == [("3", "carla")]
    assert streamed(served, 2, headers={"Last-Event-ID": "1"}) == [("2", "boris"), ("3", "carla")]
    assert streamed(served, 1, "?after=0", {"Last-Event-ID": "2"}) == [("3", "carla")]


def test_the_stream_brings_what_comes(served: Served) -> None:
    """Without a place to begin at, from now on; Ctrl-C ends it, and the service at once."""
    add(served, "ana")
    with httpx.stream("GET", f"{served.address}/v1/changes/stream", timeout=PATIENCE) as stream:
        found = events_of(stream.iter_lines())
        add(served, "boris")
        assert next(found)[1]["subject"] == "boris"
        add(served, "carla")
        assert next(found)[1]["subject"] == "carla"
        ended = served.interrupt()
        assert list(found) == []
    assert (ended.status, ended.out) == (0, "Stopped.\n")


def test_a_stream_ends_with_the_key_that_opened_it(tmp_path: Path) -> None:
    """Where reading needs a key: what is written after it was revoked is told nobody."""
    with serving(tmp_path, admin_key=ADMIN_KEY, seed="false", public_read="false") as served:
        made = served.request("POST", "/v1/keys", ADMIN_KEY, json={"name": "reader", "scope": "read"}).json()
        headers = {"Authorization": f"Bearer {made['secret']}"}
        stream_of = f"{served.address}/v1/changes/stream"
        with httpx.stream("GET", stream_of, headers=headers, timeout=PATIENCE) as stream:
            found = events_of(stream.iter_lines())
            add(served, "ana")
            assert next(found)[1]["subject"] == "ana"
            assert served.request("DELETE", f"/v1/keys/{made['id']}", ADMIN_KEY).status_code == 204
            add(served, "boris")
            assert list(found) == []
        assert served.request("GET", "/v1/changes/stream", made["secret"]).status_code == 401


@pytest.mark.parametrize("last", ["x", "-1", "1.5", "1" * 19])
def test_a_last_event_that_is_none_is_refused(served: Served, last: str) -> None:
    refused = served.request("GET", "/v1/changes/stream", headers={"Last-Event-ID": last})
    assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (422, "Last-Event-ID")


# Many writers, many readers


def test_no_reader_ever_skips_a_change(url: str) -> None:
    """Writers in two services, and readers that go on from what they last saw: by seq, each sees all, in order."""
    settings = Settings(database_url=url, admin_key=ADMIN_KEY)
    with opened(settings) as here, opened(settings) as there, ThreadPoolExecutor(12) as pool:
        populate(here)
        for door in (here, there):  # routes are made with the first request; warnings then are no business of threads
            door.add("/v1/people", {"name": {"en": "First"}})
            door.read("/v1/changes", params={"limit": 0})
        done = threading.Event()

        def write(number: int) -> None:
            door = (here, there)[number % 2]
            for n in range(25):
                door.add("/v1/people", {"name": {"en": f"Person {number} {n}"}})

        def read(number: int) -> list[int]:
            door, seen, after = (here, there)[number % 2], [], 0
            while True:
                finished = done.is_set()
                feed = door.read(f"/v1/changes?after={after}&limit={7 + number}&wait=1s")
                seen += seqs(feed)
                after = feed["after"]
                if finished and after == feed["newest"]:
                    return seen

        readers = [pool.submit(read, number) for number in range(4)]
        for writer in [pool.submit(write, number) for number in range(8)]:
            writer.result()
        done.set()
        with here.app.state.engine.connect() as connection:
            ledger = list(connection.scalars(sa.select(REVISION.c.seq).order_by(REVISION.c.seq)))
        assert len(ledger) >= 200
        assert [reader.result() for reader in readers] == [ledger] * 4
