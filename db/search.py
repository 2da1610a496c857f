"""Search over all seven collections: what matches, the best first, with the places where it was found.

How good a match is depends on the texts alone, so both databases give one order. At most RANKED records of a collection
are compared, those first that were written last: a word that everybody uses costs no more than another.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa

from db import ledger, records
from db.documents import text_of
from db.labels import LABELS
from db.matching import Sought, Term, newest
from db.members import Json, in_english
from db.models import TABLES
from db.names import similarity
from db.pages import Cursor, Page
from db.queries import SEARCH, read
from db.records import Collection
from db.texts import BOUNDARY, Text, keys_of, texts_of, words_of

RANKED = 500
"""Records of one collection that are compared with each other, at most."""
COMPARED = 200
"""Names that are compared letter by letter, at most."""
EXCERPT = 200
"""Characters of an excerpt, more or less."""
MOST_EXCERPTS = 3
IN_TITLE, COVERED, BEGUN, ELSEWHERE, ALIKE = 0.5, 0.25, 0.1, 0.1, 0.7
"""What counts: the share of the terms that stand in the title; the share of the title that they are; that it begins
with the first of them; the share that stands elsewhere. Where it is found by keys: how alike the names are."""


class Hit(NamedTuple):
    """A record that was found, and how well it matches, from 0 to 1."""

    score: float
    collection: Collection
    id: str


def find(
    connection: sa.Connection, collections: Sequence[Collection], text: str, limit: int, cursor: str | None
) -> Page:
    """One page of what matches, the best first."""
    asked = read("q", SEARCH, text)
    scope = text_of({"list": "search", "q": text, "collections": [each.name for each in collections]})
    first = int(Cursor.decode(cursor, scope, "rank").value) if cursor is not None else 0
    hits = sorted(_hits(connection, collections, asked), key=lambda hit: (-hit.score, hit.collection.name, hit.id))
    seq = ledger.newest(connection).seq
    page, last = hits[first : first + limit], first + limit
    more = limit and len(hits) > last
    next_ = Cursor("rank", last, page[-1].id, "0001-01-01", seq).encode(scope) if more else None
    return Page(list(_told(connection, page, asked)), next_, seq)


def _hits(connection: sa.Connection, collections: Iterable[Collection], asked: Sought) -> Iterator[Hit]:
    for collection in collections:
        texts = TABLES[f"{collection.kind}_text"]
        statement = newest(connection, collection.kind, asked, RANKED, texts.c.owner, texts.c.title, texts.c.more)
        for number, (id, title, more) in enumerate(connection.execute(statement)):
            yield Hit(score(asked, title, more, compare=number < COMPARED), collection, id)


def score(asked: Sought, title: str, more: str, *, compare: bool = True) -> float:
    """How well the columns of a record's texts match, from 0 to 1; `compare`: names letter by letter, if need be."""
    titles = [words.split() for words in title.split(BOUNDARY)]
    found, missing = _score(asked.wanted, titles, more.split())
    if missing and compare:
        plain = " ".join(word for term in asked.wanted for word in term.words)
        found += ALIKE * max(similarity(plain, " ".join(words)) for words in titles)
    return round(min(found, 1.0), 3)


def _score(terms: Sequence[Term], titles: Sequence[list[str]], more: list[str]) -> tuple[float, bool]:
    """How well the texts match, and whether a term stands in none of them as it was written."""
    elsewhere = {term for term in terms if _places(term, more)}
    missing = set(terms) - elsewhere
    best = 0.0
    for words in titles:
        places = {term: _places(term, words) for term in terms}
        there = [term for term in terms if places[term]]
        missing -= set(there)
        covered = len({place + k for term in there for place in places[term] for k in range(len(term.words))})
        score = IN_TITLE * len(there) / len(terms) + COVERED * covered / max(len(words), 1)
        best = max(best, score + (BEGUN if 0 in places[terms[0]] else 0))
    return best + ELSEWHERE * len(elsewhere) / len(terms), bool(missing)


