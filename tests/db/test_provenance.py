"""Where a citation points, how it follows what it points to, and what it may say."""

import copy
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from db.documents import SHAPES
from db.provenance import Path, address, check, resolve, settle
from tests.door import Door, Json
from tests.factories import agreement, event, populate

DOCUMENT: Json = {
    "title": {"en": "Title", "fr": "Titre"},
    "subjects": ["trade", "science"],
    "parties": [
        {"side": "a", "organization": "mex", "territories": [{"organization": "tlaxcala"}, {"organization": "puebla"}]},
        {"side": "b", "organization": "rus"},
    ],
    "positions": [{"organization": "mex", "title": {"en": "One"}}, {"organization": "mex", "title": {"en": "Two"}}],
    "participants": [{"name": "nobody", "role": "host"}, {"person": "ana", "role": "head"}],
    "relations": [{"kind": "amends", "agreement": "old"}],
    "identifiers": [{"scheme": "unts", "value": "1"}],
    "languages": [{"tag": "en"}, {"tag": "fr"}],
    "events": [{"id": "e1", "organization": "rus"}, {"id": "e2"}],
    "effects": [{"scope": "tax", "from": {"edtf": "2021"}}],
    "odd": {"a/b": {"m~n": 1, "~1": 2, "": 3}},
}


def citation(field: str, **members: Any) -> Json:
    return {"field": field, "source": "press", "stance": "supports", **members}


def fields(document: Json) -> list[str]:
    return [each["field"] for each in document.get("citations", ())]


# Pointers


@pytest.mark.parametrize(
    ("pointer", "path"),
    [
        ("", ()),
        ("/title", ("title",)),
        ("/title/fr", ("title", "fr")),
        ("/subjects/1", ("subjects", 1)),
        ("/parties/rus", ("parties", 1)),
        ("/parties/1", ("parties", 1)),
        ("/parties/mex/territories/puebla", ("parties", 0, "territories", 1)),
        ("/parties/0/territories/1/organization", ("parties", 0, "territories", 1, "organization")),
        ("/positions/mex", ("positions", 0)),
        ("/positions/1", ("positions", 1)),
        ("/participants/ana/role", ("participants", 1, "role")),
        ("/participants/0", ("participants", 0)),
        ("/relations/old/kind", ("relations", 0, "kind")),
        ("/identifiers/unts/value", ("identifiers", 0, "value")),
        ("/languages/fr", ("languages", 1)),
        ("/events/e1", ("events", 0)),
        ("/events/e2/id", ("events", 1, "id")),
        ("/effects/0/from/edtf", ("effects", 0, "from", "edtf")),
        ("/odd/a~1b/m~0n", ("odd", "a/b", "m~n")),
        ("/odd/a~1b/~01", ("odd", "a/b", "~1")),
        ("/odd/a~1b/", ("odd", "a/b", "")),
    ],
)
def test_a_pointer_leads_to_one_place(pointer: str, path: Path) -> None:
    """List items by `id`, else `organization`, `person`, `agreement`, `scheme` or `tag`, else by index; ~0, ~1."""
    assert resolve(DOCUMENT, pointer) == path


@pytest.mark.parametrize(
    "pointer",
    [
        "/nothing",
        "/title/de",
        "/title/en/0",
        "/title/en/length",
        "/subjects/2",
        "/subjects/-1",
        "/subjects/-",
        "/subjects/trade",
        "/subjects/",
        "/subjects/01",
        "/subjects/٠",
        "/subjects/1.0",
        "/subjects/+1",
        "/parties/fra",
        "/parties/a",
        "/parties/mex/territories/rus",
        "/events/rus",
        "/participants/nobody",
        "/odd/a/b",
        "/",
    ],
)
def test_a_pointer_may_lead_nowhere(pointer: str) -> None:
    """An unknown member or name, an index out of range or not written as one, anything below a text."""
    assert resolve(DOCUMENT, pointer) is None


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ((), ""),
        (("parties", 1), "/parties/rus"),
        (("parties", 0, "territories", 1), "/parties/mex/territories/puebla"),
        (("positions", 0, "title"), "/positions/mex/title"),
        (("positions", 1, "title"), "/positions/1/title"),
        (("participants", 0), "/participants/0"),
        (("participants", 1), "/participants/ana"),
        (("subjects", 1), "/subjects/1"),
        (("events", 0), "/events/e1"),
        (("odd", "a/b", "~1"), "/odd/a~1b/~01"),
        (("odd", "a/b", ""), "/odd/a~1b/"),
    ],
)
def test_an_address_names_items_as_well_as_can_be(path: Path, pointer: str) -> None:
    """By name where that leads to the item, else by index; with escapes."""
    assert address(DOCUMENT, path) == pointer


