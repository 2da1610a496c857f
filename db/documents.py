"""The shape of each resource. A validated document is the record; everything else is made from it.

Every member has one name here, in the tables (db/rows.py) and on the wire. A member without a value is left
out, never null: `Maybe[X]` is an X that may be left out. Dates are EDTF (db/dates.py), texts in several languages
are maps from BCP 47 tags, durations are ISO 8601. What spans several members (a clause that makes no
sense, a participant who is nobody) is checked by the rules of each resource, not by its shape.
"""

import json
from typing import Annotated, Any, ClassVar

from pydantic import Field, GetJsonSchemaHandler, ValidationInfo, field_validator, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from db import vocabulary as v
from db.members import (
    LASTS,
    AgreementId,
    Date,
    Duration,
    EventId,
    Few,
    Id,
    Json,
    LanguageMap,
    LastingDate,
    Maybe,
    OrganizationId,
    PersonId,
    SourceId,
    Subject,
    Tag,
    Text,
    Unique,
    Url,
)
from db.parts import (
    Affiliation,
    Attendance,
    Citations,
    DurationClause,
    Effect,
    EntryIntoForce,
    FullPowers,
    Identifiers,
    Language,
    Other,
    Participant,
    Party,
    Place,
    Position,
    Predecessor,
    Relation,
    Shape,
)

DERIVED_MEMBERS = ("periods", "related_from")
"""The members of an agreement that follow from the others, and from other records (db/status.py)."""

IGNORED = "What the service adds to an answer: it may be sent back, and is ignored."

NESTED_MEMBERS = ("signatories", "events")
"""The members of a dossier that are records of their own."""


class Record(Shape):
    """The base of the seven resources."""

    id: Maybe[Id] = None
    """Chosen by the client, or made from the facts; unique in its collection, never changed, never reused."""

    service_members: ClassVar[frozenset[str]] = frozenset({"meta"})
    """What the service adds to an answer; it may be sent back and is ignored."""
    answered_always: ClassVar[tuple[str, ...]] = ("id",)
    """Members that may be left out when they are sent, but never when they are answered."""

    @model_validator(mode="before")
    @classmethod
    def _without_what_the_service_adds(cls, given: Any) -> Any:
        if isinstance(given, dict):
            return {name: value for name, value in given.items() if name not in cls.service_members}
        return given

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        described = super().__get_pydantic_json_schema__(schema, handler)
        shape = handler.resolve_ref_schema(described)
        if handler.mode == "validation":
            shape["properties"] |= {name: {"description": IGNORED} for name in sorted(cls.service_members)}
        else:
            shape["required"] = list(dict.fromkeys([*cls.answered_always, *shape["required"]]))
        return described

    def document(self) -> Json:
        """The canonical document: plain data, nothing without a value in it."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class Source(Record):
    """A text that facts are cited to. The text itself is never copied here."""

    title: Text
    """As the text is headed."""
    publisher: Maybe[Text] = None
    """Who published it."""
    language: Maybe[Tag] = None
    """The language of the text."""
    published: Maybe[Date] = None
    """When it was published."""
    retrieved: Maybe[Date] = None
    """When it was looked at."""
    url: Maybe[Url] = None
    """Where it can be read."""
    sha256: Maybe[Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]] = None
    """Of the text that was used."""
    based_on: Maybe[SourceId] = None
    """The source that it takes its word from."""
    identifiers: Identifiers = None
    citations: Citations = None


class Organization(Record):
    """A state, government, ministry, agency, embassy, commission, international organisation, company."""

    name: LanguageMap
    """Its name in each language."""
    kind: v.OrganizationKind
    """What it is."""
    state: Maybe[OrganizationId] = None
    """The state that it belongs to; a state's own is itself."""
    parent: Maybe[OrganizationId] = None
    """The organization that it is a part of."""
    valid_from: Maybe[Date] = None
    """The first day of its existence."""
    valid_to: Maybe[Date] = None
    """The last day of its existence."""
    predecessors: Maybe[Few[Predecessor]] = None
    """Those in whose place it came."""
    affiliations: Maybe[Few[Affiliation]] = None
    """The states that it belonged to, one after the other."""
    identifiers: Identifiers = None
    citations: Citations = None


