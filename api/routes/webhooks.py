"""/v1/webhooks: who is told of changes, with what secret, and what came of it. For administrators alone."""

import secrets
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Body, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api import answers
from api.deps import CursorText, Id, Limit, Posting, Reader, Writing
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
    merge_patch,
    problems,
    success,
)
from api.schemas import AttemptsPage, Replay, Subscription, SubscriptionChange, Trial, Webhook, WebhooksPage
from api.strict import AdminRoute, Router
from api.webhooks import Outcome, Sender, trial
from db import webhooks
from db.ledger import WriteUnit, instant
from db.members import Json
from db.pages import DEFAULT_LIMIT
from db.records import merged
from db.validation import validate

router = Router(prefix="/v1/webhooks", tags=["webhooks"], route_class=AdminRoute)
SHOWN_ONCE = "secret"
CHANGEABLE = ("url", "description", "filter", "state")
READ = {
    "read": link("get_webhook", id=ITS_ID),
    "attempts": link("list_webhook_attempts", id=ITS_ID),
    **{
        name: link(f"{name}_webhook{rest}", id=ITS_ID)
        for name, rest in (("test", ""), ("replay", ""), ("rotate", "_secret"))
    },
}
MERGE_PATCH = merge_patch(
    "A JSON merge patch: of `url`, `description`, `filter` and `state` those to change, null for those to remove."
)


@router.get(
    "",
    operation_id="list_webhooks",
    summary="List webhooks",
    response_model=WebhooksPage,
    responses=success(200, "One page", "ETag", "Link", links={"next": link("list_webhooks", cursor=NEXT)})
    | NOT_MODIFIED
    | problems(*LISTING, "not-allowed"),
    openapi_extra=IF_NONE_MATCH,
)
def list_webhooks(
    request: Request, reader: Reader, limit: Limit = DEFAULT_LIMIT, cursor: CursorText = None
) -> Response:
    """By id, without their secrets."""
    with reader.connect() as connection:
        found = webhooks.find(connection, limit, cursor)
    return answers.told(request, found)


@router.post(
    "",
    status_code=201,
    operation_id="create_webhook",
    summary="Add a webhook",
    response_model=Webhook,
    responses=success(201, "The webhook, with its secret", "Location", *AFTER_A_POST, links=READ)
    | problems(*SENDING, "taken"),
)
async def create_webhook(posting: Posting, subscription: Annotated[Subscription, Body()]) -> Response:
    """From now on each change that passes the filter is sent to it as a CloudEvent, in the order of the ledger, one
    after the other, signed as Standard Webhooks 1.0 asks. Whatever is not answered 200 to 299 is sent again: what comes
    twice has the same `webhook-id`, the `seq`. The `secret` is shown now and never again.
    """

    def add(unit: WriteUnit) -> Response:
        members = subscription.model_dump(exclude_none=True)
        added = webhooks.add(unit, **{"description": None, "id": None} | members)
        return answers.added(unit, f"/v1/webhooks/{added['id']}", added)

    return await posting.write(None, add, secret=SHOWN_ONCE)


@router.get(
    "/{id}",
    operation_id="get_webhook",
    summary="Read one webhook",
    response_model=Webhook,
    responses=success(200, "The webhook", "ETag", links=READ)
    | NOT_MODIFIED
    | problems(*READING, "not-allowed", "not-found"),
    openapi_extra=IF_NONE_MATCH,
)
def get_webhook(request: Request, reader: Reader, id: Id) -> Response:
    """How far it is, whether it fails, whether it is disabled and why; without its secret."""
    with reader.connect() as connection:
        found = webhooks.get(connection, id)
    return answers.data(request, found)


@router.patch(
    "/{id}",
    operation_id="change_webhook",
    summary="Change one webhook",
    response_model=Webhook,
    responses=success(200, "The webhook as it is now", "Bilateral-Seq", links=READ) | problems(*SENDING, "not-found"),
    openapi_extra=MERGE_PATCH,
)
async def change_webhook(writing: Writing, id: Id, changes: Annotated[Json, Body()]) -> Response:
    """RFC 7396. One that is disabled goes on where it was when its `state` is `active` again. Failures before the
    change count no more, and it is tried again at once.
    """

    def change(unit: WriteUnit) -> Response:
        before = {name: value for name, value in webhooks.get(unit.connection, id).items() if name in CHANGEABLE}
        after = validate(SubscriptionChange, merged(before, changes)).model_dump(exclude_none=True)
        return answers.changed(unit, webhooks.change(unit, id, {"description": None} | after))

    return await writing.write(None, change)


