"""Dossiers: an agreement whole in one request, what follows it when its parts change, how it goes and comes back."""

from typing import Any

import pytest
import sqlalchemy as sa

from db import ledger
from db.ledger import REVISION
from tests.door import Door, Json
from tests.factories import agreement, dossier, event, populate, signatory, state


@pytest.fixture
def house(door: Door) -> Door:
    """The service on a record that holds what the dossiers name."""
    populate(door)
    return door


def own(answer: Json) -> Json:
    """What an answer says beside `meta`."""
    return {name: value for name, value in answer.items() if name != "meta"}


def ids(items: list[Json]) -> list[str]:
    return [item["id"] for item in items]


def version(door: Door, path: str) -> int:
    """The version of a record now."""
    found: int = door.read(path)["meta"]["version"]
    return found


def newest(door: Door) -> int:
    """Where the ledger ends."""
    with door.app.state.engine.connect() as connection:
        return ledger.newest(connection).seq


def written_after(door: Door, seq: int) -> list[tuple[str, str, str]]:
    """What was written after a seq, as (kind, id, operation); all of it in one transaction."""
    columns = (REVISION.c.kind, REVISION.c.resource_id, REVISION.c.op, REVISION.c.recorded_at, REVISION.c.request_id)
    with door.app.state.engine.connect() as connection:
        rows = connection.execute(sa.select(*columns).where(REVISION.c.seq > seq).order_by(REVISION.c.seq)).all()
    assert len({(row.recorded_at, row.request_id) for row in rows}) == 1
    return [(row.kind, row.resource_id, row.op) for row in rows]


# A dossier in one request


def test_a_dossier_is_one_request(house: Door) -> None:
    """A dossier posted whole comes back whole: made ids, its own agreement in each part, events by date."""
    answer = house.add("/v1/agreements", dossier())
    id = "mex-rus-trade-2021"
    assert answer["id"] == id
    assert ids(answer["signatories"]) == [f"{id}-ana", f"{id}-boris"]
    assert [part["agreement"] for part in answer["signatories"]] == [id, id]
    assert ids(answer["events"]) == [
        f"{id}-signature-2021-09-28",
        f"{id}-domestic-approval-2022-01-10",
        f"{id}-notification-received-2022-02",
    ]
    assert [part["agreements"] for part in answer["events"]] == [[id]] * 3
    assert house.read(f"/v1/agreements/{id}") == answer
    for name in ("signatories", "events"):
        for part in answer[name]:
            assert own(house.read(f"/v1/{name}/{part['id']}")) == part


def test_a_dossier_is_one_transaction_and_one_version(house: Door) -> None:
    """The agreement and each of its parts are written once, together."""
    before = newest(house)
    answer = house.add("/v1/agreements", dossier())
    written = written_after(house, before)
    parts = [("signatory", id) for id in ids(answer["signatories"])] + [("event", id) for id in ids(answer["events"])]
    assert sorted(written) == sorted([("agreement", answer["id"], "created"), *((*part, "created") for part in parts)])
    assert answer["meta"]["version"] == 1


def test_parts_are_known_by_the_ids_that_were_sent(house: Door) -> None:
    """Ids of parts may be chosen, and parts may name each other by them."""
    visit = event(id="the-visit", kind="visit", date="2021-09-26/2021-09-28")
    parts: Json = {
        "id": "pact",
        "signatories": [signatory(id="first", agreement="pact")],
        "events": [event(id="the-signing", part_of="the-visit", agreements=["pact"]), visit],
    }
    answer = house.add("/v1/agreements", dossier(**parts))
    assert ids(answer["signatories"]) == ["first"]
    assert ids(answer["events"]) == ["the-visit", "the-signing"]
    assert house.read("/v1/events/the-signing")["part_of"] == "the-visit"


def test_an_id_made_for_a_part_steps_over_those_that_were_sent(house: Door) -> None:
    """A part without an id is given one that no other part of the dossier has."""
    made = "pact-signature-2021-09-28"
    answer = house.add("/v1/agreements", dossier(id="pact", events=[event(), event(id=made, note={"en": "other"})]))
    assert sorted(ids(answer["events"])) == [made, f"{made}-2"]


