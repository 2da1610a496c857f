"""Who names whom: what a document names, by the shapes; and who names a record, by the foreign keys."""

from collections.abc import Iterator, Mapping
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

AGREEMENT, RELATION = TABLES["agreement"], TABLES["agreement_relation"]
ENDING = ("supersedes", "terminates", "suspends", "extends")
"""Relations that move another agreement's status (DOMAIN 6): in a circle none of them could be told."""

CHAINS: Mapping[str, tuple[tuple[str, sa.Select[Any]], ...]] = {
    "source": (("/based_on", sa.select(TABLES["source"].c.id, TABLES["source"].c.based_on)),),
    "organization": (("/parent", sa.select(TABLES["organization"].c.id, TABLES["organization"].c.parent)),),
    "event": (("/part_of", sa.select(TABLES["event"].c.id, TABLES["event"].c.part_of)),),
    "agreement": (
        ("/entry_into_force", sa.select(AGREEMENT.c.id, AGREEMENT.c.linked_agreement)),
        ("/relations", sa.select(RELATION.c.owner, RELATION.c.agreement).where(RELATION.c.kind.in_(ENDING))),
    ),
}
"""For each kind, the members that lead from one record to another of its kind, and all such steps."""


def _circle(kind: str) -> sa.Select[Any]:
    steps = sa.union_all(*(step for _, step in CHAINS[kind])).subquery("steps")
    start, end = steps.c
    reached = sa.select(end.label("id")).where(start == sa.bindparam("id")).cte("reached", recursive=True)
    reached = reached.union(sa.select(end).join_from(steps, reached, start == reached.c.id))
    return sa.select(reached.c.id).where(reached.c.id == sa.bindparam("id"))


CIRCLES = {kind: _circle(kind) for kind in CHAINS}


def leads_to_itself(connection: sa.Connection, kind: str, document: Json) -> str | None:
    """The member by which a record that was just written leads back to itself; None if it does not."""
    if kind == "agreement" and not ("relations" in document or document.get("entry_into_force", {}).get("agreement")):
        return None  # a clause that names no other agreement leads nowhere
    member = next((member for member, _ in CHAINS.get(kind, ()) if member[1:] in document), None)
    if member and connection.execute(CIRCLES[kind], {"id": document["id"]}).first():
        return member
    return None
