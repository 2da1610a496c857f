"""Twelve agreements that are hard to hold truthfully (DOMAIN 13), each with what it names and what is asked of it.

A story stands alone: add its organizations, people and sources, then its agreements in their order, each as a client
sends a whole dossier. Organizations of kind state have the ids and spans of the seed, so on a seeded record those, and
the sources that it has, are left out. The questions are asked on `TODAY`; an answer holds at least what one expects.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

Json = dict[str, Any]

TODAY = date(2026, 11, 23)
"""The day on which all questions are asked."""


@dataclass(frozen=True)
class Question:
    """The status of an agreement on a day, and what must be answered."""

    agreement: str
    on: str
    expected: Json
    """Members of the answer, each date as its EDTF alone; None for a member that is left out."""


@dataclass(frozen=True)
class Story:
    """One or more agreements, what they name, and what is asked of them."""

    name: str
    organizations: Sequence[Json]
    people: Sequence[Json]
    sources: Sequence[Json]
    agreements: Sequence[Json]
    questions: Sequence[Question]


def told(answer: Mapping[str, Any], expected: Json) -> Json:
    """The members of an answer that are expected, in the same form."""
    members = {name: answer.get(name) for name in expected}
    return {name: each["edtf"] if isinstance(each, dict) and "edtf" in each else each for name, each in members.items()}


# What the records are written with


def _state(id: str, name: str, **members: Any) -> Json:
    return {"id": id, "name": {"en": name}, "kind": "state", "state": id, **members}


def _person(id: str, name: str) -> Json:
    return {"id": id, "name": {"en": name}}


def _by(source: str, *fields: str, **members: Any) -> list[Json]:
    """The source supports these fields."""
    return [{"field": field, "source": source, "stance": "supports", **members} for field in fields]


def _event(id: str, kind: str, date: str, source: str, **members: Any) -> Json:
    """An event whose date the source supports."""
    return {
        "id": id,
        "kind": kind,
        "date": date,
        **members,
        "citations": members.get("citations", _by(source, "/date")),
    }


def _signatory(id: str, person: str, side: str, capacity: str, **members: Any) -> Json:
    return {"id": f"{id}-{person}", "person": person, "side": side, "capacity": capacity, **members}


def _party(side: str, organization: str, **members: Any) -> Json:
    return {"side": side, "organization": organization, **members}


def _treaty(id: str, title: str, subjects: list[str], parties: list[Json], **members: Any) -> Json:
    return {
        "id": id,
        "title": {"en": title},
        "form": "treaty",
        "legal_character": "treaty",
        "subjects": subjects,
        "parties": parties,
        **members,
    }


def _asked(agreement: str, *answers: tuple[str, Json]) -> list[Question]:
    return [Question(agreement, on, expected) for on, expected in answers]


def _is(status: str, certainty: str | None, rule: str, **members: Any) -> Json:
    """What is answered, and that nothing is special about it unless it is said here.

    `certainty` is None where DOMAIN 7 leaves room for two readings.
    """
    plain = {"possible_statuses": [status], "partial": False, "contested": "contested_by" in members}
    sure = {"certainty": certainty} if certainty else {}
    return {"status": status, "rule": rule, "contested_by": None} | sure | plain | members


def _owed(act: str, *parties: str) -> list[Json]:
    return [{"party": party, "act": act} for party in parties]


NOTHING = _is("unknown", "presumed", "no act recorded", since=None, pending=None)
SIGNED = "VCLT 18(a), signed"
RECORDED = "VCLT 24, entry into force recorded"
EXCHANGED = "VCLT 24(1), on the exchange of instruments"

# States and sources that several stories name

USA = _state("usa", "United States of America")
RUS = _state(
    "rus", "Russian Federation", predecessors=[{"organization": "suhh", "kind": "continuity", "from": "1991-12-26"}]
)
SUHH = _state("suhh", "Union of Soviet Socialist Republics", valid_from="1922-12-30", valid_to="1991-12-25")
GBR = _state("gbr", "United Kingdom of Great Britain and Northern Ireland")
CHN = _state("chn", "China")
NLD = _state("nld", "Netherlands")
PRT = _state("prt", "Portugal")
BEL = _state("bel", "Belgium")
LUX = _state("lux", "Luxembourg")
DEU = _state("deu", "Germany")

NOTE_SOURCE: Json = {
    "id": "russian-note-1992-01-13",
    "title": "Note of the Ministry of Foreign Affairs of the Russian Federation to the heads of diplomatic missions"
    " in Moscow, 13 January 1992",
    "publisher": "Ministry of Foreign Affairs of the Russian Federation",
    "published": "1992-01-13",
}
NOTE = _event(
    "russian-note-1992-01-13",
    "continuity_confirmed",
    "1992-01-13",
    "russian-note-1992-01-13",
    effective="1991-12-26",
    by="rus",
    predecessor="suhh",
    successor="rus",
    note={"en": "Russia continues to perform what follows from the agreements concluded by the USSR: all of them."},
    citations=_by("russian-note-1992-01-13", "/date", "/predecessor", "/successor"),
)
"""One note for all agreements of the USSR: one event in every dossier that it concerns."""
FROM_1991 = {"from": "1991-12-26"}
UNTIL_1991 = {"to": "1991-12-25"}


# 1: one side became four parties; each side invoked a suspension; one gave notice

INF = Story(
    "INF 1987",
    organizations=[
        USA,
        SUHH,
        RUS,
        *(
            _state(id, name, predecessors=[{"organization": "suhh", "kind": "separation", "from": "1991-12-26"}])
            for id, name in (("blr", "Belarus"), ("kaz", "Kazakhstan"), ("ukr", "Ukraine"))
        ),
    ],
    people=[_person("ronald-reagan", "Ronald Reagan"), _person("mikhail-gorbachev", "Mikhail Gorbachev")],
    sources=[
        NOTE_SOURCE,
        {"id": "inf-text", "title": "INF Treaty, Washington, 8 December 1987", "language": "en"},
        {"id": "bishkek-decision-1992", "title": "Decision on the participation in the INF Treaty, Bishkek 1992"},
        {"id": "us-statement-2019-02-01", "title": "Statement of the United States on the INF Treaty, 1 February 2019"},
        {"id": "decree-91-2019", "title": "Decree of the President of the Russian Federation No. 91, 4 March 2019"},
    ],
    agreements=[
        _treaty(
            "inf-1987",
            "Treaty between the United States of America and the Union of Soviet Socialist Republics on the"
            " Elimination of Their Intermediate-Range and Shorter-Range Missiles",
            ["arms_control"],
            [
                _party("a", "usa"),
                _party("b", "suhh", **UNTIL_1991),
                *(_party("b", id, **FROM_1991) for id in ("rus", "blr", "kaz", "ukr")),
            ],
            signed="1987-12-08",
            place={"name": "Washington", "state": "usa"},
            languages=[{"tag": "en", "authentic": True}, {"tag": "ru", "authentic": True}],
            entry_into_force={"condition": "on_exchange"},
            duration={"initial": "indefinite", "renewal": "none", "notice": "P6M"},
            signatories=[
                _signatory("inf-1987", "ronald-reagan", "a", "President", on_behalf_of="usa"),
                _signatory("inf-1987", "mikhail-gorbachev", "b", "General Secretary", on_behalf_of="suhh"),
            ],
            events=[
                _event("inf-signature", "signature", "1987-12-08", "inf-text"),
                _event("inf-senate", "domestic_approval", "1988-05-27", "inf-text", by="usa"),
                _event("inf-exchange", "instrument_exchanged", "1988-06-01", "inf-text", place={"name": "Moscow"}),
                NOTE,
                *(
                    _event(
                        f"inf-succession-{id}",
                        "succession",
                        "1992-10-09",
                        "bishkek-decision-1992",
                        effective="1991-12-26",
                        predecessor="suhh",
                        successor=id,
                    )
                    for id in ("blr", "kaz", "ukr")
                ),
                _event(
                    "inf-suspension-usa",
                    "suspension_invoked",
                    "2019-02-02",
                    "us-statement-2019-02-01",
                    by="usa",
                    ground="breach",
                ),
                _event(
                    "inf-notice",
                    "denunciation_received",
                    "2019-02-02",
                    "us-statement-2019-02-01",
                    by="usa",
                    note={"en": "Given to Russia, Belarus, Kazakhstan and Ukraine."},
                ),
                _event("inf-suspension-rus", "suspension_invoked", "2019-03-04", "decree-91-2019", by="rus"),
            ],
            citations=_by("inf-text", "/signed", "/entry_into_force", "/duration"),
        )
    ],
    questions=_asked(
        "inf-1987",
        ("1987-12-07", NOTHING),
        (
            "1988-05-31",
            _is(
                "signed_not_in_force",
                "definite",
                SIGNED,
                since="1987-12-08",
                end="1988-06-01",
                pending=_owed("instrument_exchanged", "suhh", "usa"),
            ),
        ),
        (
            "1988-06-01",
            _is("in_force", "definite", EXCHANGED, since="1988-06-01", pending=None, events=["inf-exchange"]),
        ),
        ("1991-12-26", _is("in_force", "definite", EXCHANGED)),
        ("2019-02-01", _is("in_force", "definite", EXCHANGED, end="2019-08-02")),
        ("2019-02-02", _is("in_force", "definite", EXCHANGED, contested_by=["usa"], next_expiry="2019-08-02")),
        ("2019-08-01", _is("in_force", "definite", EXCHANGED, contested_by=["rus", "usa"])),
        (
            "2019-08-02",
            _is(
                "terminated",
                "definite",
                "VCLT 54(a), notice at any time",
                since="2019-08-02",
                end=None,
                ground="denounced",
                next_expiry=None,
                events=["inf-notice"],
                sources=["us-statement-2019-02-01", "inf-text"],
            ),
        ),
    ),
)

# 2: dated by the Julian calendar, between parties without codes, and never ended

ANGLO_PORTUGUESE = Story(
    "Anglo-Portuguese alliance 1373",
    organizations=[
        {"id": "england", "name": {"en": "England"}, "kind": "state", "state": "england", "valid_to": "1707-04-30"},
        GBR,
        PRT,
        {"id": "crown-of-portugal", "name": {"en": "Crown of Portugal"}, "kind": "government", "state": "prt"},
    ],
    people=[],
    sources=[
        {"id": "treaty-of-1373", "title": "Treaty of London, 16 June 1373", "language": "la"},
        {"id": "acts-of-union-1707", "title": "Acts of Union 1707"},
        {
            "id": "hansard-1943-10-12",
            "title": "House of Commons Debates, 12 October 1943: statement of the Prime Minister",
            "published": "1943-10-12",
        },
    ],
    agreements=[
        _treaty(
            "england-portugal-1373",
            "Treaty of Peace, Friendship and Alliance between England and Portugal",
            ["alliance"],
            [
                _party("a", "england", to="1707-04-30"),
                _party("a", "gbr", **{"from": "1707-05-01"}),
                _party("b", "crown-of-portugal"),
            ],
            signed="1373-06-24",
            place={"name": "London"},
            events=[
                _event("alliance-1373-in-force", "entered_into_force", "1373-06-24?", "treaty-of-1373"),
                _event(
                    "alliance-1373-union",
                    "succession",
                    "1707-05-01",
                    "acts-of-union-1707",
                    predecessor="england",
                    successor="gbr",
                ),
                _event(
                    "alliance-1373-invoked",
                    "statement",
                    "1943-10-12",
                    "hansard-1943-10-12",
                    title={"en": "The Prime Minister says that the treaty is in force, and what is granted under it"},
                ),
            ],
            citations=_by(
                "treaty-of-1373",
                "/signed",
                value="1373-06-16",
                note="The text counts by the Julian calendar. Its 16 June is the 24th by the calendar of ISO 8601.",
            ),
        )
    ],
    questions=_asked(
        "england-portugal-1373",
        ("1373-06-23", NOTHING),
        ("1373-06-24", _is("in_force", "presumed", f"{RECORDED}, as custom", since="1373-06-24", end=None)),
        ("1707-05-01", _is("in_force", "presumed", f"{RECORDED}, as custom", party_ceased=None)),
        ("1943-10-12", _is("in_force", "presumed", f"{RECORDED}, as custom")),
        ("2026-11-23", _is("in_force", "presumed", f"{RECORDED}, as custom", end=None, next_expiry=None)),
    ),
)

# 3: its status was disputed by a statement

SINO_BRITISH = Story(
    "Sino-British Joint Declaration",
    organizations=[CHN, GBR],
    people=[_person("zhao-ziyang", "Zhao Ziyang"), _person("margaret-thatcher", "Margaret Thatcher")],
    sources=[
        {"id": "joint-declaration-text", "title": "Joint Declaration on the Question of Hong Kong, UNTS 1399, p. 33"},
        {
            "id": "china-statement-2017-06-30",
            "title": "Regular press conference of the Ministry of Foreign Affairs of China, 30 June 2017",
            "published": "2017-06-30",
        },
    ],
    agreements=[
        _treaty(
            "joint-declaration-1984",
            "Joint Declaration of the Government of the United Kingdom of Great Britain and Northern Ireland and the"
            " Government of the People's Republic of China on the Question of Hong Kong",
            ["sovereignty"],
            [_party("a", "chn"), _party("b", "gbr")],
            form="declaration",
            signed="1984-12-19",
            place={"name": "Beijing", "state": "chn"},
            languages=[{"tag": "zh", "authentic": True}, {"tag": "en", "authentic": True}],
            entry_into_force={"condition": "on_exchange"},
            duration={"initial": "indefinite", "renewal": "none", "notice": "none"},
            identifiers=[{"scheme": "unts", "value": "23391"}],
            signatories=[
                _signatory("joint-declaration-1984", "zhao-ziyang", "a", "Premier", on_behalf_of="chn"),
                _signatory("joint-declaration-1984", "margaret-thatcher", "b", "Prime Minister", on_behalf_of="gbr"),
            ],
            events=[
                _event("joint-declaration-signature", "signature", "1984-12-19", "joint-declaration-text"),
                _event("joint-declaration-exchange", "instrument_exchanged", "1985-05-27", "joint-declaration-text"),
                _event("joint-declaration-registered", "registered", "1985-06-12", "joint-declaration-text"),
                _event(
                    "joint-declaration-disputed",
                    "status_disputed",
                    "2017-06-30",
                    "china-statement-2017-06-30",
                    by="chn",
                    note={"en": "Called a historical document without practical meaning any more."},
                ),
            ],
            citations=_by("joint-declaration-text", "/signed", "/entry_into_force", "/duration"),
        )
    ],
    questions=_asked(
        "joint-declaration-1984",
        ("1984-12-18", NOTHING),
        (
            "1985-05-26",
            _is("signed_not_in_force", "definite", SIGNED, pending=_owed("instrument_exchanged", "chn", "gbr")),
        ),
        ("1985-05-27", _is("in_force", "definite", EXCHANGED, since="1985-05-27", end=None)),
        ("1997-07-01", _is("in_force", "definite", EXCHANGED)),
        ("2017-06-29", _is("in_force", "definite", EXCHANGED)),
        ("2017-06-30", _is("in_force", "definite", EXCHANGED, contested_by=["chn"])),
        ("2026-11-23", _is("in_force", "presumed", EXCHANGED, contested_by=["chn"], denounceable=None)),
    ),
)

# 4: replaced another, was extended once, and one side said that it suspended it

NEW_START = Story(
    "New START",
    organizations=[USA, SUHH, RUS],
    people=[
        _person("george-w-bush", "George W. Bush"),
        _person("vladimir-putin", "Vladimir Putin"),
        _person("barack-obama", "Barack Obama"),
        _person("dmitry-medvedev", "Dmitry Medvedev"),
    ],
    sources=[
        {"id": "sort-text", "title": "Treaty on Strategic Offensive Reductions, Moscow, 24 May 2002"},
        {"id": "new-start-text", "title": "New START Treaty, Prague, 8 April 2010"},
        {"id": "new-start-notes-2021", "title": "Exchange of notes on the extension of the New START Treaty, 2021"},
        {"id": "state-department-new-start", "title": "New START Treaty: page of the Department of State"},
        {"id": "law-38-fz-2023", "title": "Federal Law 38-FZ, 28 February 2023", "language": "ru"},
    ],
    agreements=[
        _treaty(
            "sort-2002",
            "Treaty between the United States of America and the Russian Federation on Strategic Offensive Reductions",
            ["arms_control"],
            [_party("a", "usa"), _party("b", "rus")],
            signed="2002-05-24",
            place={"name": "Moscow", "state": "rus"},
            entry_into_force={"condition": "on_exchange"},
            duration={"until": "2012-12-31", "renewal": "express", "notice": "P3M", "notice_anchor": "any_time"},
            signatories=[
                _signatory("sort-2002", "george-w-bush", "a", "President", on_behalf_of="usa"),
                _signatory("sort-2002", "vladimir-putin", "b", "President", on_behalf_of="rus"),
            ],
            events=[
                _event("sort-signature", "signature", "2002-05-24", "sort-text"),
                _event("sort-exchange", "instrument_exchanged", "2003-06-01", "sort-text"),
            ],
            citations=_by("sort-text", "/signed", "/entry_into_force", "/duration"),
        ),
        _treaty(
            "new-start-2010",
            "Treaty between the United States of America and the Russian Federation on Measures for the Further"
            " Reduction and Limitation of Strategic Offensive Arms",
            ["arms_control"],
            [_party("a", "usa"), _party("b", "rus")],
            signed="2010-04-08",
            place={"name": "Prague"},
            entry_into_force={"condition": "on_exchange"},
            duration={"initial": "P10Y", "renewal": "express", "notice": "P3M", "notice_anchor": "any_time"},
            relations=[{"kind": "supersedes", "agreement": "sort-2002"}],
            signatories=[
                _signatory("new-start-2010", "barack-obama", "a", "President", on_behalf_of="usa"),
                _signatory("new-start-2010", "dmitry-medvedev", "b", "President", on_behalf_of="rus"),
            ],
            events=[
                _event("new-start-signature", "signature", "2010-04-08", "new-start-text"),
                _event("new-start-senate", "domestic_approval", "2010-12-22", "new-start-text", by="usa"),
                _event("new-start-law", "domestic_law", "2011-01-28", "new-start-text", by="rus"),
                _event("new-start-exchange", "instrument_exchanged", "2011-02-05", "new-start-text"),
                _event(
                    "new-start-extended",
                    "extended",
                    "2021-02-03",
                    "new-start-notes-2021",
                    until="2026-02-05",
                    citations=[
                        *_by("new-start-notes-2021", "/date"),
                        *_by("new-start-notes-2021", "/until", preferred=True, reason="The text of the notes"),
                        {
                            "field": "/until",
                            "source": "state-department-new-start",
                            "stance": "disputes",
                            "value": "2026-02-04",
                            "note": "Counts the fourth as the last day.",
                        },
                    ],
                ),
                _event(
                    "new-start-suspension",
                    "suspension_invoked",
                    "2023-02-28",
                    "law-38-fz-2023",
                    by="rus",
                    note={"en": "Announced on 21 February 2023; the text has no clause on suspension."},
                ),
            ],
            citations=_by("new-start-text", "/signed", "/entry_into_force", "/duration", "/relations/sort-2002"),
        ),
    ],
    questions=[
        *_asked(
            "new-start-2010",
            ("2010-04-07", NOTHING),
            (
                "2011-01-29",
                _is("signed_not_in_force", "definite", SIGNED, pending=_owed("instrument_exchanged", "rus", "usa")),
            ),
            ("2011-02-05", _is("in_force", "definite", EXCHANGED, next_expiry="2021-02-05")),
            ("2021-02-05", _is("in_force", "definite", EXCHANGED, since="2011-02-05", next_expiry="2026-02-06")),
            ("2023-02-27", _is("in_force", "definite", EXCHANGED)),
            ("2023-03-01", _is("in_force", "presumed", EXCHANGED, contested_by=["rus"], end="2026-02-06")),
            ("2026-02-05", _is("in_force", "presumed", EXCHANGED, contested_by=["rus"])),
            ("2026-02-06", _is("terminated", "presumed", "VCLT 54(a), term expired", ground="expiry")),
        ),
        *_asked(
            "sort-2002",
            ("2003-05-31", _is("signed_not_in_force", "definite", SIGNED)),
            ("2011-02-04", _is("in_force", "definite", EXCHANGED, end="2011-02-05")),
            (
                "2011-02-05",
                _is("terminated", "definite", "VCLT 59(1), superseded", since="2011-02-05", ground="superseded"),
            ),
        ),
    ],
)

# 5: two states on one side, one act for both

BLEU = Story(
    "BLEU and China, investment",
    organizations=[BEL, LUX, CHN],
    people=[],
    sources=[
        {"id": "bleu-china-1984-text", "title": "Agreement on investments, Brussels, 4 June 1984"},
        {"id": "bleu-china-2005-text", "title": "Agreement on investments, Beijing, 6 June 2005"},
        {"id": "ping-an-award", "title": "Ping An v. Belgium, ICSID Case No. ARB/12/29, Award of 30 April 2015"},
        {"id": "belgian-law-2007-02-08", "title": "Law of 8 February 2007 approving the Agreement of 6 June 2005"},
    ],
    agreements=[
        _treaty(
            f"bleu-chn-investment-{year}",
            title,
            ["investment"],
            [
                _party("a", "bel", name="Belgian-Luxembourg Economic Union"),
                _party("a", "lux", name="Belgian-Luxembourg Economic Union"),
                _party("b", "chn"),
            ],
            form="agreement",
            signed=signed,
            place={"name": town, "state": state},
            events=[
                _event(
                    f"bleu-chn-{year}-signature-a",
                    "signature",
                    signed,
                    text,
                    side="a",
                    note={"en": "Belgium signs for itself and for Luxembourg."},
                ),
                _event(f"bleu-chn-{year}-signature-b", "signature", signed, text, by="chn"),
                *approved,
                _event(f"bleu-chn-{year}-in-force", "entered_into_force", entered, "ping-an-award"),
            ],
            **relations,
            citations=_by(text, "/signed", *(["/relations"] if relations else [])),
        )
        for year, title, signed, town, state, text, approved, entered, relations in (
            (
                1984,
                "Agreement between the Government of the People's Republic of China and the Belgian-Luxembourg"
                " Economic Union on the Reciprocal Promotion and Protection of Investments",
                "1984-06-04",
                "Brussels",
                "bel",
                "bleu-china-1984-text",
                [],
                "1986-10-05",
                {},
            ),
            (
                2005,
                "Agreement between the Belgian-Luxembourg Economic Union and the Government of the People's Republic"
                " of China on the Reciprocal Promotion and Protection of Investments",
                "2005-06-06",
                "Beijing",
                "chn",
                "bleu-china-2005-text",
                [_event("bleu-chn-2005-law", "domestic_law", "2007-02-08", "belgian-law-2007-02-08", by="bel")],
                "2009-12-01",
                {"relations": [{"kind": "supersedes", "agreement": "bleu-chn-investment-1984"}]},
            ),
        )
    ],
    questions=[
        *_asked(
            "bleu-chn-investment-1984",
            ("1984-06-03", NOTHING),
            ("1986-10-04", _is("signed_not_in_force", "definite", SIGNED, since="1984-06-04")),
            ("1986-10-05", _is("in_force", "definite", RECORDED, since="1986-10-05", end="2009-12-01")),
            ("2009-11-30", _is("in_force", "definite", RECORDED)),
            ("2009-12-01", _is("terminated", "definite", "VCLT 59(1), superseded", ground="superseded")),
        ),
        *_asked(
            "bleu-chn-investment-2005",
            ("2005-06-05", NOTHING),
            ("2009-11-30", _is("signed_not_in_force", "definite", SIGNED, end="2009-12-01")),
            ("2026-11-23", _is("in_force", "presumed", RECORDED, since="2009-12-01", end=None)),
        ),
    ],
)

# 6: a third signatory, an effect before signature, and "in abeyance"

INDUS = Story(
    "Indus Waters 1960",
    organizations=[
        _state("ind", "India"),
        _state("pak", "Pakistan", valid_from="1947-08-15"),
        {
            "id": "ibrd",
            "name": {"en": "International Bank for Reconstruction and Development"},
            "kind": "international_organization",
        },
    ],
    people=[
        _person("jawaharlal-nehru", "Jawaharlal Nehru"),
        _person("mohammad-ayub-khan", "Mohammad Ayub Khan"),
        _person("w-a-b-iliff", "W. A. B. Iliff"),
    ],
    sources=[
        {"id": "indus-text", "title": "Indus Waters Treaty 1960, UNTS 419, p. 125"},
        {
            "id": "india-letter-2025-04-24",
            "title": "Letter of the Secretary, Ministry of Jal Shakti, to the Secretary, Ministry of Water Resources",
            "published": "2025-04-24",
        },
    ],
    agreements=[
        _treaty(
            "indus-waters-1960",
            "Indus Waters Treaty 1960",
            ["water"],
            [_party("a", "ind"), _party("b", "pak")],
            others=[{"organization": "ibrd", "role": "signatory"}],
            signed="1960-09-19",
            place={"name": "Karachi", "state": "pak"},
            entry_into_force={"condition": "on_exchange", "effective_from": "1960-04-01"},
            duration={"initial": "indefinite", "renewal": "none", "notice": "none"},
            identifiers=[{"scheme": "unts", "value": "6032"}],
            effects=[{"scope": "The whole treaty", "from": "1960-04-01"}],
            signatories=[
                _signatory("indus-1960", "jawaharlal-nehru", "a", "Prime Minister", on_behalf_of="ind"),
                _signatory("indus-1960", "mohammad-ayub-khan", "b", "President", on_behalf_of="pak"),
            ],
            events=[
                _event(
                    "indus-signature",
                    "signature",
                    "1960-09-19",
                    "indus-text",
                    participants=[
                        {
                            "person": "w-a-b-iliff",
                            "organization": "ibrd",
                            "role": "signatory",
                            "capacity": "For the purposes that the treaty names",
                        }
                    ],
                ),
                _event(
                    "indus-exchange", "instrument_exchanged", "1961-01-12", "indus-text", place={"name": "New Delhi"}
                ),
                _event(
                    "indus-abeyance",
                    "suspension_invoked",
                    "2025-04-24",
                    "india-letter-2025-04-24",
                    by="ind",
                    ground="changed_circumstances",
                    note={"en": "Held in abeyance with immediate effect; announced the day before."},
                ),
            ],
            citations=_by("indus-text", "/signed", "/entry_into_force", "/duration", "/effects/0", "/others/ibrd"),
        )
    ],
    questions=_asked(
        "indus-waters-1960",
        ("1960-04-01", NOTHING),
        (
            "1960-09-19",
            _is(
                "signed_not_in_force",
                "definite",
                f"{SIGNED}, as custom",
                since="1960-09-19",
                end="1961-01-12",
                pending=_owed("instrument_exchanged", "ind", "pak"),
            ),
        ),
        ("1961-01-12", _is("in_force", "definite", f"{EXCHANGED}, as custom", since="1961-01-12", end=None)),
        ("2025-04-23", _is("in_force", "definite", f"{EXCHANGED}, as custom")),
        ("2025-04-24", _is("in_force", "definite", f"{EXCHANGED}, as custom", contested_by=["ind"])),
        (
            "2026-11-23",
            _is("in_force", "presumed", f"{EXCHANGED}, as custom", contested_by=["ind"], end=None, denounceable=None),
        ),
    ),
)

# 7: renewed five times by notes, once after its term had run out

ON_SIGNATURE = "VCLT 24(1), on signature"
AGAIN = "VCLT 54(a), renewed after its term had expired"
SPACE = Story(
    "Russia and USA, space 1992",
    organizations=[USA, SUHH, RUS],
    people=[_person("george-h-w-bush", "George H. W. Bush"), _person("boris-yeltsin", "Boris Yeltsin")],
    sources=[
        {"id": "space-1992-text", "title": "Agreement on cooperation in outer space, Washington, 17 June 1992"},
        {"id": "space-note-1997", "title": "Note of the Embassy of the United States, 13 June 1997"},
        {"id": "space-order-1627-r", "title": "Order of the Government of the Russian Federation No. 1627-r, 2007"},
        {"id": "space-note-2021", "title": "Note 2021/006 of the Embassy of the United States"},
        {"id": "space-press-2013", "title": "Press of 23 March 2013: extended in 1997, 2002 and 2007"},
        {"id": "space-press-2021", "title": "Press of 3 April 2021 on the extension until the end of 2030"},
    ],
    agreements=[
        _treaty(
            "rus-usa-outer-space-1992",
            "Agreement between the United States of America and the Russian Federation Concerning Cooperation in the"
            " Exploration and Use of Outer Space for Peaceful Purposes",
            ["outer_space"],
            [_party("a", "rus"), _party("b", "usa")],
            form="agreement",
            signed="1992-06-17",
            place={"name": "Washington", "state": "usa"},
            entry_into_force={"condition": "on_signature"},
            duration={"initial": "P5Y", "renewal": "express"},
            signatories=[
                _signatory("rus-usa-space", "boris-yeltsin", "a", "President", on_behalf_of="rus"),
                _signatory("rus-usa-space", "george-h-w-bush", "b", "President", on_behalf_of="usa"),
            ],
            events=[
                _event("space-1992-signature", "signature", "1992-06-17", "space-1992-text"),
                _event(
                    "space-1992-renewed-1997",
                    "renewed",
                    "[1997-06-13..1997-12-31]",
                    "space-note-1997",
                    effective="1997-06-17",
                    term="P5Y",
                ),
                _event(
                    "space-1992-renewed-2002", "renewed", "2002", "space-press-2013", effective="2002-06-17", term="P5Y"
                ),
                _event(
                    "space-1992-renewed-2007",
                    "renewed",
                    "[2007-11-17..2007-12-31]",
                    "space-order-1627-r",
                    effective="2007-06-17",
                    term="P5Y",
                    note={"en": "That it acts from the end of the term before it is inferred."},
                ),
                _event(
                    "space-1992-renewed-2013",
                    "renewed",
                    "2013-04-03",
                    "space-note-2021",
                    until="2020-12-31",
                    note={"en": "The reply to a note of 25 August 2011; no earlier day of effect is recorded."},
                ),
                _event(
                    "space-1992-renewed-2021",
                    "renewed",
                    "[2021-04-03..2021-12-31]",
                    "space-press-2021",
                    effective="2021-01-01",
                    until="2030-12-31",
                ),
            ],
            citations=_by("space-1992-text", "/signed", "/entry_into_force", "/duration"),
        )
    ],
    questions=_asked(
        "rus-usa-outer-space-1992",
        ("1992-06-16", NOTHING),
        ("1992-06-17", _is("in_force", "definite", ON_SIGNATURE, since="1992-06-17", next_expiry="1997-06-17")),
        ("1997-08-01", _is("in_force", "definite", ON_SIGNATURE, next_expiry="2002-06-17")),
        ("2005-01-01", _is("in_force", "definite", ON_SIGNATURE, next_expiry="2007-06-17", end="2012-06-17")),
        ("2007-06-17", _is("in_force", "definite", ON_SIGNATURE, since="1992-06-17")),
        ("2012-06-16", _is("in_force", None, ON_SIGNATURE, next_expiry="2012-06-17")),
        (
            "2012-06-17",
            _is(
                "terminated",
                "definite",
                "VCLT 54(a), term expired before it was renewed",
                since="2012-06-17",
                end="2013-04-03",
            ),
        ),
        ("2013-04-02", _is("terminated", "definite", "VCLT 54(a), term expired before it was renewed")),
        ("2013-04-03", _is("in_force", "definite", AGAIN, since="2013-04-03", next_expiry="2021-01-01")),
        ("2021-02-01", _is("in_force", "definite", AGAIN, since="2013-04-03")),
        ("2021-06-01", _is("in_force", None, AGAIN, next_expiry="2031-01-01")),
        ("2026-11-23", _is("in_force", "presumed", AGAIN, next_expiry="2031-01-01", end="2031-01-01")),
        ("2031-01-01", _is("terminated", "presumed", "VCLT 54(a), term expired", ground="expiry")),
    ),
)

# 8: concluded by the USSR, continued by Russia: one note for all

CONTINUED = Story(
    "Soviet treaties continued by Russia",
    organizations=[USA, SUHH, RUS, DEU],
    people=[
        _person("willy-brandt", "Willy Brandt"),
        _person("alexei-kosygin", "Alexei Kosygin"),
        _person("john-warner", "John Warner"),
        _person("sergei-gorshkov", "Sergei Gorshkov"),
        _person("richard-nixon", "Richard Nixon"),
        _person("leonid-brezhnev", "Leonid Brezhnev"),
    ],
    sources=[
        NOTE_SOURCE,
        {"id": "moscow-treaty-text", "title": "Treaty of Moscow, 12 August 1970, Bundesgesetzblatt 1972 II, p. 353"},
        {"id": "incidents-at-sea-text", "title": "Agreement on incidents at sea, 25 May 1972, UNTS 852, p. 151"},
        {"id": "abm-text", "title": "ABM Treaty, 26 May 1972, UNTS 944, p. 13"},
        {"id": "us-note-2001-12-13", "title": "Diplomatic notes of the United States, 13 December 2001"},
    ],
    agreements=[
        _treaty(
            "deu-suhh-moscow-1970",
            "Treaty between the Federal Republic of Germany and the Union of Soviet Socialist Republics",
            ["renunciation_of_force"],
            [_party("a", "deu"), _party("b", "suhh", **UNTIL_1991), _party("b", "rus", **FROM_1991)],
            signed="1970-08-12",
            place={"name": "Moscow"},
            entry_into_force={"condition": "on_exchange"},
            duration={"initial": "indefinite", "renewal": "none", "notice": "none"},
            signatories=[
                _signatory("moscow-1970", "willy-brandt", "a", "Federal Chancellor", on_behalf_of="deu"),
                _signatory("moscow-1970", "alexei-kosygin", "b", "Chairman of the Council of Ministers"),
            ],
            events=[
                _event("moscow-1970-signature", "signature", "1970-08-12", "moscow-treaty-text"),
                _event("moscow-1970-exchange", "instrument_exchanged", "1972-06-03", "moscow-treaty-text"),
                NOTE,
            ],
            citations=_by("moscow-treaty-text", "/signed", "/entry_into_force", "/duration"),
        ),
        _treaty(
            "suhh-usa-incidents-at-sea-1972",
            "Agreement between the Government of the United States of America and the Government of the Union of"
            " Soviet Socialist Republics on the Prevention of Incidents On and Over the High Seas",
            ["navigation"],
            [_party("a", "suhh", **UNTIL_1991), _party("a", "rus", **FROM_1991), _party("b", "usa")],
            form="agreement",
            signed="1972-05-25",
            place={"name": "Moscow"},
            entry_into_force={"condition": "on_signature"},
            duration={
                "initial": "P3Y",
                "renewal": "tacit",
                "renewal_period": "P3Y",
                "notice": "P6M",
                "notice_anchor": "any_time",
            },
            identifiers=[{"scheme": "unts", "value": "12214"}],
            signatories=[
                _signatory("incidents-1972", "sergei-gorshkov", "a", "Commander-in-Chief of the Navy"),
                _signatory("incidents-1972", "john-warner", "b", "Secretary of the Navy", on_behalf_of="usa"),
            ],
            events=[_event("incidents-1972-signature", "signature", "1972-05-25", "incidents-at-sea-text"), NOTE],
            citations=_by("incidents-at-sea-text", "/signed", "/entry_into_force", "/duration"),
        ),
        _treaty(
            "suhh-usa-abm-1972",
            "Treaty between the United States of America and the Union of Soviet Socialist Republics on the"
            " Limitation of Anti-Ballistic Missile Systems",
            ["arms_control"],
            [_party("a", "suhh", **UNTIL_1991), _party("a", "rus", **FROM_1991), _party("b", "usa")],
            signed="1972-05-26",
            place={"name": "Moscow"},
            entry_into_force={"condition": "on_exchange"},
            duration={"initial": "indefinite", "renewal": "none", "notice": "P6M"},
            identifiers=[{"scheme": "unts", "value": "13446"}],
            signatories=[
                _signatory("abm-1972", "leonid-brezhnev", "a", "General Secretary", on_behalf_of="suhh"),
                _signatory("abm-1972", "richard-nixon", "b", "President", on_behalf_of="usa"),
            ],
            events=[
                _event("abm-1972-signature", "signature", "1972-05-26", "abm-text"),
                _event("abm-1972-exchange", "instrument_exchanged", "1972-10-03", "abm-text"),
                NOTE,
                _event("abm-1972-notice", "denunciation_received", "2001-12-13", "us-note-2001-12-13", by="usa"),
            ],
            citations=_by("abm-text", "/signed", "/entry_into_force", "/duration"),
        ),
    ],
    questions=[
        *_asked(
            "deu-suhh-moscow-1970",
            (
                "1972-06-02",
                _is(
                    "signed_not_in_force",
                    "definite",
                    f"{SIGNED}, as custom",
                    pending=_owed("instrument_exchanged", "deu", "suhh"),
                ),
            ),
            ("1991-12-26", _is("in_force", "definite", f"{EXCHANGED}, as custom", since="1972-06-03")),
            ("1992-01-12", _is("in_force", "definite", f"{EXCHANGED}, as custom")),
            ("2026-11-23", _is("in_force", "presumed", f"{EXCHANGED}, as custom", party_ceased=None)),
        ),
        *_asked(
            "suhh-usa-incidents-at-sea-1972",
            ("1972-05-24", NOTHING),
            ("1972-05-25", _is("in_force", "definite", f"{ON_SIGNATURE}, as custom", next_expiry="1975-05-25")),
            ("1992-01-12", _is("in_force", "definite", f"{ON_SIGNATURE}, as custom", next_expiry="1993-05-25")),
            (
                "2026-11-23",
                _is("in_force", "presumed", f"{ON_SIGNATURE}, as custom", end=None, next_expiry="2029-05-25"),
            ),
        ),
        *_asked(
            "suhh-usa-abm-1972",
            ("1972-10-02", _is("signed_not_in_force", "definite", f"{SIGNED}, as custom", since="1972-05-26")),
            ("1992-01-13", _is("in_force", "definite", f"{EXCHANGED}, as custom", since="1972-10-03")),
            ("2002-06-12", _is("in_force", "definite", f"{EXCHANGED}, as custom", next_expiry="2002-06-13")),
            (
                "2002-06-13",
                _is("terminated", "definite", "VCLT 54(a), notice at any time, as custom", ground="denounced"),
            ),
        ),
    ],
)

# 9: two notes of different days, with effect from an earlier one

NOTES = "VCLT 24(1), on the exchange of notes, as custom"
SHIPPING = Story(
    "Japan and USA, tax on shipping 1926",
    organizations=[_state("jpn", "Japan"), USA],
    people=[_person("tsuneo-matsudaira", "Tsuneo Matsudaira"), _person("joseph-c-grew", "Joseph C. Grew")],
    sources=[
        {"id": "frus-1926-2-shipping", "title": "Foreign Relations of the United States, 1926, volume II: shipping"}
    ],
    agreements=[
        _treaty(
            "jpn-usa-shipping-tax-1926",
            "Exchange of notes providing for relief from double income tax on shipping profits",
            ["taxation"],
            [_party("a", "jpn"), _party("b", "usa")],
            form="exchange_of_notes",
            signed="[1926-03-31,1926-06-08]",
            place={"name": "Washington", "state": "usa"},
            entry_into_force={"condition": "on_notes", "effective_from": "1924-07-18"},
            effects=[{"scope": "Tax on income from merchant vessels", "from": "1924-07-18"}],
            signatories=[
                _signatory("shipping-1926", "tsuneo-matsudaira", "a", "Ambassador", signed="1926-03-31"),
                _signatory("shipping-1926", "joseph-c-grew", "b", "Acting Secretary of State", signed="1926-06-08"),
            ],
            events=[
                _event(
                    "shipping-1926-law",
                    "domestic_law",
                    "1924-07-18",
                    "frus-1926-2-shipping",
                    by="jpn",
                    note={"en": "Law No. 6"},
                ),
                _event("shipping-1926-note-a", "notes_exchanged", "1926-03-31", "frus-1926-2-shipping", by="jpn"),
                _event("shipping-1926-note-b", "notes_exchanged", "1926-06-08", "frus-1926-2-shipping", by="usa"),
            ],
            citations=_by("frus-1926-2-shipping", "/signed", "/effects/0"),
        )
    ],
    questions=_asked(
        "jpn-usa-shipping-tax-1926",
        ("1924-07-18", NOTHING),
        ("1926-03-30", NOTHING),
        (
            "1926-03-31",
            _is(
                "signed_not_in_force",
                "definite",
                f"{SIGNED}, as custom",
                since="1926-03-31",
                pending=_owed("notes_exchanged", "usa"),
            ),
        ),
        ("1926-06-07", _is("signed_not_in_force", "definite", f"{SIGNED}, as custom", end="1926-06-08")),
        ("1926-06-09", _is("in_force", "presumed", NOTES, since="1926-06-08", end=None, pending=None)),
        ("1930-01-01", _is("in_force", "presumed", NOTES, next_expiry=None)),
    ),
)

# 10: a notice for the end of a year; and a suspension in part, by one side and then by both

TAX = Story(
    "Russia, tax: Netherlands, and Decree 585",
    organizations=[SUHH, RUS, NLD, USA],
    people=[],
    sources=[
        {"id": "nld-rus-tax-text", "title": "Convention on double taxation, Moscow, 16 December 1996, UNTS 2031"},
        {"id": "law-139-fz-2021", "title": "Federal Law 139-FZ, 26 May 2021", "language": "ru"},
        {"id": "nld-note-received-2021", "title": "Announcement of the Netherlands on the note received 7 June 2021"},
        {"id": "rus-usa-tax-text", "title": "Convention on double taxation, Washington, 17 June 1992"},
        {"id": "decree-585-2023", "title": "Decree of the President of the Russian Federation No. 585, 8 August 2023"},
        {"id": "irs-announcement-2024-26", "title": "IRS Announcement 2024-26", "language": "en"},
    ],
    agreements=[
        _treaty(
            "nld-rus-tax-1996",
            "Agreement between the Government of the Kingdom of the Netherlands and the Government of the Russian"
            " Federation for the Avoidance of Double Taxation and the Prevention of Fiscal Evasion with Respect to"
            " Taxes on Income and Property",
            ["taxation"],
            [_party("a", "nld"), _party("b", "rus")],
            form="agreement",
            signed="1996-12-16",
            place={"name": "Moscow", "state": "rus"},
            duration={
                "initial": "P5Y",
                "renewal": "tacit_indefinite",
                "notice": "P6M",
                "notice_anchor": "before_year_end",
            },
            effects=[
                {"scope": "Taxes withheld at source", "from": "1999-01-01", "to": "2021-12-31"},
                {"scope": "Other taxes on income and property", "from": "1999-01-01", "to": "2021-12-31"},
            ],
            events=[
                _event("nld-rus-tax-signature", "signature", "1996-12-16", "nld-rus-tax-text"),
                _event("nld-rus-tax-in-force", "entered_into_force", "1998-08-27", "nld-rus-tax-text"),
                _event("nld-rus-tax-law", "domestic_law", "2021-05-26", "law-139-fz-2021", by="rus"),
                _event("nld-rus-tax-notice", "denunciation_received", "2021-06-07", "nld-note-received-2021", by="rus"),
            ],
            citations=_by("nld-rus-tax-text", "/signed", "/duration"),
        ),
        _treaty(
            "rus-usa-tax-1992",
            "Convention between the United States of America and the Russian Federation for the Avoidance of Double"
            " Taxation and the Prevention of Fiscal Evasion with Respect to Taxes on Income and Capital",
            ["taxation"],
            [_party("a", "rus"), _party("b", "usa")],
            form="convention",
            signed="1992-06-17",
            place={"name": "Washington", "state": "usa"},
            duration={"initial": "P5Y", "renewal": "tacit_indefinite", "notice": "P6M", "notice_anchor": "any_time"},
            events=[
                _event("rus-usa-tax-signature", "signature", "1992-06-17", "rus-usa-tax-text"),
                _event("rus-usa-tax-in-force", "entered_into_force", "1993-12-16", "rus-usa-tax-text"),
                _event(
                    "rus-usa-tax-decree-585",
                    "suspension_invoked",
                    "2023-08-08",
                    "decree-585-2023",
                    by="rus",
                    provisions=["Article 1(4)", "Articles 5 to 21", "Article 23", "Protocol"],
                ),
                _event(
                    "rus-usa-tax-settled",
                    "dispute_settled",
                    "2024-06-17",
                    "irs-announcement-2024-26",
                    note={"en": "The United States confirms the suspension: from then on it is mutual."},
                ),
                _event(
                    "rus-usa-tax-suspended",
                    "suspended",
                    "2024-06-17",
                    "irs-announcement-2024-26",
                    effective="2024-08-16",
                    provisions=["Article 1(4)", "Articles 5 to 21", "Article 23", "Protocol"],
                    ground="mutual_consent",
                ),
            ],
            citations=_by("rus-usa-tax-text", "/signed", "/duration"),
        ),
    ],
    questions=[
        *_asked(
            "nld-rus-tax-1996",
            ("1998-08-26", _is("signed_not_in_force", "definite", SIGNED, since="1996-12-16")),
            ("1998-08-27", _is("in_force", "definite", RECORDED, since="1998-08-27")),
            ("2021-06-08", _is("in_force", "definite", RECORDED, next_expiry="2022-01-01")),
            ("2021-12-31", _is("in_force", "definite", RECORDED, end="2022-01-01")),
            (
                "2022-01-01",
                _is(
                    "terminated",
                    "definite",
                    "VCLT 54(a), notice before the end of a year",
                    since="2022-01-01",
                    ground="denounced",
                ),
            ),
        ),
        *_asked(
            "rus-usa-tax-1992",
            ("1993-12-15", _is("signed_not_in_force", "definite", SIGNED)),
            ("2023-08-07", _is("in_force", "definite", RECORDED, since="1993-12-16")),
            ("2023-08-08", _is("in_force", "definite", RECORDED, contested_by=["rus"])),
            ("2024-08-15", _is("in_force", None, RECORDED)),
            ("2024-08-16", _is("in_force", None, RECORDED, partial=True)),
            ("2026-11-23", _is("in_force", "presumed", RECORDED, partial=True, end=None)),
        ),
    ],
)

# 11: concluded by a territory that then came under another state

HONG_KONG = Story(
    "Hong Kong and the Netherlands, investment",
    organizations=[
        GBR,
        CHN,
        NLD,
        {
            "id": "hkg",
            "name": {"en": "Hong Kong", "zh": "香港"},
            "kind": "territory",
            "affiliations": [{"state": "gbr", "to": "1997-06-30"}, {"state": "chn", "from": "1997-07-01"}],
            "identifiers": [{"scheme": "iso3166", "value": "HKG"}],
        },
    ],
    people=[],
    sources=[{"id": "hkg-nld-investment-text", "title": "Agreement on investments, Hong Kong, 19 November 1992"}],
    agreements=[
        _treaty(
            "hkg-nld-investment-1992",
            "Agreement on Encouragement and Protection of Investments between the Government of Hong Kong and the"
            " Government of the Kingdom of the Netherlands",
            ["investment"],
            [
                _party("a", "hkg", name="The Government of Hong Kong, duly authorised by the sovereign government"),
                _party("b", "nld"),
            ],
            form="agreement",
            signed="1992-11-19",
            place={"name": "Hong Kong"},
            events=[
                _event("hkg-nld-investment-signature", "signature", "1992-11-19", "hkg-nld-investment-text"),
                _event("hkg-nld-investment-in-force", "entered_into_force", "1993-09-01", "hkg-nld-investment-text"),
            ],
            citations=_by("hkg-nld-investment-text", "/signed", "/parties/hkg/name"),
        )
    ],
    questions=_asked(
        "hkg-nld-investment-1992",
        ("1992-11-18", NOTHING),
        ("1993-08-31", _is("signed_not_in_force", "definite", SIGNED, end="1993-09-01")),
        ("1993-09-02", _is("in_force", "presumed", RECORDED, since="1993-09-01", end=None)),
        ("1997-06-30", _is("in_force", "presumed", RECORDED, party_ceased=None)),
        ("1997-07-01", _is("in_force", "presumed", RECORDED, party_ceased=None)),
        ("2026-11-23", _is("in_force", "presumed", RECORDED, end=None)),
    ),
)

# 12: one party against twenty-eight, signed on two days in two places, applied for twelve years before it was in force

MEMBER_STATES = {
    "aut": "Austria",
    "bel": "Belgium",
    "bgr": "Bulgaria",
    "cyp": "Cyprus",
    "cze": "Czechia",
    "dnk": "Denmark",
    "est": "Estonia",
    "fin": "Finland",
    "fra": "France",
    "deu": "Germany",
    "grc": "Greece",
    "hun": "Hungary",
    "irl": "Ireland",
    "ita": "Italy",
    "lva": "Latvia",
    "ltu": "Lithuania",
    "lux": "Luxembourg",
    "mlt": "Malta",
    "nld": "Netherlands",
    "pol": "Poland",
    "prt": "Portugal",
    "rou": "Romania",
    "svk": "Slovakia",
    "svn": "Slovenia",
    "esp": "Spain",
    "swe": "Sweden",
    "gbr": "United Kingdom of Great Britain and Northern Ireland",
}
YOUNG = {
    "cyp": {"valid_from": "1960-08-16"},
    "cze": {"valid_from": "1993-01-01"},
    "mlt": {"valid_from": "1964-09-21"},
    "svk": {"valid_from": "1993-01-01"},
    "svn": {"valid_from": "1991-06-25"},
}
AIR_TRANSPORT = Story(
    "EU and USA, air transport 2007",
    organizations=[
        USA,
        {"id": "eu", "name": {"en": "European Union"}, "kind": "international_organization"},
        *(_state(id, name, **YOUNG.get(id, {})) for id, name in MEMBER_STATES.items()),
    ],
    people=[],
    sources=[
        {"id": "air-transport-text", "title": "Air Transport Agreement, OJ L 134, 25.5.2007, p. 4", "language": "en"},
        {"id": "decision-2007-339", "title": "Decision 2007/339/EC, OJ L 134, 25.5.2007, p. 1", "language": "en"},
        {"id": "decision-2020-1110", "title": "Council Decision (EU) 2020/1110 of 23 January 2018", "language": "en"},
        {"id": "ris-l-20011223", "title": "Luftverkehrsabkommen, in force since 29 June 2020", "language": "de"},
    ],
    agreements=[
        _treaty(
            "eu-usa-air-transport-2007",
            "Air Transport Agreement",
            ["air_transport"],
            [
                _party("a", "usa", name="The United States of America"),
                _party("b", "eu", name="The European Community"),
                *(_party("b", id) for id in MEMBER_STATES if id != "gbr"),
                _party("b", "gbr", to="2020-12-31"),
            ],
            form="agreement",
            signed="[2007-04-25,2007-04-30]",
            entry_into_force={"condition": "on_notes", "offset": "P1M"},
            duration={"initial": "indefinite", "renewal": "none", "notice": "unknown"},
            events=[
                _event("air-transport-initialled", "initialled", "2007-03-02", "decision-2007-339"),
                _event(
                    "air-transport-brussels",
                    "signature",
                    "2007-04-25",
                    "air-transport-text",
                    side="b",
                    place={"name": "Brussels", "state": "bel"},
                    note={"en": "Who signed in which of the two places is inferred."},
                ),
                _event(
                    "air-transport-washington",
                    "signature",
                    "2007-04-30",
                    "air-transport-text",
                    by="usa",
                    place={"name": "Washington", "state": "usa"},
                ),
                _event(
                    "air-transport-provisional", "provisional_application_started", "2008-03-30", "decision-2020-1110"
                ),
                _event("air-transport-in-force", "entered_into_force", "2020-06-29", "ris-l-20011223"),
            ],
            citations=_by("air-transport-text", "/signed", "/entry_into_force", "/parties"),
        )
    ],
    questions=_asked(
        "eu-usa-air-transport-2007",
        ("2007-03-01", NOTHING),
        ("2007-03-02", _is("initialled", "definite", "VCLT 1986 10, initialled", since="2007-03-02")),
        ("2007-04-25", _is("signed_not_in_force", "definite", "VCLT 1986 18(a), signed", since="2007-04-25")),
        ("2007-04-30", _is("signed_not_in_force", "definite", "VCLT 1986 18(a), signed", end="2008-03-30")),
        (
            "2008-03-30",
            _is(
                "provisionally_applied",
                "definite",
                "VCLT 1986 25(1), applied provisionally",
                since="2008-03-30",
                end="2020-06-29",
            ),
        ),
        ("2020-06-28", _is("provisionally_applied", "definite", "VCLT 1986 25(1), applied provisionally")),
        (
            "2021-01-01",
            _is("in_force", "presumed", "VCLT 1986 24, entry into force recorded", since="2020-06-29", end=None),
        ),
    ),
)

TWELVE = (
    INF,
    ANGLO_PORTUGUESE,
    SINO_BRITISH,
    NEW_START,
    BLEU,
    INDUS,
    SPACE,
    CONTINUED,
    SHIPPING,
    TAX,
    HONG_KONG,
    AIR_TRANSPORT,
)
