"""Reconciliation: which records somebody's names mean, so that a spreadsheet is matched against the record.

One id space for three collections: `organizations/mex`. For each query the records are found whose names hold all of
its words; where none of those bears the name, those that hold some of them. What is looked at is bounded for each
query: at most COMPARED records of a type have their names compared, at most CLOSE their properties; and one batch looks
the same thing up once.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import sqlalchemy as sa

from db import properties, records
from db.agreements import AGREEMENTS
from db.errors import Fault, Invalid
from db.labels import LABELS
from db.matching import MAX_TERMS, Sought, Term, newest
from db.members import ID_PATTERN, Json, in_english
from db.models import TABLES
from db.moments import Moment
from db.names import MAX_ID, PARTICLES, SAME, fold, similarity
from db.organizations import ORGANIZATIONS
from db.people import PEOPLE
from db.properties import Property, Value
from db.queries import IDENTIFIER
from db.reconciliation import ExtensionQuery, ReconciliationQuery
from db.records import BY_ID, Collection
from db.search import label_of
from db.texts import keys_of, keys_of_name, words_of
from db.titles import alike as titles_alike
from db.validation import did_you_mean, pointer_to

COMPARED = 200
"""Records of one type whose names are compared with one query, at most."""
SHARE = 50
"""Of those, how many may come from one look-up by some of the words."""
LEFT_OUT = 6
"""Words that are left out in turn; then so many are looked for by themselves."""
CLOSE = 25
"""Records of one type whose properties are compared with one query, at most."""
SUGGESTED = 10
"""Candidates and suggestions, if nobody says how many."""
MOST_SKIPPED = 100
"""How far suggestions can be followed."""
WEIGHT = 0.3
"""How much of a score is what a query says besides the name."""
UNKNOWN = 0.5
"""Half an agreement: the record does not say."""
AHEAD = 5
"""How far ahead of the next a match must be, of 100."""


@dataclass(frozen=True)
class Type:
    """One type of entities."""

    collection: Collection
    name: str

    @property
    def id(self) -> str:
        return self.collection.name

    @property
    def kind(self) -> str:
        return self.collection.kind

    @property
    def called(self) -> str:
        """The column of its names."""
        return "title" if self.kind == "agreement" else "name"

    @property
    def told(self) -> Json:
        return {"id": self.id, "name": self.name}


TYPES: Mapping[str, Type] = {
    each.id: each
    for each in (Type(ORGANIZATIONS, "Organization"), Type(PEOPLE, "Person"), Type(AGREEMENTS, "Agreement"))
}
OF_KIND: Mapping[str, Type] = {each.kind: each for each in TYPES.values()}


class Known(NamedTuple):
    """A record that may be meant: how alike its names are, 0 to 1, and whether an id or an identifier says so."""

    type: Type
    id: str
    alike: float
    certain: bool = False


@dataclass
class Batch:
    """What one request looks up; the same thing once."""

    connection: sa.Connection
    moment: Moment
    _found: dict[tuple[str, Sought], list[str]] = field(default_factory=dict)
    _names: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    _documents: dict[str, dict[str, Json]] = field(default_factory=dict)
    _called: dict[tuple[str, str], list[Known]] = field(default_factory=dict)

    # Looking up

    def holding(self, sort: Type, asked: Sought, most: int) -> list[str]:
        """The ids of records whose texts hold this, the newest first."""
        key = (sort.kind, asked)
        if key not in self._found:
            owner = TABLES[f"{sort.kind}_text"].c.owner
            statement = newest(self.connection, sort.kind, asked, most, owner)
            self._found[key] = list(self.connection.scalars(statement))
        return self._found[key]

    def names(self, sort: Type, ids: Iterable[str]) -> dict[str, list[str]]:
        """The names of records in all languages."""
        known, table = self._names.setdefault(sort.kind, {}), sort.collection.table
        missing = sorted({*ids} - known.keys())
        for chunk in records.chunks(missing):
            found = sa.select(table.c.id, table.c[sort.called]).where(table.c.id.in_(chunk), ~table.c.withdrawn)
            known |= {id: list(names.values()) for id, names in self.connection.execute(found)}
        return {id: known[id] for id in ids if id in known}

    def documents(self, sort: Type, ids: Iterable[str]) -> dict[str, Json]:
        """The records that are not withdrawn, an agreement with its status."""
        known = self._documents.setdefault(sort.kind, {})
        for id, stored in records.load(self.connection, sort.kind, {*ids} - known.keys()).items():
            if not stored.withdrawn:
                status = sort.collection.tell(self.connection, stored.document, self.moment)
                known[id] = stored.document | ({"status": status} if status else {})
        return {id: known[id] for id in ids if id in known}

    def label(self, kind: str, id: str) -> str:
        """What a record is called."""
        found = self.documents(OF_KIND[kind], [id]).get(id)
        return label_of(found) if found else id

    def identified(self, sort: Type, identifier: str) -> list[str]:
        """The records that have this identifier, as `scheme:value`."""
        try:
            scheme, value = IDENTIFIER.read(identifier)
        except ValueError:
            return []
        table = TABLES[f"{sort.kind}_identifier"]
        mine = sa.select(table.c.owner).where(table.c.scheme == scheme, table.c.value == value)
        return list(self.connection.scalars(mine.order_by(table.c.owner).limit(CLOSE)))

    # Candidates

    def meant(self, sort: Type, text: str) -> dict[str, Known]:
        """The records of a type that a text may mean: by id, by identifier, by name."""
        found = {each.id: each for each in self.called(sort, text)}
        found |= {id: Known(sort, id, 1, certain=True) for id in self.identified(sort, text)}
        own = text.strip().removeprefix(f"{sort.id}/")
        if is_id(own.lower()) and own in (own.lower(), own.upper()):  # `mex`, `MEX`; Ana is a name
            there = self.connection.scalars(BY_ID[sort.kind].live, {"ids": [own.lower()]})
            found |= {id: Known(sort, id, 1, certain=True) for id in there}
        return found

    def called(self, sort: Type, text: str) -> list[Known]:
        """The records of a type whose names may be meant by a text."""
        if (sort.kind, text) not in self._called:
            words = tuple(dict.fromkeys(words_of(text)))[:MAX_TERMS]
            self._called[sort.kind, text] = self._called_by(sort, text, words) if words else []
        return self._called[sort.kind, text]

    def _called_by(self, sort: Type, text: str, words: tuple[str, ...]) -> list[Known]:
        alike = self._alike(sort, text, self.holding(sort, _all_of(sort, text, words), COMPARED))
        for some in _fewer(words) if max(alike.values(), default=0) < SAME else ():
            if len(alike) >= COMPARED:
                break
            more = [id for id in self.holding(sort, _some_of(sort, some), SHARE) if id not in alike]
            alike |= self._alike(sort, text, more[: COMPARED - len(alike)])
        return [Known(sort, id, score) for id, score in alike.items() if score > 0]

    def _alike(self, sort: Type, text: str, ids: Sequence[str]) -> dict[str, float]:
        compare = titles_alike if sort.kind == "agreement" else similarity
        return {id: max(compare(text, name) for name in names) for id, names in self.names(sort, ids).items()}

    # Scores

    def candidates(self, query: ReconciliationQuery) -> list[Json]:
        """The records that a query may mean, the best first."""
        types = [TYPES[each] for each in query.type or TYPES if each in TYPES]
        asked = _asked(query)
        found = [each for sort in types for each in self._of(sort, query.query, asked)]
        found.sort(key=lambda each: (-each["score"], each["id"]))
        if found:
            second = found[1]["score"] if len(found) > 1 else 0
            found[0]["match"] = found[0]["score"] >= 100 * SAME and found[0]["score"] - second >= AHEAD
        return list(self._told(found[: query.limit or SUGGESTED]))

    def _of(self, sort: Type, text: str | None, asked: Sequence["Said"]) -> Iterator[Json]:
        text = text if text is not None else next((each.values[0] for each in asked if each.is_name()), None)
        found = self.meant(sort, text) if text is not None else {}
        for said in asked:
            if said.what.id.startswith("identifier"):
                for value in said.values:
                    ids = self.identified(sort, f"{said.what.narrow}:{value}" if said.what.narrow else value)
                    found |= {id: Known(sort, id, 1, certain=True) for id in ids}
        best = sorted(found.values(), key=lambda each: (-each.certain, -each.alike, each.id))
        close = best[:CLOSE] if asked else best
        documents = self.documents(sort, [each.id for each in close]) if asked else {}
        for known in close:
            yield self._scored(known, asked, documents.get(known.id))

    def _scored(self, known: Known, asked: Sequence["Said"], document: Json | None) -> Json:
        agrees: dict[str, bool | None] = {}
        if document is not None:
            agrees = {said.what.id: self.agrees(known.type, document, said) for said in asked}
        features = [{"id": "name", "value": round(100 * known.alike, 1)}] if not known.certain else []
        features += [{"id": pid, "value": told} for pid, told in agrees.items() if told is not None]
        return {
            "id": f"{known.type.id}/{known.id}",
            "score": 100.0 if known.certain else score(known.alike, list(agrees.values())),
            "match": False,
            "features": features,
        }

    def agrees(self, sort: Type, document: Json, said: "Said") -> bool | None:
        """Whether a record has one of the values; None if it does not say."""
        values = said.what.of(sort.kind, document)
        return any(self._is(said.what, text, value) for text in said.values for value in values) if values else None

    def _is(self, what: Property, text: str, value: Value) -> bool:
        if value.kind is None:
            return what.alike(text, value)
        sort = OF_KIND[value.kind]
        if text.strip().lower() in (value.text, f"{sort.id}/{value.text}"):
            return True
        names = self.names(sort, [value.text]).get(value.text, ())
        return any(similarity(text, name) >= SAME for name in names)

    def _told(self, candidates: Sequence[Json]) -> Iterator[Json]:
        for candidate in candidates:
            sort, id = entity(candidate["id"])
            for document in self.documents(sort, [id]).values():
                yield self.described(sort, document) | {"type": [sort.told]} | candidate

    # What is told of an entity

    def described(self, sort: Type, document: Json) -> Json:
        """An entity by its id and name, with what tells it apart."""
        description = "; ".join(filter(None, self._descriptions(sort.kind, document)))
        told = {"id": f"{sort.id}/{document['id']}", "name": label_of(document)}
        return told | ({"description": description} if description else {})

    def _descriptions(self, kind: str, document: Json) -> Iterator[str]:
        if kind == "organization":
            yield LABELS["organization_kind"][document["kind"]]["en"]
            if document.get("state", document["id"]) != document["id"]:
                yield self.label(kind, document["state"])
            yield _span(document, "valid_from", "valid_to")
        elif kind == "person":
            for position in document.get("positions", ())[-2:]:
                title = in_english(position["title"])
                at = self.label("organization", position["organization"])
                yield " ".join(filter(None, (f"{title}, {at}", _span(position, "from", "to"))))
        else:
            yield ", ".join(self.label("organization", each["organization"]) for each in document["parties"][:4])
            yield document["signed"]["edtf"] if "signed" in document else ""

    def cells(self, what: Property, sort: Type, document: Json) -> list[Json]:
        """The values of a property, as they are told."""
        return [self._cell(value) for value in what.of(sort.kind, document)]

    def _cell(self, value: Value) -> Json:
        if value.kind is None:
            return {"str": value.text}
        return {"id": f"{OF_KIND[value.kind].id}/{value.text}", "name": self.label(value.kind, value.text)}


def is_id(text: str) -> bool:
    """Whether it may be a record's id."""
    return len(text) <= MAX_ID and re.fullmatch(ID_PATTERN, text) is not None


