"""A job queue in this process: the fake of the durable one.

In: jobs. Out: calls of a handler, when asked to run. Jobs are lost with the process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from ragflow.domain.jobs import JobHandler, ParseJob, T


class MemorySteps:
    """Run each step at once."""

    def run(self, name: str, action: Callable[[], T]) -> T:  # noqa: ARG002 - the port's signature
        """Return what `action` returns."""
        return action()


class MemoryJobQueue:
    """Keep jobs until `run_waiting` is called."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, ParseJob] = {}
        self._seen: set[str] = set()

    def enqueue(self, job: ParseJob) -> None:
        """Queue a job, once for its workflow id."""
        with self._lock:
            if job.workflow_id not in self._seen:
                self._seen.add(job.workflow_id)
                self._waiting[job.workflow_id] = job

    def cancel(self, job: ParseJob) -> None:
        """Forget a waiting job; a running one finds out by itself that it is unwanted."""
        with self._lock:
            self._waiting.pop(job.workflow_id, None)

    def waiting(self) -> int:
        """Count the jobs that wait."""
        with self._lock:
            return len(self._waiting)

    def ping(self) -> None:
        """Do nothing: a queue in this process always answers."""

    def run_waiting(self, handler: JobHandler) -> int:
        """Do the waiting jobs, oldest first, until none is left; return how many were done."""
        done = 0
        while True:
            with self._lock:
                if not self._waiting:
                    return done
                job = self._waiting.pop(next(iter(self._waiting)))
            handler(job, MemorySteps())
            done += 1
