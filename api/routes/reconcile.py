"""/v1/reconcile: a spreadsheet is matched against the record, by OpenRefine and whoever else asks as it does.

The Reconciliation Service API 0.2 fixes what is asked and told; what is refused is refused as everywhere here.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from api import answers
from api.deps import Reader
from api.docs import PLAIN
from api.errors import NotParseable
from api.replies import (
    IF_NONE_MATCH,
    NOT_MODIFIED,
    READING,
    Replies,
    form,
    headers,
    problems,
    success,
)
from api.settings import Settings
from api.strict import FormRoute, Router, read_json
from db import reconcile
from db.errors import Fault, Invalid
from db.members import Json, Maybe
from db.moments import today
from db.reconcile import MOST_SKIPPED, TYPES, Shown, Type
from db.reconciliation import (
    MOST_QUERIES,
    Candidates,
    Extension,
    Form,
    Manifest,
    Proposed,
    Suggested,
    SuggestedEntities,
)
from db.validation import validate

router = Router(prefix="/v1/reconcile", tags=["reconciliation"], route_class=FormRoute)
PREVIEW = (400, 260)
"""Pixels: how wide and how high."""
JSON_TEXT: Json = {"contentMediaType": "application/json"}


# What is asked


def asked(fields: Mapping[str, str], settings: Settings) -> Form:
    """What the texts ask for; Invalid, by JSON Pointers into the form. An empty field is one that was left out."""
    given = {name: text for name, text in fields.items() if text or name not in Form.model_fields}
    read = validate(Form, {name: _read(name, text, settings) for name, text in given.items()})
    if read.queries is not None and read.extend is not None:
        raise Invalid(Fault("/extend", "not_both", "it stands beside `queries`: ask for one of the two"))
    return read


def _read(name: str, text: str, settings: Settings) -> Any:
    if name not in Form.model_fields:
        return text
    try:
        return read_json(text.encode("utf-8", "surrogatepass"), settings, "The text")
    except NotParseable as error:
        raise Invalid(Fault(f"/{name}", "not_json", str(error))) from error
    except Invalid as error:
        raise Invalid(*(fault.under(f"/{name}") for fault in error.faults)) from error


async def asked_in_form(request: Request) -> Form:
    """What a POST asks for."""
    read = asked(await request.json(), request.app.state.settings)
    if read.queries is None and read.extend is None:
        raise Invalid(Fault("/queries", "missing", "this is required, or `extend`"))
    return read


async def asked_in_address(
    request: Request,
    queries: Annotated[
        Maybe[str], Query(json_schema_extra=JSON_TEXT, description="A batch of queries, in JSON.")
    ] = None,
    extend: Annotated[
        Maybe[str], Query(json_schema_extra=JSON_TEXT, description="Entities and properties to tell of them, in JSON.")
    ] = None,
) -> Form:
    """What a GET asks for: nothing, if it is the manifest."""
    given = {name: text for name, text in (("queries", queries), ("extend", extend)) if text is not None}
    try:
        return asked(given, request.app.state.settings)
    except Invalid as error:
        raise Invalid(*map(_in_parameter, error.faults)) from error


def _in_parameter(fault: Fault) -> Fault:
    """A GET has no body that a pointer could lead into: the parameter is named, and the way within it told."""
    _, name, *way = fault.pointer.split("/")
    return Fault("", fault.code, f"{'/'.join(['', *way])}: {fault.detail}" if way else fault.detail, name)


def _entity(text: object) -> object:
    try:
        return reconcile.entity(text) if isinstance(text, str) else text
    except ValueError as error:
        raise PydanticCustomError("malformed", "{reason}", {"reason": str(error)}) from error


def _skipped(text: object) -> object:
    if isinstance(text, str) and not re.fullmatch("0|[1-9][0-9]{0,2}", text, re.ASCII):
        raise PydanticCustomError("malformed", f"a whole number from 0 to {MOST_SKIPPED} is expected")
    return int(text) if isinstance(text, str) else text


Prefix = Annotated[str, Query(max_length=1000, description="What was typed so far.", examples=["mex"])]
Skip = Annotated[
    int, Field(ge=0, le=MOST_SKIPPED), BeforeValidator(_skipped), Query(description="How many to skip to see more.")
]
OfType = Annotated[
    Maybe[str],
    Query(
        alias="type",
        max_length=1000,
        description="Of this type only; what is no type does not narrow.",
        examples=["people"],
    ),
]
_UNREAD = Query(max_length=1000, description="Sent by OpenRefine, and not looked at.")


async def unread(
    spell: Annotated[Maybe[str], _UNREAD] = None,
    exact: Annotated[Maybe[str], _UNREAD] = None,
    scoring: Annotated[Maybe[str], _UNREAD] = None,
    prefixed: Annotated[Maybe[str], _UNREAD] = None,
    lang: Annotated[Maybe[str], _UNREAD] = None,
) -> None:
    """What OpenRefine's widgets send of the service that they once were made for."""


