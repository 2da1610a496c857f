"""The command `bilateral`: serve, migrate, seed, tick, deliver, openapi, verify, key."""

import asyncio
import json
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Literal

import pydantic
import sqlalchemy as sa
import typer

from api import logs
from api.addresses import resolve
from api.contract import contract
from api.delivery import Delivery
from api.main import create_app
from api.settings import Settings, UnknownSetting, read_settings
from api.workers import Crew, serve_on
from db import keys, ledger, migrate
from db.engine import make_engine
from db.errors import BilateralError, NotFound
from db.seed import seed
from db.tick import tick
from db.verify import verify

app = typer.Typer(
    help="Tracks agreements between two sides. Settings: environment variables BILATERAL_... (see the README).",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
key_app = typer.Typer(help="API keys.", no_args_is_help=True)
app.add_typer(key_app, name="key")


def main() -> None:
    """Run the command; what went wrong is one line, and the exit status 1. SIGTERM stops it as Ctrl-C does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # process 1 of a container would not hear it otherwise
    try:
        app()
    except (BilateralError, sa.exc.SQLAlchemyError, pydantic.ValidationError, UnknownSetting) as error:
        sys.exit(f"bilateral: {_reason(error)}")


def _reason(error: Exception) -> str:
    if isinstance(error, pydantic.ValidationError):
        wrong = error.errors(include_url=False, include_input=False)
        return "; ".join(f"BILATERAL_{each['loc'][0]}".upper() + f": {each['msg']}" for each in wrong)
    reason = str(error.orig) if isinstance(error, sa.exc.DBAPIError) else str(error)
    return " ".join(reason.split())


@contextmanager
def _opened() -> Iterator[tuple[sa.Engine, Settings]]:
    settings = read_settings()
    engine = make_engine(settings.database_url)
    try:
        yield engine, settings
    finally:
        engine.dispose()


@contextmanager
def _at_head() -> Iterator[tuple[sa.Engine, Settings]]:
    with _opened() as (engine, settings):
        with engine.connect() as connection:
            migrate.check(connection)
        yield engine, settings


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes any that is free.")] = 8000,
) -> None:
    """Serve the API. On SQLite the file is made and migrated first; a record that is empty is seeded."""
    settings = read_settings()
    logs.configure(settings.log_level)
    service = create_app(settings)
    listening = _bound(host, port)  # before anything is made: a port that is taken changes nothing
    with _opened() as (engine, _):
        first_key = prepare(engine, settings)
    address = f"http://{host}:{listening.getsockname()[1]}"
    print(f"Bilateral: the API's documentation is at {address}/docs", flush=True)
    if first_key:
        print(f"The first admin key, shown only now: {first_key}", flush=True)
    try:
        if settings.workers > 1:
            Crew(listening, settings).run()
        serve_on(listening, service, settings)
    except KeyboardInterrupt:
        print("Stopped.", flush=True)
    finally:
        listening.close()


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        sys.exit(f"bilateral: {host} port {port} cannot be listened on ({error}): choose another with --host or --port")


def prepare(engine: sa.Engine, settings: Settings) -> str | None:
    """What must be done before the first request; gives the first admin key if one was made."""
    if engine.dialect.name == "sqlite":
        migrate.migrate(engine)
    with engine.connect() as connection:
        migrate.check(connection)
    if settings.seed:
        seed(engine, settings.clock, only_if_empty=True)
    with ledger.write(engine, settings.clock, actor="serve") as unit:  # of two that start at once, one makes it
        if settings.admin_key or keys.find(unit.connection):
            return None
        return keys.make(unit, "first admin", "admin")


@app.command("migrate")
def migrate_() -> None:
    """Bring the database's schema to that of this release."""
    with _opened() as (engine, _):
        done = migrate.migrate(engine)
    print(f"The schema is at {migrate.head()}" + ("." if done else " already."))


@app.command("seed")
def seed_() -> None:
    """Write the layers of the seed that this record does not have yet."""
    with _at_head() as (engine, settings):
        written = seed(engine, settings.clock)
    print(f"Seeded: {', '.join(written)}." if written else "Nothing to seed: all layers are there.")


@app.command("tick")
def tick_() -> None:
    """Write down what time has brought about: statuses that changed by themselves, deadlines that came near."""
    with _at_head() as (engine, settings):
        found = tick(engine, settings.clock)
    print(f"Written down: {found}." if found else "Nothing new.")


@app.command()
def deliver(
    once: Annotated[bool, typer.Option("--once", help="Deliver what is due now, and end.")] = False,
) -> None:
    """Deliver changes to webhooks until Ctrl-C; any number of these, and of services, share the work."""
    with _at_head() as (engine, settings):
        logs.configure(settings.log_level)
        if not once:
            print("Delivering.", flush=True)
        try:
            delivered = asyncio.run(_deliver(engine, settings, once))
        except (KeyboardInterrupt, asyncio.CancelledError):
            print("Stopped.", flush=True)
        else:
            print(f"Delivered: {delivered}." if delivered else "Nothing delivered.")


async def _deliver(engine: sa.Engine, settings: Settings, once: bool) -> int:
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM):  # so that it writes down first how far it is
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    return await Delivery(engine, settings.clock, settings, resolve).run(once=once)


@app.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    print(json.dumps(contract(create_app()), ensure_ascii=False, indent=2))


@app.command("verify")
def verify_(
    since: Annotated[
        tuple[int, str] | None,
        typer.Option(metavar="SEQ HASH", help="A pair kept elsewhere: shows a tail that was cut off."),
    ] = None,
) -> None:
    """Check every ledger row by its hash and every table row by its document; print where the ledger ends."""
    with _at_head() as (engine, _), engine.connect() as connection:
        report = verify(connection, since)
    for finding in report.findings:
        print(finding.encode("utf-8", "backslashreplace").decode())
    print(f"newest {report.newest.seq} {report.newest.hash}")
    if report.findings:
        raise typer.Exit(1)


@key_app.command()
def create(
    name: Annotated[str, typer.Argument(help="Whose key it is, for `key list`.")],
    scope: Annotated[Literal["read", "write", "admin"], typer.Option(help="What it may do.")] = "write",
    expires: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day (UTC) on which it ends.")
    ] = None,
) -> None:
    """Make a key and print its secret, once."""
    with _at_head() as (engine, settings):
        ends = expires.replace(tzinfo=UTC) if expires else None
        with ledger.write(engine, settings.clock, actor="cli") as unit:
            secret = keys.make(unit, name, scope, ends)
    print(secret)


@key_app.command("list")
def list_() -> None:
    """List the keys, without their secrets."""
    with _at_head() as (engine, _), engine.connect() as connection:
        for row in keys.find(connection):
            state = f"revoked {row.revoked_at}" if row.revoked_at else f"expires {row.expires_at or 'never'}"
            used = f"last used {row.last_used_at or 'never'}"
            print(f"{row.id}  {row.scope:5}  {row.name}  made {row.created_at}  {used}  {state}")


@key_app.command()
def revoke(id: Annotated[str, typer.Argument(help="As `bilateral key list` shows it.")]) -> None:
    """Make a key useless."""
    with _at_head() as (engine, settings), ledger.write(engine, settings.clock, actor="cli") as unit:
        if not keys.revoke(unit, id):
            raise NotFound("key in use", id)
    print(f"Revoked {id}.")
