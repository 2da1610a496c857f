"""What dates and durations mean, what is no date, and how days are counted."""

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TypeVar

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from db.dates import (
    ALWAYS,
    MAX_LENGTH,
    NEVER,
    UNDATED,
    BadDate,
    Days,
    Duration,
    Edtf,
    add,
    later,
    parse,
    parse_duration,
    sort_key,
    subtract,
)

Known = TypeVar("Known")

# Dates of every form, each with the days that it means, worked out without the parser.


def contains(wide: Edtf, narrow: Edtf) -> bool:
    """Whether every day that the narrow date can mean lies within the wide one."""
    first, last = wide.earliest, wide.latest
    starts_within = first is None or (narrow.earliest is not None and first <= narrow.earliest)
    ends_within = last is None or (narrow.latest is not None and narrow.latest <= last)
    return starts_within and ends_within


@dataclass(frozen=True)
class Written:
    """A text, and the first and last day that it must mean; None where it is open."""

    text: str
    first: date | None
    last: date | None


PLACEHOLDERS = {date(9999, 12, 31), date(1111, 11, 11)}


def day(when: date) -> Written:
    return Written(when.isoformat(), when, when)


def month(year: int, number: int, unspecified: str = "") -> Written:
    first = date(year, number, 1)
    last = max(first + timedelta(days=n) for n in range(27, 31) if (first + timedelta(days=n)).month == number)
    return Written(f"{year:04}-{number:02}{unspecified}", first, last)


def year(number: int, unspecified: str = "") -> Written:
    return Written(f"{number:04}{unspecified}", date(number, 1, 1), date(number, 12, 31))


def years(known: str) -> Written:
    """A decade or a century: "202" or "20"."""
    first, last = (int(known.ljust(4, digit)) for digit in "09")
    return Written(known.ljust(4, "X"), date(max(first, 1), 1, 1), date(last, 12, 31))


def season(year: int, number: int) -> Written:
    first_month, last_month = {21: (3, 5), 22: (6, 8), 23: (9, 11), 24: (12, 2)}[number]
    end = month(year + (number == 24), last_month)
    return Written(f"{year:04}-{number}", date(year, first_month, 1), end.last)


a_year = st.integers(1, 9999)
days = st.dates().filter(lambda when: when not in PLACEHOLDERS).map(day)
months = st.builds(month, a_year, st.integers(1, 12), st.sampled_from(["", "-XX"]))
whole_years = st.builds(year, a_year, st.sampled_from(["", "-XX", "-XX-XX"]))
decades = st.integers(0, 999).map(lambda number: years(f"{number:03}"))
centuries = st.integers(0, 99).map(lambda number: years(f"{number:02}"))
seasons = st.builds(season, st.integers(1, 9998), st.integers(21, 24))
unqualified = st.one_of(days, months, whole_years, decades, centuries, seasons)
qualifiers = st.sampled_from(["", "?", "~", "%"])


def qualified(written: Written, qualifier: str) -> Written:
    return Written(written.text + qualifier, written.first, written.last)


dates = st.builds(qualified, unqualified, qualifiers)


def joined(one: Written, other: Written, separator: str) -> Written:
    """Both dates in their order: by the first day, as an end certainly before the start is refused."""
    start, end = sorted((one, other), key=lambda written: written.first or date.min)
    return Written(start.text + separator + end.text, start.first, end.last)


def open_start(end: Written, mark: str) -> Written:
    return Written(mark + end.text, None, end.last)


def open_end(start: Written, mark: str) -> Written:
    return Written(start.text + mark, start.first, None)


intervals = st.one_of(
    st.builds(joined, dates, dates, st.just("/")),
    st.builds(open_start, dates, st.sampled_from(["../", "/"])),
    st.builds(open_end, dates, st.sampled_from(["/..", "/"])),
)
ranges = st.builds(joined, dates, dates, st.just(".."))


@st.composite
def sets(draw: st.DrawFn) -> Written:
    """One-of sets of one to five members, the first perhaps open at its start, the last at its end."""
    members = draw(st.lists(st.one_of(dates, ranges), min_size=1, max_size=3))
    firsts = [member.first for member in members if member.first]
    lasts = [member.last for member in members if member.last]
    texts = [member.text for member in members]
    first, last = min(firsts), max(lasts)
    before, after = draw(st.none() | dates), draw(st.none() | dates)
    if before is not None and before.last is not None:
        texts, last = [f"..{before.text}", *texts], max(last, before.last)
    if after is not None and after.first is not None:
        texts, first = [*texts, f"{after.text}.."], min(first, after.first)
    return Written(f"[{','.join(texts)}]", None if before else first, None if after else last)


