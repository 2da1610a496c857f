"""The tables, in reading order. They are how the record is found; the record itself is the ledger's documents.

A column has the name of the document's member, but `from` and `to` are `starts` and `ends`. A date is three
columns: as written, its first possible day, its last. An item of a list is a row of a child table, at its `position`.
Nothing but db/rows.py writes here, and it writes what a document says: `bilateral verify` compares the two.

    source, organization, person           what the others name
    agreement ── party, ...                two sides, what they concluded
    period, finding                        its status from day to day, and what contradicts itself
    signatory                              who signed it, for whom
    event ── event_participant, ...        what happened
    delegation ── delegation_member, ...   who was sent
    revision                               the ledger: every version of every record, in one sequence
"""

from datetime import date as Day  # noqa: N812  # a member of an event is called date
from functools import partial
from types import new_class
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from db import vocabulary as v
from db.schema import Key, add_indexes_of_rule, add_search_indexes, closed, json, key, metadata, names

IMPRECISE = "substr(sort_day, 1, 10) <> substr(sort_day, 12)"
"""That a date is not one day."""
_NOW = "known_to IS NULL"


def _imprecise(table: str) -> sa.Index:
    """Dates of several days, which lists from a day on look through: mostly they are few."""
    where = sa.text(IMPRECISE)
    return sa.Index(f"ix_{table}_imprecise", "sort_day", sqlite_where=where, postgresql_where=where)


def _now(name: str, *columns: str, sparse: str = "") -> sa.Index:
    """An index of what is so, without what was so recorded once."""
    where = sa.text(_NOW + sparse)
    return sa.Index(f"ix_{name}", *columns, sqlite_where=where, postgresql_where=where)


class Revision(SQLModel, table=True):
    """The ledger. Append-only: triggers refuse UPDATE and DELETE. What each column means: db/ledger.py."""

    seq: int = Field(primary_key=True, sa_type=sa.BigInteger, sa_column_kwargs={"autoincrement": False})
    recorded_at: str = key()
    kind: str = key()
    resource_id: str = key()
    version: int
    op: str = closed(v.Operation, "op")
    actor: str
    reason: str | None = None
    run: str | None = Field(default=None, sa_type=Key, index=True)
    request_id: str | None = None
    shape: int
    document: str
    previous_hash: str
    hash: str

    __table_args__ = (
        sa.Index("ix_revision_recorded_at", "recorded_at"),
        sa.Index("ix_revision_kind_resource_id_seq", "kind", "resource_id", "seq"),
        sa.Index(
            "uq_revision_kind_resource_id_version",
            "kind",
            "resource_id",
            "version",
            unique=True,
            sqlite_where=sa.text("op NOT IN ('elapsed', 'reshaped')"),
            postgresql_where=sa.text("op NOT IN ('elapsed', 'reshaped')"),
        ),
        sa.CheckConstraint("seq >= 1", name="seq"),
        sa.CheckConstraint("version >= 1", name="version"),
    )


class Head(SQLModel):
    """What each record's row begins with. A withdrawn record keeps this row, without its children."""

    id: str = key(primary=True)
    version: int
    seq: int = Field(sa_type=sa.BigInteger, foreign_key="revision.seq", unique=True)
    """Its newest revision."""
    withdrawn: bool = False


class Source(Head, table=True):
    """A text that facts are cited to."""

    title: str
    publisher: str | None = None
    language: str | None = None
    published: str | None = None
    published_earliest: Day | None = None
    published_latest: Day | None = None
    retrieved: str | None = None
    retrieved_earliest: Day | None = None
    retrieved_latest: Day | None = None
    url: str | None = None
    sha256: str | None = None
    based_on: str | None = names("source", optional=True, itself=True)


