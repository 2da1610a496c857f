"""The status of agreements over HTTP: on a day, as known at an instant, and what other records have to do with it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from api.settings import Settings
from db.law import PARTY_CEASED
from db.register import REGISTER
from db.verify import verify
from tests.conftest import MakeUrl
from tests.door import ADMIN_KEY, Door, Json, listed, opened
from tests.factories import agreement, event, person, populate, signatory, source, state
from tests.golden import CASES, RENEWAL, Golden, ends_with_2020, short
from tests.law import TODAY, plain
from tests.twelve import TWELVE, Story, told

NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)


class Hands:
    """A clock that a test sets."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def set(self, day: str) -> None:
        """Noon of this day."""
        self.now = datetime.fromisoformat(f"{day}T12:00:00+00:00")


@contextmanager
def served(url: str, clock: Hands) -> Iterator[Door]:
    """The service with this clock, on a record that is whole in the end."""
    with opened(Settings(database_url=url, admin_key=ADMIN_KEY), clock) as door:
        yield door
        with door.app.state.engine.connect() as connection:
            assert verify(connection).findings == []


@pytest.fixture
def clock() -> Hands:
    return Hands(NOW)


@pytest.fixture
def asked(make_url: MakeUrl, clock: Hands) -> Iterator[Door]:
    """The service on the day of the tests of the law, on a record that holds what agreements name."""
    with served(make_url(False), clock) as door:
        clock.set("2000-01-01")
        populate(door)
        clock.now = NOW
        yield door


def status(door: Door, id: str, on: str, **params: str) -> Json:
    """The whole answer about an agreement on a day."""
    return door.read(f"/v1/agreements/{id}/status", params={"on": on, **params})


def said(door: Door, id: str, on: str, **params: str) -> tuple[str, str]:
    """Status and certainty on a day."""
    answer = status(door, id, on, **params)
    return answer["status"], answer["certainty"]


def ids(door: Door, **params: Any) -> list[str]:
    return [item["id"] for item in door.items("/v1/agreements", **params)]


# The golden cases


def slug(text: str) -> str:
    return "-".join("".join(letter if letter.isalnum() else " " for letter in text.lower()).split())


def as_sent(id: str, document: Json) -> Json:
    """A document of the law's tests as a client sends it, under this id; its events have ids of their own."""
    events = [{**each, "id": f"{id}-{each['id']}"} for each in document["events"]]
    return agreement(**{**document, "id": id, "events": events})


def add_golden(door: Door, case: Golden) -> str:
    """Add the agreement of a case, and the others that its status hangs on; gives its id."""
    id = slug(case.name)
    door.add("/v1/agreements", as_sent(id, case.agreement))
    for number, tie in enumerate(case.context.ties):
        entry = event(kind="entered_into_force", date=tie.days.earliest.isoformat() if tie.days.earliest else "")
        assert tie.days.earliest == tie.days.latest
        relations = [{"kind": tie.kind, "agreement": id}]
        door.add("/v1/agreements", agreement(id=f"{id}-{number}", events=[entry], relations=relations))
    return id


def test_the_golden_cases(asked: Door, subtests: pytest.Subtests) -> None:
    """On each day the whole answer; the list of that day says the same of each, in short."""
    known = {case.name: add_golden(asked, case) for case in CASES}
    for case in CASES:
        with subtests.test(case.name):
            for expected in case.answers:
                answer = status(asked, known[case.name], expected.on)
                assert short(plain(answer)) == expected.whole, expected.on
                assert answer["on"] == expected.on
                [item] = [
                    each for each in asked.items("/v1/agreements", on=expected.on) if each["id"] == known[case.name]
                ]
                assert item["status"] == listed({"status": answer})["status"]


