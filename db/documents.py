"""The shape of each resource. A validated document is the record; everything else is made from it.

Every member has one name here, in the tables (db/rows.py) and on the wire. A member without a value is left
out, never null: `Maybe[X]` is an X that may be left out. Dates are EDTF (db/dates.py), texts in several languages
are maps from BCP 47 tags, durations are ISO 8601. What spans several members (a clause that makes no
sense, a participant who is nobody) is checked by the rules of each resource, not by its shape.
"""

import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    model_validator,
)
from pydantic import Tag as PydanticTag
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from db import vocabulary as v
from db.dates import BadDate, parse, parse_duration
from db.names import MAX_ID

T = TypeVar("T")
Json = dict[str, Any]
"""A document as plain data: what is stored, and what rows are made of."""

ID_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
SERVICE_MEMBERS = frozenset({"meta"})
"""What the service adds to an answer; it may be sent back and is ignored."""


class LeftOut:
    """An optional member: its absence is None in Python, but null is refused on the wire."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        return schema["schema"] if schema["type"] == "nullable" else schema


Maybe = Annotated[T | None, LeftOut()]


class Reference:
    """Marks an id as that of another resource, of this kind."""

    def __init__(self, kind: str) -> None:
        self.kind = kind


class DateSchema:
    """Reads a date as its EDTF string, or as the object that the service answers with."""

    def __init__(self, lasting: bool = False) -> None:
        self.lasting = lasting

    def read(self, given: Any) -> Json:
        if isinstance(given, dict) and given.keys() <= {"edtf", "earliest", "latest"}:
            given = given.get("edtf")
        if not isinstance(given, str):
            raise PydanticCustomError("date_type", "a date is an EDTF string, or an object with `edtf`")
        try:
            date = parse(given)
        except BadDate as error:
            raise PydanticCustomError("bad_date", "{reason}", {"reason": str(error)}) from error
        if date.lasting and not self.lasting:
            raise PydanticCustomError(
                "lasting_date",
                "a/b means that it lasted these days; for one of these days write [a..b]",
            )
        days = {"earliest": date.earliest, "latest": date.latest}
        return {"edtf": date.edtf} | {name: day.isoformat() for name, day in days.items() if day}

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        text: Json = {
            "type": "string",
            "description": "EDTF, levels 0 and 1, and sets",
            "examples": ["2021-09"],
        }
        day = {"type": "string", "format": "date"}
        whole: Json = {
            "type": "object",
            "properties": {"edtf": text, "earliest": day, "latest": day},
            "required": ["edtf"],
            "additionalProperties": False,
            "examples": [{"edtf": "2021-09", "earliest": "2021-09-01", "latest": "2021-09-30"}],
        }
        return whole if handler.mode == "serialization" else {"anyOf": [text, whole]}


def _duration_or(*words: str) -> AfterValidator:
    def read(text: str) -> str:
        try:
            return text if text in words else parse_duration(text).text
        except BadDate as error:
            reason = "".join(f"{word}, or " for word in words) + str(error)
            raise PydanticCustomError("bad_duration", "{reason}", {"reason": reason}) from error

    return AfterValidator(read)


def _unique(values: list[T] | None) -> list[T] | None:
    if values and len({json.dumps(value, default=repr, sort_keys=True) for value in values}) < len(values):
        raise PydanticCustomError("not_unique", "the same item stands here twice")
    return values


def _left_out_if_empty(values: list[T]) -> list[T] | None:
    return values or None


Id = Annotated[str, Field(pattern=ID_PATTERN, max_length=MAX_ID)]
Text = Annotated[str, Field(min_length=1, pattern=r"\S")]
Tag = Annotated[str, Field(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", max_length=35)]
Subject = Annotated[str, Field(pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$", max_length=MAX_ID)]
Scheme = Annotated[str, Field(pattern=ID_PATTERN, max_length=MAX_ID)]
LanguageMap = Annotated[dict[Tag, Text], Field(min_length=1)]
Duration = Annotated[str, _duration_or(), Field(examples=["P5Y"])]
Initial = Annotated[str, _duration_or("indefinite", "unknown"), Field(examples=["P5Y", "indefinite"])]
Notice = Annotated[str, _duration_or("none", "unknown"), Field(examples=["P6M", "none"])]
Date = Annotated[Json, DateSchema()]
LastingDate = Annotated[Json, DateSchema(lasting=True)]
Few = Annotated[list[T], AfterValidator(_left_out_if_empty)]
"""An optional list; an empty one is the same as none."""

SourceId = Annotated[Id, Reference("source")]
OrganizationId = Annotated[Id, Reference("organization")]
PersonId = Annotated[Id, Reference("person")]
AgreementId = Annotated[Id, Reference("agreement")]
DelegationId = Annotated[Id, Reference("delegation")]
EventId = Annotated[Id, Reference("event")]


class Shape(BaseModel):
    """The base of all shapes: strict, closed, described by the docstrings of its members."""

    model_config = ConfigDict(extra="forbid", strict=True, use_attribute_docstrings=True)


class Record(Shape):
    """The base of the seven resources."""

    id: Maybe[Id] = None
    """Chosen by the client, or made from the facts; unique in its collection, never changed, never reused."""

    @model_validator(mode="before")
    @classmethod
    def _without_what_the_service_adds(cls, given: Any) -> Any:
        if isinstance(given, dict):
            return {name: value for name, value in given.items() if name not in SERVICE_MEMBERS}
        return given

    def document(self) -> Json:
        """The canonical document: plain data, nothing without a value in it."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class PointSelector(Shape):
    """A W3C Web Annotation selector that names a place, such as `paragraph=4`."""

    type: Literal["FragmentSelector", "XPathSelector", "CssSelector"]
    value: Text
    conforms_to: Annotated[Maybe[Text], Field(alias="conformsTo")] = None