words = st.text("abc/~ é", max_size=3)
names = st.sampled_from(["ana", "mex", "rus", "e1"])
"""No digits: an item that is named like the index of another takes precedence."""
items = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("id", "organization", "person", "agreement", "scheme", "tag"), names),
        "value": st.integers(),
    },
)
trees = st.recursive(
    st.one_of(st.text(max_size=3), st.integers(), st.booleans()),
    lambda inner: st.one_of(
        st.dictionaries(words, inner, max_size=3), st.lists(inner, max_size=3), st.lists(items, max_size=4)
    ),
    max_leaves=12,
)


def paths(node: Any) -> list[Path]:
    """Every way into the document."""
    found: list[Path] = [()]
    steps: Any = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, inner in steps:
        found += [(step, *rest) for rest in paths(inner)]
    return found


@given(trees)
def test_an_address_leads_back(tree: Any) -> None:
    """For every place of any document: its address resolves to it."""
    for path in paths(tree):
        assert resolve(tree, address(tree, path)) == path


# Settling


def settled(old: Json | None, new: Json) -> Json:
    """The new document after its citations were settled; nothing else changes."""
    result = copy.deepcopy(new)
    before = copy.deepcopy(old)
    settle(before, result)
    assert before == old
    assert {**result, "citations": 0} == {**new, "citations": 0}
    return result


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("/parties/0", "/parties/mex"),
        ("/parties/1/side", "/parties/rus/side"),
        ("/parties/0/territories/1", "/parties/mex/territories/puebla"),
        ("/positions/0", "/positions/mex"),
        ("/positions/1", "/positions/1"),
        ("/participants/1/role", "/participants/ana/role"),
        ("/participants/0", "/participants/0"),
        ("/subjects/1", "/subjects/1"),
        ("/parties/mex", "/parties/mex"),
        ("", ""),
        ("/nothing", "/nothing"),
    ],
)
def test_a_new_citation_names_its_item(sent: str, kept: str) -> None:
    """An index becomes the item's name where it has one; what leads nowhere is left for `check`."""
    for old in (None, DOCUMENT):
        assert fields(settled(old, DOCUMENT | {"citations": [citation(sent)]})) == [kept]


def test_a_settled_document_is_settled() -> None:
    """Settling again changes nothing."""
    cited = [citation(address(DOCUMENT, path)) for path in paths(DOCUMENT)]
    once = settled(None, DOCUMENT | {"citations": cited})
    assert once["citations"] == cited
    assert settled(None, once) == settled(once, once) == once


def test_a_document_without_citations_has_no_such_member() -> None:
    """Neither an empty list nor null is left behind."""
    assert "citations" not in settled(None, {"title": "x"})
    assert "citations" not in settled(None, {"title": "x", "citations": []})
    old = {"title": "x", "note": "y", "citations": [citation("/note")]}
    assert "citations" not in settled(old, {"title": "x", "citations": old["citations"]})


