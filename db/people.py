"""People: those who signed, led, negotiated or spoke."""

from collections.abc import Iterator

import sqlalchemy as sa

from db import checks, names, queries
from db.errors import Fault
from db.members import Json, in_english
from db.records import Collection


def _stem(_connection: sa.Connection, document: Json) -> str:
    return names.stem(in_english(document["name"]))


def check(document: Json) -> Iterator[Fault]:
    """Positions that end before they begin."""
    for finding in checks.check_spans(document.get("positions", ()), "/positions"):
        yield Fault(*finding)


PEOPLE = Collection(
    kind="person",
    name="people",
    stem=_stem,
    sorts=queries.common_sorts("person"),
    filters=queries.common_filters("person", "Sergei Saveliev"),
    check=check,
    stands_alone=lambda _: True,
)
