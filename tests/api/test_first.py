"""First."""

from tests.door import Door
from tests.factories import dossier, populate


def test_a_dossier_is_one_request(door: Door) -> None:
    """A dossier posted whole comes back whole."""
    populate(door)
    answer = door.add("/v1/agreements", dossier())
    assert door.read(f"/v1/agreements/{answer['id']}") == answer
    assert [s["person"] for s in answer["signatories"]] == ["ana", "boris"]
    assert len(answer["events"]) == 3
    assert answer["id"] == "mex-rus-trade-2021"


def test_seeded(seeded: Door) -> None:
    assert len(seeded.items("/v1/agreements")) == 1
