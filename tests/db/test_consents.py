"""How parties consent to be bound, and what they still owe until they have (DOMAIN 5)."""

import pytest

from tests.law import agreement, both, entry, event, findings, owed, signatory, told, under

# Notifications: received, sent, dated


def test_receipt_counts_and_dispatch_only_bounds_it() -> None:
    document = under("on_last_notification", *both("notification_sent"), clause={"offset": "P30D"})
    assert entry(document) == "[2001-07-10..]"
    assert owed(document, "2001-05-01") == [("mex", "notification_received"), ("rus", "notification_received")]
    assert told(document, "2001-07-09") == "signed_not_in_force"
    assert told(document, "2001-07-10", "status", "certainty") == ("in_force", "possible")


def test_what_may_not_be_in_force_yet_is_still_owed() -> None:
    document = under("on_last_notification", *both("notification_sent"))
    assert owed(document, "2020-01-01") == [("mex", "notification_received"), ("rus", "notification_received")]


def test_dispatch_counts_where_the_clause_says_so() -> None:
    sent = {"anchor": "sent"}
    document = under("on_last_notification", *both("notification_sent"), clause=sent)
    assert entry(document) == "2001-06-10"
    assert owed(under("on_last_notification", clause=sent), "2000-06-01")[0] == ("mex", "notification_sent")
    received = under("on_last_notification", *both("notification_received"), clause=sent)
    assert entry(received) == "[2000-01-01..2001-06-10]"


def test_the_dispatch_is_sought_before_a_receipt_that_precedes_the_signature() -> None:
    received = both("notification_received", "1999-01-01", "1999-02-01")
    assert entry(under("on_last_notification", *received, clause={"anchor": "sent"})) == "1999-02-01"
    unsigned = agreement(*received, entry_into_force={"condition": "on_last_notification", "anchor": "sent"})
    assert entry(unsigned) == "[..1999-02-01]"


def test_what_follows_from_an_open_start_is_open() -> None:
    """An offset is counted from a day, and there is none."""
    clause = {"condition": "on_last_notification", "anchor": "sent", "offset": "P30D"}
    document = agreement(*both("notification_received", "1999-01-01", "1999-02-01"), entry_into_force=clause)
    assert entry(document) == "[..1999-03-03]"


@pytest.mark.parametrize("kind", ["notification_received", "notification_sent"])
def test_the_date_of_the_note_counts_where_the_clause_says_so(kind: str) -> None:
    acts = both(kind, dated="2001-04-20")
    assert entry(under("on_last_notification", *acts, clause={"anchor": "dated"})) == "2001-04-20"


def test_each_party_has_the_date_of_its_own_note() -> None:
    acts = [
        event("notification_received", "2001-05-03", by="mex", dated="2001-04-20"),
        event("notification_sent", "2001-05-01", by="rus", dated="2001-04-10"),
    ]
    document = under("on_last_notification", *acts, clause={"anchor": "dated"})
    assert (entry(document), findings(document)) == ("2001-04-20", [])
    assert owed(document, "2001-04-10") == [("mex", "notification_received")]


def test_a_note_without_its_date_was_written_before_it_came() -> None:
    document = under("on_last_notification", *both("notification_received"), clause={"anchor": "dated"})
    assert entry(document) == "[2000-01-01..2001-06-10]"
    assert owed(document, "2000-06-01") == [("mex", "notification_received"), ("rus", "notification_received")]


def test_dispatch_and_receipt_of_one_note_are_no_repeat() -> None:
    """Whichever tells the date of the note counts, the receipt if both do."""
    dated = {"anchor": "dated"}
    sent = both("notification_sent", "2001-05-01", "2001-06-01", dated="2001-04-20")
    received = both("notification_received")
    document = under("on_last_notification", *sent, *received, clause=dated)
    assert (entry(document), findings(document)) == ("2001-04-20", [])
    told_twice = under("on_last_notification", *sent, *both("notification_received", dated="2001-04-21"), clause=dated)
    assert (entry(told_twice), findings(told_twice)) == ("2001-04-21", [])


# Signature


@pytest.mark.parametrize(("confirmed", "day"), [("2000-02-01", "2000-02-01"), ("2000-03-01", "2000-03-01")])
def test_a_signature_ad_referendum_waits_for_its_confirmation(confirmed: str, day: str) -> None:
    signed = event("signature", "2000-01-01", by="mex", ad_referendum=True), event("signature", "2000-01-05", by="rus")
    waiting = agreement(*signed, entry_into_force={"condition": "on_signature"})
    assert entry(waiting) is None
    assert owed(waiting, "2000-06-01") == [("mex", "signature_confirmed")]
    document = agreement(
        *signed, event("signature_confirmed", confirmed, by="mex"), entry_into_force={"condition": "on_signature"}
    )
    assert entry(document) == day
    assert told(document, "2000-01-01", "status", "since") == ("signed_not_in_force", "2000-01-01")


