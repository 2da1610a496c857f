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
BY_CLAUSE = frozenset({EXPIRED, RENEWAL_UNKNOWN, LENGTH_UNKNOWN})
"""The rules by which an agreement ends without a notice."""
END_WITH_NOTICE = "VCLT 54(a), end recorded with the notice"
NOTICE_UNKNOWN = "VCLT 54(a), period of notice unknown"
NO_CLAUSE = "VCLT 56(1), no clause on denunciation"
BY_NOTICE: Mapping[str, str] = {
    "before_boundary": "VCLT 54(a), notice before the end of a term",
    "any_time": "VCLT 54(a), notice at any time",
    "before_year_end": "VCLT 54(a), notice before the end of a year",
}
"""The rule by which a notice ends an agreement."""


def earlier(end: date, notice: Duration, last_day: bool) -> date:
    """The last day on which a notice for this END may be received; counted back from the last day, or from the END."""
    if end == NEVER:
        return NEVER
    try:
        return subtract(end - DAY if last_day else end, notice)
    except OverflowError:
        return ALWAYS


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
        """B(k); NEVER where the calendar ends before.

        After an anchor without a first day B(0) has none either, but some boundary then follows every day: they are
        counted as if it had been on the second day of all.
        """
        if k == 0 or self.period is None:
            return later(self.anchor, self.initial)
        anchor = max(self.anchor, ALWAYS + DAY)
        if self.initial:
            return later(anchor, self.initial.plus(self.period, k))
        return later(anchor, self.period.plus(self.period, k - 1))

    def deadline(self, k: int, notice: Duration) -> date:
        """The last day on which a notice for B(k) may be received."""
        return earlier(self.at(k), notice, self.named)

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
        """The k of the first boundary after the day; where the calendar ends before, of the first beyond it."""
        return self.first(lambda k: self.at(k) > min(day, NEVER - DAY))

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
    by_another: bool = False
    """Another agreement gives it: this is its id."""


def prolongations_of(case: Case) -> list[Prolongation]:
    """The recorded extensions and renewals."""
    acts = [
        Prolongation(act.id, act.when, act.dated("effective"), act.dated("until"), _duration(act.event.get("term")))
        for act in case.find("extended", "renewed")
    ]
    return acts + [
        Prolongation(tie.agreement, tie.begins, None, tie.ends, None, by_another=True)
        for tie in case.context.ties
        if tie.kind == "extends" and tie.counts and tie.until
    ]


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
    by_another: bool = False
    """Another agreement begins it: this is its id."""
    doubtful: bool = False
    """Its boundaries hang on a day that is uncertain, approximate or presumed."""


def stages_of(
    world: World, clauses: list[Clause], prolongations: list[Prolongation], entered: date, doubtful: bool = False
) -> list[Stage]:
    """The stages of an agreement that entered into force on this day, which may be doubtful, in turn."""
    changes: list[tuple[date, str, Clause | Prolongation]] = [
        (world.day(clause.since), clause.since.name, clause) for clause in clauses if clause.since
    ]
    changes += [(world.day(each.when), each.id, each) for each in prolongations]
    first = clauses[0]
    stages = [_of_clause(world, "entry", ALWAYS, entered, first, entered, doubtful)]
    for day, id, change in sorted(changes, key=lambda each: each[0]):
        last = stages[-1]
        if isinstance(change, Prolongation):
            stages.append(_prolonged(world, last, change, day, entered))
        elif day <= last.ends:
            stages.append(_of_clause(world, id, day, last.starts, change, entered, doubtful))
    return stages


def _of_clause(
    world: World, id: str, known: date, starts: date, clause: Clause, entered: date, doubtful: bool
) -> Stage:
    """The term that a clause gives, counted from entry into force or up to its last day."""
    stage = _stage(id, known, starts, clause, clause.boundaries(world, entered), entered)
    return replace(stage, doubtful=clause.until.doubtful if clause.until else doubtful)


def _stage(id: str, known: date, starts: date, clause: Clause, boundaries: Boundaries | None, entered: date) -> Stage:
    if boundaries is None:
        length_unknown = clause.renewal in ("none", "express", "unknown") and not clause.bounded
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
    counted = new.until or new.starts or new.when
    stage = _stage(new.id, day, begins, last.clause, boundaries, entered)
    return replace(stage, by_another=new.by_another, doubtful=counted.doubtful)


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
    revocations: dict[str, list[Act]] = {}
    for act in case.find("denunciation_revoked"):
        for party in act.parties:
            revocations.setdefault(party, []).append(act)
    for act in case.find("denunciation_notified", "denunciation_received"):
        for party in sorted(act.parties):
            found[party] = _with(found.get(party, []), act, revocations.get(party, []))
    return {
        party: [_revocable(notice, revocations.get(party, [])) for notice in notices]
        for party, notices in found.items()
    }


def _with(notices: list[Notice], act: Act, revocations: list[Act]) -> list[Notice]:
    """A notification and its receipt are one notice, whichever is sorted first, unless it was revoked in between."""
    last = notices[-1] if notices else None
    effective = act.dated("effective")
    if last and act.kind == "denunciation_received" and last.presumed:
        between = (each.when for each in revocations if each.when.earliest >= last.received.earliest)
        if not any(revoked.latest <= act.when.latest for revoked in between):
            return [*notices[:-1], Notice(act.when, (*last.acts, act.id), effective or last.effective)]
    notified = act.kind == "denunciation_notified"
    if last and notified and len(last.acts) == 1 and not last.presumed and act.when.earliest <= last.received.latest:
        return [*notices[:-1], Notice(last.received, (act.id, *last.acts), last.effective or effective)]
    return [*notices, Notice(act.when, (act.id,), effective, presumed=notified)]


