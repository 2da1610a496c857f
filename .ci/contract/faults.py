"""Planted faults: proof that the linters see what the contract must not have, one at least for each rule of ours.

`plant DOCUMENT` prints a copy with every fault of the table in it; `check FOLDER` reads what the linters said of the
copy (redocly.json, spectral.json) and fails unless each fault was found in its place by the rule that is there for it.
"""

import copy
import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

Json = Any
Path_ = tuple[str, ...]
GONE = object()
SPECTRAL = Path(__file__).with_name("spectral.yaml")


class Fault(NamedTuple):
    """One thing that is wrong in the copy."""

    rule: str
    """The rule that must find it."""
    place: str
    """An operation by its id; `#Shape`; or `/`, the whole document."""
    pointer: str
    """A JSON Pointer from there; an item of a list is called by its `name`."""
    value: object = GONE
    """What stands there instead."""


JSON_BODY = "/requestBody/content/application~1json"
JSON_ANSWER = "/responses/200/content/application~1json"
PROBLEM = "/content/application~1problem+json"
NO_EXAMPLE = {"schema": {"type": "object"}}
NO_EXAMPLE_PROBLEM = {"schema": {"$ref": "#/components/schemas/Problem"}}
FAULTS = [
    # What the linters' own sets hold
    Fault("info-license", "/", "/info/license"),
    Fault("tag-description", "/", "/tags/people/description"),
    Fault("path-keys-no-trailing-slash", "/", "/paths/~1v1~1persons~1", {}),
    Fault("operation-summary", "list_people", "/summary"),
    Fault("operation-description", "create_person", "/description"),
    Fault("operation-operationId", "get_person", "/operationId"),
    Fault("operation-operationId-unique", "change_source", "/operationId", "replace_person"),
    Fault("operation-tags", "change_person", "/tags", []),
    Fault("operation-singular-tag", "withdraw_person", "/tags", ["people", "sources"]),
    Fault("operation-tag-defined", "restore_person", "/tags", ["persons"]),
    Fault("oas3-parameter-description", "list_sources", "/parameters/limit/description"),
    Fault("oas3-valid-media-example", "create_source", f"{JSON_BODY}/example", {"id": 5}),
    Fault("oas3-valid-media-example", "get_source", f"{JSON_ANSWER}/example", {"id": 5}),
    Fault("no-invalid-media-type-examples", "replace_source", f"{JSON_BODY}/example", {"id": 5}),
    Fault("security-defined", "list_events", "/security"),
    Fault("security-defined", "create_event", "/security", [{"kee": ["write"]}]),
    # Names and words
    Fault("openapi-version", "/", "/openapi", "3.0.3"),
    Fault("operation-id-snake-case", "list_person_revisions", "/operationId", "listPersonRevisions"),
    Fault("operation-description-says-more", "get_event", "/summary", "The same"),
    Fault("operation-description-says-more", "get_event", "/description", "The same"),
    Fault("name-snake-case", "list_events", "/parameters/part_of/name", "partOf"),
    Fault("member-snake-case", "#Meta", "/properties/recordedAt", {"type": "string", "description": "When."}),
    Fault("schema-description", "#Meta", "/description"),
    Fault("member-description", "#Meta", "/properties/seq/description"),
    Fault("header-description", "get_event", "/responses/200/headers/ETag/description"),
    Fault("response-description", "get_event", "/responses/200/description", "Successful Response"),
    # Examples
    Fault("body-example", "create_event", JSON_BODY, NO_EXAMPLE),
    Fault("success-example", "list_organizations", JSON_ANSWER, NO_EXAMPLE),
    Fault("needed-parameter-example", "get_organization", "/parameters/id/example"),
    # Errors
    Fault("error-is-problem", "get_organization", "/responses/404/content", {"application/json": {}}),
    Fault("error-is-problem", "list_organizations", "/responses/401/content"),
    Fault("one-problem", "list_organizations", f"/responses/400{PROBLEM}/schema", {"type": "object"}),
    Fault("problem-example", "list_organizations", f"/responses/414{PROBLEM}", NO_EXAMPLE_PROBLEM),
    Fault(
        "problem-example",
        "create_organization",
        f"/responses/403{PROBLEM}",
        NO_EXAMPLE_PROBLEM | {"example": {"type": "about:blank", "title": "Forbidden", "status": 403, "detail": "No."}},
    ),
    Fault("problem-members", "#Problem", "/required", ["type", "title", "detail"]),
    Fault("no-framework-errors", "#HTTPValidationError", "", {"type": "object", "description": "A shape."}),
    *(
        Fault("v1-errors", operation, f"/responses/{status}")
        for operation, status in {
            "list_delegations": 400,
            "create_delegation": 401,
            "replace_delegation": 414,
            "change_delegation": 422,
            "withdraw_delegation": 503,
        }.items()
    ),
    Fault("write-scope", "restore_organization", "/responses/403"),
    Fault("every-address-errors", "check_health", "/responses/414"),
    Fault("unauthorized-challenge", "get_organization", "/responses/401/headers/WWW-Authenticate"),
    # Keys
    Fault("write-security", "create_organization", "/security", []),
    Fault("write-security", "withdraw_organization", "/security"),
    Fault("write-security", "restore_organization", "/security", [{"key": []}]),
    Fault("write-security", "change_organization", "/security", [{}]),
    Fault("read-security", "list_organizations", "/security", [{"key": []}]),
    # Parameters and bodies
    Fault("id-shape", "get_delegation", "/parameters/id/schema/pattern", ".*"),
    Fault("whole-numbers-bounded", "get_person_revision", "/parameters/version/schema/maximum"),
    Fault("strict-bodies", "restore_delegation", f"{JSON_BODY}/schema/additionalProperties", True),
    Fault("body-refusals", "create_delegation", "/responses/413"),
    Fault("body-refusals", "restore_delegation", "/responses/415"),
    Fault("write-reason", "create_delegation", "/parameters/reason/name", "why"),
    # Preconditions
    Fault("change-preconditions", "replace_delegation", "/responses/412"),
    Fault("change-preconditions", "withdraw_delegation", "/responses/428"),
    Fault("change-if-match", "change_delegation", "/parameters/if-match/name", "If-Version"),
    Fault("read-if-none-match", "list_delegations", "/parameters/if-none-match/name", "If-Version"),
    Fault("read-not-modified", "list_delegations", "/responses/304"),
    Fault("read-not-modified", "get_delegation", "/responses/304/content", {"application/json": {}}),
    # Lists
    Fault("list-items", "list_delegations", f"{JSON_ANSWER}/schema/properties/next"),
    Fault("items-are-a-list", "list_signatories", "/operationId", "find_signatories"),
    Fault("list-limit", "list_delegations", "/parameters/limit/schema/maximum", 1000),
    Fault("list-cursor", "list_delegation_revisions", "/parameters/cursor/name", "page"),
    Fault("list-sort", "list_delegations", "/parameters/sort/name", "order"),
    Fault("list-count", "list_delegations", "/parameters/count/name", "total"),
    Fault("list-link", "list_source_revisions", "/responses/200/headers/Link"),
    Fault("list-etag", "list_sources", "/responses/200/headers/ETag"),
    # One record
    Fault("record-etag", "get_signatory", "/responses/200/headers/ETag"),
    Fault("record-etag", "create_signatory", "/responses/201/headers/ETag"),
    Fault("record-etag", "replace_signatory", "/responses/201/headers/ETag"),
    Fault("record-etag", "change_signatory", "/responses/200/headers/ETag"),
    Fault("record-etag", "restore_signatory", "/responses/200/headers/ETag"),
    Fault("record-may-be-away", "get_signatory", "/responses/404"),
    Fault("record-may-be-away", "get_delegation", "/responses/410"),
    Fault("change-of-withdrawn", "change_signatory", "/responses/410"),
    Fault("taken-or-named", "create_signatory", "/responses/409"),
    Fault("taken-or-named", "withdraw_person", "/responses/409"),
    # Writes
    Fault("write-seq", "replace_signatory", "/responses/200/headers/Bilateral-Seq"),
    Fault("write-seq", "withdraw_signatory", "/responses/204/headers/Bilateral-Seq"),
    Fault("created-location", "create_signatory", "/responses/201/headers/Location"),
    Fault("create-answers-created", "create_agreement", "/responses/201"),
    Fault("put-creates-or-changes", "replace_agreement", "/parameters/if-none-match/name", "If-Version"),
    Fault("put-creates-or-changes", "replace_organization", "/responses/201"),
    Fault("patch-is-merge-patch", "change_agreement", "/requestBody/content/application~1merge-patch+json"),
    Fault("withdrawal", "withdraw_agreement", "/parameters/reason/required", False),
    Fault("withdrawal", "withdraw_signatory", "/responses/204/content", {"application/json": {}}),
]