CITED: Json = DOCUMENT | {
    "citations": [
        citation("/parties/rus/side"),
        citation("/subjects/1"),
        citation("/participants/0"),
        citation("/title/fr", note="kept whole"),
        citation(""),
    ]
}


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({}, ["/parties/rus/side", "/subjects/1", "/participants/0", "/title/fr", ""]),
        (
            {"subjects": ["science", "trade"]},
            ["/parties/rus/side", "/subjects/0", "/participants/0", "/title/fr", ""],
        ),
        (
            {"subjects": ["fishing", "trade", "science"], "parties": DOCUMENT["parties"][::-1]},
            ["/parties/rus/side", "/subjects/2", "/participants/0", "/title/fr", ""],
        ),
        ({"subjects": ["trade"]}, ["/parties/rus/side", "/participants/0", "/title/fr", ""]),
        (
            {"subjects": ["trade", "sciences"]},
            ["/parties/rus/side", "/subjects/1", "/participants/0", "/title/fr", ""],
        ),
        (
            {"participants": [{"name": "somebody", "role": "host"}, {"person": "ana", "role": "head"}]},
            ["/parties/rus/side", "/subjects/1", "/participants/0", "/title/fr", ""],
        ),
        (
            {"participants": [{"person": "ana", "role": "head"}, {"name": "nobody", "role": "host"}]},
            ["/parties/rus/side", "/subjects/1", "/participants/1", "/title/fr", ""],
        ),
        ({"participants": [{"person": "ana", "role": "head"}]}, ["/parties/rus/side", "/subjects/1", "/title/fr", ""]),
        (
            {"parties": [DOCUMENT["parties"][0], {"side": "b", "organization": "fra"}]},
            ["/subjects/1", "/participants/0", "/title/fr", ""],
        ),
        (
            {"parties": [DOCUMENT["parties"][0], {"side": "a", "organization": "rus", "name": "Russia"}]},
            ["/parties/rus/side", "/subjects/1", "/participants/0", "/title/fr", ""],
        ),
        ({"title": {"en": "Title"}}, ["/parties/rus/side", "/subjects/1", "/participants/0", ""]),
        ({"title": {"fr": "Autre"}}, ["/parties/rus/side", "/subjects/1", "/participants/0", "/title/fr", ""]),
        ({"title": None, "subjects": None, "parties": None, "participants": None}, [""]),
    ],
)
def test_citations_follow_what_they_cite(changes: Json, kept: list[str]) -> None:
    """Moved, edited in place or removed: the citation goes along, and is removed with its item."""
    new = {name: value for name, value in {**CITED, **changes}.items() if value is not None}
    assert fields(settled(CITED, new)) == kept


def test_a_citation_keeps_its_other_members() -> None:
    """Only `field` follows."""
    whole = citation("/subjects/1", note="n", value="science", preferred=True, reason="r", locator={"type": "x"})
    old = DOCUMENT | {"citations": [whole]}
    new = old | {"subjects": ["science"]}
    assert settled(old, new)["citations"] == [whole | {"field": "/subjects/0"}]


def test_items_of_the_same_name_keep_their_own_citations() -> None:
    """Two positions in one organization, two identifiers in one scheme: each citation stays with its own item."""
    one, two = DOCUMENT["positions"]
    three = {"organization": "mex", "title": {"en": "Three"}}
    old = DOCUMENT | {"citations": [citation("/positions/mex", note="one"), citation("/positions/1", note="two")]}
    cases = (
        ([one, two], ["one", "two"]),
        ([two, one], ["two", "one"]),
        ([three, one, two], [None, "one", "two"]),
        ([two], ["two"]),
        ([one], ["one"]),
    )
    for positions, notes in cases:
        new = settled(old, old | {"positions": positions, "note": "something else changed"})
        found: list[str | None] = [None] * len(positions)
        for each in new.get("citations", ()):
            path = resolve(new, each["field"])
            assert path is not None
            found[int(path[1])] = each["note"]
        assert found == notes, positions


def test_a_citation_does_not_follow_into_another_type() -> None:
    """A clause that becomes a list of clauses takes along what cites it whole, not what cites a member of it."""
    old = {"duration": {"initial": "P5Y"}, "citations": [citation("/duration"), citation("/duration/initial")]}
    new = old | {"duration": [{"initial": "P5Y"}]}
    assert fields(settled(old, new)) == ["/duration"]


cited_items = st.lists(
    st.one_of(
        st.text("abc", max_size=2),
        st.fixed_dictionaries({"organization": names, "value": st.integers(0, 3)}),
        st.fixed_dictionaries({"name": names, "value": st.integers(0, 3)}),
    ),
    max_size=6,
)


@given(cited_items, st.data())
@settings(max_examples=200)
def test_citations_stay_where_nothing_moves(listed: list[Any], data: st.DataObject) -> None:
    """Whatever a list holds, items of the same name too: a change elsewhere moves no citation."""
    old = {"list": listed, "other": 1}
    chosen = data.draw(st.lists(st.sampled_from(paths(old)), max_size=4, unique=True))
    old["citations"] = [citation(address(old, path)) for path in chosen]
    assert fields(settled(old, old | {"other": 2})) == fields(old)