def test_a_renewal_that_is_recorded_late(make_url: MakeUrl, clock: Hands) -> None:
    """The last golden case: terminated as known before, in force as known from then on; in lists and of one record."""
    with served(make_url(False), clock) as door:
        clock.set("2020-06-01")
        populate(door)
        door.add("/v1/agreements", as_sent("pact", ends_with_2020()))
        clock.set("2021-03-01")
        door.add("/v1/events", RENEWAL | {"id": "renewal", "agreements": ["pact"]})
        clock.set("2021-06-01")
        for known_at, expected, certainty in (
            ("2020-06-01", "terminated", "presumed"),
            ("2021-02-28", "terminated", "presumed"),
            ("2021-03-01T11:59:59.999999Z", "terminated", "presumed"),
            ("2021-03-01T12:00:00Z", "in_force", "presumed"),
            ("2021-03-01", "in_force", "presumed"),
            ("2099-12-31", "in_force", "presumed"),
        ):
            answer = status(door, "pact", "2021-02-01", known_at=known_at)
            assert (answer["status"], answer["certainty"]) == (expected, certainty), known_at
            instant = datetime.fromisoformat(known_at if "T" in known_at else f"{known_at}T23:59:59.999999Z")
            assert datetime.fromisoformat(answer["known_at"]) == instant
            then = {"on": "2021-02-01", "known_at": known_at}
            [item] = door.items("/v1/agreements", **then)
            assert item["status"] == listed({"status": answer})["status"]
            for word in ("terminated", "in_force"):
                assert ids(door, **then, status=word) == (["pact"] if word == expected else [])
            assert ids(door, **then, status=expected, certainty=certainty, between="mex,rus") == ["pact"]
        assert said(door, "pact", "2021-02-01") == ("in_force", "presumed")
        assert door.read("/v1/agreements/pact?known_at=2021-02-28")["status"]["status"] == "terminated"
        assert door.get("/v1/agreements/pact/status?known_at=2020-05-31").status_code == 404
        assert door.items("/v1/agreements", known_at="2020-05-31") == []


# The twelve


def add_once(door: Door, path: str, document: Json) -> None:
    """Unless it is there: several stories name it, or the seed holds it."""
    if door.get(f"{path}/{document['id']}").status_code == 404:
        door.add(path, document)


def tell(door: Door, story: Story) -> None:
    """Add what a story names, then its agreements in their order."""
    for name in ("organizations", "people", "sources"):
        for document in getattr(story, name):
            add_once(door, f"/v1/{name}", document)
    for document in story.agreements:
        door.add("/v1/agreements", document)


def test_the_twelve_hard_agreements(make_url: MakeUrl, clock: Hands, subtests: pytest.Subtests) -> None:
    """All of them on the seed: on each day that is asked, the status and by which rule."""
    with served(make_url(True), clock) as door:
        for story in TWELVE:
            tell(door, story)
        for question in (each for story in TWELVE for each in story.questions):
            with subtests.test(f"{question.agreement} {question.on}"):
                answer = status(door, question.agreement, question.on)
                short_answer = listed({"status": {**answer}})["status"]
                if "pending" in answer:
                    answer["pending"] = [*answer["pending"]]
                    answer["pending"].sort(key=lambda owed: (owed["party"], owed["act"]))
                assert told(answer, question.expected) == question.expected
                [item] = [
                    each for each in door.items("/v1/agreements", on=question.on) if each["id"] == question.agreement
                ]
                assert item["status"] == short_answer


# A party that is no more


CZECHOSLOVAK = agreement(
    id="czechoslovak",
    signed="1980-01-01",
    parties=[{"side": "a", "organization": "mex"}, {"side": "b", "organization": "cshh"}],
    events=[event(id="entry", kind="entered_into_force", date="1981-01-01")],
)
SUCCESSION = event(
    id="succession",
    kind="succession",
    date="1993-01-01",
    predecessor="cshh",
    successor="cze",
    agreements=["czechoslovak"],
)


def add_states(door: Door) -> None:
    """Czechoslovakia, which ended, and one of those that came in its place."""
    door.add("/v1/organizations", state("cshh", valid_to="1992-12-31"))
    links = [{"organization": "cshh", "kind": "separation", "from": "1993-01-01"}]
    door.add("/v1/organizations", state("cze", predecessors=links))


