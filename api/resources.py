"""The nine operations that every collection has, made once: what the interface fixes stands here and nowhere else."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import Body, Query, Request
from pydantic import BaseModel, ConfigDict, Field, create_model
from starlette.responses import Response

from api import answers
from api.deps import (
    MAX_LIMIT,
    AskedOf,
    Compare,
    Count,
    CursorText,
    Id,
    IfMatch,
    IfMatchIfAny,
    Limit,
    Posting,
    PutCondition,
    Reader,
    Reason,
    RequiredReason,
    Version,
    Writing,
)
from api.replies import (
    AFTER_A_POST,
    CHANGING,
    IF_NONE_MATCH,
    ITS_ID,
    LISTING,
    NEXT,
    NOT_MODIFIED,
    READING,
    SENDING,
    THE_SAME_ID,
    WRITING,
    Replies,
    link,
    merge_patch,
    problems,
    success,
)
from api.schemas import ANSWERED, Comparison, Restoration, page_of, revision_of
from api.strict import Router, StrictRoute
from api.writing import Addition
from db import comparing, ledger, pages, records
from db.documents import Record
from db.ledger import WriteUnit
from db.members import Json, LeftOut
from db.moments import today
from db.pages import DEFAULT_LIMIT
from db.pages import Query as Asked
from db.queries import Filter
from db.records import Collection

MERGE_PATCH = merge_patch("A JSON merge patch: the members to change, null for those to remove.")
CLASHES: Mapping[str, tuple[str, ...]] = {"agreement": ("taken",), "organization": ("still-named",)}
"""How a change can clash with other records: ids of the parts of a dossier; a state that others name as theirs."""
PARTS = ("signatories", "delegations", "events")
"""The collections that have a list below an agreement too."""


def filters_of(collection: Collection) -> type[BaseModel]:
    """The parameters of a collection's list, from its table of filters."""
    sorts = "; ".join(f"`{name}`: {sort.description}" for name, sort in collection.sorts.items())
    described = f"{sorts}. The default is `{next(iter(collection.sorts))}`."
    known: dict[str, Any] = {"enum": list(collection.sorts)}
    members: dict[str, Any] = {name: _parameter(each) for name, each in collection.filters.items()}
    members["sort"] = (Annotated[str | None, LeftOut()], Field(None, description=described, json_schema_extra=known))
    config = ConfigDict(extra="ignore")
    return create_model(f"{collection.name.capitalize()}Filters", __config__=config, **members)


def _parameter(filter_: Filter) -> Any:
    text = Annotated[str, Field(json_schema_extra={**filter_.reader.schema, "examples": [filter_.example]})]
    described = f"{filter_.description} For example `{filter_.example}`."
    if filter_.repeated:
        return list[text], Field(default=[], description=described, examples=[[filter_.example]])
    return Annotated[text | None, LeftOut()], Field(default=None, description=described)


def asked(
    request: Request,
    filters: BaseModel,
    limit: int,
    cursor: str | None,
    count: bool,
    more: Mapping[str, str] | None = None,
) -> Asked:
    """What a list was asked for."""
    texts: dict[str, list[str]] = {name: [text] for name, text in (more or {}).items()}
    for name, value in filters.model_dump(exclude={"sort"}).items():
        given = value if isinstance(value, list) else [value] if value is not None else []
        texts[name] = texts.get(name, []) + given
    now = request.app.state.clock()
    return Asked(texts, now, filters.sort, limit, cursor, count)  # type: ignore[attr-defined]  # made above


def typed(endpoint: Callable[..., Any], **types: Any) -> Callable[..., Any]:
    """The endpoint with the types that only its collection knows."""
    endpoint.__annotations__.update(types)
    return endpoint


def router_of(collection: Collection, description: str, *, adding: str = "") -> Router:
    """The router of a collection, with its nine operations; `adding` says what is special about a POST."""
    router = Router(prefix=f"/v1/{collection.name}", tags=[collection.name], route_class=StrictRoute)
    _add_reading(router, collection, description)
    _add_writing(router, collection, adding)
    _add_history(router, collection)
    return router


