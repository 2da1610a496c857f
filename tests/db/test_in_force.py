"""Suspended, contested and in part; how certain an answer is, by which law, and on what it rests (DOMAIN 4 and 7)."""

from datetime import date
from typing import Any

import pytest

from db.acts import Context, Tie
from db.dates import Days
from tests.law import Json, agreement, ask, event, story, told

ENTERED = event("entered_into_force", "2000-01-01")
SUSPENDED, RESUMED = event("suspended", "2005-01-01"), event("resumed", "2007-01-01")
SOME: dict[str, Any] = {"provisions": ["Article 3"]}


# Suspended


def test_suspended_until_resumed() -> None:
    document = agreement(ENTERED, SUSPENDED | {"ground": "breach"}, RESUMED)
    assert told(document, "2004-12-31", "status", "end") == ("in_force", "2005-01-01")
    answer = ask(document, "2005-01-01")
    assert (answer["status"], answer["since"], answer["end"]) == ("suspended", "2005-01-01", "2007-01-01")
    assert (answer["rule"], answer["ground"], answer["certainty"]) == ("VCLT 57, suspended", "breach", "definite")
    assert told(document, "2006-12-31") == "suspended"
    answer = ask(document, "2007-01-01")
    assert (answer["status"], answer["since"], answer["rule"]) == ("in_force", "2007-01-01", "VCLT 72, resumed")
    assert answer["events"] == ["resumed"]
    assert "ground" not in answer


def test_suspended_twice_is_suspended_once() -> None:
    document = agreement(ENTERED, SUSPENDED, event("suspended", "2006-01-01"), RESUMED, event("resumed", "2008-01-01"))
    assert told(document, "2006-06-01", "since", "end") == ("2005-01-01", "2007-01-01")
    assert told(document, "2009-01-01", "since") == "2007-01-01"
    again = agreement(ENTERED, SUSPENDED, RESUMED, event("suspended", "2009-01-01"))
    assert told(again, "2010-01-01", "status", "since", "end") == ("suspended", "2009-01-01", None)


def test_a_suspension_is_no_expiry_and_the_term_runs_on() -> None:
    document = agreement(ENTERED, SUSPENDED, RESUMED)
    assert told(document, "2004-01-01", "next_expiry") is None
    assert told(document, "2006-01-01", "next_expiry") is None
    clause = {"initial": "P6Y", "renewal": "none"}
    document = agreement(ENTERED, SUSPENDED, duration=clause)
    assert told(document, "2005-06-01", "status", "next_expiry") == ("suspended", "2006-01-01")
    assert told(document, "2006-01-01") == "terminated"
    ended = agreement(ENTERED, SUSPENDED, RESUMED, event("terminated", "2008-01-01"))
    assert told(ended, "2005-06-01", "next_expiry") == "2008-01-01"


def test_nothing_is_suspended_that_is_not_in_force() -> None:
    document = agreement(event("entered_into_force", "2005-06-01"), SUSPENDED, RESUMED, signed="2000-01-01")
    assert told(document, "2005-05-31") == "signed_not_in_force"
    assert told(document, "2005-06-01", "status", "since") == ("suspended", "2005-06-01")
    before = agreement(event("entered_into_force", "2008-01-01"), SUSPENDED, RESUMED, signed="2000-01-01")
    assert told(before, "2007-12-31") == "signed_not_in_force"
    assert told(before, "2008-01-01", "status", "since") == ("in_force", "2008-01-01")
    assert told(agreement(SUSPENDED, signed="2000-01-01"), "2006-01-01") == "signed_not_in_force"


def test_some_provisions_suspended_are_in_part() -> None:
    document = agreement(
        ENTERED,
        event("suspended", "2005-01-01", **SOME),
        event("suspended", "2005-06-01", **SOME),
        event("resumed", "2006-01-01", **SOME),
        event("resumed", "2007-01-01"),
        event("suspended", "2009-01-01", **SOME),
    )
    found = [(year, *told(document, f"{year}-12-31", "status", "partial")) for year in (2004, 2005, 2006, 2007, 2009)]
    assert found == [
        (2004, "in_force", False),
        (2005, "in_force", True),
        (2006, "in_force", True),
        (2007, "in_force", False),
        (2009, "in_force", True),
    ]
    assert told(document, "2004-12-31", "partial") is False
    assert told(document, "2005-01-01", "partial") is True
    assert told(document, "2006-12-31", "partial") is True
    assert told(document, "2004-12-31", "events") == ["entered-into-force"]
    assert told(document, "2005-01-01", "events") == ["entered-into-force", "suspended"]
    assert told(document, "2007-01-01", "partial", "since") == (False, "2000-01-01")
    assert told(document, "2008-12-31", "partial") is False


