"""Which pages in browsers may call the service from another origin: none, unless a setting says so."""

from collections.abc import Callable
from functools import partial

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp

from api.errors import ORIGIN_REFUSED, problem
from api.replies import HEADERS
from api.settings import Settings

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
SENT = (
    "Authorization",
    "Bilateral-After",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Last-Event-ID",
    "X-Request-Id",
)
A_DAY = 86_400


class Cors(CORSMiddleware):
    """The fetch standard's protocol; a refusal is a problem document here too."""

    def preflight_response(self, request_headers: Headers) -> Response:
        response = super().preflight_response(request_headers)
        if response.status_code != 200:
            return problem(ORIGIN_REFUSED, f"{bytes(response.body).decode()}.", headers={"Vary": "Origin"})
        headers = {name: value for name, value in response.headers.items() if not name.startswith("content-")}
        return Response(status_code=204, headers=headers)


def sharing(settings: Settings) -> Callable[[ASGIApp], ASGIApp]:
    """What wraps an app so that the origins that may call it can; nothing if there are none."""
    if not settings.cors_origins:
        return lambda app: app
    return partial(
        Cors,
        allow_origins=settings.cors_origins,
        allow_methods=METHODS,
        allow_headers=SENT,
        expose_headers=tuple(HEADERS),
        max_age=A_DAY,
    )
