"""The status of an agreement on any day, from its document and what that hangs on (DOMAIN 5 to 7).

PURE: imports the standard library and the pure modules only. In one choice of days (a `World`) every rule gives a
`Layer`, a status from one day to another; on each day the layer that goes before the others tells the status. A status
is possible on a day if some choice of days within all ranges gives it, or a rule leaves it open.

Enough choices are tried to know all. Each imprecise day is taken at its first and at its last, with all the others;
between these two, while the others stay, it is also taken wherever the shape changes: which layer follows which, by
which notice, for which boundary. Between two choices of one shape nothing else happens than that bounds move. A change
is looked for between the days on which something begins or ends; one that is undone before the next such day is not
found, nor one that shows only when two imprecise days are both in the middle of their ranges (random agreements have
shown none). In two cases less is told. Over MOST_FREE imprecise days, those beyond move together, and over MOST_CHOICES
no more are looked for: what is possible may be missing, and a finding says so. And a dispatch that only its receipt
bounds, or the other way round, is chosen apart from it: where the receipt also ends a refusal, more may be called
possible than can be.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import chain, islice, pairwise, product
from typing import Any

from db import vocabulary as v
from db.acts import Act, Case, Context, Document, Finding, When, World, agree, earliest_of, hull, preferred, when
from db.dates import ALWAYS, NEVER, Days, Duration, later, parse_duration
from db.entry import Owed, entry_of
from db.terms import (
    DAY,
    NO_CLAUSE,
    Boundaries,
    Outcome,
    Stage,
    clauses_of,
    denounced,
    notices_of,
    prolongations_of,
    stages_of,
)

MOST_FREE = 7
"""Imprecise days that are chosen one by one; where there are more, the others move together, and a finding says so."""
MOST_JUMPS = 100
"""Days around changes of the shape that are looked for along one imprecise day."""
MOST_CHOICES = 2000
"""Choices after which no more are looked for, and a finding says so: some tenths of a second."""

NOTHING = "no act recorded"
TEXT: Mapping[str, str] = {
    "negotiation": "VCLT 2(1)(c), negotiation",
    "negotiation_authorised": "VCLT 2(1)(c), negotiation",
    "full_powers_issued": "VCLT 7, full powers issued",
    "text_adopted": "VCLT 9, text adopted",
    "initialled": "VCLT 10, initialled",
}
"""The rule of each act before signature."""
SIGNED = "VCLT 18(a), signed"
PASSED = "VCLT 54(a), last day passed before entry into force"
REFUSED = "VCLT 18(a), consent refused"
PROVISIONAL = "VCLT 25(1), applied provisionally"
NO_LONGER_PROVISIONAL = "VCLT 25(2), provisional application ended"
SUSPENDED = "VCLT 57, suspended"
SUSPENDED_BY_ANOTHER = "VCLT 59(2), suspended by another agreement"
RESUMED = "VCLT 72, resumed"
EXPIRED_BEFORE_RENEWAL = "VCLT 54(a), term expired before it was renewed"
RENEWED = "VCLT 54(a), renewed after its term had expired"
BY_ANOTHER: Mapping[str, tuple[str, str]] = {
    "supersedes": ("VCLT 59(1), superseded", "superseded"),
    "terminates": ("VCLT 54(b), terminated by another agreement", "mutual_consent"),
}
"""The rule and the ground of an END by another agreement."""
TERMINATED: Mapping[str, str] = {
    "expiry": "VCLT 54(a), expiry",
    "completion": "VCLT 54(a), completion",
    "mutual_consent": "VCLT 54(b), mutual consent",
    "superseded": "VCLT 59(1), superseded",
    "denounced": "VCLT 54(a), denounced",
    "party_extinct": "a party ceased to exist",
    "breach": "VCLT 60, breach",
    "impossibility": "VCLT 61, impossibility",
    "changed_circumstances": "VCLT 62, changed circumstances",
    "jus_cogens": "VCLT 64, jus cogens",
    "obsolete": "VCLT 54(b), obsolete",
    "invalid": "VCLT 69, invalid",
    "unknown": "VCLT 54, ground unknown",
}
"""The rule of a recorded termination, by its ground."""
BY_THE_CLAUSE = frozenset({"expiry", "denounced", "unknown"})
"""The grounds of a termination that cannot well come before the clause brings it about."""
PARTY_CEASED = "a party ceased to exist, succession unknown"

CONVENTION_IN_FORCE = date(1980, 1, 27)
"""What was concluded before is under the same rules as custom (VCLT 4)."""

ORDER: Mapping[str, int] = {status: place for place, status in enumerate(v.members(v.Status))}
IN_PART = (("partial", "in_force"), ("applied_in_part", "provisionally_applied"))
"""What is marked, and the status of which it is told."""
BEFORE_ENTRY = frozenset(
    {"under_negotiation", "initialled", "signed_not_in_force", "abandoned", "provisionally_applied"}
)
"""The statuses in which something may be owed."""


@dataclass(frozen=True)
class Layer:
    """A status from `start` until before `end`, in one choice of days."""

    status: str
    id: str
    """What begins it: the same in every choice of days."""
    start: date
    rule: str
    end: date = NEVER
    events: tuple[str, ...] = ()
    presumed: bool = False
    recorded: bool = False
    """A recorded act begins it."""
    left_open: bool = False
    """Begun by what a rule leaves open."""
    yields: bool = False
    """A rule names another status as the reported one."""
    ground: str | None = None


@dataclass(frozen=True)
class Mark:
    """Something that is so beside the status, from `start` until before `end`."""

    id: str
    start: date
    end: date
    value: Any = None


@dataclass(frozen=True)
class Resolution:
    """What can be told of an agreement: its periods in turn, what contradicts itself, its entry into force."""

    periods: list[dict[str, Any]]
    findings: list[Finding]
    entry: Days | None
    entry_presumed: bool


def resolve(agreement: Document, context: Context | None = None) -> Resolution:
    """The periods of an agreement, from the beginning to the end of days without a hole, and the findings."""
    law = Law(Case(agreement, context or Context()))
    runs = list(tried(law).runs.values())
    pieces = _pieces(runs)
    marks = _hulls(chain.from_iterable(run.marks for run in runs)) + law.marks
    periods = list(_periods(law, pieces, marks))
    return Resolution(periods, law.findings(runs), law.entered, law.entry.presumed)


# One choice of days

Shape = tuple[object, ...]


@dataclass(frozen=True)
class Run:
    """What one choice of days gives."""

    layers: list[Layer]
    foremost: list[tuple[date, date, Layer]]
    """Which layer goes before all others, from when until when, in turn."""
    marks: list[Mark]
    clause_ends: date
    outcome: Outcome

    @cached_property
    def shape(self) -> Shape:
        """Which layer follows which, and what ends it: the same while nothing but bounds moves."""
        foremost = tuple((layer.status, layer.id) for _, _, layer in self.foremost)
        behind = tuple(layer.id for layer in self.layers)
        outcome = self.outcome
        acts = outcome.notice.acts if outcome.notice else ()
        return foremost, behind, outcome.boundary, outcome.stage, acts


class Law:
    """What the document says about status, read once for all choices of days."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.entry, self.entry_findings = entry_of(case)
        self.entered = self.entry.range()
        self.clauses = clauses_of(case)
        self.prolongations = prolongations_of(case)
        self.notices = notices_of(case)
        self.texts = self._texts()
        self.signature = self._signature()
        self.provisional = case.find(
            "provisional_application_started", "provisional_application_ended", "consent_refused"
        )
        self.suspensions = case.find("suspended", "resumed")
        self.refusals = case.find("consent_refused")
        self.consents = case.find("signature", "signature_confirmed", *v.BINDING_KINDS, *_sent_where_that_counts(case))
        self.claims, self.terminations = _claims_and_terminations(case)
        days = [act.when for act in self.terminations]
        self.terminated = hull("terminated", days) if days else None
        self.ties = [(tie, (tie.begins, tie.ends)) for tie in case.context.ties if tie.counts]
        self.marks = [*self._pending(), *self._contested()]

    def _texts(self) -> list[tuple[str, Act, When]]:
        """What came before signature, each kind by its first day."""
        found = []
        for kind, status in (
            ("negotiation", "under_negotiation"),
            ("negotiation_authorised", "under_negotiation"),
            ("full_powers_issued", "under_negotiation"),
            ("text_adopted", "initialled"),
            ("initialled", "initialled"),
        ):
            acts = self.case.find(kind)
            first = earliest_of(kind, [act.when for act in acts])
            if first:
                found.append((status, acts[0], first))
        return found

    def _signature(self) -> tuple[When, ...]:
        """The days of signature; as one where nothing else hangs on them."""
        days = self.case.signing_days
        used = {each.name for each in self.entry.days}
        if self.case.find("consent_refused") or any(day.name in used for day in days):
            return tuple(days)
        first = earliest_of("signature", days)
        return (first,) if first else ()

    @cached_property
    def free(self) -> list[When]:
        """Each imprecise day that the status hangs on, once."""
        days: list[When | None] = [*self.entry.days, *self.signature, self.terminated]
        for notices in self.notices.values():
            for notice in notices:
                days += [notice.received, notice.effective, *notice.revoked]
        for clause in self.clauses:
            days += [clause.since, clause.until]
        for each in self.prolongations:
            days += [each.when, each.starts, each.until]
        days += [act.when for act in (*self.provisional, *self.suspensions)]
        days += [first for _, _, first in self.texts]
        if self.refusals:
            days += [act.when for act in self.consents]
        days += [day for _, (begins, ends) in self.ties for day in (begins, ends)]
        return list({day.name: day for day in days if day and day.free}.values())

    @property
    def leaves_open(self) -> bool:
        """Whether a rule may leave open what has come about."""
        by_clause = any(
            clause.renewal == "unknown"
            or clause.until
            or (clause.renewal in ("none", "express") and not clause.bounded)
            for clause in self.clauses
        )
        by_notice = any(clause.notice is None or not clause.bounded for clause in self.clauses)
        return by_clause or (bool(self.notices) and by_notice)

    def run(self, world: World) -> Run:
        """What is so in one choice of days."""
        entered = self.entry.moment(world)
        if self.entry.open and not world.entered:
            entered = NEVER
        marks: list[Mark] = []
        layers = [Layer("unknown", "nothing", ALWAYS, NOTHING), *self._before(world, marks)]
        stages: list[Stage] = []
        outcome = Outcome()
        if entered != NEVER:
            stages = stages_of(world, self.clauses, self.prolongations, entered)
            outcome = denounced(world, self.case, self.notices, stages)
            suspended = (replace(each, start=max(each.start, entered)) for each in self._suspended(world, marks))
            layers += [*self._in_force(entered, stages), *suspended]
            marks += self._terms(world, entered, stages, outcome)
        ends = [*self._ends(world, entered, stages, outcome)]
        end = min(ends, key=lambda layer: layer.start, default=None)
        layers += [end] if end else []
        clause_ends = stages[-1].ends if stages else NEVER
        real = [layer for layer in layers if layer.start < layer.end]
        return Run(real, list(_foremost(real)), marks, clause_ends, outcome)

    def _before(self, world: World, marks: list[Mark]) -> Iterator[Layer]:
        """What comes before entry into force: it goes before none of what comes after."""
        for status, act, first in self.texts:
            yield Layer(status, act.kind, world.day(first), TEXT[act.kind], events=(act.id,), recorded=True)
        if self.signature:
            events = tuple(act.id for act in self.case.find("signature"))
            start = world.first(self.signature)
            doubtful = all(day.doubtful for day in self.signature if world.day(day) == start)
            yield Layer("signed_not_in_force", "signed", start, SIGNED, NEVER, events, doubtful, recorded=True)
        else:
            yield from self._taken_as_signed(world)
        yield from self._applied(world, marks)
        for act in self.refusals:
            yield from self._refused(world, act)

    def _taken_as_signed(self, world: World) -> Iterator[Layer]:
        """Without a recorded signature, signed where a rule says so."""
        if self.entry.open:
            start = self.entry.moment(world)
            yield Layer("signed_not_in_force", "signed", start, self.entry.rule, NEVER, self.entry.events)
        elif self.clauses[0].until and self.entry.moment(world) == NEVER:
            last = world.day(self.clauses[0].until)
            if last != NEVER:
                yield Layer("signed_not_in_force", "signed", last + DAY, PASSED)

    def _applied(self, world: World, marks: list[Mark]) -> Iterator[Layer]:
        """Applied provisionally until that ends; in part, which is marked, from an act about some provisions on."""
        begun: Act | None = None
        part: Act | None = None
        for act in world.in_turn(self.provisional):
            starts, in_part = act.kind == "provisional_application_started", "provisions" in act.event
            if part and not in_part:
                marks.append(Mark("applied_in_part", world.day(part.when), world.day(act.when), part.id))
                part = None
            if in_part and (starts or begun):
                part = part or act
            if starts:
                begun = begun or act
            elif begun is not None and not in_part:
                yield self._provisional(world, begun, world.day(act.when))
                begun = None
                yield Layer(
                    "signed_not_in_force", f"after {act.id}", world.day(act.when), NO_LONGER_PROVISIONAL,
                    events=(act.id,), presumed=act.when.doubtful, recorded=True,
                )  # fmt: skip
        if begun is not None:
            yield self._provisional(world, begun, NEVER)
        if part:
            marks.append(Mark("applied_in_part", world.day(part.when), NEVER, part.id))

    def _provisional(self, world: World, act: Act, end: date) -> Layer:
        start = world.day(act.when)
        return Layer(
            "provisionally_applied", act.id, start, PROVISIONAL, end, (act.id,), act.when.doubtful, recorded=True
        )

    def _refused(self, world: World, refusal: Act) -> Iterator[Layer]:
        """Abandoned from the refusal until the same party consents or signs again; each, where several refused."""
        start = world.day(refusal.when)
        ends = [
            world.first(act.when for act in self.consents if party in act.parties and world.day(act.when) > start)
            for party in refusal.parties
        ]
        end = max(ends, default=start)
        yield Layer("abandoned", refusal.id, start, REFUSED, end, (refusal.id,), refusal.when.doubtful, recorded=True)

    def _in_force(self, entered: date, stages: Sequence[Stage]) -> Iterator[Layer]:
        entry = self.entry
        yield Layer(
            "in_force", "entry", entered, entry.rule, NEVER, entry.events, entry.presumed, entry.recorded,
            left_open=entry.open, yields=entry.open,
        )  # fmt: skip
        for before, after in pairwise(stages):
            if after.starts > before.ends:
                yield Layer("terminated", f"before {after.id}", before.ends, EXPIRED_BEFORE_RENEWAL, after.starts)
                yield Layer("in_force", after.id, after.starts, RENEWED, NEVER, (after.id,), recorded=True)

    def _suspended(self, world: World, marks: list[Mark]) -> Iterator[Layer]:
        """Suspended as a whole, until resumed; or in part, which is marked."""
        whole: Act | None = None
        part: Act | None = None
        for act in world.in_turn(self.suspensions):
            day, in_part = world.day(act.when), "provisions" in act.event
            if act.kind == "suspended" and not in_part:
                whole = whole or act
            elif act.kind == "suspended":
                part = part or act
            else:
                if part and not in_part:
                    marks.append(Mark("partial", world.day(part.when), day, part.id))
                    part = None
                if whole:
                    yield self._suspension(world, whole, day)
                    yield Layer(
                        "in_force", act.id, day, RESUMED,
                        events=(act.id,), presumed=act.when.doubtful, recorded=True,
                    )  # fmt: skip
                    part, whole = act if in_part else part, None
        if whole:
            yield self._suspension(world, whole, NEVER)
        if part:
            marks.append(Mark("partial", world.day(part.when), NEVER, part.id))
        for tie, (begins, ends) in self.ties:
            if tie.kind == "suspends":
                last = world.day(ends) if ends else NEVER
                yield Layer(
                    "suspended", tie.agreement, world.day(begins), SUSPENDED_BY_ANOTHER,
                    last + DAY if last != NEVER else NEVER, presumed=tie.presumed, recorded=True,
                )  # fmt: skip

    def _suspension(self, world: World, act: Act, end: date) -> Layer:
        return Layer(
            "suspended", act.id, world.day(act.when), SUSPENDED, end, (act.id,), act.when.doubtful, True,
            ground=act.event.get("ground"),
        )  # fmt: skip

    def _ends(self, world: World, entered: date, stages: Sequence[Stage], outcome: Outcome) -> Iterator[Layer]:
        """Each END: a recorded one is the only one; else the notices', another agreement's, the clause's."""
        if self.terminated:
            yield self._termination(world, entered)
            return
        for tie, (begins, _) in self.ties:
            if tie.kind in BY_ANOTHER:
                day = world.day(begins)
                if day != NEVER:
                    rule, ground = BY_ANOTHER[tie.kind]
                    yield Layer(
                        "terminated", tie.agreement, day, rule, presumed=tie.presumed, recorded=True, ground=ground
                    )
        yield from self._denounced(world, outcome)
        if stages:
            yield from _expired(world, stages[-1])
        elif self.clauses[0].until and world.lapsed:
            until = world.day(self.clauses[0].until)
            if until != NEVER:
                yield Layer("terminated", "passed", until + DAY, PASSED, left_open=True, yields=True)

    def _termination(self, world: World, entered: date) -> Layer:
        assert self.terminated is not None
        day = world.day(self.terminated)
        grounds = {act.event.get("ground") for act in self.terminations}
        ground = grounds.pop() if len(grounds) == 1 else None
        if ground == "invalid" and entered != NEVER:
            day = entered
        events = tuple(act.id for act in self.terminations)
        rule = TERMINATED[ground or "unknown"]
        return Layer(
            "terminated", "terminated", day, rule, NEVER, events, self.terminated.doubtful, True, ground=ground
        )

    def _denounced(self, world: World, outcome: Outcome) -> Iterator[Layer]:
        notice = outcome.notice
        if notice is None:
            return
        if outcome.ends != NEVER:
            presumed = notice.presumed or (notice.received.doubtful and not outcome.recorded)
            yield Layer(
                "terminated", "denounced", outcome.ends, outcome.rule, NEVER, notice.acts, presumed, True,
                ground="denounced",
            )  # fmt: skip
        if world.lapsed and outcome.open_from != NEVER:
            yield Layer(
                "terminated", "denounced", outcome.open_from, outcome.rule, NEVER, notice.acts, True, True,
                left_open=True, ground="denounced",
            )  # fmt: skip

    def _terms(self, world: World, entered: date, stages: Sequence[Stage], outcome: Outcome) -> Iterator[Mark]:
        """The terms that are known from day to day; after a notice that acts there is none but its END."""
        left = world.day(outcome.notice.received) if outcome.notice and outcome.ends != NEVER else NEVER
        for stage, after in pairwise([*stages, None]):
            assert stage is not None
            end = min(after.known if after else NEVER, left)
            if stage.boundaries and stage.known < end:
                counted_from_entry = stage.boundaries.anchor == entered and not stage.boundaries.named
                value = stage.id, stage.boundaries, stage.clause.notice, counted_from_entry
                yield Mark("term", stage.known, end, value)

    def _pending(self) -> Iterator[Mark]:
        for owed in self.entry.pending:
            yield Mark("pending", ALWAYS, owed.until.latest if owed.until else NEVER, owed)

    def _contested(self) -> Iterator[Mark]:
        """Contested from the first day that it can be until the last, or until all is settled."""
        open_: dict[str, tuple[date, str]] = {}
        for act in self.case.acts:
            if act.kind not in (*v.DISPUTING_KINDS, "dispute_settled") and act not in self.claims:
                continue
            if act.kind == "dispute_settled":
                yield from (Mark("contested", start, act.when.latest, by) for start, by in open_.values())
                open_ = {}
            else:
                by = [act.event["by"]] if "by" in act.event else sorted(act.parties)
                for each in by:
                    open_.setdefault(each, (act.when.earliest, each))
        yield from (Mark("contested", start, NEVER, by) for start, by in open_.values())

    # What contradicts itself

    def findings(self, runs: Sequence[Run]) -> list[Finding]:
        """What contradicts itself or cannot be told; nothing of it is refused."""
        return [
            *self.entry_findings,
            *self._of_signature(),
            *self._of_acts(),
            *self._of_choices(runs),
            *self._of_the_end(runs),
        ]

    def _of_signature(self) -> Iterator[Finding]:
        days, entry = self.case.signing_days, self.entered
        stated = self.case.agreement.get("signed")
        if not days:
            return
        first, last = min(day.earliest for day in days), max(day.latest for day in days)
        if stated:
            signed = when("signed", stated)
            if signed.latest < first or last < signed.earliest:
                yield "signature_contradicted", "/signed", "its signatures are recorded on other days"
        for signatory in self.case.agreement.get("signatories", ()):
            if "signed" in signatory:
                signed = when("signed", signatory["signed"])
                if not any(day.earliest <= signed.latest and signed.earliest <= day.latest for day in days):
                    pointer = f"/signatories/{signatory['id']}/signed"
                    yield "signature_contradicted", pointer, "the signatures are recorded on other days"
        if entry and entry.latest and entry.latest < first:
            yield "entry_before_signature", "/entry_into_force", "it would be in force before the first signature"

    def _of_acts(self) -> Iterator[Finding]:
        for act in self.case.acts:
            if not act.parties:
                yield "act_of_no_party", f"{act.pointer}/by", f"{act.event['by']!r} is no party, nor a body of one"
        for tie in self.case.context.ties:
            if not tie.counts:
                reason = f"{tie.agreement!r} {tie.kind} it, but is between others, and no citation supports it"
                yield "relation_of_others", "", reason

    def _of_choices(self, runs: Sequence[Run]) -> Iterator[Finding]:
        if len(self.free) > MOST_FREE:
            yield "too_imprecise", "", f"more than {MOST_FREE} days are imprecise: some were only moved together"
        elif len(runs) >= MOST_CHOICES:
            yield "too_imprecise", "", f"more than {MOST_CHOICES} choices of days matter: not all were tried"

    def _of_the_end(self, runs: Sequence[Run]) -> Iterator[Finding]:
        never_entered = self.entered is None
        if self.notices and never_entered and not self.entry.open:
            act = self.case.find("denunciation_notified", "denunciation_received", "denunciation_revoked")[0]
            yield "notice_without_entry", act.pointer, "it is not known to have been in force"
        recorded = [run.outcome for run in runs if run.outcome.recorded]
        if recorded:
            of_clause, ends = [each.computed for each in recorded], [each.ends for each in recorded]
            if max(of_clause) < min(ends) or max(ends) < min(of_clause) != NEVER:
                notice = recorded[0].notice
                assert notice is not None
                yield "end_computed_otherwise", f"/events/{notice.acts[-1]}", _clause_gives(of_clause)
        if not self.terminated:
            return
        act = self.terminations[0]
        if never_entered:
            yield "end_without_entry", act.pointer, "it is not known to have been in force"
        if not agree([each.when for each in self.terminations]):
            yield "end_contradicted", act.pointer, "its termination is recorded on several days"
        ends = [min(run.clause_ends, run.outcome.ends) for run in runs]
        early = act.event.get("ground", "unknown") in BY_THE_CLAUSE and self.terminated.latest < min(ends) != NEVER
        if max(ends) < self.terminated.earliest or early:
            yield "end_computed_otherwise", act.pointer, _clause_gives(ends)