@dataclass(frozen=True)
class Typed:
    """What was typed so far, and how much of what it may mean was seen."""

    prefix: str
    skip: int
    type: Type | None


async def typed(prefix: Prefix, cursor: Skip = 0, sort: OfType = None) -> Typed:
    """What was typed so far."""
    return Typed(prefix, cursor, TYPES.get(sort or ""))


InForm = Annotated[Form, Depends(asked_in_form)]
InAddress = Annotated[Form, Depends(asked_in_address)]
SoFar = Annotated[Typed, Depends(typed)]
EntityId = Annotated[
    Any,
    Query(
        json_schema_extra={"type": "string", "pattern": f"^({'|'.join(TYPES)})/[a-z0-9]+(-[a-z0-9]+)*$"},
        description="An entity: its collection, and its id there.",
        examples=["organizations/mex"],
    ),
    BeforeValidator(_entity),
]


# What is told


def manifest(base: str, settings: Settings, version: str) -> Json:
    """What this service is and can do, at this address."""

    def service(path: str) -> Json:
        return {"service_url": base, "service_path": f"/v1/reconcile/{path}"}

    width, height = PREVIEW
    told: Json = {
        "versions": ["0.1", "0.2"],
        "name": "Bilateral",
        "identifierSpace": f"{base}/v1/",
        "schemaSpace": f"{base}/openapi.json",
        "defaultTypes": [sort.told for sort in TYPES.values()],
        "documentation": f"{base}/docs",
        "serviceVersion": version,
        "batchSize": MOST_QUERIES,
        "view": {"url": f"{base}/v1/{{{{id}}}}"},
        "preview": {"url": f"{base}/v1/reconcile/preview?id={{{{id}}}}", "width": width, "height": height},
        "suggest": {name: service(f"suggest/{name}") for name in ("entity", "property", "type")},
        "extend": {"propose_properties": service("properties")},
    }
    needs_key = {"authentication": {"type": "apiKey", "name": "Authorization", "in": "header"}}
    return told | ({} if settings.public_read else needs_key)


def _told(request: Request, reader: Reader, form: Form) -> Json:
    moment = today(request.app.state.clock())
    with reader.connect() as connection:
        if form.extend is not None:
            return reconcile.extend(connection, form.extend, moment)
        return reconcile.reconcile(connection, form.queries.root if form.queries else {}, moment)


ASKED = "Either `queries`, or `extend`: JSON, as a field of a form."
REFUSED = ("invalid-body", "body-too-large", "unsupported-media-type")


@router.post(
    "",
    operation_id="reconcile_names",
    summary="Match names against the record",
    response_model=dict[str, Candidates] | Extension,
    responses=success(200, "Candidates for each query; or the values of properties") | problems(*READING, *REFUSED),
    openapi_extra=form(ASKED, queries="ReconciliationQueries", extend="ExtensionQuery"),
)
def reconcile_form(request: Request, reader: Reader, form: InForm) -> Response:
    """Organizations, people and agreements by their names in any language, script and spelling, up to 100 at once.

    `score` is 0 to 100; `match` is told of one candidate at most, which is as good as the same name and clearly ahead
    of the next. What `properties` of a query say raises or lowers the score. An id, or an identifier as `scheme:value`,
    is found too. With `extend`: the values of properties of entities that were matched.
    """
    return answers.plain(_told(request, reader, form))


@router.get(
    "",
    operation_id="get_reconciliation",
    summary="What the reconciliation service can do",
    response_model=Manifest | dict[str, Candidates] | Extension,
    responses=success(200, "The manifest; with a parameter what POST answers", "ETag")
    | NOT_MODIFIED
    | problems(*READING),
    openapi_extra=IF_NONE_MATCH,
)
def reconcile_address(request: Request, reader: Reader, form: InAddress) -> Response:
    """The manifest of the service, by the Reconciliation Service API 0.2: its address is what OpenRefine asks for.

    With `queries` or `extend` it answers as POST does, as far as an address has room for them.
    """
    if form.queries is None and form.extend is None:
        base = str(request.base_url).rstrip("/")
        return answers.data(request, manifest(base, request.app.state.settings, request.app.version))
    return answers.data(request, _told(request, reader, form))


