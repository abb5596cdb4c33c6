"""Bring a database to the newest schema: one chain of migrations for SQLite and PostgreSQL.

Processes that start at once take turns: the first migrates, the others find nothing to do.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, text

from ragflow.adapters.db.database import BUSY_SECONDS, create_database_engine

if TYPE_CHECKING:
    from alembic.config import Config

_LOCK = 0x72616766  # any constant: it names our advisory lock among those of the database


def migrate(url: str) -> None:
    """Create or upgrade the tables of a database; do nothing when it is up to date."""
    from alembic import command

    # Without foreign keys: SQLite changes a table by making it anew, and dropping the old one would
    # delete the rows that refer to it.
    engine = create_database_engine(url, pool_size=1, foreign_keys=False)
    try:
        if engine.dialect.name == "sqlite":
            _use_write_ahead_log(engine)
        with engine.connect() as connection:
            connection.execution_options(ragflow_writes=True)
            with connection.begin():
                if engine.dialect.name == "postgresql":
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
                command.upgrade(migration_config(connection), "head")
    finally:
        engine.dispose()


def migration_config(connection: Connection) -> Config:
    """Return the configuration of the packaged migrations for an open connection."""
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option(
        "script_location", str(Path(__file__).parent / "migrations").replace("%", "%%")
    )
    return config


def _use_write_ahead_log(engine: Engine) -> None:
    """Switch the file to WAL for good; the switch does not wait for other processes by itself."""
    Path(engine.url.database or "").parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + BUSY_SECONDS
    while not _switched(engine):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{engine.url} stayed locked by another process")
        time.sleep(0.05)


def _switched(engine: Engine) -> bool:
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise
        return False
    else:
        return True
    finally:
        connection.close()
