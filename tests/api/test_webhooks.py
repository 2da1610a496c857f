"""Webhooks over HTTP, and what is delivered: to whom, in which order, signed how, again when."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any, get_args

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from api.delivery import Delivery
from api.schemas import Ahead
from api.settings import Settings
from api.signing import NotGenuine, headers, sign, verify_webhook
from api.webhooks import MOST_EXCERPT
from db import ledger, webhooks
from db.ledger import instant
from db.tick import AHEAD, tick
from tests.door import ADMIN_KEY, Door, only_here, opened
from tests.factories import agreement, event, person, populate, signatory
from tests.receiver import RESET, TAKEN, Answer, Received, Receiver, receiving

Json = dict[str, Any]
HOOKS = "/v1/webhooks"
BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)
REFUSING = Answer(500, b"no")


class Time:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = BEGIN

    def clock(self) -> datetime:
        return self.now

    def goes_on(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def door(url: str, time: Time) -> Iterator[Door]:
    """The service on what the factories' documents name, where webhooks may lead to the loopback."""
    settings = Settings(
        database_url=url,
        admin_key=ADMIN_KEY,
        webhook_networks=(ip_network("127.0.0.0/8"),),
        webhook_failures=4,
        webhook_retry=10,
    )
    with opened(settings, time.clock) as door:
        populate(door)
        yield door


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def deliver(door: Door, jitter: float = 0.5) -> int:
    """Deliver what is due; gives how many changes were taken."""
    state = door.app.state
    worker = Delivery(state.engine, state.clock, state.settings, only_here, jitter=lambda: jitter)

    async def work() -> int:
        return await worker.run(once=True)

    return asyncio.run(work())


def hook(door: Door, receiver: Receiver, **members: Any) -> Json:
    return door.add(HOOKS, {"id": "hook", "url": receiver.url, **members})


def answering(receiver: Receiver, *answers: Answer) -> None:
    """Answer so, one after the other, and then as what takes everything."""
    waiting = iter(answers)
    receiver.answer = lambda _: next(waiting, TAKEN)


def add_people(door: Door, *ids: str) -> list[str]:
    """Add people; gives the seqs."""
    return [str(door.add("/v1/people", person(id))["meta"]["seq"]) for id in ids]


# What is delivered


def test_a_change_is_delivered_as_the_feed_shows_it(door: Door, receiver: Receiver) -> None:
    """The body is the CloudEvent, the id its seq; what was there before the webhook is not sent."""
    hook(door, receiver)
    first, *_ = add_people(door, "carla")
    door.patch("/v1/people/carla", {"name": {"es": "Carla"}})
    assert deliver(door) == 2
    feed = door.read("/v1/changes", params={"after": int(first) - 1})
    assert [each.event for each in receiver.received] == feed["items"]
    assert receiver.ids == [each["id"] for each in feed["items"]]
    assert receiver.received[0].headers["content-type"] == "application/cloudevents+json"
    assert receiver.received[0].headers["host"] == f"127.0.0.1:{receiver.port}"
    assert deliver(door) == 0


def test_changes_come_one_after_the_other(door: Door, receiver: Receiver, time: Time) -> None:
    """One that is not taken is sent again before any that follows it, with the same id and body."""
    hook(door, receiver)
    seqs = add_people(door, "carla", "dora", "emil")
    answering(receiver, TAKEN, REFUSING)
    assert deliver(door) == 1
    assert receiver.ids == seqs[:2]
    time.goes_on(seconds=10)
    assert deliver(door) == 2
    assert receiver.ids == [seqs[0], seqs[1], seqs[1], seqs[2]]
    assert receiver.received[1].body == receiver.received[2].body


@pytest.mark.parametrize("answer", [RESET, REFUSING, Answer(302, headers=(("Location", "/elsewhere"),)), Answer(404)])
def test_whatever_is_no_success_is_sent_again(door: Door, receiver: Receiver, time: Time, answer: Answer) -> None:
    """Redirects are not followed."""
    hook(door, receiver)
    seqs = add_people(door, "carla")
    answering(receiver, answer)
    assert deliver(door) == 0
    time.goes_on(seconds=10)
    assert deliver(door) == 1
    assert receiver.ids == seqs * 2


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_success_is_one(door: Door, receiver: Receiver, status: int) -> None:
    hook(door, receiver)
    add_people(door, "carla")
    answering(receiver, Answer(status))
    assert deliver(door) == 1


