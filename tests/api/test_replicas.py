"""Reads go to a replica, and who has just written reads what it wrote."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.settings import Settings
from tests.conftest import MakeUrl
from tests.door import ADMIN_KEY, Door, opened
from tests.factories import person, populate


@pytest.fixture
def behind(sqlite_templates: dict[bool, Path], make_url: MakeUrl, tmp_path: Path) -> Iterator[Door]:
    """A service whose replica is as empty as the record was at the beginning, whatever is written since."""
    copy = tmp_path / "replica.db"
    shutil.copy(sqlite_templates[False], copy)
    settings = Settings(database_url=make_url(False), database_read_url=f"sqlite:///{copy}", admin_key=ADMIN_KEY)
    with opened(settings) as door:
        populate(door)
        yield door


def test_reads_go_to_the_replica(behind: Door) -> None:
    """Which may lag behind."""
    assert behind.get("/v1/people/ana").status_code == 404
    assert behind.items("/v1/people") == []


def test_a_read_that_names_a_write_has_it(behind: Door) -> None:
    """One record, lists, histories, the status."""
    added = behind.post("/v1/people", person(id="new"))
    seen = {"Bilateral-After": added.headers["bilateral-seq"]}
    assert behind.get("/v1/people/new", headers=seen).status_code == 200
    assert behind.read("/v1/people?limit=0", headers=seen)["count"] == 3
    assert behind.get("/v1/people/new/revisions", headers=seen).status_code == 200
    assert behind.get("/v1/people/new", headers={"Bilateral-After": "0"}).status_code == 404


def test_the_feed_lags_behind_nothing(behind: Door) -> None:
    """It is read from the database that is written to."""
    feed = behind.read("/v1/changes?limit=200")
    assert feed["after"] == feed["newest"] == len(feed["items"]) > 0


@pytest.mark.parametrize("after", ["1000000", "x", "-1", "1.5", "1" * 19])
def test_a_seq_that_is_none_or_not_from_here_is_refused(behind: Door, after: str) -> None:
    refused = behind.get("/v1/people", headers={"Bilateral-After": after})
    assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (422, "Bilateral-After")


def test_without_a_replica_every_read_has_every_write(door: Door) -> None:
    populate(door)
    added = door.post("/v1/people", person(id="new"))
    assert door.get("/v1/people/new", headers={"Bilateral-After": added.headers["bilateral-seq"]}).status_code == 200
