"""Sends requests, and sends again what may be sent again.

What reads, and what carries an Idempotency-Key, does the same however often it is sent. A conditional change is written
at most once; but if the answer to it was lost, the second answer may be a refusal because of its own first time.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TypeVar
from urllib.parse import quote

import httpx
import stamina
from pydantic import BaseModel, ValidationError

from api.client.errors import (
    NOTHING_WRITTEN,
    PASSING,
    Failure,
    NotSent,
    Stale,
    Unanswered,
    Unreadable,
    Unsure,
    Withdrawn,
    refusal,
)
from db.members import Json

M = TypeVar("M", bound=BaseModel)
Value = str | int | date | Iterable[str] | None
"""What a parameter may be; several words are sent with commas between them, None is left out."""
REPEATED = "party"
"""The parameter that stands there again for each of its values, where all of them must hold."""
ANSWER_TO_A_LOST_ONE = (Stale, Withdrawn)


class Sender:
    """One httpx client, with the key and with patience."""

    def __init__(self, http: httpx.Client, attempts: int) -> None:
        self.http = http
        self._patiently = stamina.RetryingCaller(attempts=attempts, timeout=None)
        self._endlessly = stamina.RetryingCaller(attempts=None, timeout=None, wait_max=30)
        self._newest = 0

    def read(self, path: str, params: Mapping[str, Value] | None = None) -> Json:
        """What a GET answers."""
        return self._patiently(PASSING, self._read, path, params)

    def wait(self, path: str, params: Mapping[str, Value], seconds: float) -> Json:
        """The same where the service takes its time, however long it cannot be reached."""
        patience = self.http.timeout.as_dict()
        if patience["read"] is not None:
            patience["read"] += seconds
        longer = httpx.Timeout(**patience)
        return self._endlessly(PASSING, self._read, path, params, longer)

    def _read(self, path: str, params: Mapping[str, Value] | None, timeout: httpx.Timeout | None = None) -> Json:
        headers = {"Bilateral-After": str(self._newest)} if self._newest else {}
        asked = self.http.build_request(
            "GET", path, params=texts(params or {}), headers=headers, timeout=timeout or self.http.timeout
        )
        return answer_of(self._ask(asked))

    def post(self, path: str, body: Json, reason: str | None, key: str | None, etag: str | None = None) -> Json:
        """What a POST answers; sent again, it is done once."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4())} | ({"If-Match": etag} if etag else {})
        asked = self.http.build_request("POST", path, params=texts({"reason": reason}), json=body, headers=headers)
        return answer_of(self._patiently(PASSING, self._ask, asked))

    def change(self, method: str, path: str, body: Json | None, reason: str | None, condition: Json) -> httpx.Response:
        """What a conditional PUT, PATCH or DELETE answers; Unsure if nobody can tell what came of it."""
        asked = self.http.build_request(method, path, params=texts({"reason": reason}), json=body, headers=condition)
        lost: list[Failure] = []

        def once() -> httpx.Response:
            try:
                return self._ask(asked)
            except NOTHING_WRITTEN:
                raise
            except PASSING as error:
                lost.append(error)
                raise
            except ANSWER_TO_A_LOST_ONE as error:
                if not lost:
                    raise
                raise Unsure(f"{method} {path} was sent again: {error.detail}") from lost[-1]

        return self._patiently(PASSING, once)

    def _ask(self, request: httpx.Request) -> httpx.Response:
        try:
            response = self.http.send(request)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotSent(f"{request.url} cannot be reached: {error}") from error
        except httpx.TransportError as error:
            raise Unanswered(f"{request.method} {request.url} was not answered: {error!r}") from error
        except httpx.DecodingError as error:
            raise Unreadable(f"{request.url}: {error}") from error
        if not response.is_success:
            raise refusal(response)
        self._newest = max(self._newest, int(response.headers.get("Bilateral-Seq", 0)))
        return response


def answer_of(response: httpx.Response) -> Json:
    """The document that was answered."""
    try:
        answer = response.json()
    except ValueError as error:
        raise Unreadable(f"{response.request.url} does not answer in JSON: is that the service's address?") from error
    if not isinstance(answer, dict):
        raise Unreadable(f"{response.request.url} answers {str(answer)[:100]}")
    return answer


def read_as(shape: type[M], answer: Json) -> M:
    """The answer in its shape; what a newer service says beyond it is left out."""
    try:
        return shape.model_validate(answer, extra="ignore")
    except ValidationError as error:
        raise Unreadable(f"This release cannot read the answer: {error}") from error


def texts(params: Mapping[str, Value]) -> httpx.QueryParams:
    """The parameters as they are sent."""
    return httpx.QueryParams([(name, text) for name, value in params.items() for text in _texts(name, value)])


def _texts(name: str, value: Value) -> Iterator[str]:
    if isinstance(value, bool):
        yield str(value).lower()
    elif isinstance(value, date):  # an instant too
        yield value.isoformat()
    elif isinstance(value, str | int):
        yield str(value)
    elif name == REPEATED:
        yield from value or ()
    elif value is not None:
        yield ",".join(value)


def segment(id: str) -> str:
    """An id as a part of a path; ValueError for what would lead elsewhere."""
    if "/" in id or id in ("", ".", ".."):
        raise ValueError(f"{id!r} is no id")
    return quote(id, safe="")
