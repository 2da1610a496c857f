"""From what the validator says to faults that name each bad member, by pointers into what was sent."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from db.errors import Fault, Invalid

M = TypeVar("M", bound=BaseModel)

DATE_MEMBERS = ("edtf", "earliest", "latest")
"""The only objects with members of their own that are no shape."""

MESSAGES: Mapping[str, str] = {
    "missing": "this is required",
    "string_type": "a string is expected",
    "int_type": "a whole number is expected",
    "bool_type": "true or false is expected",
    "list_type": "a list is expected",
    "dict_type": "an object is expected",
    "model_type": "an object is expected",
    "model_attributes_type": "an object is expected",
    "literal_error": "one of a closed list is expected: {expected}",
    "too_short": "at least {min_length} are expected",
    "less_than_equal": "at most {le} is expected",
    "greater_than_equal": "at least {ge} is expected",
    "string_too_short": "a text is expected, not nothing",
    "string_too_long": "at most {max_length} characters are expected",
    "string_pattern_mismatch": "a text of the form {pattern} is expected",
    "enum": "one of a closed list is expected: {expected}",
}
"""Where the validator's own words speak of Python."""


def validate(shape: type[M], given: Any) -> M:
    """What was given as its shape; Invalid names every fault."""
    try:
        return shape.model_validate(given)
    except ValidationError as error:
        raise Invalid(*faults_of(error.errors(include_url=False), given, shape)) from error


def faults_of(errors: Iterable[Any], given: Any, shape: Any) -> Iterator[Fault]:
    """The validator's errors as faults; a `loc` may lead through names of union branches, which nobody sent."""
    for error in errors:
        tagged = error["type"].startswith("union_tag")
        loc = (*error["loc"], "type") if tagged else error["loc"]  # our unions are told apart by `type`
        path = _path_in(given, loc, appends=tagged or error["type"] == "missing")
        pointer = pointer_to(*path)
        if error["type"] == "extra_forbidden":
            yield Fault(pointer, "unknown_member", _nearest(str(path[-1]), _known(shape, path[:-1]) or DATE_MEMBERS))
        else:
            yield Fault(pointer, error["type"], wording(error))


def wording(error: Any) -> str:
    """What the validator found, in the words of this service."""
    message = MESSAGES.get(error["type"])
    return message.format(**error.get("ctx", {})) if message else str(error["msg"])


def pointer_to(*path: str | int) -> str:
    """The JSON Pointer that leads along these members and indexes (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _path_in(given: Any, loc: tuple[Any, ...], *, appends: bool) -> list[str | int]:
    path: list[str | int] = []
    for index, part in enumerate(loc):
        is_there = part in given if isinstance(given, dict) else isinstance(given, list) and _indexes(given, part)
        if is_there:
            given = given[part]
        if is_there or (appends and index == len(loc) - 1):
            path.append(part)
    return path


def _indexes(items: list[Any], part: str | int) -> bool:
    return isinstance(part, int) and part < len(items)


def _known(shape: Any, path: list[str | int]) -> set[str]:
    shapes = list(_models(shape))
    for part in path:
        if isinstance(part, str):
            shapes = [
                model
                for each in shapes
                for name, field in each.model_fields.items()
                if (field.alias or name) == part
                for model in _models(field.annotation)
            ]
    return {name for each in shapes for name in member_names(each)}


def member_names(shape: type[BaseModel]) -> set[str]:
    """The members of a shape, as they are written."""
    return {field.alias or name for name, field in shape.model_fields.items()}


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def _nearest(name: str, known: Iterable[str]) -> str:
    return f"no such member{did_you_mean(name, known)}"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint at the nearest known name, or at all of them."""
    known = sorted(known)
    nearest = get_close_matches(name, known, n=1, cutoff=0.5)
    if nearest:
        return f"; did you mean {nearest[0]!r}?"
    return f"; known are {', '.join(known)}" if known else ""
