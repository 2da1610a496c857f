"""What all seven collections have in common: one record is added, read, changed, withdrawn, restored, remembered."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from api.settings import Settings
from db import keys, ledger
from db.documents import DERIVED_MEMBERS, NESTED_MEMBERS, own_members
from db.models import TABLES
from db.records import merged
from db.register import REGISTER
from tests.conftest import MakeUrl
from tests.door import ADMIN_KEY, Door, Json, opened
from tests.factories import agreement, event, populate, signatory


@dataclass(frozen=True)
class Specimen:
    """One record: its collection, the document that is posted, and the id that its facts make."""

    collection: str
    document: Json
    id: str

    @property
    def list(self) -> str:
        return f"/v1/{self.collection}"

    @property
    def path(self) -> str:
        return f"{self.list}/{self.id}"

    @property
    def kind(self) -> str:
        return REGISTER[self.collection].kind

    def own(self, **members: Any) -> Json:
        """The document, without the parts of a dossier, and with these members."""
        return own_members(self.kind, {**self.document}) | members


def cited(field: str, **members: Any) -> list[Json]:
    return [{"field": field, "source": "gazette", "stance": "supports", **members}]


IDENTIFIERS = [{"scheme": "wikidata", "value": "Q1"}, {"scheme": "unts", "value": "I-1234"}]
SPECIMENS = (
    Specimen(
        "sources",
        {
            "title": "Treaty Series",
            "publisher": "United Nations",
            "published": "2021-09",
            "based_on": "press",
            "identifiers": IDENTIFIERS,
            "citations": cited("/published", value="2021-10"),
        },
        "united-nations-2021-09-01",
    ),
    Specimen(
        "organizations",
        {
            "name": {"en": "Space Agency", "fr": "Agence spatiale"},
            "kind": "agency",
            "state": "mex",
            "valid_from": "1958?",
            "affiliations": [{"state": "mex", "from": "1958", "to": "202X"}],
            "identifiers": IDENTIFIERS,
            "citations": cited("/name/fr"),
        },
        "space-agency",
    ),
    Specimen(
        "people",
        {
            "name": {"es": "Olga Pérez", "en": "Olga Perez"},
            "positions": [{"organization": "mex", "title": {"en": "Minister"}, "from": "2018-12"}],
            "identifiers": IDENTIFIERS,
            "citations": cited("/positions/mex/title/en"),
        },
        "olga-perez",
    ),
    Specimen(
        "agreements",
        agreement(
            subjects=["outer_space", "trade"],
            signed="2021-09-28",
            place={"name": "Mexico City", "state": "mex"},
            entry_into_force={"condition": "on_last_notification", "offset": "P30D"},
            duration={"initial": "P5Y", "renewal": "tacit", "renewal_period": "P5Y", "notice": "P6M"},
            relations=[{"kind": "related", "agreement": "pact"}],
            signatories=[signatory(on_behalf_of="mex")],
            events=[event(), event(kind="domestic_approval", date="2022-01", side="b")],
            identifiers=IDENTIFIERS,
            citations=cited("/parties/rus"),
        ),
        "mex-rus-outer-space-2021",
    ),
    Specimen(
        "signatories",
        signatory(
            agreement="pact",
            on_behalf_of="mex",
            full_powers={"issued_by": "mex", "date": "2021-09"},
            identifiers=IDENTIFIERS,
            citations=cited("/capacity"),
        ),
        "pact-ana",
    ),
    Specimen(
        "events",
        event(
            agreements=["pact"],
            part_of="visit",
            participants=[{"person": "ana", "role": "head"}, {"name": "guests", "count": 12, "role": "witness"}],
            identifiers=IDENTIFIERS,
            citations=cited("/participants/ana/role"),
        ),
        "pact-signature-2021-09-28",
    ),
    Specimen(
        "delegations",
        {
            "name": {"en": "The delegation"},
            "sent_by": "rus",
            "events": ["visit"],
            "members": [{"person": "boris", "role": "head"}, {"name": "experts", "role": "member"}],
            "identifiers": IDENTIFIERS,
            "citations": cited("/members/1"),
        },
        "delegation-rus-visit",
    ),
)
CHANGE = {"identifiers": [{"scheme": "ror", "value": "r1"}]}
"""A merge patch that every record takes and that changes it."""


@pytest.fixture
def house(door: Door) -> Door:
    """The service on a record that holds what the specimens name."""
    furnish(door)
    return door


def furnish(door: Door) -> None:
    """Add what the specimens name."""
    populate(door)
    door.add("/v1/agreements", agreement(id="pact"))
    door.add("/v1/events", {"id": "visit", "kind": "visit", "date": "2021-09-26/2021-09-28"})


def of_every_collection(test: Callable[[Door, Specimen], None]) -> Callable[[Door, pytest.Subtests], None]:
    """The test, run for each collection's specimen on one record: setting up a record takes longer than the tests."""

    def run(house: Door, subtests: pytest.Subtests) -> None:
        for specimen in SPECIMENS:
            with subtests.test(specimen.collection):
                test(house, specimen)

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    return run


