"""The command: what each one prints, makes and leaves alone, and how it ends."""

import json
import os
import socket
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from api.cli import main, prepare
from api.settings import Settings
from db.engine import make_engine
from db.ledger import REVISION, newest
from db.migrate import head, migrate
from db.models import TABLES
from tests.door import ADMIN_KEY, Door, opened
from tests.factories import person, state
from tests.server import Outcome, environment, serving, spawn

Run = Callable[..., Outcome]


@pytest.fixture
def run_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command within this process, in an empty folder: a process of its own takes seconds to start."""
    monkeypatch.chdir(tmp_path)

    def running(*arguments: str, **settings: str) -> Outcome:
        capsys.readouterr()
        with monkeypatch.context() as patch:
            patch.setattr(os, "environ", environment(**settings))
            patch.setattr(sys, "argv", ["bilateral", *arguments])
            with pytest.raises(SystemExit) as ended:
                main()
        out, err = capsys.readouterr()
        code = ended.value.code
        return Outcome(1, out, f"{err}{code}\n") if isinstance(code, str) else Outcome(int(code or 0), out, err)

    return running


@pytest.fixture
def run(url: str, run_anywhere: Run) -> Run:
    """The same, on a record of its own that is empty."""
    return partial(run_anywhere, database_url=url)


# The server as a process


def one_line(err: str) -> str:
    """The one line that was printed to standard error."""
    (line,) = err.splitlines()
    return line


def count(engine: sa.Engine, table: str) -> int:
    with engine.connect() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(TABLES[table])) or 0


def test_the_first_start_seeds_and_prints_a_key_and_the_next_do_not(url: str, tmp_path: Path) -> None:
    """The key works, what it wrote is there after the next start, and Ctrl-C ends it with status 0.

    On SQLite an empty folder is enough: the file is made there.
    """
    folder = tmp_path / "empty"
    folder.mkdir()
    on_sqlite = url.startswith("sqlite")
    settings = {} if on_sqlite else {"database_url": url}
    with serving(folder, **settings) as first:
        shown = first.line()
        assert shown.startswith("The first admin key, shown only now: blt_")
        key = shown.split()[-1]
        assert len(first.request("GET", "/v1/agreements").json()["items"]) == 1
        assert first.request("POST", "/v1/people", json=person("ana")).status_code == 401
        assert first.request("POST", "/v1/people", key, json=person("ana")).status_code == 201
        assert first.request("GET", "/docs").status_code == 200
        first_end = first.interrupt()
    engine = make_engine(f"sqlite:///{folder / 'bilateral.db'}" if on_sqlite else url)
    seq = count(engine, "revision")
    with serving(folder, **settings) as second:
        headers = {"X-Request-Id": "mine"}
        assert second.request("DELETE", "/v1/people/ana", key, headers=headers).status_code == 428
        assert second.request("GET", "/v1/people/ana").json()["name"] == {"en": "Ana"}
        second_end = second.interrupt()
    assert (count(engine, "revision"), count(engine, "api_key")) == (seq, 1)
    engine.dispose()
    for status, out, log in (first_end, second_end):
        assert (status, out) == (0, "Stopped.\n")
        assert "Traceback" not in log
        assert key not in log
    lines = [json.loads(line) for line in second_end.err.splitlines()]
    asked = {"event": "request", "request_id": "mine", "method": "DELETE", "path": "/v1/people/ana", "status": 428}
    assert [line for line in lines if asked.items() <= line.items()]


def test_without_the_seed_the_record_stays_empty(url: str, engine: sa.Engine) -> None:
    """And a key that was given in the settings is not stored, nor another one made."""
    assert prepare(engine, Settings(database_url=url, seed=False, admin_key=ADMIN_KEY)) is None
    assert (count(engine, "revision"), count(engine, "api_key")) == (0, 0)
    assert prepare(engine, Settings(database_url=url, seed=False)) is not None
    assert (count(engine, "revision"), count(engine, "api_key")) == (0, 1)


def test_a_start_does_not_seed_over_what_is_there(url: str, engine: sa.Engine) -> None:
    """Not even the layers that are missing: whoever wants them runs `bilateral seed`."""
    settings = Settings(database_url=url, admin_key=ADMIN_KEY)
    with opened(settings) as door:
        door.add("/v1/people", person("ana"))
    prepare(engine, settings)
    assert count(engine, "revision") == 1


@pytest.mark.parametrize("make_url", ["postgresql"], indirect=True)
def test_serve_refuses_a_server_whose_schema_is_not_at_head(url: str, engine: sa.Engine, tmp_path: Path) -> None:
    """One line says what to run; nothing was served, seeded or migrated."""
    migrate(engine, "-1")
    status, out, err = spawn(tmp_path, "serve", "--port", "0", database_url=url)
    assert (status, out) == (1, "")
    assert one_line(err) == (
        f"bilateral: The database schema is at 0004 and this release needs {head()}: run `bilateral migrate`."
    )
    assert count(engine, "revision") == 0


def test_a_port_that_is_taken_is_said_in_one_line_and_nothing_is_made(tmp_path: Path) -> None:
    """Status 1; no file, no seed, no key."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, out, err = spawn(tmp_path, "serve", "--port", str(port))
    assert (status, out) == (1, "")
    assert one_line(err).startswith("bilateral: ")
    assert str(port) in err
    assert "address already in use" in err.lower()
    assert list(tmp_path.iterdir()) == []