@given(cited_items, st.integers(0, 2), st.data())
@settings(max_examples=200)
def test_citations_follow_any_rearrangement(listed: list[Any], more: int, data: st.DataObject) -> None:
    """Items are moved, removed and added: each citation leads to the very item that it led to, or is gone with it."""
    unique = [item for index, item in enumerate(listed) if item not in listed[:index]]
    kept = [item for item in unique if data.draw(st.booleans())]
    added = [{"organization": f"new-{number}"} for number in range(more)]
    assume(len(kept) + more != len(unique) or not more)  # else an added item might be an old one edited in place
    arranged = data.draw(st.permutations(kept + added))
    old: Json = {"list": unique}
    old["citations"] = [citation(address(old, ("list", index)), note=str(index)) for index in range(len(unique))]
    new = settled(old, {**old, "list": arranged})
    found = {}
    for each in new.get("citations", ()):
        path = resolve(new, each["field"])
        assert path is not None
        found[each["note"]] = arranged[int(path[1])]
    assert found == {str(index): item for index, item in enumerate(unique) if item in kept}


# Checking


def faults(kind: str, document: Json) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in check(SHAPES[kind], document)]


def test_a_citation_leads_somewhere_in_its_own_record() -> None:
    """Not nowhere, and not to another citation."""
    cited = [
        citation("/name"),
        citation("/nothing"),
        citation("/citations"),
        citation("/citations/0/note"),
        citation(""),
    ]
    assert faults("person", {"id": "ana", "name": {"en": "Ana"}, "citations": cited}) == [
        ("/citations/1/field", "leads_nowhere"),
        ("/citations/2/field", "leads_nowhere"),
        ("/citations/3/field", "leads_nowhere"),
    ]


def test_one_claim_on_a_field_is_preferred_and_says_why() -> None:
    """Contradicting claims both stay; a second preferred one, or one without a reason, is a fault."""
    document = {"id": "ana", "name": {"en": "Ana", "fr": "Anne"}}
    claims = [
        citation("/name/en", stance="disputes", value="Anna"),
        citation("/name/en", preferred=True, reason="older"),
        citation("/name/fr", preferred=True, reason="older"),
        citation("/name/en", preferred=False),
    ]
    assert faults("person", document | {"citations": claims}) == []
    assert faults("person", document | {"citations": [*claims, claims[1]]}) == [
        ("/citations/4/preferred", "not_unique")
    ]
    assert faults("person", document | {"citations": [citation("/name", preferred=True)]}) == [
        ("/citations/0/reason", "missing")
    ]


VALUES: dict[tuple[str, str], tuple[list[Any], list[Any]]] = {
    ("event", "/date"): (
        ["2021-09-28", "2021-09-26/2021-09-28", {"edtf": "2021"}],
        ["28 September", 2021, {"year": 1}, ""],
    ),
    ("event", "/effective"): (["2021"], ["2021-01/2021-02", "2021-13"]),
    ("event", "/kind"): (["visit"], ["party", 1, ["visit"]]),
    ("event", "/side"): (["a"], ["c", True]),
    ("event", "/by"): (["rus"], ["RUS!", 7]),
    ("event", "/agreements"): ([["x"], ["x", "y"]], ["x", [1], ["X Y"]]),
    ("event", "/agreements/0"): (["x"], [["x"], 1]),
    ("event", "/ad_referendum"): ([True, False], ["yes", "true", 1, 0]),
    ("event", "/participants"): ([[{"name": "x", "role": "head"}]], [{"name": "x"}, [{"name": "x", "role": "boss"}]]),
    ("event", "/participants/ana"): ([{"name": "x", "role": "head"}], ["x", {"role": "head", "more": 1}]),
    ("event", "/participants/ana/count"): ([1, 1_000_000], ["5", 0, 1.5, 5.0, True]),
    ("event", "/title"): ([{"en": "x"}], ["x", {}, {"en": 1}, {"e": "x"}]),
    ("event", "/title/en"): (["x"], [1, "", " ", {"en": "x"}]),
    ("event", "/place"): ([{"name": "x"}], ["x", {"venue": "x"}]),
    ("event", "/place/name"): (["x"], [1, []]),
    ("event", "/identifiers/unts/value"): (["x"], [1]),
    ("agreement", "/duration"): (
        [{"renewal": "none"}, [{"renewal": "none", "from": "2021"}]],
        ["P5Y", [{"renewal": "none"}], {"initial": "P5Y"}],
    ),
    ("agreement", "/duration/initial"): (["P5Y", "indefinite"], ["5 years", 5]),
    ("agreement", "/parties/mex/territories/puebla/excluded"): ([True], ["true", 1]),
    ("agreement", "/entry_into_force/awaits"): ([["a"]], ["a", []]),
    ("source", "/url"): (["https://x.example/y"], ["ftp://x", 1]),
}
HOLDERS: dict[str, Json] = {
    "event": {
        "kind": "signature",
        "date": {"edtf": "2021"},
        "effective": {"edtf": "2021"},
        "side": "b",
        "by": "mex",
        "agreements": ["pact"],
        "ad_referendum": True,
        "participants": [{"person": "ana", "role": "head", "count": 3}],
        "title": {"en": "t"},
        "place": {"name": "Riga"},
        "identifiers": [{"scheme": "unts", "value": "1"}],
    },
    "agreement": {
        "duration": {"initial": "P5Y", "renewal": "none"},
        "entry_into_force": {"condition": "none", "awaits": ["a", "b"]},
        "parties": [
            {"side": "a", "organization": "mex", "territories": [{"organization": "puebla", "excluded": True}]}
        ],
    },
    "source": {"url": "https://x.example"},
}


