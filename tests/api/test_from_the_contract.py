"""A program that knows only the address, a key and /openapi.json can do everything that the service offers.

It knows HTTP and OpenAPI and nothing of this service: no name of a collection, a member or a parameter stands here.
What it must find in the document, and where:

- what to send: examples of required parameters, of filters and of bodies, all valid against their schemas;
- when to send a key: `security` (empty where none is needed);
- which operation comes next: `links` of the answers (`operationId` and `parameters`, as runtime expressions):
  of what was added to it, of a page to the next and to one of its records, of a record to its history, of a history to
  one version, of what was withdrawn to its restoration. The other operations on a record share its path;
- `ETag`, `Location` and `Link` as headers of the answers that have them; `If-Match` and `If-None-Match` as parameters.

The door holds each answer against the same document.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpx
import pytest

from tests.contract import Contract, Operation, contract, examples_of, sent_as
from tests.door import ADMIN_KEY, Door

Json = dict[str, Any]


class Flaw(AssertionError):
    """What the program needs to know and the document does not say."""


@dataclass(frozen=True)
class Exchange:
    """An operation that was called: what was sent, what came."""

    operation: Operation
    values: Json
    body: Any
    response: httpx.Response

    @property
    def answer(self) -> Any:
        return self.response.json()

    @property
    def tag(self) -> str:
        self.needs_header("ETag")
        return self.response.headers["ETag"]

    def needs_header(self, name: str) -> None:
        documented = self.operation.responses[str(self.response.status_code)].get("headers", {})
        if name.lower() not in {header.lower() for header in documented}:
            raise Flaw(f"{self.operation.id} {self.response.status_code} does not say that it has {name}")


class Program:
    """A client of any service that describes itself so."""

    def __init__(self, door: Door, key: str) -> None:
        self._door, self._key = door, key
        self._door.key = None
        self.contract = Contract(door.read("/openapi.json"))

    # Calling

    def call(self, operation: Operation, values: Mapping[str, Any] | None = None, body: Any = None) -> Exchange:
        """Call an operation with these parameters and, for what else it needs, with what the document shows."""
        given = {name: value for name, value in (values or {}).items() if value is not None}
        sent = self._required(operation, given) | given
        path, options = operation.path, self._options_of(operation, body)
        for name, value in sent.items():
            place = self._place_of(operation, name, value)
            if place == "path":
                path = path.replace(f"{{{name}}}", str(value))
            elif place == "header":
                options["headers"][name] = value
            else:
                options["params"][name] = [*map(as_text, value)] if isinstance(value, list) else as_text(value)
        response = self._door.request(operation.method, path, **options)
        return Exchange(operation, sent, options.get("json"), response)

    def _place_of(self, operation: Operation, name: str, value: Any) -> str:
        parameter = operation.parameter(name)
        if parameter is None:
            raise Flaw(f"{operation.id} has no parameter {name}")
        self._must_be_valid(f"{operation.id}, parameter {name}", value, parameter["schema"])
        return str(parameter["in"])

    def _required(self, operation: Operation, given: Json) -> Json:
        names = [each["name"] for each in operation.parameters if each.get("required") and each["name"] not in given]
        return {name: self.example(operation, name) for name in names}

    def _options_of(self, operation: Operation, body: Any) -> Json:
        options: Json = {"params": {}, "headers": {}}
        requirements = operation.members.get("security", self.contract.document.get("security", []))
        if requirements and {} not in requirements:
            scheme = self.contract.document["components"]["securitySchemes"][next(iter(requirements[0]))]
            assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
            options["headers"]["Authorization"] = f"Bearer {self._key}"
        if "requestBody" in operation.members:
            media_type, content = next(iter(operation.members["requestBody"]["content"].items()))
            sent = body if body is not None else self._shown(operation, content)
            self._must_be_valid(f"{operation.id}, body", sent, content["schema"])
            options |= sent_as(media_type, sent)
            options["headers"]["Content-Type"] = media_type
        return options

    def _shown(self, operation: Operation, content: Json) -> Any:
        if not examples_of(content):
            raise Flaw(f"{operation.id} has no example of a body")
        return examples_of(content)[0]

    def _must_be_valid(self, where: str, value: Any, schema: Json) -> None:
        wrong = self.contract.wrong_in(value, schema)
        if wrong:
            raise Flaw(f"{where}: {value!r} is not valid: {wrong}")

    def succeed(self, operation: Operation, values: Mapping[str, Any] | None = None, body: Any = None) -> Exchange:
        """Call an operation that must be answered with the first status documented for success."""
        exchange = self.call(operation, values, body)
        expected = min(int(status) for status in operation.responses)
        assert exchange.response.status_code == expected, (operation.id, exchange.response.text)
        return exchange

    def expect(self, status: int, operation: Operation, values: Mapping[str, Any]) -> Exchange:
        """Call an operation that must be answered with this status, which the document must have."""
        if str(status) not in operation.responses:
            raise Flaw(f"{operation.id} does not say that it answers {status}")
        exchange = self.call(operation, values)
        assert exchange.response.status_code == status, (operation.id, exchange.response.text)
        return exchange

    # Reading the document

    def example(self, operation: Operation, name: str) -> Any:
        """The value with which the document shows a parameter."""
        parameter = operation.parameter(name)
        assert parameter is not None
        shown = examples_of(parameter) + parameter["schema"].get("examples", [])
        if not shown:
            raise Flaw(f"{operation.id} has no example of {name}")
        return shown[0]

    def shows(self, operation: Operation, name: str, value: Any) -> bool:
        """Whether the document shows the operation with this value, not only the form of such values."""
        return value in examples_of(operation.parameter(name) or {})

    def links(self, exchange: Exchange) -> Iterator[tuple[Operation, Json]]:
        """Where an answer leads: operations, and the values of their parameters as far as the answer has them."""
        links = exchange.operation.responses[str(exchange.response.status_code)].get("links", {})
        for link in links.values():
            values = {name: evaluated(text, exchange) for name, text in link.get("parameters", {}).items()}
            if None not in values.values():
                yield self.contract.by_id[link["operationId"]], {unqualified(name): it for name, it in values.items()}

    def linked(self, exchange: Exchange, what: str, method: str, *, below: str) -> tuple[Operation, Json]:
        """The operation under this address to which an answer leads."""
        for operation, values in self.links(exchange):
            if operation.method == method and operation.path.startswith(below) and operation != exchange.operation:
                return operation, values
        raise Flaw(f"{exchange.operation.id} {exchange.response.status_code} has no link to {what}")

    def follow_all(self, exchange: Exchange) -> None:
        """Every link of an answer that reads works."""
        for operation, values in self.links(exchange):
            if operation.method == "GET":
                self.succeed(operation, values)


EXPRESSION = re.compile(r"\$(request|response)\.(path|query|header|body)(?:\.([\w-]+)|#(/.*))")


def evaluated(text: Any, exchange: Exchange) -> Any:
    """The value of a runtime expression (OpenAPI 3.1, 4.8.20.4), or None if the exchange does not have it."""
    found = EXPRESSION.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return text
    side, place, name, pointer = found.groups()
    if place == "body":
        return within(exchange.answer if side == "response" else exchange.body, pointer)
    if side == "response":
        exchange.needs_header(name)
        return exchange.response.headers.get(name)
    return exchange.values.get(name)


def within(document: Any, pointer: str) -> Any:
    """What a JSON Pointer leads to, or None."""
    for step in pointer.split("/")[1:]:
        if isinstance(document, list):
            document = document[int(step)] if int(step) < len(document) else None
        else:
            document = document.get(step) if isinstance(document, dict) else None
    return document


def unqualified(name: str) -> str:
    """A link may say where its parameter is: `path.id`."""
    return re.sub(r"^(path|query|header)\.", "", name)


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def frozen(record: Json) -> str:
    """A record in one text, without its status: that is of the day that was asked about, and a list says less of it."""
    return json.dumps({name: value for name, value in record.items() if name != "status"}, sort_keys=True)


@dataclass(frozen=True)
class Pages:
    """A list that comes in pages: which parameter and which member do what, as the document says."""

    program: Program
    operation: Operation

    @cached_property
    def schema(self) -> Json:
        schema: Json = self.program.contract.whole(
            self.operation.responses["200"]["content"]["application/json"]["schema"]
        )
        return {name: self.program.contract.whole(member) for name, member in schema["properties"].items()}

    def member(self, type_: str) -> str:
        """The only member of a page that has this type."""
        (name,) = [name for name, member in self.schema.items() if member.get("type") == type_]
        return name

    def parameter(self, type_: str) -> str:
        """The only parameter that has this type."""
        (name,) = [each["name"] for each in self.operation.parameters if each["schema"].get("type") == type_]
        return str(name)

    @cached_property
    def cursor(self) -> tuple[str, str]:
        """The parameter that a page gives for the next, and the expression that finds it."""
        for link in self.operation.responses["200"].get("links", {}).values():
            if link["operationId"] == self.operation.id:
                ((name, expression),) = [
                    (unqualified(name), text) for name, text in link["parameters"].items() if "response" in text
                ]
                return name, expression
        raise Flaw(f"{self.operation.id} 200 has no link to the next page")

    @cached_property
    def filters(self) -> list[str]:
        """The parameters that say which records, or in which order."""
        paging = {self.cursor[0], self.parameter("integer")}
        return [
            each["name"]
            for each in self.operation.parameters
            if each["in"] == "query" and each["name"] not in paging and each["schema"].get("type") != "boolean"
        ]

    def read(self, values: Mapping[str, Any] | None = None) -> Iterator[Exchange]:
        """Each page, by the cursor of the one before."""
        name, expression = self.cursor
        cursor = None
        while True:
            page = self.program.succeed(self.operation, {**(values or {}), name: cursor})
            yield page
            cursor = evaluated(expression, page)
            if cursor is None:
                return

    def items(self, values: Mapping[str, Any] | None = None) -> list[str]:
        """All records, page after page, each as one text."""
        member = self.member("array")
        return [frozen(item) for page in self.read(values) for item in page.answer[member]]

    def number(self, values: Mapping[str, Any] | None = None) -> int:
        """How many there are, asked in both ways; `limit` at its least gives nothing else."""
        limit, count = self.parameter("integer"), self.parameter("boolean")
        least = self.schema_of(limit)["minimum"]
        alone = self.program.succeed(self.operation, {**(values or {}), limit: least}).answer
        beside = self.program.succeed(self.operation, {**(values or {}), count: True}).answer
        assert alone[self.member("array")] == []
        number = alone[self.member("integer")]
        assert number == beside[self.member("integer")]
        return int(number)

    def schema_of(self, name: str) -> Json:
        parameter = self.operation.parameter(name)
        assert parameter is not None
        schema: Json = parameter["schema"]
        return schema


@dataclass
class Shelf:
    """A collection: whatever can be added to by a POST without more, and what the same paths offer."""

    program: Program
    path: str

    def __post_init__(self) -> None:
        at = {(operation.method, operation.path): operation for operation in self.program.contract.operations}
        self.adding = at["POST", self.path]
        self.pages = Pages(self.program, at["GET", self.path])
        self._at = at

    def on(self, method: str, record: Exchange) -> Operation:
        """The operation of this method on one record."""
        return self._at[method, record.operation.path]

    def add(self) -> Exchange:
        """Add what the document shows; gives it as it is read back, where the answer says that it is."""
        added = self.program.succeed(self.adding)
        added.needs_header("Location")
        read, values = self.program.linked(added, "what was added", "GET", below=f"{self.path}/{{")
        got = self.program.succeed(read, values)
        assert got.response.request.url.path == added.response.headers["Location"]
        assert (got.answer, got.tag) == (added.answer, added.tag)
        return got


RECORDS = {operation.path.partition("/{")[0] for operation in contract().operations if operation.method == "PUT"}
COLLECTIONS = [
    operation.path
    for operation in contract().operations
    if operation.method == "POST" and operation.path in RECORDS and "201" in operation.responses
]
"""Those of records: what is withdrawn from them can be restored."""


@pytest.fixture
def program(seeded: Door) -> Program:
    return Program(seeded, ADMIN_KEY)


@pytest.mark.parametrize("path", COLLECTIONS)
def test_a_record_is_added_changed_found_withdrawn_and_restored(program: Program, path: str) -> None:
    """In each collection that the document has, with what the document shows."""
    shelf = Shelf(program, path)
    before = shelf.pages.number()
    read = shelf.add()
    changed = change(program, shelf, read)
    items = page_through(program, shelf)
    assert len(items) == shelf.pages.number() == before + 1
    assert frozen(changed.answer) in items
    filter_and_sort(program, shelf, items)
    find_by_links(program, shelf, changed)
    restored = withdraw_and_restore(program, shelf, changed)
    assert len(history_of(program, restored)) == 4


def change(program: Program, shelf: Shelf, read: Exchange) -> Exchange:
    """Under the tag that was read: an older one is refused, and what changes nothing keeps it."""
    unchanged = program.expect(304, read.operation, read.values | {"If-None-Match": read.tag})
    assert unchanged.response.content == b""
    changed = program.succeed(shelf.on("PATCH", read), read.values | {"If-Match": read.tag})
    assert changed.tag != read.tag
    now = program.succeed(read.operation, read.values)
    assert (now.answer, now.tag) == (changed.answer, changed.tag)
    program.expect(412, shelf.on("PATCH", read), read.values | {"If-Match": read.tag})
    replaced = program.succeed(shelf.on("PUT", read), read.values | {"If-Match": now.tag}, now.answer)
    assert (replaced.answer, replaced.tag) == (now.answer, now.tag)
    for exchange in (read, changed, replaced):
        program.follow_all(exchange)
    return now


def page_through(program: Program, shelf: Shelf) -> list[str]:
    """Each record once, whether the pages are long or of one record each, by the `Link` as by the cursor."""
    items = shelf.pages.items()
    assert len(items) == len(set(items))
    limit = shelf.pages.parameter("integer")
    assert shelf.pages.items({limit: 1}) == items
    longest = min(len(items) - 1, shelf.pages.schema_of(limit)["maximum"])
    pages = [*shelf.pages.read({limit: longest})]
    pages[0].needs_header("Link")
    assert str(pages[1].response.request.url).endswith(pages[0].response.links["next"]["url"])
    assert "next" not in pages[-1].response.links
    program.follow_all(pages[0])
    program.expect(304, shelf.pages.operation, {"If-None-Match": program.succeed(shelf.pages.operation).tag})
    return items


ALONE = {"known_at"}
"""Filters whose description says what may stand beside them: a count may not."""


def filter_and_sort(program: Program, shelf: Shelf, items: list[str]) -> None:
    """By every parameter of the list as the document shows it, and by every value that it can have."""
    for name in shelf.pages.filters:
        known = shelf.pages.schema_of(name).get("enum", [])
        for value in known or [program.example(shelf.pages.operation, name)]:
            found = shelf.pages.items({name: value})
            assert set(found) <= set(items)
            assert found or not program.shows(shelf.pages.operation, name, value), f"{name}={value} finds nothing"
            assert name in ALONE or len(found) == shelf.pages.number({name: value})
            if f"-{value}" in known:
                assert sorted(found) == sorted(shelf.pages.items({name: f"-{value}"})) == sorted(items)


def find_by_links(program: Program, shelf: Shelf, read: Exchange) -> None:
    """Where the document says which member of a record a filter reads, the filter finds it."""
    for operation, values in program.links(read):
        if operation == shelf.pages.operation:
            assert frozen(read.answer) in shelf.pages.items(values), values


def withdraw_and_restore(program: Program, shelf: Shelf, read: Exchange) -> Exchange:
    """It is gone, its history is not, and then it is back."""
    withdrawn = program.succeed(shelf.on("DELETE", read), read.values | {"If-Match": read.tag})
    program.expect(410, read.operation, read.values)
    assert frozen(read.answer) not in shelf.pages.items()
    program.follow_all(withdrawn)
    restore, values = program.linked(withdrawn, "its restoration", "POST", below=read.operation.path)
    restored = program.succeed(restore, values)
    again = program.succeed(read.operation, read.values)
    assert (again.answer, again.tag) == (restored.answer, restored.tag)
    assert frozen(again.answer) in shelf.pages.items()
    return again


def history_of(program: Program, read: Exchange) -> list[str]:
    """Every version, page after page; the first of them by itself too."""
    listing, values = program.linked(read, "its history", "GET", below=f"{read.operation.path}/")
    pages = Pages(program, listing)
    history = pages.items(values)
    assert pages.items({**values, pages.parameter("integer"): 1}) == history
    one, which = program.linked(program.succeed(listing, values), "one version", "GET", below=f"{listing.path}/")
    assert frozen(program.succeed(one, which).answer) == history[0]
    return history


def test_the_rest_is_read(program: Program) -> None:
    """What belongs to no collection reads, or makes what then is read; findings come from lists."""
    for operation in program.contract.operations:
        collection = operation.path.partition("/{")[0]
        if collection not in COLLECTIONS and "{id}" not in operation.path:
            asks = operation.method == "GET" or (
                "requestBody" in operation.members and not operation.members["security"]
            )
            assert asks or "201" in operation.responses, operation.id
            program.follow_all(program.succeed(operation))


def test_nothing_needs_to_be_known_besides() -> None:
    """Every operation under a collection is its list, its POST, on one record, or linked from an answer there."""
    for path in COLLECTIONS:
        mine = [each for each in contract().operations if each.path.partition("/{")[0] == path]
        leads = {
            link["operationId"]
            for operation in mine
            for response in operation.responses.values()
            for link in response.get("links", {}).values()
        }
        (record,) = {each.path for each in mine if each.method == "DELETE"}
        alone = [each.id for each in mine if each.path not in (path, record) and each.id not in leads]
        assert alone == [], "no link leads there"
