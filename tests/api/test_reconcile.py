"""A spreadsheet is matched against the record as OpenRefine does it, and what is wrong is named."""

import json
import re
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from api.settings import Settings
from db import ledger, records
from db.names import SAME
from db.reconcile import COMPARED
from db.register import REGISTER
from db.titles import alike
from db.validation import validate
from tests.api.test_refusals import faults_of
from tests.door import ADMIN_KEY, Door, opened
from tests.factories import agreement, person, populate, state
from tests.reconciliation import check

Json = dict[str, Any]
PATH = "/v1/reconcile"
SPACE = "agreements/mex-rus-outer-space-2021"
TITLE = (
    "Acuerdo entre el Gobierno de los Estados Unidos Mexicanos y el Gobierno de la Federacion de Rusia "
    "sobre cooperación en la exploracion y utilización del espacio ultraterrestre para fines pacificos"
)


def ask(door: Door, **fields: Any) -> httpx.Response:
    """A form as OpenRefine sends it, without a key."""
    return door.send("POST", PATH, data={name: json.dumps(value) for name, value in fields.items()})


def results(door: Door, queries: Json) -> dict[str, list[Json]]:
    """The candidates for each query; what is sent and what comes is as the specification has it."""
    check("queries", queries)
    answer = ask(door, queries=queries)
    assert answer.status_code == 200, answer.text
    check("results", answer.json())
    return {name: each["result"] for name, each in answer.json().items()}


def matches(door: Door, queries: Json) -> dict[str, str | None]:
    """What each query is matched with."""
    return {
        name: next((each["id"] for each in found if each["match"]), None)
        for name, found in results(door, queries).items()
    }


SPREADSHEET = {
    "Mexico": "organizations/mex",
    "Mexique": "organizations/mex",
    "Российская Федерация": "organizations/rus",
    "Alemania": "organizations/deu",
    "ROSKOSMOS": "organizations/roscosmos",
    "Сергей Савельев": "people/serguei-savelyev",
    "Saveliev, Sergei": "people/serguei-savelyev",
    "López Obrador": "people/andres-manuel-lopez-obrador",
    TITLE: SPACE,
    "CHL": "organizations/chl",
    "iso3166:FRA": "organizations/fra",
    "organizations/roscosmos": "organizations/roscosmos",
    SPACE: SPACE,
    "Ruritania": None,
    "Acuerdo sobre comercio": None,
    " ": None,
    "!!!": None,
    '-Mexico "': "organizations/mex",
}


def test_a_spreadsheet_is_matched(seeded: Door) -> None:
    """States in four languages, people in any script, an agreement by its title, codes and ids: in one batch."""
    queries = {f"q{number}": {"query": text} for number, text in enumerate(SPREADSHEET)}
    found = matches(seeded, queries)
    assert {text: found[f"q{number}"] for number, text in enumerate(SPREADSHEET)} == SPREADSHEET


def test_a_query_says_more_than_a_name(seeded: Door) -> None:
    """As OpenRefine sends it: a type, how strictly, how many, cells of other columns, one of them matched before."""
    query = {
        "query": "Sergei Saveliev",
        "type": "people",
        "type_strict": "should",
        "limit": 1,
        "properties": [{"pid": "organization", "v": {"id": "organizations/roscosmos", "name": "Roscosmos"}}],
    }
    [candidate] = results(seeded, {"q0": query})["q0"]
    assert (candidate["id"], candidate["type"]) == ("people/serguei-savelyev", [{"id": "people", "name": "Person"}])
    assert candidate["name"]
    assert "Roscosmos" in candidate["description"]
    features = {each["id"]: each["value"] for each in candidate["features"]}
    assert features == {"name": pytest.approx(99, abs=1), "organization": True}