@pytest.mark.parametrize(("kind", "field"), VALUES)
def test_a_value_is_of_the_fields_type(kind: str, field: str) -> None:
    """What the source says could stand in the field: the same values are taken and refused there."""
    good, bad = VALUES[kind, field]
    for value in good:
        assert faults(kind, HOLDERS[kind] | {"citations": [citation(field, value=value)]}) == [], value
    for value in bad:
        found = faults(kind, HOLDERS[kind] | {"citations": [citation(field, value=value)]})
        assert found == [("/citations/0/value", "not_of_the_fields_type")], value


# Through the door


@pytest.fixture
def house(door: Door) -> Door:
    """The service on a record that holds what the documents name."""
    populate(door)
    return door


def test_citations_follow_their_items_in_a_patch(house: Door) -> None:
    """Lists reordered, items edited and removed: the answer's citations lead to what they cited."""
    participants = [{"name": "guests", "role": "witness"}, {"person": "ana", "role": "head"}]
    cited = [citation("/participants/0"), citation("/participants/1/role"), citation("/note/en", stance="disputes")]
    body = event(id="e", participants=participants, note={"en": "n", "fr": "m"}, citations=cited)
    assert fields(house.add("/v1/events", body)) == ["/participants/0", "/participants/ana/role", "/note/en"]

    def patched(**changes: Any) -> list[str]:
        response = house.patch("/v1/events/e", changes)
        assert response.status_code == 200, response.text
        assert house.read("/v1/events/e") == response.json()
        return fields(response.json())

    assert patched(participants=participants[::-1]) == ["/participants/1", "/participants/ana/role", "/note/en"]
    edited = [{"person": "ana", "role": "host"}, {"name": "guests", "count": 12, "role": "witness"}]
    assert patched(participants=edited) == ["/participants/1", "/participants/ana/role", "/note/en"]
    assert patched(participants=[{"name": "guests", "count": 12, "role": "witness"}]) == ["/participants/0", "/note/en"]
    assert patched(note={"en": None}) == ["/participants/0"]
    assert patched(citations=[citation("/note/fr"), citation("/participants/0")]) == ["/note/fr", "/participants/0"]
    assert patched(note=None, participants=[]) == []


def test_citations_follow_their_items_in_a_put(house: Door) -> None:
    """A document sent whole, its citations as they were, is settled against the one before."""
    read = house.add("/v1/agreements", agreement(subjects=["trade", "science"], citations=[citation("/subjects/1")]))
    path = f"/v1/agreements/{read['id']}"
    answer = house.put(path, read | {"subjects": ["science", "trade"]}).json()
    assert fields(answer) == ["/subjects/0"]
    answer = house.put(path, answer | {"subjects": ["trade"]}).json()
    assert "citations" not in answer


def test_a_citation_of_a_part_follows_in_the_dossier(house: Door) -> None:
    """The dossier shows its event with the citations as the event has them."""
    participants = [{"name": "guests", "role": "witness"}, {"name": "hosts", "role": "host"}]
    cited = event(id="e", participants=participants, citations=[citation("/participants/0")])
    house.add("/v1/agreements", agreement(id="pact", events=[cited]))
    changed = house.patch("/v1/events/e", {"participants": participants[::-1]}).json()
    assert fields(changed) == ["/participants/1"]
    assert house.read("/v1/agreements/pact")["events"][0]["citations"] == changed["citations"]


