"""Lists and long texts travel packed, as the client likes it best; records travel as they are."""

import gzip
import sys
from collections.abc import Mapping

import httpx
import pytest

from api.encodings import SMALLEST, packed, preferred
from tests.door import Door
from tests.factories import person

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PREFERRED = {
    "": None,
    "gzip": "gzip",
    "zstd": "zstd",
    "GZip, deflate": "gzip",
    "gzip, deflate, br": "gzip",
    "gzip, deflate, br, zstd": "zstd",
    "gzip;q=1, zstd;q=0.5": "gzip",
    "gzip;q=0.001 , zstd;q=0": "gzip",
    "gzip;q=0": None,
    "gzip ; q=0.000": None,
    "*": "zstd",
    "*;q=0": None,
    "*;q=0, gzip": "gzip",
    "zstd;q=0, *": "gzip",
    "zstd;q=0, gzip;q=0, *": None,
    "identity": None,
    "identity, gzip": "gzip",
    "identity, gzip;q=0.5": None,
    "identity;q=0.5, gzip;q=0.9": "gzip",
    "identity;q=0, *;q=0": None,
    "gzip;q=0.5, *;q=0.9": "zstd",
    "gzip;q=0.5, zstd;q=0, *;q=0.9": None,
    "br, compress, deflate": None,
    "gzipped, xgzip": None,
    "gzip;q=2": None,
    "gzip;q=x, zstd": "zstd",
    "gzip;level=9": None,
    ",,gzip,,": "gzip",
    "\xff": None,
}
UNPACKED = {"gzip": gzip.decompress, "zstd": zstd.decompress}


@pytest.mark.parametrize(("accepted", "coding"), PREFERRED.items())
def test_the_client_says_what_it_likes(accepted: str, coding: str | None) -> None:
    """RFC 9110, 12.5.3: weights, what is refused, anything else; what is malformed says nothing."""
    assert preferred(accepted) == coding


@pytest.mark.parametrize("coding", UNPACKED)
def test_what_is_packed_is_unpacked_the_same(coding: str) -> None:
    """From the smallest size on; the same body always gives the same bytes."""
    body = ("Договор №1; " * 10_000).encode()
    small, said = packed(body, coding)
    assert (UNPACKED[coding](small), said) == (body, coding)
    assert len(small) < len(body) / 100
    assert packed(body, coding) == (small, said)
    assert packed(body[:SMALLEST], coding)[1] == coding
    assert packed(body[: SMALLEST - 1], coding) == (body[: SMALLEST - 1], None)


PACKED = ["/v1/agreements", "/v1/organizations?limit=100", "/v1/changes", "/v1/vocabularies", "/openapi.json"]
AS_THEY_ARE = ["/v1/agreements/mex-rus-outer-space-2021", "/v1/agreements/mex-rus-outer-space-2021/revisions/1"]


def ask(door: Door, path: str, accepted: str, method: str = "GET", **headers: str) -> tuple[Mapping[str, str], bytes]:
    """The headers of an answer, and its bytes as they travelled."""

    async def story(client: httpx.AsyncClient) -> tuple[Mapping[str, str], bytes]:
        async with client.stream(method, path, headers={"Accept-Encoding": accepted, **headers}) as answer:
            return answer.headers, b"".join([part async for part in answer.aiter_raw()])

    return door.run(story)


def test_lists_and_long_texts_are_packed(seeded: Door) -> None:
    """Under the same weak tag in every coding, with the length of what is sent; HEAD says the same."""
    for path in PACKED:
        headers, plain = ask(seeded, path, "identity")
        assert "content-encoding" not in headers
        for coding, unpacked in UNPACKED.items():
            said, body = ask(seeded, path, coding)
            assert (said["content-encoding"], unpacked(body)) == (coding, plain), path
            assert int(said["content-length"]) == len(body) < len(plain)
            assert said["etag"] == headers["etag"]
            assert said["etag"].startswith('W/"')
            assert said["vary"] == headers["vary"]
            head, nothing = ask(seeded, path, coding, "HEAD")
            varying = {"x-request-id"}
            assert {name: head[name] for name in head.keys() - varying} == {
                name: said[name] for name in said.keys() - varying
            }
            assert nothing == b""
            again, nothing = ask(seeded, path, coding, **{"If-None-Match": said["etag"]})
            assert nothing == b""
            assert again["vary"] == said["vary"]
            assert "content-encoding" not in again


def test_a_record_travels_as_it_is(seeded: Door) -> None:
    """Its strong tag stands for its very bytes."""
    for path in AS_THEY_ARE:
        headers, body = ask(seeded, path, "gzip, zstd")
        assert "content-encoding" not in headers
        assert "Accept-Encoding" not in headers.get("vary", "")
        assert len(body) > SMALLEST
        assert not headers.get("etag", "").startswith("W/")


def test_what_is_short_travels_as_it_is(door: Door) -> None:
    """A list too, which says all the same that it could be packed; and a written record, and a problem."""
    door.add("/v1/people", person("ana"))
    for path in ("/v1/people", "/v1/people/nobody"):
        headers, _ = ask(door, path, "gzip")
        assert "content-encoding" not in headers
    assert "Accept-Encoding" in ask(door, "/v1/people", "gzip")[0]["vary"]
    answer = door.post("/v1/people", person("boris", name={"en": "Boris " * 1000}))
    assert answer.status_code == 201
    assert "content-encoding" not in answer.headers