def test_types_and_limits_are_honoured(seeded: Door) -> None:
    """Only of the types that are asked for, in one text or in a list; of a type that is not known there is none."""
    found = results(
        seeded,
        {
            "all": {"query": "Mexico"},
            "one": {"query": "Mexico", "limit": 1},
            "list": {"query": "Mexico", "type": ["people", "organizations"]},
            "other": {"query": "Mexico", "type": "people"},
            "unknown": {"query": "Mexico", "type": "Q6256"},
        },
    )
    assert len(found["all"]) > 1
    assert [each["score"] for each in found["all"]] == sorted((each["score"] for each in found["all"]), reverse=True)
    assert found["one"] == found["all"][:1]
    assert {each["id"].split("/")[0] for each in found["list"]} == {"organizations"}
    assert found["other"] == found["unknown"] == []


def namesakes(door: Door) -> None:
    populate(door)
    ministry = {"name": {"en": "Ministry of Health"}, "kind": "ministry"}
    door.add("/v1/organizations", ministry | {"id": "health-mex", "state": "mex", "valid_from": "1943"})
    door.add("/v1/organizations", ministry | {"id": "health-rus", "state": "rus"})
    wikidata = [{"scheme": "wikidata", "value": "Q42"}]
    for number, year in enumerate(("1999-05-06", "2005")):
        identifiers = {"identifiers": wikidata} if number else {}
        door.add("/v1/agreements", agreement(id=f"trade-{number}", signed=year, **identifiers))


TELLING: dict[str, tuple[str, list[Json], str | None]] = {
    "nothing": ("Ministry of Health", [], None),
    "an id": ("Ministry of Health", [{"pid": "state", "v": "rus"}], "organizations/health-rus"),
    "a code": ("Ministry of Health", [{"pid": "state", "v": "MEX"}], "organizations/health-mex"),
    "one of two": ("Ministry of Health", [{"pid": "state", "v": ["fra", "mex"]}], "organizations/health-mex"),
    "what was matched": (
        "Ministry of Health",
        [{"pid": "state", "v": {"id": "organizations/rus"}}],
        "organizations/health-rus",
    ),
    "a word": ("Ministry of Health", [{"pid": "kind", "v": "ministère"}], None),
    "what disagrees": ("Ministry of Health", [{"pid": "kind", "v": "agency"}], None),
    "what only one says": ("Ministry of Health", [{"pid": "valid_from", "v": 1943}], "organizations/health-mex"),
    "a date of a spreadsheet": (
        "Agreement on trade",
        [{"pid": "signed", "v": "1999-05-06T00:00:00Z"}],
        "agreements/trade-0",
    ),
    "a year": ("Agreement on trade", [{"pid": "signed", "v": "2005"}], "agreements/trade-1"),
    "no date": ("Agreement on trade", [{"pid": "signed", "v": "soon"}], None),
    "a party by name": ("Agreement on trade", [{"pid": "party", "v": "FRA"}], None),
    "an identifier": ("Agreement", [{"pid": "identifier", "v": "wikidata:Q42"}], "agreements/trade-1"),
    "one of a scheme": ("Something else", [{"pid": "identifier@wikidata", "v": "Q42"}], "agreements/trade-1"),
    "what is of other types": ("Ministry of Health", [{"pid": "position", "v": "Minister"}], None),
}


def test_properties_tell_equal_names_apart(door: Door) -> None:
    """What agrees raises, what disagrees lowers, what a record does not say lies between; an identifier decides."""
    namesakes(door)
    queries = {name: {"query": text, "properties": said} for name, (text, said, _) in TELLING.items()}
    assert matches(door, queries) == {name: wanted for name, (_, _, wanted) in TELLING.items()}
    alone = {
        "identifier": {"properties": [{"pid": "identifier", "v": "wikidata:Q42"}]},
        "name": {"properties": [{"pid": "title", "v": "Agreement on trade"}, {"pid": "signed", "v": "2005-01"}]},
        "nothing": {"properties": [{"pid": "signed", "v": "2005"}]},
    }
    assert matches(door, alone) == {"identifier": "agreements/trade-1", "name": "agreements/trade-1", "nothing": None}


