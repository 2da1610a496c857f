"""Naughty strings in every text member of every body and in every parameter: kept as they were sent, or refused.

The strings are in tests/naughty.json; the places are those of the OpenAPI document. A document holds one string in
all its places at once; what the answer names is put right, until the rest is accepted: so every place sees every
string, and is named where it is refused. All pairs of place and string on both databases would take too long, so
they take turns: each pair is posted to one of them; to the other every eighth is sent by PUT and every eighth by
PATCH, which take the same documents. A parameter, too, sees each string on one of the two, and operations that are
made alike for all collections take the strings in turn.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import pytest

from api.main import create_app
from api.settings import Settings
from db.members import ID_PATTERN
from db.register import REGISTER
from tests.api.test_random_documents import as_written, assert_kept, own
from tests.api.test_refusals import (
    EVENTS,
    FULL,
    Steps,
    at,
    changed,
    dates,
    faults_of,
    place_of,
    pointer,
    populate_for_full,
    send,
)
from tests.contract import FORM, ends
from tests.door import ADMIN_KEY, Door, listed
from tests.factories import Json, agreement, event, person, signatory, source, state

Places = list["Place"]
T = TypeVar("T")

# The strings


def strings() -> list[str]:
    """All of them; long ones are written as what is repeated."""
    groups = json.loads((Path(__file__).parents[1] / "naughty.json").read_text(encoding="ascii"))
    each = [one for group in groups.values() for one in group]
    return [one if isinstance(one, str) else one.get("begins", "") + one["repeat"] * one["times"] for one in each]


NAUGHTY = list(enumerate(strings()))
Naughty = list[tuple[int, str]]
CHUNKS = 4


def dealt(chunks: int) -> pytest.MarkDecorator:
    """The strings are dealt to so many tests, which run side by side."""
    hands: list[Naughty] = [NAUGHTY[number::chunks] for number in range(chunks)]
    return pytest.mark.parametrize("naughty", hands, ids=range(chunks))


LIMITS = Settings(admin_key=ADMIN_KEY)


def is_turn_of(door: Door, *numbers: int) -> bool:
    """Whether this database's turn it is; if not, it is the other's."""
    database: str = door.app.state.engine.dialect.name
    return (sum(numbers) + (database == "sqlite")) % 2 == 0


# What the contract says of a text


@cache
def contract() -> Json:
    """The OpenAPI document."""
    return create_app(LIMITS).openapi()


HALF = re.compile("[\ud800-\udfff]")
"""Half of a surrogate pair, which no encoding can say."""
BLANK = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff"
"""What Unicode, ECMA or Python calls blank, for a class in a pattern."""


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of the contract: blank is what somebody calls so, an end is the very end, digits are ASCII."""
    ours = f"[^{BLANK}]" if pattern == r"\S" else pattern.replace(r"[^\s]", f"[^{BLANK}]")
    return re.compile(re.sub(r"\$(?=\)?$)", r"\\Z", ours), re.ASCII)


def is_keepable(text: str) -> bool:
    """What DESIGN lets any text be: no NUL, no half of a surrogate pair, no more than 10,000 characters."""
    return "\0" not in text and len(text) <= LIMITS.max_string and not HALF.search(text)


def fits(schema: Json, text: str) -> bool:
    """Whether the contract allows the text there."""
    if not is_keepable(text) or ("enum" in schema and text not in schema["enum"]):
        return False
    long_enough = schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", LIMITS.max_string)
    return bool(long_enough and compiled(schema.get("pattern", "")).search(text))


