"""Whatever is changed behind the service's back, in the ledger or in the tables, is found."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from db import findings, ledger, records
from db.engine import make_engine
from db.ledger import COLUMNS, HASHED, REVISION, hash_of, write
from db.models import TABLES
from db.register import REGISTER
from db.tick import tick
from db.validation import validate
from db.verify import Report, verify
from tests.factories import WORLD, agreement, dossier, event, person, signatory, source, state

Json = dict[str, Any]
Rows = dict[str, list[Json]]
"""The rows of each table, by its name."""
Tampering = Callable[[sa.Connection, Random, Rows], str]
"""Changes something of these rows by SQL; tells what."""

OUTSIDE = {
    *("revision", "alembic_version", "tick"),
    *("api_key", "idempotent_request", "webhook", "webhook_attempt"),
}
OF_RECORDS = sorted(set(TABLES) - OUTSIDE)
BY_NOTHING = {("finding", "state"), ("finding", "reason"), ("finding", "since_seq"), ("deadline", "told_on")}
"""Columns that follow from nothing: what people said, and when a row was told."""
SEQS = ("known_from", "known_to")
"""Columns that say at which instant something was so recorded."""
SPAN = {"from": "2000", "to": "2010-05"}


def cited(document: Json, field: str, value: Json | str) -> Json:
    """With names in other registers, and what two sources say of one of its fields."""
    locator = {"type": "FragmentSelector", "value": "paragraph=4", "conformsTo": "http://example.org/a"}
    counted = {"type": "TextPositionSelector", "start": 3, "end": 9}
    preferred = {"preferred": True, "reason": "It is the official text."}
    citations = [
        {"field": field, "source": "gazette", "locator": locator, "stance": "supports", "note": "As printed."}
        | preferred,
        {"field": field, "source": "press", "locator": counted, "stance": "disputes", "value": value},
    ]
    identifiers = [{"scheme": "wikidata", "value": "Q1"}, {"scheme": "unts", "value": "1-2"}]
    return document | {"identifiers": identifiers, "citations": citations}


LAYERS: list[dict[str, list[Json]]] = [
    {
        "sources": [
            source("gazette", publisher="The state", language="es", published="2021-09", retrieved="2021-10-01"),
            cited(
                source("press", based_on="gazette", url="https://example.org/1", sha256="a" * 64), "/title", "A title"
            ),
        ],
        "organizations": [
            state("mex"),
            state("fra"),
            state("suhh", valid_from="1922-12-30", valid_to="1991-12-26"),
            state("cshh", valid_to="1992"),
            {"id": "cshh-ministry", "name": {"en": "A ministry"}, "kind": "ministry", "state": "cshh"},
            cited(
                state("rus", predecessors=[{"organization": "suhh", "kind": "continuity", "from": "1991-12-26"}]),
                "/predecessors/suhh/from",
                "1991-12-25",
            ),
            state("mex-sre", kind="ministry", state="mex", parent="mex"),
            state("guiana", kind="territory", affiliations=[{"state": "fra", **SPAN}]),
        ],
        "people": [
            cited(
                person("ana", positions=[{"organization": "mex-sre", "title": {"en": "Secretary"}, **SPAN}]),
                "/name/en",
                "Anna",
            ),
            person("boris"),
        ],
        "agreements": [
            agreement(id="earlier"),
            agreement(
                id="of-the-union",
                parties=[{"side": "a", "organization": "suhh"}, {"side": "b", "organization": "cshh-ministry"}],
                events=[event(id="end", kind="terminated", date="1990", ground="denounced")],
            ),
            agreement(
                id="renewing",
                duration={"initial": "P5Y", "renewal": "tacit", "renewal_period": "P5Y", "notice": "P6M"},
                events=[event(id="entry", kind="entered_into_force", date="2015-01-01")],
            ),
        ],
    },
    {
        "agreements": [
            cited(
                dossier(
                    id="whole",
                    place={"name": "Mexico City", "venue": "The ministry", "state": "mex"},
                    parties=[
                        {"side": "a", "organization": "mex-sre", "name": "The Secretariat", **SPAN},
                        {"side": "b", "organization": "rus"},
                        {
                            "side": "b",
                            "organization": "fra",
                            "territories": [{"organization": "guiana", "excluded": True, **SPAN}],
                        },
                    ],
                    others=[{"organization": "suhh", "role": "guarantor"}],
                    languages=[{"tag": "es", "authentic": True}, {"tag": "ru", "authentic": True, "prevails": False}],
                    verified_on="2024-01-01",
                    effects=[{"scope": "article 3", **SPAN}],
                    entry_into_force={"condition": "linked_to", "agreement": "earlier"},
                    duration={"initial": "P5Y", "renewal": "tacit", "renewal_period": "P5Y", "notice": "P6M"},
                    relations=[
                        {
                            "kind": "supersedes",
                            "agreement": "earlier",
                            "effective": "2021",
                            "until": "2031",
                            "note": "In part.",
                        },
                        {"kind": "related", "agreement": "earlier"},
                    ],
                    signatories=[
                        cited(
                            signatory(
                                id="ana-signed",
                                name="Ana A.",
                                organization="mex-sre",
                                on_behalf_of="mex-sre",
                                signed="2021-09-28",
                                place={"name": "Mexico City", "venue": "The ministry", "state": "mex"},
                                full_powers={"issued_by": "mex", "date": "2021-09", "note": "Shown."},
                                ad_referendum=True,
                            ),
                            "/capacity",
                            "Minister",
                        ),
                        signatory(person="boris", side="b"),
                    ],
                    events=[
                        event(id="signing", agreements=["earlier"]),
                        event(kind="domestic_approval", date="2022-01-10", by="mex-sre", dated="2022-01"),
                        event(kind="extended", date="2023-01-10", until="2031", effective="2023-02"),
                        event(kind="suspended", date="2024", provisions=["article 3", "article 4"], side="a"),
                    ],
                ),
                "/title",
                {"en": "Agreement on trade", "es": "Acuerdo"},
            ),
        ],
        "events": [
            event(id="visit", kind="visit", date="2021-09-27/2021-09-29", title={"en": "A visit"}),
            cited(
                event(
                    id="meeting",
                    kind="meeting",
                    part_of="visit",
                    place={"name": "Mexico City", "venue": "A palace", "state": "mex"},
                    note={"en": "Short."},
                    participants=[
                        {"person": "ana", "role": "head", "capacity": "Secretary"},
                        {"organization": "mex", "role": "host"},
                        {"name": "guests", "count": 30, "role": "observer"},
                    ],
                ),
                "/participants/ana/role",
                "member",
            ),
            event(
                id="succession",
                kind="succession",
                date="1991-12-26",
                predecessor="suhh",
                successor="rus",
                agreements=["of-the-union"],
            ),
            event(id="signed-so-far", ad_referendum=True),
            event(id="renewal", kind="renewed", date="2025", term="P5Y"),
        ],
        "delegations": [
            cited(
                {
                    "id": "the-delegation",
                    "name": {"en": "The delegation"},
                    "sent_by": "rus",
                    "purpose": {"en": "To sign"},
                    "events": ["visit", "meeting"],
                    "members": [
                        {"person": "boris", "role": "head", "capacity": "Minister"},
                        {"organization": "rus", "role": "member"},
                        {"name": "experts", "count": 12, "role": "member"},
                    ],
                },
                "/members/boris/role",
                "member",
            ),
        ],
    },
    {
        "events": [
            event(id="reception", kind="meeting", participants=[{"delegation": "the-delegation", "role": "host"}])
        ]
    },
]
"""Documents that fill every table."""


NUMBERS = itertools.count()


def clock() -> datetime:
    """Never the same instant, so that each write has its own."""
    return datetime(2020, 6, 1, tzinfo=UTC) + timedelta(seconds=next(NUMBERS))


def _at(instant: datetime) -> datetime:
    """A clock that stands."""
    return instant


def fill(engine: sa.Engine) -> None:
    """The documents above, then changes of every kind, and what time brings."""
    for layer in LAYERS:
        with write(engine, clock, actor="test", reason="to begin with", run="layer", request_id="r-1") as unit:
            for name, documents in layer.items():
                records.add(unit, REGISTER[name], [validate(REGISTER[name].shape, each) for each in documents])
    with write(engine, clock, actor="test") as unit:
        records.patch(unit, REGISTER["people"], "boris", {"name": {"ru": "Борис"}}, None)
        records.patch(unit, REGISTER["signatories"], "ana-signed", {"ad_referendum": False}, None)
        given_up = add_one(unit)
    with write(engine, clock, actor="test") as unit:
        records.withdraw(unit, REGISTER["events"], "renewal", None)
        records.withdraw(unit, REGISTER["agreements"], given_up, None)
        records.patch(unit, REGISTER["sources"], "gazette", {"title": "The official gazette"}, None)
        records.restore(unit, REGISTER["sources"], "gazette", 1, None)
    with write(engine, clock, actor="test") as unit:
        records.patch(unit, REGISTER["organizations"], "cshh", {"valid_to": "1992-12-31"}, None)
        records.patch(unit, REGISTER["agreements"], "earlier", {"signed": "2019-05"}, None)
        records.patch(unit, REGISTER["organizations"], "mex-sre", {"state": None}, None)
    with write(engine, clock, actor="test") as unit:
        judged = unit.connection.scalars(sa.select(TABLES["finding"].c.id)).all()
        findings.judge(unit, judged[0], "accepted", "So it was.")
    for day in (datetime(2020, 7, 1, tzinfo=UTC), datetime(2024, 6, 25, tzinfo=UTC)):
        tick(engine, partial(_at, day))


def add_one(unit: ledger.WriteUnit) -> str:
    given = validate(REGISTER["agreements"].shape, dossier(id="withdrawn"))
    return records.add(unit, REGISTER["agreements"], [given])[0]


@pytest.fixture
def filled(engine: sa.Engine) -> sa.Engine:
    """A record with rows in every table and revisions of every kind that writing makes."""
    fill(engine)
    return engine


@contextmanager
def unguarded(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction in which neither triggers nor foreign keys guard the tables; nothing of it stays."""
    with engine.connect() as connection:
        on_sqlite = connection.dialect.name == "sqlite"
        if on_sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("BEGIN")
        if on_sqlite:
            triggers = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for name in triggers.scalars().all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        try:
            yield connection
        finally:
            connection.exec_driver_sql("ROLLBACK")
            if on_sqlite:
                connection.exec_driver_sql("PRAGMA foreign_keys = ON")


