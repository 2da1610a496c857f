"""PURE: how one name is spelled in many ways: the rules of the usual romanisations, as tables.

A word comes in ASCII letters and digits (`db.names.fold`). It is *heard* in three readings, each what some writers mean
by their letters: spellings of one name meet in at least one of them. What is heard is written with a capital for each
class of consonants that romanisations do not keep apart (H: h, kh, g; V: v, w, f; in the end all of s, z, ts, sh, zh,
ch are S) and with vowels in small letters: Savelyev and Sawieljew are heard as SaVeLeV, on the frame SVLV.

The longer a word, the less of it is asked for: a long one is found by its frame, a short one, of which there are many
that are near to each other, by all that is heard.
"""

import re
from functools import lru_cache
from typing import NamedTuple

Rules = tuple[tuple[re.Pattern[str], str], ...]

MAX_WORD = 40
"""Letters of a word that are looked at."""


def _rules(*lines: tuple[str, str]) -> Rules:
    return tuple((re.compile(pattern), becomes) for pattern, becomes in lines)


# What comes before anyascii: letters that it drops, or cannot know without their neighbours.

SCRIPTS: Rules = _rules(
    ("[´`ʹʺ′″ʼʻʿʾ’‘]", "'"),  # soft signs, glottal stops
    # Arabic: long vowels; an article is a word of its own
    ("عبد ?الله", "abdullah "),
    ("عبد ?ال", "abdel "),
    (r"(?<!\w)ال(?=\w{3})", "al "),
    ("[اأإآ]", "a"),
    ("ع", "a"),
    ("ة", "a"),
    (r"(?<=\w)و(?![aا])", "u"),
    (r"(?<=\w)[يی](?![aا])", "i"),
    # Hebrew: letters that are hard where a word begins, and vowels inside it
    (r"(?<!\w)ב", "b"),
    (r"(?<!\w)פ", "p"),
    (r"(?<!\w)כ", "k"),
    ("וו", "v"),
    (r"(?<=\w)ו", "u"),
    (r"(?<=\w)י", "i"),
    ("א", "a"),
    # Greek: pairs of letters
    ("ο[υύ]", "u"),
    ("[εέ][υύ]", "ev"),
    ("[αά][υύ]", "av"),
    (r"(?<!\w)μπ", "b"),
    (r"(?<!\w)ντ", "d"),
    (r"(?<!\w)γκ", "g"),
    ("γγ", "ng"),
    # Korean: family names are not written as they are spelled
    (r"(?<!\w)김(?=\w)", "kim "),
    (r"(?<!\w)이(?=\w)", "lee "),
    (r"(?<!\w)박(?=\w)", "park "),
    (r"(?<!\w)최(?=\w)", "choi "),
)

UNSPACED = re.compile(
    r"[\u3041-\u3096\u30a1-\u30fa][ぁぃぅぇぉゃゅょゎァィゥェォャュョヮー]?"  # kana, with what belongs to it
    r"|[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"  # Han
    r"|[\uac00-\ud7a3]"  # Hangul syllables
    r"|[\u0e40-\u0e44\u0ec0-\u0ec4]?[\u0e00-\u0e30\u0e32\u0e33\u0e45-\u0e46\u0e80-\u0eb0\u0eb2\u0eb3\u0ebd\u0ec6-\u0edf]"
    r"[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd]*"  # Thai and Lao, with their marks
    r"|[\u1000-\u102a\u103f\u1780-\u17b3][\u102b-\u103e\u17b4-\u17d3]*"  # Myanmar and Khmer, with theirs
)
"""A character of a script that sets no spaces between words."""

# Readings: what the same letters mean to different writers. Capitals are classes, and stay: C as in church, X as in
# she, Z as in measure, S for s, z and ts.

_ROMANCE = (("gu(?=[ei])", "g"), ("qu(?=[ei])|ck", "k"), ("c(?=[eiy])", "S"))

