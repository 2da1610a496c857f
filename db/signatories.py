"""Signatories: who signed an agreement, in what capacity, on behalf of which party."""

import sqlalchemy as sa

from db import names, queries
from db.dossiers import render
from db.members import Json
from db.records import Collection


def _stem(_connection: sa.Connection, document: Json) -> str:
    return names.stem(document["agreement"], document["person"])


SIGNATORIES = Collection(
    kind="signatory",
    name="signatories",
    stem=_stem,
    sorts=queries.common_sorts("signatory"),
    filters={
        "agreement": queries.ids_filter("signatory", "agreement", "Signed this agreement.", "mex-rus-outer-space-2021"),
        "person": queries.ids_filter("signatory", "person", "This person.", "serguei-savelyev"),
        "organization": queries.ids_filter(
            "signatory", "organization", "In a capacity of this organization.", "roscosmos"
        ),
        **queries.common_filters("signatory", "Saveliev"),
    },
    after=render,
)
