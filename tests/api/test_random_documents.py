"""Any valid document is kept as it was sent; after any sequence of requests the ledger, rows and answers agree."""

import json
from dataclasses import dataclass, field
from typing import Any, get_args

import httpx
import pytest
import sqlalchemy as sa
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from db import documents as d
from db import ledger
from db import parts as p
from db import vocabulary as v
from db.dates import parse
from db.ledger import REVISION
from db.provenance import address
from db.register import REGISTER
from db.verify import verify
from tests.api.test_lists import another_record, fill
from tests.conftest import MakeUrl
from tests.door import Door, Json, listed
from tests.factories import WORLD as NAMED
from tests.factories import agreement, dossier, event

Documents = st.SearchStrategy[Json]
KINDS = tuple(REGISTER)
ALWAYS_THERE = {"subjects", "members", "signatories", "events"}
"""Lists that are there even if they are empty; any other empty list is the same as none."""

# The world that the documents name


@dataclass
class World:
    """The records that may be named, by collection; and what is known of agreements' parties."""

    live: dict[str, list[str]]
    parties: dict[str, list[tuple[str, str]]]
    taken: set[tuple[str, str]] = field(default_factory=set)

    def without(self, name: str, id: str) -> "World":
        """The same without one record, which cannot name itself."""
        others = {**self.live, name: [each for each in self.live[name] if each != id]}
        return World(others, self.parties, self.taken)


FURNITURE: dict[str, list[Json]] = {
    **NAMED,
    "organizations": [
        *NAMED["organizations"],
        {"id": "aem", "name": {"es": "Agencia"}, "kind": "agency", "state": "mex"},
        {"id": "esa", "name": {"en": "ESA"}, "kind": "international_organization"},
    ],
    "agreements": [
        dossier(id="pact"),
        agreement(
            id="between-bodies",
            parties=[{"side": "a", "organization": "aem"}, {"side": "b", "organization": "rus"}],
        ),
    ],
    "events": [event(id="visit", kind="visit"), event(id="summit", kind="meeting", agreements=["pact"])],
    "delegations": [{"id": "guests", "name": {"en": "Guests"}, "events": ["visit"], "members": []}],
}
STATES = ["mex", "rus", "fra"]
STAYS = {(name, each["id"]) for name, documents in FURNITURE.items() for each in documents} - {("agreements", "pact")}
"""What is left alone, so that there always is something to name."""


def furnished() -> World:
    """The world as it is at first."""
    live = {name: [each["id"] for each in FURNITURE.get(name, ())] for name in KINDS}
    taken = {(name, id) for name, ids in live.items() for id in ids}
    return World(live, {"pact": [("a", "mex"), ("b", "rus")], "between-bodies": [("a", "aem"), ("b", "rus")]}, taken)


# Documents of every shape, with all members and all words of the closed lists


def shaped(shape: type[BaseModel], later: tuple[str, ...] = (), /, **members: st.SearchStrategy[Any]) -> Documents:
    """Documents of a shape: what it requires always, all else at times. No member is forgotten here."""
    fields = {member.alias or name: member for name, member in shape.model_fields.items()}
    given_ = {name.rstrip("_"): strategy for name, strategy in members.items()}
    assert given_.keys() | set(later) == fields.keys(), given_.keys() ^ fields.keys()
    required = {name: strategy for name, strategy in given_.items() if fields[name].is_required()}
    optional = {name: strategy for name, strategy in given_.items() if name not in required}
    return st.fixed_dictionaries(required, optional=optional)


def one_of(closed_list: Any) -> st.SearchStrategy[str]:
    return st.sampled_from(v.members(closed_list))


texts = st.one_of(
    st.sampled_from(
        ["Mexico City", "Сергей", "王毅", "مُحَمَّد", "👩‍🚀 🇲🇽", "e\u0301", " a\r\n\tb ", "\u202eabc", "'\"\\</b>%"]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=6).filter(
        lambda text: text.replace("\ufeff", "").strip() != ""  # a mark of byte order is blank too
    ),
)
tags = st.sampled_from(["en", "fr", "es", "ru", "zh-Hant", "und", "sr-Latn-RS", "DE"])
maps = st.dictionaries(tags, texts, min_size=1, max_size=3)
slugs = st.from_regex(r"[a-z][a-z0-9]{0,5}(-[a-z0-9]{1,4}){0,2}", fullmatch=True)
subjects = st.lists(st.sampled_from(["outer_space", "trade", "taxation", "a1", "x_y_z"]), unique=True, max_size=3)
durations = st.sampled_from(["P5Y", "P6M", "P30D", "P2W", "P1Y6M", "P1Y2M3W4D", "P9999Y"])
booleans = st.booleans()