READINGS: tuple[Rules, ...] = (
    _rules(  # English
        ("^ch(?=[rl])", "H"),
        ("chzh|dj|zh|j", "Z"),
        ("shch|sh", "X"),
        ("t?ch", "C"),
        *_ROMANCE,
    ),
    _rules(  # French
        ("dj|j", "Z"),
        ("tch", "C"),
        ("(?<!s)ch(?:C|ch)?", "X"),
        ("sh", "Y"),  # not French: apart from what is
        *_ROMANCE,
    ),
    _rules(  # German, Polish, scholarly
        ("^ch(?=.{1,3}$)", "C"),
        ("dsch", "Z"),
        ("tsch|cz", "C"),
        ("sch(?:tsch|C)?|sh", "X"),
        ("ch|(?<=.)x|^x(?=[rlmv]|[ao].{3})", "H"),
        ("c|q(?=[iu])", "S"),  # Qian too
        ("j", "y"),
    ),
    _rules(  # Spanish
        ("s?h?ch", "C"),
        ("^h(?=.{3})", ""),
        ("j", "H"),
        *_ROMANCE,
    ),
)

CONSONANTS = _rules(
    ("gn(?=[aeo]$)", "n"),  # Bologna, Espagne
    ("^es(?=[ptckqlmvw])|^is(?=p)", "S"),  # Eslovaquia
    ("(?<=[cgkq])[uvw](?=[aeiou].{3})|(?<=[a-z]{2}[cgkq])[uvw](?=[aeiou])", ""),  # Guatemala, Гватемала
    ("^x|^ks", "S"),  # Xi, Xenia
    ("x", "KS"),
    ("sh", "X"),
    ("zh", "Z"),
    ("[td]?[sz]+", "S"),
    ("ph|[fvw]", "V"),
    ("ngk?h$|ng(?![aeiouy])", "n"),
    ("(?<=[bdpt])h|(?<=^r)h|(?<=[lmn])h$|(?<=[ae])h$", ""),
    ("[kg]h|[gh]", "H"),
    ("[ckq]", "K"),
)
PLAIN = str.maketrans("bdlmnprt", "BDLMNPRT")
TWICE = re.compile(r"([A-Z])\1+")

VOWELS = _rules(
    ("y", "i"),
    ("o[ou]|eu", "u"),  # Kouznetsov, Moon; Korean
    ("eo", "o"),
    ("ee", "i"),
    (r"([aeiou])\1+", r"\1"),
    ("ie(?!$)", "e"),
)
COARSE = _rules(
    ("[TD]?[SCXYZ]+", "S"),
    ("ie$", "ia"),  # Namibie
    ("(?<=[A-Z])io(?=[A-Z])", "e"),  # Fyodor, Pyotr
    ("(?<=[A-Z][A-Z])e$|(?<=[aeiou][A-Z])e$", ""),  # Poutine
    ("(?<!^)i[aeiou]*a[aeiou]*", "ya"),
    ("(?<!^)i[aeiou]*[ou][aeiou]*", "yu"),
    ("(?<!^)(?<!y)[aeiou]*a[aeiou]*", "a"),
    ("(?<!^)(?<!y)[aeiou]*[ou][aeiou]*", "u"),
    ("(?<!^)(?<![yau])[ei]+", "i"),
    ("^o", "u"),
)


class Heard(NamedTuple):
    """A word as one reading hears it, from close to coarse."""

    close: str
    """All vowels: what tells short words apart."""
    sounds: str
    """Vowels in three classes: a; e and i; o and u."""
    frame: str
    """Consonants only, and that it begins with a vowel."""

    @property
    def key(self) -> str:
        """As coarse as its length bears."""
        if len(self.frame) < 3:
            return self.close.lower()
        return (_first(self.sounds) + self.frame[1:] if len(self.frame) == 3 else self.frame).lower()


def _first(sounds: str) -> str:
    """How it begins: with which consonant or vowel."""
    return re.sub("^[iy](?=[aeu])", "", sounds)[0]


def rewritten(word: str, rules: Rules) -> str:
    for pattern, becomes in rules:
        word = pattern.sub(becomes, word)
    return word


def _heard(word: str, reading: Rules) -> Heard:
    consonants = TWICE.sub(r"\1", rewritten(rewritten(word, reading), CONSONANTS).translate(PLAIN))
    close = rewritten(consonants, VOWELS)
    sounds = rewritten(close, COARSE)
    return Heard(close, sounds, re.sub("[a-z]", "", re.sub("^[a-z]+", "A", sounds)))


@lru_cache(maxsize=1 << 15)
def heard(word: str) -> tuple[Heard, ...]:
    """What each reading hears in it, in their order."""
    return tuple(_heard(word[:MAX_WORD], reading) for reading in READINGS)