class PositionSelector(Shape):
    """A W3C Web Annotation selector that counts characters or bytes from 0; `end` is not included."""

    type: Literal["TextPositionSelector", "DataPositionSelector"]
    start: Annotated[int, Field(ge=0, le=2**31 - 1)]
    end: Annotated[int, Field(ge=0, le=2**31 - 1)]


class Citation(Shape):
    """Who says so: one source's word on one field of the record that holds the citation."""

    field: Annotated[str, Field(pattern=r"^(/([^/~]|~[01])*)*$", max_length=1000)]
    """A JSON Pointer into this record, '' for the whole; list items by `id`, else by their `organization`,
    `person`, `agreement`, `scheme` or `tag`, else by index."""
    source: SourceId
    locator: Maybe[Annotated[PointSelector | PositionSelector, Field(discriminator="type")]] = None
    stance: v.Stance
    value: Any = None
    """What this source says, in the field's type."""
    preferred: Maybe[bool] = None
    """Of contradicting claims, the one that the record follows; with its reason."""
    reason: Maybe[Text] = None
    note: Maybe[Text] = None


class Identifier(Shape):
    """The record's name in another register."""

    scheme: Scheme
    """Such as `unts`, `wikidata`, `eli`, `uk-treaty-series`, `tias`, `iso3166`, `ror`, `isni`."""
    value: Text


Identifiers = Maybe[Annotated[Few[Identifier], AfterValidator(_unique)]]
Citations = Maybe[Few[Citation]]


class Place(Shape):
    """Where something was done."""

    name: Text
    """The town, as stated."""
    venue: Maybe[Text] = None
    state: Maybe[OrganizationId] = None


class Source(Record):
    """A text that facts are cited to. The text itself is never copied here."""

    title: Text
    publisher: Maybe[Text] = None
    language: Maybe[Tag] = None
    published: Maybe[Date] = None
    retrieved: Maybe[Date] = None
    url: Maybe[Annotated[str, Field(pattern=r"^https?://[^\s]+$", max_length=2000)]] = None
    sha256: Maybe[Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]] = None
    """Of the text that was used."""
    based_on: Maybe[SourceId] = None
    identifiers: Identifiers = None
    citations: Citations = None


class Predecessor(Shape):
    """An earlier state or body whose place this one took."""

    organization: OrganizationId
    kind: v.PredecessorKind
    from_: Annotated[Date, Field(alias="from")]


class Affiliation(Shape):
    """The state that a territory or another body belonged to, and when."""

    state: OrganizationId
    from_: Annotated[Maybe[Date], Field(alias="from")] = None
    to: Maybe[Date] = None
    """The last day."""


class Organization(Record):
    """A state, government, ministry, agency, embassy, commission, international organisation, company."""

    name: LanguageMap
    kind: v.OrganizationKind
    state: Maybe[OrganizationId] = None
    """The state that it belongs to; a state's own is itself."""
    parent: Maybe[OrganizationId] = None
    valid_from: Maybe[Date] = None
    valid_to: Maybe[Date] = None
    """The last day of its existence."""
    predecessors: Maybe[Few[Predecessor]] = None
    affiliations: Maybe[Few[Affiliation]] = None
    identifiers: Identifiers = None
    citations: Citations = None


class Position(Shape):
    """An office that a person held."""

    organization: OrganizationId
    title: LanguageMap
    from_: Annotated[Maybe[Date], Field(alias="from")] = None
    to: Maybe[Date] = None
    """The last day."""