def test_a_dossier_can_be_put(house: Door) -> None:
    """A PUT that creates takes a whole dossier too."""
    headers = {"If-None-Match": "*"}
    response = house.request("PUT", "/v1/agreements/pact", json=dossier(), headers=headers)
    assert (response.status_code, response.json()["meta"]["version"]) == (201, 1)
    assert ids(response.json()["signatories"]) == ["pact-ana", "pact-boris"]
    assert house.read("/v1/agreements/pact") == response.json()


def test_an_agreement_without_parts_has_empty_lists(house: Door) -> None:
    """`signatories` and `events` are always there, whole."""
    answer = house.add("/v1/agreements", agreement())
    assert (answer["signatories"], answer["events"]) == ([], [])


def test_events_come_by_date(house: Door) -> None:
    """By first day, then last day, then id; an open start comes first."""
    days = ["2021-12", "2021-09-28", "[..2022]", "2021", "2021-09", "2021-09-28"]
    events = [event(id=f"e{number}", kind="other", date=day) for number, day in enumerate(days)]
    answer = house.add("/v1/agreements", agreement(events=events))
    assert ids(answer["events"]) == ["e2", "e3", "e4", "e1", "e5", "e0"]


def test_a_dossier_that_is_wrong_writes_nothing(house: Door) -> None:
    """One bad part refuses the whole, and each fault points into the dossier."""
    before = newest(house)
    bad = dossier(
        signatories=[signatory(on_behalf_of="fra"), signatory(person="nobody")],
        events=[event(), event(kind="denunciation_notified"), event(by="nowhere")],
    )
    response = house.post("/v1/agreements", bad)
    assert response.status_code == 422
    assert {(each["pointer"], each["code"]) for each in response.json()["errors"]} == {
        ("/signatories/0/on_behalf_of", "no_party"),
        ("/signatories/1/person", "dangling"),
        ("/events/1/by", "missing"),
        ("/events/2/by", "dangling"),
    }
    assert newest(house) == before


def test_a_signatory_of_another_agreement_is_no_part(house: Door) -> None:
    """Inside a dossier `agreement` is the dossier's own."""
    house.add("/v1/agreements", agreement(id="pact"))
    response = house.post("/v1/agreements", agreement(signatories=[signatory(agreement="pact")]))
    assert response.status_code == 422
    assert [each["pointer"] for each in response.json()["errors"]] == ["/signatories/0/agreement"]


# One event, several dossiers

SHARED = event(
    id="summit",
    kind="meeting",
    date="2021-09-27/2021-09-28",
    participants=[{"person": "ana", "role": "host"}, {"name": "guests", "role": "observer"}],
)


def test_an_event_in_two_dossiers_is_linked_to_both(house: Door) -> None:
    """The same id with the same content is the same event: it names both agreements, and the first is rendered anew."""
    house.add("/v1/agreements", agreement(id="one", events=[SHARED]))
    before = newest(house)
    second = house.add("/v1/agreements", agreement(id="two", events=[SHARED]))
    first = house.read("/v1/agreements/one")
    assert first["events"] == second["events"] == [own(house.read("/v1/events/summit"))]
    assert second["events"][0]["agreements"] == ["one", "two"]
    assert (first["meta"]["version"], second["meta"]["version"]) == (2, 1)
    assert sorted(written_after(house, before)) == [
        ("agreement", "one", "changed"),
        ("agreement", "two", "created"),
        ("event", "summit", "changed"),
    ]


def test_what_was_read_of_an_event_can_be_posted_in_another_dossier(house: Door) -> None:
    """The event as GET returned it, `meta` and agreements too, is the same content."""
    house.add("/v1/agreements", agreement(id="one", events=[SHARED]))
    read = house.read("/v1/events/summit")
    answer = house.add("/v1/agreements", agreement(id="two", events=[read]))
    assert answer["events"][0]["agreements"] == ["one", "two"]


def test_an_event_of_a_new_dossier_may_concern_other_agreements(house: Door) -> None:
    """They are named beside the dossier's own, and are rendered anew with it."""
    house.add("/v1/agreements", agreement(id="one"))
    before = newest(house)
    answer = house.add("/v1/agreements", agreement(id="two", events=[SHARED | {"agreements": ["one"]}]))
    assert answer["events"][0]["agreements"] == ["one", "two"]
    assert house.read("/v1/agreements/one")["events"] == answer["events"]
    assert sorted(written_after(house, before)) == [
        ("agreement", "one", "changed"),
        ("agreement", "two", "created"),
        ("event", "summit", "created"),
    ]