def test_a_treaty_of_a_state_that_is_no_more(asked: Door, clock: Hands) -> None:
    """In force, possibly, from the day after its last; until an event says who came in its place."""
    clock.set("2026-03-01")
    add_states(asked)
    asked.add("/v1/agreements", CZECHOSLOVAK)
    before = status(asked, "czechoslovak", "1992-12-31")
    assert (before["status"], before["certainty"]) == ("in_force", "presumed")
    assert "party_ceased" not in before
    after = status(asked, "czechoslovak", "1993-01-01")
    assert (after["status"], after["certainty"]) == ("in_force", "possible")
    assert after["possible_statuses"] == ["terminated", "in_force"]
    assert (after["party_ceased"], after["rule"]) == (["cshh"], PARTY_CEASED)
    for day, found in (("1992-12-31", []), ("1993-01-01", ["czechoslovak"])):
        assert ids(asked, on=day, status="terminated") == ids(asked, on=day, certainty="possible") == found
        assert ids(asked, on=day, status="in_force") == ["czechoslovak"]
        [item] = asked.items("/v1/agreements", on=day)
        assert item["status"] == listed({"status": status(asked, "czechoslovak", day)})["status"]
    version = asked.read("/v1/agreements/czechoslovak")["meta"]["version"]
    assert version == 1
    clock.set("2026-03-02")
    asked.add("/v1/events", SUCCESSION)
    mended = status(asked, "czechoslovak", "1993-01-01")
    assert mended["certainty"] != "possible"
    assert mended["possible_statuses"] == ["in_force"]
    assert "party_ceased" not in mended
    assert ids(asked, on="1993-01-01", status="terminated") == []
    assert ids(asked, party="cze") == ["czechoslovak"]
    assert ids(asked, between="mex,cze") == ["czechoslovak"]
    assert status(asked, "czechoslovak", "1993-01-01", known_at="2026-03-01")["party_ceased"] == ["cshh"]
    then = {"known_at": "2026-03-01", "on": "1993-01-01"}
    assert ids(asked, **then, status="terminated") == ["czechoslovak"]
    assert (ids(asked, **then, party="cze"), ids(asked, **then, between="mex,cze")) == ([], [])
    asked.withdraw("/v1/events/succession")
    assert said(asked, "czechoslovak", "1993-01-01") == ("in_force", "possible")
    assert ids(asked, party="cze") == []


FOLLOWED: Mapping[str, tuple[Json, bool]] = {
    "the day after": ({"from": "1991-12-26"}, True),
    "some day of that month": ({"from": "1991-12"}, True),
    "later": ({"from": "1992-05"}, True),
    "perhaps later": ({"from": "[1980..]"}, True),
    "before": ({"from": "1980"}, False),
    "from the beginning": ({}, False),
    "on the other side": ({"side": "b", "from": "1991-12-26"}, False),
}
"""The dates of another party, and whether it came in the place of one that left on 25 December 1991."""


@pytest.mark.parametrize(("members", "follows"), FOLLOWED.values(), ids=FOLLOWED.keys())
def test_a_party_that_left_when_another_came_is_succeeded(asked: Door, members: Json, follows: bool) -> None:
    """The text says so by the dates of its parties: in force, on that day and in the profile of the pair."""
    asked.add("/v1/organizations", state("suhh", valid_to="1991-12-25"))
    parties = [
        {"side": "a", "organization": "suhh", "to": "1991-12-25"},
        {"side": "a", "organization": "rus"} | members,
        {"side": "b", "organization": "mex"},
    ]
    entry = [event(kind="entered_into_force", date="1971-01-01")]
    asked.add("/v1/agreements", agreement(id="followed", parties=parties, events=entry))
    told = status(asked, "followed", "2000-01-01")
    assert (told["status"], told["certainty"]) == ("in_force", "presumed" if follows else "possible")
    assert told.get("party_ceased", []) == ([] if follows else ["suhh"])
    assert ids(asked, on="2000-01-01", status="terminated") == ([] if follows else ["followed"])
    [year] = [row for row in asked.read("/v1/pairs/mex/suhh")["years"] if row["year"] == 2000]
    assert (year["in_force_presumed"], year["in_force_possible"]) == ((1, 0) if follows else (0, 1))


def test_who_follows_is_told_by_the_dates_as_they_now_are(asked: Door, clock: Hands) -> None:
    """A party that is given its last day later has left then; before, it had not."""
    clock.set("2026-03-01")
    asked.add("/v1/organizations", state("suhh", valid_to="1991-12-25"))
    parties: list[Json] = [
        {"side": "a", "organization": "suhh"},
        {"side": "a", "organization": "rus", "from": "1991-12-26"},
        {"side": "b", "organization": "mex"},
    ]
    entry = [event(kind="entered_into_force", date="1971-01-01")]
    asked.add("/v1/agreements", agreement(id="followed", parties=parties, events=entry))
    clock.set("2026-03-02")
    parties[0]["to"] = "1991-12-25"
    assert asked.patch("/v1/agreements/followed", {"parties": parties}).status_code == 200
    assert "party_ceased" not in status(asked, "followed", "2000-01-01")
    assert status(asked, "followed", "2000-01-01", known_at="2026-03-01")["party_ceased"] == ["suhh"]


