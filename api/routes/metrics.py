"""/metrics: what the service counts, for Prometheus."""

import sqlalchemy as sa
from fastapi import Request, Response

from api.deps import Reader
from api.metrics import MEDIA_TYPE
from api.replies import READING, Replies, problems
from api.strict import Router, StrictRoute
from db import ledger

router = Router(tags=["health"], route_class=StrictRoute)
TEXT: Replies = {
    200: {
        "description": "The metrics",
        "content": {"text/plain": {"schema": {"type": "string"}, "example": "bilateral_ledger_seq 285.0\n"}},
    }
}


@router.get(
    "/metrics",
    operation_id="read_metrics",
    summary="Counts and times, for Prometheus",
    response_class=Response,
    responses=TEXT | problems(*READING),
)
def read_metrics(request: Request, reader: Reader) -> Response:
    """Requests by method, route and status with their times, what is open, and where the ledger ends."""
    return Response(request.app.state.metrics.page(_seq(reader)), media_type=MEDIA_TYPE)


def _seq(reader: sa.Engine) -> int:
    with reader.connect() as connection:
        return ledger.newest(connection).seq
