"""The OpenAPI document as a judge: it finds the operation that a request was for, and says what was wrong in an answer.

What is judged: the status is documented, and so are the media type, the kind of problem and each header; headers that
are required are there; header and body are valid against their schemas. Not judged: what is outside the contract (the
pages, addresses that lead nowhere, methods that an address does not take).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import jsonschema_rs

from api.main import create_app
from api.settings import Settings

Json = dict[str, Any]
METHODS = ("get", "put", "post", "patch", "delete", "head", "options", "trace")
PROBLEM = "application/problem+json"
FORM = "application/x-www-form-urlencoded"
OF_EVERY_ANSWER = re.compile(
    r"content-(length|type|encoding|security-policy)|transfer-encoding|connection|date|vary|cache-control|x-request-id"
    r"|x-accel-buffering|x-content-type-options|x-frame-options|referrer-policy|(cross-origin|access-control)-[a-z-]+"
)
"""Headers that the document need not name: they say how an answer travels and is shown, not what it says."""
OUTSIDE = frozenset({400, 404, 405, 414})
"""What may be answered under /v1 where no operation is: the wrong method, a wrong or unreadable address."""


@dataclass(frozen=True)
class Operation:
    """One operation of the document."""

    method: str
    path: str
    members: Json

    @property
    def id(self) -> str:
        return str(self.members["operationId"])

    @property
    def responses(self) -> Json:
        responses: Json = self.members["responses"]
        return responses

    @property
    def parameters(self) -> list[Json]:
        parameters: list[Json] = self.members["parameters"]
        return parameters

    def parameter(self, name: str) -> Json | None:
        """The parameter of this name; headers are named in any case."""
        return next((each for each in self.parameters if each["name"].lower() == name.lower()), None)

    def kinds(self, status: int | str) -> set[str]:
        """The problems that are documented for this status, by the examples' types."""
        content = self.responses.get(str(status), {}).get("content", {}).get(PROBLEM, {})
        return {example["type"].rpartition("/")[2] for example in examples_of(content)}


def examples_of(described: Json) -> list[Any]:
    """The examples of a parameter or of a body, in either of the two ways to give them."""
    given = [described["example"]] if "example" in described else []
    return given + [each["value"] for each in described.get("examples", {}).values()]


def sent_as(media_type: str, body: Any) -> Json:
    """How a client sends a body of this type: as a form, or as JSON."""
    return {"data" if media_type == FORM else "json": body}


class Contract:
    """An OpenAPI document."""

    def __init__(self, document: Json) -> None:
        self.document = document
        for shape in document["components"]["schemas"].values():
            if "properties" in shape:  # a client must expect more; a test must not
                shape.setdefault("additionalProperties", False)
        self._validators: dict[str, Any] = {}

    @cached_property
    def operations(self) -> list[Operation]:
        """Those whose answers end."""
        return [operation for operation in self.every if ends(operation.members)]

    @cached_property
    def every(self) -> list[Operation]:
        """All of them."""
        return [
            Operation(method.upper(), path, self._resolved(item[method]))
            for path, item in self.document["paths"].items()
            for method in METHODS
            if method in item
        ]

    def _resolved(self, members: Json) -> Json:
        responses = {status: self.whole(response) for status, response in members["responses"].items()}
        return members | {"responses": responses, "parameters": [*map(self.whole, members.get("parameters", ()))]}

    @cached_property
    def by_id(self) -> Mapping[str, Operation]:
        return {operation.id: operation for operation in self.operations}

    @cached_property
    def _by_address(self) -> Mapping[tuple[str, str], Operation]:
        return {(operation.method, operation.path): operation for operation in self.every}

    def at(self, method: str, path: str) -> Operation | None:
        """The operation that a request is for; HEAD is judged as GET."""
        template = self.template(path)
        return self._by_address.get(("GET" if method == "HEAD" else method, template)) if template else None

    def template(self, path: str) -> str | None:
        """The address with its parameters' names, as the document has it."""
        fitting = (template for template in self.document["paths"] if _pattern(template).fullmatch(path))
        return min(fitting, key=lambda template: template.count("{"), default=None)

    def whole(self, described: Any) -> Any:
        """What a reference to a component leads to; anything else as it is."""
        while isinstance(described, dict) and "$ref" in described:
            name = described["$ref"]
            described = self.document
            for step in name.removeprefix("#/").split("/"):
                described = described[step]
        return described

    def wrong_in(self, value: Any, schema: Json) -> list[str]:
        """Where a value breaks its schema."""
        key = schema["$ref"] if schema.keys() == {"$ref"} else repr(schema)
        if key not in self._validators:
            whole = schema | {"components": self.document.get("components", {})}
            self._validators[key] = jsonschema_rs.Draft202012Validator(whole)
        validator = self._validators[key]
        if validator.is_valid(value):
            return []
        wrong = validator.iter_errors(value)
        return [f"/{'/'.join(map(str, each.instance_path))}: {each.message[:300]}" for each in wrong]

    def faults_of(self, method: str, path: str, answer: Any) -> list[str]:
        """What is wrong in an answer (httpx.Response), by the document."""
        operation = self.at(method, path)
        if operation is None:
            allowed = method == "OPTIONS" or not path.startswith("/v1/") or answer.status_code in OUTSIDE
            return [] if allowed else [f"{answer.status_code} where the document has no operation"]
        response = operation.responses.get(str(answer.status_code))
        if response is None:
            return [f"status {answer.status_code} is not documented"]
        faults = [*self._of_headers(response, answer.headers)]
        return faults + ([] if method == "HEAD" else [*self._of_body(operation, response, answer)])

    def _of_headers(self, response: Json, sent: Mapping[str, str]) -> Iterator[str]:
        documented = {name.lower(): self.whole(header) for name, header in response.get("headers", {}).items()}
        for name, header in documented.items():
            if name in sent:
                yield from (f"header {name}: {wrong}" for wrong in self.wrong_in(sent[name], header.get("schema", {})))
            elif header.get("required"):
                yield f"header {name} is missing"
        for name in sent:
            if name.lower() not in documented and not OF_EVERY_ANSWER.fullmatch(name.lower()):
                yield f"header {name.lower()} is not documented"

    def _of_body(self, operation: Operation, response: Json, answer: Any) -> Iterator[str]:
        content = response.get("content", {})
        media_type = answer.headers.get("content-type", "").partition(";")[0]
        if not content and not answer.content:
            return
        if media_type not in content:
            yield f"media type {media_type or 'none'} is not documented"
        elif media_type.endswith("json"):
            body = answer.json()
            yield from (f"body {wrong}" for wrong in self.wrong_in(body, content[media_type].get("schema", {})))
            kind = body.get("type", "").rpartition("/")[2] if media_type == PROBLEM else None
            if kind is not None and kind not in operation.kinds(answer.status_code):
                yield f"problem {kind} has no example"


def ends(operation: Json) -> bool:
    """Whether its answer ends: a stream lasts as long as the connection, and has tests of its own."""
    return "text/event-stream" not in operation["responses"].get("200", {}).get("content", {})


@cache
def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"(\{\w+\})", template)
    return re.compile("".join("[^/]+" if part.startswith("{") else re.escape(part) for part in parts))


@cache
def contract() -> Contract:
    """This release's, made once, of a service where reading needs no key."""
    return Contract(create_app(Settings()).openapi())