def _revocable(notice: Notice, revocations: list[Act]) -> Notice:
    after = [act for act in revocations if act.when.latest >= notice.received.earliest]
    acts = (*notice.acts, *(act.id for act in after))
    return replace(notice, acts=acts, revoked=tuple(act.when for act in after))


@dataclass(frozen=True)
class Outcome:
    """What a notice, or all of them together, bring about."""

    ends: date = NEVER
    open_from: date = NEVER
    """From this day on a rule leaves open whether it has ended."""
    rule: str = EXPIRED
    boundary: int | None = None
    """The k of the boundary used."""
    stage: str = ""
    """The stage whose clause was used."""
    notice: Notice | None = None
    recorded: bool = False
    """The END is recorded with the notice."""
    computed: date = NEVER
    """The END by the clause, where another is recorded."""


def stage_on(stages: list[Stage], day: date) -> Stage:
    """The stage that is known on the day."""
    return next(stage for stage in reversed(stages) if stage.known <= day or stage is stages[0])


def end_of_notice(stages: list[Stage], received: date) -> Outcome:
    """What a notice that was received on the day brings about, by the clause in force on that day.

    Its `rule` is the clause's own, one of BY_CLAUSE, where the notice brings about nothing that the clause does not.
    """
    stage = stage_on(stages, received)
    return replace(_by_stage(stage, received), stage=stage.id)


def _by_stage(stage: Stage, received: date) -> Outcome:
    clause = stage.clause
    if clause.without_notice:
        if stage.ends != NEVER:
            return Outcome(stage.ends, rule=stage.rule)
        return Outcome(open_from=later(received, YEAR), rule=NO_CLAUSE)
    if clause.notice is None:
        return Outcome(open_from=received, rule=NOTICE_UNKNOWN)
    if clause.anchor == "before_year_end":
        return Outcome(_year_end(clause.notice, stage.boundaries, received), rule=BY_NOTICE[clause.anchor])
    if clause.anchor == "before_boundary":
        return _before_boundary(stage, clause.notice, received)
    return _any_time(stage, clause.notice, received)


def _before_boundary(stage: Stage, notice: Duration, received: date) -> Outcome:
    boundaries, rule = stage.boundaries, BY_NOTICE["before_boundary"]
    if boundaries is None:
        unknown = not stage.clause.bounded
        return Outcome(open_from=later(received, notice), rule=rule) if unknown else _any_time(stage, notice, received)
    k = boundaries.open_on(received, notice)
    if k is not None:
        return Outcome(boundaries.at(k), rule=rule, boundary=k)
    if stage.clause.renewal == "tacit_indefinite":
        return _any_time(stage, notice, received)
    return Outcome(stage.ends, stage.open_from, stage.rule)


def _year_end(notice: Duration, boundaries: Boundaries | None, received: date) -> date:
    """The first 1 January for which the notice is in time, and not before the end of the initial term."""
    not_before = boundaries.at(0) if boundaries else ALWAYS
    for year in range(max(received, not_before).year, NEVER.year + 1):
        january = date(year, 1, 1)
        if january >= not_before and earlier(january, notice, last_day=True) >= received:
            return january
    return NEVER


def _any_time(stage: Stage, notice: Duration, received: date) -> Outcome:
    ends = later(received, notice)
    if stage.ends < ends:
        return Outcome(stage.ends, rule=stage.rule)
    if stage.boundaries and stage.clause.renewal in ("tacit", "tacit_indefinite"):
        ends = max(ends, stage.boundaries.at(0))
    return Outcome(ends, rule=BY_NOTICE["any_time"])


def denounced(world: World, case: Case, notices: Mapping[str, list[Notice]], stages: list[Stage]) -> Outcome:
    """What all notices together bring about: an agreement ends when all parties of one side have left it."""
    sides = [_side_leaves(world, case, side, notices, stages) for side in ("a", "b")]
    ends = min(sides, key=lambda each: each.ends)
    opens = min(sides, key=lambda each: each.open_from)
    if opens.open_from < ends.ends:
        return replace(ends, open_from=opens.open_from, rule=opens.rule, notice=opens.notice)
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
        return replace(last, open_from=open_from, rule=opener.rule, notice=opener.notice)
    return last


def _party_leaves(world: World, notices: list[Notice], stages: list[Stage]) -> Outcome:
    """By its notices that were not revoked before they took effect, the earliest."""
    standing = [outcome for each in notices if (outcome := _of_notice(world, each, stages))]
    return min(standing, key=lambda each: min(each.ends, each.open_from), default=Outcome())


def _of_notice(world: World, notice: Notice, stages: list[Stage]) -> Outcome | None:
    """None where it was revoked, or where the clause alone brings about as much."""
    received = world.day(notice.received)
    found = end_of_notice(stages, received)
    if notice.effective:
        recorded = world.day(notice.effective)
        found = Outcome(recorded, rule=END_WITH_NOTICE, stage=found.stage, recorded=True, computed=found.ends)
    if found.rule in BY_CLAUSE:
        return None
    if any(received <= world.day(revoked) < min(found.ends, found.open_from) for revoked in notice.revoked):
        return None
    return replace(found, notice=notice)