def test_an_event_of_a_withdrawn_agreement_is_linked_to_a_new_dossier(house: Door) -> None:
    """It goes on naming the withdrawn one beside the new one."""
    house.add("/v1/agreements", agreement(id="gone", events=[SHARED]))
    house.withdraw("/v1/agreements/gone")
    for id, event_ in (("sent", SHARED), ("read", house.read("/v1/events/summit"))):
        answer = house.add("/v1/agreements", agreement(id=id, events=[event_]))
        assert answer["events"][0]["agreements"][0] == "gone"
        assert answer["events"][0]["agreements"][-1] == id
    assert house.restore("/v1/agreements/gone", 1).json()["events"] == answer["events"]


def test_an_event_of_no_agreement_is_linked_by_a_dossier(house: Door) -> None:
    """An event that stood alone becomes part of the dossier that repeats it."""
    house.add("/v1/events", SHARED)
    answer = house.add("/v1/agreements", agreement(id="one", events=[SHARED]))
    assert own(house.read("/v1/events/summit")) == answer["events"][0]
    assert answer["events"][0]["agreements"] == ["one"]


def test_a_cited_event_in_two_dossiers_is_linked_to_both(house: Door) -> None:
    """Content is the same whichever way its citations name an item of a list."""
    citation = {"field": "/participants/0", "source": "press", "stance": "supports"}
    cited = SHARED | {"citations": [citation]}
    house.add("/v1/agreements", agreement(id="one", events=[cited]))
    answer = house.add("/v1/agreements", agreement(id="two", events=[cited]))
    assert answer["events"][0]["agreements"] == ["one", "two"]
    assert answer["events"][0]["citations"][0]["field"] == "/participants/ana"


@pytest.mark.parametrize(
    "other",
    [{"date": "2021-09-27"}, {"kind": "visit"}, {"note": {"en": "more"}}, {"participants": []}],
    ids=["date", "kind", "note", "participants"],
)
def test_another_content_under_an_events_id_is_refused(house: Door, other: Json) -> None:
    """The same id with another content is 409, and nothing is written."""
    house.add("/v1/agreements", agreement(id="one", events=[SHARED]))
    before = newest(house)
    response = house.post("/v1/agreements", agreement(id="two", events=[event(), SHARED | other]))
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (409, "/events/1/id")
    assert newest(house) == before


def test_a_withdrawn_event_is_no_part_of_a_new_dossier(house: Door) -> None:
    """Its id stays taken: 409."""
    house.add("/v1/events", SHARED)
    house.withdraw("/v1/events/summit")
    assert house.post("/v1/agreements", agreement(events=[SHARED])).status_code == 409


# Parts change, the dossier follows


def test_a_write_to_a_signatory_renders_its_agreement_anew(house: Door) -> None:
    """Added, changed, withdrawn, restored: each time one new version of the agreement, in the same transaction."""
    house.add("/v1/agreements", agreement(id="pact"))
    path = "/v1/signatories/pact-ana"
    steps: list[tuple[str, Any]] = [
        ("created", lambda: house.post("/v1/signatories", signatory(agreement="pact"))),
        ("changed", lambda: house.patch(path, {"capacity": "Minister"})),
        ("changed", lambda: house.put(path, signatory(agreement="pact", side="b"))),
        ("withdrawn", lambda: house.withdraw(path)),
        ("restored", lambda: house.restore(path, 2)),
    ]
    for number, (op, step) in enumerate(steps):
        before = newest(house)
        response = step()
        assert response.is_success, response.text
        assert written_after(house, before) == [("signatory", "pact-ana", op), ("agreement", "pact", "changed")]
        whole = house.read("/v1/agreements/pact")
        assert whole["meta"]["version"] == number + 2
        assert whole["signatories"] == ([] if op == "withdrawn" else [own(house.read(path))])
        assert response.headers["Bilateral-Seq"] == str(whole["meta"]["seq"])