def tag(door: Door, path: str) -> str:
    """The tag of one record as it is now."""
    found: str = door.get(path).headers["ETag"]
    return found


def newest(door: Door) -> int:
    """Where the ledger ends."""
    with door.app.state.engine.connect() as connection:
        return ledger.newest(connection).seq


def as_written(node: Any) -> Any:
    """The same with its dates as EDTF alone."""
    if isinstance(node, dict):
        return node["edtf"] if "edtf" in node else {name: as_written(value) for name, value in node.items()}
    return [as_written(item) for item in node] if isinstance(node, list) else node


def own(answer: Json) -> Json:
    """What an answer says beside `meta`, and beside the status on the day on which it was asked."""
    return {name: value for name, value in answer.items() if name not in ("meta", "status")}


def sent(answer: Json) -> Json:
    """What an answer says beside all that follows from what was sent."""
    return {name: value for name, value in own(answer).items() if name not in DERIVED_MEMBERS}


def values_in(node: Any) -> Iterator[Any]:
    """Everything that stands somewhere in a document."""
    yield node
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for each in inner:
        yield from values_in(each)


def test_every_collection_has_a_specimen() -> None:
    """What is said here of all collections is said of all seven."""
    assert {each.collection for each in SPECIMENS} == set(REGISTER)


# Adding and reading


@of_every_collection
def test_a_post_answers_what_a_get_will(house: Door, specimen: Specimen) -> None:
    """201 with the body, the tag and the address of the record; the same body and tag are read there."""
    response = house.post(specimen.list, specimen.document)
    assert response.status_code == 201
    assert response.headers["Location"] == specimen.path
    assert response.headers["Bilateral-Seq"] == str(newest(house))
    read = house.get(response.headers["Location"])
    assert (read.status_code, read.content) == (200, response.content)
    assert read.headers["ETag"] == response.headers["ETag"]
    assert read.headers["Content-Type"] == response.headers["Content-Type"] == "application/json"


@of_every_collection
def test_a_record_says_what_was_sent(house: Door, specimen: Specimen) -> None:
    """Every member comes back, and nothing is added but the id, `meta`, the place of parts in a dossier, its status."""
    answered = house.add(specimen.list, specimen.document)
    added = answered.keys() - specimen.document.keys() - {"id", "meta"}
    assert added == ({"status", *DERIVED_MEMBERS} if specimen.collection == "agreements" else set())
    answer = as_written(sent(answered))
    expected = specimen.document | {"id": specimen.id}
    if specimen.collection == "agreements":
        made = [f"{specimen.id}-signature-2021-09-28", f"{specimen.id}-domestic-approval-2022-01"]
        expected["signatories"] = [
            {**part, "id": f"{specimen.id}-ana", "agreement": specimen.id} for part in expected["signatories"]
        ]
        expected["events"] = [
            {**part, "id": id, "agreements": [specimen.id]} for part, id in zip(expected["events"], made, strict=True)
        ]
    assert answer == expected


