"""`create_app`: the routers, the error handlers, the lifespan; nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

import anyio.to_thread
import sqlalchemy as sa
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware

from api import docs, errors
from api.addresses import resolve
from api.cors import sharing
from api.lastuse import LastUse
from api.metrics import Metrics
from api.middleware import Door
from api.oidc import Issuer
from api.routes import (
    agreements,
    changes,
    deadlines,
    delegations,
    events,
    findings,
    health,
    keys,
    metrics,
    organizations,
    pairs,
    people,
    reconcile,
    search,
    signatories,
    sources,
    vocabularies,
    webhooks,
)
from api.settings import Settings
from api.watching import Watch
from api.writing import Writers
from db import ledger, migrate
from db.engine import make_engine
from db.ledger import Clock

ROUTERS = (
    agreements,
    signatories,
    delegations,
    events,
    organizations,
    people,
    sources,
    search,
    reconcile,
    deadlines,
    pairs,
    findings,
    changes,
    webhooks,
    keys,
    vocabularies,
    health,
    metrics,
)


def _replica(settings: Settings) -> sa.Engine | None:
    """The database that reads go to, if they go to another than writes."""
    url = settings.database_read_url
    return make_engine(url, pool_size=settings.threads + 2) if url else None


def _in_use(engine: sa.Engine) -> int:
    assert isinstance(engine.pool, sa.QueuePool)
    return engine.pool.checkedout()


def _newest_seq(engine: sa.Engine) -> int:
    with engine.connect() as connection:
        return ledger.newest(connection).seq


def create_app(settings: Settings | None = None, clock: Clock | None = None) -> FastAPI:
    """The service. It refuses to start on a schema that is not at head."""
    settings = settings or Settings()
    engine = make_engine(settings.database_url, pool_size=settings.threads + 2)
    replica = _replica(settings)
    counted = Metrics(lambda: sum(_in_use(each) for each in (engine, replica) if each))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = settings.threads
        try:
            await run_in_threadpool(_refuse_stale_schema, app)
            async with app.state.last_use.kept():
                yield
                await app.state.writers.finish()
        finally:
            engine.dispose()
            if replica:
                replica.dispose()

    app = FastAPI(
        title="Bilateral",
        summary="Agreements between two sides: who concluded what, when, through whom, what followed, on whose word.",
        version=version("bilateral"),
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=[Middleware(Door, settings=settings, metrics=counted, share=sharing(settings))],
    )
    app.state.settings, app.state.engine, app.state.clock = settings, engine, clock or settings.clock
    app.state.replica = replica
    app.state.metrics = counted
    app.state.last_use = LastUse(engine, app.state.clock)
    app.state.issuer = Issuer(settings) if settings.oidc_issuer else None
    app.state.watch = Watch(lambda: _newest_seq(engine))
    app.state.writers = Writers(lambda: app.state.engine, app.state.clock, app.state.watch)
    app.state.resolve = resolve
    for module in ROUTERS:
        app.include_router(module.router)
    docs.install(app)
    errors.install(app)
    return app


def _refuse_stale_schema(app: FastAPI) -> None:
    with app.state.engine.connect() as connection:
        migrate.check(connection)