def unseen(engine: sa.Engine, tamperings: list[Tampering], *, times: int, seed: int) -> list[str]:
    """What verify did not find of so many random changes, each made alone; now and then it is to find all of it."""
    random = Random(seed)
    missed: list[str] = []
    done = 0
    with unguarded(engine) as connection:
        assert verify(connection).findings == []
        rows = {name: _rows(connection, name) for name in ("revision", *OF_RECORDS)}
        while done < times:
            connection.exec_driver_sql("SAVEPOINT before")
            try:
                what = random.choice(tamperings)(connection, random, rows)
            except sa.exc.DBAPIError:  # a CHECK, UNIQUE or NOT NULL refused it: that one was not to be made
                connection.exec_driver_sql("ROLLBACK TO SAVEPOINT before")
                continue
            try:
                found = verify(connection, most=100 if random.random() < 0.05 else 1).findings
            except Exception as error:  # whatever it is, nothing was told
                missed.append(f"{what}: verify failed with {error!r:.200}")
            else:
                missed += [] if found else [f"{what}: not found"]
            connection.exec_driver_sql("ROLLBACK TO SAVEPOINT before")
            done += 1
    return missed


UNABLE = {("sqlite", "op"), *(("postgresql", name) for name in ("seq", "version", "op", "shape"))}
"""Columns that take no value of another type."""