def _clause_gives(ends: Sequence[date]) -> str:
    return f"the clause gives {_days(min(ends), max(ends)).edtf}"


def _sent_where_that_counts(case: Case) -> tuple[str, ...]:
    clause = case.agreement.get("entry_into_force", {})
    return ("notification_sent",) if clause.get("anchor") == "sent" else ()


def _claims_and_terminations(case: Case) -> tuple[list[Act], list[Act]]:
    """Invalidity is a claim until all parties agree, or a court says so for all (VCLT 65, 69)."""
    terminations = preferred(case.find("terminated"))
    void = [act for act in terminations if act.event.get("ground") == "invalid"]
    agreed = {party for act in void for party in act.parties}
    claims = void if not agreed >= {party["organization"] for party in case.parties} else []
    return claims, [act for act in terminations if act not in claims]


def _expired(world: World, last: Stage) -> Iterator[Layer]:
    """The END by the clause alone: more may be unrecorded."""
    if last.ends != NEVER:
        yield Layer("terminated", "expired", last.ends, last.rule, presumed=True, ground="expiry")
    elif world.lapsed and last.open_from != NEVER:
        yield Layer("terminated", "expired", last.open_from, last.rule, presumed=True, left_open=True, ground="expiry")


def _foremost(layers: Sequence[Layer]) -> Iterator[tuple[date, date, Layer]]:
    """Which layer goes before the others, from when until when, in turn."""
    start, best = ALWAYS, None
    bounds = {ALWAYS, *(layer.start for layer in layers), *(layer.end for layer in layers)}
    for day in sorted(bounds - {NEVER}):
        here = [layer for layer in layers if layer.start <= day < layer.end]
        foremost = min(here, key=lambda layer: (ORDER[layer.status], -layer.start.toordinal()))
        if best is None:
            best = foremost
        elif foremost is not best:
            yield start, day, best
            start, best = day, foremost
    assert best is not None
    yield start, NEVER, best