def _add_reading(router: Router, collection: Collection, description: str) -> None:
    kind, name = collection.kind, collection.name
    record = ANSWERED[collection.shape]
    leads = {"next": link(f"list_{name}", cursor=NEXT), "first": link(f"get_{kind}", id="$response.body#/items/0/id")}
    below = {"history": link(f"list_{kind}_revisions", id=ITS_ID), "comparison": link(f"compare_{kind}", id=ITS_ID)}
    if kind == "agreement":
        below |= {part: link(f"list_agreement_{part}", id=ITS_ID) for part in (*PARTS, "findings")}
        below |= {told: link(f"get_agreement_{told}", id=ITS_ID) for told in ("status", "denunciation")}

    def find(
        request: Request,
        reader: Reader,
        filters: Any,
        limit: Limit = DEFAULT_LIMIT,
        cursor: CursorText = None,
        count: Count = False,
    ) -> Response:
        with reader.connect() as connection:
            found = pages.find(connection, collection, asked(request, filters, limit, cursor, count))
        return answers.page(request, found)

    def get(request: Request, reader: Reader, id: Id, asked_of: AskedOf) -> Response:
        with reader.connect() as connection:
            answer = records.get(connection, collection, id, asked_of(connection))
        return answers.one(request, answer)

    router.add_api_route(
        "",
        typed(find, filters=Annotated[filters_of(collection), Query()]),
        methods=["GET"],
        operation_id=f"list_{name}",
        summary=f"List {name}",
        description=f"{description} A page has at most {MAX_LIMIT}; `next` and `Link` lead on. All filters must hold; "
        "a value that nobody has finds nothing.",
        response_model=page_of(record),
        responses=success(200, "One page", "ETag", "Link", links=leads) | NOT_MODIFIED | problems(*LISTING),
        openapi_extra=IF_NONE_MATCH,
    )
    router.add_api_route(
        "/{id}",
        get,
        methods=["GET"],
        operation_id=f"get_{kind}",
        summary=f"Read one {kind}",
        description="As it is now, with who says so (`citations`) and what the service adds (`meta`). "
        "A withdrawn one is 410; its history stays.",
        response_model=record,
        responses=success(200, f"The {kind}", "ETag", links=below)
        | NOT_MODIFIED
        | problems(*READING, "not-found", "withdrawn"),
        openapi_extra=IF_NONE_MATCH,
    )


def _add_writing(router: Router, collection: Collection, adding: str) -> None:
    kind, shape = collection.kind, collection.shape
    record = ANSWERED[shape]
    document: Any = Annotated[shape, Body()]

    async def create(posting: Posting, document: Record, reason: Reason = None) -> Response:
        return await posting.write(reason, Addition(collection, document))

    async def replace(
        writing: Writing, id: Id, document: Record, condition: PutCondition, reason: Reason = None
    ) -> Response:
        def put(unit: WriteUnit) -> Response:
            new = records.put(unit, collection, id, document, condition.expected, create=condition.create)
            answer = records.get(unit.connection, collection, id, today(unit.clock()))
            return answers.created(unit, collection, id, answer) if new else answers.written(unit, answer)

        return await writing.write(reason, put)

    async def change(
        writing: Writing,
        id: Id,
        changes: Annotated[Json, Body()],
        expected: IfMatch,
        reason: Reason = None,
    ) -> Response:
        def patch(unit: WriteUnit) -> Response:
            records.patch(unit, collection, id, changes, expected)
            answer = records.get(unit.connection, collection, id, today(unit.clock()))
            return answers.written(unit, answer)

        return await writing.write(reason, patch)

    async def withdraw(writing: Writing, id: Id, expected: IfMatch, reason: RequiredReason) -> Response:
        def remove(unit: WriteUnit) -> Response:
            records.withdraw(unit, collection, id, expected)
            return answers.withdrawn(unit)

        return await writing.write(reason, remove)

    async def restore(
        posting: Posting, id: Id, wanted: Annotated[Restoration, Body()], expected: IfMatchIfAny
    ) -> Response:
        def bring_back(unit: WriteUnit) -> Response:
            records.restore(unit, collection, id, wanted.version, expected)
            answer = records.get(unit.connection, collection, id, today(unit.clock()))
            return answers.written(unit, answer)

        return await posting.write(wanted.reason, bring_back)

    history = link(f"list_{kind}_revisions", id=THE_SAME_ID)
    gone = {"history": history, "restore": link(f"restore_{kind}", id=THE_SAME_ID)}
    it = {"read": link(f"get_{kind}", id=ITS_ID)}
    changed = success(200, f"The {kind} as it is now", "ETag", "Bilateral-Seq", links={"history": history})
    restored = success(200, f"The {kind} as it is now", *AFTER_A_POST, "ETag", links={"history": history})
    added = success(201, f"The {kind} that was added", "ETag", "Location", *AFTER_A_POST, links=it)
    clashes = CLASHES.get(kind, ())
    named = () if kind == "signatory" else ("still-named",)
    router.add_api_route(
        "",
        typed(create, document=document),
        methods=["POST"],
        status_code=201,
        operation_id=f"create_{kind}",
        summary=f"Add {_one(kind)}",
        description=f"The id is the client's, or made from the facts. The answer is what GET would give.{adding}",
        response_model=record,
        responses=added | problems(*SENDING, "taken"),
    )
    router.add_api_route(
        "/{id}",
        typed(replace, document=document),
        methods=["PUT"],
        operation_id=f"replace_{kind}",
        summary=f"Replace one {kind}",
        description="With `If-None-Match: *` it is created under this id; with `If-Match` it is changed. What GET "
        "returned may be sent as it is: what changes nothing adds no version.",
        response_model=record,
        responses=changed | _with_model(added, record) | problems(*SENDING, *CHANGING, *clashes),
    )
    router.add_api_route(
        "/{id}",
        change,
        methods=["PATCH"],
        operation_id=f"change_{kind}",
        summary=f"Change members of one {kind}",
        description="RFC 7396: members are replaced, null removes one, a list is replaced whole.",
        response_model=record,
        responses=changed | problems(*SENDING, *CHANGING, *(clash for clash in clashes if clash != "taken")),
        openapi_extra=MERGE_PATCH,
    )
    router.add_api_route(
        "/{id}",
        withdraw,
        methods=["DELETE"],
        status_code=204,
        operation_id=f"withdraw_{kind}",
        summary=f"Withdraw one {kind}",
        description="Its id stays taken and its history is kept. Not while other records name it; an agreement "
        "takes its signatories along, and its events stay and keep naming it.",
        responses=success(204, "Withdrawn", "Bilateral-Seq", links=gone) | problems(*WRITING, *CHANGING, *named),
    )
    router.add_api_route(
        "/{id}/restore",
        restore,
        methods=["POST"],
        operation_id=f"restore_{kind}",
        summary=f"Bring back a version of one {kind}",
        description="Whether it was withdrawn or not: that version's own members become the newest.",
        response_model=record,
        responses=restored
        | problems(*SENDING, "not-found", "stale", *(clash for clash in clashes if clash != "taken")),
    )


