"""Runs the migrations on the connection that `db.migrate` hands over, inside its transaction."""

import sqlmodel  # noqa: F401  # migrations may name its types
from alembic import context

import db.models  # fills the metadata
from db.schema import is_compared

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=db.models.TABLES["revision"].metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    include_object=is_compared,
    transactional_ddl=False,  # the caller's transaction is the only one
)
context.run_migrations()
