"""The job store: the database in which DBOS keeps queued and running work.

In: a SQLAlchemy URL of SQLite or PostgreSQL. Out: a store of the newest schema. One that fails or
stays away raises `StoreUnavailable`.
"""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager
from pathlib import Path

from sqlalchemy import make_url

from ragflow.adapters.faults import faults_of

APPLICATION = "ragflow"
VERSION = "v1"
"""Constant, so that a new release goes on with the jobs of the old one."""
QUEUE = "parse"
WORKFLOW = "ingest"


def prepare_job_store(url: str) -> None:
    """Create or upgrade the store. Processes that start at once take turns."""
    from dbos import DBOS

    with faults_of_job_store():
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            path = Path(parsed.database or "")
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(path, timeout=30.0)
            try:
                connection.execute("PRAGMA journal_mode = WAL")
            finally:
                connection.close()
        DBOS.migrate(store_url(url))


def faults_of_job_store() -> AbstractContextManager[None]:
    """Raise `StoreUnavailable` where the store fails or stays away."""
    from dbos._error import DBOSException
    from sqlalchemy.exc import SQLAlchemyError

    return faults_of("job store", SQLAlchemyError, DBOSException, sqlite3.Error, OSError)


def store_url(url: str) -> str:
    """Return the URL with its password in it, as DBOS wants it."""
    return make_url(url).render_as_string(hide_password=False)