def test_a_write_to_an_event_renders_its_agreements_anew(house: Door) -> None:
    """Added, changed, withdrawn, restored: one new version of each agreement that shows it, and of no other."""
    for id in ("one", "two", "three"):
        house.add("/v1/agreements", agreement(id=id))
    path = "/v1/events/summit"
    steps: list[tuple[str, Any]] = [
        ("created", lambda: house.post("/v1/events", SHARED | {"agreements": ["two", "one"]})),
        ("changed", lambda: house.patch(path, {"note": {"en": "more"}})),
        ("changed", lambda: house.put(path, SHARED | {"agreements": ["two", "one"], "date": "2021"})),
        ("withdrawn", lambda: house.withdraw(path)),
        ("restored", lambda: house.restore(path, 2)),
    ]
    for number, (op, step) in enumerate(steps):
        before = newest(house)
        response = step()
        assert response.is_success, response.text
        assert written_after(house, before) == [
            ("event", "summit", op),
            ("agreement", "one", "changed"),
            ("agreement", "two", "changed"),
        ]
        for id in ("one", "two"):
            whole = house.read(f"/v1/agreements/{id}")
            assert whole["meta"]["version"] == number + 2
            assert whole["events"] == ([] if op == "withdrawn" else [own(house.read(path))])
    assert version(house, "/v1/agreements/three") == 1


def test_an_event_can_move_to_another_agreement(house: Door) -> None:
    """Both are rendered anew: one loses it, the other has it."""
    house.add("/v1/agreements", agreement(id="one", events=[SHARED]))
    house.add("/v1/agreements", agreement(id="two"))
    before = newest(house)
    moved = own(house.patch("/v1/events/summit", {"agreements": ["two"]}).json())
    assert written_after(house, before) == [
        ("event", "summit", "changed"),
        ("agreement", "one", "changed"),
        ("agreement", "two", "changed"),
    ]
    assert house.read("/v1/agreements/one")["events"] == []
    assert house.read("/v1/agreements/two")["events"] == [moved]
    assert house.patch("/v1/events/summit", {"agreements": None}).status_code == 200
    assert house.read("/v1/agreements/two")["events"] == []


def test_a_signatory_can_move_to_another_agreement(house: Door) -> None:
    """Both are rendered anew, and what the other does not allow is refused."""
    house.add("/v1/agreements", agreement(id="one", signatories=[signatory(id="s", on_behalf_of="mex")]))
    house.add("/v1/agreements", agreement(id="two"))
    parties = [{"side": "a", "organization": "fra"}, {"side": "b", "organization": "rus"}]
    house.add("/v1/agreements", agreement(id="three", parties=parties))
    before = newest(house)
    assert house.patch("/v1/signatories/s", {"agreement": "two"}).status_code == 200
    assert written_after(house, before) == [
        ("signatory", "s", "changed"),
        ("agreement", "one", "changed"),
        ("agreement", "two", "changed"),
    ]
    assert house.read("/v1/agreements/one")["signatories"] == []
    assert ids(house.read("/v1/agreements/two")["signatories"]) == ["s"]
    response = house.patch("/v1/signatories/s", {"agreement": "three"})
    assert response.status_code == 422
    assert [(each["pointer"], each["code"]) for each in response.json()["errors"]] == [("/on_behalf_of", "no_party")]
    assert ids(house.read("/v1/agreements/two")["signatories"]) == ["s"]


def test_a_part_that_changes_nothing_renders_nothing(house: Door) -> None:
    """PUT of a part as it was read leaves its agreement at its version."""
    answer = house.add("/v1/agreements", dossier(id="pact"))
    for name in ("signatories", "events"):
        for id in ids(answer[name]):
            assert house.put(f"/v1/{name}/{id}", house.read(f"/v1/{name}/{id}")).status_code == 200
    assert house.read("/v1/agreements/pact") == answer


# The agreement changes, its parts do not


