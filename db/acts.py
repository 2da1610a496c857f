"""What was done about an agreement, by which of its parties, on which days: its events as acts.

PURE: imports the standard library, db.dates and db.vocabulary only. A day that is not known exactly is a `When`: it
has one name wherever it is used, so that a choice of days chooses it once for all that hangs on it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from db import vocabulary as v
from db.dates import ALWAYS, NEVER, Days

Document = Mapping[str, Any]
Finding = tuple[str, str, str]
"""(kind, JSON Pointer, detail): what contradicts itself, or cannot be told."""

DATED_FROM_THEIR_DATE = v.PROLONGING_KINDS | {"denunciation_notified", "denunciation_received"}
"""The acts whose `effective` is the day of what they bring about; for all others it is the day they act themselves."""

PLACE_OF_KIND: Mapping[str, int] = {kind: place for place, kind in enumerate(v.members(v.EventKind))}
"""Of a kind among the acts of one day: what begins goes before what ends."""


@dataclass(frozen=True, slots=True)
class When:
    """A day as far as it is known: one of those from `earliest` to `latest`."""

    name: str
    earliest: date
    latest: date
    doubtful: bool = False
    """`?` or `~`: what hangs on it is at best presumed."""

    @property
    def free(self) -> bool:
        """Whether there is more than one day to choose from."""
        return self.earliest != self.latest


def when(name: str, dated: Document) -> When:
    """A date of a document. What lasted several days acts from the first of them."""
    earliest = date.fromisoformat(dated.get("earliest", ALWAYS.isoformat()))
    latest = date.fromisoformat(dated.get("latest", NEVER.isoformat()))
    if "/" in dated["edtf"] and earliest != ALWAYS:
        latest = earliest
    return When(name, earliest, latest, any(mark in dated["edtf"] for mark in "?~%"))


def within(name: str, days: Days) -> When:
    """One of these days, under a name that no other days have."""
    return When(f"{name}/{days.edtf}", days.earliest or ALWAYS, days.latest or NEVER)


class World:
    """One choice of days: what would be so if everything imprecise had been on these."""

    __slots__ = ("chosen", "entered", "lapsed")

    def __init__(self, chosen: Mapping[str, date], lapsed: bool = False, entered: bool = True) -> None:
        self.chosen = chosen
        self.lapsed = lapsed
        """Whether the end has come about that a rule leaves open, such as a termination that nobody recorded."""
        self.entered = entered
        """Whether the entry into force has come about that a rule leaves open."""

    def day(self, of: When) -> date:
        """The day that was chosen."""
        return self.chosen.get(of.name, of.earliest)

    def in_turn(self, acts: "Iterable[Act]") -> "list[Act]":
        """The acts in the order in which they were done."""
        return sorted(acts, key=lambda act: (self.day(act.when), act.order))

    def first(self, of: Iterable[When]) -> date:
        """The first of the days; NEVER without any."""
        return min((self.day(each) for each in of), default=NEVER)


@dataclass(frozen=True, eq=False)
class Act:
    """One event, as it acts on one agreement."""

    id: str
    kind: str
    when: When
    parties: frozenset[str]
    """Those for whom it counts."""
    event: Document

    def dated(self, member: str) -> When | None:
        """Another date of the event."""
        return when(f"{self.id}/{member}", self.event[member]) if member in self.event else None

    @property
    def order(self) -> tuple[int, str]:
        """Its place among the acts of one day."""
        return PLACE_OF_KIND[self.kind], self.id

    @property
    def pointer(self) -> str:
        """Where it stands in the agreement's document."""
        return f"/events/{self.id}"


@dataclass(frozen=True)
class Signature:
    """That a party signed, on one of these days."""

    when: When
    ad_referendum: bool = False
    """It waits for a confirmation (VCLT 12(2)(b))."""
    event: str | None = None
    """The event that says so."""


@dataclass(frozen=True)
class Tie:
    """What another agreement does to this one."""

    kind: str
    agreement: str
    days: Days
    """When it acts; without a last day, perhaps never."""
    presumed: bool = False
    until: Days | None = None
    """The last day of a suspension, or of the new term."""
    counts: bool = True
    """Between the same parties, or a citation supports it (VCLT 59(1))."""
    sources: tuple[str, ...] = ()
    """Whose word it is."""

    @property
    def begins(self) -> When:
        """The day on which it acts."""
        return within(self.agreement, self.days)

    @property
    def ends(self) -> When | None:
        """The day of `until`."""
        return within(f"{self.agreement}/until", self.until) if self.until else None


@dataclass(frozen=True)
class Linked:
    """The entry into force of the agreement that the clause waits for."""

    days: Days | None
    presumed: bool = False


