"""/v1/vocabularies."""

from db.vocabulary import EventKind, members
from tests.door import Door
from tests.factories import agreement, populate


def test_every_event_kind_has_a_label_in_two_languages(door: Door) -> None:
    """A client can name every member of a closed list in English and French."""
    kinds = door.read("/v1/vocabularies")["vocabularies"]["event_kind"]
    assert [kind["value"] for kind in kinds] == list(members(EventKind))
    assert all(kind["label"].keys() == {"en", "fr"} for kind in kinds)
    [signature] = [kind for kind in kinds if kind["value"] == "provisional_application_started"]
    assert signature["law"] == "VCLT 25"


def test_subjects_in_use_are_counted(door: Door) -> None:
    """The most frequent subject comes first; a withdrawn agreement counts no more."""
    populate(door)
    for subjects in (["trade"], ["taxation", "trade"], ["taxation", "fishing"], ["trade"]):
        door.add("/v1/agreements", agreement(subjects=subjects))
    door.withdraw("/v1/agreements/mex-rus-taxation")
    assert door.read("/v1/vocabularies")["subjects"] == [
        {"value": "trade", "count": 2},
        {"value": "fishing", "count": 1},
        {"value": "taxation", "count": 1},
    ]
