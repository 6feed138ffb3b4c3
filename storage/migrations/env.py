"""Runs the migrations on the connection that `storage.database.upgrade` brings."""

from alembic import context

from storage.tables import portals

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=portals.metadata,
    render_as_batch=True,
    transactional_ddl=False,
)
context.run_migrations()
