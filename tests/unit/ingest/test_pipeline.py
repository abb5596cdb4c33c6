from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

from ragflow.adapters.blobs.store import ObstoreBlobStore
from ragflow.adapters.db.database import SqlDatabase
from ragflow.adapters.db.migrate import migrate
from ragflow.adapters.jobs.memory import MemoryJobQueue, MemorySteps
from ragflow.adapters.models.hashing import HashingEmbedding
from ragflow.adapters.search.memory import MemoryEngine
from ragflow.adapters.system import SystemClock
from ragflow.domain.blob_keys import document_key, picture_key, work_prefix
from ragflow.domain.chunks import Chunk
from ragflow.domain.documents import Dataset, Document, RunState
from ragflow.domain.errors import CorruptFile, CoverageError, ModelUnavailable
from ragflow.domain.jobs import OutboxKind, ParseJob, T
from ragflow.domain.ports import EmbeddingModel, Progress
from ragflow.domain.queries import SearchRequest
from ragflow.ingest.artefacts import CHUNKS_PER_PART, chunks_name, encode_chunks
from ragflow.ingest.extract import chunk_id
from ragflow.ingest.isolate import Answer
from ragflow.ingest.pipeline import Ingestion, IngestLimits, IngestParts

DOCUMENT = "d" * 32
DATASET = "e" * 32
JOB = ParseJob("tenant", DOCUMENT, 1)


class ScriptedSandbox:
    """Answer with given passages instead of parsing."""

    def __init__(self, *passages: str) -> None:
        self.passages = passages
        self.error: Exception | None = None
        self.meanwhile: Callable[[], None] = lambda: None
        self.requests: list[Mapping[str, Any]] = []
        self.field_map: dict[str, str] = {}

    def run(
        self,
        name: str,
        target: str,
        request: Mapping[str, Any],
        directory: Path,
        progress: Progress,
        check: Callable[[], None],
        answer: Answer,
    ) -> dict[str, Any]:
        self.requests.append(json.loads(json.dumps(request)))
        progress(0.5, "Page 1")
        self.meanwhile()
        check()
        if self.error is not None:
            raise self.error
        chunks = [
            Chunk(chunk_id(DOCUMENT, text), DOCUMENT, DATASET, text, n, len(text.split()), 0.0)
            for n, text in enumerate(self.passages)
        ]
        parts = [chunks[n : n + CHUNKS_PER_PART] for n in range(0, len(chunks), CHUNKS_PER_PART)]
        for number, part in enumerate(parts):
            (directory / chunks_name(number)).write_bytes(encode_chunks(part))
        if chunks:
            (directory / chunks[0].id).write_bytes(b"picture")
        return {
            "parts": len(parts),
            "chunks": len(chunks),
            "tokens": sum(chunk.token_count for chunk in chunks),
            "pages": 2,
            "pictures": [chunk.id for chunk in chunks[:1]],
            "thumbnail": False,
            "field_map": self.field_map,
            "coverage": {"extracted": 9, "in_chunks": 9, "dropped": {}, "warnings": ["odd"]},
        }


class OneModel:
    """Offer one embedding model for every name."""

    def __init__(self, model: EmbeddingModel) -> None:
        self.model = model

    def embedding(self, tenant_id: str, name: str) -> EmbeddingModel:
        return self.model


class SlowFirst(HashingEmbedding):
    """Take its time for the first texts alone."""

    seconds = 0.2

    def embed(self, texts: Sequence[str], kind: Literal["query", "passage"]) -> Any:
        time.sleep(self.seconds)
        self.seconds = 0.0
        return super().embed(texts, kind)


class FlakyModel(HashingEmbedding):
    """Fail some times before answering."""

    def __init__(self, failures: int) -> None:
        self.failures = failures

    def embed(self, texts: Any, kind: Any) -> Any:
        if self.failures:
            self.failures -= 1
            raise ModelUnavailable(name="flaky", reason="no route")
        return super().embed(texts, kind)


