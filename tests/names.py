"""Spellings of names, judged without `db.names`: which two are of one name, and which are not.

True pairs: states of ISO 3166-1 in four languages, where the word is the same; Russian names as six published systems
romanise them; well-known names as they are written in several languages. False pairs: other states, persons who share
a given or a family name, family names that differ in a letter or two, the same one in both genders.
"""

import gettext
import hashlib
import json
import re
from collections.abc import Iterator
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path
from typing import NamedTuple

import pycountry
from rapidfuzz.distance import Levenshtein


class Pair(NamedTuple):
    """Two names, and whether they are spellings of one."""

    one: str
    other: str
    same: bool
    origin: str

    @property
    def held_out(self) -> bool:
        """The rules were made looking at the other half only."""
        return hashlib.sha256(f"{self.one}|{self.other}".encode()).digest()[0] % 2 == 1


WRITTEN = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
KNOWN: list[list[str]] = WRITTEN["known"]
"""Names as newspapers, passports and lexica write them, of each name several spellings."""
NEAR: list[tuple[str, str]] = WRITTEN["near"]
GIVEN: list[str] = WRITTEN["given"]
FAMILY: list[str] = WRITTEN["family"]
COMMON: list[str] = WRITTEN["common"]
"""Short names that are borne by many: no two of them are one, but Li and Lee."""
OTHERS: list[str] = WRITTEN["others"]
OTHER_GIVEN: list[str] = WRITTEN["others_given"]
ONE_FAMILY = {frozenset(pair) for pair in WRITTEN["one_family"]}
"""By hand: of one origin."""

# Romanisation of Russian: by the tables that each system publishes, letter by letter.

LETTERS = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
IOTATED_AFTER = "аеёиоуыэюяйъь"
"""After these, and at the beginning, some systems write an e as ye."""


def _table(text: str) -> dict[str, str]:
    return dict(zip(LETTERS, (letter.strip("_") for letter in text.split()), strict=True))


SYSTEMS = {
    "BGN/PCGN": _table("a b v g d e ë zh z i y k l m n o p r s t u f kh ts ch sh shch ” y ’ e yu ya"),
    "ICAO": _table("a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch ie y _ e iu ia"),
    "ISO 9": _table("a b v g d e ë ž z i j k l m n o p r s t u f h c č š ŝ ʺ y ʹ è û â"),
    "scholarly": _table("a b v g d e ë ž z i j k l m n o p r s t u f x c č š šč ʺ y ʹ è ju ja"),
    "French": _table("a b v g d e io j z i ï k l m n o p r s t ou f kh ts tch ch chtch _ y _ e iou ia"),
    "German": _table("a b w g d e jo sch s i i k l m n o p r s t u f ch z tsch sch schtsch _ y _ e ju ja"),
    "Spanish": _table("a b v g d e io zh z i i k l m n o p r s t u f j ts ch sh sch _ y _ e iu ia"),
}
ENDINGS = {
    "French": [("iï$", "i"), ("yï$", "y"), ("in$", "ine"), ("g(?=[eiéy])", "gu")],
    "German": [("ii$", "i"), ("yi$", "y"), ("ks", "x"), ("(?<=[aeiou])s(?=[aeiou])", "s")],
    "Spanish": [("ii$", "i"), ("yi$", "i"), ("g(?=[ei])", "gu")],
    "ICAO": [],
}
IOTATED = {"BGN/PCGN": "ye", "German": "je", "Spanish": "ye", "French": "ie"}


def romanised(name: str, system: str) -> str:
    """A Russian name in a system's letters."""
    return " ".join(_word(word.lower(), system).capitalize() for word in name.split())


def _word(word: str, system: str) -> str:
    written = ""
    for before, letter in pairwise("ъ" + word):
        iotated = letter == "е" and before in IOTATED_AFTER and system in IOTATED
        written += IOTATED[system] if iotated else SYSTEMS[system][letter]
    for pattern, becomes in ENDINGS.get(system, []):
        written = re.sub(pattern, becomes, written)
    return written


PERSONS = [f"{given} {family}" for given, family in zip(GIVEN * 3, FAMILY, strict=False)]


