"""Who names whom: what a document names, by the shapes; and who names a record, by the foreign keys."""

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Any, NamedTuple, get_args, get_origin

import sqlalchemy as sa
from pydantic import BaseModel

from db.documents import NESTED_MEMBERS, SHAPES
from db.members import Json, Reference
from db.models import TABLES
from db.rows import KINDS
from db.schema import DERIVED


def _paths(annotation: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for mark in getattr(annotation, "__metadata__", ()):
        if isinstance(mark, Reference):
            yield path, mark.kind
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            for mark in field.metadata:
                if isinstance(mark, Reference):
                    yield (*path, field.alias or name), mark.kind
            yield from _paths(field.annotation, (*path, field.alias or name))
        return
    item = (*path, "*") if get_origin(annotation) is list else path
    for inner in get_args(annotation):
        yield from _paths(inner, item)


REFERENCES: dict[str, tuple[tuple[tuple[str, ...], str], ...]] = {
    kind: tuple(sorted({p for p in _paths(shape, ()) if not (kind == "agreement" and p[0][0] in NESTED_MEMBERS)}))
    for kind, shape in SHAPES.items()
}
"""For each kind, where its documents name others: (path with `*` for list items, kind named)."""


def _follow(node: Any, path: tuple[str, ...], pointer: str) -> Iterator[tuple[str, str]]:
    if not path:
        yield pointer, node
    elif path[0] == "*":
        for index, item in enumerate(node):
            yield from _follow(item, path[1:], f"{pointer}/{index}")
    elif path[0] in node:
        yield from _follow(node[path[0]], path[1:], f"{pointer}/{path[0]}")


def references_of(kind: str, document: Json) -> Iterator[tuple[str, str, str]]:
    """What the document names: (pointer, kind, id), its nested records left out."""
    for path, named in REFERENCES[kind]:
        for pointer, id in _follow(document, path, ""):
            yield pointer, named, id


class Naming(NamedTuple):
    """A column that names a kind, and the kind of the record that it belongs to."""

    column: sa.Column[Any]
    owner: sa.Column[Any]
    kind: str


DOES_NOT_BLOCK = frozenset({*DERIVED, "event_agreement"})
"""Derived rows; and events, which keep the id of an agreement that was withdrawn."""


MOST_NAMED = 20
"""Records told of those that name one, at most."""


def _namings(kind: str) -> Iterator[Naming]:
    for table in TABLES.values():
        if table.name in DOES_NOT_BLOCK or (kind, table.name) == ("agreement", "signatory"):
            continue
        owner = table.c.id if table.name in KINDS else table.c.get("owner")
        for key in table.foreign_keys:
            if owner is not None and key.column is TABLES[kind].c.id and key.parent is not owner:
                yield Naming(key.parent, owner, _kind_of(owner))


def _kind_of(owner: sa.Column[Any]) -> str:
    tables = [owner.table, *(key.column.table for key in owner.foreign_keys)]
    return next(table.name for table in tables if table.name in KINDS)


NAMINGS = {kind: tuple(_namings(kind)) for kind in KINDS}


def named_by(connection: sa.Connection, kind: str, id: str, *, as_state: bool = False) -> Iterator[tuple[str, str]]:
    """The records that name this one, or name it as their state, as (kind, id); itself left out."""
    seen = set()
    for naming in NAMINGS[kind]:
        if as_state and not naming.column.name.endswith("state"):
            continue
        statement = sa.select(naming.owner).where(naming.column == id).distinct().limit(MOST_NAMED)
        if naming.kind == kind:
            statement = statement.where(naming.owner != id)
        if "withdrawn" in naming.owner.table.c:
            statement = statement.where(~naming.owner.table.c.withdrawn)
        for owner in connection.scalars(statement):
            if (naming.kind, owner) not in seen:
                seen.add((naming.kind, owner))
                yield naming.kind, owner


# What leads to itself: a chain of parents, of texts based on texts, of agreements that wait for or end each other.

ENDING = ("supersedes", "terminates", "suspends", "extends")
"""Relations that move another agreement's status (DOMAIN 6): in a circle none of them could be told."""


class Chain(NamedTuple):
    """How records of one kind lead to others of it."""

    leads: Mapping[str, sa.Column[Any]]
    """The members that lead on, by pointer, and the column that holds where to."""
    beside: tuple[sa.Table, sa.ColumnElement[bool]] | None = None
    """A table of children that holds some of these columns, and how it is joined."""


AGREEMENT, RELATION = TABLES["agreement"], TABLES["agreement_relation"]
CHAINS: Mapping[str, Chain] = {
    "source": Chain({"/based_on": TABLES["source"].c.based_on}),
    "organization": Chain({"/parent": TABLES["organization"].c.parent}),
    "event": Chain({"/part_of": TABLES["event"].c.part_of}),
    "agreement": Chain(
        {"/entry_into_force": AGREEMENT.c.linked_agreement, "/relations": RELATION.c.agreement},
        (RELATION, (RELATION.c.owner == AGREEMENT.c.id) & RELATION.c.kind.in_(ENDING)),
    ),
}


def _steps_from(kind: str) -> sa.Select[Any]:
    """All steps that can be taken from some records: (from, to by the first member, to by the second ...)."""
    chain, table = CHAINS[kind], TABLES[kind]
    columns = (table.c.id, *chain.leads.values())

    def steps(of: sa.FromClause) -> sa.Select[Any]:
        return sa.select(*columns).select_from(of.outerjoin(*chain.beside) if chain.beside else of)

    taken = steps(table).where(table.c.id.in_(sa.bindparam("ids", expanding=True))).cte("taken", recursive=True)
    ends = list(taken.c)[1:]
    return sa.select(taken.union(steps(taken.join(table, table.c.id.in_(ends)))))


STEPS_FROM = {kind: _steps_from(kind) for kind in CHAINS}


def find_circle(connection: sa.Connection, kind: str, documents: Iterable[Json]) -> dict[str, str]:
    """A circle to which new documents lead: its records in turn, each with the member that leads on."""
    leading = [document["id"] for document in documents if kind in CHAINS and _leads_on(kind, document)]
    by_member: dict[str, dict[str, str]] = {}
    for start, *ends in connection.execute(STEPS_FROM[kind], {"ids": leading}) if leading else ():
        steps = zip(CHAINS[kind].leads, ends, strict=True)
        by_member.setdefault(start, {}).update((end, member) for member, end in steps if end is not None)
    try:
        TopologicalSorter(by_member).prepare()
    except CycleError as error:
        way: list[str] = error.args[1][:0:-1]
        first = next((at for at, id in enumerate(way) if id in leading), 0)
        way = [*way[first:], *way[: first + 1]]
        return {start: by_member[start][end] for start, end in pairwise(way)}
    return {}


def _leads_on(kind: str, document: Json) -> bool:
    if kind == "agreement":
        relations = document.get("relations", ())
        return "agreement" in document.get("entry_into_force", ()) or any(it["kind"] in ENDING for it in relations)
    return any(member[1:] in document for member in CHAINS[kind].leads)
