"""Every outcome of every operation that the OpenAPI document promises is reached, and no other is seen.

An outcome is a status below 400, or a kind of problem by the name of its page. Each has one recipe; what is sent when
nothing is wrong, the document's own examples say. The door holds each answer against the document.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from db import keys, ledger
from db.engine import make_engine
from tests.contract import FORM, PROBLEM, Operation, contract, examples_of, sent_as
from tests.door import Door
from tests.tokens import StubIssuer, settings_for, token

Json = dict[str, Any]
CONTRACT = contract()


@dataclass(frozen=True)
class Sent:
    """A request before it is sent, for recipes to spoil."""

    method: str
    path: str
    query: Json = field(default_factory=dict)
    headers: Json = field(default_factory=dict)
    body: Any = None
    media_type: str = "application/json"

    @property
    def id(self) -> str:
        return self.path.split("/")[3]

    def at(self, id: str) -> "Sent":
        """The same about another record."""
        return replace(self, path=self.path.replace(f"/{self.id}", f"/{id}"))

    def asking(self, query: Json) -> "Sent":
        return replace(self, query=self.query | query)

    def under(self, headers: Json) -> "Sent":
        """With these headers; what is None is left out."""
        merged = {name: value for name, value in (self.headers | headers).items() if value is not None}
        return replace(self, headers=merged)

    def saying(self, body: Any, media_type: str | None = None) -> "Sent":
        """With another body, and its type declared."""
        return replace(self, body=body).under({"Content-Type": media_type or self.media_type})


class Stage:
    """A service that holds the seed, and gets one more record for everything that is done to one."""

    def __init__(self, door: Door, folder: Path) -> None:
        self.door, self.folder = door, folder
        state = door.app.state
        with ledger.write(state.engine, state.clock, actor="a test") as unit:
            self.read_key = keys.make(unit, "reader", "read")

    def shown(self, operation: Operation) -> Sent:
        """The request that the document shows, about a record of its own."""
        id = self.add_one(collection_of(operation)) if "{id}" in operation.path else ""
        needed = [each for each in operation.parameters if each["required"] and each["in"] == "query"]
        query = {each["name"]: examples_of(each)[0] for each in needed}
        headers = {"If-Match": "*"} if operation.method in ("PUT", "PATCH", "DELETE") else {}
        body = shown_body(operation)
        if operation.method == "PUT":
            body = {name: value for name, value in body.items() if not is_parts(value)} | {"id": id}
        elif operation.method == "POST" and not id:
            body = anonymous(body)
        path = operation.path.format(id=id, version=1, first="mex", second="rus")
        media_type = next(iter(operation.members.get("requestBody", {}).get("content", {})), "application/json")
        return Sent(operation.method, path, query, headers, body, media_type)

    def add_one(self, collection: str) -> str:
        """Add a record like the one that the document shows; gives its id, or that of what is found in it."""
        if collection == "/v1/findings":
            found = self.door.read(f"/v1/agreements/{self.add_one('/v1/agreements')}/findings")
            return str(found["items"][0]["id"])
        operation = CONTRACT.at("POST", collection)
        assert operation
        return str(self.door.add(collection, anonymous(shown_body(operation)))["id"])

    def send(self, sent: Sent) -> httpx.Response:
        body = {"content": sent.body} if isinstance(sent.body, bytes) else sent_as(sent.media_type, sent.body)
        if sent.body is None:
            body = {}
        return self.door.request(sent.method, sent.path, params=sent.query, headers=sent.headers, **body)

    def send_to(self, sent: Sent, query: str) -> httpx.Response:
        """Send it with a query that is taken as it is."""
        return self.door.request(sent.method, f"{sent.path}?{query}", headers=sent.headers)

    @contextmanager
    def working_on(self, engine: sa.Engine) -> Iterator[None]:
        """Let the service work on another database for a while."""
        state = self.door.app.state
        there, state.engine = state.engine, engine
        try:
            yield
        finally:
            engine.dispose()
            state.engine = there


@pytest.fixture
def stage(seeded: Door, tmp_path: Path) -> Stage:
    return Stage(seeded, tmp_path)


def collection_of(operation: Operation) -> str:
    return operation.path.partition("/{")[0]


def shown_body(operation: Operation) -> Any:
    contents = list(operation.members.get("requestBody", {}).get("content", {}).values())
    return examples_of(contents[0])[0] if contents else None


def is_parts(value: Any) -> bool:
    """Whether it is the list of a dossier's own records."""
    return isinstance(value, list) and any("id" in part for part in value if isinstance(part, dict))


