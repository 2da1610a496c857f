"""Signs webhooks, and verifies them: Standard Webhooks 1.0, by secret. Imports nothing but the standard library.

Signed is `id.timestamp.body`, with HMAC-SHA256, under the bytes that follow `whsec_` in base64. While a secret is
exchanged for another, each of the two signs: the signatures stand in one header, with blanks between them.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
"""The headers."""
PREFIX = "whsec_"
VERSION = "v1,"
SHORTEST = 24
"""Bytes in a secret, at least."""
TOLERANCE = timedelta(minutes=5)
"""How far the clocks may differ; what is older may be somebody's repetition."""


class NotGenuine(Exception):
    """Nobody who knows the secret sent this, or not lately."""


def sign(secret: str, id: str, timestamp: int | str, body: bytes | str) -> str:
    """One signature, `v1,...`; ValueError if the secret is none."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError:  # no base64, or not even ASCII
        key = b""
    if len(key) < SHORTEST:
        raise ValueError(f"a secret is `{PREFIX}` and at least {SHORTEST} bytes in base64")
    content = body.encode() if isinstance(body, str) else body
    message = f"{id}.{timestamp}.".encode(errors="replace") + content
    return VERSION + base64.b64encode(hmac.digest(key, message, hashlib.sha256)).decode()


def headers(secrets: Sequence[str], id: str, timestamp: int, body: bytes | str) -> dict[str, str]:
    """The headers of a message, signed with each of the secrets."""
    signatures = " ".join(sign(secret, id, timestamp, body) for secret in secrets)
    return {ID: id, TIMESTAMP: str(timestamp), SIGNATURE: signatures}


def verify_webhook(
    body: bytes | str,
    headers: Mapping[str, str],
    secrets: str | Iterable[str],
    *,
    now: datetime | None = None,
    tolerance: timedelta = TOLERANCE,
) -> str:
    """The id of a message that is as it was sent, and fresh; else NotGenuine. What comes twice has the same id.

    `body` is what was received, to the byte, before anything reads it. One of the secrets must fit, if there are two.
    """
    given = {name.lower(): value for name, value in headers.items()}
    missing = [name for name in (ID, TIMESTAMP, SIGNATURE) if name not in given]
    if missing:
        raise NotGenuine(f"The header {missing[0]} is missing.")
    id, timestamp = given[ID], given[TIMESTAMP]
    _refuse_old(timestamp, now or datetime.now(UTC), tolerance)
    known = [secrets] if isinstance(secrets, str) else list(secrets)
    ours = [sign(secret, id, timestamp, body).encode() for secret in known]
    theirs = [each.encode(errors="replace") for each in given[SIGNATURE].split(" ")]
    fits = [hmac.compare_digest(mine, their) for mine in ours for their in theirs]  # all, whichever fits
    if not any(fits):
        raise NotGenuine("No signature fits.")
    return id


def _refuse_old(timestamp: str, now: datetime, tolerance: timedelta) -> None:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12):
        raise NotGenuine(f"The header {TIMESTAMP} is no time.")
    apart = now.timestamp() - int(timestamp)
    if abs(apart) > tolerance.total_seconds():
        raise NotGenuine(f"It was signed {abs(apart):.0f} seconds {'ago' if apart > 0 else 'in the future'}.")
