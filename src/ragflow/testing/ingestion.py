"""Parts to test ingestion with: a file that is parsed already, a chat model that answers by rule,
and a product in one folder that takes jobs.

In: passages and what to answer. Out: the document as it ends, and what was asked on the way.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from ragflow.adapters.blobs.store import ObstoreBlobStore
from ragflow.adapters.db.database import SqlDatabase
from ragflow.adapters.db.migrate import migrate
from ragflow.adapters.jobs.memory import MemorySteps
from ragflow.adapters.models.hashing import HashingEmbedding
from ragflow.adapters.search.memory import MemoryEngine
from ragflow.adapters.system import SystemClock
from ragflow.domain.answers import ChatTurn, ModelDelta, Passage, SamplingOptions, ToolSpec
from ragflow.domain.blob_keys import document_key
from ragflow.domain.chunks import Chunk
from ragflow.domain.documents import Dataset, Document, RunState
from ragflow.domain.errors import ModelNotConfigured, ModelUnavailable
from ragflow.domain.jobs import ParseJob, Steps
from ragflow.domain.ports import ChatModel, EmbeddingModel, Progress
from ragflow.ingest.artefacts import CHUNKS_PER_PART, chunks_name, encode_chunks
from ragflow.ingest.extract import chunk_id
from ragflow.ingest.isolate import Answer
from ragflow.ingest.pipeline import Ingestion, IngestParts
from ragflow.text.tokens import count_tokens

TENANT = "t" * 32
DATASET = "e" * 32
DOCUMENT = "d" * 32
JOB = ParseJob(TENANT, DOCUMENT, 1)


@dataclass
class AnsweringChat:
    """Answer each question by a rule; `asked` lists the last turns of all questions.

    The rule returns None where the model is to fail. `open_at_once` is how many questions were
    under way at the same time.
    """

    rule: Callable[[str], str | None]
    generative: bool = True
    context_tokens: int = 8000
    name: str = "answering"
    seconds: float = 0.0
    asked: list[str] = field(default_factory=list)
    turns: list[Sequence[ChatTurn]] = field(default_factory=list)
    open_at_once: int = 0
    _open: int = 0

    async def stream(
        self,
        turns: Sequence[ChatTurn],
        options: SamplingOptions,  # noqa: ARG002 - the port's signature
        passages: Sequence[Passage] = (),  # noqa: ARG002
        tools: Sequence[ToolSpec] = (),  # noqa: ARG002
    ) -> AsyncIterator[ModelDelta]:
        """Yield the answer of the rule."""
        self.asked.append(turns[-1].content)
        self.turns.append(turns)
        self._open += 1
        self.open_at_once = max(self.open_at_once, self._open)
        try:
            answer = self.rule(turns[-1].content)
            await asyncio.sleep(self.seconds)
        finally:
            self._open -= 1
        if answer is None:
            raise ModelUnavailable(name=self.name, reason="the rule says so")
        yield ModelDelta("", "thinking")
        yield ModelDelta(answer)


@dataclass
class FewModels:
    """Offer one chat model and one embedding model under every name."""

    written_by: ChatModel | None = None
    embedded_by: EmbeddingModel = field(default_factory=HashingEmbedding)

    def chat(self, tenant_id: str, name: str) -> ChatModel:  # noqa: ARG002 - the port's signature
        """Return the chat model. Raises `ModelNotConfigured`."""
        if self.written_by is None:
            raise ModelNotConfigured(name=name)
        return self.written_by

    def embedding(self, tenant_id: str, name: str) -> EmbeddingModel:  # noqa: ARG002
        """Return the embedding model."""
        return self.embedded_by


@dataclass
class ParsedAlready:
    """Be a sandbox in which every file has the given passages."""

    passages: Sequence[str]

    def run(
        self,
        name: str,  # noqa: ARG002 - the port's signature
        target: str,  # noqa: ARG002
        request: Mapping[str, Any],
        directory: Path,
        progress: Progress,
        check: Callable[[], None],
        answer: Answer,  # noqa: ARG002
    ) -> dict[str, Any]:
        """Write the passages as chunks."""
        progress(0.5, "Page 1")
        check()
        document, dataset = request["document_id"], request["dataset_id"]
        chunks = [
            Chunk(chunk_id(document, text), document, dataset, text, n, count_tokens(text), 0.0)
            for n, text in enumerate(self.passages)
        ]
        parts = [chunks[n : n + CHUNKS_PER_PART] for n in range(0, len(chunks), CHUNKS_PER_PART)]
        for number, part in enumerate(parts):
            (directory / chunks_name(number)).write_bytes(encode_chunks(part))
        return {
            "parts": len(parts),
            "chunks": len(chunks),
            "tokens": sum(chunk.token_count for chunk in chunks),
            "pages": 1,
            "pictures": [],
            "thumbnail": False,
            "coverage": {"extracted": 9, "in_chunks": 9, "dropped": {}, "warnings": []},
        }


@dataclass
class SmallProduct:
    """Be a product with one document that waits to be ingested."""

    parts: IngestParts

    def ingest(self, steps: Steps | None = None, **changes: Any) -> Document:
        """Do the job, with other parts where named, and return the document as it is then."""
        Ingestion(replace(self.parts, **changes))(JOB, steps or MemorySteps())
        return self.document()

    def document(self) -> Document:
        """Return the document."""
        with self.parts.database.reading() as unit:
            document = unit.documents.get(DOCUMENT)
        assert document is not None
        return document

    def chunks(self) -> list[Chunk]:
        """Return the document's chunks in reading order, with vectors."""
        with self.parts.database.reading() as unit:
            return unit.chunks.of_document(DOCUMENT)

    def stop(self) -> None:
        """Cancel the document, as a person does."""
        stopped = replace(self.document(), run=RunState.CANCEL, revision=2, progress=0.0)
        with self.parts.database.transaction() as unit:
            unit.documents.update(stopped)


