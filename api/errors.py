"""One table says which status each failure has; every error is answered as application/problem+json (RFC 9457)."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

import sqlalchemy as sa
from fastapi import FastAPI, Request
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from db import errors as db
from db.errors import Fault
from db.register import REGISTER

COLLECTION_OF: Mapping[str, str] = {each.kind: name for name, each in REGISTER.items()}
"""The collection of each kind of record."""
MOST_FAULTS = 1000
"""Faults that one answer names, at most."""


class HttpError(Exception):
    """The root of what goes wrong before the record is asked."""


class NotParseable(HttpError):
    """The body, or the address, cannot be read at all."""


class BodyTooLarge(HttpError):
    """The body has more bytes than the service takes."""


class UrlTooLong(HttpError):
    """Path and query have more bytes than the service takes."""


class UnsupportedMediaType(HttpError):
    """The body is not declared as what the operation takes."""


class PreconditionRequired(HttpError):
    """A change must say for which version it was made."""


class IssuerUnavailable(HttpError):
    """Whoever signs tokens does not say with which keys."""


class Kind(NamedTuple):
    """One kind of problem: its status, the name of its page, its title, and what to do about it."""

    status: int
    slug: str
    title: str
    meaning: str


DATABASE_UNAVAILABLE = Kind(
    503,
    "database-unavailable",
    "The database does not answer",
    "Whether a change was written can be seen in the record. It is logged under the request's id.",
)
PROBLEMS: Mapping[type[Exception], Kind] = {
    NotParseable: Kind(
        400,
        "not-parseable",
        "The request cannot be read",
        "The address is not UTF-8; or the body is not JSON in UTF-8, a member stands twice in one object, "
        "or objects are nested too deeply.",
    ),
    db.NotAuthentic: Kind(
        401,
        "not-authentic",
        "A valid key is needed",
        "Send `Authorization: Bearer blt_...` with a key that is in use, or a token of the operator's issuer.",
    ),
    db.NotAllowed: Kind(
        403,
        "not-allowed",
        "The key's scope does not reach so far",
        "Ask for a key, or a token, with the scope that the operation needs.",
    ),
    db.NotFound: Kind(
        404,
        "not-found",
        "There is no such record",
        "Nothing of that kind ever had this id, or no page has this address.",
    ),
    db.Withdrawn: Kind(
        410,
        "withdrawn",
        "The record was withdrawn",
        "Its history is still at `/revisions`, and `/restore` brings it back.",
    ),
    db.Taken: Kind(409, "taken", "The id is taken", "Ids are unique in their collection and never used again."),
    db.StillNamed: Kind(
        409, "still-named", "Other records name this one", "Change or withdraw those that `errors` lists first."
    ),
    db.OwnKey: Kind(
        409,
        "own-key",
        "A key does not revoke itself",
        "So that nobody is locked out by a slip: make another admin key first, and revoke this one with that.",
    ),
    db.Stale: Kind(
        412,
        "stale",
        "The precondition failed",
        "The record is not at the version that the change was made for: read it again.",
    ),
    BodyTooLarge: Kind(413, "body-too-large", "The body is too large", "Send less at once."),
    UrlTooLong: Kind(414, "url-too-long", "The address is too long", "Ask with fewer or shorter parameters."),
    UnsupportedMediaType: Kind(
        415,
        "unsupported-media-type",
        "The body must be of another type",
        "Send `Content-Type: application/json`; PATCH also takes `application/merge-patch+json`, and "
        "reconciliation takes `application/x-www-form-urlencoded`.",
    ),
    db.BadCursor: Kind(
        422,
        "bad-cursor",
        "The cursor does not belong to this list",
        "Follow `next` as it is, with the same parameters.",
    ),
    db.Invalid: Kind(
        422, "invalid", "What was sent is wrong", "`errors` names each member or parameter that is wrong, and why."
    ),
    PreconditionRequired: Kind(
        428,
        "precondition-required",
        "Say for which version the change was made",
        "Send `If-Match` with the `ETag` that was read, or `*` for whatever there is.",
    ),
    db.Busy: Kind(503, "busy", "The record is busy", "Nothing was written. Try again."),
    IssuerUnavailable: Kind(
        503,
        "issuer-unavailable",
        "The issuer of tokens does not answer",
        "Nothing was done. Try again; keys (`blt_...`) work meanwhile.",
    ),
    sa.exc.OperationalError: DATABASE_UNAVAILABLE,
    sa.exc.InterfaceError: DATABASE_UNAVAILABLE,
    db.SchemaNotAtHead: Kind(
        503, "schema-not-at-head", "The database is not ready", "The operator must run `bilateral migrate`."
    ),
}
"""The most specific class that matches decides."""

METHOD_NOT_ALLOWED = Kind(
    405, "method-not-allowed", "The address does not take this method", "`Allow` lists those that it takes."
)
ORIGIN_REFUSED = Kind(
    403, "origin-refused", "Pages of that origin may not ask this", "The operator names origins, methods and headers."
)
INTERNAL = Kind(
    500,
    "internal",
    "The service failed",
    "It is logged under the request's id. Whether a change was written can be seen in the record.",
)
KINDS: Mapping[str, Kind] = {
    kind.slug: kind for kind in (*PROBLEMS.values(), METHOD_NOT_ALLOWED, ORIGIN_REFUSED, INTERNAL)
}
"""Every kind of problem by the name of its page."""


def problem(
    kind: Kind, detail: str, faults: Sequence[Fault] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """A problem document."""
    members: dict[str, Any] = {
        "type": f"/problems/{kind.slug}",
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
    }
    if faults:
        members["errors"] = [_error(fault) for fault in faults[:MOST_FAULTS]]
    body = json.dumps(members, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return Response(body, kind.status, headers, media_type="application/problem+json")


def _error(fault: Fault) -> dict[str, str]:
    where = {"pointer": fault.pointer} if fault.parameter is None else {"parameter": fault.parameter}
    return where | {"code": fault.code, "detail": fault.detail}


def kind_of(error: Exception) -> Kind:
    """Which kind of problem an exception is."""
    return next((PROBLEMS[cls] for cls in type(error).__mro__ if cls in PROBLEMS), INTERNAL)


def answer(error: Exception) -> Response:
    """An exception of ours as a problem document."""
    kind = kind_of(error)
    headers = {"WWW-Authenticate": "Bearer"} if kind.status == 401 else {}
    if isinstance(error, db.Withdrawn):
        headers["Link"] = f'</v1/{COLLECTION_OF[error.kind]}/{error.id}/revisions>; rel="version-history"'
    faults = getattr(error, "faults", ())
    speaks_for_itself = isinstance(error, db.BilateralError | HttpError) and kind.status != 422
    detail = (str(error) if speaks_for_itself else "") or kind.meaning
    return problem(kind, detail, faults, headers)


async def _ours(_request: Request, error: Exception) -> Response:
    return answer(error)


async def _the_routers(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        return _not_allowed(request)
    if (request.method, request.scope["path"]) == ("OPTIONS", "*"):  # the service as a whole (RFC 9110, 9.3.7)
        return Response(status_code=204)
    if error.status_code == 404:
        return problem(PROBLEMS[db.NotFound], f"There is nothing at {request.url.path!r}.")
    return problem(
        Kind(error.status_code, "not-parseable", HTTPStatus(error.status_code).phrase, ""), str(error.detail)
    )


def _not_allowed(request: Request) -> Response:
    """What the address takes; an OPTIONS request wants nothing else."""
    methods = allowed_methods(request)
    headers = {"Allow": ", ".join(methods)}
    if request.method == "OPTIONS":
        patches = {"Accept-Patch": "application/merge-patch+json, application/json"} if "PATCH" in methods else {}
        return Response(status_code=204, headers=headers | patches)
    return problem(METHOD_NOT_ALLOWED, f"Here: {headers['Allow']}.", headers=headers)


def allowed_methods(request: Request) -> list[str]:
    """Every method that this path takes."""
    methods: set[str] = set()
    for context in iter_route_contexts(request.app.routes):
        match, _ = context.matches(request.scope)
        if match is not Match.NONE:
            methods |= set(context.methods or ())
    return sorted(methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set()))


def install(app: FastAPI) -> None:
    """Answer every failure of the app by the table."""
    for root in (db.BilateralError, HttpError):
        app.add_exception_handler(root, _ours)
    app.add_exception_handler(HTTPException, _the_routers)
