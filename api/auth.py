"""From the Authorization header to a caller and what they may do."""

import hmac

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from db import keys
from db.errors import NotAllowed, NotAuthentic
from db.keys import ANYBODY, Caller


async def caller_of(request: Request) -> Caller:
    """Who asks: a wrong key is refused even where none is needed."""
    header = request.headers.get("authorization")
    if header is None:
        return ANYBODY
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != "bearer":
        raise NotAuthentic("The Authorization header is not `Bearer blt_...`.")
    return await run_in_threadpool(_holder_of, request, secret.strip())


def _holder_of(request: Request, secret: str) -> Caller:
    state = request.app.state
    admin_key = state.settings.admin_key
    if admin_key and hmac.compare_digest(secret.encode(), admin_key.get_secret_value().encode()):
        return Caller("admin", "admin")
    with state.engine.connect() as connection:
        return keys.caller(connection, secret, state.clock())


SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


async def admit(request: Request, scope: str | None = None) -> None:
    """Let the caller in before anything else of the request is looked at; `scope`: what is needed even to read."""
    caller = await caller_of(request)
    if scope is not None:
        require(caller, scope)
    elif request.method not in SAFE_METHODS:
        require(caller, "write")
    elif not request.app.state.settings.public_read:
        require(caller, "read")
    request.state.caller = caller


def require(caller: Caller, scope: str) -> Caller:
    """The caller, if they may; NotAuthentic if they are nobody, NotAllowed if the scope is missing."""
    if caller.may(scope):
        return caller
    if caller is ANYBODY:
        raise NotAuthentic(f"This needs a key with the scope {scope}: send `Authorization: Bearer blt_...`.")
    raise NotAllowed(f"The key has the scope {caller.scope}, and this needs {scope}.")
