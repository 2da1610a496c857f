"""What a denunciation brings about, and when (DOMAIN 4 and 6)."""

from datetime import date
from typing import Any

import pytest

from db.acts import Case, Context, World
from db.entry import entry_of
from db.terms import clauses_of, end_of_notice, prolongations_of, stages_of
from tests.law import Json, after, agreement, ask, end, event, story, told

BEFORE_BOUNDARY = "VCLT 54(a), notice before the end of a term"
ANY_TIME = "VCLT 54(a), notice at any time"
YEAR_END = "VCLT 54(a), notice before the end of a year"
EXPIRED = "VCLT 54(a), term expired"


def denounced(*received: str, since: str = "2000-03-01", **clause: Any) -> Json:
    """An agreement in force, of which `mex` gave notices that were received on these days."""
    notices = [event("denunciation_received", day, by="mex") for day in received]
    return agreement(event("entered_into_force", since), *notices, duration=clause)


# Before a boundary


@pytest.mark.parametrize(
    ("received", "ends"),
    [
        ("2001-01-01", "2005-03-01"),
        ("2004-09-01", "2005-03-01"),
        ("2004-09-02", "2007-03-01"),
        ("2006-09-01", "2007-03-01"),
        ("2006-09-02", "2009-03-01"),
        ("2016-09-01", "2017-03-01"),
    ],
)
def test_a_notice_ends_the_first_term_whose_deadline_it_meets(received: str, ends: str) -> None:
    document = denounced(received, initial="P5Y", renewal="tacit", renewal_period="P2Y", notice="P6M")
    assert end(document) == (ends, BEFORE_BOUNDARY, "denounced")
    assert story(document)[-1] == (ends, "terminated", "definite")


@pytest.mark.parametrize(("received", "ends"), [("2009-06-30", "2010-01-01"), ("2009-07-01", "2012-01-01")])
def test_the_deadline_of_a_named_last_day_is_counted_back_from_it(received: str, ends: str) -> None:
    document = denounced(received, until="2009-12-31", renewal="tacit", renewal_period="P2Y", notice="P6M")
    assert end(document) == (ends, BEFORE_BOUNDARY, "denounced")


@pytest.mark.parametrize("renewal", ["none", "express"])
def test_a_notice_in_time_ends_a_fixed_term_and_a_late_one_leaves_that_to_the_clause(renewal: str) -> None:
    """What the clause alone brings about is presumed."""
    clause = {"initial": "P5Y", "renewal": renewal, "notice": "P6M"}
    in_time, late = denounced("2004-09-01", **clause), denounced("2004-09-02", **clause)
    assert end(in_time) == ("2005-03-01", BEFORE_BOUNDARY, "denounced")
    assert story(in_time)[-1] == ("2005-03-01", "terminated", "definite")
    assert end(late) == ("2005-03-01", EXPIRED, "expiry")
    assert story(late)[-1] == ("2005-03-01", "terminated", "presumed")


def test_a_late_notice_does_not_undo_a_renewal() -> None:
    renewed = event("renewed", "2005-01-01", until="2009-12-31")
    document = denounced("2004-09-02", initial="P5Y", renewal="express", notice="P6M")
    document = agreement(
        event("entered_into_force", "2000-03-01"),
        event("denunciation_received", "2004-09-02", by="mex"),
        renewed,
        duration=document["duration"],
    )
    assert end(document) == ("2010-01-01", EXPIRED, "expiry")


@pytest.mark.parametrize(
    ("received", "ends", "rule"),
    [
        ("2004-09-01", "2005-03-01", BEFORE_BOUNDARY),
        ("2004-09-02", "2005-03-02", ANY_TIME),
        ("2010-01-01", "2010-07-01", ANY_TIME),
    ],
)
def test_after_the_last_deadline_a_notice_to_what_has_no_end_acts_at_any_time(
    received: str, ends: str, rule: str
) -> None:
    document = denounced(received, initial="P5Y", renewal="tacit_indefinite", notice="P6M")
    assert end(document) == (ends, rule, "denounced")