written = st.one_of(dates, intervals, sets())


# What a date means


@given(written)
def test_a_date_means_the_days_of_its_form(one: Written) -> None:
    """A date prints back as written, next to its first and last day; only an interval is lasting."""
    assert parse(one.text) == Edtf(
        edtf=one.text,
        earliest=one.first,
        latest=one.last,
        uncertain="?" in one.text or "%" in one.text,
        approximate="~" in one.text or "%" in one.text,
        lasting="/" in one.text,
    )


@given(written)
def test_the_first_day_is_not_after_the_last(one: Written) -> None:
    """Whatever is accepted has its days in order."""
    known = parse(one.text)
    assert known.earliest is None or known.latest is None or known.earliest <= known.latest


@given(unqualified)
def test_a_qualifier_does_not_widen(one: Written) -> None:
    """With `?`, `~` or `%` a date means the same days."""
    plain = parse(one.text)
    for qualifier in "?~%":
        doubted = parse(one.text + qualifier)
        assert (doubted.earliest, doubted.latest) == (plain.earliest, plain.latest)


@given(st.dates(max_value=date(9999, 11, 30)).filter(lambda when: when not in PLACEHOLDERS))
def test_a_narrower_date_lies_within_the_wider(when: date) -> None:
    """A day lies in its month, that in its season and year, the year in its decade, that in its century."""
    text = when.isoformat()
    chain = [text, text[:7], text[:4], text[:3] + "X", text[:2] + "XX"]
    season = f"{when.year - (when.month < 3):04}-{24 if when.month in (12, 1, 2) else 20 + when.month // 3}"
    for narrow, wide in pairwise(chain):
        assert contains(parse(wide), parse(narrow))
    if when.year > 1:
        assert contains(parse(season), parse(text[:7]))


@given(dates, dates)
def test_an_open_interval_contains_its_date_and_is_contained_by_none(one: Written, other: Written) -> None:
    """Openness reaches further than any day."""
    text = one.text
    for wide in (f"../{text}", f"{text}/..", f"/{text}", f"{text}/", f"[..{text}]", f"[{text}..]"):
        assert contains(parse(wide), parse(text))
        assert contains(parse(wide), parse(wide))
        assert not contains(parse(other.text), parse(wide))


@given(dates, dates)
def test_containing_both_ways_is_meaning_the_same_days(one: Written, other: Written) -> None:
    """Two dates contain each other if, and only if, their days are the same."""
    here, there = parse(one.text), parse(other.text)
    both = contains(here, there) and contains(there, here)
    assert both == ((here.earliest, here.latest) == (there.earliest, there.latest))


@given(dates, dates, st.sampled_from([("", "/", ""), ("[", "..", "]")]))
def test_what_ends_before_it_starts_is_refused(one: Written, other: Written, form: tuple[str, str, str]) -> None:
    """An interval or a range whose end is certainly before its start is refused, at its end."""
    end, start = sorted((one, other), key=lambda written: str(written.last))
    assume(str(end.last) < str(start.first))
    before, separator, after = form
    until_the_end = before + start.text + separator
    with pytest.raises(BadDate, match="the end is before the start") as caught:
        parse(until_the_end + end.text + after)
    assert caught.value.position == len(until_the_end)


