"""Words and names are found in any script, whatever else is asked; a word that everybody uses costs no more."""

import re
from typing import Any

from api.settings import Settings
from db import ledger, records
from db.matching import FEW, sought
from db.register import REGISTER
from db.search import RANKED
from db.validation import validate
from tests.door import Door
from tests.factories import agreement, event, person, populate

Json = dict[str, Any]
SPACE = "mex-rus-outer-space-2021"


def found(door: Door, path: str, **asked: Any) -> list[str]:
    """The ids of what is found, in their order."""
    answer = door.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


SPELLINGS = (
    *("Сергей Савельев", "Sergueï Savelyev", "Sergei Saveliev", "Serguéi Saveliev", "Sergej Savel'ev"),
    *("SAVELIEV sergei", "Savelieff"),
)
PARTS = ("Obrador", "López Obrador", "obrador LOPEZ", "Обрадор", "Andrés Obrador", "Андрес Мануэль Лопес Обрадор")


def test_a_person_is_found_however_the_name_is_spelled(seeded: Door) -> None:
    """In any script and romanisation, in any order, in any case; by a part of it too."""
    for name in SPELLINGS:
        assert found(seeded, "/v1/people", q=name) == ["serguei-savelyev"], name
        assert found(seeded, "/v1/search", q=name, collection="people") == ["serguei-savelyev"], name
        assert found(seeded, "/v1/signatories", q=name) == ["mex-rus-outer-space-2021-savelyev"], name
    for name in PARTS:
        assert found(seeded, "/v1/people", q=name) == ["andres-manuel-lopez-obrador"], name


FOUND = {
    "space cooperation": [SPACE],
    "COOPERACIÓN espacio": [SPACE],
    "cooperacion": [SPACE],
    "космического": [SPACE],
    "outer_space": [SPACE],
    '"outer space for peaceful purposes"': [SPACE],
    '"space outer"': [],
    "coop* космич*": [SPACE],
    "cooperati": [],
    "space -peaceful": [],
    "space -trade": [SPACE],
    "savelyev": [SPACE],
    "!!!": [],
    "-space": [],
    "   ": [],
    '"': [],
    "space*)) OR (a": [],
    "title: space": [],
    "NEAR(space cooperation)": [],
    "space AND cooperation": [SPACE],
    "'); DROP TABLE agreement; --": [],
    "0 | 1 & ! <-> :*": [],
}
"""What is typed, and what it finds in the seed."""


def test_the_words_of_a_list(seeded: Door) -> None:
    """All words, phrases, beginnings, exclusions; whatever else is typed is no syntax."""
    for text, ids in FOUND.items():
        assert found(seeded, "/v1/agreements", q=text) == ids, text
        assert found(seeded, "/v1/search", q=text, collection="agreements") == ids, text


def test_q_goes_with_every_other_filter(seeded: Door) -> None:
    """It narrows what the others leave, and is counted."""
    assert found(seeded, "/v1/agreements", q="space", between="mex,rus", signed_from="2021") == [SPACE]
    assert found(seeded, "/v1/agreements", q="space", form="treaty") == []
    assert seeded.get("/v1/agreements?q=space&count=true&limit=0").json()["count"] == 1
    problem = seeded.get("/v1/agreements?q=space&known_at=2100-01-01")
    assert (problem.status_code, problem.json()["errors"][0]["parameter"]) == (422, "q")


def test_a_search_over_all_collections(seeded: Door) -> None:
    """The best match comes first, with its path, its label, and what was searched for highlighted."""
    items = seeded.get("/v1/search?q=ceremony").json()["items"]
    assert items[0]["collection"] == "events"
    for item in items:
        assert seeded.get(item["href"]).json()["id"] == item["id"]
        for excerpt in item["excerpts"]:
            for span in excerpt["highlights"]:
                assert excerpt["text"][span["start"] : span["end"]].lower().startswith("ceremon")


def test_highlights_stand_where_another_script_has_the_name(seeded: Door) -> None:
    """A name that was typed in Cyrillic is marked in the Latin one."""
    [item] = seeded.get("/v1/search", params={"q": "Савельев", "collection": "people"}).json()["items"]
    [excerpt] = item["excerpts"]
    [span] = excerpt["highlights"]
    assert excerpt["text"][span["start"] : span["end"]] == "Savelyev"
    assert excerpt["pointer"] == "/name/fr"


def test_a_title_goes_before_a_subject(door: Door) -> None:
    """Both databases rank alike: by where the words stand, and how much of the title they are."""
    populate(door)
    door.add("/v1/agreements", agreement(id="in-subject", subjects=["fisheries"]))
    door.add("/v1/agreements", agreement(id="in-title", title={"en": "Convention on fisheries in the Northern Sea"}))
    door.add("/v1/agreements", agreement(id="is-title", title={"en": "Fisheries"}))
    assert found(door, "/v1/search", q="fisheries") == ["is-title", "in-title", "in-subject"]


