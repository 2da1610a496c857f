"""Sends webhooks what they are to be told, signed as Standard Webhooks 1.0 asks (api/signing.py).

What is sent twice has the same `webhook-id`, the `seq` of the change, and the same body. While two secrets are valid
both sign.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from time import perf_counter
from types import TracebackType
from typing import NamedTuple, Self

import httpcore
import httpx

from api.addresses import Forbidden, Guarded, Resolve
from api.cloudevents import MEDIA_TYPE
from api.settings import Settings
from api.signing import headers
from db.documents import text_of

MOST_EXCERPT = 1_000
"""Bytes of an answer that are read and kept."""
FAILURES = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError, ValueError)
"""How sending may fail; ValueError: what stands in brackets is no IPv6 address."""


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
        except FAILURES as failed:
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