def test_each_webhook_has_its_own_place(door: Door, receiver: Receiver, time: Time) -> None:
    """One that fails holds up no other."""
    with receiving() as other:
        hook(door, receiver)
        hook(door, other, id="other")
        seqs = add_people(door, "carla", "dora")
        answering(receiver, REFUSING)
        assert deliver(door) == 2
        assert (receiver.ids, other.ids) == (seqs[:1], seqs)
        time.goes_on(seconds=10)
        assert deliver(door) == 2
        assert (receiver.ids, other.ids) == ([seqs[0], *seqs], seqs)


def test_more_than_one_step_is_delivered_in_order(door: Door, receiver: Receiver) -> None:
    """What does not fit into one step follows in the next."""
    hook(door, receiver)
    seqs = add_people(door, *(f"p{number}" for number in range(130)))
    assert deliver(door) == 130
    assert receiver.ids == seqs


# Failing


def test_pauses_double_and_vary(door: Door, receiver: Receiver, time: Time) -> None:
    """From half of 10 seconds to one and a half, then of 20, then of 40."""
    hook(door, receiver)
    add_people(door, "carla")
    receiver.answer = lambda _: REFUSING
    for jitter, seconds in ((0.0, 5), (0.5, 20), (0.75, 50)):
        deliver(door, jitter)
        told = door.read(f"{HOOKS}/hook")
        assert datetime.fromisoformat(told["retry_at"]) - time.now == timedelta(seconds=seconds)
        assert deliver(door) == 0, "it is not due yet"
        time.goes_on(seconds=seconds)
    assert len(receiver.received) == told["failures"] == 3


def test_a_success_forgets_the_failures(door: Door, receiver: Receiver, time: Time) -> None:
    """They are counted in a row."""
    hook(door, receiver)
    add_people(door, "carla", "dora")
    answering(receiver, REFUSING, REFUSING, TAKEN, REFUSING)
    for failures in (1, 2, 1):
        deliver(door)
        assert door.read(f"{HOOKS}/hook")["failures"] == failures
        time.goes_on(hours=1)
    deliver(door)
    told = door.read(f"{HOOKS}/hook")
    assert (told["failures"], told["state"], "retry_at" in told) == (0, "active", False)


def test_what_fails_for_too_long_is_disabled_and_goes_on_where_it_was(
    door: Door, receiver: Receiver, time: Time
) -> None:
    """It says why; made active again it misses nothing."""
    hook(door, receiver)
    seqs = add_people(door, "carla")
    receiver.answer = lambda _: REFUSING
    for _ in range(6):
        deliver(door)
        time.goes_on(hours=2)
    told = door.read(f"{HOOKS}/hook")
    assert (told["state"], told["failures"]) == ("disabled", 4)
    assert told["reason"] == "4 attempts in a row failed. It answered 500."
    assert receiver.ids == seqs * 4
    receiver.answer = lambda _: TAKEN
    active = door.request("PATCH", f"{HOOKS}/hook", json={"state": "active"}).json()
    assert (active["state"], active["failures"], "reason" in active) == ("active", 0, False)
    assert deliver(door) == 1
    assert receiver.ids == seqs * 5


def test_a_lease_that_nobody_renews_ends(door: Door, receiver: Receiver, time: Time) -> None:
    """A worker that is gone holds up a webhook for two minutes; until then no other takes it."""
    hook(door, receiver)
    add_people(door, "carla")
    state = door.app.state
    with ledger.write(state.engine, state.clock, actor="gone") as unit:
        assert webhooks.claim(unit, "gone", timedelta(minutes=2))
        assert webhooks.claim(unit, "another", timedelta(minutes=2)) is None
    assert deliver(door) == 0
    time.goes_on(minutes=2)
    assert deliver(door) == 1


def test_who_lost_the_lease_does_not_move_the_cursor(door: Door, receiver: Receiver, time: Time) -> None:
    """But what it tried is kept."""
    hook(door, receiver)
    add_people(door, "carla")
    state = door.app.state
    with ledger.write(state.engine, state.clock, actor="slow") as unit:
        turn = webhooks.claim(unit, "slow", timedelta(minutes=2))
    assert turn is not None
    replayed = door.post(f"{HOOKS}/hook/replay", {"after": 1}).json()
    tried = webhooks.Attempt(turn.cursor + 1, instant(time.now), 1, 204, None, None)
    with ledger.write(state.engine, state.clock, actor="slow") as unit:
        assert webhooks.settle(unit, turn, turn.cursor + 1, [tried], timedelta(minutes=2)) is None
    assert door.read(f"{HOOKS}/hook") == replayed
    assert len(door.items(f"{HOOKS}/hook/attempts")) == 1


