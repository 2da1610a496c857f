"""When an agreement enters into force: which acts each condition waits for, and what is still owed (DOMAIN 5)."""

from datetime import date

import pytest

from db.acts import Context, Linked
from db.dates import Days
from db.lifecycle import resolve
from tests.law import agreement, ask, both, entry, event, findings, owed, party, told, under

SIDES = (party("a", "bel"), party("a", "lux"), party("b", "mex"))


RULES = {
    "on_signature": "VCLT 24(1), on signature",
    "fixed_date": "VCLT 24(1), on a fixed date",
    "on_exchange": "VCLT 24(1), on the exchange of instruments",
    "on_last_notification": "VCLT 24(1), on the last notification",
    "on_notes": "VCLT 24(1), on the exchange of notes",
    "after_domestic_procedures": "VCLT 24(1), after domestic procedures",
    "linked_to": "VCLT 24(1), with another agreement",
    "first_of_month": "VCLT 24(1), on the first day of a month",
    "none": "VCLT 24(2), no clause in the text",
}
SATISFIED_BY = {
    "on_exchange": {"instrument_exchanged"},
    "on_last_notification": {"notification_received"},
    "after_domestic_procedures": {"notification_received"},
    "on_notes": {"notes_exchanged"},
    "none": {"instrument_exchanged", "instrument_deposited", "notification_received", "notes_exchanged"},
}
ACTS = (
    "instrument_exchanged",
    "instrument_deposited",
    "notification_received",
    "notification_sent",
    "notes_exchanged",
    "domestic_approval",
    "promulgation",
)


@pytest.mark.parametrize("condition", SATISFIED_BY)
@pytest.mark.parametrize("act", ACTS)
def test_a_condition_is_satisfied_by_its_own_acts_only(condition: str, act: str) -> None:
    """The moment is the last of the consents of all parties."""
    found = entry(under(condition, *both(act)))
    if act in SATISFIED_BY[condition]:
        assert found == "2001-06-10"
    elif act == "notification_sent" and "notification_received" in SATISFIED_BY[condition] and condition != "none":
        assert found == "[2001-06-10..]"
    else:
        assert found is None


@pytest.mark.parametrize("condition", [*SATISFIED_BY, "on_signature", "first_of_month", "fixed_date", "linked_to"])
def test_each_condition_has_its_rule(condition: str) -> None:
    acts = [event(kind, "2001-05-03") for kind in ("instrument_exchanged", "notification_received", "notes_exchanged")]
    clause = {"offset": "P1M"} if condition == "first_of_month" else {}
    clause |= {"date": "2001-01-01"} if condition == "fixed_date" else {}
    context = Context(linked=Linked(Days(date(2001, 1, 1), date(2001, 1, 1))))
    document = under(condition, *acts, clause=clause)
    assert told(document, "2002-01-01", "status", "rule", context=context) == ("in_force", RULES[condition])


@pytest.mark.parametrize(
    ("condition", "offset", "day"),
    [
        ("on_last_notification", "P30D", "2001-07-10"),
        ("on_exchange", "P1M", "2001-07-10"),
        ("none", "P2W", "2001-06-24"),
        ("on_signature", "P1Y", "2001-01-01"),
        ("fixed_date", "P1M", "2003-03-01"),
        ("first_of_month", "P2M", "2001-08-01"),
    ],
)
def test_the_offset_applies_to_every_condition(condition: str, offset: str, day: str) -> None:
    kind = "instrument_exchanged" if condition in ("on_exchange", "none", "first_of_month") else "notification_received"
    clause = {"offset": offset} | ({"date": "2003-02-01"} if condition == "fixed_date" else {})
    assert entry(under(condition, *both(kind), clause=clause)) == day


def test_an_entry_beyond_the_calendar_never_comes() -> None:
    assert entry(under("on_signature", clause={"offset": "P9000Y"})) is None


@pytest.mark.parametrize(
    ("consent", "first"), [("2001-11-15", "2002-01-01"), ("2001-11-01", "2002-01-01"), ("2001-10-31", "2001-12-01")]
)
def test_the_first_of_a_month_is_counted_from_the_first_of_the_month(consent: str, first: str) -> None:
    document = under("first_of_month", event("notes_exchanged", consent), clause={"offset": "P2M"})
    assert entry(document) == first


