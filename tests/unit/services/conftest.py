"""A database in a temporary directory, and one document in it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from ragflow.adapters.db.database import SqlDatabase
from ragflow.adapters.db.migrate import migrate
from ragflow.domain.chunks import Chunk
from ragflow.domain.documents import Dataset, Document
from ragflow.domain.identity import Tenant, User
from ragflow.testing.clock import FixedClock
from ragflow.testing.database.samples import a_run, an_agent, an_agent_session, fill

DATASET, DOCUMENT = "d" * 32, "f" * 32


class CountingIds:
    """Make ids that count."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def object_id(self) -> str:
        return f"{next(self._numbers):032x}"

    def message_id(self) -> str:
        return self.object_id()

    def secret(self) -> str:
        return self.object_id()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(1000.0)


@pytest.fixture
def ids() -> CountingIds:
    return CountingIds()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqlDatabase]:
    url = f"sqlite:///{tmp_path / 'meta.db'}"
    migrate(url)
    opened = SqlDatabase(url)
    yield opened
    opened.close()


@pytest.fixture
def running(database: SqlDatabase) -> SqlDatabase:
    """Return the database with a run of an agent that is under way."""
    fill(database, an_agent())
    with database.transaction() as work:
        work.agent_sessions.add(an_agent_session())
        work.agent_runs.add(a_run())
    return database


@pytest.fixture
def document(database: SqlDatabase) -> Document:
    """Return a document that is in the database."""
    made = Document(
        id=DOCUMENT,
        dataset_id=DATASET,
        tenant_id="t",
        created_by="t",
        name="a.txt",
        size=1,
        type="doc",
        suffix="txt",
        create_time=1,
        update_time=1,
    )
    with database.transaction() as unit:
        unit.accounts.add_user(User("t", "t@example.org", "t", "!", 1, 1))
        unit.accounts.add_tenant(Tenant("t", "t", 1, 1))
        unit.datasets.add(Dataset(DATASET, "t", "t", "ds", "m", 1, 1))
        unit.documents.add(made)
    return made


@pytest.fixture
def chunk(database: SqlDatabase, document: Document) -> Chunk:
    """Return a chunk that is in the database but not in any index."""
    made = Chunk("c1", document.id, DATASET, "a lighthouse", 0, 2, 1.0, vector=b"\0\0\x80?" * 2)
    with database.transaction() as unit:
        unit.chunks.put(made)
    return made
