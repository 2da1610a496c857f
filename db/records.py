"""What all seven collections have in common: how a record is read, added, changed, withdrawn and restored.

A write is a list of drafts. `save` lets each collection unfold its own (a dossier brings its signatories and
events), checks all of them, then appends to the ledger and brings the rows up to date. Nothing here commits.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa

from db import ledger, provenance, rows
from db.documents import MAX_DOCUMENT, NESTED_MEMBERS, SHAPES, Record, canonical, own_members, text_of
from db.errors import Fault, Invalid, NotFound, Stale, StillNamed, Taken, Withdrawn
from db.ledger import REVISION, Author, Entry, WriteUnit
from db.members import Json
from db.models import TABLES
from db.moments import Moment
from db.queries import Driver, Filter, Sort
from db.references import MOST_NAMED, find_circle, named_by, references_of
from db.validation import member_names, pointer_to, validate

X = TypeVar("X")
CHUNK = 500
"""Ids looked up by one statement."""


class Stored(NamedTuple):
    """A record as it is now."""

    version: int
    seq: int
    withdrawn: bool
    document: Json


class Shown(NamedTuple):
    """One record of a page: where it stands in the order, and what is told of it."""

    sort_value: Any
    sort_id: str
    answer: str
    told: str | None


class Answer(NamedTuple):
    """A record as it is answered: its document with `meta` in front, as JSON text."""

    version: int
    body: str


@dataclass(frozen=True)
class Draft:
    """One record to be written: what it will be, what it was, and where the request spoke of it."""

    collection: "Collection"
    op: str
    document: Json
    before: Stored | None = None
    at: str = ""
    anew: bool = False
    """Sent by nobody: what it hangs on has changed."""
    findings: Sequence[tuple[str, str, str]] = ()
    """What contradicts itself in it: (kind, pointer, detail)."""
    author: Author | None = None
    """Whose it is, where several write at once."""

    @property
    def kind(self) -> str:
        return self.collection.kind

    @property
    def id(self) -> str:
        return str(self.document["id"])

    @property
    def changes_nothing(self) -> bool:
        before = self.before
        return (
            before is not None
            and not before.withdrawn
            and self.op != "withdrawn"
            and (canonical(before.document) == canonical(self.document))
        )


def _never(_record: Record) -> bool:
    """The default of `Collection.stands_alone`."""
    return False


def _alone(_unit: WriteUnit, drafts: Sequence[Draft]) -> list[Draft]:
    return list(drafts)


def _no_faults(_document: Json) -> Iterator[Fault]:
    return iter(())


def _nothing_follows(_unit: WriteUnit, _drafts: Sequence[Draft]) -> None:
    """The default of `Collection.after`."""


def _as_asked(_connection: sa.Connection, values: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The default of `Collection.widen`."""
    return values


def _as_found(
    _connection: sa.Connection, rows: Sequence[Shown], _values: Mapping[str, list[Any]], _moment: Moment
) -> list[str]:
    """The default of `Collection.finish`."""
    return [row.answer for row in rows]


def _tells_nothing(_connection: sa.Connection, _document: Json, _moment: Moment) -> Json | None:
    """The default of `Collection.tell`."""
    return None


@dataclass(frozen=True)
class Collection:
    """One of the seven: its names, and the rules that are its own."""

    kind: str
    """One of them, as in the ledger and in table names: `person`."""
    name: str
    """All of them, as in paths and files: `people`."""
    stem: Callable[[sa.Connection, Json], str]
    """The id that the facts make, before a number is put behind it."""
    sorts: Mapping[str, Sort]
    """The first one is the default."""
    filters: Mapping[str, Filter]
    drivers: Mapping[str, Driver] = field(default_factory=dict)
    """Filters that have a table of their own, in the order of the default list."""
    check: Callable[[Json], Iterator[Fault]] = _no_faults
    unfold: Callable[[WriteUnit, Sequence[Draft]], list[Draft]] = _alone
    """Drafts of this collection, with those that they bring along."""
    complete: Callable[[WriteUnit, Sequence[Draft]], list[Draft]] = _alone
    """Drafts of this collection that were found good, with what follows from them and from other records."""
    after: Callable[[WriteUnit, Sequence[Draft]], None] = _nothing_follows
    """What must follow in the same transaction, once the drafts are written."""
    tell: Callable[[sa.Connection, Json, Moment], Json | None] = _tells_nothing
    """What an answer says in front about a record on a day: the status of an agreement."""
    view: "View | None" = None
    """How its list says the same, if it does."""
    widen: Callable[[sa.Connection, dict[str, list[Any]]], dict[str, list[Any]]] = _as_asked
    """What the filters of a list stand for, where one widens another."""
    finish: Callable[[sa.Connection, Sequence[Shown], Mapping[str, list[Any]], Moment], list[str]] = _as_found
    """The rows of a page as they are answered, by what was asked for."""
    keeps_withdrawn: frozenset[str] = field(default=frozenset())
    """Kinds whose withdrawn records it may go on naming."""
    stands_alone: Callable[[Any], bool] = _never
    """Whether a record can be added without a change to any that is there."""

    @property
    def table(self) -> sa.Table:
        return TABLES[self.kind]

    @property
    def shape(self) -> type[Record]:
        return SHAPES[self.kind]