def _rows(connection: sa.Connection, name: str) -> list[Json]:
    """The rows of a table, in order."""
    table = TABLES[name]
    found = connection.execute(sa.select(table).order_by(*table.primary_key.columns)).mappings()
    return [dict(row) for row in found]


# Changes of the ledger


def _update(connection: sa.Connection, at: int, **values: Any) -> None:
    connection.execute(sa.update(REVISION).where(REVISION.c.seq == at).values(values))


def _edited(text: str, random: Random) -> str:
    """The text with one character replaced, left out or put in."""
    at = random.randrange(len(text) + 1)
    return text[:at] + random.choice(["", "x", "7", "é", '"', "}"]) + text[at + random.randrange(2) :]


def _other_revision_value(column: str, value: Any, random: Random, rows: Rows) -> Any:
    of_another_row = random.choice(rows["revision"])[column]
    if isinstance(value, int):
        return random.choice([of_another_row, value + 1, random.randrange(1, 10**6)])
    if column == "op":
        return of_another_row if of_another_row != value else random.choice(["created", "changed", "restored"])
    options = [of_another_row, _edited(value or "", random), "", "{}", "null"]
    if REVISION.c[column].nullable:
        options.append(None)
    return random.choice(options)


def change_a_column(connection: sa.Connection, random: Random, rows: Rows) -> str:
    row, column = random.choice(rows["revision"]), random.choice(COLUMNS)
    before = row[column]
    after = before
    while after == before:
        after = _other_revision_value(column, before, random, rows)
    _update(connection, row["seq"], **{column: after})
    return f"seq {row['seq']}: {column} from {before!r:.80} to {after!r:.80}"


