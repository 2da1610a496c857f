"""The twelve hard agreements (DOMAIN 13): what their dossiers say on which day, by which rule."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from db import checks, dossiers, lifecycle, provenance, seed
from db.acts import Case, Context, Tie
from db.documents import SHAPES
from db.validation import validate
from tests.twelve import BLEU, CONTINUED, INF, NOTE, TODAY, TWELVE, Question, Story, told

Json = dict[str, Any]
COLLECTIONS = ("organizations", "people", "sources", "agreements")


def stored(given: Json) -> Json:
    """The document that is stored when a client sends this dossier."""
    document = validate(SHAPES["agreement"], given).document()
    return dossiers.compose(document, document.get("signatories", ()), document["events"])


def context(story: Story, id: str) -> Context:
    """What the other records of the story say that the status of this agreement hangs on."""
    by_id = {each["id"]: each for each in story.organizations}
    agreements = {each["id"]: stored(each) for each in story.agreements}
    before = {
        each: frozenset(link["organization"] for link in body.get("predecessors", ()) if link["kind"] == "continuity")
        for each, body in by_id.items()
    }
    return Context(
        states={each: body.get("state", each) for each, body in by_id.items()},
        continues=before,
        international=frozenset(
            party["organization"]
            for party in agreements[id]["parties"]
            if by_id[party["organization"]]["kind"] == "international_organization"
        ),
        ties=tuple(ties(story, agreements, id)),
    )


def ties(story: Story, agreements: dict[str, Json], id: str) -> Iterator[Tie]:
    for other in agreements.values():
        for relation in other.get("relations", ()):
            if relation["agreement"] == id:
                entry = lifecycle.resolve(other, context(story, other["id"])).entry
                assert entry is not None
                yield Tie(relation["kind"], other["id"], entry)


def resolved(story: Story, id: str) -> lifecycle.Resolution:
    [given] = [each for each in story.agreements if each["id"] == id]
    return lifecycle.resolve(stored(given), context(story, id))


@pytest.mark.parametrize(
    ("story", "question"),
    [pytest.param(story, each, id=f"{each.agreement} {each.on}") for story in TWELVE for each in story.questions],
)
def test_the_status_on_a_day(story: Story, question: Question) -> None:
    """Status, certainty, rule, and whatever else is so on that day."""
    periods = resolved(story, question.agreement).periods
    answer = lifecycle.answer_on(periods, date.fromisoformat(question.on), TODAY)
    if "pending" in answer:
        answer["pending"] = sorted(answer["pending"], key=lambda owed: (owed["party"], owed["act"]))
    assert told(answer, question.expected) == question.expected


@pytest.mark.parametrize("story", TWELVE, ids=lambda story: story.name)
def test_what_is_sent_is_accepted(story: Story) -> None:
    """Each record has its shape, the dossiers make sense in themselves, and what they name is there."""
    there = {collection: {each["id"] for each in getattr(story, collection)} for collection in COLLECTIONS}
    for kind, records in (
        ("organization", story.organizations),
        ("person", story.people),
        ("source", story.sources),
    ):
        for each in records:
            validate(SHAPES[kind], each)
    for given in story.agreements:
        document = stored(given)
        assert list(dossiers.check(document)) == []
        assert list(provenance.check(SHAPES["agreement"], document)) == []
        for event in document["events"]:
            assert list(checks.check_event(event)) == []
            assert list(provenance.check(SHAPES["event"], event)) == []
        cited = [each["source"] for part in (document, *document["events"]) for each in part.get("citations", ())]
        assert set(cited) <= there["sources"]
        assert {each["person"] for each in document.get("signatories", ())} <= there["people"]
        assert {each["organization"] for each in document["parties"]} <= there["organizations"]


@pytest.mark.parametrize("story", TWELVE, ids=lambda story: story.name)
def test_nothing_in_them_contradicts_itself(story: Story) -> None:
    """No dossier raises a finding."""
    assert {given["id"]: resolved(story, given["id"]).findings for given in story.agreements} == {
        given["id"]: [] for given in story.agreements
    }


@pytest.mark.parametrize("story", TWELVE, ids=lambda story: story.name)
def test_each_is_asked_on_three_days(story: Story) -> None:
    """Of no agreement less is known than of three days."""
    for given in story.agreements:
        assert len([each for each in story.questions if each.agreement == given["id"]]) >= 3


@pytest.mark.parametrize("story", TWELVE, ids=lambda story: story.name)
def test_their_states_are_those_of_the_seed(story: Story) -> None:
    """The same ids, kinds and spans, and no predecessor that the seed does not know."""
    seeded = {each["id"]: each for layer in seed.layers() for each in layer["add"].get("organizations", ())}
    for each in story.organizations:
        same = seeded.get(each["id"])
        if same:
            for member in ("kind", "state", "valid_from", "valid_to"):
                assert each.get(member) == same.get(member)
            assert all(link in same["predecessors"] for link in each.get("predecessors", ()))


def test_one_act_of_a_side_counts_for_both_its_states() -> None:
    """Belgium signs for Luxembourg too."""
    for given in BLEU.agreements:
        case = Case(stored(given), Context())
        assert case.find("signature")[0].parties == {"bel", "lux"}


def test_one_note_stands_in_every_dossier_that_it_concerns() -> None:
    """The Russian note of 1992-01-13 is the same event in each."""
    for given in (*INF.agreements, *CONTINUED.agreements):
        assert NOTE in given["events"]