def _places(term: Term, words: Sequence[str]) -> list[int]:
    """Where a term stands among the words."""
    *whole, last = term.words
    if not whole:
        return [place for place, word in enumerate(words) if _is(word, last, term.begins)]
    length = len(term.words)
    return [
        place
        for place in range(len(words) - length + 1)
        if list(words[place : place + length - 1]) == whole and _is(words[place + length - 1], last, term.begins)
    ]


def _is(word: str, sought: str, begins: bool) -> bool:
    return word.startswith(sought) if begins else word == sought


# What is told of a hit


def _told(connection: sa.Connection, hits: Sequence[Hit], asked: Sought) -> Iterator[Json]:
    wanted: dict[str, list[str]] = {}
    for hit in hits:
        wanted.setdefault(hit.collection.kind, []).append(hit.id)
    stored = {kind: records.load(connection, kind, ids) for kind, ids in wanted.items()}
    for score, collection, id in hits:
        record = stored[collection.kind].get(id)
        if record and not record.withdrawn:
            yield told(collection, record.document, asked, score)


def told(collection: Collection, document: Json, asked: Sought, score: float) -> Json:
    """What is told of one record that was found."""
    return {
        "collection": collection.name,
        "id": document["id"],
        "label": label_of(document),
        "score": score,
        "href": f"/v1/{collection.name}/{document['id']}",
        "excerpts": _excerpts(collection.kind, document, asked),
    }


def label_of(document: Json) -> str:
    """What the record is called: in English, else in the first language; a person who signed, an event by its kind."""
    called = document.get("title") or document.get("name") or document.get("person")
    if isinstance(called, dict):
        return in_english(called)
    if called is None:
        return f"{LABELS['event_kind'][document['kind']]['en']}, {document['date']['edtf']}"
    return str(called)


@dataclass(frozen=True)
class _Marked:
    """A text, and the spans of it that were searched for."""

    text: Text
    spans: list[tuple[int, int]]
    terms: int


def _excerpts(kind: str, document: Json, asked: Sought) -> list[Json]:
    """The texts that hold the most of what was searched for, cut around it."""
    marked = [each for text in texts_of(kind, document) if (each := _marked(text, asked.wanted)).spans]
    best = sorted(marked, key=lambda each: -each.terms)[:MOST_EXCERPTS]
    return [_excerpt(each) for each in best]


def _marked(text: Text, terms: Sequence[Term]) -> _Marked:
    words = list(_words(text.text))
    folded = [word for _, _, word in words]
    spans, found = set(), 0
    for term in terms:
        places = _places(term, folded) or (_places_by_keys(term, folded) if text.is_name else [])
        found += bool(places)
        spans |= {words[place + k][:2] for place in places for k in range(len(term.words))}
    return _Marked(text, sorted(spans), found)


def _places_by_keys(term: Term, words: Sequence[str]) -> list[int]:
    keys = set(term.keys)
    return [place for place, word in enumerate(words) if keys and not keys.isdisjoint(keys_of(word))]


def _words(text: str) -> Iterator[tuple[int, int, str]]:
    """Each word of a text as it is searched, and where what it was made of begins and ends."""
    for start, end in _runs(text):
        for word in words_of(text[start:end]):
            yield start, end, word


def _runs(text: str) -> Iterator[tuple[int, int]]:
    """What stands between spaces, without the marks around it."""
    place = 0
    for run in text.split():
        start = text.index(run, place)
        place = start + len(run)
        inner = [index for index, character in enumerate(run) if character.isalnum()]
        if inner:
            yield start + inner[0], start + inner[-1] + 1


def _excerpt(marked: _Marked) -> Json:
    text = marked.text.text
    start, end = 0, len(text)
    if end > EXCERPT:
        start = max(marked.spans[0][0] - EXCERPT // 4, 0)
        start = text.rfind(" ", 0, start) + 1 if start else 0
        end = min(max(start + EXCERPT, marked.spans[0][1]), len(text))
    highlights = [{"start": a - start, "end": b - start} for a, b in marked.spans if start <= a and b <= end]
    return {"pointer": marked.text.pointer, "text": text[start:end], "highlights": highlights}