months = st.integers(1, 12).map("{:02}".format)
days = st.dates().map(str).filter(lambda day: day not in ("9999-12-31", "1111-11-11"))
years = st.integers(1, 9998).map("{:04}".format)
unqualified = st.one_of(
    days,
    years,
    st.tuples(years, months).map("-".join),
    st.tuples(years, months, st.just("XX")).map("-".join),
    years.map(lambda year: f"{year}-XX"),
    years.map(lambda year: f"{year}-XX-XX"),
    st.tuples(years, st.sampled_from(["21", "22", "23", "24"])).map("-".join),
    years.map(lambda year: f"{year[:3]}X"),
    years.map(lambda year: f"{year[:2]}XX"),
)
points = st.tuples(unqualified, st.sampled_from(["", "", "", "?", "~", "%"])).map("".join)
ordered = st.lists(points, min_size=2, max_size=2).map(
    lambda two: sorted(two, key=lambda each: str(parse(each).earliest))
)
dates = st.one_of(
    points,
    points.map("[{}]".format),
    points.map("[..{}]".format),
    points.map("[{}..]".format),
    ordered.map("..".join).map("[{}]".format),
    ordered.map(",".join).map("[{}]".format),
)
lasting = st.one_of(
    dates,
    ordered.map("/".join),
    points.map("../{}".format),
    points.map("{}/..".format),
    points.map("/{}".format),
    points.map("{}/".format),
)


def spanned(document: Json, start: str = "from", end: str = "to") -> Json:
    """The same with its span the right way round."""
    if start in document and end in document:
        first, last = parse(document[start]).earliest, parse(document[end]).latest
        if first and last and last < first:
            return {**document, start: document[end], end: document[start]}
    return document


places = shaped(p.Place, name=texts, venue=texts, state=st.sampled_from(STATES))
identifiers = st.lists(
    shaped(p.Identifier, scheme=slugs, value=texts), max_size=2, unique_by=lambda each: (each["scheme"], each["value"])
)
locators = st.one_of(
    shaped(
        p.PointSelector,
        type=st.sampled_from(["FragmentSelector", "XPathSelector", "CssSelector"]),
        value=texts,
        conformsTo=texts,
    ),
    st.tuples(
        st.sampled_from(["TextPositionSelector", "DataPositionSelector"]),
        st.lists(st.integers(0, 2**31 - 1), min_size=2, max_size=2).map(sorted),
    ).map(lambda drawn: {"type": drawn[0], "start": drawn[1][0], "end": drawn[1][1]}),
)
anything = st.recursive(
    st.one_of(booleans, st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(texts, inner, max_size=2)),
    max_leaves=4,
)


def paths(node: Any) -> list[tuple[str | int, ...]]:
    """Every way into a document."""
    found: list[tuple[str | int, ...]] = [()]
    steps: Any = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, inner in steps:
        found += [(step, *rest) for rest in paths(inner)]
    return found


def at(node: Any, path: tuple[str | int, ...]) -> Any:
    """What stands there."""
    for step in path:
        node = node[step]
    return node


@st.composite
def cited(draw: st.DrawFn, world: World, document: Json, apart: tuple[str, ...] = ()) -> Json:
    """The document with citations of what it says: on the whole, on members, on items and what is in them."""
    own = without_empty_lists({name: value for name, value in document.items() if name not in apart})
    citations = []
    for path in draw(st.lists(st.sampled_from(paths(own)), max_size=2, unique=True)):
        citation = draw(
            shaped(
                p.Citation,
                field=st.just(address(own, path)),
                source=st.sampled_from(world.live["sources"]),
                locator=locators,
                stance=one_of(v.Stance),
                value=st.just(at(own, path)) if path else anything,
                preferred=booleans,
                reason=texts,
                note=texts,
            )
        )
        if citation.get("preferred"):
            citation.setdefault("reason", draw(texts))
        citations.append(citation)
    says_so: bool = draw(booleans)
    return {**document, "citations": citations} if citations or says_so else document


def chosen(world: World, name: str) -> st.SearchStrategy[str]:
    """An id that is free."""
    return slugs.filter(lambda id: (name, id) not in world.taken)


