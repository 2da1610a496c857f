"""Events: what happened, to one agreement, to several at once, or to none."""

from collections.abc import Iterator

import sqlalchemy as sa

from db import checks, names, queries
from db.dossiers import render
from db.errors import Fault
from db.members import Json
from db.models import TABLES
from db.queries import DATE, IDS, WORDS, Filter
from db.records import Collection

EVENT = TABLES["event"]


def _stem(_connection: sa.Connection, document: Json) -> str:
    about = document.get("agreements", [])[:1] or [document.get("by", "")]
    return names.stem(*about, document["kind"], document["date"]["edtf"])


def check(document: Json) -> Iterator[Fault]:
    """The rules of one event (DOMAIN 4); whose act it is must be known where it always is somebody's."""
    for finding in checks.check_event(document):
        yield Fault(*finding)
    if document.get("part_of") == document["id"]:
        yield Fault("/part_of", "names_itself", "an event is no part of itself")
    for finding in checks.check_attendance(document.get("participants", ()), "/participants"):
        yield Fault(*finding)


EVENTS = Collection(
    kind="event",
    name="events",
    stem=_stem,
    sorts=queries.sorts_by_day("event", "date"),
    filters={
        "kind": Filter(
            WORDS, queries.any_of(EVENT.c.kind), "What happened: a word of the vocabulary `event_kind`.", "signature"
        ),
        "agreement": queries.child_filter(
            "event", "event_agreement", "value", "Concerns this agreement.", "mex-rus-outer-space-2021"
        ),
        "by": Filter(
            IDS,
            queries.organization_or_its_bodies(EVENT.c.by),
            "The act of this party, or of a body of this state.",
            "rus",
        ),
        "date_from": Filter(
            DATE, queries.not_before(EVENT), "May have happened in or after (EDTF).", "2021-09", is_bound=True
        ),
        "date_to": Filter(
            DATE, queries.not_after(EVENT), "May have happened in or before (EDTF).", "2021", is_bound=True
        ),
        "part_of": queries.ids_filter(
            "event", "part_of", "Part of this event, such as a visit.", "visit-rus-mex-2021-09"
        ),
        "predecessor": queries.ids_filter("event", "predecessor", "In whose place a successor came.", "suhh"),
        **queries.common_filters("event", "ceremony"),
    },
    check=check,
    after=render,
    keeps_withdrawn=frozenset({"agreement"}),
)
