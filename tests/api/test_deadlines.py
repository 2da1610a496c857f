"""What must be done by when: the most urgent first, as on the day on which it is asked."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import icalendar
import pytest

from api.settings import Settings
from db.tick import tick
from tests.conftest import MakeUrl
from tests.door import ADMIN_KEY, Door, opened
from tests.factories import agreement, event, populate

Json = dict[str, Any]


class Dated:
    """A service, and the day on which it is asked."""

    day = date(2026, 3, 1)
    door: Door

    def clock(self) -> datetime:
        return datetime.combine(self.day, time(12), UTC)


@pytest.fixture
def dated(make_url: MakeUrl) -> Iterator[Dated]:
    here = Dated()
    with opened(Settings(database_url=make_url(False), admin_key=ADMIN_KEY), here.clock) as door:
        populate(door)
        here.door = door
        for year in range(2010, 2018):
            renewing = {"initial": "P10Y", "renewal": "tacit", "renewal_period": "P5Y", "notice": "P6M"}
            events = [event(kind="entered_into_force", date=f"{year}-0{year - 2008}-15")]
            door.add("/v1/agreements", agreement(id=f"of-{year}", events=events, duration=renewing))
        yield here


def due(dated: Dated, **query: Any) -> list[tuple[str, str]]:
    return [(item["agreement"], item["due"]) for item in dated.door.items("/v1/deadlines", **query)]


def test_the_first_of_the_two_days_that_lies_ahead_is_due(dated: Dated) -> None:
    """The notice's day, until it has passed; then the end of the term."""
    assert due(dated, within="P12M") == [
        ("of-2011", "2026-03-15"),
        ("of-2016", "2026-08-15"),
        ("of-2012", "2026-10-15"),
    ]
    dated.day = date(2026, 2, 14)
    assert due(dated, within="P1D") == []


def test_pages_put_together_are_the_whole_list(dated: Dated) -> None:
    assert len(due(dated, within="P5Y")) == 8
    assert due(dated, within="P5Y", limit=3) == due(dated, within="P5Y")


@pytest.mark.parametrize(
    ("renewal", "then", "summary"),
    [
        ({"renewal": "none"}, ("terminated", "presumed"), "No longer in force: "),
        ({"renewal": "express"}, ("terminated", "presumed"), "No longer in force: "),
        ({"renewal": "unknown"}, ("in_force", "possible"), "The term is over: "),
        ({"renewal": "tacit", "renewal_period": "P5Y"}, ("in_force", "presumed"), "A new term begins: "),
        ({"renewal": "tacit_indefinite"}, ("in_force", "presumed"), "A new term begins: "),
    ],
)
def test_what_follows_on_the_end_of_a_term(dated: Dated, renewal: Json, then: tuple[str, str], summary: str) -> None:
    """Stored, and told anew when the day has passed: an end, another term, or nobody knows."""
    parties = [{"side": "a", "organization": "fra"}, {"side": "b", "organization": "rus"}]
    entered = [event(kind="entered_into_force", date="2016-06-01")]
    term = {"initial": "P11Y", **renewal}
    dated.door.add("/v1/agreements", agreement(parties=parties, events=entered, duration=term))
    for day in (date(2026, 11, 1), date(2027, 5, 1)):
        dated.day = day
        [item] = dated.door.items("/v1/deadlines", party="fra")
        assert (item["then"]["status"], item["then"]["certainty"]) == then
        calendar = icalendar.Calendar.from_ical(dated.door.get("/v1/deadlines.ics?party=fra").text)
        [entry] = calendar.walk("VEVENT")
        assert str(entry["summary"]).startswith(summary)


def add_imprecise(dated: Dated, until: str) -> None:
    """An agreement of France whose term ends on some day, with a month's notice."""
    parties = [{"side": "a", "organization": "fra"}, {"side": "b", "organization": "rus"}]
    entered = [event(kind="entered_into_force", date="2016-06-01")]
    term = {"until": until, "renewal": "none", "notice": "P1M"}
    dated.door.add("/v1/agreements", agreement(parties=parties, events=entered, duration=term))


