"""Lists: what each filter finds, in which order, and how pages put together are the whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.settings import Settings
from db import ledger, records
from db.dates import parse, sort_key
from db.engine import make_engine
from db.pages import KNOWN_WITH
from db.register import REGISTER
from db.validation import validate
from tests.conftest import MakeUrl
from tests.door import ADMIN_KEY, Door, Json, listed, opened
from tests.factories import agreement, event, person, signatory, source, state

RECORDED: dict[str, list[Json]] = {
    "sources": [
        source("gazette", identifiers=[{"scheme": "eli", "value": "gazette/2021"}]),
        source("press"),
    ],
    "organizations": [
        state("mex", identifiers=[{"scheme": "iso3166", "value": "MEX"}]),
        state("rus", predecessors=[{"organization": "blr", "kind": "separation", "from": "1991"}]),
        state("fra"),
        state("blr"),
        {"id": "aem", "name": {"en": "AEM"}, "kind": "agency", "state": "mex"},
        {"id": "roscosmos", "name": {"en": "Roscosmos"}, "kind": "agency", "state": "rus"},
        {"id": "training", "name": {"en": "Training"}, "kind": "other", "state": "rus", "parent": "roscosmos"},
        {"id": "esa", "name": {"en": "ESA"}, "kind": "international_organization"},
    ],
    "people": [person("ana", identifiers=[{"scheme": "wikidata", "value": "Q7"}]), person("boris"), person("chen")],
    "agreements": [
        agreement(
            id="trade",
            signed="1999-05-20",
            form="treaty",
            identifiers=[{"scheme": "unts", "value": "I-1234"}],
            signatories=[signatory(id="trade-ana"), signatory(id="trade-boris", person="boris", side="b")],
        ),
        agreement(
            id="space",
            signed="2021-09",
            legal_character="inter_agency",
            subjects=["outer_space", "science"],
            parties=[{"side": "b", "organization": "aem"}, {"side": "a", "organization": "roscosmos"}],
            signatories=[signatory(id="space-chen", person="chen", side="b", organization="aem")],
        ),
        agreement(
            id="three",
            signed="[2021-09-15..2022]",
            form="memorandum_of_understanding",
            legal_character="non_binding",
            subjects=["science"],
            parties=[
                {"side": "a", "organization": "mex"},
                {"side": "a", "organization": "fra"},
                {"side": "b", "organization": "rus"},
                {"side": "b", "organization": "esa"},
            ],
        ),
        agreement(
            id="undated",
            subjects=[],
            parties=[{"side": "a", "organization": "fra"}, {"side": "b", "organization": "blr"}],
            relations=[
                {"kind": "supersedes", "agreement": "trade"},
                {"kind": "terminates", "agreement": "space"},
                {"kind": "related", "agreement": "three"},
            ],
        ),
    ],
    "signatories": [],
    "events": [
        {"id": "visit", "kind": "visit", "date": "2021-09-26/2021-09-28"},
        event(id="signing", part_of="visit", agreements=["space"]),
        event(id="noting", kind="notification_received", date="2022", by="roscosmos", agreements=["space", "three"]),
        event(id="approving", kind="domestic_approval", date="2022-10-05~", by="mex", agreements=["three"]),
        event(id="registering", kind="registered", date="2000-01", agreements=["trade"]),
        event(
            id="succeeding",
            kind="succession",
            date="[..1992-01-13]",
            predecessor="blr",
            successor="rus",
            identifiers=[{"scheme": "unts", "value": "A-1"}],
        ),
        event(id="ending", kind="terminated", date="2010-06-01", ground="denounced", agreements=["trade"]),
        event(id="closing", kind="terminated", date="2023-01-01", ground="superseded", agreements=["three"]),
    ],
    "delegations": [
        {
            "id": "guests",
            "name": {"en": "Guests"},
            "sent_by": "rus",
            "events": ["visit", "signing"],
            "members": [{"person": "boris", "role": "head"}, {"organization": "roscosmos", "role": "member"}],
            "identifiers": [{"scheme": "test", "value": "1:2"}],
        },
        {
            "id": "hosts",
            "name": {"en": "Hosts"},
            "events": ["noting"],
            "members": [{"person": "ana", "role": "host"}],
        },
    ],
}
"""A small made-up record."""

FIRST, LATER = datetime(2001, 1, 1, tzinfo=UTC), datetime(2002, 1, 1, 12, 30, tzinfo=UTC)
ALL = {name: {document["id"] for document in documents} for name, documents in RECORDED.items()}
ALL["signatories"] = {"trade-ana", "trade-boris", "space-chen"}
CHANGED = {
    "sources": "press",
    "organizations": "esa",
    "people": "chen",
    "agreements": "undated",
    "signatories": "space-chen",
    "events": "succeeding",
    "delegations": "hosts",
}
"""One record of each collection, changed in 2002; all else is of 2001."""
LATE = {name: {id} for name, id in CHANGED.items()}
LATE["agreements"].add("space")  # rendered anew with its signatory
SINCE = {
    "2000-12-31": ALL,
    "2001-01-01": ALL,
    "2001-01-01T00:00:00Z": ALL,
    "2001-01-01T00:00:00.000001Z": LATE,
    "2002-01-01": LATE,
    "2002-01-01T12:30:00Z": LATE,
    "2002-01-01t14:30:00+02:00": LATE,
    "2002-01-01T12:30:00.000001Z": {},
    "2002-01-02": {},
}
"""What `updated_since` finds, in every collection."""

CASES: dict[str, dict[str, dict[str, set[str]]]] = {
    "agreements": {
        "party": {
            "mex": {"trade", "space", "three"},
            "MEX": {"trade", "space", "three"},
            "aem": {"space"},
            "fra": {"three", "undated"},
            "esa": {"three"},
            "aem,BLR": {"space", "undated"},
            "training": set(),
            "nowhere": set(),
        },
        "between": {
            "mex,rus": {"trade", "space", "three"},
            "RUS,MEX": {"trade", "space", "three"},
            "aem,rus": {"space"},
            "mex,roscosmos": {"space"},
            "aem,roscosmos": {"space"},
            "esa,fra": {"three"},
            "fra,rus": {"three"},
            "mex,fra": set(),
            "mex,mex": set(),
            "rus,nowhere": set(),
        },
        "status": {
            "signed_not_in_force": {"trade"},
            "unknown": {"space", "three", "undated"},
            "UNKNOWN,Signed_Not_In_Force": {"trade", "space", "three", "undated"},
            "terminated,in_force": set(),
            "asleep": set(),
        },
        "certainty": {
            "definite": {"trade"},
            "presumed": {"space", "three", "undated"},
            "PRESUMED,definite": {"trade", "space", "three", "undated"},
            "possible": set(),
            "doubtful": set(),
        },
        "on": dict.fromkeys(("0001-01-01", "2002-01-01", "2022-06-30", "9999-12-31"), ALL["agreements"]),
        "predecessors": {"true": ALL["agreements"], "false": ALL["agreements"]},
        "known_at": {
            "2000-12-31": set(),
            "2000-12-31T23:59:59.999999Z": set(),
            "2001-01-01": ALL["agreements"],
            "2001-01-01T00:00:00Z": ALL["agreements"],
            "2001-01-01t02:00:00+02:00": ALL["agreements"],
            "2002-01-02": ALL["agreements"],
        },
        "form": {
            "treaty": {"trade"},
            "agreement": {"space", "undated"},
            "TREATY,memorandum_of_understanding": {"trade", "three"},
            "convention": set(),
            "handshake": set(),
        },
        "legal_character": {
            "treaty": {"trade", "undated"},
            "inter_agency,non_binding": {"space", "three"},
            "unknown": set(),
            "poem": set(),
        },
        "subject": {
            "science": {"space", "three"},
            "outer_space": {"space"},
            "trade,outer_space": {"trade", "space"},
            "fishing": set(),
        },
        "signed_from": {
            "1999": {"trade", "space", "three"},
            "1999-05-20": {"trade", "space", "three"},
            "1999-05-21": {"space", "three"},
            "2021-09-28": {"space", "three"},
            "2021-09-29": {"three"},
            "2021-10": {"three"},
            "2022-12-31": {"three"},
            "2023": set(),
            "202X": {"space", "three"},
            "[..1950]": {"trade", "space", "three"},
        },
        "signed_to": {
            "1999-05-19": set(),
            "1999-05-20": {"trade"},
            "1999": {"trade"},
            "2021-08": {"trade"},
            "2021-09-14": {"trade"},
            "2021-09-15": {"trade", "three"},
            "2021-09-28": {"trade", "space", "three"},
            "2021-23": {"trade", "space", "three"},
            "[2030..]": {"trade", "space", "three"},
        },
        "ground": {"denounced": set(), "boredom": set()},
        "replaced_by": {"undated": {"trade", "space"}, "UNDATED": {"trade", "space"}, "trade": set(), "nothing": set()},
        "registered": {"true": {"trade"}, "false": {"space", "three", "undated"}},
        "signatory": {"ana": {"trade"}, "Chen,ana": {"trade", "space"}, "nobody": set()},
        "q": {"I-1234": {"trade"}, "Outer*": {"space"}, "science -outer": {"three"}, "nothing": set()},
        "identifier": {"unts:I-1234": {"trade"}, "UNTS:I-1234": {"trade"}, "unts:i-1234": set(), "eli:x": set()},
    },
    "signatories": {
        "agreement": {"trade": {"trade-ana", "trade-boris"}, "three": set(), "SPACE,three": {"space-chen"}},
        "person": {"ana": {"trade-ana"}, "ana,chen": {"trade-ana", "space-chen"}, "nobody": set()},
        "organization": {"aem": {"space-chen"}, "AEM,esa": {"space-chen"}, "mex": set(), "nobody": set()},
        "q": {"Ana": {"trade-ana"}, "ambassador Борис": {"trade-boris"}, "carol": set()},
        "identifier": {"later:x": {"space-chen"}, "unts:I-1234": set()},
    },
    "events": {
        "kind": {"visit": {"visit"}, "terminated,visit": {"ending", "closing", "visit"}, "party": set()},
        "agreement": {
            "three": {"noting", "approving", "closing"},
            "space,TRADE": {"signing", "noting", "registering", "ending"},
            "undated": set(),
            "nothing": set(),
        },
        "by": {"mex": {"approving"}, "rus": {"noting"}, "roscosmos,MEX": {"noting", "approving"}, "nobody": set()},
        "date_from": {
            "2021-09-28": {"visit", "signing", "noting", "approving", "closing"},
            "2021-09-29": {"noting", "approving", "closing"},
            "2022-12-31": {"noting", "closing"},
            "2023-01-02": set(),
            "1992-01-13": ALL["events"],
            "1992-01-14": ALL["events"] - {"succeeding"},
        },
        "date_to": {
            "1950": {"succeeding"},
            "2000-01-01": {"succeeding", "registering"},
            "2021-09-25": {"succeeding", "registering", "ending"},
            "2021-09-26": {"succeeding", "registering", "ending", "visit"},
            "2022-01": {"succeeding", "registering", "ending", "visit", "signing", "noting"},
            "2023": ALL["events"],
        },
        "part_of": {"visit": {"signing"}, "VISIT,signing": {"signing"}, "signing": set(), "nothing": set()},
        "predecessor": {"blr": {"succeeding"}, "BLR,mex": {"succeeding"}, "rus": set()},
        "q": {"A-1": {"succeeding"}, "visit": set()},
        "identifier": {"unts:A-1": {"succeeding"}, "unts:I-1234": set()},
    },
    "organizations": {
        "kind": {"agency": {"aem", "roscosmos"}, "other,AGENCY": {"aem", "roscosmos", "training"}, "club": set()},
        "state": {"rus": {"rus", "roscosmos", "training"}, "MEX,fra": {"mex", "aem", "fra"}, "nowhere": set()},
        "parent": {"roscosmos": {"training"}, "esa,Roscosmos": {"training"}, "rus": set()},
        "q": {"Роскосмос": {"roscosmos"}, "training": {"training"}, "nothing": set()},
        "identifier": {"iso3166:MEX": {"mex"}, "ISO3166:MEX": {"mex"}, "iso3166:RUS": set()},
    },
    "people": {
        "q": {"ANA": {"ana"}, "Анна": {"ana"}, "boris chen": set()},
        "identifier": {"wikidata:Q7": {"ana"}, "wikidata:Q8": set()},
    },
    "sources": {
        "q": {'"source press"': {"press"}, "gazettes": set()},
        "identifier": {"eli:gazette/2021": {"gazette"}, "eli:gazette": set()},
    },
    "delegations": {
        "agreement": {"space": {"guests", "hosts"}, "three": {"hosts"}, "trade": set(), "THREE,trade": {"hosts"}},
        "event": {"signing": {"guests"}, "signing,noting": {"guests", "hosts"}, "ending": set()},
        "person": {"ana": {"hosts"}, "Boris,ana": {"guests", "hosts"}, "chen": set()},
        "organization": {"rus": {"guests"}, "ROSCOSMOS": {"guests"}, "mex": set()},
        "q": {"guests boris": {"guests"}, "hosts boris": set()},
        "identifier": {"test:1:2": {"guests"}, "test:1": set()},
    },
}
"""For each filter of each collection: a value, and the records that it finds."""

TOGETHER: list[tuple[Json, set[str]]] = [
    ({"status": "unknown", "on": "1999-05-19"}, ALL["agreements"]),
    ({"status": "unknown", "on": "1999-05-20"}, {"space", "three", "undated"}),
    ({"status": "signed_not_in_force", "on": "2021-09-15"}, {"three"}),
    ({"status": "unknown", "on": "2021-09-15"}, {"space", "three", "undated"}),
    ({"status": "signed_not_in_force", "on": "2021-09-28"}, {"space", "three"}),
    ({"status": "unknown", "on": "2021-09-28"}, {"three", "undated"}),
    ({"status": "terminated", "on": "2010-05-31"}, set()),
    ({"status": "terminated", "on": "2010-06-01"}, {"trade"}),
    ({"status": "terminated", "on": "2023-01-01", "party": "fra"}, {"three"}),
    ({"certainty": "possible", "on": "2021-09-15"}, {"three"}),
    ({"certainty": "possible", "on": "2021-09-14"}, set()),
    ({"certainty": "presumed", "on": "2002-01-02"}, ALL["agreements"]),
    ({"ground": "denounced", "on": "2010-05-31"}, set()),
    ({"ground": "denounced", "on": "2010-06-01"}, {"trade"}),
    ({"ground": "Superseded,denounced", "on": "2023-01-01"}, {"trade", "three"}),
    ({"ground": "expiry", "on": "2023-01-01"}, set()),
    ({"predecessors": "true", "party": "rus"}, ALL["agreements"]),
    ({"predecessors": "false", "party": "rus"}, {"trade", "space", "three"}),
    ({"predecessors": "true", "between": "rus,fra"}, {"three", "undated"}),
    ({"predecessors": "false", "between": "rus,fra"}, {"three"}),
]
"""Filters of agreements that say what others mean, and what they find together."""


def found_by(name: str, parameter: str) -> dict[str, set[str]]:
    """What one filter of a collection finds, by its value."""
    if parameter == "updated_since":
        return {value: found.get(name, set()) for value, found in SINCE.items()}
    return CASES[name][parameter]


@pytest.fixture
def library(make_url: MakeUrl) -> Iterator[Door]:
    """The service on the made-up record."""
    now = [FIRST]
    with opened(Settings(database_url=make_url(False), admin_key=ADMIN_KEY), lambda: now[0]) as door:
        fill(door, RECORDED)
        now[0] = LATER
        for name, id in CHANGED.items():
            path = f"/v1/{name}/{id}"
            identifiers = [*door.read(path).get("identifiers", []), {"scheme": "later", "value": "x"}]
            assert door.patch(path, {"identifiers": identifiers}).status_code == 200
        yield door


def fill(door: Door, documents: dict[str, list[Json]]) -> None:
    """Write documents of several collections in one transaction."""
    with ledger.write(door.app.state.engine, door.app.state.clock, actor="tests") as unit:
        for name, collection in REGISTER.items():
            records.add(unit, collection, [validate(collection.shape, each) for each in documents.get(name, ())])


def ids(items: list[Json]) -> list[str]:
    return [item["id"] for item in items]


# Filters


@pytest.mark.parametrize("name", REGISTER)
def test_every_filter_is_tried(name: str) -> None:
    """Each filter of a collection has values here that find something, and values that leave something out."""
    for parameter, one in REGISTER[name].filters.items():
        alone = [*found_by(name, parameter).values()]
        together = [each for params, each in TOGETHER if parameter in params] if name == "agreements" else []
        assert any(alone + together), parameter
        selecting = alone if one.where or one.where_then else []
        assert any(each != ALL[name] for each in selecting + together), parameter
    assert set(CASES[name]) <= set(REGISTER[name].filters)


def test_a_filter_finds_what_it_should_and_nothing_else(library: Door, subtests: pytest.Subtests) -> None:
    """Each filter of each collection, in every order: a comma is any of, letters are of any case, unknown is empty."""
    for name, collection in REGISTER.items():
        for parameter in collection.filters:
            with subtests.test(f"{name}?{parameter}="):
                for value, found in found_by(name, parameter).items():
                    for asked in () if parameter == "known_at" else orders(name):
                        page = library.read(f"/v1/{name}", params={parameter: value, **asked, "count": "true"})
                        assert set(ids(page["items"])) == found, f"{value} with {asked}"
                        assert page["count"] == len(page["items"]) == len(found), f"{value} with {asked}"


def orders(name: str) -> list[Json]:
    """Each order that a collection can be asked for in."""
    return [{"sort": sort} for sort in REGISTER[name].sorts]


def test_filters_that_say_what_others_mean(library: Door) -> None:
    """The day that a status is about, and whether predecessors are meant too, in every order."""
    for params, found in TOGETHER:
        for asked in orders("agreements"):
            page = library.read("/v1/agreements", params=params | asked | {"count": "true"})
            assert set(ids(page["items"])) == found, f"{params} with {asked}"
            assert page["count"] == len(found), f"{params} with {asked}"


def test_a_list_is_told_as_known_at_an_instant(library: Door) -> None:
    """By id, page by page, each as it was then; with filters that have no recorded past, counted or sorted, 422."""
    for value, found in CASES["agreements"]["known_at"].items():
        assert ids(library.items("/v1/agreements", known_at=value, limit=3)) == sorted(found)
    for params, found in ((params, found) for params, found in TOGETHER if params.keys() <= KNOWN_WITH):
        assert ids(library.items("/v1/agreements", known_at="2001-01-01", **params)) == sorted(found)
    [before] = library.items("/v1/agreements", known_at="2001-01-01", party="blr")
    assert (before["meta"]["version"], library.read("/v1/agreements/undated")["meta"]["version"]) == (1, 2)
    for name in REGISTER["agreements"].filters:
        value = next(iter(found_by("agreements", name)))
        response = library.get("/v1/agreements", params={"known_at": "2001-01-01", name: value})
        assert response.status_code == (200 if name in KNOWN_WITH else 422), name
    for other in ({"sort": "id"}, {"count": "true"}):
        assert library.get("/v1/agreements", params={"known_at": "2001-01-01", **other}).status_code == 422


def test_a_list_without_filters_is_the_collection(library: Door) -> None:
    """All of it, each record as GET answers it."""
    for name in REGISTER:
        items = library.read(f"/v1/{name}")["items"]
        assert sorted(ids(items)) == sorted(ALL[name])
        for item in items:
            assert listed(library.read(f"/v1/{name}/{item['id']}")) == item


def test_a_party_given_again_must_be_there_too(library: Door) -> None:
    """`party` repeated means all of them, each with commas any of."""

    def found(*parties: str) -> set[str]:
        return set(ids(library.items("/v1/agreements", party=list(parties))))

    assert found("mex", "rus") == {"trade", "space", "three"}
    assert found("MEX", "fra") == {"three"}
    assert found("mex", "roscosmos,esa") == {"space", "three"}
    assert found("mex", "rus", "fra") == {"three"}
    assert found("mex", "nowhere") == set()


def test_filters_given_together_must_all_hold(library: Door) -> None:
    """Each narrows what the others find."""

    def found(**params: Any) -> set[str]:
        return set(ids(library.items("/v1/agreements", **params)))

    assert found(between="mex,rus", subject="science") == {"space", "three"}
    assert found(between="mex,rus", subject="science", party="fra") == {"three"}
    assert found(party="mex", signed_from="2021", signed_to="2021-09-15") == {"three"}
    assert found(registered="true", ground="denounced", on="2010-06-01", form="treaty", signatory="ana") == {"trade"}
    assert found(registered="true", ground="denounced", on="2010-05-31") == set()
    assert found(ground="superseded,denounced", on="2025-01-01") == {"trade", "three"}
    assert found(ground="expiry", on="2025-01-01") == set()
    assert found(registered="true", ground="superseded", on="2025-01-01") == set()
    kinds = {"kind": "terminated", "agreement": "trade,three"}
    assert ids(library.items("/v1/events", **kinds, date_to="2015")) == ["ending"]


def test_withdrawn_records_are_found_by_no_filter(library: Door) -> None:
    """Neither they themselves, nor others through them."""
    library.withdraw("/v1/events/registering")
    assert library.items("/v1/agreements", registered="true") == []
    library.withdraw("/v1/signatories/trade-ana")
    assert library.items("/v1/agreements", signatory="ana") == []
    library.withdraw("/v1/agreements/undated")
    assert library.items("/v1/agreements", replaced_by="undated") == []
    library.withdraw("/v1/agreements/trade")
    assert set(ids(library.items("/v1/agreements", between="mex,rus"))) == {"space", "three"}
    assert library.items("/v1/agreements", identifier="unts:I-1234") == []
    library.withdraw("/v1/delegations/guests")
    assert library.items("/v1/delegations", person="boris") == []


# Lists under an agreement


def test_a_list_under_an_agreement_has_what_concerns_it(library: Door) -> None:
    """Its signatories, its events, the delegations that list one of its events, with their own filters and sorts."""

    def found(path: str, **params: Any) -> list[str]:
        return ids(library.items(f"/v1/agreements/{path}", **params))

    assert found("trade/signatories") == ["trade-ana", "trade-boris"]
    assert found("trade/signatories", person="boris") == ["trade-boris"]
    assert found("three/signatories") == []
    assert found("three/events") == ["noting", "approving", "closing"]
    assert found("three/events", sort="-date", kind="terminated,domestic_approval") == ["closing", "approving"]
    assert found("three/events", agreement="space") == ["noting"]
    assert found("space/delegations") == ["guests", "hosts"]
    assert found("three/delegations", person="ana") == ["hosts"]
    assert found("trade/delegations") == []


def test_a_list_under_an_agreement_comes_in_pages(library: Door) -> None:
    """Its cursor leads on under this agreement only."""
    path = "/v1/agreements/three/events"
    response = library.get(path, params={"limit": 2, "count": "true"})
    assert (ids(response.json()["items"]), response.json()["count"]) == (["noting", "approving"], 3)
    assert ids(library.read(link(response))["items"]) == ["closing"]
    cursor = {"cursor": response.json()["next"]}
    assert library.get("/v1/agreements/space/events", params=cursor).status_code == 422
    assert library.read(path, params={"limit": 0}) == {"items": [], "count": 3}


def test_there_is_no_list_under_what_is_no_agreement(library: Door) -> None:
    """404 under an unknown id, 410 under a withdrawn one."""
    library.withdraw("/v1/agreements/undated")
    for name in ("signatories", "events", "delegations"):
        assert library.get(f"/v1/agreements/nothing/{name}").status_code == 404
        assert library.get(f"/v1/agreements/undated/{name}").status_code == 410


# Orders


def in_order(items: list[Json], sort: str) -> list[Json]:
    """The items as the sort should have them, worked out from what they say."""
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    if name == "id":
        return sorted(items, key=lambda item: item["id"])
    if name == "updated":
        return sorted(items, key=lambda item: item["meta"]["seq"], reverse=descending)
    days = {item["id"]: day for item in items if (day := dated(item, name))}
    dated_ones = [item for item in items if item["id"] in days]
    undated = [item for item in items if item["id"] not in days]
    dated_ones.sort(key=lambda item: (sort_key(parse(days[item["id"]])), item["id"]), reverse=descending)
    undated.sort(key=lambda item: item["id"], reverse=descending)
    return dated_ones + undated


def dated(item: Json, name: str) -> str | None:
    """The date by which it is sorted: of an agreement that of its signature event, if it has one."""
    signatures = [each for each in item.get("events", ()) if each["kind"] == "signature"] if name == "signed" else []
    day: Json = signatures[0]["date"] if signatures else item.get(name, {})
    return day.get("edtf")


def test_a_list_is_sorted_as_asked(library: Door) -> None:
    """By date (undated last in both directions), by last change, by id; the first of them is the default."""
    for name, collection in REGISTER.items():
        items = library.read(f"/v1/{name}")["items"]
        for sort in collection.sorts:
            sorted_by = library.read(f"/v1/{name}", params={"sort": sort})["items"]
            assert sorted_by == in_order(items, sort), f"{name} by {sort}"
        assert items == in_order(items, next(iter(collection.sorts)))


def test_agreements_are_sorted_by_signature(library: Door) -> None:
    """By the first possible day, then the last; undated last in both directions."""
    assert ids(library.read("/v1/agreements")["items"]) == ["trade", "three", "space", "undated"]
    newest_first = library.read("/v1/agreements", params={"sort": "-signed"})
    assert ids(newest_first["items"]) == ["space", "three", "trade", "undated"]
    assert set(REGISTER["agreements"].sorts) == {"signed", "-signed", "updated", "-updated", "id"}


# Pages

DAYS = [
    None,
    "202X",
    "2021",
    "2021-09",
    "2021-09-28",
    "2021-09-28~",
    "[2021-09-26..2021-09-28]",
    "[..2021]",
    "[2021..]",
]
PARTIES = ["mex", "aem", "rus", "roscosmos", "fra", "esa"]
STATES = {"aem": "mex", "roscosmos": "rus"}


@st.composite
def some_agreements(draw: st.DrawFn) -> list[Json]:
    """Agreements of which many share a day, a form or a party, with ids in no order."""
    found = []
    for id in draw(st.lists(st.text("abc", min_size=1, max_size=3), unique=True, max_size=12)):
        a, b = draw(st.lists(st.sampled_from(PARTIES), min_size=2, max_size=2, unique=True))
        members: Json = {
            "parties": [{"side": "a", "organization": a}, {"side": "b", "organization": b}],
            "form": draw(st.sampled_from(["treaty", "protocol"])),
        }
        day = draw(st.sampled_from(DAYS))
        found.append(agreement(id=id, **members, **({"signed": day} if day else {})))
    return found


def sides_of(document: Json) -> list[set[str]]:
    """Each party and its state, side by side."""
    return [{party["organization"], STATES.get(party["organization"], "")} for party in document["parties"]]


def all_of(document: Json) -> set[str]:
    """Both sides together."""
    a, b = sides_of(document)
    return a | b


def faces(document: Json, one: str, other: str) -> bool:
    a, b = sides_of(document)
    return (one in a and other in b) or (one in b and other in a)


def overlaps(document: Json) -> bool:
    """Whether it may have been signed in September 2021."""
    if "signed" not in document:
        return False
    days = parse(document["signed"]["edtf"])
    return (days.latest is None or str(days.latest) >= "2021-09-01") and (
        days.earliest is None or str(days.earliest) <= "2021-09-30"
    )


SELECTIONS: list[tuple[Json, Any]] = [
    ({}, lambda _: True),
    ({"party": "mex"}, lambda each: "mex" in all_of(each)),
    ({"party": "mex,fra"}, lambda each: {"mex", "fra"} & all_of(each)),
    ({"party": ["mex", "rus"]}, lambda each: {"mex", "rus"} <= all_of(each)),
    ({"between": "rus,mex"}, lambda each: faces(each, "mex", "rus")),
    ({"between": "rus,mex", "party": "aem"}, lambda each: faces(each, "mex", "rus") and faces(each, "aem", "rus")),
    ({"form": "treaty"}, lambda each: each["form"] == "treaty"),
    ({"signed_from": "2021-09", "signed_to": "2021-09"}, overlaps),
]
"""Filters, and what they should leave of a list."""


@contextmanager
def another_record(door: Door, url: str) -> Iterator[None]:
    """The same service on another database, for a while."""
    kept = door.app.state.engine
    door.app.state.engine = make_engine(url)
    try:
        yield
    finally:
        door.app.state.engine.dispose()
        door.app.state.engine = kept


def link(response: Any) -> str:
    """Where the answer's Link leads."""
    target, _, rel = response.headers["Link"].partition(">; ")
    assert rel == 'rel="next"'
    return str(target.removeprefix("<"))


