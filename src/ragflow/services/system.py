"""System: a sign of life from every part that the product stands on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ragflow.domain.ports import BlobStore, JobQueue, SearchEngine
from ragflow.domain.repositories import Database

_PROBE = "health"


class SystemService:
    """Watch the product's parts."""

    def __init__(
        self, database: Database, engine: SearchEngine, blobs: BlobStore, queue: JobQueue
    ) -> None:
        self.checks: Mapping[str, Callable[[], object]] = {
            "db": database.ping,
            "jobs": queue.ping,
            "doc_engine": lambda: engine.count((_PROBE,)),
            "storage": lambda: blobs.exists(_PROBE),
        }
        """By part: what raises when the part does not answer."""
