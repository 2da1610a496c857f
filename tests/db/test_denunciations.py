"""Denunciations as recorded acts: their receipts, ends and revocations, and the parties that leave (DOMAIN 4)."""

import pytest

from tests.law import after, agreement, ask, end, event, findings, party, story, told

ANY_TIME = "VCLT 54(a), notice at any time"
SIDES = (party("a", "bel"), party("a", "lux"), party("b", "mex"))


def test_a_recorded_end_wins_and_a_mismatch_is_a_finding() -> None:
    document = after(event("denunciation_received", "2004-01-01", by="mex", effective="2004-12-31"))
    assert end(document) == ("2004-12-31", "VCLT 54(a), end recorded with the notice", "denounced")
    finding = ("end_computed_otherwise", "/events/denunciation-received", "the clause gives 2004-07-01")
    assert findings(document) == [finding]
    early = after(event("denunciation_received", "2004-01-01", by="mex", effective="2004-06-30"))
    assert findings(early) == [finding]
    agreed = after(event("denunciation_received", "2004-01-01", by="mex", effective="2004-07-01"))
    assert findings(agreed) == []
    perhaps = after(event("denunciation_received", "2004-01-01", by="mex", effective="2004"))
    assert findings(perhaps) == []


def test_a_recorded_end_contradicts_no_clause_that_gives_none() -> None:
    clause = {"initial": "indefinite", "renewal": "none", "notice": "none"}
    assert (
        findings(after(event("denunciation_received", "2004-01-01", by="mex", effective="2004-02-01"), **clause)) == []
    )


def test_without_a_receipt_the_day_of_the_notification_counts_presumed() -> None:
    document = after(event("denunciation_notified", "2004-01-01", by="mex"))
    assert story(document)[-1] == ("2004-07-01", "terminated", "presumed")
    received = after(
        event("denunciation_notified", "2004-01-01", by="mex"), event("denunciation_received", "2004-02-01", by="mex")
    )
    assert story(received)[-1] == ("2004-08-01", "terminated", "definite")
    assert told(received, "2004-08-01", "events") == ["denunciation-notified", "denunciation-received"]


@pytest.mark.parametrize("mark", "?~%")
def test_a_receipt_on_a_doubtful_day_is_presumed_unless_the_end_is_recorded(mark: str) -> None:
    document = after(event("denunciation_received", f"2004-01-01{mark}", by="mex"))
    assert story(document)[-1] == ("2004-07-01", "terminated", "presumed")
    recorded = after(event("denunciation_received", f"2004-01-01{mark}", by="mex", effective="2004-07-01"))
    assert story(recorded)[-1] == ("2004-07-01", "terminated", "definite")


def test_the_receipt_is_of_the_notification_by_the_same_party() -> None:
    document = after(
        event("denunciation_notified", "2004-01-01", by="mex"), event("denunciation_received", "2004-02-01", by="rus")
    )
    assert story(document)[-1] == ("2004-07-01", "terminated", "presumed")


def test_a_receipt_on_the_day_of_the_notification_or_some_day_of_its_month_is_its_own() -> None:
    """Whichever of the two is sorted first."""
    for received in ("2004-01-10", "2004-01"):
        document = after(
            event("denunciation_received", received, by="mex", id="a-receipt"),
            event("denunciation_notified", "2004-01-10", by="mex", id="b-note", effective="2005-01-01"),
        )
        assert told(document, "2005-01-01", "since", "events") == ("2005-01-01", ["b-note", "a-receipt"])


def test_a_notification_after_a_receipt_is_another_denunciation() -> None:
    document = after(
        event("denunciation_received", "2004-01-10", by="mex"),
        event("denunciation_notified", "2004-01-11", by="mex", effective="2004-05-01"),
    )
    assert told(document, "2020-01-01", "since", "events") == ("2004-05-01", ["denunciation-notified"])


def test_a_third_act_is_a_denunciation_of_its_own() -> None:
    document = after(
        event("denunciation_notified", "2004-01-01", by="mex"),
        event("denunciation_received", "2004-01-10", by="mex"),
        event("denunciation_notified", "2004-01-11", by="mex", id="second", effective="2004-05-01"),
    )
    assert told(document, "2020-01-01", "since", "events") == ("2004-05-01", ["second"])


def test_the_recorded_end_may_stand_with_either_of_notification_and_receipt() -> None:
    notified = event("denunciation_notified", "2004-01-01", by="mex", effective="2004-08-02")
    document = after(notified, event("denunciation_received", "2004-02-01", by="mex"))
    assert end(document)[0] == "2004-08-02"
    both = after(notified, event("denunciation_received", "2004-02-01", by="mex", effective="2004-08-03"))
    assert end(both)[0] == "2004-08-03"


def test_of_several_denunciations_the_earliest_end_counts() -> None:
    document = after(
        event("denunciation_received", "2004-01-01", by="mex", effective="2009-01-01"),
        event("denunciation_received", "2005-01-01", by="mex"),
        event("denunciation_received", "2005-02-01", by="rus"),
    )
    assert end(document)[:2] == ("2005-07-01", ANY_TIME)