# All choices of days


LeftOpen = tuple[bool, bool]
"""Whether it entered into force, and whether it has ended, where a rule leaves that open."""


class Choices:
    """What is so in each choice of days that was tried."""

    def __init__(self, law: Law) -> None:
        self.law = law
        self.names = [day.name for day in law.free]
        self.runs: dict[tuple[LeftOpen, tuple[date, ...]], Run] = {}

    def run(self, left_open: LeftOpen, days: tuple[date, ...]) -> Run:
        """What is so if the imprecise days were these, in turn."""
        choice = left_open, days
        if choice not in self.runs:
            self.runs[choice] = self.law.run(self.world(left_open, days))
        return self.runs[choice]

    def world(self, left_open: LeftOpen, days: tuple[date, ...]) -> World:
        """The choice of these days."""
        entered, lapsed = left_open
        return World(dict(zip(self.names, days, strict=True)), lapsed, entered)

    def search(self, left_open: LeftOpen, days: tuple[date, ...], n: int) -> None:
        """Try the nth of the days where the shape changes, or may: there something else begins or ends."""

        def shape(at: date) -> Shape:
            return self.run(left_open, (*days[:n], at, *days[n + 1 :])).shape

        day = self.law.free[n]
        layers = self.run(left_open, days).layers
        jumps(shape, day.earliest, day.latest, {bound for layer in layers for bound in (layer.start, layer.end)})

    def worlds(self) -> Iterator[World]:
        """The choices that were tried."""
        return (self.world(*choice) for choice in self.runs)