class Organization(Head, table=True):
    """A state, government, ministry, agency, international organisation, company."""

    name: dict[str, Any] = json()
    kind: str = closed(v.OrganizationKind, "kind")
    state: str | None = names("organization", optional=True, itself=True)
    parent: str | None = names("organization", optional=True, itself=True)
    valid_from: str | None = None
    valid_from_earliest: Day | None = None
    valid_from_latest: Day | None = None
    valid_to: str | None = None
    valid_to_earliest: Day | None = None
    valid_to_latest: Day | None = None

    __table_args__ = (sa.Index("ix_organization_kind_id", "kind", "id"),)


class OrganizationPredecessor(SQLModel, table=True):
    """Whose place an organization took, from which day."""

    __tablename__ = "organization_predecessor"
    owner: str = names("organization", primary=True)
    position: int = Field(primary_key=True)
    organization: str = names("organization")
    kind: str = closed(v.PredecessorKind, "kind")
    starts: str
    starts_earliest: Day | None = None
    starts_latest: Day | None = None


class OrganizationAffiliation(SQLModel, table=True):
    """The state that a territory or another body belonged to."""

    __tablename__ = "organization_affiliation"
    owner: str = names("organization", primary=True)
    position: int = Field(primary_key=True)
    state: str = names("organization")
    starts: str | None = None
    starts_earliest: Day | None = None
    starts_latest: Day | None = None
    ends: str | None = None
    ends_earliest: Day | None = None
    ends_latest: Day | None = None


class Person(Head, table=True):
    """Somebody who signed, led, negotiated or spoke."""

    name: dict[str, Any] = json()


class PersonPosition(SQLModel, table=True):
    """An office that a person held."""

    __tablename__ = "person_position"
    owner: str = names("person", primary=True)
    position: int = Field(primary_key=True)
    organization: str = names("organization")
    title: dict[str, Any] = json()
    starts: str | None = None
    starts_earliest: Day | None = None
    starts_latest: Day | None = None
    ends: str | None = None
    ends_earliest: Day | None = None
    ends_latest: Day | None = None


class Agreement(Head, table=True):
    """What two sides concluded."""

    title: dict[str, Any] = json()
    form: str = closed(v.Form, "form")
    legal_character: str = closed(v.LegalCharacter, "legal_character")
    place_name: str | None = None
    place_venue: str | None = None
    place_state: str | None = names("organization", optional=True)
    signed: str | None = None
    """As it is stated; the two below are of when it was signed by its events, else its signatories, else this."""
    signed_earliest: Day | None = None
    signed_latest: Day | None = None
    sort_day: str = key()
    """When it was signed, as db.dates.sort_key gives it: undated last."""
    verified_on: str | None = None
    verified_on_earliest: Day | None = None
    verified_on_latest: Day | None = None
    entry_into_force: dict[str, Any] | None = json(optional=True)
    linked_agreement: str | None = names("agreement", optional=True, itself=True)
    """The agreement that the clause on entry into force names."""
    duration: Any = json(optional=True)

    __table_args__ = (
        sa.Index("ix_agreement_sort_day_id", "sort_day", "id"),
        sa.Index("ix_agreement_form", "form"),
        sa.Index("ix_agreement_legal_character", "legal_character"),
        _imprecise("agreement"),
    )


class AgreementSubject(SQLModel, table=True):
    """What it is about: an open list of slugs."""

    __tablename__ = "agreement_subject"
    owner: str = names("agreement", primary=True)
    position: int = Field(primary_key=True)
    value: str = Field(sa_type=Key, index=True)


class Party(SQLModel, table=True):
    """A party, on one of the two sides."""

    __tablename__ = "party"
    owner: str = names("agreement", primary=True)
    position: int = Field(primary_key=True)
    side: str = closed(v.Side, "side")
    organization: str = names("organization")
    name: str | None = None
    starts: str | None = None
    starts_earliest: Day | None = None
    starts_latest: Day | None = None
    ends: str | None = None
    ends_earliest: Day | None = None
    ends_latest: Day | None = None

    __table_args__ = (sa.UniqueConstraint("owner", "organization"),)


