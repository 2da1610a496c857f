"""The container files, where no engine is: what they name is there, and what they run is what users run."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import psycopg
import pytest
import typer.main
import yaml

from api.cli import app
from api.main import create_app
from api.settings import PREFIX, Settings, read_settings
from db.engine import make_engine
from db.migrate import migrate
from tests.server import PATIENCE, serving

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "bilateral"}
OF_OTHERS = {
    "PYTHONUNBUFFERED",
    "PYTHONDONTWRITEBYTECODE",
    "POSTGRES_USER",
    "POSTGRES_DB",
    "POSTGRES_PASSWORD",
    "POSTGRES_INITDB_ARGS",
}
"""Variables of Python and of the image of PostgreSQL."""


def instructions(name: str) -> list[str]:
    """What follows each instruction of this name in the Dockerfile."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    whole = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    return [line.removeprefix(name).strip() for line in whole.splitlines() if line.startswith(f"{name} ")]


def only(name: str) -> str:
    (found,) = instructions(name)
    return found


def health_check() -> list[str]:
    """The command of the image's health check."""
    command: list[str] = json.loads(only("HEALTHCHECK").partition("CMD ")[2])
    return command


# Images


def test_images_are_pinned_by_release() -> None:
    """Python is the one that the project asks for and is linted for, PostgreSQL no older than it may be."""
    python = re.fullmatch(r"python:(\d+)\.(\d+)\.\d+-slim-[a-z]+", only("FROM"))
    assert python
    assert PROJECT["project"]["requires-python"] == f">={python[1]}.{python[2]}"
    assert PROJECT["tool"]["ruff"]["target-version"] == f"py{python[1]}{python[2]}"
    images = {service["image"] for service in SERVICES.values()} - {"bilateral"}
    for image in images:
        postgres = re.fullmatch(r"postgres:(\d+)\.\d+-[a-z]+", image)
        assert postgres
        assert int(postgres[1]) >= 15


def test_what_is_copied_is_there_and_nothing_else_is_let_in() -> None:
    """Each source of a COPY exists, and .dockerignore lets in these alone."""
    copied = {source for line in instructions("COPY") for source in line.split()[:-1]}
    assert [source for source in copied if not (ROOT / source).exists()] == []
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == copied


def test_every_dependency_of_the_image_has_its_release() -> None:
    """The image installs under constraints.txt, which names them all."""
    assert "pip install -c constraints.txt -e ." in " ".join(instructions("RUN"))
    pinned = {
        line.partition("==")[0].lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
        if "==" in line
    }
    needed = {re.split(r"[\[<>=~! ]", each)[0].lower() for each in PROJECT["project"]["dependencies"]}
    assert needed - pinned == set()


def test_nobody_is_root() -> None:
    """The image's user is a number, which is that of the owner of its data."""
    user, _, group = only("USER").partition(":")
    prepared = " ".join(instructions("RUN"))
    assert int(user) > 0
    assert f"--gid {group} bilateral" in prepared
    assert f"--uid {user} --gid bilateral" in prepared
    assert f"--owner=bilateral --group=bilateral --mode=0700 {only('VOLUME')}" in prepared
    assert {service.get("user", "bilateral") for service in SERVICES.values()} == {"bilateral", "postgres"}


# Settings


def variables() -> dict[str, list[str]]:
    """Every environment variable that is set, with its values."""
    found: dict[str, list[str]] = {}
    for line in instructions("ENV"):
        for pair in line.split():
            name, _, value = pair.partition("=")
            found.setdefault(name, []).append(value)
    for service in SERVICES.values():
        for name, value in service["environment"].items():
            found.setdefault(name, []).append(value)
    return found


def test_every_variable_is_read_by_somebody() -> None:
    """By the service, by PostgreSQL's client library, by Python, or by the image of PostgreSQL."""
    settings = {PREFIX + name.upper() for name in Settings.model_fields}
    libpq = {option.envvar.decode() for option in psycopg.pq.Conninfo.get_defaults() if option.envvar}
    assert variables().keys() - settings - libpq == OF_OTHERS


