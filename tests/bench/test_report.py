"""What is told of figures: medians, ratios within a round, what was reached; and what wrk says."""

import pytest

from tests.bench.load import Failed, Told, read
from tests.bench.report import Key, Line, Measured, as_json, lines, markdown

SIZES = [10_000, 100_000, 1_000_000]
WRK = """Running 5s test @ http://127.0.0.1:8000
  1 threads and 16 connections
  Latency Distribution
     50%  812.00us
     75%    1.20ms
     99%    1.29s{end}
  6172 requests in 5.00s, 1.71MB read
Requests/sec:   1234.40
"""


def measured(rates: dict[tuple[str, int, str], list[float]]) -> Measured:
    """Runs of these rates, round by round."""
    return Measured(SIZES, {Key(*key): [Told(rate, 1, 2) for rate in runs] for key, runs in rates.items()})


def line(found: Measured, figure: str) -> Line:
    """The one line of this figure."""
    [only] = [each for each in lines(found) if each.figure.startswith(figure)]
    return only


def test_a_ratio_is_taken_within_a_round() -> None:
    """A machine that is slow in one round is slow to both: the medians alone would tell another ratio."""
    found = measured({("sqlite", 100_000, "page"): [100, 900, 240], ("tutorial", 100_000, "page"): [5, 50, 10]})
    told = line(found, "times the tutorial way")
    assert told.values == {"sqlite": 20.0}
    assert told.reached == {"sqlite": True}
    assert told.figure == "times the tutorial way (10 a second)"


@pytest.mark.parametrize(("large", "reached"), [(80.0, True), (79.0, False)])
def test_the_largest_size_is_held_against_the_smallest_of_the_same_database(large: float, reached: bool) -> None:
    """0.8 of the rate at 10,000, whatever the other database does."""
    rates = {("sqlite", 10_000, "last"): [100.0], ("sqlite", 1_000_000, "last"): [large]}
    other = {("postgresql", 10_000, "last"): [50.0], ("postgresql", 1_000_000, "last"): [50.0]}
    told = line(measured(rates | other), "of the rate at 10,000")
    assert told.values == {"sqlite": large / 100, "postgresql": 1.0}
    assert told.reached == {"sqlite": reached, "postgresql": True}


def test_postgresql_creates_half_as_many() -> None:
    """600 plain a second on SQLite, 300 on PostgreSQL."""
    found = measured(
        {(who, 100_000, "create plain"): [299.0 if who == "sqlite" else 301.0] for who in ("sqlite", "postgresql")}
    )
    assert line(found, "a second").reached == {"sqlite": False, "postgresql": True}


def test_memory_has_a_most() -> None:
    """At the largest size; the others are in the JSON."""
    found = measured({("sqlite", 1_000_000, "page"): [1.0]})
    found.memory = {Key("sqlite", 1_000_000, "reading"): 201.0, Key("sqlite", 10_000, "reading"): 100.0}
    assert line(found, "MB").reached == {"sqlite": False}
    assert len(as_json(found, {})["memory"]) == 2


def test_the_table_is_markdown() -> None:
    """A column for each database that ran; what did not run is left out."""
    found = measured({("sqlite", 100_000, "no-op"): [2000.0, 4000.0, 3000.0], ("sqlite", 100_000, "one"): [1500.0] * 3})
    assert markdown(found, "machine: ours") == (
        "machine: ours\n\n"
        "| work | agreements |  | SQLite | at least | reached |\n"
        "| --- | --- | --- | ---: | --- | --- |\n"
        "| endpoint that does nothing (`/healthz`) | 100,000 | a second | 3,000 |  |  |\n"
        "| one agreement by id | 100,000 | a second | 1,500 |  |  |\n"
        "|  | 100,000 | of the no-op | 0.50 | 0.6 | **no** |"
    )


def test_what_wrk_says_is_read() -> None:
    """Rates, and latencies of any unit in milliseconds."""
    assert read(WRK.format(end="")) == Told(1234.4, 0.812, 1290)


@pytest.mark.parametrize(
    "failure", ["Non-2xx or 3xx responses: 7", "Socket errors: connect 0, read 3, write 0, timeout 0"]
)
def test_answers_that_fail_are_no_figure(failure: str) -> None:
    """A rate of refusals is not told."""
    with pytest.raises(Failed, match=failure.split(":")[0]):
        read(WRK.format(end=f"\n  {failure}"))
