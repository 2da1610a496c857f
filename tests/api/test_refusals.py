"""Bad documents and bad parameters: each answer is a 4xx problem that names each bad member, and nothing is written."""

import base64
import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from api.settings import Settings
from db import ledger
from db.documents import text_of
from db.references import REFERENCES
from db.register import REGISTER
from db.verify import verify
from db.vocabulary import EventKind, members
from tests import postgres
from tests.door import ADMIN_KEY, Door
from tests.door import opened as served
from tests.factories import Json, agreement, dossier, event, person, populate, signatory, source, state

Steps = tuple[str | int, ...]
Refuse = Callable[..., Json]

# The record that all these tests share, since none of them changes it


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """The service on a record that holds what documents here name; it is whole when all tests have ended."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_templates")[False]
        url = f"sqlite:///{shutil.copy(template, tmp_path_factory.mktemp('world') / 'record.db')}"
    else:
        server: postgres.Server = request.getfixturevalue("postgres_server")
        url = server.url(server.create(request.getfixturevalue("postgres_templates")[False]))
    with served(Settings(database_url=url, admin_key=ADMIN_KEY)) as door:
        populate_for_full(door)
        yield door
        with door.app.state.engine.connect() as connection:
            assert verify(connection).findings == []


# What is sent, and what must come back


def newest(door: Door) -> int:
    """How many revisions the ledger has."""
    with door.app.state.engine.connect() as connection:
        return ledger.newest(connection).seq


def faults_of(response: httpx.Response, status: int) -> list[Json]:
    """The errors of a problem document that is whole: RFC 9457, and not a word about the inside."""
    assert response.status_code == status, f"{response.status_code} is not {status}"
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem.keys() <= {"type", "title", "status", "detail", "errors"}
    assert problem["status"] == status
    assert re.fullmatch(r"/problems/[a-z-]+", problem["type"])
    assert problem["title"]
    assert problem["detail"]
    errors: list[Json] = problem.get("errors", [])
    assert all(error["code"] and error["detail"] for error in errors)
    return errors


def place_of(error: Json) -> str:
    """Where the fault is: a pointer into the body, or a parameter behind a question mark."""
    return "?" + str(error["parameter"]) if "parameter" in error else str(error["pointer"])


@contextmanager
def refusals(door: Door) -> Iterator[Refuse]:
    """Sends requests that must be refused; tells of all that were not, and of what was written nonetheless."""
    before = newest(door)
    wrong: list[str] = []

    def refuse(
        status: int, places: Iterable[str], method: str, path: str, document: Any = None, **options: Any
    ) -> Json:
        response = send(door, method, path, document, **options)
        errors: list[Json] = []
        wanted = set(places)
        try:
            errors = faults_of(response, status)
            named = {place_of(error) for error in errors}
            assert named == wanted, f"not named: {wanted - named}; named: {named - wanted}"
        except (AssertionError, KeyError, ValueError) as error:
            sent = repr(options if document is None else document)
            sent = sent if len(sent) < 400 else f"{sent[:100]} ... {sent[-300:]}"
            why = str(error).splitlines()[0]
            wrong.append(f"{method} {path[:200]} {sent}\n  {why}\n  {response.text[:300]}")
        return {place_of(error): error for error in errors}

    yield refuse
    if wrong:
        pytest.fail(f"{len(wrong)} not refused as they should be:\n" + "\n".join(wrong[:30]))
    assert newest(door) == before, "something was written"


def send(door: Door, method: str, path: str, document: Any = None, **options: Any) -> httpx.Response:
    """A request with the document as its body: in ASCII, whatever is in it; bytes are sent as they are."""
    headers = dict(options.pop("headers", {}))
    if method in ("POST", "PUT", "PATCH"):
        options["content"] = document if isinstance(document, bytes) else json.dumps(document).encode()
        headers = {"Content-Type": "application/json"} | headers
    if method in ("PUT", "PATCH", "DELETE") and not headers.keys() & {"If-Match", "If-None-Match"}:
        headers["If-Match"] = "*"
    return door.request(method, path, headers=headers, **options)


# Documents in which every member stands once, and where what is in them


def citations(field: str, value: Any) -> list[Json]:
    point = {"type": "FragmentSelector", "value": "Some=4", "conformsTo": "Some standard"}
    position = {"type": "TextPositionSelector", "start": 0, "end": 9}
    words = {"reason": "Some reason", "note": "Some note"}
    return [
        {"field": "", "source": "gazette", "stance": "disputes", "locator": point},
        {"field": field, "source": "press", "stance": "supports", "value": value, "locator": position}
        | {"preferred": True, **words},
    ]


IDENTIFIERS = [{"scheme": "unts", "value": "Some number"}]
PLACE = {"name": "Some town", "venue": "Some hall", "state": "mex"}
SPAN = {"from": "2021-09-28", "to": "2021-09-28"}
WORDS = {"en": "Some words", "zh-Hant-TW": "Some other words"}
ATTENDANCES = [
    {
        "person": "ana",
        "organization": "aem",
        "name": "Some name",
        "count": 1,
        "role": "head",
        "capacity": "Some office",
    },
    {"organization": "aem", "role": "witness"},
]
SIGNATORY: Json = {
    "person": "ana",
    "name": "Some name",
    "side": "a",
    "organization": "aem",
    "capacity": "Some office",
    "on_behalf_of": "mex",
    "signed": "2021-09-28",
    "place": PLACE,
    "full_powers": {"issued_by": "aem", "date": "2021-09-28", "note": "Some note"},
    "ad_referendum": True,
    "identifiers": IDENTIFIERS,
    "citations": citations("/capacity", "Some capacity"),
}
EVENT: Json = {
    "kind": "succession",
    "date": "2021-09-28",
    "title": WORDS,
    "place": PLACE,
    "by": "mex",
    "agreements": ["old-treaty"],
    "effective": "2021-09-28",
    "dated": "2021-09-28",
    "predecessor": "aem",
    "successor": "mex",
    "part_of": "old-visit",
    "participants": [*ATTENDANCES, {"delegation": "old-delegation", "role": "member"}],
    "note": WORDS,
    "identifiers": IDENTIFIERS,
    "citations": citations("/date", "2021-09-27"),
}
EVENTS = [
    EVENT,
    event(side="a", ad_referendum=True),
    event(kind="renewed", term="P5Y"),
    event(kind="extended", until="2021-09-28"),
    event(kind="suspended", provisions=["Some article"]),
    event(kind="terminated", ground="denounced"),
]
AGREEMENT: Json = {
    "title": WORDS,
    "form": "agreement",
    "legal_character": "treaty",
    "subjects": ["trade"],
    "place": PLACE,
    "signed": "2021-09-28",
    "parties": [
        {
            "side": "a",
            "organization": "mex",
            "name": "Some name",
            **SPAN,
            "territories": [{"organization": "aem", **SPAN, "excluded": True}],
        },
        {"side": "b", "organization": "rus"},
    ],
    "others": [{"organization": "fra", "role": "guarantor"}],
    "languages": [{"tag": "es", "authentic": True, "prevails": False}],
    "verified_on": "2021-09-28",
    "effects": [{"scope": "Some tax", **SPAN}],
    "entry_into_force": {
        "condition": "linked_to",
        "agreement": "old-treaty",
        "offset": "P30D",
        "awaits": ["a"],
        "effective_from": "2021-09-28",
    },
    "duration": {
        "initial": "P5Y",
        "until": "2021-09-28",
        "renewal": "tacit",
        "renewal_period": "P5Y",
        "notice": "P6M",
        "notice_anchor": "before_boundary",
        "survival": "P10Y",
    },
    "relations": [
        {
            "kind": "suspends",
            "agreement": "old-treaty",
            "effective": "2021-09-28",
            "until": "2021-09-28",
            "note": "Some note",
        }
    ],
    "identifiers": IDENTIFIERS,
    "citations": citations("/signed", "2021-09-27"),
}

FULL: Mapping[str, tuple[str, Json]] = {
    "source": (
        "sources",
        {
            "title": "Some title",
            "publisher": "Some publisher",
            "language": "fr",
            "published": "2021-09-28",
            "retrieved": "2021-09-28",
            "url": "https://example.org/",
            "sha256": "0" * 64,
            "based_on": "gazette",
            "identifiers": IDENTIFIERS,
            "citations": citations("/published", "2021-09-27"),
        },
    ),
    "organization": (
        "organizations",
        {
            "name": WORDS,
            "kind": "agency",
            "state": "mex",
            "parent": "aem",
            "valid_from": "2021-09-28",
            "valid_to": "2021-09-28",
            "predecessors": [{"organization": "aem", "kind": "merger", "from": "2021-09-28"}],
            "affiliations": [{"state": "mex", **SPAN}],
            "identifiers": IDENTIFIERS,
            "citations": citations("/kind", "ministry"),
        },
    ),
    "person": (
        "people",
        {
            "name": WORDS,
            "positions": [{"organization": "aem", "title": WORDS, **SPAN}],
            "identifiers": IDENTIFIERS,
            "citations": citations("/positions/0/to", "2021-09-27"),
        },
    ),
    "agreement": ("agreements", AGREEMENT),
    "parts": ("agreements", agreement(signatories=[SIGNATORY], events=EVENTS)),
    "clauses": (
        "agreements",
        agreement(
            entry_into_force={"condition": "fixed_date", "date": "2021-09-28"},
            duration=[
                {"from": "2021-09-28", "renewal": "none"},
                {"from": "2022-09-28", "initial": "indefinite", "renewal": "unknown", "notice": "none"},
            ],
        ),
    ),
    "notes": ("agreements", agreement(entry_into_force={"condition": "on_last_notification", "anchor": "dated"})),
    "signatory": ("signatories", {"agreement": "old-treaty", **SIGNATORY}),
    "event": ("events", EVENT),
    "delegation": (
        "delegations",
        {
            "name": WORDS,
            "sent_by": "aem",
            "purpose": WORDS,
            "events": ["old-visit"],
            "members": ATTENDANCES,
            "identifiers": IDENTIFIERS,
            "citations": citations("/sent_by", "rus"),
        },
    ),
}
"""Together they hold every member that a document can have."""


def populate_for_full(door: Door) -> None:
    """Add what the documents above name, and one withdrawn record of each kind: `gone`."""
    populate(door)
    door.add("/v1/organizations", {"id": "aem", "name": {"es": "AEM"}, "kind": "agency", "state": "mex"})
    door.add("/v1/agreements", agreement(id="old-treaty", signed="1999"))
    door.add("/v1/events", event(id="old-visit", kind="visit"))
    door.add("/v1/delegations", {"id": "old-delegation", "name": WORDS, "events": [], "members": []})
    for collection, document in GONE.items():
        door.add(f"/v1/{collection}", document)
    for collection in GONE:
        assert door.withdraw(f"/v1/{collection}/gone").status_code == 204


GONE: Mapping[str, Json] = {
    "sources": source("gone"),
    "organizations": state("gone"),
    "people": person("gone"),
    "agreements": agreement(id="gone"),
    "signatories": signatory(id="gone", agreement="old-treaty"),
    "events": event(id="gone"),
    "delegations": {"id": "gone", "name": WORDS, "events": [], "members": []},
}


def nodes(node: Any, path: Steps = ()) -> Iterator[tuple[Steps, Any]]:
    """Every value in a document and where it stands; what sources claim (`value`) and locators are left out."""
    yield path, node
    if path[-3:-2] == ("citations",) and path[-1] in ("value", "locator"):
        return
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, value in inner:
        if not (path[-2:-1] == ("citations",) and step in ("value", "locator")):
            yield from nodes(value, (*path, step))


def pointer(path: Steps) -> str:
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def path_of(pointer_: str) -> Steps:
    return tuple(int(step) if step.isdigit() else step for step in pointer_.split("/")[1:])


def changed(document: Json, changes: Mapping[Steps, Any]) -> Json:
    """The document with these values in these places."""
    changed: Json = json.loads(json.dumps(document))
    for path, value in changes.items():
        holder: Any = changed
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = value
    return changed


def without(document: Json, path: Steps) -> Json:
    shorter: Json = json.loads(json.dumps(document))
    holder: Any = shorter
    for step in path[:-1]:
        holder = holder[step]
    del holder[path[-1]]
    return shorter


def strings(document: Json) -> list[Steps]:
    return [path for path, value in nodes(document) if isinstance(value, str)]


def dates(document: Json) -> list[Steps]:
    return [path for path in strings(document) if re.fullmatch(r"\d{4}-\d\d-\d\d", at(document, path))]


def at(document: Any, path: Steps) -> Any:
    for step in path:
        document = document[step]
    return document


def refuse_everywhere(refuse: Refuse, value: Any, where: Callable[[Json], list[Steps]]) -> None:
    """Put the value in all these places of each full document at once: each of them is named."""
    for collection, document in FULL.values():
        places = where(document)
        if places:
            bad = changed(document, dict.fromkeys(places, value))
            refuse(422, [pointer(path) for path in places], "POST", f"/v1/{collection}", bad)


def test_the_full_documents_are_accepted(world: Door) -> None:
    """So what is refused below is refused for the one thing that is wrong with it."""
    for collection, document in FULL.values():
        world.add(f"/v1/{collection}", document)


# What JSON can say and the record cannot keep


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("a\0b", {"nul"}),
        ("\0", {"nul"}),
        ("\ud800", {"lone_surrogate"}),
        ("a\udfffb", {"lone_surrogate"}),
        ("\udc00\ud800", {"lone_surrogate"}),
        ("x" * 10_001, {"too_long"}),
    ],
    ids=["nul", "only nul", "high surrogate", "low surrogate", "surrogates swapped", "10001 characters"],
)
def test_a_string_that_cannot_be_kept_is_refused(world: Door, text: str, codes: set[str]) -> None:
    """In each string member, in names of members, in what a source claims, and in changes."""
    with refusals(world) as refuse:
        for collection, document in FULL.values():
            places = strings(document)
            bad = changed(document, dict.fromkeys(places, text))
            errors = refuse(422, [pointer(path) for path in places], "POST", f"/v1/{collection}", bad)
            assert {error["code"] for error in errors.values()} == codes
        claim = citations("", None)[0] | {"value": {"x": [text]}}
        refuse(422, ["/citations/0/value/x/0"], "POST", "/v1/people", person("zoe", citations=[claim]))
        refuse(422, [""], "POST", "/v1/people", person("zoe") | {text: 1})
        refuse(422, ["/name"], "POST", "/v1/people", person("zoe", name={text: "Zoe"}))
        refuse(422, ["/name/en"], "PATCH", "/v1/people/ana", {"name": {"en": text}})
        refuse(422, ["/reason"], "POST", "/v1/people/ana/restore", {"version": 1, "reason": text})


def test_strings_of_the_greatest_length_are_kept(door: Door) -> None:
    """Of characters that no compression makes shorter, in every free text: no index stumbles over them."""
    populate_for_full(door)
    text = "".join(chr(0x4E00 + (number * number * 7919 + number * 104_729) % 20_000) for number in range(10_000))
    for collection, document in FULL.values():
        free = [path for path in strings(document) if at(document, path).startswith("Some")]
        long = {path: text[:500] if path[-3:-2] == ("identifiers",) else text for path in free}
        added = door.add(f"/v1/{collection}", changed(document, long))
        assert text_of(door.read(f"/v1/{collection}/{added['id']}")).count(text) == list(long.values()).count(text)


def test_an_identifier_has_at_most_500_characters(world: Door) -> None:
    """For it is looked up by an index."""

    def identifiers(document: Json) -> list[Steps]:
        return [path for path in strings(document) if path[-3:-2] == ("identifiers",) and path[-1] == "value"]

    with refusals(world) as refuse:
        refuse_everywhere(refuse, "x" * 501, identifiers)


NO_NUMBERS = ["1_0", "+5", "05", "0x5", ".5", "5.", "1e", "--1", "٥", "5 5", "1,0", "infinity", "nan"]
NO_FINITE_NUMBERS = [
    "NaN", "Infinity", "-Infinity", "1e999", "-1e999", "9223372036854775808", "-9223372036854775809",
    "18446744073709551616", "1" + "0" * 400, "-" + "9" * 5000,
]  # fmt: skip
NO_COUNTS = [
    "0", "-1", "1000001", "2147483648", "9223372036854775807", "5.0", "5.5", "1e2", '"5"', "true", "null", "[]",
]  # fmt: skip


def test_a_number_is_whole_and_within_bounds(world: Door) -> None:
    """Not a string, not a float, not true, not beyond 64 bits, not NaN: nothing is coerced."""
    raw = json.dumps({"name": {"en": "x"}, "events": [], "members": [{"role": "head", "name": "x", "count": 0.25}]})
    with refusals(world) as refuse:
        for text in NO_NUMBERS:
            refuse(400, [], "POST", "/v1/delegations", raw.replace("0.25", text).encode())
        for text in NO_FINITE_NUMBERS + NO_COUNTS:
            refuse(422, ["/members/0/count"], "POST", "/v1/delegations", raw.replace("0.25", text).encode())
        for text in NO_FINITE_NUMBERS:
            refuse(422, ["/name"], "PATCH", "/v1/people/ana", f'{{"name": {text}}}'.encode())
            refuse(422, [""], "POST", "/v1/people", text.encode())
        for text in [*NO_FINITE_NUMBERS, "0", "-1", "2147483648", "1.0", '"1"', "true", "null", "{}"]:
            body = f'{{"version": {text}, "reason": "x"}}'.encode()
            refuse(422, ["/version"], "POST", "/v1/people/ana/restore", body)


@pytest.mark.parametrize("member", ["start", "end"])
def test_a_position_in_a_text_is_a_whole_number(world: Door, member: str) -> None:
    """From 0 to 2^31 - 1, for that is what both databases hold."""
    with refusals(world) as refuse:
        for value in [-1, 2**31, 2**63 - 1, 5.0, "5", True, None, []]:
            bad = changed(FULL["person"][1], {("citations", 1, "locator", member): value})
            refuse(422, [f"/citations/1/locator/{member}"], "POST", "/v1/people", bad)


LOCATORS: list[tuple[Any, str]] = [
    (None, ""),
    (5, ""),
    ("page 4", ""),
    ([], ""),
    ({}, "/type"),
    ({"value": "4"}, "/type"),
    ({"type": "RangeSelector", "value": "4"}, "/type"),
    ({"type": None, "value": "4"}, "/type"),
    ({"type": "FragmentSelector"}, "/value"),
    ({"type": "FragmentSelector", "value": ""}, "/value"),
    ({"type": "FragmentSelector", "value": "\t"}, "/value"),
    ({"type": "XPathSelector", "value": 4}, "/value"),
    ({"type": "CssSelector", "value": "p", "conformsTo": None}, "/conformsTo"),
    ({"type": "CssSelector", "value": "p", "conforms_to": "x"}, "/conforms_to"),
    ({"type": "FragmentSelector", "value": "4", "start": 1}, "/start"),
    ({"type": "TextPositionSelector", "start": 1}, "/end"),
    ({"type": "DataPositionSelector", "start": 1, "end": 2, "value": "4"}, "/value"),
]


def test_a_locator_is_one_of_the_selectors(world: Door) -> None:
    """What is wrong with it is named, down to its member."""
    with refusals(world) as refuse:
        for locator, below in LOCATORS:
            bad = changed(FULL["person"][1], {("citations", 0, "locator"): locator})
            refuse(422, [f"/citations/0/locator{below}"], "POST", "/v1/people", bad)


NOT_JSON = [
    b"", b" ", b"{", b'{"id": "zoe"', b"{'id': 'zoe'}", b'{"id": "zoe",}', b'{"id": "zoe"} {}',
    b'{"id": "zoe"} // a comment', b'{id: "zoe"}', b'{"id": undefined}', b'{"id": "a\nb"}', b'{"id": "\\x41"}',
    b'\xef\xbb\xbf{"id": "zoe"}', b'{"id": "\xff"}', b'{"id": "\xed\xa0\x80"}', b'{"id": "\xc0\x80"}',
    '{"id": "zoe"}'.encode("utf-16"), '{"id": "zoé"}'.encode("latin-1"), b"id=zoe", b"<id>zoe</id>",
]  # fmt: skip
TWICE = [
    b'{"id": "zoe", "id": "zoe"}',
    b'{"name": {"en": "Zoe", "en": "Zo"}}',
    b'{"name": {"en": "Zoe"}, "positions": [{"title": {}, "title": {}}]}',
    b'{"name": {"en": "Zoe"}, "n\\u0061me": {"en": "Zo"}}',
    b'{"x": {"y": [[{"z": 1, "z": 1}]]}}',
]
DEEP = [
    b"[" * 33 + b"]" * 33,
    b"[" * 33 + b"1" + b"]" * 33,
    b'{"a":' * 33 + b"1" + b"}" * 33,
    b'{"name":' + b"[" * 32 + b"]" * 32 + b"}",
    b"[" * 990 + b"]" * 990,
    b"[" * 100_000 + b"]" * 100_000,
    b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    b"[" * 100_000,
]


@pytest.mark.parametrize("bodies", [NOT_JSON, TWICE, DEEP], ids=["not JSON", "a member twice", "over 32 levels"])
def test_a_body_that_cannot_be_read_is_refused(world: Door, bodies: list[bytes]) -> None:
    """With 400, whichever operation it was sent to."""
    with refusals(world) as refuse:
        for body in bodies:
            for method, path in [
                ("POST", "/v1/people"),
                ("PUT", "/v1/people/zoe"),
                ("PATCH", "/v1/people/zoe"),
                ("POST", "/v1/people/zoe/restore"),
            ]:
                refuse(400, [], method, path, body)


def test_32_levels_can_be_read(world: Door) -> None:
    """And are then refused for what they say."""
    with refusals(world) as refuse:
        refuse(422, [""], "POST", "/v1/people", b"[" * 32 + b"]" * 32)
        refuse(422, [""], "POST", "/v1/people", b"[" * 32 + b"1" + b"]" * 32)
        refuse(422, ["/x", "/name"], "POST", "/v1/people", b'{"x":' * 32 + b"1" + b"}" * 32)


def test_a_body_is_an_object(world: Door) -> None:
    """Where a document, changes or a restoration is expected."""
    with refusals(world) as refuse:
        bodies: Sequence[Any] = (None, True, 5, 1.5, "x", [], [{}])
        for body in bodies:
            refuse(422, [""], "POST", "/v1/people", body)
            refuse(422, [""], "PUT", "/v1/people/ana", body)
            refuse(422, [""], "PATCH", "/v1/people/ana", body)
            refuse(422, [""], "POST", "/v1/people/ana/restore", body)


def test_a_list_has_at_most_1000_items(world: Door) -> None:
    """Every list of every document."""
    with refusals(world) as refuse:
        refuse_everywhere(refuse, [0] * 1001, outermost_lists)


def outermost_lists(document: Json) -> list[Steps]:
    lists = [path for path, value in nodes(document) if isinstance(value, list)]
    return [path for path in lists if not any(path[: len(other)] == other for other in lists if other != path)]


# Members: known, of the right type, there where required


WRONG: Sequence[Any] = (None, True, 0, 1, 1.5, 5.0, "x", [], {})


@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_a_value_of_the_wrong_type_is_refused(world: Door, value: Any) -> None:
    """Wherever another type belongs, null included; each bad member is named, and the good ones are not."""
    with refusals(world) as refuse:
        refuse_everywhere(refuse, value, partial(plain_values_not_like, value=value))
        for collection, document in FULL.values():
            for path in containers_not_like(document, value):
                refuse(422, [pointer(path)], "POST", f"/v1/{collection}", changed(document, {path: value}))


def containers_not_like(document: Json, value: Any) -> list[Steps]:
    containers = [(path, there) for path, there in nodes(document) if path and isinstance(there, dict | list)]
    either = {("duration",)} if isinstance(value, dict | list) else set()  # one clause or several
    return [path for path, there in containers if type(there) is not type(value) and path not in either]


def plain_values_not_like(document: Json, value: Any) -> list[Steps]:
    plain = [(path, there) for path, there in nodes(document) if not isinstance(there, dict | list)]
    return [path for path, there in plain if type(there) is not type(value)]


def test_a_word_outside_a_closed_list_is_refused(world: Door) -> None:
    """In every member that has a vocabulary."""
    closed = {"kind", "form", "legal_character", "side", "role", "stance", "condition", "anchor", "renewal"}
    closed |= {"notice_anchor", "ground"}

    def of_closed_lists(document: Json) -> list[Steps]:
        return [path for path in strings(document) if path[-1] in closed or path[-2:-1] == ("awaits",)]

    with refusals(world) as refuse:
        for word in ("nonsense", "", " ", "Treaty", "TREATY", "a ", "A", "c", "tréaty", "a,b", "_"):
            refuse_everywhere(refuse, word, of_closed_lists)


REQUIRED: Mapping[str, str] = {
    "source": "/title /citations/0/field /citations/0/source /citations/0/stance /identifiers/0/scheme"
    " /identifiers/0/value",
    "organization": "/name /kind /predecessors/0/organization /predecessors/0/kind /predecessors/0/from"
    " /affiliations/0/state",
    "person": "/name /positions/0/organization /positions/0/title",
    "agreement": "/title /form /legal_character /subjects /parties /parties/0/side /parties/0/organization"
    " /parties/0/territories/0/organization /place/name /others/0/organization /others/0/role /languages/0/tag"
    " /effects/0/scope /effects/0/from /entry_into_force/condition /duration/renewal /relations/0/kind"
    " /relations/0/agreement",
    "clauses": "/duration/0/renewal /duration/1/from",
    "parts": "/signatories/0/person /signatories/0/side /signatories/0/capacity /events/0/kind /events/0/date",
    "signatory": "/agreement /person /side /capacity",
    "event": "/kind /date /participants/1/role",
    "delegation": "/name /events /members /members/0/role",
}


@pytest.mark.parametrize("name", REQUIRED)
def test_a_required_member_is_neither_left_out_nor_null(world: Door, name: str) -> None:
    """POST and PUT name what is missing; so does a PATCH that removes it."""
    collection, document = FULL[name]
    id = world.add(f"/v1/{collection}", document)["id"]
    with refusals(world) as refuse:
        for place in REQUIRED[name].split():
            path = path_of(place)
            for method, at_ in (("POST", f"/v1/{collection}"), ("PUT", f"/v1/{collection}/{id}")):
                refuse(422, [place], method, at_, without(document, path))
                refuse(422, [place], method, at_, changed(document, {path: None}))
            if len(path) == 1:
                refuse(422, [place], "PATCH", f"/v1/{collection}/{id}", {place[1:]: None})


def test_an_unknown_member_is_refused_wherever_it_stands(world: Door) -> None:
    """In every object; also under a name that a pointer must escape."""

    with refusals(world) as refuse:
        for name in ("colour", "", "a/b~c", "0", "constructor", "__class__", "model_fields", "status", "from_", "*"):
            for collection, document in FULL.values():
                added = REGISTER[collection].shape.service_members
                places = [(*path, name) for path in closed_objects(document) if path or name not in added]
                bad = changed(document, dict.fromkeys(places, 1))
                refuse(422, [pointer(path) for path in places], "POST", f"/v1/{collection}", bad)
            for value in (1, None):
                refuse(422, [pointer((name,))], "PATCH", "/v1/people/ana", {name: value})


def closed_objects(document: Json) -> list[Steps]:
    """All but the maps of languages."""
    objects = [path for path, value in nodes(document) if isinstance(value, dict)]
    return [path for path in objects if not path or path[-1] not in ("name", "title", "purpose", "note")]


@pytest.mark.parametrize(
    ("name", "place", "nearest"),
    [
        ("agreement", "/titel", "title"),
        ("agreement", "/legal_charakter", "legal_character"),
        ("agreement", "/parties/0/organisation", "organization"),
        ("agreement", "/parties/0/territories/0/exclude", "excluded"),
        ("agreement", "/entry_into_force/conditions", "condition"),
        ("agreement", "/duration/renewel", "renewal"),
        ("clauses", "/duration/1/form", "from"),
        ("agreement", "/relations/0/effectiv", "effective"),
        ("parts", "/signatories/0/capacty", "capacity"),
        ("parts", "/events/0/place/vanue", "venue"),
        ("source", "/sha265", "sha256"),
        ("source", "/citations/0/sourse", "source"),
        ("source", "/citations/0/locator/conformTo", "conformsTo"),
        ("organization", "/valid_form", "valid_from"),
        ("person", "/positions/0/organisation", "organization"),
        ("delegation", "/members/0/rôle", "role"),
        ("delegation", "/sent_bye", "sent_by"),
    ],
)
def test_the_nearest_known_member_is_named(world: Door, name: str, place: str, nearest: str) -> None:
    """So that a slip of the pen is seen at once."""
    collection, document = FULL[name]
    with refusals(world) as refuse:
        errors = refuse(422, [place], "POST", f"/v1/{collection}", changed(document, {path_of(place): "x"}))
        assert f"did you mean {nearest!r}" in errors[place]["detail"]


# Parameters


def operations() -> Iterator[tuple[str, str]]:
    """Every operation that the collections have, and those for whoever keeps the service running."""
    for name in REGISTER:
        yield from ((method, f"/v1/{name}") for method in ("GET", "POST"))
        yield from ((method, f"/v1/{name}/ana") for method in ("GET", "PUT", "PATCH", "DELETE"))
        yield "POST", f"/v1/{name}/ana/restore"
        yield from (("GET", f"/v1/{name}/ana/revisions{version}") for version in ("", "/1"))
    yield from (("GET", f"/v1/agreements/ana/{nested}") for nested in ("signatories", "delegations", "events"))
    yield from (("GET", path) for path in ("/healthz", "/readyz"))


LISTS = [
    *(f"/v1/{name}" for name in REGISTER),
    *(f"/v1/agreements/old-treaty/{nested}" for nested in ("signatories", "delegations", "events")),
]
HISTORIES = ["/v1/people/ana/revisions", "/v1/agreements/old-treaty/revisions"]


def test_an_unknown_parameter_is_refused_everywhere(world: Door) -> None:
    """Those of later capabilities too; a name in another case is another name."""
    with refusals(world) as refuse:
        for method, path in operations():
            refuse(422, ["?colour"], method, f"{path}?colour=blue", {})
            refuse(422, ["?Limit", "?", "?a\0"], method, f"{path}?Limit=1&=1&a%00=1", {})
            refuse(422, ["?status"], method, f"{path}?status", {})
        for name in ("query", "offset", "page", "fields"):
            refuse(422, [f"?{name}"], "GET", "/v1/agreements", params={name: "2021-09-28"})
        for path in (*LISTS, *HISTORIES):
            for name in () if path == "/v1/agreements" else ("status", "on", "certainty", "known_at", "predecessors"):
                refuse(422, [f"?{name}"], "GET", path, params={name: "2021-09-28"})
        refuse(422, ["?on"], "GET", "/v1/agreements/old-treaty", params={"on": "2021-09-28"})


@pytest.mark.parametrize(
    ("path", "name", "nearest"),
    [
        ("/v1/agreements", "limt", "limit"),
        ("/v1/agreements", "signed_form", "signed_from"),
        ("/v1/agreements", "partys", "party"),
        ("/v1/events", "dateto", "date_to"),
        ("/v1/organizations", "Kind", "kind"),
        ("/v1/people/ana/revisions", "curser", "cursor"),
        ("/v1/agreements/old-treaty/events", "sorted", "sort"),
    ],
)
def test_the_nearest_known_parameter_is_named(world: Door, path: str, name: str, nearest: str) -> None:
    """As for members."""
    with refusals(world) as refuse:
        errors = refuse(422, [f"?{name}"], "GET", path, params={name: "1"})
        assert f"did you mean {nearest!r}" in errors[f"?{name}"]["detail"]


def test_a_parameter_stands_once(world: Door) -> None:
    """Except `party`, which may be given again; the same value twice is twice, too."""
    with refusals(world) as refuse:
        for method, path in operations():
            if method in ("POST", "PUT", "PATCH", "DELETE") and not path.endswith("/restore"):
                refuse(422, ["?reason"], method, f"{path}?reason=a&reason=b", {})
        for path in LISTS:
            for twice in ("limit=1&limit=2", "limit=1&limit=1", "cursor=a&cursor=b", "count=true&count=true"):
                refuse(422, ["?" + twice.partition("=")[0]], "GET", f"{path}?{twice}")
            refuse(
                422, ["?sort", "?updated_since"], "GET", f"{path}?sort=id&updated_since=2021&sort=id&updated_since=1"
            )
    assert world.read("/v1/agreements?party=mex&party=rus")["items"]


def test_nul_in_a_parameter_is_refused(world: Door) -> None:
    """In every parameter of every list, in reasons, and in the path."""
    with refusals(world) as refuse:
        for name, collection in REGISTER.items():
            for parameter in (*collection.filters, "sort", "cursor", "limit", "count"):
                refuse(422, [f"?{parameter}"], "GET", f"/v1/{name}?{parameter}=a%00b")
            for method in ("PUT", "PATCH", "DELETE"):
                refuse(422, ["?reason"], method, f"/v1/{name}/ana?reason=a%00b", {})
            refuse(422, ["?id"], "GET", f"/v1/{name}/a%00b")


NO_LIMITS = ["-1", "201", "1000", "5.0", "5.", "%2B5", "+5", "-0", "1_0", "05", "00", "", "%205", "5%20", "5%0A", "0x5"]
NO_LIMITS += [
    "1e2", "NaN", "Infinity", "-Infinity", "1e999", "null", "true", "five", "%D9%A5", "%EF%BC%95", "5,6", "[5]",
]  # fmt: skip
NO_LIMITS += ["4294967296", "9223372036854775808", "99999999999999999999", "9" * 5000]


def test_limit_is_a_whole_number_from_0_to_200(world: Door) -> None:
    """On every list, in ASCII digits without a sign."""
    with refusals(world) as refuse:
        for path in [*LISTS, *HISTORIES]:
            for limit in NO_LIMITS:
                refuse(422, ["?limit"], "GET", f"{path}?limit={limit}")
    for path in LISTS:
        assert world.read(f"{path}?limit=0")["items"] == []
        assert world.get(f"{path}?limit=200").status_code == 200


def test_count_is_true_or_false(world: Door) -> None:
    """Nothing else is taken for one of them."""
    with refusals(world) as refuse:
        for path in LISTS:
            for count in ("", "1", "0", "yes", "on", "t", "True", "TRUE", "true%20", "null"):
                refuse(422, ["?count"], "GET", f"{path}?count={count}")
            refuse(422, ["?count", "?limit"], "GET", f"{path}?count=1&limit=-1")


def test_a_version_is_a_whole_number(world: Door) -> None:
    """From 1, in ASCII digits without a sign; one that the record never had is not found."""
    with refusals(world) as refuse:
        for version in ["0", *NO_LIMITS[3:]]:
            if version:
                refuse(422, ["?version"], "GET", f"/v1/people/ana/revisions/{version}")
        refuse(422, ["?version"], "GET", "/v1/people/ana/revisions/-1")
        for version in ("2", "201", "2147483647"):
            refuse(404, [], "GET", f"/v1/people/ana/revisions/{version}")


def test_an_unknown_order_is_refused(world: Door) -> None:
    """And the known ones are told."""
    with refusals(world) as refuse:
        for path in LISTS:
            for sort in ("", "colour", "ID", "-id", "--updated", "updated,id", "id%20", "sort_day", "seq", "id;--"):
                errors = refuse(422, ["?sort"], "GET", f"{path}?sort={sort}")
                assert "known are" in errors["?sort"]["detail"]
        for path in HISTORIES:
            refuse(422, ["?sort"], "GET", f"{path}?sort=id")


NO_IDS = [
    "", ",", "mex,", ",mex", "mex,,rus", "a_b", "-a", "a-", "a--b", "a b", " mex", "é", "a.b", "a/b", "a'b", "%", "*",
]  # fmt: skip
NO_IDS += ["mex\n", "x" * 101, "mex," + "x" * 101, "null\t"]
NO_WORDS = ["", ",", "treaty,", "a-b", "_a", "a_", "a__b", "a b", " treaty", "é", "x" * 101, "treaty\n", "'"]
NO_PAIRS = ["mex", "mex,rus,fra", "mex;rus", *NO_IDS]
NO_DATES = ["", " ", "2021-13", "2021-02-30", "today", "20210928", "2021-9-1", "2021/2020", "..", "/", "9999-12-31"]
NO_DATES += ["2021-09-28T12:00:00Z", "2021-09-28\n", "+2021", "0000", "2" * 201, "２０２１", "2021?~", "{2021}"]
NO_INSTANTS = [
    "", "2021", "2021-09", "2021-13-01", "2021-02-30", "20210928", "2021-09-28T12:00:00", "2021-09-28T12:00Z",
]  # fmt: skip
NO_INSTANTS += ["2021-09-28T24:00:00Z", "2021-09-28T23:59:60Z", "2021-09-28T12:00:00+25:00", "2021-09-28T12:00:00.Z"]
NO_INSTANTS += [
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0000-01-01", "now", "1632787200", "2021-09-28\n",
]  # fmt: skip
NO_INSTANTS += ["２０２１-09-28", "2021-09-28 12:00:00Z", "2021-09-28T12:00:00.1234567890Z", "-2021-09-28"]
NO_DAYS = ["", " ", "2021", "2021-09", "2021-9-1", "2021-02-30", "2021-13-01", "20210928", "2021-09-28T12:00:00Z"]
NO_DAYS += ["2021-09-28~", "[2021-09-28]", "../2021-09-28", "0000-01-01", "10000-01-01", "-2021-09-28", "today"]
NO_DAYS += ["2021-09-28\n", " 2021-09-28", "２０２１-09-28", "2021-09-28,2021-09-29", "2021-271"]
NO_FLAGS = ["", "1", "0", "yes", "TRUE", "True", "true ", "null"]
NO_IDENTIFIERS = ["", ":", "unts", "unts:", ":1", "a_b:1", " unts:1", "é:1", "unts\n:1", "-:1"]

NO_TEXTS = ["", "x" * 1001]

MALFORMED: Mapping[str, Mapping[str, Sequence[str]]] = {
    name: filters | {"q": NO_TEXTS, "identifier": NO_IDENTIFIERS, "updated_since": NO_INSTANTS}
    for name, filters in {
        "sources": {},
        "organizations": {"kind": NO_WORDS, "state": NO_IDS, "parent": NO_IDS},
        "people": {},
        "agreements": {
            "party": NO_IDS,
            "between": NO_PAIRS,
            "status": NO_WORDS,
            "certainty": NO_WORDS,
            "on": NO_DAYS,
            "known_at": NO_INSTANTS,
            "predecessors": NO_FLAGS,
            "form": NO_WORDS,
            "legal_character": NO_WORDS,
            "subject": NO_WORDS,
            "signed_from": NO_DATES,
            "signed_to": NO_DATES,
            "ground": NO_WORDS,
            "replaced_by": NO_IDS,
            "registered": NO_FLAGS,
            "signatory": NO_IDS,
        },
        "signatories": {"agreement": NO_IDS, "person": NO_IDS, "organization": NO_IDS},
        "events": {
            "kind": NO_WORDS,
            "agreement": NO_IDS,
            "by": NO_IDS,
            "date_from": NO_DATES,
            "date_to": NO_DATES,
            "part_of": NO_IDS,
            "predecessor": NO_IDS,
        },
        "delegations": {"agreement": NO_IDS, "event": NO_IDS, "person": NO_IDS, "organization": NO_IDS},
    }.items()
}


@pytest.mark.parametrize("name", REGISTER)
def test_a_malformed_filter_is_refused(world: Door, name: str) -> None:
    """Every filter that the collection has, also where the list is nested under an agreement."""
    assert MALFORMED[name].keys() == REGISTER[name].filters.keys()
    paths = [f"/v1/{name}", *(path for path in LISTS if path.endswith(f"old-treaty/{name}"))]
    with refusals(world) as refuse:
        for path in paths:
            for parameter, values in MALFORMED[name].items():
                for value in values:
                    refuse(422, [f"?{parameter}"], "GET", path, params={parameter: value})


def test_a_malformed_moment_is_refused(world: Door) -> None:
    """Of one record of every collection, and of the status of an agreement."""
    paths = [("agreements", "old-treaty"), ("people", "ana"), ("organizations", "mex"), ("sources", "press")]
    status = "/v1/agreements/old-treaty/status"
    with refusals(world) as refuse:
        for value in NO_INSTANTS:
            for name, id in paths:
                refuse(422, ["?known_at"], "GET", f"/v1/{name}/{id}", params={"known_at": value})
            refuse(422, ["?known_at"], "GET", status, params={"known_at": value})
        for value in NO_DAYS:
            refuse(422, ["?on"], "GET", status, params={"on": value})


def test_each_malformed_filter_is_named(world: Door) -> None:
    """Not only the first of them."""
    with refusals(world) as refuse:
        refuse(422, ["?signed_from", "?signed_to"], "GET", "/v1/agreements?signed_from=x&signed_to=y")
        refuse(422, ["?party", "?registered"], "GET", "/v1/agreements?party=mex&party=a_b&registered=1")
        refuse(422, ["?sort", "?by"], "GET", "/v1/events?sort=colour&by=a_b")


def test_a_parameter_has_at_most_10_values(world: Door) -> None:
    """As many conditions as an address can hold would stop a database; the same one again is none more."""
    several = [f"party=party-{number}" for number in range(500)]
    with refusals(world) as refuse:
        refuse(422, ["?party"], "GET", "/v1/agreements?" + "&".join(several[:11]))
        refuse(422, ["?party"], "GET", "/v1/agreements?" + "&".join(several))
    assert world.read("/v1/agreements?" + "&".join(several[:10]))["items"] == []
    assert world.read("/v1/agreements?" + "&".join(["party=mex"] * 790))["items"]
    assert world.read("/v1/agreements?party=" + ",".join(["a"] * 3900))["items"] == []


# Dates and durations

BAD_DATES: Sequence[Any] = [
    "", " ", "?", "~", "-", ".", "..", "/", "[", "]", "[]", "[..]", "../..", "/..", "../", "X", "XXXX", "XX21", "2X21",
    "0000", "-0001", "-2021", "+2021", "0000-01-01", "10000", "12021", "Y12021", "21", "202", "2021-", "2021-9",
    "2021-9-1", "2021-09-1", "2021-00", "2021-13", "2021-20", "2021-25", "2021-41", "2021-99", "2021-09-00",
    "2021-09-31", "2021-02-29", "2021-02-30", "1900-02-29", "2100-02-29", "2021-01-32", "2021-W39", "2021-W39-2",
    "2021-271", "20210928", "202109", "2021-09-28-01", "2021-Sep-28", "28.09.2021", "28-09-2021", "28/09/2021",
    "09/28/2021", "2021.09.28", "2021 09 28", "28 September 2021", "septembre 2021", "circa 2021", "c. 2021",
    "2021 AD", "today", "now", "unknown", "null", "None", "NaN", "n/a", "2021-09-28T12:00:00Z", "2021-09-28T12:00",
    "2021-09-28Z", "2021-09-28+02:00", "2021-09-28 12:00", "12:00", "1632787200", "2.021e3", "0x7E5", "2021S2", "P1Y",
    "2021-21-01", " 2021", "2021 ", "2021\n", "\t2021", "2021-09-28\r\n", "2021\u2028", "\u20282021", "\ufeff2021",
    "2021\u200b", "２０２１", "٢٠٢١-٠٩-٢٨", "2021–09–28", "2021−09−28", "2021‑09‑28", "२०२१", "𝟚𝟘𝟚𝟙", "2021/\u0662",
    "MMXXI", "9999-12-31", "1111-11-11", "9999-12-31?", "[2021..9999-12-31]", "[1111-11-11..]", "9999-24", "202x",
    "20xx", "2021-xx", "202X-09", "20XX-09-28", "2021-X9", "2021-1X", "2021-0X", "2021-09-3X", "2021-09-X8",
    "2021-XX-28", "20X1", "202XX", "202*", "202u", "2021-uu", "2021-??", "20?", "?2021", "~2021", "%2021", "2021??",
    "2021?~", "2021~?", "2021%?", "2021?-09", "2021-09~-28", "2021-?09", "2021-09-~28", "2021!", "2021#", "2021$",
    "2021'", "[2021", "2021]", "[2021]]", "[[2021]]", "[2021..2020]", "[2021-09-28..2021-09-26]", "[2021,..2022]",
    "[..2021,2022..,2023]", "[2021,]", "[,2021]", "[2021;2022]", "[2021, 2022]", "[2021/2022]", "[2021...2022]",
    "{2021,2022}", "{2021..2022}", "2021..2022", "2021..", "..2021", "2021,2022", "2021-09-28..30", "[2021]?",
    "[" + "2021," * 50 + "2021]", "2" * 201, "2021-09-28" * 100, '"2021"', "\\2021", "<2021>", "2021;", "';--", "%00",
    {}, {"earliest": "2021-09-28"}, {"earliest": "2021-09-28", "latest": "2021-09-28"},
    *({"edtf": bad} for bad in (None, 2021, 2021.5, True, [], ["2021"], {}, {"edtf": "2021"}, "", "2021-13")),
    ["2021"], ["2021", "2022"], [{"edtf": "2021"}], 20210928, 1632787200.5,
]  # fmt: skip
NOTHING_LASTS = ["2021-09-26/2021-09-28", "2021/2022", "2021-09-26/..", "../2021", "2021/", "/2021", "2021?/2022~"]
ENDS_FIRST = ["2021/2020", "2021-09-28/2021-09-26", "2021-10/2021-09-30", "2022/2021-12-31", "2021/2022/2023", "//"]


def test_a_bad_date_is_refused_wherever_it_stands(world: Door) -> None:
    """As a text, or as the object that the service answers with."""
    with refusals(world) as refuse:
        for bad in [*BAD_DATES, *ENDS_FIRST]:
            for name in ("source", "organization", "person", "agreement", "clauses", "parts"):
                collection, document = FULL[name]
                places = dates(document)
                whole = {path: bad if index % 2 else {"edtf": bad} for index, path in enumerate(places)}
                refuse(422, map(pointer, places), "POST", f"/v1/{collection}", changed(document, whole))


def test_a_date_has_no_other_members(world: Door) -> None:
    """The unknown ones are named at each date."""
    with refusals(world) as refuse:
        for collection, document in FULL.values():
            bad = {path: {"edtf": "2021-09-28", "edtff": 1, "last": "2021-09-28"} for path in dates(document)}
            if bad:
                named = [f"{pointer(path)}/{member}" for path in bad for member in ("edtff", "last")]
                errors = refuse(422, named, "POST", f"/v1/{collection}", changed(document, bad))
                assert any("did you mean 'edtf'?" in error["detail"] for error in errors.values())


def test_only_some_events_last(world: Door) -> None:
    """An interval is no date of anything else, nor of any member but an event's `date`."""

    def dates_of_one_day(document: Json) -> list[Steps]:
        return [path for path in dates(document) if path != ("date",) and (path[0] != "events" or path[-1] != "date")]

    of_one_day = sorted(set(members(EventKind)) - LASTING)
    with refusals(world) as refuse:
        for interval in NOTHING_LASTS:
            refuse_everywhere(refuse, interval, dates_of_one_day)
            refuse_everywhere(refuse, {"edtf": interval}, dates_of_one_day)
            events = [event(kind=kind, date=interval, by="mex", **NEEDED_BY.get(kind, {})) for kind in of_one_day]
            places = [f"/events/{index}/date" for index in range(len(events))]
            refuse(422, places, "POST", "/v1/agreements", agreement(events=events))
        for each in events:
            refuse(422, ["/date"], "POST", "/v1/events", each)


