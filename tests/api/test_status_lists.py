"""Lists by status and certainty find exactly the agreements of which the law says so, one by one, on any day.

A few hundred random agreements are written in three rounds, years apart: what was known after each of them is asked
too. What each list should find is worked out here from the documents, by the pure functions and by the organizations.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from api.settings import Settings
from db import ledger, pages, records
from db import vocabulary as v
from db.agreements import AGREEMENTS
from db.lifecycle import answer_on
from db.pages import Query
from db.register import REGISTER
from db.validation import validate
from db.verify import verify
from tests.conftest import MakeUrl
from tests.door import ADMIN_KEY, Door, Json, listed, opened
from tests.factories import agreement, event, state

NUMBER = 300
DAYS = 24
ROUNDS = ("2005-01-01", "2015-06-01", "2020-03-01")
TODAY = "2026-11-23"
STATUSES, CERTAINTIES = v.members(v.Status), v.members(v.Certainty)

ORGANIZATIONS = [
    state("mex"),
    state("fra"),
    state("rus"),
    state("cze"),
    state("suhh", valid_to="1991-12-25"),
    state("cshh", valid_to="1992"),
    {"id": "ministry", "name": {"en": "A ministry"}, "kind": "ministry", "state": "cshh"},
    {"id": "agency", "name": {"en": "An agency"}, "kind": "agency", "state": "mex", "valid_to": "2001-05~"},
]
PAIRS = [("mex", "rus"), ("mex", "suhh"), ("fra", "cshh"), ("fra", "ministry"), ("agency", "rus"), ("suhh", "cshh")]


# Random agreements


class Writer:
    """Makes documents that are valid, whatever they say."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def some(self, chance: float) -> bool:
        return self.random.random() < chance

    def one(self, options: Sequence[Any]) -> Any:
        return self.random.choice(options)

    def day(self, first: int = 1960, last: int = 2030) -> date:
        return date(first, 1, 1) + timedelta(days=self.random.randrange((last - first) * 365))

    def when(self) -> str:
        """A date, as exact as it happens to be known."""
        day = self.day()
        later = day + timedelta(days=self.random.randrange(1, 900))
        forms = [f"{day:%Y-%m}", f"{day:%Y}", f"{day}~", f"[{day}..{later}]", f"[..{day}]", f"[{day}..]", f"{day:%Y}?"]
        return self.one(forms) if self.some(0.35) else str(day)

    def entry(self, others: Sequence[str]) -> Json:
        clauses: list[Json] = [
            {"condition": condition} for condition in ("on_signature", "on_exchange", "on_notes", "none", "unknown")
        ]
        clauses += [{"condition": "on_last_notification", "offset": "P30D"}, {"condition": "after_domestic_procedures"}]
        clauses += [{"condition": "fixed_date", "date": self.when()}, {"condition": "first_of_month", "offset": "P2M"}]
        clauses += [{"condition": "linked_to", "agreement": self.one(others)}] if others else []
        return {"entry_into_force": self.one(clauses)} if self.some(0.7) else {}

    def duration(self) -> Json:
        terms: list[Json] = [
            {"initial": "indefinite", "renewal": "none", "notice": self.one(["P6M", "none", "unknown"])},
            {"initial": "P10Y", "renewal": "none"},
            {"initial": "P5Y", "renewal": "tacit", "renewal_period": "P5Y", "notice": "P12M"},
            {"initial": "P5Y", "renewal": "tacit_indefinite", "notice": "P6M", "notice_anchor": "before_year_end"},
            {"initial": "P3Y", "renewal": "express"},
            {"initial": "unknown", "renewal": "unknown"},
            {"until": f"{self.day():%Y}-12-31", "renewal": "none", "notice": "P6M"},
        ]
        return {"duration": self.one(terms)} if self.some(0.7) else {}

    def act(self, parties: Sequence[str]) -> Json:
        by, kind = self.one(parties), self.one(KINDS)
        if kind in ("extended", "renewed"):
            return event(kind=kind, date=self.when(), term="P5Y")
        if kind == "succession":
            return event(kind=kind, date="1993-01-01", predecessor="cshh", successor="cze")
        whose = {"by": by} if kind in SOMEBODYS or self.some(0.2) else {}
        ground = {"ground": self.one(v.members(v.Ground))} if kind == "terminated" else {}
        return event(kind=kind, date=self.when(), **whose, **ground)

    def agreement(self, id: str, others: Sequence[str]) -> Json:
        a, b = self.one(PAIRS)
        members = self.entry(others) | self.duration()
        if self.some(0.7):
            members["signed"] = self.when()
        if self.some(0.2):
            members["verified_on"] = str(self.day())
        if others and self.some(0.2):
            kind = self.one(["supersedes", "terminates", "suspends", "amends"])
            until = {"effective": "1990-01-01", "until": str(self.day(1991))} if kind == "suspends" else {}
            members["relations"] = [{"kind": kind, "agreement": self.one(others), **until}]
        parties = [{"side": "a", "organization": a}, {"side": "b", "organization": b}]
        events = [self.act((a, b)) for _ in range(self.random.randrange(6))]
        return agreement(id=id, parties=parties, events=events, **members)