def test_resumed_in_part_what_was_suspended_as_a_whole() -> None:
    document = agreement(ENTERED, SUSPENDED, event("resumed", "2006-01-01", **SOME), event("resumed", "2007-01-01"))
    assert told(document, "2005-12-31", "status", "partial") == ("suspended", False)
    assert told(document, "2006-12-31", "status", "partial", "since") == ("in_force", True, "2006-01-01")
    assert told(document, "2007-01-01", "status", "partial", "since") == ("in_force", False, "2006-01-01")
    all_at_once = agreement(ENTERED, event("suspended", "2004-01-01", **SOME), SUSPENDED, RESUMED)
    assert told(all_at_once, "2004-06-01", "status", "partial") == ("in_force", True)
    assert told(all_at_once, "2006-01-01", "status", "partial") == ("suspended", False)
    assert told(all_at_once, "2007-01-01", "status", "partial") == ("in_force", False)


def test_another_agreement_suspends_it_until_its_last_day() -> None:
    day, last = Days(date(2005, 1, 1), date(2005, 1, 1)), Days(date(2006, 12, 31), date(2006, 12, 31))
    context = Context(ties=(Tie("suspends", "other", day, until=last),))
    document = agreement(ENTERED)
    assert told(document, "2004-12-31", context=context) == "in_force"
    answer = ask(document, "2006-12-31", context)
    assert (answer["status"], answer["since"], answer["end"]) == ("suspended", "2005-01-01", "2007-01-01")
    assert answer["rule"] == "VCLT 59(2), suspended by another agreement"
    assert told(document, "2007-01-01", "status", "since", context=context) == ("in_force", "2007-01-01")
    without_end = Context(ties=(Tie("suspends", "other", day),))
    assert told(document, "2020-01-01", "status", "end", context=without_end) == ("suspended", None)
    presumed = Context(ties=(Tie("suspends", "other", day, presumed=True, until=last),))
    assert told(document, "2005-01-01", "certainty", context=presumed) == "presumed"
    open_end = Context(ties=(Tie("suspends", "other", day, until=Days(date(2006, 12, 31), None)),))
    assert ask(document, "2007-01-01", open_end)["possible_statuses"] == ["suspended", "in_force"]


def test_a_resumption_ends_the_suspension_by_another_agreement() -> None:
    context = Context(ties=(Tie("suspends", "other", Days(date(2005, 1, 1), date(2005, 1, 1))),))
    document = agreement(ENTERED, RESUMED)
    assert told(document, "2006-12-31", "status", "end", context=context) == ("suspended", "2007-01-01")
    answer = ask(document, "2007-01-01", context)
    assert (answer["status"], answer["since"], answer["rule"]) == ("in_force", "2007-01-01", "VCLT 72, resumed")
    before = agreement(ENTERED, event("resumed", "2004-01-01"))
    assert told(before, "2007-01-01", context=context) == "suspended"
    both = agreement(ENTERED, SUSPENDED, RESUMED)
    assert told(both, "2007-01-01", "status", "since", context=context) == ("in_force", "2007-01-01")


# Contested


@pytest.mark.parametrize("kind", ["termination_invoked", "suspension_invoked", "objection", "status_disputed"])
def test_contested_in_force_until_settled(kind: str) -> None:
    document = agreement(ENTERED, event(kind, "2005-01-01", by="mex"), event("dispute_settled", "2006-01-01"))
    assert told(document, "2004-12-31", "contested", "contested_by") == (False, None)
    assert told(document, "2005-01-01", "status", "contested", "contested_by") == ("in_force", True, ["mex"])
    assert told(document, "2005-12-31", "contested") is True
    assert told(document, "2006-01-01", "contested", "contested_by") == (False, None)


def test_contested_by_whom() -> None:
    document = agreement(
        ENTERED,
        event("objection", "2005-01-01", by="rus"),
        event("objection", "2006-01-01", by="mex"),
        event("objection", "2006-06-01", by="mex"),
    )
    assert told(document, "2005-06-01", "contested_by") == ["rus"]
    assert told(document, "2007-01-01", "contested_by") == ["mex", "rus"]
    by_a_side = agreement(ENTERED, event("objection", "2005-01-01", side="b"))
    assert told(by_a_side, "2005-01-01", "contested_by") == ["rus"]


def test_contested_again_and_until_terminated() -> None:
    document = agreement(
        ENTERED,
        event("objection", "2005-01", by="mex"),
        event("dispute_settled", "2006-03"),
        event("objection", "2008-01-01", by="mex"),
        event("terminated", "2010-01-01"),
    )
    found = [
        (day, told(document, day, "contested")) for day in ("2005-01-01", "2006-03-30", "2006-03-31", "2007-12-31")
    ]
    assert found == [("2005-01-01", True), ("2006-03-30", True), ("2006-03-31", False), ("2007-12-31", False)]
    assert told(document, "2009-12-31", "contested") is True
    assert told(document, "2010-01-01", "contested", "contested_by") == (False, None)


