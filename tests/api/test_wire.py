"""The service on a socket, as `bilateral serve` runs it: what only impolite clients send, and what fails."""

import json
import queue
import re
import shutil
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from http.client import HTTPResponse
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
import structlog
import uvicorn
from fastapi import FastAPI

from api.cli import serve
from api.protocol import Server
from db import keys, ledger, records
from db.engine import make_engine
from tests import postgres
from tests.conftest import MakeUrl
from tests.contract import ends
from tests.door import ADMIN_KEY, Door
from tests.factories import Json, dossier, event, person, populate

MEGABYTE = 1_000_000
KEY = f"Authorization: Bearer {ADMIN_KEY}"
JSON = "Content-Type: application/json"


@pytest.fixture(scope="module", autouse=True)
def plain_logs() -> Iterator[None]:
    """Failures are logged as they are: drawn with all that was at hand, each would take seconds."""
    there = structlog.get_config()
    structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()])
    yield
    structlog.configure(**there)


# A server in a thread, and a client that sends what it is told


class Answer(NamedTuple):
    """What came back, to the last byte."""

    status: int
    headers: dict[str, str]
    body: bytes

    def problem(self) -> Json:
        """The problem document (RFC 9457) that this is: no HTML, not FastAPI's default shape, nothing of the inside."""
        assert self.status >= 400, self
        assert self.headers["content-type"] == "application/problem+json", self
        members: Json = json.loads(self.body)
        assert members.keys() <= {"type", "title", "status", "detail", "errors"}
        assert members["status"] == self.status
        assert re.fullmatch(r"/problems/[a-z-]+", members["type"])
        assert members["title"]
        assert members["detail"]
        assert not re.search(r"<html|Traceback|File \"|sqlalchemy|psycopg|sqlite3|SELECT", self.body.decode())
        return members

    def faults(self) -> list[str]:
        """Where the faults are: pointers, and parameters behind a question mark."""
        return [error.get("pointer", f"?{error.get('parameter')}") for error in self.problem()["errors"]]


class Wire:
    """A service that listens on the loopback."""

    def __init__(self, app: FastAPI, port: int) -> None:
        self.app, self.port = app, port
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60)

    def request(self, method: str, path: str, key: str | None = ADMIN_KEY, **options: Any) -> Answer:
        """A polite request."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        headers |= options.pop("headers", {})
        response = self._client.request(method, path, headers=headers, **options)
        return Answer(response.status_code, dict(response.headers), response.content)

    def get(self, path: str, **options: Any) -> Answer:
        return self.request("GET", path, **options)

    def add(self, path: str, document: Json) -> Json:
        """What a POST that must succeed answers."""
        answer = self.request("POST", path, json=document)
        assert answer.status == 201, answer
        added: Json = json.loads(answer.body)
        return added

    @contextmanager
    def connected(self) -> Iterator[socket.socket]:
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            yield connection

    def send(self, target: str | bytes, *headers: str, method: str = "GET", body: Sequence[bytes] = ()) -> Answer:
        """A request as it is; the whole of it is sent, even where the answer is known before."""
        with self.connected() as connection:
            connection.sendall(head(method, target, *headers))
            for part in body:
                connection.sendall(part)
            return read(connection, method)

    def newest(self) -> int:
        """How many revisions the ledger has."""
        with self.app.state.engine.connect() as connection:
            return ledger.newest(connection).seq

    def close(self) -> None:
        self._client.close()


def head(method: str, target: str | bytes, *headers: str) -> bytes:
    target = target if isinstance(target, bytes) else target.encode()
    lines = "".join(f"{header}\r\n" for header in ("Host: 127.0.0.1", *headers))
    return method.encode() + b" " + target + b" HTTP/1.1\r\n" + lines.encode("latin-1") + b"\r\n"


def read(connection: socket.socket, method: str = "GET") -> Answer:
    response = HTTPResponse(connection, method=method)
    response.begin()
    with response:
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())


def everything(connection: socket.socket) -> bytes:
    """What comes until the server closes the connection."""
    return b"".join(iter(partial(connection.recv, 65_536), b""))


def of_length(body: bytes) -> str:
    return f"Content-Length: {len(body)}"


def chunked(body: bytes, size: int = 65_536) -> Iterator[bytes]:
    for start in range(0, len(body), size):
        chunk = body[start : start + size]
        yield f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n"
    yield b"0\r\n\r\n"


class Reporting(Server):
    """A server that says when it listens."""

    started_servers: "queue.SimpleQueue[Reporting | BaseException]" = queue.SimpleQueue()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.started_servers.put(self)


def run_command() -> None:
    try:
        serve(host="127.0.0.1", port=0)
    except BaseException as error:
        Reporting.started_servers.put(error)
        raise


@contextmanager
def serving(url: str, **settings: str) -> Iterator[Wire]:
    """The command `bilateral serve`, as it is, in a thread."""
    variables = {"DATABASE_URL": url, "ADMIN_KEY": ADMIN_KEY, "SEED": "false", **settings}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(f"BILATERAL_{name}", value)
        patch.setattr("api.workers.Server", Reporting)
        patch.setattr("api.cli.logs.configure", lambda _level: None)
        thread = threading.Thread(target=run_command)
        thread.start()
        server = Reporting.started_servers.get(timeout=60)
    if isinstance(server, BaseException):
        raise server
    wire = Wire(app_of(server), server.servers[0].sockets[0].getsockname()[1])
    try:
        yield wire
    finally:
        wire.close()
        server.should_exit = True
        thread.join(timeout=60)
        assert not thread.is_alive()


def app_of(server: uvicorn.Server) -> FastAPI:
    app: Any = server.config.loaded_app
    while not isinstance(app, FastAPI):
        app = app.app
    return app


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def wire(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    """The service with one record in each collection; the tests that share it add nothing but keys."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_templates")[False]
        url = f"sqlite:///{shutil.copy(template, tmp_path_factory.mktemp('wire') / 'record.db')}"
    else:
        server: postgres.Server = request.getfixturevalue("postgres_server")
        url = server.url(server.create(request.getfixturevalue("postgres_templates")[False]))
    with serving(url) as wire:
        populate(wire)
        wire.add("/v1/agreements", dossier(id="treaty", events=[event(id="signing")]))
        wire.add("/v1/delegations", {"id": "guests", "name": {"en": "Guests"}, "events": ["signing"], "members": []})
        yield wire


