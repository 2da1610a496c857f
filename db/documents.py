"""The shape of each resource. A validated document is the record; everything else is made from it.

Every member has one name here, in the tables (db/rows.py) and on the wire. A member without a value is left
out, never null: `Maybe[X]` is an X that may be left out. Dates are EDTF (db/dates.py), texts in several languages
are maps from BCP 47 tags, durations are ISO 8601. What spans several members (a clause that makes no
sense, a participant who is nobody) is checked by the rules of each resource, not by its shape.
"""

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, ValidationInfo, field_validator, model_validator
from pydantic import Tag as PydanticTag
from pydantic_core import PydanticCustomError

from db import vocabulary as v
from db.members import (
    LASTS,
    AgreementId,
    Date,
    DelegationId,
    Duration,
    EventId,
    Few,
    Id,
    Initial,
    Json,
    LanguageMap,
    LastingDate,
    Maybe,
    Notice,
    OrganizationId,
    PersonId,
    Scheme,
    SourceId,
    Subject,
    Tag,
    Text,
    Unique,
)

SERVICE_MEMBERS = frozenset({"meta"})
"""What the service adds to an answer; it may be sent back and is ignored."""

NESTED_MEMBERS = ("signatories", "events")
"""The members of a dossier that are records of their own."""


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
    value: Annotated[Text, Field(max_length=500)]


Identifiers = Maybe[Annotated[Few[Identifier], Unique]]
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
    """Some kinds may last, `a/b`: visits, meetings, ceremonies, negotiations, statements, others."""
    title: Maybe[LanguageMap] = None
    place: Maybe[Place] = None
    by: Maybe[OrganizationId] = None
    """Whose declaration or act it is, never the receiver."""
    side: Maybe[v.Side] = None
    """All parties of a side, instead of `by`."""
    agreements: Maybe[Annotated[Few[AgreementId], Unique]] = None
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

    @field_validator("date")
    @classmethod
    def _lasts_only_if_its_kind_does(cls, date: Json, info: ValidationInfo) -> Json:
        if "/" in date["edtf"] and info.data.get("kind", "other") not in v.LASTING_KINDS:
            raise PydanticCustomError("lasting_date", LASTS)
        return date


class Delegation(Record):
    """People sent together, and the events that they attended."""

    name: LanguageMap
    sent_by: Maybe[OrganizationId] = None
    purpose: Maybe[LanguageMap] = None
    events: Annotated[list[EventId], Unique]
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
    awaits: Maybe[Annotated[list[v.Side], Field(min_length=1), Unique]] = None
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
    subjects: Annotated[list[Subject], Unique]
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
    relations: Maybe[Annotated[Few[Relation], Unique]] = None
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

MAX_DOCUMENT = 990_000
"""Bytes in a stored document, at most: what GET answers must fit into a PUT."""

SHAPE_NUMBER = 1
"""Written into each revision. It grows when shapes change, and `bilateral migrate` reshapes what is older."""


def text_of(document: Json) -> str:
    """A document as it is stored: JSON in UTF-8, members in the order of its shape."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def canonical(document: Json) -> str:
    """A text that equal documents share, whatever the order of their members; 1 is not true in it."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def in_order(kind: str, document: Json) -> Json:
    """The document with its members in the order of its shape."""
    names = (field.alias or name for name, field in SHAPES[kind].model_fields.items())
    return {name: document[name] for name in names if name in document}


def own_members(kind: str, document: Json) -> Json:
    """The document without the nested records of a dossier."""
    if kind != "agreement":
        return document
    return {name: value for name, value in document.items() if name not in NESTED_MEMBERS}
