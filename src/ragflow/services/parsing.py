"""Parsing: queue the ingestion of documents and stop it.

In: document ids. Out: documents that are RUNNING or CANCELled; each request makes a new revision,
and work for an older revision is thrown away. Refused: documents that are in work already, or that
have nothing to stop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ragflow.domain.documents import Document, RunState
from ragflow.domain.errors import RagflowError
from ragflow.domain.identity import Actor
from ragflow.domain.ports import Clock
from ragflow.domain.repositories import Database, UnitOfWork
from ragflow.ingest.progress import progress_line
from ragflow.services.access import require_dataset
from ragflow.services.bulk import BulkOutcome, unique
from ragflow.services.errors import (
    AlreadyRunning,
    DocumentNotFound,
    DocumentsNotFound,
    NotRunning,
)
from ragflow.services.followups import (
    follow_document_change,
    follow_parse_request,
    follow_stop,
    forget_graph_share,
)
from ragflow.services.outbox import OutboxRelay

QUEUED_PROGRESS = 0.005  # not 0, so that a queued document can be stopped
QUEUED_MESSAGE = "Task is queued..."
CANCELLED_MESSAGE = "Task was cancelled; parse the document again to go on."


class ParsingService:
    """Start and stop ingestion."""

    def __init__(self, database: Database, relay: OutboxRelay, clock: Clock) -> None:
        self._database = database
        self._relay = relay
        self._clock = clock

    def parse(self, actor: Actor, dataset_id: str, document_ids: Sequence[str]) -> BulkOutcome:
        """Queue documents, removing the chunks that they have.

        Raises `DatasetNotFound`; `AlreadyRunning` or `DocumentsNotFound` after the documents before
        it, or those that are there, were queued.
        """
        wanted, duplicates = unique(document_ids)
        refused: RagflowError | None = None
        queued = 0
        with self._database.transaction() as unit:
            require_dataset(unit, actor, dataset_id)
            found = _of_dataset(unit, dataset_id, wanted)
            for document in found.values():
                if 0 < document.progress < 1:
                    refused = AlreadyRunning(id=document.id)
                    break
                self._queue(unit, document)
                queued += 1
        self._relay.flush()
        missing = [document_id for document_id in wanted if document_id not in found]
        if refused is None and missing:
            refused = DocumentsNotFound(ids=missing)
        if refused is not None:
            raise refused
        return BulkOutcome(queued, duplicates)

    def stop(self, actor: Actor, dataset_id: str, document_ids: Sequence[str]) -> BulkOutcome:
        """Stop documents and remove the chunks that they have.

        Raises `DatasetNotFound`; `DocumentNotFound` or `NotRunning` at the first document that
        cannot be stopped, after those before it were.
        """
        wanted, duplicates = unique(document_ids)
        refused: RagflowError | None = None
        with self._database.transaction() as unit:
            require_dataset(unit, actor, dataset_id)
            found = _of_dataset(unit, dataset_id, wanted)
            for document_id in wanted:
                if document_id not in found:
                    refused = DocumentNotFound(id=document_id, dataset_id=dataset_id)
                    break
                if found[document_id].progress in (0, 1):
                    refused = NotRunning(id=document_id)
                    break
                self._cancel(unit, found[document_id])
        self._relay.flush()
        if refused is not None:
            raise refused
        return BulkOutcome(len(wanted), duplicates)

    def _queue(self, unit: UnitOfWork, document: Document) -> None:
        now = self._clock.milliseconds()
        queued = replace(
            _without_chunks(document),
            run=RunState.RUNNING,
            progress=QUEUED_PROGRESS,
            progress_msg=QUEUED_MESSAGE,
            process_begin_at=now,
            process_duration=0.0,
            update_time=now,
        )
        self._store(unit, document, queued)
        follow_parse_request(unit, queued)

    def _cancel(self, unit: UnitOfWork, document: Document) -> None:
        stopped = replace(
            _without_chunks(document),
            run=RunState.CANCEL,
            progress=0.0,
            progress_msg="\n".join(
                filter(None, (document.progress_msg, progress_line(self._clock, CANCELLED_MESSAGE)))
            ),
            update_time=self._clock.milliseconds(),
        )
        self._store(unit, document, stopped)

    @staticmethod
    def _store(unit: UnitOfWork, old: Document, new: Document) -> None:
        follow_stop(unit, old)
        unit.documents.update(new)
        if unit.chunks.delete(old.id, None):
            follow_document_change(unit, old.id)
        forget_graph_share(unit, old)


def _without_chunks(document: Document) -> Document:
    return replace(
        document, revision=document.revision + 1, chunk_count=0, token_count=0, coverage=None
    )


def _of_dataset(
    unit: UnitOfWork, dataset_id: str, document_ids: Sequence[str]
) -> dict[str, Document]:
    """Find documents, locked until the end of the transaction."""
    found = (unit.documents.get(document_id) for document_id in sorted(document_ids))
    by_id = {each.id: each for each in found if each is not None and each.dataset_id == dataset_id}
    return {each: by_id[each] for each in document_ids if each in by_id}
