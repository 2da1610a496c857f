"""How long an agreement lasts by its clause, and what a new term does (DOMAIN 6)."""

import json
import re
from datetime import date
from typing import Any

import pytest

from db.acts import Context, Tie
from db.dates import Days
from tests.law import Json, agreement, ask, event, story, term_on, told

EXPIRED = "VCLT 54(a), term expired"


def in_force(*events: Json, since: str = "2000-03-01", **clause: Any) -> Json:
    """An agreement in force, with a clause on duration."""
    return agreement(event("entered_into_force", since), *events, duration=clause)


def expiry(document: Json, on: str, context: Context | None = None) -> tuple[str | None, str | None]:
    """The next expiry and the last day for a notice."""
    found: tuple[str | None, str | None] = told(document, on, "next_expiry", "notice_deadline", context=context)
    return found


# END by the clause alone


@pytest.mark.parametrize("renewal", ["none", "express"])
def test_a_fixed_term_ends_with_it(renewal: str) -> None:
    """From entry into force, not from signature; presumed, since an extension may be unrecorded."""
    document = in_force(initial="P5Y", renewal=renewal) | {"signed": {"edtf": "1999", "earliest": "1999-01-01"}}
    assert told(document, "2005-02-28", "status", "end") == ("in_force", "2005-03-01")
    answer = ask(document, "2005-03-01")
    assert (answer["status"], answer["certainty"], answer["since"]) == ("terminated", "presumed", "2005-03-01")
    assert (answer["rule"], answer["ground"]) == (EXPIRED, "expiry")


@pytest.mark.parametrize("renewal", ["tacit", "tacit_indefinite"])
def test_a_tacitly_renewed_term_has_no_end(renewal: str) -> None:
    period = {"renewal_period": "P1Y"} if renewal == "tacit" else {}
    document = in_force(initial="P5Y", renewal=renewal, **period)
    assert story(document)[-1] == ("2000-03-02", "in_force", "presumed")
    assert "end" not in ask(document, "2020-01-01")


def test_an_unknown_renewal_leaves_open_what_follows_the_term() -> None:
    document = in_force(initial="P5Y", renewal="unknown")
    assert told(document, "2005-02-28", "status", "certainty", "end") == ("in_force", "presumed", "[2005-03-01..]")
    answer = ask(document, "2005-03-01")
    assert (answer["status"], answer["certainty"]) == ("in_force", "possible")
    assert answer["possible_statuses"] == ["terminated", "in_force"]
    assert answer["rule"] == "VCLT 54(a), term expired, renewal unknown"


@pytest.mark.parametrize("renewal", ["none", "express", "unknown"])
@pytest.mark.parametrize("initial", [{}, {"initial": "unknown"}])
def test_a_term_of_unknown_length_may_have_ended_at_once(renewal: str, initial: Json) -> None:
    answer = ask(in_force(renewal=renewal, **initial), "2000-03-01")
    assert answer["possible_statuses"] == ["terminated", "in_force"]
    assert answer["rule"] == "VCLT 54(a), length of the term unknown"


@pytest.mark.parametrize("renewal", ["tacit", "tacit_indefinite"])
def test_a_term_of_unknown_length_that_is_renewed_has_no_end(renewal: str) -> None:
    period = {"renewal_period": "P1Y"} if renewal == "tacit" else {}
    document = in_force(renewal=renewal, initial="unknown", **period)
    assert ask(document, "2020-01-01")["possible_statuses"] == ["in_force"]
    assert expiry(document, "2020-01-01") == (None, None)


@pytest.mark.parametrize("renewal", ["none", "tacit", "tacit_indefinite", "express", "unknown"])
def test_an_indefinite_term_has_no_boundary(renewal: str) -> None:
    document = in_force(initial="indefinite", renewal=renewal, renewal_period="P1Y", notice="P6M")
    assert ask(document, "2020-01-01")["possible_statuses"] == ["in_force"]
    assert expiry(document, "2020-01-01") == (None, None)


def test_a_duration_that_is_not_recorded_has_no_end_and_is_presumed() -> None:
    document = agreement(event("entered_into_force", "2000-03-01"))
    assert told(document, "2020-01-01", "status", "certainty", "end") == ("in_force", "presumed", None)
    assert expiry(document, "2020-01-01") == (None, None)