@pytest.mark.parametrize("ticking", [False, True], ids=["read", "ticked"])
def test_what_may_be_today_is_due_today(dated: Dated, ticking: bool) -> None:
    """On each day of a range: nobody knows that it is later. Before it and after it, the first that lies ahead.

    The end that is next is always after the day that is asked about.
    """
    add_imprecise(dated, "[2026-06-10..2026-06-20]")
    [item] = dated.door.items("/v1/deadlines", party="fra")
    assert (item["notice_deadline"]["earliest"], item["notice_deadline"]["latest"]) == ("2026-05-10", "2026-05-20")
    for day, told in (
        ("2026-05-09", "2026-05-10"),
        ("2026-05-10", "2026-05-10"),
        ("2026-05-11", "2026-05-11"),
        ("2026-05-20", "2026-05-20"),
        ("2026-05-21", "2026-06-11"),
        ("2026-06-10", "2026-06-11"),
        ("2026-06-15", "2026-06-16"),
    ):
        dated.day = date.fromisoformat(day)
        if ticking:
            tick(dated.door.app.state.engine, dated.clock)
        assert [item["due"] for item in dated.door.items("/v1/deadlines", within="P7W", party="fra")] == [told]
        within_a_day = dated.door.items("/v1/deadlines", within="P1D", party="fra")
        assert [item["due"] for item in within_a_day] == ([told] if told <= str(dated.day + timedelta(1)) else [])


@pytest.mark.parametrize(("until", "due"), [("[2026-01-01..2026-06-20]", "2026-03-01"), ("[2025..]", "2026-03-01")])
def test_what_is_recorded_when_it_may_be_due_already_is_due(dated: Dated, until: str, due: str) -> None:
    add_imprecise(dated, until)
    [item] = dated.door.items("/v1/deadlines", within="P1D", party="fra")
    assert item["due"] == due


def test_days_that_have_passed_make_room_for_the_next(dated: Dated) -> None:
    """Before anything has ticked too: rows of yesterday are told anew."""
    before = due(dated, within="P5Y")
    dated.day = date(2027, 1, 1)
    after = due(dated, within="P5Y", limit=3)
    assert len(after) == 8
    assert all(day >= "2027-01-01" for _, day in after)
    assert after == sorted(after, key=lambda each: (each[1], each[0]))
    assert after != before


def test_a_calendar_entry_keeps_its_uid_when_its_day_is_corrected(dated: Dated) -> None:
    """And its sequence grows, so that calendar programs move it."""

    def entry() -> Any:
        text = dated.door.get("/v1/deadlines.ics?within=P5Y").text
        entries = icalendar.Calendar.from_ical(text).walk("VEVENT")
        return next(each for each in entries if str(each["uid"]) == "of-2016-next-expiry@bilateral")

    before = entry()
    assert str(before.decoded("dtstart")) == "2026-08-15"
    entered = dated.door.items("/v1/agreements/of-2016/events")[0]["id"]
    assert dated.door.patch(f"/v1/events/{entered}", {"date": "2016-09-01"}).status_code == 200
    after = entry()
    assert str(after.decoded("dtstart")) == "2026-09-01"
    assert after.decoded("sequence") > before.decoded("sequence")


@pytest.mark.parametrize("ticking", [False, True], ids=["read", "ticked"])
def test_a_calendar_entry_that_time_moves_is_newer_than_it_was(dated: Dated, ticking: bool) -> None:
    """Under the same UID and version: of the two, calendar programs take that of the later DTSTAMP."""

    def entry() -> Any:
        entries = icalendar.Calendar.from_ical(dated.door.get("/v1/deadlines.ics?within=P9Y").text).walk("VEVENT")
        return next(each for each in entries if str(each["uid"]) == "of-2016-next-expiry@bilateral")

    before = entry()
    assert before.decoded("dtstamp") == datetime(2026, 3, 1, 12, tzinfo=UTC)
    dated.day = date(2026, 8, 14)
    assert entry().decoded("dtstart") == before.decoded("dtstart") == date(2026, 8, 15)
    dated.day = date(2026, 8, 20)
    if ticking:
        tick(dated.door.app.state.engine, dated.clock)
    after = entry()
    assert after.decoded("dtstart") == date(2031, 8, 15)
    assert after.decoded("sequence") == before.decoded("sequence")
    assert after.decoded("dtstamp") == datetime(2026, 8, 20, tzinfo=UTC)


@pytest.mark.parametrize("within", ["P0D", "12M", "P9999Y", "PT5H"])
def test_a_time_that_is_none_is_refused(dated: Dated, within: str) -> None:
    refused = dated.door.get(f"/v1/deadlines?within={within}")
    assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (422, "within")
