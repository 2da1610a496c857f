"""A dossier: an agreement with its signatories and events whole, as its document holds them.

Four things are owed to other records here. The document is composed anew when a signatory or an event changes
(`render`), or when its status hangs on what changed (`render_anew`); what must hold between the parts is checked on
the whole (`check`); and the tables of who concluded what with whom follow the states of the parties (`index_parties`).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import product

import sqlalchemy as sa

from db import ceased, checks, deadlines, findings, names, queries, records, rows, status
from db import vocabulary as v
from db.documents import DERIVED_MEMBERS, NESTED_MEMBERS, own_members
from db.errors import Fault, Invalid
from db.ledger import WriteUnit
from db.members import Json
from db.models import TABLES
from db.records import Collection, Draft

MAX_SIGNATORIES = 200
"""Signatories in one dossier, at most."""
MAX_EVENTS = 500
"""Events in one dossier, at most."""
ORGANIZATION, PARTY = TABLES["organization"], TABLES["party"]
EVENT, EVENT_AGREEMENT = TABLES["event"], TABLES["event_agreement"]
STATES = sa.select(ORGANIZATION.c.id, ORGANIZATION.c.state).where(ORGANIZATION.c.id.in_(records.IDS))
LAST = str(date.max)
BY, BETWEEN = TABLES["concluded_by"], TABLES["concluded_between"]


def compose(own: Json, signatories: Iterable[Json], events: Iterable[Json]) -> Json:
    """The document of a dossier: own members, then its signatories as given, then its events by date.

    The parts are not copied: a citation that is settled in one of them is settled in the whole. What followed from
    the document before stays in it until it is completed (db/status.py).
    """
    parts = {
        "signatories": list(signatories),
        "events": sorted(events, key=lambda event: (*_days(event["date"]), event["id"])),
    }
    return own_members("agreement", own) | parts | derived(own)


def derived(document: Json) -> Json:
    """What follows from the document and from other records."""
    return {name: document[name] for name in DERIVED_MEMBERS if name in document}


def _days(date: Json) -> tuple[str, str]:
    return date.get("earliest", "0001-01-01"), date.get("latest", "9999-12-31")


def agreements_of(kind: str, document: Json) -> list[str]:
    """The agreements whose dossiers show this signatory or event."""
    return [document["agreement"]] if kind == "signatory" else list(document.get("agreements", ()))


def render(unit: WriteUnit, drafts: Sequence[Draft]) -> None:
    """Compose anew every agreement that shows one of the signatories and events just written."""
    whole_already = {draft.id for draft in drafts if draft.kind == "agreement"}
    changed = [draft for draft in drafts if draft.kind in ("signatory", "event")]
    concerned = {
        agreement
        for draft in changed
        for document in (draft.document, draft.before.document if draft.before else draft.document)
        for agreement in agreements_of(draft.kind, document)
    }
    stored = records.load(unit.connection, "agreement", concerned - whole_already)
    anew = [
        Draft(DOSSIERS, "changed", _with(before.document, id, changed), before, at=f"/{id}")
        for id, before in sorted(stored.items())
        if not before.withdrawn
    ]
    try:
        records.save(unit, anew)
    except Invalid as error:
        raise Invalid(*(_of_the_part(fault, changed) for fault in error.faults)) from error


def render_anew(unit: WriteUnit, ids: Iterable[str]) -> None:
    """Give these agreements the status that they now have, where it is another."""
    for chunk in records.chunks(ids):
        stored = records.load(unit.connection, "agreement", chunk)
        live = ((id, before) for id, before in sorted(stored.items()) if not before.withdrawn)
        records.save(unit, [Draft(DOSSIERS, "changed", before.document, before, f"/{id}", True) for id, before in live])


def _of_the_part(fault: Fault, changed: Sequence[Draft]) -> Fault:
    """A fault of the whole, as the signatory or event that was sent bears it."""
    _, id, member, *below = fault.pointer.split("/")
    if member in NESTED_MEMBERS and len(below) > 1:
        return replace(fault, pointer="/" + "/".join(below[1:]))
    named = [agreements_of(draft.kind, draft.document) for draft in changed]
    index = next((ids.index(id) for ids in named if id in ids), 0)
    pointer = f"/agreements/{index}" if changed[0].kind == "event" else "/agreement"
    return Fault(pointer, fault.code, f"{id!r}: {fault.detail}")


def _with(document: Json, id: str, changed: Sequence[Draft]) -> Json:
    parts = {name: {part["id"]: part for part in document[name]} for name in NESTED_MEMBERS}
    for draft in changed:
        shown = parts["signatories" if draft.kind == "signatory" else "events"]
        if draft.op != "withdrawn" and id in agreements_of(draft.kind, draft.document):
            shown[draft.id] = draft.document
        else:
            shown.pop(draft.id, None)
    return compose(document, parts["signatories"].values(), parts["events"].values())


# What must hold


def check(document: Json) -> Iterator[Fault]:
    """The rules of an agreement and of what its parts say of each other."""
    yield from _check_sides(document["parties"])
    yield from _check_clauses(document)
    parties = {(party["side"], party["organization"]) for party in document["parties"]}
    for index, signatory in enumerate(document["signatories"]):
        party = (signatory["side"], signatory.get("on_behalf_of"))
        if party[1] is not None and party not in parties:
            reason = f"{party[1]!r} is no party on side {party[0]}"
            yield Fault(f"/signatories/{index}/on_behalf_of", "no_party", reason)
    if len(document["signatories"]) > MAX_SIGNATORIES:
        yield Fault("/signatories", "too_many", f"an agreement has at most {MAX_SIGNATORIES} signatories")
    if len(document["events"]) > MAX_EVENTS:
        yield Fault("/events", "too_many", f"an agreement has at most {MAX_EVENTS} events")


def _check_sides(parties: list[Json]) -> Iterator[Fault]:
    for side in "ab":
        if not any(party["side"] == side for party in parties):
            yield Fault("/parties", "missing_side", f"side {side} has no party")
    seen: dict[str, str] = {}
    for index, party in enumerate(parties):
        id, side = party["organization"], party["side"]
        if seen.setdefault(id, side) != side:
            yield Fault(f"/parties/{index}/organization", "both_sides", f"{id!r} is on side {seen[id]} already")
        elif any(other["organization"] == id for other in parties[:index]):
            yield Fault(f"/parties/{index}/organization", "not_unique", f"{id!r} is a party already")


def _check_clauses(document: Json) -> Iterator[Fault]:
    clauses = (
        ("entry_into_force", checks.check_entry_into_force),
        ("duration", checks.check_duration),
    )
    for member, check_clause in clauses:
        if member in document:
            for finding in check_clause(document[member]):
                yield Fault(*finding).under(f"/{member}")
    spans = [("parties", document["parties"]), ("effects", document.get("effects", ()))]
    spans += [
        (f"parties/{index}/territories", party.get("territories", ()))
        for index, party in enumerate(document["parties"])
    ]
    for member, spanned in spans:
        yield from (Fault(*finding) for finding in checks.check_spans(spanned, f"/{member}"))
    if document.get("entry_into_force", {}).get("agreement") == document["id"]:
        yield Fault("/entry_into_force/agreement", "names_itself", "an agreement is not linked to itself")
    for index, relation in enumerate(document.get("relations", ())):
        for finding in checks.check_span(relation, "effective", "until"):
            yield Fault(*finding).under(f"/relations/{index}")
        if relation["agreement"] == document["id"]:
            yield Fault(f"/relations/{index}/agreement", "names_itself", "an agreement has no tie to itself")


# Who concluded what with whom


def complete(unit: WriteUnit, drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts with their status. Of one whose document stays as it is, so that nothing follows, other things may
    contradict themselves than before: an act may no longer be that of a party."""
    completed = status.complete(unit, drafts)
    findings.note(unit, [draft for draft in completed if draft.anew and draft.changes_nothing])
    return completed


