"""Random agreements, as they might be recorded: plain data as it is stored, days that lie where they matter.

A `Given` is an agreement's document with what other records say of it, all of it plain data: `places` finds every
date in it, and `put` writes others there.
"""

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from db import vocabulary as v
from db.acts import Context, Linked, Tie
from db.dates import Days, later, parse_duration, subtract
from db.lifecycle import Resolution, resolve

Json = dict[str, Any]
Given = Json
"""{"agreement": document, "ties": [{kind, agreement, days, until?, presumed, counts}], "linked": {days, presumed}?}"""
Place = tuple[str | int, ...]
"""Where a date stands in it."""

DAY = timedelta(days=1)
SIGNED = [date(2000, 2, 28), date(2003, 12, 30), date(1999, 8, 31), date(1979, 11, 15), date(2020, 1, 31)]
"""Before a leap day, a year's end, the last day of a long month, the Convention, a short month."""
NOTICES = ["P1M", "P2M", "P3M", "P6M", "P12M", "P90D"]
LENGTHS = ["P1M", "P6M", "P1Y", "P18M", "P2Y", "P5Y", "P10Y"]


def dated(first: date, last: date | None = None, mark: str = "") -> Json:
    """On one of these days, as it is stored."""
    days = Days(first, last or first)
    return days.document() | {"edtf": days.edtf + mark}


def places(node: Any, at: Place = ()) -> Iterator[Place]:
    """Where its dates stand; what lasted several days has no day to choose."""
    if isinstance(node, Mapping):
        if "edtf" in node:
            if "/" not in node["edtf"]:
                yield at
        else:
            for name, below in node.items():
                yield from places(below, (*at, name))
    elif isinstance(node, list):
        for index, below in enumerate(node):
            yield from places(below, (*at, index))


def at(given: Given, place: Place) -> Any:
    """What stands there."""
    node: Any = given
    for step in place:
        node = node[step]
    return node


def put(given: Given, dates: Mapping[Place, Json]) -> Given:
    """The same with these dates."""
    changed = deepcopy(given)
    for place, each in dates.items():
        at(changed, place[:-1])[place[-1]] = each
    return changed


def resolved(given: Given) -> Resolution:
    """What the resolvers say of it."""

    def days(each: Json) -> Days:
        return Days(*(date.fromisoformat(each[name]) if name in each else None for name in ("earliest", "latest")))

    ties = tuple(
        Tie(
            tie["kind"],
            tie["agreement"],
            days(tie["days"]),
            tie["presumed"],
            days(tie["until"]) if "until" in tie else None,
            tie["counts"],
        )
        for tie in given["ties"]
    )
    linked = given.get("linked")
    return resolve(
        given["agreement"],
        Context(linked=Linked(days(linked["days"]) if "days" in linked else None, linked["presumed"]), ties=ties)
        if linked
        else Context(ties=ties),
    )


