"""Ingestion: an uploaded file becomes chunks that can be found and cited.

    plan → extract (fetch, parse, chunk, account) → enrich chunks → embed (by parts)
         → store → index → enrich the document → finish

Each arrow is a durable step. What passes between steps lies in the blob store under keys that
depend on the document and its revision alone; a step hands over numbers. So a step that is repeated
writes the same things to the same places, and a kill at any point costs the step in flight:

- before `store` nothing that anybody sees has changed but the progress and pictures;
- `store` puts chunks, counts and an outbox entry for the index into the database in one
  transaction, which replaces the document's chunks as a whole; the document still runs;
- `index` makes the search index equal to the database, looks again whether the database changed
  meanwhile, and only then takes the entry away; if the process dies, the entry brings it about;
- what enriches the document as a whole (see `enrich`) adds to what can be found already;
- `finish` says DONE, which therefore means searchable, and leaves an entry to delete the work.

Every transaction asks first whether this revision is still wanted. If not, or if a step fails, the
job ends with an index entry that brings the index back to what the database has. A step during
which a model or a store is away is repeated after growing pauses. Refused: documents that cannot be
ingested; they become FAIL, with the reason as their last line.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from ragflow.domain.blob_keys import (
    document_key,
    document_prefixes,
    picture_key,
    picture_prefix,
    thumbnail_key,
    work_prefix,
)
from ragflow.domain.chunks import Chunk
from ragflow.domain.documents import Coverage, Dataset, Document, RunState
from ragflow.domain.errors import (
    Cancelled,
    LimitExceeded,
    ModelUnavailable,
    RagflowError,
    StoreUnavailable,
    spelled_out,
)
from ragflow.domain.jobs import OutboxKind, ParseJob, Steps, T
from ragflow.domain.ports import BlobStore, Clock, ModelCatalog, SearchEngine
from ragflow.domain.repositories import Database, UnitOfWork
from ragflow.ingest.artefacts import THUMBNAIL_NAME, chunks_name
from ragflow.ingest.coverage import in_words
from ragflow.ingest.embed import chunk_vectors, embedded_text, title_weight
from ragflow.ingest.enrich.base import Place, Readable, Step, configs_of
from ragflow.ingest.enrich.load import wanted_enrichments
from ragflow.ingest.enrich.run import Enrichment
from ragflow.ingest.enrich.writer import WriterLimits
from ragflow.ingest.help import TenantHelp
from ragflow.ingest.isolate import Sandbox
from ragflow.ingest.progress import JobProgress, wanted_document
from ragflow.ingest.settle import settle_index
from ragflow.ingest.work import WorkArea

_MIB = 1 << 20
_WITH_PAGES = frozenset({"pdf", "visual"})  # classes of files
_MOST_WARNINGS = 20  # that are told as progress
_RETRY_SECONDS = (1.0, 4.0, 10.0)


def _none_readable(_tenant_id: str, _dataset_ids: tuple[str, ...]) -> tuple[Dataset, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class IngestLimits:
    """Bound what one file may cost; the names are those of the settings' `limits`.

    `threads` are those of one model that looks at pages (the setting `models.threads`).
    """

    file_mib: int = 128
    unpacked_mib: int = 512
    text_chars: int = 50_000_000
    pages: int = 5000
    ocr_pages: int = 1000
    threads: int = 1

    def of_parser(self) -> dict[str, int]:
        """Return the limits that a parser keeps to."""
        return {
            "unpacked_mib": self.unpacked_mib,
            "text_chars": self.text_chars,
            "pages": self.pages,
            "ocr_pages": self.ocr_pages,
            "threads": self.threads,
        }


@dataclass(frozen=True, slots=True)
class IngestParts:
    """Hold what ingestion needs from the outside.

    `scratch` is a directory for files that live as long as one step. `readable` returns those of
    some datasets that a tenant may use. `page_models` names the files
    of the models that look at pages (see `VisionFiles`), fetching them at first use. `reached` is
    told the name of each point of a job that is passed; tests end the process there.
    """

    database: Database
    blobs: BlobStore
    engine: SearchEngine
    models: ModelCatalog
    sandbox: Sandbox
    clock: Clock
    scratch: Path
    limits: IngestLimits = IngestLimits()
    writing: WriterLimits = field(default_factory=WriterLimits)
    readable: Readable = _none_readable
    page_models: Callable[[], Mapping[str, str | None]] = dict
    sleep: Callable[[float], None] = time.sleep
    reached: Callable[[str], None] = lambda _point: None


class Ingestion:
    """Do parse jobs."""

    def __init__(self, parts: IngestParts) -> None:
        self._parts = parts

    def __call__(self, job: ParseJob, steps: Steps) -> None:
        """Ingest a document; end it as DONE or FAIL, or leave it alone when it is unwanted."""
        try:
            self._ingest(job, steps)
        except Cancelled:
            self._patiently(lambda: self._abandon(job))
        except RagflowError as error:
            reason = str(error)
            self._patiently(lambda: self.fail(job, reason))

    def fail(self, job: ParseJob, reason: str) -> None:
        """End a document as FAIL, without chunks, if the job is still wanted."""
        try:
            progress = JobProgress(self._parts.database, self._parts.clock, job)
            with self._parts.database.transaction() as unit:
                document = progress.closing(unit, f"[ERROR]{reason}")
                unit.chunks.replace_document(job.document_id, ())
                if unit.graphs.delete_share(job.document_id):
                    told = {"dataset_id": document.dataset_id}
                    unit.outbox.add(OutboxKind.REBUILD_GRAPH, told)
                unit.documents.update(
                    replace(
                        document, run=RunState.FAIL, progress=-1.0, chunk_count=0, token_count=0
                    )
                )
                _leave_clean(unit, job)
        except Cancelled:
            self._abandon(job)

    def _ingest(self, job: ParseJob, steps: Steps) -> None:
        run = self._patiently(lambda: _Run(self._parts, job))

        def step(name: str, action: Callable[[], Any]) -> Any:
            def act() -> Any:
                self._parts.reached(f"{name}:begin")
                result = self._patiently(action)
                self._parts.reached(f"{name}:end")
                return result

            return steps.run(name, act)

        plan = step("plan", run.plan)
        extracted = step("extract", run.extract)
        run.progress.set_pages(extracted["pages"])
        warnings = run.enrich("before", plan, extracted, step)
        for part in range(extracted["parts"]):
            step(f"embed:{part}", partial(run.embed, part, extracted["parts"]))
        step("store", lambda: run.store(plan, extracted, warnings))
        step("index", run.index)
        warnings = run.enrich("after", plan, extracted, step)
        step("finish", lambda: run.finish(plan, extracted, warnings))

    def _patiently(self, action: Callable[[], T]) -> T:
        """Do what may be repeated again after growing pauses, while a model or a store is away."""
        for pause in _RETRY_SECONDS:
            try:
                return action()
            except (ModelUnavailable, StoreUnavailable):
                self._parts.sleep(pause)
        return action()

    def _abandon(self, job: ParseJob) -> None:
        with self._parts.database.transaction() as unit:
            _leave_clean(unit, job)


class _Run:
    """Hold the steps of one job, one method each; all may be repeated."""

    def __init__(self, parts: IngestParts, job: ParseJob) -> None:
        self._parts = parts
        self._job = job
        self._work = WorkArea(parts.blobs, job)
        self.progress = JobProgress(parts.database, parts.clock, job)
        self._enrichment = Enrichment(parts, self._work, self.progress, self._subject)
        self._embedding_seconds = 0.0  # of this attempt

    def plan(self) -> dict[str, Any]:
        """Refuse what is too large, and fix what must not differ between two attempts."""
        document, dataset = self._subject()
        limit = self._parts.limits.file_mib
        if document.size > limit * _MIB:
            raise LimitExceeded(
                f"{document.name}: File size exceeds( <= {limit}Mb ). "
                f"The setting {spelled_out('limits.file_mib')} moves it.",
                name=document.name,
                limit=f"{limit} MiB",
                setting="limits.file_mib",
            )
        wanted = wanted_enrichments(configs_of(document, dataset))
        self._delete_older_work()
        self.progress.report(0.01, "Start to parse.")
        return {"started_at": self._parts.clock.seconds(), "enrichments": wanted}

    def extract(self) -> dict[str, Any]:
        """Parse and chunk the file in a child process; keep its chunks, part by part."""
        document, dataset = self._subject()
        began = time.monotonic()
        self._parts.scratch.mkdir(parents=True, exist_ok=True)
        directory = Path(tempfile.mkdtemp(prefix=f"{document.id}-", dir=self._parts.scratch))
        try:
            source = directory / "source"
            self._fetch(document, source)
            extracted = self._parts.sandbox.run(
                document.name,
                "ragflow.ingest.extract:extract",
                {
                    "path": str(source),
                    "name": document.name,
                    "document_id": document.id,
                    "dataset_id": dataset.id,
                    "chunk_method": document.chunk_method,
                    "language": dataset.language,
                    "parser_config": dict(document.parser_config or {}),
                    "limits": self._parts.limits.of_parser(),
                    "vision": self._vision_files(document),
                },
                directory,
                self.progress.within(0.01, 0.6),
                self.progress.check,
                partial(self._help(document).reply, directory=directory),
            )
            self._keep(directory, extracted, document)
        finally:
            shutil.rmtree(directory, ignore_errors=True)
        seconds = time.monotonic() - began
        self.progress.set_pages(extracted["pages"])
        self.progress.report(0.65, f"Generate {extracted['chunks']} chunks ({seconds:.2f}s)")
        self._tell(Coverage(**_with_tuple(extracted["coverage"])))
        return extracted

    def enrich(
        self, stands: Place, plan: dict[str, Any], extracted: dict[str, Any], step: Step
    ) -> tuple[str, ...]:
        """Enrich the chunks before embedding, or the document after indexing; return warnings."""
        wanted = plan.get("enrichments", ()) if extracted["chunks"] else ()
        return self._enrichment.run(stands, wanted, extracted["parts"], extracted["chunks"], step)

    def _tell(self, coverage: Coverage) -> None:
        """Say where the characters went, and what a reader should know."""
        self.progress.report(0.66, in_words(coverage))
        for warning in coverage.warnings[:_MOST_WARNINGS]:
            self.progress.report(0.66, f"Warning: {warning}")
        if len(coverage.warnings) > _MOST_WARNINGS:
            left = len(coverage.warnings) - _MOST_WARNINGS
            self.progress.report(0.66, f"{left} more warnings stand in the document's coverage.")

    def embed(self, part: int, parts: int) -> None:
        """Compute the vectors of one part."""
        document, dataset = self._subject()
        began = time.monotonic()
        texts = [embedded_text(chunk) for chunk in self._work.chunks(part, self._enrichment.stage)]
        weight = title_weight(document.parser_config)
        vectors = chunk_vectors(
            self._parts.models.embedding(document.tenant_id, dataset.embedding_model),
            document.name,
            texts,
            weight,
        )
        self._work.keep_vectors(part, vectors)
        last = part == parts - 1
        self._embedding_seconds += time.monotonic() - began
        line = f"Embedding chunks ({self._embedding_seconds:.2f}s)" if last else ""
        self.progress.report(0.7 + 0.2 * (part + 1) / parts, line)

    def store(
        self, plan: dict[str, Any], extracted: dict[str, Any], warnings: tuple[str, ...]
    ) -> None:
        """Make the chunks the document's only ones, in one transaction with its counts."""
        chunks = [
            replace(chunk, create_timestamp=plan["started_at"], vector=vector.tobytes())
            for part in range(extracted["parts"])
            for chunk, vector in zip(
                self._work.chunks(part, self._enrichment.stage),
                self._work.vectors(part),
                strict=True,
            )
        ]
        subject, dataset = self._subject()
        line = "" if chunks else f"No chunk built from {subject.name}"
        with self._parts.database.transaction() as unit:
            _add_columns(unit, dataset.id, extracted.get("field_map") or {})
            document = self.progress.closing(unit, line)
            unit.chunks.replace_document(document.id, _available(chunks, document))
            unit.documents.update(
                replace(
                    document,
                    progress=0.92,
                    chunk_count=len(chunks),
                    token_count=extracted["tokens"],
                    coverage=_warned(Coverage(**_with_tuple(extracted["coverage"])), warnings),
                    thumbnail=f"thumbnail_{document.id}.png" if extracted["thumbnail"] else "",
                )
            )
            unit.outbox.add(OutboxKind.INDEX_DOCUMENT, {"document_id": document.id})

    def index(self) -> None:
        """Make the search index equal to the database."""
        self.progress.check()
        began = time.monotonic()
        parts = self._parts
        settle_index(parts.database, parts.engine, self._job.document_id)
        self.progress.report(0.95, f"Indexing done ({time.monotonic() - began:.2f}s).")

    def finish(
        self, plan: dict[str, Any], extracted: dict[str, Any], warnings: tuple[str, ...]
    ) -> None:
        """Say that the document is done, and forget what passed between the steps."""
        self._delete_old_pictures(set(extracted["pictures"]))
        with self._parts.database.transaction() as unit:
            work = max(self._parts.clock.seconds() - plan["started_at"], 0.0)
            queued = max(self.progress.seconds() - work, 0.0)
            document = self.progress.closing(
                unit, f"Task done ({work:.2f}s), after {queued:.2f}s in the queue."
            )
            coverage = document.coverage and _warned(document.coverage, warnings)
            unit.documents.update(
                replace(document, run=RunState.DONE, progress=1.0, coverage=coverage)
            )
            unit.outbox.add(
                OutboxKind.DELETE_BLOBS,
                {"prefix": work_prefix(document.id, self._job.revision)},
            )

    def _subject(self) -> tuple[Document, Dataset]:
        with self._parts.database.reading() as unit:
            document = wanted_document(unit, self._job)
            dataset = unit.datasets.get(document.dataset_id)
        if dataset is None:
            raise Cancelled
        return document, dataset

    def _vision_files(self, document: Document) -> dict[str, str | None]:
        """Name the models that look at pages; a file without pages needs none."""
        return dict(self._parts.page_models()) if document.type in _WITH_PAGES else {}

    def _help(self, document: Document) -> TenantHelp:
        parts = self._parts
        return TenantHelp(parts.models, parts.blobs, document.tenant_id, self._work.prefix)

    def _fetch(self, document: Document, path: Path) -> None:
        key = document_key(document.dataset_id, document.id)
        with path.open("wb") as file:
            for piece in self._parts.blobs.stream(key):
                file.write(piece)

    def _keep(self, directory: Path, extracted: dict[str, Any], document: Document) -> None:
        put = self._parts.blobs.put
        for identity in extracted["pictures"]:
            key = picture_key(document.dataset_id, document.id, identity)
            put(key, (directory / identity).read_bytes())
        if extracted["thumbnail"]:
            key = thumbnail_key(document.dataset_id, document.id)
            put(key, (directory / THUMBNAIL_NAME).read_bytes())
        for part in range(extracted["parts"]):
            self._work.put(chunks_name(part), (directory / chunks_name(part)).read_bytes())
        with self._parts.database.reading() as unit:
            gone = unit.documents.get(document.id) is None
        if gone:  # whoever deleted it saw none of these yet
            for prefix in document_prefixes(document.dataset_id, document.id):
                self._parts.blobs.delete_prefix(prefix)

    def _delete_older_work(self) -> None:
        """Delete what revisions left that were stopped and whose worker died just then."""
        mine = work_prefix(self._job.document_id, self._job.revision)
        stored = list(self._parts.blobs.keys(work_prefix(self._job.document_id)))
        self._parts.blobs.delete(key for key in stored if not key.startswith(mine))

    def _delete_old_pictures(self, wanted: set[str]) -> None:
        document, dataset = self._subject()
        prefix = picture_prefix(dataset.id, document.id)
        stored = [key.removeprefix(prefix) for key in self._parts.blobs.keys(prefix)]
        self._parts.blobs.delete(prefix + name for name in stored if name not in wanted)