def test_a_late_notice_leaves_an_unknown_renewal_unknown() -> None:
    clause = {"initial": "P5Y", "renewal": "unknown", "notice": "P6M"}
    assert end(denounced("2004-09-01", **clause)) == ("2005-03-01", BEFORE_BOUNDARY, "denounced")
    late = ask(denounced("2004-09-02", **clause), "2005-03-01")
    assert late["possible_statuses"] == ["terminated", "in_force"]
    assert late["rule"] == "VCLT 54(a), term expired, renewal unknown"
    assert "denounceable" not in late


@pytest.mark.parametrize("renewal", ["tacit", "tacit_indefinite"])
def test_before_a_boundary_that_is_not_known_the_end_is_open(renewal: str) -> None:
    period = {"renewal_period": "P2Y"} if renewal == "tacit" else {}
    document = denounced("2004-09-02", initial="unknown", renewal=renewal, notice="P6M", **period)
    assert told(document, "2005-03-01", "status", "end") == ("in_force", "[2005-03-02..]")
    answer = ask(document, "2005-03-02")
    assert (answer["possible_statuses"], answer["rule"]) == (["terminated", "in_force"], BEFORE_BOUNDARY)


def test_where_the_term_has_no_end_a_notice_before_it_acts_at_any_time() -> None:
    document = denounced(
        "2004-09-02", initial="indefinite", renewal="none", notice="P6M", notice_anchor="before_boundary"
    )
    assert end(document) == ("2005-03-02", ANY_TIME, "denounced")


def test_a_boundary_beyond_the_calendar_never_comes() -> None:
    document = denounced("2004-09-02", initial="P9000Y", renewal="tacit", renewal_period="P1Y", notice="P6M")
    assert story(document)[-1] == ("2004-09-03", "in_force", "presumed")


# At any time


@pytest.mark.parametrize(
    ("received", "ends", "rule", "ground"),
    [
        ("2004-08-31", "2005-02-28", ANY_TIME, "denounced"),
        ("2004-09-01", "2005-03-01", ANY_TIME, "denounced"),
        ("2004-09-02", "2005-03-01", EXPIRED, "expiry"),
    ],
)
@pytest.mark.parametrize("renewal", ["none", "express"])
def test_at_any_time_but_no_longer_than_a_fixed_term(
    renewal: str, received: str, ends: str, rule: str, ground: str
) -> None:
    document = denounced(received, initial="P5Y", renewal=renewal, notice="P6M", notice_anchor="any_time")
    assert end(document) == (ends, rule, ground)


@pytest.mark.parametrize(
    ("received", "ends"), [("2001-01-01", "2005-03-01"), ("2004-09-01", "2005-03-01"), ("2004-09-02", "2005-03-02")]
)
@pytest.mark.parametrize("renewal", ["tacit", "tacit_indefinite"])
def test_at_any_time_but_not_within_the_initial_term(renewal: str, received: str, ends: str) -> None:
    period = {"renewal_period": "P2Y"} if renewal == "tacit" else {}
    document = denounced(received, initial="P5Y", renewal=renewal, notice="P6M", notice_anchor="any_time", **period)
    assert end(document) == (ends, ANY_TIME, "denounced")


def test_at_any_time_under_an_unknown_renewal() -> None:
    clause = {"initial": "P5Y", "renewal": "unknown", "notice": "P6M", "notice_anchor": "any_time"}
    document = denounced("2004-08-31", **clause)
    assert end(document) == ("2005-02-28", ANY_TIME, "denounced")
    late = denounced("2004-09-02", **clause)
    assert ask(late, "2005-03-01")["possible_statuses"] == ["terminated", "in_force"]
    assert end(late)[0] == "[2005-03-01..2005-03-02]"


