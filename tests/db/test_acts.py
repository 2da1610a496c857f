"""Whose act an event is, who signed when, and what other records say of both (DOMAIN 4, 5 and 9)."""

import pytest

from db.acts import Context, When, World, agree, earliest_of, hull
from db.dates import parse
from tests.law import agreement, ask, event, findings, owed, party, signatory, told

CLAUSE = {"condition": "on_last_notification"}
BODIES = Context(states={"senate": "mex", "ministry": "mex", "agency": "rus", "roscosmos": "rus"})
SIDES = (party("a", "bel"), party("a", "lux"), party("b", "mex"))


def notified_by(by: str, context: Context, *events: dict[str, object], parties: object = None) -> list[str]:
    """The parties that still owe a notification after one by this organization."""
    members = {"parties": parties} if parties else {}
    notified = event("notification_received", "2001-01-01", by=by)
    document = agreement(notified, *events, signed="2000-01-01", entry_into_force=CLAUSE, **members)
    return [each["party"] for each in ask(document, "2005-01-01", context).get("pending", ())]


def test_an_act_is_of_the_party_that_it_names() -> None:
    assert notified_by("mex", Context()) == ["rus"]


def test_the_act_of_a_body_is_of_the_party_of_its_state() -> None:
    assert notified_by("ministry", BODIES) == ["rus"]
    assert notified_by("agency", BODIES) == ["mex"]


def test_the_act_of_a_state_is_of_the_body_that_is_the_party() -> None:
    between_agencies = (("a", "roscosmos"), ("b", "senate"))
    assert notified_by("rus", BODIES, parties=between_agencies) == ["senate"]
    assert notified_by("agency", BODIES, parties=between_agencies) == ["senate"]


def test_a_party_is_itself_though_it_is_a_body_of_a_state() -> None:
    of_one_state = (("a", "roscosmos"), ("b", "agency"))
    assert notified_by("agency", BODIES, parties=of_one_state) == ["roscosmos"]


def test_the_act_of_a_stranger_is_nobodys_and_a_finding() -> None:
    stranger = event("notification_received", "2001-01-01", by="fra")
    document = agreement(stranger, signed="2000-01-01", entry_into_force=CLAUSE)
    assert findings(document) == [
        ("act_of_no_party", "/events/notification-received/by", "'fra' is no party, nor a body of one")
    ]
    assert [each["party"] for each in ask(document, "2005-01-01")["pending"]] == ["mex", "rus"]
    refused = agreement(event("consent_refused", "2001-01-01", by="fra"), signed="2000-01-01")
    assert told(refused, "2005-01-01") == "signed_not_in_force"


def test_the_act_of_a_side_is_of_all_its_parties_and_that_of_nobody_in_particular_of_all() -> None:
    notified = event("notification_received", "2001-01-01", side="a")
    document = agreement(notified, parties=SIDES, signed="2000-01-01", entry_into_force=CLAUSE)
    assert owed(document, "2005-01-01") == [("mex", "notification_received")]
    exchanged = event("instrument_exchanged", "2001-01-01")
    document = agreement(exchanged, parties=SIDES, signed="2000-01-01", entry_into_force={"condition": "on_exchange"})
    assert told(document, "2001-01-01") == "in_force"


@pytest.mark.parametrize("kind", ["succession", "continuity_confirmed"])
def test_the_successor_is_the_party(kind: str) -> None:
    soviet = (("a", "mex"), ("b", "suhh"))
    came_after = event(kind, "1992-01-13", predecessor="suhh", successor="rus")
    assert notified_by("rus", Context(), came_after, parties=soviet) == ["mex"]
    assert notified_by("agency", BODIES, came_after, parties=soviet) == ["mex"]
    assert notified_by("rus", Context(), parties=soviet) == ["mex", "suhh"]
    assert notified_by("ukr", Context(), came_after, parties=soviet) == ["mex", "suhh"]


def test_the_successor_of_a_successor_is_the_party() -> None:
    yugoslav = (("a", "mex"), ("b", "yucs"))
    chain = [
        event("succession", "2006-06-03", predecessor="scg", successor="srb", id="a"),
        event("succession", "2003-02-04", predecessor="yucs", successor="scg", id="b"),
    ]
    assert notified_by("srb", Context(), *chain, parties=yugoslav) == ["mex"]


def test_a_state_that_continues_another_is_the_party() -> None:
    context = Context(continues={"rus": frozenset({"suhh"})})
    assert notified_by("rus", context, parties=(("a", "mex"), ("b", "suhh"))) == ["mex"]


# Who signed when


def test_signature_events_go_before_the_signatories_and_these_before_the_date_of_the_agreement() -> None:
    people = [signatory("ana", "a", signed="2000-02-01"), signatory("boris", "b", signed="2000-02-02")]
    document = agreement(signed="2000-03-01", signatories=people)
    assert told(document, "2010-01-01", "since") == "2000-02-01"
    document = agreement(event("signature", "2000-01-20"), signed="2000-03-01", signatories=people)
    assert told(document, "2010-01-01", "since", "events") == ("2000-01-20", ["signature"])
    assert told(agreement(signed="2000-03-01"), "2010-01-01", "since", "events") == ("2000-03-01", [])


