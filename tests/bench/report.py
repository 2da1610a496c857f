"""What the figures are held against, and how they are told: one table, as Markdown and as JSON.

A ratio is taken within a round, where both ran side by side; what is told is the median of the rounds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, NamedTuple

from tests.bench.load import Told

DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
PEERS = {"tutorial": "the tutorial way", "pocketbase": "PocketBase", "datasette": "Datasette"}
SMALL, MAIN, LARGE = "small", "main", "large"
OURS = "ours"


class Key(NamedTuple):
    """What ran: whose (a database of ours, or a peer), of how many agreements, doing what."""

    who: str
    agreements: int
    work: str


@dataclass
class Measured:
    """The runs of each, round by round; and what was weighed or timed once."""

    sizes: Sequence[int]
    runs: dict[Key, list[Told]] = field(default_factory=dict)
    memory: dict[Key, float] = field(default_factory=dict)
    """Megabytes."""
    imported: dict[str, float] = field(default_factory=dict)
    """Whole dossiers a second, by database."""
    built: Mapping[str, float] = field(default_factory=dict)

    def size(self, role: str) -> int:
        """The sizes by their roles: peers hold the middle one."""
        ordered = sorted(self.sizes)
        return {SMALL: ordered[0], MAIN: ordered[len(ordered) // 2], LARGE: ordered[-1]}[role]

    def rate(self, key: Key) -> float | None:
        """Answers in a second; None if that did not run."""
        return median(told.rate for told in self.runs[key]) if key in self.runs else None

    def ratio(self, key: Key, other: Key) -> float | None:
        """How many times the other one's rate; None unless both ran."""
        if key not in self.runs or other not in self.runs:
            return None
        return median(one.rate / two.rate for one, two in zip(self.runs[key], self.runs[other], strict=True))


@dataclass(frozen=True)
class Row:
    """A row of the table: a rate of ours, or how many times another one it is."""

    work: str
    size: str
    told: str
    of: tuple[str, str, str] | None = None
    """Whose rate it is compared with, of which size, doing what."""
    at_least: float | None = None
    half: bool = False
    """PostgreSQL need only reach half of it."""
    under: str = ""
    """What to know of the other one."""


ROWS = (
    Row("no-op", MAIN, "endpoint that does nothing (`/healthz`)"),
    Row("one", MAIN, "one agreement by id"),
    Row("one", MAIN, "", (OURS, MAIN, "no-op"), 0.6),
    Row("one", MAIN, "", ("pocketbase", MAIN, "one"), 2, under="relations expanded"),
    Row("one", MAIN, "", ("tutorial", MAIN, "one")),
    Row("one", MAIN, "", ("datasette", MAIN, "one"), under="the row alone"),
    Row("page", MAIN, "page of 50 with signatories and events"),
    Row("page", MAIN, "", ("pocketbase", MAIN, "page"), 12, under="relations expanded"),
    Row("page", MAIN, "", ("tutorial", MAIN, "page"), 18),
    Row("page", MAIN, "", ("datasette", MAIN, "page"), under="by SQL of one's own, lists as texts"),
    Row("page", SMALL, "first page"),
    Row("page", LARGE, "first page"),
    Row("page", LARGE, "", (OURS, SMALL, "page"), 0.8),
    Row("last", SMALL, "last page"),
    Row("last", LARGE, "last page"),
    Row("last", LARGE, "", (OURS, SMALL, "last"), 0.8),
    Row("in force", SMALL, "in force on a day between two states"),
    Row("in force", LARGE, "in force on a day between two states"),
    Row("in force", LARGE, "", (OURS, SMALL, "in force"), 0.5),
    Row("create plain", MAIN, "create, plain, 16 clients", at_least=600, half=True),
    Row("create plain", MAIN, "", ("pocketbase", MAIN, "create plain"), under="without a key, history or parties"),
    Row("create plain", MAIN, "", ("tutorial", MAIN, "create plain"), under="without a key, history or parties"),
    Row("create plain, alone", MAIN, "create, plain, 1 client"),
    Row("create whole", MAIN, "create, whole dossier, 16 clients", at_least=400, half=True),
    Row("create whole, alone", MAIN, "create, whole dossier, 1 client"),
)
"""DESIGN.md, section 7, with what it is derived from. Import and export have targets of their own elsewhere."""
MOST_MEMORY = 200
"""Megabytes, private, at the largest size."""


