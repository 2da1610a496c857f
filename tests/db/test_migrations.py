"""The schema: migrated it is that of the models, and no migration loses a row."""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

import db.migrate
from api.settings import Settings
from db.engine import make_engine
from db.errors import SchemaNotAtHead
from db.ledger import hash_of
from db.migrate import config, found, head, migrate
from db.models import TABLES
from db.schema import DERIVED, is_compared, metadata
from db.verify import verify
from tests import postgres
from tests.conftest import MakeUrl
from tests.door import ADMIN_KEY, opened

Json = dict[str, Any]


@pytest.fixture
def bare_url(make_url: MakeUrl, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with nothing in it, on the same system as `url`; on SQLite not even the file."""
    if make_url(False).startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'bare.db'}"
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    name = server.create()
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def bare(bare_url: str) -> Iterator[sa.Engine]:
    engine = make_engine(bare_url)
    yield engine
    engine.dispose()


def described(engine: sa.Engine) -> Json:
    """Every column, constraint and index of every table, as the database tells them."""
    inspector = sa.inspect(engine)
    columns, primary_keys = inspector.get_multi_columns(), inspector.get_multi_pk_constraint()
    named: dict[str, Any] = {
        "foreign keys": inspector.get_multi_foreign_keys(),
        "unique": inspector.get_multi_unique_constraints(),
        "checks": inspector.get_multi_check_constraints(),
        "indexes": inspector.get_multi_indexes(),
    }
    return {
        table[1]: {
            "columns": {each["name"]: (repr(each["type"]), each["nullable"], each["default"]) for each in its_columns},
            "primary key": _plain(primary_keys[table]),
            **{what: _by_name(parts[table]) for what, parts in named.items()},
        }
        for table, its_columns in columns.items()
        if table[1] != "alembic_version"
    }


def _by_name(parts: Any) -> dict[str, str]:
    return {str(part["name"]): _plain(part) for part in parts}


def _plain(part: Any) -> str:
    """With SQL as text: two clauses are never equal as objects."""
    if isinstance(part, dict):
        return repr({key: _plain(part[key]) for key in sorted(part)})
    return str(part)


# Drift


def test_the_migrated_schema_is_that_of_the_models(engine: sa.Engine) -> None:
    """Alembic finds nothing to migrate."""
    opts = {"compare_type": True, "compare_server_default": True, "include_object": is_compared}
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, metadata) == []


def test_a_migrated_database_and_one_made_from_the_models_are_the_same(engine: sa.Engine, bare: sa.Engine) -> None:
    """Also in what Alembic does not compare: CHECKs, names, partial indexes, deferred keys."""
    metadata.create_all(bare)
    made, migrated = described(bare), described(engine)
    assert made.keys() == migrated.keys()
    for table, description in made.items():
        assert migrated[table] == description, table


def test_every_constraint_and_index_is_named_by_the_convention(engine: sa.Engine) -> None:
    """So that a later migration finds it, on both databases alike."""
    inspector = sa.inspect(engine)
    for table in metadata.tables:
        assert inspector.get_pk_constraint(table)["name"] == f"pk_{table}"
        for key in inspector.get_foreign_keys(table):
            assert key["name"] == "_".join(["fk", table, *key["constrained_columns"]])
        for unique in inspector.get_unique_constraints(table):
            assert unique["name"] == "_".join(["uq", table, *unique["column_names"]])
        for check in inspector.get_check_constraints(table):
            assert str(check["name"]).startswith(f"ck_{table}_")
        for index in inspector.get_indexes(table):
            kind = "uq" if index["unique"] else "ix"
            assert str(index["name"]).startswith(f"{kind}_{table}_")


def test_no_name_is_too_long_for_postgresql() -> None:
    """It would cut it at 63 bytes, and find it no more."""
    names = [str(part.name) for table in metadata.tables.values() for part in table.constraints | table.indexes]
    assert max(len(name) for name in names) <= 63


# Rows under a migration


def on(day: str) -> Json:
    return {"edtf": day, "earliest": day, "latest": day}


def day_columns(name: str, day: str) -> Json:
    return {name: day, f"{name}_earliest": date.fromisoformat(day), f"{name}_latest": date.fromisoformat(day)}


PARTIES_0001: list[Json] = [
    {"side": "a", "organization": "mex", "name": "The United Mexican States"},
    {"side": "b", "organization": "rus", "territories": [{"organization": "island", "excluded": True}]},
]
SIGNATORY_0001: Json = {
    "id": "one-ana",
    "agreement": "one",
    "person": "ana",
    "side": "a",
    "capacity": "Secretary",
    "on_behalf_of": "mex",
}
EVENT_0001: Json = {
    "id": "signing",
    "kind": "signature",
    "date": on("2021-09-28"),
    "agreements": ["one"],
    "participants": [{"person": "ana", "role": "signatory"}],
}
DOCUMENTS_0001: list[tuple[str, Json]] = [
    ("source", {"id": "gazette", "title": "The gazette", "published": on("2021-09-30")}),
    ("organization", {"id": "mex", "name": {"en": "Mexico"}, "kind": "state", "state": "mex"}),
    ("organization", {"id": "suhh", "name": {"en": "The USSR"}, "kind": "state", "state": "suhh"}),
    (
        "organization",
        {
            "id": "rus",
            "name": {"en": "Russia", "ru": "Россия"},
            "kind": "state",
            "state": "rus",
            "predecessors": [{"organization": "suhh", "kind": "continuity", "from": on("1991-12-26")}],
        },
    ),
    ("organization", {"id": "island", "name": {"en": "An island"}, "kind": "territory"}),
    (
        "organization",
        {
            "id": "cshh",
            "name": {"en": "Czechoslovakia"},
            "kind": "state",
            "state": "cshh",
            "valid_to": on("1992-12-31"),
        },
    ),
    (
        "person",
        {"id": "ana", "name": {"en": "Ana"}, "positions": [{"organization": "mex", "title": {"en": "Secretary"}}]},
    ),
    ("signatory", SIGNATORY_0001),
    ("event", EVENT_0001),
    (
        "agreement",
        {
            "id": "one",
            "title": {"en": "Agreement on trade"},
            "form": "agreement",
            "legal_character": "treaty",
            "subjects": ["trade", "ships"],
            "signed": on("2021-09-28"),
            "parties": PARTIES_0001,
            "duration": {"initial": "P5Y", "renewal": "tacit"},
            "identifiers": [{"scheme": "unts", "value": "1-2"}],
            "citations": [{"field": "/signed", "source": "gazette", "stance": "supports", "value": "2021-09-28"}],
            "signatories": [SIGNATORY_0001],
            "events": [EVENT_0001],
        },
    ),
    (
        "delegation",
        {
            "id": "envoys",
            "name": {"en": "The envoys"},
            "sent_by": "mex",
            "events": ["signing"],
            "members": [{"person": "ana", "role": "head"}, {"name": "experts", "count": 3, "role": "member"}],
        },
    ),
]
"""A record as the first release wrote it, one revision each, in this order."""

ROWS_0001: dict[str, list[Json]] = {
    "source": [{"title": "The gazette", **day_columns("published", "2021-09-30")}],
    "organization": [
        {"name": {"en": "Mexico"}, "kind": "state", "state": "mex"},
        {"name": {"en": "The USSR"}, "kind": "state", "state": "suhh"},
        {"name": {"en": "Russia", "ru": "Россия"}, "kind": "state", "state": "rus"},
        {"name": {"en": "An island"}, "kind": "territory"},
        {
            "name": {"en": "Czechoslovakia"},
            "kind": "state",
            "state": "cshh",
            **day_columns("valid_to", "1992-12-31"),
        },
    ],
    "organization_predecessor": [
        {
            "owner": "rus",
            "position": 0,
            "organization": "suhh",
            "kind": "continuity",
            **day_columns("starts", "1991-12-26"),
        }
    ],
    "person": [{"name": {"en": "Ana"}}],
    "person_position": [{"owner": "ana", "position": 0, "organization": "mex", "title": {"en": "Secretary"}}],
    "agreement": [
        {
            "title": {"en": "Agreement on trade"},
            "form": "agreement",
            "legal_character": "treaty",
            "sort_day": "2021-09-28/2021-09-28",
            "duration": {"initial": "P5Y", "renewal": "tacit"},
            **day_columns("signed", "2021-09-28"),
        }
    ],
    "agreement_subject": [
        {"owner": "one", "position": 0, "value": "trade"},
        {"owner": "one", "position": 1, "value": "ships"},
    ],
    "party": [
        {
            "owner": "one",
            "position": 0,
            "side": "a",
            "organization": "mex",
            "name": "The United Mexican States",
        },
        {"owner": "one", "position": 1, "side": "b", "organization": "rus"},
    ],
    "party_territory": [{"owner": "one", "party": 1, "position": 0, "organization": "island", "excluded": True}],
    "agreement_identifier": [{"owner": "one", "position": 0, "scheme": "unts", "value": "1-2"}],
    "agreement_citation": [
        {
            "owner": "one",
            "position": 0,
            "field": "/signed",
            "source": "gazette",
            "stance": "supports",
            "value": "2021-09-28",
        }
    ],
    "concluded_by": [
        {"organization": organization, "sort_day": "2021-09-28/2021-09-28", "owner": "one"}
        for organization in ("mex", "rus")
    ],
    "concluded_between": [{"first": "mex", "second": "rus", "sort_day": "2021-09-28/2021-09-28", "owner": "one"}],
    "signatory": [
        {"agreement": "one", "person": "ana", "side": "a", "capacity": "Secretary", "on_behalf_of": "mex"},
    ],
    "event": [{"kind": "signature", "sort_day": "2021-09-28/2021-09-28", **day_columns("date", "2021-09-28")}],
    "event_agreement": [{"owner": "signing", "position": 0, "value": "one"}],
    "event_participant": [{"owner": "signing", "position": 0, "person": "ana", "role": "signatory"}],
    "delegation": [{"name": {"en": "The envoys"}, "sent_by": "mex"}],
    "delegation_event": [{"owner": "envoys", "position": 0, "value": "signing"}],
    "delegation_member": [
        {"owner": "envoys", "position": 0, "person": "ana", "role": "head"},
        {"owner": "envoys", "position": 1, "name": "experts", "count": 3, "role": "member"},
    ],
    "api_key": [
        {"id": "blt_00000000", "name": "ana", "secret_sha256": "0" * 64, "scope": "write", "created_at": "2021-10-01"}
    ],
}
"""The rows that they made then; a record's own row begins with its id, version and seq."""


def record_0001() -> dict[str, list[Json]]:
    """The rows of both lists, each table after those that it names."""
    rows: dict[str, list[Json]] = {"revision": [], **{name: [] for name in ROWS_0001}}
    previous = "0" * 64
    places: dict[str, int] = {}
    for seq, (kind, document) in enumerate(DOCUMENTS_0001, start=1):
        revision: Json = {
            "seq": seq,
            "recorded_at": "2021-10-01T12:00:00.000000Z",
            "kind": kind,
            "resource_id": document["id"],
            "version": 1,
            "op": "created",
            "actor": "key:blt_00000000",
            "reason": None,
            "run": None,
            "request_id": f"r-{seq}",
            "shape": 1,
            "document": json.dumps(document, ensure_ascii=False, separators=(",", ":")),
            "previous_hash": previous,
        }
        previous = hash_of(list(revision.values()))
        rows["revision"].append(revision | {"hash": previous})
        head_of_row = {"id": document["id"], "version": 1, "seq": seq, "withdrawn": False}
        own = ROWS_0001[kind][places.setdefault(kind, 0)]
        places[kind] += 1
        rows[kind].append(head_of_row | own)
    return rows | {name: its_rows for name, its_rows in ROWS_0001.items() if name not in places}


def reflected(engine: sa.Engine) -> sa.MetaData:
    """The tables as they are now, whatever the models say."""
    tables = sa.MetaData()
    tables.reflect(engine)
    return tables


ADDED = {"known_from": 1, "succeeded": False}
"""What later releases ask of rows that the first one wrote."""


def put_in(engine: sa.Engine, rows: dict[str, list[Json]]) -> None:
    """Insert rows by their tables as they are now, in one transaction."""
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        for table in reflected(engine).sorted_tables:
            added = {name: value for name, value in ADDED.items() if name in table.columns}
            for row in rows.get(table.name, ()):
                connection.execute(sa.insert(table).values(added | row))
        connection.exec_driver_sql("COMMIT")


def missing_from(engine: sa.Engine, rows: dict[str, list[Json]]) -> list[str]:
    """The rows that are no longer there, value for value, or stand there more than once; and keys that dangle."""
    tables, missing = reflected(engine).tables, []
    with engine.connect() as connection:
        for name, its_rows in rows.items():
            there = [dict(row) for row in connection.execute(sa.select(tables[name])).mappings()]
            missing += [] if len(there) == len(its_rows) else [f"{name}: {len(there)} for {len(its_rows)}"]
            missing += [f"{name}: {row}" for row in its_rows if not any(row.items() <= each.items() for each in there)]
        if connection.dialect.name == "sqlite":
            missing += map(str, connection.exec_driver_sql("PRAGMA foreign_key_check").all())
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    return missing


def reshaped(record: dict[str, list[Json]], seq: int) -> dict[str, list[Json]]:
    """What must be there once the agreement of the record has its periods: the rest of its row, and all other rows."""
    [row] = record["agreement"]
    return record | {"agreement": [row | {"seq": seq}]}


def rows_of(engine: sa.Engine, table: str) -> list[Json]:
    """The rows of a table as the models read them, in the order of its key."""
    known = TABLES[table]
    with engine.connect() as connection:
        found = connection.execute(sa.select(known).order_by(*known.primary_key.columns)).mappings()
        return [dict(row) for row in found]


def test_the_record_of_the_first_release_is_migrated_without_loss(bare: sa.Engine) -> None:
    """Each row is there, each key leads somewhere, and the ledger with its tables is whole."""
    migrate(bare, "0001")
    put_in(bare, record_0001())
    assert missing_from(bare, record_0001()) == []
    assert migrate(bare, clock=lambda: datetime(2026, 3, 1, tzinfo=UTC))
    before = record_0001()
    *recorded, newest = rows_of(bare, "revision")
    assert recorded == before["revision"]
    assert missing_from(bare, reshaped(before, newest["seq"]) | {"revision": [*recorded, newest]}) == []
    with bare.connect() as connection:
        assert found(connection) == head()
        assert verify(connection).findings == []


def test_an_agreement_of_the_first_release_gets_its_status(bare: sa.Engine) -> None:
    """In one more revision of the same version: its own members stay; what follows is told from its first one on."""
    migrate(bare, "0001")
    put_in(bare, record_0001())
    migrate(bare, clock=lambda: datetime(2026, 3, 1, tzinfo=UTC))
    created, newest = (each for each in rows_of(bare, "revision") if each["kind"] == "agreement")
    told = {name: newest[name] for name in ("seq", "recorded_at", "version", "op", "actor", "shape")}
    assert told == {
        "seq": len(DOCUMENTS_0001) + 1,
        "recorded_at": "2026-03-01T00:00:00.000000Z",
        "version": 1,
        "op": "reshaped",
        "actor": "migrate",
        "shape": 2,
    }
    before, after = (json.loads(each["document"]) for each in (created, newest))
    assert list(after) == [*before, "periods", "related_from"]
    assert {name: after[name] for name in before} == before
    assert [(each.get("from"), each["status"], each["certainty"]) for each in after["periods"]] == [
        (None, "unknown", "presumed"),
        ("2021-09-28", "signed_not_in_force", "definite"),
        ("2021-09-29", "signed_not_in_force", "presumed"),
    ]
    rows = rows_of(bare, "period")
    assert [(row["starts"], row["status"], row["reported"]) for row in rows] == [
        (None, "unknown", True),
        (date(2021, 9, 28), "signed_not_in_force", True),
        (date(2021, 9, 29), "signed_not_in_force", True),
    ]
    assert {(row["known_from"], row["known_to"]) for row in rows} == {(created["seq"], None)}
    for name in ("concluded_by", "concluded_between"):
        assert {(row["known_from"], row["known_to"]) for row in rows_of(bare, name)} == {(1, None)}
    assert rows_of(bare, "party_ceased") == [
        {"known_from": 1, "known_to": None, "organization": "cshh", "starts": date(1993, 1, 1)}
    ]


def versions_0001(*versions: tuple[str, Json]) -> dict[str, list[Json]]:
    """The record of the first release after more was written to its agreement: (operation, changed members) each."""
    record = record_0001()
    [row] = record["agreement"]
    revisions = record["revision"]
    [created] = [each for each in revisions if each["kind"] == "agreement"]
    document = json.loads(created["document"])
    for number, (op, members) in enumerate(versions, start=2):
        document |= members
        revision = created | {
            "seq": len(revisions) + 1,
            "version": number,
            "op": op,
            "document": json.dumps(document, ensure_ascii=False, separators=(",", ":")),
            "previous_hash": revisions[-1]["hash"],
        }
        del revision["hash"]
        revisions.append(revision | {"hash": hash_of(list(revision.values()))})
        record["agreement"] = [row | {"version": number, "seq": revision["seq"], "withdrawn": op == "withdrawn"}]
    return record


NOT_OF_A_WITHDRAWN_ONE = (
    "agreement_subject",
    "party_territory",
    "party",
    "agreement_identifier",
    "agreement_citation",
    "concluded_by",
    "concluded_between",
)


def test_each_earlier_version_of_the_first_release_is_told_of_its_time(bare: sa.Engine) -> None:
    """What was changed has its periods as it was then, from its own seq until before the next."""
    migrate(bare, "0001")
    verified = day_columns("verified_on", "2024-01-01")
    record = versions_0001(("changed", {"verified_on": on("2024-01-01")}))
    record["agreement"][0].update(verified)
    put_in(bare, record)
    migrate(bare)
    first, second = (each["seq"] for each in record["revision"] if each["kind"] == "agreement")
    rows = [row for row in rows_of(bare, "period") if row["starts"]]
    assert [(row["known_from"], row["known_to"], row["certainty"], row["ends"]) for row in rows] == [
        (first, second, "definite", date(2021, 9, 29)),
        (first, second, "presumed", None),
        (second, None, "definite", date(2024, 1, 2)),
        (second, None, "presumed", None),
    ]
    with bare.connect() as connection:
        assert verify(connection).findings == []


def test_what_the_first_release_withdrew_is_told_until_then(bare: sa.Engine) -> None:
    """Its document stays as it is; who concluded it, and its status, were known before."""
    migrate(bare, "0001")
    record = versions_0001(("withdrawn", {}))
    record["signatory"] = []
    put_in(bare, {name: rows for name, rows in record.items() if name not in NOT_OF_A_WITHDRAWN_ONE})
    migrate(bare)
    created, withdrawn = (each["seq"] for each in record["revision"] if each["kind"] == "agreement")
    assert len(rows_of(bare, "revision")) == len(record["revision"])
    assert {(row["known_from"], row["known_to"]) for row in rows_of(bare, "period")} == {(created, withdrawn)}
    for name in ("concluded_by", "concluded_between"):
        assert {(row["known_from"], row["known_to"]) for row in rows_of(bare, name)} == {(1, withdrawn)}


SIGNED_IN_2020 = {"sort_day": "2020-01-01/2020-01-01"}


@pytest.mark.parametrize("more", [[], [("withdrawn", {})]], ids=["there", "withdrawn"])
def test_what_the_first_release_dated_by_one_member_is_dated_by_its_signatures(bare: sa.Engine, more: Any) -> None:
    """In every table that is sorted by it; the member itself stays as it was stated."""
    migrate(bare, "0001")
    record = versions_0001(("changed", {"signed": on("2020-01-01")}), *more)
    record["agreement"][0].update(day_columns("signed", "2020-01-01") | SIGNED_IN_2020)
    for name in ("concluded_by", "concluded_between"):
        record[name] = [row | SIGNED_IN_2020 for row in record[name]]
    if more:
        record["signatory"] = []
        record = {name: rows for name, rows in record.items() if name not in NOT_OF_A_WITHDRAWN_ONE}
    put_in(bare, record)
    migrate(bare)
    [row] = rows_of(bare, "agreement")
    signed = {name: row[f"signed{name}"] for name in ("", "_earliest", "_latest")}
    assert signed == {"": "2020-01-01", "_earliest": date(2021, 9, 28), "_latest": date(2021, 9, 28)}
    for name in ("agreement", "concluded_by", "concluded_between", "period"):
        assert {row["sort_day"] for row in rows_of(bare, name)} == {"2021-09-28/2021-09-28"}
    with bare.connect() as connection:
        found = verify(connection).findings
    assert [each for each in found if not each.startswith("signatory one-ana")] == []  # which has no row here


def test_a_second_migration_changes_nothing(engine: sa.Engine) -> None:
    """The schema is at head already."""
    before = described(engine)
    assert not migrate(engine)
    assert described(engine) == before


def test_down_to_the_base_and_up_again(engine: sa.Engine) -> None:
    """Nothing stays behind that would be in the way; the schema is the same again."""
    before = described(engine)
    assert migrate(engine, "base")
    assert described(engine) == {}
    assert migrate(engine)
    assert described(engine) == before
    put_in(engine, record_0001())
    assert missing_from(engine, record_0001()) == []
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), engine.connect() as connection:
        connection.exec_driver_sql("DELETE FROM revision")