MEANINGS = [
    ("2021-09-28", "2021-09-28", "2021-09-28"),
    ("2021-09", "2021-09-01", "2021-09-30"),
    ("2021", "2021-01-01", "2021-12-31"),
    ("0001", "0001-01-01", "0001-12-31"),
    ("9999", "9999-01-01", "9999-12-31"),
    ("9999-12", "9999-12-01", "9999-12-31"),
    ("2000-02", "2000-02-01", "2000-02-29"),
    ("1900-02", "1900-02-01", "1900-02-28"),
    ("202X", "2020-01-01", "2029-12-31"),
    ("20XX", "2000-01-01", "2099-12-31"),
    ("000X", "0001-01-01", "0009-12-31"),
    ("00XX", "0001-01-01", "0099-12-31"),
    ("2004-XX", "2004-01-01", "2004-12-31"),
    ("1985-04-XX", "1985-04-01", "1985-04-30"),
    ("1985-XX-XX", "1985-01-01", "1985-12-31"),
    ("2021-21", "2021-03-01", "2021-05-31"),
    ("2021-22", "2021-06-01", "2021-08-31"),
    ("2021-23", "2021-09-01", "2021-11-30"),
    ("2021-24", "2021-12-01", "2022-02-28"),
    ("1999-24", "1999-12-01", "2000-02-29"),
    ("9998-24", "9998-12-01", "9999-02-28"),
    ("2021-09-26/2021-09-28", "2021-09-26", "2021-09-28"),
    ("[2021-09-26..2021-09-28]", "2021-09-26", "2021-09-28"),
    ("2021/2021", "2021-01-01", "2021-12-31"),
    ("2021-12/2021", "2021-12-01", "2021-12-31"),
    ("199X/2001-21?", "1990-01-01", "2001-05-31"),
    ("../2021", "", "2021-12-31"),
    ("/2021-09", "", "2021-09-30"),
    ("2021/..", "2021-01-01", ""),
    ("2021/", "2021-01-01", ""),
    ("[2021]", "2021-01-01", "2021-12-31"),
    ("[2021,2019,2020-05]", "2019-01-01", "2021-12-31"),
    ("[1667,1668,1670..1672]", "1667-01-01", "1672-12-31"),
    ("[..1760-12-03]", "", "1760-12-03"),
    ("[1760-12..]", "1760-12-01", ""),
    ("[1760-01,1760-02,1760-12..]", "1760-01-01", ""),
    ("[..1760,1759-05]", "", "1760-12-31"),
    ("[..1760,1800..]", "", ""),
]


@pytest.mark.parametrize(("text", "first", "last"), MEANINGS, ids=[text for text, _, _ in MEANINGS])
def test_the_days_of_a_date(text: str, first: str, last: str) -> None:
    """Each form means the days that the standard, or a decision of ours, gives it."""
    known = parse(text)
    assert (str(known.earliest or ""), str(known.latest or "")) == (first, last)


def test_unknown_and_open_ends_are_told_apart_by_the_text() -> None:
    """Both ends have no last day; what was written says which it is."""
    unknown, unlimited = parse("2021/"), parse("2021/..")
    assert (unknown.latest, unlimited.latest) == (None, None)
    assert (unknown.edtf, unlimited.edtf) == ("2021/", "2021/..")


def test_an_interval_lasted_and_a_set_was_on_one_of_its_days() -> None:
    """The same days, and different facts."""
    interval, one_of = parse("2021-09-26/2021-09-28"), parse("[2021-09-26..2021-09-28]")
    assert (interval.lasting, one_of.lasting) == (True, False)
    assert contains(interval, one_of)
    assert contains(one_of, interval)


def test_the_flags_of_an_interval_are_those_of_its_ends() -> None:
    """A doubt about one end is a doubt about the whole; `%` is both doubts."""
    flags = {text: parse(text) for text in ("2021?/2022~", "2021/2022?", "[2021~,2022]", "2021%", "2021")}
    assert {text: (known.uncertain, known.approximate) for text, known in flags.items()} == {
        "2021?/2022~": (True, True),
        "2021/2022?": (True, False),
        "[2021~,2022]": (False, True),
        "2021%": (True, True),
        "2021": (False, False),
    }


# What is no date

YEAR = "year must be four digits, 0001 to 9999"
MONTH = "month must be 01 to 12"
PARTS = "a year has four digits, a month and a day two"
NOTHING_FOLLOWS = "no month or day follows"
QUALIFIER = "a qualifier ends a date, once"
TIME = "no time of day"
FOREIGN = "a date is written with"
PLACEHOLDER = "a placeholder is no date"
BRACKETS = "brackets enclose the whole text"
ONE_END = "one end, at least, must be a date"
EXPECTED = "a date is expected"
OPEN_MEMBERS = "only the first member of a set may start open"

