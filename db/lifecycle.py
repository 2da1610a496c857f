"""The status of an agreement on any day, from its document and what that hangs on (DOMAIN 7).

PURE: imports the standard library and the pure modules only. A status is possible on a day if some choice of days
within all ranges gives it, or a rule leaves it open: db/law.py tells what one choice gives, db/choices.py tries enough
of them. Here all of it becomes periods, within which the answer stays the same, and the answer on a day.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

from db import vocabulary as v
from db.acts import Case, Context, Document, Finding, supporting, when
from db.choices import Piece, findings_of, hulls, jumps, pieces_of, tried
from db.dates import ALWAYS, NEVER, Days, Duration, later, parse_duration
from db.entry import Owed
from db.law import BEFORE_ENTRY, CONVENTION_IN_FORCE, IN_PART, ORDER, Law, Mark
from db.terms import (
    DAY,
    NO_CLAUSE,
    Boundaries,
)


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
    choices = tried(law)
    runs = list(choices.runs.values())
    pieces = pieces_of(runs)
    marks = hulls(chain.from_iterable(run.marks for run in runs)) + law.marks
    periods = list(_periods(law, pieces, marks))
    return Resolution(periods, [*law.findings(runs), *findings_of(choices)], law.entered, law.entry.presumed)


# Periods


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
    last = {"to": str(end - DAY)} if end != NEVER else {}
    return {**first, **last, **told}


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
        self.sources = {act.id: list(supporting(act.event, ("",))) for act in law.case.acts}
        self.others = {tie.agreement: tie.sources for tie, _ in law.ties}

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
        layer = next((piece.layer for piece in mine if piece.layer.recorded), mine[0].layer)
        open_ = (piece.layer for piece in pieces if piece.layer.left_open)
        naming = next(open_, layer) if len(possible) > 1 else layer
        told: dict[str, Any] = {
            "status": status,
            "certainty": self._certainty(day, mine) if len(possible) == 1 else "possible",
            "possible_statuses": possible,
        }
        told |= self._bounds(mine)
        marks = [mark for mark in self.marks if mark.start <= day < mark.end]
        events = [id for piece in pieces for id in piece.layer.events]
        events = list(dict.fromkeys([*events, *_acts_of(marks, status)]))
        others = list(dict.fromkeys(id for piece in pieces for id in piece.layer.agreements))
        told |= {
            "rule": self._cited(naming.rule),
            "events": events,
            **({"agreements": others} if others else {}),
            "sources": self._sources_of(status, events, others),
            **({"ground": layer.ground} if layer.ground and status in ("terminated", "suspended") else {}),
            **_beside(marks, status, possible),
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
        presumed = [piece.layer for piece in pieces if piece.layer.presumed or piece.layer.status == "unknown"]
        if presumed:
            only_lasting = all(layer.id == "expired" and not layer.doubtful for layer in presumed)
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
            bounds["since"] = Days.of(first, first_latest).document()
        if end != NEVER:
            bounds["end"] = Days.of(end, end_latest).document()
        return bounds

    def _cited(self, rule: str) -> str:
        """The rule by the Convention that applies, and as custom where it was concluded before that."""
        if self.law.case.context.international:
            rule = rule.replace("VCLT", "VCLT 1986")
        return f"{rule}, as custom" if self.custom and rule.startswith("VCLT") else rule

    def _sources_of(self, status: str, events: Sequence[str], others: Sequence[str]) -> list[str]:
        fields = {
            "signed_not_in_force": ("/signed",),
            "in_force": ("/entry_into_force", "/duration"),
            "terminated": ("/duration",),
        }
        own = supporting(self.law.case.agreement, fields.get(status, ()))
        named = [source for id in events for source in self.sources.get(id, ())]
        named += [source for id in others for source in self.others.get(id, ())]
        return list(dict.fromkeys([*named, *own]))

    def _effects(self, pieces: Sequence[Piece]) -> dict[str, Any]:
        survival = self.law.clauses[-1].survival
        if survival is None:
            return {}
        first, last = min(each.first for each in pieces), max(each.first_latest for each in pieces)
        return {"effects_until": Days.of(later(first, survival), later(last, survival)).document()}


def _concluded(law: Law) -> date:
    """The day by which it certainly was concluded: the last signature, or its entry into force."""
    signed = max((day.latest for day in law.case.signing_days), default=NEVER)
    entry = law.entry.range()
    return min(signed, entry.latest or NEVER) if entry else signed


def _acts_of(marks: Iterable[Mark], status: str) -> Iterator[str]:
    """The acts by which it is contested, or so in part only."""
    for mark in marks:
        if mark.id == "contested" and status != "terminated":
            yield mark.value[1]
        elif (mark.id, status) in IN_PART:
            yield from mark.value


def _beside(marks: Sequence[Mark], status: str, possible: Sequence[str]) -> dict[str, Any]:
    contested = {mark.value[0] for mark in marks if mark.id == "contested"} if status != "terminated" else ()
    told: dict[str, Any] = {
        "partial": any((mark.id, status) in IN_PART for mark in marks),
        "contested": bool(contested),
    }
    if contested:
        told["contested_by"] = sorted(contested)
    owed: list[Owed] = [mark.value for mark in marks if mark.id == "pending"]
    if owed and not BEFORE_ENTRY.isdisjoint(possible):
        told["pending"] = [{"party": each.party, "act": each.act} for each in owed]
    terms = [_term(mark.value) for mark in marks if mark.id == "term"]
    if terms and status in ("in_force", "suspended"):
        told["terms"] = terms
    return told


def _term(terms: Sequence[tuple[str, Boundaries, Duration | None, bool]]) -> dict[str, Any]:
    """One term as plain data: its anchor as far as it is known, and what its boundaries are counted by."""
    anchors = [boundaries.anchor for _, boundaries, _, _ in terms]
    _, boundaries, notice, counted_from_entry = terms[-1]
    counted = {"initial": boundaries.initial, "period": boundaries.period, "notice": notice}
    return {
        "anchor": Days.of(min(anchors), max(anchors)).document(),
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
    told = {"next_expiry": Days.of(min(expiries), max(expiries)).document()}
    deadlines = [boundaries.deadline(k, notice) for boundaries, k, notice in reached if notice]
    if deadlines:
        told["notice_deadline"] = Days.of(min(deadlines), max(deadlines)).document()
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
    if told["status"] in ("in_force", "suspended"):
        ended = _end_after(periods, on)
        if not expiry or _comes_before(ended, expiry):
            expiry = ended
    return told | expiry


def _comes_before(ended: Document, expiry: Document) -> bool:
    """Whether it has ended, in every choice of days, before the term would: then that boundary is never reached."""
    last: str = ended.get("next_expiry", {}).get("latest", str(NEVER))
    return last < str(expiry["next_expiry"]["earliest"])


def _end_after(periods: Sequence[Document], on: date) -> dict[str, Any]:
    """The END that is known, or possible, where no boundary is counted; a suspension is none."""
    following = [period for period in periods if period.get("to", "9999-12-31") >= on.isoformat()]
    ended = next((period for period in following if period["status"] == "terminated"), None)
    if ended:
        return {"next_expiry": ended["since"]}
    last = following[-1]
    return {"next_expiry": last["end"]} if "end" in last and "terminated" in last["possible_statuses"] else {}
