"""Routes that take nothing on trust: each parameter is known and given once, each body is JSON that can be kept.

What the parsers of the stack let pass is refused here (members that stand twice, NaN, NUL, numbers beyond 64 bits) or
named better (the nearest known parameter or member).
"""

import json
import math
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Mapping
from itertools import islice
from typing import Any, get_origin
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from fastapi.params import Header, Path
from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope

from api.auth import admit
from api.errors import MOST_FAULTS, BodyTooLarge, NotParseable, UnsupportedMediaType
from api.settings import Settings
from db.errors import Fault, Invalid
from db.validation import did_you_mean, faults_of, pointer_to, wording

MEDIA_TYPES = {
    "PATCH": ("application/merge-patch+json", "application/json"),
    "POST": ("application/json",),
    "PUT": ("application/json",),
}
FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 20
"""Fields of a form."""
MOST_SHOWN = 100
"""Characters of a wrong name that an answer repeats, at most."""
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Router(APIRouter):
    """A router that is tried only for paths that begin as all of its own do, `begins` or its prefix.

    Routes are tried one after the other: a request that passes a hundred of others first costs as much as its answer.
    """

    def __init__(self, *, begins: str | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.begins = self.prefix if begins is None else begins

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As always, where it may be; nothing elsewhere."""
        if scope.get("root_path") or scope["path"].startswith(self.begins):
            return super().matches(scope)
        return Match.NONE, {}


class StrictRequest(Request):
    """A request whose body was read already."""

    parsed: Any = None
    """The JSON of its body; or its form, as texts by name."""

    async def json(self) -> Any:
        return self.parsed


class StrictRoute(APIRoute):
    """A route that lets in whoever may, and names what it does not know."""

    needs_key = True
    scope: str | None = None
    """What a key must allow whatever the method is; None: `read` to read, `write` to write."""
    takes_form = False
    """Whether a body is a form, which a dependency reads."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()
        known = {
            field.alias: get_origin(field.field_info.annotation) is list
            for field in get_flat_params(self.dependant)
            if not isinstance(field.field_info, (Path, Header))
        }
        body = self.body_field.field_info.annotation if self.body_field else None

        async def strict(request: Request) -> Response:
            if self.needs_key:
                await admit(request, self.scope)
            check_parameters(request, known)
            strict_request = StrictRequest(request.scope, request.receive)
            if self.takes_form and request.method == "POST":
                strict_request.parsed = read_form(await _read(strict_request, FORM))
            elif body is not None:
                read = await _read(strict_request, *MEDIA_TYPES[request.method])
                strict_request.parsed = read_json(read, request.app.state.settings)
            else:
                strict_request._body = b""  # nobody waits for one that nobody wants
            try:
                return await handle(strict_request)
            except RequestValidationError as error:
                raise Invalid(*_faults(error, strict_request.parsed, body)) from error

        return strict


class OpenRoute(StrictRoute):
    """A strict route for everybody."""

    needs_key = False


class AdminRoute(StrictRoute):
    """A strict route for those who administer the service, whatever the method is."""

    scope = "admin"


class FormRoute(StrictRoute):
    """A strict route that reads only: a POST asks by a form what an address has no room for."""

    scope = "read"
    takes_form = True


def _faults(error: RequestValidationError, given: Any, shape: Any) -> Iterator[Fault]:
    of_body = [{**each, "loc": each["loc"][1:]} for each in error.errors() if each["loc"][0] == "body"]
    yield from faults_of(of_body, given, shape)
    for each in error.errors():
        if each["loc"][0] != "body":
            yield Fault("", each["type"], wording(each), str(each["loc"][1]))


def check_parameters(request: Request, known: Mapping[str, bool]) -> None:
    """Refuse a query parameter that is unknown, that stands twice (unless it is a list), or that holds a NUL."""
    faults: list[Fault] = []
    seen = set()
    for name, value in request.query_params.multi_items():
        if len(faults) == MOST_FAULTS:
            break
        if name not in known:
            faults.append(
                Fault("", "unknown_parameter", f"no such parameter{did_you_mean(name, known)}", name[:MOST_SHOWN])
            )
        elif name in seen and not known[name]:
            faults.append(Fault("", "repeated", "it stands here twice", name))
        elif "\0" in value:
            faults.append(Fault("", "nul", "the NUL character cannot be kept", name))
        seen.add(name)
    if faults:
        raise Invalid(*faults)


async def _read(request: Request, *media_types: str) -> bytes:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in media_types:
        expected = " or ".join(media_types)
        raise UnsupportedMediaType(f"{media_type or 'nothing'} was declared, {expected} is expected.")
    settings: Settings = request.app.state.settings
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > settings.max_body:
            raise BodyTooLarge(f"A body has at most {settings.max_body} bytes.")
    request._body = bytes(body)
    return request._body


def read_form(body: bytes) -> dict[str, str]:
    """The fields of a form (the URL standard's), each once; NotParseable, or Invalid."""
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except UnicodeDecodeError as error:
        raise NotParseable("The body is not UTF-8.") from error
    except ValueError as error:
        raise Invalid(Fault("", "too_many", f"a form has at most {MOST_FIELDS} fields")) from error
    counted = Counter(name for name, _ in fields)
    repeated = [name for name, number in counted.items() if number > 1]
    if repeated:
        raise Invalid(*(Fault(pointer_to(name[:MOST_SHOWN]), "repeated", "it stands here twice") for name in repeated))
    return dict(fields)


def read_json(body: bytes, settings: Settings, what: str = "The body") -> Any:
    """What the bytes say; NotParseable, or Invalid for what can be read but not be kept."""
    try:
        parsed = json.loads(
            body.decode(), object_pairs_hook=_each_once, parse_int=_bounded, parse_constant=lambda _: math.nan
        )
    except UnicodeDecodeError as error:
        raise NotParseable(f"{what} is not UTF-8, at byte {error.start}.") from error
    except RecursionError as error:
        raise NotParseable(f"{what} is nested deeper than {settings.max_depth} levels.") from error
    except json.JSONDecodeError as error:
        raise NotParseable(f"{what} is not JSON: {error}.") from error
    faults = list(islice(_unkeepable(parsed, settings), MOST_FAULTS))
    if faults:
        raise Invalid(*faults)
    return parsed


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        twice = next(name for name, number in Counter(name for name, _ in pairs).items() if number > 1)
        raise NotParseable(f"The member {twice[:MOST_SHOWN]!r} stands twice in one object.")
    return members


def _bounded(digits: str) -> int | float:
    number = int(digits) if len(digits) <= 20 else 2**63
    return number if -(2**63) <= number < 2**63 else math.inf


def _unkeepable(parsed: Any, settings: Settings) -> Iterator[Fault]:
    stack: list[tuple[str, Any, int]] = [("", parsed, 1)]
    while stack:
        pointer, node, depth = stack.pop()
        if depth > settings.max_depth and isinstance(node, list | dict):
            raise NotParseable(f"The body is nested deeper than {settings.max_depth} levels.")
        if isinstance(node, str):
            yield from _unkeepable_text(pointer, node, settings.max_string)
        elif isinstance(node, float) and not math.isfinite(node):
            yield Fault(pointer, "number_out_of_range", "a number is finite, and a whole one has at most 64 bits")
        elif isinstance(node, list):
            if len(node) > settings.max_items:
                yield Fault(pointer, "too_many", f"a list has at most {settings.max_items} items")
            stack += [(f"{pointer}/{index}", item, depth + 1) for index, item in enumerate(node)]
        elif isinstance(node, dict):
            for name, value in node.items():
                yield from _unkeepable_text(pointer, name, settings.max_string)
                stack.append((pointer + pointer_to(name), value, depth + 1))


def _unkeepable_text(pointer: str, text: str, most: int) -> Iterator[Fault]:
    if len(text) > most:
        yield Fault(pointer, "too_long", f"a string has at most {most} characters")
    elif "\0" in text:
        yield Fault(pointer, "nul", "the NUL character cannot be kept")
    elif not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        yield Fault(pointer, "lone_surrogate", "half of a surrogate pair is no character")
