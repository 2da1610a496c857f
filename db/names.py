"""Names in any script: the slug that ids are made of, the words of a text, and which names may be one."""

import re
import unicodedata
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from anyascii import anyascii
from rapidfuzz.distance import JaroWinkler, Levenshtein

from db.romanization import SCRIPTS, UNSPACED, Heard, heard, rewritten

MAX_ID = 100
"""Characters in an id, at most."""

MAX_LETTERS = 400
"""Letters of a name that are looked at; further ones are left out."""

MAX_WORDS = 8
"""Words of a name that are compared; further ones are left out."""

MAX_GROUPS = 32
"""Words of a name that it is found by."""

SAME = 0.9
"""From this similarity on two names are taken for one."""

PARTICLES = frozenset(
    re.findall(r"\w+", "ad al as ash bin bint da das de del den der di dos e el ibn la las los ter ul van von y zu zur")
)
"""Words that a name is often written without."""


def slug(text: str) -> str:
    """The text in lower-case ASCII letters, digits and single hyphens; '' if nothing of it is left."""
    return re.sub(r"[^a-z0-9]+", "-", anyascii(text).lower()).strip("-")


def stem(*parts: str) -> str:
    """The facts as one id, short enough to take a number behind it."""
    joined = "-".join(filter(None, map(slug, parts)))
    return joined[: MAX_ID - 8].rstrip("-") or "record"


# Words


def fold(text: str) -> str:
    """The text's words in lower-case ASCII letters and digits, with single spaces between; '' if nothing is left.

    Where a script sets no spaces, each character, or syllable of Hangul, is a word.
    """
    spaced = text if text.isascii() else anyascii(UNSPACED.sub(r" \g<0> ", _prepared(text)))
    return " ".join(re.findall("[a-z0-9]+", spaced.lower().replace("'", "").replace("`", "")))


def _prepared(text: str) -> str:
    """As anyascii is to see it."""
    return rewritten(unicodedata.normalize("NFKC", rewritten(text, SCRIPTS[:1])), SCRIPTS)


# Keys


def word_keys(word: str) -> frozenset[str]:
    """Keys of one word of a name, in any script or romanisation: spellings of one name share at least one."""
    folded = fold(word).replace(" ", "")
    return frozenset(form.key for form in heard(folded)) if folded.isalpha() else frozenset({folded} - {""})


def name_keys(name: str) -> tuple[frozenset[str], ...]:
    """Keys of each word that a name is found by: spellings of it have a key of each in common.

    What is written with a hyphen or without spaces may be written as one word or as several: it has the keys of both.
    Initials and particles have none, unless they are all that there is.
    """
    groups = _groups(name)
    telling = [group for group in groups if not _minor("".join(group))]
    return tuple(frozenset().union(*map(word_keys, {*group, "".join(group)})) for group in telling or groups)


def _minor(word: str) -> bool:
    return len(word) == 1 or word in PARTICLES


FAMILY_FIRST = re.compile(r"[\u3400-\u9fff\uac00-\ud7a3]")
KANA = re.compile(r"[\u3041-\u30ff]")


Group = tuple[str, ...]


def _groups(name: str) -> list[Group]:
    """Its words: in one group those that others may write as one."""
    chunks = re.split(r"[\s,;.·・/()]+", _prepared(name[:MAX_LETTERS]))
    return [group for chunk in chunks for group in _parts(chunk, tuple(fold(chunk).split())) if group][:MAX_GROUPS]


def _parts(chunk: str, words: Group) -> list[Group]:
    if KANA.search(chunk):
        return [("".join(words),)]
    if FAMILY_FIRST.search(chunk):
        return [words[:1], words[1:]] if 2 <= len(words) <= 4 else [(word,) for word in words]
    return [words]


# Comparison


def similarity(a: str, b: str) -> float:
    """How alike two whole names are, 0 to 1, whatever their scripts, their order, or a part that one leaves out."""
    if a == b:
        return 1.0
    one, other = sorted((_written(a), _written(b)))
    if not (one.joined and other.joined):
        return 0.0
    if one.joined == other.joined:
        return 1.0
    vowelless = one.vowelless != other.vowelless
    ways = {(one.joined, other.joined), (one.split, other.split)}
    alike = max(_alike(mine, theirs, vowelless) for mine, theirs in ways)
    return max(alike, GLUED * _glued(one.split, other.split))


GLUED = 0.95
"""One name is written as one word, the other as several."""

LEFT_OUT = 0.01
"""What a word costs that one name leaves out."""

ONE_OF_SEVERAL = 0.95
"""One word alone against a name that ends with it."""

NOT_THE_SAME_PART = 0.85
"""What is left out is where family names stand; or initials are all that agrees."""