BAD_DATES = [
    ("", 0, EXPECTED),
    (" ", 0, "no spaces"),
    (" 2021", 0, "no spaces"),
    ("2021 ", 4, "no spaces"),
    ("2021\n", 4, FOREIGN),
    ("\u0662\u0660\u0662\u0661", 0, FOREIGN),
    ("202\uff11", 3, FOREIGN),
    ("2021\u201309", 4, FOREIGN),
    ("2021\u221209", 4, FOREIGN),
    ("2021-Sep", 5, FOREIGN),
    ("unknown", 0, FOREIGN),
    ("null", 0, FOREIGN),
    ("2021-09-28T12:00:00Z", 10, TIME),
    ("2021-09-28 12:00", 10, "no spaces"),
    ("12:00", 2, TIME),
    ("Y17000", 0, "without a Y"),
    ("Y17E7", 0, "without a Y"),
    ("+2021", 0, "without a sign"),
    ("-0044", 0, "without a sign"),
    ("-0044/2021", 0, "without a sign"),
    ("0000", 0, YEAR),
    ("0000-01-01", 0, YEAR),
    ("1950S2", 4, FOREIGN),
    ("21", 0, YEAR),
    ("202", 0, YEAR),
    ("12021", 4, PARTS),
    ("20210928", 4, PARTS),
    ("2021X", 4, PARTS),
    ("09/28/2021", 0, YEAR),
    ("28.09.2021", 0, YEAR),
    ("2XXX", 0, YEAR),
    ("XXXX", 0, YEAR),
    ("20X1", 0, YEAR),
    ("X021", 0, YEAR),
    ("202x", 3, "upper-case X"),
    ("202X-05", 4, NOTHING_FOLLOWS),
    ("20XX-XX", 4, NOTHING_FOLLOWS),
    ("2021-", 5, MONTH),
    ("2021-1", 5, MONTH),
    ("2021-1-5", 5, MONTH),
    ("2021-00", 5, MONTH),
    ("2021-13", 5, MONTH),
    ("2021-13-01", 5, MONTH),
    ("2021-20", 5, MONTH),
    ("2021-25", 5, MONTH),
    ("2021-1X", 5, MONTH),
    ("2021-270", 5, MONTH),
    ("2021-091", 7, PARTS),
    ("2021-XX-05", 8, "day of an unspecified month must be XX"),
    ("2021-21-01", 7, NOTHING_FOLLOWS),
    ("9999-24", 5, "the winter of 9999 ends after 9999"),
    ("2021-05-", 8, "day must be 01 to 31"),
    ("2021-05-00", 8, "day must be 01 to 31"),
    ("2021-05-32", 8, "day must be 01 to 31"),
    ("2021-04-31", 8, "day must be 01 to 30"),
    ("2021-02-29", 8, "day must be 01 to 28"),
    ("2000-02-30", 8, "day must be 01 to 29"),
    ("2021-05-1", 8, "day must be 01 to 31"),
    ("2021-05-1X", 8, "day must be 01 to 31"),
    ("2021-05-011", 10, PARTS),
    ("2021-05-01-01", 10, NOTHING_FOLLOWS),
    ("?2021", 0, YEAR),
    ("2021??", 5, QUALIFIER),
    ("2021?~", 5, QUALIFIER),
    ("2021?-05", 5, NOTHING_FOLLOWS),
    ("2021-?05", 5, MONTH),
    ("[2021]?", 6, QUALIFIER),
    ("9999-12-31", 0, PLACEHOLDER),
    ("1111-11-11", 0, PLACEHOLDER),
    ("1111-11-11?", 0, PLACEHOLDER),
    ("2021/9999-12-31", 5, PLACEHOLDER),
    ("[1111-11-11..2021]", 1, PLACEHOLDER),
    ("[2021,1111-11-11]", 6, PLACEHOLDER),
    ("/", 0, ONE_END),
    ("../..", 0, ONE_END),
    ("../", 0, ONE_END),
    ("/..", 0, ONE_END),
    ("//", 0, ONE_END),
    ("..", 0, EXPECTED),
    ("..2021", 0, EXPECTED),
    ("2021..", 4, "'..' stands beside '/', or in brackets"),
    ("2021..2022", 4, "'..' stands beside '/', or in brackets"),
    ("2021/...", 7, "'..' stands beside '/', or in brackets"),
    ("2021/.", 5, YEAR),
    ("2021//", 5, "an interval has one '/'"),
    ("2021/2022/2023", 9, "an interval has one '/'"),
    ("2021-09-26/28", 11, YEAR),
    ("2022/2021", 5, "the end is before the start"),
    ("2021-09-02/2021-09-01", 11, "the end is before the start"),
    ("2021/[2022]", 5, YEAR),
    ("2021,2022", 4, "',' stands in brackets"),
    ("{2021,2022}", 0, "a set of all its dates"),
    ("[", 1, EXPECTED),
    ("[]", 1, EXPECTED),
    ("[..]", 1, ONE_END),
    ("[,]", 1, EXPECTED),
    ("[2021,]", 6, EXPECTED),
    ("[2021,..]", 6, ONE_END),
    ("[2021", 5, "',' or ']' is missing"),
    ("[2021..", 7, "',' or ']' is missing"),
    ("2021]", 4, BRACKETS),
    ("[2021]]", 6, BRACKETS),
    ("[[2021]]", 1, YEAR),
    ("[2021][2022]", 6, BRACKETS),
    ("[2021[", 5, BRACKETS),
    ("[2021, 2022]", 6, "no spaces"),
    ("[2021/2022]", 5, "a set none"),
    ("[2022..2021]", 7, "the end is before the start"),
    ("[2020..2021..2022]", 11, "'..' stands beside '/', or in brackets"),
    ("[2021...2022]", 7, YEAR),
    ("[2021,..2020]", 6, OPEN_MEMBERS),
    ("[2021..,2022]", 8, OPEN_MEMBERS),
    ("[" + ",".join(["2021"] * 40) + "]", MAX_LENGTH, "at most 200 characters"),
    ("9" * 100_000, MAX_LENGTH, "at most 200 characters"),
]


