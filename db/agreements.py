"""Agreements: how a dossier that was sent unfolds into records, and how agreements are found."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from db import provenance, queries, records, status
from db import vocabulary as v
from db.acts import Case
from db.denunciation import denounce, with_notice
from db.documents import Agreement, canonical, in_order
from db.dossiers import BETWEEN, BY, DOSSIERS, compose, derived
from db.errors import Fault, Invalid
from db.events import EVENTS
from db.ledger import WriteUnit
from db.members import Json
from db.models import TABLES
from db.moments import Moment, Probe
from db.periods import (
    has_certainty,
    has_ground,
    has_status,
    may_have_certainty,
    may_have_ground,
    may_have_status,
    reported,
    short,
    whole,
)
from db.predecessors import Link, chains, ways_between, ways_to
from db.queries import DAY, FLAG, IDS, KNOWN_AT, PAIR, WORDS, Driver, Filter, Pair, Reader
from db.records import Draft, Shown, View
from db.signatories import SIGNATORIES

AGREEMENT, EVENT, EVENT_AGREEMENT = TABLES["agreement"], TABLES["event"], TABLES["event_agreement"]
PERIOD, SUBJECT = TABLES["period"], TABLES["agreement_subject"]
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
        document = in_order("signatory", {**part, "agreement": draft.id})
        yield Draft(SIGNATORIES, "created", document, at=at, author=draft.author)


def _events(unit: WriteUnit, drafts: Sequence[Draft]) -> list[Draft]:
    """The events of the dossiers. One that exists, or stands in two of them, is linked to each if it is the same."""
    parts = [
        (draft.id, Draft(EVENTS, "created", _concerning(part, [draft.id]), at=at, author=draft.author))
        for draft in drafts
        for index, part in enumerate(draft.document.get("events", ()))
        for at in (f"{draft.at}/events/{index}",)
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
    whole = compose(draft.document, before["signatories"], before["events"])
    return [replace(draft, document=whole | derived(before))]


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
    whole = compose(draft.document, signatories, events) | derived(before.document)
    return [replace(draft, document=whole), *along]


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


def _stands_alone(agreement: Agreement) -> bool:
    """It moves the status of no other, and its events are new and concern no other."""
    return not agreement.relations and not any(event.id or event.agreements for event in agreement.events or ())


# Finding


def _faces(pair: Pair, moment: Moment) -> sa.ColumnElement[bool]:
    """Both columns hold ids, the lesser first: one comparison for each two that may face each other."""
    facing = sorted({(min(one, other), max(one, other)) for one in pair[0] for other in pair[1]})
    each = [(BETWEEN.c.first == first) & (BETWEEN.c.second == second) for first, second in facing]
    return sa.or_(*each) & moment.so(BETWEEN)


def _is_one_pair(pair: Pair) -> bool:
    return len(pair[0]) == len(pair[1]) == 1


def _between(pair: Pair, moment: Moment) -> sa.ColumnElement[bool]:
    return sa.exists().where(BETWEEN.c.owner == AGREEMENT.c.id, _faces(pair, moment))


def _is_party(ids: Collection[str], moment: Moment) -> sa.ColumnElement[bool]:
    return BY.c.organization.in_(ids) & moment.so(BY)


def _concluded(ids: Collection[str], moment: Moment) -> sa.ColumnElement[bool]:
    return sa.exists().where(BY.c.owner == AGREEMENT.c.id, _is_party(ids, moment))


def _is_possible(statuses: list[str], moment: Moment) -> sa.ColumnElement[bool]:
    status = sa.type_coerce(PERIOD.c.status, sa.String)
    return (status == statuses[0]) & moment.so(PERIOD) & moment.lies_in(PERIOD)


def _known(_: str, moment: Moment) -> sa.ColumnElement[bool]:
    """That it was there and not withdrawn: then it had a status on each day."""
    return has_status(v.members(v.Status), moment)


def _has_event(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    events = sa.join(EVENT_AGREEMENT, EVENT, EVENT.c.id == EVENT_AGREEMENT.c.owner)
    mine = sa.select(sa.literal(1)).select_from(events).where(EVENT_AGREEMENT.c.value == AGREEMENT.c.id)
    return mine.where(~EVENT.c.withdrawn, *conditions).exists()


def _registered(wanted: bool, _moment: Moment) -> sa.ColumnElement[bool]:
    registered = _has_event(EVENT.c.kind == "registered")
    return registered if wanted else ~registered


def _may_be_registered(wanted: bool, _moment: Moment) -> list[Probe]:
    events = sa.join(EVENT_AGREEMENT, EVENT, EVENT.c.id == EVENT_AGREEMENT.c.owner)
    found = sa.select(EVENT_AGREEMENT.c.value).select_from(events)
    return [found.where(EVENT.c.kind == "registered")] if wanted else []


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


def _status(connection: sa.Connection, document: Json, moment: Moment) -> Json:
    if "periods" not in document:  # recorded by an earlier release
        document = status.completed(connection, document)
    return whole(connection, document["id"], document, moment)


def status_on(connection: sa.Connection, id: str, moment: Moment) -> Json:
    """The whole answer about the status of one agreement; NotFound, or Withdrawn."""
    return _status(connection, records.document(connection, DOSSIERS, id, moment), moment)


def denounced(connection: sa.Connection, id: str, received: date, by: Json, moment: Moment) -> Json:
    """What a denunciation brings about that is received on a day; Invalid if it is given by no party."""
    document = records.document(connection, DOSSIERS, id, moment)
    context = status.context_of(connection, with_notice(document, received, by))
    if not Case(document, context).parties_of(by):
        known = ", ".join(party["organization"] for party in document["parties"])
        raise Invalid(Fault("", "no_party", f"{by['by']!r} is no party, nor a body of one; known are {known}", "by"))
    return {"agreement": id} | denounce(document, context, received, by)


def _finish(
    connection: sa.Connection, rows: Sequence[Shown], values: Mapping[str, list[Any]], moment: Moment
) -> list[str]:
    """With the status in front; and where predecessors were followed, through which links."""
    followed = values.get("predecessors") == [True]
    via = _via(connection, [row.sort_id for row in rows], values, moment) if followed else {}
    return [f'{{"status":{row.told},{via.get(row.sort_id, "")}{row.answer[1:]}' for row in rows]


def _via(
    connection: sa.Connection, owners: Sequence[str], values: Mapping[str, list[Any]], moment: Moment
) -> dict[str, str]:
    ways: list[Mapping[str, tuple[Link, ...]]] = [
        ways_between(connection, owners, first, second, moment) for first, second in values.get("between", ())
    ]
    ways += [ways_to(connection, owners, wanted, moment) for wanted in values.get("party", ())]
    told = {owner: [link.told() for way in ways for link in way.get(owner, ())] for owner in owners}
    return {owner: f'"via":{json.dumps(links, ensure_ascii=False)},' for owner, links in told.items() if links}


def _widened(connection: sa.Connection, values: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """With predecessors, those of both sides stand for the organizations that were asked for."""
    if values.get("predecessors") != [True]:
        return values
    return values | {
        "between": [tuple(chains(connection, side) for side in pair) for pair in values.get("between", ())],
        "party": [chains(connection, ids) for ids in values.get("party", ())],
    }


AGREEMENTS = replace(
    DOSSIERS,
    unfold=unfold,
    stands_alone=_stands_alone,
    filters={
        "party": Filter(
            IDS,
            None,
            "A party, or the state of one, by id or ISO 3166-1 alpha-3 code. Given again: all of them.",
            "mex",
            repeated=True,
            where_then=_concluded,
            probes=lambda ids, moment: [sa.select(BY.c.owner).where(_is_party(ids, moment))],
        ),
        "between": Filter(
            PAIR,
            None,
            "Two ids or ISO 3166-1 alpha-3 codes that face each other.",
            "mex,rus",
            where_then=_between,
            probes=lambda pair, moment: [sa.select(BETWEEN.c.owner).where(_faces(pair, moment))],
        ),
        "status": Filter(
            WORDS,
            None,
            "The status on the day `on`, or one that is possible then: a word of the vocabulary `status`.",
            "signed_not_in_force",
            where_then=has_status,
            probes=may_have_status,
        ),
        "certainty": Filter(
            WORDS,
            None,
            "How certain the status on the day `on` is: a word of the vocabulary `certainty`.",
            "presumed",
            where_then=has_certainty,
            probes=may_have_certainty,
        ),
        "on": Filter(
            DAY, None, "The day that `status` and `certainty` are about; left out: today (UTC).", "2022-10-10"
        ),
        "known_at": Filter(
            KNOWN_AT,
            None,
            "What this service had recorded by this instant (RFC 3339); a day means its end in UTC. In the order of "
            "the ids, and only with `party`, `between`, `predecessors`, `status`, `on`, `certainty`.",
            "2100-01-01",
            where_then=_known,
        ),
        "predecessors": Filter(
            FLAG,
            None,
            "Whether `party` and `between` mean the organizations in whose place they came, too; each hit then says "
            "in `via` through which links.",
            "true",
        ),
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
            queries.DATE,
            queries.not_before(AGREEMENT),
            "May have been signed in or after (EDTF).",
            "2021",
            is_bound=True,
        ),
        "signed_to": Filter(
            queries.DATE,
            queries.not_after(AGREEMENT),
            "May have been signed in or before (EDTF).",
            "2021-09",
            is_bound=True,
        ),
        "ground": Filter(
            WORDS,
            None,
            "Terminated, on the day `on`, on this ground: a word of the vocabulary `ground`.",
            "denounced",
            where_then=has_ground,
            probes=may_have_ground,
        ),
        "replaced_by": Filter(
            IDS, _replaced_by, "Superseded or terminated by this agreement.", "mex-rus-outer-space-2021"
        ),
        "registered": Filter(
            FLAG,
            None,
            "Whether a registration with the United Nations is recorded.",
            "false",
            where_then=_registered,
            probes=_may_be_registered,
        ),
        "signatory": Filter(IDS, _signed_by, "Signed by this person.", "serguei-savelyev"),
        **queries.common_filters("agreement", "space cooperation"),
    },
    drivers={
        "between": Driver(BETWEEN, _is_one_pair, _faces),
        "party": Driver(BY, lambda ids: len(ids) == 1, _is_party),
        "status": Driver(
            PERIOD, lambda words: len(words) == 1 and words[0] != "terminated", _is_possible, scattered=True
        ),
    },
    tell=_status,
    view=View(PERIOD, reported, lambda owner, moment: short(PERIOD, owner, moment)),
    widen=_widened,
    finish=_finish,
)