def test_the_last_day_is_the_last_in_force_and_decides_where_both_are_given() -> None:
    document = in_force(until="2010-12-31", initial="P5Y", renewal="none", notice="P6M")
    assert told(document, "2010-12-31", "status", "end") == ("in_force", "2011-01-01")
    assert told(document, "2011-01-01", "status", "rule") == ("terminated", EXPIRED)
    assert expiry(document, "2010-12-31") == ("2011-01-01", "2010-06-30")


def test_a_last_day_even_of_an_indefinite_term_is_a_boundary() -> None:
    document = in_force(until="2010-12-31", initial="indefinite", renewal="none")
    assert told(document, "2011-01-01") == "terminated"


def test_the_last_day_passed_without_entry_into_force() -> None:
    document = agreement(signed="2000-01-01", duration={"until": "2010-12-31", "renewal": "none"})
    assert told(document, "2010-12-31", "status", "certainty") == ("signed_not_in_force", "presumed")
    answer = ask(document, "2011-01-01")
    assert (answer["status"], answer["certainty"]) == ("signed_not_in_force", "possible")
    assert answer["possible_statuses"] == ["terminated", "signed_not_in_force"]
    assert (answer["since"], answer["end"]) == ("2000-01-01", "[2011-01-01..]")
    assert answer["rule"] == "VCLT 54(a), last day passed before entry into force"


def test_what_has_a_last_day_was_signed_though_no_day_is_recorded() -> None:
    document = agreement(duration={"until": "2010-12-31", "renewal": "none"})
    assert told(document, "2010-12-31") == "unknown"
    assert told(document, "2011-01-01") == "signed_not_in_force"
    assert ask(document, "2011-01-01")["possible_statuses"] == ["terminated", "signed_not_in_force"]


def test_an_open_last_day_never_passes() -> None:
    document = agreement(signed="2000-01-01", duration={"until": "[2010-01-01..]", "renewal": "none"})
    assert ask(document, "2010-01-01")["possible_statuses"] == ["signed_not_in_force"]
    assert ask(document, "2010-01-02")["possible_statuses"] == ["terminated", "signed_not_in_force"]
    unsigned = agreement(duration={"until": "[2010-01-01..]", "renewal": "none"})
    assert ask(unsigned, "2010-01-02")["possible_statuses"] == ["terminated", "signed_not_in_force", "unknown"]
    entered = in_force(until="[2010-01-01..]", renewal="none")
    assert told(entered, "2010-01-01", "status", "end") == ("in_force", "[2010-01-02..]")


# Boundaries and deadlines


@pytest.mark.parametrize(
    ("on", "next_expiry", "deadline"),
    [
        ("2000-03-01", "2005-03-01", "2004-09-01"),
        ("2005-02-28", "2005-03-01", "2004-09-01"),
        ("2005-03-01", "2007-03-01", "2006-09-01"),
        ("2007-02-28", "2007-03-01", "2006-09-01"),
        ("2007-03-01", "2009-03-01", "2008-09-01"),
        ("2026-03-01", "2027-03-01", "2026-09-01"),
        ("9998-03-01", "9999-03-01", "9998-09-01"),
        ("9999-03-01", None, None),
    ],
)
def test_the_next_boundary_comes_after_the_day(on: str, next_expiry: str, deadline: str) -> None:
    """A deadline already past stays beside its boundary."""
    document = in_force(initial="P5Y", renewal="tacit", renewal_period="P2Y", notice="P6M")
    assert expiry(document, on) == (next_expiry, deadline)


def test_the_last_day_of_the_calendar_is_followed_by_no_boundary() -> None:
    """No document can name it, but a day is only a day."""
    document = in_force(initial="P1Y", renewal="tacit", renewal_period="P1D")
    assert expiry(document, "9999-12-31") == (None, None)
    assert expiry(document, "9999-12-29") == ("9999-12-30", None)


def test_boundaries_after_a_last_day_are_counted_from_the_day_after() -> None:
    document = in_force(until="2010-02-27", renewal="tacit", renewal_period="P1M", notice="P1M")
    assert expiry(document, "2010-02-27") == ("2010-02-28", "2010-01-27")
    assert expiry(document, "2010-02-28") == ("2010-03-28", "2010-02-27")
    assert expiry(document, "2010-03-28") == ("2010-04-28", "2010-03-27")