def tried(law: Law) -> Choices:
    """Enough choices of days to know all that is possible."""
    choices = Choices(law)
    free = law.free
    alone = len(free) if len(free) <= MOST_FREE else MOST_FREE - 1
    lapses = (False, True) if law.leaves_open else (False,)
    entries = (False, True) if law.entry.open else (True,)
    for left_open in product(entries, lapses):
        for lates in product((False, True), repeat=min(len(free), MOST_FREE)):
            days = tuple(day.latest if lates[min(n, MOST_FREE - 1)] else day.earliest for n, day in enumerate(free))
            choices.run(left_open, days)
            for n in range(alone):
                if not lates[n] and len(choices.runs) < MOST_CHOICES:
                    choices.search(left_open, days, n)
    return choices


def jumps(index: Callable[[date], Any], first: date, last: date, stops: Iterable[date] = ()) -> list[date]:
    """The days from the first to the last between which the index changes, each with the day before it.

    All are found if it changes once at most between two stops.
    """
    near = {day for stop in stops if stop != NEVER for day in (stop, stop + DAY) if first < day < last}
    asked = [(day, index(day)) for day in (first, *sorted(near), last)]
    changes = chain.from_iterable(_jumps(index, *before, *after) for before, after in pairwise(asked))
    return list(islice(changes, MOST_JUMPS))


