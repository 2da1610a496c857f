"""The closed lists of the field, once each, with what the other rules ask of their members.

PURE: imports nothing but the standard library. A list is a `Literal`, so that shapes, columns and
OpenAPI say the same; `members(List)` gives its values in order.
"""

from typing import Any, Literal, get_args

Side = Literal["a", "b"]

Form = Literal[
    "treaty",
    "agreement",
    "convention",
    "protocol",
    "exchange_of_notes",
    "memorandum_of_understanding",
    "arrangement",
    "declaration",
    "other",
]

LegalCharacter = Literal["treaty", "inter_agency", "non_binding", "unknown"]

OrganizationKind = Literal[
    "state",
    "government",
    "ministry",
    "agency",
    "embassy",
    "legislature",
    "commission",
    "international_organization",
    "subnational",
    "territory",
    "company",
    "other",
]

PredecessorKind = Literal["continuity", "succession", "merger", "separation"]

Role = Literal[
    "head",
    "co_chair",
    "member",
    "signatory",
    "witness",
    "host",
    "speaker",
    "addressee",
    "negotiator",
    "observer",
    "guarantor",
    "participant",
]

EventKind = Literal[
    "visit",
    "meeting",
    "ceremony",
    "statement",
    "hostilities",
    "other",
    "negotiation",
    "negotiation_authorised",
    "full_powers_issued",
    "text_adopted",
    "initialled",
    "signature",
    "signature_confirmed",
    "notes_exchanged",
    "domestic_approval",
    "domestic_law",
    "domestic_refusal",
    "court_review",
    "promulgation",
    "publication",
    "instrument_exchanged",
    "instrument_deposited",
    "notification_received",
    "notification_sent",
    "consent_refused",
    "provisional_application_started",
    "provisional_application_ended",
    "entered_into_force",
    "registered",
    "amended",
    "corrected",
    "extended",
    "renewed",
    "suspended",
    "resumed",
    "suspension_invoked",
    "denunciation_notified",
    "denunciation_received",
    "denunciation_revoked",
    "termination_invoked",
    "objection",
    "status_disputed",
    "dispute_settled",
    "terminated",
    "succession",
    "continuity_confirmed",
    "relations_severed",
]

Ground = Literal[
    "expiry",
    "completion",
    "mutual_consent",
    "superseded",
    "denounced",
    "party_extinct",
    "breach",
    "impossibility",
    "changed_circumstances",
    "jus_cogens",
    "obsolete",
    "invalid",
    "unknown",
]

RelationKind = Literal[
    "supersedes",
    "amends",
    "implements",
    "extends",
    "terminates",
    "suspends",
    "confirms",
    "annex_of",
    "successive_same_subject",
    "related",
]

EntryCondition = Literal[
    "on_signature",
    "fixed_date",
    "on_exchange",
    "on_last_notification",
    "on_notes",
    "after_domestic_procedures",
    "linked_to",
    "first_of_month",
    "none",
    "unknown",
]

NotificationAnchor = Literal["received", "sent", "dated"]
Renewal = Literal["none", "tacit", "tacit_indefinite", "express", "unknown"]
NoticeAnchor = Literal["before_boundary", "any_time", "before_year_end"]

Status = Literal[
    "terminated",
    "suspended",
    "in_force",
    "provisionally_applied",
    "abandoned",
    "signed_not_in_force",
    "initialled",
    "under_negotiation",
    "unknown",
]
"""In the order in which one goes before another (DOMAIN 7)."""

Certainty = Literal["definite", "presumed", "possible"]

Rule = Literal[
    "no act recorded",
    "VCLT 2(1)(c), negotiation",
    "VCLT 7, full powers issued",
    "VCLT 9, text adopted",
    "VCLT 10, initialled",
    "VCLT 18(a), signed",
    "VCLT 18(a), consent refused",
    "VCLT 24, entry into force recorded",
    "VCLT 24, clause unknown, all have consented",
    "VCLT 24(1), on signature",
    "VCLT 24(1), on a fixed date",
    "VCLT 24(1), on the exchange of instruments",
    "VCLT 24(1), on the last notification",
    "VCLT 24(1), on the exchange of notes",
    "VCLT 24(1), after domestic procedures",
    "VCLT 24(1), with another agreement",
    "VCLT 24(1), on the first day of a month",
    "VCLT 24(2), no clause in the text",
    "VCLT 24(2), clause not recorded",
    "VCLT 25(1), applied provisionally",
    "VCLT 25(2), provisional application ended",
    "VCLT 54, ground unknown",
    "VCLT 54(a), term expired",
    "VCLT 54(a), term expired, renewal unknown",
    "VCLT 54(a), term expired before it was renewed",
    "VCLT 54(a), renewed after its term had expired",
    "VCLT 54(a), length of the term unknown",
    "VCLT 54(a), last day passed before entry into force",
    "VCLT 54(a), end recorded with the notice",
    "VCLT 54(a), period of notice unknown",
    "VCLT 54(a), notice before the end of a term",
    "VCLT 54(a), notice at any time",
    "VCLT 54(a), notice before the end of a year",
    "VCLT 54(a), expiry",
    "VCLT 54(a), completion",
    "VCLT 54(a), denounced",
    "VCLT 54(b), mutual consent",
    "VCLT 54(b), obsolete",
    "VCLT 54(b), terminated by another agreement",
    "VCLT 56(1), no clause on denunciation",
    "VCLT 57, suspended",
    "VCLT 59(1), superseded",
    "VCLT 59(2), suspended by another agreement",
    "VCLT 60, breach",
    "VCLT 61, impossibility",
    "VCLT 62, changed circumstances",
    "VCLT 64, jus cogens",
    "VCLT 69, invalid",
    "VCLT 72, resumed",
    "a party ceased to exist",
    "a party ceased to exist, succession unknown",
]
"""By which a status is told, with the articles of the Convention of 1969. They are those of 1986 (`VCLT 1986`) where a
party is an international organization; `, as custom` stands behind them for what was concluded before 1980-01-27."""

