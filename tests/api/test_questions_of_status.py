"""Questions about status that the record answers, each by a request that the README shows, of a few agreements."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import icalendar
import pytest

from api.settings import Settings
from tests.conftest import MakeUrl
from tests.door import ADMIN_KEY, Door, opened
from tests.factories import agreement, event, populate, source, state

Json = dict[str, Any]
SPACE = "mex-rus-outer-space-2021"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
IN_2012 = event(kind="entered_into_force", date="2012-04-15")
FIVE_AND_FIVE = {"initial": "P5Y", "renewal": "tacit", "renewal_period": "P5Y", "notice": "P6M"}
AGREEMENTS = [
    agreement(id="renewed-by-itself", signed="2011", events=[IN_2012], duration=FIVE_AND_FIVE | {"survival": "P1Y"}),
    agreement(
        id="ends-soon",
        signed="2016-01-01",
        events=[event(kind="entered_into_force", date="2016-04-15")],
        duration={"initial": "P10Y", "renewal": "none"},
    ),
    agreement(id="waits", signed="2019-05-05", entry_into_force={"condition": "on_exchange"}, events=[]),
    agreement(
        id="provisional",
        signed="2018-01-01",
        events=[
            event(kind="provisional_application_started", date="2018-02-01", provisions=["Article 4"]),
            event(kind="provisional_application_ended", date="2020-02-01"),
        ],
    ),
    agreement(id="old", signed="1990-01-01", events=[event(kind="entered_into_force", date="1991-01-01")]),
    agreement(
        id="new",
        signed="2000-01-01",
        events=[event(kind="entered_into_force", date="2001-01-01")],
        relations=[{"kind": "supersedes", "agreement": "old"}],
    ),
    agreement(
        id="soviet",
        signed="1970-01-01",
        parties=[{"side": "a", "organization": "suhh"}, {"side": "b", "organization": "mex"}],
        events=[
            event(kind="entered_into_force", date="1971-01-01"),
            event(
                kind="continuity_confirmed",
                date="1992-01-13",
                effective="1991-12-26",
                by="rus",
                predecessor="suhh",
                successor="rus",
                citations=[{"field": "", "source": "note", "stance": "supports"}],
            ),
        ],
    ),
    agreement(
        id="soviet-trade",
        signed="1972-01-01",
        parties=[{"side": "a", "organization": "suhh"}, {"side": "b", "organization": "mex"}],
        events=[event(kind="entered_into_force", date="1973-01-01")],
    ),
]


@pytest.fixture
def asked(make_url: MakeUrl) -> Iterator[Door]:
    """A service that holds these agreements, on 1 March 2026."""
    with opened(Settings(database_url=make_url(False), admin_key=ADMIN_KEY), lambda: NOW) as door:
        populate(door)
        door.add("/v1/sources", source("note"))
        door.add("/v1/organizations", state("suhh", valid_to="1991-12-25"))
        continuity = {"organization": "suhh", "kind": "continuity", "from": "1991-12-26"}
        assert door.patch("/v1/organizations/rus", {"predecessors": [continuity]}).status_code == 200
        for document in AGREEMENTS:
            door.add("/v1/agreements", document)
        yield door


def ids(door: Door, **query: str) -> list[str]:
    return [item["id"] for item in door.items("/v1/agreements", **query)]


def test_what_was_in_force_between_two_states_and_their_predecessors(asked: Door) -> None:
    """Question 1: definite, presumed, possible; the treaty that nobody confirmed is found by its link alone."""
    query = {"between": "mex,rus", "predecessors": "true", "status": "in_force", "on": "2022-01-01"}
    assert ids(asked, **query) == ["soviet", "soviet-trade", "new", "renewed-by-itself", "ends-soon"]
    assert ids(asked, **query, certainty="presumed") == ids(asked, **query)
    assert ids(asked, **query, certainty="definite,possible") == []
    via = {item["id"]: item.get("via") for item in asked.items("/v1/agreements", **query)}
    assert via["soviet"] is None
    assert via["soviet-trade"] == [
        {
            "of": "rus",
            "organization": "suhh",
            "kind": "continuity",
            "from": {"edtf": "1991-12-26", "earliest": "1991-12-26", "latest": "1991-12-26"},
        }
    ]


def test_why_it_is_not_in_force_and_who_owes_what(seeded: Door) -> None:
    """Question 2: Russia has finished at home and owes the notification; Mexico owes both."""
    told = seeded.read(f"/v1/agreements/{SPACE}/status?on=2022-10-10")
    assert told["status"] == "signed_not_in_force"
    assert told["rule"] == "VCLT 18(a), signed"
    assert told["events"] == [f"{SPACE}-signature"]
    assert told["sources"] == ["kosmosnews-2021-09-30"]
    assert told["verified_on"]["edtf"] == "2022-10-08"
    assert [(owed["party"], owed["act"]) for owed in told["pending"]] == [
        ("government-rus", "notification_received"),
        ("government-mex", "domestic_approval"),
        ("government-mex", "notification_received"),
    ]


def test_what_ends_within_a_year_and_by_when_notice_must_be_received(asked: Door) -> None:
    """Question 5: as JSON, the most urgent first."""
    items = asked.items("/v1/deadlines", within="P12M", party="mex")
    told = [
        (item["agreement"], item["due"], item["next_expiry"]["edtf"], item.get("notice_deadline", {}).get("edtf"))
        for item in items
    ]
    assert told == [
        ("ends-soon", "2026-04-15", "2026-04-15", None),
        ("renewed-by-itself", "2026-10-15", "2027-04-15", "2026-10-15"),
    ]
    assert [item["then"] for item in items] == [
        {"status": "terminated", "certainty": "presumed"},
        {"status": "in_force", "certainty": "presumed"},
    ]
    assert asked.items("/v1/deadlines", within="P1M") == []
    assert asked.items("/v1/deadlines", party="fra") == []


def test_the_deadlines_as_a_calendar(asked: Door) -> None:
    """Question 5: whole days, a UID that stays, the agreement's version as its sequence."""
    text = asked.get("/v1/deadlines.ics?within=P2Y&party=mex").text
    entries = {str(entry["uid"]): entry for entry in icalendar.Calendar.from_ical(text).walk("VEVENT")}
    assert entries.keys() == {
        "ends-soon-next-expiry@bilateral",
        "renewed-by-itself-next-expiry@bilateral",
        "renewed-by-itself-notice-deadline@bilateral",
    }
    notice = entries["renewed-by-itself-notice-deadline@bilateral"]
    assert str(notice.decoded("dtstart")) == "2026-10-15"
    assert str(notice.decoded("dtend")) == "2026-10-16"
    assert notice.decoded("sequence") == 1
    assert [str(entry["summary"]).partition(":")[0] for _, entry in sorted(entries.items())] == [
        "No longer in force",
        "A new term begins",
        "Last day for a notice",
    ]