SOMEBODYS = {
    "notification_received",
    "notification_sent",
    "denunciation_received",
    "denunciation_notified",
    "consent_refused",
    "status_disputed",
}
KINDS = [
    *["signature", "entered_into_force", "entered_into_force", "notification_received", "instrument_exchanged"],
    *["notes_exchanged", "terminated", "denunciation_received", "denunciation_notified", "suspended", "resumed"],
    *["provisional_application_started", "provisional_application_ended", "initialled", "negotiation", "succession"],
    *["consent_refused", "status_disputed", "extended", "renewed", "notification_sent"],
]


# The record, in three rounds


@dataclass
class Library:
    """A service whose clock stands where it is set."""

    door: Door
    now: list[datetime]
    known: dict[str | None, dict[str, Json]] = field(default_factory=dict)
    """The documents of the agreements, by id, as known after each round; None is now."""

    def set(self, day: str) -> None:
        self.now[0] = datetime.fromisoformat(f"{day}T12:00:00+00:00")

    def add(self, name: str, documents: Sequence[Json]) -> None:
        """In one transaction."""
        with ledger.write(self.door.app.state.engine, self.door.app.state.clock, actor="tests") as unit:
            shape = REGISTER[name].shape
            records.add(unit, REGISTER[name], [validate(shape, each) for each in documents])

    def note(self, round_: str) -> None:
        """Keep what is known now."""
        items = self.door.items("/v1/agreements", limit=200, sort="id")
        self.known[round_] = self.known[None] = {item["id"]: item for item in items}


def write_first(library: Library, writer: Writer) -> None:
    library.set(ROUNDS[0])
    library.add("organizations", ORGANIZATIONS)
    made: list[str] = []
    documents = []
    for number in range(NUMBER):
        documents.append(writer.agreement(f"a{number:03}", made))
        made.append(f"a{number:03}")
    for at in range(0, NUMBER, 100):
        library.add("agreements", documents[at : at + 100])
    library.note(ROUNDS[0])


def write_second(library: Library, writer: Writer) -> None:
    """Events come and go, agreements are verified and withdrawn, one party gets an heir."""
    library.set(ROUNDS[1])
    door, known = library.door, library.known[None]
    for id in writer.random.sample(sorted(known), 40):
        parties = [each["organization"] for each in known[id]["parties"]]
        door.add("/v1/events", writer.act(parties) | {"agreements": [id]})
    for id in writer.random.sample(sorted(known), 20):
        for each in known[id]["events"][:1]:
            assert door.withdraw(f"/v1/events/{each['id']}").status_code == 204
    for id in writer.random.sample(sorted(known), 20):
        assert door.patch(f"/v1/agreements/{id}", {"verified_on": "2014-01-01"}).status_code == 200
    for id in writer.random.sample(sorted(known), 30):
        assert door.withdraw(f"/v1/agreements/{id}").status_code in (204, 409)
    continuity = [{"organization": "suhh", "kind": "continuity", "from": "1991-12-26"}]
    assert door.patch("/v1/organizations/rus", {"predecessors": continuity}).status_code == 200
    library.note(ROUNDS[1])


