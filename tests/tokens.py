"""An issuer of OIDC tokens that answers in this process: its keys, its configuration, its tokens."""

import json
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from api.oidc import Issuer
from api.settings import Settings
from tests.door import ADMIN_KEY

Json = dict[str, Any]
ISSUER, AUDIENCE = "https://login.example/realms/treaties", "bilateral"
CONFIGURATION, JWKS = f"{ISSUER}/.well-known/openid-configuration", "https://login.example/keys"


@cache
def signing_key(algorithm: str, number: int) -> Any:
    """A private key that can sign so; made once for all tests."""
    if algorithm.startswith("ES"):
        curves = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}
        return ec.generate_private_key(curves[algorithm])
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(65537, 2048)


def public_jwk(algorithm: str, number: int = 0) -> Json:
    """The key as the issuer publishes it."""
    public = signing_key(algorithm, number).public_key()
    published: Json = json.loads(jwt.get_algorithm_by_name(algorithm).to_jwk(public))
    return published | {"kid": f"{algorithm}-{number}", "use": "sig", "alg": algorithm}


def settings_for(url: str, **more: Any) -> Settings:
    """Of a service that knows the issuer."""
    return Settings(database_url=url, admin_key=ADMIN_KEY, oidc_issuer=ISSUER, oidc_audience=AUDIENCE, **more)


class StubIssuer(httpx.AsyncBaseTransport):
    """What the issuer answers; a test may change it, and sees what was asked."""

    def __init__(self, *jwks: Json) -> None:
        self.answers: dict[str, Any] = {CONFIGURATION: {"issuer": ISSUER, "jwks_uri": JWKS}, JWKS: {"keys": [*jwks]}}
        self.asked: list[str] = []
        self.down: Exception | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        if self.down:
            raise self.down
        answer = self.answers.get(str(request.url), 404)
        if isinstance(answer, int):
            return httpx.Response(answer)
        return httpx.Response(200, content=answer if isinstance(answer, bytes) else json.dumps(answer).encode())

    def publish(self, *jwks: Json) -> None:
        self.answers[JWKS] = {"keys": [*jwks]}

    def known_to(self, settings: Settings) -> Issuer:
        """The service's side of it."""
        return Issuer(settings, self)


def claims(**more: Any) -> Json:
    """What a token says; None leaves a claim out."""
    now = int(time.time())
    said = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ana", "iat": now, "exp": now + 600, "scope": "openid write"} | more
    return {name: value for name, value in said.items() if value is not None}


def token(
    said: Mapping[str, Any] | None = None, algorithm: str = "RS256", number: int = 0, header: Json | None = None
) -> str:
    """A token that the issuer signed."""
    headers = {"kid": f"{algorithm}-{number}"} | (header or {})
    return jwt.encode(dict(said or claims()), signing_key(algorithm, number), algorithm, headers)
