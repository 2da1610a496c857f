"""The client, against the service and against a network that is not reliable."""

import inspect
import pickle
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, date, datetime
from functools import partial
from itertools import islice
from typing import Any

import httpx
import pytest
import stamina

from api.client import Bilateral, Change, errors
from api.client.collections import Collection
from api.errors import KINDS, problem
from api.schemas import AgreementRecord
from api.settings import Settings
from db.documents import Person, Record
from db.register import REGISTER
from tests.door import ADDRESS, ADMIN_KEY, Door, Json, Through, opened
from tests.factories import agreement, dossier, event, person, populate, source, state
from tests.server import PATIENCE

AGREEMENT = "mex-rus-outer-space-2021"
Fault = Callable[[httpx.Request, httpx.BaseTransport], httpx.Response]


@pytest.fixture(autouse=True)
def impatience() -> Iterator[None]:
    """Nothing waits before it is sent again; as often as the client says, or 100 times if it sets no end."""
    with stamina.set_testing(True, attempts=100, cap=True):
        yield


def refused(request: httpx.Request, _door: httpx.BaseTransport) -> httpx.Response:
    """Nobody listens."""
    raise httpx.ConnectError("refused", request=request)


def lost(request: httpx.Request, door: httpx.BaseTransport) -> httpx.Response:
    """The service does it, and the answer does not arrive."""
    door.handle_request(request)
    raise httpx.ReadError("reset", request=request)


def cut(request: httpx.Request, _door: httpx.BaseTransport) -> httpx.Response:
    """The request does not arrive."""
    raise httpx.WriteError("reset", request=request)


def answering(status: int, body: str = "<html>", headers: Mapping[str, str] | None = None) -> Fault:
    """Something else answers."""
    return lambda _request, _door: httpx.Response(status, text=body, headers=headers)


def saying(slug: str) -> Fault:
    """The service answers with a problem."""
    told = problem(KINDS[slug], "So it is.")
    headers = {"X-Request-Id": "r1"}
    return lambda _request, _door: httpx.Response(KINDS[slug].status, content=bytes(told.body), headers=headers)


class Network(httpx.BaseTransport):
    """Passes on what is sent, after the faults that were ordered; keeps what was sent."""

    def __init__(self, door: Door, *faults: Fault) -> None:
        self.inner: httpx.BaseTransport = Through(door)
        self.faults = list(faults)
        self.sent: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        if self.faults:
            return self.faults.pop(0)(request, self.inner)
        return self.inner.handle_request(request)


def over(network: Network, **options: Any) -> Bilateral:
    return Bilateral(ADDRESS, ADMIN_KEY, transport=network, **options)


@pytest.fixture
def service(door: Door) -> Iterator[Bilateral]:
    with door.service() as service:
        yield service


def collections_of(service: Bilateral) -> dict[str, Collection[Any, Any, Any]]:
    return {name: each for name, each in vars(service).items() if isinstance(each, Collection)}


def test_it_reads_every_record_of_the_seed(seeded: Door) -> None:
    """Lists, single records and histories hold what the service answered, of every collection there is."""
    with seeded.service() as service:
        assert collections_of(service).keys() == REGISTER.keys()
        for name, collection in collections_of(service).items():
            told = seeded.items(f"/v1/{name}", limit=200)
            assert [record.document() for record in collection.list(limit=200)] == told
            assert collection.count() == len(told)
            id = told[0]["id"]
            assert collection.get(id).document() == seeded.read(f"/v1/{name}/{id}")
            history = seeded.items(f"/v1/{name}/{id}/revisions")
            assert [_plain(each) for each in collection.revisions(id)] == history
            assert _plain(collection.revision(id, 1)) == history[0]


def _plain(answer: Any) -> Json:
    plain: Json = answer.model_dump(mode="json", by_alias=True, exclude_none=True)
    return plain


def test_it_asks_what_hangs_on_agreements(seeded: Door) -> None:
    """Status, denunciation, findings, deadlines, pairs and vocabularies are answered in their shapes."""
    at = f"/v1/agreements/{AGREEMENT}"
    with seeded.service() as service:
        asked = service.agreements
        on = date(2022, 10, 10)
        assert _plain(asked.status(AGREEMENT, on=on)) == seeded.read(f"{at}/status?on=2022-10-10")
        told = seeded.read(f"{at}/denunciation?received=2026-11-23&by=government-mex")
        assert _plain(asked.denunciation(AGREEMENT, "2026-11-23", by="government-mex")) == told
        assert [_plain(each) for each in asked.findings(AGREEMENT)] == seeded.items(f"{at}/findings")
        assert _plain(service.pair("mex", "rus", until=2022)) == seeded.read("/v1/pairs/mex/rus?until=2022")
        assert _plain(service.vocabularies()) == seeded.read("/v1/vocabularies")