def test_one_step_down_and_up_again(engine: sa.Engine) -> None:
    """With rows in it: what the step drops is made again, from documents that have their periods already."""
    put_in(engine, record_0001())
    assert migrate(engine, "-1")
    assert missing_from(engine, record_0001()) == []
    assert migrate(engine)
    derived = {name: rows_of(engine, name) for name in (*DERIVED, "revision", "agreement")}
    assert derived["period"]
    assert migrate(engine, "-1")
    assert migrate(engine)
    assert {name: rows_of(engine, name) for name in derived} == derived
    with engine.connect() as connection:
        assert verify(connection).findings == []


# Migrations of another release, made up


class Trial:
    """Writes migrations that follow the head of this release."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, upgrade: str) -> None:
        indented = "".join(f"    {line}\n" for line in upgrade.strip().splitlines())
        head_lines = (
            f'import sqlalchemy as sa\nfrom alembic import op\n\nrevision = "trial"\ndown_revision = "{head()}"\n'
        )
        (self.folder / "trial.py").write_text(f"{head_lines}\n\ndef upgrade():\n{indented}")


@pytest.fixture
def trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trial:
    """A second folder of migrations."""
    folder = tmp_path / "versions"
    folder.mkdir()

    def both() -> Config:
        configured = config()
        own = Path(str(configured.get_alembic_option("script_location"))) / "versions"
        configured.set_main_option("path_separator", "os")
        configured.set_main_option("version_locations", f"{own}:{folder}")
        return configured

    monkeypatch.setattr(db.migrate, "config", both)
    return Trial(folder)


REBUILD = """
for table in ("agreement", "party", "organization", "event", "person"):
    with op.batch_alter_table(table) as batch:
        batch.add_column(sa.Column("remark", sa.String(), nullable=True))
        batch.create_check_constraint("remark", "remark <> ''")
