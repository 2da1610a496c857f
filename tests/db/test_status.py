"""The status before entry into force and at its end, and which one goes before another (DOMAIN 4 and 7)."""

from datetime import date

import pytest

from db.acts import Context, Tie
from db.dates import Days
from db.vocabulary import Status, members
from tests.law import agreement, ask, event, findings, party, story, told

DAY = Days(date(2010, 1, 1), date(2010, 1, 1))
NEVER_KNOWN = "it is not known to have been in force"


def test_without_any_act_the_status_is_unknown() -> None:
    answer = ask(agreement(), "2000-01-01")
    assert (answer["status"], answer["certainty"], answer["rule"]) == ("unknown", "presumed", "no act recorded")
    assert not answer.keys() & {"since", "end", "next_expiry", "pending", "ground", "contested_by"}
    assert (answer["partial"], answer["contested"], answer["events"]) == (False, False, [])


@pytest.mark.parametrize("kind", ["visit", "meeting", "ceremony", "statement", "hostilities", "other", "registered"])
def test_what_happens_beside_an_agreement_is_no_status(kind: str) -> None:
    assert story(agreement(event(kind, "2000-01-01"))) == [("", "unknown", "presumed")]


@pytest.mark.parametrize("kind", ["amended", "corrected", "relations_severed", "publication", "court_review"])
def test_what_happens_to_it_without_effect_changes_no_status(kind: str) -> None:
    document = agreement(event("entered_into_force", "2000-01-01"), event(kind, "2001-01-01"))
    assert {status for _, status, _ in story(document)} == {"unknown", "in_force"}


@pytest.mark.parametrize(
    ("kind", "status", "rule"),
    [
        ("negotiation", "under_negotiation", "VCLT 2(1)(c), negotiation"),
        ("negotiation_authorised", "under_negotiation", "VCLT 2(1)(c), negotiation"),
        ("full_powers_issued", "under_negotiation", "VCLT 7, full powers issued"),
        ("text_adopted", "initialled", "VCLT 9, text adopted"),
        ("initialled", "initialled", "VCLT 10, initialled"),
        ("signature", "signed_not_in_force", "VCLT 18(a), signed"),
        ("consent_refused", "abandoned", "VCLT 18(a), consent refused"),
        ("provisional_application_started", "provisionally_applied", "VCLT 25(1), applied provisionally"),
        ("entered_into_force", "in_force", "VCLT 24, entry into force recorded"),
        ("terminated", "terminated", "VCLT 54, ground unknown"),
    ],
)
def test_each_act_has_its_status_and_rule(kind: str, status: str, rule: str) -> None:
    document = agreement(event(kind, "2000-01-01", by="mex"))
    assert told(document, "1999-12-31") == "unknown"
    answer = ask(document, "2000-01-01")
    assert (answer["status"], answer["rule"], answer["events"]) == (status, rule, [kind.replace("_", "-")])
    assert (answer["certainty"], answer["since"]) == ("definite", "2000-01-01")


def test_the_order_of_statuses() -> None:
    """One after the other, on the same day the one that goes before."""
    acts = [
        event("negotiation", "2000-01-01"),
        event("initialled", "2000-01-02"),
        event("signature", "2000-01-03"),
        event("consent_refused", "2000-01-04", by="mex"),
        event("provisional_application_started", "2000-01-05"),
        event("entered_into_force", "2000-01-06"),
        event("suspended", "2000-01-07"),
        event("terminated", "2000-01-08"),
    ]
    found = [told(agreement(*acts), f"2000-01-0{day}") for day in range(1, 9)]
    assert ["unknown", *found] == list(reversed(members(Status)))
    together = agreement(*(each | {"date": "2000-01-01"} for each in acts))
    assert told(together, "2000-01-01") == "terminated"


def test_of_several_first_acts_the_first_counts() -> None:
    document = agreement(event("negotiation", "2000-01-05"), event("negotiation", "2000-01-01", id="first"))
    assert told(document, "2000-01-06", "since", "events") == ("2000-01-01", ["first"])


def test_signed_from_the_first_signature() -> None:
    document = agreement(event("signature", "2000-01-05", by="mex"), event("signature", "2000-01-01", by="rus"))
    assert told(document, "2000-01-01", "status", "since") == ("signed_not_in_force", "2000-01-01")


