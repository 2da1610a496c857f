"""/v1/findings: what contradicts itself in agreements, or cannot be told, to be looked through by people."""

from typing import Annotated

from fastapi import Body, Query, Request
from starlette.responses import Response

from api import answers
from api.deps import CursorText, FindingId, Limit, Posting, Reader
from api.replies import (
    AFTER_A_POST,
    IF_NONE_MATCH,
    ITS_ID,
    LISTING,
    NEXT,
    NOT_MODIFIED,
    READING,
    SENDING,
    link,
    problems,
    success,
)
from api.schemas import FindingsPage, Judgement
from api.strict import Router, StrictRoute
from db import findings
from db.answers import Finding
from db.ledger import WriteUnit
from db.members import Maybe
from db.pages import DEFAULT_LIMIT
from db.queries import IDS, WORDS

router = Router(prefix="/v1/findings", tags=["findings"], route_class=StrictRoute)
State = Annotated[Maybe[str], Query(json_schema_extra=WORDS.schema, description="A word of `finding_state`.")]
Kind = Annotated[Maybe[str], Query(json_schema_extra=WORDS.schema, description="A word of `finding_kind`.")]
Of = Annotated[Maybe[str], Query(json_schema_extra=IDS.schema, description="Found in this agreement.")]
AGREEMENT = link("get_agreement", id="$response.body#/resource")


@router.get(
    "",
    operation_id="list_findings",
    summary="List findings",
    response_model=FindingsPage,
    responses=success(200, "One page", "ETag", "Link", links={"next": link("list_findings", cursor=NEXT)})
    | NOT_MODIFIED
    | problems(*LISTING),
    openapi_extra=IF_NONE_MATCH,
)
def list_findings(
    request: Request,
    reader: Reader,
    state: State = None,
    kind: Kind = None,
    agreement: Of = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: CursorText = None,
) -> Response:
    """What contradicts itself in agreements, or cannot be told: recorded dates that no clause gives, several dates for
    one thing, acts of nobody. Nothing of it was refused; each stays until it no longer holds.
    """
    given = {"state": state, "kind": kind, "agreement": agreement}
    with reader.connect() as connection:
        filters = {name: text for name, text in given.items() if text is not None}
        found = findings.find(connection, filters, limit, cursor)
    return answers.told(request, found)


@router.get(
    "/{id}",
    operation_id="get_finding",
    summary="Read one finding",
    response_model=Finding,
    responses=success(200, "The finding", "ETag", links={"agreement": AGREEMENT})
    | NOT_MODIFIED
    | problems(*READING, "not-found"),
    openapi_extra=IF_NONE_MATCH,
)
def get_finding(request: Request, reader: Reader, id: FindingId) -> Response:
    """What it is about, since when, and what people say of it."""
    with reader.connect() as connection:
        found = findings.get(connection, id)
    return answers.data(request, found)


@router.post(
    "/{id}/state",
    operation_id="judge_finding",
    summary="Accept a finding, or open it again",
    response_model=Finding,
    responses=success(200, "The finding as it is now", *AFTER_A_POST, links={"read": link("get_finding", id=ITS_ID)})
    | problems(*SENDING, "not-found"),
)
async def judge_finding(posting: Posting, id: FindingId, judgement: Annotated[Judgement, Body()]) -> Response:
    """Accepted: it is so, and stays so, for the reason given. What no longer holds is resolved by itself."""

    def judge(unit: WriteUnit) -> Response:
        return answers.changed(unit, findings.judge(unit, id, judgement.state, judgement.reason))

    return await posting.write(judgement.reason, judge)
