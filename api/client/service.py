"""The service, as programs see it."""

from collections.abc import Iterable, Iterator
from typing import Literal, Self

import httpx

from api.client.collections import Agreements, Collection, paged
from api.client.following import PATH as CHANGES
from api.client.following import Following
from api.client.sending import Sender, Value, read_as, segment
from api.schemas import (
    AgreementRecord,
    Changes,
    DelegationRecord,
    EventRecord,
    OrganizationRecord,
    PersonRecord,
    Revision,
    SignatoryRecord,
    SourceRecord,
    Vocabularies,
)
from db.answers import Deadline, Finding, PairProfile, RecordedAgreement
from db.documents import Delegation, Event, Organization, Person, Signatory, Source


class Bilateral:
    """One service, at an address, with a key or without; may be used by several threads at once.

    What may be sent again is sent up to `attempts` times, if the service cannot be reached or is busy. `timeout` is how
    many seconds one answer may take, or httpx's own. `transport` is httpx's, for proxies and tests.
    """

    def __init__(
        self,
        address: str,
        key: str | None = None,
        *,
        transport: httpx.BaseTransport | None = None,
        timeout: float | httpx.Timeout = 30,
        attempts: int = 6,
    ) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.Client(base_url=address, headers=headers, transport=transport, timeout=timeout)
        self._sender = sender = Sender(self._http, attempts)
        self.agreements = Agreements(sender, "agreements", AgreementRecord, Revision[RecordedAgreement])
        self.signatories = Collection[Signatory, SignatoryRecord, Signatory](
            sender, "signatories", SignatoryRecord, Revision[Signatory]
        )
        self.delegations = Collection[Delegation, DelegationRecord, Delegation](
            sender, "delegations", DelegationRecord, Revision[Delegation]
        )
        self.events = Collection[Event, EventRecord, Event](sender, "events", EventRecord, Revision[Event])
        self.organizations = Collection[Organization, OrganizationRecord, Organization](
            sender, "organizations", OrganizationRecord, Revision[Organization]
        )
        self.people = Collection[Person, PersonRecord, Person](sender, "people", PersonRecord, Revision[Person])
        self.sources = Collection[Source, SourceRecord, Source](sender, "sources", SourceRecord, Revision[Source])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; `with` does it too."""
        self._http.close()

    def changes(
        self,
        after: int = 0,
        *,
        wait: int = 30,
        collections: str | Iterable[str] | None = None,
        party: str | Iterable[str] | None = None,
    ) -> Following:
        """Every change behind a `seq`, without end: it waits for those to come, and for a service that is away.

        `wait` is how many seconds the service holds one request, at most 60. `party`: agreements only that one of these
        is, or was, a party of. Invalid if the ledger is not the one that gave `after`. From now on: `newest()`.
        """
        return Following(self._sender, after, _wanted(collections, party), wait)

    def changes_until_now(
        self,
        after: int = 0,
        *,
        collections: str | Iterable[str] | None = None,
        party: str | Iterable[str] | None = None,
    ) -> Following:
        """The same, up to what is recorded by now."""
        return Following(self._sender, after, _wanted(collections, party), None)

    def newest(self) -> int:
        """How far the ledger reaches."""
        return read_as(Changes, self._sender.read(CHANGES, {"limit": 0})).newest

    def deadlines(self, within: str = "P12M", *, party: str | Iterable[str] | None = None) -> Iterator[Deadline]:
        """What must be done by when, the most urgent first; of agreements that all of these are parties of."""
        return paged(self._sender, "/v1/deadlines", Deadline, {"within": within, "party": party})

    def findings(self, **filters: Value) -> Iterator[Finding]:
        """What contradicts itself in agreements: by `state`, `kind`, `agreement`."""
        return paged(self._sender, "/v1/findings", Finding, filters)

    def finding(self, id: str) -> Finding:
        """One finding."""
        return read_as(Finding, self._sender.read(f"/v1/findings/{segment(id)}"))

    def judge(self, finding: str, state: Literal["accepted", "open"], *, reason: str) -> Finding:
        """Say of a finding that it is `accepted`, or `open` again, and why."""
        said = {"state": state, "reason": reason}
        return read_as(Finding, self._sender.post(f"/v1/findings/{segment(finding)}/state", said, None, None))

    def pair(
        self,
        first: str,
        second: str,
        *,
        by: str | None = None,
        until: int | str | None = None,
        predecessors: bool | None = None,
    ) -> PairProfile:
        """What two states, or any two organizations, concluded year by year; `by` form or subject."""
        asked = {"by": by, "until": until, "predecessors": predecessors}
        return read_as(PairProfile, self._sender.read(f"/v1/pairs/{segment(first)}/{segment(second)}", asked))

    def vocabularies(self) -> Vocabularies:
        """The closed lists, and the subjects in use."""
        return read_as(Vocabularies, self._sender.read("/v1/vocabularies"))


def _wanted(collections: str | Iterable[str] | None, party: str | Iterable[str] | None) -> dict[str, Value]:
    """The filters of the feed, where several are any of them."""
    several = {"collection": collections, "party": party}
    return {
        name: value if value is None or isinstance(value, str) else ",".join(value) for name, value in several.items()
    }
