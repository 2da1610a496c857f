"""What holds of the status of every agreement, held against random ones: DOMAIN 3 to 7.

`pytest tests/db/test_lifecycle_properties.py --hypothesis-profile thorough` tries many more of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import date
from itertools import pairwise, product
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from db import vocabulary as v
from db.dates import ALWAYS, NEVER
from db.lifecycle import answer_on, period_on
from tests.strategies import (
    DAY,
    Author,
    Given,
    Json,
    Place,
    at,
    dated,
    exact,
    imprecise,
    mark_of,
    places,
    put,
    resolved,
    widened,
)

LAST_DAY = "9999-12-31"
TODAY = date(2026, 11, 23)


def examples(times: float = 1) -> settings:
    """So many times the examples of the profile: always the same ones, unless more are asked for by hand."""
    by_hand = settings().max_examples == settings.get_profile("thorough").max_examples
    return settings(max_examples=int(settings().max_examples * times), derandomize=not by_hand)


agreements = exact() | imprecise() | exact(crowded=True) | imprecise(((6, 6), (4, 4, 3)), crowded=True)


def possible_from(record: Given) -> list[tuple[str, frozenset[str]]]:
    """What is possible from which day on."""
    return [(period.get("from", ""), frozenset(period["possible_statuses"])) for period in resolved(record).periods]


def possible_on(timeline: Sequence[tuple[str, frozenset[str]]], day: str) -> frozenset[str]:
    return next(possible for start, possible in reversed(timeline) if start <= day)


def ends_of(dates: Json) -> tuple[date, date]:
    """The first and the last day of a date, open ends as far away as can be."""
    first, last = dates.get("earliest", ALWAYS.isoformat()), dates.get("latest", LAST_DAY)
    return date.fromisoformat(first), date.fromisoformat(last)


# Periods


@examples()
@given(agreements)
def test_periods_follow_one_another_from_the_beginning_to_the_end_of_days(record: Given) -> None:
    """No hole and no overlap: each period begins on the day after the last day of the one before."""
    periods = resolved(record).periods
    assert "from" not in periods[0]
    assert "to" not in periods[-1]
    for before, after in pairwise(periods):
        assert date.fromisoformat(after["from"]) == date.fromisoformat(before["to"]) + DAY
        assert {**before, "from": "", "to": ""} != {**after, "from": "", "to": ""}


def ranges_in(node: Any) -> Iterator[Json]:
    """Every date in an answer."""
    if isinstance(node, Mapping):
        if "edtf" in node:
            yield dict(node)
        else:
            for below in node.values():
                yield from ranges_in(below)


@examples()
@given(agreements)
def test_no_range_is_inverted(record: Given) -> None:
    """Neither periods nor the dates of an answer end before they begin; what ends began before."""
    resolution = resolved(record)
    if resolution.entry and resolution.entry.earliest and resolution.entry.latest:
        assert resolution.entry.earliest <= resolution.entry.latest
    for period in resolution.periods:
        assert period.get("from", "") <= period.get("to", LAST_DAY)
        for day in {period.get("from", ALWAYS.isoformat()), period.get("to", LAST_DAY)}:
            answer = answer_on(resolution.periods, date.fromisoformat(day), TODAY)
            for dates in [*ranges_in(period), *ranges_in(answer)]:
                first, last = ends_of(dates)
                assert first <= last
            if "since" in answer and "end" in answer:
                (first, last), (end, end_last) = ends_of(answer["since"]), ends_of(answer["end"])
                assert first < end_last
                assert first <= end
                assert last <= end_last


@examples()
@given(agreements, st.randoms(use_true_random=False))
def test_the_order_in_which_the_document_lists_things_tells_nothing(record: Given, random: Any) -> None:
    """Events and signatories may stand in any order, and each reading says the same."""

    def told(record: Given) -> Any:
        resolution = resolved(record)
        for period in resolution.periods:
            for name in ("events", "pending"):
                period[name] = sorted(period.get(name, ()), key=str)
        return resolution.periods, resolution.entry, sorted(kind for kind, _, _ in resolution.findings)

    shuffled = deepcopy(record)
    for one in ("events", "signatories"):
        random.shuffle(shuffled["agreement"][one])
    assert told(shuffled) == told(record) == told(record)


# Certainty


def leaves_open(record: Given) -> bool:
    """Whether a rule leaves open what is so although all days are known."""
    agreement = record["agreement"]
    kinds = [event["kind"] for event in agreement["events"]]
    clause = agreement.get("entry_into_force", {})
    terms = agreement.get("duration", [])
    terms = terms if isinstance(terms, list) else [terms]
    denounced = any(kind.startswith("denunciation") for kind in kinds)
    return (
        clause.get("condition") == "unknown"
        or clause.get("anchor") in ("sent", "dated")
        or "notification_sent" in kinds
        or any(kinds.count(kind) > 1 for kind in ("entered_into_force", "terminated"))
        or any(term["renewal"] == "unknown" or "until" in term for term in terms)
        or any(term["renewal"] in ("none", "express") and term.get("initial", "unknown") == "unknown" for term in terms)
        or (denounced and (not terms or any(term.get("notice", "unknown") in ("none", "unknown") for term in terms)))
    )


@examples()
@given(exact())
def test_nothing_is_merely_possible_where_all_days_are_known(record: Given) -> None:
    """Unless a rule leaves it open."""
    if not leaves_open(record):
        for period in resolved(record).periods:
            assert period["certainty"] != "possible"
            assert period["possible_statuses"] == [period["status"]]


@examples()
@given(agreements, st.data())
def test_what_is_known_less_exactly_says_less(record: Given, data: st.DataObject) -> None:
    """Widening a date never turns an answer into a different definite one; whatever was possible remains so."""
    place = data.draw(st.sampled_from(list(places(record))))
    wide_date = data.draw(widened(at(record, place), 400) | opened(at(record, place)))
    less = resolved(put(record, {place: wide_date}))
    assume("too_imprecise" not in {kind for kind, _, _ in less.findings})
    narrow, wide = resolved(record).periods, less.periods
    for day in sorted({period.get("from", ALWAYS.isoformat()) for period in [*narrow, *wide]}):
        before, after = (period_on(periods, date.fromisoformat(day)) for periods in (narrow, wide))
        assert set(before["possible_statuses"]) <= set(after["possible_statuses"]), day
        if after["certainty"] == "definite":
            assert (before["status"], before["certainty"]) == (after["status"], "definite"), day


@st.composite
def opened(draw: st.DrawFn, dates: Json) -> Json:
    """The same date, open at one of its ends."""
    end = draw(st.sampled_from(["earliest", "latest"]))
    left = {name: day for name, day in dates.items() if name != end}
    edtf = f"[..{left['latest']}]" if end == "earliest" else f"[{left['earliest']}..]"
    return left | {"edtf": edtf + mark_of(dates)}


# Brute force


def imprecise_places(record: Given) -> list[Place]:
    return [place for place in places(record) if at(record, place)["earliest"] != at(record, place)["latest"]]


def exact_choices(record: Given) -> Iterator[Given]:
    """The agreement with every choice of days."""
    chosen = imprecise_places(record)
    days = []
    for place in chosen:
        first, last = ends_of(at(record, place))
        mark = mark_of(at(record, place))
        days.append([dated(first + n * DAY, mark=mark) for n in range((last - first).days + 1)])
    for choice in product(*days):
        yield put(record, dict(zip(chosen, choice, strict=True)))


def is_told_exactly(record: Given) -> bool:
    """Not one of the two cases that db/lifecycle.py says it tells less exactly."""
    agreement = record["agreement"]
    kinds = {event["kind"] for event in agreement["events"]}
    anchor = agreement.get("entry_into_force", {}).get("anchor")
    bounded = "notification_sent" in kinds or anchor in ("sent", "dated")
    too_imprecise = "too_imprecise" in {kind for kind, _, _ in resolved(record).findings}
    return not too_imprecise and not (bounded and "consent_refused" in kinds)


def assert_possible_is_what_can_be(record: Given) -> None:
    assume(is_told_exactly(record))
    wide = possible_from(record)
    each = [possible_from(choice) for choice in exact_choices(record)]
    for day in sorted({start for timeline in [wide, *each] for start, _ in timeline}):
        assert possible_on(wide, day) == frozenset().union(*(possible_on(timeline, day) for timeline in each)), day


@examples(1.5)
@given(imprecise(((40,), (10, 10), (5, 5, 5))) | imprecise(((6, 6), (4, 4, 3)), crowded=True))
def test_a_status_is_possible_if_some_choice_of_days_gives_it(record: Given) -> None:
    """On every day: no status is missing, and none is said to be possible that is not."""
    assert_possible_is_what_can_be(record)


@examples(0.1)
@given(imprecise(((366,),)))
def test_a_date_known_to_a_year_leaves_open_what_a_day_in_it_does(record: Given) -> None:
    """The same with one date that is known very inexactly."""
    assert_possible_is_what_can_be(record)


# Entry into force, and its end

CONSENTS = v.BINDING_KINDS | {"signature", "signature_confirmed", "notification_sent"}


def moved(dates: Json, days: int) -> Json:
    first, last = ends_of(dates)
    return dated(first + days * DAY, last + days * DAY)


@examples()
@given(agreements, st.integers(1, 800), st.data())
def test_a_later_consent_never_moves_entry_into_force_earlier(record: Given, days: int, data: st.DataObject) -> None:
    """Neither the first day that it can be, nor the last."""
    agreement = record["agreement"]
    agreement["events"] = [event for event in agreement["events"] if event["kind"] != "entered_into_force"]
    consents = [
        place
        for place in places(record)
        if place[-1] == "signed" or (place[1] == "events" and agreement["events"][place[2]]["kind"] in CONSENTS)
    ]
    assume(consents)
    place = data.draw(st.sampled_from(consents))
    before = resolved(record).entry
    after = resolved(put(record, {place: moved(at(record, place), days)})).entry
    if after:
        assert before
        assert (before.earliest or ALWAYS) <= (after.earliest or ALWAYS)
        assert (before.latest or NEVER) <= (after.latest or NEVER)


ONE_CLAUSE = CONSENTS | {"entered_into_force"}


@st.composite
def denounced(draw: st.DrawFn) -> tuple[Given, int]:
    """An agreement under one clause, all of whose days are known, and how many days later a notice might come."""
    author = Author(draw)
    record = author.write()
    agreement = record["agreement"]
    agreement["events"] = [event for event in agreement["events"] if event["kind"] in ONE_CLAUSE]
    if isinstance(agreement.get("duration"), list):
        agreement["duration"] = agreement["duration"][0]
    author.events = agreement["events"]
    for kind in ("denunciation_notified", "denunciation_received"):
        if author.chance(4):
            author.event(kind, author.day(author.after), **author.actor())
    author.event("denunciation_received", author.day(author.after), side="a")
    return record | {"ties": []}, draw(st.integers(1, 40) | st.integers(1, 2000))


def ends(record: Given) -> tuple[str, str]:
    """The first day on which it may have ended, and the first on which it surely has."""
    after: tuple[str, str] = ("", "")
    for start, possible in reversed(possible_from(record)):
        if possible == {"terminated"} and after[1] in ("", after[0]):
            after = start, start
        elif "terminated" in possible:
            after = start, after[1] or LAST_DAY
    return after[0] or LAST_DAY, after[1] or LAST_DAY


@examples()
@given(denounced())
def test_a_later_notice_never_moves_the_end_earlier(denounced: tuple[Given, int]) -> None:
    """Under one clause and without revocation."""
    record, days = denounced
    place: Place = ("agreement", "events", len(record["agreement"]["events"]) - 1, "date")
    later = put(record, {place: moved(at(record, place), days)})
    for one, other in zip(ends(record), ends(later), strict=True):
        assert one <= other


# Terms


@st.composite
def renewed(draw: st.DrawFn, most: int) -> Given:
    """An agreement whose entry into force is recorded, on one of so many days, and which is renewed tacitly."""
    author = Author(draw)
    term = author.term() | {"renewal": "tacit"}
    first = author.entered
    days = dated(first, first + draw(st.integers(1, most - 1)) * DAY)
    return {
        "agreement": {
            "id": "agreement",
            "parties": [{"side": side, "organization": side} for side in "ab"],
            "events": [{"id": "e0", "kind": "entered_into_force", "date": days}],
            "duration": {"renewal_period": author.pick("P1M", "P6M", "P1Y", "P5Y"), **term},
        },
        "ties": [],
    }


def assert_next_are_the_extremes(record: Given, on: Sequence[date]) -> None:
    wide = resolved(record).periods
    each = [resolved(choice).periods for choice in exact_choices(record)]
    for day in on:
        told = answer_on(wide, day, TODAY)
        for name in ("next_expiry", "notice_deadline"):
            found = [ends_of(answer[name]) for periods in each if name in (answer := answer_on(periods, day, TODAY))]
            if found:
                assert ends_of(told[name]) == (min(first for first, _ in found), max(last for _, last in found)), day
            else:
                assert name not in told, day


@examples(0.5)
@given(renewed(40), st.lists(st.integers(0, 2500), min_size=3, max_size=3))
def test_what_comes_next_is_as_exact_as_entry_into_force(record: Given, after: list[int]) -> None:
    """Next expiry and deadline reach from the first to the last that some day of entry into force gives."""
    entered, last = ends_of(record["agreement"]["events"][0]["date"])
    assert_next_are_the_extremes(record, [entered, last, last + DAY, *(last + days * DAY for days in after)])