def anonymous(document: Json) -> Json:
    """The document without ids, its parts' too: the service makes others."""
    parts = {name: [anonymous(part) for part in value] for name, value in document.items() if is_parts(value)}
    return {name: value for name, value in document.items() if name != "id"} | parts


# Recipes: how each outcome is brought about

Answers = Iterator[httpx.Response]
NOTHING = "nothing-has-this-id"


def as_shown(stage: Stage, operation: Operation) -> Answers:
    yield stage.send(stage.shown(operation))


def created(stage: Stage, operation: Operation) -> Answers:
    sent = stage.shown(operation)
    if operation.method == "PUT":
        id = f"{sent.id}-of-the-client"
        sent = sent.at(id).under({"If-Match": None, "If-None-Match": "*"}).saying(sent.body | {"id": id})
    yield stage.send(sent)


def known_already(stage: Stage, operation: Operation) -> Answers:
    sent = stage.shown(operation)
    tag = stage.send(sent).headers["ETag"]
    for known in (tag, f'"another", {tag}', "*"):
        yield stage.send(sent.under({"If-None-Match": known}))


def not_parseable(stage: Stage, operation: Operation) -> Answers:
    sent = stage.shown(operation)
    yield stage.send_to(sent, "%FF")
    if sent.body is not None:
        not_json = (b"", b"{", b'{"reason": "a", "reason": "b"}', b"[" * 100)
        for body in (b'"\xff"', *(not_json if sent.media_type != FORM else ())):
            yield stage.send(sent.saying(body))


def not_authentic(stage: Stage, operation: Operation) -> Answers:
    sent = stage.shown(operation)
    for wrong in ("Bearer blt_0123456789abcdef", "Basic Zm9vOmJhcg=="):
        yield stage.send(sent.under({"Authorization": wrong}))
    if operation.members["security"]:
        stage.door.key, key = None, stage.door.key
        yield stage.send(sent)
        stage.door.key = key


def not_allowed(stage: Stage, operation: Operation) -> Answers:
    yield stage.send(stage.shown(operation).under({"Authorization": f"Bearer {stage.read_key}"}))


def not_found(stage: Stage, operation: Operation) -> Answers:
    parameter = operation.parameter("id")
    assert parameter
    if parameter["in"] == "query":
        yield stage.send(stage.shown(operation).asking({"id": f"people/{NOTHING}"}))
        return
    nobody = next(id for id in (NOTHING, "blt_00000000") if re.search(parameter["schema"]["pattern"], id))
    yield stage.send(stage.shown(operation).at(nobody))


def withdrawn(stage: Stage, operation: Operation) -> Answers:
    sent = stage.shown(operation)
    if "{id}" not in operation.path:
        id = stage.add_one("/v1/people")
        assert stage.door.withdraw(f"/v1/people/{id}").status_code == 204
        yield stage.send(sent.asking({"id": f"people/{id}"}))
        return
    assert stage.door.withdraw(f"{collection_of(operation)}/{sent.id}").status_code == 204
    yield stage.send(sent)
    if operation.method == "PUT":
        yield stage.send(sent.under({"If-Match": None, "If-None-Match": "*"}))


def taken(stage: Stage, operation: Operation) -> Answers:
    sent = stage.shown(operation)
    if operation.method == "POST":
        yield stage.send(sent.saying(sent.body | {"id": stage.add_one(sent.path)}))
    else:
        event = stage.add_one("/v1/events")
        part = {"id": event, "kind": "signature", "date": "1999"}
        sent = sent.at(NOTHING).under({"If-Match": None, "If-None-Match": "*"})
        yield stage.send(sent.saying(sent.body | {"id": NOTHING, "events": [part]}))


