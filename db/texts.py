"""What of a document is searched: its texts, as words and keys of names, in the columns of `<kind>_text`.

Words are folded in Python (db/names.py), so that both databases search the same ones: one indexes letters and digits,
whatever script a text was written in.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from db.members import Json
from db.names import fold, name_keys, word_keys

MAX_WORD = 100
"""Characters of a word that are searched."""
MAX_COLUMN = 100_000
"""Characters of a column: what a text has beyond is not searched."""
KEY = "0"
"""What keys of names begin with: no word that somebody looks for does."""
BOUNDARY = " | "
"""Between two texts in one column."""


class Searched(NamedTuple):
    """Where texts stand in a document: `*` is each member of a map, `-` each item of a list."""

    path: str
    column: str
    """`title` for what the record itself is called, `more` for the rest."""
    is_name: bool = False
    """Of a person or a body: found in other scripts and romanisations too."""


_IDENTIFIERS = Searched("identifiers/-/value", "more")
_PLACE = (Searched("place/name", "more"), Searched("place/venue", "more"))

SEARCHED: Mapping[str, tuple[Searched, ...]] = {
    "source": (Searched("title", "title"), Searched("publisher", "more"), _IDENTIFIERS),
    "organization": (Searched("name/*", "title", is_name=True), _IDENTIFIERS),
    "person": (
        Searched("name/*", "title", is_name=True),
        Searched("positions/-/title/*", "more"),
        _IDENTIFIERS,
    ),
    "agreement": (
        Searched("title/*", "title"),
        Searched("subjects/-", "more"),
        *_PLACE,
        Searched("parties/-/organization", "more"),
        Searched("parties/-/name", "more"),
        Searched("signatories/-/person", "more", is_name=True),
        Searched("signatories/-/name", "more", is_name=True),
        _IDENTIFIERS,
    ),
    "signatory": (
        Searched("person", "title", is_name=True),
        Searched("name", "title", is_name=True),
        Searched("capacity", "more"),
        *_PLACE,
        _IDENTIFIERS,
    ),
    "event": (
        Searched("title/*", "title"),
        Searched("note/*", "more"),
        *_PLACE,
        Searched("participants/-/person", "more", is_name=True),
        Searched("participants/-/name", "more", is_name=True),
        Searched("participants/-/capacity", "more"),
        _IDENTIFIERS,
    ),
    "delegation": (
        Searched("name/*", "title"),
        Searched("purpose/*", "more"),
        Searched("members/-/person", "more", is_name=True),
        Searched("members/-/name", "more", is_name=True),
        Searched("members/-/capacity", "more"),
        _IDENTIFIERS,
    ),
}
"""The texts of each kind of record. Persons are searched by their ids too: those are made from names."""


class Text(NamedTuple):
    """One text of a document, and where it stands."""

    pointer: str
    text: str
    column: str
    is_name: bool


def texts_of(kind: str, document: Json) -> Iterator[Text]:
    """Each text of the document that is searched."""
    for path, column, is_name in SEARCHED[kind]:
        for pointer, text in _found(document, "", path.split("/")):
            yield Text(pointer, text, column, is_name)


def _found(node: Any, pointer: str, path: list[str]) -> Iterator[tuple[str, str]]:
    if not path:
        yield pointer, node
        return
    step, *rest = path
    inner: Mapping[str, Any]
    if step == "-":
        inner = {str(index): item for index, item in enumerate(node)}
    elif step == "*":
        inner = node
    else:
        inner = {step: node[step]} if step in node else {}
    for name, value in inner.items():
        yield from _found(value, f"{pointer}/{name}", rest)


def words_of(text: str) -> list[str]:
    """The words of a text as they are indexed and looked for."""
    return [word[:MAX_WORD] for word in fold(text).split()]


@lru_cache(maxsize=1 << 14)
def keys_of(word: str) -> tuple[str, ...]:
    """The keys of one word of a name, as they are indexed and looked for."""
    return tuple(sorted(KEY + key for key in word_keys(word)))


@lru_cache(maxsize=1 << 14)
def keys_of_name(name: str) -> tuple[tuple[str, ...], ...]:
    """The keys of each word that a whole name is found by."""
    return tuple(tuple(sorted(KEY + key for key in group)) for group in name_keys(name))


def columns_of(kind: str, document: Json) -> Mapping[str, str] | None:
    """What of a document is searched, by column; None if there is nothing."""
    columns: dict[str, list[str]] = {"title": [], "more": []}
    keys: set[str] = set()
    for text in texts_of(kind, document):
        words = words_of(text.text)
        columns[text.column].append(" ".join(words))
        if text.is_name:
            keys.update(*keys_of_name(text.text))
    told = {name: BOUNDARY.join(filter(None, dict.fromkeys(texts))) for name, texts in columns.items()}
    told["keys"] = " ".join(sorted(keys))
    cut = {
        name: text[:MAX_COLUMN].rpartition(" ")[0] if len(text) > MAX_COLUMN else text for name, text in told.items()
    }
    return cut if any(cut.values()) else None
