"""When an agreement entered into force: the recorded day, else the day that its clause gives (VCLT 24; DOMAIN 5).

PURE: imports the standard library and the pure modules only. The moment is the last of the consents of all parties
that are awaited; of one party the first consent counts.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from db import vocabulary as v
from db.acts import Act, Case, Document, Finding, When, World, agree, hull, preferred, when
from db.dates import ALWAYS, NEVER, Days, later, parse_duration

RECORDED = "VCLT 24, entry into force recorded"
NOT_RECORDED = "VCLT 24(2), clause not recorded"
RULES: Mapping[str, str] = {
    "on_signature": "VCLT 24(1), on signature",
    "fixed_date": "VCLT 24(1), on a fixed date",
    "on_exchange": "VCLT 24(1), on the exchange of instruments",
    "on_last_notification": "VCLT 24(1), on the last notification",
    "on_notes": "VCLT 24(1), on the exchange of notes",
    "after_domestic_procedures": "VCLT 24(1), after domestic procedures",
    "linked_to": "VCLT 24(1), with another agreement",
    "first_of_month": "VCLT 24(1), on the first day of a month",
    "none": "VCLT 24(2), no clause in the text",
    "unknown": "VCLT 24, clause unknown, all have consented",
}
"""The rule by which each condition brings an agreement into force."""

ACTS: Mapping[str, tuple[str, frozenset[str]]] = {
    "on_exchange": ("instrument_exchanged", frozenset({"instrument_exchanged"})),
    "on_notes": ("notes_exchanged", frozenset({"notes_exchanged"})),
}
"""The act that a party owes, and the kinds that satisfy it; elsewhere any act that binds."""

NOTIFIED = ("on_last_notification", "after_domestic_procedures")
"""The conditions that wait for notifications, by their receipt, dispatch or date."""


@dataclass(frozen=True)
class Owed:
    """An act that a party owes, until it is done."""

    party: str
    act: str
    until: When | None = None


@dataclass(frozen=True)
class Consent:
    """A day on which a party consents to be bound, and the event that says so."""

    when: When
    event: str | None = None


@dataclass(frozen=True)
class Entry:
    """Entry into force, as far as it can be told."""

    rule: str
    moment: Callable[[World], date]
    """The day, in one choice of days; NEVER if there is none."""
    days: tuple[When, ...] = ()
    """All days that it hangs on."""
    events: tuple[str, ...] = ()
    presumed: bool = False
    recorded: bool = False
    """It is recorded itself, or an act that it follows from is."""
    open: bool = False
    """The moment is not the entry into force but may be: the condition is unknown."""
    pending: tuple[Owed, ...] = ()

    def range(self) -> Days | None:
        """From the first to the last day that it can be: the moment is monotone in every day that it hangs on."""
        first = self.moment(World({each.name: each.earliest for each in self.days}))
        last = self.moment(World({each.name: each.latest for each in self.days}))
        if first == NEVER or self.open:
            return None
        return Days(None if first == ALWAYS else first, None if last == NEVER else last)


def entry_of(case: Case) -> tuple[Entry, list[Finding]]:
    """The entry into force that counts, and what contradicts it."""
    computed, findings = _computed(case)
    recorded = case.find("entered_into_force")
    if not recorded:
        return computed, findings
    chosen = preferred(recorded)
    claims = [act.when for act in chosen]
    day = hull("entered_into_force", claims)
    if not agree(claims):
        findings.append(("entry_contradicted", chosen[-1].pointer, "its entry into force is recorded on several days"))
    owed = tuple(each for each in computed.pending if each.until)
    events = tuple(act.id for act in chosen)
    entry = Entry(RECORDED, lambda world: world.day(day), (day,), events, day.doubtful, True, False, owed)
    return entry, findings + list(_mismatch(computed.range(), day, chosen[0]))


def _mismatch(computed: Days | None, recorded: When, act: Act) -> Iterator[Finding]:
    if computed is None:
        return
    first, last = computed.earliest or ALWAYS, computed.latest or NEVER
    if last < recorded.earliest or recorded.latest < first:
        yield "entry_computed_otherwise", act.pointer, f"the clause gives {computed.edtf}"


def _computed(case: Case) -> tuple[Entry, list[Finding]]:
    clause = case.agreement.get("entry_into_force")
    condition = clause["condition"] if clause else "none"
    awaited = _awaited(case, (clause or {}).get("awaits", ["a", "b"]))
    consents, act = _consents(case, clause or {}, condition)
    counted = {party: consents.get(party, []) for party in awaited}
    findings = [
        ("consent_repeated", f"/events/{each.event}", f"{party} had consented before: the first consent counts")
        for party, some in counted.items()
        for each in some[1:]
        if condition != "on_signature"
    ]
    if condition == "on_exchange" and len(case.find("instrument_deposited")) > 1 and not all(counted.values()):
        reason = "instruments were deposited, but the clause waits for their exchange"
        findings.append(("deposited_where_exchange", case.find("instrument_deposited")[-1].pointer, reason))
    base = _base(case, condition, clause or {})
    if condition in ("fixed_date", "linked_to") and not any(counted.values()):
        counted = {}
    days = tuple(each.when for some in counted.values() for each in some) + ((base.when,) if base else ())
    entry = Entry(
        RULES[condition] if clause else NOT_RECORDED,
        _moment(counted, base, _offset(clause or {}, condition)),
        days,
        tuple(dict.fromkeys(each.event for some in counted.values() for each in some if each.event)),
        not clause or any(day.doubtful for day in days) or bool(base and (base.presumed or not counted)),
        recorded=any(counted.values()),
        open=condition == "unknown",
        pending=tuple(_pending(case, condition, counted, act)),
    )
    return entry, findings


def _awaited(case: Case, sides: Iterable[str]) -> list[str]:
    """The parties whose consent it waits for: of each side those from the beginning, dated or not."""
    first = {side: min(_since(party) for party in case.parties if party["side"] == side) for side in sides}
    return [party["organization"] for party in case.parties if first.get(party["side"]) == _since(party)]


def _since(party: Document) -> str:
    earliest: str = party.get("from", {}).get("earliest", "")
    return earliest


@dataclass(frozen=True)
class Base:
    """The day that a clause names, or the entry into force of the agreement that it names."""

    when: When
    presumed: bool = False


def _base(case: Case, condition: str, clause: Document) -> Base | None:
    if condition == "fixed_date":
        return Base(when("entry_into_force/date", clause["date"]))
    linked = case.context.linked
    if condition != "linked_to":
        return None
    if linked is None or linked.days is None:
        return Base(When("entry_into_force/agreement", NEVER, NEVER))
    days = linked.days
    return Base(When("entry_into_force/agreement", days.earliest or ALWAYS, days.latest or NEVER), linked.presumed)


def _offset(clause: Document, condition: str) -> Callable[[date], date]:
    offset = parse_duration(clause["offset"]) if "offset" in clause else None

    def moved(day: date) -> date:
        return later(day, offset)

    def first_of_month(day: date) -> date:
        return moved(day.replace(day=1)) if day != NEVER else NEVER

    return first_of_month if condition == "first_of_month" else moved


def _moment(
    consents: Mapping[str, list[Consent]], base: Base | None, offset: Callable[[date], date]
) -> Callable[[World], date]:
    def moment(world: World) -> date:
        last = [world.first(each.when for each in some) for some in consents.values()]
        last += [world.day(base.when)] if base else []
        return offset(max(last, default=NEVER))

    return moment


def _consents(case: Case, clause: Document, condition: str) -> tuple[dict[str, list[Consent]], str]:
    """By party the days of its consent, the first one first, and the act that is owed where there is none."""
    if condition == "on_signature":
        return _by_signature(case), "signature"
    if condition in NOTIFIED:
        return _by_notification(case, clause.get("anchor", "received"))
    act, kinds = ACTS.get(condition, ("consent", v.BINDING_KINDS))
    found: dict[str, list[Consent]] = {}
    for each in case.find(*kinds):
        for party in each.parties:
            found.setdefault(party, []).append(Consent(each.when, each.id))
    return found, act


def _by_signature(case: Case) -> dict[str, list[Consent]]:
    found: dict[str, list[Consent]] = {}
    for party, signatures in case.signatures.items():
        final = [Consent(each.when, each.event) for each in signatures if not each.ad_referendum]
        confirmed = [Consent(act.when, act.id) for act in case.find("signature_confirmed") if party in act.parties]
        if any(each.ad_referendum for each in signatures):  # else it is these that were confirmed (VCLT 8)
            final = sorted([*confirmed, *final], key=lambda each: (each.when.earliest, each.when.latest))
        else:
            final = confirmed or final
        found[party] = final
    return found


def _by_notification(case: Case, anchor: str) -> tuple[dict[str, list[Consent]], str]:
    """Receipt counts (VCLT 78(b)), or what the clause says; from the other act the one that counts is bounded."""
    act, other = "notification_received", "notification_sent"
    if anchor == "dated":
        return _by_date_of_note(case, act, other), act
    if anchor == "sent":
        act, other = other, act
    counting: dict[str, list[Consent]] = {}
    bounded: dict[str, list[Consent]] = {}
    for each in case.find(act):
        for party in each.parties:
            counting.setdefault(party, []).append(Consent(each.when, each.id))
    for each in case.find(other):
        for party in each.parties - counting.keys():
            day = _before(case, each, act) if anchor == "sent" else When(f"{each.id}/{act}", each.when.earliest, NEVER)
            bounded.setdefault(party, []).append(Consent(day, each.id))
    return counting | bounded, act


def _by_date_of_note(case: Case, received: str, sent: str) -> dict[str, list[Consent]]:
    """The date that the note bears; its dispatch and its receipt are one notification, of which either may tell it."""
    found: dict[str, list[Consent]] = {}
    for party in (each["organization"] for each in case.parties):
        told = [[act for act in case.find(kind) if party in act.parties] for kind in (received, sent)]
        dated = (acts for acts in told if any("dated" in act.event for act in acts))
        days = [(act.dated("dated") or _before(case, act, "dated"), act.id) for act in next(dated, told[0] or told[1])]
        found[party] = [Consent(day, id) for day, id in days]
    return found


def _before(case: Case, act: Act, name: str) -> When:
    """A day between the first signature and the act."""
    signed = min((day.earliest for day in case.signing_days), default=ALWAYS)
    return When(f"{act.id}/{name}", min(signed, act.when.latest), act.when.latest)


def _pending(case: Case, condition: str, consents: Mapping[str, list[Consent]], act: str) -> Iterator[Owed]:
    """What each party still owes, and until when it did."""
    for party, days in consents.items():
        if condition == "after_domestic_procedures":
            done = [each.when for each in case.find("domestic_approval", "domestic_law") if party in each.parties]
            yield Owed(party, "domestic_approval", next(iter([*done, *(each.when for each in days)]), None))
        owed = act
        if act == "signature" and any(each.ad_referendum for each in case.signatures.get(party, ())):
            owed = "signature_confirmed"
        received = days and days[0].when.latest != NEVER
        yield Owed(party, owed, days[0].when if received else None)
