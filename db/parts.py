"""The parts that records are made of: citations, places, positions, parties, clauses.

The descriptions of members are those of the contract at /openapi.json.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, GetJsonSchemaHandler
from pydantic import Tag as PydanticTag
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from db import vocabulary as v
from db.members import (
    AgreementId,
    Date,
    DelegationId,
    Duration,
    Few,
    Initial,
    LanguageMap,
    Maybe,
    Notice,
    OrganizationId,
    PersonId,
    Scheme,
    SourceId,
    Tag,
    Text,
    Unique,
)


class Shape(BaseModel):
    """The base of all shapes: strict, closed, described by the docstrings of its members."""

    model_config = ConfigDict(extra="forbid", strict=True, use_attribute_docstrings=True)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        described = handler(schema)
        if handler.mode == "serialization":  # answers may come to say more: clients must not be told that they do not
            handler.resolve_ref_schema(described).pop("additionalProperties", None)
        return described


class PointSelector(Shape):
    """A W3C Web Annotation selector that names a place, such as `paragraph=4`."""

    type: Literal["FragmentSelector", "XPathSelector", "CssSelector"]
    """Which kind of selector."""
    value: Text
    """Such as `paragraph=4`, an XPath or a CSS selector."""
    conforms_to: Annotated[Maybe[Text], Field(alias="conformsTo")] = None
    """The specification of the fragment, as an address."""


class PositionSelector(Shape):
    """A W3C Web Annotation selector that counts characters or bytes from 0; `end` is not included."""

    type: Literal["TextPositionSelector", "DataPositionSelector"]
    """Whether characters or bytes are counted."""
    start: Annotated[int, Field(ge=0, le=2**31 - 1)]
    """The first, from 0."""
    end: Annotated[int, Field(ge=0, le=2**31 - 1)]
    """The one behind the last."""


class Citation(Shape):
    """Who says so: one source's word on one field of the record that holds the citation."""

    field: Annotated[str, Field(pattern=r"^(/([^/~]|~[01])*)*$", max_length=1000)]
    """A JSON Pointer into this record, '' for the whole; list items by `id`, else by their `organization`,
    `person`, `agreement`, `scheme` or `tag`, else by index."""
    source: SourceId
    """The source whose word it is."""
    locator: Maybe[Annotated[PointSelector | PositionSelector, Field(discriminator="type")]] = None
    """Where in the source: a W3C Web Annotation selector."""
    stance: v.Stance
    """Whether the source says so, or says otherwise."""
    value: Any = None
    """What this source says, in the field's type."""
    preferred: Maybe[bool] = None
    """Of contradicting claims, the one that the record follows; with its reason."""
    reason: Maybe[Text] = None
    """Why it is preferred, or why it is not."""
    note: Maybe[Text] = None
    """What a reader should know about it."""


class Identifier(Shape):
    """The record's name in another register."""

    scheme: Scheme
    """Such as `unts`, `wikidata`, `eli`, `uk-treaty-series`, `tias`, `iso3166`, `ror`, `isni`."""
    value: Annotated[Text, Field(max_length=500)]
    """As the register writes it."""


Identifiers = Annotated[Maybe[Annotated[Few[Identifier], Unique]], Field(description="Its names in other registers.")]


Citations = Annotated[
    Maybe[Few[Citation]], Field(description="Who says so: sources for this record and for single members of it.")
]


class Place(Shape):
    """Where something was done."""

    name: Text
    """The town, as stated."""
    venue: Maybe[Text] = None
    """The building or room, as stated."""
    state: Maybe[OrganizationId] = None
    """The state that it lies in."""


class Predecessor(Shape):
    """An earlier state or body whose place this one took."""

    organization: OrganizationId
    """The earlier state or body."""
    kind: v.PredecessorKind
    """How the one came in the place of the other."""
    from_: Annotated[Date, Field(alias="from")]
    """Since when."""


class Affiliation(Shape):
    """The state that a territory or another body belonged to, and when."""

    state: OrganizationId
    """The state."""
    from_: Annotated[Maybe[Date], Field(alias="from")] = None
    """The first day."""
    to: Maybe[Date] = None
    """The last day."""


class Position(Shape):
    """An office that a person held."""

    organization: OrganizationId
    """Where."""
    title: LanguageMap
    """What the office is called, in each language."""
    from_: Annotated[Maybe[Date], Field(alias="from")] = None
    """The first day."""
    to: Maybe[Date] = None
    """The last day."""


class FullPowers(Shape):
    """The document that empowers a person to sign (VCLT 2(1)(c), 7)."""

    issued_by: Maybe[OrganizationId] = None
    """The government or body that issued them."""
    date: Maybe[Date] = None
    """Their date."""
    note: Maybe[Text] = None
    """What a reader should know about them."""