class Author:
    """Writes one random agreement; a crowded one lives for some days only, between which everything happens."""

    def __init__(self, draw: st.DrawFn, crowded: bool = False) -> None:
        self.draw = draw
        self.crowded = crowded
        self.signed = draw(st.sampled_from(SIGNED))
        self.entered = self.signed + draw(st.integers(0, 8 if crowded else 500)) * DAY
        self.events: list[Json] = []
        self.sides = {side: [f"{side}{n}" for n in range(draw(st.sampled_from([1, 1, 1, 2, 3])))] for side in "ab"}
        self.parties = [party for side in self.sides.values() for party in side]
        self.early = [self.signed, self.entered]
        self.late = [self.entered + n * DAY for n in ((3, 6) if crowded else (20, 300, 700))]
        if not crowded:
            self.early += [self.signed + 40 * DAY, self.entered - 30 * DAY]

    def chance(self, tenths: int) -> bool:
        return self.draw(st.integers(1, 10)) > 10 - tenths

    def pick(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def day(self, pool: Iterable[date]) -> Json:
        day = self.draw(st.sampled_from(list(pool))) + self.draw(st.integers(-3, 3)) * DAY
        return dated(day, mark="?" if self.chance(1) else "")

    @property
    def before(self) -> list[date]:
        """The days around which things happen before entry into force, and seldom later."""
        return self.early * 3 + self.late[:2]

    @property
    def after(self) -> list[date]:
        """The days around which things happen afterwards, and seldom before."""
        return self.late * 2 + self.early

    def event(self, kind: str, day: Json, **members: Any) -> None:
        self.events.append({"id": f"e{len(self.events)}", "kind": kind, "date": day, **members})

    def actor(self) -> Json:
        return {"by": self.pick(*self.parties)} if self.chance(7) else {"side": self.pick("a", "b")}

    # Entry into force

    def entry(self) -> Json | None:
        """The clause, and the acts that satisfy it, more or less."""
        condition = self.pick(*v.members(v.EntryCondition), "on_last_notification", "on_exchange", None)
        anchor = self.pick(None, None, *v.members(v.NotificationAnchor))
        self._consents(condition, anchor)
        for _ in range(self.pick(0, 0, 0, 1, 1, 1, 1, 2)):
            self.event("entered_into_force", self.day([self.entered]))
        if condition is None:
            return None
        clause = {"condition": condition}
        if anchor and condition in ("on_last_notification", "after_domestic_procedures"):
            clause["anchor"] = anchor
        if condition == "first_of_month":
            clause["offset"] = self.pick("P1M", "P2M")
        elif self.chance(4):
            clause["offset"] = self.pick("P30D", "P1M", "P2M", "P1M10D", "P4W")
        if condition == "fixed_date":
            clause["date"] = self.day(self.early)
        if self.chance(1):
            clause["awaits"] = [self.pick("a", "b")]
        return clause

    def _consents(self, condition: str | None, anchor: str | None) -> None:
        kinds = {
            "on_signature": ("signature",),
            "on_exchange": ("instrument_exchanged", "instrument_exchanged", "instrument_deposited"),
            "on_last_notification": ("notification_received", "notification_received", "notification_sent"),
            "after_domestic_procedures": ("notification_received", "notification_received", "notification_sent"),
            "on_notes": ("notes_exchanged",),
        }.get(condition or "", tuple(sorted(v.BINDING_KINDS)))
        if self.chance(3) and kinds[0] != "notification_received":
            self.event(self.pick(*kinds), self.day(self.before))
            return
        for party in self.parties:
            for _ in range(self.pick(0, 1, 1, 1, 1, 1, 2)):
                kind = self.pick(*kinds)
                members: Json = {"by": party}
                if kind == "signature" and self.chance(3):
                    members["ad_referendum"] = True
                    if self.chance(7):
                        self.event("signature_confirmed", self.day(self.before), by=party)
                if anchor == "dated" and self.chance(5):
                    members["dated"] = self.day(self.before)
                if self.chance(1):
                    members["effective"] = self.day(self.before)
                self.event(kind, self.day(self.before), **members)

    def beginnings(self) -> None:
        """What goes before entry into force, or takes its place."""
        for kind in ("negotiation", "full_powers_issued", "text_adopted", "initialled", "domestic_approval"):
            if self.chance(1):
                self.event(kind, self.day([self.signed - 30 * DAY, self.signed]), by=self.pick(*self.parties))
        if self.chance(4):
            for party in self.pick(self.parties, self.parties[:1]):
                self.event("signature", self.day([self.signed]), by=party)
        if self.chance(2):
            self.event("consent_refused", self.day(self.before), by=self.pick(*self.parties))
            if self.chance(4):
                self.event("signature", self.day(self.before), by=self.pick(*self.parties))
        if self.chance(2):
            for _ in range(self.pick(1, 1, 2)):
                self.event("provisional_application_started", self.day(self.before), **self.partly())
                if self.chance(6):
                    self.event("provisional_application_ended", self.day(self.before), **self.partly())

    def partly(self) -> Json:
        return {"provisions": ["Article 3"]} if self.chance(2) else {}

    # Duration

    def duration(self) -> Json | list[Json] | None:
        """A clause, sometimes two; the days that it makes important are remembered."""
        if self.chance(1):
            return None
        first = self.term()
        if not self.chance(2):
            return first
        return [{"from": dated(self.signed)} | first, {"from": self.day(self.late)} | self.term()]

    def term(self) -> Json:
        initial = self.pick(*LENGTHS, *LENGTHS, "indefinite", "unknown", None)
        renewal = self.pick("tacit", "tacit", *v.members(v.Renewal))
        term: Json = {"renewal": renewal}
        length = initial if initial in LENGTHS else self.pick(*LENGTHS)
        boundary = later(self.entered, parse_duration(length))
        if initial is None or self.chance(2):
            boundary = self.pick(boundary, date(boundary.year, 12, 31), date(2004, 2, 29))
            term["until"] = dated(boundary)
        if initial:
            term["initial"] = initial
        if renewal == "tacit" or (renewal in ("express", "unknown") and self.chance(3)):
            term["renewal_period"] = self.pick(*LENGTHS[1:])
        notice = self.pick(*NOTICES, *NOTICES, "none", "unknown", None)
        if notice:
            term["notice"] = notice
        if notice in NOTICES and self.chance(6):
            term["notice_anchor"] = self.pick("before_boundary", *v.members(v.NoticeAnchor))
        if self.chance(1):
            term["survival"] = self.pick("P6M", "P5Y")
        self._remember(term, boundary, notice)
        return term

    def _remember(self, term: Json, boundary: date, notice: str | None) -> None:
        if self.crowded:
            return
        period = parse_duration(term.get("renewal_period", "P1Y"))
        for end in (boundary, later(boundary, period)):
            self.late += [end]
            if notice in NOTICES:
                length = parse_duration(notice)
                self.late += [subtract(end, length), subtract(date(end.year, 1, 1) - DAY, length)]
        if "until" in term:
            self.early += [boundary]

    def later_on(self) -> None:
        """What happens while it is in force."""
        for kind in self.draw(st.lists(st.sampled_from(list(LATER)), min_size=self.crowded * 2, max_size=4)):
            LATER[kind](self)
        if self.chance(2):
            kind = self.pick(*sorted(v.DISPUTING_KINDS), "dispute_settled", "statement", "registered")
            self.event(kind, self.day(self.after), by=self.pick(*self.parties))

    def notice(self) -> None:
        actor = self.actor()
        kind = self.pick("denunciation_received", "denunciation_received", "denunciation_notified")
        effective = {"effective": self.day(self.after)} if self.chance(1) else {}
        day = self.day(self.after)
        self.event(kind, day, **actor, **effective)
        if kind == "denunciation_notified" and self.chance(5):
            received = date.fromisoformat(day["earliest"]) + self.pick(0, 1, 20) * DAY
            self.event("denunciation_received", dated(received), **actor)
        if self.chance(2):
            self.event("denunciation_revoked", self.day(self.after), **actor)

    def prolongation(self) -> None:
        members: Json = {}
        if self.chance(5):
            members["effective"] = self.day(self.late)
        day = self.day(self.late)
        if self.chance(5):
            members["term"] = self.pick(*LENGTHS)
        else:
            starts = date.fromisoformat(members.get("effective", day)["earliest"])
            members["until"] = dated(starts + self.pick(200, 365, 1000) * DAY)
        self.event(self.pick("extended", "renewed"), day, **members)

    def suspension(self) -> None:
        self.event("suspended", self.day(self.after), **self.partly())
        if self.chance(6):
            self.event("resumed", self.day(self.after), **self.partly())

    def termination(self) -> None:
        ground = {"ground": self.pick(*v.members(v.Ground))} if self.chance(6) else {}
        for _ in range(self.pick(1, 1, 1, 1, 2)):
            self.event("terminated", self.day(self.after), **ground)

    def ties(self) -> list[Json]:
        """What other agreements do to it."""
        found = []
        for n in range(self.pick(0, 0, 0, 0, 1, 1, 2)):
            tie: Json = {
                "kind": self.pick("supersedes", "terminates", "suspends", "extends"),
                "agreement": f"t{n}",
                "days": self.day(self.after),
                "presumed": self.chance(3),
                "counts": self.chance(9),
            }
            if tie["kind"] == "extends" or (tie["kind"] == "suspends" and self.chance(6)):
                tie["until"] = self.day(self.late)
            found.append(tie)
        return found

    def write(self) -> Given:
        clause, term = self.entry(), self.duration()
        if not self.crowded or self.chance(5):
            self.beginnings()
        self.later_on()
        agreement: Json = {
            "id": "agreement",
            "parties": [{"side": side, "organization": id} for side, ids in self.sides.items() for id in ids],
            "events": self.events,
            "signatories": [],
        }
        if self.chance(8) or not self.events:
            agreement["signed"] = self.day([self.signed])
        if self.chance(1):
            signed = self.day([self.signed])
            agreement["signatories"] = [{"id": f"s{side}", "side": side, "signed": signed} for side in "ab"]
        if clause:
            agreement["entry_into_force"] = clause
        if term:
            agreement["duration"] = term
        if self.chance(3):
            agreement["verified_on"] = self.day(self.late)
        given: Given = {"agreement": agreement, "ties": self.ties()}
        if clause and clause["condition"] == "linked_to":
            days = {"days": self.day(self.early)} if self.chance(8) else {}
            given["linked"] = {"presumed": self.chance(3), **days}
        return given


LATER = {
    "notice": Author.notice,
    "prolongation": Author.prolongation,
    "suspension": Author.suspension,
    "termination": Author.termination,
}


Sizes = tuple[tuple[int, ...], ...]
"""Of one of these, each number is how many days a range has at most."""


@st.composite
def exact(draw: st.DrawFn, crowded: bool = False) -> Given:
    """An agreement whose days are all known."""
    return Author(draw, crowded).write()


@st.composite
def imprecise(draw: st.DrawFn, sizes: Sizes = ((40,), (12, 12), (6, 5, 5)), crowded: bool = False) -> Given:
    """An agreement of which one date or a few are known as ranges only."""
    given = draw(exact(crowded))
    most = draw(st.sampled_from(sizes))
    chosen = draw(st.permutations(list(places(given))))[: len(most)]
    return put(given, {place: draw(widened(at(given, place), size)) for place, size in zip(chosen, most, strict=False)})


@st.composite
def widened(draw: st.DrawFn, day: Json, most: int) -> Json:
    """A range of two days or more, at most so many more than it had, that holds the date."""
    first, last = (date.fromisoformat(day[name]) for name in ("earliest", "latest"))
    longer = draw(st.integers(1, most - 1))
    before = draw(st.integers(0, longer))
    return dated(first - before * DAY, last + (longer - before) * DAY, mark_of(day))


def mark_of(dates: Json) -> str:
    """The doubt about a date, which widening it does not take away."""
    return "?" if dates["edtf"].endswith("?") else ""