@router.delete(
    "/{id}",
    status_code=204,
    operation_id="remove_webhook",
    summary="Remove one webhook",
    responses=success(204, "Removed", "Bilateral-Seq") | problems(*WRITING, "not-found"),
)
async def remove_webhook(writing: Writing, id: Id) -> Response:
    """With its secret and its attempts; nothing more is sent to it."""

    def remove(unit: WriteUnit) -> Response:
        webhooks.remove(unit, id)
        return answers.withdrawn(unit)

    return await writing.write(None, remove)


@router.post(
    "/{id}/secret",
    operation_id="rotate_webhook_secret",
    summary="Give a webhook another secret",
    response_model=Webhook,
    responses=success(200, "The webhook, with its new secret", *AFTER_A_POST, links=READ)
    | problems(*WRITING, "not-found"),
)
async def rotate_webhook_secret(posting: Posting, id: Id) -> Response:
    """The one before signs too for a day, until `previous_until`. The `secret` is shown now and never again."""

    def rotate(unit: WriteUnit) -> Response:
        return answers.changed(unit, webhooks.rotate(unit, id))

    return await posting.write(None, rotate, secret=SHOWN_ONCE)


@router.post(
    "/{id}/test",
    operation_id="test_webhook",
    summary="Try a webhook",
    response_model=Trial,
    responses=success(200, "What came of it", links={"webhook": link("get_webhook", id=THE_SAME_ID)})
    | problems(*READING, "not-allowed", "not-found"),
)
async def test_webhook(request: Request, reader: Reader, id: Id) -> Response:
    """Sends an event of the type `bilateral.webhook.test`, now and once, to a disabled webhook too. Nothing changes."""
    row = await run_in_threadpool(_row_of, reader, id)
    outcome = await _try(request, row)
    return answers.plain({name: value for name, value in outcome._asdict().items() if value is not None})


def _row_of(reader: sa.Engine, id: str) -> sa.Row[Any]:
    with reader.connect() as connection:
        return webhooks.row_of(connection, id)


async def _try(request: Request, webhook: sa.Row[Any]) -> Outcome:
    state = request.app.state
    id, now = f"test-{secrets.token_hex(8)}", state.clock()
    event = trial(webhook.id, id, instant(now))
    async with Sender(state.settings, state.resolve) as sender:
        return await sender.send(webhook.url, webhooks.secrets_of(webhook, now), id, event, now)


@router.post(
    "/{id}/replay",
    operation_id="replay_webhook",
    summary="Tell a webhook once more",
    response_model=Webhook,
    responses=success(200, "The webhook as it is now", *AFTER_A_POST, links=READ) | problems(*SENDING, "not-found"),
)
async def replay_webhook(posting: Posting, id: Id, wanted: Annotated[Replay, Body()]) -> Response:
    """It goes on behind this `seq`, wherever it was: back, or ahead. What was sent before has the same `webhook-id`."""

    def replay(unit: WriteUnit) -> Response:
        return answers.changed(unit, webhooks.replay(unit, id, wanted.after))

    return await posting.write(None, replay)


@router.get(
    "/{id}/attempts",
    operation_id="list_webhook_attempts",
    summary="What came of telling a webhook",
    response_model=AttemptsPage,
    responses=success(
        200, "One page", "ETag", "Link", links={"next": link("list_webhook_attempts", id=THE_SAME_ID, cursor=NEXT)}
    )
    | NOT_MODIFIED
    | problems(*LISTING, "not-allowed", "not-found"),
    openapi_extra=IF_NONE_MATCH,
)
def list_webhook_attempts(
    request: Request, reader: Reader, id: Id, limit: Limit = DEFAULT_LIMIT, cursor: CursorText = None
) -> Response:
    """The newest first: status, time taken, the beginning of the answer, or why there was none. 500 are kept."""
    with reader.connect() as connection:
        found = webhooks.attempts(connection, id, limit, cursor)
    return answers.told(request, found)