@pytest.mark.parametrize(
    ("on", "boundary"), [("2001-01-31", "2001-02-28"), ("2001-02-28", "2001-03-31"), ("2001-03-31", "2001-04-30")]
)
def test_boundaries_are_counted_from_entry_and_never_chained(on: str, boundary: str) -> None:
    document = in_force(since="2000-01-31", initial="P12M", renewal="tacit", renewal_period="P1M")
    assert expiry(document, on) == (boundary, None)


def test_one_boundary_is_all_where_the_term_is_not_renewed_by_periods() -> None:
    document = in_force(initial="P5Y", renewal="tacit_indefinite", notice="P6M")
    assert expiry(document, "2005-02-28") == ("2005-03-01", "2004-09-01")
    assert expiry(document, "2005-03-01") == (None, None)


def test_a_period_counts_only_where_the_renewal_is_tacit() -> None:
    document = in_force(initial="P5Y", renewal="express", renewal_period="P1Y")
    assert told(document, "2005-03-01") == "terminated"
    assert term_on(document, "2001-01-01") == {
        "anchor": {"edtf": "2000-03-01", "earliest": "2000-03-01", "latest": "2000-03-01"},
        "initial": "P5Y",
        "last_day_named": False,
        "counted_from_entry": True,
    }


def test_a_deadline_before_the_calendar_is_open() -> None:
    document = in_force(since="0001-06-01", initial="P1Y", renewal="none", notice="P2Y")
    assert expiry(document, "0001-07-01") == ("0002-06-01", "[..0001-01-01]")


def test_boundaries_of_an_imprecise_entry_are_ranges() -> None:
    document = in_force(since="2000-03", initial="P5Y", renewal="tacit", renewal_period="P5Y", notice="P12M")
    assert expiry(document, "2005-02-28") == ("[2005-03-01..2005-03-31]", "[2004-03-01..2004-03-31]")
    assert expiry(document, "2005-03-10") == ("[2005-03-11..2010-03-10]", "[2004-03-11..2009-03-10]")
    assert expiry(document, "2005-03-31") == ("[2010-03-01..2010-03-31]", "[2009-03-01..2009-03-31]")


def test_boundaries_of_an_entry_with_an_open_start_are_ranges() -> None:
    document = in_force(since="[..2000-03-01]", initial="P5Y", renewal="tacit", renewal_period="P1Y")
    assert expiry(document, "2010-06-01") == ("[2010-06-02..2011-06-01]", None)
    fixed = in_force(since="[..2000-03-01]", initial="P5Y", renewal="none", survival="P1Y")
    assert told(fixed, "2005-03-01", "since", "effects_until") == ("[..2005-03-01]", "[..2006-03-01]")


# Clauses that followed one another


def changed(*events: Json) -> Json:
    """Five years; from 2003 on without end, with a notice of one month."""
    first = {"from": "2000", "initial": "P5Y", "renewal": "none", "notice": "P6M"}
    second = {"from": "2003-01-01", "initial": "indefinite", "renewal": "none", "notice": "P1M"}
    return agreement(event("entered_into_force", "2000-03-01"), *events, duration=[first, second])


def test_a_changed_clause_decides_over_the_end() -> None:
    document = changed()
    assert told(document, "2020-01-01", "status", "end") == ("in_force", None)
    assert expiry(document, "2002-12-31") == ("2005-03-01", "2004-09-01")
    assert expiry(document, "2003-01-01") == (None, None)


@pytest.mark.parametrize(("received", "end"), [("2002-12-31", "2005-03-01"), ("2003-01-01", "2003-02-01")])
def test_the_clause_in_force_on_the_day_of_the_notice_counts(received: str, end: str) -> None:
    document = changed(event("denunciation_received", received, by="mex"))
    assert told(document, end, "status", "since") == ("terminated", end)