LASTING = {"visit", "meeting", "ceremony", "negotiation", "statement", "other"}
PROLONGING = ("extended", "renewed")
SUCCEEDING = ("succession", "continuity_confirmed")
NEEDED_BY = {kind: {"term": "P1Y"} for kind in PROLONGING}
NEEDED_BY |= {kind: {"predecessor": "rus", "successor": "fra"} for kind in SUCCEEDING}
BAD_DURATIONS = [
    "", " ", "P", "P0D", "P0Y0M0W0D", "P00Y", "5Y", "p5y", "P5y", "P5", "PY", "P-5Y", "-P5Y", "+P5Y", "P+5Y", "P1.5Y",
    "P1,5Y", "P5YT", "PT5H", "P1DT12H", "PT0S", "P5S", "P5H", "P1M1Y", "P1D1W", "P1Y1Y", "P10000Y", "P99999999999D",
    "P 5Y", "P5 Y", " P5Y", "P5Y ", "P5Y\n", "P٥Y", "P５Y", "five years", "5", "P5Y/P6M", "P5Y6", "PXY", "P1Q", "PP5Y",
    "P0005Y0", "P0001-02-03", "R/P5Y", "forever", "null", "None", "Indefinite", "INDEFINITE", "indefinitely",
]  # fmt: skip
DURATIONS: Mapping[tuple[str, str], Sequence[str]] = {
    ("agreement", "/entry_into_force/offset"): ["none", "unknown", "indefinite"],
    ("agreement", "/duration/initial"): ["none"],
    ("agreement", "/duration/renewal_period"): ["none", "unknown", "indefinite"],
    ("agreement", "/duration/notice"): ["indefinite"],
    ("agreement", "/duration/survival"): ["none", "unknown", "indefinite"],
    ("clauses", "/duration/1/initial"): ["none"],
    ("parts", "/events/2/term"): ["none", "unknown", "indefinite"],
}


