"""What mere time brings enters the ledger as `elapsed`, once each, and leaves versions as they are."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
import sqlalchemy as sa

from api.settings import Settings
from db import ledger
from db.tick import tick
from db.verify import verify
from tests.conftest import MakeUrl
from tests.door import ADMIN_KEY, Door, opened
from tests.factories import agreement, event, populate

Json = dict[str, Any]


class Calendar:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.day = date(2026, 1, 1)

    def __call__(self) -> datetime:
        return datetime.combine(self.day, time(12), UTC)


class Record:
    """A service, and the days that pass in it."""

    def __init__(self, door: Door, calendar: Calendar) -> None:
        self.door, self.calendar = door, calendar
        self.engine: sa.Engine = door.app.state.engine

    def tick_on(self, day: str) -> int:
        self.calendar.day = date.fromisoformat(day)
        return tick(self.engine, self.calendar)

    def elapsed(self) -> list[tuple[str, str, str]]:
        """(agreement, what, day) of each that entered the ledger, in turn."""
        revision = ledger.REVISION
        mine = sa.select(revision.c.document).where(revision.c.op == "elapsed").order_by(revision.c.seq)
        with self.engine.connect() as connection:
            told = [ledger.document_of(text) for text in connection.scalars(mine)]
        return [(each["id"], each["what"], each["day"]) for each in told]


@pytest.fixture
def record(make_url: MakeUrl) -> Iterator[Record]:
    calendar = Calendar()
    with opened(Settings(database_url=make_url(False), admin_key=ADMIN_KEY), calendar) as door:
        populate(door)
        yield Record(door, calendar)


def entered(day: str, id: str, **duration: str) -> Json:
    events = [event(kind="entered_into_force", date=day)]
    return agreement(id=id, events=events, duration={"renewal": "none"} | duration)


def test_a_term_that_ends_is_written_down_once(record: Record) -> None:
    """On the day itself; neither a second time nor on another day; the version stays, and the record is whole."""
    record.door.add("/v1/agreements", entered("2016-03-01", "ends", initial="P10Y"))
    before = record.door.get("/v1/agreements/ends/revisions").text
    assert record.tick_on("2026-02-28") == 0
    assert record.tick_on("2026-03-01") == 1
    assert record.tick_on("2026-03-01") == 0
    assert record.tick_on("2026-03-02") == 0
    assert record.elapsed() == [("ends", "status", "2026-03-01")]
    assert record.door.get("/v1/agreements/ends/revisions").text == before
    with record.engine.connect() as connection:
        assert verify(connection).findings == []


def test_what_was_over_when_it_was_recorded_is_no_news(record: Record) -> None:
    """Only what time brought after it was recorded here."""
    assert record.tick_on("2026-01-01") == 0
    record.door.add("/v1/agreements", entered("2016-01-01", "over", initial="P10Y"))
    assert record.tick_on("2026-01-02") == 0


def test_what_is_written_on_the_day_itself_hides_nothing(record: Record) -> None:
    """Before the tick of the day: time would have brought it all the same. What the writing brought is no news."""
    for name in ("ends", "ended"):
        record.door.add("/v1/agreements", entered("2016-03-01", name, initial="P10Y"))
    assert record.tick_on("2026-02-01") == 0
    record.calendar.day = date(2026, 3, 1)
    assert record.door.patch("/v1/agreements/ends", {"place": {"name": "Lima"}}).status_code == 200
    extended = {"initial": "P20Y", "renewal": "none"}
    assert record.door.patch("/v1/agreements/ended", {"duration": extended}).status_code == 200
    assert record.tick_on("2026-03-01") == 1
    assert record.elapsed() == [("ends", "status", "2026-03-01")]


def test_the_last_day_for_a_notice_is_announced_six_times(record: Record) -> None:
    """A year, half a year, a quarter, a month, a week and a day ahead; days without a tick are made up for."""
    term = {"initial": "P12Y", "renewal": "tacit", "renewal_period": "P5Y", "notice": "P6M"}
    record.door.add("/v1/agreements", entered("2016-01-15", "renews", **term))
    assert record.tick_on("2026-07-14") == 0
    assert record.tick_on("2026-07-15") == 1
    assert record.tick_on("2027-06-16") == 3
    assert record.tick_on("2027-07-08") == 1
    assert record.tick_on("2027-07-14") == 1
    assert [what for _, what, _ in record.elapsed()] == ["P12M", "P6M", "P3M", "P1M", "P7D", "P1D"]
    assert {day for _, _, day in record.elapsed()} == {"2027-07-15"}


def test_the_next_term_is_announced_again(record: Record) -> None:
    """When one last day has passed, the next one lies ahead."""
    term = {"initial": "P11Y", "renewal": "tacit", "renewal_period": "P1Y", "notice": "P6M"}
    record.door.add("/v1/agreements", entered("2016-01-15", "yearly", **term))
    assert record.tick_on("2026-07-13") == 4
    assert record.tick_on("2026-07-14") == 1
    assert record.tick_on("2027-01-15") == 2
    assert record.elapsed()[4:] == [
        ("yearly", "P1D", "2026-07-15"),
        ("yearly", "P12M", "2027-07-15"),
        ("yearly", "P6M", "2027-07-15"),
    ]


def test_however_many_tick_at_once_each_is_written_down_once(record: Record) -> None:
    """The writers' lock is held from the first look to the last word."""
    for number in range(5):
        record.door.add("/v1/agreements", entered("2016-03-01", f"ends-{number}", initial="P10Y"))
    record.calendar.day = date(2026, 3, 1)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: tick(record.engine, record.calendar), range(8)))
    assert sorted(found) == [0] * 7 + [5]
    assert len(record.elapsed()) == 5
