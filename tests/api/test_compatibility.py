"""No release breaks the clients of the one before it: the contract is compared with the last one released.

At a release the new contract is kept: `bilateral openapi > tests/api/released.json`.
"""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from api.contract import contract
from api.main import create_app
from tests.compatibility import breaking
from tests.door import Json

RELEASED: Json = json.loads(Path(__file__).with_name("released.json").read_text(encoding="utf-8"))
PEOPLE = RELEASED["paths"]["/v1/people"]


def test_the_contract_keeps_what_was_released() -> None:
    """A change that breaks clients needs a new version of the interface, beside the old one."""
    assert breaking(RELEASED, contract(create_app())) == []


def shape(document: Json, name: str) -> Json:
    found: Json = document["components"]["schemas"][name]
    return found


def operation(document: Json, path: str, method: str) -> Json:
    found: Json = document["paths"][path][method]
    return found


def parameter(document: Json, path: str, method: str, name: str) -> Json:
    return next(each for each in operation(document, path, method)["parameters"] if each["name"] == name)


Change = Callable[[Json], Any]
BREAKS: dict[str, Change] = {
    "a path goes": lambda d: d["paths"].pop("/v1/people/{id}/restore"),
    "a method goes": lambda d: d["paths"]["/v1/people/{id}"].pop("patch"),
    "an operation is renamed": lambda d: operation(d, "/v1/people", "get").update(operationId="find_people"),
    "reading needs a key": lambda d: operation(d, "/v1/people", "get").update(security=[{"key": []}]),
    "a parameter goes": lambda d: operation(d, "/v1/people", "get")["parameters"].pop(0),
    "a parameter is required": lambda d: parameter(d, "/v1/people", "post", "reason").update(required=True),
    "a parameter is new and required": lambda d: operation(d, "/v1/people", "get")["parameters"].append(
        {"name": "for", "in": "query", "required": True, "schema": {"type": "string"}}
    ),
    "a parameter takes less": lambda d: parameter(d, "/v1/people", "get", "limit")["schema"].update(maximum=100),
    "a parameter has another type": lambda d: parameter(d, "/v1/people", "get", "limit")["schema"].update(
        type="string"
    ),
    "an order goes": lambda d: parameter(d, "/v1/people", "get", "sort")["schema"]["enum"].remove("-updated"),
    "a media type goes": lambda d: operation(d, "/v1/people/{id}", "patch")["requestBody"]["content"].pop(
        "application/json"
    ),
    "a status goes": lambda d: operation(d, "/v1/people", "post")["responses"].pop("201"),
    "a header goes": lambda d: operation(d, "/v1/people", "post")["responses"]["201"]["headers"].pop("Location"),
    "a member is required": lambda d: shape(d, "PersonInput")["required"].append("positions"),
    "a member that was sent goes": lambda d: shape(d, "PersonInput")["properties"].pop("positions"),
    "a member that was answered goes": lambda d: shape(d, "PersonRecord")["properties"].pop("meta"),
    "a member that was answered may be left out": lambda d: shape(d, "Meta")["required"].remove("seq"),
    "a word goes": lambda d: shape(d, "AgreementInput")["properties"]["form"]["enum"].remove("treaty"),
    "a word comes in an answer": lambda d: shape(d, "AgreementRecord")["properties"]["form"]["enum"].append("pact"),
    "an id may be shorter": lambda d: shape(d, "AgreementInput")["properties"]["id"].update(maxLength=10),
    "a pattern comes": lambda d: shape(d, "SourceInput")["properties"]["title"].update(pattern="^[a-z]+$"),
    "another type is answered": lambda d: shape(d, "Meta")["properties"]["version"].update(type="string"),
    "a date has one form": lambda d: shape(d, "DateInput")["anyOf"].pop(),
    "a page has another length": lambda d: parameter(d, "/v1/people", "get", "limit")["schema"].update(default=1),
    "a link goes": lambda d: operation(d, "/v1/people", "post")["responses"]["201"]["links"].pop("read"),
    "keys are sent in another way": lambda d: d["components"]["securitySchemes"].pop("key"),
    "more languages are needed": lambda d: shape(d, "Texts").update(minProperties=2),
    "an inner part takes less": lambda d: shape(d, "PartyInput")["properties"].pop("territories"),
}
KEEPS: dict[str, Change] = {
    "a path comes": lambda d: d["paths"].update({"/v1/treaties": PEOPLE}),
    "a parameter comes": lambda d: operation(d, "/v1/people", "get")["parameters"].append(
        {"name": "q", "in": "query", "required": False, "schema": {"type": "string"}}
    ),
    "a member comes": lambda d: shape(d, "PersonInput")["properties"].update(born={"type": "string"}),
    "a member is answered too": lambda d: shape(d, "PersonRecord")["properties"].update(born={"type": "string"}),
    "a word comes": lambda d: shape(d, "AgreementInput")["properties"]["form"]["enum"].append("pact"),
    "a status comes": lambda d: operation(d, "/v1/people", "get")["responses"].update({"429": {"description": "-"}}),
    "more fits on a page": lambda d: parameter(d, "/v1/people", "get", "limit")["schema"].update(maximum=1000),
    "a description changes": lambda d: shape(d, "PersonInput").update(description="Somebody."),
}


@pytest.mark.parametrize("change", BREAKS)
def test_a_break_is_found(change: str) -> None:
    """Each kind of break, and nothing but it."""
    changed = deepcopy(RELEASED)
    BREAKS[change](changed)
    assert len(breaking(RELEASED, changed)) == 1


@pytest.mark.parametrize("change", KEEPS)
def test_what_breaks_nobody_is_welcome(change: str) -> None:
    """More that may be sent, more that is answered."""
    changed = deepcopy(RELEASED)
    KEEPS[change](changed)
    assert breaking(RELEASED, changed) == []
