"""The ledger: what a write unit adds to it, and that nothing is ever taken away or half written."""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

import db.engine
from api.settings import Settings
from db import keys, ledger, records
from db.engine import make_engine
from db.errors import Busy, Invalid
from db.ledger import EMPTY, REVISION, WriteUnit, write
from db.models import TABLES
from db.register import REGISTER
from db.seed import seed
from db.validation import validate
from db.verify import verify
from tests.door import ADMIN_KEY, Door, opened
from tests.factories import agreement, dossier, event, person, populate

Json = dict[str, Any]
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
PEOPLE = REGISTER["people"]


def noon() -> datetime:
    return NOON


def ledger_of(engine: sa.Engine) -> list[Any]:
    """Every revision, oldest first."""
    with engine.connect() as connection:
        return list(connection.execute(sa.select(REVISION).order_by(REVISION.c.seq)).all())


def add_person(unit: WriteUnit, id: str) -> None:
    records.add(unit, PEOPLE, [validate(PEOPLE.shape, person(id))])


def engine_of(door: Door) -> sa.Engine:
    engine: sa.Engine = door.app.state.engine
    return engine


def everything_in(engine: sa.Engine) -> dict[str, list[Any]]:
    """All rows of all tables."""
    with engine.connect() as connection:
        return {
            name: list(connection.execute(sa.select(table).order_by(*table.primary_key.columns)).all())
            for name, table in TABLES.items()
        }


# What a row says


def test_seq_counts_from_one_without_a_gap(door: Door) -> None:
    """Whatever was written, refused or left as it was in between."""
    populate(door)
    door.add("/v1/agreements", dossier(id="one"))
    assert door.post("/v1/agreements", agreement(parties=[])).status_code == 422
    assert door.post("/v1/people", person("ana")).status_code == 409
    assert door.patch("/v1/people/ana", {"name": {"en": "Anna"}}).status_code == 200
    assert door.patch("/v1/people/ana", {"name": {"en": "Anna"}}).status_code == 200
    assert door.withdraw("/v1/agreements/one").status_code == 204
    rows = ledger_of(engine_of(door))
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) == 7 + 6 + 1 + 3


def test_versions_count_from_one_without_a_gap(door: Door) -> None:
    """Of each record, through every way to change it."""
    door.add("/v1/people", person("ana"))
    for number in range(3):
        door.patch("/v1/people/ana", {"name": {"en": f"Ana {number}"}})
    door.withdraw("/v1/people/ana")
    door.restore("/v1/people/ana", 2)
    revisions = door.items("/v1/people/ana/revisions")
    assert [(each["version"], each["op"]) for each in revisions] == [
        (1, "created"),
        (2, "changed"),
        (3, "changed"),
        (4, "changed"),
        (5, "withdrawn"),
        (6, "restored"),
    ]


def test_the_time_of_a_row_never_goes_back(url: str) -> None:
    """Where the clock does, the newest row's time stands."""
    hours = iter([0, 2, -5, 1, 2, 3])
    times: list[datetime] = []

    def clock() -> datetime:
        return times[-1]

    with opened(Settings(database_url=url, admin_key=ADMIN_KEY), clock) as door:
        recorded = []
        for number, hour in enumerate(hours):
            times.append(NOON + timedelta(hours=hour))
            recorded.append(door.add("/v1/people", person(f"p{number}"))["meta"]["recorded_at"])
    assert [each[11:13] for each in recorded] == ["12", "14", "14", "14", "14", "15"]
    assert recorded[0] == "2026-01-01T12:00:00.000000Z"


def test_the_hash_follows_its_recipe(door: Door) -> None:
    """Worked out as the docstring of db/ledger.py tells it, with nothing of ours."""
    populate(door)
    door.add("/v1/agreements", dossier(id="one", title={"en": 'A "quoted" title', "ru": "Соглашение \u2028"}))
    door.patch("/v1/people/ana", {"name": {"es": "Añá"}})
    previous = "0" * 64
    for row in ledger_of(engine_of(door)):
        columns = [
            row.seq,
            row.recorded_at,
            row.kind,
            row.resource_id,
            row.version,
            row.op,
            row.actor,
            row.reason,
            row.run,
            row.request_id,
            row.shape,
            row.document,
            row.previous_hash,
        ]
        text = json.dumps(columns, ensure_ascii=False, separators=(",", ":"))
        assert row.hash == hashlib.sha256(text.encode("utf-8")).hexdigest()
        assert row.previous_hash == previous
        previous = row.hash


