"""What the Reconciliation Service API 0.2 (W3C Entity Reconciliation Community Group) asks and is told, as shapes."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, RootModel, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from db.members import Json, Maybe, Text, Unique
from db.parts import Shape

MOST_QUERIES = 100
"""Queries in one batch."""
MOST_CANDIDATES = 100
"""Candidates that one query may ask for."""
MOST_VALUES = 10
"""Properties of one query, and values of one property."""
MOST_ENTITIES = 100
"""Entities that one request extends."""
MOST_EXTENDED = 20
"""Properties that one request extends by."""
TEXT: Json = {"type": "string"}


def _types(given: Any) -> Any:
    types = [given] if isinstance(given, str) else given
    if not isinstance(types, list) or not all(isinstance(each, str) for each in types):
        raise PydanticCustomError("type_type", "a type, or a list of types is expected, each by its id")
    return types


def _values(given: Any) -> Any:
    values = given if isinstance(given, list) else [given]
    if not all(_is_value(value) for value in values):
        raise PydanticCustomError("value_type", "texts, numbers, true or false, or entities with an `id` are expected")
    if len(values) > MOST_VALUES:
        raise PydanticCustomError("too_many", f"at most {MOST_VALUES} values are compared")
    return [_text_of(value) for value in values]


def _is_value(value: Any) -> bool:
    return isinstance(value.get("id"), str) if isinstance(value, dict) else isinstance(value, str | int | float)


def _text_of(value: Any) -> str:
    if isinstance(value, dict):
        return str(value["id"])
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


_ENTITY: Json = {
    "type": "object",
    "properties": {
        "id": TEXT | {"description": "Its collection, and its id there."},
        "name": TEXT | {"description": "Not looked at."},
    },
    "required": ["id"],
}
_VALUE: Json = {"anyOf": [TEXT, {"type": "number"}, {"type": "boolean"}, _ENTITY]}
Types = Annotated[
    list[str],
    BeforeValidator(_types),
    WithJsonSchema(
        {
            "anyOf": [TEXT, {"type": "array", "items": TEXT}],
            "description": "Entities of these types only: one, or a list. Of a type that is not known there is none.",
            "examples": ["organizations"],
        }
    ),
]
Values = Annotated[
    list[str],
    BeforeValidator(_values),
    WithJsonSchema(
        {
            "anyOf": [_VALUE, {"type": "array", "items": _VALUE, "maxItems": MOST_VALUES}],
            "description": "What it is, or what it may be: a text, a number, or an entity that was matched before.",
            "examples": ["mex"],
        }
    ),
]


# What is asked


class PropertyAsked(Shape):
    """Something else that is known of what is looked for."""

    pid: Text = Field(examples=["state"])
    """The property, by its id."""
    v: Values
    """Its value; of several, one must agree."""


class ReconciliationQuery(Shape):
    """One thing that is looked for: by its name, by what else is known of it, or by both."""

    query: Maybe[str] = Field(default=None, examples=["República de Chile"])
    """Its name in any language, script and spelling; or its id, or an identifier as `scheme:value`."""
    type: Maybe[Types] = None
    """Entities of these types only; left out: of all."""
    limit: Maybe[Annotated[int, Field(ge=1, le=MOST_CANDIDATES)]] = None
    """Candidates that are told; 10 if nothing is said."""
    properties: Maybe[Annotated[list[PropertyAsked], Field(max_length=MOST_VALUES)]] = None
    """What agrees raises the score, what disagrees lowers it; an `identifier` that agrees decides."""
    type_strict: Maybe[Annotated[str, Field(pattern="^(any|all|should)$")]] = None
    """Taken, and not looked at."""

    @model_validator(mode="after")
    def _asks_something(self) -> "ReconciliationQuery":
        if self.query is None and not self.properties:
            raise PydanticCustomError("nothing_asked", "`query` or `properties` is required")
        return self


class PropertyWanted(Shape):
    """A property to be told."""

    id: Text = Field(examples=["name@es"])
    """The property, by its id."""
    settings: Maybe[Json] = None
    """Taken, and not looked at: no property has any."""


class ExtensionQuery(Shape):
    """Which properties of which entities are to be told."""

    ids: Annotated[list[str], Field(max_length=MOST_ENTITIES)]
    """Entities: `organizations/mex`."""
    properties: Annotated[list[PropertyWanted], Field(max_length=MOST_EXTENDED), Unique]
    """What is to be told of each."""


class ReconciliationQueries(RootModel[dict[str, ReconciliationQuery]]):
    """A batch of queries, each under a name of the client's."""

    root: Annotated[dict[str, ReconciliationQuery], Field(max_length=MOST_QUERIES)]