class Attendance(Shape):
    """Somebody's part in an event or a delegation, known by id or only by name."""

    person: Maybe[PersonId] = None
    """A person who is known here."""
    organization: Maybe[OrganizationId] = None
    """A body that is known here; beside a person, the body that the person is there for."""
    name: Maybe[Text] = None
    """As stated."""
    count: Maybe[Annotated[int, Field(ge=1, le=1_000_000)]] = None
    """How many people it stands for."""
    role: v.Role
    """The part that was taken."""
    capacity: Maybe[Text] = None
    """In what capacity, as stated."""


class Participant(Attendance):
    """Somebody's part in an event."""

    delegation: Maybe[DelegationId] = None
    """A delegation that took part as a whole."""


class Territory(Shape):
    """A territory that a party concludes for, or leaves out."""

    organization: OrganizationId
    """The territory."""
    from_: Annotated[Maybe[Date], Field(alias="from")] = None
    """The first day."""
    to: Maybe[Date] = None
    """The last day."""
    excluded: Maybe[bool] = None
    """Whether it is left out."""


class Party(Shape):
    """A state, government, ministry, agency or organisation bound on one of the two sides."""

    side: v.Side
    """On which side."""
    organization: OrganizationId
    """Who is bound."""
    name: Maybe[Text] = None
    """As stated in the agreement."""
    from_: Annotated[Maybe[Date], Field(alias="from")] = None
    """The first day as a party, if not from the beginning."""
    to: Maybe[Date] = None
    """The last day."""
    territories: Maybe[Few[Territory]] = None
    """The territories that it concludes for, or leaves out."""


class Other(Shape):
    """A third signatory or guarantor, on neither side: not a party."""

    organization: OrganizationId
    """Who."""
    role: v.Role
    """As what."""


class Language(Shape):
    """A language of the text."""

    tag: Tag
    """Its BCP 47 tag."""
    authentic: Maybe[bool] = None
    """Whether the text in it is authentic (VCLT 33)."""
    prevails: Maybe[bool] = None
    """In case of divergence (VCLT 33(1))."""


class Effect(Shape):
    """From when to when a scope (a tax, an article) has effect; it has no influence on status."""

    scope: Text
    """The tax or article."""
    from_: Annotated[Date, Field(alias="from")]
    """The first day."""
    to: Maybe[Date] = None
    """The last day."""


class EntryIntoForce(Shape):
    """The clause on entry into force (VCLT 24)."""

    condition: v.EntryCondition
    """What must have happened."""
    offset: Maybe[Duration] = None
    """How long after that it enters into force."""
    anchor: Maybe[v.NotificationAnchor] = None
    """Which day of a notification counts; left out: its receipt (VCLT 78)."""
    awaits: Maybe[Annotated[list[v.Side], Field(min_length=1), Unique]] = None
    """The sides whose consent it waits for; left out: both."""
    date: Maybe[Date] = None
    """The day that the clause names."""
    agreement: Maybe[AgreementId] = None
    """The agreement with which it enters into force."""
    effective_from: Maybe[Date] = None
    """An earlier day from which it has effect, without being in force."""


class Term(Shape):
    """The clause on duration and denunciation (VCLT 54, 56)."""

    initial: Maybe[Initial] = None
    """How long the first term lasts, from entry into force."""
    until: Maybe[Date] = None
    """The last day in force; it decides where `initial` is given too."""
    renewal: v.Renewal
    """What happens at the end of a term."""
    renewal_period: Maybe[Duration] = None
    """How long each further term lasts."""
    notice: Maybe[Notice] = None
    """How long before it acts a denunciation must be received."""
    notice_anchor: Maybe[v.NoticeAnchor] = None
    """From when the notice runs; left out: any time if `initial` is indefinite, else to the end of a term."""
    survival: Maybe[Duration] = None
    """How long it has effects after its end."""


class DatedTerm(Term):
    """The clause as it stood from a day on, where a protocol changed it."""

    from_: Annotated[Date, Field(alias="from")]
    """The first day of this clause."""


def _one_or_list(given: Any) -> str:
    return "list" if isinstance(given, list) else "one"


DurationClause = Annotated[
    Annotated[Term, PydanticTag("one")] | Annotated[list[DatedTerm], Field(min_length=1), PydanticTag("list")],
    Discriminator(_one_or_list),
]


class Relation(Shape):
    """A tie to another agreement."""

    kind: v.RelationKind
    """What this agreement does to the other."""
    agreement: AgreementId
    """The other."""
    effective: Maybe[Date] = None
    """The day it acts, if not the entry into force of this one."""
    until: Maybe[Date] = None
    """The last day of a suspension, or of the new term."""
    note: Maybe[Text] = None
    """What a reader should know about it."""