# The other commands


def test_the_commands_are_processes_of_their_own(tmp_path: Path) -> None:
    """On the file of the folder that they are started in: one after the other, each ends with status 0."""
    assert spawn(tmp_path, "migrate") == (0, f"The schema is at {head()}.\n", "")
    assert (tmp_path / "bilateral.db").exists()
    before_the_first = ("0", "0" * 64)
    assert spawn(tmp_path, "verify", "--since", *before_the_first) == (0, f"newest 0 {'0' * 64}\n", "")


def test_openapi_prints_the_contract_and_needs_no_database(run_anywhere: Run, tmp_path: Path) -> None:
    """It is JSON, on one system as on the other, and no file is made."""
    status, out, err = run_anywhere("openapi", database_url="sqlite:///elsewhere.db")
    assert (status, err) == (0, "")
    contract = json.loads(out)
    assert contract["openapi"].startswith("3.1")
    assert {"/v1/agreements", "/v1/agreements/{id}/restore", "/readyz"} <= contract["paths"].keys()
    assert list(tmp_path.iterdir()) == []


def test_migrate_says_where_the_schema_is(run: Run, engine: sa.Engine) -> None:
    """And whether it did anything."""
    migrate(engine, "base")
    assert run("migrate") == (0, f"The schema is at {head()}.\n", "")
    assert run("migrate") == (0, f"The schema is at {head()} already.\n", "")


@pytest.mark.parametrize(
    "arguments", [("seed",), ("verify",), ("key", "list"), ("key", "create", "ana"), ("key", "revoke", "blt_1")]
)
def test_a_command_refuses_a_schema_that_is_not_at_head(run: Run, engine: sa.Engine, arguments: tuple[str]) -> None:
    """In one line that says what to run."""
    migrate(engine, "base")
    status, out, err = run(*arguments)
    assert (status, out) == (1, "")
    assert one_line(err).endswith(f"is at nothing and this release needs {head()}: run `bilateral migrate`.")


def test_seeding_twice_changes_nothing(run: Run, engine: sa.Engine) -> None:
    """The second time no layer is left to write."""
    assert run("seed") == (0, "Seeded: seed-states, seed-article, seed-later-facts.\n", "")
    rows = count(engine, "revision")
    assert run("seed") == (0, "Nothing to seed: all layers are there.\n", "")
    assert count(engine, "revision") == rows


def test_seeding_never_writes_over_what_users_changed(run: Run, engine: sa.Engine, url: str) -> None:
    """Neither what they changed or withdrew of the seed, nor what they had under an id of the seed before it."""
    run("seed")
    with opened(Settings(database_url=url, admin_key=ADMIN_KEY)) as door:
        agreement = door.items("/v1/agreements")[0]["id"]
        assert door.patch("/v1/organizations/mex", {"name": {"en": "Changed"}}).status_code == 200
        assert door.withdraw(f"/v1/agreements/{agreement}").status_code == 204
        rows = count(engine, "revision")
        assert run("seed").status == 0
        assert count(engine, "revision") == rows
        assert door.read("/v1/organizations/mex")["name"]["en"] == "Changed"
        assert door.get(f"/v1/agreements/{agreement}").status_code == 410


def test_a_record_that_users_began_is_not_seeded_over(run: Run, engine: sa.Engine, door: Door) -> None:
    """An id of the seed is theirs already: one line, and nothing of that layer was written."""
    door.add("/v1/organizations", state("mex", name={"en": "Ours"}))
    status, out, err = run("seed")
    assert (status, out) == (1, "")
    assert "'mex'" in one_line(err)
    assert door.read("/v1/organizations/mex")["name"] == {"en": "Ours"}
    assert count(engine, "revision") == 1


def test_verify_ends_with_status_1_when_something_is_found(run: Run, engine: sa.Engine) -> None:
    """Each finding is a line, and where the ledger ends is the last one."""
    run("seed")
    with engine.connect() as connection:
        seq, _, its_hash = newest(connection)
    ends = f"newest {seq} {its_hash}\n"
    assert run("verify") == (0, ends, "")
    assert run("verify", "--since", str(seq), its_hash) == (0, ends, "")
    assert run("verify", "--since", "1", "0" * 64) == (
        1,
        f"seq 1: its hash is not the one that was kept elsewhere\n{ends}",
        "",
    )
    assert run("verify", "--since", str(seq + 1), its_hash).status == 1
    with engine.connect() as connection:
        connection.execute(sa.update(TABLES["agreement"]).values(form="treaty"))
    status, out, err = run("verify")
    assert (status, err) == (1, "")
    assert len(out.splitlines()) == 2
    assert out.splitlines()[0].endswith("form differ from the document")
    assert out.endswith(ends)