class Form(Shape):
    """What a request to the endpoint holds: one of the two."""

    queries: Maybe[ReconciliationQueries] = None
    """Who is meant."""
    extend: Maybe[ExtensionQuery] = None
    """What is to be told of whom."""


# What is told


class EntityType(Shape):
    """A type of entities: one of three collections."""

    id: str = Field(examples=["organizations"])
    """The collection."""
    name: str = Field(examples=["Organization"])
    """One of them, in English."""


class Described(Shape):
    """Something by its id and name, with what tells it apart."""

    id: str
    """Of an entity: its collection, and its id there."""
    name: str
    """What it is called."""
    description: Maybe[str] = None
    """What tells it apart."""


class Feature(Shape):
    """What a score was made of."""

    id: str = Field(examples=["name"])
    """`name`: how alike the names are, 0 to 100; else a property, and whether it agrees."""
    value: float | bool
    """How much, or whether."""


class Candidate(Described):
    """A record that may be meant."""

    type: list[EntityType]
    """Its one type."""
    score: float
    """0 to 100."""
    match: bool
    """Whether it is taken for what was meant: as good as the same name, and clearly ahead of the next."""
    features: list[Feature]
    """What the score was made of."""


class Candidates(Shape):
    """What may be meant by one query, the best first."""

    result: list[Candidate]
    """The candidates."""


class SuggestedEntity(Described):
    """A record that may be meant by what was typed so far."""

    notable: list[EntityType]
    """Its one type."""


class SuggestedEntities(Shape):
    """Records that may be meant by what was typed so far, the best first."""

    prefix: str
    """What was typed."""
    result: list[SuggestedEntity]
    """Ten of them."""
    cursor: Maybe[int] = None
    """How many to skip to see more; left out if these are all."""


class Suggested(Shape):
    """Properties or types that may be meant by what was typed so far."""

    prefix: str
    """What was typed."""
    result: list[Described]
    """Those that begin so."""


class Proposed(Shape):
    """Properties that entities of a type may have."""

    properties: list[Described]
    """What can be asked for."""
    type: Maybe[str] = None
    """The type that was asked about."""
    limit: Maybe[int] = None
    """At most so many were asked for."""


class PropertyTold(Shape):
    """A property that was asked for; `type`, if its values are entities."""

    id: str
    """As it was asked for."""
    name: str
    """What it is called."""
    type: Maybe[EntityType] = None
    """Of its values."""


class Cell(Shape):
    """One value: a text as `str`, or an entity by `id` and `name`."""

    text: Annotated[Maybe[str], Field(alias="str")] = None
    """A text; a date is one too, in EDTF."""
    id: Maybe[str] = None
    """Of an entity."""
    name: Maybe[str] = None
    """Of an entity."""


class Extension(Shape):
    """The values of properties, by entity."""

    meta: list[PropertyTold]
    """The properties, in the order that was asked for."""
    rows: dict[str, dict[str, list[Cell]]]
    """By entity, then by property; what is not known has no values."""


class Address(Shape):
    """An address with a place for an id."""

    url: str
    """With `{{id}}` where the id belongs."""


class Preview(Address):
    """Where an entity is shown in a few words, and how large that is in pixels."""

    width: int
    """Pixels."""
    height: int
    """Pixels."""


class Service(Shape):
    """A part of the service: its address is one text behind the other."""

    service_url: str
    """Where the service is."""
    service_path: str
    """The path there."""


class Suggest(Shape):
    """What is suggested while somebody types."""

    entity: Service
    """Records."""
    property: Service
    """Properties."""
    type: Service
    """Types."""


class Extend(Shape):
    """Where properties are proposed."""

    propose_properties: Service
    """Those of a type."""


class Manifest(Shape):
    """What this reconciliation service is and can do."""

    versions: list[str]
    """Of the Reconciliation Service API."""
    name: str
    """What it is called."""
    identifier_space: Annotated[str, Field(alias="identifierSpace")]
    """What the addresses of entities begin with."""
    schema_space: Annotated[str, Field(alias="schemaSpace")]
    """Where the shapes of entities are described."""
    default_types: Annotated[list[EntityType], Field(alias="defaultTypes")]
    """All types."""
    documentation: str
    """Where to read about it."""
    service_version: Annotated[str, Field(alias="serviceVersion")]
    """Of this software."""
    batch_size: Annotated[int, Field(alias="batchSize")]
    """Queries in one request, at most."""
    view: Address
    """Where an entity is."""
    preview: Preview
    """Where it is shown in a few words."""
    suggest: Suggest
    """Where to ask for suggestions."""
    extend: Extend
    """That properties of entities are told."""
    authentication: Maybe[dict[str, str]] = None
    """How a key is sent, as OpenAPI 2 says it; only where reading needs one."""
