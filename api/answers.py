"""How records leave: the stored bytes, spliced, with their tags; nothing is rendered again."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from fastapi import Request
from starlette.responses import Response

from api.encodings import packed
from db.comparing import Comparison
from db.documents import text_of
from db.ledger import WriteUnit
from db.members import Json
from db.pages import Found, History, Page
from db.records import Answer, Collection

JSON = "application/json"
VARIES = {"Vary": "Accept-Encoding"}
"""Said of all that may be packed, whether it is or not."""


def tag_of(answer: Answer) -> str:
    """The strong tag of one record: its version, and a digest of the very bytes."""
    return f'"{answer.version}-{_digest(answer.body)}"'


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:8]


def _is_known(request: Request, tag: str) -> bool:
    """Whether the client holds this already (RFC 9110, 13.1.2: the weak comparison)."""
    given = request.headers.get("if-none-match")
    if given is None:
        return False
    return given.strip() == "*" or tag.removeprefix("W/") in (
        each.strip().removeprefix("W/") for each in given.split(",")
    )


def one(request: Request, answer: Answer) -> Response:
    """One record, or 304 if the client holds it already."""
    return _as_it_is(request, answer.body, tag_of(answer))


def _as_it_is(request: Request, body: str, tag: str) -> Response:
    """Under a strong tag, which stands for the very bytes: never packed."""
    headers = {"ETag": tag}
    if _is_known(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=JSON)


def _packed(request: Request, body: str, tag: str, media_type: str = JSON) -> Response:
    """Under a weak tag, which stands for what is said: in the coding that the client likes best.

    Nothing secret is ever answered so: it could be guessed by how small it becomes.
    """
    headers = {"ETag": tag} | VARIES
    if _is_known(request, tag):
        return Response(status_code=304, headers=headers)
    content, coding = packed(body.encode(), ",".join(request.headers.getlist("accept-encoding")))
    return Response(content, headers=headers | ({"Content-Encoding": coding} if coding else {}), media_type=media_type)


def text(request: Request, body: str, media_type: str = JSON) -> Response:
    """A text that is no record, or 304 if the client holds it already."""
    return _packed(request, body, f'W/"{_digest(body)}"', media_type)


def data(request: Request, members: Json) -> Response:
    """Something that is no record, or 304 if the client holds it already."""
    body = text_of(members)
    return _as_it_is(request, body, f'"{_digest(body)}"')


def changed(unit: WriteUnit, members: Json) -> Response:
    """Something that is no record, after it was changed."""
    return Response(text_of(members), headers=_seq(unit), media_type=JSON)


def added(unit: WriteUnit, location: str, members: Json) -> Response:
    """Something that is no record, and where it is."""
    return Response(text_of(members), 201, {"Location": location} | _seq(unit), media_type=JSON)


def plain(members: Json) -> Response:
    """Something that nobody keeps."""
    return Response(text_of(members), media_type=JSON)


def told(request: Request, found: Page) -> Response:
    """One page of what are no records, with a link to the next."""
    items = [text_of(item) for item in found.items]
    return _page(request, f'W/"{found.seq}-{_digest("".join(items))}"', items, found.next)


def written(unit: WriteUnit, answer: Answer) -> Response:
    """One record after it was changed."""
    return Response(answer.body, headers={"ETag": tag_of(answer)} | _seq(unit), media_type=JSON)


def created(unit: WriteUnit, collection: Collection, id: str, answer: Answer) -> Response:
    """One record that is new, and where it is."""
    response = written(unit, answer)
    response.status_code = 201
    response.headers["Location"] = f"/v1/{collection.name}/{id}"
    return response


def withdrawn(unit: WriteUnit) -> Response:
    """Nothing more to say."""
    return Response(status_code=204, headers=_seq(unit))


def _seq(unit: WriteUnit) -> dict[str, str]:
    return {"Bilateral-Seq": str(unit.newest.seq)}


def page(request: Request, found: Found) -> Response:
    """One page of a list, with a link to the next."""
    return _page(request, f'W/"{found.seq}-{found.on}"', found.items, found.next, found.count)


def feed(request: Request, items: Iterable[str], after: int, newest: int) -> Response:
    """Changes, with a link to those that follow."""
    body = '{"items":[' + ",".join(items) + f'],"after":{after},"newest":{newest}}}'
    answer = _packed(request, body, f'W/"{newest}-{_digest(body)}"')
    if answer.status_code == 200:
        answer.headers["Link"] = _link(request, "after", after)
    return answer


def _page(request: Request, tag: str, items: Iterable[str], next_: str | None, count: int | None = None) -> Response:
    if _is_known(request, tag):
        return Response(status_code=304, headers={"ETag": tag} | VARIES)
    ends = "]"
    if next_ is not None:
        ends += f',"next":{json.dumps(next_)}'
    if count is not None:
        ends += f',"count":{count}'
    body = '{"items":[' + ",".join(items) + ends + "}"
    answer = _packed(request, body, tag)
    if next_ is not None:
        answer.headers["Link"] = _link(request, "cursor", next_)
    return answer


def _link(request: Request, name: str, value: object) -> str:
    others = [each for each in request.query_params.multi_items() if each[0] != name]
    return f'<{request.scope["path"]}?{urlencode([*others, (name, value)])}>; rel="next"'


def revision(row: sa.Row[Any]) -> str:
    """One revision of the ledger as it is answered."""
    return text_of(_version(row))[:-1] + f',"document":{row.document}}}'


def _version(row: sa.Row[Any]) -> Json:
    members = {
        "seq": row.seq,
        "version": row.version,
        "recorded_at": row.recorded_at,
        "op": row.op,
        "actor": row.actor,
    }
    if row.reason is not None:
        members["reason"] = row.reason
    return members


def comparison(request: Request, found: Comparison) -> Response:
    """What changed between two versions, each with who made it and why."""
    return data(request, {"from": _version(found.first), "to": _version(found.second), "patch": found.patch})


def revisions(request: Request, history: History) -> Response:
    """One page of a record's history."""
    return _page(request, f'W/"{history.seq}"', map(revision, history.revisions), history.next)
