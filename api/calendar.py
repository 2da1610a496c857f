"""Deadlines as a calendar that calendar programs subscribe to (RFC 5545).

An agreement has at most two entries: the last day for a notice, and the first day after the term. Their UIDs never
change, so a day that was corrected, or that has passed, moves in the calendar; SEQUENCE is the agreement's version.
Where time alone moved the day the version stays, and DTSTAMP grows: of two of one SEQUENCE the later DTSTAMP is the
one that counts (RFC 5546, 2.1.5).
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from icalendar import Calendar, Event

from db.members import Json, in_english

MEDIA_TYPE = "text/calendar"
DAY = timedelta(days=1)
NOTICE = "Last day for a notice"
AFTER = {"terminated": "No longer in force", "in_force": "A new term begins"}
"""What is said of the first day after the term, by the status that follows."""
OPEN = "The term is over"
"""What is said where both are possible."""


def calendar_of(deadlines: Iterable[Json], name: str) -> bytes:
    """The calendar of these deadlines, each as `db.deadlines` tells it."""
    calendar = Calendar()
    calendar.add("prodid", "-//Bilateral//Deadlines//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", timedelta(days=1), parameters={"VALUE": "DURATION"})
    for deadline in deadlines:
        for entry in _entries(deadline):
            calendar.add_component(entry)
    text: bytes = calendar.to_ical()
    return text


def _entries(deadline: Json) -> Iterator[Event]:
    title = in_english(deadline["title"])
    for what, summary in (("notice_deadline", NOTICE), ("next_expiry", _after(deadline.get("then", {})))):
        dated = deadline.get(what, {})
        if "earliest" not in dated:
            continue
        day = date.fromisoformat(dated["earliest"])
        entry = Event()
        entry.add("uid", f"{deadline['agreement']}-{what.replace('_', '-')}@bilateral")
        entry.add("dtstamp", _told_at(deadline))
        entry.add("sequence", deadline["version"])
        entry.add("dtstart", day)
        entry.add("dtend", day + DAY)
        entry.add("summary", f"{summary}: {title}")
        entry.add("description", f"/v1/agreements/{deadline['agreement']} ({what}: {dated['edtf']})")
        entry.add("transp", "TRANSPARENT")
        yield entry


def _told_at(deadline: Json) -> datetime:
    """When it came to be as it is told: when it was recorded, or on the day on which time made it so."""
    began = datetime.combine(date.fromisoformat(deadline["told_on"]), time(), UTC)
    return max(datetime.fromisoformat(deadline["recorded_at"]), began)


def _after(then: Json) -> str:
    return OPEN if then.get("certainty") == "possible" else AFTER.get(then.get("status", ""), OPEN)
