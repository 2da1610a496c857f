"""What two states concluded year by year, where it is easily told otherwise than by lists; what is refused."""

from collections.abc import Mapping

import pytest

from tests.door import Door, Json
from tests.factories import agreement, event, populate, state


def test_what_ends_later_is_no_more_certain_at_the_end_of_this_year_where_a_party_is_gone(door: Door) -> None:
    """As the list tells it for that day."""
    populate(door)
    door.add("/v1/organizations", state("suhh", valid_to="1991-12-25"))
    entered, ended = event(kind="entered_into_force", date="1980-01-01"), event(kind="terminated", date="2500-01-01")
    sides = {"suhh": "a", "mex": "b"}
    parties = [{"side": side, "organization": id} for id, side in sides.items()]
    door.add("/v1/agreements", agreement(parties=parties, events=[entered, ended]))
    door.add(
        "/v1/agreements", agreement(parties=[parties[1], {"side": "a", "organization": "fra"}], events=[entered, ended])
    )
    counted = ("in_force_definite", "in_force_presumed", "in_force_possible")
    for other, told in (("suhh", (0, 0, 1)), ("fra", (0, 1, 0))):
        row = door.read(f"/v1/pairs/mex/{other}")["years"][-1]
        assert tuple(row[name] for name in counted) == told
        [listed] = door.items("/v1/agreements", between=f"mex,{other}", on=f"{row['year']}-12-31")
        assert f"in_force_{listed['status']['certainty']}" == counted[told.index(1)]


OPEN: Mapping[str, tuple[list[Json], list[tuple[int, int, int, int]]]] = {
    "signed by some year, after others": (
        [{"signed": "1997-05-05"}, {"signed": "[..2000]"}],
        [(1997, 1, 1, 0), (1998, 0, 1, 0), (1999, 0, 1, 0), (2000, 0, 1, 0), (2001, 0, 0, 0), (2002, 0, 0, 0)],
    ),
    "signed by some year, alone": ([{"signed": "[..2000]"}], [(2000, 0, 1, 0), (2001, 0, 0, 0), (2002, 0, 0, 0)]),
    "signed in one of some years": (
        [{"signed": "[1999..2001]"}],
        [(1999, 0, 1, 0), (2000, 0, 1, 0), (2001, 0, 1, 0), (2002, 0, 0, 0)],
    ),
    "signed after some year": ([{"signed": "[2001..]"}], [(2001, 0, 1, 0), (2002, 0, 1, 0)]),
    "in force by some year": (
        [{"signed": "1999-05-05"}, {"events": [event(kind="entered_into_force", date="[..2000]")]}],
        [(1999, 1, 0, 1), (2000, 0, 0, 1), (2001, 0, 0, 1), (2002, 0, 0, 1)],
    ),
    "in force by some year, alone": (
        [{"events": [event(kind="entered_into_force", date="[..2000-06-01]")]}],
        [(2000, 0, 0, 1), (2001, 0, 0, 1), (2002, 0, 0, 1)],
    ),
}
"""Agreements, and of each year: signed, signed_possible, in force with whatever certainty."""


@pytest.mark.parametrize(("agreements", "told"), OPEN.values(), ids=OPEN.keys())
def test_years_begin_with_the_first_that_is_known(
    door: Door, agreements: list[Json], told: list[tuple[int, int, int, int]]
) -> None:
    """What has no first day is counted from then on, and makes no year by itself."""
    populate(door)
    for members in agreements:
        door.add("/v1/agreements", agreement(**members))
    years = door.read("/v1/pairs/mex/rus?until=2002")["years"]
    in_force = ("in_force_definite", "in_force_presumed", "in_force_possible")
    found = [(row["year"], row["signed"], row["signed_possible"], sum(row[name] for name in in_force)) for row in years]
    assert found == told


def test_the_last_year_is_one_of_the_calendar(door: Door) -> None:
    assert door.read("/v1/pairs/mex/rus?until=0001")["years"] == []
    for until in ("0000", "10000", "-001", "now"):
        response = door.get("/v1/pairs/mex/rus", params={"until": until})
        assert (response.status_code, response.json()["errors"][0]["parameter"]) == (422, "until")