# Refused


@pytest.mark.parametrize(
    "kind",
    [
        "signature",
        "signature_confirmed",
        "instrument_exchanged",
        "instrument_deposited",
        "notification_received",
        "notes_exchanged",
    ],
)
def test_abandoned_until_the_same_party_consents_or_signs_again(kind: str) -> None:
    refused = event("consent_refused", "2001-01-01", by="mex")
    again = event(kind, "2002-01-01", by="mex", id="again")
    document = agreement(refused, again, signed="2000-01-01")
    assert told(document, "2001-12-31", "status", "since", "end") == ("abandoned", "2001-01-01", "2002-01-01")
    assert told(document, "2002-01-01") == "signed_not_in_force"
    by_the_other = agreement(refused, event(kind, "2002-01-01", by="rus", id="again"), signed="2000-01-01")
    assert told(by_the_other, "2002-01-01") == "abandoned"
    before = agreement(refused, event(kind, "2001-01-01", by="mex", id="again"), signed="2000-01-01")
    assert told(before, "2002-01-01") == "abandoned"


def test_a_notification_sent_is_consent_where_the_clause_says_so() -> None:
    acts = [event("consent_refused", "2001-01-01", by="mex"), event("notification_sent", "2002-01-01", by="mex")]
    sent = {"condition": "on_last_notification", "anchor": "sent"}
    assert told(agreement(*acts, signed="2000-01-01", entry_into_force=sent), "2002-01-01") == "signed_not_in_force"
    received = sent | {"anchor": "received"}
    assert told(agreement(*acts, signed="2000-01-01", entry_into_force=received), "2002-01-01") == "abandoned"


def test_where_a_side_refused_each_of_its_parties_consents_again() -> None:
    parties = (party("a", "bel"), party("a", "lux"), party("b", "mex"))
    refused = event("consent_refused", "2001-01-01", side="a")
    once = event("notes_exchanged", "2002-01-01", by="bel")
    assert told(agreement(refused, once, parties=parties), "2010-01-01") == "abandoned"
    twice = event("notes_exchanged", "2003-01-01", by="lux")
    document = agreement(refused, once, twice, parties=parties)
    assert told(document, "2002-12-31", "status", "end") == ("abandoned", "2003-01-01")
    assert told(document, "2003-01-01") == "unknown"


def test_a_refusal_perhaps_after_the_consent() -> None:
    document = agreement(
        event("consent_refused", "2001", by="mex"),
        event("notes_exchanged", "2001-06-01", by="mex"),
        signed="2000-01-01",
    )
    assert ask(document, "2001-03-01")["possible_statuses"] == ["abandoned", "signed_not_in_force"]
    assert ask(document, "2001-03-01")["status"] == "abandoned"
    assert ask(document, "2010-01-01")["possible_statuses"] == ["abandoned", "signed_not_in_force"]


# Applied provisionally

STARTED, ENDED = "provisional_application_started", "provisional_application_ended"


def test_applied_provisionally_until_that_ends() -> None:
    document = agreement(event(STARTED, "2001-01-01"), event(ENDED, "2002-01-01"), signed="2000-01-01")
    assert told(document, "2000-12-31") == "signed_not_in_force"
    assert told(document, "2001-12-31", "status", "since", "end", "partial") == (
        "provisionally_applied",
        "2001-01-01",
        "2002-01-01",
        False,
    )
    answer = ask(document, "2002-01-01")
    assert (answer["status"], answer["since"]) == ("signed_not_in_force", "2002-01-01")
    assert answer["rule"] == "VCLT 25(2), provisional application ended"
    assert answer["events"] == ["provisional-application-ended"]


def test_a_refusal_ends_provisional_application() -> None:
    document = agreement(
        event(STARTED, "2001-01-01"),
        event("consent_refused", "2002-01-01", by="mex"),
        event("signature", "2003-01-01"),
        signed="2000-01-01",
    )
    assert [status for _, status, _ in story(document)] == [
        "unknown",
        "provisionally_applied",
        "abandoned",
        "signed_not_in_force",
        "signed_not_in_force",
    ]