def test_deadlines_and_findings(door: Door, service: Bilateral) -> None:
    """What must be done soon, of all parties named; what contradicts itself, until somebody accepts it."""
    populate(door)
    clause = {"initial": "P1Y", "renewal": "tacit", "renewal_period": "P1Y", "notice": "P1M"}
    acts = [event(kind="entered_into_force", date="2020-01-01"), event(kind="entered_into_force", date="2020-02-01")]
    service.agreements.add(agreement(id="short", signed="2019", duration=clause, events=acts))
    assert [each.agreement for each in service.deadlines(party=["mex", "rus"])] == ["short"]
    assert list(service.deadlines(party=["mex", "fra"])) == []
    found = next(service.findings(state="open", agreement="short"))
    assert service.finding(found.id) == found
    assert service.judge(found.id, "accepted", reason="The gazette has both days").state == "accepted"


def test_the_life_of_a_record(service: Bilateral) -> None:
    """Added, changed, replaced, withdrawn, restored: each answer is the record as it is then."""
    ana = service.people.add(Person(id="ana", name={"en": "Ana"}), reason="The gazette")
    assert (ana.id, ana.meta.version, ana.name) == ("ana", 1, {"en": "Ana"})
    ana = service.people.patch("ana", {"name": {"en": "Ana G."}}, etag=ana.meta.etag)
    ana = service.people.put("ana", ana, etag=ana.meta.etag)
    assert ana.meta.version == 2
    ana = service.people.put("ana", {"name": {"en": "Ana García"}}, etag=ana.meta.etag)
    service.people.withdraw("ana", reason="Entered twice", etag=ana.meta.etag)
    with pytest.raises(errors.Withdrawn):
        service.people.get("ana")
    assert service.people.restore("ana", 3, reason="Not twice").name == {"en": "Ana García"}
    assert [each.op for each in service.people.revisions("ana")] == [
        "created",
        "changed",
        "changed",
        "withdrawn",
        "restored",
    ]
    assert service.people.revision("ana", 1).reason == "The gazette"
    compared = service.people.compare("ana", 1, 2)
    assert [(each.path, each.value) for each in compared.patch] == [("/name/en", "Ana G.")]
    assert service.people.put("boris", person("boris")).meta.version == 1


def test_what_was_read_may_be_sent_back(door: Door, service: Bilateral) -> None:
    """A dossier as it was read, sent whole: it is the same record, and no new version."""
    populate(door)
    added = service.agreements.add(dossier(id="a"))
    assert [each.id for each in added.events] == [each.id for each in service.agreements.get("a").events]
    assert service.agreements.put("a", added, etag=added.meta.etag) == added
    [listed] = service.agreements.list()
    assert service.agreements.put("a", listed, etag=listed.meta.etag).meta.version == 1


def test_it_was_so_at_an_instant(service: Bilateral) -> None:
    """`known_at` gives the record as it was known; of what was not known yet, NotFound."""
    ana = service.people.add(person("ana"))
    service.people.patch("ana", {"name": {"en": "Other"}}, etag="*")
    assert service.people.get("ana", known_at=ana.meta.recorded_at).name == {"en": "Ana"}
    assert service.people.get("ana", known_at=datetime(2100, 1, 1, tzinfo=UTC)).name == {"en": "Other"}
    with pytest.raises(errors.NotFound):
        service.people.get("ana", known_at=date(2000, 1, 1))


def test_lists_are_read_to_their_end(door: Door, service: Bilateral) -> None:
    """Page after page, each only when it is needed; filters may be words, several words, days, yes or no."""
    populate(door)
    for number in range(5):
        service.agreements.add(agreement(id=f"a{number}", signed=f"200{number}"))
    network = Network(door)
    with over(network) as other:
        listed = other.agreements.list(limit=2, between=("mex", "rus"), sort="-signed")
        assert next(listed).id == "a4"
        assert len(network.sent) == 1
        assert [each.id for each in listed] == ["a3", "a2", "a1", "a0"]
    assert service.agreements.count(party=["mex", "rus"], signed_from=date(2003, 1, 1)) == 2
    assert service.agreements.count(party=["mex", "fra"]) == 0
    assert service.agreements.count(between=("mex", "rus"), predecessors=True, form=None) == 5
    with pytest.raises(errors.Invalid) as caught:
        service.agreements.count(signed_on="2003")
    assert caught.value.errors[0].parameter == "signed_on"