@dataclass(frozen=True)
class View:
    """How a list tells what is so on a day: in columns that the database makes, of rows that are joined."""

    table: sa.Table
    """Beside each record one of its rows."""
    on: Callable[[Moment], sa.ColumnElement[bool]]
    """Which one."""
    column: Callable[[sa.ColumnElement[str], Moment], sa.ColumnElement[str]]
    """What it tells of the record of this id, as JSON."""


# Reading

ANSWER: sa.ColumnElement[str] = sa.literal_column(
    """'{"meta":{"version":' || revision.version || ',"seq":' || revision.seq"""
    """ || ',"recorded_at":"' || revision.recorded_at || '","hash":"' || revision.hash"""
    """ || '"},' || substr(revision.document, 2)""",
    sa.String(),
)
"""The spliced answer, made by the database: nothing is computed per record in Python."""

IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)


class Statements:
    """The look-ups by id of one kind, built once: building them costs more than running them."""

    def __init__(self, kind: str) -> None:
        table = TABLES[kind]
        newest = sa.join(table, REVISION, REVISION.c.seq == table.c.seq)
        one = sa.select(table.c.version, table.c.withdrawn, ANSWER).select_from(newest)
        columns = (table.c.id, table.c.version, table.c.seq, table.c.withdrawn, REVISION.c.document)
        self.one = one.where(table.c.id == sa.bindparam("id"))
        self.stored = sa.select(*columns).select_from(newest).where(table.c.id.in_(IDS))
        self.existing = sa.select(table.c.id).where(table.c.id.in_(IDS))
        self.live = self.existing.where(~table.c.withdrawn)


BY_ID = {kind: Statements(kind) for kind in rows.KINDS}
LIVE_STATES = BY_ID["organization"].live.where(TABLES["organization"].c.kind == "state")


def get(connection: sa.Connection, collection: Collection, id: str, moment: Moment) -> Answer:
    """One record as known at the moment; NotFound, or Withdrawn."""
    version, withdrawn, body = _found(connection, collection, id, moment)
    if withdrawn:
        raise Withdrawn(collection.kind, id)
    if collection.tell is _tells_nothing:
        return Answer(version, body)
    told = text_of({"status": collection.tell(connection, ledger.document_of(body), moment)})
    return Answer(version, f"{told[:-1]},{body[1:]}")


def document(connection: sa.Connection, collection: Collection, id: str, moment: Moment) -> Json:
    """The document of one record as known at the moment; NotFound, or Withdrawn."""
    _, withdrawn, body = _found(connection, collection, id, moment)
    if withdrawn:
        raise Withdrawn(collection.kind, id)
    found = ledger.document_of(body)
    del found["meta"]
    return found


def _found(connection: sa.Connection, collection: Collection, id: str, moment: Moment) -> tuple[int, bool, str]:
    if moment.seq is not None:
        known = ledger.known(connection, collection.kind, id, moment.seq)
        return known.version, known.op == "withdrawn", answer_of(known)
    row = connection.execute(BY_ID[collection.kind].one, {"id": id}).one_or_none()
    if row is None:
        raise NotFound(collection.kind, id)
    return row[0], row[1], row[2]


def answer_of(revision: sa.Row[Any]) -> str:
    """The spliced answer, made of one revision."""
    meta = {name: getattr(revision, name) for name in ("version", "seq", "recorded_at", "hash")}
    return text_of({"meta": meta})[:-1] + "," + str(revision.document)[1:]


def load(connection: sa.Connection, kind: str, ids: Iterable[str]) -> dict[str, Stored]:
    """The records as they are now, withdrawn ones too, by id; what does not exist is not among them."""
    return {
        row[0]: Stored(row[1], row[2], row[3], ledger.document_of(row[4]))
        for chunk in chunks(sorted(ids))
        for row in connection.execute(BY_ID[kind].stored, {"ids": chunk})
    }


