"""A real worker for the crash tests, to be forked from a process that has loaded everything.

It kills itself, as SIGKILL does, when a job reaches the point `kill_at`.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from ragflow.adapters.blobs.store import ObstoreBlobStore
from ragflow.adapters.db.database import SqlDatabase
from ragflow.adapters.guarded_http import HttpClients
from ragflow.adapters.jobs.dbos_queue import DbosJobQueue
from ragflow.adapters.jobs.dbos_worker import DbosWorker
from ragflow.adapters.models.hashing import HashingEmbedding
from ragflow.adapters.models.openai_compatible import OpenAiCompatible
from ragflow.adapters.models.provider import Endpoint
from ragflow.adapters.search.lancedb import LanceEngine
from ragflow.adapters.system import SystemClock
from ragflow.domain.errors import ModelNotConfigured
from ragflow.domain.jobs import JobHandler
from ragflow.domain.ports import ChatModel, EmbeddingModel, Progress
from ragflow.ingest.extract import extract
from ragflow.ingest.isolate import Answer, Isolation, IsolationLimits
from ragflow.ingest.pipeline import IngestParts
from ragflow.services.outbox import OutboxRelay
from ragflow.worker import WorkerParts, run_worker


class HashingCatalog:
    """Offer one embedding model under every name, and the chat model at an address if any."""

    def __init__(self, chat_url: str = "") -> None:
        self.chat_url = chat_url

    def embedding(self, tenant_id: str, name: str) -> EmbeddingModel:
        return HashingEmbedding()

    def chat(self, tenant_id: str, name: str) -> ChatModel:
        if not self.chat_url:
            raise ModelNotConfigured(name=name)
        endpoint = Endpoint("OpenAI-API-Compatible", self.chat_url, trusted=True)
        return OpenAiCompatible(endpoint, HttpClients()).chat("slow")


class SandboxInThisProcess:
    """Parse without a child process; the kill then hits the parser too."""

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
        return extract(request, directory, progress, lambda question: dict(answer(question)))


class AnnouncingWorker(DbosWorker):
    """Say when jobs are taken."""

    ready: Event

    def start(self, handler: JobHandler) -> None:
        super().start(handler)
        self.ready.set()


def main(
    ready: Event,
    folder: Path,
    database_url: str,
    jobs_url: str,
    kill_at: str,
    isolated: bool,
    chat_url: str = "",
) -> None:
    def reached(point: str) -> None:
        if point == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    database = SqlDatabase(database_url)
    blobs = ObstoreBlobStore(f"file://{folder / 'blobs'}")
    engine = LanceEngine(folder / "index")
    clock = SystemClock()
    # Here the same step may well be hit many times by chance.
    jobs = AnnouncingWorker(jobs_url, concurrency=2, poll_seconds=0.05, max_attempts=1000)
    jobs.ready = ready
    isolation = Isolation(IsolationLimits())
    run_worker(
        WorkerParts(
            ingest=IngestParts(
                database=database,
                blobs=blobs,
                engine=engine,
                models=HashingCatalog(chat_url),  # type: ignore[arg-type]
                sandbox=isolation if isolated else SandboxInThisProcess(),
                clock=clock,
                scratch=folder / "scratch" / jobs.executor_id,
                reached=reached,
            ),
            isolation=isolation,
            jobs=jobs,
            relay=OutboxRelay(database, DbosJobQueue(jobs_url), engine, blobs, clock),
        )
    )