VISIT: Json = {"kind": "visit", "date": "2021"}
NAMING: Mapping[str, Callable[[str], tuple[str, Json]]] = {
    "/v1/agreements": lambda id: (
        "/v1/agreements",
        anonymous(shown_body(CONTRACT.by_id["create_agreement"]))
        | {"relations": [{"kind": "related", "agreement": id}]},
    ),
    "/v1/delegations": lambda id: ("/v1/events", VISIT | {"participants": [{"delegation": id, "role": "member"}]}),
    "/v1/events": lambda id: ("/v1/events", VISIT | {"part_of": id}),
    "/v1/organizations": lambda id: ("/v1/organizations", {"name": {"en": "A"}, "kind": "agency", "parent": id}),
    "/v1/people": lambda id: (
        "/v1/delegations",
        {"name": {"en": "One"}, "events": [], "members": [{"person": id, "role": "head"}]},
    ),
    "/v1/sources": lambda id: ("/v1/sources", {"title": "A translation", "based_on": id}),
}
"""For each collection a record that names one of it, and where it is added. Nothing names a signatory."""


def still_named(stage: Stage, operation: Operation) -> Answers:
    sent, collection = stage.shown(operation), collection_of(operation)
    if operation.method == "DELETE":
        if collection in NAMING:
            stage.door.add(*NAMING[collection](sent.id))
        yield stage.send(sent)
    elif collection == "/v1/organizations":  # an agency that became a state is no agency again while a body names it
        body = {"name": {"en": "A body"}, "kind": "agency", "state": sent.id}
        as_a_state = stage.door.patch(f"{collection}/{sent.id}", {"kind": "state", "state": sent.id})
        assert as_a_state.status_code == 200
        stage.door.add(collection, body)
        yield stage.send(sent if operation.method == "POST" else sent.saying(body | {"state": "mex"}))


def own_key(stage: Stage, operation: Operation) -> Answers:
    mine = stage.door.add("/v1/keys", {"name": "Mine", "scope": "admin"})
    sent = stage.shown(operation).under({"Authorization": f"Bearer {mine['secret']}"})
    yield stage.send(sent.at(mine["id"]))


def stale(stage: Stage, operation: Operation) -> Answers:
    sent = stage.shown(operation)
    yield stage.send(sent.under({"If-Match": '"999-00000000"'}))
    if operation.method == "PUT":
        yield stage.send(sent.under({"If-Match": None, "If-None-Match": "*"}))
    if operation.method != "POST":
        elsewhere = sent.at(NOTHING)
        yield stage.send(elsewhere if operation.method != "PUT" else elsewhere.saying(sent.body | {"id": NOTHING}))


def body_too_large(stage: Stage, operation: Operation) -> Answers:
    yield stage.send(stage.shown(operation).saying(b"{" + b" " * 1_000_000 + b"}"))


def url_too_long(stage: Stage, operation: Operation) -> Answers:
    yield stage.send_to(stage.shown(operation), "x" * 8_000)


def unsupported_media_type(stage: Stage, operation: Operation) -> Answers:
    yield stage.send(stage.shown(operation).saying(b"{}", "text/plain"))


def invalid(stage: Stage, operation: Operation) -> Answers:
    sent = stage.shown(operation)
    yield stage.send(sent.asking({"no_such_parameter": "1"}))
    if "{id}" in operation.path:
        yield stage.send(sent.at("No_id"))
    if sent.body is not None:
        yield stage.send(sent.saying({"no_such_member": 1}))


def bad_cursor(stage: Stage, operation: Operation) -> Answers:
    yield stage.send(stage.shown(operation).asking({"cursor": "bm9uZQ"}))


def precondition_required(stage: Stage, operation: Operation) -> Answers:
    yield stage.send(stage.shown(operation).under({"If-Match": None}))


KNOWN_BY_HEART = {"get_reconciliation", "suggest_properties", "suggest_types", "propose_properties"}
"""What is told without the record: the database is asked for the caller's key only."""


def database_unavailable(stage: Stage, operation: Operation) -> Answers:
    sent = stage.shown(operation)
    if operation.id in KNOWN_BY_HEART:
        sent = sent.under({"Authorization": f"Bearer {stage.read_key}"})
    with stage.working_on(make_engine(f"sqlite:///{stage.folder}/missing/record.db")):
        yield stage.send(sent)