def test_the_columns_of_the_ledger_are_those_of_its_recipe() -> None:
    """In the order that the docstring gives them."""
    assert ledger.__doc__ is not None
    stated = ledger.__doc__.partition("A revision is (")[2].partition(")")[0]
    assert tuple(" ".join(stated.split()).split(", ")) == tuple(column.name for column in REVISION.columns)


def test_who_why_and_under_which_request_stand_in_the_row(door: Door) -> None:
    """The reason from the query or the body, the request's id from the client or made here."""
    headers = {"X-Request-Id": "mine-1"}
    door.post("/v1/people", person("ana"), params={"reason": "from the gazette"}, headers=headers)
    door.withdraw("/v1/people/ana", reason="an error")
    door.restore("/v1/people/ana", 1)
    created, withdrawn, restored = ledger_of(engine_of(door))
    assert (created.actor, created.reason, created.run, created.request_id) == (
        "admin",
        "from the gazette",
        None,
        "mine-1",
    )
    assert (withdrawn.reason, restored.reason) == ("an error", "a test")
    assert len(withdrawn.request_id) == 32
    assert withdrawn.request_id != restored.request_id


def test_one_request_gives_all_its_rows_one_id_one_time_and_one_reason(door: Door) -> None:
    """A dossier is one request."""
    populate(door)
    before = len(ledger_of(engine_of(door)))
    response = door.post("/v1/agreements", dossier(), params={"reason": "found"})
    rows = ledger_of(engine_of(door))[before:]
    assert len(rows) == 6
    assert {(row.request_id, row.reason) for row in rows} == {(response.headers["X-Request-Id"], "found")}
    assert len({row.recorded_at for row in rows}) == 1


def test_the_actor_is_the_key_that_wrote(door: Door) -> None:
    """By its id, never by its secret."""
    with write(engine_of(door), noon, actor="cli") as unit:
        secret = keys.make(unit, "a colleague", "write")
    door.key = secret
    door.add("/v1/people", person("ana"))
    assert ledger_of(engine_of(door))[0].actor == f"key:{secret[:12]}"


def test_a_batch_stands_in_the_row_as_its_run(engine: sa.Engine) -> None:
    """The layers of the seed, by the seed."""
    seed(engine, noon)
    runs = {(row.actor, row.run) for row in ledger_of(engine)}
    assert runs == {("seed", "seed-states"), ("seed", "seed-article"), ("seed", "seed-later-facts")}


def test_the_document_in_the_ledger_is_what_was_answered(door: Door) -> None:
    """The same bytes, with `meta` in front."""
    answer = door.post("/v1/people", person("ana", name={"ru": "Анна", "en": "Ana"}))
    row = ledger_of(engine_of(door))[0]
    meta = {"version": 1, "seq": 1, "recorded_at": row.recorded_at, "hash": row.hash}
    spliced = '{"meta":' + json.dumps(meta, separators=(",", ":")) + "," + row.document[1:]
    assert answer.text == spliced == door.get("/v1/people/ana").text


# What adds no row


def test_a_change_that_leaves_the_document_as_it_was_adds_no_revision(door: Door) -> None:
    """PUT of what GET gave, an empty PATCH, the same value, the version that is the newest."""
    populate(door)
    before = door.add("/v1/agreements", dossier(id="one"))
    tag, rows = door.get("/v1/agreements/one").headers["ETag"], everything_in(engine_of(door))
    signed = before["signed"]["edtf"]
    answers = [
        door.put("/v1/agreements/one", before),
        door.put("/v1/agreements/one", before, tag),
        door.patch("/v1/agreements/one", {}),
        door.patch("/v1/agreements/one", {"signed": signed, "relations": None, "others": []}),
        door.patch("/v1/agreements/one", {"signatories": before["signatories"]}),
        door.restore("/v1/agreements/one", 1),
        door.put(f"/v1/events/{before['events'][0]['id']}", before["events"][0]),
        door.patch(f"/v1/signatories/{before['signatories'][0]['id']}", {"capacity": "Ambassador"}),
    ]
    assert [each.status_code for each in answers] == [200] * len(answers)
    assert all(each.headers["ETag"] == tag for each in answers[:6])
    assert {each.headers["Bilateral-Seq"] for each in answers} == {str(len(rows["revision"]))}
    assert everything_in(engine_of(door)) == rows