def test_what_goes_wrong_has_a_class(door: Door, service: Bilateral) -> None:
    """Each kind of refusal is caught by its class, and says what the service said."""
    populate(door)
    service.agreements.add(dossier(id="a"))
    with pytest.raises(errors.NotFound):
        service.people.get("nobody")
    with pytest.raises(errors.Taken):
        service.people.add(person("ana"))
    with pytest.raises(errors.StillNamed) as named:
        service.people.withdraw("ana", reason="A test", etag="*")
    assert named.value.errors
    with pytest.raises(errors.Stale):
        service.people.patch("ana", {"name": {"en": "A"}}, etag='"7-00000000"')
    with pytest.raises(errors.Invalid) as invalid:
        service.people.add({"name": {}, "height": 2})
    assert {each.pointer for each in invalid.value.errors} == {"/name", "/height"}
    assert "/height" in str(invalid.value)
    assert (invalid.value.status, invalid.value.slug) == (422, "invalid")
    assert invalid.value.request_id
    with door.service(None) as anybody, pytest.raises(errors.NotAuthentic):
        anybody.people.add(person("eve"))
    with pytest.raises(errors.NotParseable):
        service.people.patch("ana", {"name": _nested(40)}, etag="*")
    with pytest.raises(errors.TooLarge):
        service.people.add(person("long", identifiers=[{"scheme": "x", "value": "v" * 2_000_000}]))


def _nested(depth: int) -> Any:
    return {"en": _nested(depth - 1)} if depth else "x"


@pytest.mark.parametrize("slug", KINDS)
def test_every_kind_of_problem_has_a_class(door: Door, slug: str) -> None:
    """Whatever the service may say is more than a refusal, and can be kept, and sent to another process."""
    with over(Network(door, saying(slug)), attempts=1) as service, pytest.raises(errors.Refused) as caught:
        service.people.get("ana")
    told = caught.value
    assert (told.slug, told.status, told.request_id) == (slug, KINDS[slug].status, "r1")
    if told.status not in (405, 415, 428):  # what the client never brings about
        assert type(told) is not errors.Refused
    again = pickle.loads(pickle.dumps(told))
    assert (type(again), str(again)) == (type(told), str(told))


def test_the_hierarchy_is_drawn_as_it_is() -> None:
    """The page of errors draws each class below the one that it is made of."""
    drawn: dict[str, str] = {}
    above: list[tuple[int, str]] = [(-1, "Exception")]
    for line in (errors.__doc__ or "").splitlines()[2:]:
        indent = len(line) - len(line.lstrip("│├└─ "))
        name = line[indent:].partition(" ")[0]
        if name in vars(errors) and not line.startswith("A "):
            while above[-1][0] >= indent:
                above.pop()
            drawn[name] = above[-1][1]
            above.append((indent, name))
    ours = [each for each in vars(errors).values() if inspect.isclass(each) and each.__module__ == errors.__name__]
    assert drawn == {each.__name__: each.__bases__[0].__name__ for each in ours}


@pytest.mark.parametrize("fault", [refused, cut, lost, saying("busy"), saying("database-unavailable"), answering(502)])
def test_what_is_read_or_added_is_sent_again(door: Door, fault: Fault) -> None:
    """After each fault that passes, the same request with the same key: the record is there once."""
    network = Network(door, fault, fault)
    with over(network) as service:
        ana = service.people.add({"name": {"en": "Ana"}})
        assert len({request.headers["Idempotency-Key"] for request in network.sent}) == 1
        assert len(network.sent) == 3
        network.faults += [fault, fault]
        assert [each.id for each in service.people.list()] == [ana.id]
        network.faults += [fault, fault]
        assert service.people.restore(ana.id, 1, reason="A test").meta.version == ana.meta.version
        service.people.add({"name": {"en": "Ana"}})
        assert service.people.count() == 2
    assert network.sent[0].headers["Idempotency-Key"] != network.sent[-2].headers["Idempotency-Key"]


def test_a_key_of_ones_own_outlives_the_program(service: Bilateral) -> None:
    """The same key with the same document adds nothing more; with another it is refused."""
    first = service.people.add({"name": {"en": "Ana"}}, idempotency_key="order-7")
    assert service.people.add({"name": {"en": "Ana"}}, idempotency_key="order-7") == first
    with pytest.raises(errors.Invalid):
        service.people.add({"name": {"en": "Eve"}}, idempotency_key="order-7")


