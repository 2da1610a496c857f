"""Questions that the record answers, each by the requests that the README shows, asked of the seed."""

from collections.abc import Iterator
from typing import Any

from tests.door import Door

AGREEMENT = "mex-rus-outer-space-2021"


def test_who_signed_it_in_what_capacity_for_whom_and_what_else(seeded: Door) -> None:
    """Question 3: two persons signed, each for the government of one side, and nothing else that is recorded."""
    signatories = seeded.items(f"/v1/agreements/{AGREEMENT}/signatories")
    told = {(s["name"], s["capacity"], s["organization"], s["on_behalf_of"]) for s in signatories}
    assert told == {
        ("Sergueï Savelyev", "directeur général adjoint", "roscosmos", "government-rus"),
        ("Salvador Landeros Ayala", "directeur général", "mexican-space-agency", "government-mex"),
    }
    for signatory in signatories:
        signed = seeded.items("/v1/agreements", signatory=signatory["person"])
        assert [agreement["id"] for agreement in signed] == [AGREEMENT]


def test_what_happened_during_the_visit(seeded: Door) -> None:
    """Question 4: the delegation, and in order the meeting, the ceremony, the signature and the talks after it."""
    visit = "visit-rus-mex-2021-09"
    events = seeded.items("/v1/events", part_of=visit)
    assert [(event["kind"], event["date"]["edtf"]) for event in events] == [
        ("meeting", "[2021-09-26..2021-09-30]"),
        ("ceremony", "2021-09-27"),
        ("signature", "2021-09-28"),
        ("negotiation", "[2021-09-28..2021-09-30]"),
    ]
    assert {id for event in events for id in event.get("agreements", ())} == {AGREEMENT}
    [delegation] = seeded.items("/v1/delegations", event=visit)
    [head] = [member for member in delegation["members"] if member["role"] == "head"]
    assert head["person"] == "anton-kotyakov"
    assert seeded.read(f"/v1/events/{visit}")["date"] == {
        "edtf": "2021-09-26/2021-09-28",
        "earliest": "2021-09-26",
        "latest": "2021-09-28",
    }


def test_who_says_so_and_who_contradicts(seeded: Door) -> None:
    """Question 11: on the day of the law's signature two sources differ; the record says which it follows, and why."""
    law = seeded.read(f"/v1/events/{AGREEMENT}-federal-law")
    follows, disputes = [citation for citation in law["citations"] if citation["field"] == "/date"]
    assert (follows["source"], follows["value"], follows["preferred"]) == ("kremlin-380-fz", "2022-10-07", True)
    assert follows["reason"]
    assert (disputes["source"], disputes["value"], disputes["stance"]) == (
        "press-380-fz-28-september",
        "2022-09-28",
        "disputes",
    )
    assert law["date"]["edtf"] == follows["value"]


def test_one_agreement_or_several(seeded: Door) -> None:
    """Question 11: the article speaks of one agreement and of several; both claims stand, one is preferred."""
    citations = [c for c in seeded.read(f"/v1/agreements/{AGREEMENT}")["citations"] if c["field"] == ""]
    paragraphs = {
        stance: [_paragraph(c) for c in citations if c["stance"] == stance and "locator" in c]
        for stance in ("supports", "disputes")
    }
    assert paragraphs == {"supports": [1, 2, 3], "disputes": [6, 7]}
    assert [c["source"] for c in citations if c.get("preferred")] == ["tass-mex-rus-outer-space"]


def _paragraph(citation: dict[str, Any]) -> int:
    return int(citation["locator"]["value"].removeprefix("paragraph="))


def test_every_fact_of_the_article_is_cited_to_its_paragraph(seeded: Door) -> None:
    """Each citation of the article names one of its ten paragraphs, or says that it means the page as a whole."""
    cited = list(_citations_of(seeded, "kosmosnews-2021-09-30"))
    assert {_paragraph(c) for c in cited if "locator" in c} == set(range(1, 11))
    assert {c["note"] for c in cited if "locator" not in c} == {"The page as a whole."}


def _citations_of(door: Door, source: str) -> Iterator[dict[str, Any]]:
    for collection in ("agreements", "signatories", "delegations", "events", "organizations", "people", "sources"):
        for record in door.items(f"/v1/{collection}", limit=200):
            yield from (c for c in record.get("citations", ()) if c["source"] == source)
