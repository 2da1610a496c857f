"""Agreements as stored documents, and the status that the pure modules tell of them.

Dates are written as text and parsed as in stored documents; events get ids from their kinds, in the order given
("denunciation-received", "denunciation-received-2"), and stand by date as in a dossier. Unless said otherwise an
agreement is between `mex` (side a) and `rus` (side b).
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from db.acts import Context, Finding
from db.dates import parse, sort_key
from db.lifecycle import Resolution, answer_on, period_on, resolve

Json = dict[str, Any]

TODAY = date(2026, 11, 23)
"""The day on which the tests ask."""

DATES = frozenset({"date", "effective", "until", "dated", "signed", "verified_on", "effective_from", "from", "to"})
"""The members of a document that hold a date."""

BOUNDS = ("since", "end", "next_expiry", "notice_deadline", "effects_until")
"""The members of an answer that hold a date."""

PARTIES = (("a", "mex"), ("b", "rus"))


def dated(text: str) -> Json:
    """A date as it is stored."""
    told = parse(text)
    days = {"earliest": told.earliest, "latest": told.latest}
    return {"edtf": text} | {name: str(day) for name, day in days.items() if day}


def stored(value: Any) -> Any:
    """A document as it is stored, from one whose dates are texts."""
    if isinstance(value, list | tuple):
        return [stored(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: dated(below) if name in DATES and isinstance(below, str) else stored(below)
        for name, below in value.items()
    }


def event(kind: str, date: str, **members: Any) -> Json:
    """An event; without an `id` it gets one in its agreement."""
    return {"kind": kind, "date": date, **members}


def signatory(id: str, side: str, **members: Any) -> Json:
    return {"id": id, "person": id, "side": side, "capacity": "Ambassador", **members}


def party(side: str, organization: str, **members: Any) -> Json:
    return {"side": side, "organization": organization, **members}


def agreement(*events: Json, **members: Any) -> Json:
    """An agreement with these events; `parties` are pairs of side and organization, or whole."""
    parties = [each if isinstance(each, dict) else party(*each) for each in members.pop("parties", PARTIES)]
    document: Json = stored({"id": "treaty", "signatories": [], **members, "parties": parties})
    return document | {"events": sorted(_identified(events), key=_place)}


def _identified(events: tuple[Json, ...]) -> list[Json]:
    seen: Counter[str] = Counter()
    found = []
    for each in events:
        kind = each["kind"].replace("_", "-")
        seen[kind] += 1
        id = kind if seen[kind] == 1 else f"{kind}-{seen[kind]}"
        found.append(stored({"id": id} | each))
    return found


def _place(event: Json) -> tuple[str, str]:
    return sort_key(parse(event["date"]["edtf"])), event["id"]


def ask(document: Json, on: str, context: Context | None = None, today: date = TODAY) -> Json:
    """The answer on a day, its dates as texts."""
    return plain(answer_on(resolve(document, context).periods, date.fromisoformat(on), today))


def plain(told: Mapping[str, Any]) -> Json:
    """An answer or a period with its dates as texts."""
    return {name: value["edtf"] if name in BOUNDS else value for name, value in told.items()}


def told(document: Json, on: str, *members: str, context: Context | None = None) -> Any:
    """One member of the answer on a day, or several; None for one that is left out."""
    answer = ask(document, on, context)
    values = tuple(answer.get(member) for member in members or ("status",))
    return values if len(values) > 1 else values[0]


def term_on(document: Json, on: str, context: Context | None = None) -> Json:
    """The term that the period of a day holds; empty without one."""
    terms: list[Json] = period_on(resolve(document, context).periods, date.fromisoformat(on)).get("terms", [{}])
    [term] = terms
    return term


def story(document: Json, context: Context | None = None) -> list[tuple[str, str, str]]:
    """Each first day ("" for always) of another status or certainty, with what it then is."""
    found: list[tuple[str, str, str]] = []
    for each in resolve(document, context).periods:
        if not found or found[-1][1:] != (each["status"], each["certainty"]):
            found.append((each.get("from", ""), each["status"], each["certainty"]))
    return found


def findings(document: Json, context: Context | None = None) -> list[Finding]:
    """What contradicts itself in it."""
    resolution: Resolution = resolve(document, context)
    return resolution.findings


# Entry into force


def under(condition: str, *events: Json, **members: Any) -> Json:
    """An agreement that was signed on 2000-01-01, with a clause on entry into force."""
    clause = members.pop("clause", {})
    return agreement(*events, **{"signed": "2000-01-01"} | members, entry_into_force={"condition": condition, **clause})


def entry(document: Json, context: Context | None = None) -> str | None:
    """The day of entry into force, as far as it is known."""
    days = resolve(document, context).entry
    return days.edtf if days else None


def owed(document: Json, on: str) -> list[tuple[str, str]]:
    """Who owes which act on a day."""
    return [(each["party"], each["act"]) for each in ask(document, on).get("pending", ())]


def both(kind: str, first: str = "2001-05-03", second: str = "2001-06-10", **members: Any) -> tuple[Json, Json]:
    """An act of each party."""
    return event(kind, first, by="mex", **members), event(kind, second, by="rus", **members)


# Denunciation

AT_ANY_TIME = {"initial": "indefinite", "renewal": "none", "notice": "P6M"}
"""The clause on duration unless another is given."""


def after(*events: Json, parties: Any = PARTIES, **clause: Any) -> Json:
    """An agreement in force since 2000-03-01."""
    return agreement(
        event("entered_into_force", "2000-03-01"), *events, parties=parties, duration=clause or AT_ANY_TIME
    )


def end(document: Json) -> tuple[str | None, str | None, str | None]:
    """The first day on which it is terminated for sure, its rule and ground."""
    found: tuple[str | None, str | None, str | None] = told(document, "2099-12-31", "since", "rule", "ground")
    return found