def test_a_link_between_states_covers_all_their_agreements(asked: Door, clock: Hands) -> None:
    """Without touching each: continuity mends them, and withdrawing it does what it did before."""
    clock.set("2026-03-01")
    asked.add("/v1/organizations", state("suhh", valid_to="1991-12-25"))
    asked.add("/v1/organizations", {"id": "gosplan", "name": {"en": "Gosplan"}, "kind": "agency", "state": "suhh"})
    for party in ("suhh", "gosplan"):
        parties = [{"side": "a", "organization": "mex"}, {"side": "b", "organization": party}]
        entry = [event(kind="entered_into_force", date="1971-01-01")]
        asked.add("/v1/agreements", agreement(id=f"with-{party}", parties=parties, events=entry))
    both = ["with-gosplan", "with-suhh"]
    assert ids(asked, on="2000-01-01", certainty="possible", sort="id") == both
    assert status(asked, "with-gosplan", "2000-01-01")["party_ceased"] == ["gosplan", "suhh"]
    clock.set("2026-03-02")
    continuity = [{"organization": "suhh", "kind": "continuity", "from": "1991-12-26"}]
    assert asked.patch("/v1/organizations/rus", {"predecessors": continuity}).status_code == 200
    assert ids(asked, on="2000-01-01", certainty="possible") == []
    assert ids(asked, on="2000-01-01", status="in_force", certainty="presumed", sort="id") == both
    assert {asked.read(f"/v1/agreements/{id}")["meta"]["version"] for id in both} == {1}
    assert ids(asked, on="2000-01-01", certainty="possible", known_at="2026-03-01") == both
    assert asked.patch("/v1/organizations/rus", {"predecessors": None}).status_code == 200
    assert ids(asked, on="2000-01-01", certainty="possible", sort="id") == both


def test_an_end_of_a_state_that_is_corrected(asked: Door, clock: Hands) -> None:
    """What was known of its last day is known for ever; a body that gets another state is that one's."""
    clock.set("2026-03-01")
    add_states(asked)
    asked.add("/v1/agreements", CZECHOSLOVAK)
    clock.set("2026-03-02")
    asked.patch("/v1/organizations/cshh", {"valid_to": "1993"})
    clock.set("2026-03-03")
    asked.patch("/v1/organizations/cshh", {"valid_to": None})
    for known_at, first in (("2026-03-01", "1993-01-01"), ("2026-03-02", "1993-01-02")):
        day_before = datetime.fromordinal(datetime.fromisoformat(first).toordinal() - 1).date().isoformat()
        assert "party_ceased" not in status(asked, "czechoslovak", day_before, known_at=known_at)
        assert status(asked, "czechoslovak", first, known_at=known_at)["party_ceased"] == ["cshh"]
        assert ids(asked, on=first, known_at=known_at, status="terminated") == ["czechoslovak"]
        assert ids(asked, on=day_before, known_at=known_at, status="terminated") == []
    assert "party_ceased" not in status(asked, "czechoslovak", "2020-01-01")


def test_one_who_came_in_the_place_of_a_party_and_moves_to_another_state(asked: Door) -> None:
    """The agreement is found under the state that it has now."""
    add_states(asked)
    asked.add("/v1/organizations", {"id": "agency", "name": {"en": "Agency"}, "kind": "agency", "state": "cze"})
    asked.add("/v1/agreements", CZECHOSLOVAK)
    asked.add("/v1/events", SUCCESSION | {"successor": "agency"})
    assert ids(asked, between="mex,cze") == ["czechoslovak"]
    asked.patch("/v1/organizations/agency", {"state": "fra"})
    assert (ids(asked, between="mex,cze"), ids(asked, between="mex,fra")) == ([], ["czechoslovak"])