def delete_some(connection: sa.Connection, random: Random, rows: Rows) -> str:
    newest = len(rows["revision"])
    first = random.randint(1, newest)
    last = random.choice([first, first, first + random.randrange(1, 5), newest])
    connection.execute(sa.delete(REVISION).where(REVISION.c.seq.between(first, last)))
    return f"seq {first} to {last} deleted"


def swap_rows(connection: sa.Connection, random: Random, rows: Rows) -> str:
    first, second = random.sample(rows["revision"], 2)
    some = random.choice([COLUMNS[1:], HASHED[1:-1], ("document",), ("hash",), ("recorded_at", "actor", "document")])
    if all(first[name] == second[name] for name in some):
        return change_a_column(connection, random, rows)
    aside = {"resource_id": "aside"} if "resource_id" in some else {}
    _update(connection, first["seq"], **aside)
    _update(connection, second["seq"], **{name: first[name] for name in some})
    _update(connection, first["seq"], **{name: second[name] for name in some})
    return f"seq {first['seq']} and {second['seq']}: {', '.join(some)} swapped"


def swap_seqs(connection: sa.Connection, random: Random, rows: Rows) -> str:
    one, other = random.sample(range(1, len(rows["revision"]) + 1), 2)
    _update(connection, one, seq=10**6)
    _update(connection, other, seq=one)
    _update(connection, 10**6, seq=other)
    return f"seq {one} and {other} swapped"


def forge_the_newest(connection: sa.Connection, random: Random, rows: Rows) -> str:
    """A row behind the last one that fits the chain."""
    newest = rows["revision"][-1]
    forged = dict(random.choice(rows["revision"]))
    forged |= {"seq": newest["seq"] + 1, "recorded_at": newest["recorded_at"], "previous_hash": newest["hash"]}
    forged |= {"version": forged["version"] + 100, "op": random.choice(["created", "changed", "withdrawn"])}
    if random.random() < 0.5:
        forged |= {"resource_id": "nobody", "version": 1}
    forged["hash"] = hash_of([forged[name] for name in HASHED])
    connection.execute(sa.insert(REVISION).values(forged))
    return f"forged: {forged['kind']} {forged['resource_id']} {forged['op']} behind the newest"


def forge_between(connection: sa.Connection, random: Random, rows: Rows) -> str:
    """A row between two others; those behind it make room."""
    forged = random.choice(rows["revision"]) | {"version": 10**6}
    forged["hash"] = hash_of([forged[name] for name in HASHED])
    behind = REVISION.c.seq >= forged["seq"]
    connection.execute(sa.update(REVISION).where(behind).values(seq=REVISION.c.seq + 10**6))
    connection.execute(sa.update(REVISION).where(behind).values(seq=REVISION.c.seq - 10**6 + 1))
    connection.execute(sa.insert(REVISION).values(forged))
    return f"forged at seq {forged['seq']}"


OF_THE_LEDGER: list[Tampering] = [
    *[change_a_column] * 5,
    *[delete_some] * 2,
    swap_rows,
    swap_seqs,
    forge_the_newest,
    forge_between,
]


# Changes of the tables


def _some_row(random: Random, rows: Rows) -> tuple[sa.Table, Json]:
    name = random.choice(OF_RECORDS)
    return TABLES[name], dict(random.choice(rows[name]))


def _is(table: sa.Table, row: Json) -> sa.ColumnElement[bool]:
    return sa.and_(*(column == row[column.name] for column in table.primary_key.columns))