def test_when_a_notice_ends_it_and_a_day_late(asked: Door) -> None:
    """Question 6: on the last day for one boundary, the same notice a day later ends it five years later."""
    told = asked.read("/v1/agreements/renewed-by-itself/denunciation?received=2026-10-15&by=mex")
    assert told["ends"]["edtf"] == told["boundary"]["edtf"] == "2027-04-15"
    assert told["notice_deadline"]["edtf"] == "2026-10-15"
    assert told["earlier"]["boundary"]["edtf"] == "2022-04-15"
    assert told["earlier"]["notice_deadline"]["edtf"] == "2021-10-15"
    assert told["effects_until"]["edtf"] == "2028-04-15"
    assert told["a_day_later"]["ends"]["edtf"] == "2032-04-15"


def test_a_notice_that_is_recorded_may_end_it_earlier(asked: Door) -> None:
    """Then that one is named, and no boundary of the other."""
    members = {"kind": "denunciation_received", "by": "rus", "agreements": ["renewed-by-itself"]}
    recorded = event(id="earlier", date="2021-10-01", **members)
    asked.add("/v1/events", recorded)
    told = asked.read("/v1/agreements/renewed-by-itself/denunciation?received=2022-01-15&by=mex")
    assert (told["ends"]["edtf"], told["events"]) == ("2022-04-15", ["earlier"])
    assert "boundary" not in told


