"""What contradicts itself is kept and told, as long as it holds; people may accept it."""

from tests.door import Door
from tests.factories import agreement, event, populate

TWICE = [
    event(id="first", kind="entered_into_force", date="2001-06-10"),
    event(id="second", kind="entered_into_force", date="2001-06-20"),
]


def test_a_contradiction_is_accepted_kept_and_told(door: Door) -> None:
    """The dossier is answered 201; its finding points to the member, and says since when."""
    populate(door)
    added = door.add("/v1/agreements", agreement(id="twice", events=TWICE))
    [finding] = door.items("/v1/agreements/twice/findings")
    assert finding.pop("id").startswith("entry-contradicted-")
    assert finding.pop("since_seq") >= added["meta"]["seq"]
    assert finding == {
        "resource": "twice",
        "kind": "entry_contradicted",
        "pointer": "/events/second",
        "detail": "its entry into force is recorded on several days",
        "state": "open",
    }
    assert [each["resource"] for each in door.items("/v1/findings", state="open")] == ["twice"]
    assert door.items("/v1/findings", kind="end_contradicted,too_imprecise") == []
    assert door.items("/v1/findings", agreement="other") == []


def test_a_finding_is_accepted_for_a_reason_and_opened_again(door: Door) -> None:
    """It stays accepted while other things change."""
    populate(door)
    door.add("/v1/agreements", agreement(id="twice", events=TWICE))
    [finding] = door.items("/v1/findings")
    path = f"/v1/findings/{finding['id']}"
    accepted = door.post(f"{path}/state", {"state": "accepted", "reason": "The gazette has both"}).json()
    assert accepted == finding | {"state": "accepted", "reason": "The gazette has both"} == door.read(path)
    assert door.patch("/v1/agreements/twice", {"subjects": ["science"]}).status_code == 200
    assert door.read(path) == accepted
    assert door.post(f"{path}/state", {"state": "open", "reason": "Look again"}).json()["state"] == "open"


def test_what_no_longer_holds_is_resolved_and_comes_up_again_as_the_same(door: Door) -> None:
    """Nobody can accept it meanwhile."""
    populate(door)
    door.add("/v1/agreements", agreement(id="twice", events=TWICE))
    [finding] = door.items("/v1/findings")
    path = f"/v1/findings/{finding['id']}"
    assert door.withdraw("/v1/events/second").status_code == 204
    assert door.read(path)["state"] == "resolved"
    refused = door.post(f"{path}/state", {"state": "accepted", "reason": "It is so"})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "resolved")
    assert door.restore("/v1/events/second", 1).status_code == 200
    again = door.read(path)
    assert (again["state"], again["since_seq"] > finding["since_seq"]) == ("open", True)


def test_findings_of_a_withdrawn_agreement_are_resolved(door: Door) -> None:
    populate(door)
    door.add("/v1/agreements", agreement(id="twice", events=TWICE))
    assert door.withdraw("/v1/agreements/twice").status_code == 204
    assert {each["state"] for each in door.items("/v1/findings")} == {"resolved"}
    assert door.get("/v1/agreements/twice/findings").status_code == 410


def test_pages_of_findings_put_together_are_all(door: Door) -> None:
    populate(door)
    for number in range(5):
        events = [one | {"id": f"{one['id']}-{number}"} for one in TWICE]
        door.add("/v1/agreements", agreement(id=f"twice-{number}", events=events))
    every = door.items("/v1/findings")
    assert len(every) == 5
    assert door.items("/v1/findings", limit=2) == every