@pytest.mark.parametrize("renewal", ["none", "tacit", "tacit_indefinite", "express", "unknown"])
def test_an_indefinite_term_is_denounced_at_any_time_unless_the_clause_says_otherwise(renewal: str) -> None:
    document = denounced("2004-08-31", initial="indefinite", renewal=renewal, renewal_period="P1Y", notice="P1M")
    assert end(document) == ("2004-09-30", ANY_TIME, "denounced")


# Before the end of a year


@pytest.mark.parametrize(
    ("received", "ends"),
    [
        ("2021-06-07", "2022-01-01"),
        ("2021-06-30", "2022-01-01"),
        ("2021-07-01", "2023-01-01"),
        ("2021-01-01", "2022-01-01"),
        ("2020-12-31", "2022-01-01"),
        ("2001-01-01", "2006-01-01"),
    ],
)
def test_the_end_of_a_year(received: str, ends: str) -> None:
    """Not before the end of the initial term, 2005-03-01."""
    document = denounced(
        received, initial="P5Y", renewal="tacit_indefinite", notice="P6M", notice_anchor="before_year_end"
    )
    assert end(document) == (ends, YEAR_END, "denounced")


@pytest.mark.parametrize(("since", "ends"), [("2000-01-01", "2005-01-01"), ("2000-01-02", "2006-01-01")])
def test_the_first_of_january_may_be_the_end_of_the_initial_term(since: str, ends: str) -> None:
    clause = {"initial": "P5Y", "renewal": "tacit_indefinite", "notice": "P6M", "notice_anchor": "before_year_end"}
    assert end(denounced("2002-01-01", since=since, **clause))[0] == ends


def test_the_end_of_a_year_without_an_initial_term() -> None:
    clause = {"initial": "indefinite", "renewal": "none", "notice": "P12M", "notice_anchor": "before_year_end"}
    assert end(denounced("2002-12-31", **clause))[0] == "2004-01-01"
    assert end(denounced("[..2002-12-31]", **clause))[0] == "[..2004-01-01]"


def test_the_last_year_of_the_calendar_has_no_end() -> None:
    clause = {"initial": "indefinite", "renewal": "none", "notice": "P6M", "notice_anchor": "before_year_end"}
    document = denounced("9998-07-01", **clause)
    assert told(document, "9999-12-30") == "in_force"
    assert told(denounced("9998-06-30", **clause), "9999-01-01") == "terminated"


# No clause on it, or not known which


def test_without_a_clause_on_it_a_notice_leaves_the_end_open_after_a_year() -> None:
    """VCLT 56: it may be that it cannot be denounced."""
    document = denounced("2004-02-29", initial="indefinite", renewal="none", notice="none")
    before = ask(document, "2005-02-27")
    assert (before["status"], before["certainty"], before["end"]) == ("in_force", "presumed", "[2005-02-28..]")
    assert "denounceable" not in before
    after = ask(document, "2005-02-28")
    assert (after["possible_statuses"], after["denounceable"]) == (["terminated", "in_force"], "uncertain")
    assert after["rule"] == "VCLT 56(1), no clause on denunciation"
    assert after["events"] == ["entered-into-force", "denunciation-received"]


def test_without_a_clause_on_it_a_tacitly_renewed_term_may_be_denounced() -> None:
    document = denounced("2004-02-29", initial="P5Y", renewal="tacit", renewal_period="P1Y", notice="none")
    assert ask(document, "2005-02-28")["denounceable"] == "uncertain"


@pytest.mark.parametrize("renewal", ["none", "express"])
def test_without_a_clause_on_it_a_fixed_term_ends_as_without_notice(renewal: str) -> None:
    document = denounced("2001-02-28", initial="P5Y", renewal=renewal, notice="none")
    assert end(document) == ("2005-03-01", EXPIRED, "expiry")
    assert told(document, "2005-02-28", "certainty", "end") == ("presumed", "2005-03-01")


