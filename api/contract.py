"""The OpenAPI document: what FastAPI knows of the routes, with what it cannot know.

That is: the front page, security, headers, problem documents, examples; and shapes under names of their own, each
written once.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts
from pydantic import TypeAdapter
from pydantic.json_schema import models_json_schema

from api.auth import scope_needed
from api.examples import illustrate, operations
from api.replies import HEADERS, PROBLEM_JSON, headers
from api.schemas import Problem
from api.settings import Settings
from api.strict import StrictRoute
from db.documents import text_of
from db.members import Date, Json, LanguageMap
from db.reconciliation import ExtensionQuery, ReconciliationQueries

DESCRIPTION = """\
**Records.** An agreement holds its parties, clauses, signatories and events whole. Signatories and events have
collections of their own too; all seven collections work alike: list, add, read, replace, change, withdraw, restore,
look back.

**Dates** are EDTF (ISO 8601-2), as exact as they are known: `2021-09-28`, `2021-09`, `202X`, `2022-10-05~`,
`[2021-09-28..2021-09-30]`. They are answered with their first and last possible day. Durations are ISO 8601 (`P5Y`).
A member without a value is left out, never null.

**Keys.** Reading needs none, unless the service says so; writing needs `Authorization: Bearer blt_...`. The scope that
an operation needs is the role in its `security`: `write` includes `read`, and `admin` includes both. A wrong key is
refused even where none is needed.

**Changes** name the version that they were made for: `If-Match` with the `ETag` that was read, or `*`. A stale one is
412, and nothing is overwritten.

**Lists** are read to their end by `next`, as `cursor`, or by the `Link` header. A parameter that does not exist is
refused; a value that nobody has finds nothing.

**Problems** are RFC 9457: what is wrong is named by JSON Pointer or parameter, and nothing was written; only a 500 or a
`database-unavailable` cannot say whether it was. Any operation may answer 500, with the id under which the failure is
logged; a request may bring an id of its own (`X-Request-Id`).

**Examples** work as they stand on the seed, in this order: add, read, replace, change, withdraw, restore. The ids in
them are taken after the first time. The finding that is shown is one in the agreement that is added.
"""
KEY = {
    "type": "http",
    "scheme": "bearer",
    "description": "A key, `blt_...`, without the word Bearer; writing needs the scope `write` or `admin`. "
    "The first `bilateral serve` printed one; `bilateral key create NAME`, or a POST to `/v1/keys`, makes others.",
}
TAGS = [
    {
        "name": "agreements",
        "description": "What two sides concluded, whole: parties, clauses, signatories, events.",
    },
    {"name": "signatories", "description": "The persons who signed, in a capacity, on behalf of a party."},
    {"name": "delegations", "description": "People sent together, and the events that they attended."},
    {
        "name": "events",
        "description": "What happened: visits, signatures, approvals, notifications, denunciations.",
    },
    {"name": "organizations", "description": "States (ids are ISO codes in lower case) and their bodies."},
    {"name": "people", "description": "Those who signed, led, negotiated or spoke; names as written."},
    {"name": "sources", "description": "The texts that facts are cited to, never copied."},
    {"name": "search", "description": "Words and names, in any script, over all collections."},
    {
        "name": "reconciliation",
        "description": "Names of a spreadsheet are matched against the record: the Reconciliation Service API 0.2.",
    },
    {"name": "deadlines", "description": "Ends of terms, and last days for notices."},
    {"name": "pairs", "description": "Two states, or any two organizations: their agreements year by year."},
    {"name": "findings", "description": "What contradicts itself in agreements, or cannot be told."},
    {"name": "changes", "description": "All that changed, in the order of the ledger, as CloudEvents."},
    {"name": "webhooks", "description": "Who is told of changes as they come; for administrators."},
    {"name": "keys", "description": "Who may come in, and how far; for administrators."},
    {"name": "vocabularies", "description": "The closed lists with their labels, and the subjects in use."},
    {"name": "health", "description": "For whoever keeps the service running."},
]
REF = "#/components/schemas/"
SIGNED: Mapping[str, tuple[str, Json, str]] = {
    "webhook-id": (
        "The `seq` of the change, or the id of a trial: what comes twice has the same.",
        {"type": "string"},
        "287",
    ),
    "webhook-timestamp": (
        "When it was sent, in seconds since 1970.",
        {"type": "string", "pattern": "^[0-9]+$"},
        "1795305600",
    ),
    "webhook-signature": (
        "Of `id.timestamp.body`, as Standard Webhooks 1.0 asks; two of them while two secrets are valid.",
        {"type": "string", "pattern": "^v1,[^ ]+( v1,[^ ]+)*$"},
        "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
    ),
}
WEBHOOKS: Json = {
    "change": {
        "post": {
            "operationId": "receive_change",
            "summary": "A change that passes the filter of a webhook",
            "description": "What the service sends to each webhook that was made at `/v1/webhooks`: one change after "
            "the other, in the order of the ledger, at least once. The header `webhook-id` tells what comes twice.",
            "tags": ["webhooks"],
            "security": [],
            "parameters": [
                {
                    "name": name,
                    "in": "header",
                    "required": True,
                    "description": text,
                    "schema": schema,
                    "example": example,
                }
                for name, (text, schema, example) in SIGNED.items()
            ],
            "requestBody": {
                "required": True,
                "description": "The change, as `/v1/changes` shows it.",
                "content": {"application/cloudevents+json": {"schema": {"$ref": REF + "Change"}}},
            },
            "responses": {
                "2XX": {"description": "It was taken: what follows may come. What the answer says is not read on."},
                "default": {
                    "description": "It was not taken, and is sent again after a pause. Redirects are not followed."
                },
            },
        }
    }
}
SHARED: Mapping[str, Json] = {
    "MergePatch": {
        "type": "object",
        "additionalProperties": True,
        "description": "A JSON merge patch (RFC 7396): the members to change, null for those to remove.",
    },
    "Date": TypeAdapter(Date).json_schema(mode="serialization"),
    "DateInput": TypeAdapter(Date).json_schema(mode="validation"),
    "Texts": TypeAdapter(LanguageMap).json_schema(),
}
"""Shapes that many members have: written once, under these names."""
NOT_SHAPES = frozenset({"example", "examples", "default", "enum", "const"})
"""Below these stand values, whatever they look like."""


def contract(app: FastAPI) -> Json:
    """The OpenAPI document of the service."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=DESCRIPTION,
        license_info={"name": "MIT", "identifier": "MIT"},
        servers=[{"url": "/", "description": "This service"}],
        routes=app.routes,
        tags=TAGS,
    )
    problems: Json = {}
    schemes, scopes = _schemes(app.state.settings), _scopes(app)
    shown = operations()
    for path in document["paths"].values():
        for method, operation in path.items():
            scope = scopes[operation["operationId"]]
            operation["security"] = [{scheme: [scope]} for scheme in schemes] if scope else []
            _complete(method, operation)
            illustrate(operation, shown[operation["operationId"]])
            operation["responses"] = {
                status: _shared(response, problems) for status, response in operation["responses"].items()
            }
    schemas = _tidy(document["components"]["schemas"] | _named_elsewhere())
    document["components"] = {
        "schemas": {_renamed(name): schema for name, schema in sorted({**schemas, **SHARED}.items())},
        "responses": dict(sorted(problems.items())),
        "headers": dict(HEADERS),
        "securitySchemes": schemes,
    }
    return document | {"paths": _tidy(document["paths"]), "webhooks": WEBHOOKS}