def chunks(items: Iterable[X]) -> Iterator[list[X]]:
    """The items in lists of at most CHUNK."""
    iterator = iter(items)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk


# Writing

Expected = frozenset[int] | None
"""The versions for which a change was made; None for whatever there is."""


def add(unit: WriteUnit, collection: Collection, records: Sequence[Record]) -> list[str]:
    """Add records; gives their ids. Taken if one of them is in use or was."""
    drafts = named(unit, [Draft(collection, "created", record.document()) for record in records])
    save(unit, drafts)
    return [draft.id for draft in drafts]


def add_of_several(unit: WriteUnit, collection: Collection, sent: Sequence[tuple[Author, Record]]) -> list[str]:
    """Add one record of each of several authors, all of which stand alone: as if they came one after the other.

    None of them may name what another brings, so if this fails each is to be tried by itself.
    """
    drafts = [Draft(collection, "created", record.document(), author=author) for author, record in sent]
    drafts = named(unit, drafts)
    save(unit, drafts)
    return [draft.id for draft in drafts]


def put(unit: WriteUnit, collection: Collection, id: str, record: Record, expected: Expected, *, create: bool) -> bool:
    """Give the record of this id this document, a new one if `create`; tells whether it was created."""
    document = _under(id, record)
    if create:
        _refuse_existing(unit, collection, id)
        save(unit, [Draft(collection, "created", document)])
    else:
        save(unit, [Draft(collection, "changed", document, current(unit, collection, id, expected))])
    return create


def _under(id: str, record: Record) -> Json:
    document = {"id": id} | record.document()
    if document["id"] != id:
        raise Invalid(Fault("/id", "other_id", f"the path says {id!r}, and an id is never changed"))
    return document


def _refuse_existing(unit: WriteUnit, collection: Collection, id: str) -> None:
    there = load(unit.connection, collection.kind, [id]).get(id)
    if there and there.withdrawn:
        raise Withdrawn(collection.kind, id)
    if there:
        raise Stale(collection.kind, id, there.version)


def patch(unit: WriteUnit, collection: Collection, id: str, changes: Json, expected: Expected) -> None:
    """Merge changes (RFC 7396) into the record."""
    before = current(unit, collection, id, expected)
    removed = {name for name, value in changes.items() if value is None}
    unknown = removed - member_names(collection.shape) - collection.shape.service_members
    if unknown:
        raise Invalid(
            *(Fault(pointer_to(name), "unknown_member", "no such member to remove") for name in sorted(unknown))
        )
    for name in NESTED_MEMBERS if collection.kind == "agreement" else ():
        if changes.get(name, ()) is None and before.document[name]:
            raise Invalid(Fault(f"/{name}", "changed_elsewhere", f"{name} are withdrawn one by one"))
    record = validate(collection.shape, merged(before.document, changes))
    save(unit, [Draft(collection, "changed", _under(id, record), before)])


def merged(target: Any, changes: Any) -> Any:
    """RFC 7396: members are replaced, null removes, lists are replaced whole."""
    if not isinstance(changes, dict):
        return changes
    base = target if isinstance(target, dict) else {}
    kept = {name: value for name, value in base.items() if changes.get(name, ...) is not None}
    return kept | {name: merged(base.get(name), value) for name, value in changes.items() if value is not None}


def withdraw(unit: WriteUnit, collection: Collection, id: str, expected: Expected) -> None:
    """Withdraw the record: its id stays taken, its history is kept. StillNamed if others name it."""
    before = current(unit, collection, id, expected)
    refuse_named(unit, collection.kind, id)
    save(unit, [Draft(collection, "withdrawn", before.document, before)])


def refuse_named(unit: WriteUnit, kind: str, id: str, *, as_state: bool = False) -> None:
    """Raise StillNamed if other records name this one, or name it as their state."""
    naming = list(islice(named_by(unit.connection, kind, id, as_state=as_state), MOST_NAMED))
    if naming:
        raise StillNamed(kind, id, naming)


def restore(unit: WriteUnit, collection: Collection, id: str, version: int, expected: Expected) -> None:
    """Make a version that the record had its newest, whether it was withdrawn or not."""
    before = current(unit, collection, id, expected, withdrawn=True)
    if not 1 <= version <= before.version:
        reason = f"the {collection.kind} {id!r} has the versions 1 to {before.version}"
        raise Invalid(Fault("/version", "no_such_version", reason))
    text = ledger.revision(unit.connection, collection.kind, id, version).document
    save(unit, [Draft(collection, "restored", ledger.document_of(text), before)])


