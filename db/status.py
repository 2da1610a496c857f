"""What the status of agreements hangs on in other records, and the periods that follow (db/lifecycle.py).

An agreement's document holds its `periods`, and in `related_from` what other agreements say they do to it. Both are
rendered here whenever the agreement is written, and anew when what they hang on changes: in the same transaction.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import sqlalchemy as sa

from db import records
from db.acts import Case, Context, Linked, Tie, supporting, when
from db.dates import Days
from db.entry import Entry, entry_of
from db.ledger import WriteUnit
from db.lifecycle import resolve
from db.members import Json
from db.models import TABLES
from db.records import Draft
from db.references import ENDING

AGREEMENT, RELATION = TABLES["agreement"], TABLES["agreement_relation"]
ORGANIZATION, PREDECESSOR = TABLES["organization"], TABLES["organization_predecessor"]
IDS = records.IDS
RELATED = (
    sa.select(RELATION.c.owner)
    .join_from(RELATION, AGREEMENT, AGREEMENT.c.id == RELATION.c.owner)
    .where(RELATION.c.agreement.in_(IDS), ~AGREEMENT.c.withdrawn)
    .distinct()
)
LINKED = sa.select(AGREEMENT.c.id).where(AGREEMENT.c.linked_agreement.in_(IDS), ~AGREEMENT.c.withdrawn)
_CONTINUITY = (PREDECESSOR.c.owner == ORGANIZATION.c.state) & (PREDECESSOR.c.kind == "continuity")
BODIES = (
    sa.select(ORGANIZATION.c.id, ORGANIZATION.c.state, ORGANIZATION.c.kind, PREDECESSOR.c.organization)
    .join_from(ORGANIZATION, PREDECESSOR, _CONTINUITY, isouter=True)
    .where(ORGANIZATION.c.id.in_(IDS))
)
TOLD_OF_RELATIONS = ("kind", "effective", "until", "note")


class Relation(NamedTuple):
    """What one agreement says it does to another."""

    owner: str
    place: int
    document: Json


class Surroundings:
    """What a batch of agreements hangs on: organizations, linked agreements, relations of others to them."""

    def __init__(self, connection: sa.Connection, batch: Mapping[str, Json]) -> None:
        self.connection = connection
        self.agreements: dict[str, Json] = dict(batch)
        self.related: dict[str, list[Relation]] = {id: [] for id in batch}
        self._load(set(self._owners(batch)))
        for owner, document in self.agreements.items():
            for index, relation in enumerate(document.get("relations", ())):
                if relation["agreement"] in self.related:
                    self.related[relation["agreement"]].append(Relation(owner, index, relation))
        self._load_linked()
        self._load_organizations()

    def _owners(self, batch: Mapping[str, Json]) -> Iterator[str]:
        for chunk in records.chunks(sorted(batch)):
            yield from self.connection.scalars(RELATED, {"ids": chunk})

    def _load(self, ids: set[str]) -> None:
        missing = ids - self.agreements.keys()
        for id, stored in records.load(self.connection, "agreement", missing).items() if missing else ():
            if not stored.withdrawn:
                self.agreements[id] = stored.document

    def _load_linked(self) -> None:
        wanted = self._linked()
        while wanted - self.agreements.keys():
            known = len(self.agreements)
            self._load(wanted)
            if len(self.agreements) == known:
                return
            wanted = self._linked()

    def _linked(self) -> set[str]:
        clauses = (document.get("entry_into_force", {}) for document in self.agreements.values())
        return {clause["agreement"] for clause in clauses if "agreement" in clause}

    def _load_organizations(self) -> None:
        self.states: dict[str, str] = {}
        self.continues: dict[str, set[str]] = {}
        self.international: set[str] = set()
        named = {id for document in self.agreements.values() for id in _organizations(document)}
        for chunk in records.chunks(sorted(named)):
            for id, state, kind, continued in self.connection.execute(BODIES, {"ids": chunk}):
                if state:
                    self.states[id] = state
                if continued:
                    self.continues.setdefault(state, set()).add(continued)
                if kind == "international_organization":
                    self.international.add(id)

    def of(self, id: str) -> Context:
        """What the status of one agreement hangs on."""
        document = self.agreements[id]
        return replace(self._of_entry(document), ties=tuple(self._ties(id)))

    def _of_entry(self, document: Json, above: tuple[str, ...] = ()) -> Context:
        """What its entry into force hangs on; a circle leads nowhere, and is refused later."""
        linked = document.get("entry_into_force", {}).get("agreement")
        parties = {party["organization"] for party in document["parties"]}
        return Context(
            states=self.states,
            continues={state: frozenset(each) for state, each in self.continues.items()},
            international=frozenset(parties & self.international),
            linked=self._entry(linked, above) if linked in self.agreements and linked not in above else None,
        )

    def _entry(self, id: str, above: tuple[str, ...] = ()) -> Linked:
        entry = self._entered(id, above)
        return Linked(entry.range(), entry.presumed)

    def _entered(self, id: str, above: tuple[str, ...]) -> Entry:
        document = self.agreements[id]
        entry, _ = entry_of(Case(document, self._of_entry(document, (*above, id))))
        return entry

    def _ties(self, id: str) -> Iterator[Tie]:
        for owner, index, relation in self.related[id]:
            if relation["kind"] in ENDING:
                yield from self._tie(id, owner, index, relation)

    def _tie(self, id: str, owner: str, index: int, relation: Json) -> Iterator[Tie]:
        if "effective" in relation:
            effective = when("effective", relation["effective"])
            days: Days | None = Days.of(effective.earliest, effective.latest)
            presumed = effective.doubtful
            sources = _sources(self.agreements[owner], index)
        else:
            entry = self._entered(owner, (id,))
            days, presumed = entry.range(), entry.presumed
            sources = _sources(self.agreements[owner], index, entry.events)
        if days is None:
            return
        until = when("until", relation["until"]) if "until" in relation else None
        yield Tie(
            kind=relation["kind"],
            agreement=owner,
            days=days,
            presumed=presumed,
            until=Days.of(until.earliest, until.latest) if until else None,
            counts=self._parties(owner) == self._parties(id) or _is_supported(self.agreements[owner], index),
            sources=tuple(dict.fromkeys(sources)),
        )

    def _parties(self, id: str) -> set[str]:
        parties = (party["organization"] for party in self.agreements[id]["parties"])
        return {self.states.get(party, party) for party in parties}

    def related_from(self, id: str) -> list[Json]:
        """The inverse of the relations of other agreements to this one."""
        told = sorted(self.related[id], key=lambda each: (each.owner, each.place))
        return [
            {"agreement": owner} | {name: relation[name] for name in TOLD_OF_RELATIONS if name in relation}
            for owner, _, relation in told
        ]


def _organizations(document: Json) -> Iterator[str]:
    """Those whose state tells for whom an act counts."""
    yield from (party["organization"] for party in document["parties"])
    for event in document["events"]:
        yield from (event[member] for member in ("by", "predecessor", "successor") if member in event)


def _sources(document: Json, index: int, events: Sequence[str] | None = None) -> Iterator[str]:
    """Whose word a relation is, and with these events the entry into force on which it hangs."""
    fields = [*_names(document, index), *(["/entry_into_force"] if events is not None else [])]
    yield from supporting(document, fields)
    for event in document["events"]:
        if event["id"] in (events or ()):
            yield from supporting(event, [""])


def _is_supported(document: Json, index: int) -> bool:
    """Whether a citation supports the relation (VCLT 59(1))."""
    return any(supporting(document, _names(document, index)))


def _names(document: Json, index: int) -> tuple[str, str]:
    """The two pointers that name a relation."""
    return f"/relations/{document['relations'][index]['agreement']}", f"/relations/{index}"


def complete(unit: WriteUnit, drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts of agreements with their periods, relations from others, and findings."""
    live = {draft.id: draft.document for draft in drafts if draft.kind == "agreement" and draft.op != "withdrawn"}
    if not live:
        return list(drafts)
    around = Surroundings(unit.connection, live)
    return [_completed(draft, around) if draft.id in live and draft.kind == "agreement" else draft for draft in drafts]