# Signatures


def test_what_is_sent_is_signed_as_standard_webhooks_asks(door: Door, receiver: Receiver) -> None:
    """Others check it, and so do we; nothing that was changed passes."""
    secret = hook(door, receiver)["secret"]
    add_people(door, "carla")
    deliver(door)
    [sent] = receiver.received
    assert sent.headers["webhook-timestamp"] == str(int(BEGIN.timestamp()))
    verify_webhook(sent.body, sent.headers, secret, now=BEGIN)
    for wrong in (sent.body + " ", sent.body.replace("carla", "clara")):
        with pytest.raises(NotGenuine):
            verify_webhook(wrong, sent.headers, secret, now=BEGIN)
    for changed in ({"webhook-id": "1"}, {"webhook-timestamp": str(int(BEGIN.timestamp()) + 1)}):
        with pytest.raises(NotGenuine):
            verify_webhook(sent.body, sent.headers | changed, secret, now=BEGIN)


def test_others_check_our_signatures_and_we_theirs() -> None:
    """The package `standardwebhooks`, with its clock, which is today's."""
    secret, id, body, now = webhooks.new_secret(), "287", '{"title":"Договор"}', datetime.now(UTC)
    timestamp = int(now.timestamp())
    ours = headers([webhooks.new_secret(), secret], id, timestamp, body)
    Webhook(secret).verify(body, ours)
    with pytest.raises(WebhookVerificationError):
        Webhook(webhooks.new_secret()).verify(body, ours)
    theirs = Webhook(secret).sign(id, datetime.fromtimestamp(timestamp, UTC), body)
    assert theirs == sign(secret, id, timestamp, body)
    verify_webhook(body, ours | {"webhook-signature": theirs}, secret, now=now)


def test_two_secrets_sign_for_a_day(door: Door, receiver: Receiver, time: Time) -> None:
    """After a rotation; then the new one alone does."""
    old = hook(door, receiver)["secret"]
    rotated = door.request("POST", f"{HOOKS}/hook/secret").json()
    new = rotated["secret"]
    assert new != old
    assert datetime.fromisoformat(rotated["previous_until"]) == BEGIN + timedelta(days=1)
    add_people(door, "carla")
    deliver(door)
    for secret in (old, new):
        verify_webhook(receiver.received[0].body, receiver.received[0].headers, secret, now=time.now)
    time.goes_on(days=1)
    add_people(door, "dora")
    deliver(door)
    verify_webhook(receiver.received[1].body, receiver.received[1].headers, new, now=time.now)
    with pytest.raises(NotGenuine):
        verify_webhook(receiver.received[1].body, receiver.received[1].headers, old, now=time.now)


# Filters


def write_of_everything(door: Door) -> None:
    """Agreements of mex with rus and with fra, signatories, events, people, in this order."""
    entered = [event(id="began", kind="entered_into_force", date="2020-01-01")]
    door.add("/v1/agreements", agreement(id="with-rus", signed="2019-01-01", events=entered))
    french = [{"side": "a", "organization": "rus"}, {"side": "b", "organization": "fra"}]
    door.add("/v1/agreements", agreement(id="without-mex", parties=french))
    door.add("/v1/signatories", signatory(id="of-mex", agreement="with-rus"))
    door.add("/v1/signatories", signatory(id="of-fra", agreement="without-mex"))
    door.add("/v1/events", event(id="ended", kind="terminated", date="2021-01-01", agreements=["with-rus"]))
    door.add("/v1/events", event(id="talk", kind="meeting", agreements=["without-mex"]))
    door.patch("/v1/agreements/with-rus", {"subjects": ["trade", "customs"]})
    door.add("/v1/people", person("carla"))


ALL = {
    "agreement with-rus",
    "agreement without-mex",
    "signatory of-mex",
    "signatory of-fra",
    "event ended",
    "event talk",
    "person carla",
}


