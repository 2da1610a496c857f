"""The OpenAPI document: its examples work on the seed, and it says nothing that is not so."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from api.settings import Settings
from db.models import TABLES
from tests.contract import ends, sent_as
from tests.door import ADMIN_KEY, Door, opened

Json = dict[str, Any]


def _operations(contract: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in contract["paths"].items():
        for method, operation in methods.items():
            if ends(operation):
                yield method.upper(), path, operation


@pytest.fixture
def contract(seeded: Door) -> Json:
    return seeded.read("/openapi.json")


def told(contract: Json) -> list[tuple[str, str, Json]]:
    """The operations in the order of the story that their examples tell: what the seed has, then one of each."""
    stages = ["GET", "POST", "revisions", "PUT", "PATCH", "DELETE", "restore"]

    def stage(each: tuple[str, str, Json]) -> int:
        method, path, _ = each
        late = {"GET /v1/findings/{id}": "revisions", "POST /v1/findings/{id}/state": "PUT"}
        late |= {f"GET /v1/webhooks{below}": "revisions" for below in ("", "/{id}", "/{id}/attempts")}
        late |= {"POST /v1/webhooks/{id}/secret": "PATCH"}
        path = path.replace("/comparison", "/revisions")
        told = late.get(f"{method} {path}", method)
        return stages.index(next((name for name in ("restore", "revisions") if name in path), told))

    return sorted(_operations(contract), key=stage)


def test_every_example_works_on_the_seed(seeded: Door, contract: Json) -> None:
    """Sent in order to a freshly seeded service, each request is answered as the example says."""
    add_shown_key(seeded.app.state.engine, contract)
    for method, path, operation in told(contract):
        response = _send(seeded, method, path, operation)
        expected = min(operation["responses"])
        assert str(response.status_code) == expected, (operation["operationId"], response.text)
        content = operation["responses"][expected].get("content", {}).get("application/json")
        if content and operation["operationId"] != "get_vocabularies":  # of which a part is shown
            assert comparable(response.json()) == comparable(content["example"]), path


def add_shown_key(engine: sa.Engine, contract: Json) -> None:
    """The key that the examples read and revoke: whoever makes one cannot choose its id."""
    operation = contract["paths"]["/v1/keys/{id}"]["get"]
    shown = operation["responses"]["200"]["content"]["application/json"]["example"]
    with engine.connect() as connection:
        connection.execute(sa.insert(TABLES["api_key"]).values(**shown, secret_sha256="0" * 64))


OF_THE_MOMENT = {
    "meta": {},
    "next": "",
    "seq": 0,
    "newest": 0,
    "since_seq": 0,
    "recorded_at": "",
    "created_at": "",
    "secret": "",
    "actor": "",
    "on": "",
    "cursor": 0,
    "created_by": "",
    "previous_until": "",
    "milliseconds": 0,
}
"""What no example can know."""


def comparable(node: Any) -> Any:
    if isinstance(node, list):
        return [comparable(item) for item in node]
    if isinstance(node, dict):
        plain = {name: OF_THE_MOMENT.get(name, comparable(value)) for name, value in node.items()}
        if "scope" in node:  # a key, whose id nobody chooses
            plain["id"] = ""
        of_the_story = str(node.get("id")).startswith("example-") and "meta" in node
        return plain | ({"meta": node["meta"]["version"]} if of_the_story else {})
    return node


def _send(door: Door, method: str, path: str, operation: Json) -> Any:
    given = {each["name"]: each for each in operation.get("parameters", ()) if "example" in each}
    where: dict[str, Json] = {"path": {}, "query": {}, "header": {}}
    for name, parameter in given.items():
        where[parameter["in"]][name] = parameter["example"]
    options: Json = {"params": where["query"], "headers": where["header"]}
    if "requestBody" in operation:
        media_type, content = next(iter(operation["requestBody"]["content"].items()))
        options |= sent_as(media_type, content["example"])
    return door.request(method, path.format(**where["path"]), **options)


def test_every_operation_is_described(contract: Json) -> None:
    """Each has an id of its own, a summary, a tag that is described, and every error with an example problem."""
    tags = {tag["name"] for tag in contract["tags"]}
    ids = [operation["operationId"] for _, _, operation in _operations(contract)]
    assert len(ids) == len(set(ids))
    for _, path, operation in _operations(contract):
        assert operation["summary"], path
        assert set(operation["tags"]) <= tags, path
        for status, kinds in _problems(contract, operation):
            for slug, example in kinds.items():
                assert str(example["value"]["status"]) == status, slug


def _problems(contract: Json, operation: Json) -> Iterator[tuple[str, Json]]:
    """What may go wrong: by status, the kinds of problems with their examples."""
    for status, response in operation["responses"].items():
        if status >= "400":
            described = contract["components"]["responses"][response["$ref"].rpartition("/")[2]]
            yield status, described["content"]["application/problem+json"]["examples"]


FOR_ADMINISTRATORS = {"keys", "webhooks"}
READING_POSTS = {"reconcile_names"}


def test_the_contract_says_when_reading_needs_a_key(url: str) -> None:
    """Each service describes itself: an open one asks for a key in writes only, and where administrators read."""
    for public_read in (True, False):
        with opened(Settings(database_url=url, admin_key=ADMIN_KEY, public_read=public_read)) as door:
            for method, path, operation in _operations(door.read("/openapi.json")):
                scope = "read" if method == "GET" or operation["operationId"] in READING_POSTS else "write"
                if set(operation["tags"]) & FOR_ADMINISTRATORS:
                    scope = "admin"
                open_ = path in ("/healthz", "/readyz") or (public_read and scope == "read")
                assert operation["security"] == ([] if open_ else [{"key": [scope]}]), path


def test_every_problem_has_a_page(seeded: Door, contract: Json) -> None:
    """The type of each problem leads to a page that says what it means."""
    types = {
        example["value"]["type"]
        for _, _, operation in _operations(contract)
        for _, kinds in _problems(contract, operation)
        for example in kinds.values()
    }
    assert types
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