def _completed(draft: Draft, around: Surroundings) -> Draft:
    resolution = resolve(draft.document, around.of(draft.id))
    derived = {"periods": resolution.periods, "related_from": around.related_from(draft.id)}
    return replace(draft, document=draft.document | derived, findings=resolution.findings)


def context_of(connection: sa.Connection, document: Json) -> Context:
    """What the status of one agreement hangs on, as it is now."""
    return Surroundings(connection, {document["id"]: document}).of(document["id"])


def completed(connection: sa.Connection, document: Json) -> Json:
    """A document as it was recorded by a release that told no status, with its periods."""
    return document | {"periods": resolve(document, context_of(connection, document)).periods}


def dependents(unit: WriteUnit, drafts: Sequence[Draft]) -> list[str]:
    """The agreements, other than these, whose status hangs on one of these that was written."""
    written = {draft.id for draft in drafts if draft.kind == "agreement"}
    named = {
        relation["agreement"]
        for draft in drafts
        if draft.kind == "agreement"
        for document in (draft.document, draft.before.document if draft.before else {})
        for relation in document.get("relations", ())
    }
    changed = [draft.id for draft in drafts if draft.kind == "agreement" and draft.before]
    for chunk in records.chunks(changed):
        named |= set(unit.connection.scalars(LINKED, {"ids": chunk}))
    return sorted(named - written)