@pytest.mark.parametrize(("text", "position", "reason"), BAD_DATES, ids=[ascii(bad[0][:30]) for bad in BAD_DATES])
def test_what_is_no_date_is_refused_where_it_goes_wrong(text: str, position: int, reason: str) -> None:
    """The error says what is wrong, and at which character."""
    with pytest.raises(BadDate) as caught:
        parse(text)
    assert (caught.value.text, caught.value.position) == (text, position)
    assert reason in caught.value.reason


@given(st.dates(), st.integers(29, 99))
def test_a_day_that_its_month_has_not_is_refused(when: date, number: int) -> None:
    """The thirtieth of February is refused, as is every day after the month's last."""
    known = month(when.year, when.month)
    assume(known.last is not None and number > known.last.day)
    with pytest.raises(BadDate, match="day must be 01 to") as caught:
        parse(f"{known.text}-{number}")
    assert caught.value.position == 8


def read(reader: Callable[[str], Known], text: str) -> Known | BadDate:
    """What the reader makes of the text, or why it refuses it."""
    try:
        return reader(text)
    except BadDate as error:
        return error


@st.composite
def misspelt(draw: st.DrawFn) -> str:
    """A date with one character more, less or another."""
    text = draw(written).text
    at = draw(st.integers(0, len(text)))
    kept = at + draw(st.integers(0, 1))
    return text[:at] + draw(st.text("0123456789X-/.,[]?~%TZ \u0661", max_size=1)) + text[kept:]


@given(st.one_of(st.text(), st.text("0129X-/.,[]?~%", max_size=MAX_LENGTH + 9), misspelt()))
def test_any_text_is_a_date_or_a_bad_date(text: str) -> None:
    """Nothing but BadDate is raised, its position is in the text, and its message can be sent anywhere."""
    known = read(parse, text)
    if isinstance(known, BadDate):
        assert 0 <= known.position <= len(text)
        assert str(known).isascii()
    else:
        assert known.edtf == text


def test_the_message_reads_as_a_sentence() -> None:
    """Reason, position, text."""
    with pytest.raises(BadDate) as caught:
        parse("2021-02-30")
    assert str(caught.value) == 'day must be 01 to 28, or XX, at position 8 of "2021-02-30"'


def test_the_message_shows_odd_characters_and_cuts_long_texts() -> None:
    """A dash that is no hyphen becomes visible, and a page of text does not fill the log."""
    assert str(BadDate("2021\u2013", 4, "odd")) == r'odd, at position 4 of "2021\u2013"'
    assert str(BadDate("9" * 61, 0, "long")) == f'long, at position 0 of "{"9" * 60}..."'
    assert str(BadDate("9" * 60, 0, "long")) == f'long, at position 0 of "{"9" * 60}"'


def test_a_bad_date_is_a_value_error_that_can_be_copied() -> None:
    """Validators catch ValueError, and test workers send errors to each other."""
    error: BadDate = pickle.loads(pickle.dumps(BadDate("2021-13", 5, "month")))
    assert isinstance(error, ValueError)
    assert (error.text, error.position, error.reason) == ("2021-13", 5, "month")


# In which order dates come


