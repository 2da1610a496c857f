"""Every choice of imprecise days that matters is tried, and the periods that follow have no hole (DOMAIN 3 and 7)."""

from datetime import date
from itertools import pairwise

import pytest

from db.acts import Case, Context
from db.choices import MOST_CHOICES, MOST_FREE, jumps, tried
from db.law import Law
from db.lifecycle import answer_on, next_boundary, period_on, resolve
from tests.law import agreement, ask, dated, event, findings, told

ENTERED = event("entered_into_force", "2000-01-01")


def test_periods_follow_one_another_without_a_hole() -> None:
    document = agreement(event("entered_into_force", "2000"), event("terminated", "2010"), signed="1999")
    periods = resolve(document).periods
    assert "from" not in periods[0]
    assert "to" not in periods[-1]
    for before, after in pairwise(periods):
        assert date.fromisoformat(before["to"]).toordinal() + 1 == date.fromisoformat(after["from"]).toordinal()
    assert period_on(periods, date.min) == periods[0]
    assert period_on(periods, date.max) == periods[-1]
    assert period_on(periods, date(2000, 1, 1))["from"] == "2000-01-01"
    assert "terms" not in answer_on(periods, date(2005, 1, 1), date(2026, 11, 23))


def test_a_day_within_the_range_of_a_fixed_act_is_found_on_both_sides_of_it() -> None:
    """Entry into force before or after the provisional application."""
    document = agreement(
        event("entered_into_force", "[2000-01-01..2004-12-31]"),
        event("provisional_application_started", "2002-01-01"),
        signed="1999-01-01",
    )
    assert told(document, "2001-01-01", "since") == "[2000-01-01..2004-12-31]"
    assert ask(document, "2001-01-01")["possible_statuses"] == ["in_force", "signed_not_in_force"]
    assert ask(document, "2003-01-01")["possible_statuses"] == ["in_force", "provisionally_applied"]


def test_an_end_that_a_notice_reaches_only_from_some_days_is_found() -> None:
    """The notice is in time for the first boundary if entry into force was late in its month."""
    clause = {"initial": "P10Y", "renewal": "tacit", "renewal_period": "P10Y", "notice": "P12M"}
    notice = event("denunciation_received", "1999-03-10", by="mex")
    document = agreement(event("entered_into_force", "1990-03"), notice, duration=clause)
    assert told(document, "2005-01-01", "end") == "[2000-03-10..2010-03-09]"


def test_a_notice_on_the_eve_of_another_clause_is_found() -> None:
    first = {"from": "2000", "initial": "indefinite", "renewal": "none", "notice": "P5Y"}
    second = first | {"from": "2005-07-01", "notice": "P1M"}
    notice = event("denunciation_received", "2005", by="mex")
    document = agreement(ENTERED, notice, duration=[first, second])
    assert told(document, "2005-08-01", "end") == "[2005-08-01..2010-06-30]"


def test_a_revocation_on_the_first_day_of_a_notice_is_found() -> None:
    clause = {"initial": "indefinite", "renewal": "none", "notice": "P1M"}
    document = agreement(
        ENTERED,
        event("denunciation_notified", "[2005-02-01..2005-02-10]", by="mex"),
        event("denunciation_revoked", "2005-02-01", by="mex"),
        event("denunciation_received", "2005-06-01", by="rus"),
        duration=clause,
    )
    assert told(document, "2005-06-30", "end") == "[2005-03-02..2005-07-01]"


@pytest.mark.parametrize("imprecise", [MOST_FREE, MOST_FREE + 1])
def test_too_many_imprecise_days_are_moved_together_and_a_finding(imprecise: int) -> None:
    acts = [event(kind, f"20{10 + n}") for n, kind in enumerate(["suspended", "resumed"] * 5)][:imprecise]
    document = agreement(ENTERED, *acts)
    reason = f"more than {MOST_FREE} days are imprecise: some were only moved together"
    expected = [("too_imprecise", "", reason)] if imprecise > MOST_FREE else []
    assert findings(document) == expected
    assert ask(document, "2010-06-01")["possible_statuses"] == ["suspended", "in_force"]
    last = 9 + imprecise
    assert ask(document, f"20{last}-06-01")["possible_statuses"] == ["suspended", "in_force"]


@pytest.mark.parametrize("number", [40, 400])
def test_however_many_notices_are_imprecise_the_work_is_bounded(number: int) -> None:
    """With n of them the nth part of the choices is tried, and a finding says that it is not all."""
    notices = [event("denunciation_received", str(2010 + n % 10), by="mex" if n % 2 else "rus") for n in range(number)]
    clause = {"initial": "P1M", "renewal": "tacit", "renewal_period": "P1M", "notice": "P1M"}
    document = agreement(ENTERED, *notices, duration=clause)
    choices = tried(Law(Case(document, Context())))
    assert len(choices.runs) * number <= 2 * MOST_CHOICES
    assert "too_imprecise" in [kind for kind, _, _ in findings(document)]
    assert ask(document, "2010-06-01")["possible_statuses"] == ["terminated", "in_force"]


def test_where_too_many_choices_matter_not_all_are_tried_and_a_finding() -> None:
    """Five days each known to a decade, and a boundary each month: few enough days, too many ways."""
    notices = [event("denunciation_received", "201X", by="mex") for _ in range(5)]
    clause = {"initial": "P1M", "renewal": "tacit", "renewal_period": "P1M", "notice": "P1M"}
    reason = f"more than {MOST_CHOICES // 5} choices of days matter: not all were tried"
    assert ("too_imprecise", "", reason) in findings(agreement(ENTERED, *notices, duration=clause))


def test_the_days_between_which_an_index_changes() -> None:
    def decade(day: date) -> int:
        return day.year // 10

    found = [str(day) for day in jumps(decade, date(1995, 1, 1), date(2015, 1, 1))]
    assert found == ["1999-12-31", "2000-01-01", "2009-12-31", "2010-01-01"]
    assert list(jumps(decade, date(1995, 1, 1), date(1996, 1, 1))) == []
    many = list(jumps(date.toordinal, date(1995, 1, 1), date(2015, 1, 1)))
    assert (len(many), many[0]) == (100, date(1995, 1, 1))


def test_a_term_by_itself_tells_its_next_boundary() -> None:
    term = {"anchor": dated("2000-03-01"), "initial": "P5Y", "last_day_named": False, "counted_from_entry": False}
    assert next_boundary([term], date(2005, 2, 28)) == {"next_expiry": dated("2005-03-01")}
    assert next_boundary([term], date(2005, 3, 1)) == {}
    unknown = term | {"anchor": {"edtf": "../.."}}
    assert next_boundary([unknown], date(2005, 3, 1))["next_expiry"]["edtf"] == "[2005-03-02..]"


def test_all_terms_are_told_where_it_is_not_known_which_is_in_force() -> None:
    renewed = event("renewed", "2004", until="2010-12-31")
    document = agreement(ENTERED, renewed, duration={"initial": "P5Y", "renewal": "express"})
    assert told(document, "2003-12-31", "next_expiry") == "2005-01-01"
    assert told(document, "2004-06-01", "next_expiry") == "[2005-01-01..2011-01-01]"
