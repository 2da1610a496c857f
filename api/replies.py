"""What operations answer, for the contract: kinds of problems with their examples, and the headers of answers."""

from collections.abc import Mapping
from typing import Any

from api.errors import KINDS, Kind
from db.members import Json

PROBLEM_JSON = "application/problem+json"
Replies = dict[int | str, dict[str, Any]]
"""What `responses` of a route takes: by status."""

HEADERS: Mapping[str, Json] = {
    "ETag": {
        "description": "Of one record: strong, its version and a digest of the answer. Of a list: weak, the newest "
        "`seq` of the ledger, and the day where the list depends on it.",
        "schema": {"type": "string", "pattern": '^(W/)?"[^"]+"$'},
        "example": '"1-9f86d081"',
    },
    "Location": {
        "description": "Where the new record is.",
        "schema": {"type": "string", "format": "uri-reference"},
        "example": "/v1/people/ana-garcia",
    },
    "Link": {
        "description": "The next page, `rel=next`; left out on the last.",
        "schema": {"type": "string"},
        "example": '</v1/people?limit=1&cursor=eyJ2IjoxfQ>; rel="next"',
    },
    "Link-History": {
        "description": "The history of what was withdrawn, `rel=version-history` (RFC 5829).",
        "schema": {"type": "string"},
        "example": '</v1/people/ana-garcia/revisions>; rel="version-history"',
    },
    "Bilateral-Seq": {
        "description": "The newest `seq` of the ledger after the change.",
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
        "example": "287",
    },
    "Idempotency-Replayed": {
        "description": "`true` where the same request was answered before, and nothing more was done.",
        "schema": {"type": "string", "enum": ["true"]},
        "example": "true",
    },
    "WWW-Authenticate": {
        "description": "How to send a key or a token.",
        "schema": {"type": "string"},
        "example": "Bearer",
    },
    "X-Request-Id": {
        "description": "The id under which the request is logged: the one that was sent, or one made for it.",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,100}$"},
        "example": "2f1c6b1de0a64f0c8f1b8e3f5d7a9c11",
    },
}
"""The headers of answers that the contract names."""

ERRORS: Mapping[str, list[Json]] = {
    "invalid": [{"parameter": "verbose", "code": "unknown_parameter", "detail": "no such parameter"}],
    "invalid-body": [{"pointer": "/verbose", "code": "unknown_member", "detail": "no such member"}],
    "bad-cursor": [
        {
            "parameter": "cursor",
            "code": "bad_cursor",
            "detail": "this cursor belongs to another list, or to other filters",
        }
    ],
    "taken": [{"pointer": "/id", "code": "taken", "detail": "the person id 'ana-garcia' is taken"}],
    "still-named": [{"pointer": "", "code": "still_named", "detail": "named by the signatory 'ana-garcia-2020'"}],
}
"""What the `errors` of some kinds of problems look like."""

VARIANTS = {"invalid-body": "invalid"}
"""Further examples of a kind."""

READING = ("not-parseable", "not-authentic", "url-too-long", "invalid", "database-unavailable", "issuer-unavailable")
LISTING = (*READING, "bad-cursor")
WRITING = (*READING, "not-allowed", "busy")
SENDING = (*WRITING, "invalid-body", "body-too-large", "unsupported-media-type")
AFTER_A_POST = ("Bilateral-Seq", "Idempotency-Replayed")
"""The headers of every answer to a POST that succeeded."""
CHANGING = ("withdrawn", "stale", "precondition-required")


def headers(*names: str) -> Json:
    """References to some of HEADERS."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def success(status: int, description: str, *names: str, links: Json | None = None) -> Replies:
    """What an operation answers when it succeeds, with the names of its headers, and where it leads."""
    described = {"description": description, "headers": headers(*names)}
    return {status: described | ({"links": links} if links else {})}


ITS_ID, THE_SAME_ID, NEXT = "$response.body#/id", "$request.path.id", "$response.body#/next"


def link(operation: str, **parameters: str) -> Json:
    """Where an answer leads: an operation, and which of its parameters the answer or the request gives."""
    return {"operationId": operation, "parameters": parameters}


NOT_MODIFIED: Replies = {
    304: {"description": "The client holds it already, as `If-None-Match` says", "headers": headers("ETag")}
}
IF_NONE_MATCH: Json = {
    "parameters": [
        {
            "name": "If-None-Match",
            "in": "header",
            "required": False,
            "schema": {"type": "string"},
            "description": "The `ETag` of the answer that the client holds: 304 if it still is the same.",
        }
    ]
}


def merge_patch(description: str) -> Json:
    """The body of a PATCH (RFC 7396), whichever of its two media types is declared."""
    content = {
        media_type: {"schema": {"type": "object"}}
        for media_type in ("application/merge-patch+json", "application/json")
    }
    return {"requestBody": {"required": True, "description": description, "content": content}}


def form(description: str, **fields: str) -> Json:
    """The body of a POST that asks by a form, whose fields are JSON of these shapes.

    Their media type is not declared: Swagger UI would fill in nothing.
    """
    texts = {
        name: {
            "type": "string",
            "contentSchema": {"$ref": f"#/components/schemas/{shape}"},
        }
        for name, shape in fields.items()
    }
    schema = {"type": "object", "properties": texts, "additionalProperties": False}
    content = {"application/x-www-form-urlencoded": {"schema": schema}}
    return {"requestBody": {"required": True, "description": description, "content": content}}


def problems(*slugs: str) -> Replies:
    """What an operation answers when it fails: the kinds of one status together, each with an example."""
    by_status: dict[int, dict[str, Kind]] = {}
    for slug in slugs:
        kind = KINDS[VARIANTS.get(slug, slug)]
        by_status.setdefault(kind.status, {})[slug] = kind
    return {status: _reply(kinds) for status, kinds in sorted(by_status.items())}


def _reply(kinds: Mapping[str, Kind]) -> Json:
    titles = dict.fromkeys(kind.title for kind in kinds.values())
    reply: Json = {
        "description": "; or: ".join(titles),
        "content": {
            PROBLEM_JSON: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {
                    slug: {"summary": kind.title, "value": _example(slug, kind)} for slug, kind in kinds.items()
                },
            }
        },
    }
    status = next(iter(kinds.values())).status
    if status == 410:
        return reply | {"headers": {"Link": {"$ref": "#/components/headers/Link-History"}}}
    return reply | ({"headers": headers("WWW-Authenticate")} if status == 401 else {})


def _example(slug: str, kind: Kind) -> Json:
    members = {"type": f"/problems/{kind.slug}", "title": kind.title, "status": kind.status, "detail": kind.meaning}
    return members | ({"errors": ERRORS[slug]} if slug in ERRORS else {})