@given(st.lists(written))
def test_dates_sort_by_their_first_day_then_their_last(several: list[Written]) -> None:
    """The order of the keys is that of the days; an open end is beyond every day."""
    by_key = sorted(several, key=lambda one: sort_key(parse(one.text)).encode())
    assert by_key == sorted(several, key=lambda one: (one.first or date.min, one.last or date.max))


@given(written)
def test_what_has_no_date_comes_last(one: Written) -> None:
    """The key of no date is greater than any other."""
    assert sort_key(parse(one.text)) < sort_key(None) == UNDATED


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("2021-09", "2021-09-01/2021-09-30"),
        ("../2021", "0001-01-01/2021-12-31"),
        ("0987/", "0987-01-01/9999-12-31"),
    ],
)
def test_the_sort_key_holds_both_days(text: str, key: str) -> None:
    """Years keep their four digits, and open ends take the last day there is on their side."""
    assert sort_key(parse(text)) == key


# Durations


@st.composite
def durations(draw: st.DrawFn, largest: int = 9999) -> Duration:
    """A duration of some of the four units, perhaps with zeros in front."""
    counts = draw(st.tuples(*[st.none() | st.integers(0, largest)] * 4).filter(any))
    width = draw(st.integers(1, 4))
    parts = [f"{count:0{width}}{unit}" for count, unit in zip(counts, "YMWD", strict=True) if count is not None]
    years, months, weeks, days = (count or 0 for count in counts)
    return Duration(years, months, weeks, days, f"P{''.join(parts)}")


@given(durations())
def test_a_duration_is_read_as_written(duration: Duration) -> None:
    """Years, months, weeks and days, each of them or some."""
    assert parse_duration(duration.text) == duration


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("P5Y", (5, 0, 0, 0)),
        ("P6M", (0, 6, 0, 0)),
        ("P2W", (0, 0, 2, 0)),
        ("P30D", (0, 0, 0, 30)),
        ("P1Y6M", (1, 6, 0, 0)),
        ("P1Y2M3W4D", (1, 2, 3, 4)),
        ("P0Y09M", (0, 9, 0, 0)),
    ],
)
def test_the_units_of_a_duration(text: str, counts: tuple[int, int, int, int]) -> None:
    """Each letter is its unit."""
    assert parse_duration(text) == Duration(*counts, text)


BAD_DURATIONS = [
    ("", 0, "begins with P"),
    ("5Y", 0, "begins with P"),
    ("p5Y", 0, "begins with P"),
    (" P5Y", 0, "begins with P"),
    ("-P5Y", 0, "begins with P"),
    ("P", 1, "a number and Y, M, W or D"),
    ("P0D", 1, "longer than zero"),
    ("P0Y0M0W0D", 1, "longer than zero"),
    ("PT5M", 1, TIME),
    ("P1YT", 3, TIME),
    ("P-5Y", 1, "no sign"),
    ("P+5Y", 1, "no sign"),
    ("P1.5Y", 1, "whole numbers"),
    ("P1Y0,5M", 3, "whole numbers"),
    ("P10000D", 1, "at most four digits"),
    ("P" + "9" * 100_000 + "D", 1, "at most four digits"),
    ("P1M1Y", 3, "in this order, each once"),
    ("P1D1W", 3, "in this order, each once"),
    ("P5Y5Y", 3, "in this order, each once"),
    ("P5", 1, "a number and Y, M, W or D"),
    ("P5y", 1, "a number and Y, M, W or D"),
    ("P5H", 1, "a number and Y, M, W or D"),
    ("P5Y ", 3, "a number and Y, M, W or D"),
    ("P5Y\n", 3, "a number and Y, M, W or D"),
    ("PY", 1, "a number and Y, M, W or D"),
    ("P\u0665Y", 1, "a number and Y, M, W or D"),
]


@pytest.mark.parametrize(
    ("text", "position", "reason"), BAD_DURATIONS, ids=[ascii(bad[0][:30]) for bad in BAD_DURATIONS]
)
def test_what_is_no_duration_is_refused_where_it_goes_wrong(text: str, position: int, reason: str) -> None:
    """Zero, signs, fractions, times of day and another order are refused."""
    with pytest.raises(BadDate) as caught:
        parse_duration(text)
    assert (caught.value.text, caught.value.position) == (text, position)
    assert reason in caught.value.reason


