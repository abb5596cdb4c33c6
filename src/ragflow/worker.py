"""The worker: takes parse jobs and does them, and keeps the background tidy.

In: wired parts. Out: documents that are DONE or FAIL. Each worker renews a lease; whoever sees that
one ran out, or that its process on this machine is gone, puts its jobs back into the queue.

Everything that a worker does may be cut off at any point, so it ends like one that is killed: at
once, leaving jobs to be gone on with. It only says first that it is gone.
"""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from ragflow.domain.errors import RagflowError
from ragflow.domain.jobs import JobHandler, ParseJob, Steps
from ragflow.ingest.isolate import Isolation
from ragflow.ingest.pipeline import Ingestion, IngestParts

SWEEP_SECONDS = 1.0
OPTIMISE_SECONDS = 60.0
FORGET_SECONDS = 3600.0
KEEP_FINISHED_SECONDS = 3 * 24 * 3600.0

log = structlog.get_logger(__name__)


class Jobs(Protocol):
    """Hand out durable jobs."""

    @property
    def executor_id(self) -> str:
        """Return the name under which this process takes jobs."""
        ...

    def start(self, handler: JobHandler) -> None:
        """Begin to take jobs, in threads of their own."""
        ...

    def certainly_dead(self, executor_ids: Sequence[str]) -> list[str]:
        """Return those that are dead without a doubt."""
        ...

    def recover(self, executor_ids: Sequence[str]) -> int:
        """Queue again what dead executors were doing; return how many jobs that were."""
        ...

    def forget_finished(self, older_than_seconds: float) -> int:
        """Delete the records of jobs that ended long ago; return how many."""
        ...


class Relay(Protocol):
    """Do what must follow commits."""

    def flush(self) -> int:
        """Apply the pending outbox entries; return how many were done."""
        ...


@dataclass(frozen=True, slots=True)
class WorkerParts:
    """Hold what a worker needs; the folder `ingest.scratch` must be named by the executor id."""

    ingest: IngestParts
    isolation: Isolation
    jobs: Jobs
    relay: Relay
    lease_seconds: float = 6.0


class Worker:
    """Do jobs until told to stop."""

    def __init__(self, parts: WorkerParts) -> None:
        self._parts = parts
        self._ingestion = Ingestion(parts.ingest)
        self._stopping = threading.Event()

    def run(self) -> None:
        """Take jobs until `stop`."""
        executor_id = self._parts.jobs.executor_id
        self._beat(self._parts.lease_seconds)  # before the first job, which it must outlive
        self._parts.jobs.start(self._handle)
        self._recover(self._dead_neighbours())
        log.info("worker started", worker=executor_id)
        keeper = threading.Thread(target=self._keep_lease, name="lease", daemon=True)
        keeper.start()
        self._tidy_until_stopped()
        keeper.join()
        self._parts.isolation.close()
        self._at_the_edge(lambda: self._beat(0.0), "lease not returned")
        shutil.rmtree(self._parts.ingest.scratch, ignore_errors=True)
        log.info("worker stopped", worker=executor_id)

    def stop(self) -> None:
        """Ask `run` to end."""
        self._stopping.set()

    def _handle(self, job: ParseJob, steps: Steps) -> None:
        began = time.monotonic()
        bound = log.bind(document=job.document_id, revision=job.revision)
        bound.info("job begun")
        try:
            self._ingestion(job, steps)
        except Exception as error:  # noqa: BLE001 - the worker's edge: no document may stay RUNNING
            bound.exception("job failed")
            self._fail(job, _reason_of(error))
        bound.info("job ended", seconds=round(time.monotonic() - began, 3))

    def _fail(self, job: ParseJob, reason: str) -> None:
        """End a document as FAIL, however long the database stays away."""
        pause = 0.5
        while not self._at_the_edge(lambda: self._ingestion.fail(job, reason), "not recorded"):
            self._parts.ingest.sleep(pause)
            pause = min(pause * 2, 30.0)

    def _tidy_until_stopped(self) -> None:
        optimise_at = forget_at = time.monotonic() + OPTIMISE_SECONDS
        while not self._stopping.wait(SWEEP_SECONDS):
            now = time.monotonic()
            self._at_the_edge(self._parts.relay.flush, "sweep failed")
            self._parts.isolation.close_idle()
            if now >= optimise_at:
                self._at_the_edge(self._parts.ingest.engine.optimise, "optimising failed")
                optimise_at = time.monotonic() + OPTIMISE_SECONDS
            if now >= forget_at:
                self._at_the_edge(self._forget_finished, "forgetting failed")
                forget_at = time.monotonic() + FORGET_SECONDS

    def _keep_lease(self) -> None:
        while not self._stopping.wait(self._parts.lease_seconds / 4):
            self._at_the_edge(lambda: self._beat(self._parts.lease_seconds), "lease not renewed")
            self._at_the_edge(lambda: self._recover(self._expired()), "recovery failed")

    def _beat(self, seconds: float) -> None:
        expires_at = self._parts.ingest.clock.seconds() + seconds
        with self._parts.ingest.database.transaction() as unit:
            unit.leases.beat(self._parts.jobs.executor_id, expires_at)

    def _expired(self, at: float | None = None) -> list[str]:
        now = self._parts.ingest.clock.seconds() if at is None else at
        with self._parts.ingest.database.reading() as unit:
            expired = unit.leases.expired(now)
        return [each for each in expired if each != self._parts.jobs.executor_id]

    def _dead_neighbours(self) -> list[str]:
        """Find workers of this machine that are gone, though their lease still runs."""
        all_workers = self._expired(at=float(2**53))
        return self._parts.jobs.certainly_dead(all_workers)

    def _recover(self, executor_ids: Sequence[str]) -> None:
        if not executor_ids:
            return
        jobs = self._parts.jobs.recover(executor_ids)
        with self._parts.ingest.database.transaction() as unit:
            unit.leases.remove(executor_ids)
        for executor_id in self._parts.jobs.certainly_dead(executor_ids):
            scratch = self._parts.ingest.scratch.parent / executor_id
            shutil.rmtree(scratch, ignore_errors=True)
        log.warning("recovered dead workers", workers=list(executor_ids), jobs=jobs)

    def _forget_finished(self) -> None:
        while self._parts.jobs.forget_finished(KEEP_FINISHED_SECONDS):
            if self._stopping.is_set():
                return

    def _at_the_edge(self, action: Callable[[], object], complaint: str) -> bool:
        """Tell whether an action of the background succeeded; it will be tried again."""
        try:
            action()
        except Exception:  # the worker's edge: the next round may do better
            log.exception(complaint)
            return False
        return True


def _reason_of(error: Exception) -> str:
    """Say why a job failed; only the product's own errors are written for users."""
    if isinstance(error, RagflowError):
        return str(error)
    return f"An internal error stopped this document: {type(error).__name__}."


def run_worker(parts: WorkerParts) -> None:
    """Run a worker until SIGTERM or SIGINT, then end this process."""
    worker = Worker(parts)
    for number in (signal.SIGTERM, signal.SIGINT):
        # In a thread, since the main one may hold the very lock that stopping needs.
        signal.signal(number, lambda *_: threading.Thread(target=worker.stop).start())
    worker.run()
    os._exit(0)  # threads in the middle of a job are cut off; their jobs go on elsewhere