def test_a_bad_duration_is_refused(world: Door) -> None:
    """Whole years, months, weeks and days, in that order, longer than zero; a word only where it means something."""
    with refusals(world) as refuse:
        for (name, place), words in DURATIONS.items():
            collection, document = FULL[name]
            for bad in [*BAD_DURATIONS, *words]:
                refuse(422, [place], "POST", f"/v1/{collection}", changed(document, {path_of(place): bad}))


# Clauses, sides, spans: what must make sense

EVERY_CONDITION = {"on_signature", "fixed_date", "on_exchange", "on_last_notification", "on_notes"}
EVERY_CONDITION |= {"after_domestic_procedures", "linked_to", "first_of_month", "none", "unknown"}
NEEDED = {"fixed_date": {"date": "2021"}, "linked_to": {"agreement": "old-treaty"}, "first_of_month": {"offset": "P2M"}}


def entry(condition: str, **members: Any) -> Json:
    clause = {"condition": condition, **NEEDED.get(condition, {}), **members}
    return agreement(entry_into_force=clause)


def duration(*clauses: Json) -> Json:
    return agreement(duration=[{"renewal": "none", **clause} for clause in clauses])


def party(side: str, organization: str, **members: Any) -> Json:
    return {"side": side, "organization": organization, **members}