RECORDS = {
    "agreements": "treaty",
    "signatories": "treaty-ana",
    "events": "signing",
    "delegations": "guests",
    "organizations": "mex",
    "people": "ana",
    "sources": "press",
}
NO_RECORDS = {"findings": "nothing", "keys": "blt_00000000", "webhooks": "nothing"}
"""Ids of what is not there."""
PAGES = ["/docs", "/redoc", "/openapi.json", "/problems/invalid", "/docs/assets/swagger-ui.css"]


def addresses(wire: Wire) -> dict[str, set[str]]:
    """Each address with something at it, and the methods that it takes."""
    paths: Mapping[str, Json] = json.loads(wire.get("/openapi.json").body)["paths"]
    found = {path: {"GET", "HEAD"} for path in PAGES}
    for template, operations in paths.items():
        if not all(map(ends, operations.values())):
            continue  # a stream lasts as long as somebody listens
        path = template.replace("{version}", "1").replace("{first}/{second}", "mex/rus")
        for name, id in (RECORDS | NO_RECORDS).items():
            path = path.replace(f"/v1/{name}/{{id}}", f"/v1/{name}/{id}")
        assert "{" not in path
        found[path] = {method.upper() for method in operations} | ({"HEAD"} if "get" in operations else set())
    return found


# What cannot be read

NOT_UTF_8 = ["%FF", "%C3", "%C3%28", "%A9", "%ED%A0%80", "%C0%80", "%F5%80%80%80", "a%E2%82", "%FE%FF%00a"]


def test_an_address_is_utf_8(wire: Wire) -> None:
    """Percent-encoded or not, in the path, in names and in values; what is no UTF-8 is not guessed at."""
    for bad in NOT_UTF_8:
        for target in (
            f"/v1/people?identifier={bad}",
            f"/v1/people?{bad}=1",
            f"/v1/people/{bad}",
            f"/{bad}",
            f"/v1/{bad}/x",
        ):
            assert wire.send(target).problem()["type"] == "/problems/not-parseable", target
        assert wire.send(f"/v1/people/ana?reason={bad}", KEY, "If-Match: *", method="DELETE").problem()["status"] == 400
    for raw in (b"/v1/people?identifier=\xff", b"/v1/people?\xc3\x28=1", b"/v1/people/\xff", b"/\xed\xa0\x80"):
        assert wire.send(raw).problem()["status"] == 400
    assert wire.send("/v1/people?identifier=wikidata:%C3%A9").status == 200