@pytest.mark.parametrize("notice", [{}, {"notice": "unknown"}])
def test_a_notice_of_unknown_period_may_act_at_once(notice: Json) -> None:
    document = denounced("2004-02-29", initial="P5Y", renewal="none", **notice)
    assert told(document, "2004-02-28", "status", "end") == ("in_force", "[2004-02-29..2005-03-01]")
    answer = ask(document, "2004-02-29")
    assert answer["possible_statuses"] == ["terminated", "in_force"]
    assert answer["rule"] == "VCLT 54(a), period of notice unknown"
    assert "denounceable" not in answer
    assert told(document, "2005-03-01", "status", "certainty") == ("terminated", "presumed")


def test_a_notice_where_no_duration_is_recorded_may_act_at_once() -> None:
    document = agreement(
        event("entered_into_force", "2000-03-01"), event("denunciation_received", "2004-02-29", by="rus")
    )
    assert ask(document, "2004-02-29")["possible_statuses"] == ["terminated", "in_force"]
    assert told(document, "2004-02-28", "end") == "[2004-02-29..]"


def test_after_a_notice_the_end_is_the_next_expiry_and_no_deadline_is_left() -> None:
    clause = {"initial": "P5Y", "renewal": "tacit", "renewal_period": "P5Y", "notice": "P6M"}
    document = denounced("2004-01-01", **clause)
    assert told(document, "2003-12-31", "next_expiry", "notice_deadline") == ("2005-03-01", "2004-09-01")
    assert told(document, "2004-01-01", "next_expiry", "notice_deadline") == ("2005-03-01", None)
    assert told(document, "2005-03-01", "next_expiry", "notice_deadline") == (None, None)


def test_an_end_that_is_recorded_comes_before_the_boundaries_after_it() -> None:
    """No notice is in time for a term that is never reached; an end that may come after it leaves it as it is."""
    tacit = {"initial": "P5Y", "renewal": "tacit", "renewal_period": "P5Y", "notice": "P6M"}
    document = after(event("terminated", "2003-10-01", effective="2004-01-01"), **tacit)
    assert told(document, "2003-11-23", "next_expiry", "notice_deadline") == ("2004-01-01", None)
    perhaps = after(event("terminated", "2003-10-01", effective="[2004-01-01..2006-01-01]"), **tacit)
    assert told(perhaps, "2003-11-23", "next_expiry", "notice_deadline") == ("2005-03-01", "2004-09-01")


# One notice that nobody has given yet


@pytest.mark.parametrize(
    ("received", "ends", "boundary", "rule"),
    [
        ("2004-09-01", "2005-03-01", 0, BEFORE_BOUNDARY),
        ("2004-09-02", "2007-03-01", 1, BEFORE_BOUNDARY),
        ("2008-09-02", "2011-03-01", 3, BEFORE_BOUNDARY),
    ],
)
def test_what_a_notice_would_bring_about(received: str, ends: str, boundary: int, rule: str) -> None:
    clause = {"initial": "P5Y", "renewal": "tacit", "renewal_period": "P2Y", "notice": "P6M"}
    case = Case(after(**clause), Context())
    world = World({})
    stages = stages_of(world, clauses_of(case), prolongations_of(case), entry_of(case)[0].moment(world))
    found = end_of_notice(stages, date.fromisoformat(received))
    assert (str(found.ends), found.boundary, found.rule, found.stage) == (ends, boundary, rule, "entry")
    assert found.notice is None


def test_a_notice_under_a_clause_that_leaves_its_period_open() -> None:
    """Although the clause before it named one: on the day of the notice the second was in force."""
    clauses = [
        {"initial": "indefinite", "renewal": "none", "notice": "P6M"},
        {"from": "2005-01-01", "initial": "indefinite", "renewal": "none", "notice": "unknown"},
    ]
    notice = event("denunciation_received", "2006-01-01", by="mex")
    document = agreement(event("entered_into_force", "2000-03-01"), notice, duration=clauses)
    answer = ask(document, "2006-06-01")
    assert (answer["certainty"], answer["possible_statuses"]) == ("possible", ["terminated", "in_force"])