def follow(unit: WriteUnit, drafts: Sequence[Draft]) -> None:
    """What must follow when agreements were written: who concluded them, what contradicts itself, who hangs on them."""
    index_parties(unit, drafts)
    agreements = [draft for draft in drafts if draft.kind == "agreement"]
    findings.note(unit, agreements)
    deadlines.note(unit, agreements)
    render_anew(unit, status.dependents(unit, drafts))


def index_parties(unit: WriteUnit, drafts: Sequence[Draft]) -> None:
    """Bring `concluded_by` and `concluded_between` up to date for the agreements just written."""
    changed = [draft for draft in drafts if draft.kind == "agreement" and _concludes_otherwise(draft)]
    _close(unit, [draft.id for draft in changed if draft.before])
    live = [draft.document for draft in changed if draft.op != "withdrawn"]
    rows.insert(unit.connection, concluded(live, states_of(unit.connection, live), unit.newest.seq))


def _close(unit: WriteUnit, owners: Sequence[str]) -> None:
    """From now on these rows say what was recorded, no longer what is."""
    for table in (BY, BETWEEN) if owners else ():
        open_ = table.c.owner.in_(owners) & table.c.known_to.is_(None)
        unit.connection.execute(sa.update(table).where(open_).values(known_to=unit.newest.seq))