def test_a_clause_that_comes_after_the_end_changes_nothing() -> None:
    first = {"from": "2000", "initial": "P5Y", "renewal": "none"}
    second = {"initial": "indefinite", "renewal": "none"}
    for day, status in (("2005-03-01", "in_force"), ("2005-03-02", "terminated")):
        document = agreement(event("entered_into_force", "2000-03-01"), duration=[first, {"from": day, **second}])
        assert told(document, "2010-01-01") == status


def test_the_first_clause_is_that_of_all_days_before_the_second() -> None:
    clause = {"from": "2010-01-01", "initial": "P5Y", "renewal": "none"}
    document = agreement(event("entered_into_force", "2000-03-01"), duration=[clause])
    assert told(document, "2005-03-01") == "terminated"


def test_a_list_of_one_clause_is_that_clause() -> None:
    clause = {"from": "2000", "initial": "P5Y", "renewal": "none"}
    document = agreement(event("entered_into_force", "2000-03-01"), duration=[clause])
    assert told(document, "2005-02-28", "status", "end") == ("in_force", "2005-03-01")


# New terms


@pytest.mark.parametrize("kind", ["extended", "renewed"])
@pytest.mark.parametrize(
    ("new_term", "end"),
    [
        ({"until": "2009-12-31"}, "2010-01-01"),
        ({"term": "P3Y"}, "2008-03-01"),
        ({"term": "P3Y", "effective": "2004-06-01"}, "2007-06-01"),
    ],
)
def test_a_new_term_gives_a_new_end(kind: str, new_term: Json, end: str) -> None:
    """A term runs from `effective`; left out, from the old END."""
    document = in_force(event(kind, "2004-05-01", **new_term), initial="P5Y", renewal="express", notice="P6M")
    assert told(document, "2020-01-01", "status", "since", "rule") == ("terminated", end, EXPIRED)
    assert story(document)[-2:] == [("2004-05-02", "in_force", "presumed"), (end, "terminated", "presumed")]
    assert expiry(document, "2004-04-30")[0] == "2005-03-01"
    assert expiry(document, "2004-05-01")[0] == end


def test_a_notice_for_a_new_term_counts_back_as_its_act_names_it() -> None:
    by_day = in_force(
        event("renewed", "2004-05-01", until="2009-12-31"), initial="P5Y", renewal="express", notice="P6M"
    )
    assert expiry(by_day, "2005-01-01") == ("2010-01-01", "2009-06-30")
    by_term = in_force(event("renewed", "2004-05-01", term="P3Y"), until="2004-12-31", renewal="express", notice="P6M")
    assert expiry(by_term, "2005-01-01") == ("2008-01-01", "2007-07-01")


def test_a_tacitly_renewed_term_goes_on_from_the_new_one() -> None:
    clause = {"initial": "P5Y", "renewal": "tacit", "renewal_period": "P2Y", "notice": "P6M"}
    document = in_force(event("extended", "2004-05-01", until="2009-12-31"), **clause)
    assert expiry(document, "2009-12-31") == ("2010-01-01", "2009-06-30")
    assert expiry(document, "2010-01-01") == ("2012-01-01", "2011-06-30")


@pytest.mark.parametrize(
    ("acted", "end"), [("2007-02-28", "2010-03-01"), ("2007-03-01", "2010-03-01"), ("2007-03-02", "2012-03-01")]
)
def test_the_old_end_of_a_tacitly_renewed_term_is_its_boundary(acted: str, end: str) -> None:
    document = in_force(event("extended", acted, term="P3Y"), initial="P5Y", renewal="tacit", renewal_period="P2Y")
    assert expiry(document, "2007-03-02")[0] == end


@pytest.mark.parametrize(("acted", "starts"), [("2004-05-01", "2005-03-01"), ("2005-03-02", "2005-03-02")])
def test_after_the_last_boundary_a_new_term_runs_from_its_act(acted: str, starts: str) -> None:
    document = in_force(event("extended", acted, term="P3Y"), initial="P5Y", renewal="tacit_indefinite")
    assert expiry(document, "2005-06-01")[0] == starts.replace("2005", "2008")
    unlimited = in_force(event("extended", acted, term="P3Y"), initial="indefinite", renewal="none")
    assert told(unlimited, "2009-01-01", "status", "since") == ("terminated", str(int(acted[:4]) + 3) + acted[4:])