def test_a_notice_is_a_partys_or_that_of_its_body(asked: Door) -> None:
    """A stranger's is refused; of an agreement that is not in force, the answer says so."""
    asked.add("/v1/organizations", {"id": "ministry", "name": {"en": "Ministry"}, "kind": "ministry", "state": "mex"})
    path = "/v1/agreements/renewed-by-itself/denunciation?received=2026-10-15"
    assert asked.read(f"{path}&by=ministry")["ends"]["edtf"] == "2027-04-15"
    refused = asked.get(f"{path}&by=fra")
    assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (422, "by")
    told = asked.read("/v1/agreements/waits/denunciation?received=2026-10-15")
    assert told == {
        "agreement": "waits",
        "received": "2026-10-15",
        "side": "a",
        "status": "signed_not_in_force",
        "rule": "VCLT 18(a), signed",
    }


def test_what_was_signed_long_ago_and_on_whom_it_waits(asked: Door) -> None:
    """Question 7: signed by 1 March 2021, not known to have entered into force."""
    items = asked.items("/v1/agreements", status="signed_not_in_force", signed_to="2021-03-01")
    pending = {item["id"]: [(each["party"], each["act"]) for each in item["status"]["pending"]] for item in items}
    assert pending["waits"] == [("mex", "instrument_exchanged"), ("rus", "instrument_exchanged")]
    assert list(pending) == ["provisional", "waits"]


def test_what_was_replaced_and_by_what(asked: Door) -> None:
    """Question 8: the old one ends on the day on which the new one enters into force: no gap, no overlap."""
    [old] = asked.items("/v1/agreements", status="terminated", ground="superseded")
    assert (old["id"], [each["agreement"] for each in old["related_from"]]) == ("old", ["new"])
    assert old["status"]["since"]["edtf"] == "2001-01-01"
    between = {"between": "mex,rus", "status": "in_force"}
    assert ids(asked, **between, on="2000-12-31", signed_from="1990") == ["old"]
    assert ids(asked, **between, on="2001-01-01", signed_from="1990") == ["new"]
    assert ids(asked, replaced_by="new") == ["old"]


def test_what_was_applied_provisionally(asked: Door) -> None:
    """Question 9: on a day, in part; the event says which provisions."""
    [item] = asked.items("/v1/agreements", status="provisionally_applied", on="2019-01-01")
    assert item["id"] == "provisional"
    assert asked.read("/v1/agreements/provisional/status?on=2019-01-01")["partial"] is True
    assert item["events"][0]["provisions"] == ["Article 4"]
    assert ids(asked, status="provisionally_applied", on="2020-02-01") == []


def test_which_treaties_are_said_to_continue(asked: Door) -> None:
    """Question 10: for whom, and on what source."""
    query = {"kind": "continuity_confirmed,succession", "predecessor": "suhh,cshh,ddde,yucs"}
    [confirmed] = asked.items("/v1/events", **query)
    assert (confirmed["agreements"], confirmed["successor"]) == (["soviet"], "rus")
    assert [citation["source"] for citation in confirmed["citations"]] == ["note"]


def test_a_pair_year_by_year(asked: Door) -> None:
    """Question 15: what was signed, what was in force at the year's end, how certain; as CSV too."""
    years = {row["year"]: row for row in asked.read("/v1/pairs/mex/rus")["years"]}
    assert list(years) == list(range(1970, 2027))
    assert (years[2011]["signed"], years[2011]["signed_imprecise"]) == (1, 1)
    assert (years[2000]["in_force_definite"], years[2012]["in_force_presumed"]) == (1, 3)
    rows = asked.get("/v1/pairs/mex/rus.csv?by=form&until=1991").text.splitlines()
    assert rows[0].startswith("year,form,signed,signed_imprecise,signed_possible,in_force_definite")
    assert rows[-1] == "1991,agreement,0,0,0,2,0,0"