def parties(*parties: Json) -> Json:
    return agreement(parties=list(parties))


A, B = party("a", "mex"), party("b", "rus")
AFTER = {"from": "2021-09-29", "to": "2021-09-28"}
SENSELESS: list[tuple[str, Json, list[str]]] = [
    # the clause on entry into force
    *(
        ("agreements", entry(condition, date="2021"), ["/entry_into_force/date"])
        for condition in sorted(EVERY_CONDITION - {"fixed_date"})
    ),
    *(
        ("agreements", entry(condition, agreement="old-treaty"), ["/entry_into_force/agreement"])
        for condition in sorted(EVERY_CONDITION - {"linked_to"})
    ),
    *(
        ("agreements", entry(condition, anchor="sent"), ["/entry_into_force/anchor"])
        for condition in sorted(EVERY_CONDITION - {"on_last_notification", "after_domestic_procedures"})
    ),
    *(
        ("agreements", agreement(entry_into_force={"condition": condition}), [f"/entry_into_force/{member}"])
        for condition, needed in NEEDED.items()
        for member in needed
    ),
    *(
        ("agreements", entry("first_of_month", offset=offset), ["/entry_into_force/offset"])
        for offset in ("P30D", "P2W", "P1M1D", "P1Y1W")
    ),
    ("agreements", entry("on_signature", awaits=[]), ["/entry_into_force/awaits"]),
    ("agreements", entry("on_signature", awaits=["a", "a"]), ["/entry_into_force/awaits"]),
    ("agreements", entry("on_signature", awaits=["a", "c"]), ["/entry_into_force/awaits/1"]),
    ("agreements", entry("on_signature", awaits="a"), ["/entry_into_force/awaits"]),
    ("agreements", entry("fixed_date", anchor="sent", date="2021-13"), ["/entry_into_force/date"]),
    (
        "agreements",
        entry("on_notes", anchor="sent", date="2021", agreement="old-treaty"),
        ["/entry_into_force/anchor", "/entry_into_force/date", "/entry_into_force/agreement"],
    ),
    # the clause on duration
    ("agreements", agreement(duration=[]), ["/duration"]),
    ("agreements", agreement(duration="P5Y"), ["/duration"]),
    ("agreements", agreement(duration={"renewal": "none", "renewal_period": "P5Y"}), ["/duration/renewal_period"]),
    (
        "agreements",
        agreement(duration={"renewal": "tacit_indefinite", "renewal_period": "P5Y"}),
        ["/duration/renewal_period"],
    ),
    (
        "agreements",
        agreement(duration={"renewal": "none", "notice": "none", "notice_anchor": "any_time"}),
        ["/duration/notice_anchor"],
    ),
    ("agreements", agreement(duration={"renewal": "none", "from": "2021"}), ["/duration/from"]),
    ("agreements", duration({"from": "2021"}, {}), ["/duration/1/from"]),
    ("agreements", duration({"from": "2021"}, {"from": "2021"}), ["/duration/1/from"]),
    ("agreements", duration({"from": "2022"}, {"from": "2021"}), ["/duration/1/from"]),
    (
        "agreements",
        duration({"from": "2021"}, {"from": "2022", "renewal_period": "P1Y"}),
        ["/duration/1/renewal_period"],
    ),
    # sides
    ("agreements", parties(), ["/parties"]),
    ("agreements", parties(A), ["/parties"]),
    ("agreements", parties(A, party("a", "rus")), ["/parties"]),
    ("agreements", parties(party("b", "mex"), B), ["/parties"]),
    ("agreements", parties(A, B, party("c", "fra")), ["/parties/2/side"]),
    ("agreements", parties(A, B, party("A", "fra")), ["/parties/2/side"]),
    ("agreements", parties(A, B, party("", "fra")), ["/parties/2/side"]),
    ("agreements", parties(A, B, party("both", "fra"), party("c", "aem")), ["/parties/2/side", "/parties/3/side"]),
    ("agreements", parties(A, B, party("b", "mex")), ["/parties/2/organization"]),
    ("agreements", parties(A, party("b", "mex")), ["/parties/1/organization"]),
    ("agreements", parties(A, B, party("a", "mex")), ["/parties/2/organization"]),
    ("agreements", parties(A, A, B, B), ["/parties/1/organization", "/parties/3/organization"]),
    ("agreements", parties(A, B, party("a", "mex", **{"from": "2022"})), ["/parties/2/organization"]),
    # signatories
    ("signatories", signatory(agreement="old-treaty", side="c"), ["/side"]),
    ("signatories", signatory(agreement="old-treaty", on_behalf_of="fra"), ["/on_behalf_of"]),
    ("signatories", signatory(agreement="old-treaty", on_behalf_of="rus"), ["/on_behalf_of"]),
    ("signatories", signatory(agreement="old-treaty", side="b", on_behalf_of="mex"), ["/on_behalf_of"]),
    ("signatories", signatory(agreement="old-treaty", on_behalf_of="aem"), ["/on_behalf_of"]),
    ("agreements", dossier(signatories=[signatory(side="c")]), ["/signatories/0/side"]),
    (
        "agreements",
        dossier(signatories=[signatory(), signatory(side="b", on_behalf_of="mex"), signatory(on_behalf_of="fra")]),
        ["/signatories/1/on_behalf_of", "/signatories/2/on_behalf_of"],
    ),
    ("agreements", dossier(signatories=[signatory(agreement="old-treaty")]), ["/signatories/0/agreement"]),
    # events
    *(
        (collection, wrap(event(kind=kind)), [f"{at_}/by"])
        for kind in (
            *("notification_received", "notification_sent", "denunciation_notified", "denunciation_received"),
            *("denunciation_revoked", "domestic_approval", "domestic_law", "domestic_refusal"),
            *("negotiation_authorised", "consent_refused", "signature_confirmed", "objection"),
            *("suspension_invoked", "termination_invoked", "status_disputed"),
        )
        for collection, wrap, at_ in (
            ("events", lambda one: one, ""),
            ("agreements", lambda one: dossier(events=[one]), "/events/0"),
        )
    ),
    *(("events", event(by="mex", side=side), ["/side"]) for side in "ab"),
    ("events", event(side="c"), ["/side"]),
    *(("events", event(kind=kind), ["/until"]) for kind in PROLONGING),
    *(("events", event(kind=kind, until="2030", term="P5Y"), ["/until"]) for kind in PROLONGING),
    *(
        ("events", event(**{member: value}), [f"/{member}"])
        for member, value in {
            "until": "2030",
            "term": "P5Y",
            "ground": "denounced",
            "provisions": ["Art. 1"],
            "predecessor": "mex",
            "successor": "mex",
        }.items()
    ),
    ("events", event(kind="visit", ad_referendum=True), ["/ad_referendum"]),
    ("events", event(agreements=["old-treaty", "old-treaty"]), ["/agreements"]),
    ("events", event(id="itself", part_of="itself"), ["/part_of"]),
    ("events", event(participants=[{"role": "head"}]), ["/participants/0"]),
    ("events", event(participants=[{"role": "head", "count": 3, "capacity": "x"}]), ["/participants/0"]),
    *(
        (
            "events",
            event(participants=[{"role": "head", "delegation": "old-delegation", **other}]),
            ["/participants/0/delegation"],
        )
        for other in ({"person": "ana"}, {"organization": "mex"})
    ),
    # delegations
    ("delegations", {"name": WORDS, "events": [], "members": [{"role": "head"}]}, ["/members/0"]),
    (
        "delegations",
        {"name": WORDS, "events": [], "members": [{"role": "head", "delegation": "old-delegation"}]},
        ["/members/0/delegation"],
    ),
    ("delegations", {"name": WORDS, "events": ["old-visit", "old-visit"], "members": []}, ["/events"]),
    # spans
    ("agreements", parties({**A, **AFTER}, B), ["/parties/0/to"]),
    (
        "agreements",
        parties({**A, "territories": [{"organization": "aem", **AFTER}]}, B),
        ["/parties/0/territories/0/to"],
    ),
    ("agreements", agreement(effects=[{"scope": "tax", **AFTER}]), ["/effects/0/to"]),
    ("agreements", agreement(effects=[{"scope": "tax", "from": "2022", "to": "2021"}]), ["/effects/0/to"]),
    ("organizations", state("zzz", valid_from="2022", valid_to="2021-12-31"), ["/valid_to"]),
    ("organizations", state("zzz", affiliations=[{"state": "mex", **AFTER}]), ["/affiliations/0/to"]),
    ("people", person("zoe", positions=[{"organization": "mex", "title": WORDS, **AFTER}]), ["/positions/0/to"]),
    # what names itself, or what it must not
    ("sources", source("itself", based_on="itself"), ["/based_on"]),
    ("organizations", state("itself", parent="itself"), ["/parent"]),
    ("organizations", state("zzz", state="mex"), ["/state"]),
    ("organizations", {"id": "itself", "name": WORDS, "kind": "agency", "state": "itself"}, ["/state"]),
    (
        "organizations",
        state("itself", predecessors=[{"organization": "itself", "kind": "merger", "from": "2021"}]),
        ["/predecessors/0/organization"],
    ),
    (
        "agreements",
        agreement(id="itself", relations=[{"kind": "related", "agreement": "itself"}]),
        ["/relations/0/agreement"],
    ),
    (
        "agreements",
        agreement(id="itself", entry_into_force={"condition": "linked_to", "agreement": "itself"}),
        ["/entry_into_force/agreement"],
    ),
    # the same twice
    ("agreements", agreement(subjects=["trade", "trade"]), ["/subjects"]),
    ("sources", source("twice", identifiers=IDENTIFIERS * 2), ["/identifiers"]),
]


