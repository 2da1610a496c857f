"""Enough choices of days to know all that is possible, and how far each layer reaches over all of them.

PURE: imports the standard library and the pure modules only. Each imprecise day is taken at its first and its last;
between these two, while the others stay, it is also taken wherever the shape changes: which layer follows which, by
which notice, for which boundary. Between two choices of one shape nothing else happens than that bounds move. A change
is looked for between the days on which something begins or ends; one that is undone before the next such day is not
found, nor one that shows only when two imprecise days are both in the middle of their ranges (random agreements have
shown none). In two cases less is told. Over MOST_FREE imprecise days, those beyond move together, and over MOST_CHOICES
no more are looked for, fewer where there are many notices and extensions: what is possible may be missing, and a
finding says so. And a dispatch that only its receipt bounds, or the other way round, is chosen apart from it: where the
receipt also ends a refusal, more may be called possible than can be.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain, islice, pairwise, product
from typing import Any

from db.acts import Finding, World
from db.dates import NEVER
from db.law import Law, Layer, Mark, Run, Shape
from db.terms import (
    DAY,
)

MOST_FREE = 7
"""Imprecise days that are chosen one by one; where there are more, the others move together, and a finding says so."""
MOST_JUMPS = 100
"""Days around changes of the shape that are looked for along one imprecise day."""
MOST_CHOICES = 2000
"""Choices after which no more are looked for, and a finding says so; with n notices and extensions, the nth part.

