"""Signs what webhooks are sent, as Standard Webhooks 1.0 asks, sends it, and checks what was received.

The content that is signed is `{webhook-id}.{webhook-timestamp}.{body}`; the signature is its HMAC-SHA256 in Base64.
While two secrets are valid both sign. What is sent twice has the same `webhook-id`, the `seq` of the change, and the
same body.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from time import perf_counter
from types import TracebackType
from typing import NamedTuple, Self

import httpcore
import httpx

from api.addresses import Forbidden, Guarded, Resolve
from api.cloudevents import MEDIA_TYPE
from api.settings import Settings
from db.documents import text_of

PREFIX = "whsec_"
TOLERANCE = timedelta(minutes=5)
"""How far the timestamp may be from the receiver's clock."""
MOST_EXCERPT = 1_000
"""Bytes of an answer that are read and kept."""


class NotGenuine(Exception):
    """It was not signed with this secret, or is too old."""


def sign(secret: str, id: str, timestamp: int, body: str) -> str:
    """One signature, `v1,...`; ValueError if the secret is none."""
    key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    signed = hmac.digest(key, f"{id}.{timestamp}.{body}".encode(), hashlib.sha256)
    return f"v1,{base64.b64encode(signed).decode()}"


def headers(secrets: Sequence[str], id: str, timestamp: int, body: str) -> dict[str, str]:
    """The headers that tell a receiver what it is, since when, and from whom."""
    signatures = " ".join(sign(secret, id, timestamp, body) for secret in secrets)
    return {"webhook-id": id, "webhook-timestamp": str(timestamp), "webhook-signature": signatures}


def verify(secret: str, headers: Mapping[str, str], body: str, now: datetime, tolerance: timedelta = TOLERANCE) -> None:
    """NotGenuine unless one of the signatures is made with the secret, and the timestamp is close to now."""
    given = {name.lower(): value for name, value in headers.items()}
    try:
        id, timestamp = given["webhook-id"], int(given["webhook-timestamp"])
        signatures = given["webhook-signature"].split(" ")
    except (KeyError, ValueError) as error:
        raise NotGenuine("webhook-id, webhook-timestamp or webhook-signature is missing or malformed") from error
    if abs(now.timestamp() - timestamp) > tolerance.total_seconds():
        raise NotGenuine("the timestamp is too far from now")
    try:
        expected = sign(secret, id, timestamp, body)
    except binascii.Error as error:
        raise NotGenuine("the secret is not Base64") from error
    if not any(hmac.compare_digest(each.encode(), expected.encode()) for each in signatures):
        raise NotGenuine("no signature is made with this secret")


class Outcome(NamedTuple):
    """What came of sending something: a status, or else why there is none."""

    milliseconds: int
    status: int | None = None
    error: str | None = None
    excerpt: str | None = None


class Sender:
    """Sends to where it may, follows no redirects, waits no longer than it should, reads no more than it shows."""

    def __init__(
        self,
        settings: Settings,
        resolve: Resolve,
        *,
        at_once: int = 1,
        connecting: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self._seconds = settings.webhook_timeout
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            max_connections=at_once,
            keepalive_expiry=30,
            network_backend=Guarded(settings.webhook_networks, resolve, connecting),
        )

    async def __aenter__(self) -> Self:
        await self._pool.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self._pool.__aexit__(kind, error, traceback)

    async def send(self, url: str, secrets: Sequence[str], id: str, body: str, now: datetime) -> Outcome:
        """Send a CloudEvent; what goes wrong is told, never raised."""
        began = perf_counter()
        signed = headers(secrets, id, int(now.timestamp()), body)
        sent = [("Host", url.split("/")[2]), ("Content-Type", MEDIA_TYPE), ("User-Agent", "Bilateral"), *signed.items()]
        status, error, excerpt = None, None, None
        try:
            async with asyncio.timeout(self._seconds):
                async with self._pool.stream("POST", url, headers=sent, content=body.encode()) as response:
                    status = response.status
                    excerpt = await _beginning(response)
        except TimeoutError:
            error = f"No answer within {self._seconds:g} seconds."
        except Forbidden as refused:
            error = f"Refused: {refused}."
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as failed:
            error = f"{type(failed).__name__}: {failed}"[:MOST_EXCERPT].rstrip(": ")
        took = round((perf_counter() - began) * 1000)
        return Outcome(took, status, error if status is None else None, excerpt or None)


async def _beginning(response: httpcore.Response) -> str:
    read = bytearray()
    async for chunk in response.aiter_stream():
        read += chunk
        if len(read) > MOST_EXCERPT:
            break
    return read[:MOST_EXCERPT].decode("utf-8", "replace").replace("\0", "\ufffd")


def trial(webhook: str, id: str, time: str) -> str:
    """A CloudEvent that tells of no change, to try a webhook with."""
    envelope = {"specversion": "1.0", "id": id, "source": "/v1/webhooks", "type": "bilateral.webhook.test"}
    return text_of(envelope | {"subject": webhook, "time": time, "datacontenttype": "application/json", "data": {}})
