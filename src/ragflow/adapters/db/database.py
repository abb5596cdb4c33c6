"""The metadata database over SQLAlchemy: SQLite for one machine, PostgreSQL for many.

In: a database URL. Out: units of work with one repository per noun. Refused: in-memory SQLite (the
threads of a server would not share it) and a `transaction()` inside another of the same thread.
A database that fails or stays away raises `StoreUnavailable`.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import (
    ArgumentError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    TimeoutError,
)

from ragflow.adapters.db.accounts import SqlAccounts
from ragflow.adapters.db.agent_runs import SqlAgentRuns
from ragflow.adapters.db.agent_sessions import SqlAgentSessions
from ragflow.adapters.db.agents import SqlAgents
from ragflow.adapters.db.chats import SqlChats
from ragflow.adapters.db.chunks import SqlChunks
from ragflow.adapters.db.datasets import SqlDatasets
from ragflow.adapters.db.documents import SqlDocuments
from ragflow.adapters.db.files import SqlFiles
from ragflow.adapters.db.graphs import SqlGraphs
from ragflow.adapters.db.leases import SqlLeases
from ragflow.adapters.db.mcp_servers import SqlMcpServers
from ragflow.adapters.db.outbox import SqlOutbox
from ragflow.adapters.db.searches import SqlSearches
from ragflow.adapters.db.sessions import SqlSessions
from ragflow.adapters.db.sign_ins import SqlSignIns
from ragflow.adapters.faults import faults_of
from ragflow.domain.errors import Conflict, InvalidInput

BUSY_SECONDS = 30.0
_CONNECT = {"connect_timeout": 10}  # seconds


class SqlUnitOfWork:
    """Give the repositories of one transaction."""

    def __init__(self, connection: Connection, writes: bool) -> None:
        self.accounts = SqlAccounts(connection, writes)
        self.sign_ins = SqlSignIns(connection, writes)
        self.datasets = SqlDatasets(connection, writes)
        self.documents = SqlDocuments(connection, writes)
        self.chunks = SqlChunks(connection, writes)
        self.chats = SqlChats(connection, writes)
        self.sessions = SqlSessions(connection, writes)
        self.files = SqlFiles(connection, writes)
        self.graphs = SqlGraphs(connection, writes)
        self.searches = SqlSearches(connection, writes)
        self.agents = SqlAgents(connection, writes)
        self.agent_sessions = SqlAgentSessions(connection, writes)
        self.agent_runs = SqlAgentRuns(connection, writes)
        self.mcp_servers = SqlMcpServers(connection, writes)
        self.outbox = SqlOutbox(connection, writes)
        self.leases = SqlLeases(connection, writes)


class SqlDatabase:
    """Hand out units of work over a connection pool; `migrate` must have run on the URL.

    The writers of one process take turns by a lock: waiting in SQLite itself is not fair, and the
    slowest of 50 clients waited seven times as long without it.
    """

    def __init__(self, url: str, pool_size: int = 8) -> None:
        self._engine = create_database_engine(url, pool_size)
        self._turns = threading.Lock() if self._engine.dialect.name == "sqlite" else nullcontext()
        self._open = threading.local()

    @contextmanager
    def transaction(self) -> Iterator[SqlUnitOfWork]:
        """Begin a unit of work that writes; it commits at the end of the block.

        Raises `Conflict` when a key is stored twice, and `StoreUnavailable`.
        """
        if getattr(self._open, "writes", False):
            raise RuntimeError("transaction() inside transaction(): pass the unit of work on")
        self._open.writes = True
        try:
            with faults_of_database(), self._turns, self._engine.connect() as connection:
                writer = connection.execution_options(ragflow_writes=True)
                with writer.begin():
                    yield SqlUnitOfWork(writer, writes=True)
        except IntegrityError as error:
            raise Conflict("A value of the same key is stored already.", state="stored") from error
        finally:
            self._open.writes = False

    @contextmanager
    def reading(self) -> Iterator[SqlUnitOfWork]:
        """Begin a unit of work that only reads, all from one state of the database.

        Raises `StoreUnavailable`.
        """
        with faults_of_database(), self._engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            with connection.begin():
                yield SqlUnitOfWork(connection, writes=False)

    def ping(self) -> None:
        """Raise `StoreUnavailable` when the database does not answer."""
        with faults_of_database(), self._engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Release connections."""
        self._engine.dispose()


def create_database_engine(url: str, pool_size: int, foreign_keys: bool = True) -> Engine:
    """Create an engine for a URL. Raises `InvalidInput` for other databases and in-memory ones.

    Its errors do not quote values: there may be secrets among them.
    """
    parsed = database_url(url)
    if parsed.get_backend_name() == "postgresql":
        return create_engine(
            parsed,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
            connect_args={} if "connect_timeout" in parsed.query else _CONNECT,
            hide_parameters=True,
        )
    engine = create_engine(
        parsed,
        pool_size=pool_size,
        max_overflow=pool_size,
        connect_args={"timeout": BUSY_SECONDS},
        hide_parameters=True,
    )
    _prepare_sqlite(engine, foreign_keys)
    return engine


def database_url(url: str) -> URL:
    """Parse a URL and name its driver. Raises `InvalidInput` for what this product cannot use."""
    try:
        parsed = make_url(url)
    except ArgumentError:  # its text may quote a password
        raise InvalidInput(
            "The database URL cannot be read; it looks like postgresql://user:password@host/name."
        ) from None
    backend = parsed.get_backend_name()
    if backend in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise InvalidInput(f"The database must be SQLite or PostgreSQL, not {backend}.")
    if parsed.database in (None, "", ":memory:"):
        raise InvalidInput("The SQLite URL must name a file: sqlite:////path/to/file.db")
    return parsed


def faults_of_database() -> AbstractContextManager[None]:
    """Raise `StoreUnavailable` where the database fails or stays away."""
    return faults_of(
        "metadata database",
        OperationalError,
        InterfaceError,
        TimeoutError,
        sqlite3.OperationalError,
    )


def _prepare_sqlite(engine: Engine, foreign_keys: bool) -> None:
    @event.listens_for(engine, "connect")
    def set_pragmas(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself: see begin()
        connection.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
        # In WAL mode this loses nothing when a process is killed; a power cut may cost the last
        # commits, never the file.
        connection.execute("PRAGMA synchronous = NORMAL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A reader that turns writer midway fails at once with "database is locked"; a writer that
        # says so at its beginning waits for its turn.
        writes = connection.get_execution_options().get("ragflow_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