def test_provisional_application_starts_again_only_after_it_ended() -> None:
    document = agreement(
        event(ENDED, "2000-06-01"),
        event(STARTED, "2001-01-01"),
        event(STARTED, "2001-06-01"),
        event(ENDED, "2002-01-01"),
        event(STARTED, "2003-01-01"),
    )
    assert told(document, "2000-07-01") == "unknown"
    assert told(document, "2001-07-01", "status", "since") == ("provisionally_applied", "2001-01-01")
    assert told(document, "2002-06-01", "status", "since") == ("signed_not_in_force", "2002-01-01")
    assert told(document, "2003-01-01", "status", "since", "end") == ("provisionally_applied", "2003-01-01", None)


def test_provisional_application_in_part() -> None:
    some = {"provisions": ["Article 3"]}
    document = agreement(
        event(STARTED, "2001-01-01", **some),
        event(STARTED, "2001-06-01", **some),
        event(STARTED, "2002-01-01"),
        event(ENDED, "2003-01-01", **some),
        event(ENDED, "2004-01-01"),
        event(ENDED, "2005-01-01", **some),
        event(STARTED, "2006-01-01", **some),
    )
    found = {day: told(document, f"{day}-02-01", "status", "partial") for day in range(2000, 2007)}
    assert found == {
        2000: ("unknown", False),
        2001: ("provisionally_applied", True),
        2002: ("provisionally_applied", False),
        2003: ("provisionally_applied", True),
        2004: ("signed_not_in_force", False),
        2005: ("signed_not_in_force", False),
        2006: ("provisionally_applied", True),
    }
    assert told(document, "2001-12-31", "partial") is True
    first, second = "provisional-application-started", "provisional-application-started-2"
    assert told(document, "2001-02-01", "events") == [first]
    assert told(document, "2001-07-01", "events") == [first]
    assert told(document, "2003-02-01", "events") == [first, "provisional-application-ended"]
    assert told(document, "2004-02-01", "events") == ["provisional-application-ended-2"]
    assert second not in told(document, "2002-02-01", "events")


# Terminated

GROUNDS = {
    "expiry": "VCLT 54(a), expiry",
    "completion": "VCLT 54(a), completion",
    "mutual_consent": "VCLT 54(b), mutual consent",
    "superseded": "VCLT 59(1), superseded",
    "denounced": "VCLT 54(a), denounced",
    "party_extinct": "a party ceased to exist",
    "breach": "VCLT 60, breach",
    "impossibility": "VCLT 61, impossibility",
    "changed_circumstances": "VCLT 62, changed circumstances",
    "jus_cogens": "VCLT 64, jus cogens",
    "obsolete": "VCLT 54(b), obsolete",
    "unknown": "VCLT 54, ground unknown",
}
ENTERED = event("entered_into_force", "2000-01-01")


@pytest.mark.parametrize("ground", GROUNDS)
def test_a_recorded_termination_ends_it_on_its_ground(ground: str) -> None:
    document = agreement(ENTERED, event("terminated", "2009-12-01", ground=ground, effective="2010-01-01"))
    assert told(document, "2009-12-31", "status", "end") == ("in_force", "2010-01-01")
    answer = ask(document, "2010-01-01")
    assert (answer["status"], answer["certainty"], answer["since"]) == ("terminated", "definite", "2010-01-01")
    assert (answer["rule"], answer["ground"]) == (GROUNDS[ground], ground)
    assert told(document, "2020-01-01", "certainty") == "definite"


def test_without_entry_into_force_it_is_terminated_too() -> None:
    document = agreement(event("terminated", "2010-01-01"), signed="2000-01-01")
    assert told(document, "2010-01-01", "status", "since") == ("terminated", "2010-01-01")
    assert findings(document) == [("end_without_entry", "/events/terminated", NEVER_KNOWN)]


def test_invalid_is_void_from_the_start() -> None:
    document = agreement(ENTERED, event("terminated", "2010-01-01", ground="invalid"), signed="1999-01-01")
    answer = ask(document, "2000-01-01")
    assert (answer["status"], answer["since"], answer["rule"]) == ("terminated", "2000-01-01", "VCLT 69, invalid")
    assert told(document, "1999-12-31") == "signed_not_in_force"
    never = agreement(event("terminated", "2010-01-01", ground="invalid"), signed="1999-01-01")
    assert told(never, "2010-01-01", "status", "since") == ("terminated", "2010-01-01")


