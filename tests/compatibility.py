"""What a new contract breaks of an old one: what clients may send must stay welcome, what they are answered must stay.

A request's shape may become wider, an answer's narrower or richer; the other way round breaks somebody's program.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.door import Json

SENT, ANSWERED = "sent", "answered"
BOUNDS = {"maxLength": 1, "maxItems": 1, "maximum": 1, "minLength": -1, "minItems": -1, "minimum": -1}
BOUNDS |= {"maxProperties": 1, "minProperties": -1}
"""Bounds, and the direction in which they become wider."""
WORDS = ("type", "pattern", "format", "const")


def breaking(old: Json, new: Json) -> list[str]:
    """What of the old contract does not hold in the new one, each in a line."""
    return list(dict.fromkeys(Comparison(old, new).paths()))


class Comparison:
    """Two contracts side by side."""

    def __init__(self, old: Json, new: Json) -> None:
        self.old, self.new = old, new
        self._seen: set[tuple[str, str, str]] = set()

    def paths(self) -> Iterator[str]:
        if self.old["components"]["securitySchemes"].keys() - self.new["components"]["securitySchemes"].keys():
            yield "a way to send a key is gone"
        for path, operations in self.old["paths"].items():
            for method, operation in operations.items():
                where = f"{method.upper()} {path}"
                there = self.new["paths"].get(path, {}).get(method)
                if there is None:
                    yield f"{where}: gone"
                else:
                    yield from self._operation(where, operation, there)

    def _operation(self, where: str, old: Json, new: Json) -> Iterator[str]:
        if old["operationId"] != new["operationId"]:
            yield f"{where}: is now called {new['operationId']}"
        if _is_open(old) and not _is_open(new):
            yield f"{where}: needs a key now"
        yield from self._parameters(where, old.get("parameters", []), new.get("parameters", []))
        yield from self._body(where, old.get("requestBody"), new.get("requestBody"))
        for status, response in old["responses"].items():
            if status not in new["responses"]:
                yield f"{where}: {status} is gone"
            else:
                yield from self._response(f"{where} {status}", response, new["responses"][status])

    def _parameters(self, where: str, old: list[Json], new: list[Json]) -> Iterator[str]:
        before, after = ({(each["in"], each["name"].lower()): each for each in side} for side in (old, new))
        for key in before.keys() - after.keys():
            yield f"{where}: the parameter {key[1]} is gone"
        for key, parameter in after.items():
            if parameter.get("required") and not before.get(key, {}).get("required"):
                yield f"{where}: the parameter {key[1]} is required now"
            default = before.get(key, parameter)["schema"].get("default")
            if default != parameter["schema"].get("default"):
                yield f"{where}: the parameter {key[1]} is {parameter['schema'].get('default')} if it is left out"
            if key in before:
                yield from self._shape(f"{where} {key[1]}", before[key]["schema"], parameter["schema"], SENT)

    def _body(self, where: str, old: Json | None, new: Json | None) -> Iterator[str]:
        if new and new.get("required") and not (old and old.get("required")):
            yield f"{where}: a body is required now"
        yield from self._contents(where, (old or {}).get("content", {}), (new or {}).get("content", {}), SENT)

    def _response(self, where: str, old: Json, new: Json) -> Iterator[str]:
        before, after = _resolved(self.old, old), _resolved(self.new, new)
        for header in before.get("headers", {}).keys() - after.get("headers", {}).keys():
            yield f"{where}: the header {header} is gone"
        for link in before.get("links", {}).keys() - after.get("links", {}).keys():
            yield f"{where}: the link {link} is gone"
        yield from self._contents(where, before.get("content", {}), after.get("content", {}), ANSWERED)

    def _contents(self, where: str, old: Json, new: Json, way: str) -> Iterator[str]:
        for media_type, content in old.items():
            if media_type not in new:
                yield f"{where}: {media_type} is gone"
            else:
                yield from self._shape(where, content["schema"], new[media_type]["schema"], way)

    def _shape(self, where: str, old: Any, new: Any, way: str) -> Iterator[str]:
        pair = (old.get("$ref"), new.get("$ref"), way)
        if all(pair[:2]):
            if pair in self._seen:
                return
            self._seen.add(pair)
            where = pair[0].rpartition("/")[2]
        before, after = _resolved(self.old, old), _resolved(self.new, new)
        yield from _words(where, before, after, way)
        yield from _bounds(where, before, after, way)
        yield from _members(where, before, after, way)
        for name, member in before.get("properties", {}).items():
            if name in after.get("properties", {}):
                yield from self._shape(f"{where}.{name}", member, after["properties"][name], way)
        for inner in ("items", "additionalProperties", "propertyNames"):
            if isinstance(before.get(inner), dict) and isinstance(after.get(inner), dict):
                yield from self._shape(f"{where}.{inner}", before[inner], after[inner], way)
        yield from self._choices(where, before, after, way)

    def _choices(self, where: str, old: Json, new: Json, way: str) -> Iterator[str]:
        for word in ("anyOf", "oneOf"):
            before, after = old.get(word, []), new.get(word, [])
            if (len(after) < len(before) and way == SENT) or (len(after) > len(before) and way == ANSWERED):
                yield f"{where}: has {len(after)} forms instead of {len(before)}"
            for one, other in zip(before, after, strict=False):
                yield from self._shape(where, one, other, way)


def _is_open(operation: Json) -> bool:
    security = operation.get("security", [])
    return not security or {} in security


def _resolved(contract: Json, node: Json) -> Json:
    while "$ref" in node:
        found: Any = contract
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        node = found
    return node


def _words(where: str, old: Json, new: Json, way: str) -> Iterator[str]:
    for word in WORDS:
        before, after = old.get(word), new.get(word)
        narrower = after is not None if way == SENT else before is not None
        if before != after and (narrower or word == "type"):
            yield f"{where}: {word} is {after} instead of {before}"
    values, now = (set(map(str, side.get("enum", []))) for side in (old, new))
    if way == SENT and now and (not values or values - now):
        yield f"{where}: takes no more {', '.join(sorted(values - now)) or 'every value'}"
    if way == ANSWERED and values and (not now or now - values):
        yield f"{where}: may be {', '.join(sorted(now - values)) or 'any value'} now"


def _bounds(where: str, old: Json, new: Json, way: str) -> Iterator[str]:
    for bound, wider in BOUNDS.items():
        before, after = old.get(bound), new.get(bound)
        narrowed = after is not None and (before is None or (after - before) * wider < 0)
        widened = before is not None and (after is None or (after - before) * wider > 0)
        if narrowed if way == SENT else widened:
            yield f"{where}: {bound} is {after} instead of {before}"


def _members(where: str, old: Json, new: Json, way: str) -> Iterator[str]:
    before: Mapping[str, Any] = old.get("properties", {})
    for name in before.keys() - new.get("properties", {}).keys():
        yield f"{where}: the member {name} is gone"
    required, now = (set(side.get("required", [])) for side in (old, new))
    if way == SENT:
        for name in sorted(now - required):
            yield f"{where}: the member {name} is required now"
        if new.get("additionalProperties") is False and old.get("additionalProperties") is not False:
            yield f"{where}: takes no other members now"
        if new.get("uniqueItems") and not old.get("uniqueItems"):
            yield f"{where}: takes no item twice now"
    else:
        for name in sorted(required - now):
            yield f"{where}: the member {name} may be left out now"