class Person(Record):
    """Somebody who signed, led, negotiated or spoke."""

    name: LanguageMap
    """As written, in each language."""
    positions: Maybe[Few[Position]] = None
    """The offices that the person held."""
    identifiers: Identifiers = None
    citations: Citations = None


class Signatory(Record):
    """A person who signed an agreement, in a capacity, on behalf of a party (VCLT 7, 11, 12)."""

    agreement: AgreementId
    """What was signed; inside a dossier it may be left out."""
    person: PersonId
    """Who signed."""
    name: Maybe[Text] = None
    """As stated in the text signed."""
    side: v.Side
    """For which side."""
    organization: Maybe[OrganizationId] = None
    """The body in which the person holds the capacity."""
    capacity: Text
    """In what capacity, as stated."""
    on_behalf_of: Maybe[OrganizationId] = None
    """The party; it must be one of that side's."""
    signed: Maybe[Date] = None
    """When, where it differs from the agreement's own date or makes it more exact."""
    place: Maybe[Place] = None
    """Where."""
    full_powers: Maybe[FullPowers] = None
    """The document that empowers the person."""
    ad_referendum: Maybe[bool] = None
    """Whether the signature waits for a confirmation (VCLT 12(2)(b))."""
    identifiers: Identifiers = None
    citations: Citations = None


class Event(Record):
    """Something that happened, to one agreement, to several, or to none."""

    kind: v.EventKind
    """What happened; the kind says what it does to the status of an agreement."""
    date: LastingDate
    """Some kinds may last, `a/b`: visits, meetings, ceremonies, negotiations, statements, others."""
    title: Maybe[LanguageMap] = None
    """What it is called, in each language."""
    place: Maybe[Place] = None
    """Where."""
    by: Maybe[OrganizationId] = None
    """Whose declaration or act it is, never the receiver."""
    side: Maybe[v.Side] = None
    """All parties of a side, instead of `by`."""
    agreements: Maybe[Annotated[Few[AgreementId], Unique]] = None
    """The agreements concerned; inside a dossier the dossier's own is meant."""
    effective: Maybe[Date] = None
    """The day it acts, if not its date."""
    until: Maybe[Date] = None
    """The last day of the new term."""
    term: Maybe[Duration] = None
    """How long the new term lasts, instead of `until`."""
    ground: Maybe[v.Ground] = None
    """Why the agreement ended."""
    provisions: Maybe[Few[Text]] = None
    """The provisions concerned, where not all are."""
    ad_referendum: Maybe[bool] = None
    """Whether the signature waits for a confirmation (VCLT 12(2)(b))."""
    dated: Maybe[Date] = None
    """The date that the note or instrument itself bears."""
    predecessor: Maybe[OrganizationId] = None
    """The party in whose place another came."""
    successor: Maybe[OrganizationId] = None
    """The party that came in its place."""
    part_of: Maybe[EventId] = None
    """The event that this one was a part of, such as a visit."""
    participants: Maybe[Few[Participant]] = None
    """Who took part."""
    note: Maybe[LanguageMap] = None
    """What a reader should know about it, in each language."""
    identifiers: Identifiers = None
    citations: Citations = None

    @field_validator("date")
    @classmethod
    def _lasts_only_if_its_kind_does(cls, date: Json, info: ValidationInfo) -> Json:
        if "/" in date["edtf"] and info.data.get("kind", "other") not in v.LASTING_KINDS:
            raise PydanticCustomError("lasting_date", LASTS)
        return date


