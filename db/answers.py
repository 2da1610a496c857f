"""The shapes of what the service tells about the status of an agreement (DOMAIN 7): never sent, only answered."""

from typing import Annotated, Literal

from pydantic import Field

from db import vocabulary as v
from db.documents import Agreement
from db.members import AgreementId, Date, Duration, EventId, Few, LanguageMap, Maybe, OrganizationId, SourceId, Text
from db.parts import Effect, Shape

RULE = "VCLT 24(1), on the last notification"


Day = Annotated[str, Field(json_schema_extra={"format": "date"})]


class PendingAct(Shape):
    """An act that a party still owes before the agreement can enter into force."""

    party: OrganizationId
    """Who owes it."""
    act: Annotated[str, Field(examples=["notification_received"])]
    """A kind of event; `consent` where the clause does not say which."""


class Standing(Shape):
    """What can be told about a status on a day."""

    status: v.Status
    """The status; of several that are possible, `in_force` if it is among them."""
    certainty: v.Certainty
    """`presumed`: it rests on nothing more having been recorded; `possible`: there are several."""
    possible_statuses: list[v.Status]
    """All that some choice of days within the recorded ranges gives, or a rule leaves open."""
    since: Maybe[Date] = None
    """The first day of this status."""
    end: Maybe[Date] = None
    """The first day no longer of this status; left out while it is open."""
    ground: Maybe[v.Ground] = None
    """Why it ended, or is suspended."""
    pending: Maybe[Few[PendingAct]] = None
    """What is still owed, and by whom."""
    contested: bool
    """Whether a party contests it."""


class Reasons(Shape):
    """By which rule a status is told, on whose word."""

    rule: Annotated[str, Field(examples=[RULE])]
    """The rule, by the Vienna Convention on the Law of Treaties; a word of the vocabulary `rule`."""
    events: list[EventId]
    """The acts that it rests on."""
    agreements: Maybe[list[AgreementId]] = None
    """Other agreements that bring it about."""
    sources: list[SourceId]
    """Whose word these acts are."""
    partial: bool
    """Whether only a part is applied, or suspended."""
    contested_by: Maybe[Few[OrganizationId]] = None
    """Who contests it."""
    denounceable: Maybe[Annotated[str, Field(pattern="^uncertain$")]] = None
    """`uncertain`: the text has no clause on denunciation, and one was received (VCLT 56)."""
    effects_until: Maybe[Date] = None
    """Until when it has effects after its end."""


class Term(Shape):
    """By what the ends of terms are counted."""

    anchor: Date
    """The day that they are counted from."""
    initial: Maybe[Duration] = None
    """From the anchor to the first of them; left out: the anchor is the first."""
    period: Maybe[Duration] = None
    """From one to the next; left out: there is one only."""
    notice: Maybe[Duration] = None
    """How long before one of them a denunciation must be received."""
    last_day_named: bool
    """Whether the text names the last day in force: then the notice is counted back from that."""
    counted_from_entry: bool
    """Whether the anchor is the entry into force."""


class Period(Standing, Reasons):
    """From one day to another: the status, and all else that does not change meanwhile."""

    from_: Annotated[Maybe[Day], Field(alias="from")] = None
    """The first day; left out: from the beginning."""
    to: Maybe[Day] = None
    """The last day; left out: open."""
    terms: Maybe[Few[Term]] = None
    """The term in force; several where it is not known exactly which."""


class Status(Standing):
    """The status of an agreement on a day. A list tells the first of these members only."""

    on: Day
    """The day that is told about."""
    known_at: Maybe[str] = None
    """The instant of which the record was read, if not now."""
    rule: Annotated[Maybe[str], Field(examples=[RULE])] = None
    """By which rule; in lists left out, like all that follow."""
    events: Maybe[list[EventId]] = None
    """The acts that it rests on."""
    agreements: Maybe[list[AgreementId]] = None
    """Other agreements that bring it about."""
    sources: Maybe[list[SourceId]] = None
    """Whose word these acts are."""
    partial: Maybe[bool] = None
    """Whether only a part is applied, or suspended."""
    contested_by: Maybe[Few[OrganizationId]] = None
    """Who contests it."""
    denounceable: Maybe[Annotated[str, Field(pattern="^uncertain$")]] = None
    """`uncertain`: the text has no clause on denunciation, and one was received (VCLT 56)."""
    effects_until: Maybe[Date] = None
    """Until when it has effects after its end."""
    next_expiry: Maybe[Date] = None
    """When the term ends; after a notice, when the agreement does."""
    notice_deadline: Maybe[Date] = None
    """The last day on which a denunciation for that may be received."""
    party_ceased: Maybe[Few[OrganizationId]] = None
    """Parties, or their states, that may be no more, without anybody known in their place."""
    verified_on: Maybe[Date] = None
    """The day up to which somebody looked whether anything more had happened."""


class RelatedFrom(Shape):
    """What another agreement does to this one."""

    agreement: AgreementId
    """The other."""
    kind: v.RelationKind
    """What it does."""
    effective: Maybe[Date] = None
    """The day it acts, if not its entry into force."""
    until: Maybe[Date] = None
    """The last day of a suspension, or of the new term."""
    note: Maybe[Text] = None
    """What a reader should know about it."""


class FollowedLink(Shape):
    """A link between an organization and one in whose place it came."""

    of: OrganizationId
    """The later one."""
    organization: OrganizationId
    """The earlier one."""
    kind: v.PredecessorKind
    """How the one came in the place of the other."""
    from_: Annotated[Date, Field(alias="from")]
    """Since when."""


