"""/v1/keys: who may come in, and how far. For administrators alone, to read too."""

from datetime import datetime
from typing import Annotated

from fastapi import Body, Path, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from api import answers
from api.deps import CursorText, Limit, Posting, Reader, Writing
from api.replies import (
    AFTER_A_POST,
    IF_NONE_MATCH,
    ITS_ID,
    LISTING,
    NEXT,
    NOT_MODIFIED,
    READING,
    SENDING,
    THE_SAME_ID,
    WRITING,
    link,
    problems,
    success,
)
from api.schemas import Page
from api.strict import AdminRoute, Router
from db import keys
from db import vocabulary as v
from db.keys import ID, NAME, id_of
from db.ledger import WriteUnit
from db.members import Maybe
from db.pages import DEFAULT_LIMIT
from db.parts import Shape
from db.queries import SINCE


def _when(text: str) -> str:
    try:
        return str(SINCE.read(text))
    except ValueError as error:
        raise PydanticCustomError("malformed", "{reason}", {"reason": str(error)}) from error


DayOrInstant = Annotated[str, Field(json_schema_extra=SINCE.schema), AfterValidator(_when)]


class NewKey(Shape):
    """Whose key it is to be, and what it may do."""

    name: str = Field(pattern=NAME, examples=["Treaty section"])
    """Whose it is: letters, digits, spaces, dots and hyphens."""
    scope: v.Scope
    """`read`; `write`, which allows reading too; `admin`, which allows all, keys and webhooks too."""
    expires_at: Maybe[DayOrInstant] = None
    """From when on it is useless (RFC 3339); a day means its beginning in UTC. Left out: it does not expire."""


class Key(BaseModel):
    """An API key, as it may be seen: without its secret."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    id: str = Field(pattern=ID, examples=["blt_12345678"])
    """The beginning of the secret; what is done with the key is recorded under `key:` and this."""
    name: str
    """Whose it is."""
    scope: v.Scope
    """What it may do."""
    created_at: str
    """When it was made."""
    expires_at: Maybe[str] = None
    """From when on it is useless; left out if never."""
    revoked_at: Maybe[str] = None
    """Since when it is useless; left out unless it was revoked."""
    last_used_at: Maybe[str] = None
    """The hour in which it was last used, some seconds late; left out if it never was."""


class MadeKey(Key):
    """An API key that was just made."""

    secret: Maybe[str] = Field(default=None, examples=["blt_1234567890abcdef1234567890abcdef12345678"])
    """What to send as `Authorization: Bearer blt_...`. It is shown only now: the same request again
    (`Idempotency-Replayed`) is answered without it."""


class KeysPage(Page[Key]):
    """One page of keys."""


router = Router(prefix="/v1/keys", tags=["keys"], route_class=AdminRoute)
SHOWN_ONCE = "secret"
KeyId = Annotated[str, Path(pattern=ID, description="The beginning of the key's secret.", examples=["blt_12345678"])]


@router.get(
    "",
    operation_id="list_keys",
    summary="List keys",
    response_model=KeysPage,
    responses=success(200, "One page", "ETag", "Link", links={"next": link("list_keys", cursor=NEXT)})
    | NOT_MODIFIED
    | problems(*LISTING, "not-allowed"),
    openapi_extra=IF_NONE_MATCH,
)
def list_keys(request: Request, reader: Reader, limit: Limit = DEFAULT_LIMIT, cursor: CursorText = None) -> Response:
    """All that were ever made, by id, revoked ones too; never a secret. A key of the settings is not among them."""
    with reader.connect() as connection:
        found = keys.page(connection, limit, cursor)
    return answers.told(request, found)


@router.post(
    "",
    operation_id="create_key",
    summary="Make a key",
    status_code=201,
    response_model=MadeKey,
    responses=success(
        201, "The key, with its secret", "Location", *AFTER_A_POST, links={"read": link("get_key", id=ITS_ID)}
    )
    | problems(*SENDING),
)
async def create_key(posting: Posting, key: Annotated[NewKey, Body()]) -> Response:
    """Its `secret` is shown in this answer and never again: only a SHA-256 of it is kept."""
    expires_at = datetime.fromisoformat(key.expires_at) if key.expires_at is not None else None

    def make(unit: WriteUnit) -> Response:
        secret = keys.make(unit, key.name, key.scope, expires_at)
        id = id_of(secret)
        return answers.added(unit, f"/v1/keys/{id}", keys.get(unit.connection, id) | {SHOWN_ONCE: secret})

    return await posting.write(None, make, secret=SHOWN_ONCE)


@router.get(
    "/{id}",
    operation_id="get_key",
    summary="Read one key",
    response_model=Key,
    responses=success(200, "The key, without its secret", "ETag")
    | NOT_MODIFIED
    | problems(*READING, "not-allowed", "not-found"),
    openapi_extra=IF_NONE_MATCH,
)
def get_key(request: Request, reader: Reader, id: KeyId) -> Response:
    """Whose it is, what it may do, until when, and when it was last used."""
    with reader.connect() as connection:
        found = keys.get(connection, id)
    return answers.data(request, found)


@router.delete(
    "/{id}",
    operation_id="revoke_key",
    summary="Revoke a key",
    status_code=204,
    response_class=Response,
    responses=success(204, "It is useless now", "Bilateral-Seq", links={"read": link("get_key", id=THE_SAME_ID)})
    | problems(*WRITING, "not-found", "own-key"),
)
async def revoke_key(writing: Writing, id: KeyId) -> Response:
    """At once and for good; it stays in the list, and again changes nothing. Keys are no records of the ledger, so
    there is no version to name (`If-Match`), no reason to give and nothing to restore. A key does not revoke itself.
    """

    def revoke(unit: WriteUnit) -> Response:
        keys.revoke(unit, id)
        return answers.withdrawn(unit)

    return await writing.write(None, revoke)