def test_a_body_is_utf_8(wire: Wire) -> None:
    """And JSON, and there at all."""
    before = wire.newest()
    for body in (
        b'{"name": "\xff"}',
        b'{"name": {"en": "Andr\xe9s"}}',
        b"\xfe\xff\0{\0}",
        b"",
        b" ",
        b"null null",
        b"{",
    ):
        for method, path in (("POST", "/v1/people"), ("PUT", "/v1/people/ana"), ("PATCH", "/v1/people/ana")):
            answer = wire.send(path, KEY, JSON, "If-Match: *", of_length(body), method=method, body=[body])
            assert answer.problem()["type"] == "/problems/not-parseable"
    assert wire.send("/v1/people", KEY, JSON, method="POST").problem()["status"] == 400
    assert wire.newest() == before


def test_a_body_is_not_nested_a_hundred_thousand_times(wire: Wire) -> None:
    """It is refused with 400, in either of the ways to be nested."""
    before = wire.newest()
    for opening, closing in ((b"[", b"]"), (b'{"a":', b"}"), (b'[{"a":', b"}]")):
        for body in (opening * 100_000 + b"1" + closing * 100_000, opening * 100_000):
            answer = wire.send("/v1/people", KEY, JSON, of_length(body), method="POST", body=[body])
            assert answer.problem()["type"] == "/problems/not-parseable"
    assert wire.newest() == before


TOO_LARGE = b'{"name": {"en": "' + b"x" * 20 * MEGABYTE + b'"}}'
WRITING = [
    ("POST", "/v1/people"),
    ("PUT", "/v1/people/ana"),
    ("PATCH", "/v1/people/ana"),
    ("POST", "/v1/people/ana/restore"),
]


@pytest.mark.parametrize("close", [False, True], ids=["kept", "closed"])
def test_a_body_that_is_too_large_gets_its_answer(wire: Wire, close: bool) -> None:
    """All of it can be sent, told in advance how long it is or not, and then the answer is there to be read."""
    before = wire.newest()
    more = ["Connection: close"] if close else []
    for method, path in WRITING:
        headers = [KEY, JSON, "If-Match: *", *more]
        told = wire.send(path, *headers, of_length(TOO_LARGE), method=method, body=[TOO_LARGE])
        assert told.problem()["type"] == "/problems/body-too-large"
        assert "1000000 bytes" in told.problem()["detail"]
        untold = wire.send(
            path, *headers, "Transfer-Encoding: chunked", method=method, body=[b"".join(chunked(TOO_LARGE))]
        )
        assert untold.problem()["type"] == "/problems/body-too-large"
    assert wire.newest() == before


def test_a_body_that_nobody_wants_is_no_obstacle(wire: Wire) -> None:
    """Whatever else is wrong is answered, after all of the body was sent."""
    length = of_length(TOO_LARGE)
    for status, method, path, headers in (
        (401, "POST", "/v1/people", [JSON]),
        (401, "POST", "/v1/people", [JSON, "Authorization: Bearer blt_0123456789abcdef"]),
        (415, "POST", "/v1/people", [KEY, "Content-Type: text/plain"]),
        (422, "POST", "/v1/people?colour=blue", [KEY, JSON]),
        (404, "POST", "/v1/nothing", [KEY, JSON]),
        (405, "POST", "/healthz", [KEY, JSON]),
        (428, "DELETE", "/v1/people/ana?reason=x", [KEY, JSON]),
        (414, "POST", "/v1/people?" + "x" * 8000, [KEY, JSON]),
        (400, "POST", "/v1/people?%FF", [KEY, JSON]),
    ):
        answer = wire.send(path, *headers, length, "Connection: close", method=method, body=[TOO_LARGE])
        assert answer.problem()["status"] == status
    assert wire.send("/v1/people/ana", length, "Connection: close", body=[TOO_LARGE]).status == 200


def test_a_client_that_waits_is_told_before_it_sends(wire: Wire) -> None:
    """`Expect: 100-continue`: either it is not asked for the body, or all that it sends is taken."""
    for more in ([], ["Connection: close"]):
        headers = [KEY, JSON, of_length(TOO_LARGE), "Expect: 100-continue", *more]
        with wire.connected() as connection:
            connection.sendall(head("POST", "/v1/people", *headers))
            first = connection.recv(25, socket.MSG_PEEK | socket.MSG_WAITALL)
            if first == b"HTTP/1.1 100 Continue\r\n\r\n":
                connection.sendall(TOO_LARGE)
            assert read(connection).problem()["type"] == "/problems/body-too-large"


