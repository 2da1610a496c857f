"""The README says what is there: every setting, command and module, and no command that does not exist."""

import re
from pathlib import Path
from typing import Any

import typer.main

from api.cli import app
from api.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_setting_is_described_with_its_default() -> None:
    """The table of settings has a row for each field, with its default."""
    for name, field in Settings.model_fields.items():
        row = next(line for line in README.splitlines() if line.startswith(f"| `BILATERAL_{name.upper()}` "))
        default = str(field.default).lower() if isinstance(field.default, bool) else field.default
        assert f"| `{default}` |" in row if default not in (None, ()) else "|  |" in row.replace("| |", "|  |")


def test_every_command_is_described() -> None:
    """Each command stands in the README, and each that stands there exists."""
    root: Any = typer.main.get_command(app)
    names = {
        f"{name} {sub}".strip() for name, command in root.commands.items() for sub in getattr(command, "commands", [""])
    }
    assert names == set(re.findall(r"`bilateral ((?:key )?[a-z]+)[ `]", README))


def test_every_module_that_it_names_exists() -> None:
    """Where is what: every path in the README leads to a file or a folder."""
    for path in re.findall(r"`((?:api|db)/[\w/.]*)`", README):
        assert (ROOT / path).exists(), path