@pytest.mark.parametrize(
    ("filter_", "told"),
    [
        ({}, None),
        ({"collections": ["people"]}, {"person carla"}),
        ({"collections": ["people", "signatories"]}, {"person carla", "signatory of-mex", "signatory of-fra"}),
        ({"collections": ["events"], "event_kinds": ["terminated"]}, {"event ended"}),
        ({"collections": ["events"], "event_kinds": ["visit"]}, set()),
        (
            {"collections": ["signatories", "events"], "parties": ["mex"]},
            {"signatory of-mex", "event began", "event ended"},
        ),
        ({"collections": ["agreements"], "parties": ["fra"]}, {"agreement without-mex"}),
        ({"parties": ["mex", "fra"], "collections": ["people"]}, set()),
        ({"parties": ["chl"]}, set()),
    ],
)
def test_a_filter_lets_pass(door: Door, receiver: Receiver, filter_: Json, told: set[str] | None) -> None:
    """Each member narrows what it speaks of; what is left out does not. The cursor goes to the end all the same."""
    hook(door, receiver, filter=filter_)
    write_of_everything(door)
    deliver(door)
    came = {f"{each.event['type'].split('.')[1]} {each.event['subject']}" for each in receiver.received}
    if told is None:
        assert came >= ALL
    else:
        assert came == told
    assert door.read(f"{HOOKS}/hook")["cursor"] == door.read("/v1/changes", params={"limit": 0})["newest"]


def test_changes_of_status_are_told(door: Door, receiver: Receiver) -> None:
    """Of an agreement those by which its status became another; not those of its subjects."""
    hook(door, receiver, filter={"collections": ["agreements"], "parties": ["mex"], "status_changes": True})
    write_of_everything(door)
    deliver(door)
    assert [each.event["data"]["op"] for each in receiver.received] == ["created", "changed"]
    assert receiver.received[1].event["data"]["document"]["events"][-1]["id"] == "ended"


def test_what_time_brings_is_told(door: Door, receiver: Receiver, time: Time) -> None:
    """A new status, and deadlines so far ahead as are wanted."""
    entered = [event(kind="entered_into_force", date="2021-06-01")]
    term = {"initial": "P10Y", "renewal": "none", "notice": "P6M"}
    door.add("/v1/agreements", agreement(id="ends", signed="2020-01-01", duration=term, events=entered))
    tick(door.app.state.engine, time.clock)
    hook(door, receiver)
    hook(door, receiver, id="some", filter={"deadlines": ["P3M", "P7D"]})
    hook(door, receiver, id="none", filter={"deadlines": []})
    hook(door, receiver, id="status", filter={"status_changes": True, "deadlines": ["P1D"]})
    hook(door, receiver, id="people", filter={"collections": ["people"]})
    time.goes_on(days=366 * 6)
    tick(door.app.state.engine, time.clock)
    paths: dict[str, list[str]] = {}
    for id in ("hook", "some", "none", "status", "people"):
        door.request("PATCH", f"{HOOKS}/{id}", json={"url": f"{receiver.url}/{id}"})
    deliver(door)
    for each in receiver.received:
        paths.setdefault(each.path.split("/")[-1], []).append(each.event["data"]["elapsed"]["what"])
    assert paths == {
        "hook": [*AHEAD, "status"] if paths["hook"][-1] == "status" else ["status", *AHEAD],
        "some": [what for what in paths["hook"] if what in ("P3M", "P7D", "status")],
        "none": ["status"],
        "status": [what for what in paths["hook"] if what in ("P1D", "status")],
    }


def test_deadlines_are_those_that_time_tells() -> None:
    """What a filter may name is what `bilateral tick` writes down."""
    assert get_args(Ahead) == AHEAD


# The resource