def test_a_body_of_a_million_bytes_is_read(wire: Wire) -> None:
    """And one of a byte more is not."""
    before = wire.newest()
    body = b'{"name": {}}'.ljust(MEGABYTE)
    answer = wire.send("/v1/people", KEY, JSON, of_length(body), method="POST", body=[body])
    assert answer.faults() == ["/name"]
    body += b" "
    answer = wire.send("/v1/people", KEY, JSON, of_length(body), method="POST", body=[body])
    assert answer.problem()["status"] == 413
    assert wire.newest() == before


@pytest.mark.parametrize(
    ("declared", "methods"),
    [
        (None, ("POST", "PUT", "PATCH")),
        ("", ("POST", "PUT", "PATCH")),
        ("text/plain", ("POST", "PUT", "PATCH")),
        ("text/json", ("POST", "PUT", "PATCH")),
        ("json", ("POST", "PUT", "PATCH")),
        ("application/jsonx", ("POST", "PUT", "PATCH")),
        ("application/x-www-form-urlencoded", ("POST", "PUT", "PATCH")),
        ("multipart/form-data; boundary=x", ("POST", "PUT", "PATCH")),
        ("application/json-patch+json", ("POST", "PUT", "PATCH")),
        ("application/ld+json", ("POST", "PUT", "PATCH")),
        ("text/html, application/json", ("POST", "PUT", "PATCH")),
        ("*/*", ("POST", "PUT", "PATCH")),
        ("application/merge-patch+json", ("POST", "PUT")),
    ],
)
def test_a_body_is_declared_as_json(wire: Wire, declared: str | None, methods: Sequence[str]) -> None:
    """415 for any other type, and for none."""
    before = wire.newest()
    body = b'{"name": {"en": "Somebody"}}'
    for method in methods:
        path = "/v1/people" if method == "POST" else "/v1/people/ana"
        types = [] if declared is None else [f"Content-Type: {declared}"]
        answer = wire.send(path, KEY, *types, "If-Match: *", of_length(body), method=method, body=[body])
        assert answer.problem()["type"] == "/problems/unsupported-media-type"
    assert wire.newest() == before


def test_json_may_be_declared_with_a_parameter(wire: Wire) -> None:
    """In capitals too; a PATCH may be either of two types."""
    declared = ["application/json; charset=utf-8", "Application/JSON", "application/json;x=y"]
    for method in ("POST", "PATCH"):
        also = ["application/merge-patch+json"] if method == "PATCH" else []
        for type_ in [*declared, *also]:
            path, headers = "/v1/people" if method == "POST" else "/v1/people/ana", [KEY, f"Content-Type: {type_}"]
            answer = wire.send(path, *headers, "If-Match: *", of_length(b"[]"), method=method, body=[b"[]"])
            assert answer.faults() == [""]


# Addresses and methods


def test_a_long_address_is_refused(wire: Wire) -> None:
    """Beyond 8,000 bytes of path and query."""
    query = "/v1/people?"
    assert wire.send(query + "x" * (8000 - len(query))).problem()["status"] == 422
    for length in (8001, 9000, 60_000):
        assert wire.send(query + "x" * (length - len(query))).problem()["type"] == "/problems/url-too-long"
        assert wire.send("/" + "x" * length).problem()["status"] == 414
    assert wire.send("/v1/people?identifier=" + "%41" * 2700).problem()["status"] == 414


def test_a_slash_too_many_leads_nowhere(wire: Wire) -> None:
    """There is no redirect, and no second address of anything."""
    for path in addresses(wire):
        for target in (f"{path}/", f"/{path}", f"{path}//", f"{path}/x/y/z"):
            answer = wire.send(target)
            assert answer.problem()["type"] == "/problems/not-found", target


@pytest.mark.parametrize(
    "target",
    [
        "/v1",
        "/v2/people",
        "/nothing",
        "/v1/nothing",
        "/V1/people",
        "/v1/People",
        "/v1/people/ana/nothing",
        "/v1/people/a%2Fb",
        "/v1/people/ana/../boris",
        "/v1/people%00",
        "/v1/people;x=1",
        "/v1/agreements/treaty/people",
        "/v1/people/ana/signatories",
        "/problems",
        "/problems/nothing",
        "/problems/%00",
        "/docs/assets/../../../../../../../../etc/passwd",
        "/docs/assets/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/docs/assets/..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/docs/assets/%00",
        "/docs/assets/" + "x" * 300,
        "/favicon.ico",
        "/.env",
        "/" + "a/" * 2000,
    ],
)
def test_what_is_nowhere_is_not_found(wire: Wire, target: str) -> None:
    """A problem document, whatever the address looks like."""
    assert wire.send(target).problem()["type"] == "/problems/not-found"