@st.composite
def sources(draw: st.DrawFn, world: World) -> Json:
    document = shaped(
        d.Source,
        ("citations",),
        id=chosen(world, "sources"),
        title=texts,
        publisher=texts,
        language=tags,
        published=dates,
        retrieved=dates,
        url=st.from_regex(r"https?://[a-z.]{1,9}/[^\s\0\ud800-\udfff]{0,9}", fullmatch=True),
        sha256=st.text("0123456789abcdef", min_size=64, max_size=64),
        based_on=st.sampled_from(world.live["sources"]),
        identifiers=identifiers,
    )
    return draw(cited(world, draw(document)))


@st.composite
def organizations(draw: st.DrawFn, world: World) -> Json:
    others = st.sampled_from(world.live["organizations"])
    document = draw(
        shaped(
            d.Organization,
            ("citations",),
            id=chosen(world, "organizations"),
            name=maps,
            kind=one_of(v.OrganizationKind),
            state=st.sampled_from(STATES),
            parent=others,
            valid_from=dates,
            valid_to=dates,
            predecessors=st.lists(
                shaped(p.Predecessor, organization=others, kind=one_of(v.PredecessorKind), from_=dates), max_size=2
            ),
            affiliations=st.lists(
                shaped(p.Affiliation, state=st.sampled_from(STATES), from_=dates, to=dates).map(spanned), max_size=2
            ),
            identifiers=identifiers,
        )
    )
    if document["kind"] == "state":
        document.pop("state", None)
    return draw(cited(world, spanned(document, "valid_from", "valid_to")))


@st.composite
def people(draw: st.DrawFn, world: World) -> Json:
    position = shaped(
        p.Position, organization=st.sampled_from(world.live["organizations"]), title=maps, from_=dates, to=dates
    )
    document = shaped(
        d.Person,
        ("citations",),
        id=chosen(world, "people"),
        name=maps,
        positions=st.lists(position.map(spanned), max_size=2),
        identifiers=identifiers,
    )
    return draw(cited(world, draw(document)))


@st.composite
def attending(draw: st.DrawFn, world: World, shape: type[p.Attendance]) -> Json:
    """Somebody at an event or in a delegation: known by an id or a name; a delegation attends as itself."""
    delegation = {"delegation": st.sampled_from(world.live["delegations"])} if shape is p.Participant else {}
    attendance = draw(
        shaped(
            shape,
            person=st.sampled_from(world.live["people"]),
            organization=st.sampled_from(world.live["organizations"]),
            name=texts,
            count=st.integers(1, 1_000_000),
            role=one_of(v.Role),
            capacity=texts,
            **delegation,
        )
    )
    if "delegation" in attendance:
        attendance.pop("person", None)
        attendance.pop("organization", None)
    elif not attendance.keys() & {"person", "organization", "name"}:
        attendance["name"] = draw(texts)
    return attendance


ONLY_WITH: dict[str, set[str]] = {
    "until": {"extended", "renewed"},
    "term": {"extended", "renewed"},
    "ground": {"terminated", "termination_invoked", "suspended", "suspension_invoked", "denunciation_notified"},
    "provisions": {"provisional_application_started", "provisional_application_ended", "suspended", "resumed"},
    "ad_referendum": {"signature"},
    "predecessor": {"succession", "continuity_confirmed"},
    "successor": {"succession", "continuity_confirmed"},
}
"""Members of an event that only these kinds have (DOMAIN 4)."""
SOMEBODYS = {
    "notification_received",
    "notification_sent",
    "denunciation_notified",
    "denunciation_received",
    "denunciation_revoked",
    "domestic_approval",
    "domestic_law",
    "domestic_refusal",
    "negotiation_authorised",
    "consent_refused",
    "signature_confirmed",
    "objection",
    "suspension_invoked",
    "termination_invoked",
    "status_disputed",
}
"""Acts that always are somebody's (DOMAIN 4)."""
MAY_LAST = ("visit", "meeting", "ceremony", "negotiation", "statement", "other")
event_kinds = st.one_of(one_of(v.EventKind), st.sampled_from(sorted(set.union(*ONLY_WITH.values()))))