def test_an_act_that_is_no_longer_one_of_a_party(asked: Door) -> None:
    """A body that leaves its state acts for nobody: that is found, even where no status changes; and found no more."""
    asked.add("/v1/organizations", {"id": "aem", "name": {"en": "AEM"}, "kind": "agency", "state": "mex"})
    acts = [event(id="dispute", kind="status_disputed", date="2020-01-01", by="aem")]
    asked.add("/v1/agreements", agreement(id="pact", events=acts))
    assert asked.items("/v1/agreements/pact/findings") == []
    for state_, found in ((None, ("act_of_no_party", "open")), ("mex", ("act_of_no_party", "resolved"))):
        asked.patch("/v1/organizations/aem", {"state": state_})
        [finding] = asked.items("/v1/agreements/pact/findings")
        assert (finding["kind"], finding["state"]) == found


# Other agreements


def in_force(id: str, since: str, **members: Any) -> Json:
    """An agreement that is in force since this day."""
    return agreement(id=id, events=[event(id=f"{id}-entry", kind="entered_into_force", date=since)], **members)


SUPERSEDES_OLD = {"relations": [{"kind": "supersedes", "agreement": "old"}]}


def test_an_agreement_that_is_superseded(asked: Door) -> None:
    """From the other's entry into force on; withdrawn, restored or changed, that one takes its effect along."""
    asked.add("/v1/agreements", in_force("old", "1997-02-18"))
    new = asked.add("/v1/agreements", in_force("new", "2012-11-20", **SUPERSEDES_OLD))
    assert said(asked, "old", "2012-11-19")[0] == "in_force"
    ended = status(asked, "old", "2012-11-20")
    assert (ended["status"], ended["ground"], ended["rule"]) == ("terminated", "superseded", "VCLT 59(1), superseded")
    old = asked.read("/v1/agreements/old")
    assert old["related_from"] == [{"agreement": "new", "kind": "supersedes"}]
    assert old["meta"]["seq"] > new["meta"]["seq"]
    asked.patch("/v1/events/new-entry", {"date": "2014-01-01"})
    assert (said(asked, "old", "2013-12-31")[0], said(asked, "old", "2014-01-01")[0]) == ("in_force", "terminated")
    asked.withdraw("/v1/events/new-entry")
    assert said(asked, "old", "2020-01-01") == ("in_force", "presumed")
    asked.restore("/v1/events/new-entry", 1)
    assert said(asked, "old", "2020-01-01")[0] == "terminated"
    asked.withdraw("/v1/agreements/new")
    assert said(asked, "old", "2020-01-01") == ("in_force", "presumed")
    assert asked.read("/v1/agreements/old")["related_from"] == []
    asked.restore("/v1/agreements/new", 1)
    assert said(asked, "old", "2020-01-01")[0] == "terminated"
    asked.patch("/v1/agreements/new", {"relations": [SUPERSEDES_OLD["relations"][0] | {"effective": "2016-05-01"}]})
    assert (said(asked, "old", "2016-04-30")[0], said(asked, "old", "2016-05-01")[0]) == ("in_force", "terminated")
    asked.patch("/v1/agreements/new", {"relations": None})
    assert said(asked, "old", "2020-01-01") == ("in_force", "presumed")


def test_what_another_agreement_does_is_told_with_its_sources(asked: Door) -> None:
    """Whose word the relation is, and the entry into force on which it hangs, unless it has a day of its own."""
    asked.add("/v1/agreements", in_force("old", "1997-02-18"))
    relation = {"field": "/relations/old", "source": "gazette", "stance": "supports"}
    title = {"field": "/title", "source": "press", "stance": "supports"}
    asked.add("/v1/agreements", in_force("new", "2012-11-20", citations=[relation, title], **SUPERSEDES_OLD))

    def reasons() -> tuple[list[str], ...]:
        told = status(asked, "old", "2020-01-01")
        return told["events"], told["agreements"], told["sources"]

    assert reasons() == ([], ["new"], ["gazette"])
    asked.patch("/v1/events/new-entry", {"citations": [{"field": "/date", "source": "press", "stance": "supports"}]})
    assert reasons() == ([], ["new"], ["gazette", "press"])
    asked.patch("/v1/agreements/new", {"relations": [SUPERSEDES_OLD["relations"][0] | {"effective": "2016-05-01"}]})
    assert reasons() == ([], ["new"], ["gazette"])
    assert "agreements" not in status(asked, "old", "2000-01-01")


