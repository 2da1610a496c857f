"""What happens to every request before and after it is routed: its id, its log line, HEAD, limits of the address."""

import re
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import unquote_to_bytes

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.caching import keeping
from api.errors import NotParseable, UrlTooLong, answer
from api.metrics import Metrics
from api.settings import Settings

log = structlog.get_logger()
GUARDS = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
)
"""What browsers are told with each answer that does not say otherwise."""
ROUTINE = {("/healthz", 200), ("/readyz", 200)}
"""What a watchdog asks every few seconds is not worth a line."""
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")


class Door:
    """Pure ASGI, around the whole app: nothing gets out that is no answer of ours."""

    def __init__(self, app: ASGIApp, settings: Settings, metrics: Metrics, share: Callable[[ASGIApp], ASGIApp]) -> None:
        """`share` lets pages of other origins read what an app answers, those of the door itself too."""
        self.app = share(app)
        self.settings = settings
        self.metrics = metrics
        self.share = share

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        visit = Visit(scope, receive, send, self.settings)
        with self.metrics.a_request():
            await self._answer(visit)

    async def _answer(self, visit: "Visit") -> None:
        started = time.perf_counter()
        scope = visit.scope
        try:
            await self._app_for(scope)(scope, visit.receive, visit.send)
        except ClientDisconnect:
            log.info("left", request_id=visit.id, method=visit.method, path=scope["path"])
        except Exception as error:
            log.exception("failed", request_id=visit.id, method=visit.method, path=scope["path"])
            if visit.status:  # half an answer is out: only a broken connection says so
                raise
            await self.share(answer(error))(scope, visit.receive, visit.send)
        finally:
            seconds = time.perf_counter() - started
            self.metrics.answered(visit.method, getattr(scope.get("route"), "path", ""), visit.status, seconds)
            tell = log.debug if (scope["path"], visit.status) in ROUTINE else log.info
            tell(
                "request",
                request_id=visit.id,
                method=visit.method,
                path=scope["path"],
                status=visit.status,
                milliseconds=round(seconds * 1000, 2),
            )

    def _app_for(self, scope: Scope) -> ASGIApp:
        raw_path, query = scope.get("raw_path", b""), scope["query_string"]
        if len(raw_path) + len(query) + 1 > self.settings.max_url:
            return self.share(answer(UrlTooLong(f"Path and query have at most {self.settings.max_url} bytes.")))
        try:
            unquote_to_bytes(raw_path + b"?" + query).decode()
        except UnicodeDecodeError:
            return self.share(answer(NotParseable("The address is not UTF-8.")))
        return self.app


class Visit:
    """One request and its answer, as they pass through the door."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, settings: Settings) -> None:
        self.method = scope["method"]
        self.id = _request_id(scope)
        self.status = 0
        self.scope = {**scope, "method": "GET" if self.method == "HEAD" else self.method}
        self.scope["state"] = {**scope.get("state", {}), "request_id": self.id}
        self._receive, self._send = receive, send
        headers = dict(scope["headers"])
        self._body_left = _has_body(headers)
        self._waits = headers.get(b"expect", b"").lower() == b"100-continue"
        self._has_key = b"authorization" in headers
        self._settings = settings
        self._may_drain = settings.max_drain

    async def receive(self) -> Message:
        self._waits = False
        message = await self._receive()
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            self._body_left = False
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._drain()
            self.status = message["status"]
            message = {**message, "headers": self._with_ours(message["headers"])}
        elif self.method == "HEAD":
            message = {**message, "body": b""}
        await self._send(message)

    def _with_ours(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        given = {name.lower() for name, _ in headers}
        ours = [(name, value) for name, value in GUARDS if name not in given]
        return [*self._kept(headers), (b"x-request-id", self.id.encode()), *ours]

    def _kept(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """With who may keep the answer, and all that it hangs on beside its address."""
        route = getattr(self.scope.get("route"), "path", "")
        how, varies = keeping(route, self.method, self.status, self._has_key, self._settings)
        named = _names(value for name, value in headers if name.lower() == b"vary")
        vary = ", ".join(dict.fromkeys([*named, *varies])).encode()
        others = [header for header in headers if header[0].lower() not in (b"vary", b"cache-control")]
        return [*others, (b"cache-control", how.encode()), *([(b"vary", vary)] if vary else [])]

    async def _drain(self) -> None:
        """Read what is left of a body that nobody wanted: else the client sees a reset instead of the answer."""
        while self._body_left and not self._waits and self._may_drain > 0:
            message = await self.receive()
            self._may_drain -= len(message.get("body", b""))


def _names(values: Iterable[bytes]) -> list[str]:
    return [name.strip() for value in values for name in value.decode("latin-1").split(",")]


def _request_id(scope: Scope) -> str:
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    text = str(given.decode("latin-1"))
    return text if REQUEST_ID.fullmatch(text) else uuid.uuid4().hex


def _has_body(headers: Mapping[bytes, bytes]) -> bool:
    return b"transfer-encoding" in headers or headers.get(b"content-length", b"0") not in (b"", b"0")
