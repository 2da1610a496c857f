"""When an agreement was signed: by its signature events, else its signatories, else `signed` (DOMAIN 5).

Filters, the order of lists and the profile of a pair go by the days by which its status does.
"""

from typing import Any

import pytest

from tests.door import Door
from tests.factories import agreement, event, populate, signatory

Json = dict[str, Any]
MAY_2015 = {"edtf": "2015-05", "earliest": "2015-05-01", "latest": "2015-05-31"}
BODIES = [
    {"id": f"ministry-of-{state}", "name": {"en": "Ministry"}, "kind": "ministry", "state": state}
    for state in ("mex", "rus")
]

SIGNED: dict[str, Json] = {
    "an event of all": {"events": [event(date="2015-05-05")]},
    "an event of each side": {
        "events": [event(date=f"2015-05-0{day}", side=side) for day, side in ((4, "a"), (5, "b"))]
    },
    "events of bodies": {"events": [event(date="2015-05-05", by=body["id"]) for body in BODIES]},
    "a body's event, and the member": {"events": [event(date="2015-05-05", by="ministry-of-mex")], "signed": "2015"},
    "signatories": {
        "signatories": [
            signatory(person=who, side=side, signed="2015-05-05") for who, side in (("ana", "a"), ("boris", "b"))
        ]
    },
    "an event against the member": {"events": [event(date="2015-05-05")], "signed": "1999-01-01"},
    "the member": {"signed": "2015-05-05"},
}


@pytest.fixture
def house(door: Door) -> Door:
    populate(door)
    for body in BODIES:
        door.add("/v1/organizations", body)
    return door


def ids(door: Door, **query: Any) -> list[str]:
    return [item["id"] for item in door.items("/v1/agreements", **query)]


def signed_in(door: Door) -> list[int]:
    return [row["year"] for row in door.read("/v1/pairs/mex/rus")["years"] if row["signed"]]


@pytest.mark.parametrize("members", SIGNED.values(), ids=SIGNED.keys())
def test_what_was_signed_is_found_by_its_day_however_that_is_told(house: Door, members: Json) -> None:
    """And stands in its place in every order, whichever table finds it."""
    house.add("/v1/agreements", agreement(id="asked", **members))
    house.add("/v1/agreements", agreement(id="before", signed="2014"))
    house.add("/v1/agreements", agreement(id="after", signed="2016"))
    house.add("/v1/agreements", agreement(id="undated"))
    status = {"status": "signed_not_in_force"}
    assert ids(house, **status, signed_from="2015-05-01", signed_to="2015-05-31") == ["asked"]
    assert ids(house, signed_to="2015-05-03") == ["before"]
    assert ids(house, signed_from="2015-05-06") == ["after"]
    for query in ({}, {"party": "mex"}, {"between": "mex,rus"}):
        assert ids(house, **query) == ["before", "asked", "after", "undated"]
        assert ids(house, **query, sort="-signed") == ["after", "asked", "before", "undated"]
    assert ids(house, **status) == ["before", "asked", "after"]
    assert signed_in(house) == [2014, 2015, 2016]


def test_what_is_told_of_the_signature_later_moves_it(house: Door) -> None:
    """An event and a signatory are written without the agreement, and are withdrawn again."""
    house.add("/v1/agreements", agreement(id="asked", signed="2012"))
    house.add("/v1/agreements", agreement(id="other", signed="2014"))
    assert ids(house, between="mex,rus") == ["asked", "other"]
    house.add("/v1/events", event(id="signing", date="2015-05-05", agreements=["asked"]))
    assert ids(house, between="mex,rus") == ids(house, status="signed_not_in_force") == ["other", "asked"]
    assert (ids(house, signed_from="2015-05"), signed_in(house)) == (["asked"], [2014, 2015])
    assert house.patch("/v1/events/signing", {"date": "2010"}).status_code == 200
    assert (ids(house, between="mex,rus"), signed_in(house)) == (["asked", "other"], [2010, 2014])
    house.withdraw("/v1/events/signing")
    assert (ids(house, signed_to="2012"), signed_in(house)) == (["asked"], [2012, 2014])
    for who, side in (("ana", "a"), ("boris", "b")):
        house.add("/v1/signatories", signatory(agreement="asked", person=who, side=side, signed="2016"))
    assert (ids(house, party="mex"), signed_in(house)) == (["other", "asked"], [2014, 2016])


def test_what_was_signed_on_any_day_may_have_been_signed_on_each(house: Door) -> None:
    """By one until some day, by the other from some day on: it is not undated."""
    open_ = [event(date="[..2000]", side="a"), event(date="[2001..]", side="b")]
    house.add("/v1/agreements", agreement(id="asked", events=open_))
    house.add("/v1/agreements", agreement(id="undated"))
    assert ids(house, signed_from="3000") == ids(house, signed_to="1000") == ["asked"]
    assert ids(house) == ["asked", "undated"]


def test_the_member_is_told_as_it_is_stated(house: Door) -> None:
    house.add("/v1/agreements", agreement(id="asked", signed="2015-05", events=[event(date="2015-05-05")]))
    assert house.read("/v1/agreements/asked")["signed"] == MAY_2015
