"""Whether two titles may be of one agreement: by their words, since titles are long and differ in one of them."""

from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from db.names import fold

MAX_WORDS = 100
"""Words of a title that are compared; further ones are left out."""
TELLING = 4
"""Letters from which on a word tells titles apart; what has a digit does too."""
MISSPELT = 0.8
"""How alike two words are of which one is the other, misspelt."""
NOT_THE_SAME = 0.89
"""At most so alike are titles of which one has a telling word that the other has not: a protocol to an agreement bears
the agreement's title."""


def alike(a: str, b: str) -> float:
    """How alike two titles are, 0 to 1, whatever their capitals, accents and the order of their words."""
    one, other = _words(a), _words(b)
    if not (one and other):
        return 0.0
    if one == other:
        return 1.0
    mine, theirs = _unpaired(one, other), _unpaired(other, one)
    lone = _weight(mine) + _weight(theirs)
    share = 1 - lone / (_weight(one) + _weight(other))
    return min(share, NOT_THE_SAME) if any(map(_tells, mine + theirs)) else share


@lru_cache(maxsize=1 << 12)
def _words(title: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fold(title).split()[:MAX_WORDS]))


def _tells(word: str) -> bool:
    return len(word) >= TELLING or not word.isalpha()


def _weight(words: Iterable[str]) -> int:
    return sum(TELLING if _tells(word) else 1 for word in words)


def _unpaired(words: tuple[str, ...], others: tuple[str, ...]) -> list[str]:
    """Those that are not among the others, not misspelt either."""
    missing = [word for word in words if word not in others]
    return [word for word in missing if not any(_misspelt(word, other) for other in others)]


def _misspelt(one: str, other: str) -> bool:
    telling = one.isalpha() and other.isalpha() and _tells(one) and _tells(other)
    return telling and Levenshtein.normalized_similarity(one, other, score_cutoff=MISSPELT) > 0
