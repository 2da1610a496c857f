"""The README says what is there: every setting, command and module, nothing that is not, and a program that runs."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import typer.main

from api.cli import app
from api.settings import Settings
from tests.door import ADMIN_KEY
from tests.server import environment, serving

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


def test_the_program_runs(tmp_path: Path) -> None:
    """As it stands, with another address and a key: it lists, adds, changes, and is told so by the feed."""
    [program] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    with serving(tmp_path, admin_key=ADMIN_KEY) as served:
        program = program.replace("http://127.0.0.1:8000", served.address).replace("blt_...", ADMIN_KEY)
        running = subprocess.Popen(
            [sys.executable, "-u", "-c", program], cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True
        )
        with running:
            try:
                assert running.stdout is not None
                lines = iter(running.stdout.readline, "")
                assert next(lines) == "mex-rus-outer-space-2021 signed_not_in_force\n"
                told = next(line for line in lines if "person.changed" in line)
            finally:
                running.kill()
    assert told.split()[1:] == ["bilateral.person.changed", "ana-garcia"]
