"""Run migrations on the connection that `migrate` opened."""

from __future__ import annotations

from alembic import context

from ragflow.adapters.db.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    user_module_prefix="",
)
with context.begin_transaction():
    context.run_migrations()
