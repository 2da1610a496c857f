"""The golden cases of DOMAIN.md section 8: on each day asked, the whole short answer."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from db.acts import Context, Tie
from db.dates import Days
from tests.law import BOUNDS, Json, agreement, event

IN_FORCE = "VCLT 24, entry into force recorded"
BEFORE_BOUNDARY = "VCLT 54(a), notice before the end of a term"
ANY_TIME = "VCLT 54(a), notice at any time"
YEAR_END = "VCLT 54(a), notice before the end of a year"
EXPIRED = "VCLT 54(a), term expired"
SIGNED = "VCLT 18(a), signed"
NOTHING = "no act recorded"
CUSTOM = ", as custom"
"""Of what was concluded before the Convention was in force."""


@dataclass(frozen=True)
class Answer:
    """What must be said on a day; bounds that are not named must be left out."""

    on: str
    status: str
    certainty: str
    rule: str
    possible: tuple[str, ...] = ()
    """All statuses that are possible, if there are several."""
    bounds: dict[str, str] = field(default_factory=dict)
    denounceable: str | None = None

    @property
    def whole(self) -> dict[str, Any]:
        """The members that must be told, as `short` gives them."""
        return {
            "status": self.status,
            "certainty": self.certainty,
            "possible_statuses": list(self.possible) or [self.status],
            "rule": self.rule,
            "denounceable": self.denounceable,
            **self.bounds,
        }


@dataclass(frozen=True)
class Golden:
    """An agreement, and what must be said of it."""

    name: str
    agreement: Json
    answers: tuple[Answer, ...]
    context: Context = field(default_factory=Context)


def answer(
    on: str, status: str, certainty: str, rule: str, *possible: str, denounceable: str | None = None, **bounds: str
) -> Answer:
    return Answer(on, status, certainty, rule, possible, bounds, denounceable)


def ten_years(entered: str, received: str) -> Json:
    """Ten years, then tacitly five and five, with a notice of twelve months."""
    return agreement(
        event("entered_into_force", entered),
        event("denunciation_received", received, by="mex"),
        duration={"initial": "P10Y", "renewal": "tacit", "renewal_period": "P5Y", "notice": "P12M"},
    )


def tax_treaty(anchor: str) -> Json:
    return agreement(
        event("entered_into_force", "1998-08-27"),
        event("denunciation_received", "2021-06-07", by="rus"),
        duration={"initial": "P5Y", "renewal": "tacit_indefinite", "notice": "P6M", "notice_anchor": anchor},
    )


def ends_with_2020(*later: Json) -> Json:
    return agreement(
        event("entered_into_force", "2012-04-15"),
        *later,
        duration={"until": "2020-12-31", "renewal": "express", "notice": "P6M"},
    )


RENEWAL = event("renewed", "2020-12-01", effective="2021-01-01", until="2030-12-31")
SUPERSEDED = Context(ties=(Tie("supersedes", "successor", Days(date(2012, 11, 20), date(2012, 11, 20))),))

CASES = (
    Golden(
        "notice before the deadline",
        ten_years("1961-09-10", "1995-08-07"),
        (
            answer("1961-09-09", "unknown", "presumed", NOTHING, end="1961-09-10"),
            answer(
                "1995-08-06",
                "in_force",
                "definite",
                IN_FORCE + CUSTOM,
                since="1961-09-10",
                end="1996-09-10",
                next_expiry="1996-09-10",
                notice_deadline="1995-09-10",
            ),
            answer(
                "1996-09-09",
                "in_force",
                "definite",
                IN_FORCE + CUSTOM,
                since="1961-09-10",
                end="1996-09-10",
                next_expiry="1996-09-10",
            ),
            answer("1996-09-10", "terminated", "definite", BEFORE_BOUNDARY + CUSTOM, since="1996-09-10"),
        ),
    ),
    Golden(
        "notice on the deadline",
        ten_years("1961-09-10", "1995-09-10"),
        (answer("1996-09-10", "terminated", "definite", BEFORE_BOUNDARY + CUSTOM, since="1996-09-10"),),
    ),
    Golden(
        "notice one day late",
        ten_years("1961-09-10", "1995-09-11"),
        (
            answer(
                "1996-09-10",
                "in_force",
                "definite",
                IN_FORCE + CUSTOM,
                since="1961-09-10",
                end="2001-09-10",
                next_expiry="2001-09-10",
            ),
            answer("2001-09-10", "terminated", "definite", BEFORE_BOUNDARY + CUSTOM, since="2001-09-10"),
        ),
    ),
    Golden(
        "notice perhaps late",
        ten_years("1961-09", "1995-09-10"),
        (
            answer(
                "1996-09-09",
                "in_force",
                "definite",
                IN_FORCE + CUSTOM,
                since="[1961-09-01..1961-09-30]",
                end="[1996-09-10..2001-09-09]",
                next_expiry="[1996-09-10..2001-09-09]",
            ),
            answer(
                "1998-01-01",
                "in_force",
                "possible",
                IN_FORCE + CUSTOM,
                "terminated",
                "in_force",
                since="[1961-09-01..1961-09-30]",
                end="[1996-09-10..2001-09-09]",
                next_expiry="[1996-09-10..2001-09-09]",
            ),
            answer("2001-09-09", "terminated", "definite", BEFORE_BOUNDARY + CUSTOM, since="[1996-09-10..2001-09-09]"),
        ),
    ),
    Golden(
        "United Kingdom and Mexico 1888",
        agreement(
            event("entered_into_force", "1888-07-11"),
            event("denunciation_received", "1927-12-30", by="mex"),
            duration={"initial": "indefinite", "renewal": "none", "notice": "P6M"},
        ),
        (
            answer(
                "1928-06-29",
                "in_force",
                "definite",
                IN_FORCE + CUSTOM,
                since="1888-07-11",
                end="1928-06-30",
                next_expiry="1928-06-30",
            ),
            answer("1928-06-30", "terminated", "definite", ANY_TIME + CUSTOM, since="1928-06-30"),
        ),
    ),
    Golden(
        "Israel and Ukraine 1994, the old one",
        agreement(event("entered_into_force", "1997-02-18")),
        (
            answer(
                "2012-11-19",
                "in_force",
                "definite",
                IN_FORCE,
                since="1997-02-18",
                end="2012-11-20",
                next_expiry="2012-11-20",
            ),
            answer("2012-11-20", "terminated", "definite", "VCLT 59(1), superseded", since="2012-11-20"),
        ),
        SUPERSEDED,
    ),
    Golden(
        "Israel and Ukraine 2010, the new one",
        agreement(event("entered_into_force", "2012-11-20"), signed="2010-11-24"),
        (
            answer("2012-11-19", "signed_not_in_force", "definite", SIGNED, since="2010-11-24", end="2012-11-20"),
            answer("2012-11-20", "in_force", "definite", IN_FORCE, since="2012-11-20"),
        ),
    ),
    Golden(
        "in force from some day of a month",
        agreement(event("entered_into_force", "1988-02"), signed="1987-06-12"),
        (
            answer(
                "1988-01-31",
                "signed_not_in_force",
                "definite",
                SIGNED,
                since="1987-06-12",
                end="[1988-02-01..1988-02-29]",
            ),
            answer(
                "1988-02-15",
                "in_force",
                "possible",
                IN_FORCE,
                "in_force",
                "signed_not_in_force",
                since="[1988-02-01..1988-02-29]",
            ),
            answer("1988-02-29", "in_force", "presumed", IN_FORCE, since="[1988-02-01..1988-02-29]"),
        ),
    ),
    Golden(
        "boundaries from the 29th of February",
        agreement(
            event("entered_into_force", "2000-02-29"),
            duration={"initial": "P12M", "renewal": "tacit", "renewal_period": "P12M"},
        ),
        (
            answer("2000-02-29", "in_force", "definite", IN_FORCE, since="2000-02-29", next_expiry="2001-02-28"),
            answer("2001-02-27", "in_force", "presumed", IN_FORCE, since="2000-02-29", next_expiry="2001-02-28"),
            answer("2001-02-28", "in_force", "presumed", IN_FORCE, since="2000-02-29", next_expiry="2002-02-28"),
            answer("2003-02-28", "in_force", "presumed", IN_FORCE, since="2000-02-29", next_expiry="2004-02-29"),
        ),
    ),
    Golden(
        "thirty days after the last notification",
        agreement(
            event("notification_received", "2021-05-03", by="mex"),
            event("notification_received", "2021-06-10", by="rus"),
            signed="2020-01-15",
            entry_into_force={"condition": "on_last_notification", "offset": "P30D"},
        ),
        (
            answer("2021-07-09", "signed_not_in_force", "definite", SIGNED, since="2020-01-15", end="2021-07-10"),
            answer("2021-07-10", "in_force", "presumed", "VCLT 24(1), on the last notification", since="2021-07-10"),
        ),
    ),
    Golden(
        "five years and five, notice of six months",
        agreement(
            event("entered_into_force", "2012-04-15"),
            duration={"initial": "P5Y", "renewal": "tacit", "renewal_period": "P5Y", "notice": "P6M"},
        ),
        (
            answer(
                "2026-03-01",
                "in_force",
                "presumed",
                IN_FORCE,
                since="2012-04-15",
                next_expiry="2027-04-15",
                notice_deadline="2026-10-15",
            ),
        ),
    ),
    Golden(
        "no clause on denunciation",
        agreement(
            event("entered_into_force", "2012-04-15"),
            event("denunciation_received", "2024-02-29", by="rus"),
            duration={"initial": "indefinite", "renewal": "none", "notice": "none"},
        ),
        (
            answer(
                "2025-02-27",
                "in_force",
                "presumed",
                IN_FORCE,
                since="2012-04-15",
                end="[2025-02-28..]",
                next_expiry="[2025-02-28..]",
            ),
            answer(
                "2025-02-28",
                "in_force",
                "possible",
                "VCLT 56(1), no clause on denunciation",
                "terminated",
                "in_force",
                denounceable="uncertain",
                since="2012-04-15",
                end="[2025-02-28..]",
                next_expiry="[2025-02-28..]",
            ),
        ),
    ),
    Golden(
        "Russia and the Netherlands, at the end of a year",
        tax_treaty("before_year_end"),
        (
            answer(
                "2021-12-31",
                "in_force",
                "definite",
                IN_FORCE,
                since="1998-08-27",
                end="2022-01-01",
                next_expiry="2022-01-01",
            ),
            answer("2022-01-01", "terminated", "definite", YEAR_END, since="2022-01-01"),
        ),
    ),
    Golden(
        "Russia and the Netherlands, if it were at any time",
        tax_treaty("any_time"),
        (answer("2021-12-07", "terminated", "definite", ANY_TIME, since="2021-12-07"),),
    ),
    Golden(
        "a last day that the text names",
        agreement(
            event("entered_into_force", "2012-04-15"),
            duration={"until": "2030-12-31", "renewal": "none", "notice": "P6M"},
        ),
        (
            answer(
                "2030-12-31",
                "in_force",
                "presumed",
                IN_FORCE,
                since="2012-04-15",
                end="2031-01-01",
                next_expiry="2031-01-01",
                notice_deadline="2030-06-30",
            ),
            answer("2031-01-01", "terminated", "presumed", EXPIRED, since="2031-01-01"),
        ),
    ),
    Golden(
        "before a renewal is recorded",
        ends_with_2020(),
        (answer("2021-02-01", "terminated", "presumed", EXPIRED, since="2021-01-01"),),
    ),
    Golden(
        "once it is recorded",
        ends_with_2020(RENEWAL),
        (
            answer(
                "2021-02-01",
                "in_force",
                "presumed",
                IN_FORCE,
                since="2012-04-15",
                end="2031-01-01",
                next_expiry="2031-01-01",
                notice_deadline="2030-06-30",
            ),
        ),
    ),
)


def short(told: Json) -> dict[str, Any]:
    """The members of an answer, its dates as texts, that a golden one names."""
    named = ("status", "certainty", "possible_statuses", "rule")
    return {name: told[name] for name in (*named, *BOUNDS) if name in told} | {"denounceable": told.get("denounceable")}