def test_a_signatory_or_an_event_makes_one_new_revision_of_its_agreement(door: Door) -> None:
    """In the same transaction, by the same request."""
    populate(door)
    door.add("/v1/agreements", agreement(id="one"))
    before = len(ledger_of(engine_of(door)))
    door.add("/v1/events", event(id="signing", agreements=["one"]))
    rows = ledger_of(engine_of(door))[before:]
    assert [(row.kind, row.resource_id, row.op, row.version) for row in rows] == [
        ("event", "signing", "created", 1),
        ("agreement", "one", "changed", 2),
    ]
    assert rows[0].request_id == rows[1].request_id


# What is never taken away


CHANGES = {
    "an UPDATE": "UPDATE revision SET actor = 'somebody else' WHERE seq = 1",
    "an UPDATE of nothing new": "UPDATE revision SET actor = actor",
    "a DELETE": "DELETE FROM revision WHERE seq = 2",
    "a DELETE of all": "DELETE FROM revision",
}
OF_POSTGRESQL = {
    "a TRUNCATE": "TRUNCATE revision CASCADE",
    "an INSERT that updates": (
        "INSERT INTO revision SELECT * FROM revision WHERE seq = 1 ON CONFLICT (seq) DO UPDATE SET actor = 'me'"
    ),
}
OF_SQLITE = {
    "a REPLACE of a row": (
        "INSERT OR REPLACE INTO revision SELECT seq, recorded_at, kind, resource_id, version, op, 'me', reason, run, "
        "request_id, shape, document, previous_hash, hash FROM revision WHERE seq = 1"
    ),
    "a REPLACE by the same version": (
        "INSERT OR REPLACE INTO revision SELECT 3, recorded_at, kind, resource_id, version, op, actor, reason, run, "
        "request_id, shape, document, previous_hash, hash FROM revision WHERE seq = 1"
    ),
    "an UPDATE that replaces": "UPDATE OR REPLACE revision SET seq = 1 WHERE seq = 2",
    "an INSERT that updates": (
        "INSERT INTO revision SELECT * FROM revision WHERE seq = 1 ON CONFLICT (seq) DO UPDATE SET actor = 'me'"
    ),
}


def test_the_ledger_refuses_every_statement_that_changes_or_removes_a_row(engine: sa.Engine) -> None:
    """Foreign keys or not: the triggers of the schema refuse it, a REPLACE too."""
    with write(engine, noon, actor="test") as unit:
        add_person(unit, "ana")
        add_person(unit, "boris")
    before = ledger_of(engine)
    on_sqlite = engine.dialect.name == "sqlite"
    passed = []
    for what, statement in (CHANGES | (OF_SQLITE if on_sqlite else OF_POSTGRESQL)).items():
        with engine.connect() as connection:
            if on_sqlite:
                connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.exec_driver_sql("BEGIN")
            try:
                connection.exec_driver_sql(statement)
                passed.append(what)
            except sa.exc.DBAPIError as error:
                passed += [] if "the ledger is append-only" in str(error.orig) else [f"{what}: {error.orig}"]
            connection.exec_driver_sql("ROLLBACK")
            if on_sqlite:
                connection.exec_driver_sql("PRAGMA foreign_keys = ON")
    assert passed == []
    assert ledger_of(engine) == before


# All or nothing


class Interrupted(BaseException):
    """What no handler of exceptions catches."""


def write_and_raise(engine: sa.Engine, cause: type[BaseException]) -> None:
    with write(engine, noon, actor="test") as unit:
        add_person(unit, "boris")
        records.patch(unit, PEOPLE, "ana", {"name": {"en": "Anna"}}, None)
        raise cause


