"""Questions that the record answers, asked of the seed by a program, through the client."""

from collections.abc import Iterator
from itertools import chain

import pytest

from api.client import Bilateral
from db.parts import Citation, PointSelector
from tests.door import Door

AGREEMENT = "mex-rus-outer-space-2021"


@pytest.fixture
def service(seeded: Door) -> Iterator[Bilateral]:
    with seeded.service() as service:
        yield service


def test_who_signed_it_in_what_capacity_for_whom_and_what_else(service: Bilateral) -> None:
    """Question 3: two persons signed, each for the government of one side, and nothing else that is recorded."""
    signatories = list(service.signatories.list(agreement=AGREEMENT))
    assert {(s.name, s.capacity, s.organization, s.on_behalf_of) for s in signatories} == {
        ("Sergueï Savelyev", "directeur général adjoint", "roscosmos", "government-rus"),
        ("Salvador Landeros Ayala", "directeur général", "mexican-space-agency", "government-mex"),
    }
    for signatory in signatories:
        assert [signed.id for signed in service.agreements.list(signatory=signatory.person)] == [AGREEMENT]


def test_what_happened_during_the_visit(service: Bilateral) -> None:
    """Question 4: the delegation, and in order the meeting, the ceremony, the signature and the talks after it."""
    visit = "visit-rus-mex-2021-09"
    events = list(service.events.list(part_of=visit))
    assert [(event.kind, event.date["edtf"]) for event in events] == [
        ("meeting", "[2021-09-26..2021-09-30]"),
        ("ceremony", "2021-09-27"),
        ("signature", "2021-09-28"),
        ("negotiation", "[2021-09-28..2021-09-30]"),
    ]
    assert {id for event in events for id in event.agreements or ()} == {AGREEMENT}
    [delegation] = service.delegations.list(event=visit)
    [head] = [member for member in delegation.members if member.role == "head"]
    assert head.person == "anton-kotyakov"
    assert service.events.get(visit).date == {
        "edtf": "2021-09-26/2021-09-28",
        "earliest": "2021-09-26",
        "latest": "2021-09-28",
    }


def test_who_says_so_and_who_contradicts(service: Bilateral) -> None:
    """Question 11: on the day of the law's signature two sources differ; the record says which it follows, and why."""
    law = service.events.get(f"{AGREEMENT}-federal-law")
    follows, disputes = [citation for citation in law.citations or () if citation.field == "/date"]
    assert (follows.source, follows.value, follows.preferred) == ("kremlin-380-fz", "2022-10-07", True)
    assert follows.reason
    assert (disputes.source, disputes.value, disputes.stance) == ("press-380-fz-28-september", "2022-09-28", "disputes")
    assert law.date["edtf"] == follows.value


def test_one_agreement_or_several(service: Bilateral) -> None:
    """Question 11: the article speaks of one agreement and of several; both claims stand, one is preferred."""
    citations = [c for c in service.agreements.get(AGREEMENT).citations or () if c.field == ""]
    paragraphs = {
        stance: [_paragraph(c) for c in citations if c.stance == stance and c.locator]
        for stance in ("supports", "disputes")
    }
    assert paragraphs == {"supports": [1, 2, 3], "disputes": [6, 7]}
    assert [c.source for c in citations if c.preferred] == ["tass-mex-rus-outer-space"]


def _paragraph(citation: Citation) -> int:
    assert isinstance(citation.locator, PointSelector)
    return int(citation.locator.value.removeprefix("paragraph="))


def test_every_fact_of_the_article_is_cited_to_its_paragraph(service: Bilateral) -> None:
    """Each citation of the article names one of its ten paragraphs, or says that it means the page as a whole."""
    cited = list(_citations_of(service, "kosmosnews-2021-09-30"))
    assert {_paragraph(c) for c in cited if c.locator} == set(range(1, 11))
    assert {c.note for c in cited if not c.locator} == {"The page as a whole."}


def _citations_of(service: Bilateral, source: str) -> Iterator[Citation]:
    of_each = chain(
        (record.citations for record in service.agreements.list()),
        (record.citations for record in service.signatories.list()),
        (record.citations for record in service.delegations.list()),
        (record.citations for record in service.events.list()),
        (record.citations for record in service.organizations.list(limit=200)),
        (record.citations for record in service.people.list()),
        (record.citations for record in service.sources.list()),
    )
    return (c for citations in of_each for c in citations or () if c.source == source)
