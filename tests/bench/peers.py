"""What the peers hold: the same agreements, with the same parties, signatories and events, each in its own way."""

import json
import sqlite3
import subprocess
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.bench import tutorial
from tests.bench.servers import Server

FROM_OURS: Mapping[str, str] = {
    "organization": "SELECT id, json_extract(name, '$.en') AS name FROM ours.organization",
    "person": "SELECT id, json_extract(name, '$.en') AS name FROM ours.person",
    "agreement": """
        SELECT id, json_extract(title, '$.en') AS title_en, json_extract(title, '$.fr') AS title_fr, form,
               legal_character, value AS subject, signed,
               json_extract(entry_into_force, '$.condition') AS entry_into_force_condition,
               json_extract(entry_into_force, '$.offset') AS entry_into_force_offset
        FROM ours.agreement JOIN ours.agreement_subject ON owner = id""",
    "party": "SELECT owner AS agreement_id, side, organization AS organization_id FROM ours.party",
    "signatory": """
        SELECT id, agreement AS agreement_id, side, capacity, signed, person AS person_id,
               on_behalf_of AS on_behalf_of_id
        FROM ours.signatory""",
    "event": """
        SELECT id, value AS agreement_id, kind, date, "by" AS by_id
        FROM ours.event JOIN ours.event_agreement ON owner = id""",
}
"""The tables of the tutorial way, and how they are filled from ours."""


def fill(path: Path, ours: Path) -> None:
    """Make a SQLite file as the tutorial way has it, from our own."""
    tutorial.tables.create_all(engine := sa.create_engine(f"sqlite:///{path}"))
    engine.dispose()
    with sqlite3.connect(path) as connection:
        connection.execute("ATTACH ? AS ours", [str(ours)])
        for table, select in FROM_OURS.items():
            columns = ", ".join(row[0] for row in connection.execute(f"{select} LIMIT 0").description)
            connection.execute(f"INSERT INTO {table} ({columns}) {select}")
    connection.close()


# PocketBase

EMAIL, PASSWORD = "bench@example.com", "only-for-the-bench"
ID = {"name": "id", "type": "text", "primaryKey": True, "system": True, "required": True, "min": 1, "max": 100} | {
    "pattern": "^[a-z0-9-]+$",
    "autogeneratePattern": "[a-z0-9]{15}",
}
COLLECTIONS: Mapping[str, Mapping[str, str]] = {
    "organization": {"name": "text"},
    "person": {"name": "text"},
    "party": {"organization": "organization", "side": "text"},
    "signatory": {"person": "person", "on_behalf_of": "organization"}
    | dict.fromkeys(("side", "capacity", "signed"), "text"),
    "event": {"by": "organization", "kind": "text", "date": "text"},
    "agreement": dict.fromkeys(tutorial.AgreementBase.model_fields, "text"),
}
"""Each with its fields: a text, or a relation to one of that collection."""
LISTS = ("party", "signatory", "event")
"""What an agreement names in lists. PocketBase expands them faster than relations that lead back to it (measured)."""


class PocketBase:
    """Its administrator, over HTTP."""

    def __init__(self, address: str) -> None:
        self.address, self._token = address, ""
        answer = self.send("POST", "collections/_superusers/auth-with-password", identity=EMAIL, password=PASSWORD)
        self._token = answer["token"]

    def send(self, method: str, path: str, **members: Any) -> Any:
        headers = {"Authorization": self._token, "Content-Type": "application/json"}
        body = json.dumps(members).encode()
        request = urllib.request.Request(f"{self.address}/api/{path}", body, headers, method=method)
        with urllib.request.urlopen(request) as response:
            return json.load(response)

    def make_collections(self) -> None:
        """Open for everybody, as our reading is; requests are not logged, as ours are not."""
        self.send("PATCH", "settings", logs={"maxDays": 0})
        rules = dict.fromkeys(("listRule", "viewRule", "createRule"), "")
        made: dict[str, str] = {}
        for name, fields in COLLECTIONS.items():
            told = [ID, *(_field(field, kind, made) for field, kind in fields.items())]
            told += [_field(field, field, made, 99) for field in LISTS if name == "agreement"]
            made[name] = self.send("POST", "collections", name=name, type="base", fields=told, **rules)["id"]


def _field(name: str, kind: str, made: Mapping[str, str], most: int = 1) -> Mapping[str, Any]:
    if kind == "text":
        return {"name": name, "type": "text"}
    return {"name": name, "type": "relation", "collectionId": made[kind], "maxSelect": most}


Serve = Callable[[Path], AbstractContextManager[Server]]
"""Serves a directory of PocketBase."""


def fill_pocketbase(program: Sequence[str], directory: Path, tables: Path, serve: Serve) -> None:
    """Make its collections over HTTP, and fill them in its SQLite file."""
    command = [*program, "superuser", "upsert", EMAIL, PASSWORD, "--dir", str(directory)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    with serve(directory) as server:
        PocketBase(server.address).make_collections()
    with sqlite3.connect(directory / "data.db") as connection:
        connection.execute("ATTACH ? AS peers", [str(tables)])
        for name, fields in COLLECTIONS.items():
            columns = {"id": _id(name)} | {field: _value(field, kind) for field, kind in fields.items()}
            if name == "agreement":
                columns |= {each: f"(SELECT json_group_array({_id(each)}) {_whose(each)})" for each in LISTS}
            names = ", ".join(f'"{column}"' for column in columns)
            connection.execute(f"INSERT INTO {name} ({names}) SELECT {', '.join(columns.values())} FROM peers.{name}")
    connection.close()


def _id(table: str) -> str:
    return f"'party-' || {table}.id" if table == "party" else f"{table}.id"


def _value(field: str, kind: str) -> str:
    return field if kind == "text" else f"coalesce({field}_id, '')"


def _whose(table: str) -> str:
    return f"FROM peers.{table} AS {table} WHERE {table}.agreement_id = agreement.id"


# Datasette

OBJECTS = {
    "party": "'side', side, 'organization', organization_id",
    "signatory": "'id', id, 'side', side, 'person', person_id, 'on_behalf_of', on_behalf_of_id, 'capacity', capacity,"
    " 'signed', signed",
    "event": "'id', id, 'kind', kind, 'date', date, 'by', by_id",
}
WHOLE_PAGE = (
    "SELECT *, "
    + ", ".join(
        f"(SELECT json_group_array(json_object({members})) FROM {table} WHERE agreement_id = a.id) AS {table}"
        for table, members in OBJECTS.items()
    )
    + " FROM (SELECT * FROM agreement ORDER BY id LIMIT 50) AS a"
)
"""Datasette follows no relation that leads to a row: whoever wants a whole page writes SQL, and gets JSON in texts."""