def test_unchanged_parts_are_ignored(house: Door) -> None:
    """PUT and PATCH of an agreement take its parts as they are, left out, or in another order."""
    answer = house.add("/v1/agreements", dossier(id="pact"))
    parts = {name: answer[name] for name in ("signatories", "events")}
    bodies: list[Json] = [
        agreement(title={"en": "New 1"}, **parts),
        agreement(title={"en": "New 2"}),
        agreement(title={"en": "New 3"}, **{name: part[::-1] for name, part in parts.items()}),
    ]
    for number, body in enumerate(bodies, start=1):
        changed = house.put("/v1/agreements/pact", body).json()
        assert changed["title"] == {"en": f"New {number}"}
        assert {name: changed[name] for name in parts} == parts
    changed = house.patch("/v1/agreements/pact", {"title": {"en": "Patched"}, **parts}).json()
    assert {name: changed[name] for name in parts} == parts
    assert changed["meta"]["version"] == 5
    for name, part in parts.items():
        assert {version(house, f"/v1/{name}/{id}") for id in ids(part)} == {1}


def test_a_dossier_as_it_was_posted_is_unchanged(house: Door) -> None:
    """With the ids of its parts, a dossier may be PUT as it was POSTed: dates as text, `agreement` left out."""
    body = agreement(id="pact", signatories=[signatory(id="s")], events=[event(id="e")])
    answer = house.add("/v1/agreements", body)
    response = house.put("/v1/agreements/pact", body)
    assert response.status_code == 200, response.text
    assert response.json() == answer


@pytest.mark.parametrize("name", ["signatories", "events"])
def test_changed_parts_are_refused(house: Door, name: str) -> None:
    """A part changed, added or left out of its list is 422, in PUT and PATCH, and nothing is written."""
    answer = house.add("/v1/agreements", dossier(id="pact"))
    other = house.add("/v1/agreements", agreement(id="other"))["id"]
    first, *rest = answer[name]
    member = {"signatories": "agreement", "events": "agreements"}[name]
    elsewhere = {"signatories": other, "events": [other]}[name]
    before = newest(house)
    for parts in (
        rest,
        [],
        [first, first, *rest],
        [{**first, "place": {"name": "Riga"}}, *rest],
        [{**first, member: elsewhere}, *rest],
        [{key: value for key, value in first.items() if key != "id"}, *rest],
    ):
        for response in (
            house.put("/v1/agreements/pact", agreement(**{name: parts})),
            house.patch("/v1/agreements/pact", {name: parts}),
        ):
            assert response.status_code == 422
            assert [(each["pointer"], each["code"]) for each in response.json()["errors"]] == [
                (f"/{name}", "changed_elsewhere")
            ]
    assert house.patch("/v1/agreements/pact", {name: None}).status_code == 422
    assert newest(house) == before


def test_parties_that_a_signatory_signed_for_stay(house: Door) -> None:
    """A change of the parties that leaves a signatory without its party is 422."""
    house.add("/v1/agreements", dossier(id="pact"))
    parties = [{"side": "a", "organization": "fra"}, {"side": "b", "organization": "rus"}]
    response = house.patch("/v1/agreements/pact", {"parties": parties})
    assert response.status_code == 422
    assert [each["pointer"] for each in response.json()["errors"]] == ["/signatories/0/on_behalf_of"]


def test_a_citation_of_an_agreement_does_not_reach_into_its_parts(house: Door) -> None:
    """An event is cited on the event, a signatory on the signatory."""
    for field in ("/events/e", "/signatories/0/capacity"):
        citations = [{"field": field, "source": "press", "stance": "supports"}]
        body = agreement(signatories=[signatory(id="s")], events=[event(id="e")], citations=citations)
        response = house.post("/v1/agreements", body)
        assert response.status_code == 422
        assert [each["pointer"] for each in response.json()["errors"]] == ["/citations/0/field"]


# Withdrawing


def test_a_withdrawn_agreement_takes_its_signatories_along(house: Door) -> None:
    """In one transaction; its events stay, and go on naming it."""
    answer = house.add("/v1/agreements", dossier(id="pact"))
    before = newest(house)
    assert house.withdraw("/v1/agreements/pact").status_code == 204
    assert sorted(written_after(house, before)) == [
        ("agreement", "pact", "withdrawn"),
        ("signatory", "pact-ana", "withdrawn"),
        ("signatory", "pact-boris", "withdrawn"),
    ]
    for id in ids(answer["signatories"]):
        assert house.get(f"/v1/signatories/{id}").status_code == 410
    for part in answer["events"]:
        assert own(house.read(f"/v1/events/{part['id']}")) == part
    assert ids(house.items("/v1/events", agreement="pact")) == ids(answer["events"])
    assert house.items("/v1/signatories", agreement="pact") == []
    assert house.items("/v1/agreements", party="mex") == house.items("/v1/agreements", between="mex,rus") == []