def test_the_first_of_a_month_never_comes_without_consent() -> None:
    document = under("first_of_month", clause={"offset": "P2M"})
    assert entry(document) is None
    assert owed(document, "2000-06-01") == [("mex", "consent"), ("rus", "consent")]


# Fixed and linked


@pytest.mark.parametrize(("act", "day"), [("2000-12-31", "2001-01-01"), ("2001-01-02", "2001-01-02")])
def test_a_fixed_date_waits_for_the_last_binding_act(act: str, day: str) -> None:
    document = under("fixed_date", event("notes_exchanged", act), clause={"date": "2001-01-01"})
    assert entry(document) == day
    assert not resolve(document).entry_presumed


def test_a_fixed_date_without_any_binding_act_is_presumed() -> None:
    document = under("fixed_date", clause={"date": "2001-01-01"})
    assert (entry(document), resolve(document).entry_presumed) == ("2001-01-01", True)
    assert owed(document, "2000-06-01") == []


def test_a_fixed_date_waits_for_the_other_party_once_one_has_consented() -> None:
    document = under("fixed_date", event("instrument_deposited", "2000-05-01", by="mex"), clause={"date": "2001-01-01"})
    assert entry(document) is None
    assert owed(document, "2000-06-01") == [("rus", "consent")]


@pytest.mark.parametrize(
    ("linked", "day", "presumed"),
    [
        (Linked(Days(date(2001, 1, 1), date(2001, 1, 1))), "2001-02-01", False),
        (Linked(Days(date(2001, 1, 1), date(2001, 1, 1)), presumed=True), "2001-02-01", True),
        (Linked(Days(date(2001, 1, 1), date(2001, 12, 31))), "[2001-02-01..2001-12-31]", False),
        (Linked(Days(None, date(2001, 12, 31))), "[2001-02-01..2001-12-31]", False),
        (Linked(Days(date(2001, 1, 1), None)), "[2001-02-01..]", False),
        (Linked(None), None, False),
        (None, None, False),
    ],
)
def test_a_linked_agreement_enters_with_the_other(linked: Linked | None, day: str | None, presumed: bool) -> None:
    """Or with the last binding act, if that is later."""
    document = under("linked_to", event("notes_exchanged", "2001-02-01"), clause={"agreement": "other"})
    context = Context(linked=linked)
    assert entry(document, context) == day
    assert resolve(document, context).entry_presumed is presumed


# Which consents count


def test_the_first_consent_of_a_party_counts_and_a_repeat_is_a_finding() -> None:
    repeat = event("instrument_exchanged", "2009-01-01", by="mex", id="again")
    document = under("on_exchange", *both("instrument_exchanged"), repeat)
    assert entry(document) == "2001-06-10"
    assert findings(document) == [
        ("consent_repeated", "/events/again", "mex had consented before: the first consent counts")
    ]


def test_signing_twice_is_no_repeat() -> None:
    twice = [event("signature", day) for day in ("2000-01-01", "2000-01-03")]
    document = agreement(*twice, entry_into_force={"condition": "on_signature"})
    assert (entry(document), findings(document)) == ("2000-01-01", [])


def test_two_deposits_are_no_exchange() -> None:
    document = under("on_exchange", *both("instrument_deposited"))
    assert entry(document) is None
    assert findings(document) == [
        (
            "deposited_where_exchange",
            "/events/instrument-deposited-2",
            "instruments were deposited, but the clause waits for their exchange",
        )
    ]


def test_one_deposit_is_no_finding_nor_two_beside_an_exchange() -> None:
    assert findings(under("on_exchange", both("instrument_deposited")[0])) == []
    exchanged = event("instrument_exchanged", "2001-07-01")
    assert findings(under("on_exchange", *both("instrument_deposited"), exchanged)) == []
    assert findings(under("none", *both("instrument_deposited"))) == []


def test_a_clause_may_wait_for_one_side_only() -> None:
    notified = event("notification_received", "2001-05-03", by="mex")
    document = under("on_last_notification", notified, clause={"awaits": ["a"]})
    assert entry(document) == "2001-05-03"
    assert entry(under("on_last_notification", notified, clause={"awaits": ["b"]})) is None