def test_a_key_is_made_listed_and_revoked(run: Run, door: Door) -> None:
    """Its secret is shown once; it works until it is revoked."""
    status, out, err = run("key", "create", "a colleague")
    assert (status, err) == (0, "")
    secret = out.strip()
    door.key = secret
    door.add("/v1/people", person("ana"))
    status, listed, _ = run("key", "list")
    assert status == 0
    assert one_line(listed).startswith(f"{secret[:12]}  write  a colleague  made 20")
    assert one_line(listed).endswith("expires never")
    assert secret not in listed
    assert run("key", "revoke", secret[:12]) == (0, f"Revoked {secret[:12]}.\n", "")
    assert door.post("/v1/people", person("boris")).status_code == 401
    assert "revoked 20" in run("key", "list").out
    status, out, err = run("key", "revoke", secret[:12])
    assert (status, out) == (1, "")
    assert secret[:12] in one_line(err)


def test_a_key_has_a_scope_and_a_last_day(run: Run, door: Door) -> None:
    """A reader's cannot write; one that has expired is nobody's."""
    door.key = run("key", "create", "reader", "--scope", "read").out.strip()
    assert door.post("/v1/people", person("ana")).status_code == 403
    door.key = run("key", "create", "late", "--scope", "admin", "--expires", "2001-01-01").out.strip()
    assert door.post("/v1/people", person("ana")).status_code == 401
    assert "expires 2001-01-01T00:00:00.000000Z" in run("key", "list").out


@pytest.mark.parametrize("name", ["", "-", "a\nb", "a" * 101, "é"])
def test_a_key_with_a_bad_name_is_not_made(run: Run, engine: sa.Engine, name: str) -> None:
    """One line says what a name is."""
    status, out, err = run("key", "create", "--", name)
    assert (status, out) == (1, "")
    assert "name: letters, digits" in one_line(err)
    assert count(engine, "api_key") == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("serve", "--port", "70000"),
        ("serve", "--port", "http"),
        ("key", "create", "ana", "--scope", "all"),
        ("key", "create", "ana", "--expires", "tomorrow"),
        ("verify", "--since", "1"),
        ("nothing",),
    ],
)
def test_a_call_that_makes_no_sense_does_nothing(run_anywhere: Run, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Status 2; the error is said, and no file was made."""
    status, out, err = run_anywhere(*arguments)
    assert (status, out) == (2, "")
    assert "Error" in err
    assert list(tmp_path.iterdir()) == []


BAD_SETTINGS = {
    "threads": "many",
    "log_level": "loud",
    "seed": "perhaps",
    "max_body": "-1",
    "now": "yesterday",
    "admin_key": "secret",
    "databse_url": "sqlite:///x.db",
}


@pytest.mark.parametrize(("name", "value"), BAD_SETTINGS.items())
def test_a_bad_setting_is_named_in_one_line(run_anywhere: Run, tmp_path: Path, name: str, value: str) -> None:
    """Before anything is done."""
    status, out, err = run_anywhere("migrate", **{name: value})
    assert (status, out) == (1, "")
    assert list(tmp_path.iterdir()) == []
    assert f"BILATERAL_{name.upper()}" in one_line(err)
    assert one_line(err).startswith("bilateral: ")
    assert name != "admin_key" or value not in err


BAD_URLS = {
    "no address at all": "bilateral.db",
    "another database": "mysql://bilateral@localhost/bilateral",
    "a driver that is not there": "postgresql://bilateral@localhost/bilateral",
    "a driver that nobody knows": "postgresql+odd://bilateral@localhost/bilateral",
    "a folder that is not there": "sqlite:////nowhere/at/all/bilateral.db",
    "a server that is not there": "postgresql+psycopg://bilateral:a-secret-word@127.0.0.1:1/bilateral",
    "a port that is none": "postgresql+psycopg://bilateral:a-secret-word@127.0.0.1:http/bilateral",
}


@pytest.mark.parametrize("url_", BAD_URLS.values(), ids=BAD_URLS.keys())
def test_a_database_that_cannot_be_opened_is_said_in_one_line(run_anywhere: Run, url_: str) -> None:
    """Without its password."""
    status, out, err = run_anywhere("migrate", database_url=url_)
    assert (status, out) == (1, "")
    assert one_line(err).startswith("bilateral: ")
    assert "a-secret-word" not in err


def test_what_the_command_wrote_is_in_the_ledger_under_its_name(run: Run, engine: sa.Engine) -> None:
    """The seed's revisions bear the seed's name, and a key leaves no revision."""
    run("seed")
    run("key", "create", "ana")
    with engine.connect() as connection:
        assert set(connection.scalars(sa.select(REVISION.c.actor))) == {"seed"}