def _concludes_otherwise(draft: Draft) -> bool:
    before = draft.before
    if before is None or before.withdrawn or draft.op == "withdrawn":
        return True
    old, new = before.document, draft.document
    if old["parties"] != new["parties"] or _successions(old) != _successions(new):
        return True
    return rows.sort_day(old) != rows.sort_day(new)


def _successions(document: Json) -> set[tuple[str, str]]:
    """Who came in whose place, by the events of the agreement."""
    kinds = v.SUCCESSION_KINDS
    return {(each["predecessor"], each["successor"]) for each in document.get("events", ()) if each["kind"] in kinds}


def parties_of(document: Json) -> set[str]:
    """The parties, and those who came in the place of one."""
    succeeding = {id for pair in _successions(document) for id in pair}
    return succeeding | {party["organization"] for party in document["parties"]}


def states_of(connection: sa.Connection, agreements: Iterable[Json]) -> dict[str, str]:
    """The state of each party, and of each that came in the place of one, if it belongs to a state."""
    ids = {id for document in agreements for id in parties_of(document)}
    return {
        id: state
        for chunk in records.chunks(sorted(ids))
        for id, state in connection.execute(STATES, {"ids": chunk})
        if state is not None
    }


def concluded(agreements: Iterable[Json], states: dict[str, str], seq: int) -> rows.Rows:
    """The derived rows: each party, its state, who came in its place; and each two of them that face each other."""
    by, between = [], []
    for document in agreements:
        owner = {"owner": document["id"], "sort_day": rows.sort_day(document), "known_from": seq}
        owner["known_to"] = None
        sides: dict[str, set[str]] = {"a": set(), "b": set()}
        succeeded: set[str] = set()
        for party in document["parties"]:
            id = party["organization"]
            names = {id, states.get(id, id)}
            came = {after for before, after in _successions(document) if {before, states.get(before)} & names}
            succeeded |= names if came or _is_followed(party, document["parties"]) else set()
            sides[party["side"]] |= names | came | {states.get(after, after) for after in came}
        by += [owner | {"organization": id, "succeeded": id in succeeded} for id in sorted(sides["a"] | sides["b"])]
        pairs = {(min(pair), max(pair)) for pair in product(sides["a"], sides["b"])}
        between += [owner | {"first": first, "second": second} for first, second in sorted(pairs)]
    return {"concluded_by": by, "concluded_between": between}


