"""HTTP that is none: what the server's parser refuses is answered as a problem too."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.errors import NotParseable, answer


class Protocol(HttpToolsProtocol):
    """uvicorn's protocol, whose refusals are problem documents."""

    def send_400_response(self, msg: str) -> None:
        """Answer 400 and close: behind what is no HTTP, nothing can be read."""
        response = answer(NotParseable(f"This is no HTTP request: {msg}"))
        headers = b"".join(b"%s: %s\r\n" % header for header in response.raw_headers)
        self.transport.write(b"HTTP/1.1 400 Bad Request\r\n" + headers + b"connection: close\r\n\r\n")
        self.transport.write(bytes(response.body))
        self.transport.close()
