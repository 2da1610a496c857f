"""/healthz and /readyz: for whoever keeps the service running."""

import sqlalchemy as sa
from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from api.replies import problems, success
from api.schemas import Health
from api.strict import OpenRoute, Router
from db import migrate

router = Router(tags=["health"], route_class=OpenRoute)


@router.get(
    "/healthz",
    operation_id="check_health",
    summary="Whether the process answers",
    response_model=Health,
    openapi_extra={"security": []},
    responses=success(200, "It does") | problems("not-parseable", "url-too-long", "invalid"),
)
async def check_health() -> Response:
    """Touches nothing, so it answers at once."""
    return JSONResponse({"status": "alive"})


@router.get(
    "/readyz",
    operation_id="check_readiness",
    summary="Whether requests can be served",
    response_model=Health,
    openapi_extra={"security": []},
    responses=success(200, "They can")
    | problems("not-parseable", "url-too-long", "invalid", "database-unavailable", "schema-not-at-head"),
)
async def check_readiness(request: Request) -> Response:
    """The database answers and its schema is at head; else 503."""
    await run_in_threadpool(_check, request.app.state.engine)
    return JSONResponse({"status": "ready"})


def _check(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        migrate.check(connection)
