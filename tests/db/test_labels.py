"""Every member of every closed list has its label in English and French, and the law of events is named."""

import re
from typing import Literal, get_origin

import pytest

from db import vocabulary
from db.labels import LABELS, LAW, VOCABULARIES

LANGUAGES = ("en", "fr")
PROPER_NAMES = {"Secretariat", "Secrétariat", "United", "Nations", "Unies", "État", "États"}
"""The only words that begin with a capital."""

CLOSED_LISTS = {name: listed for name, listed in vars(vocabulary).items() if get_origin(listed) is Literal}

ARTICLE = r"\d+(\(\d\))?(\([a-z]\))?"
CITATION = re.compile(rf"VCLT {ARTICLE}(-\d+)?(, {ARTICLE}(-\d+)?)*")

of_each_list = pytest.mark.parametrize("name", VOCABULARIES)
of_each_language = pytest.mark.parametrize("language", LANGUAGES)


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def labels_of(name: str, language: str) -> list[str]:
    return [labels[language] for labels in LABELS[name].values()]


def test_every_closed_list_has_an_api_name() -> None:
    """`EventKind` is `event_kind`: all lists of db/vocabulary.py, and no others, with their members in order."""
    assert CLOSED_LISTS
    expected = {snake(name): vocabulary.members(listed) for name, listed in CLOSED_LISTS.items()}
    assert expected == VOCABULARIES


def test_every_list_has_labels() -> None:
    """In the order of the lists, and no list that does not exist."""
    assert list(LABELS) == list(VOCABULARIES)


@of_each_list
def test_every_member_has_labels(name: str) -> None:
    """In the order of the list, and no member that it does not have."""
    assert tuple(LABELS[name]) == VOCABULARIES[name]


@of_each_list
def test_a_label_is_in_english_and_french(name: str) -> None:
    """Each member has exactly one in each, and none in another language."""
    assert all(tuple(labels) == LANGUAGES for labels in LABELS[name].values())


@of_each_list
@of_each_language
def test_a_label_means_one_member(name: str, language: str) -> None:
    """Two members of a list never share a label."""
    labels = labels_of(name, language)
    assert len({label.casefold() for label in labels}) == len(labels)


@of_each_list
@of_each_language
def test_a_label_is_a_phrase(name: str, language: str) -> None:
    """Words with single spaces between and none around, no identifier, no full stop."""
    for label in labels_of(name, language):
        assert label
        assert label == " ".join(label.split())
        assert not re.search(r"[_.;:]", label)


@of_each_list
@of_each_language
def test_a_label_is_lower_case_except_proper_names(name: str, language: str) -> None:
    """So that it can stand inside a sentence."""
    words = {word for label in labels_of(name, language) for word in re.findall(r"\w+", label)}
    assert {word for word in words if word != word.lower()} <= PROPER_NAMES


def test_the_law_is_of_event_kinds() -> None:
    """In the order of the list."""
    assert [kind for kind in VOCABULARIES["event_kind"] if kind in LAW] == list(LAW)


def test_only_these_events_are_outside_the_convention() -> None:
    """Mere occasions; what a clause of the treaty itself governs; succession, which VCLT 73 leaves aside."""
    occasions = {"visit", "meeting", "ceremony", "statement", "other"}
    assert set(VOCABULARIES["event_kind"]) - set(LAW) == occasions | {
        "extended",
        "renewed",
        "succession",
        "continuity_confirmed",
    }


@pytest.mark.parametrize("kind", LAW)
def test_articles_are_written_as_rules_write_them(kind: str) -> None:
    """`VCLT 2(1)(b), 11`: in ascending order, none beyond the Convention's 85."""
    assert CITATION.fullmatch(LAW[kind])
    articles = [int(number) for number in re.findall(r"(?<=[ -])\d+", LAW[kind])]
    assert articles == sorted(set(articles))
    assert articles[-1] <= 85
