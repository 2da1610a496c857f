"""Dates as they are known (EDTF), durations (ISO 8601), and how one is added to the other.

The rule: a date is kept as written, next to the first and the last civil day that it can mean. Accepted are
levels 0 and 1 of ISO 8601-2:2019, and of level 2 the one-of sets. Pure: the standard library, and no clock.

    text      = date | interval | one-of
    interval  = bound "/" bound            a bound is a date, ".." (open) or nothing (unknown); one is a date
    one-of    = "[" member {"," member} "]"
    member    = date | date ".." date | ".." date (the first member only) | date ".." (the last only)
    date      = day | month | season | year | unspecified, then perhaps "?", "~" or "%"
    season    = year "-" ("21" | "22" | "23" | "24")
    unspecified = "202X" | "20XX" | "2021-XX" | "2021-XX-XX" | "2021-09-XX"

Where the standard leaves room:
- Years are 0001 to 9999: `000X` means 0001 to 0009, and the winter `9999-24`, ending in 10000, is refused.
- Any date may bound an interval or be a member of a set, a season and `20XX` too: what they mean is as clear.
- The two ends of an interval may differ in precision. Refused is what certainly ends before it starts.
- A set of one member, `[2021]`, means what the member means.
- The flags of an interval or a set are those of all its dates: a doubt about one is a doubt about the whole.
- No placeholder is a date: `9999-12-31` and `1111-11-11` are refused wherever they stand.
"""

import json
import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta
from functools import lru_cache
from typing import NoReturn

MAX_LENGTH = 200
"""Characters in a date, at most."""

ALWAYS, NEVER = date.min, date.max
"""In computations: the day of what has no first day, and of what does not come. Documents have neither."""

UNDATED = "~"
"""The sort key of what has no date: after every date."""

_SHOWN = 60
"""Characters of a wrong text that the message repeats."""


class BadDate(ValueError):
    """The text is no date, or no duration, that the record takes.

    `position` counts the characters of `text` before the one that is wrong; where something is missing at the
    end, all of them. The message quotes the text as JSON does: odd dashes and digits become visible.
    """

    def __init__(self, text: str, position: int, reason: str) -> None:
        super().__init__(text, position, reason)
        self.text = text
        self.position = position
        self.reason = reason

    def __str__(self) -> str:
        shown = self.text if len(self.text) <= _SHOWN else self.text[:_SHOWN] + "..."
        return f"{self.reason}, at position {self.position} of {json.dumps(shown)}"


@dataclass(frozen=True, slots=True)
class Edtf:
    """A date as written, and what it says."""

    edtf: str
    """As written."""
    earliest: date | None
    """The first day that it can mean; None if that end is open or unknown."""
    latest: date | None
    """The last day that it can mean; None if that end is open or unknown."""
    uncertain: bool
    """`?` or `%`: the source may be wrong."""
    approximate: bool
    """`~` or `%`: about then."""
    lasting: bool
    """An interval `a/b`: it lasted these days. Otherwise it was on one of them."""


def parse(text: str) -> Edtf:
    """What the date says; BadDate if it is none."""
    _check_characters(text)
    cursor = _Cursor(text)
    earliest, latest = _one_of(cursor) if text.startswith("[") else _range(cursor, "/")
    if cursor.at < len(text):
        cursor.fail_here()
    return Edtf(
        edtf=text,
        earliest=earliest,
        latest=latest,
        uncertain="?" in text or "%" in text,
        approximate="~" in text or "%" in text,
        lasting="/" in text,
    )


def sort_key(dated: "Edtf | Days | None") -> str:
    """Text whose binary order is that of the first days, then of the last: "2021-09-01/2021-09-30".

    An open start sorts as 0001-01-01, an open end as 9999-12-31, and no date at all as UNDATED.
    """
    if dated is None:
        return UNDATED
    return f"{dated.earliest or date.min}/{dated.latest or date.max}"


@dataclass(frozen=True, slots=True)
class Days:
    """On one of these days: a date as it is computed. An end that is None is open."""

    earliest: date | None
    latest: date | None

    @classmethod
    def of(cls, earliest: date, latest: date) -> "Days":
        """One of the days from the first to the last; ALWAYS and NEVER are open ends."""
        return cls(None if earliest == ALWAYS else earliest, None if latest == NEVER else latest)

    @property
    def edtf(self) -> str:
        """The day, or the set that has these ends; of any day at all "../..", which no document may state."""
        if self.earliest == self.latest:
            return str(self.earliest or "../..")
        return f"[{self.earliest or ''}..{self.latest or ''}]"

    def document(self) -> dict[str, str]:
        """As it stands in a document."""
        days = {"earliest": self.earliest, "latest": self.latest}
        return {"edtf": self.edtf} | {name: str(day) for name, day in days.items() if day}


# Reading a date: one function for each line of the grammar above.

_Days = tuple[date, date]
_Span = tuple[date | None, date | None]