def test_each_party_signs_for_itself() -> None:
    """One by an event, one by its signatory, one with the agreement."""
    on_signature = {"condition": "on_signature"}
    people = [signatory("ana", "a", signed="2000-02-01", on_behalf_of="bel"), signatory("luc", "a")]
    document = agreement(
        event("signature", "2000-01-01", by="mex"),
        signatories=people,
        parties=SIDES,
        signed="2000-03-01",
        entry_into_force=on_signature,
    )
    assert told(document, "2000-03-01", "status", "since") == ("in_force", "2000-03-01")
    del document["signed"]
    assert owed(document, "2000-03-01") == [("lux", "signature")]
    for_the_side = agreement(
        event("signature", "2000-01-01", by="mex"),
        signatories=[signatory("ana", "a", signed="2000-02-01")],
        parties=SIDES,
        entry_into_force=on_signature,
    )
    assert told(for_the_side, "2000-02-01", "status", "since") == ("in_force", "2000-02-01")


def test_dates_of_signature_that_disagree_are_findings() -> None:
    signed = event("signature", "2000-01-01")
    document = agreement(signed, signed="2000-01-02")
    finding = ("signature_contradicted", "/signed", "its signatures are recorded on other days")
    assert findings(document) == [finding]
    assert findings(agreement(signed, signed="1999-12-31")) == [finding]
    assert findings(agreement(signed, signed="2000-01")) == []
    two_days = [event("signature", "2000-01-01", by="mex"), event("signature", "2000-01-05", by="rus")]
    assert findings(agreement(*two_days, signed="2000-01-05")) == []
    assert findings(agreement(*two_days, signed="2000-01-06")) == [finding]


def test_a_signatory_that_signed_on_another_day_is_a_finding() -> None:
    signed = event("signature", "2000-01-02")
    reason = "the signatures are recorded on other days"
    for day in ("2000-01-01", "2000-01-03"):
        document = agreement(signed, signatories=[signatory("ana", "a", signed=day)])
        assert findings(document) == [("signature_contradicted", "/signatories/ana/signed", reason)]
    document = agreement(signed, signatories=[signatory("ana", "a", signed="2000-01"), signatory("boris", "b")])
    assert findings(document) == []


# Days as far as they are known


def test_of_several_days_the_first() -> None:
    one, two = _when("2000-03?"), _when("2000-03-10")
    assert earliest_of("first", []) is None
    assert earliest_of("first", [one]) is one
    assert earliest_of("first", [one, two]) == _when("[2000-03-01..2000-03-10]", "first", doubtful=True)
    assert earliest_of("first", [_when("2000-03-10"), _when("2000-04?")]) == _when("2000-03-10", "first")
    same = earliest_of("first", [_when("2000-03-10"), _when("2000-03-10?")])
    assert same == _when("2000-03-10", "first", doubtful=True)


def test_days_agree_that_have_some_in_common_and_all_have_a_hull() -> None:
    one, two, three = _when("2000-03"), _when("2000-03-31?"), _when("2000-04-01")
    assert agree([one, two])
    assert agree([one])
    assert not agree([two, three])
    assert hull("day", [two, three]) == _when("[2000-03-31..2000-04-01]", "day", doubtful=True)
    assert hull("day", [one, three]) == _when("[2000-03-01..2000-04-01]", "day")


def test_a_choice_of_days_falls_back_on_the_first_that_is_possible() -> None:
    one, two = _when("2000-03", "one"), _when("2000-04", "two")
    world = World({"one": two.earliest})
    assert world.day(one) == two.earliest
    assert world.day(two) == two.earliest
    assert world.first([]).year == 9999
    assert (one.free, _when("2000-03-01").free) == (True, False)


def test_what_lasted_acts_from_its_first_day() -> None:
    lasting = agreement(event("negotiation", "1999-03-01/1999-05-01"))
    assert told(lasting, "1999-03-01", "status", "since") == ("under_negotiation", "1999-03-01")
    some_day = agreement(event("negotiation", "[1999-03-01..1999-05-01]"))
    assert told(some_day, "1999-03-01", "status", "certainty") == ("under_negotiation", "possible")
    open_start = agreement(event("negotiation", "../1999-05-01"))
    assert told(open_start, "1990-01-01", "status", "certainty") == ("under_negotiation", "possible")
    assert told(open_start, "1999-05-01", "since") == "[..1999-05-01]"


def _when(text: str, name: str = "day", doubtful: bool = False) -> When:
    told = parse(text)
    assert told.earliest
    assert told.latest
    return When(name, told.earliest, told.latest, doubtful or told.uncertain)


def test_a_consent_counts_from_the_day_on_which_it_acts() -> None:
    acts = [event("notes_exchanged", "2001-01-01", effective="2001-03-01")]
    document = agreement(*acts, entry_into_force={"condition": "on_notes"})
    assert told(document, "2001-03-01", "status", "since") == ("in_force", "2001-03-01")