@of_every_collection
def test_a_known_tag_is_not_sent_again(house: Door, specimen: Specimen) -> None:
    """If-None-Match with the tag, among others, weak, or `*`, is answered 304 without a body; another tag is not."""
    house.add(specimen.list, specimen.document)
    known = tag(house, specimen.path)
    for held in (known, f'"9-00000000", {known}', f"W/{known}", "*"):
        response = house.get(specimen.path, headers={"If-None-Match": held})
        assert (response.status_code, response.content, response.headers["ETag"]) == (304, b"", known)
    assert house.get(specimen.path, headers={"If-None-Match": '"9-00000000"'}).status_code == 200


def test_meta_says_where_the_newest_revision_stands(make_url: MakeUrl) -> None:
    """`meta` holds the version, the seq, the time and the hash of the ledger's newest row of the record."""
    moment = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    ticks = (moment + timedelta(seconds=n) for n in range(1000))
    settings = Settings(database_url=make_url(False), admin_key=ADMIN_KEY)
    with opened(settings, lambda: next(ticks)) as door:
        furnish(door)
        for specimen in SPECIMENS:
            created = door.add(specimen.list, specimen.document)["meta"]
            changed = door.patch(specimen.path, CHANGE).json()["meta"]
            assert (created["version"], changed["version"]) == (1, 2)
            assert changed["recorded_at"] > created["recorded_at"] >= "2026-03-01T12:30:00.000000Z"
            with door.app.state.engine.connect() as connection:
                row = ledger.revision(connection, specimen.kind, specimen.id, 2)
                assert changed == {name: getattr(row, name) for name in ("version", "seq", "recorded_at", "hash")}


@of_every_collection
def test_what_has_no_value_is_left_out(house: Door, specimen: Specimen) -> None:
    """Optional lists that are empty are the same as none, and no member is ever null."""
    document = specimen.own(identifiers=[], citations=[])
    answer = house.add(specimen.list, document)
    assert not {"identifiers", "citations"} & answer.keys()
    assert None not in list(values_in(answer))
    parts = NESTED_MEMBERS if specimen.collection == "agreements" else ()
    assert sent(answer).keys() == {"id", *document, *parts} - {"identifiers", "citations"}


def test_the_seed_holds_no_null(seeded: Door) -> None:
    """In no collection of the seed is a member null."""
    for name in REGISTER:
        for item in seeded.items(f"/v1/{name}", limit=200):
            assert None not in list(values_in(item))


# Ids


@of_every_collection
def test_ids_are_made_from_the_facts(house: Door, specimen: Specimen) -> None:
    """The facts make the id; the next ones get a number, and a withdrawn one's is never used again."""
    document = specimen.own()
    made = [house.add(specimen.list, document)["id"] for _ in range(3)]
    assert made == [specimen.id, f"{specimen.id}-2", f"{specimen.id}-3"]
    assert house.withdraw(f"{specimen.path}-3").status_code == 204
    assert house.add(specimen.list, document)["id"] == f"{specimen.id}-4"


def test_numbers_step_over_ids_that_clients_chose(house: Door) -> None:
    """A made id is free, whatever clients chose before."""
    for id in ("ana-2", "ana-3", "ana-5"):
        house.add("/v1/people", {"id": id, "name": {"en": "x"}})
    made = [house.add("/v1/people", {"name": {"en": "Ana"}})["id"] for _ in range(3)]
    assert len({*made, "ana", "ana-2", "ana-3", "ana-5"}) == 7
    assert all(id.startswith("ana-") for id in made)


def test_an_id_is_made_for_any_name(house: Door) -> None:
    """A name in any script, or one of which nothing can be spelled, makes an id that can be read back."""
    for name in ("Сергей Савельев", "王毅", "مُحَمَّد", "Ελένη", "😀", "…", "-" * 300, "é" * 300, "٣"):
        answer = house.add("/v1/people", {"name": {"und": name}})
        assert own(house.read(f"/v1/people/{answer['id']}")) == {"id": answer["id"], "name": {"und": name}}


@of_every_collection
def test_an_id_is_never_used_twice(house: Door, specimen: Specimen) -> None:
    """A POST of an id that is in use, or was, is 409; a PUT that would create it is 412, or 410."""
    document = specimen.own(id=specimen.id)
    house.add(specimen.list, document)
    creating = {"If-None-Match": "*"}
    assert house.post(specimen.list, document).status_code == 409
    assert house.request("PUT", specimen.path, json=document, headers=creating).status_code == 412
    assert house.withdraw(specimen.path).status_code == 204
    response = house.post(specimen.list, document)
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (409, "/id")
    assert house.request("PUT", specimen.path, json=document, headers=creating).status_code == 410