_PLACEHOLDERS = ("9999-12-31", "1111-11-11")
_NUMBERS = tuple(f"{number:02}" for number in range(1, 32))
_SEASONS = {"21": 3, "22": 6, "23": 9, "24": 12}
"""The first month of each season, which has three: the winter of 2021 ends in February 2022."""

_YEAR = re.compile(r"(?!0000)(?:[0-9]{4}|[0-9]{3}X|[0-9]{2}XX)")
_WHY_NO_YEAR = "year must be four digits, 0001 to 9999, without a sign, or as 202X or 20XX"
_QUALIFIER = re.compile(r"[?~%]")
_OPEN = {"/": re.compile(r"\.\.|(?=/|\Z)"), "..": re.compile(r"(?=\.\.|[],]|\Z)")}
"""What stands for an end without a date, by what stands between the ends."""

_FOREIGN = re.compile(r"[^0-9X/.,\[\]?~%-]")
_WHY_FOREIGN = {
    "T": "a date has no time of day",
    ":": "a date has no time of day",
    " ": "a date has no spaces",
    "Y": "years are 0001 to 9999, without a Y",
    "+": "years are 0001 to 9999, without a sign",
    "x": "an unspecified digit is an upper-case X",
    "{": "a set of all its dates, in braces, is not accepted: give each date its own record",
}
_FOREIGN_OTHERWISE = "a date is written with 0 to 9, X, ?, ~, %, '-', '/', '..', ',', '[' and ']' only"

_WHY_HERE = {
    "": "',' or ']' is missing",
    "-": "no month or day follows an unspecified year, a season, a day or a qualifier",
    "/": "an interval has one '/', and a set none",
    ".": "'..' stands beside '/', or in brackets",
    ",": "',' stands in brackets",
    "[": "brackets enclose the whole text",
    "]": "brackets enclose the whole text",
    "?": "a qualifier ends a date, once: '%' is both '?' and '~'",
    "~": "a qualifier ends a date, once: '%' is both '?' and '~'",
    "%": "a qualifier ends a date, once: '%' is both '?' and '~'",
}
_HERE_OTHERWISE = "a year has four digits, a month and a day two, and '-' parts them"


