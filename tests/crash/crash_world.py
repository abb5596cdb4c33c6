"""A product that is killed again and again: its stores, and workers that come and go on them."""

from __future__ import annotations

import multiprocessing
import random
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import crash_worker

from ragflow.adapters.blobs.store import ObstoreBlobStore
from ragflow.adapters.db.database import SqlDatabase
from ragflow.adapters.db.migrate import migrate
from ragflow.adapters.search.lancedb import LanceEngine
from ragflow.domain.blob_keys import document_key
from ragflow.domain.documents import Dataset, Document, RunState
from ragflow.domain.jobs import OutboxKind
from ragflow.domain.queries import SearchRequest

DATASET = "5" * 32
WORDS = ["bee", "hive", "honey", "wax", "queen", "drone", "蜂", "蜜"]
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["crash_preload"])

Outcome = dict[str, list[tuple[str, int, str, bytes | None]]]


def text_of(document: int) -> bytes:
    """Return a text of some seventy chunks, some of them alike."""
    words = random.Random(document)
    lines = [" ".join(words.choices(WORDS, k=12)) for _ in range(70)]
    return "\n".join([*lines, lines[3]]).encode()


class World:
    """A product's stores, and the workers that come and go on them."""

    def __init__(
        self,
        folder: Path,
        documents: int,
        isolated: bool = True,
        database_url: str = "",
        jobs_url: str = "",
        parser_config: Mapping[str, Any] | None = None,
        chat_url: str = "",
    ) -> None:
        self.folder = folder
        self.parser_config = {"chunk_token_num": 8, **(parser_config or {})}
        self.chat_url = chat_url
        self.isolated = isolated
        self.database_url = database_url or f"sqlite:///{folder / 'ragflow.db'}"
        self.jobs_url = jobs_url or f"sqlite:///{folder / 'jobs.db'}"
        self.kills = 0
        (folder / "blobs").mkdir(parents=True)
        migrate(self.database_url)
        self.database = SqlDatabase(self.database_url)
        blobs = ObstoreBlobStore(f"file://{folder / 'blobs'}")
        with self.database.transaction() as unit:
            unit.datasets.add(Dataset(DATASET, "tenant", "user", "bees", "hashing", 1, 1))
            for number in range(documents):
                document = self._document(number)
                blobs.put(document_key(DATASET, document.id), text_of(number))
                unit.documents.add(document)
                job = {"tenant_id": "tenant", "document_id": document.id, "revision": 1}
                unit.outbox.add(OutboxKind.PARSE, job)

    @contextmanager
    def worker(self, kill_at: str = "") -> Iterator[BaseProcess]:
        """Run a worker that has begun to take jobs."""
        ready = FORKS.Event()
        stores = (self.folder, self.database_url, self.jobs_url)
        worker = FORKS.Process(
            target=crash_worker.main, args=(ready, *stores, kill_at, self.isolated, self.chat_url)
        )
        worker.start()
        try:
            assert ready.wait(60)
            yield worker
        finally:
            worker.kill()
            worker.join()
            worker.close()

    def kill_at(self, point: str) -> None:
        """Run a worker until it kills itself at a point."""
        with self.worker(point) as worker:
            worker.join(60)
            assert worker.exitcode == -signal.SIGKILL, (point, self.states())
        self.kills += 1

    def kill_after(self, seconds: float) -> None:
        """Run a worker for a while, then kill it."""
        with self.worker() as worker:
            worker.join(seconds)
            assert worker.exitcode is None
        self.kills += 1

    def finish(self) -> None:
        """Run a worker until nothing is left to do, and end it as an operator would."""
        with self.worker() as worker:
            deadline = time.monotonic() + 90
            while not self._is_done():
                assert time.monotonic() < deadline, self.states()
                time.sleep(0.05)
            worker.terminate()
            worker.join(5)
            assert worker.exitcode == 0

    def states(self) -> list[tuple[RunState, str]]:
        with self.database.reading() as unit:
            documents = unit.documents.get_many(unit.documents.ids(DATASET))
        return [(document.run, document.progress_msg) for document in documents]

    def stored(self) -> Outcome:
        """Return the chunks in the database by document: id, place, content and vector."""
        with self.database.reading() as unit:
            return {
                document_id: [
                    (chunk.id, chunk.ordinal, chunk.content, chunk.vector)
                    for chunk in unit.chunks.of_document(document_id)
                ]
                for document_id in sorted(unit.documents.ids(DATASET))
            }

    def indexed(self) -> dict[str, list[str]]:
        """Return the chunk ids in the search index by document, doubles included."""
        engine = LanceEngine(self.folder / "index")
        found = {
            document_id: [
                candidate.chunk_id
                for candidate in engine.search(
                    SearchRequest((DATASET,), (document_id,), (), None, 1000)
                )
            ]
            for document_id in self.stored()
        }
        assert engine.count((DATASET,)) == sum(len(ids) for ids in found.values())
        engine.close()
        return found

    def leftovers(self) -> list[Path]:
        """Return the files of stages that were left behind."""
        folders = (self.folder / "blobs" / "work", self.folder / "scratch")
        return [path for folder in folders for path in folder.rglob("*") if path.is_file()]

    def _is_done(self) -> bool:
        with self.database.reading() as unit:
            documents = unit.documents.get_many(unit.documents.ids(DATASET))
            waiting = unit.outbox.pending()
        return not waiting and all(document.run is RunState.DONE for document in documents)

    def _document(self, number: int) -> Document:
        return Document(
            id=f"{number:032x}",
            dataset_id=DATASET,
            tenant_id="tenant",
            created_by="user",
            name=f"bees-{number}.txt",
            size=len(text_of(number)),
            type="doc",
            suffix="txt",
            create_time=1,
            update_time=1,
            parser_config=self.parser_config,
            run=RunState.RUNNING,
            progress=0.001,
            progress_msg="Task is queued...",
            process_begin_at=int(time.time() * 1000),
            revision=1,
        )


def assert_as_undisturbed(world: World, undisturbed: Outcome, documents: int) -> None:
    stored = world.stored()
    assert len(stored) == documents
    for document_id, chunks in stored.items():
        assert chunks == undisturbed[document_id]
    assert world.indexed() == {
        document_id: sorted(chunk[0] for chunk in chunks) for document_id, chunks in stored.items()
    }
    assert world.leftovers() == []


def kill_at_each(world: World, points: Sequence[str]) -> World:
    for point in points:
        world.kill_at(point)
    world.finish()
    return world
