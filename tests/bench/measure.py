"""Starts ours and the peers side by side, and lets them take turns."""

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import sqlalchemy as sa

from db import ledger
from db.documents import text_of
from db.engine import make_engine
from db.models import TABLES
from db.pages import Cursor
from tests.bench import dossiers, load, peers, servers, tutorial
from tests.bench.report import DATABASES, MAIN, PEERS, Key, Measured
from tests.bench.servers import Server
from tests.bench.stores import Store
from tests.factories import Json

AGREEMENT = TABLES["agreement"]
PAGE = 50
DAY = "2000-01-01"
IDS = 100
"""Agreements that are read by id, in turn."""
WORDS = {
    "one": {"title": 1, "trade": 1},
    "page": {"capacity": 2 * PAGE, "notification_received": 2 * PAGE},
    "last": {"capacity": 2 * PAGE, "notification_received": 2 * PAGE},
    "in force": {"capacity": 2, "in_force": 1},
}
"""What answers must hold at least so many times: what is compared is the same work."""
OF_POCKETBASE = "/api/collections/agreement/records"
EXPANDED = "expand=" + ",".join(peers.LISTS)


@dataclass(frozen=True)
class Plan:
    """What is to be measured."""

    sizes: Sequence[int]
    who: frozenset[str]
    """Databases and peers."""
    seconds: int
    rounds: int

    @property
    def databases(self) -> list[str]:
        return [name for name in DATABASES if name in self.who]

    @property
    def peers(self) -> list[str]:
        return [name for name in PEERS if name in self.who]


class Run:
    """One measurement, from the building to the last figure."""

    def __init__(self, plan: Plan, store: Store, folder: Path) -> None:
        self.plan, self.store, self.folder = plan, store, folder
        self.measured = Measured(plan.sizes)
        self.main = self.measured.size(MAIN)

    def measure(self) -> Measured:
        """Build what is not there, then read, then write to copies."""
        urls = {(who, size): self._collection(who, size) for who in self.plan.databases for size in self.plan.sizes}
        files = {who: self._file(who) for who in self.plan.peers}
        self.measured.built = self.store.kept()
        smallest = min(self.plan.sizes)
        for who in self.plan.databases:
            self.measured.imported[who] = self.measured.built[f"{who}_{smallest} import"]
        with ExitStack() as stack:
            self._read(stack, urls, files)
        with ExitStack() as stack:
            self._write(stack, urls, files)
        return self.measured

    def _collection(self, who: str, size: int) -> str:
        return self.store.collection(who, self.plan.sizes, size)

    def _file(self, peer: str) -> Path:
        make = self.store.pocketbase if peer == "pocketbase" else self.store.tables
        return make(self.plan.sizes, self.main)

    def _serve(self, who: str, what: str | Path, stack: ExitStack) -> Server:
        if who in DATABASES:
            return stack.enter_context(servers.bilateral(str(what), self.folder))
        serve = {"tutorial": servers.tutorial, "pocketbase": servers.pocketbase, "datasette": servers.datasette}[who]
        return stack.enter_context(serve(Path(what), self.folder))

    # Reading

    def _read(self, stack: ExitStack, urls: Mapping[tuple[str, int], str], files: Mapping[str, Path]) -> None:
        serving: dict[tuple[str, int], Server] = {}
        scripts: dict[Key, str] = {}
        for (who, size), url in urls.items():
            serving[who, size] = self._serve(who, url, stack)
            scripts |= {Key(who, size, work): script for work, script in self._reads(url, size).items()}
        for who, file in files.items():
            serving[who, self.main] = self._serve(who, file, stack)
            paths = PATHS_OF_PEERS[who](_some_ids(self._collection("sqlite", self.main)))
            scripts |= {Key(who, self.main, work): load.reading(asked) for work, asked in paths.items()}
        for key, script in scripts.items():
            load.check(serving[key.who, key.agreements].address, script, WORDS.get(key.work, {}))
        for _ in self._rounds("reading"):
            for key, script in scripts.items():
                self._send(key, serving[key.who, key.agreements], script)
        for (who, size), server in serving.items():
            self.measured.memory[Key(who, size, "reading")] = load.private_memory(server.process)

    def _reads(self, url: str, size: int) -> dict[str, str]:
        first, second = dossiers.STATES[:2]
        paths = {
            "page": [f"/v1/agreements?limit={PAGE}"],
            "last": [f"/v1/agreements?limit={PAGE}&cursor={_last_page(url)}"],
            "in force": [f"/v1/agreements?limit={PAGE}&between={first},{second}&status=in_force&on={DAY}"],
        }
        if size == self.main:
            paths["no-op"] = ["/healthz"]
            paths["one"] = [f"/v1/agreements/{id}" for id in _some_ids(url)]
        return {work: load.reading(asked) for work, asked in paths.items()}

    # Writing

    def _write(self, stack: ExitStack, urls: Mapping[tuple[str, int], str], files: Mapping[str, Path]) -> None:
        sources: dict[str, str | Path] = {who: urls[who, self.main] for who in self.plan.databases}
        sources |= {who: file for who, file in files.items() if who in POSTS}
        copies = {who: stack.enter_context(self.store.copy(source)) for who, source in sources.items()}
        serving = {who: self._serve(who, copy, stack) for who, copy in copies.items()}
        for number in self._rounds("writing"):
            for who, server in serving.items():
                path, documents = POSTS[who]
                for work, document in documents.items():
                    for clients, alone in ((load.CONNECTIONS, ""), (1, ", alone")):
                        key = Key(who, self.main, work + alone)
                        run = f"{work.replace(' ', '-')}-{clients}-{number}"
                        self._send(key, server, load.posting(path, document, run), connections=clients)

    def _rounds(self, what: str) -> Iterator[int]:
        for number in range(self.plan.rounds):
            print(f"{what}, round {number + 1} of {self.plan.rounds} ...", flush=True)
            yield number

    def _send(self, key: Key, server: Server, script: str, connections: int = load.CONNECTIONS) -> None:
        seconds, before = self.plan.seconds, load.cpu_seconds(server.process)
        try:
            told = load.send(server.address, script, self.folder, seconds=seconds, connections=connections)
        except load.Failed as error:
            raise load.Failed(f"{key}: {error}") from error
        computed = load.cpu_seconds(server.process) - before
        self.measured.runs.setdefault(key, []).append(told._replace(cpu=computed / seconds))


