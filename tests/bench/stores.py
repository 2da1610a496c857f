"""The collections, built once and kept: a SQLite file or a PostgreSQL database for each size, and the peers' files.

The smallest is posted through the real way; its rate is the import's. The others are multiples of it.
"""

import json
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from db.engine import make_engine
from tests import postgres
from tests.bench import copies, dossiers, peers, servers


class Store:
    """A folder, and in it what was built. What was not finished is built again."""

    def __init__(self, folder: Path, server: postgres.Server | None) -> None:
        self.folder, self.server = folder, server

    def collection(self, database: str, sizes: Sequence[int], size: int) -> str:
        """The address of a collection of so many agreements."""
        name = f"{database}_{size}"
        if not self._has(name):
            smallest = min(sizes)
            with self._making(name, None if size == smallest else f"{database}_{smallest}") as url:
                self._fill(url, f"{name} import", smallest, size)
        return self._url(name)

    def _fill(self, url: str, figure: str, smallest: int, size: int) -> None:
        engine = make_engine(url)
        if size == smallest:
            self.keep(figure, dossiers.build(engine, size))
        else:
            copies.multiply(engine, size // smallest)
        copies.settle(engine)
        engine.dispose()

    def tables(self, sizes: Sequence[int], size: int) -> Path:
        """The file of the tutorial way and of Datasette."""
        path = self.folder / f"tables_{size}.db"
        if not path.exists():
            ours = self.collection("sqlite", sizes, size)
            unfinished = path.with_suffix(".unfinished")
            unfinished.unlink(missing_ok=True)
            with self._timed(path.name):
                peers.fill(unfinished, Path(ours.removeprefix("sqlite:///")))
            unfinished.rename(path)
        return path

    def pocketbase(self, sizes: Sequence[int], size: int) -> Path:
        """The directory of PocketBase."""
        path = self.folder / f"pocketbase_{size}"
        if not path.exists():
            tables = self.tables(sizes, size)
            unfinished = path.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            with self._timed(path.name):
                peers.fill_pocketbase(
                    [str(servers.program("pocketbase"))],
                    unfinished,
                    tables,
                    lambda directory: servers.pocketbase(directory, self.folder),
                )
            unfinished.rename(path)
        return path

    @contextmanager
    def copy(self, what: str | Path) -> Iterator[str]:
        """The same once more, to be written to, for as long as it lasts: a database's address, or a file or folder."""
        if isinstance(what, str) and what.startswith("postgresql"):
            name = str(sa.make_url(what).database)
            self._remove(f"{name}_copy")
            self._clone(name, f"{name}_copy")
            yield self._url(f"{name}_copy")
            self._remove(f"{name}_copy")
            return
        prefix = "sqlite:///" if isinstance(what, str) else ""
        path = Path(str(what).removeprefix(prefix))
        twin = path.with_name(f"{path.name}.copy")
        _remove(twin)
        (shutil.copytree if path.is_dir() else shutil.copy)(path, twin)
        yield f"{prefix}{twin}"
        _remove(twin)

    # Figures of the building

    def keep(self, name: str, value: float) -> None:
        """Write down a figure that was taken while something was built."""
        figures = self.kept() | {name: value}
        (self.folder / "built.json").write_text(json.dumps(figures, indent=1), encoding="utf-8")

    def kept(self) -> dict[str, float]:
        """What was written down."""
        file = self.folder / "built.json"
        figures: dict[str, float] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        return figures

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        print(f"building {name} ...", flush=True)
        started = time.perf_counter()
        yield
        seconds = time.perf_counter() - started
        self.keep(f"{name} seconds", seconds)
        print(f"built {name} in {seconds:,.0f} s", flush=True)

    # Databases by name: `sqlite_10000` is a file, `postgresql_10000` a database of the server

    @contextmanager
    def _making(self, name: str, origin: str | None) -> Iterator[str]:
        unfinished = f"{name}_unfinished"
        self._remove(unfinished)
        with self._timed(name):
            if origin:
                self._clone(origin, unfinished)
            elif not self._is_file(name):
                self._admin(f"CREATE DATABASE {unfinished}")
            yield self._url(unfinished)
        if self._is_file(name):
            self._path(unfinished).rename(self._path(name))
        else:
            self._admin(f"ALTER DATABASE {unfinished} RENAME TO {name}")

    @staticmethod
    def _is_file(name: str) -> bool:
        return name.startswith("sqlite")

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.db"

    def _url(self, name: str) -> str:
        if self._is_file(name):
            return f"sqlite:///{self._path(name)}"
        assert self.server is not None
        return self.server.url(name)

    def _has(self, name: str) -> bool:
        if self._is_file(name):
            return self._path(name).exists()
        return bool(self._admin(f"SELECT count(*) FROM pg_database WHERE datname = '{name}'"))

    def _clone(self, name: str, twin: str) -> None:
        if self._is_file(name):
            shutil.copy(self._path(name), self._path(twin))
        else:
            self._admin(f"CREATE DATABASE {twin} TEMPLATE {name} STRATEGY file_copy")

    def _remove(self, name: str) -> None:
        if self._is_file(name):
            _remove(self._path(name))
        else:
            self._admin(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _admin(self, statement: str) -> int | None:
        engine = sa.create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            result = connection.exec_driver_sql(statement)
            return result.scalar() if result.returns_rows else None


def _remove(path: Path) -> None:
    """A folder; or a file, with what SQLite keeps beside it."""
    if path.is_dir():
        shutil.rmtree(path)
    for each in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal"))):
        each.unlink(missing_ok=True)
