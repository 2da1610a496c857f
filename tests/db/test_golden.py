"""The golden cases of DOMAIN.md section 8, through the pure functions."""

import pytest

from tests.golden import CASES, Golden, short
from tests.law import ask


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_what_is_said_of_a_golden_case(case: Golden) -> None:
    """Each answer is exact: nothing but the bounds named here is told."""
    for expected in case.answers:
        assert short(ask(case.agreement, expected.on, case.context)) == expected.whole, expected.on