def test_an_event_of_a_withdrawn_agreement_can_still_be_changed(house: Door) -> None:
    """It keeps the id it has; the withdrawn agreement is not rendered, the other one is."""
    house.add("/v1/agreements", agreement(id="gone", events=[SHARED]))
    house.add("/v1/agreements", agreement(id="here", events=[SHARED]))
    house.withdraw("/v1/agreements/gone")
    before = newest(house)
    answer = house.patch("/v1/events/summit", {"note": {"en": "later"}}).json()
    assert answer["agreements"] == ["gone", "here"]
    assert written_after(house, before) == [("event", "summit", "changed"), ("agreement", "here", "changed")]
    assert house.put("/v1/events/summit", answer).status_code == 200
    assert house.withdraw("/v1/events/summit").status_code == 204
    assert house.restore("/v1/events/summit", 2).json()["agreements"] == ["gone", "here"]


def test_nothing_new_can_name_a_withdrawn_agreement(house: Door) -> None:
    """A signatory, an event or a relation that would begin to name it is 422."""
    house.add("/v1/agreements", agreement(id="gone"))
    house.add("/v1/events", event(id="alone"))
    house.withdraw("/v1/agreements/gone")
    relation = {"kind": "amends", "agreement": "gone"}
    for response in (
        house.post("/v1/signatories", signatory(agreement="gone")),
        house.post("/v1/events", event(agreements=["gone"])),
        house.patch("/v1/events/alone", {"agreements": ["gone"]}),
        house.post("/v1/agreements", agreement(relations=[relation])),
    ):
        assert response.status_code == 422
        assert [each["code"] for each in response.json()["errors"]] == ["dangling"]


@pytest.mark.parametrize(
    "tie",
    [
        {"relations": [{"kind": "supersedes", "agreement": "old"}]},
        {"entry_into_force": {"condition": "linked_to", "agreement": "old"}},
    ],
    ids=["relation", "linked_to"],
)
def test_ties_of_other_agreements_block_a_withdrawal(house: Door, tie: Json) -> None:
    """409 that names the agreement with the tie; without it, or without that agreement, it can go."""
    house.add("/v1/agreements", agreement(id="old", signatories=[signatory(id="s")]))
    house.add("/v1/agreements", agreement(id="new", **tie))
    before = newest(house)
    response = house.withdraw("/v1/agreements/old")
    assert response.status_code == 409
    assert [each["detail"] for each in response.json()["errors"]] == ["named by the agreement 'new'"]
    assert newest(house) == before
    assert house.withdraw("/v1/agreements/new").status_code == 204
    assert house.withdraw("/v1/agreements/old").status_code == 204
    assert house.restore("/v1/agreements/new", 1).status_code == 422
    assert house.restore("/v1/agreements/old", 1).status_code == 200
    assert house.restore("/v1/agreements/new", 1).status_code == 200
    house.patch("/v1/agreements/new", dict.fromkeys(tie))
    assert house.withdraw("/v1/agreements/old").status_code == 204


def test_parts_block_what_they_name(house: Door) -> None:
    """People and organizations that a dossier names are 409 until it is gone with its signatories."""
    house.add("/v1/agreements", agreement(id="pact", signatories=[signatory()]))
    assert house.withdraw("/v1/people/ana").status_code == 409
    assert house.withdraw("/v1/organizations/mex").status_code == 409
    house.withdraw("/v1/agreements/pact")
    assert house.withdraw("/v1/people/ana").status_code == 204
    assert house.withdraw("/v1/organizations/mex").status_code == 204
    response = house.restore("/v1/agreements/pact", 1)
    assert response.status_code == 422
    assert {each["code"] for each in response.json()["errors"]} == {"dangling"}


# Restoring