class Person(Record):
    """Somebody who signed, led, negotiated or spoke."""

    name: LanguageMap
    """As written, in each language."""
    positions: Maybe[Few[Position]] = None
    identifiers: Identifiers = None
    citations: Citations = None


class FullPowers(Shape):
    """The document that empowers a person to sign (VCLT 2(1)(c), 7)."""

    issued_by: Maybe[OrganizationId] = None
    date: Maybe[Date] = None
    note: Maybe[Text] = None


class Signatory(Record):
    """A person who signed an agreement, in a capacity, on behalf of a party (VCLT 7, 11, 12)."""

    agreement: AgreementId
    person: PersonId
    name: Maybe[Text] = None
    """As stated in the text signed."""
    side: v.Side
    organization: Maybe[OrganizationId] = None
    """The body in which the person holds the capacity."""
    capacity: Text
    on_behalf_of: Maybe[OrganizationId] = None
    """The party; it must be one of that side's."""
    signed: Maybe[Date] = None
    place: Maybe[Place] = None
    full_powers: Maybe[FullPowers] = None
    ad_referendum: Maybe[bool] = None
    identifiers: Identifiers = None
    citations: Citations = None


class Attendance(Shape):
    """Somebody's part in an event or a delegation, known by id or only by name."""

    person: Maybe[PersonId] = None
    organization: Maybe[OrganizationId] = None
    name: Maybe[Text] = None
    """As stated."""
    count: Maybe[Annotated[int, Field(ge=1, le=1_000_000)]] = None
    role: v.Role
    capacity: Maybe[Text] = None


class Participant(Attendance):
    """Somebody's part in an event."""

    delegation: Maybe[DelegationId] = None


class Event(Record):
    """Something that happened, to one agreement, to several, or to none."""

    kind: v.EventKind
    date: LastingDate
    title: Maybe[LanguageMap] = None
    place: Maybe[Place] = None
    by: Maybe[OrganizationId] = None
    """Whose declaration or act it is, never the receiver."""
    side: Maybe[v.Side] = None
    """All parties of a side, instead of `by`."""
    agreements: Maybe[Annotated[Few[AgreementId], AfterValidator(_unique)]] = None
    effective: Maybe[Date] = None
    """The day it acts, if not its date."""
    until: Maybe[Date] = None
    """The last day of the new term."""
    term: Maybe[Duration] = None
    ground: Maybe[v.Ground] = None
    provisions: Maybe[Few[Text]] = None
    ad_referendum: Maybe[bool] = None
    dated: Maybe[Date] = None
    """The date that the note or instrument itself bears."""
    predecessor: Maybe[OrganizationId] = None
    successor: Maybe[OrganizationId] = None
    part_of: Maybe[EventId] = None
    participants: Maybe[Few[Participant]] = None
    note: Maybe[LanguageMap] = None
    identifiers: Identifiers = None
    citations: Citations = None


class Delegation(Record):
    """People sent together, and the events that they attended."""

    name: LanguageMap
    sent_by: Maybe[OrganizationId] = None
    purpose: Maybe[LanguageMap] = None
    events: Annotated[list[EventId], AfterValidator(_unique)]
    members: list[Attendance]
    identifiers: Identifiers = None
    citations: Citations = None


class Territory(Shape):
    """A territory that a party concludes for, or leaves out."""

    organization: OrganizationId
    from_: Annotated[Maybe[Date], Field(alias="from")] = None
    to: Maybe[Date] = None
    excluded: Maybe[bool] = None


class Party(Shape):
    """A state, government, ministry, agency or organisation bound on one of the two sides."""

    side: v.Side
    organization: OrganizationId
    name: Maybe[Text] = None
    """As stated in the agreement."""
    from_: Annotated[Maybe[Date], Field(alias="from")] = None
    to: Maybe[Date] = None
    """The last day."""
    territories: Maybe[Few[Territory]] = None


class Other(Shape):
    """A third signatory or guarantor, on neither side: not a party."""

    organization: OrganizationId
    role: v.Role


class Language(Shape):
    """A language of the text."""

    tag: Tag
    authentic: Maybe[bool] = None
    prevails: Maybe[bool] = None
    """In case of divergence (VCLT 33(1))."""


class Effect(Shape):
    """From when to when a scope (a tax, an article) has effect; it has no influence on status."""

    scope: Text
    from_: Annotated[Date, Field(alias="from")]
    to: Maybe[Date] = None
    """The last day."""


class EntryIntoForce(Shape):
    """The clause on entry into force (VCLT 24)."""

    condition: v.EntryCondition
    offset: Maybe[Duration] = None
    anchor: Maybe[v.NotificationAnchor] = None
    awaits: Maybe[Annotated[list[v.Side], Field(min_length=1), AfterValidator(_unique)]] = None
    date: Maybe[Date] = None
    agreement: Maybe[AgreementId] = None
    effective_from: Maybe[Date] = None