@pytest.mark.parametrize("cause", [ValueError, Invalid, Interrupted, KeyboardInterrupt])
def test_a_write_unit_that_fails_leaves_nothing_behind(engine: sa.Engine, cause: type[BaseException]) -> None:
    """Whatever ends it; and the next one goes on as if it had never been."""
    with write(engine, noon, actor="test") as unit:
        add_person(unit, "ana")
    before = everything_in(engine)
    with pytest.raises(cause):
        write_and_raise(engine, cause)
    assert everything_in(engine) == before
    with write(engine, noon, actor="test") as unit:
        assert unit.newest.seq == 1
        add_person(unit, "boris")
    assert [row.resource_id for row in ledger_of(engine)] == ["ana", "boris"]


def test_a_dossier_with_one_bad_part_leaves_nothing_behind(door: Door) -> None:
    """The last of its events names nobody that exists."""
    populate(door)
    before = everything_in(engine_of(door))
    parts = dossier(id="one")
    parts["events"][2]["by"] = "nobody"
    assert door.post("/v1/agreements", parts).status_code == 422
    assert everything_in(engine_of(door)) == before


def test_a_write_unit_takes_the_writers_lock_first(door: Door) -> None:
    """Before it reads anything that it renders."""
    populate(door)
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    engine = engine_of(door)
    sa.event.listen(engine, "before_cursor_execute", note)
    door.add("/v1/agreements", dossier())
    sa.event.remove(engine, "before_cursor_execute", note)
    if engine.dialect.name == "sqlite":
        assert statements[0] == "BEGIN IMMEDIATE"
    else:
        assert statements[0] == "BEGIN"
        assert statements[1] == f"SELECT pg_advisory_xact_lock({ledger.WRITERS_LOCK})"
    assert statements.count("COMMIT") == 1
    assert not any(statement.startswith("BEGIN") for statement in statements[1:])


# A commit that fails


def point_nowhere(cursor: Any) -> None:
    """A foreign key that is only checked at the commit."""
    cursor.execute("UPDATE source SET based_on = 'nowhere' WHERE id = 'gazette'")


def refuse(cursor: Any) -> None:
    """SQLite is not authorized to commit, once; PostgreSQL's administrator ends the session."""
    if not isinstance(cursor, sqlite3.Cursor):
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return
    refusals = iter([sqlite3.SQLITE_DENY])
    watched = (sqlite3.SQLITE_TRANSACTION, "COMMIT")
    cursor.connection.set_authorizer(
        lambda action, what, *_: next(refusals, sqlite3.SQLITE_OK) if (action, what) == watched else sqlite3.SQLITE_OK
    )


def fill_the_disk(cursor: Any) -> None:
    """SQLite has no page left; PostgreSQL's administrator ends the session."""
    if isinstance(cursor, sqlite3.Cursor):
        cursor.execute("PRAGMA max_page_count = 1")
    else:
        refuse(cursor)


