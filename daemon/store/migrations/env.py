"""Alembic's entry: it runs the steps on the connection, and in the transaction, that migrate.py hands over."""

from alembic import context

from daemon.store.migrate import VERSION_TABLE
from daemon.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
)
context.run_migrations()