@pytest.mark.parametrize("fault", [refused, cut, saying("busy"), saying("database-unavailable"), answering(503)])
def test_a_change_that_was_not_made_is_sent_again(door: Door, fault: Fault) -> None:
    """Whether the client knows that nothing was written or not: it is made once, for the version that was read."""
    door.add("/v1/people", person("ana"))
    with over(Network(door, fault, fault)) as service:
        assert service.people.patch("ana", {"name": {"en": "B"}}, etag='"1-00000000"').meta.version == 2


def test_a_change_whose_answer_was_lost_is_unsure(door: Door) -> None:
    """Sent again it meets its own version, or somebody else's: nobody can tell, and nothing is done twice."""
    door.add("/v1/people", person("ana"))
    with over(Network(door, lost)) as service:
        with pytest.raises(errors.Unsure) as caught:
            service.people.patch("ana", {"name": {"en": "B"}}, etag='"1-00000000"')
        assert isinstance(caught.value.__cause__, errors.Unanswered)
        assert service.people.get("ana").meta.version == 2
    with over(Network(door, lost)) as service, pytest.raises(errors.Unsure):
        service.people.withdraw("ana", reason="A test", etag="*")
    with over(Network(door, refused, saying("busy"))) as service, pytest.raises(errors.Withdrawn):
        service.people.withdraw("ana", reason="A test", etag="*")


def test_patience_ends(door: Door) -> None:
    """After so many attempts the last failure is told; what does not pass is told at once."""
    network = Network(door, *[refused] * 9)
    with over(network, attempts=3) as service, pytest.raises(errors.NotSent):
        service.people.get("ana")
    assert len(network.sent) == 3
    network = Network(door, saying("internal"))
    with over(network) as service, pytest.raises(errors.Failed) as caught:
        service.people.get("ana")
    assert not isinstance(caught.value, errors.Unavailable)
    assert len(network.sent) == 1


@pytest.mark.parametrize(
    "other", [answering(200), answering(200, "[]"), answering(200, '{"items": 1}'), answering(302)]
)
def test_something_else_at_the_address(door: Door, other: Fault) -> None:
    """An answer of another service is unreadable; a proxy that refuses is told by its status."""
    with over(Network(door, other)) as service, pytest.raises(errors.Unreadable):
        service.people.get("ana")
    with over(Network(door, answering(429, "slowly")), attempts=1) as service:
        with pytest.raises(errors.TooOften) as caught:
            service.people.get("ana")
        assert (caught.value.status, caught.value.detail) == (429, "slowly")


def test_a_newer_service_may_say_more(door: Door) -> None:
    """Members that this release does not know are left out, wherever they stand."""
    door.add("/v1/sources", source("gazette", published="2021"))

    def newer(request: httpx.Request, inner: httpx.BaseTransport) -> httpx.Response:
        answer = inner.handle_request(request).json()
        answer["published"] |= {"calendar": "gregorian"}
        return httpx.Response(200, json=answer | {"rating": 5, "citations": [_citation(rating=5)]})

    with over(Network(door, newer)) as service:
        gazette = service.sources.get("gazette")
    assert gazette.published == {"edtf": "2021", "earliest": "2021-01-01", "latest": "2021-12-31"}
    assert [each.source for each in gazette.citations or ()] == ["gazette"]


def _citation(**members: Any) -> Json:
    return {"field": "", "source": "gazette", "stance": "supports", **members}


def test_a_change_is_made_anew_if_somebody_was_faster(door: Door, service: Bilateral) -> None:
    """It is made for the newest version: what the other wrote stays."""
    populate(door)
    service.agreements.add(agreement(id="a", subjects=["trade"]))
    seen: list[int] = []

    def add_space(record: Any) -> Json:
        seen.append(record.meta.version)
        if len(seen) < 3:
            service.agreements.change("a", lambda now: {"subjects": [*now.subjects, f"other{len(seen)}"]})
        return {"subjects": [*record.subjects, "space"]}

    changed = service.agreements.change("a", add_space, reason="A test")
    assert seen == [1, 2, 3]
    assert changed.subjects == ["trade", "other1", "other2", "space"]
    assert service.agreements.change("a", lambda _: {}) == service.agreements.get("a")


def test_a_change_gives_up_at_last(service: Bilateral) -> None:
    """Where somebody is faster each time, it is not tried for ever."""
    service.people.add(person("ana"))
    called: list[int] = []

    def too_late(record: Any) -> Json:
        called.append(record.meta.version)
        service.people.patch("ana", {"name": {"en": f"A{len(called)}"}}, etag="*")
        return {"name": {"en": "B"}}

    with pytest.raises(errors.Contended):
        service.people.change("ana", too_late, attempts=3)
    assert len(called) == 3


