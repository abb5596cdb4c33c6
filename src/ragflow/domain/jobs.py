"""Jobs: work that must be done exactly once, whatever is killed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ParseJob:
    """Name one ingestion; jobs of the same tenant share a partition of the queue."""

    tenant_id: str
    document_id: str
    revision: int

    @property
    def workflow_id(self) -> str:
        """Derive the id under which this work can be queued only once."""
        return f"parse:{self.document_id}:{self.revision}"


class Steps(Protocol):
    """Run the steps of one job so that a finished step is never repeated."""

    def run(self, name: str, action: Callable[[], T]) -> T:
        """Return what `action` returns, recorded under the job: small, plain data.

        After a crash the job runs again from its top, and recorded steps answer at once; so the
        same steps must be asked for in the same order. An error that `action` raises is recorded
        too. Raises `JobAbandoned` when this step has killed its process too often.
        """
        ...


JobHandler = Callable[[ParseJob, Steps], None]
"""Do a job; may be called again for a job whose process died."""


class OutboxKind(StrEnum):
    """Name what must follow a committed transaction; every action may be repeated safely."""

    PARSE = "parse"  # payload: tenant_id, document_id, revision
    INDEX_DOCUMENT = "index_document"  # payload: document_id; index := chunks in the database
    INDEX_CHUNK = "index_chunk"  # payload: document_id, chunk_id
    DELETE_DATASET = "delete_dataset"  # payload: dataset_id; nothing of it stays in the index
    DELETE_BLOBS = "delete_blobs"  # payload: prefix
    REBUILD_GRAPH = "rebuild_graph"  # payload: dataset_id; graph := shares of the documents
    CANCEL = "cancel"  # payload: tenant_id, document_id, revision


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """Record an action, in the same transaction as its cause, to be done after the commit."""

    id: int
    kind: OutboxKind
    payload: Mapping[str, Any]
