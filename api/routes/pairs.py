"""/v1/pairs: what two states concluded year by year, as JSON and as CSV."""

import csv
import io
from dataclasses import dataclass
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, Path, Query, Request
from starlette.responses import Response

from api import answers
from api.deps import Reader
from api.replies import IF_NONE_MATCH, NOT_MODIFIED, READING, Replies, headers, link, problems, success
from api.strict import Router, StrictRoute
from db.answers import PairProfile
from db.members import Json, Maybe
from db.moments import today
from db.pairs import BY_WHAT, COUNTED, profile
from db.queries import FLAG, IDS, read

router = Router(prefix="/v1/pairs", tags=["pairs"], route_class=StrictRoute)
One = Annotated[
    str,
    Path(
        pattern=r"^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$",
        max_length=100,
        description="An organization's id, or a state's ISO 3166-1 alpha-3 code, in any case.",
    ),
]
By = Annotated[
    Maybe[str],
    Query(pattern=f"^({'|'.join(BY_WHAT)})$", description="Tell the counts of a year apart by `form` or `subject`."),
]
Predecessors = Annotated[
    Maybe[str],
    Query(json_schema_extra=FLAG.schema, description="Whether organizations in whose place they came count too."),
]
Until = Annotated[
    Maybe[str],
    Query(
        pattern="^([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])$",
        description="The last year to tell; left out: this one.",
        examples=["2022"],
    ),
]
TABLE: Replies = {
    200: {
        "description": "The same rows",
        "headers": headers("ETag"),
        "content": {"text/csv": {"schema": {"type": "string"}, "example": f"year,{','.join(COUNTED)}\r\n"}},
    }
}
CSV = "text/csv; charset=utf-8; header=present"


@dataclass(frozen=True)
class Pair:
    """Which two, and what of them is asked."""

    first: str
    second: str
    by: str | None
    until: int | None
    predecessors: bool


async def asked(first: One, second: One, by: By = None, until: Until = None, predecessors: Predecessors = None) -> Pair:
    """Which two, and what of them is asked."""
    follows = predecessors is not None and read("predecessors", FLAG, predecessors)
    one, other = read("first", IDS, first)[0], read("second", IDS, second)[0]
    return Pair(one, other, by, int(until) if until is not None else None, follows)


Asked = Annotated[Pair, Depends(asked)]


@router.get(
    "/{first}/{second}.csv",
    operation_id="get_pair_table",
    summary="The agreements of two states by year, as CSV",
    response_class=Response,
    responses=TABLE | NOT_MODIFIED | problems(*READING),
    openapi_extra=IF_NONE_MATCH,
)
def get_pair_table(request: Request, reader: Reader, pair: Asked) -> Response:
    """The rows of `/v1/pairs/{first}/{second}`, with a line of names above them."""
    return answers.text(request, _csv(_years(request, reader, pair), pair.by), CSV)


@router.get(
    "/{first}/{second}",
    operation_id="get_pair",
    summary="The agreements of two states by year",
    response_model=PairProfile,
    responses=success(200, "The profile", "ETag", links={"agreements": link("list_agreements")})
    | NOT_MODIFIED
    | problems(*READING),
    openapi_extra=IF_NONE_MATCH,
)
def get_pair(request: Request, reader: Reader, pair: Asked) -> Response:
    """How many they signed in each year, and how many were in force at its end, with what is imprecise or presumed.

    An agreement about two subjects counts for both.
    """
    years = _years(request, reader, pair)
    return answers.data(request, {"first": pair.first, "second": pair.second, "years": years})


def _years(request: Request, reader: sa.Engine, pair: Pair) -> list[Json]:
    moment = today(request.app.state.clock())
    last = moment.today.year if pair.until is None else pair.until
    with reader.connect() as connection:
        both = (pair.first, pair.second)
        return profile(connection, both, moment, last, pair.by, predecessors=pair.predecessors)


def _csv(years: list[Json], by: str | None) -> str:
    text = io.StringIO()
    table = csv.DictWriter(text, ["year", *([by] if by else []), *COUNTED])
    table.writeheader()
    table.writerows(years)
    return text.getvalue()