def write_third(library: Library, writer: Writer) -> None:
    """Some come back, signatures are corrected, a state lasted longer than it was known to."""
    library.set(ROUNDS[2])
    door = library.door
    withdrawn = sorted(library.known[ROUNDS[0]].keys() - library.known[ROUNDS[1]].keys())
    for id in withdrawn[::2]:
        assert door.restore(f"/v1/agreements/{id}", 1).status_code in (200, 422)
    for id in writer.random.sample(sorted(library.known[None]), 20):
        assert door.patch(f"/v1/agreements/{id}", {"signed": writer.when()}).status_code == 200
    assert door.patch("/v1/organizations/cshh", {"valid_to": "1992-12-31"}).status_code == 200
    assert door.patch("/v1/organizations/ministry", {"state": "cze"}).status_code == 200
    assert door.patch("/v1/organizations/agency", {"valid_to": None}).status_code == 200
    library.note(ROUNDS[2])


@pytest.fixture
def library(make_url: MakeUrl) -> Iterator[Library]:
    """The service after all three rounds, whole in the end."""
    now = [datetime(2005, 1, 1, tzinfo=UTC)]
    with opened(Settings(database_url=make_url(False), admin_key=ADMIN_KEY), lambda: now[0]) as door:
        made, writer = Library(door, now), Writer(20_050_101)
        for write in (write_first, write_second, write_third):
            write(made, writer)
        made.set(TODAY)
        yield made
        with door.app.state.engine.connect() as connection:
            assert verify(connection).findings == []


# What should be found


CEASED: Mapping[str, Mapping[str, date]] = {
    ROUNDS[0]: {
        "suhh": date(1991, 12, 26),
        "cshh": date(1992, 1, 2),
        "ministry": date(1992, 1, 2),
        "agency": date(2001, 5, 2),
    },
    ROUNDS[1]: {"cshh": date(1992, 1, 2), "ministry": date(1992, 1, 2), "agency": date(2001, 5, 2)},
    ROUNDS[2]: {"cshh": date(1993, 1, 1)},
}
"""The first day on which each organization may be no more, as known after each round."""
STATES: Mapping[str, Mapping[str, str]] = {
    ROUNDS[0]: {"ministry": "cshh", "agency": "mex"},
    ROUNDS[1]: {"ministry": "cshh", "agency": "mex"},
    ROUNDS[2]: {"ministry": "cze", "agency": "mex"},
}


def gone(document: Json, round_: str, on: date) -> list[str]:
    """The parties that may be no more on the day, without anybody known in their place."""
    states, ceased = STATES[round_], CEASED[round_]
    succeeded = {each["predecessor"] for each in document["events"] if each["kind"] in v.SUCCESSION_KINDS}
    named = [{each["organization"], states.get(each["organization"], "")} for each in document["parties"]]
    left = {id for names in named if not names & succeeded for id in names}
    return sorted(id for id in left if ceased.get(id, date.max) <= on)


def expected(library: Library, on: date, known_at: str | None) -> dict[str, tuple[set[str], str]]:
    """Of each agreement that was known, the statuses that are possible on the day, and the certainty."""
    round_ = known_at or ROUNDS[-1]
    knowing = date.fromisoformat(known_at or TODAY)
    told = {}
    for id, document in library.known[round_].items():
        answer = answer_on(document["periods"], on, knowing)
        possible, certainty = set(answer["possible_statuses"]), answer["certainty"]
        if "in_force" in possible and gone(document, round_, on):
            possible, certainty = possible | {"terminated"}, "possible"
        told[id] = (possible, certainty)
    return told