def _other_value(column: sa.Column[Any], value: Any, random: Random) -> Any:
    if value is not None and column.nullable and random.random() < 0.3:
        return None
    if isinstance(column.type, sa.Enum):
        return random.choice(column.type.enums)
    if isinstance(column.type, sa.Boolean):
        return not value
    if isinstance(column.type, sa.Integer):
        return (value or 0) + random.choice([1, 7, 1000])
    if isinstance(column.type, sa.Date):
        return (value or date(2000, 1, 1)) + timedelta(days=random.choice([-1, 1, 400]))
    if isinstance(column.type, sa.JSON):
        return random.choice([{"en": "Another"}, {"ru": "Другое", "en": "Another"}])
    return random.choice(["mex", "rus", "whole", "2021-09-28", "nowhere", _edited(value or "", random)])


def change_a_cell(connection: sa.Connection, random: Random, rows: Rows) -> str:
    table, row = _some_row(random, rows)
    column = random.choice([each for each in table.columns if (table.name, each.name) not in BY_NOTHING])
    before = row[column.name]
    after = before
    while after == before or (column.name in SEQS and _instant(after, rows) == _instant(before, rows)):
        after = _other_value(column, before, random)
    connection.execute(sa.update(table).where(_is(table, row)).values({column.name: after}))
    return f"{table.name} {row}: {column.name} from {before!r} to {after!r}"


def _instant(seq: int | None, rows: Rows) -> str | None:
    """When it was recorded; None if there is no such revision."""
    return next((each["recorded_at"] for each in rows["revision"] if each["seq"] == seq), None)


def delete_a_row(connection: sa.Connection, random: Random, rows: Rows) -> str:
    table, row = _some_row(random, rows)
    connection.execute(sa.delete(table).where(_is(table, row)))
    return f"{table.name} {row} deleted"


def add_a_row(connection: sa.Connection, random: Random, rows: Rows) -> str:
    """A copy of a row under another key; a child's owner is there."""
    table, row = _some_row(random, rows)
    if "position" in table.columns:
        row["position"] += 100
    elif "owner" in table.columns:
        row["owner"] = random.choice(["earlier", "whole", "withdrawn"])
    elif table.name == "party_ceased":
        row["organization"] = random.choice(["mex", "suhh"])
    elif table.name == "finding":
        row["id"] = "another"
    else:
        row |= {"id": "another", "seq": random.choice([row["seq"], 10**6])}
    if "value" in table.columns and "scheme" not in table.columns and not isinstance(table.c.value.type, sa.JSON):
        row["value"] = random.choice(["whole", "signing", "reception", "another"])
    connection.execute(sa.insert(table).values(row))
    return f"{table.name} {row} added"


OF_THE_TABLES: list[Tampering] = [*[change_a_cell] * 4, delete_a_row, add_a_row]


def test_every_table_is_filled(filled: sa.Engine) -> None:
    """The record that is tampered with has a row in every table, and a value in every column."""
    with filled.connect() as connection:
        for name in OF_RECORDS:
            for column in TABLES[name].columns:
                assert connection.scalar(sa.select(sa.func.count(column))), f"{name}.{column.name}"
        ops = set(connection.scalars(sa.select(REVISION.c.op)))
    assert ops == {"created", "changed", "withdrawn", "restored", "elapsed"}


def test_a_record_that_nobody_touched_is_clean(filled: sa.Engine) -> None:
    """Nothing is found, and where the ledger ends is told."""
    with filled.connect() as connection:
        report = verify(connection)
        newest = connection.execute(sa.select(REVISION).order_by(REVISION.c.seq.desc()).limit(1)).one()
    assert report == Report([], ledger.Newest(newest.seq, newest.recorded_at, newest.hash))


def test_an_empty_record_is_clean(engine: sa.Engine) -> None:
    """Its ledger ends before the first revision."""
    with engine.connect() as connection:
        assert verify(connection) == Report([], ledger.EMPTY)


@pytest.mark.parametrize("seed", range(4))
def test_random_changes_of_the_ledger_are_found(filled: sa.Engine, seed: int) -> None:
    """1,000 in all: columns changed, rows deleted, swapped and forged."""
    assert unseen(filled, OF_THE_LEDGER, times=250, seed=seed) == []


@pytest.mark.parametrize("seed", range(2))
def test_random_changes_of_the_tables_are_found(filled: sa.Engine, seed: int) -> None:
    """Cells changed, rows deleted and added."""
    assert unseen(filled, OF_THE_TABLES, times=40, seed=seed) == []


