"""/docs, /redoc, /openapi.json and /problems: what people read, without internet."""

import base64
import hashlib
import html
import re
from functools import cache, partial
from pathlib import Path

import fastapi_offline
from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api import answers
from api.contract import contract, contract_text
from api.errors import KINDS
from db.errors import NotFound

ASSETS = "/docs/assets"
PACKAGE = Path(fastapi_offline.__file__).parent / "static"
MARK = "favicon.svg"
FILES = {
    MARK: "image/svg+xml",
    "redoc.standalone.js": "text/javascript",
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
}
"""The files of the pages, and their media types."""
LOGO = "https://cdn.redoc.ly/redoc/logo-mini.svg"
"""What ReDoc would fetch from another host, for its own mark."""
FAVICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path d="M11 16h10" stroke="#234" stroke-width="3"/>'
    '<circle cx="8" cy="16" r="6" fill="#2a6f97"/><circle cx="24" cy="16" r="6" fill="#c2703d"/></svg>'
)
"""Two sides, and what ties them."""
PLAIN = (
    "body{font:1.05rem/1.5 system-ui,sans-serif;color:#234;margin:0}"
    "main{max-width:40rem;margin:4rem auto;padding:0 1rem}"
    "code{background:#eef2f5;padding:.1em .3em;border-radius:3px}a{color:#2a6f97}"
)
"""How a page of a few words looks."""

router = APIRouter(include_in_schema=False)


@router.get("/")
async def front() -> RedirectResponse:
    """Whoever comes by is shown the documentation."""
    return RedirectResponse("/docs")


@router.get("/openapi.json")
def openapi(request: Request) -> Response:
    """The contract itself; made once, on a thread of its own, since that takes a second."""
    return answers.text(request, contract_text(request.app))


@router.get("/docs")
async def swagger_ui() -> HTMLResponse:
    """The contract to try, in Swagger UI."""
    page = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="Bilateral: the API",
        swagger_js_url=f"{ASSETS}/swagger-ui-bundle.js",
        swagger_css_url=f"{ASSETS}/swagger-ui.css",
        swagger_favicon_url=f"{ASSETS}/favicon.svg",
        swagger_ui_parameters={
            "persistAuthorization": True,
            "docExpansion": "list",
            "defaultModelsExpandDepth": 0,
            "validatorUrl": None,
        },
    )
    return _guarded(page, "img-src 'self' data:; connect-src 'self'")


@router.get("/redoc")
async def redoc() -> HTMLResponse:
    """The contract to read, in ReDoc."""
    page = get_redoc_html(
        openapi_url="/openapi.json",
        title="Bilateral: the API",
        redoc_js_url=f"{ASSETS}/redoc.standalone.js",
        redoc_favicon_url=f"{ASSETS}/favicon.svg",
        with_google_fonts=False,
    )
    return _guarded(page, "img-src 'self' data:; connect-src 'self'; worker-src blob:")


def _guarded(page: HTMLResponse, more: str) -> HTMLResponse:
    """A page that loads nothing from elsewhere, and runs no script that it did not bring."""
    inline = re.findall(r"<script>(.*?)</script>", bytes(page.body).decode(), re.DOTALL)
    digests = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in inline)
    scripts = " ".join(["'self'", *(f"'sha256-{digest}'" for digest in digests)])
    page.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; {more}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return page


@router.get(ASSETS + "/{name}")
def asset(request: Request, name: str) -> Response:
    """A file of the pages: our mark, or one from an installed package."""
    if name not in FILES:
        raise NotFound("file of the documentation", name)
    return answers.text(request, _file(name), FILES[name])


@cache
def _file(name: str) -> str:
    if name == MARK:
        return FAVICON
    script = (PACKAGE / name).read_text(encoding="utf-8")
    return script.replace(LOGO, "data:,")


@router.get("/problems/{slug}")
async def problem_page(slug: str) -> HTMLResponse:
    """What a kind of problem means, and what to do about it."""
    if slug not in KINDS:
        raise NotFound("kind of problem", slug)
    kind = KINDS[slug]
    meaning = re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(kind.meaning))
    page = HTMLResponse(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(kind.title)}</title>'
        f'<meta name="viewport" content="width=device-width"><link rel="icon" href="{ASSETS}/favicon.svg">'
        f"<style>{PLAIN}</style><main><h1>{html.escape(kind.title)}</h1>"
        f"<p>Status {kind.status}, <code>/problems/{slug}</code></p><p>{meaning}</p>"
        '<p><a href="/docs">The documentation of the API</a></p></main></html>'
    )
    return _guarded(page, "img-src 'self'")


def install(app: FastAPI) -> None:
    """Serve the pages and their files, and the contract as this service keeps it."""
    app.include_router(router)
    app.openapi = partial(contract, app)  # type: ignore[method-assign]  # FastAPI's documented way