TITLES = (
    ("Agreement on trade", "AGREEMENT on Trade", True),
    ("Agreement on trade", "Agreement concerning trade", False),
    ("Agreement on trade and taxation", "Agreement on taxation and trade", True),
    ("Agreement on cooperation in the use of outer space", "Agreement on co-operation in the use of outer space", True),
    ("Agreement on coperation in outer space", "Agreement on cooperation in outer space", True),
    ("Agreement between Mexico and Chile on trade", "Agreement between Mexico and Peru on trade", False),
    (
        "Protocol to the Agreement between Mexico and Chile on trade",
        "Agreement between Mexico and Chile on trade",
        False,
    ),
    ("Protocol 1 on trade", "Protocol 2 on trade", False),
    ("", "Agreement", False),
)


def test_titles_are_the_same_if_all_telling_words_are() -> None:
    """Small words and slips do not matter; a word too many does, however long the title is."""
    for one, other, same in TITLES:
        assert (alike(one, other) >= SAME) == same, one
        assert alike(one, other) == alike(other, one)


def test_a_name_with_slips_or_words_too_many_is_found(seeded: Door) -> None:
    """Where no name holds all the words, those that hold some of them are compared."""
    found = matches(
        seeded,
        {
            "slip": {"query": "Germny"},
            "title": {"query": "General Sergei V. Savelyev", "type": "people"},
            "agreement": {"query": TITLE.replace("exploracion", "exploracoin")},
        },
    )
    assert found == {"slip": "organizations/deu", "title": "people/serguei-savelyev", "agreement": SPACE}


def test_as_many_are_compared_as_is_bearable(door: Door) -> None:
    """Of very many namesakes those that came last are candidates, and none is matched."""
    namesakes = [{"id": f"p{number:03}", "name": {"en": "Juan Pérez"}} for number in range(COMPARED + 5)]
    state, people = door.app.state, REGISTER["people"]
    with ledger.write(state.engine, state.clock, actor="a test") as unit:
        records.add(unit, people, [validate(people.shape, each) for each in namesakes])
    found = results(door, {"q": {"query": "Juan Perez", "limit": 100}})["q"]
    assert len(found) == 100
    assert (found[0]["id"], found[0]["match"]) == ("people/p005", False)


def test_what_was_withdrawn_is_no_candidate(door: Door) -> None:
    """Neither by name nor by id; nor is it told, suggested or shown."""
    door.add("/v1/people", person("ana-garcia"))
    assert matches(door, {"q": {"query": "ana-garcia"}}) == {"q": "people/ana-garcia"}
    door.withdraw("/v1/people/ana-garcia")
    assert results(door, {"q": {"query": "ana-garcia"}, "r": {"query": "Ana-Garcia"}}) == {"q": [], "r": []}
    assert told(door, ["people/ana-garcia"], ["name"])["rows"] == {"people/ana-garcia": {"name": []}}
    assert suggested(door, "entity", "ana") == []
    assert door.get(f"{PATH}/preview?id=people/ana-garcia").status_code == 410


# The manifest, and the rest of the service


def test_the_manifest_leads_everywhere(seeded: Door) -> None:
    """Each address in it works as the specification has clients make it."""
    manifest = seeded.read(PATH)
    check("manifest", manifest)
    id = quote("organizations/mex", safe="")
    assert seeded.get(manifest["view"]["url"].replace("{{id}}", id)).json()["id"] == "mex"
    assert seeded.get(manifest["preview"]["url"].replace("{{id}}", id)).status_code == 200
    assert seeded.get(f"{manifest['identifierSpace']}organizations/mex").status_code == 200
    for what in ("schemaSpace", "documentation"):
        assert seeded.get(manifest[what]).status_code == 200
    for service in (*manifest["suggest"].values(), manifest["extend"]["propose_properties"]):
        address = service["service_url"] + service["service_path"]
        assert seeded.get(address, params={"prefix": "m"} if "suggest" in address else {}).status_code == 200