class _Cursor:
    """How far a text has been read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def take(self, token: str) -> bool:
        """Read the token, if it comes next."""
        found = self.text.startswith(token, self.at)
        self.at += len(token) if found else 0
        return found

    def match(self, pattern: re.Pattern[str]) -> str | None:
        """Read what matches, if it comes next."""
        found = pattern.match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        return found[0]

    def choose(self, choices: Sequence[str], reason: str) -> str:
        """Read one of the two-character choices; nothing else may come next."""
        choice = self.text[self.at : self.at + 2]
        if choice not in choices:
            self.fail(reason)
        self.at += 2
        return choice

    def fail(self, reason: str, at: int | None = None) -> NoReturn:
        raise BadDate(self.text, self.at if at is None else at, reason)

    def fail_here(self) -> NoReturn:
        """Fail because of the next character, which continues nothing."""
        self.fail(_WHY_HERE.get(self.text[self.at : self.at + 1], _HERE_OTHERWISE))


def _check_characters(text: str) -> None:
    if len(text) > MAX_LENGTH:
        raise BadDate(text, MAX_LENGTH, f"a date has at most {MAX_LENGTH} characters")
    if foreign := _FOREIGN.search(text):
        raise BadDate(text, foreign.start(), _WHY_FOREIGN.get(foreign[0], _FOREIGN_OTHERWISE))


def _one_of(cursor: _Cursor) -> _Span:
    cursor.take("[")
    members = [_range(cursor, "..")]
    while cursor.take(","):
        begin = cursor.at
        members.append(_range(cursor, ".."))
        if members[-2][1] is None or members[-1][0] is None:
            cursor.fail("only the first member of a set may start open, and only the last end so", begin)
    if not cursor.take("]"):
        cursor.fail_here()
    earliest = members[0][0] and min(first for first, _ in members if first)
    latest = members[-1][1] and max(last for _, last in members if last)
    return earliest, latest


def _range(cursor: _Cursor, separator: str) -> _Span:
    """A date, or two ends and the separator ("/" or "..") between them; one of the ends may be open."""
    begin = cursor.at
    start = _end(cursor, separator)
    if not cursor.take(separator):
        return start or cursor.fail("a date is expected", begin)
    middle = cursor.at
    end = _end(cursor, separator)
    if start is None and end is None:
        cursor.fail("one end, at least, must be a date", begin)
    if start and end and end[1] < start[0]:
        cursor.fail("the end is before the start", middle)
    return start and start[0], end and end[1]


def _end(cursor: _Cursor, separator: str) -> _Days | None:
    return _date(cursor) if cursor.match(_OPEN[separator]) is None else None


def _date(cursor: _Cursor) -> _Days:
    begin = cursor.at
    days = _unqualified(cursor)
    if cursor.text[begin : cursor.at] in _PLACEHOLDERS:
        cursor.fail("a placeholder is no date: write '2021/..' for an open end, '2021/' for an unknown one", begin)
    cursor.match(_QUALIFIER)
    return days


def _unqualified(cursor: _Cursor) -> _Days:
    year = cursor.match(_YEAR) or cursor.fail(_WHY_NO_YEAR)
    if "X" in year or not cursor.take("-"):
        return date(int(year.replace("X", "0")) or 1, 1, 1), date(int(year.replace("X", "9")), 12, 31)
    months = (*_NUMBERS[:12], *_SEASONS, "XX")
    month = cursor.choose(months, "month must be 01 to 12, XX, or a season 21 to 24")
    if month in _SEASONS:
        return _season(cursor, int(year), month)
    if month == "XX":
        return _unspecified_month(cursor, int(year))
    return _month_or_day(cursor, int(year), int(month))


def _season(cursor: _Cursor, year: int, season: str) -> _Days:
    first = date(year, _SEASONS[season], 1)
    try:
        return first, _add_months(first, 3) - timedelta(days=1)
    except OverflowError:
        cursor.fail("the winter of 9999 ends after 9999", cursor.at - len(season))


def _unspecified_month(cursor: _Cursor, year: int) -> _Days:
    if cursor.take("-"):
        cursor.choose(["XX"], "day of an unspecified month must be XX")
    return date(year, 1, 1), date(year, 12, 31)


def _month_or_day(cursor: _Cursor, year: int, month: int) -> _Days:
    last = monthrange(year, month)[1]
    day = "XX"
    if cursor.take("-"):
        day = cursor.choose((*_NUMBERS[:last], "XX"), f"day must be 01 to {last}, or XX")
    if day == "XX":
        return date(year, month, 1), date(year, month, last)
    return date(year, month, int(day)), date(year, month, int(day))


@dataclass(frozen=True, slots=True)
class Duration:
    """Whole years, months, weeks and days, of which one at least is not zero."""

    years: int
    months: int
    weeks: int
    days: int
    text: str
    """As written."""

    def plus(self, other: "Duration", times: int = 1) -> "Duration":
        """This and so many of the other, as one duration: a sum is added to a day once, never step by step."""
        return Duration(
            self.years + times * other.years,
            self.months + times * other.months,
            self.weeks + times * other.weeks,
            self.days + times * other.days,
            f"{self.text} and {times} times {other.text}",
        )


_DURATION = re.compile("P" + "".join(f"(?:([0-9]{{1,4}}){unit})?" for unit in "YMWD"))
_WHY_NO_DURATION = {
    r"T": "a duration has no time of day",
    r"[+-]": "a duration has no sign",
    r"[0-9]+[.,]": "a duration has whole numbers",
    r"[0-9]{5,}": "a number has at most four digits",
    r"[0-9]+[YMWD]": "years, months, weeks and days come in this order, each once",
}
_NO_DURATION_OTHERWISE = "a number and Y, M, W or D are expected"


@lru_cache(maxsize=1000)
def parse_duration(text: str) -> Duration:
    """The duration of `P5Y`, `P6M`, `P30D`, `P2W`, `P1Y6M`, longer than zero; BadDate if it is none."""
    found = _DURATION.match(text)
    if found is None:
        raise BadDate(text, 0, "a duration begins with P")
    rest = text[found.end() :]
    if rest or text == "P":
        reasons = (reason for pattern, reason in _WHY_NO_DURATION.items() if re.match(pattern, rest))
        raise BadDate(text, found.end(), next(reasons, _NO_DURATION_OTHERWISE))
    years, months, weeks, days = (int(number or 0) for number in found.groups())
    if not (years or months or weeks or days):
        raise BadDate(text, 1, "a duration is longer than zero")
    return Duration(years, months, weeks, days, text)


def add(anchor: date, duration: Duration, times: int = 1) -> date:
    """The anchor's day after so many durations; OverflowError outside the years 0001 to 9999.

    Always from the anchor, never chained: the duration is multiplied, then years and months are added as one
    number of months (the same day of the month, or the month's last), then weeks and days. `P1Y1M` is `P13M`.
    """
    months = (12 * duration.years + duration.months) * times
    days = (7 * duration.weeks + duration.days) * times
    try:
        return _add_months(anchor, months) + timedelta(days=days)
    except OverflowError:
        moved = f"{anchor} and {times} times {duration.text}"
        raise OverflowError(f"{moved} is outside the years 0001 to 9999") from None


def subtract(anchor: date, duration: Duration, times: int = 1) -> date:
    """The anchor's day before so many durations: `add` backwards, with its clamping and its error."""
    return add(anchor, duration, -times)


def later(anchor: date, duration: Duration | None) -> date:
    """The anchor's day after the duration; NEVER if the calendar ends before. ALWAYS and NEVER are no days to move."""
    if duration is None or anchor in (ALWAYS, NEVER):
        return anchor
    try:
        return add(anchor, duration)
    except OverflowError:
        return NEVER


def _add_months(anchor: date, months: int) -> date:
    year, month = divmod(12 * anchor.year + anchor.month - 1 + months, 12)
    if not MINYEAR <= year <= MAXYEAR:
        raise OverflowError
    return date(year, month + 1, min(anchor.day, monthrange(year, month + 1)[1]))