def test_all_parties_of_a_side_are_awaited_but_those_that_came_later() -> None:
    acts = [event("notification_received", "2001-05-03", by=by) for by in ("bel", "mex")]
    assert entry(under("on_last_notification", *acts, parties=SIDES)) is None
    came_later = (SIDES[0], {**SIDES[1], "from": "2010-01-01"}, SIDES[2])
    assert entry(under("on_last_notification", *acts, parties=came_later)) == "2001-05-03"
    one_act = event("notification_received", "2001-05-04", side="a")
    assert entry(under("on_last_notification", acts[1], one_act, parties=SIDES)) == "2001-05-04"


def test_a_side_whose_parties_are_all_dated_is_awaited_from_its_first() -> None:
    """Not only the other side, whose consent alone would bring it into force."""
    dated = tuple(party(side, id, **{"from": "2000-01-01"}) for side, id in (("a", "mex"), ("b", "rus")))
    acts = both("notification_received", "2001-06-10", "2001-05-03")
    assert entry(under("on_last_notification", *acts, parties=dated)) == "2001-06-10"
    assert entry(under("on_last_notification", *acts, parties=(dated[0], ("b", "rus")))) == "2001-06-10"
    successor = party("a", "fra", **{"from": "2010-01-01"})
    assert entry(under("on_last_notification", *acts, parties=(*dated, successor))) == "2001-06-10"


# Not recorded, unknown


def test_a_clause_left_out_is_computed_the_same_way_but_presumed() -> None:
    document = agreement(*both("instrument_deposited"), event("registered", "2009-01-01"), signed="2000-01-01")
    assert entry(document) == "2001-06-10"
    rule = "VCLT 24(2), clause not recorded"
    assert told(document, "2001-06-10", "status", "certainty", "rule") == ("in_force", "presumed", rule)
    known = under("none", *both("instrument_deposited"), event("registered", "2009-01-01"))
    assert told(known, "2001-06-10", "status", "certainty", "rule") == ("in_force", "definite", RULES["none"])


def test_under_an_unknown_condition_consent_leaves_entry_open() -> None:
    """The reported status is named by the rule; both are possible."""
    document = under("unknown", *both("notes_exchanged"))
    assert resolve(document).entry is None
    answer = ask(document, "2001-06-09")
    assert (answer["status"], answer["certainty"]) == ("signed_not_in_force", "definite")
    answer = ask(document, "2001-06-10")
    assert (answer["status"], answer["certainty"]) == ("signed_not_in_force", "possible")
    assert answer["possible_statuses"] == ["in_force", "signed_not_in_force"]
    assert (answer["since"], answer["end"]) == ("2000-01-01", "[2001-06-10..]")
    assert answer["rule"] == "VCLT 24, clause unknown, all have consented"


def test_consents_without_a_recorded_signature_are_of_something_signed() -> None:
    document = agreement(*both("notes_exchanged"), entry_into_force={"condition": "unknown"})
    assert told(document, "2001-06-09") == "unknown"
    assert told(document, "2001-06-10", "status", "since") == ("signed_not_in_force", "2001-06-10")


def test_an_unknown_condition_without_all_consents_leaves_nothing_open() -> None:
    document = under("unknown", both("notes_exchanged")[0])
    assert told(document, "2020-01-01", "status", "certainty") == ("signed_not_in_force", "presumed")


def test_what_may_be_in_force_may_have_expired() -> None:
    document = under("unknown", *both("notes_exchanged"), duration={"initial": "P1Y", "renewal": "unknown"})
    assert ask(document, "2002-06-09")["possible_statuses"] == ["in_force", "signed_not_in_force"]
    assert ask(document, "2002-06-10")["possible_statuses"] == ["terminated", "in_force", "signed_not_in_force"]


# Recorded


