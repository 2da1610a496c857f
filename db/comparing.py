"""What changed between two versions of a record, as a JSON Patch (RFC 6902)."""

from typing import Any, NamedTuple

import jsonpatch
import sqlalchemy as sa

from db import ledger
from db.members import Json


class Comparison(NamedTuple):
    """Two versions, and what makes the second of the first."""

    first: sa.Row[Any]
    second: sa.Row[Any]
    patch: list[Json]


def compare(connection: sa.Connection, kind: str, id: str, first: int, second: int) -> Comparison:
    """The difference between two versions, in either order; NotFound if the record never had one of them."""
    one, other = (ledger.revision(connection, kind, id, version) for version in (first, second))
    patch = jsonpatch.make_patch(ledger.document_of(one.document), ledger.document_of(other.document))
    return Comparison(one, other, patch.patch)
