"""What the rules give in one choice of days: layers of status, one over the other (DOMAIN 5 to 7).

PURE: imports the standard library and the pure modules only. In one choice of days (a `World`) every rule gives a
`Layer`, a status from one day to another; on each day the layer that goes before the others tells the status.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Any

from db import vocabulary as v
from db.acts import Act, Case, Finding, When, World, agree, earliest_of, hull, preferred, when
from db.dates import ALWAYS, NEVER, Days
from db.entry import entry_of
from db.terms import (
    DAY,
    Outcome,
    Stage,
    clauses_of,
    denounced,
    notices_of,
    prolongations_of,
    stages_of,
)

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
    agreements: tuple[str, ...] = ()
    """Other agreements that bring it about."""
    presumed: bool = False
    recorded: bool = False
    """A recorded act begins it."""
    left_open: bool = False
    """Begun by what a rule leaves open."""
    yields: bool = False
    """A rule names another status as the reported one."""
    doubtful: bool = False
    """It hangs on a doubtful day, so that nobody could have verified it."""
    ground: str | None = None


@dataclass(frozen=True)
class Mark:
    """Something that is so beside the status, from `start` until before `end`."""

    id: str
    start: date
    end: date
    value: Any = None


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
            stages = stages_of(world, self.clauses, self.prolongations, entered, self.entry.presumed)
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
            yield Layer("signed_not_in_force", "signed", start, SIGNED, events=events, presumed=doubtful, recorded=True)
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
            "provisionally_applied", act.id, start, PROVISIONAL, end, (act.id,),
            presumed=act.when.doubtful, recorded=True,
        )  # fmt: skip

    def _refused(self, world: World, refusal: Act) -> Iterator[Layer]:
        """Abandoned from the refusal until the same party consents or signs again; each, where several refused."""
        start = world.day(refusal.when)
        ends = [
            world.first(act.when for act in self.consents if party in act.parties and world.day(act.when) > start)
            for party in refusal.parties
        ]
        end = max(ends, default=start)
        yield Layer(
            "abandoned", refusal.id, start, REFUSED, end, (refusal.id,),
            presumed=refusal.when.doubtful, recorded=True,
        )  # fmt: skip

    def _in_force(self, entered: date, stages: Sequence[Stage]) -> Iterator[Layer]:
        entry = self.entry
        yield Layer(
            "in_force", "entry", entered, entry.rule, events=entry.events, presumed=entry.presumed,
            recorded=entry.recorded, left_open=entry.open, yields=entry.open,
        )  # fmt: skip
        for before, after in pairwise(stages):
            if after.starts > before.ends:
                yield Layer("terminated", f"before {after.id}", before.ends, EXPIRED_BEFORE_RENEWAL, after.starts)
                acts, others = ((), (after.id,)) if after.by_another else ((after.id,), ())
                yield Layer("in_force", after.id, after.starts, RENEWED, events=acts, agreements=others, recorded=True)

    def _suspended(self, world: World, marks: list[Mark]) -> Iterator[Layer]:
        """Suspended as a whole, until resumed; or in part, which is marked."""
        whole: Act | None = None
        part: Act | None = None
        by_others = [*self._suspended_by_others(world)]
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
                over = [each for each in by_others if each.start <= day < each.end]
                by_others = [replace(each, end=day) if each in over else each for each in by_others]
                if whole:
                    yield self._suspension(world, whole, day)
                if whole or over:
                    yield Layer(
                        "in_force", act.id, day, RESUMED,
                        events=(act.id,), presumed=act.when.doubtful, recorded=True,
                    )  # fmt: skip
                    part, whole = act if in_part else part, None
        if whole:
            yield self._suspension(world, whole, NEVER)
        if part:
            marks.append(Mark("partial", world.day(part.when), NEVER, part.id))
        yield from by_others

    def _suspended_by_others(self, world: World) -> Iterator[Layer]:
        for tie, (begins, ends) in self.ties:
            if tie.kind == "suspends":
                last = world.day(ends) if ends else NEVER
                yield Layer(
                    "suspended", tie.agreement, world.day(begins), SUSPENDED_BY_ANOTHER,
                    last + DAY if last != NEVER else NEVER,
                    agreements=(tie.agreement,), presumed=tie.presumed, recorded=True,
                )  # fmt: skip

    def _suspension(self, world: World, act: Act, end: date) -> Layer:
        return Layer(
            "suspended", act.id, world.day(act.when), SUSPENDED, end, (act.id,),
            presumed=act.when.doubtful, recorded=True, ground=act.event.get("ground"),
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
                        "terminated", tie.agreement, day, rule, agreements=(tie.agreement,),
                        presumed=tie.presumed, recorded=True, ground=ground,
                    )  # fmt: skip
        yield from self._denounced(world, stages, outcome)
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
            "terminated", "terminated", day, rule, events=events,
            presumed=self.terminated.doubtful, recorded=True, ground=ground,
        )  # fmt: skip

    def _denounced(self, world: World, stages: Sequence[Stage], outcome: Outcome) -> Iterator[Layer]:
        notice = outcome.notice
        if notice is None:
            return
        if outcome.ends != NEVER:
            counted = any(each.doubtful for each in stages if each.id == outcome.stage and outcome.boundary is not None)
            presumed = notice.presumed or ((notice.received.doubtful or counted) and not outcome.recorded)
            yield Layer(
                "terminated", "denounced", outcome.ends, outcome.rule, events=notice.acts,
                presumed=presumed, recorded=True, ground="denounced",
            )  # fmt: skip
        if world.lapsed and outcome.open_from != NEVER:
            yield Layer(
                "terminated", "denounced", outcome.open_from, outcome.rule, events=notice.acts,
                presumed=True, recorded=True, left_open=True, ground="denounced",
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
        """Contested, by whom and in which act, from the first day that it can be until the last or all is settled."""
        open_: dict[str, tuple[date, tuple[str, str]]] = {}
        for act in self.case.acts:
            if act.kind not in (*v.DISPUTING_KINDS, "dispute_settled") and act not in self.claims:
                continue
            if act.kind == "dispute_settled":
                yield from (Mark("contested", start, act.when.latest, each) for start, each in open_.values())
                open_ = {}
            else:
                by = [act.event["by"]] if "by" in act.event else sorted(act.parties)
                for each in by:
                    open_.setdefault(each, (act.when.earliest, (each, act.id)))
        yield from (Mark("contested", start, NEVER, each) for start, each in open_.values())

    # What contradicts itself

    def findings(self, runs: Sequence[Run]) -> list[Finding]:
        """What contradicts itself or cannot be told; nothing of it is refused."""
        return [
            *self.entry_findings,
            *self._of_signature(),
            *self._of_acts(),
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
        yield from self._of_the_order(runs)
        if not self.terminated:
            return
        act = self.terminations[0]
        if never_entered:
            yield "end_without_entry", act.pointer, "it is not known to have been in force"
        for tie, _ in self.ties:
            if tie.kind in BY_ANOTHER and tie.days.latest and tie.days.latest < self.terminated.earliest:
                yield "end_computed_otherwise", act.pointer, f"{tie.agreement!r} {tie.kind} it on {tie.days.edtf}"
        if not agree([each.when for each in self.terminations]):
            yield "end_contradicted", act.pointer, "its termination is recorded on several days"
        ends = [min(run.clause_ends, run.outcome.ends) for run in runs]
        early = act.event.get("ground", "unknown") in BY_THE_CLAUSE and self.terminated.latest < min(ends) != NEVER
        if max(ends) < self.terminated.earliest or early:
            yield "end_computed_otherwise", act.pointer, _clause_gives(ends)

    def _of_the_order(self, runs: Sequence[Run]) -> Iterator[Finding]:
        """What ended before it began, and what was done after the end."""
        last = [run.foremost[-1] for run in runs]
        if any(layer.status != "terminated" for _, _, layer in last):
            return
        first, latest = min(start for start, _, _ in last), max(start for start, _, _ in last)
        if self.entered and self.entered.earliest and latest < self.entered.earliest:
            layer = last[0][2]
            pointer = f"/events/{layer.events[0]}" if layer.events else ""
            yield "end_before_entry", pointer, f"it would end by {latest}, before it entered into force"
        ending = {id for _, _, layer in last for id in layer.events}
        for act in self.case.find(*v.LIVING_KINDS):
            if act.when.earliest > latest and act.id not in ending:
                yield "act_after_end", act.pointer, f"it had ended by {latest}"
        notices = [run.outcome.notice for run in runs if run.outcome.notice]
        if all(layer.id == "denounced" for _, _, layer in last):
            received = max(notice.received.latest for notice in notices)
            for each in self.prolongations:
                if not each.by_another and received < each.when.earliest and each.when.latest < first:
                    yield "end_contradicted", f"/events/{each.id}", "a notice received before ends it all the same"


def _clause_gives(ends: Sequence[date]) -> str:
    return f"the clause gives {Days.of(min(ends), max(ends)).edtf}"


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
        yield Layer(
            "terminated", "expired", last.ends, last.rule, presumed=True, ground="expiry", doubtful=last.doubtful
        )
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
