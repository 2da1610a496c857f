"""The seven collections: they work alike, and agreements are asked more."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, Generic, TypeVar

import stamina
from pydantic import BaseModel

from api.client.errors import Contended, Stale
from api.client.sending import Sender, Value, answer_of, read_as, segment
from api.schemas import AgreementRecord, Comparison, Meta, Revision
from db.answers import Denunciation, Finding, RecordedAgreement, Status
from db.documents import Agreement, Record
from db.members import Json

M = TypeVar("M", bound=BaseModel)
Sent = TypeVar("Sent", bound=Record)
Answered = TypeVar("Answered", bound=Record)
Kept = TypeVar("Kept", bound=Record)


class Collection(Generic[Sent, Answered, Kept]):
    """Records of one kind: as they are sent, as they are answered, as the history keeps them."""

    def __init__(self, sender: Sender, name: str, answered: type[Answered], revision: type[Revision[Kept]]) -> None:
        self._sender = sender
        self._path = f"/v1/{name}"
        self._answered = answered
        self._revision = revision

    def list(self, **filters: Value) -> Iterator[Answered]:
        """All that the filters find, page after page; `limit` is how many are asked for at once."""
        return paged(self._sender, self._path, self._answered, filters)

    def count(self, **filters: Value) -> int:
        """How many the filters find."""
        count: int = self._sender.read(self._path, {**filters, "limit": 0})["count"]
        return count

    def get(self, id: str, *, known_at: date | str | None = None) -> Answered:
        """One record, as it is now or as it was known here at an instant; NotFound, Withdrawn."""
        return read_as(self._answered, self._sender.read(self._at(id), {"known_at": known_at}))

    def add(
        self, document: Sent | Mapping[str, Any], *, reason: str | None = None, idempotency_key: str | None = None
    ) -> Answered:
        """Add a record, once, however often it must be sent; Taken, Invalid.

        A key of your own, kept before you call, makes that true even if your program ends meanwhile and calls again.
        """
        return read_as(self._answered, self._sender.post(self._path, plain(document), reason, idempotency_key))

    def put(
        self, id: str, document: Sent | Mapping[str, Any], *, etag: str | None = None, reason: str | None = None
    ) -> Answered:
        """Replace the record that was read with this tag (`meta.etag`, or `*`); without a tag, create it; Stale."""
        condition = {"If-None-Match": "*"} if etag is None else {"If-Match": etag}
        response = self._sender.change("PUT", self._at(id), plain(document), reason, condition)
        return read_as(self._answered, answer_of(response))

    def patch(self, id: str, changes: Mapping[str, Any], *, etag: str, reason: str | None = None) -> Answered:
        """Replace some members of the record that was read with this tag, None removes one (RFC 7396); Stale."""
        response = self._sender.change("PATCH", self._at(id), dict(changes), reason, {"If-Match": etag})
        return read_as(self._answered, answer_of(response))

    def change(
        self,
        id: str,
        changes: Callable[[Answered], Mapping[str, Any]],
        *,
        reason: str | None = None,
        attempts: int = 100,
    ) -> Answered:
        """Read the record, and patch it with what `changes` makes of it; anew if somebody else was faster.

        `changes` is called for each version that is tried, and should do nothing else. Nothing to change: return `{}`.
        Contended, after so many attempts; Unsure if an answer was lost: then look whether it was done.
        """
        insisting = stamina.RetryingCaller(
            attempts=attempts, timeout=None, wait_initial=0.01, wait_max=1, wait_jitter=0.1
        )
        try:
            return insisting(Stale, self._change, id, changes, reason)
        except Stale as error:
            raise Contended(f"{self._at(id)}: others were faster {attempts} times") from error

    def _change(self, id: str, changes: Callable[[Answered], Mapping[str, Any]], reason: str | None) -> Answered:
        answer = self._sender.read(self._at(id))
        record = read_as(self._answered, answer)
        wanted = changes(record)
        if not wanted:
            return record
        return self.patch(id, wanted, etag=read_as(Meta, answer["meta"]).etag, reason=reason)

    def withdraw(self, id: str, *, reason: str, etag: str) -> None:
        """Withdraw the record that was read with this tag (`meta.etag`, or `*`): its history stays; StillNamed."""
        self._sender.change("DELETE", self._at(id), None, reason, {"If-Match": etag})

    def restore(self, id: str, version: int, *, reason: str, etag: str | None = None) -> Answered:
        """Make an earlier version the newest, whether the record was withdrawn or not."""
        wanted = {"version": version, "reason": reason}
        return read_as(self._answered, self._sender.post(f"{self._at(id)}/restore", wanted, None, None, etag))

    def revisions(self, id: str) -> Iterator[Revision[Kept]]:
        """Every version, the oldest first, of withdrawn records too."""
        return paged(self._sender, f"{self._at(id)}/revisions", self._revision, {})

    def revision(self, id: str, version: int) -> Revision[Kept]:
        """One version."""
        return read_as(self._revision, self._sender.read(f"{self._at(id)}/revisions/{version}"))

    def compare(self, id: str, first: int, second: int) -> Comparison:
        """What makes the second of two versions of the first, as a JSON Patch, and who made each of them."""
        answer = self._sender.read(f"{self._at(id)}/comparison", {"compare": f"{first}..{second}"})
        return read_as(Comparison, answer)

    def _at(self, id: str) -> str:
        return f"{self._path}/{segment(id)}"


class Agreements(Collection[Agreement, AgreementRecord, RecordedAgreement]):
    """What two sides concluded, each whole."""

    def status(self, id: str, *, on: date | str | None = None, known_at: date | str | None = None) -> Status:
        """The status on a day (today), as it was known here at an instant (now): by which rule, on whose word."""
        return read_as(Status, self._sender.read(f"{self._at(id)}/status", {"on": on, "known_at": known_at}))

    def denunciation(self, id: str, received: date | str, *, by: str | None = None) -> Denunciation:
        """What a notice would bring about that is received on this day, given by this party, or by all of side a."""
        told = self._sender.read(f"{self._at(id)}/denunciation", {"received": received, "by": by})
        return read_as(Denunciation, told)

    def findings(self, id: str) -> Iterator[Finding]:
        """What contradicts itself in this agreement."""
        return paged(self._sender, f"{self._at(id)}/findings", Finding, {})


def paged(sender: Sender, path: str, shape: type[M], filters: Mapping[str, Value]) -> Iterator[M]:
    """All items of a list, page after page, each page asked for when it is needed."""
    asked = dict(filters)
    while True:
        page = sender.read(path, asked)
        for item in page["items"]:
            yield read_as(shape, item)
        if "next" not in page:
            return
        asked["cursor"] = page["next"]


def plain(document: Record | Mapping[str, Any]) -> Json:
    """The document as it is sent."""
    return document.document() if isinstance(document, Record) else dict(document)