class Delegation(Record):
    """People sent together, and the events that they attended."""

    name: LanguageMap
    """What it is called, in each language."""
    sent_by: Maybe[OrganizationId] = None
    """Who sent it."""
    purpose: Maybe[LanguageMap] = None
    """What for, in each language."""
    events: Annotated[list[EventId], Unique]
    """The events that it attended."""
    members: list[Attendance]
    """Who belonged to it."""
    identifiers: Identifiers = None
    citations: Citations = None


class DossierSignatory(Signatory):
    """A signatory inside a dossier, whose own agreement is meant."""

    answered_always = ("id", "agreement")
    agreement: Maybe[AgreementId] = None  # type: ignore[assignment]  # wider than its base, on purpose
    """The dossier's own, if it is named at all."""


class Agreement(Record):
    """What two sides concluded. As a dossier it holds its signatories and events whole."""

    title: LanguageMap
    """Its title in each language."""
    form: v.Form
    """The form of the instrument."""
    legal_character: v.LegalCharacter
    """Whether it binds, and under which law."""
    subjects: Annotated[list[Subject], Unique]
    """What it is about, as slugs: `outer_space`, `trade`, `taxation` ..."""
    place: Maybe[Place] = None
    """Where it was signed."""
    signed: Maybe[Date] = None
    """When it was signed; on several days, a set or the last of them."""
    parties: Annotated[list[Party], Field(min_length=2)]
    """Exactly two sides, a and b, each with one party or more."""
    others: Maybe[Few[Other]] = None
    """Third signatories and guarantors, on neither side."""
    languages: Maybe[Few[Language]] = None
    """The languages of the text."""
    verified_on: Maybe[Date] = None
    """The day up to which somebody looked whether anything more had happened."""
    effects: Maybe[Few[Effect]] = None
    """From when to when single scopes have effect."""
    entry_into_force: Maybe[EntryIntoForce] = None
    """The clause on entry into force; left out: not recorded."""
    duration: Maybe[DurationClause] = None
    """The clause, or the list of those that followed one another, each with `from`."""
    relations: Maybe[Annotated[Few[Relation], Unique]] = None
    """What it does to other agreements."""
    identifiers: Identifiers = None
    citations: Citations = None
    answered_always = ("id", *NESTED_MEMBERS)
    service_members = frozenset({"meta", "status", "via", *DERIVED_MEMBERS})
    signatories: Maybe[list[DossierSignatory]] = None
    """Whole when it is added and when it is read; else changed in their own collection."""
    events: Maybe[list[Event]] = None
    """Whole when it is added and when it is read; else changed in their own collection."""


SHAPES: dict[str, type[Record]] = {
    "source": Source,
    "organization": Organization,
    "person": Person,
    "agreement": Agreement,
    "signatory": Signatory,
    "delegation": Delegation,
    "event": Event,
}
"""The shape of each kind of record."""

MAX_DOCUMENT = 990_000
"""Bytes in a stored document, at most: what GET answers must fit into a PUT."""

SHAPE_NUMBER = 2
"""Written into each revision. It grows when shapes change, and `bilateral migrate` reshapes what is older."""


_TEXT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_SORTED_TEXT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def text_of(document: Json) -> str:
    """A document as it is stored: JSON in UTF-8, members in the order of its shape."""
    return _TEXT.encode(document)


def canonical(document: Json) -> str:
    """A text that equal documents share, whatever the order of their members; 1 is not true in it."""
    return _SORTED_TEXT.encode(document)


def in_order(kind: str, document: Json) -> Json:
    """The document with its members in the order of its shape."""
    names = [field.alias or name for name, field in SHAPES[kind].model_fields.items()]
    return {name: document[name] for name in (*names, *DERIVED_MEMBERS) if name in document}


def own_members(kind: str, document: Json) -> Json:
    """The document without the nested records of a dossier, and without what follows from it."""
    if kind != "agreement":
        return document
    return {name: value for name, value in document.items() if name not in (*NESTED_MEMBERS, *DERIVED_MEMBERS)}