def test_a_method_that_an_address_does_not_take_is_refused(wire: Wire) -> None:
    """405, and `Allow` lists all that it takes, on every address."""
    for path, taken in addresses(wire).items():
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"} - taken:
            answer = wire.send(path, KEY, method=method)
            assert answer.problem()["type"] == "/problems/method-not-allowed", (method, path)
            assert set(answer.headers["allow"].split(", ")) == taken | {"OPTIONS"}, (method, path)


def test_options_tells_what_an_address_takes(wire: Wire) -> None:
    """To anybody, and without a body; nothing is done."""
    for path, taken in addresses(wire).items():
        answer = wire.send(path, method="OPTIONS")
        assert (answer.status, answer.body) == (204, b""), path
        assert set(answer.headers["allow"].split(", ")) == taken | {"OPTIONS"}, path
        assert ("accept-patch" in answer.headers) == ("PATCH" in taken), path
    assert wire.send("/nothing", method="OPTIONS").problem()["type"] == "/problems/not-found"
    assert wire.send("*", method="OPTIONS").status == 204


def test_head_is_get_without_a_body(wire: Wire) -> None:
    """The same status and the same headers, on every address, and where something is wrong too."""
    targets = [path for path, methods in addresses(wire).items() if "GET" in methods]
    targets += [
        "/v1/people?limit=1",
        "/v1/people?limit=-1",
        "/v1/people/nobody",
        "/nothing",
        "/v1/people/",
        "/v1/people?%FF",
    ]
    targets += ["/v1/people?" + "x" * 8000]
    assert len(targets) > 40
    for target in targets:
        for more in ([], ["If-None-Match: *"], ["Authorization: Bearer nobody"]):
            got = wire.send(target, *more)
            with wire.connected() as connection:
                connection.sendall(head("HEAD", target, *more, "Connection: close"))
                told = everything(connection)
            status_line, *lines = told.removesuffix(b"\r\n\r\n").decode().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            assert b"\r\n\r\n" not in told.removesuffix(b"\r\n\r\n"), f"HEAD {target} has a body"
            assert int(status_line.split()[1]) == got.status
            counting = ("content-length",) if target == "/metrics" else ()
            for varying in ("date", "x-request-id", "connection", *counting):
                headers.pop(varying, None)
                got.headers.pop(varying, None)
            assert headers == got.headers, target


def test_the_server_does_not_name_itself(wire: Wire) -> None:
    """No `Server` header, in good answers and bad ones."""
    for target in (
        "/healthz",
        "/v1/people",
        "/v1/people/ana",
        "/docs",
        "/nothing",
        "/v1/people?limit=x",
        "/v1/people?%FF",
    ):
        headers = wire.send(target).headers
        assert not headers.keys() & {"server", "x-powered-by"}
        assert "uvicorn" not in str(headers).lower()


def test_every_answer_has_the_requests_id(wire: Wire) -> None:
    """The client's own, if it is one; else one that was made."""
    targets = ["/healthz", "/v1/people", "/v1/people/ana", "/docs", "/docs/assets/swagger-ui.css", "/openapi.json"]
    targets += ["/nothing", "/v1/people?limit=x", "/v1/people?%FF", "/v1/people?" + "x" * 8000]
    for target in targets:
        for id in ("abc", "0", "a.b_c-D9", "x" * 100):
            assert wire.send(target, f"X-Request-ID: {id}").headers["x-request-id"] == id
        for id in ("", "a b", "x" * 101, "a/b", 'a"b', "a;b", "<b>", "\xe9", "a,b", "{}"):
            assert re.fullmatch(r"[0-9a-f]{32}", wire.send(target, f"X-Request-ID: {id}").headers["x-request-id"])
    made = [wire.send("/healthz").headers["x-request-id"] for _ in range(10)]
    assert len(set(made)) == 10
    answer = wire.send(
        "/v1/people", JSON, of_length(TOO_LARGE), KEY, "X-Request-ID: mine", method="POST", body=[TOO_LARGE]
    )
    assert (answer.status, answer.headers["x-request-id"]) == (413, "mine")


