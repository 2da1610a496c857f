"""What changed between two versions of a record, by whom and why, as a JSON Patch that can be applied."""

import jsonpatch
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.door import Door, Json
from tests.factories import agreement, event, populate


@pytest.fixture
def world(door: Door) -> Door:
    populate(door)
    return door


def document(door: Door, path: str, version: int) -> Json:
    found: Json = door.read(f"{path}/revisions/{version}")["document"]
    return found


def test_a_comparison_says_who_changed_what_and_why(world: Door) -> None:
    world.add("/v1/people", {"id": "eva", "name": {"en": "Eva"}})
    world.patch("/v1/people/eva?reason=spelling", {"name": {"en": "Éva"}})
    told = world.read("/v1/people/eva/comparison?compare=1..2")
    assert told["patch"] == [{"op": "replace", "path": "/name/en", "value": "Éva"}]
    assert (told["from"]["version"], told["from"]["op"], told["from"]["actor"]) == (1, "created", "admin")
    assert (told["to"]["version"], told["to"]["op"], told["to"]["reason"]) == (2, "changed", "spelling")
    assert "document" not in told["to"]
    assert world.read("/v1/people/eva/comparison?compare=2..1")["patch"] == [
        {"op": "replace", "path": "/name/en", "value": "Eva"}
    ]
    assert world.read("/v1/people/eva/comparison?compare=1..1")["patch"] == []


def test_what_a_change_brought_about_is_in_it(world: Door) -> None:
    """An event makes a new version of its agreement, with other periods."""
    world.add("/v1/agreements", agreement(id="treaty", signed="2020-01-01"))
    world.add("/v1/events", event(id="entry", kind="entered_into_force", date="2021-01-01", agreements=["treaty"]))
    told = world.read("/v1/agreements/treaty/comparison?compare=1..2")
    assert {step["path"].split("/")[1] for step in told["patch"]} == {"events", "periods"}
    assert jsonpatch.apply_patch(document(world, "/v1/agreements/treaty", 1), told["patch"]) == document(
        world, "/v1/agreements/treaty", 2
    )


def test_of_what_was_withdrawn_too(world: Door) -> None:
    world.add("/v1/people", {"id": "eva", "name": {"en": "Eva"}})
    world.withdraw("/v1/people/eva")
    told = world.read("/v1/people/eva/comparison?compare=1..2")
    assert (told["patch"], told["to"]["op"]) == ([], "withdrawn")
    gone = world.get("/v1/people/eva")
    assert gone.headers["link"] == '</v1/people/eva/revisions>; rel="version-history"'
    assert world.get("/v1/people/eva/revisions").status_code == 200


@pytest.mark.parametrize("compare", ["1..9", "9..1"])
def test_a_version_that_never_was_is_not_found(world: Door, compare: str) -> None:
    world.add("/v1/people", {"id": "eva", "name": {"en": "Eva"}})
    assert world.get(f"/v1/people/eva/comparison?compare={compare}").status_code == 404
    assert world.get("/v1/people/nobody/comparison?compare=1..1").status_code == 404


@pytest.mark.parametrize("compare", ["1", "1..", "0..1", "1...2", "a..b", "1..2..3", "01..2", "1..9999999999"])
def test_what_are_no_two_versions_is_refused(world: Door, compare: str) -> None:
    refused = world.get(f"/v1/people/ana/comparison?compare={compare}")
    assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (422, "compare")


names = st.dictionaries(st.sampled_from(["en", "fr", "ru", "es"]), st.text("abcé", min_size=1), min_size=1)
positions = st.lists(
    st.builds(lambda place, title: {"organization": place, "title": title}, st.sampled_from(["mex", "rus"]), names),
    max_size=4,
)


@settings(max_examples=25)
@given(st.lists(st.tuples(names, positions), min_size=2, max_size=4))
def test_applied_to_the_one_a_patch_gives_the_other(door: Door, versions: list[tuple[Json, list[Json]]]) -> None:
    """Whatever was changed, between any two versions, forwards and backwards."""
    if door.get("/v1/organizations/mex").status_code == 404:
        populate(door)
    members = [{"name": name, "positions": held} for name, held in versions]
    id = door.add("/v1/people", members[0])["id"]
    for each in members[1:]:
        door.put(f"/v1/people/{id}", each)
    last = door.read(f"/v1/people/{id}")["meta"]["version"]
    for one, other in ((1, last), (last, 1)):
        patch = door.read(f"/v1/people/{id}/comparison?compare={one}..{other}")["patch"]
        assert jsonpatch.apply_patch(document(door, f"/v1/people/{id}", one), patch) == document(
            door, f"/v1/people/{id}", other
        )
