"""Fuzzing of the interface by its own contract: `python -m tests.fuzz --seconds 180 --seed 1 [--postgresql]`.

Schemathesis with all its checks and phases, as an admin, against a server that holds the seed; the record must be
whole afterwards. A test runs the same for a short time.
"""

import argparse
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

from db.engine import make_engine
from db.migrate import migrate
from tests import postgres
from tests.door import ADMIN_KEY
from tests.server import serving, spawn

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")


class Found(Exception):
    """What fuzzing found."""


def fuzz(folder: Path, database_url: str, *, seed: int, seconds: int) -> str:
    """Fuzz a server on this database, which is migrated; gives the summary, or raises Found."""
    settings = {"database_url": database_url, "admin_key": ADMIN_KEY, "log_level": "error"}
    with serving(folder, **settings) as served:
        command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION), "run"]
        options = ["--checks", "all", "--seed", str(seed), "--max-time", str(seconds), "--header"]
        address = f"{served.address}/openapi.json"
        ended = subprocess.run(
            [*command, *options, f"Authorization: Bearer {ADMIN_KEY}", address],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        log = served.interrupt().err
    verified = spawn(folder, "verify", **settings)
    if ended.returncode or verified.status or "Traceback" in log:
        raise Found(ended.stdout + ended.stderr + log + verified.err)
    return ended.stdout


def main() -> None:
    """Fuzz as long as asked, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=180)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgresql", action="store_true")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres.running() if asked.postgresql else nullcontext() as server,
    ):
        url = server.url(server.create()) if server else f"sqlite:///{folder}/record.db"
        engine = make_engine(url)
        migrate(engine)
        engine.dispose()
        print(fuzz(Path(folder), url, seed=asked.seed, seconds=asked.seconds))


if __name__ == "__main__":
    main()
