"""One slug for a name in any script: what ids are made of when a client leaves them to us."""

import re

from anyascii import anyascii

MAX_ID = 100
"""Characters in an id, at most."""


def slug(text: str) -> str:
    """The text in lower-case ASCII letters, digits and single hyphens; '' if nothing of it is left."""
    return re.sub(r"[^a-z0-9]+", "-", anyascii(text).lower()).strip("-")


def stem(*parts: str) -> str:
    """The facts as one id, short enough to take a number behind it."""
    joined = "-".join(filter(None, map(slug, parts)))
    return joined[: MAX_ID - 8].rstrip("-") or "record"