class Line(NamedTuple):
    """A line of the table."""

    work: str
    agreements: int
    figure: str
    values: Mapping[str, float]
    """By database."""
    target: str
    reached: Mapping[str, bool]
    """By database; empty where there is no target."""


def lines(measured: Measured) -> Iterator[Line]:
    """Every line of which something was measured."""
    for row in ROWS:
        line = _compared(measured, row) if row.of else _plain(measured, row)
        if line.values:
            yield line
    if measured.imported:
        told = "import of whole dossiers"
        yield Line(told, measured.size(SMALL), "a second", measured.imported, "", {})
    if measured.memory:
        large = measured.size(LARGE)
        megabytes = {key.who: value for key, value in measured.memory.items() if key.agreements == large}
        reached = {who: value <= MOST_MEMORY for who, value in megabytes.items()}
        yield Line("private memory after these reads", large, "MB", megabytes, f"at most {MOST_MEMORY}", reached)


def _plain(measured: Measured, row: Row) -> Line:
    size = measured.size(row.size)
    rates = {who: measured.rate(Key(who, size, row.work)) for who in DATABASES}
    return _line(row, size, row.told, "a second", rates)


def _compared(measured: Measured, row: Row) -> Line:
    assert row.of
    whose, role, work = row.of
    size, other_size = measured.size(row.size), measured.size(role)
    ratios, rates = {}, {}
    for who in DATABASES:
        other = Key(who if whose == OURS else whose, other_size, work)
        ratios[who] = measured.ratio(Key(who, size, row.work), other)
        rates[who] = measured.rate(other)
    if whose == OURS:
        figure = "of the no-op" if work == "no-op" else f"of the rate at {other_size:,}"
    else:
        rate = next((rate for rate in rates.values() if rate), 0)
        notes = "; ".join(filter(None, [f"{rate:,.0f} a second", row.under]))
        figure = f"times {PEERS[whose]} ({notes})"
    return _line(row, size, "", figure, ratios)


def _line(row: Row, size: int, work: str, figure: str, found: Mapping[str, float | None]) -> Line:
    values = {who: value for who, value in found.items() if value is not None}
    if row.at_least is None:
        return Line(work, size, figure, values, "", {})
    least = {who: row.at_least / 2 if row.half and who == "postgresql" else row.at_least for who in values}
    target = f"{row.at_least:g}" + (", PostgreSQL half" if row.half else "")
    return Line(work, size, figure, values, target, {who: value >= least[who] for who, value in values.items()})


def markdown(measured: Measured, conditions: str) -> str:
    """The table."""
    shown = [who for who in DATABASES if any(key.who == who for key in measured.runs)]
    titles = ["work", "agreements", "", *(DATABASES[who] for who in shown), "at least", "reached"]
    rows = [titles, ["---", *["---"] * 2, *["---:" for _ in shown], "---", "---"]]
    for line in lines(measured):
        reached = ", ".join("yes" if line.reached[who] else "**no**" for who in shown if who in line.reached)
        values = [_number(line.values[who]) if who in line.values else "" for who in shown]
        rows.append([line.work, f"{line.agreements:,}", line.figure, *values, line.target, reached])
    return "\n".join([conditions, "", *(f"| {' | '.join(row)} |" for row in rows)])


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}" if value < 10 else f"{value:.1f}"


def as_json(measured: Measured, conditions: Mapping[str, Any]) -> dict[str, Any]:
    """The same, with every run, and how long answers took."""
    runs = [
        {
            **key._asdict(),
            "rate": median(told.rate for told in runs),
            "p50_ms": median(told.p50 for told in runs),
            "p99_ms": median(told.p99 for told in runs),
            "rates": [told.rate for told in runs],
            "cpu": [told.cpu for told in runs],
        }
        for key, runs in measured.runs.items()
    ]
    memory = [{**key._asdict(), "megabytes": value} for key, value in measured.memory.items()]
    table = [line._asdict() for line in lines(measured)]
    return {**conditions, "table": table, "runs": runs, "memory": memory, "built": measured.built}