class PartyTerritory(SQLModel, table=True):
    """A territory that a party concludes for, or leaves out."""

    __tablename__ = "party_territory"
    owner: str = names("agreement", primary=True)
    party: int = Field(primary_key=True)
    position: int = Field(primary_key=True)
    organization: str = names("organization")
    starts: str | None = None
    starts_earliest: Day | None = None
    starts_latest: Day | None = None
    ends: str | None = None
    ends_earliest: Day | None = None
    ends_latest: Day | None = None
    excluded: bool | None = None

    __table_args__ = (
        sa.ForeignKeyConstraint(["owner", "party"], ["party.owner", "party.position"], ondelete="CASCADE"),
    )


class AgreementOther(SQLModel, table=True):
    """A third signatory or guarantor, on neither side."""

    __tablename__ = "agreement_other"
    owner: str = names("agreement", primary=True)
    position: int = Field(primary_key=True)
    organization: str = names("organization")
    role: str = closed(v.Role, "role")


class AgreementLanguage(SQLModel, table=True):
    """A language of the text."""

    __tablename__ = "agreement_language"
    owner: str = names("agreement", primary=True)
    position: int = Field(primary_key=True)
    tag: str
    authentic: bool | None = None
    prevails: bool | None = None


class AgreementEffect(SQLModel, table=True):
    """From when to when a tax or an article has effect."""

    __tablename__ = "agreement_effect"
    owner: str = names("agreement", primary=True)
    position: int = Field(primary_key=True)
    scope: str
    starts: str
    starts_earliest: Day | None = None
    starts_latest: Day | None = None
    ends: str | None = None
    ends_earliest: Day | None = None
    ends_latest: Day | None = None


class AgreementRelation(SQLModel, table=True):
    """A tie to another agreement."""

    __tablename__ = "agreement_relation"
    owner: str = names("agreement", primary=True)
    position: int = Field(primary_key=True)
    kind: str = closed(v.RelationKind, "kind")
    agreement: str = names("agreement")
    effective: str | None = None
    effective_earliest: Day | None = None
    effective_latest: Day | None = None
    until: str | None = None
    until_earliest: Day | None = None
    until_latest: Day | None = None
    note: str | None = None


