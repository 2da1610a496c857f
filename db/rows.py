"""`rows_of(kind, document)`: every table row that a document makes. One direction only, and one function for all.

A member is the column of its name. An object (a place, full powers) is columns with its name as prefix; a date is
three columns; a list is the rows of a child table, numbered by position. Creating, changing, restoring, importing and
verifying all go through here.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from db.acts import Case, Context, hull
from db.dates import Days, Edtf, parse, sort_key
from db.documents import own_members, text_of
from db.members import Json
from db.models import TABLES
from db.texts import columns_of

Row = dict[str, Any]
Rows = dict[str, list[Row]]
"""Rows by table name."""

RENAMED: Mapping[str, str] = {"from": "starts", "to": "ends", "conformsTo": "conforms_to"}
"""Members whose column cannot have their name."""

CHILDREN: Mapping[str, Mapping[str, str]] = {
    "source": {},
    "organization": {
        "predecessors": "organization_predecessor",
        "affiliations": "organization_affiliation",
    },
    "person": {"positions": "person_position"},
    "agreement": {
        "subjects": "agreement_subject",
        "parties": "party",
        "others": "agreement_other",
        "languages": "agreement_language",
        "effects": "agreement_effect",
        "relations": "agreement_relation",
    },
    "signatory": {},
    "delegation": {"events": "delegation_event", "members": "delegation_member"},
    "event": {
        "agreements": "event_agreement",
        "provisions": "event_provision",
        "participants": "event_participant",
    },
    "party": {"territories": "party_territory"},
}
"""Lists, and the child table that each fills."""

KINDS = ("source", "organization", "person", "agreement", "signatory", "event", "delegation")
"""The seven kinds, each after those that its own columns name."""

INSERT_ORDER: tuple[str, ...] = tuple(table.name for table in next(iter(TABLES.values())).metadata.sorted_tables)
"""Tables, each after those that it names."""

INSERTS: Mapping[str, sa.Insert] = {name: sa.insert(TABLES[name]) for name in INSERT_ORDER}

COLUMNS: Mapping[str, tuple[str, ...]] = {
    name: tuple(column.name for column in table.columns) for name, table in TABLES.items()
}

JSON_COLUMNS: Mapping[str, frozenset[str]] = {
    name: frozenset(column.name for column in table.columns if isinstance(column.type, sa.JSON))
    for name, table in TABLES.items()
}


def children_of(kind: str) -> Mapping[str, str]:
    """The lists of a kind and their tables; citations and identifiers are every record's."""
    return {
        **CHILDREN[kind],
        "citations": f"{kind}_citation",
        "identifiers": f"{kind}_identifier",
    }


def tables_of(kind: str) -> tuple[str, ...]:
    """The child tables that a record of this kind fills, the deepest last."""
    direct = (*children_of(kind).values(), f"{kind}_text", *(RECORDED if kind == "agreement" else ()))
    return direct + tuple(deeper for name in direct for deeper in CHILDREN.get(name, {}).values())


def rows_of(kind: str, document: Json, *, version: int, seq: int, withdrawn: bool = False) -> Rows:
    """Every row of one record. A withdrawn one keeps its own row and has no children."""
    lists: Mapping[str, str] = children_of(kind)
    own = own_members(kind, document)
    row = _row(kind, own, lists)
    row |= {"version": version, "seq": seq, "withdrawn": withdrawn}
    if kind == "event":
        row["sort_day"] = sort_key(_stated(document, "date"))
    if kind == "agreement":
        signed = signed_on(document)
        row |= {"signed_earliest": signed and signed.earliest, "signed_latest": signed and signed.latest}
        row["sort_day"] = sort_key(signed)
        row["linked_agreement"] = document.get("entry_into_force", {}).get("agreement")
    rows: Rows = {kind: [row]}
    if not withdrawn:
        searched = columns_of(kind, document)
        if searched:
            rows[f"{kind}_text"] = [{"owner": document["id"], "number": seq, **searched}]
        for table, child in _children(lists, own, {"owner": document["id"]}):
            rows.setdefault(table, []).append(child)
        if kind == "agreement":
            rows["period"] = list(_periods(document, row["sort_day"], seq))
    return rows


