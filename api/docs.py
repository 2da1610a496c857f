"""/docs, /redoc, /openapi.json and /problems: the contract, readable without internet."""

import html
from pathlib import Path
from typing import Any

import fastapi_offline
from fastapi import APIRouter, FastAPI
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from fastapi.openapi.utils import get_openapi
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse

from api.errors import KINDS
from api.examples import illustrate
from db.errors import NotFound

ASSETS = "/docs/assets"
PACKAGE = Path(fastapi_offline.__file__).parent / "static"
FILES = frozenset({"swagger-ui-bundle.js", "swagger-ui.css", "redoc.standalone.js", "favicon.png"})
KEY = {
    "type": "http",
    "scheme": "bearer",
    "description": "A key, `blt_...`. Reading needs none unless the service says so; writing needs the scope `write`.",
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
    {"name": "vocabularies", "description": "The closed lists with their labels, and the subjects in use."},
    {"name": "health", "description": "For whoever keeps the service running."},
]

router = APIRouter(include_in_schema=False)


@router.get("/")
async def front() -> RedirectResponse:
    """Whoever comes by is shown the documentation."""
    return RedirectResponse("/docs")


@router.get("/docs")
async def swagger_ui() -> HTMLResponse:
    """The contract to try, in Swagger UI."""
    return get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="Bilateral: the API",
        swagger_js_url=f"{ASSETS}/swagger-ui-bundle.js",
        swagger_css_url=f"{ASSETS}/swagger-ui.css",
        swagger_favicon_url=f"{ASSETS}/favicon.png",
        swagger_ui_parameters={"persistAuthorization": True, "docExpansion": "list", "validatorUrl": None},
    )


@router.get("/redoc")
async def redoc() -> HTMLResponse:
    """The contract to read, in ReDoc."""
    return get_redoc_html(
        openapi_url="/openapi.json",
        title="Bilateral: the API",
        redoc_js_url=f"{ASSETS}/redoc.standalone.js",
        redoc_favicon_url=f"{ASSETS}/favicon.png",
        with_google_fonts=False,
    )


@router.get(ASSETS + "/{name}")
async def asset(name: str) -> FileResponse:
    """A file of the pages, from an installed package."""
    if name not in FILES:
        raise NotFound("file of the documentation", name)
    return FileResponse(PACKAGE / name)


@router.get("/problems/{slug}")
async def problem_page(slug: str) -> HTMLResponse:
    """What a kind of problem means, and what to do about it."""
    if slug not in KINDS:
        raise NotFound("kind of problem", slug)
    kind = KINDS[slug]
    return HTMLResponse(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(kind.title)}</title>'
        f"<h1>{html.escape(kind.title)}</h1><p>Status {kind.status}, <code>/problems/{slug}</code></p>"
        f"<p>{html.escape(kind.meaning)}</p></html>"
    )


def install(app: FastAPI) -> None:
    """Serve the pages and their files, and write the contract as this service keeps it."""
    app.include_router(router)

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = contract(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way


def contract(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document."""
    document = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes, tags=TAGS)
    document["components"]["securitySchemes"] = {"key": KEY}
    for path in document["paths"].values():
        for method, operation in path.items():
            if method != "get":
                operation["security"] = [{"key": []}]
            for response in operation["responses"].values():
                _as_problem(response)
            illustrate(operation)
    return document


TITLES = {kind.title: kind for kind in KINDS.values()}


def _as_problem(response: dict[str, Any]) -> None:
    """An error is a problem document, with an example of its kind."""
    kind = TITLES.get(response["description"])
    if kind:
        content = response["content"].pop("application/json")
        example = {"type": f"/problems/{kind.slug}", "title": kind.title, "status": kind.status, "detail": kind.meaning}
        response["content"]["application/problem+json"] = content | {"example": example}
