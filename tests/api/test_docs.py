"""The pages for people, in a real browser: they show the whole contract, and each of its examples can be tried.

They do not depend on the database: one run, on SQLite, is enough.
"""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Route, expect, sync_playwright

from api.contract import TAGS
from api.errors import KINDS
from db.engine import make_engine
from tests.api.test_contract import add_shown_key, told
from tests.contract import ends
from tests.door import ADMIN_KEY, Json
from tests.server import PATIENCE, Served, serving

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OFFLINE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
expect.set_options(timeout=PATIENCE * 1000)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`bilateral serve` in an empty folder: its record is the seed."""
    with serving(tmp_path_factory.mktemp("docs"), admin_key=ADMIN_KEY) as served:
        yield served


@pytest.fixture(scope="module")
def contract(served: Served) -> Json:
    document: Json = served.request("GET", "/openapi.json").json()
    return document


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, without a window and with no host but the loopback."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.fail("no browser to show the pages in: install the package chromium (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[OFFLINE])
        yield browser
        browser.close()


@dataclass
class Visitor:
    """Uses the pages, and notes what they do besides."""

    page: Page
    address: str
    asked: list[Request] = field(default_factory=list)
    """What was asked for, here or elsewhere."""
    complaints: list[str] = field(default_factory=list)
    """Errors and warnings of the pages' scripts, and of the browser about them."""

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE * 1000)
        self.page.route("**/*", self._let_through)
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _let_through(self, route: Route) -> None:
        self.asked.append(route.request)
        if self._is_here(route.request.url):
            route.continue_()
        else:
            route.abort()

    def _is_here(self, url: str) -> bool:
        return url.startswith((f"{self.address}/", f"blob:{self.address}/", "data:"))

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def elsewhere(self) -> list[str]:
        """The addresses on other hosts that a page asked for."""
        return [request.url for request in self.asked if not self._is_here(request.url)]

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def open_docs(self) -> Page:
        """Swagger UI, with all its sections open."""
        page = self.open("/docs")
        expect(page.locator(".opblock-tag").first).to_be_visible()
        for section in page.locator(".opblock-tag[data-is-open=false]").all():
            section.click()
        return page

    def open_key_dialog(self) -> None:
        self.page.get_by_role("button", name="Authorize").click()

    def enter_key(self) -> None:
        self.open_key_dialog()
        dialog = self.page.locator(".dialog-ux")
        dialog.get_by_role("textbox").fill(ADMIN_KEY)
        dialog.get_by_role("button", name="Apply credentials").click()
        dialog.get_by_role("button", name="Close").last.click()

    def try_out(self, operation: Json) -> str:
        """Send the example as it is filled in; gives the status that is shown."""
        block = self.page.locator(f"#operations-{operation['tags'][0]}-{operation['operationId']}")
        block.locator(".opblock-summary-control").click()
        block.get_by_role("button", name="Try it out").click()
        block.get_by_role("button", name="Execute").click()
        answer = block.locator(".live-responses-table tbody .response")
        status = answer.locator(".response-col_status").inner_text()
        assert "Unrecognized response type" not in answer.inner_text()
        block.locator(".opblock-summary-control").click()
        return status


@contextmanager
def visiting(browser: Browser, served: Served) -> Iterator[Visitor]:
    """Somebody's first visit, during which no page asks another host for anything or complains."""
    with browser.new_context(viewport={"width": 1000, "height": 500}) as context:
        visitor = Visitor(context.new_page(), served.address)
        yield visitor
        assert visitor.elsewhere() == []
        assert visitor.complaints == []


@pytest.fixture
def visitor(browser: Browser, served: Served) -> Iterator[Visitor]:
    """A visit to the service that holds the seed."""
    with visiting(browser, served) as visitor:
        yield visitor


def operations(contract: Json, tag: str) -> list[tuple[str, str, Json]]:
    """Method, path and description of those in one section, in the document's order."""
    return [
        (method.upper(), path, operation)
        for path, methods in contract["paths"].items()
        for method, operation in methods.items()
        if tag in operation["tags"]
    ]


def alone(contract: Json, paths: Json) -> Json:
    """The contract with these paths only, and what they refer to."""
    kept: set[tuple[str, str]] = set()
    text = json.dumps(paths)
    while named := set(re.findall(r"#/components/(\w+)/([\w-]+)", text)) - kept:
        kept |= named
        text = json.dumps([contract["components"][kind][name] for kind, name in named])
    kept |= {("securitySchemes", name) for name in contract["components"]["securitySchemes"]}
    components = {
        kind: {name: each for name, each in named.items() if (kind, name) in kept}
        for kind, named in contract["components"].items()
    }
    return contract | {"paths": paths, "components": components}