@st.composite
def events(draw: st.DrawFn, world: World) -> Json:
    kind = draw(event_kinds)
    document = draw(
        shaped(
            d.Event,
            ("citations",),
            id=chosen(world, "events"),
            kind=st.just(kind),
            date=lasting if kind in MAY_LAST else dates,
            title=maps,
            place=places,
            by=st.sampled_from(world.live["organizations"]),
            side=one_of(v.Side),
            agreements=st.lists(st.sampled_from(world.live["agreements"]), max_size=2, unique=True),
            effective=dates,
            until=dates,
            term=durations,
            ground=one_of(v.Ground),
            provisions=st.lists(texts, max_size=2),
            ad_referendum=booleans,
            dated=dates,
            predecessor=st.sampled_from(world.live["organizations"]),
            successor=st.sampled_from(world.live["organizations"]),
            part_of=st.sampled_from(world.live["events"]),
            participants=st.lists(attending(world, p.Participant), max_size=2),
            note=maps,
            identifiers=identifiers,
        )
    )
    document = {name: value for name, value in document.items() if kind in ONLY_WITH.get(name, {kind})}
    if "by" in document:
        document.pop("side", None)
    elif kind in SOMEBODYS:
        document.setdefault("side", "a")
    if "until" in document:
        document.pop("term", None)
    elif kind in ONLY_WITH["until"]:
        document.setdefault("term", draw(durations))
    for member in ("predecessor", "successor") if kind in ONLY_WITH["successor"] else ():
        document.setdefault(member, draw(st.sampled_from(world.live["organizations"])))
    return draw(cited(world, spanned(document, "effective" if "effective" in document else "date", "until")))


@st.composite
def delegations(draw: st.DrawFn, world: World) -> Json:
    document = shaped(
        d.Delegation,
        ("citations",),
        id=chosen(world, "delegations"),
        name=maps,
        sent_by=st.sampled_from(world.live["organizations"]),
        purpose=maps,
        events=st.lists(st.sampled_from(world.live["events"]), max_size=3, unique=True),
        members=st.lists(attending(world, p.Attendance), max_size=2),
        identifiers=identifiers,
    )
    return draw(cited(world, draw(document)))


@st.composite
def signatories(draw: st.DrawFn, world: World, own: list[tuple[str, str]] | None = None) -> Json:
    """A signatory; of an agreement with these own parties, as a part of its dossier."""
    agreement_ = draw(st.sampled_from(world.live["agreements"]))
    side, party = draw(st.sampled_from(world.parties[agreement_] if own is None else own))
    powers = shaped(p.FullPowers, issued_by=st.sampled_from(world.live["organizations"]), date=dates, note=texts)
    document = shaped(
        d.Signatory,
        ("citations",),
        id=chosen(world, "signatories"),
        agreement=st.just(agreement_),
        person=st.sampled_from(world.live["people"]),
        name=texts,
        side=st.just(side),
        organization=st.sampled_from(world.live["organizations"]),
        capacity=texts,
        on_behalf_of=st.just(party),
        signed=dates,
        place=places,
        full_powers=powers,
        ad_referendum=booleans,
        identifiers=identifiers,
    )
    found = draw(document)
    if own is not None:
        del found["agreement"]
    return draw(cited(world, found))


CLAUSE_MEMBERS: dict[str, set[str]] = {
    "date": {"fixed_date"},
    "agreement": {"linked_to"},
    "anchor": {"on_last_notification", "after_domestic_procedures"},
}
"""Members of the clause on entry into force that only these conditions have (DOMAIN 5)."""


@st.composite
def entries(draw: st.DrawFn, world: World) -> Json:
    """A clause on entry into force that makes sense."""
    clause = draw(
        shaped(
            p.EntryIntoForce,
            condition=one_of(v.EntryCondition),
            offset=durations,
            anchor=one_of(v.NotificationAnchor),
            awaits=st.lists(one_of(v.Side), min_size=1, unique=True),
            date=dates,
            agreement=st.sampled_from(world.live["agreements"]),
            effective_from=dates,
        )
    )
    condition = clause["condition"]
    clause = {name: value for name, value in clause.items() if condition in CLAUSE_MEMBERS.get(name, {condition})}
    if condition == "fixed_date":
        clause.setdefault("date", draw(dates))
    if condition == "linked_to":
        clause.setdefault("agreement", draw(st.sampled_from(world.live["agreements"])))
    if condition == "first_of_month":
        clause["offset"] = draw(st.sampled_from(["P2M", "P1Y", "P1Y6M"]))
    return clause