def test_the_secret_is_shown_once(door: Door, receiver: Receiver) -> None:
    """Not in the list, not when read or changed, not when the same request comes again."""
    asked = {"id": "hook", "url": receiver.url}
    first, again = (door.post(HOOKS, asked, headers={"Idempotency-Key": "one"}) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.headers["Location"] == f"{HOOKS}/hook"
    assert first.json() == again.json() | {"secret": first.json()["secret"]}
    assert first.json()["secret"].startswith("whsec_")
    answers = [door.get(f"{HOOKS}/hook"), door.get(HOOKS)]
    answers.append(door.request("PATCH", f"{HOOKS}/hook", json={"description": "For the treaty section"}))
    assert all("secret" not in answer.text and "whsec" not in answer.text for answer in answers)


def test_a_webhook_is_made_read_changed_and_removed(door: Door, receiver: Receiver) -> None:
    """An id is made where none is given."""
    made = door.add(HOOKS, {"url": receiver.url})
    path = f"{HOOKS}/{made['id']}"
    assert door.read(path) == {name: value for name, value in made.items() if name != "secret"}
    assert (made["filter"], made["state"], made["created_by"]) == ({}, "active", "admin")
    change = {"description": "A test", "filter": {"parties": ["mex"], "deadlines": []}, "state": "disabled"}
    changed = door.request("PATCH", path, json=change).json()
    assert {name: changed[name] for name in change} == change
    assert changed["reason"] == "By admin"
    changed = door.request("PATCH", path, json={"description": None, "filter": {"parties": None}}).json()
    assert ("description" in changed, changed["filter"]) == (False, {"deadlines": []})
    add_people(door, "carla")
    assert deliver(door) == 0, "it is disabled"
    door.request("PATCH", path, json={"state": "active"})
    assert deliver(door) == 1
    assert door.request("DELETE", path).status_code == 204
    for method, below in (("GET", ""), ("DELETE", ""), ("GET", "/attempts"), ("POST", "/secret"), ("POST", "/test")):
        assert door.request(method, path + below).status_code == 404
    assert door.request("PATCH", path, json={}).status_code == 404
    assert door.post(f"{path}/replay", {"after": 0}).status_code == 404
    assert door.read(HOOKS) == {"items": []}


def test_an_id_is_taken_once(door: Door, receiver: Receiver) -> None:
    hook(door, receiver)
    assert door.post(HOOKS, {"id": "hook", "url": receiver.url}).status_code == 409


def test_the_list_is_paged(door: Door, receiver: Receiver) -> None:
    """By id, to its end."""
    ids = [f"h{number}" for number in range(5)]
    for id in reversed(ids):
        hook(door, receiver, id=id)
    assert [each["id"] for each in door.items(HOOKS, limit=2)] == ids
    assert door.read(HOOKS, params={"limit": 0}) == {"items": []}
    page = door.get(HOOKS, params={"limit": 2})
    assert 'rel="next"' in page.headers["Link"]
    assert door.get(HOOKS, headers={"If-None-Match": "*"}).status_code == 304
    assert door.get(f"{HOOKS}/h0/attempts", params={"cursor": page.json()["next"]}).status_code == 422


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({}, "/url"),
        ({"url": "ftp://treaties.example/"}, "/url"),
        ({"url": "https://user:word@treaties.example/"}, "/url"),
        ({"url": "https://treaties.example/#here"}, "/url"),
        ({"url": "https://treaties.example\\@mex.example/"}, "/url"),
        ({"url": "https://треатис.example/"}, "/url"),
        ({"url": "https://treaties.example/a b"}, "/url"),
        ({"url": "https:///hook"}, "/url"),
        ({"url": "https://treaties.example:65536"}, "/url"),
        ({"url": "https://treaties.example/", "filter": {"collections": []}}, "/filter/collections"),
        ({"url": "https://treaties.example/", "filter": {"collections": ["agreement"]}}, "/filter/collections/0"),
        ({"url": "https://treaties.example/", "filter": {"deadlines": ["P2M"]}}, "/filter/deadlines/0"),
        ({"url": "https://treaties.example/", "filter": {"parties": ["MEX"]}}, "/filter/parties/0"),
        ({"url": "https://treaties.example/", "filter": {"party": ["mex"]}}, "/filter/party"),
        ({"url": "https://treaties.example/", "state": "disabled"}, "/state"),
    ],
)
def test_what_is_no_subscription_is_refused(door: Door, asked: Json, pointer: str) -> None:
    answer = door.post(HOOKS, asked)
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]
    if "url" in asked and pointer != "/state":
        door.add(HOOKS, {"id": "hook", "url": "https://treaties.example"})
        changed = door.request("PATCH", f"{HOOKS}/hook", json=asked)
        assert (changed.status_code, changed.json()["errors"][0]["pointer"]) == (422, pointer)


@pytest.mark.parametrize(
    "address",
    [
        "https://treaties.example",
        "http://treaties.example:8080",
        "https://192.0.2.1/",
        "https://[2001:db8::1]:8443/hook?a=b&c=%20d",
        "https://xn--e1aybc.example/~x/@y;z=1",
    ],
)
def test_addresses_take_these_forms(door: Door, address: str) -> None:
    """Whether something may be sent there is seen when it is."""
    assert door.add(HOOKS, {"url": address})["url"] == address


def test_administrators_alone_see_them(door: Door) -> None:
    """Reading too: a key that writes is not enough, no key is none."""
    made = door.add(HOOKS, {"id": "hook", "url": "https://treaties.example"})
    door.key = None
    assert {door.get(f"{HOOKS}{below}").status_code for below in ("", "/hook", "/hook/attempts")} == {401}
    assert made["id"] == "hook"