def _one(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeo" else f"a {kind}"


def _with_model(replies: Replies, model: Any) -> Replies:
    return {status: reply | {"model": model} for status, reply in replies.items()}


def _add_history(router: Router, collection: Collection) -> None:
    kind = collection.kind
    revision = revision_of(collection.shape)
    versions = {
        "next": link(f"list_{kind}_revisions", id=THE_SAME_ID, cursor=NEXT),
        "first": link(f"get_{kind}_revision", id=THE_SAME_ID, version="$response.body#/items/0/version"),
    }

    def history(
        request: Request,
        reader: Reader,
        id: Id,
        limit: Limit = DEFAULT_LIMIT,
        cursor: CursorText = None,
    ) -> Response:
        with reader.connect() as connection:
            found = pages.history(connection, collection, id, limit, cursor)
        return answers.revisions(request, found)

    def compare(request: Request, reader: Reader, id: Id, compare: Compare) -> Response:
        first, _, second = compare.partition("..")
        with reader.connect() as connection:
            found = comparing.compare(connection, kind, id, int(first), int(second))
        return answers.comparison(request, found)

    def get_version(reader: Reader, id: Id, version: Version) -> Response:
        with reader.connect() as connection:
            found = ledger.revision(connection, kind, id, version)
        return Response(answers.revision(found), media_type=answers.JSON)

    router.add_api_route(
        "/{id}/revisions",
        history,
        methods=["GET"],
        operation_id=f"list_{kind}_revisions",
        summary=f"The history of one {kind}",
        description="Every version, oldest first, of withdrawn records too: who recorded it, when and why.",
        response_model=page_of(revision),
        responses=success(200, "One page of versions", "ETag", "Link", links=versions)
        | NOT_MODIFIED
        | problems(*LISTING, "not-found"),
        openapi_extra=IF_NONE_MATCH,
    )
    router.add_api_route(
        "/{id}/revisions/{version}",
        get_version,
        methods=["GET"],
        operation_id=f"get_{kind}_revision",
        summary=f"One version of one {kind}",
        description="As it was recorded then, of withdrawn records too.",
        response_model=revision,
        responses=success(200, "The version") | problems(*READING, "not-found"),
    )
    history_of = {"history": link(f"list_{kind}_revisions", id=THE_SAME_ID)}
    router.add_api_route(
        "/{id}/comparison",
        compare,
        methods=["GET"],
        operation_id=f"compare_{kind}",
        summary=f"What changed between two versions of one {kind}",
        description="A JSON Patch (RFC 6902) from the one to the other, in either order, with who recorded each of "
        "them, when and why; of withdrawn records too.",
        response_model=Comparison,
        responses=success(200, "The comparison", "ETag", links=history_of)
        | NOT_MODIFIED
        | problems(*READING, "not-found"),
        openapi_extra=IF_NONE_MATCH,
    )