def contradict(first: str, last: str) -> bool:
    """Whether the last day certainly lies before the first."""
    begins, ends = parse(first).earliest, parse(last).latest
    return bool(begins and ends and ends < begins)


def sensible(term: Json) -> Json:
    """The same without what its other members make senseless."""
    if term["renewal"] in ("none", "tacit_indefinite"):
        term.pop("renewal_period", None)
    if term["renewal"] == "tacit":
        term.setdefault("renewal_period", "P5Y")
        term["notice_anchor"] = "any_time"
    if {"from", "until"} <= term.keys() and contradict(term["from"], term["until"]):
        del term["until"]
    if term.get("notice") == "none":
        term.pop("notice_anchor", None)
    return term


term_members: dict[str, st.SearchStrategy[Any]] = {
    "initial": st.one_of(durations, st.sampled_from(["indefinite", "unknown"])),
    "until": dates,
    "renewal": one_of(v.Renewal),
    "renewal_period": durations,
    "notice": st.one_of(durations, st.sampled_from(["none", "unknown"])),
    "notice_anchor": one_of(v.NoticeAnchor),
    "survival": durations,
}


def one_after_another(terms: list[Json]) -> list[Json]:
    """The clauses in the order of their first days, one a day."""
    by_day = {str(parse(term["from"]).earliest or "0001-01-01"): term for term in terms}
    return [by_day[day] for day in sorted(by_day)]


clauses = st.one_of(
    shaped(p.Term, **term_members).map(sensible),
    st.lists(shaped(p.DatedTerm, from_=dates, **term_members).map(sensible), min_size=1, max_size=3).map(
        one_after_another
    ),
)


@st.composite
def party_lists(draw: st.DrawFn, world: World) -> list[Json]:
    """Two sides, each with one party or more."""
    ids = draw(st.lists(st.sampled_from(world.live["organizations"]), min_size=2, max_size=4, unique=True))
    middle = draw(st.integers(1, len(ids) - 1))
    territory = shaped(
        p.Territory,
        organization=st.sampled_from(world.live["organizations"]),
        from_=dates,
        to=dates,
        excluded=booleans,
    )
    parties = []
    for index, id in enumerate(ids):
        party = shaped(
            p.Party,
            side=st.just("a" if index < middle else "b"),
            organization=st.just(id),
            name=texts,
            from_=dates,
            to=dates,
            territories=st.lists(territory.map(spanned), max_size=2),
        )
        parties.append(spanned(draw(party)))
    return draw(st.permutations(parties))


def with_ids_of_their_own(parts: list[Json]) -> list[Json]:
    """The parts, of those with the same id only the first."""
    first = {part["id"]: part for part in reversed(parts) if "id" in part}
    return [part for part in parts if "id" not in part or first[part["id"]] is part]


@st.composite
def agreements(draw: st.DrawFn, world: World) -> Json:
    parties = draw(party_lists(world))
    sides = [(party["side"], party["organization"]) for party in parties]
    effects = shaped(p.Effect, scope=texts, from_=dates, to=dates).map(spanned)
    other = shaped(p.Other, organization=st.sampled_from(world.live["organizations"]), role=one_of(v.Role))
    relation = shaped(
        p.Relation,
        kind=one_of(v.RelationKind),
        agreement=st.sampled_from(world.live["agreements"]),
        effective=dates,
        until=dates,
        note=texts,
    ).map(lambda tie: spanned(tie, "effective", "until"))
    document = shaped(
        d.Agreement,
        ("citations",),
        id=chosen(world, "agreements"),
        title=maps,
        form=one_of(v.Form),
        legal_character=one_of(v.LegalCharacter),
        subjects=subjects,
        place=places,
        signed=dates,
        parties=st.just(parties),
        others=st.lists(other, max_size=2),
        languages=st.lists(shaped(p.Language, tag=tags, authentic=booleans, prevails=booleans), max_size=2),
        verified_on=dates,
        effects=st.lists(effects, max_size=2),
        entry_into_force=entries(world),
        duration=clauses,
        relations=st.lists(relation, max_size=2, unique_by=lambda each: (each["kind"], each["agreement"])),
        identifiers=identifiers,
        signatories=st.lists(signatories(world, sides), max_size=2).map(with_ids_of_their_own),
        events=st.lists(events(world), max_size=2).map(with_ids_of_their_own),
    )
    return draw(cited(world, draw(document), apart=d.NESTED_MEMBERS))


