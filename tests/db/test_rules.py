"""The rules by which statuses are told are those of the closed list."""

from collections.abc import Iterator
from types import ModuleType

import pytest

import db.entry
import db.law
import db.terms
from db import vocabulary as v


def rules_of(module: ModuleType) -> Iterator[str]:
    """The rules that a module's constants and tables hold."""
    for name, value in vars(module).items():
        held = value.values() if isinstance(value, dict) and name.isupper() else [value]
        for each in held:
            text = each[0] if isinstance(each, tuple) and each else each
            if isinstance(text, str) and text.startswith(("VCLT ", "no act ", "a party ")):
                yield text


def test_every_rule_of_the_law_is_in_the_list_and_no_other() -> None:
    found = {rule for module in (db.entry, db.terms, db.law) for rule in rules_of(module)}
    assert found == set(v.members(v.Rule))


@pytest.mark.parametrize("rule", v.members(v.Rule))
def test_a_rule_names_its_article_where_it_has_one(rule: str) -> None:
    assert rule.startswith("VCLT ") or rule in ("no act recorded", *(r for r in v.members(v.Rule) if "a party" in r))
