"""What is HTTP's own: the envelope of a page, a revision, a problem. The records' shapes are db/documents.py's."""

from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, create_model

from db import vocabulary as v
from db.documents import Record, Shape

R = TypeVar("R")


class Meta(BaseModel):
    """What the service adds to a record."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    version: int
    """Counts this record's revisions from 1."""
    seq: int
    """The place of its newest revision in the ledger."""
    recorded_at: str = Field(examples=["2026-11-23T05:49:53.000000Z"])
    """When that was recorded here."""
    hash: str
    """The revision's SHA-256, over its columns and the hash before it."""


class Page(BaseModel, Generic[R]):
    """One page of a list."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    items: list[R]
    next: str = ""
    """The cursor of the next page; left out on the last."""
    count: int = 0
    """How many there are in all; with `count=true` or `limit=0` only."""


class Revision(BaseModel, Generic[R]):
    """One version of a record, as the ledger keeps it."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    seq: int
    version: int
    recorded_at: str
    op: v.Operation
    actor: str
    reason: str = ""
    """Left out where none was given."""
    document: R


class Restoration(Shape):
    """Which version to make the newest, and why."""

    version: int = Field(ge=1, le=2**31 - 1, examples=[1])
    reason: str = Field(min_length=1, pattern=r"\S", examples=["Withdrawn by mistake"])


class ProblemError(BaseModel):
    """One thing that is wrong, and where."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    pointer: str = ""
    """A JSON Pointer into the body; or else:"""
    parameter: str = ""
    """The name of a parameter or header."""
    code: str
    detail: str


class Problem(BaseModel):
    """RFC 9457: what went wrong."""

    type: str = Field(examples=["/problems/invalid"])
    title: str
    status: int
    detail: str
    errors: list[ProblemError] = []


class VocabularyTerm(BaseModel):
    """A member of a closed list."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    value: str
    label: dict[str, str] = Field(examples=[{"en": "signature", "fr": "signature"}])
    law: str = ""
    """The articles of the Vienna Convention on the Law of Treaties that it is done under; left out where none is."""


class SubjectInUse(BaseModel):
    """A subject, and how many agreements are about it."""

    value: str
    count: int


class Vocabularies(BaseModel):
    """The closed lists by name, and the subjects in use, the most frequent first."""

    vocabularies: dict[str, list[VocabularyTerm]]
    subjects: list[SubjectInUse]


def answered(shape: type[Record]) -> Any:
    """The shape of an answer: the record with `meta` in front."""
    return create_model(f"{shape.__name__}Record", __base__=shape, __doc__=shape.__doc__, meta=(Meta, ...))


def page_of(record: Any) -> Any:
    """The shape of a page of these."""
    return Page.__class_getitem__(record)


def revision_of(shape: type[Record]) -> Any:
    """The shape of a version of one of these."""
    return Revision.__class_getitem__(shape)