def test_swagger_ui_shows_the_whole_contract(visitor: Visitor, contract: Json) -> None:
    """The tags with what they mean, and under each its operations with method, path and summary, in their order."""
    page = visitor.open_docs()
    shown = page.locator(".opblock-tag-section").evaluate_all(
        """sections => sections.map(section => [
            section.querySelector(".opblock-tag").dataset.tag,
            section.querySelector(".opblock-tag .renderedMarkdown").innerText.trim(),
            [...section.querySelectorAll(".opblock")].map(operation => [
                operation.querySelector(".opblock-summary-method").innerText,
                operation.querySelector(".opblock-summary-path").dataset.path,
                operation.querySelector(".opblock-summary-description").innerText,
            ]),
        ])"""
    )
    assert shown == [
        [tag["name"], tag["description"], [[method, path, each["summary"]] for method, path, each in inside]]
        for tag in contract["tags"]
        for inside in [operations(contract, tag["name"])]
    ]


@pytest.mark.parametrize("tag", [tag["name"] for tag in TAGS if tag["name"] not in ("findings", "keys")])
def test_every_example_can_be_tried_in_swagger_ui(visitor: Visitor, contract: Json, tag: str) -> None:
    """Tried out as it is filled in, each operation shows its success, and no address ever bears the key.

    One section at a time: Swagger UI takes the whole document apart again for each operation that is opened.
    """
    assert_examples_can_be_tried(visitor, contract, tag)


def test_the_examples_of_findings_can_be_tried_once_the_agreement_is_there(
    browser: Browser, contract: Json, tmp_path: Path
) -> None:
    """The finding that is shown is one in the agreement that the document shows how to add."""
    shown = contract["paths"]["/v1/agreements"]["post"]["requestBody"]["content"]["application/json"]["example"]
    with serving(tmp_path, admin_key=ADMIN_KEY) as served:
        key = {"Authorization": f"Bearer {ADMIN_KEY}"}
        assert served.request("POST", "/v1/agreements", json=shown, headers=key).status_code == 201
        with visiting(browser, served) as visitor:
            assert_examples_can_be_tried(visitor, contract, "findings")


def test_the_examples_of_keys_can_be_tried_once_the_key_is_there(
    browser: Browser, contract: Json, tmp_path: Path
) -> None:
    """Whoever makes one cannot choose its id: the one that is shown is put there."""
    with serving(tmp_path, admin_key=ADMIN_KEY) as served:
        engine = make_engine(f"sqlite:///{tmp_path / 'bilateral.db'}")
        add_shown_key(engine, contract)
        engine.dispose()
        with visiting(browser, served) as visitor:
            assert_examples_can_be_tried(visitor, contract, "keys")


def assert_examples_can_be_tried(visitor: Visitor, contract: Json, tag: str) -> None:
    inside = [each for each in operations(contract, tag) if ends(each[2])]
    section = alone(contract, {path: contract["paths"][path] for _, path, _ in inside})
    visitor.page.route("**/openapi.json", lambda route: route.fulfill(body=json.dumps(section)))
    visitor.open_docs()
    visitor.enter_key()
    shown = {operation["operationId"]: visitor.try_out(operation) for _, _, operation in told(section)}
    assert shown == {operation["operationId"]: min(operation["responses"]) for _, _, operation in inside}
    assert [request.url for request in visitor.asked if ADMIN_KEY in request.url] == []
    assert ADMIN_KEY not in visitor.page.url


def test_the_key_is_still_there_on_the_next_visit(visitor: Visitor, contract: Json) -> None:
    """The browser keeps it, and Swagger UI sends it again."""
    visitor.open_docs()
    visitor.enter_key()
    page = visitor.open_docs()
    page.route("**/v1/people/*", lambda route: route.fulfill(json={}))  # what it answers is another test's matter
    with page.expect_request(lambda request: request.method == "PATCH") as sent:
        assert visitor.try_out(contract["paths"]["/v1/people/{id}"]["patch"]) == "200"
    assert sent.value.headers["authorization"] == f"Bearer {ADMIN_KEY}"


def test_redoc_shows_the_whole_contract(visitor: Visitor, contract: Json) -> None:
    """Every tag, and in it every operation under its summary."""
    page = visitor.open("/redoc")
    for tag in contract["tags"]:
        hooks = [each["post"] for each in contract["webhooks"].values() if tag["name"] in each["post"]["tags"]]
        inside = [operation["summary"] for _, _, operation in operations(contract, tag["name"])]
        headings = page.locator(f"[id^='tag/{tag['name']}/operation/'] h2")
        expect(headings).to_have_text([*(f"{hook['summary']} Webhook" for hook in hooks), *inside])
        expect(page.locator(f"[id='tag/{tag['name']}']")).to_contain_text(tag["description"])


def test_every_problem_is_explained_on_its_page(visitor: Visitor) -> None:
    """Its title, its status and what it means."""
    for kind in KINDS.values():
        page = visitor.open(f"/problems/{kind.slug}")
        assert page.title() == kind.title
        assert page.locator("h1").inner_text() == kind.title
        shown = page.locator("body").inner_text().replace("`", "")
        assert str(kind.status) in shown
        assert kind.meaning.replace("`", "") in shown


def test_the_front_door_leads_to_the_documentation(visitor: Visitor) -> None:
    """Whoever types the host alone sees Swagger UI."""
    expect(visitor.open("/")).to_have_url(f"{visitor.address}/docs")
