"""Databases, migrated once and cloned for each test; every test that asks for one runs on SQLite and on PostgreSQL."""

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
import structlog
from hypothesis import HealthCheck, settings

from api.settings import Settings
from db.engine import make_engine
from db.migrate import migrate
from db.seed import seed
from db.verify import verify
from tests import postgres
from tests.door import ADMIN_KEY, Door, opened

settings.register_profile(
    "bilateral",
    deadline=None,  # machines are slow at times
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    print_blob=True,
)
settings.register_profile("thorough", settings.get_profile("bilateral"), max_examples=3000)  # asked for by hand
settings.load_profile("bilateral")
structlog.configure(
    processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()],
    logger_factory=structlog.ReturnLoggerFactory(),
)

MakeUrl = Callable[[bool], str]
"""Makes a database of its own, seeded or empty; gives its address."""


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    with postgres.running() as server:
        yield server


def _fill(url: str, seeded: bool) -> None:
    engine = make_engine(url)
    migrate(engine)
    if seeded:
        seed(engine, Settings().clock)
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite_templates(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Path]:
    paths = {seeded: tmp_path_factory.mktemp("template") / "record.db" for seeded in (False, True)}
    for seeded, path in paths.items():
        _fill(f"sqlite:///{path}", seeded)
    return paths


@pytest.fixture(scope="session")
def postgres_templates(postgres_server: postgres.Server) -> dict[bool, str]:
    names = {seeded: postgres_server.create() for seeded in (False, True)}
    for seeded, name in names.items():
        _fill(postgres_server.url(name), seeded)
    return names


@pytest.fixture(params=["sqlite", "postgresql"])
def make_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeUrl]:
    """Databases of this test's own, on one of the two systems."""
    if request.param == "sqlite":
        numbers = itertools.count()
        templates: dict[bool, Path] = request.getfixturevalue("sqlite_templates")

        def make(seeded: bool) -> str:
            path = tmp_path / f"record{next(numbers)}.db"
            shutil.copy(templates[seeded], path)
            return f"sqlite:///{path}"

        yield make
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    names: dict[bool, str] = request.getfixturevalue("postgres_templates")
    made: list[str] = []

    def clone(seeded: bool) -> str:
        made.append(server.create(names[seeded]))
        return server.url(made[-1])

    yield clone
    for name in made:
        server.drop(name)


@pytest.fixture
def url(make_url: MakeUrl) -> str:
    """A database that is migrated and empty."""
    return make_url(False)


@pytest.fixture
def seeded_url(make_url: MakeUrl) -> str:
    """A database that holds the seed."""
    return make_url(True)


@pytest.fixture
def engine(url: str) -> Iterator[sa.Engine]:
    engine = make_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def door(url: str) -> Iterator[Door]:
    """The service on an empty record, which is whole when the test ends."""
    yield from _served(url)


@pytest.fixture
def seeded(seeded_url: str) -> Iterator[Door]:
    """The service on the seed, which is whole when the test ends."""
    yield from _served(seeded_url)


def _served(url: str) -> Iterator[Door]:
    with opened(Settings(database_url=url, admin_key=ADMIN_KEY)) as door:
        yield door
        with door.app.state.engine.connect() as connection:
            assert verify(connection).findings == []
