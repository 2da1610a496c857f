"""Deadlines as a calendar that calendar programs subscribe to (RFC 5545).

An agreement has at most two entries: the last day for a notice, and the end of the term. Their UIDs never change, so a
day that was corrected, or that has passed, moves in the calendar; SEQUENCE is the agreement's version.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event

from db.members import Json

MEDIA_TYPE = "text/calendar"
DAY = timedelta(days=1)
WHAT = {
    "notice_deadline": "Last day for a notice: {title}",
    "next_expiry": "Term ends: {title}",
}
"""What an entry is called; `next_expiry` is the first day that is no longer in the term."""


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
    title: str = deadline["title"].get("en") or next(iter(deadline["title"].values()))
    for what, summary in WHAT.items():
        dated = deadline.get(what, {})
        if "earliest" not in dated:
            continue
        day = date.fromisoformat(dated["earliest"])
        entry = Event()
        entry.add("uid", f"{deadline['agreement']}-{what.replace('_', '-')}@bilateral")
        entry.add("dtstamp", datetime.fromisoformat(deadline["recorded_at"]))
        entry.add("sequence", deadline["version"])
        entry.add("dtstart", day)
        entry.add("dtend", day + DAY)
        entry.add("summary", summary.format(title=title))
        entry.add("description", f"/v1/agreements/{deadline['agreement']} ({what}: {dated['edtf']})")
        entry.add("transp", "TRANSPARENT")
        yield entry