# Keys


class Made(NamedTuple):
    """Keys of every kind."""

    read: str
    write: str
    admin: str
    expired: str
    revoked: str


def make_keys(wire: Wire) -> Made:
    state = wire.app.state
    with ledger.write(state.engine, state.clock, actor="a test") as unit:
        yesterday = datetime.now(UTC) - timedelta(days=1)
        tomorrow = yesterday + timedelta(days=2)
        made = Made(
            keys.make(unit, "reader", "read", tomorrow),
            keys.make(unit, "writer", "write"),
            keys.make(unit, "chief", "admin"),
            keys.make(unit, "late", "admin", yesterday),
            keys.make(unit, "lost", "admin"),
        )
        keys.revoke(unit, made.revoked[:12])
    return made


def test_a_wrong_key_is_refused_even_where_none_is_needed(wire: Wire) -> None:
    """Unknown, expired, revoked, of another form or scheme: 401, before anything else is looked at."""
    made = make_keys(wire)
    before = wire.newest()
    wrong = [
        f"Bearer {made.expired}",
        f"Bearer {made.revoked}",
        "Bearer blt_" + "0" * 40,
        "Bearer",
        "Bearer ",
        "",
        "Basic",
    ]
    wrong += [f"Basic {made.admin}", f"Token {made.admin}", made.admin, f"Bearer{made.admin}", f"Bearer: {made.admin}"]
    wrong += [
        f"Bearer {made.admin[:-1]}",
        f"Bearer {made.admin}0",
        f"Bearer {made.admin.upper()}",
        f'Bearer "{made.admin}"',
    ]
    wrong += [
        f"Bearer {made.admin}, Bearer {made.admin}",
        f"Bearer {made.admin} {made.admin}",
        "Bearer blt_" + "x" * 7000,
    ]
    wrong += [
        "Bearer blt_\xe9",
        "Bearer ' OR 1=1 --",
        f"Bearer {ADMIN_KEY}0",
        f"Bearer {ADMIN_KEY[:-1]}",
        "Bearer null",
    ]
    body = b'{"name": {"en": "Somebody"}}'
    for authorization in wrong:
        for method, target in (
            ("GET", "/v1/people"),
            ("GET", "/v1/people/ana"),
            ("GET", "/v1/people/nobody"),
            ("GET", "/v1/people?limit=x"),
            ("GET", "/v1/people/ana/revisions"),
            ("POST", "/v1/people"),
            ("PUT", "/v1/people/ana"),
            ("PATCH", "/v1/people/ana"),
            ("DELETE", "/v1/people/ana?reason=x"),
            ("DELETE", "/v1/people/ana"),
        ):
            headers = [f"Authorization: {authorization}", JSON, of_length(body)]
            answer = wire.send(target, *headers, method=method, body=[body])
            assert answer.problem()["type"] == "/problems/not-authentic", (method, target, authorization)
            assert answer.headers["www-authenticate"] == "Bearer"
    assert wire.newest() == before


def test_writing_needs_a_key_that_may_write(wire: Wire) -> None:
    """401 without a key, 403 with one for reading; the scheme's name is taken in any case."""
    made = make_keys(wire)
    before = wire.newest()
    for name, id in RECORDS.items():
        for method, target in (
            ("POST", f"/v1/{name}"),
            ("PUT", f"/v1/{name}/{id}"),
            ("PATCH", f"/v1/{name}/{id}"),
            ("DELETE", f"/v1/{name}/{id}?reason=x"),
            ("POST", f"/v1/{name}/{id}/restore"),
            ("POST", f"/v1/{name}?colour=blue"),
        ):
            options: Json = {"json": {}, "headers": {"If-Match": "*"}}
            nobody = wire.request(method, target, key=None, **options)
            assert nobody.problem()["type"] == "/problems/not-authentic"
            assert nobody.headers["www-authenticate"] == "Bearer"
            assert wire.request(method, target, key=made.read, **options).problem()["type"] == "/problems/not-allowed"
    assert wire.newest() == before
    for authorization in (
        f"bearer {made.write}",
        f"BEARER {made.admin}",
        f"Bearer   {made.write} ",
        f"Bearer {made.read}",
    ):
        assert wire.send("/v1/people/ana", f"Authorization: {authorization}").status == 200
    for key in (made.write, made.admin):
        assert wire.request("PATCH", "/v1/people/ana", key=key, json={}, headers={"If-Match": "*"}).status == 200
    assert wire.newest() == before


