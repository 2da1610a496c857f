"""The seed: the states of the world, one article, and what was learned later, each a layer in `seeds/`.

A layer is written once: its name stands in the ledger's `run`. So seeding twice changes nothing; and a layer changes
only what nobody but the seed has touched, so what users changed is never written over.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from db import ledger, records
from db.ledger import Clock, WriteUnit
from db.register import REGISTER
from db.validation import validate

SEEDS = Path(__file__).parent / "seeds"
RUNS = "seed-"
"""What the names of the layers begin with."""


def layers() -> Iterator[Mapping[str, Any]]:
    """The layers, in the order in which they build on each other."""
    for path in sorted(SEEDS.glob("*.json")):
        yield json.loads(path.read_text(encoding="utf-8"))


def seed(engine: sa.Engine, clock: Clock, *, only_if_empty: bool = False) -> list[str]:
    """Write the layers that this record does not have yet, all or none of them; gives their names."""
    written: list[str] = []
    with ledger.write(engine, clock, actor="seed") as unit:
        if only_if_empty and unit.newest.seq:
            return []
        for layer in layers():
            if not ledger.has_run(unit.connection, layer["run"]):
                unit.run, unit.reason = layer["run"], layer["reason"]
                _write(unit, layer)
                written.append(layer["run"])
    return written


def _write(unit: WriteUnit, layer: Mapping[str, Any]) -> None:
    for name, collection in REGISTER.items():
        given = layer.get("add", {}).get(name, ())
        records.add(unit, collection, [validate(collection.shape, document) for document in given])
    for name, collection in REGISTER.items():
        for document in layer.get("change", {}).get(name, ()):
            if ledger.is_of_runs(unit.connection, collection.kind, document["id"], RUNS):
                record = validate(collection.shape, document)
                records.put(unit, collection, document["id"], record, None, create=False)
