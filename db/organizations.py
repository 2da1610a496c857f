"""Organizations: states and their bodies, international organisations, companies."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import sqlalchemy as sa

from db import checks, names, queries, records
from db.dossiers import follow_organizations
from db.errors import Fault
from db.ledger import WriteUnit
from db.members import Json, in_english
from db.models import TABLES
from db.queries import WORDS, Filter
from db.records import Collection, Draft

ORGANIZATION = TABLES["organization"]


def _stem(_connection: sa.Connection, document: Json) -> str:
    codes = [each["value"] for each in document.get("identifiers", ()) if each["scheme"] == "iso3166"]
    if document["kind"] == "state" and codes:
        return names.stem(codes[0])
    return names.stem(in_english(document["name"]))


def _unfold(unit: WriteUnit, drafts: Sequence[Draft]) -> list[Draft]:
    return [_as_a_state(unit, draft) for draft in drafts]


def _as_a_state(unit: WriteUnit, draft: Draft) -> Draft:
    """A state's own `state` is itself, whether it was said or not; it stays a state while others name it as theirs."""
    document, before = draft.document, draft.before
    if document["kind"] == "state" and "state" not in document:
        return replace(draft, document=document | {"state": document["id"]})
    if document["kind"] != "state" and before and before.document["kind"] == "state":
        records.refuse_named(unit, "organization", draft.id, as_state=True)
    return draft


def check(document: Json) -> Iterator[Fault]:
    """Spans that end before they begin, and an organization that is its own parent or predecessor."""
    id = document["id"]
    if document["kind"] == "state" and document["state"] != id:
        yield Fault("/state", "names_another", "a state's own state is itself")
    if document["kind"] != "state" and document.get("state") == id:
        yield Fault("/state", "names_itself", "only an organization of kind state is its own state")
    if document.get("parent") == id:
        yield Fault("/parent", "names_itself", "an organization is not its own parent")
    for index, predecessor in enumerate(document.get("predecessors", ())):
        if predecessor["organization"] == id:
            yield Fault(f"/predecessors/{index}/organization", "names_itself", "its own predecessor")
    for finding in checks.check_span(document, "valid_from", "valid_to"):
        yield Fault(*finding)
    for finding in checks.check_spans(document.get("affiliations", ()), "/affiliations"):
        yield Fault(*finding)


ORGANIZATIONS = Collection(
    kind="organization",
    name="organizations",
    stem=_stem,
    sorts=queries.common_sorts("organization"),
    filters={
        "kind": Filter(
            WORDS, queries.any_of(ORGANIZATION.c.kind), "A word of the vocabulary `organization_kind`.", "agency"
        ),
        "state": queries.ids_filter("organization", "state", "Belongs to this state, or is it.", "rus"),
        "parent": queries.ids_filter("organization", "parent", "Is part of this organization.", "government-rus"),
        **queries.common_filters("organization", "Roscosmos", "iso3166:RUS"),
    },
    check=check,
    unfold=_unfold,
    after=follow_organizations,
)