def test_a_restored_agreement_brings_its_signatories_back(house: Door) -> None:
    """In one transaction: those that went along, as they were when they went; the events as they now are."""
    house.add("/v1/agreements", dossier(id="pact"))
    house.patch("/v1/signatories/pact-ana", {"capacity": "Minister"})
    house.patch("/v1/agreements/pact", {"title": {"en": "Another title"}})
    house.withdraw("/v1/signatories/pact-boris")
    house.withdraw("/v1/agreements/pact")
    changed = own(house.patch("/v1/events/pact-signature-2021-09-28", {"note": {"en": "seen since"}}).json())
    house.withdraw("/v1/events/pact-domestic-approval-2022-01-10")
    before = newest(house)
    answer = house.restore("/v1/agreements/pact", 1).json()
    assert sorted(written_after(house, before)) == [
        ("agreement", "pact", "restored"),
        ("signatory", "pact-ana", "restored"),
    ]
    assert answer["title"] == {"en": "Agreement on trade"}
    assert [(part["id"], part["capacity"]) for part in answer["signatories"]] == [("pact-ana", "Minister")]
    assert ids(answer["events"]) == ["pact-signature-2021-09-28", "pact-notification-received-2022-02"]
    assert answer["events"][0] == changed
    assert house.read("/v1/agreements/pact") == answer
    assert ids(house.items("/v1/agreements", between="mex,rus")) == ["pact"]
    assert house.get("/v1/signatories/pact-boris").status_code == 410


def test_a_signatory_cannot_come_back_without_its_agreement(house: Door) -> None:
    """422 while the agreement is withdrawn; alone afterwards, if it had gone alone."""
    house.add("/v1/agreements", dossier(id="pact"))
    house.withdraw("/v1/signatories/pact-boris")
    house.withdraw("/v1/agreements/pact")
    for id in ("pact-ana", "pact-boris"):
        response = house.restore(f"/v1/signatories/{id}", 1)
        assert response.status_code == 422
        assert [each["pointer"] for each in response.json()["errors"]] == ["/agreement"]
    house.restore("/v1/agreements/pact", 1)
    assert house.restore("/v1/signatories/pact-boris", 1).status_code == 200
    assert ids(house.read("/v1/agreements/pact")["signatories"]) == ["pact-ana", "pact-boris"]


def test_an_event_that_left_a_withdrawn_agreement_does_not_come_back(house: Door) -> None:
    """A restored agreement shows the events that name it now."""
    house.add("/v1/agreements", agreement(id="pact", events=[SHARED, event(id="signing")]))
    house.withdraw("/v1/agreements/pact")
    house.patch("/v1/events/summit", {"agreements": None})
    answer = house.restore("/v1/agreements/pact", 1).json()
    assert ids(answer["events"]) == ["signing"]


def test_a_live_agreement_goes_back_without_its_parts(house: Door) -> None:
    """Its own members are those of that version; signatories and events stay as they now are."""
    house.add("/v1/agreements", dossier(id="pact"))
    house.patch("/v1/agreements/pact", {"title": {"en": "Another title"}, "signed": None})
    house.patch("/v1/signatories/pact-ana", {"capacity": "Minister"})
    house.withdraw("/v1/signatories/pact-boris")
    house.add("/v1/events", event(id="later", date="2023", agreements=["pact"]))
    house.withdraw("/v1/events/pact-signature-2021-09-28")
    now = house.read("/v1/agreements/pact")
    before = newest(house)
    answer = house.restore("/v1/agreements/pact", 1).json()
    assert written_after(house, before) == [("agreement", "pact", "restored")]
    assert answer["title"] == {"en": "Agreement on trade"}
    assert answer["signed"]["edtf"] == "2021-09-28"
    assert (answer["signatories"], answer["events"]) == (now["signatories"], now["events"])
    assert answer["meta"]["version"] == now["meta"]["version"] + 1


def test_a_version_that_its_signatories_do_not_fit_is_not_restored(house: Door) -> None:
    """Going back to other parties than a signatory signed for is 422."""
    parties = [{"side": "a", "organization": "fra"}, {"side": "b", "organization": "rus"}]
    house.add("/v1/agreements", agreement(id="pact", parties=parties))
    house.patch("/v1/agreements/pact", {"parties": agreement()["parties"]})
    house.add("/v1/signatories", signatory(agreement="pact", on_behalf_of="mex"))
    before = newest(house)
    assert house.restore("/v1/agreements/pact", 1).status_code == 422
    house.withdraw("/v1/agreements/pact")
    assert house.restore("/v1/agreements/pact", 1).status_code == 422
    assert newest(house) == before + 2
    assert house.restore("/v1/agreements/pact", 2).status_code == 200


