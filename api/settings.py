"""The settings: environment variables with the prefix BILATERAL_, read once, never changed."""

import os
import re
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from db.keys import FORM
from db.validation import did_you_mean

PREFIX = "BILATERAL_"
ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~%/-]*)?")
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:.]+\](:[0-9]{1,5})?")


class UnknownSetting(Exception):
    """A variable with our prefix that sets nothing: better refused than a record left open by a slip."""


class Settings(BaseSettings):
    """What can be set; each field is documented here and in the README."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, use_attribute_docstrings=True
    )

    database_url: str = "sqlite:///bilateral.db"
    """`sqlite:///file`, or `postgresql+psycopg://user:password@host/name`."""
    database_read_url: str | None = None
    """A streaming replica of the database, or another file's address, that reads go to; left out: none."""
    seed: bool = True
    """Whether `serve` seeds a record that is empty."""
    admin_key: SecretStr | None = None
    """An admin key that is never stored; without it the first `serve` makes one and prints it."""
    public_read: bool = True
    """Whether reading needs no key."""
    oidc_issuer: str | None = None
    """Whose OIDC tokens let callers in, beside keys: the `iss` of its tokens, to the letter."""
    oidc_audience: str | None = Field(default=None, validate_default=True)
    """For whom the tokens are: their `aud`."""
    oidc_jwks_url: str | None = None
    """Where the issuer's public keys are; left out: where its `/.well-known/openid-configuration` says."""
    oidc_scopes_claim: str = "scope"
    """The claim that has the scopes: `read`, `write`, `admin`, or `bilateral:read` ..., in a text or a list."""
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Origins whose pages may call the service from a browser, with commas between them; `*` for all."""
    deliver: bool = True
    """Whether `serve` delivers to webhooks; if not, `bilateral deliver` does."""
    webhook_networks: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = ()
    """Networks that are not public to which webhooks may lead all the same, as CIDRs with commas between them."""
    webhook_timeout: float = Field(default=15, gt=0, le=60)
    """Seconds in which a receiver must have answered."""
    webhook_lease: float = Field(default=60, ge=1, le=3600)
    """Seconds after which another takes over from a worker that is gone; longer than an answer may take."""
    webhook_retry: float = Field(default=10, ge=0, le=3600)
    """Seconds, more or less, before a change that was not taken is told again; twice as long each time, to an hour."""
    webhook_failures: int = Field(default=32, ge=1)
    """Failures in a row after which a webhook is disabled: as many as there are in a day."""
    max_age: int = Field(default=0, ge=0, le=86_400)
    """Seconds for which what is read without a key may be kept unasked, by caches in between too; 0: always asked."""
    workers: int = Field(default=1, ge=1, le=64)
    """Processes that serve; each has `threads` of its own."""
    keep_alive: int = Field(default=75, ge=1, le=3_600)
    """Seconds after which an idle connection is closed; longer than a proxy in front keeps its own."""
    threads: int = Field(default=8, ge=2, le=64)
    """Threads of a worker: requests that read or write the database at the same time."""
    max_body: int = Field(default=1_000_000, ge=1_000)
    """Bytes in a request's body, at most."""
    max_drain: int = Field(default=64_000_000, ge=0)
    """Bytes of a body that is too large which are still read, so that the client sees the answer."""
    max_url: int = Field(default=8_000, ge=500)
    """Bytes in a request's path and query, at most."""
    max_string: int = Field(default=10_000, ge=100)
    """Characters in a string of a document, at most."""
    max_items: int = Field(default=1_000, ge=10)
    """Items in a list of a document, at most."""
    max_depth: int = Field(default=32, ge=8, le=200)
    """Levels of nesting in a body, at most."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least serious messages that are logged, as JSON lines on standard error."""
    now: AwareDatetime | None = None
    """Stops the clock at this instant; for tests and demonstrations."""

    @field_validator("admin_key")
    @classmethod
    def _has_the_form_of_a_key(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and not FORM.fullmatch(key.get_secret_value()):
            raise ValueError("a key is blt_ and 16 to 196 letters, digits or underscores")
        return key

    @field_validator("oidc_issuer", "oidc_jwks_url")
    @classmethod
    def _is_an_address(cls, address: str | None) -> str | None:
        if address is not None and not ADDRESS.fullmatch(address):
            raise ValueError(f"{address!r} is no address such as https://login.example/realms/treaties")
        return address

    @field_validator("oidc_audience")
    @classmethod
    def _goes_with_the_issuer(cls, audience: str | None, others: ValidationInfo) -> str | None:
        if (audience is None) != (others.data.get("oidc_issuer") is None):
            raise ValueError("BILATERAL_OIDC_ISSUER and BILATERAL_OIDC_AUDIENCE are given both, or neither")
        return audience

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _separated(cls, origins: object) -> object:
        return tuple(each.strip() for each in origins.split(",")) if isinstance(origins, str) else origins

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if origin != "*" and not ORIGIN.fullmatch(origin):
                raise ValueError(f"{origin!r} is no origin such as https://treaties.example, nor *")
        return origins

    @field_validator("webhook_networks", mode="before")
    @classmethod
    def _are_networks(cls, networks: object) -> object:
        if isinstance(networks, str):
            return tuple(ip_network(each.strip()) for each in networks.split(","))
        return networks

    def clock(self) -> datetime:
        """What time it is."""
        return self.now or datetime.now(UTC)


def read_settings() -> Settings:
    """The settings of the environment; UnknownSetting if a variable has our prefix and no meaning."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for variable in os.environ:
        if variable.upper().startswith(PREFIX) and variable.upper() not in known:
            raise UnknownSetting(f"{variable} is no setting{did_you_mean(variable, known)}")
    return Settings()