@pytest.mark.parametrize(
    ("acted", "effective"), [("2005-03-02", None), ("2005-03-02", "2005-03-02"), ("2004-01-01", "2005-03-02")]
)
def test_a_gap_after_the_old_end_stays_terminated(acted: str, effective: str | None) -> None:
    """And what is in force after it is so since then."""
    member = {"effective": effective} if effective else {}
    document = in_force(event("renewed", acted, term="P3Y", **member), initial="P5Y", renewal="express")
    gap = ask(document, "2005-03-01")
    assert (gap["status"], gap["certainty"]) == ("terminated", "definite")
    assert (gap["since"], gap["end"]) == ("2005-03-01", "2005-03-02")
    assert gap["rule"] == "VCLT 54(a), term expired before it was renewed"
    assert "ground" not in gap
    after = ask(document, "2006-01-01")
    assert (after["status"], after["since"], after["end"]) == ("in_force", "2005-03-02", "2008-03-02")
    assert after["rule"] == "VCLT 54(a), renewed after its term had expired"
    assert after["events"] == ["renewed"]


@pytest.mark.parametrize("effective", ["2005-03-01", "2004-01-01"])
def test_a_term_that_begins_by_the_old_end_leaves_no_gap(effective: str) -> None:
    acted = event("renewed", "2009-06-01", effective=effective, until="2020-12-31")
    document = in_force(acted, initial="P5Y", renewal="express")
    assert told(document, "2005-03-01", "status", "since", "end") == ("in_force", "2000-03-01", "2021-01-01")


def test_each_of_several_gaps_stays() -> None:
    document = in_force(
        event("renewed", "2006-03-01", term="P1Y"),
        event("extended", "2008-03-01", until="2009-02-28"),
        initial="P5Y",
        renewal="express",
    )
    assert [(day, status) for day, status, _ in story(document) if day > "2001"] == [
        ("2005-03-01", "terminated"),
        ("2006-03-01", "in_force"),
        ("2006-03-02", "in_force"),
        ("2007-03-01", "terminated"),
        ("2008-03-01", "in_force"),
        ("2008-03-02", "in_force"),
        ("2009-03-01", "terminated"),
    ]


def test_a_new_last_day_that_is_open_may_never_come() -> None:
    acted = event("renewed", "2004-06-01", until="[2009-12-31..]")
    document = in_force(acted, initial="P5Y", renewal="express")
    assert told(document, "2009-12-31", "status", "end") == ("in_force", "[2010-01-01..]")


@pytest.mark.parametrize(
    ("tie", "end"),
    [
        (
            Tie("extends", "protocol", Days(date(2004, 1, 1), date(2004, 1, 1)), until=Days(None, date(2009, 12, 31))),
            "",
        ),
        (Tie("extends", "protocol", Days(date(2004, 1, 1), None), until=Days(date(2009, 12, 31), None)), "2010-01-01"),
    ],
)
def test_another_agreement_may_extend_it_on_days_that_are_not_known(tie: Tie, end: str) -> None:
    document = in_force(initial="P5Y", renewal="express")
    answer = ask(document, "2007-01-01", Context(ties=(tie,)))
    assert answer["possible_statuses"] == ["terminated", "in_force"]


def test_another_agreement_extends_it_as_an_act_would() -> None:
    document = in_force(initial="P5Y", renewal="express", notice="P6M")
    day, last = Days(date(2004, 1, 1), date(2004, 1, 1)), Days(date(2009, 12, 31), date(2009, 12, 31))
    context = Context(ties=(Tie("extends", "protocol", day, until=last),))
    assert told(document, "2010-01-01", "status", "since", context=context) == ("terminated", "2010-01-01")
    assert expiry(document, "2003-12-31", context) == ("2005-03-01", "2004-09-01")
    assert expiry(document, "2004-01-01", context) == ("2010-01-01", "2009-06-30")
    for tie in (Tie("extends", "protocol", day), Tie("extends", "protocol", day, until=last, counts=False)):
        assert told(document, "2005-03-01", context=Context(ties=(tie,))) == "terminated"
    other = Context(ties=(Tie("amends", "protocol", day, until=last),))
    assert told(document, "2005-03-01", context=other) == "terminated"