def plant(document: Json) -> Json:
    """A copy of the document with every fault in it."""
    broken = copy.deepcopy(document)
    operations = _operations(document)
    for fault in FAULTS:
        try:
            _plant(broken, fault, operations)
        except KeyError:
            sys.exit(f"A fault for {fault.rule} has no ground any more: {fault.place} {fault.pointer} is not there")
    return broken


def _plant(broken: Json, fault: Fault, operations: Mapping[str, Path_]) -> None:
    *way, last = [*_place(fault, operations), *_steps(fault.pointer)]
    target = _reach(broken, way)
    if fault.value is GONE:
        del target[_key(target, last)]
    else:
        target[_key(target, last)] = fault.value


def _operations(document: Json) -> Mapping[str, Path_]:
    return {
        operation["operationId"]: ("paths", path, method)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def _place(fault: Fault, operations: Mapping[str, Path_]) -> Path_:
    if fault.place == "/":
        return ()
    if fault.place.startswith("#"):
        return ("components", "schemas", fault.place[1:])
    return operations[fault.place]


def _steps(pointer: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def _reach(document: Json, way: Sequence[str]) -> Json:
    """What stands there; a reference on the way is replaced by a copy of its own, so that nothing else is broken."""
    here = document
    for step in way:
        key = _key(here, step)
        if "$ref" in here[key]:
            here[key] = copy.deepcopy(_reach(document, _steps(here[key]["$ref"])))
        here = here[key]
    return here


def _key(container: Json, step: str) -> str | int:
    if isinstance(container, dict):
        return step
    for index, item in enumerate(container):
        if item["name"].lower() == step.lower():
            return index
    raise KeyError(step)


def missed(document: Json, findings: set[tuple[str, Path_]]) -> list[str]:
    """The faults that no linter found where they are."""
    operations = _operations(document)
    found = {(rule, place[:3]) for rule, place in findings} | {(rule, ()) for rule, _ in findings}
    return [
        f"{fault.rule} does not see that {fault.place} {fault.pointer} is wrong"
        for fault in FAULTS
        if (fault.rule, _place(fault, operations)) not in found
    ]


def unproven() -> list[str]:
    """The rules of ours that no fault was planted for."""
    ours = re.findall(r"^  ([a-z0-9-]+):$", SPECTRAL.read_text("utf-8").partition("\nrules:\n")[2], re.MULTILINE)
    return [f"{rule} of {SPECTRAL.name} has no planted fault" for rule in sorted(set(ours) - {f.rule for f in FAULTS})]


def _findings(folder: Path) -> set[tuple[str, Path_]]:
    spectral = json.loads((folder / "spectral.json").read_text("utf-8"))
    redocly = json.loads((folder / "redocly.json").read_text("utf-8"))["problems"]
    found = {(each["code"], tuple(map(str, each["path"]))) for each in spectral}
    return found | {(each["ruleId"], tuple(_steps(place["pointer"]))) for each in redocly for place in each["location"]}


def main(command: str, where: Path) -> None:
    """Plant, or check."""
    if command == "plant":
        json.dump(plant(json.loads(where.read_text("utf-8"))), sys.stdout, ensure_ascii=False)
        return
    document = json.loads((where / "openapi.json").read_text("utf-8"))
    wrong = unproven() + missed(document, _findings(where))
    if wrong:
        sys.exit("\n".join(wrong))
    sys.stdout.write(f"{len(FAULTS)} planted faults, each found.\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