def test_a_value_of_another_type_is_found(filled: sa.Engine) -> None:
    """SQLite keeps bytes in any column, and text that is not UTF-8; PostgreSQL refuses most of it."""
    missed = []
    for column, value in itertools.product(COLUMNS, ("x'00ff'", "CAST(x'00ff' AS TEXT)")):
        with unguarded(filled) as connection:
            try:
                connection.exec_driver_sql(f"UPDATE revision SET {column} = {value} WHERE seq = 7")
            except sa.exc.DBAPIError:
                assert (filled.dialect.name, column) in UNABLE
                continue
            try:
                most = 100 if column in ("seq", "kind", "resource_id", "op", "document") else 1
                missed += [] if verify(connection, most=most).findings else [f"{column} = {value}: not found"]
            except Exception as error:
                missed.append(f"{column} = {value}: {error!r:.200}")
    assert missed == []


def test_a_value_that_is_only_equal_in_python_is_found(filled: sa.Engine) -> None:
    """To JSON, true is not 1."""
    said = {"field": "/ad_referendum", "source": "press", "stance": "supports", "value": True}
    with write(filled, clock, actor="test") as unit:
        records.patch(unit, REGISTER["events"], "signed-so-far", {"citations": [said]}, None)
    with unguarded(filled) as connection:
        assert verify(connection).findings == []
        mine = "WHERE owner = 'signed-so-far'"
        assert connection.exec_driver_sql(f"UPDATE event_citation SET value = '1' {mine}").rowcount == 1
        assert verify(connection).findings == ["event_citation of signed-so-far: value differ from the document"]


def test_a_row_of_nobody_is_found(filled: sa.Engine) -> None:
    """A child row whose owner does not exist: no document makes it."""
    missed = []
    with unguarded(filled) as connection:
        for table in (TABLES[name] for name in OF_RECORDS if {"owner", "resource"} & {*TABLES[name].columns.keys()}):
            connection.exec_driver_sql("SAVEPOINT before")
            row = connection.execute(sa.select(table).limit(1)).mappings().one()
            others = {"resource": "nobody", "id": "x"} if table.name == "finding" else {"owner": "nobody"}
            others |= {"number": "1000000"} if table.name.endswith("_text") else {}
            connection.execute(sa.insert(table).values({**row, **others}))
            missed += [] if verify(connection, most=1).findings else [table.name]
            connection.exec_driver_sql("ROLLBACK TO SAVEPOINT before")
    assert missed == []


def test_at_most_so_many_findings_are_told(filled: sa.Engine) -> None:
    """However much is wrong."""
    with unguarded(filled) as connection:
        connection.execute(sa.delete(TABLES["party"]))
        connection.execute(sa.update(REVISION).values(actor="nobody"))
        assert len(verify(connection, most=7).findings) == 7
        assert len(verify(connection).findings) > 7


def test_a_record_that_is_written_to_meanwhile_is_clean(filled: sa.Engine, url: str) -> None:
    """What others commit while verify reads is no finding."""
    other = make_engine(url)
    numbers = itertools.count()

    def write_something(*_: Any) -> None:
        number = next(numbers)
        if number % 5:
            return
        with write(other, clock, actor="test") as unit:
            positions = [{"organization": "mex", "title": {"en": f"Office {number}"}}]
            records.patch(unit, REGISTER["people"], "ana", {"positions": positions, "citations": None}, None)
            given = validate(REGISTER["events"].shape, event(kind="other", agreements=["earlier"]))
            records.add(unit, REGISTER["events"], [given])

    with filled.connect() as connection:
        sa.event.listen(connection, "before_cursor_execute", write_something)
        report = verify(connection)
    other.dispose()
    assert report.findings == []
    assert next(numbers) > 30


# What only a pair kept elsewhere shows


def add_person(connection: sa.Connection, id: str) -> ledger.Newest:
    """Add somebody inside the transaction that is open; gives where the ledger ends then."""
    newest = ledger.newest(connection)
    unit = ledger.WriteUnit(connection, clock, "test", newest=newest, recorded_at=newest.recorded_at)
    records.add(unit, REGISTER["people"], [validate(REGISTER["people"].shape, person(id))])
    return unit.newest


