"""Keys over HTTP: made, listed, read, revoked; when they were last used."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import pytest
import sqlalchemy as sa

from api.lastuse import WRITTEN_AFTER, LastUse
from api.settings import Settings
from db import keys
from db.engine import make_engine
from db.ledger import newest, write
from db.models import TABLES
from tests.door import ADMIN_KEY, Door, Json, opened
from tests.factories import person


def make(door: Door, scope: str = "write", **more: Any) -> Json:
    return door.add("/v1/keys", {"name": "Treaty section", "scope": scope, **more})


def without_secret(made: Json) -> Json:
    return {name: value for name, value in made.items() if name != "secret"}


def as_(door: Door, key: str | None) -> Door:
    door.key = key
    return door


def test_a_key_is_made_and_its_secret_shown_only_then(door: Door) -> None:
    """It is read at its address and found in the list, without the secret, which nothing that is kept contains."""
    response = door.post("/v1/keys", {"name": "Treaty section", "scope": "write"})
    made = response.json()
    assert response.status_code == 201
    assert made["secret"].startswith(made["id"])
    assert len(made["secret"]) == 44
    assert response.headers["Location"] == f"/v1/keys/{made['id']}"
    assert made.keys() == {"id", "name", "scope", "created_at", "secret"}
    assert door.read(response.headers["Location"]) == without_secret(made)
    assert door.items("/v1/keys") == [without_secret(made)]
    with door.app.state.engine.connect() as connection:
        for table in ("api_key", "idempotent_request", "revision"):
            assert made["secret"] not in str(connection.execute(sa.select(TABLES[table])).all())


def test_a_key_works_until_it_is_revoked(door: Door) -> None:
    """At once and for good; it stays in the list, and revoking it again changes nothing."""
    made = make(door)
    assert as_(door, made["secret"]).post("/v1/people", person("ana")).status_code == 201
    assert door.read("/v1/people/ana/revisions")["items"][0]["actor"] == f"key:{made['id']}"
    as_(door, ADMIN_KEY)
    assert door.request("DELETE", f"/v1/keys/{made['id']}").status_code == 204
    assert as_(door, made["secret"]).get("/v1/people/ana").status_code == 401
    as_(door, ADMIN_KEY)
    revoked = door.read(f"/v1/keys/{made['id']}")
    assert revoked["revoked_at"] >= made["created_at"]
    assert door.request("DELETE", f"/v1/keys/{made['id']}").status_code == 204
    assert door.read(f"/v1/keys/{made['id']}")["revoked_at"] == revoked["revoked_at"]


def test_a_key_does_not_revoke_itself(door: Door) -> None:
    """Another one does."""
    first, second = make(door, "admin"), make(door, "admin")
    as_(door, first["secret"])
    refused = door.request("DELETE", f"/v1/keys/{first['id']}")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/own-key")
    assert as_(door, second["secret"]).request("DELETE", f"/v1/keys/{first['id']}").status_code == 204


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2026-12-24", "2026-12-24T00:00:00.000000Z"),
        ("2026-12-24T18:00:00+01:00", "2026-12-24T17:00:00.000000Z"),
        ("2026-12-24T17:00:00.5Z", "2026-12-24T17:00:00.500000Z"),
    ],
)
def test_a_key_expires(url: str, given: str, kept: str) -> None:
    """To the microsecond; a day means its beginning."""
    ends = datetime.fromisoformat(kept)
    now = [ends - timedelta(microseconds=1)]
    with opened(Settings(database_url=url, admin_key=ADMIN_KEY), lambda: now[0]) as door:
        made = make(door, "read", expires_at=given)
        assert made["expires_at"] == kept
        assert as_(door, made["secret"]).get("/v1/people").status_code == 200
        now[0] = ends
        assert door.get("/v1/people").status_code == 401


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"scope": "all"}, "/scope"),
        ({"scope": None}, "/scope"),
        ({"name": ""}, "/name"),
        ({"name": "é"}, "/name"),
        ({"name": "a" * 101}, "/name"),
        ({"name": "a\n"}, "/name"),
        ({"expires_at": "tomorrow"}, "/expires_at"),
        ({"expires_at": "2026-02-30"}, "/expires_at"),
        ({"expires_at": "2026-02-03T25:00:00Z"}, "/expires_at"),
        ({"expires_at": 5}, "/expires_at"),
        ({"secret": "blt_0123456789abcdef"}, "/secret"),
    ],
)
def test_what_is_no_key_is_not_made(door: Door, wrong: Json, pointer: str) -> None:
    """The member that is wrong is named."""
    refused = door.post("/v1/keys", {"name": "Ana", "scope": "read"} | wrong)
    assert refused.status_code == 422
    assert [each["pointer"] for each in refused.json()["errors"]] == [pointer]
    assert door.items("/v1/keys") == []


def test_a_repeated_post_makes_one_key_and_does_not_show_its_secret_again(door: Door) -> None:
    """Whoever lost the answer revokes the key and makes another."""
    headers = {"Idempotency-Key": "once"}
    body = {"name": "Treaty section", "scope": "read"}
    first, second = (door.post("/v1/keys", body, headers=headers) for _ in range(2))
    assert (second.status_code, second.headers["Idempotency-Replayed"]) == (201, "true")
    assert second.json() == without_secret(first.json())
    assert len(door.items("/v1/keys")) == 1


def test_keys_come_in_pages(door: Door) -> None:
    """By id, each once."""
    made = sorted(make(door)["id"] for _ in range(5))
    assert [each["id"] for each in door.items("/v1/keys", limit=2)] == made
    assert door.read("/v1/keys?limit=0") == {"items": []}
    assert door.get("/v1/keys?cursor=bm9uZQ").status_code == 422


def test_a_key_that_was_never_made_is_not_found(door: Door) -> None:
    """To read or to revoke; what is no id of a key is refused."""
    for method in ("GET", "DELETE"):
        assert door.request(method, "/v1/keys/blt_00000000").status_code == 404
        assert door.request(method, "/v1/keys/ana").status_code == 422


def test_keys_are_for_administrators(door: Door) -> None:
    """To read, too."""
    made = make(door, "write")
    as_(door, made["secret"])
    for method, path in (("GET", "/v1/keys"), ("GET", f"/v1/keys/{made['id']}"), ("DELETE", f"/v1/keys/{made['id']}")):
        assert door.request(method, path).status_code == 403
    assert door.post("/v1/keys", {"name": "Mine", "scope": "admin"}).status_code == 403


def test_a_key_leaves_no_revision(door: Door) -> None:
    """Keys are no records of the ledger."""
    made = make(door)
    assert door.request("DELETE", f"/v1/keys/{made['id']}").headers["Bilateral-Seq"] == "0"


# Last use


def test_the_hour_of_the_last_use_is_kept(url: str) -> None:
    """At the end of the service at the latest; requests that read write nothing themselves."""
    settings = Settings(database_url=url, admin_key=ADMIN_KEY)
    with opened(settings, lambda: datetime(2026, 11, 23, 9, 59, 59, tzinfo=UTC)) as door:
        made = make(door, "read")
        assert as_(door, made["secret"]).get("/v1/people").status_code == 200
        assert "last_used_at" not in as_(door, ADMIN_KEY).read(f"/v1/keys/{made['id']}")
    with opened(settings) as door:
        assert door.read(f"/v1/keys/{made['id']}")["last_used_at"] == "2026-11-23T09:00:00.000000Z"


class Hours:
    """A clock, and a sleep that lasts until a test says so."""

    def __init__(self, engine: sa.Engine) -> None:
        self.now = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
        self.engine = engine
        with write(engine, self.clock, actor="a test") as unit:
            self.id = keys.id_of(keys.make(unit, "Ana", "read"))
        self.writes = 0
        sa.event.listen(engine, "before_cursor_execute", self._count)

    def clock(self) -> datetime:
        return self.now

    def _count(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self.writes += statement.startswith("UPDATE api_key")

    @property
    def last(self) -> str | None:
        with self.engine.connect() as connection:
            return keys.get(connection, self.id).get("last_used_at")


def write_down(use: LastUse) -> None:
    asyncio.run(use.write())


def test_a_key_is_written_once_an_hour_at_most(engine: sa.Engine) -> None:
    """However often it is used; what another process wrote is not written again."""
    hours = Hours(engine)
    mine, others = LastUse(engine, hours.clock), LastUse(engine, hours.clock)
    for _ in range(3):
        mine.note(hours.id)
        others.note(hours.id)
        write_down(mine)
        write_down(others)
    assert (hours.writes, hours.last) == (1, "2026-11-23T09:00:00.000000Z")
    hours.now += timedelta(hours=1)
    others.note(hours.id)
    write_down(others)
    assert (hours.writes, hours.last) == (2, "2026-11-23T10:00:00.000000Z")
    hours.now -= timedelta(hours=5)
    mine.note(hours.id)
    write_down(mine)
    assert hours.last == "2026-11-23T10:00:00.000000Z"


def test_what_could_not_be_written_is_written_later(engine: sa.Engine) -> None:
    """No request fails for it."""
    hours = Hours(engine)
    away = make_engine("sqlite:////nowhere/at/all/bilateral.db")
    use = LastUse(away, hours.clock)
    use.note(hours.id)
    write_down(use)
    assert hours.last is None
    use._engine = engine
    write_down(use)
    assert hours.last == "2026-11-23T09:00:00.000000Z"
    away.dispose()


class Told(LastUse):
    """Says when it has written."""

    wrote: asyncio.Event

    async def write(self, threads: anyio.CapacityLimiter | None = None) -> None:
        await super().write(threads)
        self.wrote.set()


def test_what_is_noted_is_written_after_a_while(engine: sa.Engine) -> None:
    """By the service itself, as long as it runs."""
    hours, slept = Hours(engine), []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def serve() -> None:
        use = Told(engine, hours.clock, sleep)
        use.wrote = asyncio.Event()
        async with use.kept():
            for _ in range(2):
                use.note(hours.id)
                await use.wrote.wait()
                assert hours.last == hours.now.strftime("%Y-%m-%dT%H:00:00.000000Z")
                use.wrote.clear()
                hours.now += timedelta(hours=1)

    asyncio.run(serve())
    assert slept == [WRITTEN_AFTER, WRITTEN_AFTER]


def test_a_key_that_is_gone_is_not_written(engine: sa.Engine) -> None:
    """Nobody's use is written nowhere."""
    keys.used(engine, lambda: datetime.now(UTC), {"blt_00000000": "2026-11-23T09:00:00.000000Z"})
    with engine.connect() as connection:
        assert keys.find(connection) == []
        assert newest(connection).seq == 0