# Changing


@of_every_collection
def test_a_put_creates_under_an_id(house: Door, specimen: Specimen) -> None:
    """With If-None-Match: * a PUT answers 201, as the POST of that id would."""
    path = f"{specimen.list}/chosen"
    response = house.request("PUT", path, json=specimen.document, headers={"If-None-Match": "*"})
    assert (response.status_code, response.headers["Location"]) == (201, path)
    assert response.json()["id"] == "chosen"
    assert house.get(path).content == response.content


@of_every_collection
def test_putting_back_what_was_read_changes_nothing(house: Door, specimen: Specimen) -> None:
    """A PUT of what GET returned is 200 with the same tag and body, and adds no revision."""
    house.add(specimen.list, specimen.document)
    read, before = house.get(specimen.path), newest(house)
    response = house.put(specimen.path, read.json(), read.headers["ETag"])
    assert (response.status_code, response.content) == (200, read.content)
    assert response.headers["ETag"] == read.headers["ETag"]
    assert newest(house) == before
    assert len(house.items(f"{specimen.path}/revisions")) == 1


@of_every_collection
def test_putting_again_what_was_posted_changes_nothing(house: Door, specimen: Specimen) -> None:
    """The same document in the client's own words, its parts left out, adds no revision."""
    house.add(specimen.list, specimen.document)
    read, before = house.get(specimen.path), newest(house)
    response = house.put(specimen.path, specimen.own())
    assert (response.status_code, response.content) == (200, read.content)
    assert newest(house) == before


def backwards(node: Any) -> Any:
    """The same with the members of all objects in the opposite order."""
    if isinstance(node, dict):
        return {name: backwards(node[name]) for name in reversed(node)}
    return [backwards(item) for item in node] if isinstance(node, list) else node


@of_every_collection
def test_the_order_of_members_says_nothing(house: Door, specimen: Specimen) -> None:
    """JSON objects have no order: what was read, put back in another one, adds no revision."""
    house.add(specimen.list, specimen.document)
    read, before = house.get(specimen.path), newest(house)
    response = house.put(specimen.path, backwards(read.json()))
    assert (response.status_code, response.content) == (200, read.content)
    assert newest(house) == before


@of_every_collection
def test_a_put_replaces_the_document(house: Door, specimen: Specimen) -> None:
    """What the new document leaves out is gone, and the version is the next."""
    house.add(specimen.list, specimen.document)
    old = tag(house, specimen.path)
    document = specimen.own()
    del document["citations"], document["identifiers"]
    response = house.put(specimen.path, document, old)
    assert (response.status_code, response.json()["meta"]["version"]) == (200, 2)
    assert response.headers["Bilateral-Seq"] == str(newest(house))
    assert not {"citations", "identifiers"} & response.json().keys()
    assert house.get(specimen.path).content == response.content
    assert house.put(specimen.path, document, old).status_code == 412


@of_every_collection
def test_a_patch_merges(house: Door, specimen: Specimen) -> None:
    """RFC 7396: a list is replaced whole, null removes, what is not named stays."""
    before = house.add(specimen.list, specimen.document)
    response = house.patch(specimen.path, {**CHANGE, "citations": None})
    assert response.status_code == 200
    expected = {**own(before), **CHANGE}
    del expected["citations"]
    assert own(response.json()) == expected
    assert response.headers["Bilateral-Seq"] == str(newest(house))
    assert house.get(specimen.path).content == response.content


@of_every_collection
def test_a_patch_that_says_nothing_new_changes_nothing(house: Door, specimen: Specimen) -> None:
    """An empty patch, one that repeats some of what is there, and one that repeats all of it: no revision."""
    house.add(specimen.list, specimen.document)
    read, before = house.get(specimen.path), newest(house)
    same = {"identifiers": IDENTIFIERS, "citations": specimen.document["citations"]}
    for changes in ({}, same, read.json()):
        response = house.patch(specimen.path, changes, read.headers["ETag"])
        assert (response.status_code, response.content) == (200, read.content)
    assert newest(house) == before


