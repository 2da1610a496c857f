"""Clauses and events that make no sense are refused where they go wrong (DOMAIN 4 to 6)."""

from typing import Any

import pytest

from db import vocabulary as v
from db.checks import check_attendance, check_duration, check_entry_into_force, check_event, check_span, check_spans
from tests.law import event, stored

BY = {"by": "mex"}


def of_entry(condition: str, **members: Any) -> list[tuple[str, str, str]]:
    return list(check_entry_into_force(stored({"condition": condition, **members})))


def of_duration(**members: Any) -> list[tuple[str, str, str]]:
    return list(check_duration(stored({"renewal": "none", **members})))


def of_event(kind: str, date: str = "2001", **members: Any) -> list[tuple[str, str, str]]:
    return list(check_event(stored(event(kind, date, **members))))


MEMBERS = {"date": "2001", "agreement": "other", "anchor": "sent", "offset": "P1M", "awaits": ["a"]}
ALLOWED = {
    "date": {"fixed_date"},
    "agreement": {"linked_to"},
    "anchor": {"on_last_notification", "after_domestic_procedures"},
}
REQUIRED = {"fixed_date": "date", "linked_to": "agreement", "first_of_month": "offset"}


@pytest.mark.parametrize("condition", v.members(v.EntryCondition))
@pytest.mark.parametrize("member", MEMBERS)
def test_a_member_that_the_condition_cannot_use_means_nothing(condition: str, member: str) -> None:
    needed = REQUIRED.get(condition)
    given = {member: MEMBERS[member]} | ({needed: MEMBERS[needed]} if needed else {})
    senseless = condition not in ALLOWED.get(member, {condition})
    reason = f"means nothing under the condition {condition}"
    assert of_entry(condition, **given) == ([(f"/{member}", "senseless_clause", reason)] if senseless else [])


@pytest.mark.parametrize("condition", v.members(v.EntryCondition))
def test_what_a_condition_needs(condition: str) -> None:
    needed = REQUIRED.get(condition)
    missing = [(f"/{needed}", "missing", f"the condition {condition} needs it")]
    assert of_entry(condition) == (missing if needed else [])


@pytest.mark.parametrize(("offset", "right"), [("P2M", True), ("P1Y6M", True), ("P2W", False), ("P1M1D", False)])
def test_the_first_of_a_month_counts_whole_months(offset: str, right: bool) -> None:
    wrong = [("/offset", "senseless_clause", "first_of_month counts whole months, such as P2M")]
    assert of_entry("first_of_month", offset=offset) == ([] if right else wrong)
    assert of_entry("on_signature", offset=offset) == []


@pytest.mark.parametrize("renewal", v.members(v.Renewal))
def test_a_renewal_has_a_period_where_it_can_have_one(renewal: str) -> None:
    senseless = [("/renewal_period", "senseless_clause", f"means nothing with renewal {renewal}")]
    expected = senseless if renewal in ("none", "tacit_indefinite") else []
    assert of_duration(renewal=renewal, renewal_period="P1Y") == expected
    reason = "tacit renewal needs it; where it is not known, the renewal is unknown"
    missing = [("/renewal_period", "missing", reason)]
    assert of_duration(renewal=renewal) == (missing if renewal == "tacit" else [])


@pytest.mark.parametrize("anchor", v.members(v.NoticeAnchor))
def test_an_anchor_is_of_a_notice(anchor: str) -> None:
    senseless = [("/notice_anchor", "senseless_clause", "means nothing where the text has no notice")]
    assert of_duration(notice="none", notice_anchor=anchor) == senseless
    assert of_duration(notice="P6M", notice_anchor=anchor) == []
    assert of_duration(notice_anchor=anchor) == []


@pytest.mark.parametrize(
    ("notice", "period", "too_long"),
    [
        ("P13M", "P1Y", True),
        ("P12M", "P1Y", False),
        ("P367D", "P1Y", True),
        ("P366D", "P1Y", False),
        ("P365D", "P1Y", False),
        ("P31D", "P1M", False),
        ("P32D", "P1M", True),
        ("P1M", "P30D", False),
        ("P1M", "P27D", True),
        ("P2Y", "P1461D", False),
        ("P9998Y", "P9999Y", False),
        ("none", "P1Y", False),
        ("unknown", "P1Y", False),
    ],
)
def test_a_notice_before_a_boundary_is_no_longer_than_the_period(notice: str, period: str, too_long: bool) -> None:
    """Longer for certain, from whatever day the two are counted."""
    reason = "longer than the period: no notice could be in time for the next boundary"
    wrong = [("/notice", "senseless_clause", reason)] if too_long else []
    clause = {"renewal": "tacit", "renewal_period": period, "notice": notice}
    assert of_duration(**clause) == wrong
    assert of_duration(**clause, initial="P5Y") == wrong
    assert of_duration(**clause, initial="indefinite") == []
    if notice != "none":
        assert of_duration(**clause, initial="indefinite", notice_anchor="before_boundary") == wrong
        assert of_duration(**clause, notice_anchor="any_time") == []


def test_a_notice_is_only_held_against_the_period_of_a_tacit_renewal() -> None:
    assert of_duration(renewal="express", renewal_period="P1Y", notice="P2Y") == []
    assert of_duration(renewal="none", initial="P1Y", notice="P2Y") == []
    assert [code for _, code, _ in of_duration(renewal="tacit", notice="P2Y")] == ["missing"]