def test_the_manifest_is_at_the_address_that_was_asked(seeded: Door) -> None:
    """Also behind a proxy that passes the host on; what is no host is not repeated."""
    for host, repeated in (("treaties.example", True), ('a"b]', False)):
        manifest = seeded.read(PATH, headers={"Host": host})
        assert (manifest["identifierSpace"] == f"http://{host}/v1/") == repeated


def test_a_closed_service_says_how_to_come_in(seeded_url: str) -> None:
    """Nothing without a key; with one the manifest names the header."""
    with opened(Settings(database_url=seeded_url, admin_key=ADMIN_KEY, public_read=False)) as door:
        manifest = door.read(PATH)
        check("manifest", manifest)
        assert manifest["authentication"] == {"type": "apiKey", "name": "Authorization", "in": "header"}
        assert door.send("GET", PATH).status_code == 401
        assert ask(door, queries={"q": {"query": "Mexico"}}).status_code == 401


def test_a_get_asks_the_same(seeded: Door) -> None:
    """As far as an address has room for it."""
    queries, extend = {"q0": {"query": "Mexiko"}}, {"ids": ["organizations/mex"], "properties": [{"id": "kind"}]}
    for name, value in (("queries", queries), ("extend", extend)):
        asked = seeded.get(PATH, params={name: json.dumps(value)})
        assert asked.json() == ask(seeded, **{name: value}).json()


def told(door: Door, ids: list[str], properties: list[str]) -> Json:
    query = {"ids": ids, "properties": [{"id": each} for each in properties]}
    check("extension query", query)
    answer = ask(door, extend=query)
    assert answer.status_code == 200, answer.text
    check("extension", answer.json())
    rows: Json = answer.json()
    return rows


def test_columns_are_added_from_the_record(seeded: Door) -> None:
    """Values of properties, records among them; what is not known, or not of that type, has none."""
    asked = ["name@es", "kind", "state", "identifier@iso3166", "title@en", "signed", "form", "party", "status", "since"]
    found = told(seeded, ["organizations/mex", SPACE, "organizations/nobody", "nonsense"], asked)
    rows = {id: {name: cells for name, cells in row.items() if cells} for id, row in found["rows"].items()}
    assert rows["organizations/mex"] == {
        "name@es": [{"str": "México"}],
        "kind": [{"str": "state"}],
        "state": [{"id": "organizations/mex", "name": "Mexico"}],
        "identifier@iso3166": [{"str": "MEX"}],
    }
    treaty = rows[SPACE]
    assert treaty["title@en"][0]["str"].startswith("Agreement between the Government of the Russian Federation")
    assert {each["id"] for each in treaty["party"]} == {"organizations/government-mex", "organizations/government-rus"}
    assert (treaty["signed"], treaty["status"]) == ([{"str": "2021-09-28"}], [{"str": "signed_not_in_force"}])
    assert rows["organizations/nobody"] == rows["nonsense"] == {}
    assert {each["id"]: each.get("type", {}).get("id") for each in found["meta"]}["party"] == "organizations"


def test_every_property_that_is_proposed_can_be_told_and_asked(seeded: Door) -> None:
    """Of each type and of all; the first ones if so many are wanted."""
    entities = {"organizations": "organizations/roscosmos", "people": "people/serguei-savelyev", "agreements": SPACE}
    everything = seeded.read(f"{PATH}/properties")["properties"]
    for type_, entity in entities.items():
        proposal = seeded.read(f"{PATH}/properties", params={"type": type_})
        check("proposal", proposal)
        ids = [each["id"] for each in proposal["properties"]]
        assert proposal["type"] == type_
        assert set(ids) < {each["id"] for each in everything}
        for some in (ids[:15], ids[15:]):
            assert told(seeded, [entity], some)["rows"][entity].keys() == set(some)
            said = [{"pid": each, "v": "x"} for each in some[:10]]
            assert ask(seeded, queries={"q": {"query": entity, "properties": said}}).status_code == 200
    assert seeded.read(f"{PATH}/properties", params={"limit": "2"}) == {"properties": everything[:2], "limit": 2}
    assert seeded.read(f"{PATH}/properties", params={"type": ""})["properties"] == everything


