"""Follows the ledger: every change once, in order, across lost connections and restarts of the service."""

from collections.abc import Iterator, Mapping

from api.client.sending import Sender, Value, read_as
from api.schemas import Change, Changes

PATH = "/v1/changes"
AT_ONCE = 200


class Following(Iterator[Change]):
    """Changes behind a place in the ledger. Keep `after` where you keep what you made of them, and go on there."""

    def __init__(self, sender: Sender, after: int, filters: Mapping[str, Value], wait: int | None) -> None:
        self.after = after
        """How far all is done that was given out: grows with each change, and where nothing was found."""
        self._sender = sender
        self._filters = {**filters, "limit": AT_ONCE}
        self._wait = wait
        self._items: Iterator[Change] = iter(())
        self._reaches = after
        self._until: int | None = None

    def __next__(self) -> Change:
        while True:
            for change in self._items:
                self.after = change.data.seq
                return change
            self.after = self._reaches
            if self._wait is None and self._until is not None and self.after >= self._until:
                raise StopIteration
            self._ask()

    def _ask(self) -> None:
        asked = {**self._filters, "after": self.after}
        if self._wait is None:
            answer = self._sender.read(PATH, asked)
        else:
            answer = self._sender.wait(PATH, {**asked, "wait": f"{self._wait}s"}, self._wait)
        found = read_as(Changes, answer)
        self._items, self._reaches = iter(found.items), found.after
        self._until = found.newest if self._until is None else self._until