def issuer_unavailable(stage: Stage, operation: Operation) -> Answers:
    sent, state, stub = stage.shown(operation), stage.door.app.state, StubIssuer()
    state.issuer = stub.known_to(settings_for(""))
    yield stage.send(sent.under({"Authorization": f"Bearer {token()}"}))
    state.issuer = None


def busy(stage: Stage, operation: Operation) -> Answers:
    sent, state = stage.shown(operation), stage.door.app.state
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("db.engine.WAIT_SECONDS", 0.001)
        impatient = make_engine(state.settings.database_url)
        with ledger.write(state.engine, state.clock, actor="a test"), stage.working_on(impatient):
            yield stage.send(sent)


def schema_not_at_head(stage: Stage, operation: Operation) -> Answers:
    with stage.working_on(make_engine(f"sqlite:///{stage.folder}/empty.db")):
        yield stage.send(stage.shown(operation))


Recipe = Callable[[Stage, Operation], Answers]
TRIED_EVERYWHERE: Mapping[str, Recipe] = {
    "not-parseable": not_parseable,
    "not-authentic": not_authentic,
    "not-allowed": not_allowed,
    "body-too-large": body_too_large,
    "url-too-long": url_too_long,
    "unsupported-media-type": unsupported_media_type,
    "invalid": invalid,
    "database-unavailable": database_unavailable,
    "issuer-unavailable": issuer_unavailable,
    "busy": busy,
}
"""What any request can be tried with; where the document promises no such answer, it promises the one that comes."""
RECIPES: Mapping[str, Recipe] = {
    "200": as_shown,
    "201": created,
    "204": as_shown,
    "304": known_already,
    "not-found": not_found,
    "withdrawn": withdrawn,
    "taken": taken,
    "still-named": still_named,
    "own-key": own_key,
    "stale": stale,
    "bad-cursor": bad_cursor,
    "precondition-required": precondition_required,
    "schema-not-at-head": schema_not_at_head,
    **TRIED_EVERYWHERE,
}


def promised(operation: Operation) -> Iterator[str]:
    """The outcomes that the document has for an operation."""
    for status in operation.responses:
        kinds = [status] if status < "400" else sorted(operation.kinds(status))
        yield from kinds or [f"{status}, without an example of its problem"]


def outcome_of(response: httpx.Response) -> str:
    if response.headers.get("content-type") == PROBLEM:
        return str(response.json()["type"].rpartition("/")[2])
    return str(response.status_code)


TAGS = [tag["name"] for tag in CONTRACT.document["tags"]]


@pytest.mark.parametrize("tag", TAGS)
def test_every_promised_outcome_is_reached(stage: Stage, tag: str) -> None:
    """By its recipe; one without a recipe, or whose recipe ends otherwise, is promised in vain."""
    in_vain = []
    for operation in CONTRACT.operations:
        for outcome in promised(operation) if tag in operation.members["tags"] else ():
            recipe = RECIPES.get(outcome)
            seen = [outcome_of(answer) for answer in recipe(stage, operation)] if recipe else []
            if set(seen) != {outcome}:
                in_vain.append((operation.id, outcome, seen))
    assert in_vain == []


@pytest.mark.parametrize("tag", TAGS)
def test_what_goes_wrong_everywhere_is_promised(stage: Stage, tag: str) -> None:
    """Whatever is tried on an operation that promises no such answer, the answer is one that it promises."""
    unheard_of = []
    for operation in CONTRACT.operations:
        known = set(promised(operation))
        for outcome in TRIED_EVERYWHERE.keys() - known if tag in operation.members["tags"] else ():
            seen = {outcome_of(answer) for answer in RECIPES[outcome](stage, operation)}
            unheard_of += [(operation.id, outcome, other) for other in seen - known]
    assert unheard_of == []


def test_every_recipe_is_for_something() -> None:
    """And no problem is promised that has none."""
    assert RECIPES.keys() == {outcome for operation in CONTRACT.operations for outcome in promised(operation)}
