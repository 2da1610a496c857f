"""A denunciation that is only asked about: it brings about what a recorded one would (DOMAIN 6)."""

from datetime import date

import pytest

from db.acts import Context
from db.denunciation import denounce
from tests.law import Json, after, end, event

ANY_TIME = "VCLT 54(a), notice at any time"
SUSPENSION = (event("suspended", "2020-03-01"), event("resumed", "2021-03-01"))


def asked(document: Json, received: str) -> Json:
    """What a notice by `mex` that is received on the day would bring about."""
    return denounce(document, Context(), date.fromisoformat(received), {"by": "mex"})


@pytest.mark.parametrize(
    ("received", "status", "ends"),
    [("2020-01-01", "in_force", "2020-07-01"), ("2021-01-01", "suspended", "2021-07-01")],
)
def test_neither_a_suspension_nor_a_resumption_is_the_end(received: str, status: str, ends: str) -> None:
    told = asked(after(*SUSPENSION), received)
    assert (told["status"], told["ends"]["edtf"], told["rule"]) == (status, ends, ANY_TIME)
    recorded = after(*SUSPENSION, event("denunciation_received", received, by="mex"))
    assert end(recorded) == (ends, ANY_TIME, "denounced")


def test_of_the_last_day_of_all_there_is_no_day_later() -> None:
    told = asked(after(initial="P5Y", renewal="unknown", notice="P6M"), "9999-12-31")
    assert told["ends"]["edtf"] == "[2005-03-01..]"
    assert "a_day_later" not in told


@pytest.mark.parametrize("renewal", ["none", "tacit_indefinite"])
def test_a_notice_a_day_late_for_the_only_boundary_is_late_for_that(renewal: str) -> None:
    document = after(initial="P5Y", renewal=renewal, notice="P6M", notice_anchor="before_boundary")
    in_time, late = asked(document, "2004-09-01"), asked(document, "2004-09-02")
    assert (in_time["boundary"]["edtf"], in_time["notice_deadline"]["edtf"]) == ("2005-03-01", "2004-09-01")
    assert "earlier" not in in_time
    assert "boundary" not in late
    assert {name: value["edtf"] for name, value in late["earlier"].items()} == {
        "boundary": "2005-03-01",
        "notice_deadline": "2004-09-01",
    }