@given(st.one_of(st.text(), st.from_regex(r"\AP[0-9YMWDT.,+-]*\Z")))
def test_any_text_is_a_duration_or_a_bad_date(text: str) -> None:
    """Nothing but BadDate is raised, and its position is in the text."""
    known = read(parse_duration, text)
    if isinstance(known, BadDate):
        assert 0 <= known.position <= len(text)
    else:
        assert known.text == text


# Adding

SUMS = [
    ("2000-01-31", "P1M", 12, "2001-01-31"),
    ("2000-01-31", "P1M", 13, "2001-02-28"),
    ("2000-01-31", "P1M", 14, "2001-03-31"),
    ("2000-02-29", "P12M", 1, "2001-02-28"),
    ("2000-02-29", "P12M", 4, "2004-02-29"),
    ("2000-02-29", "P1Y", 4, "2004-02-29"),
    ("2000-02-29", "P1Y1M", 1, "2001-03-29"),
    ("2000-01-31", "P1M1D", 1, "2000-03-01"),
    ("2000-01-31", "P1M1D", 2, "2000-04-02"),
    ("2021-06-10", "P30D", 1, "2021-07-10"),
    ("2021-12-31", "P1D", 1, "2022-01-01"),
    ("2021-12-31", "P2W", 1, "2022-01-14"),
    ("1961-09-10", "P10Y", 1, "1971-09-10"),
    ("1927-12-30", "P6M", 1, "1928-06-30"),
    ("2021-09-28", "P5Y", 0, "2021-09-28"),
    ("9999-12-30", "P1D", 1, "9999-12-31"),
]


@pytest.mark.parametrize(("anchor", "duration", "times", "result"), SUMS)
def test_adding_counts_from_the_anchor(anchor: str, duration: str, times: int, result: str) -> None:
    """Months end where the anchor's day, or the month, does: one clamping does not lead to the next."""
    assert str(add(date.fromisoformat(anchor), parse_duration(duration), times)) == result


@pytest.mark.parametrize(
    ("anchor", "duration", "times", "result"),
    [
        ("2030-12-31", "P6M", 1, "2030-06-30"),
        ("2027-04-15", "P6M", 1, "2026-10-15"),
        ("1996-09-10", "P12M", 1, "1995-09-10"),
        ("2001-03-31", "P1M", 1, "2001-02-28"),
        ("2001-03-31", "P1M", 2, "2001-01-31"),
        ("2001-03-31", "P1M1D", 1, "2001-02-27"),
        ("2004-02-29", "P1Y", 1, "2003-02-28"),
        ("2021-01-01", "P1D", 1, "2020-12-31"),
        ("0001-01-02", "P1D", 1, "0001-01-01"),
    ],
)
def test_subtracting_counts_back_from_the_anchor(anchor: str, duration: str, times: int, result: str) -> None:
    """A notice of six months before the last of December is given by the last of June."""
    assert str(subtract(date.fromisoformat(anchor), parse_duration(duration), times)) == result


anchors = st.dates(date(1000, 1, 1), date(3000, 12, 31))
short = durations(largest=99)
few = st.integers(0, 9)


@given(anchors, st.integers(1, 999), few)
def test_months_keep_the_day_or_take_the_last_of_the_month(anchor: date, months: int, times: int) -> None:
    """The result is that many calendar months on, on the same day or, if there is none, on the last."""
    result = add(anchor, Duration(0, months, 0, 0, "PM"), times)
    assert 12 * (result.year - anchor.year) + result.month - anchor.month == months * times
    last = month(result.year, result.month).last
    assert result.day == anchor.day or (result.day < anchor.day and result == last)


@given(anchors, short, few)
def test_units_make_each_other_up(anchor: date, duration: Duration, times: int) -> None:
    """A year is twelve months and a week seven days, whatever the anchor."""
    months, days = 12 * duration.years + duration.months, 7 * duration.weeks + duration.days
    assert add(anchor, duration, times) == add(anchor, Duration(0, months, 0, days, duration.text), times)


@given(anchors, short, few)
def test_times_multiplies_the_duration(anchor: date, duration: Duration, times: int) -> None:
    """Three times a month is three months, not a month three times."""
    years, months, weeks, days = duration.years, duration.months, duration.weeks, duration.days
    multiple = Duration(years * times, months * times, weeks * times, days * times, duration.text)
    assert add(anchor, duration, times) == add(anchor, multiple)
    assert subtract(anchor, duration, times) == subtract(anchor, multiple)