def test_the_effective_day_of_a_confirmation_is_that_of_the_consent() -> None:
    document = agreement(
        event("signature", "2000-01-01", ad_referendum=True),
        event("signature_confirmed", "2000-05-01", side="a", effective="2000-01-02"),
        event("signature_confirmed", "2000-06-01", side="b", effective="2000-01-03"),
        entry_into_force={"condition": "on_signature"},
    )
    assert entry(document) == "2000-01-03"


def test_an_unauthorised_signature_binds_from_its_confirmation() -> None:
    """VCLT 8: it counts from its own day, the consent from the confirmation."""
    document = agreement(
        event("signature", "2000-01-01"),
        event("signature_confirmed", "2000-05-01", by="mex"),
        entry_into_force={"condition": "on_signature"},
    )
    assert entry(document) == "2000-05-01"


def test_a_confirmation_is_of_its_own_party() -> None:
    signed = event("signature", "2000-01-01", ad_referendum=True)
    document = agreement(
        signed, event("signature_confirmed", "2000-05-01", by="mex"), entry_into_force={"condition": "on_signature"}
    )
    assert owed(document, "2000-06-01") == [("rus", "signature_confirmed")]
    assert owed(document, "2000-04-01") == [("mex", "signature_confirmed"), ("rus", "signature_confirmed")]


def test_a_signatory_may_sign_ad_referendum() -> None:
    people = [signatory("ana", "a", signed="2000-01-01", ad_referendum=True), signatory("boris", "b", signed="2000")]
    document = agreement(signatories=people, entry_into_force={"condition": "on_signature"})
    assert owed(document, "2001-01-01") == [("mex", "signature_confirmed")]


def test_who_has_not_signed_owes_the_signature() -> None:
    document = agreement(event("signature", "2000-01-01", by="mex"), entry_into_force={"condition": "on_signature"})
    assert entry(document) is None
    assert owed(document, "2000-01-01") == [("rus", "signature")]


# What is owed


def test_what_is_owed_until_the_day_on_which_it_is_done() -> None:
    document = under("on_last_notification", *both("notification_received"))
    mex, rus = ("mex", "notification_received"), ("rus", "notification_received")
    assert owed(document, "1999-12-31") == []
    assert owed(document, "2001-05-02") == [mex, rus]
    assert owed(document, "2001-05-03") == [rus]
    assert owed(document, "2001-06-09") == [rus]
    assert owed(document, "2001-06-10") == []


def test_what_is_done_on_some_day_of_a_month_is_owed_until_its_last() -> None:
    document = under("on_last_notification", event("notification_received", "2001-05", by="mex"))
    assert owed(document, "2001-05-30")[0] == ("mex", "notification_received")
    assert owed(document, "2001-05-31") == [("rus", "notification_received")]


@pytest.mark.parametrize("approval", ["domestic_approval", "domestic_law"])
def test_domestic_procedures_are_owed_beside_the_notification(approval: str) -> None:
    document = under("after_domestic_procedures", event(approval, "2001-02-03", by="mex"))
    rest = [("mex", "notification_received"), ("rus", "domestic_approval"), ("rus", "notification_received")]
    assert owed(document, "2001-02-02") == [("mex", "domestic_approval"), *rest]
    assert owed(document, "2001-02-03") == rest
    assert owed(under("on_last_notification", event(approval, "2001-02-03", by="mex")), "2000-06-01") == [
        ("mex", "notification_received"),
        ("rus", "notification_received"),
    ]


def test_whoever_notified_has_finished_its_procedures() -> None:
    document = under("after_domestic_procedures", event("notification_received", "2001-02-03", by="mex"))
    assert owed(document, "2001-02-02")[0] == ("mex", "domestic_approval")
    assert owed(document, "2001-02-03") == [("rus", "domestic_approval"), ("rus", "notification_received")]


@pytest.mark.parametrize(
    ("condition", "act"),
    [("on_exchange", "instrument_exchanged"), ("on_notes", "notes_exchanged"), ("none", "consent")],
)
def test_the_act_that_is_owed_is_the_conditions(condition: str, act: str) -> None:
    assert owed(under(condition), "2000-06-01") == [("mex", act), ("rus", act)]


def test_without_a_recorded_clause_a_consent_is_owed() -> None:
    assert owed(agreement(signed="2000-01-01"), "2000-06-01") == [("mex", "consent"), ("rus", "consent")]


ON_SIGNATURE = {"condition": "on_signature"}


def test_of_a_confirmation_and_a_final_signature_the_first_counts() -> None:
    """One that was not signed ad referendum and is confirmed counts from then alone (VCLT 8)."""
    of_rus = event("signature", "2000-01-05", by="rus")
    referred = event("signature", "2000-01-01", by="mex", ad_referendum=True)
    final, confirmed = event("signature", "2000-03-01", by="mex"), event("signature_confirmed", "2000-06-01", by="mex")
    assert entry(agreement(referred, final, confirmed, of_rus, entry_into_force=ON_SIGNATURE)) == "2000-03-01"
    late = event("signature", "2000-09-01", by="mex")
    assert entry(agreement(referred, confirmed, late, of_rus, entry_into_force=ON_SIGNATURE)) == "2000-06-01"
    assert entry(agreement(final, confirmed, of_rus, entry_into_force=ON_SIGNATURE)) == "2000-06-01"
