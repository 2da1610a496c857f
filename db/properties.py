"""What reconciliation knows of organizations, people and agreements besides their names: one table of properties.

A property gives the values that a document has; they are told by data extension, and compared with what a query says.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from db.dates import BadDate, Edtf, parse
from db.labels import LABELS
from db.members import Json, in_english
from db.names import SAME, fold, similarity

LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")
"""Of which names are proposed; others can be asked for too."""
AT = "@"
"""Between a property and what it is narrowed to: `name@es`, `identifier@wikidata`."""


class Value(NamedTuple):
    """One value: a text; or another record, whose id it is."""

    text: str
    kind: str | None = None
    """Of the record, if it is one."""


Values = Callable[[Json, str], Iterable[Value]]
"""The values that a document has, narrowed to a language or a scheme, if it is not empty."""
Alike = Callable[[str, Value], bool]
"""Whether what somebody says is the value."""


# Values


def _member(name: str) -> Values:
    return lambda document, _: [Value(document[name])] if name in document else []


def _date(name: str) -> Values:
    return lambda document, _: [Value(document[name]["edtf"])] if name in document else []


def _list(name: str) -> Values:
    return lambda document, _: [Value(each) for each in document.get(name, ())]


def _texts(name: str) -> Values:
    def values(document: Json, tag: str) -> Iterator[Value]:
        for language, text in document[name].items():
            if not tag or language.lower() == tag.lower():
                yield Value(text)

    return values


def _identifiers(document: Json, scheme: str) -> Iterator[Value]:
    for each in document.get("identifiers", ()):
        if not scheme:
            yield Value(f"{each['scheme']}:{each['value']}")
        elif each["scheme"] == scheme.lower():
            yield Value(each["value"])


def _record(name: str, kind: str) -> Values:
    return lambda document, _: [Value(document[name], kind)] if name in document else []


def _records(name: str, member: str, kind: str) -> Values:
    def values(document: Json, _: str) -> Iterator[Value]:
        for id in dict.fromkeys(each[member] for each in document.get(name, ()) if member in each):
            yield Value(id, kind)

    return values


def _positions(document: Json, _: str) -> Iterator[Value]:
    for position in document.get("positions", ()):
        yield Value(in_english(position["title"]))


def _place(document: Json, _: str) -> list[Value]:
    return [Value(document["place"]["name"])] if "place" in document else []


def _status(name: str) -> Values:
    def values(document: Json, _: str) -> list[Value]:
        told = document["status"].get(name)
        return [] if told is None else [Value(told if isinstance(told, str) else told["edtf"])]

    return values


# Comparison


def _same_name(said: str, value: Value) -> bool:
    return similarity(said, value.text) >= SAME


def _same_word(list_: str) -> Alike:
    """A word of a closed list, by itself or by its label."""

    def alike(said: str, value: Value) -> bool:
        labels = LABELS[list_].get(value.text, {}).values()
        return fold(said) in {fold(each) for each in (value.text, *labels)}

    return alike


def _same_identifier(said: str, value: Value) -> bool:
    """With its scheme or without."""
    return said.casefold() in (value.text.casefold(), value.text.partition(":")[2].casefold())


def _same_day(said: str, value: Value) -> bool:
    """Whether both may be of one day; a spreadsheet may bring the time of day along."""
    one, other = _days(said.strip().partition("T")[0]), _days(value.text)
    return bool(one and other and _before(one.earliest, other.latest) and _before(other.earliest, one.latest))


def _days(text: str) -> Edtf | None:
    try:
        return parse(text)
    except BadDate:
        return None


def _before(first: Any, last: Any) -> bool:
    return first is None or last is None or first <= last


@dataclass(frozen=True)
class Property:
    """Something that entities of some kinds have."""

    id: str
    name: str
    description: str
    values: Mapping[str, Values]
    """By kind of record."""
    alike: Alike = _same_name
    entities: str | None = None
    """The kind of records that its values are, if they are records."""
    examples: tuple[str, ...] = field(default=())
    """What it may be narrowed to, to be proposed."""
    narrow: str = ""
    """What it is narrowed to."""

    def of(self, kind: str, document: Json) -> list[Value]:
        """The values of a record."""
        return list(self.values[kind](document, self.narrow)) if kind in self.values else []

    def narrowed(self, to: str) -> "Property":
        """The same in one language, or of one scheme."""
        return replace(self, id=f"{self.id}{AT}{to}", name=f"{self.name} ({to})", examples=(), narrow=to)


_NAMES = {"organization": _texts("name"), "person": _texts("name")}
_ALL = dict.fromkeys(("organization", "person", "agreement"), _identifiers)
_DAYS = "A date as exact as it is known (EDTF)."
TABLE = (
    Property("name", "Name", "In each language, or in one: `name@es`.", _NAMES, examples=LANGUAGES),
    Property("title", "Title", "In each language, or in one.", {"agreement": _texts("title")}, examples=LANGUAGES),
    Property(
        "identifier",
        "Identifier",
        "As `scheme:value`, or of one scheme: `identifier@wikidata`. One that agrees decides.",
        _ALL,
        _same_identifier,
        examples=("wikidata",),
    ),
    Property("kind", "Kind", "What it is.", {"organization": _member("kind")}, _same_word("organization_kind")),
    Property(
        "state",
        "State",
        "The state that it belongs to.",
        {"organization": _record("state", "organization")},
        entities="organization",
    ),
    Property(
        "parent",
        "Part of",
        "The organization that it is a part of.",
        {"organization": _record("parent", "organization")},
        entities="organization",
    ),
    Property("valid_from", "Existed from", _DAYS, {"organization": _date("valid_from")}, _same_day),
    Property("valid_to", "Existed to", _DAYS, {"organization": _date("valid_to")}, _same_day),
    Property("position", "Position", "An office that the person held.", {"person": _positions}),
    Property(
        "organization",
        "Organization",
        "Where the person held an office.",
        {"person": _records("positions", "organization", "organization")},
        entities="organization",
    ),
    Property("form", "Form", "Of the instrument.", {"agreement": _member("form")}, _same_word("form")),
    Property(
        "legal_character",
        "Legal character",
        "Whether it binds, and under which law.",
        {"agreement": _member("legal_character")},
        _same_word("legal_character"),
    ),
    Property("signed", "Signed", _DAYS, {"agreement": _date("signed")}, _same_day),
    Property("place", "Place", "Where it was signed.", {"agreement": _place}),
    Property("subject", "Subject", "What it is about.", {"agreement": _list("subjects")}),
    Property(
        "party",
        "Party",
        "Of either side.",
        {"agreement": _records("parties", "organization", "organization")},
        entities="organization",
    ),
    Property(
        "signatory",
        "Signatory",
        "Who signed it.",
        {"agreement": _records("signatories", "person", "person")},
        entities="person",
    ),
    Property("status", "Status", "Of today.", {"agreement": _status("status")}, _same_word("status")),
    Property(
        "since", "Status since", f"The first day of today's status. {_DAYS}", {"agreement": _status("since")}, _same_day
    ),
)
PROPERTIES: Mapping[str, Property] = {each.id: each for each in TABLE}


def named(id: str) -> Property | None:
    """The property of this id."""
    base, at, narrow = id.partition(AT)
    found = PROPERTIES.get(base)
    if found is None or not at:
        return found
    return found.narrowed(narrow) if found.examples and narrow else None


def proposed(kind: str | None) -> Iterator[Property]:
    """The properties of a kind of record, or all."""
    for each in TABLE:
        if kind is None or kind in each.values:
            yield each
            yield from map(each.narrowed, each.examples)
