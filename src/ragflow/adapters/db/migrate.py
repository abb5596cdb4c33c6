"""Bring a database to the newest schema: one chain of migrations for SQLite and PostgreSQL.

Processes that start at once take turns: the first migrates, the others find nothing to do. That is
found out without alembic, whose import would take a tenth of each start.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from ragflow.adapters.db.database import BUSY_SECONDS, create_database_engine, faults_of_database
from ragflow.domain.errors import InvalidInput, StoreUnavailable

if TYPE_CHECKING:
    from alembic.config import Config

_LOCK = 0x72616766  # any constant: it names our advisory lock among those of the database
_MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(url: str) -> None:
    """Create or upgrade the tables of a database; do nothing when it is up to date.

    Raises `StoreUnavailable`, and `InvalidInput` for a database of a later version of the product.
    """
    # Without foreign keys: SQLite changes a table by making it anew, and dropping the old one would
    # delete the rows that refer to it.
    engine = create_database_engine(url, pool_size=1, foreign_keys=False)
    try:
        with faults_of_database():
            if engine.dialect.name == "sqlite":
                _use_write_ahead_log(engine)
            with engine.connect() as connection:
                _upgrade(connection)
    finally:
        engine.dispose()


def newest_revision() -> str:
    """Return the last revision of the chain, by the names of its files: `v0001_….py` is 0001."""
    newest = max(path.name for path in (_MIGRATIONS / "versions").glob("v*.py"))
    return newest.removeprefix("v").partition("_")[0]


def _upgrade(connection: Connection) -> None:
    connection.execution_options(ragflow_writes=True)
    with connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        present, newest = _revision(connection), newest_revision()
        if present > newest:
            raise InvalidInput(
                f"The database was written by a later version of this program: it is at revision "
                f"{present}, this program knows {newest}. Install the later version."
            )
        if present < newest:
            from alembic import command

            command.upgrade(migration_config(connection), "head")


def _revision(connection: Connection) -> str:
    """Return the revision of a database, empty for a new one."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def migration_config(connection: Connection) -> Config:
    """Return the configuration of the packaged migrations for an open connection."""
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def _use_write_ahead_log(engine: Engine) -> None:
    """Switch the file to WAL for good; the switch does not wait for other processes by itself."""
    Path(engine.url.database or "").parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + BUSY_SECONDS
    while not _switched(engine):
        if time.monotonic() > deadline:
            raise StoreUnavailable(
                store="metadata database", reason=f"{engine.url} stayed locked by another process"
            )
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
