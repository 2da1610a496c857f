"""/v1/deadlines: what must be done by when, as JSON and as a calendar."""

from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from api import answers
from api.calendar import MEDIA_TYPE, calendar_of
from api.deps import CursorText, Limit, Reader
from api.replies import IF_NONE_MATCH, LISTING, NEXT, NOT_MODIFIED, READING, Replies, headers, link, problems, success
from api.schemas import DeadlinesPage
from api.strict import Router, StrictRoute
from db import deadlines
from db.dates import Duration
from db.moments import Moment, today
from db.pages import DEFAULT_LIMIT
from db.queries import DURATION, IDS, read

router = Router(prefix="/v1", begins="/v1/deadlines", tags=["deadlines"], route_class=StrictRoute)
MOST_ENTRIES = 5_000
"""Deadlines in one calendar, at most: the most urgent."""
Within = Annotated[
    str, Query(json_schema_extra=DURATION.schema, description="How far ahead: an ISO 8601 duration such as `P12M`.")
]
Party = Annotated[
    list[Annotated[str, Query(json_schema_extra=IDS.schema)]],
    Query(
        description="A party, or the state of one, by id or ISO 3166-1 alpha-3 code. Given again: all of them.",
        max_length=10,
    ),
]
CALENDAR: Replies = {
    200: {
        "description": "The calendar",
        "headers": headers("ETag"),
        "content": {"text/calendar": {"schema": {"type": "string"}, "example": "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"}},
    }
}


@router.get(
    "/deadlines",
    operation_id="list_deadlines",
    summary="What must be done by when",
    response_model=DeadlinesPage,
    responses=success(
        200,
        "One page",
        "ETag",
        "Link",
        links={
            "next": link("list_deadlines", cursor=NEXT),
            "first": link("get_agreement", id="$response.body#/items/0/agreement"),
        },
    )
    | NOT_MODIFIED
    | problems(*LISTING),
    openapi_extra=IF_NONE_MATCH,
)
def list_deadlines(
    request: Request,
    reader: Reader,
    within: Within = "P12M",
    party: Party = [],  # noqa: B006  # FastAPI copies it
    limit: Limit = DEFAULT_LIMIT,
    cursor: CursorText = None,
) -> Response:
    """The agreements in force whose term ends soon, or the last day for a notice is near; the most urgent first.

    `due` is the first of the two days that lies ahead, today if one of them may be today. After a notice,
    `next_expiry` is the day on which it ends.
    """
    with reader.connect() as connection:
        asked = _asked(request, within, party)
        found = deadlines.find(connection, *asked, limit, cursor)
    return answers.told(request, found)


@router.get(
    "/deadlines.ics",
    operation_id="get_deadlines_calendar",
    summary="The same as a calendar",
    response_class=Response,
    responses=CALENDAR | NOT_MODIFIED | problems(*READING),
    openapi_extra=IF_NONE_MATCH,
)
def get_deadlines_calendar(
    request: Request,
    reader: Reader,
    within: Within = "P12M",
    party: Party = [],  # noqa: B006  # FastAPI copies it
) -> Response:
    """To subscribe to in a calendar program (RFC 5545): all-day entries, of one agreement always the same ones."""
    with reader.connect() as connection:
        asked = _asked(request, within, party)
        found = deadlines.find(connection, *asked, MOST_ENTRIES)
    name = ", ".join(["Treaty deadlines", *(each.upper() for each in party)])
    return answers.text(request, calendar_of(found.items, name).decode(), MEDIA_TYPE)


def _asked(request: Request, within: str, party: list[str]) -> tuple[Moment, Duration, list[list[str]]]:
    parties = [read("party", IDS, each) for each in party]
    return today(request.app.state.clock()), read("within", DURATION, within), parties