def test_a_patch_reaches_into_objects(house: Door) -> None:
    """Members of an object inside the record are merged, and null removes one of them."""
    house.add("/v1/agreements", agreement(id="a", title={"en": "Old", "fr": "Vieux"}, place={"name": "Riga"}))
    changes = {"title": {"fr": None, "es": "Nuevo"}, "place": {"venue": "Castle"}, "signed": "2001"}
    answer = house.patch("/v1/agreements/a", changes).json()
    assert answer["title"] == {"en": "Old", "es": "Nuevo"}
    assert answer["place"] == {"name": "Riga", "venue": "Castle"}
    assert answer["signed"] == {"edtf": "2001", "earliest": "2001-01-01", "latest": "2001-12-31"}
    assert "place" not in house.patch("/v1/agreements/a", {"place": None}).json()


def test_a_date_is_patched_by_its_edtf_alone(house: Door) -> None:
    """A patch of the member `edtf` gives the date new first and last days."""
    house.add("/v1/sources", {"id": "s", "title": "t", "published": "2021-09"})
    answer = house.patch("/v1/sources/s", {"published": {"edtf": "2021-10-01"}}).json()
    assert answer["published"] == {"edtf": "2021-10-01", "earliest": "2021-10-01", "latest": "2021-10-01"}


def test_a_patch_takes_both_media_types(house: Door) -> None:
    """`application/merge-patch+json` says the same as `application/json`."""
    for version, media_type in enumerate(("application/merge-patch+json", "application/json"), start=2):
        headers = {"If-Match": "*", "Content-Type": media_type}
        body = f'{{"publisher": "{media_type}"}}'
        response = house.request("PATCH", "/v1/sources/press", content=body, headers=headers)
        assert (response.status_code, response.json()["meta"]["version"]) == (200, version)
        assert response.json()["publisher"] == media_type


