"""Examples that work on the seed: one story for each collection, told by its operations from POST to restore.

The POST makes a record under an id of its own; PUT, PATCH, DELETE and restore then change that record. Names of people
are made up; what is not made up is in the seed.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from db.documents import SHAPES
from db.members import Json
from db.register import REGISTER
from db.validation import validate


class Example(NamedTuple):
    """What a collection is shown with."""

    seeded: str
    """A record of the seed, to read."""
    document: Json
    """A record to add."""
    changes: Json
    """A merge patch for it."""
    filters: Mapping[str, str]
    """What its list can be asked for."""

    @property
    def id(self) -> str:
        return str(self.document["id"])


EXAMPLES: Mapping[str, Example] = {
    "source": Example(
        "kosmosnews-2021-09-30",
        {
            "id": "example-gazette",
            "title": "Gazette of treaties, number 12",
            "publisher": "Ministry of Foreign Affairs",
            "language": "en",
            "published": "2021-10",
            "url": "https://treaties.example/gazette/12",
        },
        {"retrieved": "2026-11-23"},
        {},
    ),
    "organization": Example(
        "roscosmos",
        {
            "id": "example-seismological-service",
            "name": {"en": "National Seismological Service", "es": "Servicio Sismológico Nacional"},
            "kind": "agency",
            "state": "mex",
            "valid_from": "1910-09-05",
        },
        {"name": {"fr": "Service sismologique national"}},
        {"kind": "state"},
    ),
    "person": Example(
        "serguei-savelyev",
        {
            "id": "example-ana-garcia",
            "name": {"es": "Ana García", "ru": "Ана Гарсия"},
            "positions": [{"organization": "mex", "title": {"en": "Ambassador"}, "from": "2019", "to": "2024-06"}],
        },
        {"identifiers": [{"scheme": "wikidata", "value": "Q42"}]},
        {},
    ),
    "agreement": Example(
        "mex-rus-outer-space-2021",
        {
            "id": "example-seismology",
            "title": {"en": "Agreement on Cooperation in Seismology", "fr": "Accord de coopération en sismologie"},
            "form": "agreement",
            "legal_character": "treaty",
            "subjects": ["seismology"],
            "signed": "2020-02-10",
            "parties": [{"side": "a", "organization": "mex"}, {"side": "b", "organization": "chl"}],
            "languages": [{"tag": "es", "authentic": True}],
            "entry_into_force": {"condition": "on_last_notification", "offset": "P30D"},
            "duration": {"initial": "P5Y", "renewal": "tacit", "renewal_period": "P5Y", "notice": "P6M"},
            "events": [
                {"id": "example-seismology-signature", "kind": "signature", "date": "2020-02-10"},
                {
                    "id": "example-seismology-notification",
                    "kind": "notification_received",
                    "date": "2021-05-03",
                    "by": "mex",
                },
            ],
        },
        {"subjects": ["seismology", "science"]},
        {"between": "mex,rus", "signed_from": "2021", "signed_to": "2021-09"},
    ),
    "signatory": Example(
        "mex-rus-outer-space-2021-savelyev",
        {
            "id": "example-signatory",
            "agreement": "mex-rus-outer-space-2021",
            "person": "anton-kotyakov",
            "side": "a",
            "capacity": "Minister",
            "signed": "2021-09-28",
            "full_powers": {"issued_by": "government-rus", "date": "2021-04-16"},
        },
        {"on_behalf_of": "government-rus"},
        {"agreement": "mex-rus-outer-space-2021"},
    ),
    "delegation": Example(
        "government-delegation-rus-mexico-city-2021-09",
        {
            "id": "example-delegation",
            "name": {"en": "Delegation of the space agency"},
            "sent_by": "mexican-space-agency",
            "events": ["mex-rus-outer-space-2021-negotiations"],
            "members": [
                {"person": "salvador-landeros-ayala", "role": "head"},
                {"name": "engineers", "count": 3, "role": "member"},
            ],
        },
        {"purpose": {"en": "To agree on practical measures"}},
        {"event": "visit-rus-mex-2021-09"},
    ),
    "event": Example(
        "mex-rus-outer-space-2021-signature",
        {
            "id": "example-notification",
            "kind": "notification_sent",
            "date": "2022-11",
            "by": "government-rus",
            "agreements": ["mex-rus-outer-space-2021"],
            "citations": [
                {
                    "field": "/date",
                    "source": "tass-mex-rus-outer-space",
                    "stance": "supports",
                    "value": "2022-11",
                    "note": "An example, not a fact.",
                }
            ],
        },
        {"dated": "2022-11-01"},
        {"part_of": "visit-rus-mex-2021-09"},
    ),
}

META: Json = {
    "version": 1,
    "seq": 286,
    "recorded_at": "2026-11-23T09:00:00.000000Z",
    "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}


def answer_to(kind: str) -> Json:
    """What the POST of the example is answered with: dates with their days, the parts of a dossier whole."""
    example = EXAMPLES[kind]
    document = validate(SHAPES[kind], example.document).document()
    if kind == "agreement":
        events = [{**event, "agreements": [example.id]} for event in document["events"]]
        document |= {"signatories": [], "events": events}
    return {"meta": META} | document


def revision_of(kind: str) -> Json:
    """The first version of the example, as its history shows it."""
    answer = answer_to(kind)
    answer.pop("meta")
    shown: dict[str, Any] = {name: META[name] for name in ("seq", "version", "recorded_at")}
    return shown | {"op": "created", "actor": "key:blt_12345678", "reason": "An example", "document": answer}


def _page_of(item: Json) -> Json:
    return {"items": [item]}


class Shown(NamedTuple):
    """How one operation is shown: its parameters, its body, what it answers."""

    parameters: Mapping[str, Any]
    body: Json | None = None
    answer: Json | None = None


def _operations(kind: str, name: str) -> Mapping[str, Shown]:
    example = EXAMPLES[kind]
    answer, revision = answer_to(kind), revision_of(kind)
    mine = {"id": example.id}
    change = mine | {"if-match": "*", "reason": "An example"}
    return {
        f"list_{name}": Shown(example.filters, None, _page_of(answer)),
        f"create_{kind}": Shown({"reason": "An example"}, example.document, answer),
        f"get_{kind}": Shown({"id": example.seeded}, None, answer),
        f"replace_{kind}": Shown(change, example.document, answer),
        f"change_{kind}": Shown(change, example.changes, answer),
        f"withdraw_{kind}": Shown(change),
        f"restore_{kind}": Shown(mine, {"version": 1, "reason": "Withdrawn by mistake"}, answer),
        f"list_{kind}_revisions": Shown(mine, None, _page_of(revision)),
        f"get_{kind}_revision": Shown(mine | {"version": 1}, None, revision),
        f"list_agreement_{name}": Shown({"id": EXAMPLES["agreement"].seeded}, None, _page_of(answer)),
    }


OPERATIONS: Mapping[str, Shown] = {
    operation: shown
    for collection in REGISTER.values()
    for operation, shown in _operations(collection.kind, collection.name).items()
}


def illustrate(operation: Json) -> None:
    """Put the examples into one operation of the OpenAPI document."""
    shown = OPERATIONS.get(operation["operationId"])
    if shown is None:
        return
    for parameter in operation.get("parameters", ()):
        if parameter["name"] in shown.parameters:
            parameter["example"] = shown.parameters[parameter["name"]]
    if shown.body is not None:
        for content in operation["requestBody"]["content"].values():
            content["example"] = shown.body
    for status, response in operation["responses"].items():
        if shown.answer is not None and status in ("200", "201"):
            response["content"]["application/json"]["example"] = shown.answer