def days_of(library: Library, writer: Writer) -> list[date]:
    """Days at which something begins or ends, the day before some of them, and days by chance."""
    known = {document["id"]: document for each in library.known.values() for document in each.values()}
    turns = sorted({each["from"] for document in known.values() for each in document["periods"] if "from" in each})
    turning = [date.fromisoformat(day) for day in writer.random.sample(turns, DAYS // 2)]
    before = [day - timedelta(days=1) for day in turning[: DAYS // 4]]
    ends = [each for round_ in CEASED.values() for each in round_.values()]
    return [*turning, *before, writer.one(ends), *(writer.day() for _ in range(DAYS // 4 - 1))]


def some_filters(writer: Writer) -> list[Json]:
    """One status, some of them, a certainty, and both together."""
    several = ",".join(writer.random.sample(STATUSES, 3))
    return [
        {"status": writer.one(STATUSES)},
        {"status": several, "certainty": writer.one(CERTAINTIES)},
        {"status": writer.one(["in_force", "terminated"]), "certainty": writer.one(CERTAINTIES)},
        {"certainty": ",".join(writer.random.sample(CERTAINTIES, writer.one([1, 2])))},
    ]


def wanted(told: Mapping[str, tuple[set[str], str]], filters: Json) -> set[str]:
    """What the filters should find: any of the statuses is possible, and the status told is so certain."""
    statuses = set(filters.get("status", ",".join(STATUSES)).split(","))
    certainties = filters.get("certainty", ",".join(CERTAINTIES)).split(",")
    return {id for id, (possible, certainty) in told.items() if possible & statuses and certainty in certainties}


def test_lists_by_status_find_what_is_said_of_each_agreement(library: Library, subtests: pytest.Subtests) -> None:
    """Thousands of agreements and days; then some of them over HTTP, with all that is told."""
    with subtests.test("which are found"):
        find_by_status(library, Writer(1))
    with subtests.test("what is told"):
        compare_what_is_told(library, Writer(2))


def find(library: Library, filters: Mapping[str, str]) -> list[str]:
    """The ids that a list of all pages has, which come with a count where the list is of now."""
    with library.door.app.state.engine.connect() as connection:
        found, cursor = list[str](), None
        while True:
            asked = {name: [text] for name, text in filters.items()}
            query = Query(asked, library.now[0], limit=200, cursor=cursor, count="known_at" not in filters)
            page = pages.find(connection, AGREEMENTS, query)
            found += [json.loads(item)["id"] for item in page.items]
            cursor = page.next
            if cursor is None:
                assert page.count in (None, len(found))
                return found


def find_by_status(library: Library, writer: Writer) -> None:
    """On every day, by status, by certainty, by both; now and as known after each round."""
    found_at_all: set[str] = set()
    pairs = 0
    for on in days_of(library, writer):
        for known_at in (None, *ROUNDS):
            told = expected(library, on, known_at)
            pairs += len(told)
            found_at_all |= {status for possible, _ in told.values() for status in possible}
            for filters in some_filters(writer):
                then = {"known_at": known_at} if known_at else {}
                params = filters | {"on": str(on)} | then
                found = find(library, params)
                assert len(found) == len(set(found)), params
                assert set(found) == wanted(told, filters), params
    assert pairs > 10_000
    assert found_at_all == set(STATUSES)


def compare_what_is_told(library: Library, writer: Writer) -> None:
    """The short answer is the first members of the whole one; possible statuses and certainty are the law's."""
    compared = 0
    for on in writer.random.sample(days_of(library, writer), 4):
        for known_at in (None, *ROUNDS):
            told = expected(library, on, known_at)
            then = {"known_at": known_at} if known_at else {}
            items = {item["id"]: item for item in library.door.items("/v1/agreements", on=str(on), limit=200, **then)}
            assert items.keys() == told.keys()
            for id, item in items.items():
                assert (set(item["status"]["possible_statuses"]), item["status"]["certainty"]) == told[id], (id, on)
            for id in writer.random.sample(sorted(items), 25):
                whole = library.door.read(f"/v1/agreements/{id}/status", params={"on": str(on), **then})
                assert listed({"status": whole})["status"] == items[id]["status"], (id, on, known_at)
                assert whole.get("party_ceased", []) == (
                    gone(library.known[known_at or ROUNDS[-1]][id], known_at or ROUNDS[-1], on)
                    if "in_force" in whole["possible_statuses"]
                    else []
                )
                compared += 1
    assert compared == 400
