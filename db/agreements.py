"""Agreements: how a dossier that was sent unfolds into records, and how agreements are found."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from db import queries, records
from db.dossiers import BETWEEN, BY, DOSSIERS, compose
from db.errors import Fault, Invalid
from db.events import EVENTS
from db.ledger import WriteUnit
from db.members import Json
from db.models import TABLES
from db.queries import FLAG, IDS, PAIR, WORDS, Driver, Filter, Reader
from db.records import Draft
from db.signatories import SIGNATORIES

AGREEMENT, EVENT, EVENT_AGREEMENT = TABLES["agreement"], TABLES["event"], TABLES["event_agreement"]
SUBJECT = TABLES["agreement_subject"]
RELATION, SIGNATORY = TABLES["agreement_relation"], TABLES["signatory"]


PART_KINDS = ("signatory", "event")


# Unfolding


def _created(unit: WriteUnit, draft: Draft) -> list[Draft]:
    id, at = draft.id, draft.at
    signatories = [
        Draft(SIGNATORIES, "created", _of(part, id, f"{at}/signatories/{index}"), at=f"{at}/signatories/{index}")
        for index, part in enumerate(draft.document.get("signatories", ()))
    ]
    events = [
        Draft(EVENTS, "created", _concerning(part, id), at=f"{at}/events/{index}")
        for index, part in enumerate(draft.document.get("events", ()))
    ]
    parts = [*records.named(unit, signatories), *_linked(unit, id, events)]
    whole = compose(draft.document, *([part.document for part in parts if part.kind == kind] for kind in PART_KINDS))
    return [replace(draft, document=whole), *parts]


def _of(signatory: Json, agreement: str, at: str) -> Json:
    if signatory.get("agreement", agreement) != agreement:
        raise Invalid(Fault(f"{at}/agreement", "other_agreement", f"inside the dossier of {agreement!r}"))
    return {**signatory, "agreement": agreement}


def _concerning(event: Json, agreement: str) -> Json:
    others = [id for id in event.get("agreements", ()) if id != agreement]
    return {**event, "agreements": [*others, agreement]}


def _linked(unit: WriteUnit, agreement: str, events: list[Draft]) -> list[Draft]:
    """An event that exists with the same content is linked to this dossier too; another content is Taken."""
    given = {event.id for event in events if "id" in event.document}
    there = records.load(unit.connection, "event", given) if given else {}
    links, new = [], []
    for event in events:
        before = there.pop(event.document.get("id", ""), None)  # the same id again is no second link
        if before and not before.withdrawn and _same_content(before.document, event.document):
            document = _concerning(before.document, agreement)
            links.append(replace(event, op="changed", document=document, before=before))
        else:
            new.append(event)
    return [*links, *records.named(unit, new)]


def _same_content(one: Json, other: Json) -> bool:
    return {**one, "agreements": ()} == {**other, "agreements": ()}


def _changed(_unit: WriteUnit, draft: Draft) -> list[Draft]:
    assert draft.before is not None
    before = draft.before.document
    for name, left_out in (("signatories", "agreement"), ("events", "agreements")):
        there = {part["id"]: part for part in before[name]}
        sent = [_meant(part, there, left_out) for part in draft.document.get(name, ())]
        if name in draft.document and _by_id(sent) != _by_id(before[name]):
            reason = f"{name} are changed under /v1/{name}: leave them out here, or send them unchanged"
            raise Invalid(Fault(f"{draft.at}/{name}", "changed_elsewhere", reason))
    return [replace(draft, document=compose(draft.document, before["signatories"], before["events"]))]


def _meant(part: Json, there: Mapping[str, Json], left_out: str) -> Json:
    """A part of a dossier need not say which agreements it concerns: those that it does are meant."""
    same = there.get(part.get("id", ""), {})
    return {left_out: same[left_out], **part} if left_out in same else part


def _by_id(parts: Any) -> list[tuple[str, Json]]:
    return sorted(((part.get("id", ""), part) for part in parts), key=lambda named: named[0])


def _withdrawn(unit: WriteUnit, draft: Draft) -> list[Draft]:
    signatories = records.load(unit.connection, "signatory", _ids(draft.document["signatories"]))
    along = [Draft(SIGNATORIES, "withdrawn", each.document, each) for each in signatories.values()]
    return [*along, draft]


def _ids(parts: list[Json]) -> list[str]:
    return [part["id"] for part in parts]


def _restored(unit: WriteUnit, draft: Draft) -> list[Draft]:
    before = draft.before
    assert before is not None
    signatories = before.document["signatories"]
    events = before.document["events"]
    along = []
    if before.withdrawn:
        went = records.load(unit.connection, "signatory", _ids(signatories))
        along = [Draft(SIGNATORIES, "restored", each.document, each) for each in went.values()]
        events = _events_of(unit.connection, draft.id)
    return [replace(draft, document=compose(draft.document, signatories, events)), *along]


def _events_of(connection: sa.Connection, agreement: str) -> list[Json]:
    ids = connection.scalars(sa.select(EVENT_AGREEMENT.c.owner).where(EVENT_AGREEMENT.c.value == agreement))
    stored = records.load(connection, "event", ids.all())
    return [each.document for each in stored.values() if not each.withdrawn]


UNFOLDING: Mapping[str, Callable[[WriteUnit, Draft], list[Draft]]] = {
    "created": _created,
    "changed": _changed,
    "withdrawn": _withdrawn,
    "restored": _restored,
}


def unfold(unit: WriteUnit, draft: Draft) -> list[Draft]:
    """The agreement with the records that it brings along: parts of a new dossier, signatories that go and come."""
    return UNFOLDING[draft.op](unit, draft)


# Finding


def _faces(pair: tuple[str, str]) -> sa.ColumnElement[bool]:
    return (BETWEEN.c.first == pair[0]) & (BETWEEN.c.second == pair[1])


def _between(pair: tuple[str, str]) -> sa.ColumnElement[bool]:
    return AGREEMENT.c.id.in_(sa.select(BETWEEN.c.owner).where(_faces(pair)))


def _has_event(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    events = sa.join(EVENT_AGREEMENT, EVENT, EVENT.c.id == EVENT_AGREEMENT.c.owner)
    owners = sa.select(EVENT_AGREEMENT.c.value).select_from(events)
    return AGREEMENT.c.id.in_(owners.where(~EVENT.c.withdrawn, *conditions))


def _registered(wanted: bool) -> sa.ColumnElement[bool]:
    registered = _has_event(EVENT.c.kind == "registered")
    return registered if wanted else ~registered


def _ended_on(grounds: list[str]) -> sa.ColumnElement[bool]:
    return _has_event(EVENT.c.kind == "terminated", queries.any_of(EVENT.c.ground)(grounds))


def _replaced_by(ids: list[str]) -> sa.ColumnElement[bool]:
    replacing = RELATION.c.owner.in_(ids) & RELATION.c.kind.in_(("supersedes", "terminates"))
    return AGREEMENT.c.id.in_(sa.select(RELATION.c.agreement).where(replacing))


def _signed_by(ids: list[str]) -> sa.ColumnElement[bool]:
    signed = SIGNATORY.c.person.in_(ids) & ~SIGNATORY.c.withdrawn
    return AGREEMENT.c.id.in_(sa.select(SIGNATORY.c.agreement).where(signed))


def _column(name: str, reader: Reader, description: str) -> Filter:
    return Filter(reader, queries.any_of(AGREEMENT.c[name]), description)


def subjects_in_use(connection: sa.Connection) -> list[tuple[str, int]]:
    """Each subject with the number of agreements about it, the most frequent first."""
    number = sa.func.count()
    statement: sa.Select[Any] = sa.select(SUBJECT.c.value, number).group_by(SUBJECT.c.value)
    return [(row[0], row[1]) for row in connection.execute(statement.order_by(number.desc(), SUBJECT.c.value))]


AGREEMENTS = replace(
    DOSSIERS,
    unfold=unfold,
    filters={
        "party": Filter(
            IDS,
            queries.any_child(AGREEMENT, BY.c.organization),
            "A party, or the state of one, by id or ISO code. Given again: all of them.",
            repeated=True,
        ),
        "between": Filter(PAIR, _between, "Two ids or ISO codes that face each other: `mex,rus`."),
        "form": _column("form", WORDS, "The form of the instrument: `treaty`, `exchange_of_notes` ..."),
        "legal_character": _column("legal_character", WORDS, "`treaty`, `inter_agency`, `non_binding`, `unknown`."),
        "subject": queries.child_filter(
            "agreement", "agreement_subject", "value", "What it is about: `outer_space`.", WORDS
        ),
        "signed_from": Filter(
            queries.DATE, queries.not_before(AGREEMENT, "signed"), "May have been signed in or after (EDTF)."
        ),
        "signed_to": Filter(
            queries.DATE, queries.not_after(AGREEMENT, "signed"), "May have been signed in or before (EDTF)."
        ),
        "ground": Filter(WORDS, _ended_on, "Ended on this ground, as an event records it: `denounced`."),
        "replaced_by": Filter(IDS, _replaced_by, "Superseded or terminated by this agreement."),
        "registered": Filter(FLAG, _registered, "Whether a registration with the United Nations is recorded."),
        "signatory": Filter(IDS, _signed_by, "Signed by this person."),
        **queries.common_filters("agreement"),
    },
    drivers={
        "between": Driver(BETWEEN, lambda _: True, _faces),
        "party": Driver(BY, lambda ids: len(ids) == 1, lambda ids: BY.c.organization == ids[0]),
    },
)