@pytest.fixture(scope="module")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("database") / "empty.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def database(tmp_path: Path, empty_database: Path) -> Iterator[SqlDatabase]:
    (tmp_path / "ragflow.db").write_bytes(empty_database.read_bytes())
    database = SqlDatabase(f"sqlite:///{tmp_path / 'ragflow.db'}")
    with database.transaction() as unit:
        unit.datasets.add(Dataset(DATASET, "tenant", "user", "set", "hashing", 1, 1))
        unit.documents.add(
            Document(
                id=DOCUMENT,
                dataset_id=DATASET,
                tenant_id="tenant",
                created_by="user",
                name="About Bees.txt",
                size=4,
                type="doc",
                suffix="txt",
                create_time=1,
                update_time=1,
                run=RunState.RUNNING,
                progress=0.001,
                progress_msg="Task is queued...",
                process_begin_at=SystemClock().milliseconds(),
                revision=1,
            )
        )
    yield database
    database.close()


@pytest.fixture
def sandbox() -> ScriptedSandbox:
    return ScriptedSandbox("bees fly", "bees sting")


@pytest.fixture
def parts(database: SqlDatabase, sandbox: ScriptedSandbox, tmp_path: Path) -> IngestParts:
    blobs = ObstoreBlobStore("memory://")
    blobs.put(document_key(DATASET, DOCUMENT), b"text")
    return IngestParts(
        database=database,
        blobs=blobs,
        engine=MemoryEngine(),
        models=OneModel(HashingEmbedding()),  # type: ignore[arg-type]
        sandbox=sandbox,
        clock=SystemClock(),
        scratch=tmp_path / "scratch",
        limits=IngestLimits(file_mib=1),
        sleep=lambda _seconds: None,
    )


def document_of(parts: IngestParts) -> Document:
    with parts.database.reading() as unit:
        document = unit.documents.get(DOCUMENT)
    assert document is not None
    return document


def chunks_of(parts: IngestParts) -> list[Chunk]:
    with parts.database.reading() as unit:
        return unit.chunks.of_document(DOCUMENT)


def indexed(parts: IngestParts) -> list[str]:
    request = SearchRequest((DATASET,), (DOCUMENT,), (), None, 100)
    return [candidate.chunk_id for candidate in parts.engine.search(request)]


def outbox(parts: IngestParts) -> list[tuple[OutboxKind, Mapping[str, Any]]]:
    with parts.database.reading() as unit:
        return [(entry.kind, entry.payload) for entry in unit.outbox.pending()]


def change(parts: IngestParts, **values: Any) -> None:
    document = document_of(parts)
    with parts.database.transaction() as unit:
        unit.documents.update(replace(document, **values))


def test_a_document_becomes_chunks_that_can_be_found(parts: IngestParts) -> None:
    Ingestion(parts)(JOB, MemorySteps())
    document, chunks = document_of(parts), chunks_of(parts)
    assert (document.run, document.progress) == (RunState.DONE, 1.0)
    assert (document.chunk_count, document.token_count) == (2, 4)
    assert document.coverage is not None
    assert document.coverage.warnings == ("odd",)
    assert [chunk.content for chunk in chunks] == ["bees fly", "bees sting"]
    assert all(chunk.create_timestamp > 0 for chunk in chunks)
    assert indexed(parts) == sorted(chunk.id for chunk in chunks)


def test_the_queue_can_be_a_fake(parts: IngestParts) -> None:
    queue = MemoryJobQueue()
    queue.enqueue(JOB)
    assert queue.run_waiting(Ingestion(parts)) == 1
    assert document_of(parts).run is RunState.DONE


def test_progress_tells_each_stage_with_the_time(parts: IngestParts) -> None:
    Ingestion(parts)(JOB, MemorySteps())
    lines = document_of(parts).progress_msg.splitlines()
    assert lines[0] == "Task is queued..."
    assert "Page(1~3): Generate 2 chunks" in document_of(parts).progress_msg
    assert [line[2::3][:2] for line in lines[1:]] == ["::"] * len(lines[1:])
    assert re.fullmatch(r".* Task done \(\d+\.\d\ds\), after \d+\.\d\ds in the queue\.", lines[-1])


def test_progress_tells_where_the_characters_went(parts: IngestParts) -> None:
    Ingestion(parts)(JOB, MemorySteps())
    assert "characters" in document_of(parts).progress_msg
    assert "are in chunks" in document_of(parts).progress_msg


