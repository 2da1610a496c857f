"""The server: what its parser refuses is answered as a problem too, and whoever waits is let go when it stops."""

import socket

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.errors import NotParseable, answer
from api.watching import Watch


class Protocol(HttpToolsProtocol):
    """uvicorn's protocol, whose refusals are problem documents."""

    def send_400_response(self, msg: str) -> None:
        """Answer 400 and close: behind what is no HTTP, nothing can be read."""
        response = answer(NotParseable(f"This is no HTTP request: {msg}"))
        headers = b"".join(b"%s: %s\r\n" % header for header in response.raw_headers)
        self.transport.write(b"HTTP/1.1 400 Bad Request\r\n" + headers + b"connection: close\r\n\r\n")
        self.transport.write(bytes(response.body))
        self.transport.close()


class Server(uvicorn.Server):
    """uvicorn's server; streams and waiting requests end as soon as it is told to stop."""

    def __init__(self, config: uvicorn.Config, watch: Watch) -> None:
        super().__init__(config)
        self.watch = watch

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let all who wait go, answer what is under way, and stop."""
        await self.watch.stop()
        await super().shutdown(sockets)