def test_many_change_one_record(door: Door, service: Bilateral) -> None:
    """Eight programs at once: each change is there, none twice."""
    populate(door)
    service.agreements.add(agreement(id="a", subjects=["trade"]))

    def add(number: int) -> None:
        with door.service() as mine:
            for each in "xyz":
                mine.agreements.change("a", partial(_with_subject, subject=f"s{number}_{each}"))

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(add, number) for number in range(8)]:
            done.result(timeout=PATIENCE)
    assert sorted(service.agreements.get("a").subjects) == sorted(
        ["trade", *(f"s{number}_{each}" for number in range(8) for each in "xyz")]
    )


def _with_subject(now: AgreementRecord, subject: str) -> Json:
    return {"subjects": [*now.subjects, subject]}


def test_what_was_written_is_read(door: Door) -> None:
    """After a write, a read asks for a database that has it."""
    network = Network(door)
    with over(network) as service:
        service.people.count()
        seq = service.people.add(person("ana")).meta.seq
        service.people.count()
    asked = [request.headers.get("Bilateral-After") for request in network.sent]
    assert asked == [None, None, str(seq)]


def test_changes_up_to_now(seeded: Door) -> None:
    """Every change in order, as the feed tells it; filters and a place to begin hold."""
    with seeded.service() as service:
        newest = service.newest()
        told = list(service.changes_until_now())
        assert [change.data.seq for change in told] == list(range(1, newest + 1))
        assert _plain(told[-1]) == seeded.read(f"/v1/changes?after={newest - 1}")["items"][0]
        assert list(service.changes_until_now(after=newest)) == []
        some = service.changes_until_now(after=10, collections=("agreements", "people"))
        assert {change.data.collection for change in some} == {"agreements", "people"}
        assert some.after == newest
        assert {each.subject for each in service.changes_until_now(party=["mex", "fra"])} == {AGREEMENT}
        with pytest.raises(errors.Invalid) as caught:
            next(service.changes(after=newest + 1))
        assert caught.value.errors[0].code == "beyond_the_ledger"


def test_changes_that_come_are_waited_for(door: Door, service: Bilateral) -> None:
    """A request that waits is answered with what is written meanwhile."""
    coming = service.changes(after=service.newest(), wait=60)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(next, coming)
        door.add("/v1/people", person("ana"))
        change: Change = first.result(timeout=PATIENCE)
    assert (change.type, change.subject, change.data.document) == (
        "bilateral.person.created",
        "ana",
        {"id": "ana", "name": {"en": "Ana"}},
    )


def test_changes_go_on_after_a_restart(url: str) -> None:
    """The connection is lost, the service is away and comes back, and so does the program: nothing is missed."""
    settings = Settings(database_url=url, admin_key=ADMIN_KEY)
    faults = [lost, refused, refused, cut, saying("database-unavailable"), answering(502), saying("busy")]
    with ExitStack() as first:
        door = first.enter_context(opened(settings))
        for number in range(4):
            door.add("/v1/people", person(f"p{number}"))
        network = Network(door, *faults)
        service = over(network)
        follow = service.changes()
        seen = [change.subject for change in islice(follow, 4)]
    with opened(settings) as door, service:
        network.inner, network.faults = Through(door), list(faults)
        door.add("/v1/people", person("p4"))
        seen += [change.subject for change in islice(follow, 1)]
        door.add("/v1/people", person("p5"))
        assert follow.after == 5
        seen += [change.subject for change in islice(service.changes(after=follow.after), 1)]
    assert seen == [f"p{number}" for number in range(6)]


def test_ids_are_parts_of_the_path(door: Door, service: Bilateral) -> None:
    """What is no id leads nowhere else."""
    service.organizations.add(state("mex"))
    for id in ("../organizations/mex", "mex?known_at=2000-01-01", "mex/revisions", "mex#", "..", ""):
        with pytest.raises((errors.Invalid, ValueError)):
            service.organizations.get(id)


def test_a_record_may_be_sent_in_its_shape() -> None:
    """Each collection takes the shape that db.documents has for it."""
    with Bilateral(ADDRESS) as service:
        for name, collection in collections_of(service).items():
            assert issubclass(collection._answered, REGISTER[name].shape)
            assert issubclass(REGISTER[name].shape, Record)