def alternatives(schema: Json) -> Iterator[Json]:
    """The schemas that it may be, looked up."""
    if "$ref" in schema:
        yield from alternatives(contract()["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    elif "anyOf" in schema or "oneOf" in schema:
        for one in schema.get("anyOf") or schema["oneOf"]:
            yield from alternatives(one)
    else:
        yield schema


# Places: where a text may stand

KEY, TEXT, ITEM = "a key", "a text", "an item"


@dataclass(frozen=True)
class Place:
    """A place in a document: a value or the name of a member; or, without steps, the parameter `reason`."""

    steps: Steps
    sort: Steps
    """The same in the contract."""
    schema: Json = field(compare=False, hash=False)
    there: bool = True
    """Whether the document has it already."""
    form: int | None = None
    """Which of two turns it has, for the text of a date: it stands alone or in an object."""

    def pointers(self, text: str) -> set[str]:
        """How an answer may name it when this text is in it."""
        if self.sort[-1] == KEY:
            return {pointer(self.steps[:-1]), pointer((*self.steps[:-1], text))}
        return {pointer(self.steps) or "?reason"}

    def must_keep(self, text: str) -> bool:
        """Whether nothing but the contract could refuse the text: no look into the record, no reading of dates."""
        names_a_record = self.schema.get("pattern") == ID_PATTERN and self.sort[-1] != "scheme"
        is_read = names_a_record or "Y)?" in self.schema.get("pattern", "") or self.form is not None
        is_free = "pattern" in self.schema and not is_read and self.sort[-1] != "field"
        is_anything = self.sort[-2:] == ("value", TEXT) or self.sort[-1] in (KEY, "meta")
        return (is_free or is_anything) and fits(self.schema, text)


REASON = Place((), ("?reason",), {})


def sorts(schema: Json, sort: Steps = ()) -> Iterator[Steps]:
    """Every place that the contract has."""
    for one in alternatives(schema):
        if one.get("type") == "string" or "type" not in one:
            yield sort
        for name, inner in one.get("properties", {}).items():
            yield from sorts(inner, (*sort, name))
        if "propertyNames" in one:
            yield (*sort, KEY)
            yield from sorts(one["additionalProperties"], (*sort, TEXT))
        if "items" in one:
            yield from sorts(one["items"], (*sort, ITEM))


def places(schema: Json, node: Any, steps: Steps = (), sort: Steps = ()) -> Iterator[Place]:
    """Every place of a document, and those of texts that it could have."""
    for one in alternatives(schema):
        if one.get("type") == "string":
            yield Place(steps, sort, one, node is not None)
        elif "type" not in one:
            yield from claimed(one, node, steps, sort)
        elif "properties" in one and isinstance(node, dict) and node.keys() <= one["properties"].keys():
            for name, inner in one["properties"].items():
                yield from places(inner, node.get(name), (*steps, name), (*sort, name))
        elif "propertyNames" in one and node:
            first, *others = node
            yield from places(one["additionalProperties"], node[first], (*steps, first), (*sort, TEXT))
            for other in others:
                yield Place((*steps, other), (*sort, KEY), one["propertyNames"])
        elif "items" in one and isinstance(node, list):
            for index, item in enumerate(node):
                yield from places(one["items"], item, (*steps, index), (*sort, ITEM))


CLAIM = {"Some": "claim", "another": 1}


def claimed(schema: Json, node: Any, steps: Steps, sort: Steps) -> Iterator[Place]:
    """What may be anything: in what a source says a text, and a text or a name in an object; in `meta` a text."""
    if node == CLAIM:
        first, second = node
        yield Place((*steps, first), (*sort, TEXT), schema)
        yield Place((*steps, second), (*sort, KEY), schema)
    elif node is None or isinstance(node, str):
        yield Place(steps, sort, schema, node is not None)


@dataclass(frozen=True)
class Template:
    """A document in which texts of many kinds stand, and the places that are tried in it."""

    collection: str
    document: Json
    places: Places

    def with_text(self, shown: Places, text: str) -> Json:
        """The document with this text in these places."""
        document = changed(
            self.document, {place.steps: text for place in shown if place.steps and place.sort[-1] != KEY}
        )
        for place in shown:
            if place.sort[-1:] == (KEY,):
                holder = at(document, place.steps[:-1])
                holder[text] = holder.pop(place.steps[-1])
        return document


def body_of(method: str, path: str) -> Json:
    schema: Json = contract()["paths"][path][method]["requestBody"]["content"]["application/json"]["schema"]
    return schema


@cache
def templates() -> tuple[Template, ...]:
    """Documents with every place, each with those that none before it in its collection has."""
    made: list[Template] = []
    taken: dict[str, set[Steps]] = {name: set() for name in REGISTER}
    found = [(name, prepared(document)) for name, document in documents()]
    for there in (True, False):  # what no document has is added to the first that could have it
        for number, (collection, document) in enumerate(found):
            mine: Places = []
            for place in places(body_of("post", f"/v1/{collection}"), document):
                if place.there == there and place.sort not in taken[collection]:
                    taken[collection].add(place.sort)
                    mine.append(place)
            if there:
                made.append(Template(collection, document, mine))
            else:
                made[number].places.extend(mine)
    made.sort(key=lambda template: template.collection in ("organizations", "sources"))  # others name them
    for template in {each.collection: each for each in reversed(made)}.values():
        parameters = contract()["paths"][f"/v1/{template.collection}"]["post"]["parameters"]
        (reason,) = (each for each in parameters if each["name"] == "reason")
        template.places.append(replace(REASON, schema=reason["schema"]))
    return tuple(replace(template, places=with_forms(template.places)) for template in made)


def with_forms(places_: Places) -> Places:
    """The places, with the forms of dates told apart."""
    texts = {place.steps[:-1]: number for number, place in enumerate(places_) if place.sort[-1] == "edtf"}

    def form_of(place: Place) -> int | None:
        if place.sort[-1] == "edtf":
            return texts[place.steps[:-1]] % 2
        return (texts[place.steps] + 1) % 2 if place.steps in texts else None

    return [replace(place, form=form_of(place)) for place in places_]


def documents() -> Iterator[tuple[str, Json]]:
    """The full documents of the refusals; no event belongs to an agreement, which would grow with each, but one."""
    named = event(agreements=["old-treaty"])
    yield from FULL.values()
    yield from (("events", one) for one in [*EVENTS[1:], named])
    yield "agreements", agreement(events=[named])


def prepared(document: Json) -> Json:
    """The document with dates as objects, a claim that may be anything, and citations of what stays."""
    ready = changed(
        document, {("duration", 0, "until"): "2022-09-27"} if isinstance(document.get("duration"), list) else {}
    )
    for one in (ready, *ready.get("events", ())):
        if "participants" in one:
            del one["agreements"]
    ready = changed(
        ready, {path: dict.fromkeys(("edtf", "earliest", "latest"), at(ready, path)) for path in dates(ready)}
    )
    if "citations" in ready:
        ready["citations"][0]["value"] = CLAIM
        if ready["citations"][1]["field"].startswith("/positions/"):
            ready["citations"][1]["field"] = "/name/en"  # nothing that is tried takes it away
    return ready


def test_every_text_of_the_contract_has_its_place() -> None:
    """In the body of each POST and PUT; the other bodies are changes to these, and restorations with a reason."""
    for name in REGISTER:
        of_post, of_put = body_of("post", f"/v1/{name}"), body_of("put", f"/v1/{name}/{{id}}")
        tried = {place.sort for template in templates() if template.collection == name for place in template.places}
        claims = {sort for sort in tried if sort[-2:-1] == ("value",)}
        assert of_post == of_put
        assert tried - claims - {("?reason",)} == set(sorts(of_post))
        assert list(sorts(body_of("post", f"/v1/{name}/{{id}}/restore"))) == [("reason",)]
    everywhere = {(template.collection, place.sort) for template in templates() for place in template.places}
    assert ("agreements", ("title", TEXT)) in everywhere
    assert ("agreements", ("title", KEY)) in everywhere
    assert ("people", ("name", TEXT)) in everywhere


# Sending a document, until all its places are judged

Send = Callable[[Json, str | None], httpx.Response]


def escaped(text: str) -> str:
    """For an address, as long as the client takes it."""
    return quote(text, safe="", errors="surrogatepass").replace(".", "%2E")[:60_000]


def with_reason(path: str, reason: str | None) -> str:
    return path if reason is None else f"{path}?reason={escaped(reason)}"


def body(document: Any, text: str) -> bytes:
    """JSON in UTF-8, or in ASCII where the text cannot be encoded."""
    return json.dumps(document, ensure_ascii=bool(HALF.search(text))).encode()


def outermost(left: Places) -> Places:
    """Those that are not within another, which could not be told apart from it."""
    values = {place.steps for place in left if place.steps}
    return [place for place in left if not any(place.steps[:depth] in values for depth in range(1, len(place.steps)))]


def settled(template: Template, text: str, send_: Send, form: int) -> Iterator[tuple[Json, Places, httpx.Response]]:
    """Gives each document that was accepted with this text in some places; all others refused it by name.

    A date has two forms, of which one is tried: the other's turn is the other database's.
    """
    waiting = [[place for place in template.places if place.form is None or place.form == form % 2]]
    while waiting:
        left = waiting.pop()
        shown = outermost(left)
        document = template.with_text(shown, text)
        response = send_(document, text if REASON in shown else None)
        if response.is_success:
            assert all(fits(place.schema, text) for place in shown if "format" not in place.schema)
            yield document, shown, response
            refused = shown
        elif response.status_code == 413 or "too_large" in response.text:
            waiting.append(left[: len(left) // 2])
            refused = left[: len(left) // 2]
        else:
            refused = named(shown, text, response)
            wrongly = [place.steps for place in refused if place.must_keep(text)]
            assert not wrongly or "changed_elsewhere" in response.text, f"{text!r} is refused at {wrongly}"
        if len(refused) < len(left):
            waiting.append([place for place in left if place not in refused])


def named(shown: Places, text: str, response: httpx.Response) -> Places:
    """The places that a refusal names; what it names beside them is wrong."""
    if response.status_code in (400, 414):  # the address: nothing else is in question
        faults_of(response, response.status_code)
        return [place for place in shown if not place.steps]
    refused: Places = []
    assert response.status_code in (409, 422), f"{text[:100]!r}: {response.status_code} {response.text[:300]}"
    for error in faults_of(response, response.status_code):
        it = place_of(error)
        within = [place for place in shown if it in place.pointers(text)] or [
            place for place in shown if pointer(place.steps).startswith(f"{it}/")
        ]
        whole_dates = [place for place in within if place.sort[-1] == "edtf"]  # named as a date
        assert within or error["code"] == "changed_elsewhere", (
            f"{text[:100]!r}: {it!r} is named, but was as it should be: {error}"
        )
        refused += whole_dates or within
    assert refused, response.text
    return refused


def assert_comes_back(
    door: Door, template: Template, document: Json, shown: Places, text: str, response: httpx.Response
) -> Json:
    """In the answer and in GET; PUT of it changes nothing; the history tells it with its reason."""
    answer: Json = response.json()
    assert_kept(template.collection, own(as_written(document)), answer)
    path = f"/v1/{template.collection}/{answer['id']}"
    got = door.get(path)
    assert (got.content, got.headers["ETag"]) == (response.content, response.headers["ETag"])
    put = door.request("PUT", path, content=got.content, headers=JSON | {"If-Match": got.headers["ETag"]})
    assert (put.status_code, put.content, put.headers["ETag"]) == (200, got.content, got.headers["ETag"])
    if REASON in shown:  # one document of each collection
        (revision,) = door.read(f"{path}/revisions")["items"]
        assert (revision["document"], revision["reason"]) == (own(answer), text)
    return answer


JSON = {"Content-Type": "application/json"}


@dealt(CHUNKS)
def test_a_text_is_kept_as_it_was_sent_or_refused(door: Door, naughty: Naughty) -> None:
    """By POST: in the answer, GET, the list, the history, after PUT of the same, and as a filter's value."""
    populate_for_full(door)
    added: dict[str, list[Json]] = {name: [] for name in REGISTER}
    for number, template in enumerate(templates()):
        path = f"/v1/{template.collection}"

        def post(document: Json, reason: str | None) -> httpx.Response:
            return door.request("POST", with_reason(path, reason), content=body(document, text), headers=JSON)  # noqa: B023  # called here only

        for index, text in naughty:
            if is_turn_of(door, index, number):
                its = with_its_agreement(door, template, index)
                for document, shown, response in settled(its, text, post, index):
                    assert response.headers["Location"] == f"{path}/{response.json()['id']}"
                    answer = assert_comes_back(door, template, document, shown, text, response)
                    added[template.collection].append(answer)
    for name, answers in added.items():
        there = {item["id"]: item for item in door.items(f"/v1/{name}", limit=200)}
        for answer in answers:  # an agreement may have been given signatories and events since
            assert there[answer["id"]]["meta"]["version"] > 1 or there[answer["id"]] == listed(answer)
        assert_found_by_identifiers(door, name, list(there.values()))


def with_its_agreement(door: Door, template: Template, index: int) -> Template:
    """A signatory of an agreement of its own: else one would grow with each."""
    if template.collection != "signatories":
        return template
    pact = door.add("/v1/agreements", agreement(id=f"pact-{index}"))
    return replace(template, document={**template.document, "agreement": pact["id"]})


def assert_found_by_identifiers(door: Door, name: str, items: list[Json]) -> None:
    """Each identifier finds those that have it, to the code point."""
    holders: dict[tuple[str, str], set[str]] = {}
    for item in items:
        for each in item.get("identifiers", ()):
            holders.setdefault((each["scheme"], each["value"]), set()).add(item["id"])
    for (scheme, value), ids in holders.items():
        found = door.read(f"/v1/{name}?limit=200&identifier={escaped(f'{scheme}:{value}')}")["items"]
        assert {item["id"] for item in found} == ids


@dealt(CHUNKS)
def test_a_change_keeps_a_text_as_it_was_sent_or_refuses_it(door: Door, naughty: Naughty) -> None:
    """By PUT or PATCH: in the answer, and in the history with its reason."""
    populate_for_full(door)
    for number, template in enumerate(templates()):
        added = door.add(f"/v1/{template.collection}", template.document)
        path = f"/v1/{template.collection}/{added['id']}"
        held = own(added, *APART)
        told: dict[int, tuple[Json, str | None]] = {1: (own(added), None)}

        def put(document: Json, reason: str | None) -> httpx.Response:
            return change(door, "PUT", with_reason(path, reason), document, text)  # noqa: B023  # called here only

        def patch(document: Json, reason: str | None) -> httpx.Response:
            return change(door, "PATCH", with_reason(path, reason), with_nulls(held, document), text)  # noqa: B023  # called here only

        for index, text in naughty:
            by = {0: put, 4: patch}.get((index // CHUNKS + number) % 8)
            if by and not is_turn_of(door, index, number):
                for document, shown, response in settled(template, text, by, index + 1):
                    answer = response.json()
                    assert_kept(template.collection, own(as_written(document)), answer)
                    held = own(answer, *APART)
                    told.setdefault(answer["meta"]["version"], (own(answer), text if REASON in shown else None))
        assert door.get(path).json()["meta"]["version"] == max(told)
        history = door.items(f"{path}/revisions", limit=50)
        assert {each["version"]: (each["document"], each.get("reason")) for each in history} == told


APART = ("id", "signatories", "events")
"""What a change leaves alone."""


def change(door: Door, method: str, path: str, document: Json, text: str) -> httpx.Response:
    headers = {"Content-Type": "application/json", "If-Match": "*"}
    return door.request(method, path, content=body(document, text), headers=headers)


def with_nulls(held: Json, wanted: Json) -> Json:
    """Changes that leave what is wanted, and nothing else of what is held (RFC 7396)."""
    changes: Json = dict.fromkeys(held.keys() - wanted.keys())
    for name, value in wanted.items():
        both = isinstance(value, dict) and isinstance(held.get(name), dict)
        changes[name] = with_nulls(held[name], value) if both else value
    return changes


# Reasons and parameters


LEAST: dict[str, Json] = {
    "sources": source("victim"),
    "organizations": state("victim"),
    "people": person("victim"),
    "agreements": agreement(id="victim"),
    "signatories": signatory(id="victim", agreement="old-treaty"),
    "events": event(id="victim"),
    "delegations": {"id": "victim", "name": {"en": "x"}, "events": [], "members": []},
}


def add_victims(door: Door) -> None:
    """One record of each collection that nobody names, with two versions."""
    populate_for_full(door)
    for name, document in LEAST.items():
        door.add(f"/v1/{name}", document)
        value = {"identifiers": [{"scheme": "unts", "value": "Some number"}]}
        assert door.patch(f"/v1/{name}/victim", value).status_code == 200
    door.add("/v1/agreements", agreement(id="odd", events=[event(kind="terminated", date="2000-01-01")]))


def address(door: Door, path: str, **given: str) -> str:
    """The path with these texts in it, as they are; elsewhere with what is there, and with what it must be asked."""
    its = {"id": "victim", "version": "1", "first": "mex", "second": "rus"}
    if path.startswith("/v1/findings/{id}") and "id" not in given:
        its["id"] = door.read("/v1/agreements/odd/findings")["items"][0]["id"]
    return path.format(**its | given) + MUST_BE_ASKED.get(path.rpartition("/")[2], "")


MUST_BE_ASKED = {
    "denunciation": "?received=2021-09-28",
    "comparison": "?compare=1..1",
    "search": "?q=x",
    "preview": "?id=people/victim",
    "entity": "?prefix=x",
    "property": "?prefix=x",
    "type": "?prefix=x",
}
"""What an address, by its last part, is never asked without."""


@dealt(1)
def test_a_reason_is_kept_as_it_was_sent_or_refused(door: Door, naughty: Naughty) -> None:
    """Of a withdrawal, and of a restoration; those of other writes are tried with their documents."""
    add_victims(door)
    for number, name in enumerate(REGISTER):
        path, wanted = f"/v1/{name}/victim", 1
        told: list[tuple[str, str]] = []
        for index, text in naughty:
            if is_turn_of(door, index) and index // 2 % len(REGISTER) == number:
                withdrawn = is_withdrawn_for(door, path, text)
                restored = send(door, "POST", f"{path}/restore", {"version": wanted, "reason": text})
                told += [("withdrawn", text)] * withdrawn
                if restored.is_success:
                    told.append(("restored", text))
                else:
                    assert not fits({"pattern": r"\S"}, text)
                    assert [place_of(error) for error in faults_of(restored, 422)] == ["/reason"]
                    told.append(("restored", "a test"))
                    assert door.restore(path, wanted).is_success
                wanted = 3 - wanted
        history = door.items(f"{path}/revisions", limit=50)
        assert [(each["op"], each["reason"]) for each in history[2:]] == told


def is_withdrawn_for(door: Door, path: str, text: str) -> bool:
    """Whether it is withdrawn for this reason; if not, the reason is refused as it should be."""
    response = door.request("DELETE", with_reason(path, text), headers={"If-Match": "*"})
    if response.status_code == 422:
        assert not fits({"pattern": r"\S", "maxLength": 1000}, text)
        assert [place_of(error) for error in faults_of(response, 422)] == ["?reason"]
    elif response.status_code != 204:
        assert_not_an_address(response, text)
    return response.status_code == 204


def assert_not_an_address(response: httpx.Response, text: str) -> None:
    """The whole address is refused: it is not UTF-8, or too long."""
    wanted = 400 if HALF.search(text) else 414
    faults_of(response, wanted)


def operations() -> Iterator[tuple[int, str, str, list[Json]]]:
    """Every operation on records with parameters: a number, the method, the path, the parameters.

    Keys and webhooks are no records, a form is no document: they have tests of their own.
    """
    number = 0
    for path, methods in contract()["paths"].items():
        if path.startswith(("/v1/keys", "/v1/webhooks")):
            continue
        for method, operation in methods.items():
            if operation.get("parameters") and ends(operation) and FORM not in str(operation.get("requestBody")):
                yield number, method.upper(), path, operation["parameters"]
                number += 1


def alike(place: str) -> Iterator[tuple[int, str, Json, list[str]]]:
    """Each parameter of this place with its method, once for all paths that are made alike."""
    groups: dict[tuple[str, str, str], tuple[Json, list[str]]] = {}
    for _, method, path, parameters in operations():
        for one in (each for each in parameters if each["in"] == place):
            groups.setdefault((method, made_as(path), one["name"]), (one, []))[1].append(path)
    for number, ((method, _, _), (one, paths)) in enumerate(groups.items()):
        yield number, method, one, paths


def whose_turn(them: Sequence[T], index: int) -> T:
    """Those that are made alike take the strings in turn, on both databases."""
    return them[index // 2 % len(them)]


def made_as(path: str) -> str:
    """The path, without the collection: api/resources.py makes the same operations for each."""
    return re.sub(f"^/v1/({'|'.join(REGISTER)})(?=/|$)", "/v1/collection", path)


def ask(door: Door, method: str, path: str, headers: dict[str, bytes] | None = None) -> httpx.Response:
    """A request that is as it should be but for what is tried."""
    document = None
    if method in ("POST", "PUT", "PATCH"):
        name = path.split("/")[2]
        acts: dict[str, Json] = {
            "restore": {"version": 1, "reason": "a test"},
            "state": {"state": "accepted", "reason": "a test"},
        }
        document = acts.get(path.rpartition("/")[2]) or LEAST[name] | {"id": None}
        document = {member: value for member, value in document.items() if value is not None}
    if method == "DELETE":
        path += "?reason=test"
    return send(door, method, path, document, headers=headers or {})


@dealt(1)
def test_a_path_takes_nothing_but_ids_and_versions(door: Door, naughty: Naughty) -> None:
    """What is none is named, or leads nowhere; an id that nobody has is not found."""
    add_victims(door)
    for number, method, one, paths in alike("path"):
        for index, text in naughty:
            if is_turn_of(door, index, number):
                there = address(door, whose_turn(paths, index), **{one["name"]: escaped(text)})
                assert_path_is_judged(ask(door, method, there), one, text)


def assert_path_is_judged(response: httpx.Response, parameter: Json, text: str) -> None:
    if response.status_code in (400, 414):
        assert_not_an_address(response, text)
    elif "/" in text or not text:  # another address
        assert response.status_code in (404, 405, 422), text
        faults_of(response, response.status_code)
    elif parameter["name"] == "version" and re.fullmatch("[1-9][0-9]{0,9}", text, re.ASCII) and int(text) < 2**31:
        assert response.status_code == (200 if int(text) <= 2 else 404), text
    elif parameter["name"] == "id" and fits(parameter["schema"], text):
        assert response.status_code in (404, 412), text
    elif parameter["name"] in ("first", "second") and fits(parameter["schema"], text):
        assert response.status_code == 200, text
    else:
        errors = faults_of(response, 422)
        assert [place_of(error) for error in errors] == [f"?{parameter['name']}"], text


@dealt(1)
def test_a_header_is_a_tag_or_refused(door: Door, naughty: Naughty) -> None:
    """Where a change was made for a version; a GET is answered, whatever is said to be known."""
    add_victims(door)
    for number, method, one, paths in alike("header"):
        for index, text in naughty:
            if is_turn_of(door, index, number):
                assert_header_is_judged(door, method, address(door, whose_turn(paths, index)), one, text)


def assert_header_is_judged(door: Door, method: str, there: str, one: Json, text: str) -> None:
    response = ask(door, method, there, {one["name"].title(): text.encode("utf-8", "surrogatepass")})
    if one["name"] in SAYS:
        assert_said_or_refused(response, one["name"], text)
    elif method == "GET":
        assert response.status_code == (304 if text == "*" else 200)
    else:
        assert_tag_is_judged(response, one, text)
        if method == "DELETE" and response.is_success:
            door.restore(there, 1)


SAYS = {"Bilateral-After": "[0-9]{1,18}", "Idempotency-Key": "[!-~]{1,255}"}
"""Headers that are no tags, and what stands in them."""


def assert_said_or_refused(response: httpx.Response, name: str, text: str) -> None:
    """What is none is refused; a seq may be beyond the ledger, and a key may have come with another request."""
    if not re.fullmatch(SAYS[name], text):
        assert [place_of(error) for error in faults_of(response, 422)] == [f"?{name}"], text
    elif not response.is_success:
        assert next(error["code"] for error in faults_of(response, 422)) in ("beyond_the_ledger", "key_reused"), text


def assert_tag_is_judged(response: httpx.Response, parameter: Json, text: str) -> None:
    if parameter["name"] == "If-Match" and (text == "*" or '"2-' in text):
        assert response.status_code in (200, 204, 412)
    elif text == "*" or (parameter["name"] == "If-Match" and fits(parameter["schema"], text)):
        faults_of(response, 412)
    else:
        assert [place_of(error) for error in faults_of(response, 422)] == [f"?{parameter['name']}"]


@dealt(1)
def test_a_query_parameter_takes_what_it_knows_or_refuses_it(door: Door, naughty: Naughty) -> None:
    """All of an operation at once, then those that are not named; as the name of a parameter too."""
    add_victims(door)
    groups: dict[tuple[str, ...], list[tuple[str, Json]]] = {}
    for _, method, path, parameters in operations():
        asked = {each["name"]: each["schema"] for each in parameters if each["in"] == "query"}
        if method != "GET":
            assert asked.keys() <= {"reason"}
        else:
            groups.setdefault((made_as(path), *sorted(asked)), []).append((path, asked))
    for number, group in enumerate(groups.values()):
        for index, text in naughty:
            path, asked = whose_turn(group, index)
            if is_turn_of(door, index, number):
                assert_parameters_are_judged(door, address(door, path), asked, text)
            if (index + number) % 10 == 0:
                response = door.get(with_query(address(door, path), f"{escaped(text)}=1"))
                if response.status_code == 422:
                    assert [place_of(error) for error in faults_of(response, 422)] == [f"?{text[:100]}"]
                else:
                    assert_not_an_address(response, text)


def with_query(path: str, query: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}{query}"


def assert_parameters_are_judged(door: Door, path: str, asked: Json, text: str) -> None:
    """What the contract forbids is named; what it allows is read, or is no date, no id or no cursor."""
    waiting = [list(asked)] if asked else []
    while waiting:
        names = waiting.pop()
        few = "" if "limit" in names or "limit" not in asked else "&limit=1"
        bare = path.partition("?")[0] if {"received", "compare", "q", "prefix", "id"} & set(names) else path
        query = f"{'&'.join(f'{name}={escaped(text)}' for name in names)}{few}"
        response = door.get(with_query(bare, query)[:60_000])
        if response.status_code in (400, 414) and len(names) > 1:
            waiting += [names[::2], names[1::2]]
        elif response.status_code in (400, 414):
            assert_not_an_address(response, text)
        elif response.status_code == 422:
            errors = faults_of(response, 422)
            refused = {place_of(error)[1:] for error in errors} or {"cursor"}
            assert refused <= set(names), (path, text, errors)
            waiting += [rest] if (rest := [name for name in names if name not in refused]) else []
        else:
            assert response.status_code == 200 or (response.status_code == 404 and {"known_at", "compare"} & set(names))
            assert all(may_be_read(asked[name], text) for name in names), (path, names, text)


def may_be_read(schema: Json, text: str) -> bool:
    (schema,) = alternatives(schema.get("items", schema))
    words = {"boolean": ("true", "false"), "integer": [str(number) for number in range(201)]}
    return text in words[schema["type"]] if schema["type"] in words else fits(schema, text)


HEADERS = {
    "Authorization": (401,),
    "If-None-Match": (200,),
    "X-Request-Id": (200,),
}
"""What is read of every request, and what it makes of the answer."""


@dealt(1)
def test_a_header_of_every_request_is_judged(door: Door, naughty: Naughty) -> None:
    """A key that is none is nobody's, a strange request id is not kept, tags that are none match nothing."""
    add_victims(door)
    for number, (name, statuses) in enumerate(HEADERS.items()):
        for index, text in naughty:
            if is_turn_of(door, index, number):
                response = door.get("/v1/people/victim", headers={name: text.encode("utf-8", "surrogatepass")})
                assert response.status_code in statuses or (name, text, response.status_code) == (
                    "If-None-Match",
                    "*",
                    304,
                )
                assert re.fullmatch(r"[A-Za-z0-9._-]{1,100}", response.headers["X-Request-Id"])
                if response.status_code == 401:
                    faults_of(response, 401)