@contextmanager
def befalling(engine: sa.Engine, moment: str, mishap: Callable[[Any], None]) -> Iterator[None]:
    """Something happens on the connection right before each statement that begins so."""

    def befall(_connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(moment):
            mishap(cursor)

    sa.event.listen(engine, "before_cursor_execute", befall)
    try:
        yield
    finally:
        sa.event.remove(engine, "before_cursor_execute", befall)


WRITES: list[tuple[str, str, Json]] = [
    ("POST", "/v1/agreements", {"json": dossier(id="two")}),
    ("POST", "/v1/events", {"json": event(agreements=["one"])}),
    ("PUT", "/v1/people/ana", {"json": person("ana", name={"en": "Anna"})}),
    ("PATCH", "/v1/people/ana", {"json": {"name": {"en": "Anna"}}}),
    ("DELETE", "/v1/agreements/one", {"params": {"reason": "a test"}}),
    ("POST", "/v1/agreements/one/restore", {"json": {"version": 1, "reason": "a test"}}),
]


@pytest.mark.parametrize("mishap", [point_nowhere, refuse])
def test_a_commit_that_fails_is_never_answered_with_success(door: Door, mishap: Callable[[Any], None]) -> None:
    """Whatever was to be written: nothing was, and the next request is served."""
    populate(door)
    door.add("/v1/agreements", dossier(id="one"))
    door.patch("/v1/agreements/one", {"signed": "2021"})
    engine = engine_of(door)
    before = everything_in(engine)
    door.may_fail = True
    for method, path, options in WRITES:
        with befalling(engine, "COMMIT", mishap), capture_logs() as logged:
            response = door.request(method, path, headers={"If-Match": "*"}, **options)
        assert response.is_server_error, f"{method} {path}: {response.text}"
        assert response.json()["status"] == response.status_code
        failed = {"event": "failed", "request_id": response.headers["X-Request-Id"]}
        assert any(failed.items() <= line.items() for line in logged)
        assert everything_in(engine) == before
    for method, path, options in WRITES:
        assert door.request(method, path, headers={"If-Match": "*"}, **options).is_success


def test_a_database_that_fails_in_the_midst_is_answered_with_503(door: Door) -> None:
    """A full disk, or a session that was ended: not with success, and not as a failure of ours."""
    populate(door)
    engine = engine_of(door)
    before = everything_in(engine)
    with befalling(engine, "INSERT INTO revision", fill_the_disk), capture_logs():
        response = door.post("/v1/agreements", dossier(title={"en": "Long " * 1900}))
    assert response.status_code == 503, response.text
    assert response.json()["type"] == "/problems/database-unavailable"
    assert everything_in(engine) == before


# Who must wait too long


@pytest.fixture
def impatient(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    """A service that waits for the writers' lock for a twentieth of a second."""
    monkeypatch.setattr(db.engine, "WAIT_SECONDS", 0.05)
    with opened(Settings(database_url=url, admin_key=ADMIN_KEY)) as door:
        yield door


def test_a_writer_that_waits_too_long_gets_503_and_may_try_again(impatient: Door, url: str) -> None:
    """Another process holds the lock; nothing was written."""
    engine = make_engine(url)
    with write(engine, noon, actor="another process"):
        response = impatient.post("/v1/people", person("ana"))
        assert response.status_code == 503
        assert response.json()["type"] == "/problems/busy"
        with pytest.raises(Busy), write(engine_of(impatient), noon, actor="test"):
            pytest.fail("the lock was had")
        assert impatient.read("/v1/people", params={"count": "true"})["count"] == 0
    impatient.add("/v1/people", person("ana"))
    engine.dispose()


def test_no_reader_sees_a_write_unit_before_it_is_committed(engine: sa.Engine, url: str) -> None:
    """Then it sees all of it."""
    with write(engine, noon, actor="test") as unit:
        add_person(unit, "ana")
        add_person(unit, "boris")
        with engine.connect() as reading:
            assert ledger.newest(reading) == EMPTY
            assert reading.scalar(sa.select(sa.func.count()).select_from(TABLES["person"])) == 0
    with engine.connect() as reading:
        assert ledger.newest(reading).seq == 2
        assert verify(reading).findings == []


def test_what_was_committed_outlives_the_process_that_wrote_it(url: str) -> None:
    """SQLite's log is flushed at every commit, and the pages are those of the design."""
    engine = make_engine(url)
    with write(engine, noon, actor="test") as unit:
        add_person(unit, "ana")
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            pragmas = ("journal_mode", "synchronous", "foreign_keys", "page_size")
            told = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas]
            assert told == ["wal", 2, 1, 8192]
            file = Path(str(engine.url.database))
            assert person_is_in(f"sqlite:///{copied(file)}")
        else:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
    engine.dispose()


def copied(file: Path) -> Path:
    """The file and its log as they lie on the disk, while the first process still runs."""
    copy = file.with_name("copy.db")
    copy.write_bytes(file.read_bytes())
    copy.with_name("copy.db-wal").write_bytes(file.with_name(file.name + "-wal").read_bytes())
    return copy


def person_is_in(url: str) -> bool:
    engine = make_engine(url)
    with engine.connect() as connection:
        found = connection.scalars(sa.select(TABLES["person"].c.id)).all() == ["ana"]
    engine.dispose()
    return found