def test_another_agreement_that_extends_it_after_a_gap_is_named() -> None:
    """It is an agreement, not one of the events."""
    document = in_force(initial="P2Y", renewal="express")
    day, last = Days(date(2004, 1, 1), date(2004, 1, 1)), Days(date(2009, 12, 31), date(2009, 12, 31))
    context = Context(ties=(Tie("extends", "protocol", day, until=last, sources=("gazette",)),))
    again = told(document, "2004-01-01", "status", "since", "events", "agreements", "sources", context=context)
    assert again == ("in_force", "2004-01-01", [], ["protocol"], ["gazette"])
    acted = in_force(event("renewed", "2004-01-01", until="2009-12-31"), initial="P2Y", renewal="express")
    assert told(acted, "2004-01-01", "events", "agreements") == (["renewed"], None)


def test_effects_survive_the_end_and_the_status_does_not() -> None:
    document = in_force(since="2000-03", initial="P5Y", renewal="none", survival="P10Y")
    assert told(document, "2005-03-31", "status", "effects_until") == ("terminated", "[2015-03-01..2015-03-31]")
    assert told(document, "2005-02-28", "effects_until") is None


@pytest.mark.parametrize(
    ("members", "clause"),
    [
        ({"entered": "2000-03-01~"}, {"initial": "P5Y", "renewal": "none"}),
        ({}, {"until": "2005-02-28~", "renewal": "none"}),
        ({"acted": event("extended", "2004-01-01", until="2005-06-30?")}, {"initial": "P5Y", "renewal": "none"}),
        ({"acted": event("extended", "2004-01-01~", term="P1Y")}, {"initial": "P5Y", "renewal": "express"}),
        ({"entered": "2000-03-01~", "acted": event("denunciation_received", "2003-01-01", by="mex")}, {"initial": "P5Y",
          "renewal": "tacit", "renewal_period": "P5Y", "notice": "P6M"}),
    ],
)  # fmt: skip
def test_an_end_that_hangs_on_a_doubtful_day_is_at_best_presumed(members: Json, clause: Json) -> None:
    """Also where somebody looked later: what is doubtful was not verified by that (DOMAIN 3)."""
    events = [event("entered_into_force", members.get("entered", "2000-03-01"))]
    events += [members["acted"]] if "acted" in members else []
    document = agreement(*events, duration=clause, verified_on="2020-01-01")
    assert told(document, "2010-01-01", "status", "certainty") == ("terminated", "presumed")
    sure = re.sub("[~?]", "", json.dumps([clause, events]))
    clause, events = json.loads(sure)
    assert told(agreement(*events, duration=clause, verified_on="2020-01-01"), "2010-01-01", "certainty") == "definite"


def test_the_rule_and_the_ground_of_an_end_are_of_one_kind() -> None:
    """Where the length of the term is not known it may be over, but after the notice it is, by that."""
    clause = {"initial": "unknown", "renewal": "none", "notice": "P6M", "notice_anchor": "any_time"}
    document = in_force(event("denunciation_received", "2003-01-01", by="mex"), **clause)
    assert told(document, "2003-07-01", "status", "ground", "rule") == (
        "terminated", "denounced", "VCLT 54(a), notice at any time",
    )  # fmt: skip
    assert told(document, "2002-01-01", "certainty", "rule") == ("possible", "VCLT 54(a), length of the term unknown")


def test_ended_by_the_clause_or_by_a_notice_whichever_came_first() -> None:
    """Where nobody knows which, it is presumed as by the clause; and definite where somebody looked since."""
    clause = {"initial": "P5Y", "renewal": "none", "notice": "P6M", "notice_anchor": "any_time"}
    entered, notice = event("entered_into_force", "2000-01"), event("denunciation_received", "2004-07-15", by="mex")
    document = agreement(entered, notice, duration=clause)
    assert told(document, "2005-01-10", "certainty") == "possible"
    answer = told(document, "2006-01-01", "status", "certainty", "since")
    assert answer == ("terminated", "presumed", "[2005-01-01..2005-01-15]")
    verified = agreement(entered, notice, duration=clause, verified_on="2006-01-01")
    assert told(verified, "2006-01-01", "certainty") == "definite"
    assert told(verified, "2006-01-02", "certainty") == "presumed"
