"""/v1/agreements: dossiers, and what hangs on one of them as lists of their own."""

from typing import Annotated, Any

from fastapi import Query, Request
from starlette.responses import Response

from api import answers
from api.deps import Count, CursorText, Id, Limit, Reader
from api.replies import IF_NONE_MATCH, LISTING, NEXT, NOT_MODIFIED, THE_SAME_ID, link, problems, success
from api.resources import PARTS, asked, filters_of, router_of, typed
from api.schemas import answered, page_of
from db import pages, records
from db.agreements import AGREEMENTS
from db.moments import today
from db.pages import DEFAULT_LIMIT
from db.records import Collection
from db.register import REGISTER

router = router_of(
    AGREEMENTS,
    "What two sides concluded, each with its parties, clauses, signatories and events.",
    adding=" A dossier is one request: its signatories and events may come with it, and are added in one transaction.",
)


def _add_nested(collection: Collection) -> None:
    def find(
        request: Request,
        reader: Reader,
        id: Id,
        filters: Any,
        limit: Limit = DEFAULT_LIMIT,
        cursor: CursorText = None,
        count: Count = False,
    ) -> Response:
        query = asked(request, filters, limit, cursor, count, {"agreement": id})
        with reader.connect() as connection:
            records.get(connection, AGREEMENTS, id, today(query.now))
            found = pages.find(connection, collection, query)
        return answers.page(request, found)

    record = answered(collection.shape)
    leads = {"next": link(f"list_agreement_{collection.name}", id=THE_SAME_ID, cursor=NEXT)}
    router.add_api_route(
        f"/{{id}}/{collection.name}",
        typed(find, filters=Annotated[filters_of(collection), Query()]),
        methods=["GET"],
        operation_id=f"list_agreement_{collection.name}",
        summary=f"The {collection.name} of one agreement",
        description=f"The same list as `/v1/{collection.name}?agreement=` gives; 404 if there is no such agreement.",
        response_model=page_of(record),
        responses=success(200, "One page", "ETag", "Link", links=leads)
        | NOT_MODIFIED
        | problems(*LISTING, "not-found", "withdrawn"),
        openapi_extra=IF_NONE_MATCH,
    )


for _name in PARTS:
    _add_nested(REGISTER[_name])
