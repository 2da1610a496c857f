"""Sources: the texts that facts are cited to."""

from collections.abc import Iterator

import sqlalchemy as sa

from db import names, queries
from db.errors import Fault
from db.members import Json
from db.records import Collection


def _stem(_connection: sa.Connection, document: Json) -> str:
    published = document.get("published", {}).get("earliest", "")
    return names.stem(document.get("publisher", ""), published or document["title"][:60])


def check(document: Json) -> Iterator[Fault]:
    """A source that is based on itself."""
    if document.get("based_on") == document["id"]:
        yield Fault("/based_on", "names_itself", "a source is not based on itself")


SOURCES = Collection(
    kind="source",
    name="sources",
    stem=_stem,
    sorts=queries.common_sorts("source"),
    filters=queries.common_filters("source", "Kosmosnews"),
    check=check,
    stands_alone=lambda _: True,
)