FindingKind = Literal[
    "entry_contradicted",
    "entry_computed_otherwise",
    "entry_before_signature",
    "signature_contradicted",
    "consent_repeated",
    "deposited_where_exchange",
    "end_contradicted",
    "end_computed_otherwise",
    "end_without_entry",
    "end_before_entry",
    "act_after_end",
    "notice_without_entry",
    "act_of_no_party",
    "relation_of_others",
    "too_imprecise",
]

FindingState = Literal["open", "accepted", "resolved"]

Stance = Literal["supports", "disputes"]
Operation = Literal["created", "changed", "withdrawn", "restored", "reshaped", "elapsed"]
WebhookState = Literal["active", "disabled"]
Scope = Literal["read", "write", "admin"]

LASTING_KINDS: frozenset[str] = frozenset({"visit", "meeting", "ceremony", "negotiation", "statement", "other"})
"""The events that may last: their date may be an interval `a/b` (DOMAIN 3)."""

ONE_SIDED_KINDS: frozenset[str] = frozenset(
    {
        "notification_received",
        "notification_sent",
        "denunciation_notified",
        "denunciation_received",
        "denunciation_revoked",
        "domestic_approval",
        "domestic_law",
        "domestic_refusal",
        "negotiation_authorised",
        "consent_refused",
        "signature_confirmed",
        "objection",
        "suspension_invoked",
        "termination_invoked",
        "status_disputed",
    }
)
"""The acts that always are somebody's: `by` or `side` says whose (DOMAIN 4)."""

PROLONGING_KINDS: frozenset[str] = frozenset({"extended", "renewed"})
"""The acts that give a new term: `until` or `term`, one of them (DOMAIN 4)."""

PARTIAL_KINDS: frozenset[str] = frozenset(
    {
        "provisional_application_started",
        "provisional_application_ended",
        "suspended",
        "resumed",
        "suspension_invoked",
    }
)
"""The acts that may concern some provisions only (VCLT 25, 57)."""

SUCCESSION_KINDS: frozenset[str] = frozenset({"succession", "continuity_confirmed"})
"""The acts that put a successor in the place of a party."""

GROUNDED_KINDS: frozenset[str] = frozenset(
    {
        "terminated",
        "termination_invoked",
        "suspended",
        "suspension_invoked",
        "denunciation_notified",
        "denunciation_received",
    }
)
"""The acts that rest on a ground (VCLT 54 to 64)."""


NEUTRAL_KINDS: frozenset[str] = frozenset(
    {"visit", "meeting", "ceremony", "statement", "hostilities", "relations_severed", "other"}
)
"""What happens beside an agreement: it proves nothing about its status (VCLT 63, 73)."""

BINDING_KINDS: frozenset[str] = frozenset(
    {"instrument_exchanged", "instrument_deposited", "notification_received", "notes_exchanged"}
)
"""The acts by which consent is expressed or made known (VCLT 13, 14, 16, 78)."""

LIVING_KINDS: frozenset[str] = frozenset(
    {
        "denunciation_notified", "denunciation_received", "extended", "renewed",
        "suspended", "resumed", "suspension_invoked", "termination_invoked",
    }
)  # fmt: skip
"""The acts that are about what has not ended yet."""

DISPUTING_KINDS: frozenset[str] = frozenset(
    {"termination_invoked", "suspension_invoked", "objection", "status_disputed"}
)
"""The acts by which a party contests what is in force, until it is settled (VCLT 65)."""


def members(closed_list: Any) -> tuple[str, ...]:
    """The values of one of the lists above, in their order."""
    return get_args(closed_list)