def test_invalid_by_one_party_is_only_contested() -> None:
    """VCLT 65: until all parties agree, or a court says so for all."""
    claimed = event("terminated", "2010-01-01", ground="invalid", by="mex")
    document = agreement(ENTERED, claimed)
    assert told(document, "2010-01-01", "status", "contested", "contested_by") == ("in_force", True, ["mex"])
    assert told(document, "2010-01-01", "events") == ["entered-into-force", "terminated"]
    assert told(document, "2009-12-31", "contested", "events") == (False, ["entered-into-force"])
    agreed = agreement(ENTERED, claimed, event("terminated", "2011-01-01", ground="invalid", by="rus"))
    assert told(agreed, "2000-01-01", "status", "contested") == ("terminated", False)
    ended = agreement(ENTERED, claimed, event("terminated", "2011-01-01", ground="breach"))
    assert told(ended, "2010-12-31", "status", "contested") == ("in_force", True)
    assert told(ended, "2011-01-01", "status", "rule", "contested") == ("terminated", "VCLT 60, breach", False)


def test_contradicting_terminations_make_a_range_and_a_finding() -> None:
    document = agreement(ENTERED, event("terminated", "2010-01-01"), event("terminated", "2012-01-01"))
    assert told(document, "2011-01-01", "status", "certainty", "end") == (
        "in_force",
        "possible",
        "[2010-01-01..2012-01-01]",
    )
    reason = "its termination is recorded on several days"
    assert findings(document) == [("end_contradicted", "/events/terminated", reason)]
    agreeing = agreement(ENTERED, event("terminated", "2010"), event("terminated", "2010-06-01"))
    assert (told(agreeing, "2011-01-01", "since"), findings(agreeing)) == ("[2010-01-01..2010-12-31]", [])


def test_a_recorded_termination_wins_over_the_clause_and_a_mismatch_is_a_finding() -> None:
    clause = {"initial": "P5Y", "renewal": "none"}
    finding = ("end_computed_otherwise", "/events/terminated", "the clause gives 2005-01-01")
    late = agreement(ENTERED, event("terminated", "2005-01-02"), duration=clause)
    assert told(late, "2005-01-01", "status", "end") == ("in_force", "2005-01-02")
    assert findings(late) == [finding]
    for ground in (None, "expiry", "denounced", "unknown"):
        members = {"ground": ground} if ground else {}
        early = agreement(ENTERED, event("terminated", "2004-12-31", **members), duration=clause)
        assert findings(early) == [finding]
    on_the_day = agreement(ENTERED, event("terminated", "2005-01-01", ground="expiry"), duration=clause)
    assert findings(on_the_day) == []
    perhaps = agreement(ENTERED, event("terminated", "2005", ground="expiry"), duration=clause)
    assert findings(perhaps) == []


def test_a_termination_by_consent_may_come_before_the_clause_ends_it() -> None:
    clause = {"initial": "P5Y", "renewal": "none"}
    document = agreement(ENTERED, event("terminated", "2004-12-31", ground="mutual_consent"), duration=clause)
    assert findings(document) == []


def test_a_recorded_termination_is_held_against_a_notice_too() -> None:
    notice = event("denunciation_received", "2004-01-01", by="mex")
    clause = {"initial": "indefinite", "renewal": "none", "notice": "P6M"}
    document = agreement(ENTERED, notice, event("terminated", "2004-07-02", ground="denounced"), duration=clause)
    assert findings(document) == [("end_computed_otherwise", "/events/terminated", "the clause gives 2004-07-01")]
    without_end = agreement(ENTERED, event("terminated", "2004-07-02", ground="denounced"))
    assert findings(without_end) == []


# By another agreement


