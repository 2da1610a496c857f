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


def fold(text: str) -> str:
    """The text's words in lower-case ASCII letters and digits, with single spaces between."""
    return " ".join(re.findall(r"[a-z0-9]+", anyascii(text).lower()))


def word_keys(word: str) -> frozenset[str]:
    """Keys of one word of a name."""
    return frozenset({re.sub(r"[^bcdfgklmnpqrstvwxz0-9]", "", fold(word)) or word})


def similarity(a: str, b: str) -> float:
    """How alike two whole names are."""
    return 1.0 if fold(a) == fold(b) else 0.0


SAME = 0.9
