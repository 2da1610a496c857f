"""What browsers are told: guards on every answer, and which pages of other origins may call the service."""

from typing import Any

import pytest
from pydantic import ValidationError

from api.settings import Settings, read_settings
from tests.contract import contract
from tests.door import ADMIN_KEY, Door, opened

OURS = "https://treaties.example"
PREFLIGHT = {"Origin": OURS, "Access-Control-Request-Method": "PUT"}
ANSWERS = [
    ("GET", "/v1/people"),
    ("GET", "/v1/people/nobody"),
    ("POST", "/v1/people"),
    ("GET", "/v1/people?limit=-1"),
    ("PATCH", "/v1/people"),
    ("OPTIONS", "/v1/people"),
    ("GET", "/healthz"),
    ("GET", "/nothing"),
    ("GET", "/v1/people?" + "x" * 9000),
    ("GET", "/openapi.json"),
]


def test_every_answer_is_guarded(door: Door) -> None:
    """Types are not guessed, nothing is framed, no address is passed on."""
    for method, path in ANSWERS:
        headers = door.request(method, path).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'", path
        assert headers["referrer-policy"] == "no-referrer", path


def test_the_pages_run_no_script_but_their_own(door: Door) -> None:
    """The policy names this host, and the digest of the one script that stands in the page."""
    for page in ("/docs", "/redoc", "/problems/stale"):
        policy = door.get(page).headers.get_list("content-security-policy")
        assert len(policy) == 1
        rules = dict(rule.split(" ", 1) for rule in policy[0].split("; "))
        assert rules["default-src"] == "'none'"
        assert all(each == "'self'" or each.startswith("'sha256-") for each in rules["script-src"].split())
    assert door.get("/docs/assets/swagger-ui.css").headers["cache-control"] == "public, max-age=86400"


def test_no_other_origin_may_call_unless_it_is_set(door: Door) -> None:
    """A preflight is a plain OPTIONS then, and no answer speaks of origins."""
    for response in (
        door.get("/v1/people", headers={"Origin": OURS}),
        door.request("OPTIONS", "/v1/people", headers=PREFLIGHT),
    ):
        assert not [name for name in response.headers if name.startswith("access-control")]


@pytest.fixture
def called(url: str) -> Any:
    with opened(Settings(database_url=url, admin_key=ADMIN_KEY, cors_origins=(OURS, "http://localhost:3000"))) as door:
        yield door


def _is_sent(parameter: dict[str, Any]) -> bool:
    return bool(parameter["in"] == "header")


def test_an_origin_that_is_set_may_call(called: Door) -> None:
    """The browser may send every method and header of the contract, and the page may read every header."""
    sent = {
        parameter["name"].lower() for each in contract().every for parameter in each.parameters if _is_sent(parameter)
    }
    assert {"if-match", "idempotency-key", "bilateral-after"} <= sent
    headers = PREFLIGHT | {"Access-Control-Request-Headers": ",".join(sorted(sent | {"authorization", "content-type"}))}
    preflight = called.request("OPTIONS", "/v1/people/ana", headers=headers)
    assert (preflight.status_code, preflight.content) == (204, b"")
    assert preflight.headers["x-content-type-options"] == "nosniff"
    assert preflight.headers["x-request-id"]
    assert preflight.headers["access-control-allow-origin"] == OURS
    assert "PUT" in preflight.headers["access-control-allow-methods"]
    assert "Origin" in preflight.headers["vary"]
    answer = called.get("/v1/people", headers={"Origin": OURS})
    assert answer.headers["access-control-allow-origin"] == OURS
    assert {"ETag", "Link", "Location", "Bilateral-Seq"} <= set(
        answer.headers["access-control-expose-headers"].split(", ")
    )


@pytest.mark.parametrize("path", ["/v1/people/nobody", "/v1/people?limit=-1", "/v1/people?" + "x" * 9000, "/nothing"])
def test_a_page_can_read_what_went_wrong(called: Door, path: str) -> None:
    """Problems are for that origin too."""
    assert called.get(path, headers={"Origin": OURS}).headers["access-control-allow-origin"] == OURS


@pytest.mark.parametrize(
    "headers",
    [
        PREFLIGHT | {"Origin": "https://elsewhere.example"},
        PREFLIGHT | {"Origin": "null"},
        PREFLIGHT | {"Origin": OURS + ".elsewhere.example"},
        PREFLIGHT | {"Access-Control-Request-Method": "TRACE"},
        PREFLIGHT | {"Access-Control-Request-Headers": "x-of-mine"},
    ],
)
def test_what_was_not_set_is_refused(called: Door, headers: dict[str, str]) -> None:
    """As a problem; and an answer to another origin does not name it."""
    refused = called.request("OPTIONS", "/v1/people", headers=headers)
    assert refused.status_code == 403
    assert refused.json()["type"] == "/problems/origin-refused"
    if headers["Origin"] != OURS:
        assert "access-control-allow-origin" not in refused.headers
        assert "access-control-allow-origin" not in called.get("/v1/people", headers=headers).headers


def test_every_origin_may_call_if_that_is_set(url: str) -> None:
    """`*`: without cookies, of which there are none."""
    with opened(Settings(database_url=url, cors_origins=("*",))) as door:
        answer = door.get("/v1/people", headers={"Origin": "https://anywhere.example"})
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers


def test_origins_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """With commas between them; what is no origin is refused."""
    monkeypatch.setenv("BILATERAL_CORS_ORIGINS", f"{OURS}, http://localhost:3000")
    assert read_settings().cors_origins == (OURS, "http://localhost:3000")
    for wrong in (
        "treaties.example",
        OURS + "/",
        OURS + "/docs",
        "https://*.example",
        "file://x",
        f"{OURS},,",
        "https://Treaties.example",
        "null",
    ):
        monkeypatch.setenv("BILATERAL_CORS_ORIGINS", wrong)
        with pytest.raises(ValidationError, match="is no origin"):
            read_settings()