def test_what_makes_no_sense_is_refused(world: Door) -> None:
    """Alone, by PUT and by PATCH, and among other faults."""
    with refusals(world) as refuse:
        for collection, document, places in SENSELESS:
            refuse(422, places, "POST", f"/v1/{collection}", document)
            if "id" not in document:
                path = f"/v1/{collection}/new"
                refuse(422, places, "PUT", path, document, headers={"If-None-Match": "*"})
        two = dossier(
            parties=[A, party("b", "nowhere"), B, party("a", "rus")],
            relations=[{"kind": "related", "agreement": "nowhere"}],
            events=[event(kind="renewed"), event(by="nobody")],
        )
        places = ["/parties/1/organization", "/parties/3/organization", "/relations/0/agreement"]
        refuse(422, [*places, "/events/0/until", "/events/1/by"], "POST", "/v1/agreements", two)


def test_a_change_that_makes_no_sense_is_refused(world: Door) -> None:
    """The rules hold for what a record becomes, and for what others say of it."""
    id = world.add("/v1/agreements", dossier())["id"]
    signed = f"/v1/signatories/{id}-ana"
    document = world.read(f"/v1/agreements/{id}")
    with refusals(world) as refuse:
        path = f"/v1/agreements/{id}"
        refuse(422, ["/parties"], "PATCH", path, {"parties": [A]})
        refuse(422, ["/parties/2/side"], "PATCH", path, {"parties": [A, B, party("c", "fra")]})
        refuse(422, ["/signatories/1/on_behalf_of"], "PATCH", path, {"parties": [A, party("b", "fra")]})
        refuse(422, ["/signatories/1/on_behalf_of"], "PUT", path, {**document, "parties": [A, party("b", "fra")]})
        refuse(422, ["/relations/0/agreement"], "PATCH", path, {"relations": [{"kind": "amends", "agreement": id}]})
        refuse(422, ["/on_behalf_of"], "PATCH", signed, {"on_behalf_of": "rus"})
        refuse(422, ["/on_behalf_of"], "PATCH", signed, {"side": "b"})
        refuse(422, ["/on_behalf_of"], "PATCH", signed, {"on_behalf_of": "aem"})
        refuse(422, ["/by"], "PATCH", f"/v1/events/{document['events'][1]['id']}", {"by": None})
        refuse(422, ["/state"], "PATCH", "/v1/organizations/mex", {"state": "rus"})
        refuse(422, ["/valid_to"], "PATCH", "/v1/organizations/mex", {"valid_from": "2022", "valid_to": "2021"})


# References


def places_of(kind: str) -> list[tuple[Steps, str]]:
    """Each place where documents of the kind name others, as the full one fills it, and the kind named there."""

    def filled(steps: tuple[str, ...]) -> Steps:
        index = 2 if steps == ("participants", "*", "delegation") else 0
        return tuple(index if step == "*" else step for step in steps)

    return [(filled(steps), named) for steps, named in REFERENCES[kind]]


@pytest.mark.parametrize("kind", REFERENCES)
def test_a_reference_that_dangles_is_refused(world: Door, kind: str) -> None:
    """To what never was and to what was withdrawn, in each place where this kind names others, and however it comes."""
    collection, document = FULL[kind]
    id = world.add(f"/v1/{collection}", document)["id"]
    path = f"/v1/{collection}/{id}"
    with refusals(world) as refuse:
        for place, _ in places_of(kind):
            for nobody in ("nowhere", "gone"):
                bad, pointers = changed(document, {place: nobody}), [pointer(place)]
                refuse(422, pointers, "POST", f"/v1/{collection}", bad)
                refuse(422, pointers, "PUT", path, bad)
                refuse(422, pointers, "PUT", f"/v1/{collection}/new", bad, headers={"If-None-Match": "*"})
                refuse(422, pointers, "PATCH", path, {str(place[0]): bad[str(place[0])]})
        everywhere = {place: "nowhere" for place, _ in places_of(kind)}
        refuse(
            422, [pointer(place) for place in everywhere], "POST", f"/v1/{collection}", changed(document, everywhere)
        )


@pytest.mark.parametrize(("kind", "member"), [("signatory", "signatories"), ("event", "events")])
def test_a_reference_that_dangles_is_refused_inside_a_dossier(world: Door, kind: str, member: str) -> None:
    """With a pointer from the dossier's root."""
    part = FULL[kind][1]
    own = {name: value for name, value in part.items() if name not in ("agreement", "agreements")}
    with refusals(world) as refuse:
        for place, _ in places_of(kind):
            if place[0] not in ("agreement", "agreements"):
                bad = dossier(**{member: [changed(own, {place: "nowhere"})]})
                refuse(422, [f"/{member}/0{pointer(place)}"], "POST", "/v1/agreements", bad)
        named = agreement(id="new", events=[event(agreements=["new", "old-treaty", "nowhere"])])
        refuse(422, ["/events/0/agreements/2"], "POST", "/v1/agreements", named)