def _schemes(settings: Settings) -> Json:
    """The ways to come in: by a key; and by a token, where the service knows an issuer."""
    if settings.oidc_issuer is None:
        return {"key": KEY}
    token = {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": f"A token of {settings.oidc_issuer} for the audience `{settings.oidc_audience}`, with `read`, "
        f"`write` or `admin` (or `bilateral:read` ...) in its `{settings.oidc_scopes_claim}`, without the word Bearer.",
    }
    return {"key": KEY, "oidc": token}


def _scopes(app: FastAPI) -> Mapping[str, str | None]:
    """The scope that each operation needs, by its id; None where none is needed."""
    routes = (context.original_route for context in iter_route_contexts(app.routes))
    return {
        str(route.operation_id): scope_needed(method, route.scope, app.state.settings) if route.needs_key else None
        for route in routes
        if isinstance(route, StrictRoute)
        for method in route.methods or ()
    }


_texts: dict[tuple[Any, ...], str] = {}


def contract_text(app: FastAPI) -> str:
    """The document as it is served: made once in a process, for all apps of one release."""
    settings: Settings = app.state.settings
    tokens = (settings.oidc_issuer, settings.oidc_audience, settings.oidc_scopes_claim)
    same = (app.version, settings.public_read, *tokens)
    if same not in _texts:
        _texts[same] = text_of(contract(app))
    return _texts[same]


def _named_elsewhere() -> Json:
    """The shapes that FastAPI does not see: they stand in problems, and in fields of a form."""
    _, definitions = models_json_schema(
        [(Problem, "serialization"), (ReconciliationQueries, "validation"), (ExtensionQuery, "validation")],
        ref_template=REF + "{model}",
    )
    named: Json = definitions["$defs"]
    return named


def _complete(method: str, operation: Json) -> None:
    for parameter in operation.get("parameters", ()):
        parameter["schema"].pop("description", None)
        if parameter["name"] == "If-Match" and method in ("patch", "delete"):
            parameter["required"] = True  # FastAPI takes it for optional, since its absence is answered 428
    if method == "patch":
        for content in operation["requestBody"]["content"].values():
            content["schema"] = {"$ref": REF + "MergePatch"}
    for response in operation["responses"].values():
        for content in response.get("content", {}).values():
            content.pop("itemSchema", None)  # of streams: OpenAPI 3.2 has it, and this is 3.1
        response["headers"] = response.get("headers", {}) | headers("X-Request-Id")


def _shared(response: Json, problems: Json) -> Json:
    """A problem is described once, and named by its kinds."""
    examples = response.get("content", {}).get(PROBLEM_JSON, {}).get("examples")
    if examples is None:
        return response
    name = "-or-".join(examples)
    problems[name] = response
    return {"$ref": f"#/components/responses/{name}"}


def _tidy(node: Any) -> Any:
    """Without titles that repeat a name and defaults that are none, with references to what is shared."""
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if isinstance(node, str):
        return REF + _renamed(node.removeprefix(REF)) if node.startswith(REF) else node
    if not isinstance(node, dict):
        return int(node) if isinstance(node, float) else node  # FastAPI's bounds of whole numbers
    needless = {("title", str), ("default", type(None))}
    shape = {name: value for name, value in node.items() if (name, type(value)) not in needless}
    described = {"description": shape["description"]} if isinstance(shape.get("description"), str) else {}
    shared = next((name for name, each in SHARED.items() if shape == each | described), None)
    if shared:
        return {"$ref": REF + shared} | described
    return {name: value if name in NOT_SHAPES else _tidy(value) for name, value in shape.items()}


def _renamed(name: str) -> str:
    """FastAPI tells the two modes of a shape apart by a suffix; what is answered bears the plain name."""
    return name.removesuffix("-Output").replace("-Input", "Input")
