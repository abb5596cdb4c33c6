"""Changes of one tenant's files take turns, on SQLite and on PostgreSQL."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier

import pytest

from ragflow.adapters.blobs.store import ObstoreBlobStore
from ragflow.adapters.db.database import SqlDatabase, SqlUnitOfWork
from ragflow.adapters.db.migrate import migrate
from ragflow.adapters.jobs.memory import MemoryJobQueue
from ragflow.adapters.search.memory import MemoryEngine
from ragflow.adapters.system import RandomIds, SystemClock
from ragflow.domain.errors import RagflowError, StoreUnavailable
from ragflow.domain.identity import Actor
from ragflow.services.documents import Upload
from ragflow.services.errors import FolderIntoItself, FolderNotFound
from ragflow.services.file_browser import FileBrowser
from ragflow.services.files import FileService
from ragflow.services.outbox import OutboxRelay
from ragflow.testing.database.samples import TENANT, USER, a_tenant
from ragflow.testing.postgres import new_database

ACTOR = Actor(TENANT, USER)


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlDatabase]:
    if request.param == "sqlite":
        yield from _opened(f"sqlite:///{tmp_path / 'test.db'}")
    else:
        with new_database(request.getfixturevalue("postgres")) as url:
            yield from _opened(url)


def _opened(url: str) -> Iterator[SqlDatabase]:
    migrate(url)
    database = SqlDatabase(url)
    with database.transaction() as unit:
        unit.accounts.add_tenant(a_tenant())
    yield database
    database.close()


@pytest.fixture
def files(database: SqlDatabase) -> FileService:
    blobs, clock = ObstoreBlobStore("memory://"), SystemClock()
    relay = OutboxRelay(database, MemoryJobQueue(), MemoryEngine(), blobs, clock)
    return FileService(database, blobs, relay, clock, RandomIds())


def at_once(actions: Sequence[Callable[[], object]]) -> list[RagflowError]:
    """Run actions at the same time; return what they refused."""
    barrier = Barrier(len(actions))

    def run(action: Callable[[], object]) -> RagflowError | None:
        barrier.wait()
        try:
            action()
        except RagflowError as error:
            return error
        return None

    with ThreadPoolExecutor(len(actions)) as threads:
        return [error for error in threads.map(run, actions) if error is not None]


def test_uploads_at_once_share_their_folders(files: FileService, database: SqlDatabase) -> None:
    def store() -> None:
        files.upload(ACTOR, None, [Upload("a/b/c.txt", 1, io.BytesIO(b"x"))])

    assert at_once([store] * 6) == []
    with database.reading() as unit:
        outer = unit.files.child(TENANT, "a")
        assert outer is not None
        subtree = unit.files.subtree(outer.id)
    assert len([file for file in subtree if file.is_folder]) == 2
    assert len({file.name for file in subtree if not file.is_folder}) == 6


def test_two_folders_cannot_be_moved_into_each_other(
    files: FileService, database: SqlDatabase
) -> None:
    for number in range(5):
        left = files.create(ACTOR, None, f"left {number}", "folder").id
        right = files.create(ACTOR, None, f"right {number}", "folder").id
        (refused,) = at_once(
            [
                lambda left=left, right=right: files.move(ACTOR, [left], right),
                lambda left=left, right=right: files.move(ACTOR, [right], left),
            ]
        )
        assert isinstance(refused, FolderIntoItself)
        assert FileBrowser(database).path(ACTOR, left)[-1].id == TENANT


def test_no_file_stays_behind_in_a_folder_that_is_deleted(
    files: FileService, database: SqlDatabase
) -> None:
    for number in range(5):
        folder = files.create(ACTOR, None, f"folder {number}", "folder").id
        upload = Upload("below/a.txt", 1, io.BytesIO(b"x"))
        refused = at_once(
            [
                lambda folder=folder: files.remove(ACTOR, [folder]),
                lambda folder=folder, upload=upload: files.upload(ACTOR, folder, [upload]),
            ]
        )
        assert all(isinstance(error, FolderNotFound) for error in refused)
        with database.reading() as unit:
            assert unit.files.count_of_tenant(TENANT) == 0
            assert unit.files.names(folder) == set()


def test_bytes_stay_when_a_commit_is_done_but_its_answer_is_lost(
    files: FileService, database: SqlDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    transaction, lost = database.transaction, iter([True])

    @contextmanager
    def answer_lost() -> Iterator[SqlUnitOfWork]:
        with transaction() as unit:
            yield unit
        if next(lost, False):
            raise StoreUnavailable(store="metadata database", reason="the connection broke")

    monkeypatch.setattr(database, "transaction", answer_lost)
    with pytest.raises(StoreUnavailable):
        files.upload(ACTOR, None, [Upload("a.txt", 1, io.BytesIO(b"x"))])
    with database.reading() as unit:
        stored = unit.files.child(TENANT, "a.txt")
    assert stored is not None
    assert b"".join(files.content(ACTOR, stored.id)[1]) == b"x"