def test_reading_can_be_closed(make_url: MakeUrl) -> None:
    """Then it needs a key too; who keeps the service running, and who reads its contract, needs none."""
    with serving(make_url(False), PUBLIC_READ="false") as wire:
        populate(wire)
        made = make_keys(wire)
        closed = [path for path, methods in addresses(wire).items() if "GET" in methods and path.startswith("/v1/")]
        assert len(closed) > 30
        for path in [*closed, "/v1/people?limit=x", "/v1/people?colour=blue"]:
            answer = wire.get(path, key=None)
            assert answer.problem()["type"] == "/problems/not-authentic", path
            assert answer.headers["www-authenticate"] == "Bearer"
            assert wire.get(path, key=made.expired).problem()["status"] == 401
        for key in (made.read, made.write, made.admin, ADMIN_KEY):
            assert wire.get("/v1/people/ana", key=key).status == 200
        for path in (*PAGES, "/healthz", "/readyz"):
            assert wire.get(path, key=None).status == 200


# What fails


def test_what_is_no_http_does_no_harm(wire: Wire) -> None:
    """A problem document where an answer is possible, and the next client is served."""
    for garbage in (
        b"GARBAGE\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /v1/people HTTP/9.9\r\nHost: x\r\n\r\n",
        b"get /v1/people http/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100),
        b"POST /v1/people HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
        b"POST /v1/people HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/people HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        b"GET /v1/people HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n",
        b"GET /v1/people HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET v1/people HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /v1/people HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        b"CONNECT example.org:80 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ):
        with wire.connected() as connection:
            connection.sendall(garbage)
            assert read(connection).problem()["status"] == 400, garbage
    assert wire.get("/v1/people/ana").status == 200


def test_a_connection_serves_one_request_after_the_other(wire: Wire) -> None:
    """After problems too, after a body that nobody wanted, after 304 and HEAD, and if several are sent at once."""
    with wire.connected() as connection:
        for target, method, body, status in (
            ("/v1/people/ana", "GET", b"", 200),
            ("/v1/people/nobody", "GET", b"", 404),
            ("/v1/people?limit=x", "GET", b"", 422),
            ("/v1/people", "HEAD", b"", 200),
            ("/v1/people", "POST", b"{", 400),
            ("/v1/people", "POST", TOO_LARGE, 413),
            ("/nothing", "POST", b"x" * MEGABYTE, 404),
            ("/v1/people/ana", "GET", b"", 200),
        ):
            connection.sendall(head(method, target, KEY, JSON, of_length(body)) + body)
            assert read(connection, method).status == status, target
        connection.sendall(head("GET", "/v1/people/ana", "If-None-Match: *"))
        assert read(connection).status == 304
        connection.sendall(head("GET", "/v1/people") + head("GET", "/healthz", "Connection: close"))
        assert everything(connection).count(b"HTTP/1.1 200 OK") == 2


def test_no_other_protocol_is_offered(wire: Wire) -> None:
    """Who asks to go on in one is answered as if they had not."""
    socket_ = ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13"]
    for protocol, more in (("websocket", socket_), ("h2c", ["HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"])):
        upgrade = ["Connection: Upgrade", f"Upgrade: {protocol}", *more]
        assert wire.send("/v1/people/ana", *upgrade).status == 200
        assert wire.send("/nothing", *upgrade).problem()["type"] == "/problems/not-found"


def test_a_client_that_leaves_does_no_harm(wire: Wire) -> None:
    """In the middle of its headers, of its body, of a chunk, or before the answer; nothing is written."""
    before = wire.newest()
    halves = [head("POST", "/v1/people", KEY, JSON, "Content-Length: 1000") + b'{"name": {"en": "Half"']
    halves += [head("POST", "/v1/people", KEY, JSON, "Transfer-Encoding: chunked") + b"ff\r\n{"]
    halves += [head("PATCH", "/v1/people/ana", KEY, JSON, "If-Match: *", "Content-Length: 1000")]
    halves += [b"GET /v1/people HTTP/1.1\r\nHos", b""]
    for half in halves:
        with wire.connected() as connection:
            connection.sendall(half)
            connection.shutdown(socket.SHUT_WR)
            everything(connection)
    with wire.connected() as connection:
        connection.sendall(head("GET", "/v1/people"))
    bad_chunk = head("POST", "/v1/people", KEY, JSON, "Transfer-Encoding: chunked") + b"zz\r\n{}\r\n0\r\n\r\n"
    with wire.connected() as connection:
        connection.sendall(bad_chunk)
        assert read(connection).status == 400
    assert wire.get("/v1/people/ana").status == 200
    assert wire.newest() == before


