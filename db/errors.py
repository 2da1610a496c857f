"""What can go wrong with the record. What happened, never a status code: api/errors.py has those.

BilateralError
├── Invalid             what was sent is parsed but wrong: each fault is named
├── NotFound            no such record, ever
│   └── NotYetRecorded  not at the instant that was asked about
├── Withdrawn           there was such a record, and its history is kept
├── Taken               the id is in use, or was
├── StillNamed          other records name the one to be withdrawn
├── OwnKey              the key to be revoked is the one that asks
├── Stale               the version that the change was made for is not the newest
├── BadCursor           a page's cursor that this list did not hand out
├── NotAuthentic        no such key
├── NotAllowed          the key's scopes do not reach so far
├── SchemaNotAtHead     the database waits for `bilateral migrate`
└── Busy                the writers' lock could not be had in time
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where (a JSON Pointer into the body, or a parameter), which, and why."""

    pointer: str
    code: str
    detail: str
    parameter: str | None = None

    def under(self, prefix: str) -> "Fault":
        """The same fault, seen from the document that holds this one."""
        return Fault(prefix + self.pointer, self.code, self.detail, self.parameter)


class BilateralError(Exception):
    """The root of all that this package raises on purpose."""


class Invalid(BilateralError):
    """Parsed, but wrong."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(f"{fault.pointer or fault.parameter}: {fault.detail}" for fault in faults))
        self.faults = faults


class BadCursor(Invalid):
    """The cursor is not one that this list, with these filters, handed out."""

    def __init__(self, reason: str) -> None:
        super().__init__(Fault("", "bad_cursor", reason, "cursor"))


class NotFound(BilateralError):
    """Nothing of that kind ever had this id."""

    def __init__(self, kind: str, id: str) -> None:
        super().__init__(f"There is no {kind} {id!r}.")


class NotYetRecorded(NotFound):
    """It is known now, and was not yet at the instant that was asked about."""

    def __init__(self, kind: str, id: str, since: str) -> None:
        BilateralError.__init__(self, f"The {kind} {id!r} is recorded here since {since}, and was not known before.")


class Withdrawn(BilateralError):
    """The record was withdrawn; its revisions can still be read."""

    def __init__(self, kind: str, id: str) -> None:
        super().__init__(f"The {kind} {id!r} was withdrawn: `restore` brings it back, its revisions can be read.")
        self.kind, self.id = kind, id


class Taken(BilateralError):
    """The id belongs, or belonged, to another record: ids are never used again."""

    def __init__(self, kind: str, ids: list[tuple[str, str]]) -> None:
        """`ids` are pairs: where the request says it, and the id."""
        named = ", ".join(repr(id) for _, id in ids)
        super().__init__(f"The {kind} id {named} is taken: ids are unique and never used again.")
        self.faults = tuple(Fault(pointer, "taken", f"the {kind} id {id!r} is taken") for pointer, id in ids)


class StillNamed(BilateralError):
    """Others name the record, so it cannot be withdrawn."""

    def __init__(self, kind: str, id: str, by: list[tuple[str, str]]) -> None:
        super().__init__(f"The {kind} {id!r} is named by others: withdraw or change them first.")
        self.faults = tuple(
            Fault("", "still_named", f"named by the {naming_kind} {naming_id!r}") for naming_kind, naming_id in by
        )


class OwnKey(BilateralError):
    """The key to be revoked is the one that asks for it."""

    def __init__(self, id: str) -> None:
        super().__init__(f"{id!r} is the key that you sent: revoke it with another one, or by `bilateral key revoke`.")


class Stale(BilateralError):
    """The record is not what the change was made for."""

    def __init__(self, kind: str, id: str, newest: int | None) -> None:
        there = "does not exist" if newest is None else f"exists, at version {newest}"
        super().__init__(f"The {kind} {id!r} {there}.")


class NotAuthentic(BilateralError):
    """The credentials are missing where they are needed, or are those of nobody."""


class NotAllowed(BilateralError):
    """Known, but the scope is missing."""


class SchemaNotAtHead(BilateralError):
    """The tables are not those of this release."""

    def __init__(self, found: str | None, wanted: str | None) -> None:
        super().__init__(
            f"The database schema is at {found or 'nothing'} and this release needs {wanted}: run `bilateral migrate`."
        )


class BadDatabaseUrl(BilateralError):
    """Neither SQLite nor PostgreSQL, or no address at all."""

    def __init__(self) -> None:
        super().__init__(
            "BILATERAL_DATABASE_URL must be sqlite:///file or postgresql+psycopg://user:password@host/name"
        )


class Busy(BilateralError):
    """Another writer held the lock for too long; nothing was written."""

    def __init__(self) -> None:
        super().__init__("Another writer held the record for too long; nothing was written. Try again.")
