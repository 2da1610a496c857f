"""The OpenAPI document: its examples work on the seed, and it says nothing that is not so."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.door import Door

Json = dict[str, Any]


def _operations(contract: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in contract["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


@pytest.fixture
def contract(seeded: Door) -> Json:
    return seeded.read("/openapi.json")


def test_every_example_works_on_the_seed(seeded: Door, contract: Json) -> None:
    """Sent in the document's order to a freshly seeded service, each request is answered as it succeeds."""
    order = ["POST", "GET", "PUT", "PATCH", "DELETE"]
    sent = sorted(_operations(contract), key=lambda each: (each[1].endswith("/restore"), order.index(each[0])))
    answered: list[tuple[str, int]] = []
    for method, path, operation in sent:
        response = _send(seeded, method, path, operation)
        expected = min(int(status) for status in operation["responses"])
        assert response.status_code == expected, (operation["operationId"], response.text)
        answered.append((operation["operationId"], response.status_code))
    assert len(answered) == len({id for id, _ in answered})


def _send(door: Door, method: str, path: str, operation: Json) -> Any:
    given = {each["name"]: each for each in operation.get("parameters", ()) if "example" in each}
    where: dict[str, Json] = {"path": {}, "query": {}, "header": {}}
    for name, parameter in given.items():
        where[parameter["in"]][name] = parameter["example"]
    options: Json = {"params": where["query"], "headers": where["header"]}
    if "requestBody" in operation:
        options["json"] = next(iter(operation["requestBody"]["content"].values()))["example"]
    return door.request(method, path.format(**where["path"]), **options)


def test_every_operation_is_described(contract: Json) -> None:
    """Each has an id of its own, a summary, a tag that is described, and every error with an example problem."""
    tags = {tag["name"] for tag in contract["tags"]}
    ids = [operation["operationId"] for _, _, operation in _operations(contract)]
    assert len(ids) == len(set(ids))
    for _, path, operation in _operations(contract):
        assert operation["summary"], path
        assert set(operation["tags"]) <= tags, path
        for status, response in operation["responses"].items():
            if status >= "400":
                example = response["content"]["application/problem+json"]["example"]
                assert str(example["status"]) == status


def test_every_problem_has_a_page(seeded: Door, contract: Json) -> None:
    """The type of each problem leads to a page that says what it means."""
    types = {
        response["content"]["application/problem+json"]["example"]["type"]
        for _, _, operation in _operations(contract)
        for status, response in operation["responses"].items()
        if status >= "400"
    }
    for type_ in types:
        page = seeded.get(urlsplit(type_).path)
        assert page.status_code == 200
        assert page.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("page", ["/docs", "/redoc"])
def test_the_pages_name_no_other_host(seeded: Door, page: str) -> None:
    """Scripts and styles come from this service, so that the pages work without internet."""
    html = seeded.get(page).text
    assert "http://" not in html
    assert "https://" not in html
    for asset in [part.split('"')[0] for part in html.split('="/docs/assets')[1:]]:
        assert seeded.get(f"/docs/assets{asset}").status_code == 200