def _is_followed(party: Json, parties: Sequence[Json]) -> bool:
    """Whether it left, and the text names who came on its side when it did, or later."""
    if "to" not in party:
        return False
    left = party["to"].get("earliest", "")
    came = (each["from"] for each in parties if each["side"] == party["side"] and "from" in each)
    return any(each.get("latest", LAST) >= left for each in came)


def follow_organizations(unit: WriteUnit, drafts: Sequence[Draft]) -> None:
    """When an organization comes to belong to another state, its agreements are found under that one; and so on."""
    changed = [draft for draft in drafts if draft.kind == "organization" and draft.before]
    moved = [draft.id for draft in changed if _differ(draft, "state", "kind")]
    continued = {id for draft in drafts for document in _both(draft) for id in _continued(document)}
    owners = set(unit.connection.scalars(_concluded_by(moved))) if moved else set()
    for chunk in records.chunks(sorted(owners)):
        stored = records.load(unit.connection, "agreement", chunk)
        documents = [each.document for each in stored.values() if not each.withdrawn]
        _close(unit, [document["id"] for document in documents])
        rows.insert(unit.connection, concluded(documents, states_of(unit.connection, documents), unit.newest.seq))
    owners |= _acting(unit, moved, continued)
    render_anew(unit, sorted(owners))
    ceased.follow(unit, drafts)


def _concluded_by(ids: Sequence[str]) -> sa.Select[str] | sa.CompoundSelect[str]:
    """The agreements of which these are parties, or came in the place of one."""
    succeeding = EVENT.c.predecessor.in_(ids) | EVENT.c.successor.in_(ids)
    events = sa.join(EVENT_AGREEMENT, EVENT, EVENT.c.id == EVENT_AGREEMENT.c.owner)
    parties = sa.select(PARTY.c.owner).where(PARTY.c.organization.in_(ids))
    return parties.union(sa.select(EVENT_AGREEMENT.c.value).select_from(events).where(succeeding))


def _both(draft: Draft) -> Iterator[Json]:
    yield draft.document
    if draft.before:
        yield draft.before.document


def _differ(draft: Draft, *members: str) -> bool:
    before, after = draft.before.document if draft.before else {}, draft.document
    return any(before.get(name) != after.get(name) for name in members)


def _continued(document: Json) -> set[str]:
    return {each["organization"] for each in document.get("predecessors", ()) if each["kind"] == "continuity"}


def _acting(unit: WriteUnit, moved: Sequence[str], continued: set[str]) -> set[str]:
    """The agreements in which somebody acts for whom the states tell for which party."""
    acting = sa.join(EVENT_AGREEMENT, EVENT, EVENT.c.id == EVENT_AGREEMENT.c.owner)
    found: set[str] = set()
    if moved:
        statement = sa.select(EVENT_AGREEMENT.c.value).select_from(acting).where(EVENT.c.by.in_(moved))
        found |= set(unit.connection.scalars(statement))
    if continued:
        statement = sa.select(BY.c.owner).where(BY.c.organization.in_(continued), BY.c.known_to.is_(None))
        found |= set(unit.connection.scalars(statement))
    return found


# The collection


def stem(connection: sa.Connection, document: Json) -> str:
    """The states of the parties, the first subject and the year: `mex-rus-outer-space-2021`."""
    states = states_of(connection, [document])
    parties = sorted({states.get(party["organization"], party["organization"]) for party in document["parties"]})
    year = document.get("signed", {}).get("earliest", "")[:4]
    return names.stem(*parties[:4], *document["subjects"][:1], year)


DOSSIERS = Collection(
    kind="agreement",
    name="agreements",
    stem=stem,
    sorts=queries.sorts_by_day("agreement", "signed"),
    filters={},
    check=check,
    complete=complete,
    after=follow,
)
"""Agreements as they are rendered. db/agreements.py adds how a dossier that was sent unfolds."""