@given(anchors, anchors, short)
def test_a_later_anchor_gives_no_earlier_result(one: date, other: date, duration: Duration) -> None:
    """Adding and subtracting one duration keep the order of days."""
    early, late = sorted((one, other))
    assert add(early, duration) <= add(late, duration)
    assert subtract(early, duration) <= subtract(late, duration)


@given(anchors, st.integers(1, 9999), few)
def test_days_are_counted_without_the_anchor(anchor: date, days: int, times: int) -> None:
    """Days are exact, so what was added can be subtracted."""
    duration = parse_duration(f"P{days}D")
    result = add(anchor, duration, times)
    assert (result - anchor).days == days * times
    assert subtract(result, duration, times) == anchor


@given(anchors, short)
def test_there_and_back_loses_what_was_clamped_at_most(anchor: date, duration: Duration) -> None:
    """Subtracting what was added may miss the anchor by the few days by which months differ."""
    assert abs((subtract(add(anchor, duration), duration) - anchor).days) <= 6


@pytest.mark.parametrize("duration", ["P1D", "P1W", "P1M", "P1Y", "P9999Y9999M9999W9999D"])
def test_no_day_is_outside_the_years_1_to_9999(duration: str) -> None:
    """Before the first day and after the last there is none, and the error says so."""
    much = parse_duration(duration)
    with pytest.raises(OverflowError, match=f"9999-12-31 and 1 times {duration} is outside the years 0001 to 9999"):
        add(date.max, much)
    with pytest.raises(OverflowError, match="outside the years 0001 to 9999"):
        subtract(date.min, much)
    with pytest.raises(OverflowError, match="outside the years 0001 to 9999"):
        add(date(2021, 9, 28), much, 10**30)


# What is computed


@pytest.mark.parametrize(
    ("earliest", "latest", "edtf"),
    [
        (date(2001, 1, 1), date(2001, 1, 1), "2001-01-01"),
        (date(2001, 1, 1), date(2001, 1, 2), "[2001-01-01..2001-01-02]"),
        (date(2001, 1, 1), None, "[2001-01-01..]"),
        (None, date(2001, 1, 2), "[..2001-01-02]"),
        (None, None, "../.."),
    ],
)
def test_computed_days_are_told_as_a_document_tells_them(earliest: date | None, latest: date | None, edtf: str) -> None:
    days = {"earliest": earliest, "latest": latest}
    told = Days(earliest, latest)
    assert told.document() == {"edtf": edtf} | {name: str(day) for name, day in days.items() if day}
    if earliest or latest:
        assert (parse(edtf).earliest, parse(edtf).latest) == (earliest, latest)


@pytest.mark.parametrize(
    ("anchor", "duration", "result"),
    [
        (date(2001, 1, 31), "P1M", date(2001, 2, 28)),
        (date(2001, 1, 31), None, date(2001, 1, 31)),
        (date(9999, 12, 30), "P1D", date(9999, 12, 31)),
        (date(9999, 12, 30), "P2D", NEVER),
        (date(2001, 1, 1), "P9999Y", NEVER),
        (NEVER, "P1D", NEVER),
        (NEVER, None, NEVER),
        (ALWAYS, "P1D", ALWAYS),
        (date(1, 1, 2), "P1D", date(1, 1, 3)),
    ],
)
def test_later_than_no_day_is_no_day(anchor: date, duration: str | None, result: date) -> None:
    assert later(anchor, parse_duration(duration) if duration else None) == result


def test_a_sum_of_durations_is_added_once() -> None:
    """From 31 January twelve months and one are thirteen, clamped once."""
    total = parse_duration("P1Y2M3W4D").plus(parse_duration("P10Y20M30W40D"), 2)
    assert (total.years, total.months, total.weeks, total.days) == (21, 42, 63, 84)
    assert total.text == "P1Y2M3W4D and 2 times P10Y20M30W40D"
    assert add(date(2000, 1, 31), parse_duration("P1M").plus(parse_duration("P1M"), 1)) == date(2000, 3, 31)


def test_a_date_may_be_as_long_as_is_allowed() -> None:
    longest = "[" + ",".join(["2021-09-28"] * 4 + ["2021"] * 31) + "]"
    assert len(longest) == MAX_LENGTH
    assert parse(longest).earliest == date(2021, 1, 1)
    with pytest.raises(BadDate):
        parse(longest.replace("]", " ]"))