ABJAD = re.compile(r"[\u0590-\u06ff]")
"""Arabic and Hebrew letters: most vowels are not written."""


class Written(NamedTuple):
    """A name's words, as they are compared."""

    joined: Group
    """What may be written as one word is one."""
    split: Group
    vowelless: bool


@lru_cache(maxsize=1 << 12)
def _written(name: str) -> Written:
    groups = _groups(name)
    split = _named([word for group in groups for word in group])
    return Written(_named(["".join(group) for group in groups]), split, bool(ABJAD.search(name)))


def _named(words: list[str]) -> Group:
    telling = [word for word in words if word not in PARTICLES]
    return tuple((telling or words)[:MAX_WORDS])


def _alike(one: Group, other: Group, vowelless: bool) -> float:
    """Words are taken in pairs, the most alike first; the worst pair weighs most."""
    short, long = sorted((one, other), key=len)
    pairs = _paired(short, long, vowelless)
    scores = [score for score, _, _ in pairs]
    score = 0.4 * sum(scores) / len(scores) + 0.6 * min(scores)
    missing = len(long) - len(short)
    if all(min(len(short[i]), len(long[j])) == 1 for _, i, j in pairs) and max(map(len, long)) > 1:
        return score * NOT_THE_SAME_PART
    if not missing:
        return score
    return score * _of_the_whole(short, long, {j for _, _, j in pairs}) - LEFT_OUT * (missing - 1)


def _of_the_whole(short: Group, long: Group, found: set[int]) -> float:
    """What it is worth that these of the longer name's words are found."""
    if len(short) > 1:
        return 1.0 if found & {len(long) - 1, len(long) - 2} else NOT_THE_SAME_PART
    return ONE_OF_SEVERAL if len(long) - 1 in found and len(short[0]) > 3 else NOT_THE_SAME_PART


def _paired(short: Group, long: Group, vowelless: bool) -> list[tuple[float, int, int]]:
    """(how alike, which word of the one, which of the other)"""
    indices = product(range(len(short)), range(len(long)))
    pairs: list[tuple[float, int, int]] = []
    for score, i, j in sorted(((-_words_alike(short[i], long[j], vowelless), i, j) for i, j in indices)):
        if all(i != mine and j != theirs for _, mine, theirs in pairs):
            pairs.append((-score, i, j))
    return pairs


def _glued(one: Group, other: Group) -> bool:
    """Whether they are one but for the spaces."""
    if len(one) == len(other) or max(len(one), len(other)) > 4:
        return False
    return any(_sound_alike("".join(one), "".join(order)) for order in (other, other[1:] + other[:1], other[::-1]))


def _sound_alike(one: str, other: str) -> bool:
    return any(mine.sounds == theirs.sounds for mine, theirs in zip(heard(one), heard(other), strict=True))


INITIAL = 0.93
"""A letter against a word that begins with it."""

ANOTHER_GENDER = 0.8
"""Petrov and Petrova, Novitsky and Novitskaya are two persons."""

FEMININE = re.compile("(?<=V)a$|(?<=SK)a$|(?<=SK)aya$|(?<=^[^aeiou][aiu][^aeiou][aiu]N)a$|(?<=^[aeiu][^aeiou][aiu]N)a$")


@lru_cache(maxsize=1 << 16)
def _words_alike(one: str, other: str, vowelless: bool) -> float:
    """How alike two folded words are, 0 to 1."""
    if one == other:
        return 1.0
    if min(len(one), len(other)) == 1:
        return INITIAL if one[0] == other[0] else 0.0
    written = 0.5 * JaroWinkler.similarity(one, other)
    together = zip(heard(one), heard(other), strict=True)
    pairs = set(together if max(len(one), len(other)) < 5 else product(heard(one), heard(other)))
    return max(_heard_alike(mine, theirs, written, vowelless) for mine, theirs in pairs)


def _heard_alike(one: Heard, other: Heard, written: float, vowelless: bool) -> float:
    if one.close == other.close:
        return 0.99
    sounds = Levenshtein.normalized_similarity(one.sounds, other.sounds)
    length = len(one.frame)
    if one.frame != other.frame:
        return min(0.88, 0.45 * sounds + written)
    if vowelless and length > 1:
        return 0.95
    if length < 3:
        return min(0.75, 0.45 * sounds + written)
    if _differ_in_gender(one.sounds, other.sounds):
        return ANOTHER_GENDER
    return 0.74 + 0.24 * sounds if length > 3 else 0.64 + 0.34 * sounds


def _differ_in_gender(one: str, other: str) -> bool:
    man, woman = sorted((one, other), key=len)
    return man != woman and any(FEMININE.sub(ending, woman) == man for ending in ("", "i"))
