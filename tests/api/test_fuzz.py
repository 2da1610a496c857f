"""The interface against requests made from its contract: good ones, bad ones, and stories of them."""

import re
from pathlib import Path

from tests.fuzz import fuzz

SECONDS = 25


def test_fuzzing_finds_nothing(url: str, tmp_path: Path) -> None:
    """No status, header, type or shape but those documented, nothing bad accepted, and the record stays whole."""
    summary = fuzz(tmp_path, url, seed=1, seconds=SECONDS)
    selected, of, tested = map(int, re.findall(r"Selected: (\d+)/(\d+)\n +Tested: (\d+)", summary)[0])
    assert selected == of - 1 == tested > 60  # all but the stream, which never ends
