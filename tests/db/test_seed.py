"""The seed: three layers, each written once, each saying where it has its facts from."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from api.settings import Settings
from db import ledger
from db.engine import make_engine
from db.seed import layers, seed
from tests.door import Door

NOW = Settings().clock


def test_seeding_twice_changes_nothing(seeded_url: str) -> None:
    """The layers are there already, so the ledger ends where it ended."""
    engine = make_engine(seeded_url)
    with engine.connect() as connection:
        before = ledger.newest(connection)
    assert seed(engine, NOW) == []
    with engine.connect() as connection:
        assert ledger.newest(connection) == before
    engine.dispose()


def test_the_layers_build_on_each_other_in_order(engine: sa.Engine) -> None:
    """The states come first, then the article, then what was learned later."""
    assert seed(engine, NOW) == ["seed-states", "seed-article", "seed-later-facts"]


def test_what_users_changed_is_not_written_over(seeded: Door) -> None:
    """Seeding after a change leaves the change."""
    seeded.patch("/v1/agreements/mex-rus-outer-space-2021", {"subjects": ["changed"]})
    assert seed(seeded.app.state.engine, NOW) == []
    assert seeded.read("/v1/agreements/mex-rus-outer-space-2021")["subjects"] == ["changed"]


def test_the_first_layer_has_no_other_source_than_the_article() -> None:
    """What the article does not say is not cited to it, and nobody else is cited beside it."""
    article = next(layer for layer in layers() if layer["run"] == "seed-article")
    assert {citation["source"] for citation in _citations(article)} == {"kosmosnews-2021-09-30"}
    [agreement] = article["add"]["agreements"]
    fields = {citation["field"].split("/")[1] for citation in agreement["citations"] if citation["field"]}
    assert fields == {"form", "subjects", "place", "signed", "parties"}


def test_the_states_have_names_in_four_languages(seeded: Door) -> None:
    """197 states of today and those that are gone, in English, French, Spanish and Russian, each with its sources."""
    states = seeded.items("/v1/organizations", kind="state", limit=200)
    assert len([state for state in states if "valid_to" not in state]) == 197
    assert {"suhh", "cshh", "ddde", "yucs"} <= {state["id"] for state in states if "valid_to" in state}
    for state in states:
        assert {"en", "fr", "es", "ru"} <= state["name"].keys()
        assert state["state"] == state["id"]
        assert state["citations"]


def test_the_predecessors_of_states_are_known(seeded: Door) -> None:
    """Russia continues the Soviet Union; the Czech Republic succeeds Czechoslovakia."""
    assert _predecessors(seeded, "rus") == [("suhh", "continuity", "1991-12-26")]
    assert _predecessors(seeded, "cze") == [("cshh", "succession", "1993-01-01")]


def _predecessors(door: Door, state: str) -> list[tuple[str, str, str]]:
    found = door.read(f"/v1/organizations/{state}")["predecessors"]
    return [(each["organization"], each["kind"], each["from"]["edtf"]) for each in found]


def _citations(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield from node.get("citations", ())
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from _citations(child)
