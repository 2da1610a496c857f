"""The seed: the states of the world, one article, and what was learned later, each a layer in `seeds/`.

A layer is one write unit and is written once: its name stands in the ledger's `run`. So seeding twice
changes nothing, and what users changed is never written over.
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


def layers() -> Iterator[Mapping[str, Any]]:
    """The layers, in the order in which they build on each other."""
    for path in sorted(SEEDS.glob("*.json")):
        yield json.loads(path.read_text(encoding="utf-8"))


def seed(engine: sa.Engine, clock: Clock) -> list[str]:
    """Write the layers that this record does not have yet; gives their names."""
    written = []
    for layer in layers():
        with ledger.write(engine, clock, actor="seed", reason=layer["reason"], run=layer["run"]) as unit:
            if not ledger.has_run(unit.connection, layer["run"]):
                _write(unit, layer)
                written.append(layer["run"])
    return written


def is_empty(connection: sa.Connection) -> bool:
    """Whether nothing was ever recorded."""
    return ledger.newest(connection).seq == 0


def _write(unit: WriteUnit, layer: Mapping[str, Any]) -> None:
    for name, collection in REGISTER.items():
        given = layer.get("add", {}).get(name, ())
        records.add(unit, collection, [validate(collection.shape, document) for document in given])
    for name, collection in REGISTER.items():
        for document in layer.get("change", {}).get(name, ()):
            record = validate(collection.shape, document)
            records.put(unit, collection, document["id"], record, None, create=False)
