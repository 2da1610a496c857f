"""What contradicts itself about the end of an agreement is kept, and told as a finding (DOMAIN 6)."""

from datetime import date

import pytest

from db.acts import Context, Tie
from db.dates import Days
from tests.law import Json, after, agreement, event, findings, told

ENTERED = event("entered_into_force", "2010-01-01")


def on(day: str) -> Days:
    return Days(date.fromisoformat(day), date.fromisoformat(day))


def kinds(document: Json, context: Context | None = None) -> list[tuple[str, str]]:
    return [(kind, pointer) for kind, pointer, _ in findings(document, context)]


def test_terminated_before_it_entered_into_force() -> None:
    document = agreement(ENTERED, event("terminated", "2000-01-01"))
    assert kinds(document) == [("end_before_entry", "/events/terminated")]
    assert kinds(agreement(ENTERED, event("terminated", "2010-01-01"))) == []
    assert kinds(agreement(ENTERED, event("terminated", "[2009-01-01..2010-01-01]"))) == []


def test_denounced_before_it_entered_into_force() -> None:
    clause = {"initial": "indefinite", "renewal": "none", "notice": "P6M"}
    document = agreement(ENTERED, event("denunciation_received", "2000-01-01", by="mex"), duration=clause)
    assert kinds(document) == [("end_before_entry", "/events/denunciation-received")]


def test_superseded_before_it_entered_into_force() -> None:
    context = Context(ties=(Tie("supersedes", "other", on("2009-12-31")),))
    assert kinds(agreement(ENTERED), context) == [("end_before_entry", "")]
    same_day = Context(ties=(Tie("supersedes", "other", on("2010-01-01")),))
    assert kinds(agreement(ENTERED), same_day) == []


def test_another_agreement_had_ended_it_before_it_was_terminated() -> None:
    """The recorded day wins, and is said to be another."""
    context = Context(ties=(Tie("supersedes", "other", on("2011-01-01")), Tie("amends", "third", on("2010-06-01"))))
    document = agreement(ENTERED, event("terminated", "2012-01-01"))
    assert kinds(document, context) == [("end_computed_otherwise", "/events/terminated")]
    assert kinds(agreement(ENTERED, event("terminated", "2011-01-01")), context) == []
    assert kinds(agreement(ENTERED, event("terminated", "2010-12-31")), context) == []


@pytest.mark.parametrize("kind", ["denunciation_received", "denunciation_notified", "suspended", "termination_invoked"])
def test_what_is_done_after_the_end(kind: str) -> None:
    acted = event(kind, "2015-01-02", by="mex")
    term = {"initial": "P5Y", "renewal": "none", "notice": "P6M"}
    id = kind.replace("_", "-")
    assert kinds(agreement(ENTERED, acted, duration=term)) == [("act_after_end", f"/events/{id}")]
    in_time = event(kind, "2015-01-01", by="mex")
    assert kinds(agreement(ENTERED, in_time, duration=term)) == []
    assert (
        kinds(agreement(ENTERED, acted, duration={"initial": "indefinite", "renewal": "none", "notice": "P6M"})) == []
    )


def test_extended_after_it_was_terminated() -> None:
    extended = event("extended", "2013-01-01", until="2020-12-31")
    document = agreement(ENTERED, event("terminated", "2012-01-01"), extended)
    assert kinds(document) == [("act_after_end", "/events/extended")]


def test_extended_although_a_notice_was_received() -> None:
    """The notice ends it all the same, since nobody revoked it."""
    term = {"initial": "P5Y", "renewal": "none", "notice": "P6M", "notice_anchor": "before_boundary"}
    notice = event("denunciation_received", "2003-01-01", by="mex")
    extended = event("extended", "2004-01-01", until="2010-12-31")
    document = after(notice, extended, **term)
    assert told(document, "2005-03-01") == "terminated"
    assert kinds(document) == [("end_contradicted", "/events/extended")]
    before = event("extended", "2002-01-01", until="2010-12-31")
    assert kinds(after(notice, before, **term)) == []
    revoked = event("denunciation_revoked", "2003-06-01", by="mex")
    assert kinds(after(notice, revoked, extended, **term)) == []