def test_what_supersedes_is_known_since_when_it_was_recorded(asked: Door, clock: Hands) -> None:
    """The old one too is told as it was then, of one record and in lists."""
    clock.set("2020-01-01")
    asked.add("/v1/agreements", in_force("old", "1997-02-18"))
    clock.set("2020-01-02")
    asked.add("/v1/agreements", in_force("new", "2012-11-20", **SUPERSEDES_OLD))
    clock.set("2020-01-03")
    asked.withdraw("/v1/agreements/new")
    clock.set("2020-01-04")
    for known_at, expected, found in (
        ("2020-01-01", "in_force", ["old"]),
        ("2020-01-02", "terminated", ["new"]),
        ("2020-01-03", "in_force", ["old"]),
    ):
        assert said(asked, "old", "2013-01-01", known_at=known_at)[0] == expected
        assert ids(asked, on="2013-01-01", known_at=known_at, status="in_force") == found
    assert asked.get("/v1/agreements/new").status_code == 410
    assert asked.read("/v1/agreements/new?known_at=2020-01-02")["status"]["status"] == "in_force"
    assert asked.get("/v1/agreements/new?known_at=2020-01-03").status_code == 410


def test_others_supersede_only_where_a_source_says_so(asked: Door) -> None:
    """Between other parties both stay in force, with a finding (VCLT 59(1)); a citation of the relation settles it."""
    asked.add("/v1/agreements", in_force("old", "1997-02-18"))
    parties = [{"side": "a", "organization": "mex"}, {"side": "b", "organization": "fra"}]
    asked.add("/v1/agreements", in_force("new", "2012-11-20", parties=parties, **SUPERSEDES_OLD))
    assert said(asked, "old", "2020-01-01") == ("in_force", "presumed")
    [finding] = asked.items("/v1/agreements/old/findings")
    assert (finding["kind"], finding["state"]) == ("relation_of_others", "open")
    citation = {"field": "/relations/old", "source": "gazette", "stance": "supports"}
    assert asked.patch("/v1/agreements/new", {"citations": [citation]}).status_code == 200
    assert said(asked, "old", "2020-01-01")[0] == "terminated"
    [finding] = asked.items("/v1/agreements/old/findings")
    assert finding["state"] == "resolved"


def test_a_chain_of_agreements_that_are_linked(asked: Door) -> None:
    """When the last of them enters into force all do; what changes it changes all, and circles are refused."""
    consents = [event(kind="instrument_exchanged", date="2005-01-01")]
    asked.add("/v1/agreements", agreement(id="c", events=[event(id="entry", kind="entered_into_force", date="2010")]))
    for id, on in (("b", "c"), ("a", "b")):
        clause = {"condition": "linked_to", "agreement": on}
        asked.add("/v1/agreements", agreement(id=id, signed="2004-01-01", entry_into_force=clause, events=consents))

    def entry(id: str) -> str:
        edtf: str = status(asked, id, "2020-01-01")["since"]["edtf"]
        return edtf

    assert {entry(id) for id in "abc"} == {"[2010-01-01..2010-12-31]"}
    asked.patch("/v1/events/entry", {"date": "2011-03-04"})
    assert {entry(id) for id in "abc"} == {"2011-03-04"}
    asked.patch("/v1/events/entry", {"agreements": []})
    assert {said(asked, id, "2020-01-01")[0] for id in "ab"} == {"signed_not_in_force"}
    response = asked.patch("/v1/agreements/c", {"entry_into_force": {"condition": "linked_to", "agreement": "a"}})
    assert (response.status_code, response.json()["errors"][0]["code"]) == (422, "circle")
    relations = [{"kind": "supersedes", "agreement": "a"}]
    linked = {"condition": "linked_to", "agreement": "c"}
    asked.add("/v1/agreements", agreement(id="d", entry_into_force=linked, relations=relations, signed="2009"))
    assert said(asked, "a", "2020-01-01")[0] == "signed_not_in_force"
    asked.patch("/v1/events/entry", {"agreements": ["c"]})
    assert {said(asked, id, "2020-01-01")[0] for id in "bcd"} == {"in_force"}
    assert said(asked, "a", "2020-01-01")[0] == "terminated"


