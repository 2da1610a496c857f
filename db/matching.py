"""`q`: what a text that is searched for means, and which records match it, on both databases.

All words must occur. `"..."` is a phrase, `word*` whatever begins so, `-word` must not occur. A word is found in other
scripts and romanisations where it stands in a name. What holds no word, or only such as must not occur, finds nothing.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY

from db.models import TABLES
from db.texts import keys_of, keys_of_name, words_of

MAX_QUERY = 1000
"""Characters of a text that is searched for."""
MAX_TERMS = 32
"""Words and phrases that count; further ones are not looked at."""
FEW = 1000
"""So many records are looked up one by one; where more match, those that are listed are asked whether they do."""
_TERM = re.compile(r'(?P<not>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')


@dataclass(frozen=True)
class Term:
    """One word or phrase."""

    words: tuple[str, ...]
    begins: bool = False
    """Whether the last word may go on."""
    excluded: bool = False
    alone: bool = False
    """Whether it may be a word of a name: no phrase, and no beginning."""
    keys: tuple[str, ...] = ()
    """Of a single word, as it stands in names."""


@dataclass(frozen=True)
class Sought:
    """What is searched for."""

    terms: tuple[Term, ...]
    names: tuple[tuple[str, ...], ...] = ()
    """The keys of the words that stand alone, as those of one name: where other spellings have other words."""
    ids: tuple[str, ...] | None = None
    """The records that match, where they are few."""
    sqlite: bool = True
    """Which of the two databases is asked."""

    @cached_property
    def wanted(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if not term.excluded)

    @property
    def fts5(self) -> str:
        """As SQLite's FTS5 understands it. Words hold letters and digits alone."""
        wanted = " AND ".join(map(_fts5, self._apart))
        if self._alone:
            plain = " AND ".join(map(_fts5, self._alone))
            groups = " AND ".join(_one_of(group, '"', " OR ") for group in self.names)
            named = f"(({plain}) OR {{keys}}: ({groups}))" if self.names else plain
            wanted = " AND ".join(filter(None, (named, wanted)))
        excluded = " OR ".join(_fts5(term) for term in self.terms if term.excluded)
        return f"({wanted}) NOT ({excluded})" if excluded else wanted

    @property
    def tsquery(self) -> str:
        """As PostgreSQL's full text search understands it."""
        parts = [_tsquery(term) for term in self._apart]
        if self._alone:
            plain = " & ".join(map(_tsquery, self._alone))
            groups = " & ".join(_one_of(group, "'", " | ") for group in self.names)
            parts.append(f"({plain} | {groups})" if self.names else plain)
        return " & ".join([*parts, *(f"!{_tsquery(term)}" for term in self.terms if term.excluded)])

    @property
    def _alone(self) -> list[Term]:
        return [term for term in self.wanted if term.alone]

    @property
    def _apart(self) -> list[Term]:
        return [term for term in self.wanted if not term.alone]


def _one_of(keys: Iterable[str], quote: str, joint: str) -> str:
    return f"({joint.join(f'{quote}{key}{quote}' for key in keys)})"


def _fts5(term: Term) -> str:
    phrase = f'"{" ".join(term.words)}"' + ("*" if term.begins else "")
    if not term.keys:
        return phrase
    keys = _one_of(term.keys, '"', " OR ")
    return f"({phrase} OR {{keys}}: {keys})"


def _tsquery(term: Term) -> str:
    phrase = " <-> ".join(f"'{word}'" for word in term.words) + (":*" if term.begins else "")
    keys = [f"'{key}'" for key in term.keys]
    return " | ".join([f"(({phrase})", *keys]) + ")"