def suggested(door: Door, what: str, prefix: str, **more: str) -> list[str]:
    answer = door.read(f"{PATH}/suggest/{what}", params={"prefix": prefix, **more})
    check({"entity": "entities", "property": "properties", "type": "types"}[what], answer)
    assert answer["prefix"] == prefix
    return [each["id"] for each in answer["result"]]


OPENREFINE = {"spell": "always", "exact": "false", "scoring": "schema", "prefixed": "true", "type": "organizations"}
"""What its widgets send beside the prefix."""


def test_records_are_suggested_while_somebody_types(seeded: Door) -> None:
    """By the beginning of a name in any language, by id, by identifier; of one type or of all; more by cursor."""
    assert suggested(seeded, "entity", "Méxi")[0] == "organizations/mex"
    assert suggested(seeded, "entity", "росси")[0] == "organizations/rus"
    assert suggested(seeded, "entity", "organizations/roscosmos")[0] == "organizations/roscosmos"
    assert suggested(seeded, "entity", "iso3166:CHL")[0] == "organizations/chl"
    assert suggested(seeded, "entity", "Sergei Sav") == ["people/serguei-savelyev"]
    assert suggested(seeded, "entity", "mex", type="people") == ["people/andres-manuel-lopez-obrador"]
    assert suggested(seeded, "entity", "mex", **OPENREFINE) == suggested(seeded, "entity", "mex", type="organizations")
    assert suggested(seeded, "entity", "") == suggested(seeded, "entity", "!") == []
    seen: list[str] = []
    page = seeded.read(f"{PATH}/suggest/entity", params={"prefix": "s", "type": "organizations"})
    while "cursor" in page:
        seen += [each["id"] for each in page["result"]]
        page = seeded.read(
            f"{PATH}/suggest/entity", params={"prefix": "s", "type": "organizations", "cursor": page["cursor"]}
        )
    assert len(seen) == len(set(seen)) > 10


def test_properties_and_types_are_suggested(seeded: Door) -> None:
    """By the beginning of their ids or names; a type narrows, and what is no type does not."""
    assert suggested(seeded, "property", "Sta") == ["state", "status", "since"]
    assert suggested(seeded, "property", "sta", type="organizations") == ["state"]
    assert suggested(seeded, "property", "sta", type="/type/property") == ["state", "status", "since"]
    assert "name@es" in suggested(seeded, "property", "name")
    assert len(suggested(seeded, "property", "")) == 10
    assert suggested(seeded, "property", "", cursor="10")
    assert suggested(seeded, "type", "") == ["organizations", "people", "agreements"]
    assert suggested(seeded, "type", "pers") == ["people"]


TAGS = {"html", "meta", "title", "style", "main", "h1", "a", "p", "dl", "dt", "dd"}


def test_a_preview_shows_what_the_record_holds_as_text(door: Door) -> None:
    """Markup in names is no markup; nothing is loaded, nothing runs, nobody frames it unless a setting says so."""
    evil = "<script>alert(1)</script>\"'&"
    door.add("/v1/people", person("eve", name={"en": evil, "ru": "<b>"}))
    page = door.get(f"{PATH}/preview", params={"id": "people/eve"})
    assert page.headers["content-type"].startswith("text/html")
    assert set(re.findall(r"<(\w+)", page.text)) <= TAGS
    assert "alert(1)&lt;/script&gt;&quot;&#x27;&amp;" in page.text
    rules = dict(rule.split(" ", 1) for rule in page.headers["content-security-policy"].split("; "))
    assert (rules["default-src"], rules["frame-ancestors"]) == ("'none'", "'none'")
    assert "script-src" not in rules


