"""What the Reconciliation Service API 0.2 says of the JSON that it exchanges, as JSON Schemas in our own words."""

from typing import Any

import jsonschema_rs

Json = dict[str, Any]
TEXT, NUMBER, WHOLE, FLAG = ({"type": name} for name in ("string", "number", "integer", "boolean"))


def some(shape: Json) -> Json:
    return {"type": "array", "items": shape}


def each(shape: Json) -> Json:
    """An object whose names are the client's."""
    return {"type": "object", "additionalProperties": shape}


def members(required: Json, optional: Json | None = None, *, closed: bool = False) -> Json:
    shape = {"type": "object", "properties": required | (optional or {}), "required": sorted(required)}
    return shape | ({"additionalProperties": False} if closed else {})


def with_place(place: str) -> Json:
    return TEXT | {"pattern": place}


NAMED = members({"id": TEXT, "name": TEXT}, {"description": TEXT})
TYPE = {"anyOf": [TEXT, members({"id": TEXT}, {"name": TEXT})]}
VALUE = {"anyOf": [TEXT, NUMBER, FLAG, members({"id": TEXT}, {"name": TEXT})]}
FEATURE = members({}, {"id": TEXT, "value": {"anyOf": [NUMBER, FLAG]}})
IN_ID, SETTING = with_place(r"\{\{id\}\}"), members({"name": TEXT, "label": TEXT, "type": TEXT})
SERVICE = members({}, {"service_url": TEXT, "service_path": TEXT, "flyout_service_path": with_place(r"\$\{id\}")})
INSTANT = with_place(r"^-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$")
CELLS = (
    members({}, closed=True),
    members({"id": TEXT, "name": TEXT}, {"description": TEXT}, closed=True),
    members({"str": TEXT}, closed=True),
    members({"int": WHOLE}, closed=True),
    members({"float": NUMBER}, closed=True),
    members({"date": INSTANT}, closed=True),
)
QUERY = members(
    {},
    {
        "query": TEXT,
        "type": {"anyOf": [TEXT, some(TEXT)]},
        "limit": NUMBER,
        "properties": some(members({"pid": TEXT, "v": {"anyOf": [VALUE, some(VALUE)]}})),
        "type_strict": {"enum": ["any", "all", "should"]},
    },
    closed=True,
) | {"anyOf": [{"required": ["query"]}, {"required": ["properties"], "properties": {"properties": {"minItems": 1}}}]}

SCHEMAS: dict[str, Json] = {
    "manifest": members(
        {
            "versions": some(TEXT) | {"contains": {"const": "0.2"}},
            "name": TEXT,
            "identifierSpace": TEXT,
            "schemaSpace": TEXT,
        },
        {
            "documentation": TEXT,
            "logo": TEXT,
            "serviceVersion": TEXT,
            "batchSize": WHOLE,
            "defaultTypes": some(NAMED) | {"uniqueItems": True},
            "view": members({"url": IN_ID}),
            "feature_view": members({"url": IN_ID}),
            "preview": members({"url": IN_ID, "width": WHOLE, "height": WHOLE}),
            "suggest": members({}, {"entity": SERVICE, "property": SERVICE, "type": SERVICE}),
            "extend": members({}, {"propose_properties": SERVICE, "property_settings": some(SETTING)}),
            "authentication": members({"type": {"enum": ["basic", "apiKey", "oauth2"]}}),
        },
    ),
    "queries": each(QUERY),
    "results": each(
        members(
            {
                "result": some(
                    members(
                        {"id": TEXT, "name": TEXT, "score": NUMBER},
                        {"description": TEXT, "match": FLAG, "type": some(TYPE), "features": some(FEATURE)},
                    )
                )
            }
        )
    ),
    "entities": members({"result": some(members({"id": TEXT, "name": TEXT}, {"notable": some(TYPE)}))}),
    "properties": members({"result": some(NAMED)}),
    "types": members({"result": some(NAMED)}),
    "proposal": members({"properties": some(NAMED)}, {"type": TEXT, "limit": NUMBER}),
    "extension query": members({"ids": some(TEXT), "properties": some(members({"id": TEXT}, {"settings": each({})}))}),
    "extension": members(
        {
            "meta": some(members({"id": TEXT, "name": TEXT}, {"type": members({"id": TEXT}, {"name": TEXT})})),
            "rows": each(each(some({"oneOf": list(CELLS)}))),
        }
    ),
}
"""Each of the texts that are exchanged, by what it is."""


def check(what: str, value: Any) -> None:
    """Fail if the specification would have it otherwise."""
    wrong = [str(each.message) for each in jsonschema_rs.Draft202012Validator(SCHEMAS[what]).iter_errors(value)]
    assert wrong == [], what
