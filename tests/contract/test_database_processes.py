"""The API's process and the workers' processes write the same database at once."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest

from ragflow.adapters.db.database import SqlDatabase
from ragflow.adapters.db.migrate import migrate
from ragflow.domain.jobs import OutboxKind
from ragflow.testing.database.samples import a_chat, a_dataset, a_message, a_session, fill
from ragflow.testing.postgres import new_database

PROCESSES, THREADS, TURNS = 2, 4, 12


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.db'}"
    else:
        with new_database(request.getfixturevalue("postgres")) as new:
            yield new


def _write_from_threads(url: str) -> None:
    database = SqlDatabase(url, pool_size=2)

    def write(_: int) -> None:
        for _turn in range(TURNS):
            with database.reading() as work:
                work.sessions.messages(["session-1"])
            with database.transaction() as work:
                dataset = work.datasets.get("dataset-1")
                assert dataset is not None
                work.datasets.update(replace(dataset, pagerank=dataset.pagerank + 1))
                work.sessions.append("session-1", [a_message("Hi")])
                work.outbox.add(OutboxKind.CANCEL, {})

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(write, range(THREADS)))
    database.close()


def test_no_update_is_lost_and_nobody_finds_the_database_locked(url: str) -> None:
    migrate(url)
    database = SqlDatabase(url)
    fill(database, a_dataset(pagerank=0), a_chat())
    with database.transaction() as work:
        work.sessions.add(a_session(), [])

    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
        list(pool.map(_write_from_threads, [url] * PROCESSES))

    writes = PROCESSES * THREADS * TURNS
    with database.reading() as work:
        dataset = work.datasets.get("dataset-1")
        messages = work.sessions.messages(["session-1"])["session-1"]
        assert len({entry.id for entry in work.outbox.pending()}) == writes
    database.close()
    assert dataset is not None
    assert dataset.pagerank == writes
    assert [message.ordinal for message in messages] == list(range(writes))


_WRITER = """
import sys
from ragflow.adapters.db.database import SqlDatabase
from ragflow.domain.jobs import OutboxKind
database = SqlDatabase(sys.argv[1])
number = 0
while True:
    with database.transaction() as work:
        work.outbox.add(OutboxKind.CANCEL, {"half": number})
        work.outbox.add(OutboxKind.CANCEL, {"half": number})
    print(number, flush=True)
    number += 1
"""


def test_a_killed_writer_loses_no_commit_and_leaves_no_half_of_one(url: str) -> None:
    migrate(url)
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITER, url], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == "0\n"
    time.sleep(0.3)
    writer.send_signal(signal.SIGKILL)
    committed = [0, *map(int, writer.stdout.read().split())]
    writer.wait()
    writer.stdout.close()

    database = SqlDatabase(url)
    with database.reading() as work:
        stored = [entry.payload["half"] for entry in work.outbox.pending(limit=10**6)]
    database.close()
    assert stored == [number for number in range(len(stored) // 2) for _ in range(2)]
    assert len(stored) // 2 - len(committed) in (0, 1)  # killed between commit and print, at most


def test_sqlite_runs_in_wal_mode_so_that_readers_never_wait(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'test.db'}"
    migrate(url)
    connection = sqlite3.connect(tmp_path / "test.db")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