def test_a_circle_of_agreements_that_end_each_other_is_refused(asked: Door) -> None:
    """With a pointer to the relation."""
    asked.add("/v1/agreements", in_force("old", "1997-02-18"))
    asked.add("/v1/agreements", in_force("new", "2012-11-20", **SUPERSEDES_OLD))
    response = asked.patch("/v1/agreements/old", {"relations": [{"kind": "terminates", "agreement": "new"}]})
    assert response.status_code == 422
    assert [(each["pointer"], each["code"]) for each in response.json()["errors"]] == [("/relations", "circle")]


# What was recorded of every record


DOCUMENTS: dict[str, Json] = {
    "sources": source("one"),
    "organizations": state("one"),
    "people": person("one"),
    "agreements": agreement(
        id="one", parties=[{"side": "a", "organization": "mex"}, {"side": "b", "organization": "fra"}]
    ),
    "signatories": signatory(id="one", agreement="pact"),
    "events": event(id="one"),
    "delegations": {
        "id": "one",
        "name": {"en": "One"},
        "events": ["visit"],
        "members": [{"name": "experts", "role": "member"}],
    },
}
LATER = {"identifiers": [{"scheme": "test", "value": "later"}]}


def answer(door: Door, path: str, known_at: str) -> tuple[int, int | None]:
    """The status of the answer and the version that was known then."""
    response: httpx.Response = door.get(path, params={"known_at": known_at})
    return response.status_code, response.json()["meta"]["version"] if response.status_code == 200 else None


def test_every_record_is_told_as_it_was_known(asked: Door, clock: Hands, subtests: pytest.Subtests) -> None:
    """404 before it was there, 410 while it was withdrawn, and what it said at any other instant."""
    clock.set("2020-01-01")
    asked.add("/v1/agreements", agreement(id="pact"))
    asked.add("/v1/events", event(id="visit", kind="visit"))
    paths = {name: f"/v1/{name}/one" for name in DOCUMENTS}
    clock.set("2020-02-01")
    first = {name: asked.add(f"/v1/{name}", document) for name, document in DOCUMENTS.items()}
    clock.set("2020-03-01")
    second = {name: asked.patch(path, LATER).json() for name, path in paths.items()}
    clock.set("2020-04-01")
    assert [asked.withdraw(path).status_code for path in paths.values()] == [204] * len(paths)
    clock.set("2020-05-01")
    assert [asked.get(path).status_code for path in paths.values()] == [410] * len(paths)
    assert [asked.restore(path, 1).status_code for path in paths.values()] == [200] * len(paths)
    clock.set("2020-06-01")
    for name, path in paths.items():
        with subtests.test(name):
            for known_at, expected in (
                ("0001-01-01", (404, None)),
                ("2020-01-31", (404, None)),
                ("2020-02-01T11:59:59Z", (404, None)),
                ("2020-02-01T12:00:00Z", (200, 1)),
                ("2020-02-01", (200, 1)),
                ("2020-02-29", (200, 1)),
                ("2020-03-01T15:00:00+03:00", (200, 2)),
                ("2020-03-01", (200, 2)),
                ("2020-04-01T11:59:59.999999Z", (200, 2)),
                ("2020-04-01", (410, None)),
                ("2020-05-01", (200, 4)),
                ("9999-12-31", (200, 4)),
            ):
                assert answer(asked, path, known_at) == expected, known_at
            for known_at, then in (("2020-02-01", first[name]), ("2020-03-01", second[name])):
                told_then = asked.read(path, params={"known_at": known_at})
                assert without_status(told_then) == without_status(then)
                assert told_then["meta"] == then["meta"]


def without_status(record: Json) -> Json:
    return {name: value for name, value in record.items() if name != "status"}


def test_every_collection_is_told_as_it_was_known() -> None:
    assert DOCUMENTS.keys() == REGISTER.keys()


def test_of_days_after_what_was_known_nothing_is_more_than_presumed(asked: Door, clock: Hands) -> None:
    """A day that lay ahead when it was recorded is not known better than then."""
    clock.set("2015-01-01")
    asked.add("/v1/agreements", in_force("pact", "2010-01-01", verified_on="2014-06-01"))
    clock.set("2020-01-01")
    assert said(asked, "pact", "2014-06-01") == ("in_force", "definite")
    assert said(asked, "pact", "2014-06-02") == ("in_force", "presumed")
    clock.set("2016-01-01")
    asked.patch("/v1/agreements/pact", {"verified_on": "2019-06-01"})
    assert said(asked, "pact", "2019-06-01") == ("in_force", "presumed")
    clock.set("2020-01-01")
    assert said(asked, "pact", "2019-06-01") == ("in_force", "definite")
    assert said(asked, "pact", "2019-06-01", known_at="2015-01-01") == ("in_force", "presumed")


