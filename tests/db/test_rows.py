"""The rows of a record follow its document, whatever part of it changes."""

from typing import Any

import pytest

from tests.door import Door
from tests.factories import agreement, populate

TERRITORY = {"organization": "fra", "from": "2021", "to": "2022"}
PARTY = {"side": "a", "organization": "mex", "name": "The first", "territories": [TERRITORY]}
OTHER_PARTY = {"side": "b", "organization": "rus"}


@pytest.mark.parametrize(
    "parties",
    [
        [{**PARTY, "name": "Another name"}, OTHER_PARTY],
        [{**PARTY, "territories": [{**TERRITORY, "to": "2023"}]}, OTHER_PARTY],
        [{**PARTY, "name": "Another name", "territories": [{**TERRITORY, "to": "2023"}]}, OTHER_PARTY],
        [PARTY, {**OTHER_PARTY, "name": "The second"}],
        [OTHER_PARTY, PARTY],
        [{**PARTY, "territories": []}, OTHER_PARTY],
    ],
    ids=["the party", "its territory", "both", "the other party", "their order", "no territory"],
)
def test_territories_stay_when_a_party_changes(door: Door, parties: list[Any]) -> None:
    """Their rows hang on the party's, and are there again after it was written anew."""
    populate(door)
    id = door.add("/v1/agreements", agreement(parties=[PARTY, OTHER_PARTY]))["id"]
    assert door.patch(f"/v1/agreements/{id}", {"parties": parties}).status_code == 200
