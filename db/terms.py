"""How long an agreement lasts: its terms, their boundaries, and what a notice does (VCLT 54, 56; DOMAIN 6).

PURE: imports the standard library and the pure modules only. Everything here is about one choice of days (a `World`):
what imprecise days make of it is db/lifecycle.py's. An END is the first day no longer in force.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from db.acts import Act, Case, Document, When, World, when
from db.dates import ALWAYS, NEVER, Duration, later, parse_duration, subtract

DAY = timedelta(days=1)
YEAR = parse_duration("P12M")
"""The notice of VCLT 56(2)."""

EXPIRED = "VCLT 54(a), term expired"
RENEWAL_UNKNOWN = "VCLT 54(a), term expired, renewal unknown"
LENGTH_UNKNOWN = "VCLT 54(a), length of the term unknown"
END_WITH_NOTICE = "VCLT 54(a), end recorded with the notice"
NOTICE_UNKNOWN = "VCLT 54(a), period of notice unknown"
NO_CLAUSE = "VCLT 56(1), no clause on denunciation"
BY_NOTICE: Mapping[str, str] = {
    "before_boundary": "VCLT 54(a), notice before the end of a term",
    "any_time": "VCLT 54(a), notice at any time",
    "before_year_end": "VCLT 54(a), notice before the end of a year",
}
"""The rule by which a notice ends an agreement."""


@dataclass(frozen=True)
class Boundaries:
    """B(0), B(1) ...: the ends of the terms, each counted from the anchor, never from the one before."""

    anchor: date
    initial: Duration | None
    """None: the anchor is B(0) itself."""
    period: Duration | None
    """None: there is B(0) alone."""
    named: bool
    """The text names the last day, so a notice is counted back from that."""

    def at(self, k: int) -> date:
        """B(k); NEVER where the calendar ends before."""
        if self.initial and self.period:
            return later(self.anchor, self.initial.plus(self.period, k))
        if self.initial or not (self.period and k):
            return later(self.anchor, *([self.initial] if self.initial else []))
        return later(self.anchor, self.period.plus(self.period, k - 1))

    def deadline(self, k: int, notice: Duration) -> date:
        """The last day on which a notice for B(k) may be received."""
        boundary = self.at(k)
        if boundary == NEVER:
            return NEVER
        try:
            return subtract(boundary - DAY if self.named else boundary, notice)
        except OverflowError:
            return ALWAYS

    def first(self, holds: Callable[[int], bool]) -> int | None:
        """The first k for which it holds, if it then holds for all that follow; None if B(0) is all and fails."""
        if holds(0):
            return 0
        if self.period is None:
            return None
        fails, works = 0, 1
        while not holds(works):
            fails, works = works, works * 2
        while works - fails > 1:
            middle = (fails + works) // 2
            fails, works = (fails, middle) if holds(middle) else (middle, works)
        return works

    def after(self, day: date) -> int | None:
        """The k of the first boundary after the day."""
        return self.first(lambda k: self.at(k) > day or self.at(k) == NEVER)

    def open_on(self, day: date, notice: Duration) -> int | None:
        """The k of the first boundary for which a notice received on the day is in time."""
        return self.first(lambda k: self.deadline(k, notice) >= day)


@dataclass(frozen=True)
class Clause:
    """A clause on duration and denunciation."""

    since: When | None
    initial: Duration | None
    indefinite: bool
    until: When | None
    renewal: str
    period: Duration | None
    notice: Duration | None
    without_notice: bool
    """The text has no clause on denunciation."""
    anchor: str
    survival: Duration | None

    @property
    def fixed(self) -> bool:
        """It ends with its term, unless the parties agree on more."""
        return self.renewal in ("none", "express")

    @property
    def bounded(self) -> bool:
        """It says how long the first term lasts, if only that it has no end."""
        return self.indefinite or bool(self.initial or self.until)

    def boundaries(self, world: World, entered: date) -> Boundaries | None:
        """Those of the term that begins with entry into force."""
        period = self.period if self.renewal == "tacit" else None
        if self.until:
            last = world.day(self.until)
            return Boundaries(last + DAY if last != NEVER else NEVER, None, period, named=True)
        return Boundaries(entered, self.initial, period, named=False) if self.initial else None


UNRECORDED = Clause(None, None, True, None, "tacit_indefinite", None, None, False, "any_time", None)
"""No clause recorded: no END, and of a notice nobody knows the period."""


def clauses_of(case: Case) -> list[Clause]:
    """The clauses on duration that followed one another; the one that stands for none recorded if there is none."""
    given = case.agreement.get("duration")
    if given is None:
        return [UNRECORDED]
    return [_clause(each, index) for index, each in enumerate(given if isinstance(given, list) else [given])]


def _clause(term: Document, index: int) -> Clause:
    indefinite = term.get("initial") == "indefinite"
    return Clause(
        since=when(f"duration/{index}/from", term["from"]) if index else None,
        initial=_duration(term.get("initial")),
        indefinite=indefinite,
        until=when(f"duration/{index}/until", term["until"]) if "until" in term else None,
        renewal=term["renewal"],
        period=_duration(term.get("renewal_period")),
        notice=_duration(term.get("notice")),
        without_notice=term.get("notice") == "none",
        anchor=term.get("notice_anchor", "any_time" if indefinite else "before_boundary"),
        survival=_duration(term.get("survival")),
    )


def _duration(text: str | None) -> Duration | None:
    return parse_duration(text) if text and text.startswith("P") else None


@dataclass(frozen=True)
class Prolongation:
    """An act, or another agreement, that gives a new term."""

    id: str
    when: When
    starts: When | None
    until: When | None
    term: Duration | None


def prolongations_of(case: Case) -> list[Prolongation]:
    """The recorded extensions and renewals."""
    acts = [
        Prolongation(act.id, act.when, act.dated("effective"), act.dated("until"), _duration(act.event.get("term")))
        for act in case.find("extended", "renewed")
    ]
    return acts + [
        Prolongation(tie.agreement, _of(tie.agreement, tie.days), None, _of(f"{tie.agreement}/until", tie.until), None)
        for tie in case.context.ties
        if tie.kind == "extends" and tie.counts and tie.until
    ]


def _of(name: str, days: object) -> When:
    earliest, latest = getattr(days, "earliest", None), getattr(days, "latest", None)
    return When(name, earliest or ALWAYS, latest or NEVER)


@dataclass(frozen=True)
class Stage:
    """From `starts` on the term is so; an earlier stage that had ended before leaves a gap."""

    id: str
    known: date
    """The day from which it replaces the stage before it."""
    starts: date
    clause: Clause
    boundaries: Boundaries | None
    ends: date
    """The END by the clause alone; NEVER without one."""
    open_from: date = NEVER
    """From this day on a rule leaves open whether it has ended."""
    rule: str = EXPIRED


def stages_of(world: World, clauses: list[Clause], prolongations: list[Prolongation], entered: date) -> list[Stage]:
    """The stages of an agreement that entered into force on this day, in turn."""
    changes: list[tuple[date, str, Clause | Prolongation]] = [
        (world.day(clause.since), clause.since.name, clause) for clause in clauses if clause.since
    ]
    changes += [(world.day(each.when), each.id, each) for each in prolongations]
    first = clauses[0]
    stages = [_stage("entry", ALWAYS, entered, first, first.boundaries(world, entered), entered)]
    for day, id, change in sorted(changes, key=lambda each: each[0]):
        last = stages[-1]
        if isinstance(change, Prolongation):
            stages.append(_prolonged(world, last, change, day, entered))
        elif day <= last.ends:
            boundaries = change.boundaries(world, entered)
            stages.append(_stage(id, day, last.starts, change, boundaries, entered))
    return stages


def _stage(id: str, known: date, starts: date, clause: Clause, boundaries: Boundaries | None, entered: date) -> Stage:
    if boundaries is None:
        length_unknown = clause.fixed and not clause.bounded
        return Stage(id, known, starts, clause, None, NEVER, entered if length_unknown else NEVER, LENGTH_UNKNOWN)
    if clause.renewal == "unknown":
        return Stage(id, known, starts, clause, boundaries, NEVER, boundaries.at(0), RENEWAL_UNKNOWN)
    return Stage(id, known, starts, clause, boundaries, boundaries.at(0) if clause.fixed else NEVER)


def _prolonged(world: World, last: Stage, new: Prolongation, day: date, entered: date) -> Stage:
    """The new term: from its `effective`; left out, from the old END if the act is not after it, else from its day."""
    starts = world.day(new.starts) if new.starts else _old_end(last, day)
    period = last.clause.period if last.clause.renewal == "tacit" else None
    if new.until:
        until = world.day(new.until)
        boundaries = Boundaries(until + DAY if until != NEVER else NEVER, None, period, named=True)
    else:
        boundaries = Boundaries(starts, new.term, period, named=False)
    begins = starts if starts > last.ends else last.starts
    return _stage(new.id, day, begins, last.clause, boundaries, entered)


def _old_end(last: Stage, day: date) -> date:
    if last.ends != NEVER:
        return last.ends if day <= last.ends else day
    k = last.boundaries.after(day - DAY) if last.boundaries and day != ALWAYS else None
    return last.boundaries.at(k) if last.boundaries and k is not None else day


# Notices


@dataclass(frozen=True)
class Notice:
    """A denunciation by one party: when it was received, and what is recorded about it."""

    received: When
    acts: tuple[str, ...]
    effective: When | None = None
    presumed: bool = False
    """Its receipt is not recorded: the day of the notification counts."""
    revoked: tuple[When, ...] = ()


def notices_of(case: Case) -> dict[str, list[Notice]]:
    """The denunciations of each party."""
    found: dict[str, list[Notice]] = {}
    for act in (*case.find("denunciation_notified"), *case.find("denunciation_received")):
        for party in sorted(act.parties):
            found[party] = _with(found.get(party, []), act)
    for act in case.find("denunciation_revoked"):
        for party in act.parties & found.keys():
            found[party] = [_unless_revoked(notice, act) for notice in found[party]]
    return found


def _with(notices: list[Notice], act: Act) -> list[Notice]:
    """These and one more; or the receipt of the last that may have been notified before."""
    effective = act.dated("effective")
    if act.kind == "denunciation_notified":
        return [*notices, Notice(act.when, (act.id,), effective, presumed=True)]
    sent = [each for each in notices if each.presumed and each.received.earliest <= act.when.latest][-1:]
    acts = tuple(id for each in sent for id in each.acts)
    recorded = [each.effective for each in sent]
    received = Notice(act.when, (*acts, act.id), effective or next(iter(recorded), None))
    return [*(each for each in notices if each not in sent), received]


def _unless_revoked(notice: Notice, act: Act) -> Notice:
    if act.when.latest < notice.received.earliest:
        return notice
    return replace(notice, acts=(*notice.acts, act.id), revoked=(*notice.revoked, act.when))


@dataclass(frozen=True)
class Outcome:
    """What a notice, or all of them together, bring about."""

    ends: date = NEVER
    open_from: date = NEVER
    """From this day on a rule leaves open whether it has ended."""
    rule: str = EXPIRED
    boundary: int | None = None
    """The k of the boundary used."""
    notice: Notice | None = None
    recorded: bool = False
    stage: str = ""
    """The id of the stage whose clause it is."""


def stage_on(stages: list[Stage], day: date) -> Stage:
    """The stage that is known on the day."""
    return next(stage for stage in reversed(stages) if stage.known <= day or stage is stages[0])


def end_of_notice(stages: list[Stage], received: date) -> Outcome:
    """What a notice that was received on the day brings about, by the clause in force on that day."""
    stage = stage_on(stages, received)
    clause, boundaries = stage.clause, stage.boundaries
    if clause.without_notice:
        if stage.ends != NEVER:
            return Outcome(stage.ends)
        return Outcome(open_from=later(received, YEAR), rule=NO_CLAUSE)
    if clause.notice is None:
        return Outcome(open_from=received, rule=NOTICE_UNKNOWN)
    if clause.anchor == "before_year_end":
        return Outcome(_year_end(clause.notice, boundaries, received), rule=BY_NOTICE[clause.anchor])
    if clause.anchor == "before_boundary" and boundaries:
        k = boundaries.open_on(received, clause.notice)
        if k is not None:
            return Outcome(boundaries.at(k), rule=BY_NOTICE[clause.anchor], boundary=k)
        if clause.renewal != "tacit_indefinite":
            return Outcome(stage.ends, stage.open_from, stage.rule)
    return Outcome(_any_time(stage, clause.notice, received), rule=BY_NOTICE["any_time"])


def _year_end(notice: Duration, boundaries: Boundaries | None, received: date) -> date:
    """The first 1 January for which the notice is in time, and not before the end of the initial term."""
    not_before = boundaries.at(0) if boundaries else ALWAYS
    for year in range(max(received, not_before).year, NEVER.year + 1):
        january = date(year, 1, 1)
        if january >= not_before and january > received and subtract(january - DAY, notice) >= received:
            return january
    return NEVER


def _any_time(stage: Stage, notice: Duration, received: date) -> date:
    ends = later(received, notice)
    if not stage.boundaries:
        return ends
    first = stage.boundaries.at(0)
    if stage.clause.fixed:
        return min(ends, first)
    return ends if stage.clause.renewal == "unknown" else max(ends, first)


def denounced(world: World, case: Case, notices: Mapping[str, list[Notice]], stages: list[Stage]) -> Outcome:
    """What all notices together bring about: an agreement ends when all parties of one side have left it."""
    sides = [_side_leaves(world, case, side, notices, stages) for side in ("a", "b")]
    ends = min(sides, key=lambda each: each.ends)
    opens = min(sides, key=lambda each: each.open_from)
    if opens.open_from < ends.ends:
        return Outcome(ends.ends, opens.open_from, opens.rule, ends.boundary, opens.notice, stage=opens.stage)
    return ends


def _side_leaves(
    world: World, case: Case, side: str, notices: Mapping[str, list[Notice]], stages: list[Stage]
) -> Outcome:
    mine = [party for party in case.parties if party["side"] == side]
    staying = [party["organization"] for party in mine if "to" not in party] or [each["organization"] for each in mine]
    leaving = [_party_leaves(world, notices.get(party, []), stages) for party in staying]
    last = max(leaving, key=lambda each: each.ends)
    open_from = max(min(each.ends, each.open_from) for each in leaving)
    if open_from < last.ends:
        opener = max(leaving, key=lambda each: min(each.ends, each.open_from))
        return Outcome(last.ends, open_from, opener.rule, last.boundary, opener.notice, stage=opener.stage)
    return last


def _party_leaves(world: World, notices: list[Notice], stages: list[Stage]) -> Outcome:
    """By its notices that were not revoked before they took effect, the earliest."""
    standing = [outcome for each in notices if (outcome := _of_notice(world, each, stages))]
    return min(standing, key=lambda each: min(each.ends, each.open_from), default=Outcome())


def _of_notice(world: World, notice: Notice, stages: list[Stage]) -> Outcome | None:
    received = world.day(notice.received)
    found, stage = end_of_notice(stages, received), stage_on(stages, received)
    if notice.effective:
        found = Outcome(world.day(notice.effective), rule=END_WITH_NOTICE, recorded=True)
    if any(received <= world.day(revoked) < min(found.ends, found.open_from) for revoked in notice.revoked):
        return None
    return Outcome(found.ends, found.open_from, found.rule, found.boundary, notice, found.recorded, stage.id)
