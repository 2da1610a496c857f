"""Agreements: how a dossier that was sent unfolds into records, and how agreements are found."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from db import provenance, queries, records
from db.documents import canonical, in_order
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


# Unfolding


def _created(unit: WriteUnit, drafts: Sequence[Draft]) -> list[Draft]:
    signatories = records.named(unit, [part for draft in drafts for part in _signatories(draft)])
    events = _events(unit, drafts)
    of: dict[str, tuple[list[Json], list[Json]]] = {draft.id: ([], []) for draft in drafts}
    for part in signatories:
        of[part.document["agreement"]][0].append(part.document)
    for part in events:
        for id in part.document["agreements"]:
            if id in of:
                of[id][1].append(part.document)
    whole = [replace(draft, document=compose(draft.document, *of[draft.id])) for draft in drafts]
    return [*whole, *signatories, *events]


def _signatories(draft: Draft) -> Iterator[Draft]:
    for index, part in enumerate(draft.document.get("signatories", ())):
        at = f"{draft.at}/signatories/{index}"
        if part.get("agreement", draft.id) != draft.id:
            raise Invalid(Fault(f"{at}/agreement", "other_agreement", f"inside the dossier of {draft.id!r}"))
        yield Draft(SIGNATORIES, "created", in_order("signatory", {**part, "agreement": draft.id}), at=at)


def _events(unit: WriteUnit, drafts: Sequence[Draft]) -> list[Draft]:
    """The events of the dossiers. One that exists, or stands in two of them, is linked to each if it is the same."""
    parts = [
        (draft.id, Draft(EVENTS, "created", _concerning(part, [draft.id]), at=f"{draft.at}/events/{index}"))
        for draft in drafts
        for index, part in enumerate(draft.document.get("events", ()))
    ]
    for _, part in parts:
        provenance.settle(None, part.document)
    given = {part.id for _, part in parts if "id" in part.document}
    there = records.load(unit.connection, "event", given) if given else {}
    links: dict[str, Draft] = {}
    new: list[Draft] = []
    by_id: dict[str, Draft] = {}
    for dossier, part in parts:
        id = part.document.get("id", "")
        earlier, before = by_id.get(id) if id else None, there.get(id)
        if earlier and _is_of_another(earlier.document, dossier) and _same_content(earlier.document, part.document):
            earlier.document["agreements"] = _joined(earlier.document, part.document["agreements"])
        elif before and not before.withdrawn and not earlier and _same_content(before.document, part.document):
            linked = _concerning(before.document, part.document["agreements"])
            by_id[id] = links[id] = replace(part, op="changed", document=linked, before=before)
        else:
            by_id.setdefault(id, part)
            new.append(part)
    return [*links.values(), *records.named(unit, new)]


def _concerning(event: Json, agreements: list[str]) -> Json:
    return in_order("event", {**event, "agreements": _joined(event, agreements)})


def _joined(event: Json, agreements: list[str]) -> list[str]:
    return list(dict.fromkeys([*event.get("agreements", ()), *agreements]))


def _is_of_another(event: Json, dossier: str) -> bool:
    """The same dossier has an event once."""
    return dossier not in event["agreements"]


def _same_content(one: Json, other: Json) -> bool:
    return canonical({**one, "agreements": []}) == canonical({**other, "agreements": []})


def _changed(_unit: WriteUnit, draft: Draft) -> list[Draft]:
    assert draft.before is not None
    before = draft.before.document
    faults = []
    for name, left_out in (("signatories", "agreement"), ("events", "agreements")):
        there = {part["id"]: part for part in before[name]}
        sent = [_meant(part, there, left_out) for part in draft.document.get(name, ())]
        if name in draft.document and _by_id(sent) != _by_id(before[name]):
            reason = f"{name} are changed under /v1/{name}: leave them out here, or send them unchanged"
            faults.append(Fault(f"{draft.at}/{name}", "changed_elsewhere", reason))
    if faults:
        raise Invalid(*faults)
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
        along = [Draft(SIGNATORIES, "restored", each.document, each, f"/signatories/{id}") for id, each in went.items()]
        events = _events_of(unit.connection, draft.id)
    return [replace(draft, document=compose(draft.document, signatories, events)), *along]


def _events_of(connection: sa.Connection, agreement: str) -> list[Json]:
    ids = connection.scalars(sa.select(EVENT_AGREEMENT.c.owner).where(EVENT_AGREEMENT.c.value == agreement))
    stored = records.load(connection, "event", ids.all())
    return [each.document for each in stored.values() if not each.withdrawn]


UNFOLDING: Mapping[str, Callable[[WriteUnit, Draft], list[Draft]]] = {
    "changed": _changed,
    "withdrawn": _withdrawn,
    "restored": _restored,
}


def unfold(unit: WriteUnit, drafts: Sequence[Draft]) -> list[Draft]:
    """The agreements with the records that they bring along: parts of new dossiers, signatories that go and come."""
    created = [draft for draft in drafts if draft.op == "created"]
    others = [draft for draft in drafts if draft.op != "created"]
    return [*_created(unit, created), *(each for draft in others for each in UNFOLDING[draft.op](unit, draft))]


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


def _column(name: str, reader: Reader, description: str, example: str) -> Filter:
    return Filter(reader, queries.any_of(AGREEMENT.c[name]), description, example)


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
            "A party, or the state of one, by id or ISO 3166-1 alpha-3 code. Given again: all of them.",
            "mex",
            repeated=True,
        ),
        "between": Filter(PAIR, _between, "Two ids or ISO 3166-1 alpha-3 codes that face each other.", "mex,rus"),
        "form": _column("form", WORDS, "The form of the instrument: a word of the vocabulary `form`.", "agreement"),
        "legal_character": _column("legal_character", WORDS, "A word of the vocabulary `legal_character`.", "treaty"),
        "subject": queries.child_filter(
            "agreement",
            "agreement_subject",
            "value",
            "What it is about; those in use are in `/v1/vocabularies`.",
            "outer_space",
            WORDS,
        ),
        "signed_from": Filter(
            queries.DATE, queries.not_before(AGREEMENT, "signed"), "May have been signed in or after (EDTF).", "2021"
        ),
        "signed_to": Filter(
            queries.DATE, queries.not_after(AGREEMENT, "signed"), "May have been signed in or before (EDTF).", "2021-09"
        ),
        "ground": Filter(
            WORDS,
            _ended_on,
            "Ended on this ground, as an event records it: a word of the vocabulary `ground`.",
            "denounced",
        ),
        "replaced_by": Filter(
            IDS, _replaced_by, "Superseded or terminated by this agreement.", "mex-rus-outer-space-2021"
        ),
        "registered": Filter(FLAG, _registered, "Whether a registration with the United Nations is recorded.", "false"),
        "signatory": Filter(IDS, _signed_by, "Signed by this person.", "serguei-savelyev"),
        **queries.common_filters("agreement"),
    },
    drivers={
        "between": Driver(BETWEEN, lambda _: True, _faces),
        "party": Driver(BY, lambda ids: len(ids) == 1, lambda ids: BY.c.organization == ids[0]),
    },
)