# How certain


def test_a_status_that_no_recorded_act_ends_is_presumed_after_the_last_that_proves_it() -> None:
    document = agreement(ENTERED, event("amended", "2005-01-01"))
    assert story(document) == [
        ("", "unknown", "presumed"),
        ("2000-01-01", "in_force", "definite"),
        ("2005-01-02", "in_force", "presumed"),
    ]


def test_an_imprecise_act_proves_what_was_before_its_first_day() -> None:
    assert story(agreement(ENTERED, event("amended", "2005")))[-1] == ("2005-01-02", "in_force", "presumed")


@pytest.mark.parametrize("kind", ["visit", "statement", "hostilities", "relations_severed", "other"])
def test_what_happens_beside_an_agreement_proves_nothing(kind: str) -> None:
    document = agreement(ENTERED, event(kind, "2005-01-01"))
    assert story(document)[-1] == ("2000-01-02", "in_force", "presumed")


def test_a_signature_proves_its_own_day_without_an_event_too() -> None:
    assert story(agreement(signed="2000-01-01")) == [
        ("", "unknown", "presumed"),
        ("2000-01-01", "signed_not_in_force", "definite"),
        ("2000-01-02", "signed_not_in_force", "presumed"),
    ]


@pytest.mark.parametrize(("verified", "presumed"), [("2005-03-10", "2005-03-11"), ("2005-03", "2005-03-02")])
def test_what_was_verified_is_definite_until_the_first_day_that_can_mean(verified: str, presumed: str) -> None:
    document = agreement(ENTERED, verified_on=verified)
    assert story(document)[1:] == [("2000-01-01", "in_force", "definite"), (presumed, "in_force", "presumed")]


def test_an_expiry_is_definite_where_it_was_verified() -> None:
    document = agreement(ENTERED, duration={"initial": "P1Y", "renewal": "none"}, verified_on="2005-03-10")
    assert story(document)[2:] == [("2001-01-01", "terminated", "definite"), ("2005-03-11", "terminated", "presumed")]


def test_verifying_helps_no_doubtful_day_and_no_unrecorded_clause() -> None:
    doubtful = agreement(event("entered_into_force", "2000-01-01?"), verified_on="2005-03-10")
    assert told(doubtful, "2004-01-01", "certainty") == "presumed"
    unrecorded = agreement(event("notes_exchanged", "2000-01-01"), verified_on="2005-03-10")
    assert told(unrecorded, "2004-01-01", "status", "certainty") == ("in_force", "presumed")
    assert told(agreement(verified_on="2005-03-10"), "2004-01-01", "status", "certainty") == ("unknown", "presumed")
    several = agreement(event("entered_into_force", "2000"), verified_on="2005-03-10")
    assert told(several, "2000-06-01", "certainty") == "possible"


def test_what_a_doubtful_act_ends_is_presumed() -> None:
    document = agreement(ENTERED, event("terminated", "2010-01-01~"))
    assert told(document, "2009-01-01", "certainty") == "presumed"
    assert told(document, "2010-01-01", "status", "certainty") == ("terminated", "presumed")


@pytest.mark.parametrize(
    ("acts", "status"),
    [
        ([event("suspended", "2005-01-01?")], "suspended"),
        ([SUSPENDED, event("resumed", "2005-06-01?")], "in_force"),
    ],
)
def test_what_hangs_on_a_doubtful_act_is_presumed(acts: list[Json], status: str) -> None:
    document = agreement(ENTERED, *acts, event("amended", "2009-01-01"))
    assert told(document, "2006-01-01", "status", "certainty") == (status, "presumed")


@pytest.mark.parametrize("kind", ["consent_refused", "provisional_application_started", "signature"])
def test_what_hangs_on_a_doubtful_act_before_entry_is_presumed(kind: str) -> None:
    document = agreement(event(kind, "2000-01-01?", by="mex"), event("entered_into_force", "2009-01-01"))
    assert told(document, "2006-01-01", "certainty") == "presumed"
    sure = agreement(event(kind, "2000-01-01", by="mex"), event("entered_into_force", "2009-01-01"))
    assert told(sure, "2006-01-01", "certainty") == "definite"


def test_what_hangs_on_a_doubtful_end_of_provisional_application_is_presumed() -> None:
    started = event("provisional_application_started", "2000-01-01")
    ended = event("provisional_application_ended", "2001-01-01?")
    document = agreement(started, ended, event("entered_into_force", "2009-01-01"))
    assert told(document, "2006-01-01", "status", "certainty") == ("signed_not_in_force", "presumed")