In each choice all of them are resolved, so the work is some tenths of a second at most, whatever is recorded.
"""

LeftOpen = tuple[bool, bool]
"""Whether it entered into force, and whether it has ended, where a rule leaves that open."""


class Spent(Exception):
    """As many choices were tried as may be."""


class Choices:
    """What is so in each choice of days that was tried."""

    def __init__(self, law: Law) -> None:
        self.law = law
        weight = len(law.prolongations) + sum(len(each) for each in law.notices.values())
        self.most = MOST_CHOICES // max(weight, 1)
        self.alone = max(1, min(MOST_FREE, self.most.bit_length() - 3))
        """Imprecise days that are chosen one by one; the choices of first and last days take a part of all."""
        self.names = [day.name for day in law.free]
        self.runs: dict[tuple[LeftOpen, tuple[date, ...]], Run] = {}

    def run(self, left_open: LeftOpen, days: tuple[date, ...]) -> Run:
        """What is so if the imprecise days were these, in turn."""
        choice = left_open, days
        if choice not in self.runs:
            self.runs[choice] = self.law.run(self.world(left_open, days))
        return self.runs[choice]

    def world(self, left_open: LeftOpen, days: tuple[date, ...]) -> World:
        """The choice of these days."""
        entered, lapsed = left_open
        return World(dict(zip(self.names, days, strict=True)), lapsed, entered)

    def search(self, left_open: LeftOpen, days: tuple[date, ...], n: int) -> None:
        """Try the nth of the days where the shape changes, or may: there something else begins or ends."""

        def shape(at: date) -> Shape:
            if len(self.runs) >= self.most:
                raise Spent
            return self.run(left_open, (*days[:n], at, *days[n + 1 :])).shape

        day = self.law.free[n]
        layers = self.run(left_open, days).layers
        with suppress(Spent):
            jumps(shape, day.earliest, day.latest, {bound for layer in layers for bound in (layer.start, layer.end)})

    def worlds(self) -> Iterator[World]:
        """The choices that were tried."""
        return (self.world(*choice) for choice in self.runs)


def tried(law: Law) -> Choices:
    """Enough choices of days to know all that is possible."""
    choices = Choices(law)
    free = law.free
    together = choices.alone - 1
    alone = len(free) if len(free) <= choices.alone else together
    lapses = (False, True) if law.leaves_open else (False,)
    entries = (False, True) if law.entry.open else (True,)
    for left_open in product(entries, lapses):
        for lates in product((False, True), repeat=min(len(free), choices.alone)):
            days = tuple(day.latest if lates[min(n, together)] else day.earliest for n, day in enumerate(free))
            choices.run(left_open, days)
    for left_open, days in list(choices.runs):
        for n in range(alone):
            if days[n] == free[n].earliest:
                choices.search(left_open, days, n)
    return choices


def jumps(index: Callable[[date], Any], first: date, last: date, stops: Iterable[date] = ()) -> list[date]:
    """The days from the first to the last between which the index changes, each with the day before it.

    All are found if it changes once at most between two stops.
    """
    near = {day for stop in stops if stop != NEVER for day in (stop, stop + DAY) if first < day < last}
    asked = [(day, index(day)) for day in (first, *sorted(near), last)]
    changes = chain.from_iterable(_jumps(index, *before, *after) for before, after in pairwise(asked))
    return list(islice(changes, MOST_JUMPS))


def _jumps(index: Callable[[date], Any], first: date, at_first: Any, last: date, at_last: Any) -> Iterator[date]:
    if at_first == at_last:
        return
    if last - first <= DAY:
        yield from (first, last)
        return
    middle = first + (last - first) // 2
    at_middle = index(middle)
    yield from _jumps(index, first, at_first, middle, at_middle)
    yield from _jumps(index, middle, at_middle, last, at_last)


@dataclass
class Piece:
    """A layer where it goes before all others, over all choices of days."""

    layer: Layer
    first: date
    """The first day that it can begin, and the last."""
    first_latest: date
    end: date
    """The first day that it can end, and the last."""
    end_latest: date
    ended: bool
    """In every choice, a recorded act ends it."""
    reaches: dict[Shape, tuple[date, date]]
    """From when until before when it reaches, in all choices that give the same shape."""
    choices: set[int]
    """Those in which it occurs."""

    def widen(self, other: "Piece") -> None:
        """Make it reach as far as the other, too."""
        layer = other.layer
        presumed, recorded = self.layer.presumed or layer.presumed, self.layer.recorded and layer.recorded
        self.layer = replace(self.layer, presumed=presumed, recorded=recorded)
        self.first, self.first_latest = min(self.first, other.first), max(self.first_latest, other.first_latest)
        self.end, self.end_latest = min(self.end, other.end), max(self.end_latest, other.end_latest)
        self.ended = self.ended and other.ended
        self.choices |= other.choices
        for shape, (first, last) in other.reaches.items():
            start, end = self.reaches.get(shape, (first, last))
            self.reaches[shape] = min(first, start), max(last, end)

    def holds(self, day: date) -> bool:
        """Whether it reaches over the day, in some choice."""
        return self.first <= day < self.end_latest and any(first <= day < end for first, end in self.reaches.values())


def pieces_of(runs: Iterable[Run]) -> list[Piece]:
    """Each layer once for each time that it goes before the others in the same choice of days."""
    found: dict[tuple[str, ...], Piece] = {}
    for choice, run in enumerate(runs):
        before = ""
        for (start, end, layer), following in zip(run.foremost, [*run.foremost[1:], None], strict=True):
            next_ = following[2] if following else None
            ended = next_ is not None and next_.recorded and not next_.presumed
            piece = Piece(layer, start, start, end, end, ended, {run.shape: (start, end)}, {choice})
            found.setdefault((layer.status, layer.id, before), piece).widen(piece)
            before = layer.id
    return _merged(found.values())


def _merged(pieces: Iterable[Piece]) -> list[Piece]:
    """What follows on another layer in other choices is the same piece; what comes twice in one choice is not."""
    found: list[Piece] = []
    for piece in pieces:
        name = piece.layer.status, piece.layer.id
        for known in found:
            if (known.layer.status, known.layer.id) == name and known.choices.isdisjoint(piece.choices):
                known.widen(piece)
                break
        else:
            found.append(piece)
    return found


def hulls(marks: Iterable[Mark]) -> list[Mark]:
    """Each mark once, as far as it reaches over all choices; the anchors of a term from the first to the last."""
    found: dict[tuple[str, Any], Mark] = {}
    for mark in marks:
        id = mark.value[0] if mark.id == "term" else mark.value
        known = found.get((mark.id, id))
        if known is None:
            found[mark.id, id] = Mark(mark.id, mark.start, mark.end, [mark.value])
        else:
            start, end = min(known.start, mark.start), max(known.end, mark.end)
            found[mark.id, id] = Mark(mark.id, start, end, [*known.value, mark.value])
    return list(found.values())


def findings_of(choices: Choices) -> Iterator[Finding]:
    """That some choices were not tried."""
    if len(choices.names) > choices.alone:
        yield "too_imprecise", "", f"more than {choices.alone} days are imprecise: some were only moved together"
    elif len(choices.runs) >= choices.most:
        yield "too_imprecise", "", f"more than {choices.most} choices of days matter: not all were tried"