def _available(chunks: Sequence[Chunk], document: Document) -> list[Chunk]:
    available = document.status == "1"
    return [replace(chunk, available=available) for chunk in chunks]


def _warned(coverage: Coverage, warnings: tuple[str, ...]) -> Coverage:
    return replace(coverage, warnings=coverage.warnings + warnings)


def _add_columns(unit: UnitOfWork, dataset_id: str, columns: Mapping[str, str]) -> None:
    """Add columns to those that the dataset's rows have; the newest name of each counts.

    None is taken away: which of them hold values is seen when the rows are read. The dataset comes
    before its documents here as in every transaction, so that none waits for another in a circle.
    """
    dataset = unit.datasets.get(dataset_id) if columns else None
    if dataset is None:
        return
    config = dict(dataset.parser_config or {})
    known = config.get("field_map") or {}
    if {**known, **columns} != known:
        config["field_map"] = {**known, **columns}
        unit.datasets.update(replace(dataset, parser_config=config))


def _with_tuple(coverage: dict[str, Any]) -> dict[str, Any]:
    return coverage | {"warnings": tuple(coverage["warnings"])}


def _leave_clean(unit: UnitOfWork, job: ParseJob) -> None:
    """Bring the index back to what the database has, and delete what passed between the steps."""
    unit.outbox.add(OutboxKind.INDEX_DOCUMENT, {"document_id": job.document_id})
    unit.outbox.add(OutboxKind.DELETE_BLOBS, {"prefix": work_prefix(job.document_id, job.revision)})
