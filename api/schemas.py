"""What is HTTP's own: the envelope of a page, a revision, a problem. The records' shapes are db/documents.py's."""

from collections.abc import Mapping
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, create_model

from db import vocabulary as v
from db.answers import (
    CollectionName,
    Deadline,
    Finding,
    FollowedLink,
    Hit,
    Period,
    RecordedAgreement,
    RelatedFrom,
    Status,
)
from db.documents import (
    Agreement,
    Delegation,
    DossierSignatory,
    Event,
    Organization,
    Person,
    Record,
    Signatory,
    Source,
)
from db.members import Few, Id, Maybe, Text, Unique
from db.parts import Shape

R = TypeVar("R")


class Meta(BaseModel):
    """What the service adds to a record."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    version: int
    """Counts this record's revisions from 1."""
    seq: int
    """The place of its newest revision in the ledger."""
    recorded_at: str = Field(examples=["2026-11-23T05:49:53.000000Z"])
    """When that was recorded here."""
    hash: str
    """The revision's SHA-256, over its columns and the hash before it."""

    @property
    def etag(self) -> str:
        """A tag for `If-Match`, which reads the version only: for the change of a record that was read in a list."""
        return f'"{self.version}-{self.hash[:8]}"'


class Page(BaseModel, Generic[R]):
    """One page of a list."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    items: list[R]
    """In the order that was asked for."""
    next: Maybe[str] = None
    """The cursor of the next page; left out on the last."""
    count: Maybe[int] = None
    """How many there are in all; with `count=true` or `limit=0` only."""


class Revision(BaseModel, Generic[R]):
    """One version of a record, as the ledger keeps it."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    seq: int
    """Its place in the ledger."""
    version: int
    """Counts the record's revisions from 1."""
    recorded_at: str
    """When it was recorded here."""
    op: Literal["created", "changed", "withdrawn", "restored"]
    """What was done."""
    actor: str
    """Who did it: `key:` and the id of a key, `oidc:` and the subject of a token, `admin`, `cli` or `seed`."""
    reason: Maybe[str] = None
    """Left out where none was given."""
    document: R
    """The whole record as it was then."""


class Version(BaseModel):
    """One version of a record, without the record."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    seq: int
    """Its place in the ledger."""
    version: int
    """Counts the record's revisions from 1."""
    recorded_at: str
    """When it was recorded here."""
    op: Literal["created", "changed", "withdrawn", "restored"]
    """What was done."""
    actor: str
    """Who did it."""
    reason: Maybe[str] = None
    """Why."""


class Operation(BaseModel):
    """One step of a JSON Patch."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    op: Literal["add", "remove", "replace", "move", "copy", "test"]
    """What is done."""
    path: str
    """Where, as a JSON Pointer."""
    from_: Annotated[Maybe[str], Field(alias="from")] = None
    """Where from, for `move` and `copy`."""
    value: Maybe[Any] = None
    """With what, for `add` and `replace`."""


class Comparison(BaseModel):
    """What changed between two versions of a record."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    from_: Annotated[Version, Field(alias="from")]
    """The first of the two."""
    to: Version
    """The second."""
    patch: list[Operation]
    """What makes the second of the first: a JSON Patch (RFC 6902)."""


class Restoration(Shape):
    """Which version to make the newest, and why."""

    version: int = Field(ge=1, le=2**31 - 1, examples=[1])
    """The version that becomes the newest."""
    reason: Text = Field(examples=["Withdrawn by mistake"])
    """Why, for the history."""


class Elapsed(BaseModel):
    """What mere time brought about."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    id: str
    """The agreement."""
    what: str = Field(examples=["status"])
    """`status`, or how far ahead the last day for a notice is: `P12M`, `P6M`, `P3M`, `P1M`, `P7D`, `P1D`."""
    day: str
    """The day of the new status; or the last day for a notice."""
    status: Maybe[v.Status] = None
    """The new status."""
    certainty: Maybe[v.Certainty] = None
    """How certain that is."""
    before: Maybe[v.Status] = None
    """The status before."""
    notice_deadline: Maybe[str] = None
    """The last day for a notice, in EDTF."""
    ahead: Maybe[str] = None
    """How far ahead it is."""


class Judgement(Shape):
    """What somebody says of a finding, and why."""

    state: Literal["accepted", "open"] = Field(examples=["accepted"])
    """`accepted`: it is so, and stays so; `open`: somebody should look at it."""
    reason: Text = Field(examples=["The treaty series has both days"])
    """Why."""


class ProblemError(BaseModel):
    """One thing that is wrong, and where."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    pointer: Maybe[str] = None
    """A JSON Pointer into the body; or else:"""
    parameter: Maybe[str] = None
    """The name of a parameter or header."""
    code: str
    """What kind of fault it is, in one word."""
    detail: str
    """What is wrong with it."""


