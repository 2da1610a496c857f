"""The public door: the app behind an HTTP client, called plainly from synchronous tests.

Every answer of every test is held against the contract as it comes through.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI

from api.client import Bilateral
from api.main import create_app
from api.settings import Settings
from db.ledger import Clock
from tests.contract import contract

ADMIN_KEY = "blt_key_of_the_tests_only"
ADDRESS = "http://bilateral.test"
AS_IT_CAME = ("content-encoding", "content-length")
"""Headers of a body that is unpacked by now."""
Json = dict[str, Any]
R = TypeVar("R")


TOLD_IN_LISTS = {
    "status",
    "certainty",
    "possible_statuses",
    "since",
    "end",
    "ground",
    "pending",
    "contested",
    "on",
    "known_at",
}
"""What a list says of a status."""


def listed(answer: Json) -> Json:
    """What GET answers of one record, as a list does."""
    if "status" not in answer:
        return answer
    return answer | {"status": {name: value for name, value in answer["status"].items() if name in TOLD_IN_LISTS}}


class Door:
    """Sends requests with an admin key; `anybody` sends them without."""

    def __init__(self, app: FastAPI, client: httpx.AsyncClient, portal: BlockingPortal) -> None:
        self.app, self._client, self._portal = app, client, portal
        self.key: str | None = ADMIN_KEY
        self.may_fail = False
        """Set by a test that provokes a 500, which no contract has."""

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        headers |= options.pop("headers", {})
        return self.send(method, path, headers=headers, **options)

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """What is sent without a word of our own."""
        response = self._portal.call(lambda: self._client.request(method, path, **options))
        self._check(response)
        return response

    def _check(self, response: httpx.Response) -> None:
        method, path = response.request.method, response.request.url.path
        if not (self.may_fail and response.status_code == 500):
            faults = contract().faults_of(method, path, response)
            assert not faults, f"{method} {path} is answered against the contract: {'; '.join(faults)}"

    def service(self, key: str | None = ADMIN_KEY) -> Bilateral:
        """The same as programs see it, who use the client."""
        return Bilateral(ADDRESS, key, transport=Through(self))

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def read(self, path: str, **options: Any) -> Json:
        """What a GET that must succeed answers."""
        response = self.get(path, **options)
        assert response.status_code == 200, response.text
        answer: Json = response.json()
        return answer

    def post(self, path: str, document: Any, **options: Any) -> httpx.Response:
        return self.request("POST", path, json=document, **options)

    def add(self, path: str, document: Json) -> Json:
        """What a POST that must succeed answers."""
        response = self.post(path, document)
        assert response.status_code == 201, response.text
        answer: Json = response.json()
        return answer

    def put(self, path: str, document: Any, if_match: str = "*") -> httpx.Response:
        return self.request("PUT", path, json=document, headers={"If-Match": if_match})

    def patch(self, path: str, changes: Any, if_match: str = "*") -> httpx.Response:
        return self.request("PATCH", path, json=changes, headers={"If-Match": if_match})

    def withdraw(self, path: str, if_match: str = "*", reason: str = "a test") -> httpx.Response:
        return self.request("DELETE", path, params={"reason": reason}, headers={"If-Match": if_match})

    def restore(self, path: str, version: int) -> httpx.Response:
        return self.post(f"{path}/restore", {"version": version, "reason": "a test"})

    def items(self, path: str, **params: Any) -> list[Json]:
        """All items of a list, page after page."""
        items: list[Json] = []
        while True:
            page = self.read(path, params=params)
            items += page["items"]
            if "next" not in page:
                return items
            params["cursor"] = page["next"]

    def run(self, story: Callable[[httpx.AsyncClient], Awaitable[R]]) -> R:
        """Run a story that sends its own requests, at the same time; its answers are not held against the contract."""
        return self._portal.call(story, self._client)

    def together(self, calls: list[tuple[str, str, Json]]) -> list[httpx.Response]:
        """Send several requests at the same time: (method, path, options) each."""
        responses = self._portal.call(self._together, calls)
        for response in responses:
            self._check(response)
        return responses

    async def _together(self, calls: list[tuple[str, str, Json]]) -> list[httpx.Response]:
        headers = {"Authorization": f"Bearer {self.key}"}
        sent = (
            self._client.request(method, path, **{**options, "headers": headers | options.get("headers", {})})
            for method, path, options in calls
        )
        return list(await asyncio.gather(*sent))


class Through(httpx.BaseTransport):
    """Takes what the client sends through the door."""

    def __init__(self, door: Door) -> None:
        self.door = door

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path, content = request.url.raw_path.decode(), request.read()
        answer = self.door.send(request.method, path, headers=request.headers, content=content)
        headers = [(name, value) for name, value in answer.headers.multi_items() if name not in AS_IT_CAME]
        return httpx.Response(answer.status_code, headers=headers, content=answer.content)


async def only_here(host: str, _port: int) -> list[str]:
    """The resolver of the tests, which asks nobody: nothing is sent to another machine."""
    if host != "127.0.0.1":
        raise OSError
    return [host]


@contextmanager
def opened(settings: Settings, clock: Clock | None = None) -> Iterator[Door]:
    """The app, started and stopped, behind a door."""
    app = create_app(settings, clock)
    app.state.resolve = only_here
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(_running(app)) as client:
        yield Door(app, client, portal)


class _running:  # noqa: N801  # a context manager, named as it reads
    def __init__(self, app: FastAPI) -> None:
        self.lifespan = app.router.lifespan_context(app)
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ADDRESS, timeout=60)

    async def __aenter__(self) -> httpx.AsyncClient:
        await self.lifespan.__aenter__()
        return await self.client.__aenter__()

    async def __aexit__(self, *error: Any) -> None:
        await self.client.__aexit__(*error)
        await self.lifespan.__aexit__(*error)
