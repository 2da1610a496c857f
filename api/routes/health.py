"""/healthz and /readyz: for whoever keeps the service running."""

import sqlalchemy as sa
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from api.resources import problems
from api.strict import OpenRoute
from db import migrate

router = APIRouter(tags=["health"], route_class=OpenRoute)


@router.get("/healthz", operation_id="check_health", summary="Whether the process answers")
async def check_health() -> dict[str, str]:
    """Alive: touches nothing, so it answers at once."""
    return {"status": "alive"}


@router.get(
    "/readyz",
    operation_id="check_readiness",
    summary="Whether requests can be served",
    responses=problems("schema-not-at-head"),
)
async def check_readiness(request: Request) -> dict[str, str]:
    """The database answers and its schema is at head; else 503."""
    await run_in_threadpool(_check, request.app.state.engine)
    return {"status": "ready"}


def _check(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        migrate.check(connection)