class RecordedAgreement(Agreement):
    """A dossier with what follows from it, as the ledger keeps it."""

    answered_always = Agreement.answered_always
    service_members = frozenset()
    periods: Maybe[list[Period]] = None
    """The status from day to day; left out of what an early release recorded."""
    related_from: Maybe[list[RelatedFrom]] = None
    """What other agreements do to this one."""


class Boundary(Shape):
    """The end of a term, and the last day on which a denunciation for it may be received."""

    boundary: Date
    """The first day of the next term."""
    notice_deadline: Date
    """The last day for a notice."""


class LaterNotice(Shape):
    """What the same notice brings about if it is received a day later."""

    received: Day
    """That day."""
    ends: Maybe[Date] = None
    """The first day no longer in force."""
    rule: Maybe[str] = None
    """By which rule."""


class Denunciation(Shape):
    """What a denunciation brings about that is received on a day."""

    agreement: AgreementId
    """The agreement."""
    received: Day
    """The day."""
    by: Maybe[OrganizationId] = None
    """The party that gives it."""
    side: Maybe[v.Side] = None
    """Or all parties of a side."""
    status: v.Status
    """The status on that day; only what is in force, or suspended, can be denounced."""
    ends: Maybe[Date] = None
    """The first day no longer in force; left out where no end follows."""
    rule: Annotated[Maybe[str], Field(examples=["VCLT 54(a), notice before the end of a term"])] = None
    """By which rule it ends; without an end, by which it has that status."""
    events: Maybe[list[EventId]] = None
    """The recorded acts that end it earlier than this notice would; left out where the notice does."""
    boundary: Maybe[Date] = None
    """The end of a term that the notice is in time for."""
    notice_deadline: Maybe[Date] = None
    """The last day for a notice for that."""
    earlier: Maybe[Boundary] = None
    """The end of the term before, for which the notice is late."""
    effects_until: Maybe[Date] = None
    """Until when it has effects after its end."""
    effects: Maybe[Few[Effect]] = None
    """The scopes that have effect beyond its end."""
    a_day_later: Maybe[LaterNotice] = None
    """The same, a day later."""


class Then(Shape):
    """The status on the first day after a term: terminated, or in force for another one."""

    status: v.Status
    """The status; of several that are possible, `in_force` if it is among them."""
    certainty: v.Certainty
    """Never `definite`: the day is still to come, and much may happen."""


class Deadline(Shape):
    """What must be done by when."""

    agreement: AgreementId
    """The agreement."""
    title: LanguageMap
    """Its title in each language."""
    due: Day
    """The first of the two days below that lies ahead; today, if one of them may be today."""
    told_on: Day
    """The day as on which the two are told."""
    next_expiry: Maybe[Date] = None
    """The first day after the term; after a notice, the first day no longer in force."""
    notice_deadline: Maybe[Date] = None
    """The last day on which a notice for that may be received."""
    then: Maybe[Then] = None
    """What follows on the end of the term, if nothing more happens."""
    version: int
    """The version of the agreement that says so."""
    recorded_at: str
    """When that was recorded here."""


class PairYear(Shape):
    """What two states concluded in a year, and what was in force at its end."""

    year: int
    """The year."""
    form: Maybe[v.Form] = None
    """With `by=form`: of which form."""
    subject: Maybe[str] = None
    """With `by=subject`: about what."""
    signed: int
    """Certainly signed in this year."""
    signed_imprecise: int
    """Of these, those of which the day is not known."""
    signed_possible: int
    """Perhaps signed in this year, perhaps in another."""
    in_force_definite: int
    """Definitely in force on 31 December."""
    in_force_presumed: int
    """Presumed to be."""
    in_force_possible: int
    """Possibly in force then."""


class PairProfile(Shape):
    """What two states, or any two organizations, concluded year by year."""

    first: OrganizationId
    """The one."""
    second: OrganizationId
    """The other."""
    years: list[PairYear]
    """From the first year that is known of a signature, or of an entry into force, to this one."""


CollectionName = Literal["agreements", "signatories", "delegations", "events", "organizations", "people", "sources"]


class Span(Shape):
    """A part of a text."""

    start: int
    """Its first character, counted from 0."""
    end: int
    """The character behind its last."""


class Excerpt(Shape):
    """A text of a record, cut around what was searched for."""

    pointer: Annotated[str, Field(examples=["/title/es"])]
    """Where the whole text stands in the document, as a JSON Pointer."""
    text: str
    """The excerpt."""
    highlights: list[Span]
    """What was searched for, in code points of the excerpt."""


class Hit(Shape):
    """A record that was found."""

    collection: CollectionName
    """Where it is."""
    id: str
    """Its id there."""
    label: str
    """What it is called: in English, else in the first language that it has."""
    score: float
    """How well it matches, from 0 to 1: comparable within one answer only."""
    href: Annotated[str, Field(examples=["/v1/people/serguei-savelyev"])]
    """Its path."""
    excerpts: list[Excerpt]
    """Where it was found; nothing where the words stand in different texts of which none is whole."""


class Finding(Shape):
    """What contradicts itself in an agreement, or cannot be told."""

    id: Annotated[str, Field(examples=["entry-contradicted-0123456789abcdef"])]
    """The same as long as the same is found."""
    kind: v.FindingKind
    """What was found."""
    resource: AgreementId
    """The agreement."""
    pointer: Maybe[str] = None
    """A JSON Pointer to the member concerned; list items by their ids."""
    detail: str
    """What is wrong."""
    since_seq: int
    """The place in the ledger from which it was found."""
    state: v.FindingState
    """`open`, `accepted` by somebody, or `resolved`: it no longer holds."""
    reason: Maybe[str] = None
    """Why it was accepted."""