def test_the_last_line_tells_the_time_of_the_work_and_that_of_waiting(parts: IngestParts) -> None:
    change(parts, process_begin_at=parts.clock.milliseconds() - 60_000)
    Ingestion(parts)(JOB, MemorySteps())
    document = document_of(parts)
    told = re.search(r"Task done \((.*)s\), after (.*)s in", document.progress_msg)
    assert told is not None
    work, queued = map(float, told.groups())
    assert (work < 30, queued >= 60) == (True, True)
    assert document.process_duration == pytest.approx(work + queued, abs=0.05)


def test_the_time_of_embedding_is_that_of_all_its_parts(
    parts: IngestParts, sandbox: ScriptedSandbox
) -> None:
    sandbox.passages = tuple(f"passage {n}" for n in range(CHUNKS_PER_PART + 1))
    Ingestion(replace(parts, models=OneModel(SlowFirst())))(JOB, MemorySteps())  # type: ignore[arg-type]
    told = re.search(r"Embedding chunks \((.*)s\)", document_of(parts).progress_msg)
    assert told is not None
    assert float(told[1]) >= SlowFirst.seconds


def test_what_passed_between_the_steps_is_left_to_be_deleted(parts: IngestParts) -> None:
    Ingestion(parts)(JOB, MemorySteps())
    assert outbox(parts) == [(OutboxKind.DELETE_BLOBS, {"prefix": work_prefix(DOCUMENT, 1)})]
    assert list(parts.scratch.iterdir()) == []


def test_the_pictures_are_exactly_those_of_the_chunks(parts: IngestParts) -> None:
    old = picture_key(DATASET, DOCUMENT, "0123456789abcdef")
    parts.blobs.put(old, b"of an older revision")
    Ingestion(parts)(JOB, MemorySteps())
    assert not parts.blobs.exists(old)
    assert parts.blobs.get(picture_key(DATASET, DOCUMENT, chunks_of(parts)[0].id)) == b"picture"


def test_vectors_mix_title_and_content(parts: IngestParts) -> None:
    Ingestion(parts)(JOB, MemorySteps())
    model = HashingEmbedding()
    title, content = model.embed(["About Bees", "bees fly"], "passage")
    mixed = 0.1 * title + 0.9 * content
    stored = chunks_of(parts)[0].vector
    assert stored is not None
    expected = mixed / np.linalg.norm(mixed)
    np.testing.assert_allclose(np.frombuffer(stored, np.float32), expected, atol=1e-6)


def test_a_document_without_text_is_done_with_no_chunks(
    parts: IngestParts, sandbox: ScriptedSandbox
) -> None:
    sandbox.passages = ()
    Ingestion(parts)(JOB, MemorySteps())
    document = document_of(parts)
    assert (document.run, document.chunk_count) == (RunState.DONE, 0)
    assert "No chunk built from About Bees.txt" in document.progress_msg


def test_columns_of_a_document_are_added_to_those_of_its_dataset(
    parts: IngestParts, sandbox: ScriptedSandbox
) -> None:
    for columns in ({"city": "Town", "sum": "Sum"}, {"city": "City"}, {}):
        change(parts, run=RunState.RUNNING)
        sandbox.field_map = columns
        Ingestion(parts)(JOB, MemorySteps())
    with parts.database.reading() as unit:
        dataset = unit.datasets.get(DATASET)
    assert dataset is not None
    assert dataset.parser_config == {"field_map": {"city": "City", "sum": "Sum"}}


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (CorruptFile(name="a.pdf", reason="no pages"), "a.pdf cannot be read: no pages"),
        (CoverageError(lost=3, sample="abc"), "3 extracted characters are in no chunk"),
    ],
)
def test_a_file_that_cannot_be_read_fails_with_the_reason(
    parts: IngestParts, sandbox: ScriptedSandbox, error: Exception, text: str
) -> None:
    sandbox.error = error
    Ingestion(parts)(JOB, MemorySteps())
    document = document_of(parts)
    assert (document.run, document.progress) == (RunState.FAIL, -1.0)
    assert "[ERROR]" in document.progress_msg.splitlines()[-1]
    assert text in document.progress_msg