STRATEGIES: dict[str, Any] = {
    "sources": sources,
    "organizations": organizations,
    "people": people,
    "agreements": agreements,
    "signatories": signatories,
    "events": events,
    "delegations": delegations,
}


# What should be answered


def without_empty_lists(node: Any) -> Any:
    """The same, without lists that may be left out and are empty."""
    if isinstance(node, dict):
        kept = {name: value for name, value in node.items() if value != [] or name in (*ALWAYS_THERE, "value")}
        return {name: value if name == "value" else without_empty_lists(value) for name, value in kept.items()}
    return [without_empty_lists(item) for item in node] if isinstance(node, list) else node


def as_written(node: Any) -> Any:
    """The same with its dates as EDTF alone; what a citation says in `value` is kept as it was sent."""
    if isinstance(node, dict):
        if "edtf" in node:
            return node["edtf"]
        return {name: value if name == "value" else as_written(value) for name, value in node.items()}
    return [as_written(item) for item in node] if isinstance(node, list) else node


def own(answer: Json, *others: str) -> Json:
    """What an answer says beside `meta`, and beside the status on the day on which it was asked."""
    return {name: value for name, value in answer.items() if name not in ("meta", "status", *others)}


def in_any_order(parts: list[Json]) -> list[str]:
    return sorted(json.dumps(part, sort_keys=True) for part in parts)


def assert_kept(name: str, sent: Json, answer: Json) -> None:
    """The answer says what was sent, with the ids that were made, and nothing else but what follows from it."""
    follows = REGISTER[name].shape.service_members
    expected, said = without_empty_lists(own(sent, *follows)), as_written(own(answer, *follows))
    expected = {"id": answer["id"], **expected}
    if name == "organizations" and sent["kind"] == "state":
        expected["state"] = answer["id"]
    if name == "agreements":
        for nested, whose in (("signatories", "agreement"), ("events", "agreements")):
            parts = said.pop(nested)
            ids = [part["id"] for part in expected.get(nested, ()) if "id" in part]
            assert set(ids) <= {part["id"] for part in parts}
            assert all(answer["id"] in part[whose] for part in parts)
            bare = [own(part, whose, *(["id"] if part["id"] not in ids else [])) for part in parts]
            assert in_any_order(bare) == in_any_order([own(part, whose) for part in expected.pop(nested, [])])
    assert said == expected


def newest_documents(connection: sa.Connection) -> dict[tuple[str, str], Json]:
    """What the ledger's newest revision of each live record says, with its version and seq, by kind and id."""
    columns = (REVISION.c.kind, REVISION.c.resource_id, REVISION.c.op, REVISION.c.version, REVISION.c.seq)
    found = {}
    for row in connection.execute(sa.select(*columns, REVISION.c.document).order_by(REVISION.c.seq)):
        found[row.kind, row.resource_id] = (row.op, row.version, row.seq, json.loads(row.document))
    return {
        key: {"version": version, "seq": seq, "document": document}
        for key, (op, version, seq, document) in found.items()
        if op != "withdrawn"
    }


def assert_whole(door: Door) -> dict[str, list[Json]]:
    """The ledger, the rows and the answers agree; gives all live records by collection."""
    with door.app.state.engine.connect() as connection:
        assert verify(connection).findings == []
        newest = newest_documents(connection)
    lists = {name: door.items(f"/v1/{name}", limit=200) for name in REGISTER}
    answered = {
        (REGISTER[name].kind, item["id"]): {
            "version": item["meta"]["version"],
            "seq": item["meta"]["seq"],
            "document": own(item),
        }
        for name, items in lists.items()
        for item in items
    }
    assert answered == newest
    return lists


def test_documents_of_every_kind_are_made_here() -> None:
    """All seven shapes have a strategy, and each strategy knows every member of its shape."""
    assert set(STRATEGIES) == set(REGISTER)
    for name in REGISTER:
        STRATEGIES[name](furnished()).validate()
    assert SOMEBODYS | set(MAY_LAST) | set().union(*ONLY_WITH.values()) <= set(get_args(v.EventKind))