def test_a_recorded_day_wins_and_a_mismatch_is_a_finding() -> None:
    acts = both("notification_received")
    document = under("on_last_notification", *acts, event("entered_into_force", "2001-06-11"))
    assert entry(document) == "2001-06-11"
    assert findings(document) == [
        ("entry_computed_otherwise", "/events/entered-into-force", "the clause gives 2001-06-10")
    ]
    earlier = under("on_last_notification", *acts, event("entered_into_force", "2001-06-09"))
    assert [finding[0] for finding in findings(earlier)] == ["entry_computed_otherwise"]


@pytest.mark.parametrize("recorded", ["2001-06-10", "2001-06", "2001"])
def test_a_recorded_day_that_may_be_the_computed_one_is_no_mismatch(recorded: str) -> None:
    document = under("on_last_notification", *both("notification_received"), event("entered_into_force", recorded))
    assert findings(document) == []


def test_an_open_range_is_held_against_the_recorded_day_too() -> None:
    sent = both("notification_sent")
    assert findings(under("on_last_notification", *sent, event("entered_into_force", "2001-06-09"))) == [
        ("entry_computed_otherwise", "/events/entered-into-force", "the clause gives [2001-06-10..]")
    ]
    assert findings(under("on_last_notification", *sent, event("entered_into_force", "2001-06-10"))) == []


def test_nothing_is_owed_after_a_recorded_entry_but_what_was_done_was_owed_before() -> None:
    acts = both("notification_received")
    document = under("on_last_notification", acts[0], event("entered_into_force", "2001-06-11"))
    assert owed(document, "2001-05-02") == [("mex", "notification_received")]
    assert owed(document, "2001-05-03") == []


def test_contradicting_days_make_a_range_and_a_finding() -> None:
    first, second = event("entered_into_force", "2001-06-10"), event("entered_into_force", "2001-06-20")
    document = agreement(first, second)
    assert entry(document) == "[2001-06-10..2001-06-20]"
    assert findings(document) == [
        ("entry_contradicted", "/events/entered-into-force-2", "its entry into force is recorded on several days")
    ]


def test_a_claim_that_is_more_exact_does_not_contradict_the_other_and_does_not_replace_it() -> None:
    document = agreement(event("entered_into_force", "2001-06"), event("entered_into_force", "2001-06-10"))
    assert (entry(document), findings(document)) == ("[2001-06-01..2001-06-30]", [])


def test_the_preferred_claim_wins_without_a_finding() -> None:
    cited = {"field": "/date", "source": "gazette", "stance": "supports", "preferred": True, "reason": "official"}
    first = event("entered_into_force", "2001-06-10")
    document = agreement(first, event("entered_into_force", "2001-06-20", citations=[cited]))
    assert (entry(document), findings(document)) == ("2001-06-20", [])
    assert told(document, "2001-06-20", "events", "sources") == (["entered-into-force-2"], ["gazette"])
    for other in (cited | {"stance": "disputes"}, cited | {"preferred": False}):
        document = agreement(first, event("entered_into_force", "2001-06-20", citations=[other]))
        assert entry(document) == "[2001-06-10..2001-06-20]"


@pytest.mark.parametrize("mark", "?~%")
def test_what_hangs_on_a_doubtful_day_is_presumed(mark: str) -> None:
    document = agreement(event("entered_into_force", f"2001-06-10{mark}"), event("registered", "2009-01-01"))
    assert told(document, "2005-01-01", "status", "certainty") == ("in_force", "presumed")
    assert resolve(document).entry_presumed
    acts = both("notes_exchanged", second=f"2001-06-10{mark}")
    assert resolve(under("on_notes", *acts)).entry_presumed


def test_entry_before_the_first_signature_is_a_finding() -> None:
    finding = ("entry_before_signature", "/entry_into_force", "it would be in force before the first signature")
    assert findings(agreement(event("entered_into_force", "1999-12-31"), signed="2000-01-01")) == [finding]
    assert findings(agreement(event("entered_into_force", "2000-01-01"), signed="2000-01-01")) == []
    assert findings(agreement(event("entered_into_force", "1999-12"), signed="2000")) == [finding]


def test_an_earlier_effect_is_no_earlier_status() -> None:
    document = under("on_signature", clause={"effective_from": "1995-01-01"})
    assert (told(document, "1999-12-31"), findings(document)) == ("unknown", [])