def _some_ids(url: str) -> list[str]:
    engine = make_engine(url)
    with engine.connect() as connection:
        ids = connection.scalars(sa.select(AGREEMENT.c.id).order_by(AGREEMENT.c.id)).all()
    engine.dispose()
    return list(ids[:: max(1, len(ids) // IDS)])


def _last_page(url: str) -> str:
    """The cursor of the last page, which a client only has who read all others: made here of what lies before it."""
    engine = make_engine(url)
    columns = (AGREEMENT.c.sort_day, AGREEMENT.c.id)
    behind = sa.select(*columns).order_by(*(column.desc() for column in columns)).offset(PAGE).limit(1)
    with engine.connect() as connection:
        day, id = connection.execute(behind).one()
        seq = ledger.newest(connection).seq
    engine.dispose()
    on = datetime.now(UTC).date().isoformat()
    return Cursor("signed", day, id, on, seq).encode(text_of({"list": "agreements", "sort": "signed", "filters": {}}))


def _of_the_tutorial(ids: Sequence[str]) -> dict[str, list[str]]:
    return {"one": [f"/agreements/{id}" for id in ids], "page": [f"/agreements/?limit={PAGE}"]}


def _of_pocketbase(ids: Sequence[str]) -> dict[str, list[str]]:
    return {
        "one": [f"{OF_POCKETBASE}/{id}?{EXPANDED}" for id in ids],
        "page": [f"{OF_POCKETBASE}?perPage={PAGE}&skipTotal=1&{EXPANDED}"],
    }


def _of_datasette(ids: Sequence[str]) -> dict[str, list[str]]:
    """One row without what leads to it; a page with it, by SQL."""
    page = urlencode({"sql": peers.WHOLE_PAGE, "_shape": "objects"})
    return {"one": [f"/tables/agreement/{id}.json?_shape=objects" for id in ids], "page": [f"/tables.json?{page}"]}


PATHS_OF_PEERS = {"tutorial": _of_the_tutorial, "pocketbase": _of_pocketbase, "datasette": _of_datasette}


def _ours(*, whole: bool) -> Json:
    return dossiers.dossier(0, random.Random(2), whole=whole) | {"id": "THE_ID"}


OURS = ("/v1/agreements", {"create plain": _ours(whole=False), "create whole": _ours(whole=True)})
PLAIN = {"create plain": dict.fromkeys(tutorial.AgreementBase.model_fields, "trade") | {"id": "THE_ID"}}
POSTS: Mapping[str, tuple[str, Mapping[str, Json]]] = {
    **dict.fromkeys(DATABASES, OURS),
    "tutorial": ("/agreements/", PLAIN),
    "pocketbase": (OF_POCKETBASE, PLAIN),
}
"""Where each is sent what; Datasette is only read."""