def test_pages_that_may_call_may_frame_a_preview(url: str) -> None:
    """A hosted OpenRefine is one of `BILATERAL_CORS_ORIGINS`: its widgets read answers, its frames show previews."""
    ours = "https://refine.example"
    with opened(Settings(database_url=url, admin_key=ADMIN_KEY, cors_origins=(ours,))) as door:
        door.add("/v1/organizations", state("mex"))
        page = door.get(f"{PATH}/preview?id=organizations/mex", headers={"Origin": ours})
        assert page.headers["content-security-policy"].endswith(f"frame-ancestors {ours}")
        answer = door.send("POST", PATH, data={"queries": "{}"}, headers={"Origin": ours})
        assert answer.headers["access-control-allow-origin"] == ours


# What is wrong

NESTED = '{"q":' * 60 + "1" + "}" * 60
FORMS: dict[str, tuple[bytes, int, list[tuple[str, str]]]] = {
    "nothing": (b"", 422, [("/queries", "missing")]),
    "no JSON": (b"queries=Mexico", 422, [("/queries", "not_json")]),
    "an empty field": (b"queries=&extend=", 422, [("/queries", "missing")]),
    "no UTF-8": (b"queries=%FF", 400, []),
    "no UTF-8 at all": (b"queries=\xff", 400, []),
    "a member twice": (b'queries={"a":{"query":"b"},"a":{"query":"c"}}', 422, [("/queries", "not_json")]),
    "very deep": (b"queries=" + b"[" * 100_000, 422, [("/queries", "not_json")]),
    "deep": (f"queries={NESTED}".encode(), 422, [("/queries", "not_json")]),
    "a field twice": (b"queries={}&queries={}", 422, [("/queries", "repeated")]),
    "an unknown field": (b"query=Mexico", 422, [("/query", "unknown_member")]),
    "both": (b'queries={}&extend={"ids":[],"properties":[]}', 422, [("/extend", "not_both")]),
    "many fields": (b"&".join(b"a%d=1" % number for number in range(50)), 422, [("", "too_many")]),
    "a list": (b"queries=[]", 422, [("/queries", "dict_type")]),
    "a lone half": (b'queries={"q":{"query":"\\ud800"}}', 422, [("/queries/q/query", "lone_surrogate")]),
}
QUERIES: dict[str, tuple[Any, str, str]] = {
    "no query": ("Mexico", "/queries/q", "model_type"),
    "nothing asked": ({}, "/queries/q", "nothing_asked"),
    "no property either": ({"properties": []}, "/queries/q", "nothing_asked"),
    "null": ({"query": None}, "/queries/q/query", "string_type"),
    "NUL": ({"query": "a\0"}, "/queries/q/query", "nul"),
    "a number": ({"query": 5}, "/queries/q/query", "string_type"),
    "an unknown member": ({"query": "a", "qeury": "b"}, "/queries/q/qeury", "unknown_member"),
    "no candidates": ({"query": "a", "limit": 0}, "/queries/q/limit", "greater_than_equal"),
    "too many candidates": ({"query": "a", "limit": 10_000}, "/queries/q/limit", "less_than_equal"),
    "half a candidate": ({"query": "a", "limit": 1.5}, "/queries/q/limit", "int_type"),
    "a huge number": ({"query": "a", "limit": 10**30}, "/queries/q/limit", "number_out_of_range"),
    "a very long text": ({"query": "a" * 10_001}, "/queries/q/query", "too_long"),
    "a type of another type": ({"query": "a", "type": {"id": "people"}}, "/queries/q/type", "type_type"),
    "no strictness": ({"query": "a", "type_strict": "very"}, "/queries/q/type_strict", "string_pattern_mismatch"),
    "an unknown property": (
        {"query": "a", "properties": [{"pid": "stat", "v": 1}]},
        "/queries/q/properties/0/pid",
        "unknown",
    ),
    "no value": ({"query": "a", "properties": [{"pid": "state"}]}, "/queries/q/properties/0/v", "missing"),
    "null for a value": (
        {"query": "a", "properties": [{"pid": "state", "v": None}]},
        "/queries/q/properties/0/v",
        "value_type",
    ),
    "very many values": (
        {"query": "a", "properties": [{"pid": "state", "v": ["a"] * 500}]},
        "/queries/q/properties/0/v",
        "too_many",
    ),
    "very many properties": (
        {"query": "a", "properties": [{"pid": "state", "v": "a"}] * 11},
        "/queries/q/properties",
        "too_long",
    ),
}