def _span(holder: Json, first: str, last: str) -> str:
    days = [holder[name]["edtf"] if name in holder else "" for name in (first, last)]
    return " to ".join(days).strip() if days[1] else f"from {days[0]}" if days[0] else ""


# Words


def _term(sort: Type, word: str) -> Term:
    """A word of a name, which others may spell otherwise; or of a title, as it is."""
    return Term((word,), alone=True, keys=() if sort.kind == "agreement" else keys_of(word))


def _all_of(sort: Type, text: str, words: Sequence[str]) -> Sought:
    names = () if sort.kind == "agreement" else keys_of_name(text)
    return Sought(tuple(_term(sort, word) for word in words), names)


def _some_of(sort: Type, words: Sequence[str]) -> Sought:
    return Sought(tuple(_term(sort, word) for word in words))


def _fewer(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """All but one, for each that may be one too many or misspelt; then each by itself, the longest first."""
    telling = [word for word in words if len(word) > 1 and word not in PARTICLES]
    if 0 < len(telling) < len(words):
        yield tuple(telling)
    if len(telling) > 2:
        for index in range(min(len(telling), LEFT_OUT)):
            yield tuple(telling[:index] + telling[index + 1 :])
    if len(telling) > 1:
        yield from ((word,) for word in sorted(telling, key=lambda word: (-len(word), word))[:LEFT_OUT])


# Queries


class Said(NamedTuple):
    """What a query says of a property."""

    what: Property
    values: list[str]

    def is_name(self) -> bool:
        return self.what.id.partition(properties.AT)[0] in ("name", "title")


def _asked(query: ReconciliationQuery) -> list[Said]:
    found = [(properties.named(each.pid), each.v) for each in query.properties or ()]
    return [Said(what, values) for what, values in found if what is not None and values]


def score(alike: float, agrees: Sequence[bool | None]) -> float:
    """0 to 100: how alike the names are, and for WEIGHT of it, if anything is said, how much agrees."""
    if not agrees:
        return round(100 * alike, 1)
    share = sum(UNKNOWN if each is None else each for each in agrees) / len(agrees)
    return round(100 * ((1 - WEIGHT) * alike + WEIGHT * share), 1)


def reconcile(connection: sa.Connection, queries: Mapping[str, ReconciliationQuery], moment: Moment) -> Json:
    """The candidates for each query of a batch; Invalid names properties that there are not."""
    _refuse_unknown(
        (f"/queries{pointer_to(name)}/properties/{index}/pid", each.pid)
        for name, query in queries.items()
        for index, each in enumerate(query.properties or ())
    )
    batch = Batch(connection, moment)
    return {name: {"result": batch.candidates(query)} for name, query in queries.items()}


def _refuse_unknown(named: Iterable[tuple[str, str]]) -> None:
    unknown = [(pointer, id) for pointer, id in named if properties.named(id) is None]
    hint = "no such property"
    if unknown:
        known = properties.PROPERTIES
        raise Invalid(*(Fault(pointer, "unknown", hint + did_you_mean(id[:MAX_ID], known)) for pointer, id in unknown))


# Entities


def entity(id: str) -> tuple[Type, str]:
    """The type and the record's own id; ValueError if it is none."""
    name, _, own = id.partition("/")
    if name not in TYPES or not is_id(own):
        raise ValueError(f"{id[:MAX_ID]!r} is no id of an entity, such as organizations/mex")
    return TYPES[name], own


def extend(connection: sa.Connection, query: ExtensionQuery, moment: Moment) -> Json:
    """The values of properties of entities; those that are not known have none."""
    asked = [properties.named(each.id) for each in query.properties]
    _refuse_unknown((f"/extend/properties/{index}/id", each.id) for index, each in enumerate(query.properties))
    batch, wanted = Batch(connection, moment), [each for each in asked if each is not None]
    rows = {id: {each.id: cells for each, cells in _row(batch, id, wanted)} for id in query.ids}
    return {"meta": [_meta(each) for each in wanted], "rows": rows}


def _row(batch: Batch, id: str, wanted: Sequence[Property]) -> Iterator[tuple[Property, list[Json]]]:
    try:
        sort, own = entity(id)
        document = batch.documents(sort, [own]).get(own)
    except ValueError:
        document = None
    for each in wanted:
        yield each, batch.cells(each, sort, document) if document is not None else []


def _meta(what: Property) -> Json:
    told: Json = {"id": what.id, "name": what.name}
    return told | ({"type": OF_KIND[what.entities].told} if what.entities else {})


class Shown(NamedTuple):
    """An entity in a few words."""

    entity: Json
    rows: list[tuple[str, list[str]]]
    """Each property by its name, with its values."""


def preview(connection: sa.Connection, sort: Type, id: str, moment: Moment) -> Shown:
    """An entity in a few words; NotFound, or Withdrawn."""
    document = records.document(connection, sort.collection, id, moment)
    status = sort.collection.tell(connection, document, moment)
    document |= {"status": status} if status else {}
    batch = Batch(connection, moment)
    told = ((each.name, batch.cells(each, sort, document)) for each in properties.TABLE)
    rows = [(name, [cell.get("str") or cell["name"] for cell in cells]) for name, cells in told if cells]
    return Shown(batch.described(sort, document), rows)


# Suggestions


def suggest_entities(connection: sa.Connection, prefix: str, types: Sequence[Type], skip: int, moment: Moment) -> Json:
    """Records that may be meant by what was typed so far, the best first."""
    batch = Batch(connection, moment)
    found = [each for sort in types for each in _begun(batch, sort, prefix)]
    found.sort(key=lambda each: (-each.certain, -each.alike, each.type.id, each.id))
    told = [told for each in found[skip : skip + SUGGESTED] for told in _suggested(batch, each)]
    last = skip + SUGGESTED
    more = {"cursor": last} if len(found) > last and last <= MOST_SKIPPED else {}
    return {"prefix": prefix, "result": told} | more


def _suggested(batch: Batch, known: Known) -> Iterator[Json]:
    for document in batch.documents(known.type, [known.id]).values():
        yield batch.described(known.type, document) | {"notable": [known.type.told]}


def _begun(batch: Batch, sort: Type, prefix: str) -> Iterable[Known]:
    found = batch.meant(sort, prefix)
    words = words_of(prefix)[:MAX_TERMS]
    if words:
        *whole, last = words
        terms = (*(_term(sort, word) for word in whole), Term((last,), begins=True))
        names = batch.names(sort, batch.holding(sort, Sought(terms), COMPARED))
        for id, mine in names.items():
            begins = any(fold(name).startswith(" ".join(words)) for name in mine)
            if id not in found or not found[id].certain:
                alike = max(found[id].alike if id in found else 0, SAME if begins else UNKNOWN)
                found[id] = Known(sort, id, alike)
    return [each for each in found.values() if each.certain or each.alike >= UNKNOWN]


def suggest_properties(prefix: str, sort: Type | None, skip: int) -> Json:
    """Properties whose ids or names begin so."""
    found = [each for each in properties.proposed(sort.kind if sort else None) if _begins(prefix, each.id, each.name)]
    return {"prefix": prefix, "result": [_described(each) for each in found[skip : skip + SUGGESTED]]}


def suggest_types(prefix: str, skip: int) -> Json:
    """Types whose ids or names begin so."""
    found = [each.told for each in TYPES.values() if _begins(prefix, each.id, each.name)]
    return {"prefix": prefix, "result": found[skip:]}


def _begins(prefix: str, *names: str) -> bool:
    return any(name.casefold().startswith(prefix.strip().casefold()) for name in names)


def propose(sort: Type | None, limit: int | None) -> Json:
    """Properties that entities of a type may have."""
    told: Json = {"properties": [_described(each) for each in properties.proposed(sort.kind if sort else None)][:limit]}
    return told | ({"type": sort.id} if sort else {}) | ({"limit": limit} if limit is not None else {})


def _described(what: Property) -> Json:
    return {"id": what.id, "name": what.name, "description": what.description}
