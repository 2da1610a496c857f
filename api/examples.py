"""Examples that work on the seed: one story for each collection, told by its operations from POST to restore.

The POST makes a record under an id of its own; PUT, PATCH, DELETE and restore then change that record. Names of people
are made up; what is not made up is in the seed.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from db import reconcile
from db.acts import Context
from db.documents import SHAPES, text_of
from db.dossiers import compose
from db.findings import id_of
from db.labels import LABELS
from db.lifecycle import answer_on, resolve
from db.matching import sought
from db.members import Json
from db.names import similarity
from db.pairs import COUNTED
from db.reconcile import TYPES
from db.records import merged
from db.register import REGISTER
from db.search import score, told
from db.seed import layers
from db.texts import columns_of
from db.validation import validate


class Example(NamedTuple):
    """What a collection is shown with."""

    seeded: str
    """A record of the seed, to read."""
    document: Json
    """A record to add."""
    changes: Json
    """A merge patch for it."""
    filters: Mapping[str, Any]
    """What its list is asked for."""
    listed: str = ""
    """The one record that it then shows, if not the one to read."""

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
        {"limit": 1},
        "alma-ata-declaration-1991",
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
        {"state": "rus", "kind": "agency"},
    ),
    "person": Example(
        "serguei-savelyev",
        {
            "id": "example-ana-garcia",
            "name": {"es": "Ana García", "ru": "Ана Гарсия"},
            "positions": [{"organization": "mex", "title": {"en": "Ambassador"}, "from": "2019", "to": "2024-06"}],
        },
        {"identifiers": [{"scheme": "wikidata", "value": "Q42"}]},
        {"limit": 1},
        "andres-manuel-lopez-obrador",
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
                {
                    "id": "example-seismology-repeated",
                    "kind": "notification_received",
                    "date": "2021-06-10",
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
        {"person": "serguei-savelyev"},
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
        {"part_of": "visit-rus-mex-2021-09", "kind": "signature"},
    ),
}

META: Json = {
    "version": 1,
    "seq": 286,
    "recorded_at": "2026-11-23T09:00:00.000000Z",
    "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}
CURSOR = "eyJ2IjoxfQ"
ON = date(2026, 11, 23)
"""The day on which the examples are told."""
IN_LISTS = ("status", "certainty", "possible_statuses", "since", "end", "ground", "pending", "contested", "on")
"""What a list tells of a status."""


def answer_to(kind: str, document: Json, version: int = 1) -> Json:
    """What a document is answered with: dates with their days, the parts of a dossier whole, `meta` in front."""
    whole = validate(SHAPES[kind], document).document()
    if kind == "agreement":
        signatories, events = whole.get("signatories", []), whole.get("events", [])
        shown = {"agreement": whole["id"]}, {"agreements": [whole["id"]]}
        whole = compose(whole, [shown[0] | each for each in signatories], [shown[1] | each for each in events])
        resolution = resolve(whole, Context(states=_states()))
        whole |= {"periods": resolution.periods, "related_from": []}
        return {"status": status_of(whole), "meta": META | {"version": version}} | whole
    return {"meta": META | {"version": version}} | whole


def status_of(agreement: Json, on: date = ON) -> Json:
    """What is told of an agreement on a day."""
    verified = {"verified_on": agreement["verified_on"]} if "verified_on" in agreement else {}
    return answer_on(agreement["periods"], on, ON) | verified | {"on": str(on)}


def _in_a_list(answer: Json) -> Json:
    if "status" not in answer:
        return answer
    return answer | {"status": {name: value for name, value in answer["status"].items() if name in IN_LISTS}}


@cache
def _states() -> Mapping[str, str]:
    """The states of the bodies that the seed has."""
    added = (each for layer in layers() for each in layer.get("add", {}).get("organizations", ()))
    return {each["id"]: each["state"] for each in added if "state" in each}


def _seed() -> dict[str, dict[str, Json]]:
    """The newest documents of the seed, by collection and id."""
    newest: dict[str, dict[str, Json]] = {name: {} for name in REGISTER}
    for layer in layers():
        for op in ("add", "change"):
            for name, documents in layer.get(op, {}).items():
                for document in documents:
                    newest[name][document["id"]] = newest[name].get(document["id"], {}) | document
    for id, agreement in newest["agreements"].items():
        newest["signatories"] |= {each["id"]: {"agreement": id} | each for each in agreement["signatories"]}
        agreement["events"] = [each for each in newest["events"].values() if id in each.get("agreements", ())]
    return newest


def _revision(answer: Json) -> Json:
    """The first version of a record, as its history shows it."""
    shown: dict[str, Any] = {name: META[name] for name in ("seq", "version", "recorded_at")}
    document = {name: value for name, value in answer.items() if name not in ("meta", "status")}
    return shown | {"op": "created", "actor": "key:blt_12345678", "reason": "An example", "document": document}


class Shown(NamedTuple):
    """How one operation is shown: its parameters, its body, what it answers."""

    parameters: Mapping[str, Any]
    body: Json | None = None
    answer: Json | None = None


def _operations(kind: str, name: str, seed: Mapping[str, Mapping[str, Json]]) -> Mapping[str, Shown]:
    example = EXAMPLES[kind]
    seeded, added = answer_to(kind, seed[name][example.seeded]), answer_to(kind, example.document)
    changed = answer_to(kind, merged(example.document, example.changes), 2)
    restored = answer_to(kind, example.document, 4)
    mine = {"id": example.id}
    change = mine | {"If-Match": "*", "reason": "An example"}
    version = {name: value for name, value in _revision(added).items() if name != "document"}
    listed = {"items": [_in_a_list(answer_to(kind, seed[name][example.listed or example.seeded]))]}
    return {
        f"list_{name}": Shown(example.filters, None, listed | ({"next": CURSOR} if "limit" in example.filters else {})),
        f"create_{kind}": Shown({"reason": "An example"}, example.document, added),
        f"get_{kind}": Shown({"id": example.seeded}, None, seeded),
        f"replace_{kind}": Shown(change, example.document, added),
        f"change_{kind}": Shown(change, example.changes, changed),
        f"withdraw_{kind}": Shown(change),
        f"restore_{kind}": Shown(mine, {"version": 1, "reason": "Withdrawn by mistake"}, restored),
        f"list_{kind}_revisions": Shown(mine, None, {"items": [_revision(added)]}),
        f"get_{kind}_revision": Shown(mine | {"version": 1}, None, _revision(added)),
        f"compare_{kind}": Shown(mine | {"compare": "1..1"}, None, {"from": version, "to": version, "patch": []}),
    }


def _parts(seed: Mapping[str, Mapping[str, Json]]) -> Mapping[str, Shown]:
    """The lists below one agreement."""
    id = EXAMPLES["agreement"].seeded
    agreement = answer_to("agreement", seed["agreements"][id])
    parts: Mapping[str, Sequence[Json]] = {
        "signatories": sorted(agreement["signatories"], key=lambda each: str(each["id"])),
        "events": agreement["events"],
        "delegations": [answer_to("delegation", each) for each in seed["delegations"].values()],
    }
    return {
        f"list_agreement_{name}": Shown({"id": id}, None, {"items": [{"meta": META} | each for each in parts[name]]})
        for name in parts
    }


def _of_status(seed: Mapping[str, Mapping[str, Json]]) -> Mapping[str, Shown]:
    """What is told of agreements beside their records."""
    id = EXAMPLES["agreement"].seeded
    agreement = answer_to("agreement", seed["agreements"][id])
    status = status_of(agreement, date(2022, 10, 10))
    not_in_force = {"agreement": id, "received": "2027-01-01", "side": "a", "status": "signed_not_in_force"}
    not_in_force["rule"] = status["rule"]
    nothing: Json = {"items": []}
    example = answer_to("agreement", EXAMPLES["agreement"].document)
    kind, pointer, detail = resolve(example, Context()).findings[0]
    finding = {"id": id_of(example["id"], kind, pointer, detail), "resource": example["id"], "kind": kind}
    finding |= {"pointer": pointer, "detail": detail, "since_seq": 286, "state": "open"}
    accepted = {"state": "accepted", "reason": "The gazette has both"}
    years = [
        {"year": year, **dict.fromkeys(COUNTED, 0)} | ({"signed": 1} if year == 2021 else {}) for year in (2021, 2022)
    ]
    pair = {"first": "mex", "second": "rus", "until": "2022"}
    return {
        "get_agreement_status": Shown({"id": id, "on": "2022-10-10"}, None, status),
        "get_agreement_denunciation": Shown({"id": id, "received": "2027-01-01"}, None, not_in_force),
        "list_agreement_findings": Shown({"id": id}, None, nothing),
        "list_findings": Shown({"kind": "end_contradicted"}, None, nothing),
        "get_finding": Shown({"id": finding["id"]}, None, finding),
        "judge_finding": Shown({"id": finding["id"]}, accepted, finding | accepted),
        "list_deadlines": Shown({"within": "P12M", "party": ["mex"]}, None, nothing),
        "get_deadlines_calendar": Shown({"within": "P12M", "party": ["mex"]}),
        "get_pair": Shown(pair, None, {"first": "mex", "second": "rus", "years": years}),
        "get_pair_table": Shown(pair),
    }


def _of_integration() -> Mapping[str, Shown]:
    """What other services are told."""
    hook: Json = {"id": "example-hook", "url": "https://treaties.example/hooks/bilateral"}
    hook["filter"] = {"collections": ["agreements"], "parties": ["mex"], "status_changes": True, "deadlines": ["P6M"]}
    told = hook | {"state": "active", "created_at": META["recorded_at"], "created_by": "key:blt_12345678"}
    told |= {"cursor": 286, "failures": 0}
    secret = {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
    changed = told | {"description": "For the treaty section"}
    mine, unknown = {"id": hook["id"]}, "ConnectError: treaties.example cannot be resolved"
    key: Json = {"name": "Treaty section", "scope": "write", "expires_at": "2100-01-01T00:00:00.000000Z"}
    shown_key = {"id": "blt_12345678", **key, "created_at": META["recorded_at"]}
    key_secret = {"secret": "blt_1234567890abcdef1234567890abcdef12345678"}
    return {
        "list_webhooks": Shown({}, None, {"items": [told]}),
        "create_webhook": Shown({}, hook, told | secret),
        "get_webhook": Shown(mine, None, told),
        "change_webhook": Shown(mine, {"description": "For the treaty section"}, changed),
        "remove_webhook": Shown(mine),
        "rotate_webhook_secret": Shown(mine, None, changed | secret | {"previous_until": META["recorded_at"]}),
        "test_webhook": Shown(mine, None, {"milliseconds": 41, "error": unknown}),
        "replay_webhook": Shown(mine, {"after": 280}, told),
        "list_webhook_attempts": Shown(mine, None, {"items": []}),
        "list_keys": Shown({}, None, {"items": [shown_key]}),
        "create_key": Shown({}, key | {"expires_at": "2100-01-01"}, shown_key | key_secret),
        "get_key": Shown({"id": shown_key["id"]}, None, shown_key),
        "revoke_key": Shown({"id": shown_key["id"]}),
        "list_changes": Shown({"limit": 0}, None, {"items": [], "after": 0, "newest": 286}),
        "stream_changes": Shown({"after": 286}),
    }


def _found(seed: Mapping[str, Mapping[str, Json]]) -> Mapping[str, Shown]:
    """A search for somebody who is spelled otherwise in the record."""
    words, people = "Sergei Saveliev", REGISTER["people"]
    person = answer_to("person", seed["people"]["serguei-savelyev"])
    asked, columns = sought(words), columns_of("person", person)
    assert columns is not None
    hit = told(people, person, asked, score(asked, columns["title"], columns["more"]))
    return {"list_hits": Shown({"q": words, "collection": "people"}, None, {"items": [hit]})}


def _reconciled() -> Mapping[str, Shown]:
    """A name that a spreadsheet has, and what the record says of it."""
    query = {"query": "Roskosmos", "type": "organizations", "limit": 1, "properties": [{"pid": "state", "v": "rus"}]}
    queries = {"queries": text_of({"q0": query})}
    entity: Json = {"id": "organizations/roscosmos", "name": "Roscosmos"}
    entity["description"] = "government agency; Russian Federation"
    alike = similarity("Roskosmos", "Roscosmos")
    features = [{"id": "name", "value": round(100 * alike, 1)}, {"id": "state", "value": True}]
    judged = {"score": reconcile.score(alike, [True]), "match": True, "features": features}
    organization = TYPES["organizations"]
    found = {"q0": {"result": [entity | {"type": [organization.told]} | judged]}}
    suggested = {"result": [entity | {"notable": [organization.told]}]}
    typed, kind = {"prefix": "rosc"}, {"prefix": "kin", "type": "organizations"}
    return {
        "reconcile_names": Shown({}, queries, found),
        "get_reconciliation": Shown(queries, None, found),
        "suggest_entities": Shown(typed, None, typed | suggested),
        "suggest_properties": Shown(kind, None, reconcile.suggest_properties("kin", organization, 0)),
        "suggest_types": Shown({"prefix": "org"}, None, reconcile.suggest_types("org", 0)),
        "propose_properties": Shown({"type": "people", "limit": 2}, None, reconcile.propose(TYPES["people"], 2)),
        "preview_entity": Shown({"id": entity["id"]}),
    }


ALIVE, READY = Shown({}, None, {"status": "alive"}), Shown({}, None, {"status": "ready"})
CHARACTERS = [{"value": value, "label": label} for value, label in LABELS["legal_character"].items()]
SUBJECTS = [{"value": "outer_space", "count": 1}]
METRICS = Shown({})
VOCABULARIES = Shown({}, None, {"vocabularies": {"legal_character": CHARACTERS}, "subjects": SUBJECTS})


def operations() -> Mapping[str, Shown]:
    """Every operation, by its id."""
    seed = _seed()
    shown: dict[str, Shown] = {
        "get_vocabularies": VOCABULARIES,
        "check_health": ALIVE,
        "check_readiness": READY,
        "read_metrics": METRICS,
    }
    shown |= _parts(seed)
    shown |= _of_status(seed)
    shown |= _of_integration()
    shown |= _found(seed)
    shown |= _reconciled()
    for collection in REGISTER.values():
        shown |= _operations(collection.kind, collection.name, seed)
    return shown


def illustrate(operation: Json, shown: Shown) -> None:
    """Put the examples into one operation of the OpenAPI document."""
    for parameter in operation.get("parameters", ()):
        if parameter["name"] in shown.parameters:
            parameter["example"] = shown.parameters[parameter["name"]]
    if shown.body is not None:
        for content in operation["requestBody"]["content"].values():
            content["example"] = shown.body
            for name, field in (
                content["schema"].get("properties", {}).items()
            ):  # of a form: what pages to try it fill in
                field["examples"] = [shown.body.get(name, "")]
    for status, response in operation["responses"].items():
        if shown.answer is not None and status in ("200", "201"):
            response["content"]["application/json"]["example"] = shown.answer