@given(data=st.data())
@settings(max_examples=70)
def test_any_valid_document_is_kept_as_it_was_sent(house: Door, data: st.DataObject) -> None:
    """POST answers what was sent, GET the same, and PUT of that changes nothing."""
    name = data.draw(st.sampled_from(KINDS))
    document = data.draw(STRATEGIES[name](furnished()))
    document.pop("id", None)
    for part in [*document.get("signatories", ()), *document.get("events", ())] if name == "agreements" else ():
        part.pop("id", None)
        part.pop("citations", None)  # they may cite the id
    document["citations"] = [each for each in document.get("citations", ()) if not each["field"].startswith("/id")]
    response = house.post(f"/v1/{name}", document)
    assert response.status_code == 201, response.text
    assert_kept(name, document, response.json())
    path = response.headers["Location"]
    assert house.get(path).content == response.content
    put = house.put(path, response.json(), response.headers["ETag"])
    assert (put.status_code, put.content) == (200, response.content)


@pytest.fixture
def house(door: Door) -> Door:
    """The service on a record that holds what the documents name."""
    fill(door, FURNITURE)
    return door


# Sequences of requests


def merge(target: Any, changes: Any) -> Any:
    """RFC 7396, section 2, word by word."""
    if not isinstance(changes, dict):
        return changes
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in changes.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge(result.get(name), value)
    return result