STATES = {
    "organization": ["/state", "/affiliations/0/state"],
    "agreement": ["/place/state"],
    "signatory": ["/place/state"],
    "event": ["/place/state"],
}


@pytest.mark.parametrize("kind", STATES)
def test_a_state_is_a_state(world: Door, kind: str) -> None:
    """An agency is none, even where the record names it elsewhere already."""
    collection, document = FULL[kind]
    id = world.add(f"/v1/{collection}", document)["id"]
    with refusals(world) as refuse:
        for place in STATES[kind]:
            bad = changed(document, {path_of(place): "aem"})
            refuse(422, [place], "POST", f"/v1/{collection}", bad)
            refuse(422, [place], "PUT", f"/v1/{collection}/{id}", bad)


@pytest.mark.parametrize("kind", REFERENCES)
def test_what_is_named_is_not_withdrawn(world: Door, kind: str) -> None:
    """The answer lists the records that name it: for each place where this kind names others."""
    collection, document = FULL[kind]
    for number, (path, named) in enumerate(places_of(kind)):
        if (kind, path[0]) in (("signatory", "agreement"), ("event", "agreements")):
            continue  # signatories go along, and events keep the id
        name = next(name for name, each in REGISTER.items() if each.kind == named)
        lonely = f"lonely-{kind}-{number}"
        world.add(f"/v1/{name}", {**GONE[name], "id": lonely})
        changes: dict[Steps, Any] = {path: lonely}
        if path == ("on_behalf_of",):
            changes[("agreement",)] = world.add("/v1/agreements", parties(party("a", lonely), B))["id"]
        id = world.add(f"/v1/{collection}", changed(document, changes))["id"]
        before = newest(world)
        errors = faults_of(world.withdraw(f"/v1/{name}/{lonely}"), 409)
        assert f"named by the {kind} {id!r}" in [error["detail"] for error in errors]
        assert newest(world) == before


# Ids

BAD_IDS = [
    "", " ", "-", "-a", "a-", "a--b", "a_b", "A", "Mex", "MEX", "é", "мех", "墨西哥", "a b", " a", "a ", "a\n", "\ta",
    "a.b",
]  # fmt: skip
BAD_IDS += [
    "a,b", "a;b", "a:b", "a/b", "a\\b", "a'b", 'a"b', "a%20b", "a?b", "a#b", "a&b", "a=b", "a+b", "a*", "*", "..", ".",
]  # fmt: skip
BAD_IDS += [
    "x" * 101, "x" * 10_000, "a\u2011b", "ａ", "ª", "٣", "a\u200d", "a\u0301", "😀", "<b>", "{id}", "$(id)", "a|b",
    "a~b", "a@b",
]  # fmt: skip


@pytest.mark.parametrize("name", ["parts", *REFERENCES])
def test_an_odd_id_is_refused(world: Door, name: str) -> None:
    """Empty, too long, in capitals, in another script: as the record's own, and as one that it names."""
    collection, document = FULL[name]
    own = [(), *((member, 0) for member in ("signatories", "events") if name == "parts")]
    named = [path for path, _ in places_of(name)] if name in REFERENCES else []
    with refusals(world) as refuse:
        for id in BAD_IDS:
            places: list[Steps] = [*((*path, "id") for path in own), *named]
            refuse(
                422,
                [pointer(path) for path in places],
                "POST",
                f"/v1/{collection}",
                changed(document, dict.fromkeys(places, id)),
            )


def test_an_odd_id_in_the_path_is_refused(world: Door) -> None:
    """Whichever operation it is; with a slash in it, or without anything, it is another address."""
    with refusals(world) as refuse:
        for id in BAD_IDS:
            if id not in ("", ".", "..") and "/" not in id and len(quote(id)) < 7000:
                refuse(422, ["?id"], "GET", f"/v1/people/{quote(id, safe='')}")
        for method, path in operations():
            if "/ana" in path:
                for id in ("A", "a_b", "%C3%A9", "a%00", "x" * 101):
                    odd = path.replace("/ana", f"/{id}")
                    refuse(422, ["?id"], method, odd, BODIES.get((method, path)), **OPTIONS.get(method, {}))
        for id in ("", "a%2Fb", "a/b"):
            refuse(404, [], "GET", f"/v1/people/{id}")


OPTIONS: Mapping[str, Json] = {"DELETE": {"params": {"reason": "a test"}}}
BODIES: Mapping[tuple[str, str], Json] = {
    **{("POST", f"/v1/{name}/ana/restore"): {"version": 1, "reason": "a test"} for name in REGISTER},
    **{("PATCH", f"/v1/{name}/ana"): {} for name in REGISTER},
    **{("PUT", f"/v1/{collection}/ana"): FULL[kind][1] for kind, (collection, _) in FULL.items() if kind in REFERENCES},
}


@pytest.mark.parametrize("kind", REFERENCES)
def test_an_id_is_used_once(world: Door, kind: str) -> None:
    """Not again while the record is there, nor after it was withdrawn, and it is never changed."""
    collection, document = FULL[kind]
    path = f"/v1/{collection}/once"
    world.add(f"/v1/{collection}", {"id": "once", **document})
    with refusals(world) as refuse:
        for id in ("once", "gone"):
            refuse(409, ["/id"], "POST", f"/v1/{collection}", {"id": id, **document})
            refuse(409, ["/id"], "POST", f"/v1/{collection}", {"id": id, **GONE[collection]} | {"id": id})
        refuse(412, [], "PUT", path, document, headers={"If-None-Match": "*"})
        refuse(410, [], "PUT", f"/v1/{collection}/gone", document, headers={"If-None-Match": "*"})
        refuse(422, ["/id"], "PUT", path, {"id": "another", **document})
        refuse(422, ["/id"], "PUT", path, {"id": "gone", **document})
        refuse(422, ["/id"], "PUT", f"/v1/{collection}/new", {"id": "once", **document}, headers={"If-None-Match": "*"})
        refuse(422, ["/id"], "PATCH", path, {"id": "another"})


def test_an_id_is_used_once_inside_dossiers_too(world: Door) -> None:
    """Twice in one, or in another dossier; an event that is there already is linked only if it says the same."""
    first = world.add("/v1/agreements", dossier(id="first", events=[event(id="signing")]))
    there = first["signatories"][0]["id"]
    with refusals(world) as refuse:
        for member, part in (("signatories", signatory(id="same")), ("events", event(id="same"))):
            twice = agreement(**{member: [part, part]})
            refuse(409, [f"/{member}/1/id"], "POST", "/v1/agreements", twice)
            gone = agreement(**{member: [{**part, "id": "new"}, {**part, "id": "gone"}]})
            refuse(409, [f"/{member}/1/id"], "POST", "/v1/agreements", gone)
        refuse(409, ["/signatories/0/id"], "POST", "/v1/agreements", agreement(signatories=[signatory(id=there)]))
        for other in (event(id="signing", date="2021-09-29"), event(id="signing", by="mex"), event(id="old-visit")):
            refuse(409, ["/events/0/id"], "POST", "/v1/agreements", agreement(events=[other]))
        twice = agreement(events=[event(id="signing"), event(id="signing")])
        refuse(409, ["/events/1/id"], "POST", "/v1/agreements", twice)
        refuse(409, ["/id"], "POST", "/v1/agreements", dossier(id="first"))
        refuse(409, ["/id"], "POST", "/v1/events", event(id="signing"))


# Preconditions, and what was withdrawn


MALFORMED_TAGS = [
    "", " ", "1", "abc", "1-00000000", "'1-00000000'", '"', '"1-00000000', '1-00000000"', '""1', "W/1", "w/*",
]  # fmt: skip
MALFORMED_TAGS += [
    'W"1"', '"1-00000000" "2-00000000"', '"1-00000000",', ',"1-00000000"', '"1-00000000", 2', "**", '*, "1"',
]  # fmt: skip
MALFORMED_TAGS += ['"1 -00000000"', "null", "<1>", '"1-0000\u00e90000"']


def test_a_change_says_for_which_version_it_is(world: Door) -> None:
    """428 without `If-Match`, 412 if the record is at another version, 422 for what is no tag."""
    world.add("/v1/people", person("versioned"))
    world.patch("/v1/people/versioned", {"name": {"en": "Ana Two"}})
    tag = world.get("/v1/people/versioned").headers["ETag"]
    assert tag.startswith('"2-')
    first = '"1' + tag[2:]
    stale = [first, '"3' + tag[2:], f"W/{tag}", '"2"', '""', '"x"', f'{first}, W/{tag}, "02-00000000"', '"2-0000000"']
    stale += ['"99999999999999999999-00000000"', '"-2-00000000"', '"2-00000000-gzip"', '"2-ABCDEF01"', '"+2-00000000"']
    with refusals(world) as refuse:
        for method, document, options in (
            ("PUT", person("versioned"), {}),
            ("PATCH", {"name": {"en": "Three"}}, {}),
            ("DELETE", None, OPTIONS["DELETE"]),
        ):
            response = world.request(method, "/v1/people/versioned", json=document, **options)
            assert faults_of(response, 428) == []
            for tags in stale:
                refuse(412, [], method, "/v1/people/versioned", document, headers={"If-Match": tags}, **options)
            for tags in MALFORMED_TAGS:
                headers = {"If-Match": tags.encode("latin-1")}
                refuse(422, ["?If-Match"], method, "/v1/people/versioned", document, headers=headers, **options)
            for tags in ("*", tag):
                nobody = PERSON if method == "PUT" else document
                refuse(412, [], method, "/v1/people/nobody", nobody, headers={"If-Match": tags}, **options)
        again = {"version": 1, "reason": "a test"}
        for tags in stale:
            refuse(412, [], "POST", "/v1/people/versioned/restore", again, headers={"If-Match": tags})
        for tags in MALFORMED_TAGS:
            headers = {"If-Match": tags.encode("latin-1")}
            refuse(422, ["?If-Match"], "POST", "/v1/people/versioned/restore", again, headers=headers)


def test_a_put_that_creates_says_so(world: Door) -> None:
    """With `If-None-Match: *` and nothing else."""
    with refusals(world) as refuse:
        for tags in ("", "x", '"1-00000000"', '*, "1-00000000"', "**", 'W/"1-00000000"'):
            for id in ("ana", "new"):
                refuse(422, ["?If-None-Match"], "PUT", f"/v1/people/{id}", PERSON, headers={"If-None-Match": tags})
        both = {"If-None-Match": "*", "If-Match": "*"}
        refuse(422, ["?If-None-Match"], "PUT", "/v1/people/new", PERSON, headers=both)
        refuse(412, [], "PUT", "/v1/people/ana", PERSON, headers={"If-None-Match": "*"})
        assert faults_of(world.request("PUT", "/v1/people/new", json=PERSON), 428) == []


PERSON: Json = {"name": {"en": "Somebody"}}


@pytest.mark.parametrize("kind", REFERENCES)
def test_what_was_withdrawn_is_gone(world: Door, kind: str) -> None:
    """410 for reading and changing it; its history stays."""
    collection, document = FULL[kind]
    path = f"/v1/{collection}/gone"
    with refusals(world) as refuse:
        refuse(410, [], "GET", path)
        refuse(410, [], "PUT", path, document)
        refuse(410, [], "PATCH", path, {})
        refuse(410, [], "PATCH", path, {"nonsense": 1})
        refuse(410, [], "DELETE", path, **OPTIONS["DELETE"])
        for tags in ('"1-00000000"', '"2-00000000"'):
            refuse(410, [], "PATCH", path, {}, headers={"If-Match": tags})
        for nested in ("signatories", "delegations", "events") if collection == "agreements" else ():
            refuse(410, [], "GET", f"{path}/{nested}")
    assert [each["op"] for each in world.read(f"{path}/revisions")["items"]] == ["created", "withdrawn"]
    assert all(item["id"] != "gone" for item in world.items(f"/v1/{collection}"))


def test_what_never_was_is_not_found(world: Door) -> None:
    """404 for reading and restoring it; a condition on it fails."""
    with refusals(world) as refuse:
        for name in REGISTER:
            for below in ("", "/revisions", "/revisions/1"):
                refuse(404, [], "GET", f"/v1/{name}/nobody{below}")
            refuse(404, [], "POST", f"/v1/{name}/nobody/restore", {"version": 1, "reason": "a test"})
        for nested in ("signatories", "delegations", "events"):
            refuse(404, [], "GET", f"/v1/agreements/nobody/{nested}")