def test_a_tail_that_was_cut_and_mended_is_found_with_a_pair_kept_elsewhere(filled: sa.Engine) -> None:
    """The last revision deleted, and its row with it: nothing here shows that there was more."""
    with unguarded(filled) as connection:
        seq, _, its_hash = add_person(connection, "late")
        assert verify(connection, (seq, its_hash)).findings == []
        connection.execute(sa.delete(TABLES["person_text"]).where(TABLES["person_text"].c.owner == "late"))
        connection.execute(sa.delete(TABLES["person"]).where(TABLES["person"].c.id == "late"))
        connection.execute(sa.delete(REVISION).where(REVISION.c.seq == seq))
        assert verify(connection).findings == []
        assert verify(connection, (seq, its_hash)).findings == [
            f"seq {seq}: kept elsewhere, missing from the ledger: its end was cut off"
        ]
        add_person(connection, "somebody-else")
        assert verify(connection).findings == []
        assert verify(connection, (seq, its_hash)).findings == [
            f"seq {seq}: its hash is not the one that was kept elsewhere"
        ]


def test_a_cut_tail_whose_rows_still_stand_is_found_without(filled: sa.Engine) -> None:
    """They point at what is no longer there."""
    with unguarded(filled) as connection:
        seq, _, _ = add_person(connection, "late")
        connection.execute(sa.delete(REVISION).where(REVISION.c.seq == seq))
        assert verify(connection).findings == [
            "person late: its row points at no revision of its own",
            "person_text of late: its number is that of no revision of the person",
        ]


def test_a_ledger_that_was_hashed_anew_is_found_with_a_pair_kept_elsewhere(filled: sa.Engine) -> None:
    """A row changed, and all hashes after it made to fit: only the hash at the end is another."""
    with unguarded(filled) as connection:
        kept = ledger.newest(connection)
        _update(connection, 3, actor="somebody-else")
        before, *changed = _rows(connection, "revision")[1:]
        previous = before["hash"]
        for row in changed:
            row["previous_hash"] = previous
            previous = hash_of([row[name] for name in HASHED])
            _update(connection, row["seq"], previous_hash=row["previous_hash"], hash=previous)
        assert verify(connection).findings == []
        assert verify(connection, (kept.seq, kept.hash)).findings == [
            f"seq {kept.seq}: its hash is not the one that was kept elsewhere"
        ]


def test_a_pair_that_was_kept_is_found_in_a_longer_ledger(filled: sa.Engine) -> None:
    """Every pair that verify printed holds for ever; so does the one from before the first revision."""
    with filled.connect() as connection:
        pairs = connection.execute(sa.select(REVISION.c.seq, REVISION.c.hash).order_by(REVISION.c.seq)).all()
        for seq, its_hash in [(0, ledger.FIRST_PREVIOUS_HASH), *pairs[::9]]:
            assert verify(connection, (seq, its_hash), most=1).findings == []


def test_dossiers_that_are_added_together_and_share_an_event_are_whole(engine: sa.Engine) -> None:
    """An event of one that names the other as well is shown by both."""
    with write(engine, clock, actor="test") as unit:
        for name in ("sources", "organizations", "people"):
            records.add(unit, REGISTER[name], [validate(REGISTER[name].shape, each) for each in WORLD[name]])
        both = [dossier(id="one"), dossier(id="two", events=[event(id="signing", agreements=["one"])])]
        records.add(unit, REGISTER["agreements"], [validate(REGISTER["agreements"].shape, each) for each in both])
    with engine.connect() as connection:
        stored = records.load(connection, "agreement", ["one", "two"])
        assert verify(connection).findings == []
    assert all("signing" in {each["id"] for each in one.document["events"]} for one in stored.values())


def test_dossiers_that_are_added_together_with_the_same_event_are_linked_by_it(engine: sa.Engine) -> None:
    """As when they are posted one after the other."""
    with write(engine, clock, actor="test") as unit:
        for name in ("sources", "organizations", "people"):
            records.add(unit, REGISTER[name], [validate(REGISTER[name].shape, each) for each in WORLD[name]])
        both = [dossier(id=id, events=[event(id="signing")]) for id in ("one", "two")]
        records.add(unit, REGISTER["agreements"], [validate(REGISTER["agreements"].shape, each) for each in both])
    with engine.connect() as connection:
        assert records.load(connection, "event", ["signing"])["signing"].document["agreements"] == ["one", "two"]
        assert verify(connection).findings == []