def _russian() -> Iterator[tuple[str, list[str]]]:
    for name in PERSONS:
        yield name, list(dict.fromkeys([name, *(romanised(name, system) for system in SYSTEMS)]))


# States.

LANGUAGES = ("en", "fr", "es", "ru")
ANOTHER_WORD = """
AQ:es AT:ru AU:ru BE:fr,es BS:ru BY:es CH:en,ru CN:ru DE:en,fr,es,ru DK:ru DZ:ru ES:en GE:ru GB:en GG:ru GU:es HR:ru
HU:ru IS:en KG:ru LT:ru LV:fr,es MA:es ME:ru MM:fr,es MU:en,ru NO:en PH:ru PL:en,ru SC:ru SE:en,ru YT:ru
"""
"""By hand: languages in which a state's name is not a spelling of the word that the others have."""


@cache
def states() -> dict[str, dict[str, str]]:
    """{code: {language: name}}, where each language has one word for it."""
    tables = {
        language: gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=[language])
        for language in LANGUAGES[1:]
    }
    named = {
        country.alpha_2: {"en": country.name} | {code: table.gettext(country.name) for code, table in tables.items()}
        for country in pycountry.countries
    }
    return {code: names for code, names in named.items() if all(map(str.isalpha, names.values()))}


def _states() -> Iterator[tuple[str, list[str]]]:
    apart = {code: languages.split(",") for code, languages in (line.split(":") for line in ANOTHER_WORD.split())}
    for code, names in states().items():
        yield code, list(dict.fromkeys(names[tag] for tag in LANGUAGES if tag not in apart.get(code, [])))


# The world's other names.


@cache
def other_names() -> tuple[str, ...]:
    """Some thousands of persons of the whole world, whom nobody means here."""
    given = [OTHER_GIVEN[number % len(OTHER_GIVEN)] for number in range(0, 17 * 6 * len(OTHERS), 17)]
    return tuple(f"{one} {family}" for one, family in zip(given, OTHERS * 6, strict=True))


# The pairs.


@cache
def true_pairs() -> tuple[Pair, ...]:
    """All of them."""
    origins = {"states": list(_states()), "russian": list(_russian()), "known": [(line[0], line) for line in KNOWN]}
    iso_9 = {romanised(name, "ISO 9") for name in PERSONS}
    return tuple(
        Pair(one, other, True, "ISO 9" if {one, other} & iso_9 else origin)
        for origin, names in origins.items()
        for _, spellings in names
        for one, other in combinations(spellings, 2)
    )


@cache
def false_pairs() -> tuple[Pair, ...]:
    """Most of them hard."""
    return tuple(dict.fromkeys([*_other_states(), *_other_persons(), *_near_families(), *_near(), *_known_others()]))


def _other_states() -> Iterator[Pair]:
    for (_, one), (_, other) in combinations(states().items(), 2):
        yield Pair(one["en"], other["ru"], False, "states")


def _other_persons() -> Iterator[Pair]:
    """One of the two names is the same."""
    systems = list(SYSTEMS)
    for number, (one, other) in enumerate(combinations(FAMILY, 2)):
        given, another = GIVEN[number % len(GIVEN)], GIVEN[(number + 1) % len(GIVEN)]
        system, second = systems[number % len(systems)], systems[(number + 3) % len(systems)]
        yield Pair(
            romanised(f"{given} {one}", system), romanised(f"{given} {other}", second), False, "given name shared"
        )
        yield Pair(romanised(f"{given} {one}", system), f"{another} {one}", False, "family name shared")


def _near_families() -> Iterator[Pair]:
    """Families of the world that differ in at most two letters; those that are spellings of one are left out."""
    for one, other in combinations(OTHERS, 2):
        if Levenshtein.distance(one, other, score_cutoff=2) <= 2 and frozenset((one, other)) not in ONE_FAMILY:
            yield Pair(f"Anna {one}", f"Anna {other}", False, "near families")


def _near() -> Iterator[Pair]:
    for one, other in NEAR:
        yield Pair(one, other, False, "near")


def _known_others() -> Iterator[Pair]:
    for one, other in combinations(KNOWN, 2):
        yield Pair(one[0], other[-1], False, "known")
        yield Pair(one[-1], other[0], False, "known")
