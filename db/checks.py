"""Whether clauses, events and spans make sense in themselves; what they do to a status is db/lifecycle.py's.

PURE: imports the standard library, db.dates and db.vocabulary only. Documents are plain data as in
db/documents.py. Each check yields (pointer, code, detail), the pointer relative to what it was given.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from db import vocabulary as v
from db.dates import Duration, later, parse_duration

Document = Mapping[str, Any]
Finding = tuple[str, str, str]

ALLOWED_WITH: Mapping[str, frozenset[str]] = {
    "date": frozenset({"fixed_date"}),
    "agreement": frozenset({"linked_to"}),
    "anchor": frozenset({"on_last_notification", "after_domestic_procedures"}),
}
"""Members of the entry-into-force clause that only these conditions can use (DOMAIN 5)."""

REQUIRED_BY: Mapping[str, str] = {"fixed_date": "date", "linked_to": "agreement", "first_of_month": "offset"}
"""What a condition cannot do without."""

FIRST_DAYS = tuple(date(2000 + month // 12, month % 12 + 1, 1) for month in range(48))
"""Days from which a duration is as long and as short as it can be: months and years differ."""

EVENT_MEMBERS: Mapping[str, frozenset[str]] = {
    "until": v.PROLONGING_KINDS,
    "term": v.PROLONGING_KINDS,
    "ground": v.GROUNDED_KINDS,
    "provisions": v.PARTIAL_KINDS,
    "ad_referendum": frozenset({"signature"}),
    "predecessor": v.SUCCESSION_KINDS,
    "successor": v.SUCCESSION_KINDS,
}
"""Members of an event that only these kinds can bear (DOMAIN 4)."""


def check_entry_into_force(clause: Document) -> Iterator[Finding]:
    """Whether the clause can mean something (VCLT 24; DOMAIN 5)."""
    condition = clause["condition"]
    for member, conditions in ALLOWED_WITH.items():
        if member in clause and condition not in conditions:
            yield f"/{member}", "senseless_clause", f"means nothing under the condition {condition}"
    required = REQUIRED_BY.get(condition)
    if required and required not in clause:
        yield f"/{required}", "missing", f"the condition {condition} needs it"
    elif condition == "first_of_month" and not _whole_months(parse_duration(clause["offset"])):
        yield "/offset", "senseless_clause", "first_of_month counts whole months, such as P2M"


def _whole_months(offset: Duration) -> bool:
    return not (offset.weeks or offset.days)


def check_duration(clause: Document | list[Document]) -> Iterator[Finding]:
    """Whether the clause, or each of the clauses that followed one another, makes sense (DOMAIN 6)."""
    if not isinstance(clause, list):
        yield from _check_term(clause)
        return
    for index, term in enumerate(clause):
        for pointer, code, detail in _check_term(term):
            yield f"/{index}{pointer}", code, detail
        if index and _first_day(term["from"]) <= _first_day(clause[index - 1]["from"]):
            yield f"/{index}/from", "out_of_order", "each clause begins after the one before it"


def _check_term(term: Document) -> Iterator[Finding]:
    if "renewal_period" in term and term["renewal"] in ("none", "tacit_indefinite"):
        yield "/renewal_period", "senseless_clause", f"means nothing with renewal {term['renewal']}"
    if term["renewal"] == "tacit" and "renewal_period" not in term:
        yield "/renewal_period", "missing", "tacit renewal needs it; where it is not known, the renewal is unknown"
    if "notice_anchor" in term and term.get("notice") == "none":
        yield "/notice_anchor", "senseless_clause", "means nothing where the text has no notice"
    if _never_in_time(term):
        yield "/notice", "senseless_clause", "longer than the period: no notice could be in time for the next boundary"
    yield from check_span(term, "from", "until")


def _never_in_time(term: Document) -> bool:
    """Whether a notice for the end of a renewed term must always be received before that term begins."""
    anchor = term.get("notice_anchor", "any_time" if term.get("initial") == "indefinite" else "before_boundary")
    notice, period = term.get("notice", "none"), term.get("renewal_period")
    if anchor != "before_boundary" or term["renewal"] != "tacit" or period is None or not notice.startswith("P"):
        return False
    longer, shorter = parse_duration(notice), parse_duration(period)
    return all(later(day, longer) > later(day, shorter) for day in FIRST_DAYS)


def check_event(event: Document) -> Iterator[Finding]:
    """Whether the event says what its kind must, and nothing that it cannot (DOMAIN 4)."""
    kind = event["kind"]
    for member, kinds in EVENT_MEMBERS.items():
        if member in event and kind not in kinds:
            yield f"/{member}", "not_of_this_kind", f"an event of kind {kind} has none"
    if "by" in event and "side" in event:
        yield "/side", "senseless", "`by` names one party and `side` all of a side: give one of them"
    if kind in v.ONE_SIDED_KINDS and not event.keys() & {"by", "side"}:
        yield "/by", "missing", f"{kind} always is somebody's: `by` or `side` says whose"
    if kind in v.SUCCESSION_KINDS:
        for member in ("predecessor", "successor"):
            if member not in event:
                yield f"/{member}", "missing", f"{kind} names both"
    yield from check_span(event, "effective" if "effective" in event else "date", "until")
    if kind in v.PROLONGING_KINDS and ("until" in event) == ("term" in event):
        yield "/until", "missing", f"{kind} has a last day `until`, or a `term`: one of them"


def check_attendance(attending: Iterable[Document], pointer: str) -> Iterator[Finding]:
    """Whoever attended is known by an id or a name; a delegation attends as itself."""
    for index, attendance in enumerate(attending):
        known_by = attendance.keys() & {"person", "organization", "delegation"}
        if not known_by and "name" not in attendance:
            yield f"{pointer}/{index}", "nobody", "give a person, an organization or a name"
        if "delegation" in known_by and len(known_by) > 1:
            yield f"{pointer}/{index}/delegation", "several", "a delegation attends as itself"


def check_span(holder: Document, start: str = "from", end: str = "to") -> Iterator[Finding]:
    """A span whose last possible day lies before its first possible day is no span."""
    if start in holder and end in holder and _last_day(holder[end]) < _first_day(holder[start]):
        yield f"/{end}", "ends_before_it_begins", "the last day lies before the first"


def check_spans(holders: Iterable[Document], pointer: str) -> Iterator[Finding]:
    """`check_span` for each of a list that stands at the pointer."""
    for index, holder in enumerate(holders):
        for below, code, detail in check_span(holder):
            yield f"{pointer}/{index}{below}", code, detail


def _first_day(dated: Mapping[str, str]) -> str:
    return dated.get("earliest", "0001-01-01")


def _last_day(dated: Mapping[str, str]) -> str:
    return dated.get("latest", "9999-12-31")