@pytest.mark.parametrize(
    ("kind", "rule", "ground"),
    [
        ("supersedes", "VCLT 59(1), superseded", "superseded"),
        ("terminates", "VCLT 54(b), terminated by another agreement", "mutual_consent"),
    ],
)
def test_another_agreement_ends_it_on_the_day_on_which_it_begins(kind: str, rule: str, ground: str) -> None:
    document = agreement(ENTERED)
    context = Context(ties=(Tie(kind, "other", DAY, sources=("gazette", "press")),))
    assert told(document, "2009-12-31", "status", "certainty", context=context) == ("in_force", "definite")
    assert told(document, "2009-12-31", "agreements", "sources", context=context) == (None, [])
    answer = ask(document, "2010-01-01", context)
    assert (answer["status"], answer["certainty"], answer["since"]) == ("terminated", "definite", "2010-01-01")
    assert (answer["rule"], answer["ground"]) == (rule, ground)
    assert (answer["events"], answer["agreements"], answer["sources"]) == ([], ["other"], ["gazette", "press"])
    presumed = Context(ties=(Tie(kind, "other", DAY, presumed=True),))
    assert told(document, "2010-01-01", "certainty", context=presumed) == "presumed"
    assert told(document, "2009-12-31", "certainty", context=presumed) == "presumed"


def test_another_agreement_that_may_never_begin_may_never_end_it() -> None:
    context = Context(ties=(Tie("supersedes", "other", Days(date(2010, 1, 1), None)),))
    assert told(agreement(ENTERED), "2009-12-31", context=context) == "in_force"
    assert ask(agreement(ENTERED), "2010-01-01", context)["possible_statuses"] == ["terminated", "in_force"]


@pytest.mark.parametrize("kind", ["amends", "implements", "confirms", "annex_of", "related"])
def test_other_ties_end_nothing(kind: str) -> None:
    assert told(agreement(ENTERED), "2010-01-01", context=Context(ties=(Tie(kind, "other", DAY),))) == "in_force"


def test_an_agreement_between_others_ends_nothing_and_is_a_finding() -> None:
    context = Context(ties=(Tie("supersedes", "other", DAY, counts=False),))
    assert told(agreement(ENTERED), "2010-01-01", context=context) == "in_force"
    reason = "'other' supersedes it, but is between others, and no citation supports it"
    assert findings(agreement(ENTERED), context) == [("relation_of_others", "", reason)]


def test_of_several_ends_the_first_counts_and_a_recorded_one_wins() -> None:
    notice = event("denunciation_received", "2009-01-01", by="mex")
    clause = {"initial": "indefinite", "renewal": "none", "notice": "P6M"}
    context = Context(ties=(Tie("supersedes", "other", DAY),))
    document = agreement(ENTERED, notice, duration=clause)
    assert told(document, "2020-01-01", "since", "ground", context=context) == ("2009-07-01", "denounced")
    later = agreement(ENTERED, event("denunciation_received", "2009-08-01", by="mex"), duration=clause)
    assert told(later, "2020-01-01", "since", "ground", context=context) == ("2010-01-01", "superseded")
    recorded = agreement(ENTERED, notice, event("terminated", "2011-01-01", ground="breach"), duration=clause)
    assert told(recorded, "2020-01-01", "since", "ground", context=context) == ("2011-01-01", "breach")


def test_two_ties_with_one_agreement_have_days_of_their_own() -> None:
    ties = (
        Tie("supersedes", "other", Days(date(2010, 1, 1), date(2010, 1, 31))),
        Tie("suspends", "other", Days(date(2005, 1, 1), date(2005, 1, 1))),
    )
    context = Context(ties=ties)
    assert told(agreement(ENTERED), "2005-01-01", "status", "certainty", context=context)[0] == "suspended"
    assert told(agreement(ENTERED), "2010-01-31", "since", context=context) == "[2010-01-01..2010-01-31]"


def test_one_signature_that_is_certain_makes_the_day_certain() -> None:
    """Two of one day, the other of them doubtful: signed on that day, without a doubt."""
    clause = {"condition": "on_signature", "offset": "P30D"}
    doubtful, certain = event("signature", "2000-01-01?", by="mex"), event("signature", "2000-01-01", by="rus")
    document = agreement(doubtful, certain, entry_into_force=clause, verified_on="2001-01-01")
    assert told(document, "2000-01-15", "status", "certainty") == ("signed_not_in_force", "definite")
