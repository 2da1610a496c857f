"""From the Authorization header to a caller and what they may do: by a key of ours, or by a token of the issuer."""

import hmac

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from api.oidc import Issuer
from api.settings import Settings
from db import keys
from db.errors import NotAllowed, NotAuthentic
from db.keys import ANYBODY, Caller

KEYS_BEGIN = "blt_"
"""What else is sent as a bearer's secret is a token."""


async def caller_of(request: Request) -> Caller:
    """Who asks: a wrong key is refused even where none is needed."""
    header = request.headers.get("authorization")
    if header is None:
        return ANYBODY
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != "bearer":
        raise NotAuthentic("The Authorization header is not `Bearer blt_...`.")
    secret = secret.strip()
    issuer: Issuer | None = request.app.state.issuer
    if issuer is not None and not secret.startswith(KEYS_BEGIN):
        return await issuer.caller(secret)
    if _is_admin_key(request, secret):
        return Caller("admin", "admin")
    caller = await run_in_threadpool(_holder_of, request, secret)
    if caller.key is not None:
        request.app.state.last_use.note(caller.key)
    return caller


def _is_admin_key(request: Request, secret: str) -> bool:
    admin_key = request.app.state.settings.admin_key
    return bool(admin_key) and hmac.compare_digest(secret.encode(), admin_key.get_secret_value().encode())


def _holder_of(request: Request, secret: str) -> Caller:
    state = request.app.state
    with state.engine.connect() as connection:
        return keys.caller(connection, secret, state.clock())


SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


async def admit(request: Request, scope: str | None = None) -> None:
    """Let the caller in before anything else of the request is looked at; `scope`: what is needed by any method."""
    caller = await caller_of(request)
    needs = scope_needed(request.method, scope, request.app.state.settings)
    request.state.caller = caller if needs is None else require(caller, needs)


def scope_needed(method: str, scope: str | None, settings: Settings) -> str | None:
    """What a caller must be allowed; None if anybody may."""
    needed = scope or ("read" if method in SAFE_METHODS else "write")
    return None if needed == "read" and settings.public_read else needed


def require(caller: Caller, scope: str) -> Caller:
    """The caller, if they may; NotAuthentic if they are nobody, NotAllowed if the scope is missing."""
    if caller.may(scope):
        return caller
    if caller is ANYBODY:
        raise NotAuthentic(f"This needs a key with the scope {scope}: send `Authorization: Bearer blt_...`.")
    raise NotAllowed(f"You have the scope {caller.scope}, and this needs {scope}.")
