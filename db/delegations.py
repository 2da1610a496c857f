"""Delegations: people sent together, and the events that they attended."""

from collections.abc import Iterator

import sqlalchemy as sa

from db import checks, names, queries
from db.errors import Fault
from db.members import Json
from db.models import TABLES
from db.queries import IDS, Filter
from db.records import Collection

DELEGATION, EVENTS, MEMBERS = (TABLES[name] for name in ("delegation", "delegation_event", "delegation_member"))
EVENT_AGREEMENT = TABLES["event_agreement"]


def _stem(_connection: sa.Connection, document: Json) -> str:
    return names.stem("delegation", document.get("sent_by", ""), *document["events"][:1])


def check(document: Json) -> Iterator[Fault]:
    """Each member is somebody."""
    for finding in checks.check_attendance(document["members"], "/members"):
        yield Fault(*finding)


def _of_agreements(ids: list[str]) -> sa.ColumnElement[bool]:
    events = sa.select(EVENT_AGREEMENT.c.owner).where(EVENT_AGREEMENT.c.value.in_(ids))
    return DELEGATION.c.id.in_(sa.select(EVENTS.c.owner).where(EVENTS.c.value.in_(events)))


def _has_organization(ids: list[str]) -> sa.ColumnElement[bool]:
    members = sa.select(MEMBERS.c.owner).where(MEMBERS.c.organization.in_(ids))
    return DELEGATION.c.sent_by.in_(ids) | DELEGATION.c.id.in_(members)


DELEGATIONS = Collection(
    kind="delegation",
    name="delegations",
    stem=_stem,
    sorts=queries.common_sorts("delegation"),
    filters={
        "agreement": Filter(IDS, _of_agreements, "Attended an event of this agreement.", "mex-rus-outer-space-2021"),
        "event": queries.child_filter(
            "delegation", "delegation_event", "value", "Attended this event.", "visit-rus-mex-2021-09"
        ),
        "person": queries.child_filter(
            "delegation", "delegation_member", "person", "This person is a member.", "anton-kotyakov"
        ),
        "organization": Filter(
            IDS, _has_organization, "Sent by this organization, or it is a member.", "government-rus"
        ),
        **queries.common_filters("delegation", "Roscosmos"),
    },
    check=check,
)
