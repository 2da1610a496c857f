"""The types of members: what an optional one is, a date, a duration, a reference, a text in several languages."""

import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from db.dates import BadDate, parse, parse_duration
from db.names import MAX_ID

T = TypeVar("T")
Json = dict[str, Any]
"""A document as plain data: what is stored, and what rows are made of."""

ID_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
DATE_PATTERN = r"^[0-9X/.,\[\]?~%-]+$"
"""The characters of EDTF: what else holds of a date, no pattern says."""


def in_english(texts: Mapping[str, str]) -> str:
    """One text of a language map: the English one, else the first."""
    return texts.get("en") or next(iter(texts.values()))


class LeftOut:
    """An optional member: its absence is None in Python, but null is refused on the wire."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        return schema["schema"] if schema["type"] == "nullable" else schema


Maybe = Annotated[T | None, LeftOut()]


class Reference:
    """Marks an id as that of another resource, of this kind."""

    def __init__(self, kind: str) -> None:
        self.kind = kind


LASTS = "a/b means that it lasted these days; for one of these days write [a..b]"


class DateSchema:
    """Reads a date as its EDTF string, or as the object that the service answers with."""

    def __init__(self, lasting: bool = False) -> None:
        self.lasting = lasting

    def read(self, given: Any) -> Json:
        if not isinstance(given, str):
            raise PydanticCustomError("date_type", "a date is an EDTF string, or an object with `edtf`")
        try:
            date = parse(given)
        except BadDate as error:
            raise PydanticCustomError("bad_date", "{reason}", {"reason": str(error)}) from error
        if date.lasting and not self.lasting:
            raise PydanticCustomError("lasting_date", LASTS)
        days = {"earliest": date.earliest, "latest": date.latest}
        return {"edtf": date.edtf} | {name: day.isoformat() for name, day in days.items() if day}

    def read_whole(self, given: Json) -> Json:
        """The days are the service's: they follow from the text, and are not read."""
        return self.read(given.get("edtf"))

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        anything = core_schema.any_schema()
        whole = core_schema.typed_dict_schema(
            {
                "edtf": core_schema.typed_dict_field(anything, required=False),
                "earliest": core_schema.typed_dict_field(anything, required=False),
                "latest": core_schema.typed_dict_field(anything, required=False),
            },
            extra_behavior="forbid",
        )
        return core_schema.tagged_union_schema(
            {
                "whole": core_schema.no_info_after_validator_function(self.read_whole, whole),
                "text": core_schema.no_info_plain_validator_function(self.read),
            },
            discriminator=lambda given: "whole" if isinstance(given, dict) else "text",
            serialization=core_schema.plain_serializer_function_ser_schema(lambda date: date),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        text: Json = {
            "type": "string",
            "pattern": DATE_PATTERN,
            "description": "EDTF (ISO 8601-2:2019), levels 0 and 1, and sets such as `[2021-09-26..2021-09-28]`.",
            "examples": ["2021-09"],
        }
        first = {
            "type": "string",
            "format": "date",
            "description": "Its first possible day, if any.",
        }
        last = {
            "type": "string",
            "format": "date",
            "description": "Its last possible day, if any.",
        }
        whole: Json = {
            "type": "object",
            "description": "A date as exact as it is known, with the days that follow from it.",
            "properties": {"edtf": text, "earliest": first, "latest": last},
            "required": ["edtf"],
            "additionalProperties": False,
            "examples": [{"edtf": "2021-09", "earliest": "2021-09-01", "latest": "2021-09-30"}],
        }
        if handler.mode == "serialization":
            return {name: value for name, value in whole.items() if name != "additionalProperties"}
        return {"anyOf": [text, whole], "description": "A date: its EDTF alone, or as it is answered."}


def _duration_or(*words: str) -> AfterValidator:
    def read(text: str) -> str:
        try:
            return text if text in words else parse_duration(text).text
        except BadDate as error:
            reason = "".join(f"`{word}` or " for word in words) + f"a duration such as P5Y is expected: {error}"
            raise PydanticCustomError("bad_duration", "{reason}", {"reason": reason}) from error

    return AfterValidator(read)


def _of_form(*words: str) -> Any:
    """How such a text looks, for the contract."""
    return {"pattern": "^(" + "|".join([*words, "P([0-9]+Y)?([0-9]+M)?([0-9]+W)?([0-9]+D)?"]) + ")$"}


def _unique(values: list[T] | None) -> list[T] | None:
    if values and len({json.dumps(value, default=repr, sort_keys=True) for value in values}) < len(values):
        raise PydanticCustomError("not_unique", "the same item stands here twice")
    return values


def _each_tag_once(texts: dict[str, str]) -> dict[str, str]:
    if len({tag.lower() for tag in texts}) < len(texts):
        raise PydanticCustomError("not_unique", "the same language stands here twice: tags know no case")
    return texts


def _refuse_blank(pattern: str, blank: Callable[[str], bool]) -> AfterValidator:
    """What one reader of patterns calls blank and another does not: ECMA the BOM, Python the separators 1C to 1F."""

    def read(text: str) -> str:
        if blank(text):
            raise PydanticCustomError("string_pattern_mismatch", "it is blank", {"pattern": pattern})
        return text

    return AfterValidator(read)


def _left_out_if_empty(values: list[T]) -> list[T] | None:
    return values or None


Unique = AfterValidator(_unique)
"""No item stands in the list twice."""

Id = Annotated[str, Field(pattern=ID_PATTERN, max_length=MAX_ID)]
NotBlank = _refuse_blank(r"\S", lambda text: not text.replace("\ufeff", "").strip())
"""Not only blanks, whoever reads the pattern."""
Text = Annotated[str, Field(min_length=1, pattern=r"\S"), NotBlank]
Url = Annotated[
    str,
    Field(pattern=r"^https?://[^\s]+$", max_length=2000),
    _refuse_blank(r"^https?://[^\s]+$", lambda text: "\ufeff" in text or text.split() != [text]),
]
Tag = Annotated[str, Field(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", max_length=35)]
Subject = Annotated[str, Field(pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$", max_length=MAX_ID)]
Scheme = Annotated[str, Field(pattern=ID_PATTERN, max_length=MAX_ID)]
LanguageMap = Annotated[
    dict[Tag, Text],
    Field(min_length=1),
    AfterValidator(_each_tag_once),
    WithJsonSchema(
        {
            "type": "object",
            "description": "A text in several languages, by BCP 47 tag.",
            "propertyNames": TypeAdapter(Tag).json_schema(),
            "additionalProperties": TypeAdapter(Text).json_schema(),
            "minProperties": 1,
            "examples": [{"en": "Space Agency", "fr": "Agence spatiale"}],
        }
    ),
]
Duration = Annotated[str, _duration_or(), Field(examples=["P5Y"], json_schema_extra=_of_form())]
Initial = Annotated[
    str,
    _duration_or("indefinite", "unknown"),
    Field(examples=["P5Y", "indefinite"], json_schema_extra=_of_form("indefinite", "unknown")),
]
Notice = Annotated[
    str, _duration_or("none", "unknown"), Field(examples=["P6M", "none"], json_schema_extra=_of_form("none", "unknown"))
]
Date = Annotated[Json, DateSchema()]
LastingDate = Annotated[Json, DateSchema(lasting=True)]
Few = Annotated[list[T], AfterValidator(_left_out_if_empty)]
"""An optional list; an empty one is the same as none."""

SourceId = Annotated[Id, Reference("source")]
OrganizationId = Annotated[Id, Reference("organization")]
PersonId = Annotated[Id, Reference("person")]
AgreementId = Annotated[Id, Reference("agreement")]
DelegationId = Annotated[Id, Reference("delegation")]
EventId = Annotated[Id, Reference("event")]
