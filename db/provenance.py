"""Citations: that each points to something, says it in the field's own type, and follows it when it moves.

A citation's `field` is a JSON Pointer into its own record. An item of a list is addressed by its `id`, else by its
`organization`, `person`, `agreement`, `scheme` or `tag`, else by its index: so a pointer survives a
reordering, and where only an index is to be had, `settle` moves it along.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from db.errors import Fault
from db.validation import pointer_to

INDEX = re.compile(r"0|[1-9][0-9]{0,8}")
"""RFC 6901: no leading zeros."""
NAMING_MEMBERS = ("id", "organization", "person", "agreement", "scheme", "tag")
Path = tuple[str | int, ...]
Json = dict[str, Any]


def _split(pointer: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def name_of(item: Any) -> str | None:
    """What a list item is addressed by, if not by its index."""
    if not isinstance(item, dict):
        return None
    return next((str(item[member]) for member in NAMING_MEMBERS if member in item), None)


def resolve(document: Any, pointer: str) -> Path | None:
    """The keys and indexes that the pointer leads through, or None if it leads nowhere."""
    node: Any = document
    path: list[str | int] = []
    for part in _split(pointer):
        step: Any = _step(node, part)
        if step is None:
            return None
        node = node[step]
        path.append(step)
    return tuple(path)


def _step(node: Any, part: str) -> str | int | None:
    if isinstance(node, dict):
        return part if part in node else None
    if not isinstance(node, list):
        return None
    named = next((index for index, item in enumerate(node) if name_of(item) == part), None)
    if named is not None:
        return named
    return int(part) if INDEX.fullmatch(part) and int(part) < len(node) else None


def address(document: Any, path: Path) -> str:
    """The pointer that names each list item on the path as well as it can be named."""

    def parts() -> Iterator[str]:
        node: Any = document
        for step in path:
            item: Any = node[step]
            name = name_of(item) if isinstance(node, list) else None
            yield name if name is not None and _step(node, name) == step else str(step)
            node = item

    return pointer_to(*parts())


def settle(old: Json | None, new: Json) -> list[int]:
    """Bring the citations of a changed document up to date, in place; gives the indexes of those that stay.

    A citation that stood already follows its item where that has moved to, and goes with it when it was
    removed. One that is new stays as it is: `check` judges it.
    """
    before = (old or {}).get("citations", ())
    fields = [
        _moved(old, new, citation["field"])
        if old is not None and citation in before
        else _normal(new, citation["field"])
        for citation in new.get("citations", ())
    ]
    kept = [{**citation, "field": field} for citation, field in zip(new.pop("citations", ()), fields, strict=True)]
    staying = [index for index, field in enumerate(fields) if field is not None]
    if staying:
        new["citations"] = [kept[index] for index in staying]
    return staying


def _normal(document: Json, field: str) -> str:
    path = resolve(document, field)
    return field if path is None else address(document, path)


def _moved(old: Json, new: Json, pointer: str) -> str | None:
    path = resolve(old, pointer)
    if path is None:
        return pointer
    old_node: Any = old
    new_node: Any = new
    moved: list[str | int] = []
    for step in path:
        found = _counterpart(old_node, new_node, step)
        if found is None:
            return None
        moved.append(found)
        old_node, new_node = old_node[step], new_node[found]
    return address(new, tuple(moved))


def _counterpart(old_node: Any, new_node: Any, step: str | int) -> str | int | None:
    if type(old_node) is not type(new_node):
        return None
    if isinstance(new_node, dict):
        return step if step in new_node else None
    item: Any = old_node[step]
    if isinstance(step, int) and step < len(new_node) and new_node[step] == item:
        return step
    name = name_of(item)
    if name is not None:
        return _namesake(old_node, new_node, step, name)
    if item in new_node:
        return int(new_node.index(item))
    edited_in_place = len(old_node) == len(new_node) and new_node[step] not in old_node
    return step if edited_in_place else None


def _namesake(old_node: list[Any], new_node: list[Any], step: Any, name: str) -> int | None:
    """The item itself, else the one that stands in its place among those of its name."""
    before, after = (
        [index for index, each in enumerate(node) if name_of(each) == name] for node in (old_node, new_node)
    )
    same = next((index for index in after if new_node[index] == old_node[step]), None)
    if same is not None:
        return same
    return after[before.index(step)] if len(before) == len(after) else None


def check(shape: type[BaseModel], document: Json) -> Iterator[Fault]:
    """That every citation resolves, that its value fits, and that at most one claim on a field is preferred."""
    preferred: set[str] = set()
    for index, citation in enumerate(document.get("citations", ())):
        at = f"/citations/{index}"
        field = citation["field"]
        path = resolve(document, field)
        if path is None or path[:1] == ("citations",):
            yield Fault(f"{at}/field", "leads_nowhere", f"{field!r} points to nothing in this record")
            continue
        locator = citation.get("locator", {})
        if locator.get("start", 0) > locator.get("end", locator.get("start", 0)):
            yield Fault(f"{at}/locator/end", "ends_before_it_begins", "the end lies before the start")
        if path and "value" in citation:
            yield from _check_value(shape, path, citation["value"], f"{at}/value")
        if citation.get("preferred"):
            if "reason" not in citation:
                yield Fault(f"{at}/reason", "missing", "a preferred claim says why it is preferred")
            if field in preferred:
                yield Fault(f"{at}/preferred", "not_unique", f"another claim on {field!r} is preferred already")
            preferred.add(field)


def _check_value(shape: type[BaseModel], path: Path, value: Any, at: str) -> Iterator[Fault]:
    try:
        _adapter(shape, path_of_types(path)).validate_python(value, strict=True)
    except ValidationError as error:
        reason = error.errors(include_url=False, include_context=False)[0]["msg"]
        yield Fault(at, "not_of_the_fields_type", f"the field takes no such value: {reason}")


def path_of_types(path: Path) -> tuple[str, ...]:
    """The path without its indexes: all items of a list are alike in type."""
    return tuple("*" if isinstance(step, int) else step for step in path)


@lru_cache(maxsize=1000)  # clients choose some of the steps
def _adapter(shape: type[BaseModel], path: tuple[str, ...]) -> TypeAdapter[Any]:
    annotations: list[Any] = [shape]
    for step in path:
        annotations = [found for annotation in annotations for found in _below(annotation, step)]
    return TypeAdapter(annotations[0] if annotations else Any)


def _below(annotation: Any, step: str) -> Iterator[Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            if step in (name, field.alias):
                yield Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    elif get_origin(annotation) is list and step == "*":
        yield get_args(annotation)[0]
    elif get_origin(annotation) is dict:
        yield get_args(annotation)[1]
    else:
        inner = annotation.__args__ if hasattr(annotation, "__metadata__") else get_args(annotation)
        for each in inner:
            yield from _below(each, step)