@pytest.mark.parametrize(
    ("target", "changes", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_merging_follows_the_examples_of_rfc_7396(target: Any, changes: Any, result: Any) -> None:
    """Appendix A, row by row."""
    assert merged(target, changes) == result


@of_every_collection
def test_a_change_gives_its_reason(house: Door, specimen: Specimen) -> None:
    """`?reason=` may stand on every write, and the history repeats it."""
    reason = {"reason": "correction, p. 3"}
    any_version = {"If-Match": "*"}
    assert house.post(specimen.list, specimen.document, params=reason).status_code == 201
    house.request("PATCH", specimen.path, json=CHANGE, params=reason, headers=any_version)
    house.request("PUT", specimen.path, json=specimen.own(citations=[]), params=reason, headers=any_version)
    assert [each["reason"] for each in house.items(f"{specimen.path}/revisions")] == ["correction, p. 3"] * 3


# Withdrawing and restoring


@of_every_collection
def test_a_withdrawn_record_is_gone(house: Door, specimen: Specimen) -> None:
    """204; then reading and changing are 410, and no list shows it, while its history can still be read."""
    house.add(specimen.list, specimen.document)
    response = house.withdraw(specimen.path, tag(house, specimen.path))
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["Bilateral-Seq"] == str(newest(house))
    after = newest(house)
    assert house.get(specimen.path).status_code == 410
    assert house.put(specimen.path, specimen.document).status_code == 410
    assert house.patch(specimen.path, CHANGE).status_code == 410
    assert house.withdraw(specimen.path).status_code == 410
    assert specimen.id not in [each["id"] for each in house.items(specimen.list)]
    assert house.items(specimen.list, identifier="unts:I-1234") == []
    assert [each["op"] for each in house.items(f"{specimen.path}/revisions")] == ["created", "withdrawn"]
    assert newest(house) == after


@of_every_collection
def test_what_never_was_cannot_be_changed(house: Door, specimen: Specimen) -> None:
    """Reading and restoring an unknown id are 404, changing it 412, and its history is 404."""
    path = f"{specimen.list}/nobody"
    assert house.get(path).status_code == 404
    assert house.get(f"{path}/revisions").status_code == 404
    assert house.get(f"{path}/revisions/1").status_code == 404
    assert house.restore(path, 1).status_code == 404
    assert house.put(path, specimen.document).status_code == 412
    assert house.patch(path, CHANGE).status_code == 412
    assert house.withdraw(path).status_code == 412


@of_every_collection
def test_a_withdrawn_record_comes_back(house: Door, specimen: Specimen) -> None:
    """A restored record says what that version said, under the next version, and is found again."""
    first = house.add(specimen.list, specimen.document)
    house.patch(specimen.path, CHANGE)
    house.withdraw(specimen.path)
    response = house.restore(specimen.path, 1)
    assert (response.status_code, response.json()["meta"]["version"]) == (200, 4)
    assert own(response.json()) == own(first)
    assert response.headers["Bilateral-Seq"] == str(newest(house))
    assert house.get(specimen.path).content == response.content
    assert [each["id"] for each in house.items(specimen.list, identifier="unts:I-1234")] == [specimen.id]


@of_every_collection
def test_the_withdrawal_itself_can_be_restored(house: Door, specimen: Specimen) -> None:
    """The version of the withdrawal holds the last document, and restoring it brings that back."""
    house.add(specimen.list, specimen.document)
    last = house.patch(specimen.path, CHANGE).json()
    house.withdraw(specimen.path)
    assert own(house.restore(specimen.path, 3).json()) == own(last)


@of_every_collection
def test_a_live_record_goes_back_to_an_earlier_version(house: Door, specimen: Specimen) -> None:
    """What was not withdrawn may be restored too; to what it says already, it adds no revision."""
    first = house.add(specimen.list, specimen.document)
    house.patch(specimen.path, CHANGE)
    response = house.restore(specimen.path, 1)
    assert (response.status_code, response.json()["meta"]["version"]) == (200, 3)
    assert own(response.json()) == own(first)
    again = house.restore(specimen.path, 1)
    assert (again.status_code, again.content) == (200, response.content)
    assert again.headers["ETag"] == response.headers["ETag"]


@of_every_collection
def test_only_a_version_that_was_can_be_restored(house: Door, specimen: Specimen) -> None:
    """A version that never was is 422; a precondition that is given holds, 412; nothing is written."""
    house.add(specimen.list, specimen.document)
    old = tag(house, specimen.path)
    house.patch(specimen.path, CHANGE)
    before = newest(house)
    response = house.restore(specimen.path, 3)
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, "/version")
    wanted = {"version": 1, "reason": "a test"}
    assert house.post(f"{specimen.path}/restore", wanted, headers={"If-Match": old}).status_code == 412
    assert newest(house) == before
    current = {"If-Match": tag(house, specimen.path)}
    assert house.post(f"{specimen.path}/restore", wanted, headers=current).status_code == 200


# History


@of_every_collection
def test_history_tells_who_did_what_and_why(house: Door, specimen: Specimen) -> None:
    """Each version, oldest first: seq, version, time, operation, actor, reason, and the document as it was."""
    with ledger.write(house.app.state.engine, house.app.state.clock, actor="tests") as unit:
        secret = keys.make(unit, "an editor", "write")
    first = house.add(specimen.list, specimen.document)
    house.key = secret
    second = house.patch(specimen.path, CHANGE).json()
    house.withdraw(specimen.path, reason="a mistake")
    house.key = ADMIN_KEY
    last = house.restore(specimen.path, 2).json()
    items = house.read(f"{specimen.path}/revisions")["items"]
    assert [(each["version"], each["op"]) for each in items] == [
        (1, "created"),
        (2, "changed"),
        (3, "withdrawn"),
        (4, "restored"),
    ]
    assert [each.get("reason") for each in items] == [None, None, "a mistake", "a test"]
    assert [each["actor"] for each in items] == ["admin", f"key:{secret[:12]}", f"key:{secret[:12]}", "admin"]
    assert [each["document"] for each in items] == [own(first), own(second), own(second), own(last)]
    assert [each["seq"] for each in items] == sorted({each["seq"] for each in items})
    for item, answer in ((items[0], first), (items[1], second), (items[3], last)):
        assert {name: item[name] for name in ("seq", "version", "recorded_at")} == {
            name: answer["meta"][name] for name in ("seq", "version", "recorded_at")
        }
    always = {"seq", "version", "recorded_at", "op", "actor", "document"}
    assert [item.keys() for item in items] == [always, always, always | {"reason"}, always | {"reason"}]
    for item in items:
        assert house.read(f"{specimen.path}/revisions/{item['version']}") == item
    assert house.get(f"{specimen.path}/revisions/5").status_code == 404


@of_every_collection
def test_history_comes_in_pages(house: Door, specimen: Specimen) -> None:
    """Pages of any size, put together, are the whole history; the last has no `next` and no Link."""
    house.add(specimen.list, specimen.document)
    for number in range(4):
        house.patch(specimen.path, {"identifiers": [{"scheme": "ror", "value": f"r{number}"}]})
    path = f"{specimen.path}/revisions"
    whole = house.read(path)["items"]
    assert [each["version"] for each in whole] == [1, 2, 3, 4, 5]
    for limit in (1, 2, 5):
        assert house.items(path, limit=limit) == whole
    response = house.get(path, params={"limit": 2})
    target, rel = response.headers["Link"].split("; ")
    assert rel == 'rel="next"'
    assert house.read(target.strip("<>"))["items"] == whole[2:4]
    last = house.get(path, params={"limit": 5})
    assert "next" not in last.json()
    assert "Link" not in last.headers


def test_a_cursor_leads_through_one_history_only(house: Door) -> None:
    """The cursor of another record's history, or of a list, is 422."""
    for id in ("ana", "boris"):
        house.patch(f"/v1/people/{id}", CHANGE)
    cursor = house.read("/v1/people/ana/revisions?limit=1")["next"]
    assert house.read("/v1/people/ana/revisions", params={"cursor": cursor})["items"][0]["version"] == 2
    assert house.get("/v1/people/boris/revisions", params={"cursor": cursor}).status_code == 422
    assert house.get("/v1/people", params={"cursor": cursor}).status_code == 422
    listed = house.read("/v1/people?limit=1")["next"]
    assert house.get("/v1/people/ana/revisions", params={"cursor": listed}).status_code == 422


# Dates and texts


DATES = {
    "2021-09-28": ("2021-09-28", "2021-09-28"),
    "2021-09": ("2021-09-01", "2021-09-30"),
    "2024-02": ("2024-02-01", "2024-02-29"),
    "2021": ("2021-01-01", "2021-12-31"),
    "202X": ("2020-01-01", "2029-12-31"),
    "2021-24": ("2021-12-01", "2022-02-28"),
    "2021-09-XX": ("2021-09-01", "2021-09-30"),
    "2021-09~": ("2021-09-01", "2021-09-30"),
    "1373-06-16?": ("1373-06-16", "1373-06-16"),
    "[2021-09-26..2021-09-28]": ("2021-09-26", "2021-09-28"),
    "[2021-09-26,2021-10]": ("2021-09-26", "2021-10-31"),
    "[..2021]": (None, "2021-12-31"),
    "[2021..]": ("2021-01-01", None),
}


def test_a_date_comes_out_as_an_object(house: Door) -> None:
    """As written, with its first and last day, an open end left out; in it goes as text or as that object."""
    for number, (edtf, (earliest, latest)) in enumerate(DATES.items()):
        expected = {"edtf": edtf, "earliest": earliest, "latest": latest}
        expected = {name: text for name, text in expected.items() if text is not None}
        path = f"/v1/sources/dated-{number}"
        for way, sent in enumerate((edtf, expected, {"edtf": edtf})):
            answer = house.add("/v1/sources", {"id": f"dated-{number}-{way}", "title": "t", "published": sent})
            assert answer["published"] == expected
            assert house.put(f"{path}-{way}", {"title": "t", "published": edtf}).json() == answer


TEXTS = {
    "en": "Agreement between the two sides",
    "ru": "Соглашение между Правительством Российской Федерации и Правительством Мексиканских Соединенных Штатов",
    "es": "Acuerdo sobre cooperación en el espacio ultraterrestre, «con fines pacíficos»",
    "zh-Hans": "中华人民共和国和俄罗斯联邦睦邻友好合作条约",
    "ja": "日本国とアメリカ合衆国との間の相互協力",
    "ko": "대한민국",
    "ar": "اتفاقية بين حكومة \u200fجمهورية مصر العربية\u200f",
    "he": "הסכם \u202bבין\u202c הממשלות",
    "fa": "می‌خواهم",
    "hi": "क्षेत्र में सहयोग",
    "th": "ความตกลง",
    "am": "ስምምነት",
    "ka": "შეთანხმება",
    "el": "Συμφωνία",
    "und-Zsye": "👩‍🚀🇲🇽🤝🇷🇺 🏴‍☠️",
    "vi": "Hiệp định",
    "vi-x-nfd": "Hie\u0302\u0323p \u0111i\u0323nh",
    "und-x-marks": "e\u0301\u0327\u0308 \u0653\u200d\u200c\u2060\ufeff",
    "und-x-lines": " \tone\r\ntwo\u2028three\u2029four\x85five \n",
    "und-x-syntax": "\"quoted\" \\back\\slash\\u0041 'single' </script> {{x}} %s %00 ${y} ; DROP TABLE agreement; --",
    "und-x-odd": "\x01\x1b\x7f\ud7ff\ue000\ufffd\uffff\U0001f600\U0010ffff",
}


def test_texts_come_back_exactly(house: Door) -> None:
    """In every script, composed or not, left to right or right to left, with whatever characters."""
    answer = house.add("/v1/agreements", agreement(id="texts", title=TEXTS))
    assert answer["title"] == TEXTS
    assert house.read("/v1/agreements/texts")["title"] == TEXTS
    assert house.items("/v1/agreements", sort="-updated")[0]["title"] == TEXTS
    assert house.read("/v1/agreements/texts/revisions/1")["document"]["title"] == TEXTS
    with house.app.state.engine.connect() as connection:
        table = TABLES["agreement"]
        assert connection.scalar(sa.select(table.c.title).where(table.c.id == "texts")) == TEXTS


def test_text_is_sent_as_utf_8(house: Door) -> None:
    """Other scripts are not escaped."""
    house.add("/v1/agreements", agreement(id="texts", title=TEXTS))
    assert TEXTS["ru"].encode() in house.get("/v1/agreements/texts").content


keepable = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=200)