class Story:
    """Random requests to one record, one after another; after each of them everything must agree."""

    def __init__(self, door: Door, data: st.DataObject) -> None:
        self.door, self.data, self.world = door, data, furnished()
        self.mine: list[tuple[str, str]] = []
        """What the story may change, withdrawn or not."""
        self.look()

    def draw(self, strategy: st.SearchStrategy[Any]) -> Any:
        return self.data.draw(strategy)

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request: it never fails, and if it is refused nothing changes."""
        before = self.seq()
        response = self.door.request(method, path, **options)
        assert response.status_code < 500, response.text
        if response.status_code >= 400:
            assert response.headers["Content-Type"] == "application/problem+json"
            assert self.seq() == before
        return response

    def seq(self) -> int:
        with self.door.app.state.engine.connect() as connection:
            return ledger.newest(connection).seq

    def look(self) -> None:
        """Take note of what there is now, which must agree with itself."""
        self.lists = assert_whole(self.door)
        self.world.live = {name: [item["id"] for item in items] for name, items in self.lists.items()}
        self.world.taken |= {(name, id) for name, ids in self.world.live.items() for id in ids}
        self.world.parties = {
            item["id"]: [(party["side"], party["organization"]) for party in item["parties"]]
            for item in self.lists["agreements"]
        }
        self.mine += sorted(self.world.taken - STAYS - set(self.mine))

    def live(self) -> list[tuple[str, Json]]:
        """Those that are there, as they were last answered."""
        return [(name, item) for name, items in self.lists.items() for item in items if (name, item["id"]) in self.mine]

    def one(self) -> tuple[str, str, Json, httpx.Headers]:
        """One of them: its collection, path, answer and precondition."""
        live = self.live()
        name = self.draw(st.sampled_from(sorted({name for name, _ in live})))
        item = self.draw(st.sampled_from([item for its, item in live if its == name]))
        path = f"/v1/{name}/{item['id']}"
        response = self.door.get(path)
        assert listed(response.json()) == item
        return name, path, item, httpx.Headers({"If-Match": response.headers["ETag"]})

    # Steps

    def post(self) -> None:
        """Whatever is valid is added, and comes back as it was sent."""
        name = self.draw(st.sampled_from(("agreements", "signatories", "events", *KINDS)))
        document = self.draw(STRATEGIES[name](self.world))
        response = self.send("POST", f"/v1/{name}", json=document)
        assert response.status_code == 201, response.text
        assert_kept(name, document, response.json())
        assert self.door.get(response.headers["Location"]).content == response.content

    def put_all_back(self) -> None:
        """What was read changes nothing."""
        before = self.seq()
        for name, items in self.lists.items():
            for item in items:
                response = self.send("PUT", f"/v1/{name}/{item['id']}", json=item, headers={"If-Match": "*"})
                assert (response.status_code, self.seq()) == (200, before)
                assert listed(response.json()) == item

    def put(self) -> None:
        """Another document replaces it, or is refused because of what others say of it."""
        name, path, item, if_match = self.one()
        document = self.draw(STRATEGIES[name](self.world.without(name, item["id"])))
        sent = d.own_members(REGISTER[name].kind, {**document, "id": item["id"]})
        sent.pop("citations", None)
        response = self.send("PUT", path, json=sent, headers=dict(if_match))
        assert response.status_code in (200, 409, 422)
        if response.status_code == 200:
            assert response.json()["meta"]["version"] <= item["meta"]["version"] + 1
            parts = {part: item[part] for part in d.NESTED_MEMBERS} if name == "agreements" else {}
            assert {part: response.json()[part] for part in parts} == parts
            assert_kept(name, {**sent, **as_written(parts)}, response.json())

    def patch(self) -> None:
        """Members are merged, lists replaced, null removes; or the whole would be wrong and is refused."""
        name, path, item, if_match = self.one()
        other = self.draw(STRATEGIES[name](self.world.without(name, item["id"])))
        offered = sorted(own(other, "id", "citations", *(d.NESTED_MEMBERS if name == "agreements" else ())))
        changes = {member: other[member] for member in self.draw(st.sets(st.sampled_from(offered), max_size=4))}
        shape = REGISTER[name].shape.model_fields
        optional = sorted(member for member in item.keys() & shape.keys() - {"id"} if not shape[member].is_required())
        removable = [member for member in optional if name != "agreements" or member not in d.NESTED_MEMBERS]
        changes |= dict.fromkeys(self.draw(st.sets(st.sampled_from(removable), max_size=2)) if removable else ())
        response = self.send("PATCH", path, json=changes, headers=dict(if_match))
        assert response.status_code in (200, 409, 422)
        if response.status_code == 200:
            expected = merge(as_written(own(item, "citations")), changes)
            assert_kept(name, expected, own(response.json(), "citations"))

    def withdraw(self) -> None:
        """It is gone, unless others name it; an agreement takes its signatories along."""
        name, path, item, if_match = self.one()
        response = self.send("DELETE", path, params={"reason": "a test"}, headers=dict(if_match))
        assert response.status_code in (204, 409)
        along = [f"/v1/signatories/{part['id']}" for part in item["signatories"]] if name == "agreements" else []
        for each in (path, *along):
            assert self.door.get(each).status_code == (410 if response.status_code == 204 else 200)

    def restore(self) -> None:
        """A version that was says again what it said, unless it no longer fits the others."""
        name, id = self.draw(st.sampled_from(self.mine))
        path = f"/v1/{name}/{id}"
        versions = self.door.items(f"{path}/revisions", limit=200)
        wanted = self.draw(st.sampled_from(versions))
        response = self.send("POST", f"{path}/restore", json={"version": wanted["version"], "reason": "a test"})
        assert response.status_code in (200, 409, 422)
        if response.status_code == 200:
            kind, answer = REGISTER[name].kind, own(response.json())
            assert d.own_members(kind, answer) == d.own_members(kind, wanted["document"])
            if name == "agreements":
                assert answer["signatories"] == versions[-1]["document"]["signatories"]

    def share(self) -> None:
        """An event that is there becomes part of one more dossier that repeats it."""
        one = self.draw(st.sampled_from(self.lists["events"]))
        response = self.send("POST", "/v1/agreements", json=agreement(events=[one]))
        assert response.status_code == 201, response.text
        (shown,) = response.json()["events"]
        assert own(shown, "agreements") == own(one, "agreements")
        assert shown["agreements"] == [*one.get("agreements", []), response.json()["id"]]

    def move(self) -> None:
        """A body comes to belong to another state; its agreements are found there."""
        state = self.draw(st.sampled_from([*STATES, None]))
        response = self.send("PATCH", "/v1/organizations/aem", json={"state": state}, headers={"If-Match": "*"})
        assert response.status_code == 200
        found = {item["id"] for item in self.door.items("/v1/agreements", party=state or "aem")}
        assert found >= {id for id, parties in self.world.parties.items() if "aem" in {party for _, party in parties}}

    def go_on(self) -> None:
        """One more step."""
        steps = [self.post, self.share, self.move, self.restore]
        if self.live():
            steps += [self.put, self.patch, self.patch, self.withdraw, self.withdraw]
        self.draw(st.sampled_from(steps))()
        self.look()


@given(data=st.data())
@settings(max_examples=10, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_after_any_requests_the_ledger_the_rows_and_the_answers_agree(
    door: Door, make_url: MakeUrl, data: st.DataObject
) -> None:
    """Added, put, patched, withdrawn and restored in any order: `verify` finds nothing, refusals change nothing."""
    with another_record(door, make_url(False)):
        fill(door, FURNITURE)
        story = Story(door, data)
        for _ in range(data.draw(st.integers(4, 8))):
            story.go_on()
        story.put_all_back()
