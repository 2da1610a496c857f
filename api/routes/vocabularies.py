"""/v1/vocabularies: the closed lists with their labels, and the subjects in use."""

from typing import Any

from fastapi import Request, Response

from api import answers
from api.deps import Reader
from api.replies import IF_NONE_MATCH, NOT_MODIFIED, READING, problems, success
from api.schemas import Vocabularies
from api.strict import Router, StrictRoute
from db.agreements import subjects_in_use
from db.documents import text_of
from db.labels import LABELS, LAW

router = Router(prefix="/v1", begins="/v1/vocabularies", tags=["vocabularies"], route_class=StrictRoute)


@router.get(
    "/vocabularies",
    operation_id="get_vocabularies",
    summary="The closed lists, with labels, and the subjects in use",
    response_model=Vocabularies,
    responses=success(200, "The vocabularies", "ETag") | NOT_MODIFIED | problems(*READING),
    openapi_extra=IF_NONE_MATCH,
)
def get_vocabularies(request: Request, reader: Reader) -> Response:
    """Every value that a member of a closed list can have, with its label in English and French."""
    with reader.connect() as connection:
        subjects = [{"value": value, "count": count} for value, count in subjects_in_use(connection)]
    return answers.text(request, text_of({"vocabularies": CLOSED, "subjects": subjects}))


def _term(name: str, value: str) -> dict[str, Any]:
    law = {"law": LAW[value]} if name == "event_kind" and value in LAW else {}
    return {"value": value, "label": LABELS[name][value]} | law


CLOSED = {name: [_term(name, value) for value in labels] for name, labels in LABELS.items()}