def test_what_is_wrong_in_a_form_is_named(door: Door) -> None:
    """By a JSON Pointer into the form; a whole batch is refused for one query."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for name, (body, status, faults) in FORMS.items():
        found = faults_of(door.send("POST", PATH, content=body, headers=headers), status)
        assert [(each["pointer"], each["code"]) for each in found] == faults, name
    for name, (query, pointer, code) in QUERIES.items():
        found = faults_of(ask(door, queries={"other": {"query": "Mexico"}, "q": query}), 422)
        assert [(each["pointer"], each["code"]) for each in found] == [(pointer, code)], name


def test_as_much_is_asked_as_is_bearable(door: Door) -> None:
    """A hundred queries, a hundred entities, twenty properties; a body of a million bytes."""
    assert len(results(door, {f"q{number}": {"query": "Mexico"} for number in range(100)})) == 100
    for fields, pointer in (
        ({"queries": {f"q{number}": {"query": "Mexico"} for number in range(101)}}, "/queries"),
        ({"extend": {"ids": ["a"] * 101, "properties": []}}, "/extend/ids"),
        ({"extend": {"ids": [], "properties": [{"id": f"name@{n}"} for n in range(21)]}}, "/extend/properties"),
        ({"extend": {"ids": [], "properties": [{"id": "colour"}]}}, "/extend/properties/0/id"),
        ({"extend": {"properties": []}}, "/extend/ids"),
    ):
        assert [each["pointer"] for each in faults_of(ask(door, **fields), 422)] == [pointer]
    assert ask(door, queries={"q": {"query": "a" * 1_000_000}}).status_code == 413


def test_what_is_wrong_in_an_address_is_named_by_its_parameter(door: Door) -> None:
    """A pointer leads into a body, and a GET has none: the way within the parameter is told."""
    for query, parameter in {
        "queries=[]": "queries",
        'queries={"q":{"limit":0,"query":"a"}}': "queries",
        "extend={}&queries={}": "extend",
        "callback=f": "callback",
        "queries={}&queries={}": "queries",
        "queries={": "queries",
    }.items():
        path = f"{PATH}?{quote(query, safe='=&')}"
        assert faults_of(door.get(path), 422)[0]["parameter"] == parameter, query


REFUSED = (
    ("/preview", 422),
    ("/preview?id=mex", 422),
    ("/preview?id=events/mex", 422),
    ("/preview?id=people/../mex", 422),
    ("/preview?id=people/nobody", 404),
    ("/suggest/entity", 422),
    ("/suggest/entity?prefix=a&cursor=-1", 422),
    ("/suggest/entity?prefix=a&cursor=1000", 422),
    ("/suggest/entity?prefix=a&cursor=01", 422),
    ("/suggest/entity?prefix=a&cursor=%D9%A1", 422),
    ("/suggest/entity?prefix=a%00", 422),
    ("/suggest/entity?prefix=a&callback=f", 422),
    ("/properties?limit=1.0", 422),
)


def test_what_is_wrong_elsewhere_is_refused(door: Door) -> None:
    """As everywhere here."""
    for path, status in REFUSED:
        faults_of(door.get(PATH + path), status)