def test_withdrawing_needs_a_reason(world: Door) -> None:
    """Of 1 to 1,000 characters that say something; a reason for another change may be left out, but not be empty."""
    too_long = "x" * 1001
    with refusals(world) as refuse:
        refuse(422, ["?reason"], "DELETE", "/v1/people/ana")
        for reason in ("", " ", "\t\n", "\u00a0", "\u2003", too_long):
            refuse(422, ["?reason"], "DELETE", "/v1/people/ana", params={"reason": reason})
            refuse(422, ["?reason"], "POST", "/v1/people", PERSON, params={"reason": reason})
            refuse(422, ["?reason"], "PUT", "/v1/people/ana", PERSON, params={"reason": reason})
            refuse(422, ["?reason"], "PATCH", "/v1/people/ana", PERSON, params={"reason": reason})
        no_reasons: Sequence[Any] = ("", " ", "\t\n", 1, True, None, [], {})
        for bad in no_reasons:
            refuse(422, ["/reason"], "POST", "/v1/people/ana/restore", {"version": 1, "reason": bad})
        refuse(422, ["/reason"], "POST", "/v1/people/ana/restore", {"version": 1})
        refuse(422, ["/version"], "POST", "/v1/people/ana/restore", {"reason": "a test"})
        refuse(422, ["/verison", "/version"], "POST", "/v1/people/ana/restore", {"verison": 1, "reason": "a test"})


def test_a_version_that_never_was_is_not_restored(world: Door) -> None:
    """Nor one that names what is gone by now."""
    world.add("/v1/sources", source("ends-soon"))
    world.add("/v1/sources", source("changes-soon", based_on="ends-soon"))
    world.patch("/v1/sources/changes-soon", {"based_on": None})
    assert world.withdraw("/v1/sources/ends-soon").status_code == 204
    with refusals(world) as refuse:
        for version in (2, 3, 99, 2**31 - 1):
            refuse(422, ["/version"], "POST", "/v1/people/boris/restore", {"version": version, "reason": "a test"})
        refuse(422, ["/version"], "POST", "/v1/people/gone/restore", {"version": 3, "reason": "a test"})
        again = {"version": 1, "reason": "a test"}
        refuse(422, ["/based_on"], "POST", "/v1/sources/changes-soon/restore", again)


# Cursors


FIRST_PAGES = [
    "/v1/organizations?limit=1",
    "/v1/organizations?limit=1&sort=updated",
    "/v1/organizations?limit=1&kind=state&sort=-updated",
    "/v1/agreements?limit=1",
    "/v1/agreements?limit=1&party=mex&sort=-signed",
    "/v1/agreements/signed-0/events?limit=1",
    "/v1/people/paged/revisions?limit=1",
]
OTHER_PAGES = [
    *FIRST_PAGES,
    "/v1/organizations?sort=id&kind=state",
    "/v1/organizations?kind=state,agency&sort=-updated",
    "/v1/agreements?party=rus&sort=-signed",
    "/v1/agreements?party=mex&party=mex&sort=-signed",
    "/v1/agreements?sort=-signed",
    "/v1/agreements/signed-1/events",
    "/v1/events?agreement=signed-1",
    "/v1/people",
    "/v1/people?sort=updated",
    "/v1/people/boris/revisions",
    "/v1/organizations/mex/revisions",
]


@pytest.fixture(scope="module")
def cursors(world: Door) -> dict[str, str]:
    """Enough for a second page of each list, and the cursor that each first page ends with."""
    world.add("/v1/people", person("paged"))
    for number in range(2):
        events = [event(date=f"202{day}-01-01") for day in range(3)]
        world.add("/v1/agreements", agreement(id=f"signed-{number}", signed=f"202{number}", events=events))
        assert world.patch("/v1/people/paged", {"name": {"en": f"Name {number}"}}).status_code == 200
    return {path: world.read(path)["next"] for path in FIRST_PAGES}


def with_cursor(path: str, cursor: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}cursor={quote(cursor, safe='')}"


def test_a_cursor_with_any_character_changed_is_refused(world: Door, cursors: dict[str, str]) -> None:
    """Or left out, or added: none of them is the one that was handed out."""
    with refusals(world) as refuse:
        for path in ("/v1/agreements?limit=1", "/v1/people/paged/revisions?limit=1"):
            cursor = cursors[path]
            assert world.get(with_cursor(path, cursor)).status_code == 200
            for index, character in enumerate(cursor):
                following = BASE64[(BASE64.index(character) + 1) % 64]
                for other in (following, ""):
                    tampered = cursor[:index] + other + cursor[index + 1 :]
                    refuse(422, ["?cursor"], "GET", with_cursor(path, tampered))
            for tampered in (
                cursor + "=",
                cursor + "==",
                cursor + "A",
                cursor + "\n",
                " " + cursor,
                cursor + "é",
                cursor * 2,
            ):
                refuse(422, ["?cursor"], "GET", with_cursor(path, tampered))


BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def test_a_cursor_belongs_to_its_list(world: Door, cursors: dict[str, str]) -> None:
    """With its filters and its order; only the number of records on a page may change."""
    with refusals(world) as refuse:
        for path, cursor in cursors.items():
            for other in OTHER_PAGES:
                if other != path:
                    refuse(422, ["?cursor"], "GET", with_cursor(other, cursor))
    for path, cursor in cursors.items():
        assert world.get(with_cursor(path, cursor).replace("limit=1", "limit=2")).status_code == 200


NO_CURSORS = [
    b"", b"nonsense", b"\xff\xfe", b"\0", b"[]", b"{}", b"null", b"1", b'"x"', b"true", b"NaN", b"[" * 1400,
    b'{"a":' * 280, b'{"digest": "0123456789abcdef"}', b'{"digest": {}, "sort": {}}', b"9" * 1400, b'{"digest": 1} {}',
    b'{"sort":"id","value":"mex","id":"mex","on":"2021-09-28","seq":1}',
    b'{"sort":"id","value":"mex","id":"mex","on":"2021-09-28","seq":1,"digest":"0123456789abcdef"}',
    b'{"sort":"id","value":"mex","id":"mex","on":"2021-09-28","seq":1,"more":1,"digest":"0123456789abcdef"}',
    b'{"sort":"id","value":"\\ud800","id":"mex","on":"2021-09-28","seq":1,"digest":"0123456789abcdef"}',
]  # fmt: skip


def test_a_cursor_that_was_made_up_is_refused(world: Door, cursors: dict[str, str]) -> None:
    """Nonsense in Base64 and out of it, empty, huge."""
    made_up = [base64.urlsafe_b64encode(text).decode().rstrip("=") for text in NO_CURSORS]
    made_up += ["null", "0", "-1", "1", "50", "A", "====", "next", "../..", "' OR 1=1 --", "é", "x" * 2001, "x" * 7000]
    with refusals(world) as refuse:
        for path in FIRST_PAGES:
            for cursor in made_up:
                refuse(422, ["?cursor"], "GET", with_cursor(path, cursor))


ODD: Sequence[Any] = (None, True, -1, 1.5, 2**63, "", "\n", "é", "\ud800", "x" * 300, [], {}, ["id"], {"id": 1})
FORGED: list[tuple[str, Json]] = [
    *((path, {member: odd}) for path in FIRST_PAGES for member in ("sort", "value", "id", "on", "seq") for odd in ODD),
    ("/v1/organizations?limit=1", {"value": 5}),
    ("/v1/organizations?limit=1", {"sort": "updated", "value": 5}),
    ("/v1/organizations?limit=1&sort=updated", {"value": "5"}),
    ("/v1/organizations?limit=1&sort=updated", {"sort": "id", "value": "mex"}),
    ("/v1/organizations?limit=1&kind=state&sort=-updated", {"sort": "updated"}),
    ("/v1/agreements?limit=1", {"value": 5}),
    ("/v1/agreements?limit=1", {"sort": "seq", "value": 5}),
    ("/v1/agreements?limit=1", {"sort": "-signed"}),
    ("/v1/agreements?limit=1", {"sort": "nonsense"}),
    ("/v1/agreements?limit=1", {"on": "tomorrow"}),
    ("/v1/agreements?limit=1", {"on": "2021-02-30"}),
    ("/v1/people/paged/revisions?limit=1", {"sort": "id", "value": "mex"}),
    ("/v1/people/paged/revisions?limit=1", {"value": "1"}),
    ("/v1/people/paged/revisions?limit=1", {"value": 1.0}),
]


def test_a_cursor_that_was_forged_is_refused(world: Door, cursors: dict[str, str]) -> None:
    """Its digest is no secret: whoever makes one for a changed cursor gets no further, and no database stumbles."""
    scopes = {path: scope_of(world, path, cursor) for path, cursor in cursors.items()}
    with refusals(world) as refuse:
        for path, changes in FORGED:
            if sealed := seal(opened(cursors[path]) | changes, scopes[path]):
                refuse(422, ["?cursor"], "GET", with_cursor(path, sealed))


def opened(cursor: str) -> Json:
    members: Json = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    return members


