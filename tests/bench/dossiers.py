"""The agreements that are measured: two parties, two signatories, three events each; few states have most of them."""

import random
import time

import sqlalchemy as sa

from api.settings import Settings
from db import ledger, records
from db.migrate import migrate
from db.register import REGISTER
from db.validation import validate
from tests.factories import Json, event, signatory

BATCH = 200
SPANS = (range(1950, 1978), range(1982, 2026))
"""Years of signature: before and after the Vienna Convention entered into force, by which rules are told."""
YEARS = [year for span in SPANS for year in span]
LETTERS = "abcdefghij"
STATES = [f"{first}{second}{third}" for first in "abcde" for second in "abcde" for third in "xyz"]
PEOPLE = [f"person-{number}" for number in range(500)]
NOW = Settings().clock


def id_of(number: int) -> str:
    """The id of an agreement: in letters, so that nothing in it looks like a year (tests/bench/copies.py)."""
    return "agreement-" + "".join(LETTERS[int(digit)] for digit in str(number))


def dossier(number: int, chance: random.Random, *, whole: bool = True) -> Json:
    """One agreement, in force a year after it was signed; without its signatories and events unless it is whole."""
    a, b = _two(chance)
    year, month, day = chance.choice(YEARS), chance.randint(1, 12), chance.randint(1, 28)
    signed = f"{year}-{month:02}-{day:02}"
    document: Json = {
        "id": id_of(number),
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
    """Fill a record as an import does; gives the dossiers written in a second."""
    migrate(engine)
    _add(engine, "organizations", [{"id": id, "name": {"en": id}, "kind": "state"} for id in STATES])
    _add(engine, "people", [{"id": id, "name": {"en": id}} for id in PEOPLE])
    chance = random.Random(1)
    started = time.perf_counter()
    for first in range(0, agreements, BATCH):
        _add(engine, "agreements", [dossier(n, chance) for n in range(first, min(first + BATCH, agreements))])
    return agreements / (time.perf_counter() - started)


def _add(engine: sa.Engine, name: str, documents: list[Json]) -> None:
    collection = REGISTER[name]
    with ledger.write(engine, NOW, actor="bench") as unit:
        records.add(unit, collection, [validate(collection.shape, document) for document in documents])
