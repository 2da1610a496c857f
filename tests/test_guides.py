"""What is written for contributors and for the public host says what is there."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import typer.main
import yaml

from api.cli import app
from api.settings import PREFIX, Settings
from tests.server import PATIENCE

ROOT = Path(__file__).parent.parent
GUIDES = sorted((ROOT / ".github").glob("*.md"))
WORKFLOW: dict[Any, Any] = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_what_a_guide_names_is_there(guide: Path) -> None:
    """Files, what they are said to hold, commands, settings, and places in the README."""
    text = guide.read_text(encoding="utf-8")
    for path in re.findall(r"`((?:api|db|tests)/[\w/.]*|[\w.-]+\.(?:toml|txt|yml|md))`", text):
        assert (ROOT / path).exists(), path
    for name, path in re.findall(r"`([A-Z]{4,})` (?:of|in) `([\w/.]+)`", text):
        assert re.search(rf"^{name}\b", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE), name
    root: Any = typer.main.get_command(app)
    for command, sub in re.findall(r"`bilateral (\w+)(?: (\w+) [A-Z])?", text):
        assert command in root.commands
        assert not sub or sub in root.commands[command].commands
    for name in re.findall(rf"`{PREFIX}(\w+)", text):
        assert name.lower() in Settings.model_fields
    headings = re.findall(r"^#+ (.*)", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    for anchor in re.findall(r"README\.md#([\w-]+)", text):
        assert anchor in [heading.lower().replace(" ", "-") for heading in headings]


def test_a_migration_is_drafted_as_the_guide_says(tmp_path: Path) -> None:
    """In a checkout it adds a file; where the models are those of the schema, nothing is to do in it."""
    text = (ROOT / ".github/CONTRIBUTING.md").read_text(encoding="utf-8")
    program = re.search(r"<<'END'\n(.*?)\n +END\n", text, re.DOTALL)
    assert program
    shutil.copytree(ROOT / "db", tmp_path / "db", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    before = set(tmp_path.glob("db/migrations/versions/*.py"))
    subprocess.run(
        [sys.executable, "-"], input=dedent(program[1]), cwd=tmp_path, text=True, timeout=PATIENCE, check=True
    )
    (draft,) = set(tmp_path.glob("db/migrations/versions/*.py")) - before
    assert draft.name.endswith("_what_it_adds.py")
    assert re.findall(r"^    (?!#)\S.*", draft.read_text(encoding="utf-8"), re.MULTILINE) == ["    pass", "    pass"]


def test_the_public_host_runs_what_we_run() -> None:
    """`.ci/run`, on the oldest Python that is supported, with no right to write, and not for ever."""
    assert {"run": ".ci/run"} in STEPS
    assert (ROOT / ".ci/run").stat().st_mode & 0o100
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (python,) = {step["with"]["python-version"] for step in STEPS if "python-version" in step.get("with", {})}
    assert project["requires-python"] == f">={python}"
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert all("timeout-minutes" in job and "permissions" not in job for job in WORKFLOW["jobs"].values())


def test_actions_are_pinned_by_release() -> None:
    """By all three numbers, alike everywhere; and a checkout keeps no credentials."""
    used = {step["uses"].partition("@")[::2] for step in STEPS if "uses" in step}
    assert len(used) == len({action for action, _ in used})
    for action, release in used:
        assert re.fullmatch(r"v\d+\.\d+\.\d+", release), action
    for step in STEPS:
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False