def seal(cursor: Json, scope: str) -> str:
    """The cursor with the digest that the service would give it."""
    cursor.pop("digest", None)
    digest = hashlib.sha256(f"{scope}\n{text_of(cursor)}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
    sealed = json.dumps(cursor | {"digest": digest}, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def scope_of(door: Door, path: str, cursor: str) -> str:
    """What the digest covers beside the cursor; the proof is that sealing with it gives the same cursor."""
    url = httpx.URL(path)
    name = url.path.split("/")[-1]
    if name == "revisions":
        scope: Json = {"list": url.path.removeprefix("/v1/")}
    else:
        sort = opened(cursor)["sort"]
        filters = {name: url.params.get_list(name) for name in sorted(url.params) if name not in ("limit", "sort")}
        nested = {"agreement": [url.path.split("/")[-2]]} if url.path.count("/") > 2 else {}
        scope = {"list": name, "sort": sort, "filters": nested | filters}
    assert seal(opened(cursor), text_of(scope)) == cursor
    return text_of(scope)


# Citations


def cites(field: Any, **members: Any) -> Json:
    return {"field": field, "source": "press", "stance": "supports", **members}


LEADS_NOWHERE = [
    "/nothing", "/titel", "/title/xx", "/title/en/x", "/signed/x", "/signed/edtf/x", "/parties/2", "/parties/-1",
]  # fmt: skip
LEADS_NOWHERE += ["/parties/aem", "/parties/mex/x", "/parties/mex/side/a", "/parties/-", "/parties/+1", "/parties/1.0"]
LEADS_NOWHERE += ["/parties/00", "/parties/01", "/parties/ 1", "/parties/٠", "/parties/" + "9" * 900, "/subjects/trad"]
LEADS_NOWHERE += [
    "/",
    "//",
    "/title/",
    "/parties/",
    "/signatories",
    "/signatories/0",
    "/signatories/cited-signer",
    "/events",
]
LEADS_NOWHERE += [
    "/signatories/cited-signer/capacity",
    "/events/0",
    "/events/cited-signing/date",
    "/citations",
    "/citations/0",
]
LEADS_NOWHERE += [
    "/citations/0/source", "/meta", "/meta/version", "/duration", "/Title", "/TITLE/en", "/title~1en", "/*",
]  # fmt: skip
NO_POINTERS: Sequence[Any] = (
    "title", "#/title", " /title", "title/en", "$.title", "/~", "/a~", "/~2", "/title~x", "x" * 1001,
)  # fmt: skip
NO_POINTERS = [*NO_POINTERS, "/" + "x" * 1000, None, 5, True, ["title"], {}]


def test_a_citation_leads_somewhere(world: Door) -> None:
    """Into its own record: a citation on a signatory or an event stands there."""
    signers = [signatory(id="cited-signer")]
    cited = dossier(id="cited", signatories=signers, events=[event(id="cited-signing")])
    world.add("/v1/agreements", cited)
    with refusals(world) as refuse:
        for field in [*LEADS_NOWHERE, *NO_POINTERS]:
            lists = [cites(""), cites(field)]
            new = dossier(signatories=[signatory(citations=lists)], events=[event(citations=lists)], citations=lists)
            places = ["/citations/1/field", "/signatories/0/citations/1/field", "/events/0/citations/1/field"]
            refuse(422, places, "POST", "/v1/agreements", new)
            refuse(422, ["/citations/1/field"], "PATCH", "/v1/agreements/cited", {"citations": lists})
            refuse(422, ["/citations/1/field"], "PUT", "/v1/agreements/cited", agreement(citations=lists))
            refuse(422, ["/citations/1/field"], "PATCH", "/v1/signatories/cited-signer", {"citations": lists})
        bad = [cites("/parties/9"), cites("/title/en"), cites("/citations/1")]
        places = ["/citations/0/field", "/citations/2/field"]
        refuse(422, places, "PATCH", "/v1/agreements/cited", {"citations": bad})


CLAIMS: list[tuple[str, str, Sequence[Any]]] = [
    ("agreement", "/signed", ["2021-13", "", 2021, True, [], {}, {"edtf": "x"}, "2021-09-26/2021-09-28"]),
    ("agreement", "/title", ["Treaty", {}, {"en": ""}, {"en": 5}, {"e": "x"}, [], 5]),
    ("agreement", "/title/en", ["", " ", 5, True, ["x"], {"en": "x"}]),
    ("agreement", "/form", ["contract", "", 5, ["treaty"]]),
    ("agreement", "/subjects", ["trade", ["A B"], [5], ["trade", "trade"], {}]),
    ("agreement", "/subjects/0", ["A B", "", 5, ["trade"]]),
    ("agreement", "/parties", [[], "mex", [{"side": "a", "organization": "mex"}], {}, [5, 6]]),
    ("agreement", "/parties/mex", ["mex", {}, {"side": "c", "organization": "mex"}, [], {**A, "colour": 1}]),
    ("agreement", "/parties/mex/side", ["c", "A", 5, ["a"]]),
    ("agreement", "/parties/mex/organization", ["No Id", "", 5, {}]),
    ("agreement", "/parties/mex/territories/aem/excluded", ["true", 1, 0, "yes", "on", [], 1.0]),
    ("agreement", "/place", ["Mexico City", {}, {"name": "x", "town": "y"}, []]),
    ("agreement", "/place/state", ["No Id", 5]),
    ("agreement", "/duration", ["P5Y", [], {}, {"renewal": "never"}, 5]),
    ("agreement", "/duration/initial", ["5 years", "P0D", 5, "none", "PT5H"]),
    ("agreement", "/duration/notice", ["indefinite", 6, "6M"]),
    ("agreement", "/entry_into_force", ["on_signature", {}, {"condition": "x"}]),
    ("agreement", "/entry_into_force/condition", ["x", 5]),
    ("agreement", "/entry_into_force/awaits", ["a", [], ["c"], ["a", "a"]]),
    ("agreement", "/effects/0/from", ["2021-13", 5]),
    ("agreement", "/identifiers/unts/value", ["", 5]),
    ("agreement", "/languages/es/authentic", ["true", 1, "no"]),
    ("clauses", "/duration/0/from", ["2021-13", 5]),
    ("clauses", "/duration/1/notice", ["indefinite", 5]),
    ("signatory", "/ad_referendum", ["true", 1, 0, "yes", []]),
    ("signatory", "/full_powers/date", ["2021-13"]),
    ("signatory", "/side", ["c", 1]),
    ("event", "/date", ["2021-13", 5, ""]),
    ("event", "/kind", ["x", 5]),
    ("event", "/agreements", ["old-treaty", ["No Id"], [5]]),
    ("event", "/participants/0/count", ["1", 1.0, 1.5, True, 0, -1, 2**31, [1]]),
    ("delegation", "/members/aem/role", ["x", 5]),
    ("delegation", "/members/0/count", ["1", 2.0, False, 10**7]),
    ("organization", "/kind", ["x", 5]),
    ("organization", "/predecessors/0/from", ["x"]),
    ("person", "/positions/aem/title", ["Minister", {}, {"en": 5}]),
    ("source", "/url", ["example.org", "", 5, "ftp://example.org/", "http:// "]),
    ("source", "/sha256", ["0" * 63, "G" * 64, 5]),
    ("source", "/language", ["french language", "f", 5]),
]


def test_what_a_source_claims_is_of_the_fields_type(world: Door) -> None:
    """As strictly as the field itself: nothing is coerced here either."""
    with refusals(world) as refuse:
        for name, field, values in CLAIMS:
            collection, document = FULL[name]
            for value in values:
                claimed = document | {"citations": [cites(""), cites(field, value=value)]}
                refuse(422, ["/citations/1/value"], "POST", f"/v1/{collection}", claimed)


def test_one_claim_is_preferred_and_says_why(world: Door) -> None:
    """At most one on each field, however the field is addressed."""
    why = {"preferred": True, "reason": "It is the depositary's."}

    def cited(*citations: Json) -> Json:
        return {**AGREEMENT, "citations": list(citations)}

    with refusals(world) as refuse:
        for places, document in [
            (["/citations/0/reason"], cited(cites("/signed", preferred=True))),
            (["/citations/0/reason"], cited(cites("/signed", preferred=True, reason=""))),
            (["/citations/0/reason"], cited(cites("/signed", preferred=True, reason=" "))),
            (["/citations/0/preferred"], cited(cites("/signed", preferred="true", reason="x"))),
            (["/citations/0/preferred"], cited(cites("/signed", preferred=1, reason="x"))),
            (["/citations/0/stance"], cited(cites("/signed", stance="doubts"))),
            (["/citations/1/preferred"], cited(cites("/signed", **why), cites("/signed", **why))),
            (["/citations/2/preferred"], cited(cites("", **why), cites("/title"), cites("", **why))),
            (["/citations/1/preferred"], cited(cites("/parties/0", **why), cites("/parties/mex", **why))),
            (
                ["/citations/1/reason", "/citations/1/preferred"],
                cited(cites("/title", **why), cites("/title", preferred=True)),
            ),
        ]:
            refuse(422, places, "POST", "/v1/agreements", document)


def test_a_bad_citation_is_named_where_it_was_sent(world: Door) -> None:
    """Also where another one before it goes with the member that it cited."""
    sent = [cites("/place"), cites("/signed")]
    world.add("/v1/agreements", agreement(id="cited-too", place=PLACE, signed="2021", citations=sent))
    with refusals(world) as refuse:
        nothing, nowhere = cites("/nothing"), cites("/signed", source="nowhere")
        path, places = "/v1/agreements/cited-too", ["/citations/2/field", "/citations/3/source"]
        refuse(422, places[:1], "PATCH", path, {"place": None, "citations": [*sent, nothing]})
        refuse(422, places, "PATCH", path, {"place": None, "citations": [*sent, nothing, nowhere]})


# Texts

BAD_TAGS = [
    "", " ", "e", "1", "en_US", "en-", "-en", "en--US", "en-abcdefghi", "abcdefghi", "é", "en US", "en,fr", "*",
    "en\n",
]  # fmt: skip
BAD_TAGS += [
    "x-private", "i-klingon", "english!", "en/US", "en~US", "en-" + "-".join(["abcdefgh"] * 5), "рус", "１２", "en;q=1",
]  # fmt: skip


def test_a_language_has_a_tag(world: Door) -> None:
    """BCP 47, in every map of languages, in the languages of an agreement, in that of a source."""
    maps = ("name", "title", "purpose", "note")
    with refusals(world) as refuse:
        for tag in BAD_TAGS:
            for collection, document in FULL.values():
                objects = [path for path, value in nodes(document) if isinstance(value, dict) and path]
                places: list[Steps] = [(*path, tag) for path in objects if path[-1] in maps]
                places += [path for path in strings(document) if path[-1] in ("tag", "language")]
                if places:
                    changes = {path: tag if path[-1] in ("tag", "language") else "x" for path in places}
                    bad = changed(document, changes)
                    refuse(422, [pointer(path) for path in places], "POST", f"/v1/{collection}", bad)


def test_a_map_of_languages_is_not_empty(world: Door) -> None:
    """A name in no language is no name."""
    with refusals(world) as refuse:
        for name, place in [
            ("organization", "/name"),
            ("person", "/name"),
            ("person", "/positions/0/title"),
            ("agreement", "/title"),
            ("event", "/title"),
            ("event", "/note"),
            ("delegation", "/name"),
            ("delegation", "/purpose"),
        ]:
            collection, document = FULL[name]
            empties: Sequence[Any] = ({}, [], None, "Somebody", {"en": {}}, {"en": ["Somebody"]})
            for empty in empties:
                places = [f"{place}/en"] if empty and isinstance(empty, dict) else [place]
                refuse(422, places, "POST", f"/v1/{collection}", changed(document, {path_of(place): empty}))


def test_a_text_says_something(world: Door) -> None:
    """Neither empty nor blank, in whatever white space."""

    def but_pointers(document: Json) -> list[Steps]:
        """An empty pointer means the whole record."""
        return [path for path in strings(document) if path[-1] != "field"]

    with refusals(world) as refuse:
        refuse_everywhere(refuse, "", but_pointers)
        for blank in (" ", "   ", "\t", "\n", "\r\n", "\u00a0", "\u2003", "\u3000", " \u2028 "):
            refuse_everywhere(refuse, blank, strings)


def test_an_address_is_one_of_the_web(world: Door) -> None:
    """And the digest of a text is 64 hexadecimal digits in lower case."""
    addresses = [
        "example.org",
        "//example.org",
        "/path",
        "ftp://example.org/",
        "javascript:alert(1)",
        "data:,x",
        "http://",
    ]
    addresses += [
        "https:// example.org",
        "https://example.org/\n",
        "https://example.org/a b",
        "HTTPS",
        "https://" + "x" * 2000,
    ]
    digests = ["0" * 63, "0" * 65, "g" * 64, "A" * 64, "0x" + "0" * 62, "0" * 64 + "\n", "sha256:" + "0" * 57]
    with refusals(world) as refuse:
        for url in addresses:
            refuse(422, ["/url"], "POST", "/v1/sources", source("new", url=url))
        for sha256 in digests:
            refuse(422, ["/sha256"], "POST", "/v1/sources", source("new", sha256=sha256))


# Dossiers


def test_a_dossier_has_at_most_500_events(door: Door) -> None:
    """Whether they come at once or one by one."""
    populate(door)
    many = [event(date=f"{year}") for year in range(1500, 2000)]
    id = door.add("/v1/agreements", agreement(events=many))["id"]
    apart = door.add("/v1/events", event())["id"]
    with refusals(door) as refuse:
        refuse(422, ["/events"], "POST", "/v1/agreements", agreement(events=[*many, event()]))
        refuse(422, ["/agreements/0"], "POST", "/v1/events", event(agreements=[id]))
        refuse(422, ["/agreements/0"], "PATCH", f"/v1/events/{apart}", {"agreements": [id]})


def test_parts_of_a_dossier_are_not_changed_through_it(world: Door) -> None:
    """Signatories and events have collections of their own; what is sent back unchanged is ignored."""
    world.add("/v1/agreements", dossier(id="whole"))
    whole = world.read("/v1/agreements/whole")
    path = "/v1/agreements/whole"
    for unchanged in (whole, {**whole, "signatories": whole["signatories"][::-1], "events": whole["events"][::-1]}):
        assert world.put(path, unchanged).status_code == 200
    assert world.read(path) == whole
    signers, events = whole["signatories"], whole["events"]
    with refusals(world) as refuse:
        for member, parts in [
            ("signatories", []),
            ("signatories", signers[:1]),
            ("signatories", [*signers, signatory(person="ana")]),
            ("signatories", [*signers, signers[0]]),
            ("signatories", [{**signers[0], "capacity": "Minister"}, signers[1]]),
            ("signatories", [{**signers[0], "id": "another"}, signers[1]]),
            ("signatories", [{**signers[0], "agreement": "old-treaty"}, signers[1]]),
            ("signatories", [{**signers[0], "signed": "2021-09-28"}, signers[1]]),
            ("signatories", [without(signers[0], ("id",)), signers[1]]),
            ("events", []),
            ("events", events[1:]),
            ("events", [*events, event()]),
            ("events", [*events, events[0]]),
            ("events", [{**events[0], "date": "2021-09-29"}, *events[1:]]),
            ("events", [{**events[0], "id": "another"}, *events[1:]]),
            ("events", [{**events[0], "agreements": ["whole", "old-treaty"]}, *events[1:]]),
            ("events", [{**events[0], "note": WORDS}, *events[1:]]),
        ]:
            refuse(422, [f"/{member}"], "PUT", path, {**whole, member: parts})
            refuse(422, [f"/{member}"], "PATCH", path, {member: parts})
        for member in ("signatories", "events"):
            refuse(422, [f"/{member}"], "PUT", path, {**whole, member: None})
            refuse(422, [f"/{member}"], "PATCH", path, {member: None})
            refuse(422, [f"/{member}/0/colour"], "PATCH", path, {member: [{**whole[member][0], "colour": 1}]})
        changes: Json = {"signatories": [], "events": []}
        refuse(422, ["/signatories", "/events"], "PATCH", path, changes)


def test_one_bad_part_keeps_the_whole_dossier_out(world: Door) -> None:
    """Nothing of it is written, neither what is good nor what stands before the fault."""
    parts = [signatory(id="never-1"), signatory(id="never-2", person="nobody")]
    with refusals(world) as refuse:
        refuse(422, ["/signatories/1/person"], "POST", "/v1/agreements", dossier(id="never", signatories=parts))
        refuse(404, [], "GET", "/v1/agreements/never")
        refuse(404, [], "GET", "/v1/signatories/never-1")


def test_the_seed_is_not_harmed(seeded: Door) -> None:
    """What was sent with the seed's own documents is refused as elsewhere."""
    agreement_ = seeded.read("/v1/agreements")["items"][0]
    text = text_of(agreement_)
    path = f"/v1/agreements/{agreement_['id']}"
    with refusals(seeded) as refuse:
        refuse(409, ["/id"], "POST", "/v1/agreements", agreement_)
        refuse(
            422,
            ["/parties/2/side"],
            "PUT",
            path,
            {**agreement_, "parties": [*agreement_["parties"], party("c", "fra")]},
        )
        refuse(412, [], "PUT", path, agreement_, headers={"If-Match": '"999999-00000000"'})
        for collection in ("organizations", "people", "sources"):
            named = [item["id"] for item in seeded.items(f"/v1/{collection}") if f'"{item["id"]}"' in text]
            assert named
            for id in named:
                refuse(409, [""], "DELETE", f"/v1/{collection}/{id}", **OPTIONS["DELETE"])
