"""What requests cost is counted, not timed: lists read no more as the record grows, and none costs more than it did."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from api.settings import Settings
from db import pages
from db.engine import make_engine
from db.pages import Query
from db.records import Collection
from db.register import REGISTER
from tests.bench import copies, dossiers
from tests.bench.work import counted
from tests.conftest import MakeUrl
from tests.door import ADMIN_KEY, opened

DOSSIERS, SMALL, LARGE = 500, 4, 40
"""So many agreements, written once, copied so often: 2,000 and 20,000 agreements, 14,000 and 140,000 records."""
SLACK = {"sqlite": 600, "postgresql": 4000}
"""What a probe of at most db.matching.FEW rows, and a walk to fifty of the matches, may add: a full scan adds more."""

Values = dict[str, tuple[str, ...]]
EVERYWHERE: Values = {"identifier": ("unts:x",), "updated_since": ("2000-01-01", "2100-01-01")}
VALUES: dict[str, Values] = {
    "agreements": {
        "party": ("aax", "ccz", "nobody"),
        "between": ("aax,aay", "ccx,ccy", "nobody,aax"),
        "predecessors": ("true",),
        "status": ("in_force", "abandoned", "terminated", "signed_not_in_force"),
        "certainty": ("presumed", "definite", "possible"),
        "on": ("1990-01-01",),
        "known_at": (),  # in the order of ids; what was known is asked of each
        "form": ("agreement", "treaty"),
        "legal_character": ("treaty", "unknown"),
        "subject": ("trade", "space"),
        "signed_from": ("2020", "9999"),
        "signed_to": ("1950-02", "0001"),
        "ground": ("expiry",),
        "replaced_by": ("agreement-b",),
        "registered": ("true", "false"),
        "signatory": ("person-1", "nobody"),
        "q": ("trade", "nothing", "accord -trade"),
    },
    "organizations": {"kind": ("state", "agency"), "state": ("aax", "nobody"), "parent": ("nobody",), "q": ("aax",)},
    "people": {"q": ("person 1", "nobody")},
    "sources": {"q": ("x",)},
    "signatories": {
        "agreement": ("agreement-b",),
        "person": ("person-1",),
        "organization": ("nobody",),
        "q": ("person 1", "nothing"),
    },
    "events": {
        "kind": ("signature", "visit"),
        "agreement": ("agreement-b", "nobody"),
        "by": ("aax", "nobody"),
        "date_from": ("2025", "9999"),
        "date_to": ("1950", "0001"),
        "part_of": ("nobody",),
        "predecessor": ("nobody",),
        "q": ("nothing",),
    },
    "delegations": {
        "event": ("nobody",),
        "person": ("nobody",),
        "organization": ("nobody",),
        "agreement": ("agreement-b",),
        "q": ("x",),
    },
}
"""For each filter of each list what many records have, what few have, and what none has."""


@pytest.fixture
def records(make_url: MakeUrl) -> Iterator[tuple[sa.Engine, sa.Engine]]:
    """A small record and a large one."""
    engines = [make_engine(make_url(False)) for _ in range(2)]
    for engine, times in zip(engines, (SMALL, LARGE), strict=True):
        dossiers.build(engine, DOSSIERS)
        copies.multiply(engine, times)
        copies.settle(engine)
    yield engines[0], engines[1]
    for engine in engines:
        engine.dispose()


def queries(collection: Collection) -> Iterator[Query]:
    """Every order of a list, and every filter in two of them."""
    now = datetime(2026, 11, 23, tzinfo=UTC)
    values = VALUES[collection.name] | EVERYWHERE
    assert values.keys() == collection.filters.keys()
    yield from (Query({}, now, sort) for sort in collection.sorts)
    asked = [{name: [value]} for name, given in values.items() for value in given]
    yield from (Query(filters, now, sort) for sort in [None, "updated"] for filters in asked)


def read(engine: sa.Engine, collection: Collection, query: Query) -> int:
    with counted(engine) as work, engine.connect() as connection:
        pages.find(connection, collection, query)
    return work.rows(engine)


def test_a_page_reads_no_more_of_a_larger_record(records: tuple[sa.Engine, sa.Engine]) -> None:
    """Whatever a list is filtered by, and however few have it: nothing is looked through from end to end."""
    slack = SLACK[records[0].dialect.name]
    for collection in REGISTER.values():
        for query in queries(collection):
            small, large = (read(engine, collection, query) for engine in records)
            assert large <= 1.5 * small + slack, (collection.name, query.sort, query.filters, small, large)


COSTS = {
    "/v1/agreements/agreement-b": (2, 4_100),
    "/v1/agreements/agreement-b/status": (2, 900),
    "/v1/agreements?limit=50": (3, 195_000),
    "/v1/agreements?between=aax,aay&status=in_force&on=1990-01-01": (3, 160_000),
    "/v1/agreements?signatory=person-1": (4, 130_000),
    "/v1/agreements?q=accord": (4, 195_000),
    "/v1/events?date_from=2000": (3, 30_000),
    "/v1/search?q=person+1&collection=people": (3, 20_000),
}
"""For each request the statements that it runs, and about how many bytes it answers, at most."""

WRITING = {"sqlite": {False: 19, True: 27}, "postgresql": {False: 20, True: 28}}
"""The statements of a create, of an agreement alone and of a whole dossier."""


def test_no_request_costs_more_than_it_did(url: str) -> None:
    """Statements and bytes, to the number: what needs more says so here."""
    engine = make_engine(url)
    dossiers.build(engine, DOSSIERS)
    engine.dispose()
    with opened(Settings(database_url=url, admin_key=ADMIN_KEY)) as door:
        found = {}
        for path, (_, size) in COSTS.items():
            door.get(path)
            with counted(door.app.state.engine) as work:
                answer = door.get(path)
            found[path] = (len(work.statements), max(size, len(answer.content)))
        assert found == COSTS
        chance, told = random.Random(1), {}
        for whole in (False, True):
            document = dossiers.dossier(1000 + whole, chance, whole=whole)
            with counted(door.app.state.engine) as work:
                door.add("/v1/agreements", document)
            told[whole] = len(work.statements)
        assert told == WRITING[door.app.state.engine.dialect.name]