class Recorded(SQLModel):
    """What a row says was so recorded from one seq until before another; without that, it is still."""

    known_from: int = Field(sa_type=sa.BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    known_to: int | None = Field(default=None, sa_type=sa.BigInteger)


class ConcludedBy(Recorded, table=True):
    """Derived: each organization that is a party or the state of one, in the order of the default list."""

    __tablename__ = "concluded_by"
    organization: str = names("organization", primary=True)
    sort_day: str = key(primary=True)
    owner: str = names("agreement", primary=True)
    succeeded: bool
    """Who came in its place is named by an event of the agreement, or by the dates of its parties."""

    __table_args__ = (
        sa.PrimaryKeyConstraint("organization", "sort_day", "owner", "known_from"),
        {"sqlite_with_rowid": False},
    )


class ConcludedBetween(Recorded, table=True):
    """Derived: the same for each two that face each other, the lesser id first."""

    __tablename__ = "concluded_between"
    first: str = names("organization", primary=True)
    second: str = names("organization", primary=True)
    sort_day: str = key(primary=True)
    owner: str = names("agreement", primary=True)

    __table_args__ = (
        sa.PrimaryKeyConstraint("first", "second", "sort_day", "owner", "known_from"),
        sa.CheckConstraint("first <= second", name="order"),
        {"sqlite_with_rowid": False},
    )


class Period(Recorded, table=True):
    """Derived: a status that an agreement has, or may have, from one day until before another."""

    owner: str = names("agreement", primary=True)
    position: int = Field(primary_key=True)
    status: str = closed(v.Status, "status")
    starts: Day | None = None
    ends: Day | None = None
    """The first day that is no longer in it."""
    reported: bool
    """The one of several possible statuses that is told."""
    certainty: str = closed(v.Certainty, "certainty")
    possible_statuses: str
    """As JSON, like the members below that are told in lists only."""
    since: str | None = None
    since_earliest: Day | None = None
    since_latest: Day | None = None
    end: str | None = None
    end_earliest: Day | None = None
    end_latest: Day | None = None
    ground: str | None = closed(v.Ground, "ground", optional=True)
    contested: bool
    pending: str | None = None
    sort_day: str = key()

    __table_args__ = (
        sa.PrimaryKeyConstraint("owner", "known_from", "position"),
        _now("period_starts", "starts", sparse=" AND starts IS NOT NULL"),
        _now("period_status", "status", "sort_day", "owner"),
        _now("period_status_ends", "status", "ends"),
        _now("period_status_starts", "status", "starts"),
        _now("period_certainty_ends", "certainty", "ends"),
        _now("period_ground", "ground", sparse=" AND ground IS NOT NULL"),
    )


class PartyCeased(Recorded, table=True):
    """Derived: an organization that is no more, itself or its state, and whose identity nobody continues."""

    __tablename__ = "party_ceased"
    organization: str = names("organization", primary=True)
    starts: Day
    """The first day on which it may be no more."""

    __table_args__ = (sa.PrimaryKeyConstraint("organization", "known_from"),)


class Deadline(SQLModel, table=True):
    """Derived: the end of a term that is next, and the last day on which a notice for it may be received."""

    owner: str = names("agreement", primary=True)
    due: Day
    """The first of the days that it may be, from the day on which it was told."""
    next_expiry: str | None = None
    next_expiry_earliest: Day | None = None
    next_expiry_latest: Day | None = None
    notice_deadline: str | None = None
    notice_deadline_earliest: Day | None = None
    notice_deadline_latest: Day | None = None
    then_status: str | None = closed(v.Status, "then_status", optional=True)
    """What follows on the end of the term, if nothing more happens."""
    then_certainty: str | None = closed(v.Certainty, "then_certainty", optional=True)
    told_on: Day

    __table_args__ = (
        sa.Index("ix_deadline_due_owner", "due", "owner"),
        sa.Index("ix_deadline_notice_deadline", "notice_deadline_earliest"),
    )


class Elapsed(SQLModel, table=True):
    """What mere time brought about, each once: db/tick.py."""

    owner: str = names("agreement", primary=True)
    what: str = key(primary=True)
    day: Day = Field(primary_key=True)
    seq: int = Field(sa_type=sa.BigInteger)


class Tick(SQLModel, table=True):
    """The days up to which it was looked what time had brought about."""

    day: Day = Field(primary_key=True)


class Finding(SQLModel, table=True):
    """What contradicts itself in an agreement, or cannot be told; people may accept it."""

    id: str = key(primary=True)
    resource: str = names("agreement")
    kind: str = closed(v.FindingKind, "kind")
    pointer: str
    detail: str
    since_seq: int = Field(sa_type=sa.BigInteger)
    state: str = closed(v.FindingState, "state")
    reason: str | None = None

    __table_args__ = (sa.Index("ix_finding_state_id", "state", "id"),)


class Signatory(Head, table=True):
    """A person who signed an agreement."""

    agreement: str = names("agreement")
    person: str = names("person")
    name: str | None = None
    side: str = closed(v.Side, "side")
    organization: str | None = names("organization", optional=True)
    capacity: str
    on_behalf_of: str | None = names("organization", optional=True)
    signed: str | None = None
    signed_earliest: Day | None = None
    signed_latest: Day | None = None
    place_name: str | None = None
    place_venue: str | None = None
    place_state: str | None = names("organization", optional=True)
    full_powers_issued_by: str | None = names("organization", optional=True)
    full_powers_date: str | None = None
    full_powers_date_earliest: Day | None = None
    full_powers_date_latest: Day | None = None
    full_powers_note: str | None = None
    ad_referendum: bool | None = None


class Event(Head, table=True):
    """Something that happened."""

    kind: str = closed(v.EventKind, "kind")
    date: str
    date_earliest: Day | None = None
    date_latest: Day | None = None
    sort_day: str = key()
    title: dict[str, Any] | None = json(optional=True)
    place_name: str | None = None
    place_venue: str | None = None
    place_state: str | None = names("organization", optional=True)
    by: str | None = names("organization", optional=True)
    side: str | None = closed(v.Side, "side", optional=True)
    effective: str | None = None
    effective_earliest: Day | None = None
    effective_latest: Day | None = None
    until: str | None = None
    until_earliest: Day | None = None
    until_latest: Day | None = None
    term: str | None = None
    ground: str | None = closed(v.Ground, "ground", optional=True)
    ad_referendum: bool | None = None
    dated: str | None = None
    dated_earliest: Day | None = None
    dated_latest: Day | None = None
    predecessor: str | None = names("organization", optional=True)
    successor: str | None = names("organization", optional=True)
    part_of: str | None = names("event", optional=True, itself=True)
    note: dict[str, Any] | None = json(optional=True)

    __table_args__ = (
        sa.Index("ix_event_sort_day_id", "sort_day", "id"),
        sa.Index("ix_event_kind", "kind"),
        _imprecise("event"),
    )


class EventAgreement(SQLModel, table=True):
    """An agreement that an event concerns; it may have been withdrawn since."""

    __tablename__ = "event_agreement"
    owner: str = names("event", primary=True)
    position: int = Field(primary_key=True)
    value: str = names("agreement")

    __table_args__ = (sa.UniqueConstraint("owner", "value"),)


class EventProvision(SQLModel, table=True):
    """A provision that was applied provisionally, suspended or resumed."""

    __tablename__ = "event_provision"
    owner: str = names("event", primary=True)
    position: int = Field(primary_key=True)
    value: str


class Delegation(Head, table=True):
    """People sent together."""

    name: dict[str, Any] = json()
    sent_by: str | None = names("organization", optional=True)
    purpose: dict[str, Any] | None = json(optional=True)


class DelegationEvent(SQLModel, table=True):
    """Where a delegation was."""

    __tablename__ = "delegation_event"
    owner: str = names("delegation", primary=True)
    position: int = Field(primary_key=True)
    value: str = names("event")

    __table_args__ = (sa.UniqueConstraint("owner", "value"),)


class Attendance(SQLModel):
    """What a member of a delegation and a participant of an event have in common."""

    person: str | None = names("person", optional=True)
    organization: str | None = names("organization", optional=True)
    name: str | None = None
    count: int | None = None
    role: str = closed(v.Role, "role")
    capacity: str | None = None


class DelegationMember(Attendance, table=True):
    """A member of a delegation."""

    __tablename__ = "delegation_member"
    owner: str = names("delegation", primary=True)
    position: int = Field(primary_key=True)


class EventParticipant(Attendance, table=True):
    """Somebody's part in an event."""

    __tablename__ = "event_participant"
    owner: str = names("event", primary=True)
    position: int = Field(primary_key=True)
    delegation: str | None = names("delegation", optional=True)


class Citation(SQLModel):
    """One source's word on one field of the record that holds it."""

    field: str
    source: str = names("source")
    locator_type: str | None = None
    locator_value: str | None = None
    locator_conforms_to: str | None = None
    locator_start: int | None = None
    locator_end: int | None = None
    stance: str = closed(v.Stance, "stance")
    value: Any = json(optional=True)
    preferred: bool | None = None
    reason: str | None = None
    note: str | None = None


class Identifier(SQLModel):
    """A record's name in another register."""

    scheme: str = key()
    value: str = key()


def _of_each(base: type[SQLModel], member: str, *constraints: Any, items: bool = True) -> None:
    """Seven tables of the same form, one for each kind of record: `source_citation`, `agreement_citation` ...

    `items`: a record has many of them, numbered by position.
    """
    for kind in ("source", "organization", "person", "agreement", "signatory", "delegation", "event"):
        members = {
            "__tablename__": f"{kind}_{member}",
            "__module__": __name__,
            "__annotations__": {"owner": str} | ({"position": int} if items else {}),
            "__table_args__": tuple(constraint() for constraint in constraints),
            "owner": names(kind, primary=True),
        }
        if items:
            members["position"] = Field(primary_key=True)
        new_class(kind.title() + base.__name__, (base,), {"table": True}, partial(dict.update, **members))


class SearchedText(SQLModel):
    """Derived: the words of a record that are searched (db/texts.py). Each database indexes them in its own way."""

    number: int = Field(sa_type=sa.BigInteger, unique=True)
    """The seq with which they came: the index of SQLite knows them by it."""
    title: str
    more: str
    keys: str


_of_each(Citation, "citation")
_of_each(
    Identifier,
    "identifier",
    lambda: sa.UniqueConstraint("owner", "scheme", "value"),
    lambda: sa.Index(None, "scheme", "value"),
)
_of_each(SearchedText, "text", items=False)


class ApiKey(SQLModel, table=True):
    """A caller's key. Its secret is shown once and kept only as a SHA-256."""

    __tablename__ = "api_key"
    id: str = key(primary=True)
    name: str
    secret_sha256: str = Field(sa_type=Key, unique=True)
    scope: str = closed(v.Scope, "scope")
    created_at: str
    expires_at: str | None = None
    revoked_at: str | None = None
    last_used_at: str | None = None
    """To the hour: a key that is used writes once an hour at most."""


class IdempotentRequest(SQLModel, table=True):
    """What was answered to a POST with an Idempotency-Key, written in the transaction of what it did."""

    __tablename__ = "idempotent_request"
    actor: str = key(primary=True)
    idempotency_key: str = key(primary=True)
    request_sha256: str
    answered_at: str = key()
    status: int
    headers: dict[str, Any] = json()
    body: str

    __table_args__ = (sa.Index("ix_idempotent_request_answered_at", "answered_at"),)


class Webhook(SQLModel, table=True):
    """Somebody who is told of changes: where, of which, how far they are. Secrets sign, so they are kept whole."""

    id: str = key(primary=True)
    url: str
    description: str | None = None
    filter: dict[str, Any] = json()
    secret: str
    previous_secret: str | None = None
    previous_until: str | None = None
    state: str = closed(v.WebhookState, "state")
    reason: str | None = None
    """Why it was disabled."""
    created_at: str
    created_by: str
    cursor: int = Field(sa_type=sa.BigInteger)
    """The seq up to which all that passes the filter was delivered."""
    failures: int
    """Attempts that failed since the last that did not."""
    due_at: str = key()
    """The instant before which nothing is tried."""
    leased_by: str | None = None
    leased_until: str | None = None
    """While a worker holds it, no other delivers."""

    __table_args__ = (sa.Index("ix_webhook_due_at", "due_at"),)


class WebhookAttempt(SQLModel, table=True):
    """One attempt to deliver one change."""

    __tablename__ = "webhook_attempt"
    webhook: str = names("webhook", primary=True)
    number: int = Field(primary_key=True, sa_type=sa.BigInteger, sa_column_kwargs={"autoincrement": False})
    seq: int = Field(sa_type=sa.BigInteger)
    attempted_at: str
    milliseconds: int
    status: int | None = None
    error: str | None = None
    """Why no answer came."""
    excerpt: str | None = None
    """The beginning of the answer."""


TABLES: dict[str, sa.Table] = dict(metadata.tables)
"""Every table by its name."""

add_indexes_of_rule(list(TABLES.values()))
add_search_indexes([table for name, table in TABLES.items() if name.endswith("_text")])
