"""Documents as a client would send them: the least that is valid, and whole dossiers."""

from typing import Any

Json = dict[str, Any]


def state(id: str, **members: Any) -> Json:
    return {"id": id, "name": {"en": id.upper()}, "kind": "state", **members}


def person(id: str, **members: Any) -> Json:
    return {"id": id, "name": {"en": id.title()}, **members}


def source(id: str, **members: Any) -> Json:
    return {"id": id, "title": f"The source {id}", **members}


def agreement(**members: Any) -> Json:
    """Between mex and rus, with nothing that may be left out."""
    return {
        "title": {"en": "Agreement on trade"},
        "form": "agreement",
        "legal_character": "treaty",
        "subjects": ["trade"],
        "parties": [{"side": "a", "organization": "mex"}, {"side": "b", "organization": "rus"}],
        **members,
    }


def signatory(**members: Any) -> Json:
    return {"person": "ana", "side": "a", "capacity": "Ambassador", **members}


def event(**members: Any) -> Json:
    return {"kind": "signature", "date": "2021-09-28", **members}


def dossier(**members: Any) -> Json:
    """An agreement with two signatories and three events."""
    parts = {
        "signed": "2021-09-28",
        "signatories": [
            signatory(person="ana", side="a", on_behalf_of="mex"),
            signatory(person="boris", side="b", on_behalf_of="rus"),
        ],
        "events": [
            event(),
            event(kind="domestic_approval", date="2022-01-10", by="mex"),
            event(kind="notification_received", date="2022-02", by="mex"),
        ],
    }
    return agreement(**parts | members)


WORLD = {
    "organizations": [state("mex"), state("rus"), state("fra")],
    "people": [person("ana"), person("boris")],
    "sources": [source("gazette"), source("press")],
}
"""What the documents above name."""


def populate(door: Any) -> None:
    """Add what the documents above name."""
    for collection, documents in WORLD.items():
        for document in documents:
            door.add(f"/v1/{collection}", document)