def sought(text: str) -> Sought:
    """What a text means; ValueError if it is empty or too long."""
    if not 0 < len(text) <= MAX_QUERY:
        raise ValueError(f"1 to {MAX_QUERY} characters are searched for")
    found: list[Term] = []
    for term in _terms(text):
        if term not in found:
            found.append(term)
    terms = tuple(found[:MAX_TERMS])
    alone = [term for term in terms if term.alone and not term.excluded]
    bare = " ".join(_bare(text))
    names = () if re.search(r"\d", bare) else keys_of_name(bare)
    return Sought(terms, () if names == tuple(term.keys for term in alone) else names)


def _bare(text: str) -> Iterator[str]:
    """The words that may be those of a name, as they were typed."""
    for match in _TERM.finditer(text):
        if match["word"] and not match["not"] and not match["word"].endswith("*"):
            yield match["word"]


def _terms(text: str) -> Iterator[Term]:
    for match in _TERM.finditer(text):
        excluded = bool(match["not"])
        if match["phrase"] is not None:
            words = tuple(words_of(match["phrase"]))
            if words:
                yield Term(words, excluded=excluded)
            continue
        words = tuple(words_of(match["word"]))
        begins = match["word"].endswith("*")
        if words:
            keys = keys_of(words[0]) if len(words) == 1 and not (begins or excluded) else ()
            yield Term(words, begins, excluded, not begins, keys)


def matching(kind: str, asked: Sought, *, sqlite: bool) -> sa.ColumnElement[bool]:
    """That a row of this kind's table of texts matches."""
    texts = TABLES[f"{kind}_text"]
    if not asked.wanted:
        return sa.false()
    if sqlite:
        index = _index(kind)
        return texts.c.number.in_(sa.select(index.c.rowid).where(_match(index, asked)))
    return sa.literal_column(f"{texts.name}.tokens").op("@@")(sa.cast(asked.tsquery, TSQUERY))


def _index(kind: str) -> sa.TableClause:
    return sa.table(f"{kind}_text_index", sa.column("rowid", sa.Integer))


def _match(index: sa.TableClause, asked: Sought) -> sa.ColumnElement[bool]:
    return sa.literal_column(index.name).op("MATCH")(asked.fts5)


def newest(connection: sa.Connection, kind: str, asked: Sought, most: int, *columns: Any) -> sa.Select[Any]:
    """These columns of the texts that match, those first that came last: no more of them are looked at."""
    texts = TABLES[f"{kind}_text"]
    found = sa.select(*columns)
    if _is_sqlite(connection) and asked.wanted:  # the index itself has this order
        index = _index(kind)
        found = found.join_from(index, texts, texts.c.number == index.c.rowid).where(_match(index, asked))
        return found.order_by(index.c.rowid.desc()).limit(most)
    return found.where(matching(kind, asked, sqlite=False)).order_by(texts.c.number.desc()).limit(most)


def _is_sqlite(connection: sa.Connection) -> bool:
    return connection.dialect.name == "sqlite"


def narrowed(connection: sa.Connection, kind: str, asked: Sequence[Sought]) -> list[Sought]:
    """The same for this database, with the records that match where those are few."""
    return [_narrowed(connection, kind, each) for each in asked]


def _narrowed(connection: sa.Connection, kind: str, asked: Sought) -> Sought:
    owner = TABLES[f"{kind}_text"].c.owner
    found = connection.scalars(newest(connection, kind, asked, FEW + 1, owner)).all()
    return replace(asked, sqlite=_is_sqlite(connection), ids=tuple(found) if len(found) <= FEW else None)


def where_matches(kind: str) -> Callable[[Sought], sa.ColumnElement[bool]]:
    """That a record matches what was narrowed."""
    main, texts = TABLES[kind], TABLES[f"{kind}_text"]

    def where(asked: Sought) -> sa.ColumnElement[bool]:
        if asked.ids is not None:
            return main.c.id.in_(asked.ids)
        mine = sa.select(texts.c.number).where(texts.c.owner == main.c.id, matching(kind, asked, sqlite=asked.sqlite))
        return mine.limit(1).scalar_subquery().is_not(None)  # asked of each: no planner turns it round

    return where
