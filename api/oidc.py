"""OIDC bearer tokens: from a signed token to a caller and what they may do.

A token counts if the issuer's key signed it with an asymmetric algorithm, if it names the issuer and the audience of
the settings, if it has not expired, and if it has one of our scopes. The issuer's keys are fetched when they are first
needed, again when they are an hour old or a token names one that is not among them, but not more often than once a
minute. While the issuer does not answer, keys that are known stay good for a day.
"""

import asyncio
import hashlib
import json
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import httpx
import jwt
import structlog

from api.errors import IssuerUnavailable
from api.settings import Settings
from db.errors import NotAuthentic
from db.keys import INCLUDES, Caller

log = structlog.get_logger()
ALGORITHMS: Mapping[str, tuple[str, ...]] = {
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "EC": ("ES256", "ES384", "ES512"),
    "OKP": ("EdDSA",),
}
"""What each type of key may sign with: never a shared secret, never `none`."""
LEEWAY = 30
"""Seconds that our clock and the issuer's may differ."""
FETCHED_WITHIN = 5.0
"""Seconds in which the issuer must have answered."""
FETCHED_AGAIN_AFTER = 60.0
"""Seconds before the keys are fetched again because a token names another one."""
TRIED_AGAIN_AFTER = 10.0
"""Seconds before an issuer that did not answer is asked again."""
FRESH, GOOD = 3600.0, 86400.0
"""Seconds for which the keys are not fetched again; for which they are used although that fails."""
MOST_CHARACTERS = 16_000
"""In a token."""
MOST_BYTES = 1_000_000
"""In an answer of the issuer."""
MOST_OF_A_SUBJECT = 255
DIGEST = re.compile(r"~[0-9a-f]{16}\Z")
PREFIX = "bilateral:"
"""What scopes may begin with, where an issuer knows those of several services."""


class Key(NamedTuple):
    """A public key of the issuer, and what it may sign with."""

    key: Any
    algorithms: tuple[str, ...]


class Issuer:
    """Whose tokens let callers in."""

    def __init__(self, settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        assert settings.oidc_issuer is not None
        assert settings.oidc_audience is not None
        self._issuer, self._audience = settings.oidc_issuer, settings.oidc_audience
        self._claim, self._jwks_url = settings.oidc_scopes_claim, settings.oidc_jwks_url
        self._transport = transport
        self._fetching = asyncio.Lock()
        self._keys: Mapping[str | None, Key] = {}
        self._fetched = self._tried = float("-inf")
        self.now = time.monotonic

    async def caller(self, token: str) -> Caller:
        """Whose token it is; NotAuthentic if it does not count, IssuerUnavailable if that cannot be told."""
        if len(token) > MOST_CHARACTERS:
            raise NotAuthentic(f"A token has at most {MOST_CHARACTERS} characters.")
        try:
            key = await self._key(jwt.get_unverified_header(token).get("kid"))
            claims = jwt.decode(
                token,
                key.key,
                key.algorithms,
                issuer=self._issuer,
                audience=self._audience,
                leeway=LEEWAY,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError) as error:
            raise NotAuthentic(f"The token does not count: {str(error).rstrip('.')}.") from error
        if not claims["sub"].strip():
            raise NotAuthentic("The token does not say whose it is.")
        return Caller(actor_of(claims["sub"]), self._scope(claims))

    def _scope(self, claims: Mapping[str, Any]) -> str:
        """The widest of our scopes that the token has."""
        given = claims.get(self._claim)
        words = given.split() if isinstance(given, str) else given if isinstance(given, list) else []
        mine = {word.removeprefix(PREFIX) for word in words if isinstance(word, str)} & INCLUDES.keys()
        if not mine:
            raise NotAuthentic(f"The token has none of the scopes {', '.join(INCLUDES)} in its {self._claim!r}.")
        return max(mine, key=lambda scope: len(INCLUDES[scope]))

    async def _key(self, kid: str | None) -> Key:
        if not self._knows(kid):
            async with self._fetching:  # the others find what the first one fetched
                if not self._knows(kid) and self.now() - self._tried >= self._pause():
                    await self._fetch()
        if self.now() - self._fetched >= GOOD or (kid not in self._keys and self._tried != self._fetched):
            raise IssuerUnavailable("The issuer of tokens does not say with which keys it signs them.")
        if kid not in self._keys:
            raise NotAuthentic("The token is signed with a key that its issuer does not have.")
        return self._keys[kid]

    def _knows(self, kid: str | None) -> bool:
        return kid in self._keys and self.now() - self._fetched < FRESH

    def _pause(self) -> float:
        return FETCHED_AGAIN_AFTER if self._tried == self._fetched else TRIED_AGAIN_AFTER

    async def _fetch(self) -> None:
        self._tried = self.now()
        try:
            async with asyncio.timeout(FETCHED_WITHIN), httpx.AsyncClient(transport=self._transport) as client:
                self._keys = _usable(await _read(client, await self._address_of_the_keys(client)))
        except (httpx.HTTPError, httpx.InvalidURL, OSError, LookupError, TypeError, ValueError, RecursionError):
            log.exception("issuer unavailable", issuer=self._issuer)
        else:
            self._fetched = self._tried

    async def _address_of_the_keys(self, client: httpx.AsyncClient) -> str:
        if self._jwks_url is not None:
            return self._jwks_url
        found = await _read(client, f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self._issuer:  # OpenID Connect Discovery 1.0, 4.3
            raise ValueError("its configuration is another issuer's")
        return str(found.get("jwks_uri"))


async def _read(client: httpx.AsyncClient, address: str) -> Mapping[str, Any]:
    """The JSON object at an address; redirects are not followed."""
    body = bytearray()
    async with client.stream("GET", address, headers={"Accept": "application/json"}) as response:
        if response.status_code != 200:
            raise ValueError(f"{address} answers {response.status_code}")
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > MOST_BYTES:
                raise ValueError(f"{address} answers more than {MOST_BYTES} bytes")
    found = json.loads(body)
    if not isinstance(found, dict):
        raise ValueError(f"{address} is no JSON object")  # noqa: TRY004  # an answer, not an argument
    return found


def _usable(found: Mapping[str, Any]) -> Mapping[str | None, Key]:
    """The keys that verify signatures, by their ids; a single one under None too, for tokens that name none."""
    keys: dict[str | None, Key] = {}
    for each in found["keys"]:
        with suppress(jwt.PyJWTError, LookupError, TypeError):  # of a type that is not ours, or broken
            algorithms = tuple(alg for alg in ALGORITHMS[each["kty"]] if each.get("alg", alg) == alg)
            if each.get("use", "sig") == "sig":
                keys[each.get("kid")] = Key(jwt.PyJWK(each).key, algorithms)
    if not keys:
        raise ValueError("none of its keys is of a type that counts")
    if len(keys) == 1:
        keys[None] = next(iter(keys.values()))
    return keys


def actor_of(subject: str) -> str:
    """What the ledger calls the bearer; what is not kept of a subject is told apart by its digest."""
    plain = "".join(character if character.isprintable() else "\ufffd" for character in subject)[:MOST_OF_A_SUBJECT]
    if plain == subject and not DIGEST.search(subject):
        return f"oidc:{subject}"
    return f"oidc:{plain}~{hashlib.sha256(subject.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
