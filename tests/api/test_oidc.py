"""Tokens of an OIDC issuer: which count, what they may do, and what happens while the issuer does not answer."""

import asyncio
import base64
import hmac
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import jwt
import pytest

from api.oidc import ALGORITHMS, FETCHED_AGAIN_AFTER, FRESH, GOOD, TRIED_AGAIN_AFTER, Issuer, actor_of
from api.settings import Settings
from tests.door import ADMIN_KEY, Door, Json, opened
from tests.factories import person
from tests.tokens import (
    AUDIENCE,
    CONFIGURATION,
    ISSUER,
    JWKS,
    StubIssuer,
    claims,
    public_jwk,
    settings_for,
    signing_key,
    token,
)

EVERY_ALGORITHM = [algorithm for algorithms in ALGORITHMS.values() for algorithm in algorithms]


class Desk:
    """A service that knows an issuer, and the issuer."""

    def __init__(self, door: Door, settings: Settings) -> None:
        self.door = door
        self.stub = StubIssuer(public_jwk("RS256"))
        self.seconds = 0.0
        self.know(settings)

    def know(self, settings: Settings) -> None:
        """Forget all keys, and know the issuer by these settings."""
        self.issuer = self.stub.known_to(settings)
        self.issuer.now = lambda: self.seconds
        self.door.app.state.issuer = self.issuer

    def send(self, sent: str, method: str = "GET", path: str = "/v1/people", **options: Any) -> httpx.Response:
        self.door.key = None
        authorization = f"Bearer {sent}".encode("latin-1")
        return self.door.request(method, path, headers={"Authorization": authorization}, **options)

    def status(self, sent: str) -> int:
        return self.send(sent).status_code


@pytest.fixture
def desk(url: str) -> Iterator[Desk]:
    settings = settings_for(url)
    with opened(settings) as door:
        yield Desk(door, settings)


ON_SQLITE = pytest.mark.parametrize("make_url", ["sqlite"], indirect=True)
"""Where nothing depends on the database."""


def test_who_bears_a_token_does_what_its_scope_allows(desk: Desk) -> None:
    """And the ledger says whose it was; a key works beside it."""
    sent = token(claims(sub="ana@treaties.example"))
    assert desk.send(sent, "POST", "/v1/people", json=person("ana")).status_code == 201
    assert desk.door.read("/v1/people/ana/revisions")["items"][0]["actor"] == "oidc:ana@treaties.example"
    assert desk.send(token(claims(scope="read")), "POST", "/v1/people", json=person("boris")).status_code == 403
    assert desk.send(token(claims(scope="admin")), path="/v1/keys").status_code == 200
    assert desk.send(ADMIN_KEY, path="/v1/keys").status_code == 200


@ON_SQLITE
@pytest.mark.parametrize(
    ("said", "scope"),
    [
        ({"scope": "read"}, "read"),
        ({"scope": "openid  bilateral:write read"}, "write"),
        ({"scope": ["bilateral:admin", "profile"]}, "admin"),
        ({"scope": "bilateral:read bilateral:admin"}, "admin"),
        ({"scope": "other:admin administrator ADMIN"}, None),
        ({"scope": ""}, None),
        ({"scope": []}, None),
        ({"scope": [None, 5, {"read": True}, ["read"]]}, None),
        ({"scope": {"read": True}}, None),
        ({"scope": True}, None),
        ({"scope": None}, None),
    ],
)
def test_the_widest_scope_counts(desk: Desk, said: Json, scope: str | None) -> None:
    """In a text or a list, with the prefix or without; a token with none of ours is nobody's."""
    answers = {
        "read": desk.status(token(claims(**said))),
        "write": desk.send(token(claims(**said)), "POST", "/v1/people", json={}).status_code,
        "admin": desk.send(token(claims(**said)), path="/v1/keys").status_code,
    }
    allowed = {"read": (200, 403, 403), "write": (200, 422, 403), "admin": (200, 422, 200), None: (401, 401, 401)}
    assert tuple(answers.values()) == allowed[scope]


@ON_SQLITE
def test_the_scopes_are_in_the_claim_of_the_settings(desk: Desk, url: str) -> None:
    desk.know(settings_for(url, oidc_scopes_claim="roles"))
    assert desk.status(token(claims(scope="admin"))) == 401
    assert desk.status(token(claims(scope=None, roles=["read"]))) == 200