@dataclass(frozen=True)
class Context:
    """What other records say that the status of an agreement hangs on."""

    states: Mapping[str, str] = field(default_factory=dict)
    """The state of an organization."""
    continues: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The states whose identity a state continues."""
    international: frozenset[str] = frozenset()
    """Parties that are international organizations: their law is the Convention of 1986."""
    linked: Linked | None = None
    ties: tuple[Tie, ...] = ()


class Case:
    """An agreement's document with what its status hangs on, read once: its parties, acts and ties."""

    def __init__(self, agreement: Document, context: Context) -> None:
        self.agreement = agreement
        self.context = context
        self.parties: list[Document] = list(agreement["parties"])
        self.events: list[Document] = list(agreement.get("events", ()))
        self.acts = sorted(map(self._act, self.events), key=lambda act: (act.when.earliest, act.when.latest, act.order))
        self.of_kind: dict[str, list[Act]] = {}
        for act in self.acts:
            self.of_kind.setdefault(act.kind, []).append(act)

    def _act(self, event: Document) -> Act:
        acting = "date" if event["kind"] in DATED_FROM_THEIR_DATE else "effective"
        member = acting if acting in event else "date"
        id = event["id"]
        return Act(id, event["kind"], when(f"{id}/{member}", event[member]), self.parties_of(event), event)

    def parties_of(self, event: Document) -> frozenset[str]:
        """The parties for which an act counts: a body's for that of its state."""
        if "side" in event:
            return frozenset(self.on(event["side"]))
        everybody = frozenset(party["organization"] for party in self.parties)
        by = event.get("by")
        if by is None or by in everybody:
            return everybody if by is None else frozenset({by})
        meant = self._identities(by)
        return frozenset(party for party in everybody if self._state(party) in meant)

    def _state(self, organization: str) -> str:
        return self.context.states.get(organization, organization)

    def _identities(self, organization: str) -> set[str]:
        """The state of a body, and the states in whose place it came."""
        found = {self._state(organization)}
        successions = list(self._of(v.SUCCESSION_KINDS))
        for _ in range(len(successions) + 1):
            for state in tuple(found):
                found |= self.context.continues.get(state, frozenset())
            found |= {
                self._state(each["predecessor"]) for each in successions if self._state(each["successor"]) in found
            }
        return found

    def _of(self, kinds: Iterable[str]) -> Iterator[Document]:
        return (event for event in self.events if event["kind"] in kinds)

    def on(self, side: str) -> list[str]:
        """The parties of a side."""
        return [party["organization"] for party in self.parties if party["side"] == side]

    def find(self, *kinds: str) -> list[Act]:
        """The acts of these kinds, sorted by their days."""
        if len(kinds) == 1:
            return self.of_kind.get(kinds[0], [])
        return [act for act in self.acts if act.kind in kinds]

    @cached_property
    def signatures(self) -> dict[str, list[Signature]]:
        """How each party signed: by its events, else its signatories, else the date of the agreement."""
        by_event: dict[str, list[Signature]] = {}
        for act in self.find("signature"):
            for party in act.parties:
                signed = Signature(act.when, act.event.get("ad_referendum", False), act.id)
                by_event.setdefault(party, []).append(signed)
        found: dict[str, list[Signature]] = {}
        for each in self.parties:
            id = each["organization"]
            signatures = by_event.get(id) or list(self._signed_for(each))
            if not signatures and "signed" in self.agreement:
                signatures = [Signature(when("signed", self.agreement["signed"]))]
            if signatures:
                found[id] = signatures
        return found

    def _signed_for(self, party: Document) -> Iterator[Signature]:
        for signatory in self.agreement.get("signatories", ()):
            meant = signatory["side"], signatory.get("on_behalf_of", party["organization"])
            if "signed" in signatory and meant == (party["side"], party["organization"]):
                day = when(f"{signatory['id']}/signed", signatory["signed"])
                yield Signature(day, signatory.get("ad_referendum", False))

    @cached_property
    def signing_days(self) -> list[When]:
        """Each day on which a party may have signed, once."""
        days = (each.when for some in self.signatures.values() for each in some)
        return list({day.name: day for day in days}.values())


def preferred(acts: list[Act]) -> list[Act]:
    """Those whose claim a citation prefers; all if it is none of them."""
    chosen = [
        act
        for act in acts
        if any(each.get("preferred") and each["stance"] == "supports" for each in act.event.get("citations", ()))
    ]
    return chosen or acts


def earliest_of(name: str, days: list[When]) -> When | None:
    """The first of several days that nothing else hangs on, as one day."""
    if len(days) < 2:
        return days[0] if days else None
    first, last = min(each.earliest for each in days), min(each.latest for each in days)
    doubtful = any(each.doubtful for each in days if each.earliest <= last)
    return When(name, first, last, doubtful)


def agree(days: list[When]) -> bool:
    """Whether several claims of one day allow the same: else they contradict one another."""
    return max(each.earliest for each in days) <= min(each.latest for each in days)


def hull(name: str, days: list[When]) -> When:
    """One day, as imprecise as several claims of it are together: to know one less exactly never tells more."""
    earliest, latest = min(each.earliest for each in days), max(each.latest for each in days)
    return When(name, earliest, latest, any(each.doubtful for each in days))


def supporting(record: Document, fields: Sequence[str]) -> Iterator[str]:
    """The sources that support one of the fields, or what stands below it."""
    for citation in record.get("citations", ()):
        cited = f"{citation['field']}/"
        if citation["stance"] == "supports" and any(cited.startswith(f"{field}/") for field in fields):
            yield citation["source"]