class Problem(BaseModel):
    """RFC 9457: what went wrong."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    type: str = Field(examples=["/problems/invalid"])
    """The address of a page about this kind of problem."""
    title: str
    """What this kind of problem is called."""
    status: int
    """The status of the answer."""
    detail: str
    """What went wrong this time."""
    errors: Maybe[list[ProblemError]] = None
    """Each thing that is wrong, where there is more to say."""


class Health(BaseModel):
    """How the service is."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    status: Literal["alive", "ready"]
    """`alive`: the process answers; `ready`: requests can be served."""


class VocabularyTerm(BaseModel):
    """A member of a closed list."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    value: str
    """As it stands in documents and parameters."""
    label: dict[str, str] = Field(examples=[{"en": "signature", "fr": "signature"}])
    """What it is called in English and French."""
    law: Maybe[str] = None
    """The articles of the Vienna Convention on the Law of Treaties that it is done under; left out where none is."""


class SubjectInUse(BaseModel):
    """A subject, and how many agreements are about it."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    value: str
    """The slug."""
    count: int
    """How many agreements."""


class Vocabularies(BaseModel):
    """The closed lists by name, and the subjects in use, the most frequent first."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    vocabularies: dict[str, list[VocabularyTerm]]
    """Each closed list, by its name."""
    subjects: list[SubjectInUse]
    """The subjects of the agreements that are recorded."""


class DeadlinesPage(Page[Deadline]):
    """One page of deadlines."""


class SearchPage(Page[Hit]):
    """One page of what was found, the best first."""


class FindingsPage(Page[Finding]):
    """One page of findings."""


HOST = r"([A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_.])?|\[[0-9A-Fa-f:.]{2,45}\])"
PORT = r"(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3})"
WEBHOOK_URL = rf"^https?://{HOST}(:{PORT})?(/[!$-;=?-Z\[\]_a-z~]*)?$"
"""No user, no password, no fragment; what is not ASCII is escaped."""
WebhookUrl = Annotated[
    str, Field(pattern=WEBHOOK_URL, max_length=2000, examples=["https://treaties.example/hooks/bilateral"])
]


Ahead = Literal["P12M", "P6M", "P3M", "P1M", "P7D", "P1D"]


class Filter(Shape):
    """Of which changes a webhook is told: each member narrows what it speaks of, and what is left out does not."""

    collections: Annotated[Maybe[list[CollectionName]], Field(min_length=1), Unique] = None
    """Changes of records in these alone; what time brings about belongs to agreements."""
    event_kinds: Annotated[Maybe[list[v.EventKind]], Field(min_length=1), Unique] = None
    """Of events, those of these kinds."""
    parties: Annotated[Maybe[list[Id]], Field(min_length=1, max_length=100), Unique] = None
    """Of agreements, and of their signatories and events, those that one of these organizations, or a body of it, was
    ever recorded as a party of; of other collections nothing."""
    status_changes: Maybe[bool] = None
    """`true`: of agreements, the changes by which their status became another, whether time or somebody brought them
    about; deadlines pass beside them."""
    deadlines: Annotated[Maybe[list[Ahead]], Unique] = None
    """Of deadlines that come near, those that are so far ahead; an empty list: none."""


class Told(Shape):
    """Who is told of which changes."""

    url: WebhookUrl
    """Where changes are sent; its addresses must be public, or in networks that the operator named."""
    description: Maybe[Text] = None
    """What it is for."""
    filter: Filter = Field(default_factory=Filter)
    """Of which changes; left out: of all."""


class Subscription(Told):
    """Who is to be told of which changes."""

    id: Maybe[Id] = None
    """Left out: one is made."""


class SubscriptionChange(Told):
    """What of a webhook can be changed."""

    state: v.WebhookState
    """`active`, or `disabled`: it is told nothing until it is active again, and goes on where it was."""


class Webhook(BaseModel):
    """Somebody who is told of changes."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    id: str
    """The webhook's id."""
    url: str
    """Where changes are sent."""
    description: Maybe[str] = None
    """What it is for."""
    filter: Filter
    """Of which changes; nothing in it: of all."""
    state: v.WebhookState
    """`disabled`: it is told nothing."""
    reason: Maybe[str] = None
    """Why it is disabled."""
    created_at: str
    """When it was made."""
    created_by: str
    """Who made it: the id of a key, or `admin`."""
    cursor: int
    """The `seq` up to which it was told all that passes the filter."""
    failures: int
    """Attempts that failed since the last that did not."""
    retry_at: Maybe[str] = None
    """When it is tried again, after a failure."""
    previous_until: Maybe[str] = None
    """Until when the secret before the last rotation signs too."""
    secret: Maybe[str] = Field(default=None, examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
    """What signs: shown once, when it is new."""


class WebhooksPage(Page[Webhook]):
    """One page of webhooks."""


class Replay(Shape):
    """From where a webhook is told once more."""

    after: int = Field(ge=0, lt=2**63, examples=[0])
    """The `seq` behind which it goes on; 0: from the beginning."""


class Trial(BaseModel):
    """What came of sending something."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    milliseconds: int
    """How long it took."""
    status: Maybe[int] = None
    """What was answered; 200 to 299 is success."""
    error: Maybe[str] = None
    """Why no answer came."""
    excerpt: Maybe[str] = None
    """The beginning of the answer."""


class WebhookAttempt(Trial):
    """One attempt to tell one change."""

    number: int
    """Counts this webhook's attempts."""
    seq: int
    """The change."""
    attempted_at: str
    """When."""


class AttemptsPage(Page[WebhookAttempt]):
    """One page of attempts."""


Via = Maybe[Few[FollowedLink]]
META = Field(description="What the service adds: version, place in the ledger, time, hash.")
STATUS = Field(description="The status on the day that was asked about, or today.")
PERIODS = Field(description="The status from day to day, as recorded now.")
RELATED = Field(description="What other agreements do to this one.")
PART = Field(description=Agreement.model_fields["events"].description)
VIA = Field(description="With `predecessors`: through which links it was found.")


RecordId = Annotated[Id, Field(description=Record.model_fields["id"].description)]
TheMeta = Annotated[Meta, META]


class SourceRecord(Source):
    __doc__ = Source.__doc__
    service_members = frozenset()
    id: RecordId
    meta: TheMeta


class OrganizationRecord(Organization):
    __doc__ = Organization.__doc__
    service_members = frozenset()
    id: RecordId
    meta: TheMeta


class PersonRecord(Person):
    __doc__ = Person.__doc__
    service_members = frozenset()
    id: RecordId
    meta: TheMeta


class SignatoryRecord(Signatory):
    __doc__ = Signatory.__doc__
    service_members = frozenset()
    id: RecordId
    meta: TheMeta


class EventRecord(Event):
    __doc__ = Event.__doc__
    service_members = frozenset()
    id: RecordId
    meta: TheMeta


class DelegationRecord(Delegation):
    __doc__ = Delegation.__doc__
    service_members = frozenset()
    id: RecordId
    meta: TheMeta


class AgreementRecord(Agreement):
    __doc__ = Agreement.__doc__
    answered_always = Agreement.answered_always
    service_members = frozenset()
    id: RecordId
    signatories: Annotated[list[DossierSignatory], PART]
    events: Annotated[list[Event], PART]
    periods: Annotated[list[Period], PERIODS]
    related_from: Annotated[list[RelatedFrom], RELATED]
    meta: TheMeta
    status: Annotated[Status, STATUS]
    via: Annotated[Via, VIA] = None


ANSWERED: Mapping[type[Record], type[Record]] = {
    Source: SourceRecord,
    Organization: OrganizationRecord,
    Person: PersonRecord,
    Signatory: SignatoryRecord,
    Event: EventRecord,
    Delegation: DelegationRecord,
    Agreement: AgreementRecord,
}
"""The shape of an answer: the record with `meta`, an agreement with its status too."""


def page_of(item: Any) -> Any:
    """The shape of a page of these."""
    return _of(Page, f"{item.__name__.removesuffix('Record')}Page", item)


def revision_of(shape: type[Record]) -> Any:
    """The shape of a version of one of these."""
    recorded = RecordedAgreement if shape is Agreement else shape
    return _of(Revision, f"{shape.__name__}Revision", recorded)


def _of(generic: type[BaseModel], name: str, item: Any) -> Any:
    base: Any = generic.__class_getitem__(item)
    return create_model(name, __base__=base, __doc__=generic.__doc__)


class Changed(BaseModel):
    """What happened to one record."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    seq: int
    """Its place in the ledger."""
    collection: str = Field(examples=["agreements"])
    """In which collection the record is."""
    id: str
    """The record."""
    version: int
    """Its version since then."""
    op: Literal["created", "changed", "withdrawn", "restored", "elapsed"]
    """What was done; `elapsed`: mere time brought something about, and the version stays."""
    actor: str
    """Who did it: `key:` and the id of a key, `oidc:` and the subject of a token, `admin`, `cli`, `seed` or `tick`."""
    reason: Maybe[str] = None
    """Left out where none was given."""
    document: Maybe[dict[str, Any]] = None
    """The whole record since then; of what was withdrawn, as it was last. Left out with `elapsed`."""
    previous: Maybe[dict[str, Any]] = None
    """The whole record before; left out where there was none."""
    elapsed: Maybe[Elapsed] = None
    """What time brought about."""


class Change(BaseModel):
    """A change as a CloudEvent 1.0 (structured JSON)."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    specversion: Literal["1.0"]
    """The version of CloudEvents."""
    id: str = Field(examples=["287"])
    """The `seq`: what comes twice is known by it."""
    source: str = Field(json_schema_extra={"format": "uri-reference"}, examples=["/v1/agreements"])
    """The collection."""
    type: str = Field(examples=["bilateral.agreement.created"])
    """The kind of record, and what was done."""
    subject: str
    """The record's id."""
    time: str
    """When it was recorded here."""
    datacontenttype: Literal["application/json"]
    """What `data` is."""
    data: Changed
    """What happened."""


class Changes(BaseModel):
    """Changes in the order of the ledger."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    items: list[Change]
    """The changes."""
    after: int
    """How far they reach: give it back as `after` for those that follow. It grows although nothing was found."""
    newest: int
    """How far the ledger reaches: when `after` is as much, there is no more for now."""
