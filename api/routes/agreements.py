"""/v1/agreements: dossiers, and what hangs on one of them as lists of their own."""

from typing import Annotated, Any

from fastapi import Query, Request
from starlette.responses import Response

from api import answers
from api.deps import AskedOn, Count, CursorText, Id, Limit, NoticeAsked, Reader
from api.replies import IF_NONE_MATCH, LISTING, NEXT, NOT_MODIFIED, READING, THE_SAME_ID, link, problems, success
from api.resources import PARTS, asked, filters_of, router_of, typed
from api.schemas import ANSWERED, FindingsPage, page_of
from db import findings, pages, records
from db.agreements import AGREEMENTS, denounced, status_on
from db.answers import Denunciation, Status
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

    record = ANSWERED[collection.shape]
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


@router.get(
    "/{id}/status",
    operation_id="get_agreement_status",
    summary="The status of one agreement on a day",
    response_model=Status,
    responses=success(200, "The status", "ETag", links={"agreement": link("get_agreement", id=THE_SAME_ID)})
    | NOT_MODIFIED
    | problems(*READING, "not-found", "withdrawn"),
    openapi_extra=IF_NONE_MATCH,
)
def get_status(request: Request, reader: Reader, id: Id, asked_on: AskedOn) -> Response:
    """What was so on a day, as known on another: by which rule, on whose word, and what is still owed by whom.

    Of days to come, and of days after `known_at`, nothing is known better than presumed.
    """
    with reader.connect() as connection:
        told = status_on(connection, id, asked_on(connection))
    return answers.data(request, told)


@router.get(
    "/{id}/denunciation",
    operation_id="get_agreement_denunciation",
    summary="What a denunciation would bring about",
    response_model=Denunciation,
    responses=success(200, "When it would end", "ETag", links={"agreement": link("get_agreement", id=THE_SAME_ID)})
    | NOT_MODIFIED
    | problems(*READING, "not-found", "withdrawn"),
    openapi_extra=IF_NONE_MATCH,
)
def get_denunciation(request: Request, reader: Reader, id: Id, notice: NoticeAsked) -> Response:
    """If a notice were received on this day: when the agreement would end, at which boundary, and what survives.

    Notices that are recorded count too; the earliest end is told. Nothing is written.
    """
    with reader.connect() as connection:
        moment = today(request.app.state.clock())
        told = denounced(connection, id, notice.received, notice.by, moment)
    return answers.data(request, told)


@router.get(
    "/{id}/findings",
    operation_id="list_agreement_findings",
    summary="What contradicts itself in one agreement",
    response_model=FindingsPage,
    responses=success(
        200, "One page", "ETag", "Link", links={"next": link("list_agreement_findings", id=THE_SAME_ID, cursor=NEXT)}
    )
    | NOT_MODIFIED
    | problems(*LISTING, "not-found", "withdrawn"),
    openapi_extra=IF_NONE_MATCH,
)
def list_agreement_findings(
    request: Request, reader: Reader, id: Id, limit: Limit = DEFAULT_LIMIT, cursor: CursorText = None
) -> Response:
    """The same list as `/v1/findings?agreement=` gives; 404 if there is no such agreement."""
    with reader.connect() as connection:
        records.get(connection, AGREEMENTS, id, today(request.app.state.clock()))
        found = findings.find(connection, {"agreement": id}, limit, cursor)
    return answers.told(request, found)


for _name in PARTS:
    _add_nested(REGISTER[_name])
