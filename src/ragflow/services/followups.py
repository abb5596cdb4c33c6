"""What must follow a commit, noted in the same transaction as its cause.

In: a unit of work and the object that changed. Out: outbox entries, which the relay applies.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ragflow.domain.blob_keys import (
    dataset_prefixes,
    document_key,
    document_prefixes,
    file_key,
    page_prefix,
    work_prefix,
)
from ragflow.domain.documents import Document, RunState
from ragflow.domain.files import StoredFile
from ragflow.domain.jobs import OutboxKind
from ragflow.domain.repositories import UnitOfWork


def follow_parse_request(unit: UnitOfWork, document: Document) -> None:
    """Queue the ingestion of a document's present revision."""
    unit.outbox.add(OutboxKind.PARSE, _job(document))


def follow_stop(unit: UnitOfWork, document: Document) -> None:
    """Stop the ingestion of a document's present revision, if there is one."""
    if document.run is RunState.RUNNING:
        unit.outbox.add(OutboxKind.CANCEL, _job(document))


def follow_document_change(unit: UnitOfWork, document_id: str) -> None:
    """Bring the index of a whole document up to date."""
    unit.outbox.add(OutboxKind.INDEX_DOCUMENT, {"document_id": document_id})


def follow_chunk_change(unit: UnitOfWork, document_id: str, chunk_id: str) -> None:
    """Bring the index of one chunk up to date."""
    payload = {"document_id": document_id, "chunk_id": chunk_id}
    unit.outbox.add(OutboxKind.INDEX_CHUNK, payload)


def forget_graph_share(unit: UnitOfWork, document: Document) -> None:
    """Take what a document tells out of the graph of its dataset."""
    if unit.graphs.delete_share(document.id):
        unit.outbox.add(OutboxKind.REBUILD_GRAPH, {"dataset_id": document.dataset_id})


def follow_deletion(unit: UnitOfWork, document: Document) -> None:
    """Take a document out of the queue, the index, the graph and the blob store."""
    follow_stop(unit, document)
    if not document.revision and not document.chunk_count:  # it was never parsed
        _delete_blobs(unit, document_key(document.dataset_id, document.id))
        _delete_blobs(unit, page_prefix(document.dataset_id, document.id))
        return
    follow_document_change(unit, document.id)
    forget_graph_share(unit, document)
    for prefix in document_prefixes(document.dataset_id, document.id):
        _delete_blobs(unit, prefix)


def follow_failed_upload(unit: UnitOfWork, documents: Sequence[Document]) -> None:
    """Delete the bytes of documents that were not stored: a commit may fail after it was done."""
    for document in documents:
        if unit.documents.get(document.id) is None:
            follow_deletion(unit, document)


def follow_dataset_deletion(
    unit: UnitOfWork, dataset_id: str, documents: Sequence[Document]
) -> None:
    """Take a dataset with its documents out of the queue, the index and the blob store."""
    for document in documents:
        follow_stop(unit, document)
        if document.revision:
            _delete_blobs(unit, work_prefix(document.id))
    unit.outbox.add(OutboxKind.DELETE_DATASET, {"dataset_id": dataset_id})
    for prefix in dataset_prefixes(dataset_id):
        _delete_blobs(unit, prefix)


def follow_file_deletion(unit: UnitOfWork, file: StoredFile) -> None:
    """Take the bytes of a file out of the blob store."""
    if file.has_bytes:
        _delete_blobs(unit, file_key(file.tenant_id, file.id))


def _delete_blobs(unit: UnitOfWork, prefix: str) -> None:
    unit.outbox.add(OutboxKind.DELETE_BLOBS, {"prefix": prefix})


def _job(document: Document) -> dict[str, Any]:
    return {
        "tenant_id": document.tenant_id,
        "document_id": document.id,
        "revision": document.revision,
    }