def test_the_first_signature_decides_whether_it_is_doubtful() -> None:
    clause = {"condition": "on_signature", "offset": "P10Y"}
    doubtful = event("signature", "2000-01-01?", by="mex"), event("signature", "2001-01-01", by="rus")
    document = agreement(*doubtful, event("registered", "2005-01-01"), entry_into_force=clause)
    assert told(document, "2003-01-01", "status", "certainty") == ("signed_not_in_force", "presumed")
    sure = event("signature", "2000-01-01", by="mex"), event("signature", "2001-01-01?", by="rus")
    document = agreement(*sure, event("registered", "2005-01-01"), entry_into_force=clause)
    assert told(document, "2003-01-01", "status", "certainty") == ("signed_not_in_force", "definite")


def test_of_the_days_to_come_nothing_is_more_than_presumed() -> None:
    document = agreement(ENTERED, event("terminated", "2030-01-01"))
    assert told(document, "2026-11-23", "certainty") == "definite"
    assert told(document, "2026-11-24", "certainty") == "presumed"
    assert ask(document, "2026-11-24", today=date(2026, 11, 24))["certainty"] == "definite"
    possible = agreement(event("entered_into_force", "2030"))
    assert told(possible, "2030-06-01", "certainty") == "possible"


# By which law, on what


@pytest.mark.parametrize(("signed", "custom"), [("1980-01-26", True), ("1980-01-27", False), ("1980-01", False)])
def test_what_was_concluded_before_the_convention_is_under_custom(signed: str, custom: bool) -> None:
    rule = "VCLT 18(a), signed"
    assert told(agreement(signed=signed), "1990-01-01", "rule") == (f"{rule}, as custom" if custom else rule)
    assert told(agreement(signed=signed), "1950-01-01", "rule") == "no act recorded"


def test_it_is_concluded_with_the_last_signature_and_by_its_entry_into_force() -> None:
    two = [event("signature", "1979-12-01", by="mex"), event("signature", "1980-02-01", by="rus")]
    assert told(agreement(*two), "1990-01-01", "rule") == "VCLT 18(a), signed"
    entered = "VCLT 24, entry into force recorded"
    assert told(agreement(event("entered_into_force", "1980-01-26")), "1990-01-01", "rule") == f"{entered}, as custom"
    assert told(agreement(event("entered_into_force", "1980-01-27")), "1990-01-01", "rule") == entered
    sent = [event("notification_sent", "1970-01-01")]
    open_end = agreement(*sent, entry_into_force={"condition": "on_last_notification"})
    assert told(open_end, "1990-01-01", "rule") == "VCLT 24(1), on the last notification"


def test_the_convention_of_organizations_is_that_of_1986() -> None:
    context = Context(international=frozenset({"eu"}))
    document = agreement(signed="2007-04-30", parties=(("a", "eu"), ("b", "usa")))
    assert told(document, "2008-01-01", "rule", context=context) == "VCLT 1986 18(a), signed"
    old = agreement(signed="1970-04-30", parties=(("a", "eu"), ("b", "usa")))
    assert told(old, "2008-01-01", "rule", context=context) == "VCLT 1986 18(a), signed, as custom"


def cited(field: str, source: str, stance: str = "supports") -> Json:
    return {"field": field, "source": source, "stance": stance}


def test_the_sources_of_an_answer_are_those_of_its_acts_and_of_what_it_rests_on() -> None:
    signed = event("signature", "1999-01-01", citations=[cited("", "one"), cited("/date", "one")])
    entered = ENTERED | {"citations": [cited("/date", "two"), cited("/date", "press", "disputes")]}
    own = [cited("/signed", "three"), cited("/entry_into_force/offset", "four"), cited("/duration", "five")]
    clause = {"initial": "P5Y", "renewal": "none"}
    own += [cited("/title/en", "six"), cited("", "seven")]
    document = agreement(signed, entered, citations=own, duration=clause, signed="1999-01-01")
    assert told(document, "1999-06-01", "sources") == ["one", "three"]
    assert told(document, "2000-06-01", "sources") == ["two", "four", "five"]
    assert told(document, "2005-01-01", "sources") == ["five"]
    assert told(document, "1998-01-01", "sources") == []


def test_an_act_on_an_imprecise_day_proves_what_lasted_until_its_first_day() -> None:
    document = agreement(ENTERED, event("status_disputed", "2005", by="mex"))
    assert told(document, "2005-01-01", "status", "certainty") == ("in_force", "definite")
    assert told(document, "2005-01-02", "certainty") == "presumed"