def test_each_of_several_clauses_begins_after_the_one_before_it() -> None:
    def of_several(*days: str) -> list[tuple[str, str, str]]:
        return list(check_duration(stored([{"renewal": "none", "from": day} for day in days])))

    assert of_several("2000", "2001") == []
    assert of_several("2000-01-01", "2000-01-02") == []
    reason = "each clause begins after the one before it"
    assert of_several("2000", "2000") == [("/1/from", "out_of_order", reason)]
    assert of_several("2000", "2002", "2001") == [("/2/from", "out_of_order", reason)]
    assert of_several("2000", "[..2002]") == [("/1/from", "out_of_order", reason)]


def test_a_fault_in_one_of_several_clauses_is_found_there() -> None:
    clauses = [{"renewal": "none", "from": "2000"}, {"renewal": "tacit", "from": "2001", "until": "2000-12-31"}]
    found = [(pointer, code) for pointer, code, _ in check_duration(stored(clauses))]
    assert found == [("/1/renewal_period", "missing"), ("/1/until", "ends_before_it_begins")]


@pytest.mark.parametrize(
    ("members", "right"),
    [
        ({"from": "2001", "to": "2001-01-01"}, True),
        ({"from": "2001-06-01", "to": "2001-05-31"}, False),
        ({"from": "2001-06-01", "to": "2001-06-01"}, True),
        ({"from": "2001-06-01", "to": "2001"}, True),
        ({"from": "2001-06-01", "to": "[1990..]"}, True),
        ({"from": "[..2001]", "to": "0001-01-01"}, True),
        ({"from": "2001"}, True),
        ({"to": "2001"}, True),
    ],
)
def test_a_span_does_not_end_before_it_begins(members: dict[str, str], right: bool) -> None:
    wrong = [("/to", "ends_before_it_begins", "the last day lies before the first")]
    assert list(check_span(stored(members))) == ([] if right else wrong)
    in_a_list = [(f"/parties/1{pointer}", code, detail) for pointer, code, detail in wrong]
    assert list(check_spans(stored([{}, members]), "/parties")) == ([] if right else in_a_list)


OF_KINDS = {
    "until": {"extended", "renewed"},
    "term": {"extended", "renewed"},
    "ground": {
        "terminated",
        "termination_invoked",
        "suspended",
        "suspension_invoked",
        "denunciation_notified",
        "denunciation_received",
    },
    "provisions": {
        "provisional_application_started",
        "provisional_application_ended",
        "suspended",
        "resumed",
        "suspension_invoked",
    },
    "ad_referendum": {"signature"},
    "predecessor": {"succession", "continuity_confirmed"},
    "successor": {"succession", "continuity_confirmed"},
}
VALUES: dict[str, Any] = {
    "until": "2009",
    "term": "P1Y",
    "ground": "breach",
    "provisions": ["Article 2"],
    "ad_referendum": True,
}


@pytest.mark.parametrize("kind", v.members(v.EventKind))
@pytest.mark.parametrize("member", OF_KINDS)
def test_a_member_is_of_its_kinds_of_events(kind: str, member: str) -> None:
    found = of_event(kind, **BY, **{member: VALUES.get(member, "suhh")})
    wrong = (f"/{member}", "not_of_this_kind", f"an event of kind {kind} has none")
    assert (wrong in found) is (kind not in OF_KINDS[member])


SOMEBODYS = {
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


@pytest.mark.parametrize("kind", v.members(v.EventKind))
def test_some_acts_always_are_somebodys(kind: str) -> None:
    missing = ("/by", "missing", f"{kind} always is somebody's: `by` or `side` says whose")
    assert (missing in of_event(kind)) is (kind in SOMEBODYS)
    assert missing not in of_event(kind, by="mex")
    assert missing not in of_event(kind, side="a")


def test_an_act_is_of_a_party_or_of_a_side() -> None:
    reason = "`by` names one party and `side` all of a side: give one of them"
    assert of_event("signature", by="mex", side="a") == [("/side", "senseless", reason)]


@pytest.mark.parametrize("kind", ["succession", "continuity_confirmed"])
def test_a_succession_names_both(kind: str) -> None:
    reason = f"{kind} names both"
    assert of_event(kind) == [("/predecessor", "missing", reason), ("/successor", "missing", reason)]
    assert of_event(kind, predecessor="suhh") == [("/successor", "missing", reason)]
    assert of_event(kind, predecessor="suhh", successor="rus") == []


@pytest.mark.parametrize("kind", ["extended", "renewed"])
def test_a_new_term_has_a_last_day_or_a_length(kind: str) -> None:
    wrong = [("/until", "missing", f"{kind} has a last day `until`, or a `term`: one of them")]
    assert of_event(kind) == wrong
    assert of_event(kind, until="2009", term="P1Y") == wrong
    assert of_event(kind, until="2009") == []
    assert of_event(kind, term="P1Y") == []


def test_a_new_term_does_not_end_before_it_begins() -> None:
    wrong = [("/until", "ends_before_it_begins", "the last day lies before the first")]
    assert of_event("renewed", "2001-06-01", until="2001-05-31") == wrong
    assert of_event("renewed", "2001-06-01", effective="2001-05-01", until="2001-05-31") == []
    assert of_event("renewed", "2001-05-01", effective="2001-06-01", until="2001-05-31") == wrong


def test_whoever_attended_is_known() -> None:
    attending: list[dict[str, Any]] = [
        {"person": "ana"},
        {"name": {"en": "Ana"}},
        {"delegation": "one"},
        {"role": "witness"},
    ]
    found = [*attending, {"delegation": "one", "organization": "mex"}]
    assert list(check_attendance(found, "/participants")) == [
        ("/participants/3", "nobody", "give a person, an organization or a name"),
        ("/participants/4/delegation", "several", "a delegation attends as itself"),
    ]