def _jumps(index: Callable[[date], Any], first: date, at_first: Any, last: date, at_last: Any) -> Iterator[date]:
    if at_first == at_last:
        return
    if last - first <= DAY:
        yield from (first, last)
        return
    middle = first + (last - first) // 2
    at_middle = index(middle)
    yield from _jumps(index, first, at_first, middle, at_middle)
    yield from _jumps(index, middle, at_middle, last, at_last)


@dataclass
class Piece:
    """A layer where it goes before all others, over all choices of days."""

    layer: Layer
    first: date
    """The first day that it can begin, and the last."""
    first_latest: date
    end: date
    """The first day that it can end, and the last."""
    end_latest: date
    ended: bool
    """In every choice, a recorded act ends it."""
    reaches: dict[Shape, tuple[date, date]]
    """From when until before when it reaches, in all choices that give the same shape."""
    choices: set[int]
    """Those in which it occurs."""

    def widen(self, other: "Piece") -> None:
        """Make it reach as far as the other, too."""
        layer = other.layer
        presumed, recorded = self.layer.presumed or layer.presumed, self.layer.recorded and layer.recorded
        self.layer = replace(self.layer, presumed=presumed, recorded=recorded)
        self.first, self.first_latest = min(self.first, other.first), max(self.first_latest, other.first_latest)
        self.end, self.end_latest = min(self.end, other.end), max(self.end_latest, other.end_latest)
        self.ended = self.ended and other.ended
        self.choices |= other.choices
        for shape, (first, last) in other.reaches.items():
            start, end = self.reaches.get(shape, (first, last))
            self.reaches[shape] = min(first, start), max(last, end)

    def holds(self, day: date) -> bool:
        """Whether it reaches over the day, in some choice."""
        return self.first <= day < self.end_latest and any(first <= day < end for first, end in self.reaches.values())