@pytest.mark.parametrize(
    ("revoked", "status"),
    [
        ("2004-01-01", "in_force"),
        ("2004-06-30", "in_force"),
        ("2004-07-01", "terminated"),
        ("2003-12-31", "terminated"),
    ],
)
def test_a_revocation_before_the_end_cancels(revoked: str, status: str) -> None:
    document = after(
        event("denunciation_received", "2004-01-01", by="mex", id="a"),
        event("denunciation_revoked", revoked, by="mex", id="b"),
    )
    assert told(document, "2020-01-01") == status


def test_a_revocation_may_be_after_a_notice_that_is_sorted_after_it() -> None:
    document = after(
        event("denunciation_revoked", "2004-01", by="mex"), event("denunciation_received", "2004-01-20", by="mex")
    )
    answer = ask(document, "2004-07-20")
    assert answer["possible_statuses"] == ["terminated", "in_force"]
    assert "denunciation-revoked" in answer["events"]


def test_a_revocation_by_the_other_party_cancels_nothing() -> None:
    document = after(
        event("denunciation_received", "2004-01-01", by="mex"), event("denunciation_revoked", "2004-02-01", by="rus")
    )
    assert told(document, "2004-07-01") == "terminated"


def test_a_revocation_of_what_may_have_acted_cancels_before_that() -> None:
    clause = {"initial": "indefinite", "renewal": "none", "notice": "none"}
    for revoked, possible in (("2004-12-31", ["in_force"]), ("2005-01-01", ["terminated", "in_force"])):
        document = after(
            event("denunciation_received", "2004-01-01", by="mex"),
            event("denunciation_revoked", revoked, by="mex"),
            **clause,
        )
        assert ask(document, "2020-01-01")["possible_statuses"] == possible


def test_a_receipt_after_a_revocation_is_a_denunciation_of_its_own() -> None:
    notified = event("denunciation_notified", "2004-01-01", by="mex")
    received = event("denunciation_received", "2004-03-01", by="mex")
    document = after(notified, event("denunciation_revoked", "2004-02-01", by="mex"), received)
    assert end(document)[0] == "2004-09-01"
    assert story(document)[-1][2] == "definite"
    later = after(notified, received, event("denunciation_revoked", "2004-04-01", by="mex"))
    assert told(later, "2020-01-01") == "in_force"
    before = after(notified, received, event("denunciation_revoked", "2003-12-31", by="mex"))
    assert end(before)[0] == "2004-09-01"


def test_a_notice_to_what_never_was_in_force_is_a_finding() -> None:
    finding = ("notice_without_entry", "/events/denunciation-received", "it is not known to have been in force")
    notice = event("denunciation_received", "2004-01-01", by="mex")
    assert findings(agreement(notice)) == [finding]
    assert findings(agreement(notice, signed="2000-01-01")) == [finding]
    assert told(agreement(notice, signed="2000-01-01"), "2010-01-01") == "signed_not_in_force"
    consents = event("notes_exchanged", "2001-01-01")
    unknown = agreement(consents, notice, entry_into_force={"condition": "unknown"})
    assert findings(unknown) == []


# Several parties on a side


def test_it_ends_when_the_last_party_of_a_side_leaves() -> None:
    """With the others of its side the agreement goes on."""
    first = event("denunciation_received", "2004-01-01", by="bel")
    second = event("denunciation_received", "2005-01-01", by="lux")
    assert told(after(first, parties=SIDES), "2020-01-01") == "in_force"
    assert end(after(first, second, parties=SIDES))[0] == "2005-07-01"
    together = event("denunciation_received", "2004-01-01", side="a")
    assert end(after(together, parties=SIDES))[0] == "2004-07-01"
    assert end(after(event("denunciation_received", "2004-01-01", by="mex"), parties=SIDES))[0] == "2004-07-01"


def test_who_left_before_is_not_waited_for() -> None:
    left = (SIDES[0], {**SIDES[1], "to": "2003-12-31"}, SIDES[2])
    assert end(after(event("denunciation_received", "2004-01-01", by="bel"), parties=left))[0] == "2004-07-01"
    all_left = ({**SIDES[0], "to": "2003-12-31"}, left[1], SIDES[2])
    document = after(event("denunciation_received", "2004-01-01", by="bel"), parties=all_left)
    assert told(document, "2020-01-01") == "in_force"


def test_a_side_may_have_left_when_its_last_party_may_have() -> None:
    clause = {"initial": "indefinite", "renewal": "none", "notice": "none"}
    document = after(
        event("denunciation_received", "2004-01-01", by="bel", effective="2004-02-01"),
        event("denunciation_received", "2005-01-01", by="lux"),
        parties=SIDES,
        **clause,
    )
    assert ask(document, "2005-12-31")["possible_statuses"] == ["in_force"]
    assert ask(document, "2006-01-01")["possible_statuses"] == ["terminated", "in_force"]


def test_one_side_may_have_left_before_the_other_has() -> None:
    clause = {"initial": "indefinite", "renewal": "none", "notice": "none"}
    document = after(
        event("denunciation_received", "2004-01-01", by="mex"),
        event("denunciation_received", "2004-01-01", by="rus", effective="2010-01-01"),
        **clause,
    )
    assert ask(document, "2005-01-01")["possible_statuses"] == ["terminated", "in_force"]
    assert ask(document, "2010-01-01")["possible_statuses"] == ["terminated"]