def current(unit: WriteUnit, collection: Collection, id: str, expected: Expected, *, withdrawn: bool = False) -> Stored:
    """The record that a change is made to; Withdrawn, or Stale if it is not the version expected."""
    there = load(unit.connection, collection.kind, [id]).get(id)
    if there is None:
        raise NotFound(collection.kind, id) if withdrawn else Stale(collection.kind, id, None)
    if there.withdrawn and not withdrawn:
        raise Withdrawn(collection.kind, id)
    if expected is not None and there.version not in expected:
        raise Stale(collection.kind, id, there.version)
    return there


def named(unit: WriteUnit, drafts: Sequence[Draft]) -> list[Draft]:
    """New drafts of one kind, each with an id: the client's, which must be free, or one made from the facts."""
    if not drafts:
        return []
    collection = drafts[0].collection
    stems = ["" if "id" in draft.document else collection.stem(unit.connection, draft.document) for draft in drafts]
    wanted = [stem or draft.id for stem, draft in zip(stems, drafts, strict=True)]
    used = set(existing(unit.connection, collection.kind, wanted))
    _reserve(collection.kind, [draft for stem, draft in zip(stems, drafts, strict=True) if not stem], used)
    chosen = []
    for stem, draft in zip(stems, drafts, strict=True):
        id = _free_id(unit.connection, collection.kind, stem, used) if stem else draft.id
        used.add(id)
        chosen.append(replace(draft, document={"id": id} | draft.document))
    return chosen


def _reserve(kind: str, given: Iterable[Draft], used: set[str]) -> None:
    """Mark the ids that the client chose as used; Taken if one of them is already."""
    taken = []
    for draft in given:
        if draft.id in used:
            taken.append((f"{draft.at}/id", draft.id))
        used.add(draft.id)
    if taken:
        raise Taken(kind, taken)


def existing(connection: sa.Connection, kind: str, ids: Iterable[str]) -> Iterator[str]:
    """Which of the ids exist, withdrawn or not."""
    for chunk in chunks(ids):
        yield from connection.scalars(BY_ID[kind].existing, {"ids": chunk})


def _free_id(connection: sa.Connection, kind: str, stem: str, used: set[str]) -> str:
    """The stem, or the stem with a number: the first found by doubling and halving, so that thousands cost little."""
    if stem not in used:
        return stem

    def is_free(number: int) -> bool:
        id = f"{stem}-{number}"
        return id not in used and not any(existing(connection, kind, [id]))

    taken, free = 1, 2
    while not is_free(free):
        taken, free = free, free * 2
    while free - taken > 1:
        middle = (taken + free) // 2
        taken, free = (taken, middle) if is_free(middle) else (middle, free)
    return f"{stem}-{free}"


def save(unit: WriteUnit, drafts: Sequence[Draft]) -> None:
    """Check drafts of one collection and write them: the ledger first, then the rows, then what follows from them."""
    unfolded = drafts[0].collection.unfold(unit, drafts) if drafts else []
    as_sent = _settle(unfolded)
    written = [draft for draft in unfolded if draft.anew or not draft.changes_nothing]
    faults = [fault for draft in written if draft.op != "withdrawn" for fault in _faults(draft)]
    faults += _dangling(unit, written)
    if faults:
        raise Invalid(*(_as_sent(fault, as_sent) for fault in faults))
    if written:
        written = [draft for draft in drafts[0].collection.complete(unit, written) if not draft.changes_nothing]
    _write(unit, written)
    _refuse_circles(unit, written)
    for follow in dict.fromkeys(draft.collection.after for draft in written):
        follow(unit, written)


def _settle(drafts: Iterable[Draft]) -> dict[str, str]:
    """Bring citations up to date; gives, where some were dropped, the places of the others as they were sent."""
    as_sent: dict[str, str] = {}
    for draft in drafts:
        if draft.op in ("created", "changed"):
            staying = provenance.settle(draft.before.document if draft.before else None, draft.document)
            places = (
                (f"{draft.at}/citations/{now}", f"{draft.at}/citations/{sent}") for now, sent in enumerate(staying)
            )
            as_sent |= {now: sent for now, sent in places if now != sent}
    return as_sent


def _as_sent(fault: Fault, as_sent: Mapping[str, str]) -> Fault:
    place, _, member = fault.pointer.rpartition("/")
    return replace(fault, pointer=f"{as_sent[place]}/{member}") if place in as_sent else fault