@ON_SQLITE
@pytest.mark.parametrize("algorithm", EVERY_ALGORITHM)
def test_every_asymmetric_algorithm_counts(desk: Desk, algorithm: str) -> None:
    """With a key of its own type; the key may leave it open which of that type's it is for."""
    published = public_jwk(algorithm)
    desk.stub.publish(published)
    assert desk.status(token(algorithm=algorithm)) == 200
    del published["alg"]
    desk.stub.publish(published)
    desk.seconds += FRESH
    assert desk.status(token(algorithm=algorithm)) == 200


def unsigned(header: Any, said: Any, signature: bytes = b"") -> str:
    parts = (json.dumps(header).encode(), json.dumps(said).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def with_the_public_key_as_a_secret() -> str:
    """The old confusion: an HMAC whose secret is what everybody may read."""
    header = {"alg": "HS256", "typ": "JWT", "kid": "RS256-0"}
    public = public_jwk("RS256")
    message = unsigned(header, claims()).rpartition(".")[0]
    signature = hmac.digest(json.dumps(public).encode(), message.encode(), "sha256")
    return f"{message}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


KNOWN = {"alg": "RS256", "kid": "RS256-0"}
REFUSED: dict[str, Callable[[], str]] = {
    "expired": lambda: token(claims(exp=1)),
    "without an end": lambda: token(claims(exp=None)),
    "with an end that is no number": lambda: token(claims(exp="never")),
    "with an end in the past, before all numbers": lambda: token(claims(exp=-1e308)),
    "with an end at infinity": lambda: token(claims(exp=float("inf"))),
    "not yet good": lambda: token(claims(nbf=2**33)),
    "made in the future": lambda: token(claims(iat=2**33)),
    "of another issuer": lambda: token(claims(iss="https://elsewhere.example")),
    "of the issuer with a slash": lambda: token(claims(iss=f"{ISSUER}/")),
    "without an issuer": lambda: token(claims(iss=None)),
    "for others": lambda: token(claims(aud="others")),
    "for nobody": lambda: token(claims(aud=None)),
    "without a subject": lambda: token(claims(sub=None)),
    "with an empty subject": lambda: token(claims(sub="")),
    "with a blank subject": lambda: token(claims(sub=" ")),
    "with a subject that is a number": lambda: token(claims(sub=5)),
    "signed by another": lambda: token(number=1, header={"kid": "RS256-0"}),
    "signed with a key that nobody knows": lambda: token(number=1),
    "signed with another algorithm than the key is for": lambda: token(algorithm="PS256", header={"kid": "RS256-0"}),
    "signed with a key of another type": lambda: token(algorithm="ES256", header={"kid": "RS256-0"}),
    "signed with a secret": lambda: jwt.encode(claims(), "s" * 64, "HS256", {"kid": "RS256-0"}),
    "signed with the public key as a secret": with_the_public_key_as_a_secret,
    "not signed": lambda: unsigned({"alg": "none", "kid": "RS256-0"}, claims()),
    "not signed, and silent about it": lambda: unsigned(KNOWN, claims()),
    "with a signature cut off": lambda: token()[:-10],
    "changed": lambda: token().replace(".", ".e30.", 1).replace("..", "."),
    "with a header that must be understood": lambda: token(header={"crit": ["more"], "more": 1}),
    "with an id of a key that is none": lambda: unsigned({"alg": "RS256", "kid": 5}, claims()),
    "with a header that is a list": lambda: unsigned([], claims()),
    "with a body that is a list": lambda: unsigned(KNOWN, []),
    "with a header nested deeply": lambda: base64.urlsafe_b64encode(b"[" * 10_000).decode() + "." + "e30.e30",
    "of one part": lambda: "token",
    "of four parts": lambda: f"{token()}.x",
    "of dots": lambda: "..",
    "of no ASCII": lambda: "\xe9.\xe9.\xe9",
    "too long": lambda: token(claims(more="x" * 16_000)),
}


@ON_SQLITE
def test_what_does_not_count_is_refused_even_where_reading_is_open(desk: Desk) -> None:
    """401, and why."""
    assert desk.status(token()) == 200
    for name, make in REFUSED.items():
        answer = desk.send(make())
        assert answer.status_code == 401, name
        assert answer.json()["type"] == "/problems/not-authentic"
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@ON_SQLITE
def test_clocks_may_differ_a_little(desk: Desk) -> None:
    """By half a minute; several audiences may be named, ours among them."""
    now = claims()["iat"]
    assert desk.status(token(claims(exp=now - 5, aud=["others", AUDIENCE]))) == 200
    assert desk.status(token(claims(nbf=now + 20, iat=now + 20))) == 200
    assert desk.status(token(claims(exp=now - 60))) == 401


@ON_SQLITE
def test_a_service_that_knows_no_issuer_knows_no_token(url: str) -> None:
    with opened(Settings(database_url=url, admin_key=ADMIN_KEY)) as door:
        door.key = token()
        assert door.get("/v1/people").status_code == 401


# The issuer's keys


@ON_SQLITE
def test_the_keys_are_found_and_fetched_once(desk: Desk) -> None:
    """Where the issuer's configuration says, or where the settings do; at once for all who ask."""
    desk.door.key = token()
    desk.door.together([("GET", "/v1/people", {})] * 5)
    assert desk.stub.asked == [CONFIGURATION, JWKS]
    desk.stub.asked.clear()
    desk.know(settings_for("sqlite://", oidc_jwks_url=JWKS))
    assert desk.status(token()) == 200
    assert desk.stub.asked == [JWKS]


@ON_SQLITE
def test_a_new_key_of_the_issuer_is_fetched_once_a_minute_at_most(desk: Desk) -> None:
    """However many tokens name keys that nobody knows."""
    assert desk.status(token()) == 200
    desk.stub.publish(public_jwk("RS256"), public_jwk("RS256", 1))
    asked = len(desk.stub.asked)
    for _ in range(3):
        assert desk.status(token(number=1)) == 401
    assert len(desk.stub.asked) == asked
    desk.seconds += FETCHED_AGAIN_AFTER
    assert desk.status(token(number=1)) == 200
    assert desk.status(token(number=2)) == 401
    assert desk.status(token()) == 200
    assert len(desk.stub.asked) == asked + 2


@ON_SQLITE
def test_a_key_that_the_issuer_gave_up_does_not_count_for_long(desk: Desk) -> None:
    """After an hour the keys are fetched anew."""
    assert desk.status(token()) == 200
    desk.stub.publish(public_jwk("RS256", 1))
    desk.seconds += FRESH - 1
    assert desk.status(token()) == 200
    desk.seconds += 1
    assert desk.status(token()) == 401


DOWN: dict[str, Any] = {
    "not reached": httpx.ConnectError("refused"),
    "too slow": httpx.ReadTimeout("slow"),
    "an error": {JWKS: 500},
    "moved": {CONFIGURATION: 302},
    "no JSON": {JWKS: b"<html>"},
    "JSON of another kind": {JWKS: []},
    "no keys": {JWKS: {}},
    "keys of another kind": {JWKS: {"keys": 5}},
    "no key that counts": {JWKS: {"keys": [{"kty": "oct", "k": "c2Vj"}]}},
    "too much": {JWKS: b'{"keys": []}' + b" " * 1_000_000},
    "nested deeply": {JWKS: b"[" * 100_000},
    "the configuration of another": {CONFIGURATION: {"issuer": "https://elsewhere.example", "jwks_uri": JWKS}},
    "a configuration without keys": {CONFIGURATION: {"issuer": ISSUER}},
    "no address of keys": {CONFIGURATION: {"issuer": ISSUER, "jwks_uri": "http://[::"}},
}


@ON_SQLITE
@pytest.mark.parametrize("what", DOWN.values(), ids=DOWN.keys())
def test_an_issuer_that_does_not_answer_is_said_to_be_away(desk: Desk, what: Any) -> None:
    """503, not that the token is wrong; it is asked again a little later, and keys of ours work meanwhile."""
    whole = dict(desk.stub.answers)
    if isinstance(what, Exception):
        desk.stub.down = what
    else:
        desk.stub.answers |= what
    for _ in range(3):
        answer = desk.send(token())
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/issuer-unavailable")
    assert len(desk.stub.asked) <= 2
    assert desk.status(ADMIN_KEY) == 200
    desk.stub.down, desk.stub.answers = None, whole
    desk.seconds += TRIED_AGAIN_AFTER
    assert desk.status(token()) == 200


@ON_SQLITE
def test_keys_that_are_known_stay_good_for_a_day(desk: Desk) -> None:
    """While the issuer does not answer; whether a key that is not known is its, cannot be told."""
    assert desk.status(token()) == 200
    desk.stub.down = httpx.ConnectError("refused")
    desk.seconds += GOOD - 1
    assert desk.status(token()) == 200
    assert desk.status(token(number=1)) == 503
    desk.seconds += 1
    assert desk.status(token()) == 503


@ON_SQLITE
def test_keys_that_sign_nothing_are_passed_over(desk: Desk) -> None:
    """Those for encryption, shared secrets, broken ones; a token that names none is of the only one."""
    others = [
        public_jwk("RS256", 1) | {"use": "enc"},
        {"kty": "oct", "k": "c2Vj" * 11, "kid": "secret", "alg": "HS256"},
        {"kty": "RSA", "kid": "broken"},
        {"kty": "EC", "crv": "P-0", "kid": "odd"},
        {"kid": "nothing"},
        {"kty": ["RSA"]},
        public_jwk("RS256", 2) | {"kid": ["a list"]},
        "no key at all",
    ]
    desk.stub.publish(*others, public_jwk("RS256"))  # type: ignore[arg-type]  # what is wrong with the last
    assert desk.status(token()) == 200
    without = jwt.encode(claims(), signing_key("RS256", 0), "RS256")
    assert desk.status(without) == 200
    assert desk.status(token(number=1)) == 401
    assert desk.status(jwt.encode(claims(), b"sec" * 11, "HS256", {"kid": "secret"})) == 401


# Whose doing it is


@pytest.mark.parametrize(
    ("subject", "actor"),
    [
        ("ana", "oidc:ana"),
        ("auth0|5f7c8ec7c33c6c004bbafe82", "oidc:auth0|5f7c8ec7c33c6c004bbafe82"),
        ("Ана Гарсия", "oidc:Ана Гарсия"),
        ("a" * 255, "oidc:" + "a" * 255),
    ],
)
def test_a_subject_is_kept_as_it_is(subject: str, actor: str) -> None:
    assert actor_of(subject) == actor


@pytest.mark.parametrize("subject", ["a" * 256, "a\nb", "a\0b", "a\u202eb", "a\ud800b", "\x7f"])
def test_a_subject_that_cannot_be_kept_so_is_bounded_and_plain(subject: str) -> None:
    """And still nobody else's."""
    actor = actor_of(subject)
    assert actor.isprintable()
    assert len(actor) <= 5 + 255 + 17
    assert actor != actor_of(subject + "x")
    assert actor != actor_of(actor.removeprefix("oidc:"))


# Settings and contract


@pytest.mark.parametrize(
    "wrong",
    [
        {"oidc_issuer": ISSUER},
        {"oidc_audience": AUDIENCE},
        {"oidc_issuer": "login.example", "oidc_audience": AUDIENCE},
        {"oidc_issuer": "file:///etc/passwd", "oidc_audience": AUDIENCE},
        {"oidc_issuer": ISSUER, "oidc_audience": AUDIENCE, "oidc_jwks_url": "keys.json"},
    ],
)
def test_settings_that_name_half_an_issuer_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="oidc"):
        Settings(**wrong)


@ON_SQLITE
def test_the_contract_names_both_ways_to_come_in(desk: Desk) -> None:
    """With the issuer, the audience and the claim; a service without an issuer names keys alone."""
    contract = desk.door.read("/openapi.json")
    assert contract["components"]["securitySchemes"].keys() == {"key", "oidc"}
    described = contract["components"]["securitySchemes"]["oidc"]["description"]
    assert all(word in described for word in (ISSUER, AUDIENCE, "`scope`"))
    assert contract["paths"]["/v1/people"]["post"]["security"] == [{"key": ["write"]}, {"oidc": ["write"]}]


def test_the_issuer_is_asked_over_the_network_without_following_anything() -> None:
    """An issuer that nobody answers for is away; nothing is raised but that."""
    settings = settings_for("sqlite://").model_copy(update={"oidc_issuer": "http://127.0.0.1:1"})
    with pytest.raises(Exception, match="does not say"):
        asyncio.run(Issuer(settings).caller(token()))