@router.get(
    "/suggest/entity",
    operation_id="suggest_entities",
    summary="Records that may be meant by what was typed so far",
    response_model=SuggestedEntities,
    response_model_exclude_none=True,
    responses=success(200, "Ten of them, the best first", "ETag") | NOT_MODIFIED | problems(*READING),
    openapi_extra=IF_NONE_MATCH,
    dependencies=[Depends(unread)],
)
def suggest_entities(request: Request, reader: Reader, typed: SoFar) -> Response:
    """By name, id or identifier; the last word may go on."""
    types, moment = [typed.type] if typed.type else [*TYPES.values()], today(request.app.state.clock())
    with reader.connect() as connection:
        found = reconcile.suggest_entities(connection, typed.prefix, types, typed.skip, moment)
    return answers.data(request, found)


@router.get(
    "/suggest/property",
    operation_id="suggest_properties",
    summary="Properties that may be meant by what was typed so far",
    response_model=Suggested,
    responses=success(200, "Ten of them", "ETag") | NOT_MODIFIED | problems(*READING),
    openapi_extra=IF_NONE_MATCH,
    dependencies=[Depends(unread)],
)
def suggest_properties(request: Request, typed: SoFar) -> Response:
    """By the beginning of their ids or names."""
    return answers.data(request, reconcile.suggest_properties(typed.prefix, typed.type, typed.skip))


@router.get(
    "/suggest/type",
    operation_id="suggest_types",
    summary="Types that may be meant by what was typed so far",
    response_model=Suggested,
    responses=success(200, "All of them", "ETag") | NOT_MODIFIED | problems(*READING),
    openapi_extra=IF_NONE_MATCH,
    dependencies=[Depends(unread)],
)
def suggest_types(request: Request, typed: SoFar) -> Response:
    """By the beginning of their ids or names."""
    return answers.data(request, reconcile.suggest_types(typed.prefix, typed.skip))


Proposals = Annotated[
    Maybe[int], Field(ge=0, le=MOST_SKIPPED), BeforeValidator(_skipped), Query(description="At most so many.")
]


@router.get(
    "/properties",
    operation_id="propose_properties",
    summary="Properties that can be told of matched entities",
    response_model=Proposed,
    responses=success(200, "The properties", "ETag") | NOT_MODIFIED | problems(*READING),
    openapi_extra=IF_NONE_MATCH,
)
def propose_properties(request: Request, sort: OfType = None, limit: Proposals = None) -> Response:
    """Of entities of a type, or of any."""
    return answers.data(request, reconcile.propose(TYPES.get(sort or ""), limit))


PAGE: Replies = {
    200: {
        "description": "A small page",
        "headers": headers("ETag"),
        "content": {"text/html": {"schema": {"type": "string"}, "example": "<!doctype html>"}},
    }
}


@router.get(
    "/preview",
    operation_id="preview_entity",
    summary="An entity in a few words, as a small page",
    response_class=Response,
    responses=PAGE | NOT_MODIFIED | problems(*READING, "not-found", "withdrawn"),
    openapi_extra=IF_NONE_MATCH,
)
def preview_entity(request: Request, reader: Reader, id: EntityId) -> Response:
    """To be shown within another page: those of the origins that may call the service."""
    sort, own = id
    with reader.connect() as connection:
        shown = reconcile.preview(connection, sort, own, today(request.app.state.clock()))
    answer = answers.text(request, page(shown), "text/html")
    return _framed(answer, request.app.state.settings)


SMALL = "main{margin:.5rem auto}h1{font-size:1.1rem;margin:0}p{margin:.2rem 0}dt{font-weight:600}dd{margin:0 0 .3rem}"


def page(shown: Shown) -> str:
    """The page; whatever the record holds is text."""
    told, e = shown.entity, html.escape
    rows = "".join(f"<dt>{e(name)}</dt><dd>{e('; '.join(values))}</dd>" for name, values in shown.rows)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{e(told["name"])}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{PLAIN}{SMALL}</style>'
        f'<main><h1><a href="/v1/{e(told["id"])}" target="_blank" rel="noopener">{e(told["name"])}</a></h1>'
        f"<p>{e(told.get('description', ''))}</p><dl>{rows}</dl></main></html>"
    )


def _framed(answer: Response, settings: Settings) -> Response:
    """Nothing is loaded, nothing runs; it is shown within pages of the origins that may call the service."""
    ancestors = " ".join(settings.cors_origins) or "'none'"
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors {ancestors}"
    )
    return answer