def _pieces(runs: Iterable[Run]) -> list[Piece]:
    """Each layer once for each time that it goes before the others in the same choice of days."""
    found: dict[tuple[str, ...], Piece] = {}
    for choice, run in enumerate(runs):
        before = ""
        for (start, end, layer), following in zip(run.foremost, [*run.foremost[1:], None], strict=True):
            next_ = following[2] if following else None
            ended = next_ is not None and next_.recorded and not next_.presumed
            piece = Piece(layer, start, start, end, end, ended, {run.shape: (start, end)}, {choice})
            found.setdefault((layer.status, layer.id, before), piece).widen(piece)
            before = layer.id
    return _merged(found.values())


def _merged(pieces: Iterable[Piece]) -> list[Piece]:
    """What follows on another layer in other choices is the same piece; what comes twice in one choice is not."""
    found: list[Piece] = []
    for piece in pieces:
        name = piece.layer.status, piece.layer.id
        for known in found:
            if (known.layer.status, known.layer.id) == name and known.choices.isdisjoint(piece.choices):
                known.widen(piece)
                break
        else:
            found.append(piece)
    return found


def _hulls(marks: Iterable[Mark]) -> list[Mark]:
    """Each mark once, as far as it reaches over all choices; the anchors of a term from the first to the last."""
    found: dict[tuple[str, Any], Mark] = {}
    for mark in marks:
        id = mark.value[0] if mark.id == "term" else mark.value
        known = found.get((mark.id, id))
        if known is None:
            found[mark.id, id] = Mark(mark.id, mark.start, mark.end, [mark.value])
        else:
            start, end = min(known.start, mark.start), max(known.end, mark.end)
            found[mark.id, id] = Mark(mark.id, start, end, [*known.value, mark.value])
    return list(found.values())


# Periods


def _days(earliest: date, latest: date) -> Days:
    return Days(None if earliest == ALWAYS else earliest, None if latest == NEVER else latest)