"""
"""SQLite makes such a table anew, moves the rows there and drops the old one: with its children, if it may."""


def test_tables_that_are_made_anew_lose_neither_rows_nor_children(engine: sa.Engine, trial: Trial) -> None:
    """Batch mode on SQLite, foreign keys notwithstanding."""
    put_in(engine, record_0001())
    trial.write(REBUILD)
    assert migrate(engine)
    assert missing_from(engine, record_0001()) == []
    assert "remark" in described(engine)["agreement"]["columns"]
    with engine.connect() as connection:
        assert found(connection) == "trial"


FAILURES: dict[str, tuple[str, Any]] = {
    "it fails after a table was made and rows were changed": (
        """
op.create_table("remark", sa.Column("id", sa.String(), primary_key=True))
op.execute("UPDATE person SET name = '{}'")
op.execute("INSERT INTO nowhere VALUES (1)")
""",
        sa.exc.DBAPIError,
    ),
    "it fails after a table was made anew": (REBUILD + "raise ValueError", ValueError),
    "it leaves keys that lead nowhere": ('op.execute("DELETE FROM person")', (RuntimeError, sa.exc.IntegrityError)),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_migration_that_fails_changes_nothing(engine: sa.Engine, trial: Trial, failure: str) -> None:
    """All or nothing, on both databases."""
    put_in(engine, record_0001())
    before = described(engine)
    upgrade, error = FAILURES[failure]
    trial.write(upgrade)
    with pytest.raises(error):
        migrate(engine)
    assert described(engine) == before
    assert missing_from(engine, record_0001()) == []
    with engine.connect() as connection:
        assert found(connection) == head()


# Several at the same time


def test_threads_that_migrate_at_the_same_time_wait_for_each_other(bare_url: str) -> None:
    """One of them does it."""
    engines = [make_engine(bare_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(migrate, engines))
    assert sorted(done) == [False, False, False, True]
    with engines[0].connect() as connection:
        assert found(connection) == head()
    for engine in engines:
        engine.dispose()


MIGRATE = "import sys; from db import engine, migrate; print(migrate.migrate(engine.make_engine(sys.argv[1])))"


def test_processes_that_migrate_at_the_same_time_wait_for_each_other(bare_url: str) -> None:
    """One of them does it, and none of them fails."""
    command = [sys.executable, "-c", MIGRATE, bare_url]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    answers = [process.communicate(timeout=60)[0].strip() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert sorted(answers) == ["False", "True"]


# A schema that is not at head


@pytest.mark.parametrize(("target", "where"), [("base", "nothing"), ("-1", "0004")])
def test_the_service_refuses_to_start_on_a_schema_that_is_not_at_head(
    engine: sa.Engine, url: str, target: str, where: str
) -> None:
    """It says where the schema is, and what to run."""
    migrate(engine, target)
    stated = f"The database schema is at {where} and this release needs {head()}: run `bilateral migrate`."
    with pytest.raises(SchemaNotAtHead) as refusal, opened(Settings(database_url=url)):
        pytest.fail("the service runs")
    assert str(refusal.value) == stated


def test_the_service_refuses_to_start_on_the_schema_of_a_later_release(
    engine: sa.Engine, url: str, trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It knows nothing of it."""
    trial.write("pass")
    migrate(engine)
    monkeypatch.undo()
    with pytest.raises(SchemaNotAtHead), opened(Settings(database_url=url)):
        pytest.fail("the service runs")


def test_readiness_is_withdrawn_while_the_schema_is_not_at_head(engine: sa.Engine, url: str) -> None:
    """/readyz is 503 then, and /healthz is not."""
    with opened(Settings(database_url=url, admin_key=ADMIN_KEY)) as door:
        assert door.read("/readyz") == {"status": "ready"}
        migrate(engine, "-1")
        answer = door.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["type"] == "/problems/schema-not-at-head"
        assert "bilateral migrate" in answer.json()["detail"]
        assert door.read("/healthz") == {"status": "alive"}
        migrate(engine)
        assert door.read("/readyz") == {"status": "ready"}
