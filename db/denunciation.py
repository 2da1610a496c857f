"""What a notice of denunciation would bring about, if it were received on a day (DOMAIN 6; VCLT 54, 56, 67).

PURE: imports the standard library and the pure modules only. The notice is put among the recorded acts, and the
agreement resolved with it: so what would be is told by the same rules as what is.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import takewhile
from typing import Any

from db.acts import Case, Context, Document
from db.choices import tried
from db.dates import NEVER, Days, Duration
from db.law import Law
from db.lifecycle import period_on, resolve
from db.terms import DAY, Boundaries, stage_on, stages_of

NOTICE = "the-notice-asked-about"
"""The id of the act that is put among the recorded ones: no id of a record can be longer than it looks, or be this."""
ALIVE = ("in_force", "suspended")


def denounce(agreement: Document, context: Context, received: date, by: Mapping[str, str]) -> dict[str, Any]:
    """When the agreement would end, by which rule, at which boundary; the earlier one, and what survives.

    `by` is the party or the side that gives notice, as an event says it.
    """
    told = _told(agreement, context, received, by)
    if "ends" in told and received != NEVER:
        told["a_day_later"] = _told(agreement, context, received + DAY, by, brief=True)
    return {"received": str(received), **by, **told}


def _told(
    agreement: Document, context: Context, received: date, by: Mapping[str, str], brief: bool = False
) -> dict[str, Any]:
    noticed = with_notice(agreement, received, by)
    periods = resolve(noticed, context).periods
    then = period_on(periods, received)
    told: dict[str, Any] = {"received": str(received)} if brief else {"status": then["status"]}
    if then["status"] not in ALIVE:
        return told | {"rule": then["rule"]}
    following = (period for period in periods if period.get("to", str(NEVER)) >= str(received))
    *_, alive = takewhile(lambda period: period["status"] in ALIVE, following)  # suspended or not: that is no end
    end = alive.get("end")
    if end is None:
        return told | {"rule": then["rule"]}
    last = date.fromisoformat(end.get("latest") or end["earliest"])
    after = period_on(periods, last)
    told |= {"ends": end, "rule": after["rule"]}
    if brief:
        return told
    if after["events"] and NOTICE not in after["events"]:
        told["events"] = after["events"]
    else:
        told |= _boundaries(noticed, context, received)
    told |= {"effects_until": after["effects_until"]} if "effects_until" in after else {}
    effects = [each for each in agreement.get("effects", ()) if _outlives(each, last)]
    return told | ({"effects": effects} if effects else {})


def with_notice(agreement: Document, received: date, by: Mapping[str, str]) -> dict[str, Any]:
    """The agreement, with the notice among its events."""
    day = Days(received, received).document()
    notice = {"id": NOTICE, "kind": "denunciation_received", "date": day, **by}
    return {**agreement, "events": [*agreement.get("events", ()), notice]}


def _boundaries(agreement: Document, context: Context, received: date) -> dict[str, Any]:
    """The boundary that the notice is for with its deadline, and the one before it that it is late for."""
    found = [*_used(agreement, context, received)]
    used = [(boundaries, k, notice) for boundaries, k, notice in found if k is not None]
    earlier = [(boundaries, k - 1 if k else 0, notice) for boundaries, k, notice in found if k != 0]
    return _boundary(used) | ({"earlier": _boundary(earlier)} if earlier else {})


def _boundary(used: Sequence[tuple[Boundaries, int, Duration]]) -> dict[str, Any]:
    if not used:
        return {}
    return {
        "boundary": _hull([boundaries.at(k) for boundaries, k, _ in used]),
        "notice_deadline": _hull([boundaries.deadline(k, notice) for boundaries, k, notice in used]),
    }


def _used(agreement: Document, context: Context, received: date) -> Iterator[tuple[Boundaries, int | None, Duration]]:
    """The boundaries that the notice is counted by, the k of the one that it is in time for, and its period."""
    law = Law(Case(agreement, context))
    for world in tried(law).worlds():
        entered = law.entry.moment(world)
        if entered == NEVER:
            continue
        stage = stage_on(stages_of(world, law.clauses, law.prolongations, entered), received)
        clause, boundaries = stage.clause, stage.boundaries
        if boundaries and clause.notice and clause.anchor == "before_boundary":
            yield boundaries, boundaries.open_on(received, clause.notice), clause.notice


def _hull(days: Sequence[date]) -> dict[str, str]:
    return Days(min(days), None if max(days) == NEVER else max(days)).document()


def _outlives(effect: Document, last: date) -> bool:
    until = effect.get("to", {}).get("latest")
    return until is None or until >= str(last)