def _periods(law: Law, pieces: Sequence[Piece], marks: Sequence[Mark]) -> Iterator[dict[str, Any]]:
    """From one day on which the answer changes to the next."""
    teller = Teller(law, marks)
    bounds = {ALWAYS, NEVER} | {day for piece in pieces for reach in piece.reaches.values() for day in reach}
    bounds |= {day for mark in marks for day in (mark.start, mark.end)}
    proofs = {teller.verified, *(teller.proof(piece) for piece in pieces if not piece.ended)}
    bounds |= {proof + DAY for proof in proofs if ALWAYS < proof < NEVER}
    told: dict[str, Any] = {}
    since = ALWAYS
    for start in sorted(bounds - {NEVER}):
        new = teller.tell(start, [piece for piece in pieces if piece.holds(start)])
        if new != told:
            if told:
                yield _period(since, start, told)
            told, since = new, start
    yield _period(since, NEVER, told)


def _period(start: date, end: date, told: Mapping[str, Any]) -> dict[str, Any]:
    first = {"from": str(start)} if start != ALWAYS else {}
    return {**first, **told, **({"to": str(end - DAY)} if end != NEVER else {})}


class Teller:
    """Says what is so on a day, from the pieces that reach over it."""

    def __init__(self, law: Law, marks: Sequence[Mark]) -> None:
        self.law = law
        self.marks = marks
        verified = law.case.agreement.get("verified_on", {}).get("earliest")
        self.verified = date.fromisoformat(verified) if verified else ALWAYS
        self.proving = [when("date", act.event["date"]) for act in law.case.acts if act.kind not in v.NEUTRAL_KINDS]
        self.proving += law.case.signing_days
        self.custom = _concluded(law) < CONVENTION_IN_FORCE
        self.sources = {act.id: list(_sources(act.event, ("",))) for act in law.case.acts}
        concluded = min((day.latest for day in law.case.signing_days), default=NEVER)
        self.as_custom = ", as custom" if concluded < CONVENTION_IN_FORCE else ""

    def proof(self, piece: Piece) -> date:
        """The last day on which something was done while it lasted, whatever the choice: it lasted until then."""
        sure = (day for day in self.proving if not day.doubtful)
        done = (day.earliest for day in sure if piece.first_latest <= day.earliest and day.latest <= piece.end)
        return max(done, default=ALWAYS)

    def tell(self, day: date, pieces: Sequence[Piece]) -> dict[str, Any]:
        """The answer on the day, and on all that follow until it changes."""
        possible = sorted({piece.layer.status for piece in pieces}, key=lambda status: ORDER[status])
        status = self._reported(pieces, possible)
        mine = [piece for piece in pieces if piece.layer.status == status]
        layer = mine[0].layer
        naming = next((piece.layer for piece in pieces if piece.layer.left_open), layer)
        told: dict[str, Any] = {
            "status": status,
            "certainty": self._certainty(day, mine) if len(possible) == 1 else "possible",
            "possible_statuses": possible,
        }
        told |= self._bounds(mine)
        events = list(dict.fromkeys(id for piece in pieces for id in piece.layer.events))
        told |= {
            "rule": self._cited(naming.rule),
            "events": events,
            "sources": self._sources_of(status, events),
            **({"ground": layer.ground} if layer.ground and status in ("terminated", "suspended") else {}),
            **self._beside(day, status, possible),
        }
        if any(piece.layer.rule == NO_CLAUSE for piece in pieces):
            told["denounceable"] = "uncertain"
        if status == "terminated":
            told |= self._effects(mine)
        return told

    @staticmethod
    def _reported(pieces: Sequence[Piece], possible: Sequence[str]) -> str:
        """in_force if it is among them, else the first in the order; unless a rule names another."""
        named = [status for status in possible if not all(
            piece.layer.yields for piece in pieces if piece.layer.status == status
        )]  # fmt: skip
        return "in_force" if "in_force" in named else named[0]

    def _certainty(self, day: date, pieces: Sequence[Piece]) -> str:
        if any(piece.layer.presumed or piece.layer.status == "unknown" for piece in pieces):
            only_lasting = all(piece.layer.id == "expired" for piece in pieces)
            return "definite" if only_lasting and day <= self.verified else "presumed"
        return "definite" if day <= self.verified or all(self._is_proven(day, each) for each in pieces) else "presumed"

    def _is_proven(self, day: date, piece: Piece) -> bool:
        by_act = piece.layer.status == "terminated" and piece.layer.recorded
        return by_act or piece.ended or day <= self.proof(piece)

    @staticmethod
    def _bounds(pieces: Sequence[Piece]) -> dict[str, Any]:
        """Since when, and until before when, if that is not open."""
        first, first_latest = min(each.first for each in pieces), max(each.first_latest for each in pieces)
        end, end_latest = min(each.end for each in pieces), max(each.end_latest for each in pieces)
        bounds = {}
        if first_latest != ALWAYS:
            bounds["since"] = _days(first, first_latest).document()
        if end != NEVER:
            bounds["end"] = _days(end, end_latest).document()
        return bounds

    def _cited(self, rule: str) -> str:
        """The rule by the Convention that applies, and as custom where it was concluded before that."""
        if self.law.case.context.international:
            rule = rule.replace("VCLT", "VCLT 1986")
        return f"{rule}, as custom" if self.custom and rule.startswith("VCLT") else rule

    def _sources_of(self, status: str, events: Sequence[str]) -> list[str]:
        fields = {
            "signed_not_in_force": ("/signed",),
            "in_force": ("/entry_into_force", "/duration"),
            "terminated": ("/duration",),
        }
        own = _sources(self.law.case.agreement, fields.get(status, ()))
        named = (source for id in events for source in self.sources.get(id, ()))
        return list(dict.fromkeys([*named, *own]))

    def _beside(self, day: date, status: str, possible: Sequence[str]) -> dict[str, Any]:
        here = [mark for mark in self.marks if mark.start <= day < mark.end]
        contested = {mark.value for mark in here if mark.id == "contested"} if status != "terminated" else ()
        told: dict[str, Any] = {
            "partial": any((mark.id, status) in IN_PART for mark in here),
            "contested": bool(contested),
        }
        if contested:
            told["contested_by"] = sorted(contested)
        owed: list[Owed] = [mark.value for mark in here if mark.id == "pending"]
        if owed and not BEFORE_ENTRY.isdisjoint(possible):
            told["pending"] = [{"party": each.party, "act": each.act} for each in owed]
        terms = [_term(mark.value) for mark in here if mark.id == "term"]
        if terms and status in ("in_force", "suspended"):
            told["terms"] = terms
        return told

    def _effects(self, pieces: Sequence[Piece]) -> dict[str, Any]:
        survival = self.law.clauses[-1].survival
        if survival is None:
            return {}
        first, last = min(each.first for each in pieces), max(each.first_latest for each in pieces)
        return {"effects_until": _days(later(first, survival), later(last, survival)).document()}


