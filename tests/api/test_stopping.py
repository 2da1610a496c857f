"""SIGTERM, which is how containers and service managers end a process: the same as Ctrl-C."""

import signal
import socket
import subprocess
import time
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from db.ledger import WRITERS_LOCK
from tests.door import ADMIN_KEY
from tests.server import COMMAND, PATIENCE, Served, environment, serving

BODY = b'{"id": "ana", "name": {"en": "Ana"}}'


def begin_a_request(server: Served) -> socket.socket:
    """Send the head of a POST, until the service asks for the body: it is under way then."""
    address = httpx.URL(server.address)
    assert address.port is not None
    connection = socket.create_connection((address.host, address.port), timeout=PATIENCE)
    head = (
        "POST /v1/people HTTP/1.1",
        "Host: localhost",
        f"Authorization: Bearer {ADMIN_KEY}",
        "Content-Type: application/json",
        f"Content-Length: {len(BODY)}",
        "Expect: 100-continue",
        "",
        "",
    )
    connection.sendall("\r\n".join(head).encode())
    assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
    return connection


def answers(server: Served) -> bool:
    """Whether it still takes new connections."""
    try:
        httpx.get(f"{server.address}/healthz", timeout=PATIENCE)
    except httpx.TransportError:
        return False
    return True


def test_what_is_under_way_is_answered_before_the_server_stops(tmp_path: Path) -> None:
    """New connections are refused at once; what was acknowledged is there at the next start; the status is 0."""
    with serving(tmp_path, admin_key=ADMIN_KEY, seed="false") as server:
        with begin_a_request(server) as connection:
            server.process.send_signal(signal.SIGTERM)
            deadline = time.monotonic() + PATIENCE
            while answers(server):
                assert time.monotonic() < deadline, "it still takes new connections"
            connection.sendall(BODY)
            assert connection.recv(1000).startswith(b"HTTP/1.1 201 ")
        out, _ = server.process.communicate(timeout=PATIENCE)
        assert (server.process.returncode, out) == (0, "Stopped.\n")
        assert "Traceback" not in server.log.read_text(encoding="utf-8")
    with serving(tmp_path, admin_key=ADMIN_KEY) as server:
        assert server.request("GET", "/v1/people/ana").status_code == 200


@pytest.mark.parametrize("make_url", ["postgresql"], indirect=True)
def test_a_command_that_waits_can_be_stopped(url: str, engine: sa.Engine, tmp_path: Path) -> None:
    """Its status is that of Ctrl-C: nobody takes it for done."""
    waiting = sa.text(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = :lock AND NOT granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS_LOCK})")
        process = subprocess.Popen(
            [*COMMAND, "migrate"],
            cwd=tmp_path,
            env=environment(database_url=url),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with process:
            deadline = time.monotonic() + PATIENCE
            while process.poll() is None and not connection.scalar(waiting, {"lock": WRITERS_LOCK}):
                assert time.monotonic() < deadline, "it does not wait"
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=PATIENCE)
        connection.exec_driver_sql("ROLLBACK")
    assert (process.returncode, out, err) == (130, "", "")