def test_a_file_over_the_limit_fails_before_it_is_read(
    parts: IngestParts, sandbox: ScriptedSandbox
) -> None:
    change(parts, size=(1 << 20) + 1)
    Ingestion(parts)(JOB, MemorySteps())
    document = document_of(parts)
    assert document.run is RunState.FAIL
    assert "File size exceeds( <= 1Mb )" in document.progress_msg
    assert "limits.file_mib (RAGFLOW_LIMITS__FILE_MIB)" in document.progress_msg
    assert sandbox.requests == []


def test_a_model_that_comes_back_is_asked_again(parts: IngestParts) -> None:
    Ingestion(replace(parts, models=OneModel(FlakyModel(3))))(JOB, MemorySteps())  # type: ignore[arg-type]
    assert document_of(parts).run is RunState.DONE


def test_a_model_that_stays_away_fails_the_document(parts: IngestParts) -> None:
    Ingestion(replace(parts, models=OneModel(FlakyModel(99))))(JOB, MemorySteps())  # type: ignore[arg-type]
    document = document_of(parts)
    assert document.run is RunState.FAIL
    assert "no route" in document.progress_msg


def test_a_stopped_document_keeps_no_chunks_and_no_work(
    parts: IngestParts, sandbox: ScriptedSandbox
) -> None:
    sandbox.meanwhile = lambda: change(parts, run=RunState.CANCEL, revision=2, progress=0.0)
    Ingestion(parts)(JOB, MemorySteps())
    document = document_of(parts)
    assert (document.run, document.progress) == (RunState.CANCEL, 0.0)
    assert chunks_of(parts) == []
    assert (OutboxKind.DELETE_BLOBS, {"prefix": work_prefix(DOCUMENT, 1)}) in outbox(parts)


def test_work_for_an_older_revision_is_thrown_away(parts: IngestParts) -> None:
    change(parts, revision=2)
    Ingestion(parts)(JOB, MemorySteps())
    assert document_of(parts).run is RunState.RUNNING
    assert chunks_of(parts) == []


def test_a_document_that_was_deleted_meanwhile_leaves_nothing(
    parts: IngestParts, sandbox: ScriptedSandbox
) -> None:
    def delete() -> None:
        with parts.database.transaction() as unit:
            unit.documents.delete([DOCUMENT])

    sandbox.meanwhile = delete
    Ingestion(parts)(JOB, MemorySteps())
    assert chunks_of(parts) == []
    assert indexed(parts) == []


def test_a_stop_during_indexing_leaves_a_note_to_mend_the_index(parts: IngestParts) -> None:
    def stop_at(point: str) -> None:
        if point == "index:begin":
            change(parts, run=RunState.CANCEL, revision=2)

    Ingestion(replace(parts, reached=stop_at))(JOB, MemorySteps())
    assert (OutboxKind.INDEX_DOCUMENT, {"document_id": DOCUMENT}) in outbox(parts)


def test_chunks_of_a_disabled_document_cannot_be_found(parts: IngestParts) -> None:
    change(parts, status="0")
    Ingestion(parts)(JOB, MemorySteps())
    assert [chunk.available for chunk in chunks_of(parts)] == [False, False]


class RepeatingSteps:
    """Run every step twice, as after a kill just before its result was recorded."""

    def run(self, name: str, action: Callable[[], T]) -> T:
        first = action()
        try:
            second = action()
        except Exception:
            if name == "finish":  # the document is DONE: the repeated job finds nothing to do
                return first
            raise
        if name != "plan":
            assert json.dumps(first) == json.dumps(second)
        return second


def test_every_step_may_be_repeated(parts: IngestParts, sandbox: ScriptedSandbox) -> None:
    sandbox.passages = tuple(f"bee number {n}" for n in range(2 * CHUNKS_PER_PART + 1))
    Ingestion(parts)(JOB, RepeatingSteps())
    document, chunks = document_of(parts), chunks_of(parts)
    assert document.run is RunState.DONE
    assert [chunk.content for chunk in chunks] == list(sandbox.passages)
    assert document.chunk_count == len(chunks) == len(indexed(parts))