# Organizations and their agreements


def test_renaming_an_organization_touches_no_agreement(house: Door) -> None:
    """An agreement keeps the names that it states: no new version, the same bytes."""
    parties = [{"side": "a", "organization": "mex", "name": "Mexico"}, {"side": "b", "organization": "rus"}]
    house.add("/v1/agreements", dossier(id="pact", parties=parties))
    read, before = house.get("/v1/agreements/pact"), newest(house)
    assert house.patch("/v1/organizations/mex", {"name": {"en": "The United Mexican States"}}).status_code == 200
    assert written_after(house, before) == [("organization", "mex", "changed")]
    assert house.get("/v1/agreements/pact").content == read.content


def agency(id: str, **members: Any) -> Json:
    return {"id": id, "name": {"en": id}, "kind": "agency", **members}


def test_agreements_follow_a_body_to_another_state(house: Door) -> None:
    """`party` and `between` find inter-agency agreements under the state that each body belongs to now."""
    house.add("/v1/organizations", agency("aem", state="mex"))
    house.add("/v1/organizations", agency("roscosmos", state="rus"))
    parties = [{"side": "a", "organization": "aem"}, {"side": "b", "organization": "roscosmos"}]
    house.add("/v1/agreements", agreement(id="pact", parties=parties))

    def found(**params: Any) -> bool:
        return ids(house.items("/v1/agreements", **params)) == ["pact"]

    assert found(party="mex")
    assert found(between="mex,rus")
    assert not found(party="fra")
    house.patch("/v1/organizations/aem", {"state": "fra"})
    assert found(party="fra")
    assert found(between="fra,rus")
    assert found(between="fra,roscosmos")
    assert not found(party="mex")
    assert not found(between="mex,rus")
    house.patch("/v1/organizations/aem", {"state": None})
    assert found(party="aem")
    assert found(between="aem,rus")
    assert not found(party="fra")
    house.restore("/v1/organizations/aem", 1)
    assert found(between="mex,rus")
    assert version(house, "/v1/agreements/pact") == 1


def test_a_body_that_moves_while_its_agreement_is_withdrawn_is_found_right_afterwards(house: Door) -> None:
    """Restoring an agreement finds its parties' states as they now are."""
    house.add("/v1/organizations", agency("aem", state="mex"))
    parties = [{"side": "a", "organization": "aem"}, {"side": "b", "organization": "rus"}]
    house.add("/v1/agreements", agreement(id="pact", parties=parties))
    house.withdraw("/v1/agreements/pact")
    house.patch("/v1/organizations/aem", {"state": "fra"})
    house.restore("/v1/agreements/pact", 1)
    assert ids(house.items("/v1/agreements", between="fra,rus")) == ["pact"]
    assert house.items("/v1/agreements", between="mex,rus") == []


def test_an_agreement_between_bodies_is_named_after_their_states(house: Door) -> None:
    """The id is made of the states of the parties, the first subject and the year."""
    house.add("/v1/organizations", agency("aem", state="mex"))
    house.add("/v1/organizations", agency("esa"))
    parties = [
        {"side": "a", "organization": "aem"},
        {"side": "a", "organization": "mex"},
        {"side": "b", "organization": "esa"},
    ]
    body = agreement(parties=parties, subjects=["outer_space", "trade"], signed="2021-09")
    assert house.add("/v1/agreements", body)["id"] == "esa-mex-outer-space-2021"
    assert house.add("/v1/agreements", agreement(subjects=[]))["id"] == "mex-rus"


def test_a_state_is_its_own_state(house: Door) -> None:
    """Whether it says so or not."""
    assert house.add("/v1/organizations", state("suhh"))["state"] == "suhh"
    assert house.add("/v1/organizations", state("cshh", state="cshh"))["state"] == "cshh"
    assert house.post("/v1/organizations", state("ddde", state="suhh")).status_code == 422