def _concluded(law: Law) -> date:
    """The day by which it certainly was concluded: the last signature, or its entry into force."""
    signed = max((day.latest for day in law.case.signing_days), default=NEVER)
    entry = law.entry.range()
    return min(signed, entry.latest or NEVER) if entry else signed


def _sources(record: Document, fields: Sequence[str]) -> Iterator[str]:
    """The sources that support one of the fields, or what stands below it."""
    for citation in record.get("citations", ()):
        if citation["stance"] == "supports" and any(citation["field"].startswith(field) for field in fields):
            yield citation["source"]


def _term(terms: Sequence[tuple[str, Boundaries, Duration | None, bool]]) -> dict[str, Any]:
    """One term as plain data: its anchor as far as it is known, and what its boundaries are counted by."""
    anchors = [boundaries.anchor for _, boundaries, _, _ in terms]
    _, boundaries, notice, counted_from_entry = terms[-1]
    counted = {"initial": boundaries.initial, "period": boundaries.period, "notice": notice}
    return {
        "anchor": _days(min(anchors), max(anchors)).document(),
        **{name: duration.text for name, duration in counted.items() if duration},
        "last_day_named": boundaries.named,
        "counted_from_entry": counted_from_entry,
    }


# The answer on a day


def period_on(periods: Sequence[Document], on: date) -> Document:
    """The period that the day lies in."""
    day = on.isoformat()
    return next(period for period in periods if period.get("from", "") <= day <= period.get("to", "9999-12-31"))


def next_boundary(terms: Iterable[Document], on: date) -> dict[str, Any]:
    """The first boundary after the day, and the last day on which a notice for it may be received.

    Where it is not known which of several terms is in force, what each of them gives is told as one range.
    """
    reached = [each for term in terms for each in _reached(term, on)]
    expiries = [boundaries.at(k) for boundaries, k, _ in reached]
    if min(expiries, default=NEVER) == NEVER:
        return {}
    told = {"next_expiry": _days(min(expiries), max(expiries)).document()}
    deadlines = [boundaries.deadline(k, notice) for boundaries, k, notice in reached if notice]
    if deadlines:
        told["notice_deadline"] = _days(min(deadlines), max(deadlines)).document()
    return told


def _reached(term: Document, on: date) -> Iterator[tuple[Boundaries, int, Duration | None]]:
    """The first boundary after the day, for every anchor that matters."""
    notice = parse_duration(term["notice"]) if "notice" in term else None

    def boundaries(anchor: date) -> Boundaries:
        initial, period = (parse_duration(term[name]) if name in term else None for name in ("initial", "period"))
        return Boundaries(anchor, initial, period, term["last_day_named"])

    def index(anchor: date) -> int | None:
        return boundaries(anchor).after(on)

    first = date.fromisoformat(term["anchor"].get("earliest", ALWAYS.isoformat()))
    last = date.fromisoformat(term["anchor"].get("latest", NEVER.isoformat()))
    if term["counted_from_entry"]:
        last = min(last, max(first, on))  # had it entered into force later, it would not be in force on the day
    for at in {first, last, *jumps(index, first, last)}:
        k = index(at)
        if k is not None:
            yield boundaries(at), k, notice


def answer_on(periods: Sequence[Document], on: date, today: date) -> dict[str, Any]:
    """The status on a day, asked on another: of the days to come nothing is known better than presumed."""
    told = {name: value for name, value in period_on(periods, on).items() if name not in ("from", "to", "terms")}
    if on > today and told["certainty"] == "definite":
        told["certainty"] = "presumed"
    expiry = next_boundary(period_on(periods, on).get("terms", ()), on)
    if not expiry and told["status"] in ("in_force", "suspended"):
        expiry = _end_after(periods, on)
    return told | expiry


def _end_after(periods: Sequence[Document], on: date) -> dict[str, Any]:
    """The END that is known, or possible, where no boundary is counted; a suspension is none."""
    following = [period for period in periods if period.get("to", "9999-12-31") >= on.isoformat()]
    ended = next((period for period in following if period["status"] == "terminated"), None)
    if ended:
        return {"next_expiry": ended["since"]}
    last = following[-1]
    return {"next_expiry": last["end"]} if "end" in last and "terminated" in last["possible_statuses"] else {}