def small_product(
    folder: Path,
    passages: Sequence[str],
    chat: ChatModel | None = None,
    *,
    parser_config: Mapping[str, Any] | None = None,
    dataset_config: Mapping[str, Any] | None = None,
) -> SmallProduct:
    """Make a product in a folder; close its database when done."""
    (folder / "ragflow.db").write_bytes(_empty_database())
    database = SqlDatabase(f"sqlite:///{folder / 'ragflow.db'}")
    clock = SystemClock()
    with database.transaction() as unit:
        unit.datasets.add(
            Dataset(DATASET, TENANT, "user", "set", "hashing", 1, 1, parser_config=dataset_config)
        )
        unit.documents.add(_document(clock.milliseconds(), parser_config))
    blobs = ObstoreBlobStore("memory://")
    blobs.put(document_key(DATASET, DOCUMENT), b"text")
    return SmallProduct(
        IngestParts(
            database=database,
            blobs=blobs,
            engine=MemoryEngine(),
            models=FewModels(chat),  # type: ignore[arg-type]  # no other kinds are asked for
            sandbox=ParsedAlready(passages),
            clock=clock,
            scratch=folder / "scratch",
            sleep=lambda _seconds: None,
        )
    )


@cache
def _empty_database() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        migrate(f"sqlite:///{path}")
        return path.read_bytes()


def _document(now: int, parser_config: Mapping[str, Any] | None) -> Document:
    return Document(
        id=DOCUMENT,
        dataset_id=DATASET,
        tenant_id=TENANT,
        created_by="user",
        name="About Bees.txt",
        size=4,
        type="doc",
        suffix="txt",
        create_time=1,
        update_time=1,
        parser_config=parser_config,
        run=RunState.RUNNING,
        progress=0.001,
        progress_msg="Task is queued...",
        process_begin_at=now,
        revision=1,
    )


@dataclass
class RememberedSteps:
    """Be the steps of a durable job: what ended is not done again by whoever gets the same `done`.

    `kind` says whether a step is done once, or twice as after a kill before it was recorded.
    """

    done: dict[str, str] = field(default_factory=dict)
    kind: Literal["once", "twice"] = "once"

    def run(self, name: str, action: Callable[[], Any]) -> Any:
        """Return what `action` returned when it ended for the first time."""
        if name not in self.done:
            result = json.dumps(action())
            if self.kind == "twice" and name not in ("plan", "finish"):
                assert json.dumps(action()) == result
            self.done[name] = result
        return json.loads(self.done[name])