UNREACHABLE = [
    "postgresql+psycopg://somebody:secret@/bilateral?host=/nonexistent&port=1",
    "sqlite:////nonexistent/secret/record.db",
]
REQUESTS: list[tuple[str, str, Json]] = [
    ("GET", "/v1/people", {}),
    ("GET", "/v1/people?limit=0", {}),
    ("GET", "/v1/people/ana", {}),
    ("GET", "/v1/people/ana/revisions", {}),
    ("GET", "/v1/people/ana/revisions/1", {}),
    ("GET", "/v1/agreements/treaty/events", {}),
    ("GET", "/readyz", {}),
    ("POST", "/v1/people", {"json": person("zoe")}),
    ("PUT", "/v1/people/ana", {"json": person("ana", name={"en": "Zoe"})}),
    ("PATCH", "/v1/people/ana", {"json": {"name": {"en": "Zoe"}}}),
    ("DELETE", "/v1/people/ana?reason=x", {}),
    ("POST", "/v1/people/ana/restore", {"json": {"version": 1, "reason": "x"}}),
]


def answers(door: Door, requests: Sequence[tuple[str, str, Json]]) -> Iterator[Answer]:
    for method, path, options in requests:
        response = door.request(method, path, headers={"If-Match": "*"}, **options)
        yield Answer(response.status_code, dict(response.headers), response.content)


@pytest.mark.parametrize("address", UNREACHABLE, ids=["postgresql", "sqlite"])
def test_a_database_that_is_gone_is_a_503(door: Door, address: str) -> None:
    """Whatever is asked, and without a word about where it was; the process lives on."""
    populate(door)
    state = door.app.state
    there, state.engine = state.engine, make_engine(address)
    try:
        for answer in answers(door, REQUESTS):
            assert answer.problem()["type"] == "/problems/database-unavailable"
            assert answer.status == 503
            assert not re.search("secret|somebody|nonexistent|socket|unable to open", answer.body.decode())
        assert door.get("/healthz").status_code == 200
        door.key = "blt_0123456789abcdef"
        assert door.get("/v1/people").status_code == 503
    finally:
        state.engine.dispose()
        state.engine = there


def test_a_record_that_another_holds_is_a_503(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that waits too long for another says so; readers do not wait."""
    populate(door)
    state = door.app.state
    monkeypatch.setattr("db.engine.WAIT_SECONDS", 0.001)
    there, state.engine = state.engine, make_engine(state.settings.database_url)
    try:
        with ledger.write(there, state.clock, actor="a test"):
            writes = [each for each in REQUESTS if each[0] != "GET"]
            for answer in answers(door, writes):
                assert answer.problem()["type"] == "/problems/busy"
                assert answer.status == 503
            assert door.get("/v1/people/ana").status_code == 200
        assert door.post("/v1/people", person("zoe")).status_code == 201
    finally:
        state.engine.dispose()
        state.engine = there


READ, ADD, PUT, PATCH, DELETE = (REQUESTS[index] for index in (2, 7, 8, 9, 10))


@pytest.mark.parametrize(
    ("broken", "requests"), [("get", [READ, ADD, PATCH]), ("save", [ADD, PUT, PATCH, DELETE]), ("load", [PUT, DELETE])]
)
def test_what_nobody_foresaw_is_a_500(
    door: Door, monkeypatch: pytest.MonkeyPatch, broken: str, requests: list[tuple[str, str, Json]]
) -> None:
    """A problem document that says nothing of the inside, and nothing is written."""
    populate(door)

    def fail(*_args: Any, **_options: Any) -> None:
        raise RuntimeError("the secret of the inside")

    with door.app.state.engine.connect() as connection:
        before = ledger.newest(connection)
    with monkeypatch.context() as patch:
        patch.setattr(records, broken, fail)
        door.may_fail = True
        for answer in answers(door, requests):
            assert answer.problem()["type"] == "/problems/internal"
            assert answer.status == 500
            assert not re.search("secret|inside|RuntimeError|records", answer.body.decode())
            assert answer.headers["x-request-id"]
    with door.app.state.engine.connect() as connection:
        assert ledger.newest(connection) == before
    door.may_fail = False
    assert door.get("/v1/people/ana").status_code == 200
