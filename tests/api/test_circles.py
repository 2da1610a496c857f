"""Chains that would lead back to themselves: refused, in the request that would close them."""

import httpx
import pytest

from tests.door import Door, Json
from tests.factories import agreement, dossier, event, populate, source, state

LINKED = {"condition": "linked_to"}


def linked(agreement: str) -> Json:
    return {"entry_into_force": LINKED | {"agreement": agreement}}


def related(agreement: str, kind: str = "supersedes") -> Json:
    return {"relations": [{"kind": kind, "agreement": agreement}]}


CHAINS: dict[str, tuple[Json, Json, str]] = {
    "sources": (source("x"), {"based_on": "{}"}, "/based_on"),
    "organizations": (state("x", kind="agency"), {"parent": "{}"}, "/parent"),
    "events": (event(kind="meeting"), {"part_of": "{}"}, "/part_of"),
    "agreements": (agreement(), linked("{}"), "/entry_into_force"),
}
"""For each collection whose records lead on: a document, the members that lead on, and the one that is told."""


def filled(pattern: Json, id: str) -> Json:
    return {
        name: filled(value, id) if isinstance(value, dict) else id if value == "{}" else value
        for name, value in pattern.items()
    }


@pytest.fixture
def world(door: Door) -> Door:
    populate(door)
    return door


def circle_of(response: httpx.Response) -> tuple[list[str], str]:
    """Where the faults of a refusal are, and the way that they tell."""
    assert response.status_code == 422, response.text
    faults = response.json()["errors"]
    assert {fault["code"] for fault in faults} == {"circle"}
    (detail,) = {fault["detail"] for fault in faults}
    return [fault["pointer"] for fault in faults], detail.partition(": ")[2]


@pytest.mark.parametrize("collection", CHAINS)
@pytest.mark.parametrize("length", [2, 3, 7])
def test_a_change_that_closes_a_circle_is_refused_and_tells_the_way(world: Door, collection: str, length: int) -> None:
    """And nothing is written; a change that leads elsewhere is made."""
    document, leading, member = CHAINS[collection]
    path = f"/v1/{collection}"
    for number in range(1, length + 1):
        leads_on = filled(leading, f"link-{number - 1}") if number > 1 else {}
        world.add(path, document | {"id": f"link-{number}"} | leads_on)
    before = world.read(f"{path}/link-1")

    refused = world.patch(f"{path}/link-1", filled(leading, f"link-{length}"))
    way = ["link-1", *(f"link-{number}" for number in range(length, 0, -1))]
    assert circle_of(refused) == ([member], " > ".join(way))
    assert world.read(f"{path}/link-1") == before

    world.add(path, document | {"id": "beside"})
    assert world.patch(f"{path}/link-1", filled(leading, "beside")).status_code == 200


def test_clauses_and_relations_of_agreements_close_a_circle_together(world: Door) -> None:
    """By each relation that moves the other's status, wherever it stands among several; the others close none."""
    world.add("/v1/agreements", agreement(id="old"))
    world.add("/v1/agreements", agreement(id="beside"))
    world.add("/v1/agreements", agreement(id="new") | linked("old"))
    for kind in ("supersedes", "terminates", "suspends", "extends"):
        changes = {"relations": [*related("beside", kind)["relations"], *related("new", kind)["relations"]]}
        refused = world.patch("/v1/agreements/old", changes)
        assert circle_of(refused) == (["/relations"], "old > new > old")
    changes = related("new", "amends") | related("new", "implements")
    assert world.patch("/v1/agreements/old", changes).status_code == 200


def test_a_record_cannot_be_restored_into_a_circle(world: Door) -> None:
    """A version may lead where nothing led back at its time."""
    world.add("/v1/sources", source("first"))
    world.add("/v1/sources", source("second", based_on="first"))
    assert world.patch("/v1/sources/second", {"based_on": None}).status_code == 200
    assert world.patch("/v1/sources/first", {"based_on": "second"}).status_code == 200
    assert circle_of(world.restore("/v1/sources/second", 1)) == (["/based_on"], "second > first > second")


def test_events_of_one_dossier_close_no_circle(world: Door) -> None:
    """Each of them is told, at its place in the dossier."""
    events = [event(id=id, kind="meeting", part_of=other) for id, other in ("ab", "bc", "ca", "da")]
    refused = world.post("/v1/agreements", dossier(events=events))
    assert circle_of(refused) == ([f"/events/{at}/part_of" for at in range(3)], "a > b > c > a")


def test_a_long_chain_is_walked(world: Door) -> None:
    """Of 500 links, none of which closes a circle but the last."""
    events = [event(id=f"link-{number}", kind="meeting", part_of=f"link-{number + 1}") for number in range(499)]
    world.add("/v1/events", event(id="link-499", kind="meeting"))
    world.add("/v1/agreements", dossier(events=events))
    where, way = circle_of(world.patch("/v1/events/link-499", {"part_of": "link-0"}))
    assert where == ["/part_of"]
    assert way.count(" > ") == 500