def pages_of(door: Door, path: str, **params: Any) -> Iterator[Json]:
    """Page after page, by following Link as it is."""
    response = door.get(path, params=params)
    while True:
        assert response.status_code == 200, response.text
        page: Json = response.json()
        assert ("next" in page) == ("Link" in response.headers)
        yield page
        if "next" not in page:
            return
        assert parse_qs(urlsplit(link(response)).query)["cursor"] == [page["next"]]
        response = door.get(link(response))


@given(
    agreements=some_agreements(),
    selection=st.sampled_from(SELECTIONS),
    sort=st.sampled_from(list(REGISTER["agreements"].sorts)),
    limit=st.integers(1, 6),
)
@settings(max_examples=25)
def test_pages_put_together_are_the_whole_list(
    door: Door, make_url: MakeUrl, agreements: list[Json], selection: tuple[Json, Any], sort: str, limit: int
) -> None:
    """For any agreements, filter, order and size of page: nothing twice or missing, each page full but the last."""
    filters, wanted = selection
    organizations = RECORDED["organizations"]
    with another_record(door, make_url(False)):
        fill(door, {"organizations": organizations, "agreements": agreements})
        everything = [listed(door.read(f"/v1/agreements/{each['id']}")) for each in agreements]
        whole = in_order([each for each in everything if wanted(each)], sort)
        params = {**filters, "sort": sort}
        assert door.read("/v1/agreements", params=params) == {"items": whole}
        pages = list(pages_of(door, "/v1/agreements", **params, limit=limit))
        assert [item for page in pages for item in page["items"]] == whole
        assert all(len(page["items"]) == limit for page in pages[:-1])
        assert len(pages) == max(1, -(-len(whole) // limit))
        assert door.read("/v1/agreements", params={**params, "limit": 0}) == {"items": [], "count": len(whole)}
        counted = door.read("/v1/agreements", params={**params, "limit": limit, "count": "true"})
        assert counted["count"] == len(whole)


@given(
    agreements=some_agreements(),
    sort=st.sampled_from(list(REGISTER["agreements"].sorts)),
    limit=st.integers(1, 3),
    changes=st.lists(st.tuples(st.integers(0, 11), st.sampled_from([*DAYS, "withdrawn", "added"])), max_size=6),
)
@settings(max_examples=15)
def test_changes_between_pages_neither_repeat_nor_skip_what_did_not_change(
    door: Door, make_url: MakeUrl, agreements: list[Json], sort: str, limit: int, changes: list[tuple[int, str | None]]
) -> None:
    """While records come, go and move, each of those left alone is on one page exactly."""
    left = list(changes)
    touched: set[str] = set()
    shown: list[str] = []
    with another_record(door, make_url(False)):
        fill(door, {"organizations": RECORDED["organizations"], "agreements": agreements})
        for page in pages_of(door, "/v1/agreements", sort=sort, limit=limit):
            shown += ids(page["items"])
            for number, change in left[:2]:
                touched.add(disturb(door, [each["id"] for each in agreements], number, change))
            del left[:2]
    alone = [each["id"] for each in agreements if each["id"] not in touched]
    assert sorted(id for id in shown if id in alone) == sorted(alone)


def disturb(door: Door, known: list[str], number: int, change: str | None) -> str:
    """Add an agreement, withdraw one, or give it another day; tells which."""
    if change == "added" or not known:
        added = door.add("/v1/agreements", agreement(signed=DAYS[1 + number % (len(DAYS) - 1)]))
        return str(added["id"])
    id = known[number % len(known)]
    if change == "withdrawn":
        assert door.withdraw(f"/v1/agreements/{id}").status_code in (204, 410)
    else:
        assert door.patch(f"/v1/agreements/{id}", {"signed": change}).status_code in (200, 410)
    return id


def test_pages_of_every_collection_are_the_whole_list(library: Door) -> None:
    """In every order, one record at a time."""
    for name, collection in REGISTER.items():
        for sort in collection.sorts:
            whole = library.read(f"/v1/{name}", params={"sort": sort})["items"]
            pages = list(pages_of(library, f"/v1/{name}", sort=sort, limit=1))
            assert [item for page in pages for item in page["items"]] == whole


def test_a_link_keeps_what_was_asked(library: Door) -> None:
    """Path and query as they were, repeated and odd parameters too, and the cursor: to be followed as it is."""
    asked = {"party": ["mex", "rus"], "updated_since": "2001-01-01T02:00:00+02:00", "limit": "1", "count": "true"}
    response = library.get("/v1/agreements", params=asked)
    found = urlsplit(link(response))
    query = parse_qs(found.query)
    assert (found.scheme, found.netloc, found.path) == ("", "", "/v1/agreements")
    assert query.pop("cursor") == [response.json()["next"]]
    assert query == {name: value if isinstance(value, list) else [value] for name, value in asked.items()}
    pages = list(pages_of(library, "/v1/agreements", **asked))
    assert [ids(page["items"]) for page in pages] == [["trade"], ["three"], ["space"]]
    assert [page["count"] for page in pages] == [3, 3, 3]


def test_a_link_carries_any_text(library: Door) -> None:
    """A value with the characters of a query, in any script, survives the Link."""
    value = "a&b=c+d #?%é½/,;<>\"'"
    for number in range(2):
        fill(library, {"sources": [source(f"odd-{number}", identifiers=[{"scheme": "test", "value": value}])]})
    pages = list(pages_of(library, "/v1/sources", identifier=f"test:{value}", limit=1))
    assert [ids(page["items"]) for page in pages] == [["odd-0"], ["odd-1"]]


def test_a_cursor_belongs_to_its_list(library: Door) -> None:
    """With other filters, another order or in another collection it is 422; the size of the page may change."""
    cursor = library.read("/v1/agreements", params={"party": "mex", "limit": 1})["next"]
    same = library.read("/v1/agreements", params={"party": "mex", "limit": 200, "cursor": cursor})
    assert ids(same["items"]) == ["three", "space"]
    for path, params in (
        ("/v1/agreements", {}),
        ("/v1/agreements", {"party": "rus"}),
        ("/v1/agreements", {"party": ["mex", "rus"]}),
        ("/v1/agreements", {"party": "mex", "form": "treaty"}),
        ("/v1/agreements", {"party": "mex", "sort": "-signed"}),
        ("/v1/agreements", {"between": "mex,rus"}),
        ("/v1/events", {}),
    ):
        response = library.get(path, params={**params, "cursor": cursor})
        assert (response.status_code, response.json()["type"]) == (422, "/problems/bad-cursor")


def test_a_page_has_fifty_unless_asked_otherwise(door: Door) -> None:
    """`limit` is 50 if it is left out, and at most 200."""
    fill(door, {"people": [person(f"p{number:03}") for number in range(201)]})
    assert len(door.read("/v1/people")["items"]) == 50
    page = door.read("/v1/people", params={"limit": 200, "count": "true"})
    assert (len(page["items"]), page["count"]) == (200, 201)
    assert ids(door.items("/v1/people", limit=7)) == [f"p{number:03}" for number in range(201)]
    assert door.get("/v1/people", params={"limit": 201}).status_code == 422


def test_an_empty_list_is_a_page(door: Door) -> None:
    """Of an empty record, every list is `{"items": []}`, without a Link."""
    for name in REGISTER:
        response = door.get(f"/v1/{name}")
        assert (response.status_code, response.json()) == (200, {"items": []})
        assert "Link" not in response.headers
        assert door.read(f"/v1/{name}", params={"limit": 0}) == {"items": [], "count": 0}


def test_the_tag_of_a_list_is_weak(library: Door) -> None:
    """It is made of the newest seq and the day, holds for every page, and ends with the next write."""
    for path in ("/v1/agreements", "/v1/agreements?limit=1", "/v1/people", "/v1/agreements/trade/events"):
        with library.app.state.engine.connect() as connection:
            seq = ledger.newest(connection).seq
        tag = library.get(path).headers["ETag"]
        assert tag == f'W/"{seq}-2002-01-01"'
        for known in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
            response = library.get(path, headers={"If-None-Match": known})
            assert (response.status_code, response.content, response.headers["ETag"]) == (304, b"", tag)
        fill(library, {"sources": [source(f"s{seq}")]})
        assert library.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_the_tag_of_a_history_is_weak(library: Door) -> None:
    """It is made of the newest seq alone, since what was recorded does not depend on the day."""
    path = "/v1/agreements/trade/revisions"
    with library.app.state.engine.connect() as connection:
        tag = f'W/"{ledger.newest(connection).seq}"'
    assert library.get(path).headers["ETag"] == tag
    assert library.get(path, headers={"If-None-Match": tag}).status_code == 304
    library.patch("/v1/agreements/trade", {"subjects": ["trade", "customs"]})
    assert library.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_a_list_goes_on_as_of_the_day_it_began(make_url: MakeUrl) -> None:
    """The pages behind a cursor keep the day of the first, and so does their tag."""
    now = [FIRST]
    with opened(Settings(database_url=make_url(False), admin_key=ADMIN_KEY), lambda: now[0]) as door:
        fill(door, {"people": [person("ana"), person("boris")]})
        cursor = door.read("/v1/people?limit=1")["next"]
        now[0] = LATER
        assert door.get("/v1/people").headers["ETag"].endswith('-2002-01-01"')
        assert door.get("/v1/people", params={"cursor": cursor}).headers["ETag"].endswith('-2001-01-01"')


def test_the_newest_changes_come_last_by_updated(library: Door) -> None:
    """A change to a record, or to a part of an agreement, moves it to the end of `updated`."""
    assert ids(library.read("/v1/agreements?sort=updated")["items"])[-2:] == ["undated", "space"]
    library.patch("/v1/events/ending", {"note": {"en": "more"}})
    assert ids(library.read("/v1/agreements?sort=-updated")["items"])[:2] == ["trade", "space"]
    assert ids(library.read("/v1/events?sort=-updated")["items"])[0] == "ending"
    assert ids(library.items("/v1/agreements", updated_since="2002-01-01")) == ["trade", "space", "undated"]
