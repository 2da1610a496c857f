"""A POST that is sent again with its Idempotency-Key is done once, and answered as it was."""

import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from api.settings import Settings
from db import keys, ledger
from db.ledger import REVISION
from tests.conftest import MakeUrl
from tests.door import ADMIN_KEY, Door, Json, opened
from tests.factories import agreement, dossier, person, populate
from tests.server import serving

ANNA = {"name": {"en": "Anna"}}
ONCE = {"Idempotency-Key": "once"}


@pytest.fixture
def world(door: Door) -> Door:
    populate(door)
    return door


def revisions(door: Door) -> int:
    with door.app.state.engine.connect() as connection:
        return ledger.newest(connection).seq


def test_the_same_request_is_done_once_and_answered_alike(world: Door) -> None:
    """Status, body and headers; that it was answered before is said."""
    first = world.post("/v1/agreements", dossier(), headers=ONCE)
    assert first.status_code == 201
    assert "idempotency-replayed" not in first.headers
    before = revisions(world)
    again = world.post("/v1/agreements", dossier(), headers=ONCE)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    for name in ("etag", "location", "bilateral-seq", "content-type"):
        assert again.headers[name] == first.headers[name]
    assert revisions(world) == before


def test_without_a_key_each_request_is_another(world: Door) -> None:
    ids = [world.add("/v1/people", ANNA)["id"] for _ in range(2)]
    assert ids == ["anna", "anna-2"]


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("/v1/people", {"name": {"en": "Hanna"}}),
        ("/v1/people?reason=other", ANNA),
        ("/v1/sources", {"title": "Anna"}),
    ],
)
def test_a_key_that_came_with_another_request_is_refused(world: Door, path: str, document: Json) -> None:
    """Nothing is written; the first is still answered."""
    first = world.post("/v1/people", ANNA, headers=ONCE)
    before = revisions(world)
    refused = world.post(path, document, headers=ONCE)
    assert refused.status_code == 422
    [error] = refused.json()["errors"]
    assert (error["parameter"], error["code"]) == ("Idempotency-Key", "key_reused")
    assert revisions(world) == before
    assert world.post("/v1/people", ANNA, headers=ONCE).content == first.content


def test_what_failed_may_be_tried_again_under_the_same_key(world: Door) -> None:
    """A refusal is not kept: with the key a better request may follow."""
    missing = agreement(parties=[{"side": "a", "organization": "nowhere"}, {"side": "b", "organization": "rus"}])
    assert world.post("/v1/agreements", missing, headers=ONCE).status_code == 422
    assert world.post("/v1/agreements", agreement(), headers=ONCE).status_code == 201


def test_each_caller_has_keys_of_its_own(world: Door) -> None:
    state = world.app.state
    with ledger.write(state.engine, state.clock, actor="a test") as unit:
        other = keys.make(unit, "other", "write")
    first = world.post("/v1/people", ANNA, headers=ONCE).json()
    world.key = other
    second = world.post("/v1/people", {"name": {"en": "Hanna"}}, headers=ONCE)
    assert (first["id"], second.status_code, second.json()["id"]) == ("anna", 201, "hanna")


def test_a_restoration_is_done_once(world: Door) -> None:
    world.add("/v1/people", person(id="eva"))
    world.withdraw("/v1/people/eva")
    wanted = {"version": 1, "reason": "a mistake"}
    first = world.post("/v1/people/eva/restore", wanted, headers=ONCE)
    before = revisions(world)
    again = world.post("/v1/people/eva/restore", wanted, headers=ONCE)
    assert (first.status_code, again.status_code, again.content) == (200, 200, first.content)
    assert revisions(world) == before


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "ключ".encode()])
def test_a_key_that_is_none_is_refused(world: Door, key: str | bytes) -> None:
    headers: Json = {"Idempotency-Key": key}
    refused = world.post("/v1/people", ANNA, headers=headers)
    assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (422, "Idempotency-Key")


def test_an_answer_is_kept_for_a_week(make_url: MakeUrl) -> None:
    """After that the key is free; old answers make room."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    with opened(Settings(database_url=make_url(False), admin_key=ADMIN_KEY), lambda: now) as door:
        first = door.post("/v1/people", ANNA, headers=ONCE)
        now += timedelta(days=7)
        assert door.post("/v1/people", ANNA, headers=ONCE).content == first.content
        now += timedelta(seconds=1)
        assert door.post("/v1/people", ANNA, headers=ONCE).json()["id"] == "anna-2"
        with door.app.state.engine.connect() as connection:
            assert connection.scalar(sa.text("SELECT count(*) FROM idempotent_request")) == 1


def test_of_many_that_come_at_once_one_is_done(url: str) -> None:
    """To two services on one database, each on several threads."""
    settings = Settings(database_url=url, admin_key=ADMIN_KEY, threads=4)
    with opened(settings) as here, opened(settings) as there:
        populate(here)
        for door in (here, there):
            assert door.post("/v1/people", ANNA, headers={"Idempotency-Key": "warm"}).status_code == 201
        call = ("POST", "/v1/people", {"json": {"name": {"en": "Many"}}, "headers": ONCE})
        answers = [*here.together([call] * 10), *there.together([call] * 10)]
        assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
        assert [answer.headers.get("idempotency-replayed") for answer in answers].count(None) == 1


def test_it_holds_after_a_crash(tmp_path: Path) -> None:
    """The answer is there if and only if what it answers is: a client that saw none sends it again."""
    settings = {"admin_key": ADMIN_KEY, "seed": "false"}
    headers = {"Authorization": f"Bearer {ADMIN_KEY}", **ONCE}
    with serving(tmp_path, **settings) as served:
        first = httpx.post(f"{served.address}/v1/people", json=ANNA, headers=headers)
        os.kill(served.process.pid, signal.SIGKILL)
    with serving(tmp_path, **settings) as served:
        again = httpx.post(f"{served.address}/v1/people", json=ANNA, headers=headers)
        assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
        people = httpx.get(f"{served.address}/v1/people?limit=0").json()
        assert people["count"] == 1


def test_no_revision_is_without_its_request(world: Door) -> None:
    """What is replayed keeps the request id of what was done in the ledger, and adds nothing."""
    world.post("/v1/people", ANNA, headers=ONCE | {"X-Request-Id": "first"})
    world.post("/v1/people", ANNA, headers=ONCE | {"X-Request-Id": "second"})
    mine = sa.select(REVISION.c.request_id).where(REVISION.c.resource_id == "anna")
    with world.app.state.engine.connect() as connection:
        assert list(connection.scalars(mine)) == ["first"]
