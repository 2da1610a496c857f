"""Which changes pass a webhook's filter: each member of it narrows what it speaks of, and what is left out does not.

- `collections`: changes of records in these alone; what time brings about belongs to agreements.
- `event_kinds`: of events, those of these kinds.
- `parties`: of agreements, and of their signatories and events, those that one of these organizations, or a body of it,
  was ever recorded as a party of; of other collections nothing.
- `status_changes`: of agreements, the changes by which their status became another, whether time or somebody brought
  them about; deadlines pass beside them.
- `deadlines`: of deadlines that come near, those that are so far ahead; an empty list: none.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from db import records
from db.ledger import document_of
from db.lifecycle import answer_on
from db.members import Json
from db.models import TABLES

BY = TABLES["concluded_by"]
Change = sa.Row[Any]


def passing(connection: sa.Connection, changes: Sequence[Change], filter: Json) -> list[Change]:  # noqa: A002  # its name
    """The changes that pass; those of other collections are left out already."""
    found = [change for change in changes if all(TESTS[name](change, value) for name, value in filter.items())]
    if "parties" not in filter:
        return found
    theirs = _concluded_by(connection, found, filter["parties"])
    return [change for change in found if _agreements_of(change) & theirs]


def _documents(change: Change) -> list[Json]:
    return [document_of(text) for text in (change.document, change.previous) if text is not None]


def _is_of_kind(change: Change, kinds: Sequence[str]) -> bool:
    return change.kind != "event" or any(document["kind"] in kinds for document in _documents(change))


def _changes_status(change: Change, wanted: bool) -> bool:
    if not wanted or change.kind != "agreement" or change.op == "elapsed":
        return True
    day = date.fromisoformat(change.recorded_at[:10])
    before = _status_on(change.previous, day) if change.op == "changed" else None
    return before is None or before != _status_on(change.document, day)


def _status_on(document: str | None, day: date) -> str | None:
    periods = document_of(document).get("periods") if document is not None else None
    return str(answer_on(periods, day, day)["status"]) if periods else None


def _is_so_far_ahead(change: Change, ahead: Sequence[str]) -> bool:
    return change.op != "elapsed" or document_of(change.document)["what"] in ("status", *ahead)


def _anything(_change: Change, _value: object) -> bool:
    return True


TESTS: Mapping[str, Callable[[Change, Any], bool]] = {
    "collections": _anything,
    "event_kinds": _is_of_kind,
    "parties": _anything,
    "status_changes": _changes_status,
    "deadlines": _is_so_far_ahead,
}
"""What is seen from the change alone."""


def _agreements_of(change: Change) -> set[str]:
    if change.kind == "agreement":
        return {change.resource_id}
    if change.kind == "signatory":
        return {document["agreement"] for document in _documents(change)}
    if change.kind == "event":
        return {id for document in _documents(change) for id in document.get("agreements", ())}
    return set()


def _concluded_by(connection: sa.Connection, changes: Sequence[Change], parties: Sequence[str]) -> set[str]:
    """Those agreements of the changes that one of these was ever recorded as a party of."""
    theirs: set[str] = set()
    for chunk in records.chunks(sorted({id for change in changes for id in _agreements_of(change)})):
        mine = sa.select(BY.c.owner).where(BY.c.owner.in_(chunk), BY.c.organization.in_(sorted(parties)))
        theirs |= set(connection.scalars(mine))
    return theirs