def test_a_webhook_is_tried(door: Door, receiver: Receiver) -> None:
    """Now, whatever its state is; the answer says what came of it, and nothing is kept."""
    secret = hook(door, receiver)["secret"]
    door.request("PATCH", f"{HOOKS}/hook", json={"state": "disabled"})
    answering(receiver, Answer(418, b"tea\0" + b"pot" * 1000), RESET)
    tried = door.request("POST", f"{HOOKS}/hook/test").json()
    assert (tried["status"], len(tried["excerpt"]), tried["excerpt"][:6]) == (418, MOST_EXCERPT, "tea\ufffdpo")
    [sent] = receiver.received
    verify_webhook(sent.body, sent.headers, secret, now=BEGIN)
    assert (sent.event["type"], sent.event["subject"], sent.event["id"]) == ("bilateral.webhook.test", "hook", sent.id)
    failed = door.request("POST", f"{HOOKS}/hook/test").json()
    assert failed.keys() == {"milliseconds", "error"}
    assert door.items(f"{HOOKS}/hook/attempts") == []


def test_where_nobody_listens_is_said(door: Door) -> None:
    """And where there is no such name."""
    with receiving() as gone:
        pass
    for url, error in ((gone.url, "ConnectError"), ("https://nowhere.example", "nowhere.example cannot be resolved")):
        id = door.add(HOOKS, {"url": url})["id"]
        assert error in door.request("POST", f"{HOOKS}/{id}/test").json()["error"]


def test_everything_can_be_sent_once_more(door: Door, receiver: Receiver) -> None:
    """From any seq on; what came before has the same id and body."""
    hook(door, receiver)
    seqs = add_people(door, "carla", "dora", "emil")
    deliver(door)
    assert door.post(f"{HOOKS}/hook/replay", {"after": int(seqs[0])}).json()["cursor"] == int(seqs[0])
    assert deliver(door) == 2
    assert receiver.ids == seqs + seqs[1:]
    assert receiver.received[1].body == receiver.received[3].body
    beyond = door.post(f"{HOOKS}/hook/replay", {"after": int(seqs[-1]) + 1})
    assert (beyond.status_code, beyond.json()["errors"][0]["code"]) == (422, "beyond_the_ledger")


def test_attempts_are_told_newest_first(door: Door, receiver: Receiver, time: Time) -> None:
    """With what was answered, or why nothing was; as many as are kept."""
    hook(door, receiver)
    first, second = add_people(door, "carla", "dora")
    answering(receiver, Answer(503, b"later"), RESET, Answer(200, b"thanks"))
    for _ in range(3):
        deliver(door)
        time.goes_on(hours=1)
    told = door.items(f"{HOOKS}/hook/attempts", limit=3)
    assert [(each["number"], str(each["seq"])) for each in told] == [(4, second), (3, first), (2, first), (1, first)]
    assert [each.get("status") for each in told] == [204, 200, None, 503]
    assert [each.get("excerpt") for each in told] == [None, "thanks", None, "later"]
    assert ["error" in each for each in told] == [False, False, True, False]
    assert told[3]["attempted_at"] == "2026-03-01T12:00:00.000000Z"


def test_old_attempts_are_dropped(door: Door, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.webhooks.MOST_ATTEMPTS", 3)
    hook(door, receiver)
    add_people(door, *(f"p{number}" for number in range(5)))
    deliver(door)
    assert [each["number"] for each in door.items(f"{HOOKS}/hook/attempts")] == [5, 4, 3]


def test_no_more_of_an_answer_is_read_than_is_shown(door: Door, receiver: Receiver) -> None:
    """Whatever a receiver pours out."""
    hook(door, receiver)
    add_people(door, "carla")
    answering(receiver, Answer(200, "é".encode() * 5_000_000))
    assert deliver(door) == 1
    [told] = door.items(f"{HOOKS}/hook/attempts")
    assert told["excerpt"] == "é" * (MOST_EXCERPT // 2)


def test_who_answers_too_late_has_not_answered(url: str, receiver: Receiver) -> None:
    """The time for an answer is bounded, however slowly it comes."""
    settings = Settings(
        database_url=url, admin_key=ADMIN_KEY, webhook_networks=(ip_network("127.0.0.0/8"),), webhook_timeout=0.01
    )
    waiting: Future[None] = Future()

    def wait(_: Received) -> Answer:
        waiting.result(60)
        return TAKEN

    receiver.answer = wait
    with opened(settings) as door:
        hook(door, receiver)
        assert door.request("POST", f"{HOOKS}/hook/test").json()["error"] == "No answer within 0.01 seconds."
        waiting.set_result(None)