def test_no_secret_is_in_the_files() -> None:
    """Passwords and keys come from outside, and a password is no part of an address."""
    for name, values in variables().items():
        if re.search("PASSWORD|KEY", name):
            assert [value for value in values if not re.fullmatch(r"\$\{[A-Z_]+(:[?-][^}]*)?\}", value)] == [], name
    for url in variables()[f"{PREFIX}DATABASE_URL"]:
        engine = make_engine(url)
        assert engine.url.password is None
        assert engine.url.database in (SERVICES["database"]["environment"]["POSTGRES_DB"], "/data/bilateral.db")
        assert engine.url.host in (None, *SERVICES)


def test_a_key_that_nobody_gave_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compose passes an empty text for it: the first start makes a key then."""
    given = SERVICES["api"]["environment"]
    assert given["BILATERAL_ADMIN_KEY"] == "${BILATERAL_ADMIN_KEY:-}"
    for name, value in given.items():
        monkeypatch.setenv(name, "" if value.startswith("${") else value)
    settings = read_settings()
    assert settings.admin_key is None
    assert settings.database_url == given["BILATERAL_DATABASE_URL"]


# Commands


def test_every_command_is_one() -> None:
    """The image's and those of the services: each is parsed as `bilateral` would."""
    assert json.loads(only("ENTRYPOINT")) == list(PROJECT["project"]["scripts"])
    root: Any = typer.main.get_command(app)
    for name, *options in (json.loads(only("CMD")), *(each["command"] for each in OURS.values() if "command" in each)):
        root.commands[name].make_context(name, options)


def test_one_port_and_one_path_are_meant() -> None:
    """The port that `serve` takes is exposed, checked and published on the loopback; the path is in the contract."""
    root: Any = typer.main.get_command(app)
    port = next(option.default for option in root.commands["serve"].params if option.name == "port")
    address = re.search(r"HTTPConnection\('127\.0\.0\.1', (\d+),.*request\('GET', '(/\w+)'\)", health_check()[-1])
    assert address
    assert {only("EXPOSE"), address[1]} == {str(port)}
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "api": [f"127.0.0.1:{port}:{port}"]
    }
    assert address[2] in create_app().openapi()["paths"]


def test_the_health_check_tells_a_service_that_can_serve_from_one_that_cannot(tmp_path: Path) -> None:
    """Its status is 0 while requests can be served; not when the schema is not at head, nor when nobody answers."""
    url = f"sqlite:///{tmp_path / 'record.db'}"

    def check(address: str) -> int:
        python, *options, program = health_check()
        assert python == "python"
        here = program.replace("8000", address.rpartition(":")[2])
        command = [sys.executable, *options, here]
        return subprocess.run(command, stderr=subprocess.DEVNULL, timeout=PATIENCE, check=False).returncode

    with serving(tmp_path, database_url=url, seed="false") as server:
        assert check(server.address) == 0
        engine = make_engine(url)
        migrate(engine, "-1")
        engine.dispose()
        assert check(server.address) == 1
        server.interrupt()
    assert check(server.address) == 1


# Services


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_do_no_more_than_it_must(name: str) -> None:
    """It writes to volumes and memory only, has no capabilities and can get none; what it logs is bounded."""
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["logging"]["driver"] == "local"
    assert service["restart"] == ("no" if name == "migrate" else "unless-stopped")
    assert service.keys().isdisjoint({"privileged", "cap_add", "network_mode", "pid", "devices"})


def test_each_service_waits_for_what_it_needs() -> None:
    """The migration for the database, the API for both; the image is built once, and never asked for elsewhere."""
    waits = {
        name: {other: how["condition"] for other, how in service.get("depends_on", {}).items()}
        for name, service in SERVICES.items()
    }
    assert waits == {
        "database": {},
        "migrate": {"database": "service_healthy"},
        "api": {"database": "service_healthy", "migrate": "service_completed_successfully"},
        "deliver": {"database": "service_healthy", "migrate": "service_completed_successfully"},
    }
    assert "test" in SERVICES["database"]["healthcheck"]
    assert {name for name, service in OURS.items() if "build" in service} == {"migrate"}
    assert SERVICES["api"]["pull_policy"] == SERVICES["deliver"]["pull_policy"] == "never"
