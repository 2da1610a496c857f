"""A receiver of webhooks on the loopback, that answers as it is told, and keeps all that came."""

import hashlib
import itertools
import json
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

PATIENCE = 60
"""Seconds in which something must have come: only a broken worker needs them."""


class Received(NamedTuple):
    """One request."""

    path: str
    headers: dict[str, str]
    body: str

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(self.body)
        return event


class Answer(NamedTuple):
    """What is answered; without a status, the connection is reset."""

    status: int | None = 204
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


TAKEN, RESET = Answer(), Answer(None)


@dataclass
class Receiver:
    """What came so far, in order; `answer` is asked for each."""

    port: int = 0
    received: list[Received] = field(default_factory=list)
    answer: Callable[[Received], Answer] = lambda _: TAKEN

    def __post_init__(self) -> None:
        self._came = threading.Condition()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def ids(self) -> list[str]:
        return [each.id for each in self.received]

    def take(self, request: Received) -> Answer:
        with self._came:
            self.received.append(request)
            self._came.notify_all()
            return self.answer(request)

    def wait_until(self, enough: Callable[[], bool]) -> None:
        with self._came:
            assert self._came.wait_for(enough, PATIENCE), f"{len(self.received)} came"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    receiver: Receiver

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who sends may be killed."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.receiver.take(Received(self.path, headers, body))
        if answer.status is None:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def do_GET(self) -> None:
        self.server.receiver.take(Received(self.path, {"webhook-id": "followed"}, ""))

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextmanager
def receiving(receiver: Receiver | None = None) -> Iterator[Receiver]:
    """A receiver that listens; the same again on the same port."""
    receiver = receiver or Receiver()
    server = _Server(("127.0.0.1", receiver.port), _Handler)
    server.receiver, receiver.port = receiver, server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def main() -> None:
    """A receiver as a process of its own, which can be killed: `python -m tests.receiver PORT`.

    It prints its port, then a line for each request before it answers. Of six requests it refuses one, and resets the
    connection of another.
    """
    numbers = itertools.count()

    def print_and_answer(request: Received) -> Answer:
        digest = hashlib.sha256(request.body.encode()).hexdigest()
        sys.stdout.write(f"{request.path} {request.id} {digest}\n")
        sys.stdout.flush()
        return {1: Answer(500, b"no"), 4: RESET}.get(next(numbers) % 6, TAKEN)

    with receiving(Receiver(int(sys.argv[1]), answer=print_and_answer)) as receiver:
        sys.stdout.write(f"{receiver.port}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main()
