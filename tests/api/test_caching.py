"""Who may keep an answer, how long, and what else than its address it hangs on."""

from collections.abc import Iterator

import httpx
import pytest

from api.settings import Settings
from tests.conftest import MakeUrl
from tests.door import ADMIN_KEY, Door, opened
from tests.factories import person

CALLER = "Authorization, Bilateral-After"
PACKED = f"Accept-Encoding, {CALLER}"
READ = [
    ("/v1/people", "no-cache", PACKED),
    ("/v1/people/ana", "no-cache", CALLER),
    ("/v1/people/ana/revisions", "no-cache", PACKED),
    ("/v1/people/ana/revisions/1", "max-age=86400, immutable", CALLER),
    ("/v1/people?limit=0", "no-cache", PACKED),
    ("/v1/agreements?known_at=2000-01-01", "no-cache", PACKED),
    ("/v1/changes", "no-cache", PACKED),
    ("/v1/vocabularies", "no-cache", PACKED),
    ("/v1/deadlines.ics", "no-cache", PACKED),
]
"""What of the record is read, how it may be kept, and what it varies by."""
OPEN = [
    ("/openapi.json", "public, no-cache", "Accept-Encoding"),
    ("/docs/assets/swagger-ui.css", "public, max-age=86400", "Accept-Encoding"),
    ("/docs", "public, no-cache", None),
    ("/problems/stale", "public, no-cache", None),
]
"""What is the same for everybody."""
NEVER = [
    ("GET", "/v1/keys"),
    ("GET", "/v1/webhooks"),
    ("GET", "/metrics"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/v1/people/nobody"),
    ("GET", "/v1/people?limit=-1"),
    ("GET", "/nothing"),
    ("GET", "/v1/people?" + "x" * 9000),
    ("GET", "/"),
    ("POST", "/v1/people"),
    ("PATCH", "/v1/people/ana"),
    ("PUT", "/v1/people"),
    ("OPTIONS", "/v1/people"),
]
"""What nobody keeps."""


@pytest.fixture
def closed(url: str) -> Iterator[Door]:
    """A service where reading needs a key."""
    with opened(Settings(database_url=url, admin_key=ADMIN_KEY, public_read=False)) as door:
        yield door


def told(answer: httpx.Response) -> tuple[str, str | None]:
    return answer.headers["cache-control"], answer.headers.get("vary")


def test_what_is_read_without_a_key_may_be_kept_in_between(door: Door) -> None:
    """And must be asked about; a version is for ever what it was."""
    door.add("/v1/people", person("ana"))
    door.key = None
    for path, how, varies in READ:
        assert told(door.get(path)) == (f"public, {how}", varies), path


def test_what_is_read_with_a_key_is_for_its_holder(door: Door, closed: Door) -> None:
    """Whether one is needed or not."""
    door.add("/v1/people", person("ana"))
    for each in (door, closed):
        for path, how, varies in READ:
            assert told(each.get(path)) == (f"private, {how}", varies), path


def test_a_304_says_of_that_what_the_answer_says(door: Door) -> None:
    """RFC 9110, 15.4.5."""
    door.add("/v1/people", person("ana"))
    for path, *_ in READ:
        answer = door.get(path)
        if "ETag" in answer.headers:
            again = door.get(path, headers={"If-None-Match": answer.headers["ETag"]})
            assert (again.status_code, told(again)) == (304, told(answer)), path


def test_pages_are_for_everybody(door: Door) -> None:
    """Asked for with a key or without."""
    for key in (None, ADMIN_KEY):
        door.key = key
        for path, how, varies in OPEN:
            assert told(door.get(path)) == (how, varies), path


def test_problems_writes_and_secrets_are_kept_by_nobody(door: Door) -> None:
    """Nor what is only so at this moment."""
    for method, path in NEVER:
        assert door.request(method, path).headers["cache-control"] == "no-store", (method, path)
    assert door.post("/v1/people", person("ana")).headers["cache-control"] == "no-store"
    door.key = "blt_nobody_has_this_key"
    assert door.get("/v1/people").headers["cache-control"] == "no-store"


@pytest.mark.parametrize("make_url", ["sqlite"], indirect=True)
def test_the_operator_may_let_readers_see_what_is_some_seconds_old(make_url: MakeUrl) -> None:
    """Readers without a key; who has one, who follows the changes, and closed records are always asked about."""
    with opened(Settings(database_url=make_url(False), admin_key=ADMIN_KEY, max_age=60)) as door:
        assert told(door.get("/v1/people")) == ("private, no-cache", PACKED)
        door.key = None
        assert told(door.get("/v1/people")) == ("public, max-age=60", PACKED)
        assert told(door.get("/v1/changes")) == ("public, no-cache", PACKED)
        assert told(door.get("/docs")) == ("public, no-cache", None)
        assert door.get("/v1/people/nobody").headers["cache-control"] == "no-store"
    with opened(Settings(database_url=make_url(False), admin_key=ADMIN_KEY, max_age=60, public_read=False)) as door:
        assert told(door.get("/v1/people")) == ("private, no-cache", PACKED)


@pytest.mark.parametrize("make_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("origins", [("*",), ("https://treaties.example",)])
def test_where_pages_of_other_origins_may_call_answers_vary_by_that(url: str, origins: tuple[str, ...]) -> None:
    """Even for who names none: what is kept for them would lack the words that let a page read it."""
    with opened(Settings(database_url=url, cors_origins=origins)) as door:
        door.key = None
        for headers in ({}, {"Origin": "https://treaties.example"}):
            varies = door.get("/v1/people", headers=headers).headers["vary"]
            assert sorted(varies.split(", ")) == ["Accept-Encoding", "Authorization", "Bilateral-After", "Origin"]
        assert door.get("/docs").headers["vary"] == "Origin"
