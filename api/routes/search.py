"""/v1/search: words and names, in any script, over all collections."""

from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from api import answers
from api.deps import Collections, CursorText, Limit, Reader
from api.replies import IF_NONE_MATCH, LISTING, NEXT, NOT_MODIFIED, link, problems, success
from api.schemas import SearchPage
from api.strict import Router, StrictRoute
from db import search
from db.pages import DEFAULT_LIMIT
from db.queries import SEARCH
from db.register import REGISTER, named

router = Router(prefix="/v1/search", tags=["search"], route_class=StrictRoute)
Words = Annotated[
    str,
    Query(
        json_schema_extra=SEARCH.schema,
        description='All of these words; `"a phrase"`, `begin*`, `-without`. Capitals, accents, scripts do not matter.',
        examples=["Sergei Saveliev"],
    ),
]


@router.get(
    "",
    operation_id="list_hits",
    summary="Search all collections",
    response_model=SearchPage,
    responses=success(200, "One page", "ETag", "Link", links={"next": link("list_hits", cursor=NEXT)})
    | NOT_MODIFIED
    | problems(*LISTING),
    openapi_extra=IF_NONE_MATCH,
)
def search_all(
    request: Request,
    reader: Reader,
    q: Words,
    collection: Collections = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: CursorText = None,
) -> Response:
    """Titles and names in all languages, subjects, places, capacities, notes, identifiers; the best match first.

    A name is found however it is spelled: `Сергей Савельев`, `Sergueï Savelyev` and `Sergei Saveliev` are one. Of each
    collection at most 500 records are ranked, the newest; the whole list, with all its filters, is that of the
    collection with `q=`.
    """
    asked = named("collection", collection) or list(REGISTER.values())
    with reader.connect() as connection:
        found = search.find(connection, asked, q, limit, cursor)
    return answers.told(request, found)
