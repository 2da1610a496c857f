"""Which pages in browsers may call the service from another origin: none, unless a setting says so."""

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response

from api.errors import ORIGIN_REFUSED, problem
from api.replies import HEADERS
from api.settings import Settings

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
SENT = ("Authorization", "Content-Type", "If-Match", "If-None-Match", "X-Request-Id")
A_DAY = 86_400


class Cors(CORSMiddleware):
    """The fetch standard's protocol; a refusal is a problem document here too."""

    def preflight_response(self, request_headers: Headers) -> Response:
        response = super().preflight_response(request_headers)
        if response.status_code == 200:
            return Response(status_code=204, headers=self._of(response))
        return problem(ORIGIN_REFUSED, f"{bytes(response.body).decode()}.", headers=self._of(response))

    @staticmethod
    def _of(response: Response) -> dict[str, str]:
        return {name: value for name, value in response.headers.items() if not name.startswith("content-")}


def cors(settings: Settings) -> list[Middleware]:
    """The middleware, if any origin may call; around all others, so that errors can be read by the page too."""
    if not settings.cors_origins:
        return []
    return [
        Middleware(
            Cors,
            allow_origins=settings.cors_origins,
            allow_methods=METHODS,
            allow_headers=SENT,
            expose_headers=tuple(HEADERS),
            max_age=A_DAY,
        )
    ]