class Term(Shape):
    """The clause on duration and denunciation (VCLT 54, 56)."""

    initial: Maybe[Initial] = None
    until: Maybe[Date] = None
    """The last day in force; it decides where `initial` is given too."""
    renewal: v.Renewal
    renewal_period: Maybe[Duration] = None
    notice: Maybe[Notice] = None
    notice_anchor: Maybe[v.NoticeAnchor] = None
    survival: Maybe[Duration] = None


class DatedTerm(Term):
    """The clause as it stood from a day on, where a protocol changed it."""

    from_: Annotated[Date, Field(alias="from")]


def _one_or_list(given: Any) -> str:
    return "list" if isinstance(given, list) else "one"


DurationClause = Annotated[
    Annotated[Term, PydanticTag("one")] | Annotated[list[DatedTerm], Field(min_length=1), PydanticTag("list")],
    Discriminator(_one_or_list),
]


class Relation(Shape):
    """A tie to another agreement."""

    kind: v.RelationKind
    agreement: AgreementId
    effective: Maybe[Date] = None
    until: Maybe[Date] = None
    note: Maybe[Text] = None


class DossierSignatory(Signatory):
    """A signatory inside a dossier, whose own agreement is meant."""

    agreement: Maybe[AgreementId] = None  # type: ignore[assignment]  # wider than its base, on purpose


class Agreement(Record):
    """What two sides concluded. As a dossier it holds its signatories and events whole."""

    title: LanguageMap
    form: v.Form
    legal_character: v.LegalCharacter
    subjects: Annotated[list[Subject], AfterValidator(_unique)]
    place: Maybe[Place] = None
    signed: Maybe[Date] = None
    parties: Annotated[list[Party], Field(min_length=2)]
    """Exactly two sides, a and b, each with one party or more."""
    others: Maybe[Few[Other]] = None
    languages: Maybe[Few[Language]] = None
    verified_on: Maybe[Date] = None
    """The day up to which somebody looked whether anything more had happened."""
    effects: Maybe[Few[Effect]] = None
    entry_into_force: Maybe[EntryIntoForce] = None
    duration: Maybe[DurationClause] = None
    """The clause, or the list of those that followed one another, each with `from`."""
    relations: Maybe[Few[Relation]] = None
    identifiers: Identifiers = None
    citations: Citations = None
    signatories: Maybe[list[DossierSignatory]] = None
    events: Maybe[list[Event]] = None


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

SHAPE_NUMBER = 1
"""Written into each revision. It grows when shapes change, and `bilateral migrate` reshapes what is older."""


def text_of(document: Json) -> str:
    """A document as it is stored: JSON in UTF-8, members in the order of its shape."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _paths(annotation: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for mark in getattr(annotation, "__metadata__", ()):
        if isinstance(mark, Reference):
            yield path, mark.kind
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            for mark in field.metadata:
                if isinstance(mark, Reference):
                    yield (*path, field.alias or name), mark.kind
            yield from _paths(field.annotation, (*path, field.alias or name))
        return
    item = (*path, "*") if get_origin(annotation) is list else path
    for inner in get_args(annotation):
        yield from _paths(inner, item)


NESTED_MEMBERS = ("signatories", "events")
"""The members of a dossier that are records of their own."""

REFERENCES: dict[str, tuple[tuple[tuple[str, ...], str], ...]] = {
    kind: tuple(sorted({p for p in _paths(shape, ()) if not (kind == "agreement" and p[0][0] in NESTED_MEMBERS)}))
    for kind, shape in SHAPES.items()
}
"""For each kind, where its documents name others: (path with `*` for list items, kind named)."""


def own_members(kind: str, document: Json) -> Json:
    """The document without the nested records of a dossier."""
    if kind != "agreement":
        return document
    return {name: value for name, value in document.items() if name not in NESTED_MEMBERS}


def _follow(node: Any, path: tuple[str, ...], pointer: str) -> Iterator[tuple[str, str]]:
    if not path:
        yield pointer, node
    elif path[0] == "*":
        for index, item in enumerate(node):
            yield from _follow(item, path[1:], f"{pointer}/{index}")
    elif path[0] in node:
        yield from _follow(node[path[0]], path[1:], f"{pointer}/{path[0]}")


def references_of(kind: str, document: Json) -> Iterator[tuple[str, str, str]]:
    """What the document names: (pointer, kind, id), its nested records left out."""
    for path, named in REFERENCES[kind]:
        for pointer, id in _follow(document, path, ""):
            yield pointer, named, id