@given(texts=st.lists(keepable.filter(lambda text: text.replace("\ufeff", "").strip()), min_size=1))
@settings(max_examples=20)
def test_any_text_comes_back_exactly(door: Door, texts: list[str]) -> None:
    """Any characters but NUL and halves of surrogate pairs, in a title, a name and an identifier."""
    tags = [f"und-x-{number}" for number in range(len(texts))]
    document = {
        "name": dict(zip(tags, texts, strict=True)),
        "kind": "other",
        "identifiers": [{"scheme": tag, "value": text} for tag, text in zip(tags, texts, strict=True)],
    }
    answer = door.add("/v1/organizations", document)
    assert own(door.read(f"/v1/organizations/{answer['id']}")) == {"id": answer["id"], **document}
    source = door.add("/v1/sources", {"title": texts[0], "publisher": texts[-1]})
    assert (source["title"], source["publisher"]) == (texts[0], texts[-1])


def test_the_longest_texts_come_back(house: Door) -> None:
    """10,000 characters, none like the one before, wherever a text may stand; identifiers, found by an index, 500."""
    letters = random.Random(0)
    longest = "".join(chr(letters.randrange(0x4E00, 0x9FFF)) for _ in range(10_000))
    value = "".join(chr(letters.randrange(0x20000, 0x2A6DF)) for _ in range(500))
    id, scheme = ("".join(letters.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=100)) for _ in range(2))
    document = {
        "id": id,
        "name": {"zh": longest},
        "positions": [{"organization": "mex", "title": {"zh": longest}}],
        "identifiers": [{"scheme": scheme, "value": value}],
        "citations": cited("/name/zh", value=longest, note=longest),
    }
    response = house.post("/v1/people", document)
    assert response.status_code == 201, response.text
    assert own(response.json()) == document
    assert [own(each) for each in house.items("/v1/people", identifier=f"{scheme}:{value}")] == [document]