# Predecessors


EMPIRE = {"organization": "empire", "kind": "succession", "from": "1922-12-30"}
UNION = {"organization": "suhh", "kind": "continuity", "from": "1991-12-26"}


def link(of: str, organization: str, kind: str, day: str) -> Json:
    return {"of": of, "organization": organization, "kind": kind, "from": {"edtf": day, "earliest": day, "latest": day}}


TO_UNION = link("rus", "suhh", "continuity", "1991-12-26")
TO_EMPIRE = link("suhh", "empire", "succession", "1922-12-30")
TO_CSHH = link("cze", "cshh", "separation", "1993-01-01")


@pytest.fixture
def heirs(asked: Door, clock: Hands) -> Door:
    """States that followed one another, and what each concluded."""
    clock.set("2020-01-01")
    add_states(asked)
    asked.add("/v1/organizations", state("empire"))
    asked.add("/v1/organizations", state("suhh", predecessors=[EMPIRE]))
    asked.patch("/v1/organizations/rus", {"predecessors": [UNION]})
    for first, second in (
        ("mex", "rus"),
        ("mex", "suhh"),
        ("mex", "empire"),
        ("cshh", "suhh"),
        ("cze", "rus"),
        ("fra", "mex"),
    ):
        parties = [{"side": "a", "organization": first}, {"side": "b", "organization": second}]
        asked.add("/v1/agreements", agreement(id=f"{first}-{second}", parties=parties))
    return asked


def via(door: Door, **params: Any) -> dict[str, list[Json]]:
    """Each hit, with the links through which it was found."""
    return {item["id"]: item.get("via", []) for item in door.items("/v1/agreements", predecessors="true", **params)}


def test_each_hit_says_through_which_links_it_was_found(heirs: Door) -> None:
    """Of both sides, and of each party; what is found without a link says none."""
    assert via(heirs, between="mex,rus") == {
        "mex-rus": [],
        "mex-suhh": [TO_UNION],
        "mex-empire": [TO_UNION, TO_EMPIRE],
    }
    assert via(heirs, between="rus,mex") == via(heirs, between="mex,rus")
    assert via(heirs, between="cze,rus") == {"cze-rus": [], "cshh-suhh": [TO_CSHH, TO_UNION]}
    assert via(heirs, between="mex,suhh") == {"mex-suhh": [], "mex-empire": [TO_EMPIRE]}
    assert via(heirs, party="cze") == {"cze-rus": [], "cshh-suhh": [TO_CSHH]}
    assert via(heirs, party=["cze", "rus"]) == {"cze-rus": [], "cshh-suhh": [TO_CSHH, TO_UNION]}
    assert via(heirs, party="nowhere") == {}
    assert ids(heirs, between="mex,rus", predecessors="false") == ["mex-rus"]
    assert all("via" not in item for item in heirs.items("/v1/agreements", between="mex,rus"))


def test_predecessors_come_in_pages_with_other_filters(heirs: Door) -> None:
    """In every order, as known at an instant, and counted."""
    found = {"mex-rus", "mex-suhh", "mex-empire"}
    query = {"between": "MEX,RUS", "predecessors": "true"}
    for sort in REGISTER["agreements"].sorts:
        assert set(ids(heirs, **query, sort=sort, limit=1)) == found
    assert heirs.read("/v1/agreements", params=query | {"limit": "0"}) == {"items": [], "count": 3}
    assert set(ids(heirs, **query, known_at="2020-01-01", limit=2)) == found
    assert ids(heirs, **query, known_at="2019-12-31") == []
    assert set(ids(heirs, **query, status="unknown", on="2020-01-01")) == found
    assert ids(heirs, **query, status="in_force") == []


def test_a_record_that_says_through_which_link_it_was_found_may_be_sent_back(heirs: Door) -> None:
    """What a list answers, PUT accepts, and nothing changes."""
    items = heirs.items("/v1/agreements", between="mex,rus", predecessors="true")
    assert any("via" in item for item in items)
    for item in items:
        response = heirs.put(f"/v1/agreements/{item['id']}", item)
        assert (response.status_code, response.json()["meta"]) == (200, item["meta"])