def _periods(document: Json, sort_day: str, seq: int) -> Iterator[Row]:
    """One row for each period and possible status."""
    position = 0
    for period in document.get("periods", ()):
        for status in period["possible_statuses"]:
            told = {name: period[name] for name in PERIOD_MEMBERS if name in period}
            row = _row("period", told, {})
            yield row | {
                "owner": document["id"],
                "known_from": seq,
                "position": position,
                "status": status,
                "starts": _day(period.get("from")),
                "ends": _day_after(period.get("to")),
                "reported": status == period["status"],
                "possible_statuses": json.dumps(period["possible_statuses"], separators=(",", ":")),
                "pending": text_of(period["pending"]) if "pending" in period else None,
                "sort_day": sort_day,
            }
            position += 1


PERIOD_MEMBERS = ("certainty", "since", "end", "ground", "contested")
"""The members of a period that are columns as they are."""
RECORDED = ("period",)
"""Child tables whose rows are not deleted when they differ: they say until when they were so recorded."""


SINCE = ("known_from", "number")
"""Columns that say with which seq a row came: they do not tell one row from another."""


def _day_after(text: str | None) -> date | None:
    return date.fromisoformat(text) + timedelta(days=1) if text else None


def sort_day(agreement: Json) -> str:
    """The text by which a list of agreements is sorted."""
    return sort_key(signed_on(agreement))


def signed_on(document: Json) -> Edtf | Days | None:
    """When an agreement was signed: on the days of its signature events, else of its signatories, else on `signed`.

    As its document alone tells. For whom the body of a party signed, other records tell: its days count too, and
    `signed` is not asked then.
    """
    case = Case(document, Context())
    of_bodies = [act.when for act in case.find("signature") if not act.parties]
    days = [day for day in case.signing_days if day.name != "signed" or not of_bodies] + of_bodies
    if all(day.name == "signed" for day in days):
        return _stated(document, "signed")
    whole = hull("signed", days)
    return Days.of(whole.earliest, whole.latest)


def _stated(document: Json, member: str) -> Edtf | None:
    return parse(document[member]["edtf"]) if member in document else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _row(table: str, members: Json, lists: Mapping[str, str]) -> Row:
    row = dict.fromkeys(COLUMNS[table])
    for name, value in members.items():
        if name not in lists:
            row.update(_columns(table, RENAMED.get(name, name), value))
    return row


def _columns(table: str, name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, dict) or name in JSON_COLUMNS[table]:
        yield name, value
    elif "edtf" in value:
        yield name, value["edtf"]
        yield f"{name}_earliest", _day(value.get("earliest"))
        yield f"{name}_latest", _day(value.get("latest"))
    else:
        for inner, inner_value in value.items():
            yield from _columns(table, f"{name}_{RENAMED.get(inner, inner)}", inner_value)


def _children(lists: Mapping[str, str], members: Json, keys: Row) -> Iterator[tuple[str, Row]]:
    for name, table in lists.items():
        deeper = CHILDREN.get(table, {})
        for position, item in enumerate(members.get(name, ())):
            inner = item if isinstance(item, dict) else {"value": item}
            yield table, _row(table, inner, deeper) | keys | {"position": position}
            if deeper:
                yield from _children(deeper, inner, keys | {table: position})


def insert(connection: sa.Connection, rows: Rows) -> None:
    """Insert rows of many records at once, each table after those that it names."""
    for table in INSERT_ORDER:
        if rows.get(table):
            connection.execute(INSERTS[table], rows[table])


def replace(connection: sa.Connection, kind: str, old: Rows, new: Rows) -> None:
    """Bring the rows of one record from an older document to a newer one, touching only what differs.

    What hangs on a row that differs goes with it when that is deleted, and is inserted again.
    """
    before, after = old[kind][0], new[kind][0]
    table = TABLES[kind]
    mine = (table.c.id == after["id"]) & (table.c.version == before["version"])
    changed = connection.execute(sa.update(table).where(mine).values(after)).rowcount
    if changed != 1:
        raise RuntimeError(f"the lock was not held: somebody else changed the {kind} {after['id']!r}")
    differing = [name for name in tables_of(kind) if _told(old, name) != _told(new, name)]
    differing += [deeper for name in differing for deeper in CHILDREN.get(name, {}).values() if deeper not in differing]
    for name in reversed(differing):
        child = TABLES[name]
        if name in RECORDED:
            mine = (child.c.owner == after["id"]) & child.c.known_to.is_(None)
            connection.execute(sa.update(child).where(mine).values(known_to=after["seq"]))
        else:
            connection.execute(sa.delete(child).where(child.c.owner == after["id"]))
    insert(connection, {name: new.get(name, []) for name in differing})


def _told(rows: Rows, name: str) -> list[Row]:
    """The rows of a table, whenever they were recorded."""
    return [{column: value for column, value in row.items() if column not in SINCE} for row in rows.get(name, [])]
