"""How fast: `python -m tests.bench.figures [--agreements 10000] [--postgresql]` prints a table, as Markdown.

Builds a record, each agreement with two parties, two signatories and three events; serves it on one core and sends
load from the other with `wrk` (Debian's package). Rates are medians of runs that take turns, so that a noisy machine
is noisy to all.
"""

import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import sqlalchemy as sa

from api.settings import Settings
from db import ledger, records
from db.engine import make_engine
from db.migrate import migrate
from db.register import REGISTER
from db.validation import validate
from tests import postgres
from tests.door import ADMIN_KEY
from tests.factories import Json, event, signatory

BATCH = 200
STATES = [f"{first}{second}{third}" for first in "abcde" for second in "abcde" for third in "xyz"]
PEOPLE = [f"person-{number}" for number in range(500)]
NOW = Settings().clock

POST = """
local counter = 0
local headers = {["Content-Type"] = "application/json", ["Authorization"] = "Bearer THE_KEY"}
local body = [==[THE_BODY]==]
function request()
  counter = counter + 1
  local document = body:gsub("THE_ID", "THE_RUN-" .. counter)
  return wrk.format("POST", "/v1/agreements", headers, document)
end
"""


def agreement(number: int, chance: random.Random, *, whole: bool = True) -> Json:
    """One agreement; a few states have most of them."""
    a, b = _two(chance)
    year, month, day = chance.randint(1950, 2025), chance.randint(1, 12), chance.randint(1, 28)
    signed = f"{year}-{month:02}-{day:02}"
    document: Json = {
        "id": f"agreement-{number}",
        "title": {"en": f"Agreement {number} on trade", "fr": f"Accord {number} sur le commerce"},
        "form": "agreement",
        "legal_character": "treaty",
        "subjects": ["trade"],
        "signed": signed,
        "parties": [{"side": "a", "organization": a}, {"side": "b", "organization": b}],
        "entry_into_force": {"condition": "on_last_notification", "offset": "P30D"},
    }
    if whole:
        document["signatories"] = [
            signatory(person=chance.choice(PEOPLE), side="a", on_behalf_of=a, signed=signed),
            signatory(person=chance.choice(PEOPLE), side="b", on_behalf_of=b, signed=signed),
        ]
        document["events"] = [
            event(date=signed),
            event(kind="notification_received", date=f"{year + 1}-03-01", by=a),
            event(kind="notification_received", date=f"{year + 1}-04-01", by=b),
        ]
    return document


def _two(chance: random.Random) -> tuple[str, str]:
    a, b = (min(int(chance.paretovariate(0.6)) - 1, len(STATES) - 1) for _ in "ab")
    return STATES[a], STATES[b if b != a else (a + 1) % len(STATES)]


def build(engine: sa.Engine, agreements: int) -> float:
    """Fill a record; gives the dossiers written in a second."""
    migrate(engine)
    add(engine, "organizations", [{"id": id, "name": {"en": id}, "kind": "state"} for id in STATES])
    add(engine, "people", [{"id": id, "name": {"en": id}} for id in PEOPLE])
    chance = random.Random(1)
    started = time.perf_counter()
    for first in range(0, agreements, BATCH):
        add(engine, "agreements", [agreement(n, chance) for n in range(first, min(first + BATCH, agreements))])
    return agreements / (time.perf_counter() - started)


def add(engine: sa.Engine, name: str, documents: list[Json]) -> None:
    """Write documents in one unit, as an import does."""
    collection = REGISTER[name]
    with ledger.write(engine, NOW, actor="bench") as unit:
        records.add(unit, collection, [validate(collection.shape, document) for document in documents])


@contextmanager
def served(url: str) -> Iterator[str]:
    """The service on the first core."""
    port = postgres.free_port()
    environment = os.environ | {
        "BILATERAL_DATABASE_URL": url,
        "BILATERAL_ADMIN_KEY": ADMIN_KEY,
        "BILATERAL_LOG_LEVEL": "error",
    }
    command = ["taskset", "-c", "0", sys.executable, "-c", "from api.cli import main; main()"]
    server = subprocess.Popen([*command, "serve", "--port", str(port)], env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address)
        yield address
    finally:
        server.terminate()
        server.wait()


def _wait_for(address: str) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(f"{address}/readyz").close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start")


def rate(address: str, path: str, *more: str, connections: int = 16) -> float:
    """Requests answered with 2xx in a second."""
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", "-d4s", *more, address + path]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", told)
    if failed:
        raise RuntimeError(f"{path}: {failed[0]}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", told)
    assert found
    return float(found[1])


def creating(directory: str, name: str, *, whole: bool) -> list[str]:
    """A script for wrk that posts agreements, each under an id of its own."""
    document = agreement(0, random.Random(2), whole=whole) | {"id": "THE_ID"}
    script = Path(directory) / f"{name}.lua"
    filled = POST.replace("THE_KEY", ADMIN_KEY).replace("THE_BODY", json.dumps(document))
    script.write_text(filled.replace("THE_RUN", f"{name}-{time.time_ns()}"), encoding="utf-8")
    return ["-s", str(script)]


def measure(url: str, agreements: int) -> dict[str, float]:
    """Every figure, as a rate."""
    engine = make_engine(url)
    figures = {"import of whole dossiers": build(engine, agreements)}
    engine.dispose()
    one = f"/v1/agreements/agreement-{agreements // 2}"
    reading = {
        "no-op endpoint": "/healthz",
        "one agreement": one,
        "page of 50": "/v1/agreements?limit=50",
        "page of 50 between two states": f"/v1/agreements?limit=50&between={STATES[0]},{STATES[1]}",
    }
    runs: dict[str, list[float]] = {name: [] for name in [*reading, "create, plain", "create, whole dossier"]}
    with served(url) as address, tempfile.TemporaryDirectory() as directory:
        for _ in range(3):
            for name, path in reading.items():
                runs[name].append(rate(address, path))
            for name, whole in (("create, plain", False), ("create, whole dossier", True)):
                slug = name.replace(", ", "-").replace(" ", "-")
                runs[name].append(rate(address, "/v1/agreements", *creating(directory, slug, whole=whole)))
    return figures | {name: statistics.median(rates) for name, rates in runs.items()}


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agreements", type=int, default=10_000)
    parser.add_argument("--postgresql", action="store_true")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as directory,
        postgres.running(durable=True) if asked.postgresql else nullcontext() as server,
    ):
        url = server.url(server.create()) if server else f"sqlite:///{directory}/bench.db"
        figures = measure(url, asked.agreements)
    no_op = figures["no-op endpoint"]
    print(f"\n| {asked.agreements:,} agreements | a second | of the no-op |\n|---|---|---|")
    for name, value in figures.items():
        print(f"| {name} | {value:,.0f} | {value / no_op:.2f} |")


if __name__ == "__main__":
    main()