def test_items_of_the_same_name_keep_their_citations_in_a_patch(house: Door) -> None:
    """A change elsewhere does not move a citation from one position to another in the same organization."""
    positions = [{"organization": "mex", "title": {"en": title}} for title in ("Deputy", "Director")]
    cited = [citation("/positions/1/title/en")]
    house.add("/v1/people", {"id": "olga", "name": {"en": "Olga"}, "positions": positions, "citations": cited})
    answer = house.patch("/v1/people/olga", {"name": {"fr": "Olga"}}).json()
    assert fields(answer) == ["/positions/1/title/en"]


def test_equal_items_keep_their_own_citations(house: Door) -> None:
    """Of two participants that say the same, the second is cited: what was read, put back, changes nothing."""
    guests = {"name": "guests", "role": "witness"}
    house.add("/v1/events", event(id="e", participants=[guests, guests], citations=[citation("/participants/1")]))
    read = house.get("/v1/events/e")
    response = house.put("/v1/events/e", read.json())
    assert (response.status_code, response.content) == (200, read.content)


def test_a_citation_in_other_words_is_no_change(house: Door) -> None:
    """The document as it was posted, an item cited by its index, changes nothing when it is put again."""
    positions = [{"organization": "mex", "title": {"en": "Deputy"}}]
    body = {"name": {"en": "Olga"}, "positions": positions, "citations": [citation("/positions/0")]}
    posted = house.post("/v1/people", body | {"id": "olga"})
    response = house.put("/v1/people/olga", body)
    assert response.status_code == 200
    assert (response.content, response.headers["ETag"]) == (posted.content, posted.headers["ETag"])


def test_a_value_of_another_type_is_another_value(house: Door) -> None:
    """`true`, `1` and `1.0` are three claims: each is recorded as it was sent."""
    house.add("/v1/people", {"id": "olga", "name": {"en": "Olga"}, "citations": [citation("", value={"x": 1})]})
    for version, value in enumerate(("true", "1.0", "1"), start=2):
        body = '{"citations":[{"field":"","source":"press","stance":"supports","value":{"x":' + value + "}}]}"
        headers = {"If-Match": "*", "Content-Type": "application/json"}
        response = house.request("PATCH", "/v1/people/olga", content=body, headers=headers)
        assert response.json()["meta"]["version"] == version
        assert f'"value":{{"x":{value}}}' in response.text


def test_a_restored_version_has_its_own_citations(house: Door) -> None:
    """They say again what they said then, whatever the same words mean in the newest version."""
    cited = [citation("/subjects/0")]
    house.add("/v1/agreements", agreement(id="pact", subjects=["trade", "science"], citations=cited))
    assert fields(house.patch("/v1/agreements/pact", {"subjects": ["science", "trade"]}).json()) == ["/subjects/1"]
    assert fields(house.patch("/v1/agreements/pact", {"citations": cited}).json()) == ["/subjects/0"]
    answer = house.restore("/v1/agreements/pact", 1).json()
    assert (answer["subjects"], fields(answer)) == (["trade", "science"], ["/subjects/0"])
    house.patch("/v1/agreements/pact", {"subjects": ["science"], "citations": cited})
    answer = house.restore("/v1/agreements/pact", 1).json()
    assert (answer["subjects"], fields(answer)) == (["trade", "science"], ["/subjects/0"])


def test_a_bad_citation_is_refused_where_it_stands(house: Door) -> None:
    """Each fault points into the body, inside the parts of a dossier too."""
    bad = [citation("/nothing"), citation("/date", value="soon"), citation("/kind", preferred=True)]
    body = agreement(citations=[citation("/nowhere")], events=[event(), event(citations=bad)])
    response = house.post("/v1/agreements", body)
    assert response.status_code == 422
    assert {(each["pointer"], each["code"]) for each in response.json()["errors"]} == {
        ("/citations/0/field", "leads_nowhere"),
        ("/events/1/citations/0/field", "leads_nowhere"),
        ("/events/1/citations/1/value", "not_of_the_fields_type"),
        ("/events/1/citations/2/reason", "missing"),
    }