def _refuse_circles(unit: WriteUnit, drafts: Sequence[Draft]) -> None:
    for kind in dict.fromkeys(draft.kind for draft in drafts):
        live = {draft.id: draft for draft in drafts if draft.kind == kind and draft.op != "withdrawn"}
        for chunk in chunks(live.values()):
            circle = find_circle(unit.connection, kind, [draft.document for draft in chunk])
            if circle:
                way = " > ".join([*circle, next(iter(circle))])
                reason = f"this way the {kind} leads back to itself: {way}"
                raise Invalid(*(Fault(live[id].at + circle[id], "circle", reason) for id in circle if id in live))


def _faults(draft: Draft) -> Iterator[Fault]:
    for fault in draft.collection.check(draft.document):
        yield fault.under(draft.at)
    for fault in provenance.check(draft.collection.shape, own_members(draft.kind, draft.document)):
        yield fault.under(draft.at)


class Named(NamedTuple):
    """What a document names: as a kind of record, or as a state."""

    what: str
    id: str


def _names(kind: str, document: Json) -> Iterator[tuple[str, Named]]:
    for pointer, named_kind, id in references_of(kind, document):
        is_state = named_kind == "organization" and pointer.endswith("/state")
        yield pointer, Named("state" if is_state else named_kind, id)


def _dangling(unit: WriteUnit, drafts: Sequence[Draft]) -> list[Fault]:
    live = [draft for draft in drafts if draft.op != "withdrawn"]
    own = {(draft.author, Named(draft.kind, draft.id)) for draft in live}
    own |= {(draft.author, Named("state", draft.id)) for draft in live if draft.document.get("kind") == "state"}
    wanted: dict[str, dict[str, list[str]]] = {}
    for draft in live:
        known = _known(draft)
        for pointer, name in _names(draft.kind, draft.document):
            if (draft.author, name) not in own and name not in known:
                wanted.setdefault(name.what, {}).setdefault(name.id, []).append(draft.at + pointer)
    return [fault for what, pointers in wanted.items() for fault in _missing(unit, what, pointers)]


def _known(draft: Draft) -> set[Named]:
    """What it named before was there then, and could not be withdrawn since."""
    if draft.before is None:
        return set()
    keeps = draft.collection.keeps_withdrawn
    before = _names(draft.kind, draft.before.document)
    return {name for _, name in before if draft.op == "changed" or name.what in keeps}


def _missing(unit: WriteUnit, kind: str, pointers: dict[str, list[str]]) -> Iterator[Fault]:
    live = LIVE_STATES if kind == "state" else BY_ID[kind].live
    found = {id for chunk in chunks(pointers) for id in unit.connection.scalars(live, {"ids": chunk})}
    for id, places in pointers.items():
        if id not in found:
            for pointer in places:
                yield Fault(pointer, "dangling", f"there is no {kind} {id!r}")


def _write(unit: WriteUnit, drafts: Sequence[Draft]) -> None:
    entries = [_entry(draft) for draft in drafts]
    created: rows.Rows = {}
    changed: list[tuple[str, rows.Rows, rows.Rows]] = []
    for draft, newest in zip(drafts, ledger.append(unit, entries), strict=True):
        after = rows.rows_of(
            draft.kind,
            draft.document,
            version=_next_version(draft),
            seq=newest.seq,
            withdrawn=draft.op == "withdrawn",
        )
        if draft.before:
            changed.append((draft.kind, rows_of_stored(draft.kind, draft.before), after))
            continue
        for table, its_rows in after.items():
            created.setdefault(table, []).extend(its_rows)
    rows.insert(unit.connection, created)  # first: a changed record may name a new one
    for kind, old, new in changed:
        rows.replace(unit.connection, kind, old, new)


def _entry(draft: Draft) -> Entry:
    text = text_of(draft.document)
    if len(text.encode()) > MAX_DOCUMENT:
        reason = f"with all its parts the {draft.kind} {draft.id!r} would have more than {MAX_DOCUMENT} bytes"
        raise Invalid(Fault(draft.at, "too_large", reason))
    return Entry(draft.kind, draft.id, _next_version(draft), draft.op, text, draft.author)


def _next_version(draft: Draft) -> int:
    return draft.before.version + 1 if draft.before else 1


def rows_of_stored(kind: str, stored: Stored) -> rows.Rows:
    """The rows that a record has now, if they are right."""
    return rows.rows_of(kind, stored.document, version=stored.version, seq=stored.seq, withdrawn=stored.withdrawn)