def test_what_changes_is_found_by_its_new_words_only(door: Door) -> None:
    """Also when it is withdrawn and restored."""
    populate(door)
    door.add("/v1/agreements", agreement(id="one", title={"en": "Agreement on herring"}))
    assert door.patch("/v1/agreements/one", {"title": {"en": "Agreement on cod"}}).status_code == 200
    assert (found(door, "/v1/agreements", q="herring"), found(door, "/v1/agreements", q="cod")) == ([], ["one"])
    assert door.withdraw("/v1/agreements/one").status_code == 204
    assert found(door, "/v1/agreements", q="cod") == found(door, "/v1/search", q="cod") == []
    assert door.post("/v1/agreements/one/restore", {"version": 1, "reason": "x"}).status_code == 200
    assert (found(door, "/v1/agreements", q="herring"), found(door, "/v1/agreements", q="cod")) == (["one"], [])


def test_pages_of_a_search_lead_through_all_of_it(door: Door) -> None:
    """Each record once, whatever the size of the pages."""
    for number in range(7):
        door.add("/v1/people", person(f"p-{number}", name={"en": f"Maria the {number}th"}))
    whole = found(door, "/v1/search", q="maria")
    assert len(whole) == 7
    paged, path = [], "/v1/search?q=maria&limit=3"
    while path:
        answer = door.get(path)
        paged += [item["id"] for item in answer.json()["items"]]
        path = answer.links["next"]["url"] if "next" in answer.links else ""
    assert paged == whole
    assert door.get("/v1/search?q=maria&limit=0").json() == {"items": []}


def test_a_cursor_of_another_search_is_refused(door: Door) -> None:
    """It would lead into other hits."""
    for number in range(3):
        door.add("/v1/people", person(f"p-{number}", name={"en": "Maria"}))
    cursor = door.get("/v1/search?q=maria&limit=1").json()["next"]
    assert door.get("/v1/search", params={"q": "ana", "limit": 1, "cursor": cursor}).status_code == 422


def test_what_cannot_be_searched_for_is_refused(door: Door) -> None:
    """Nothing at all, and collections that do not exist."""
    for path in ("/v1/search", "/v1/search?q=", "/v1/search?q=a&collection=peopel", "/v1/search?Q=a"):
        assert door.get(path).status_code == 422, path


def test_texts_that_are_too_long_are_refused(door: Door) -> None:
    """In the list and in the search alike."""
    for path in ("/v1/search", "/v1/people"):
        assert door.get(path, params={"q": "a" * 1001}).json()["errors"][0]["parameter"] == "q"
        assert door.get(path, params={"q": "a " * 500}).status_code == 200


def test_a_huge_text_is_kept_and_found_by_its_beginning(door: Door) -> None:
    """What a text has beyond the part that is searched does no harm."""
    populate(door)
    title = {f"x{chr(97 + n // 26)}{chr(97 + n % 26)}": f"{n} " + "word " * 1900 for n in range(60)}
    door.add("/v1/agreements", agreement(id="long", title={"en": "Colossal"} | title))
    door.add("/v1/events", event(id="odd", kind="other", note={"en": "a" * 9000 + " 9" * 400}))
    assert found(door, "/v1/agreements", q="colossal") == ["long"]
    assert found(door, "/v1/events", q="a" * 300) == ["odd"]


SCRIPTS = ("中国", "Ελλάδα", "საქართველო", "日本国", "대한민국", "ไทย", "مصر", "ישראל", "भारत")


def test_names_in_other_scripts_are_found(door: Door) -> None:
    """By themselves, and as a part of a longer name."""
    for number, script in enumerate(SCRIPTS):
        door.add("/v1/people", person(f"somebody-{number}", name={"und": f"{script} Xyz"}))
        assert found(door, "/v1/people", q=script) == [f"somebody-{number}"], script
        assert found(door, "/v1/search", q=f"xyz {script}") == [f"somebody-{number}"], script


def test_a_word_of_everybody_is_listed_to_the_end(door: Door) -> None:
    """Where more match than are looked up one by one, the list leaves none out; the search ranks the newest."""
    many = FEW + 5
    _add_people(door, [person(f"p-{number:05}", name={"en": f"Maria {number}"}) for number in range(many)])
    answer = door.get("/v1/people?q=maria&count=true&limit=200")
    assert answer.json()["count"] == many
    seen = [item["id"] for item in answer.json()["items"]]
    while "next" in answer.links:
        answer = door.get(answer.links["next"]["url"])
        seen += [item["id"] for item in answer.json()["items"]]
    assert seen == [f"p-{number:05}" for number in range(many)]
    assert found(door, "/v1/people", q="maria 1004") == ["p-01004"]
    assert min(found(door, "/v1/search", q="maria", limit=200)) >= f"p-{many - RANKED:05}"


def _add_people(door: Door, people: list[Json]) -> None:
    collection = REGISTER["people"]
    with ledger.write(door.app.state.engine, Settings().clock, actor="test") as unit:
        records.add(unit, collection, [validate(collection.shape, each) for each in people])


def test_what_is_typed_reaches_no_query_as_syntax() -> None:
    """Words are letters and digits; what joins them is ours."""
    asked = sought('Savelyev "outer space" begin* -not NEAR(a,2) title:b')
    without_phrases = re.sub(r'"[a-z0-9 ]+"\*?', "", asked.fts5)
    assert set(re.findall(r"\w+", without_phrases)) <= {"AND", "OR", "NOT", "keys"}
    assert not re.sub(r"'[a-z0-9]+'(:\*)?|<->|[()&|! ]", "", asked.tsquery)
