from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ragflow.adapters.jobs.memory import MemorySteps
from ragflow.adapters.system import SystemClock
from ragflow.domain.jobs import JobHandler, ParseJob
from ragflow.ingest.isolate import Isolation, IsolationLimits
from ragflow.ingest.pipeline import IngestParts
from ragflow.worker import Worker, WorkerParts

JOB = ParseJob("tenant", "document", 1)


class Leases:
    """Keep leases in memory."""

    def __init__(self) -> None:
        self.until: dict[str, float] = {}

    def beat(self, worker_id: str, expires_at: float) -> None:
        self.until[worker_id] = expires_at

    def expired(self, now: float) -> list[str]:
        return sorted(worker for worker, until in self.until.items() if until <= now)

    def remove(self, worker_ids: Sequence[str]) -> None:
        for worker_id in worker_ids:
            self.until.pop(worker_id, None)


class LeaseDatabase:
    """Hold leases and nothing else."""

    def __init__(self) -> None:
        self.leases = Leases()

    @contextmanager
    def transaction(self) -> Iterator[LeaseDatabase]:
        yield self

    reading = transaction


class ScriptedJobs:
    """Write down what a worker asks for."""

    executor_id = "me"

    def __init__(self, leases: Leases) -> None:
        self.leases = leases
        self.dead: set[str] = set()
        self.recovered: list[str] = []
        self.handler: JobHandler | None = None
        self.lease_at_start = 0.0

    def start(self, handler: JobHandler) -> None:
        self.handler = handler
        self.lease_at_start = self.leases.until.get("me", 0.0)

    def certainly_dead(self, executor_ids: Sequence[str]) -> list[str]:
        return [each for each in executor_ids if each in self.dead]

    def recover(self, executor_ids: Sequence[str]) -> int:
        self.recovered += executor_ids
        return len(executor_ids)

    def forget_finished(self, older_than_seconds: float) -> int:
        return 0


class CountingRelay:
    """Count sweeps."""

    sweeps = 0

    def flush(self) -> int:
        self.sweeps += 1
        raise RuntimeError("the queue is away")


@pytest.fixture
def leases() -> LeaseDatabase:
    return LeaseDatabase()


@pytest.fixture
def jobs(leases: LeaseDatabase) -> ScriptedJobs:
    return ScriptedJobs(leases.leases)


@pytest.fixture
def parts(leases: LeaseDatabase, jobs: ScriptedJobs, tmp_path: Path) -> WorkerParts:
    nothing: Any = None
    isolation = Isolation(IsolationLimits())
    database: Any = leases
    ingest = IngestParts(
        database=database,
        blobs=nothing,
        engine=nothing,
        models=nothing,
        sandbox=isolation,
        clock=SystemClock(),
        scratch=tmp_path / "me",
        sleep=lambda _seconds: None,
    )
    return WorkerParts(ingest, isolation, jobs, CountingRelay(), lease_seconds=0.2)


@pytest.fixture
def running(parts: WorkerParts) -> Iterator[Callable[[], Worker]]:
    threads: list[tuple[Worker, threading.Thread]] = []

    def run() -> Worker:
        worker = Worker(parts)
        thread = threading.Thread(target=worker.run)
        thread.start()
        threads.append((worker, thread))
        return worker

    yield run
    for worker, thread in threads:
        worker.stop()
        thread.join()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)


def test_a_lease_is_held_before_the_first_job_is_taken(
    running: Callable[[], Worker], jobs: ScriptedJobs
) -> None:
    running()
    wait_until(lambda: jobs.handler is not None)
    assert jobs.lease_at_start > 0


def test_the_lease_of_a_busy_worker_never_runs_out(
    running: Callable[[], Worker], jobs: ScriptedJobs
) -> None:
    running()
    wait_until(lambda: jobs.handler is not None)
    for _ in range(10):
        time.sleep(0.05)
        assert jobs.leases.expired(time.time()) == []


def test_jobs_of_a_dead_neighbour_are_recovered_at_once(
    running: Callable[[], Worker], jobs: ScriptedJobs, tmp_path: Path
) -> None:
    jobs.leases.beat("neighbour", time.time() + 1000)
    jobs.dead.add("neighbour")
    (tmp_path / "neighbour").mkdir()
    running()
    wait_until(lambda: jobs.recovered == ["neighbour"])
    wait_until(lambda: not (tmp_path / "neighbour").exists())
    assert "neighbour" not in jobs.leases.until


def test_jobs_of_a_worker_elsewhere_are_recovered_when_its_lease_ran_out(
    running: Callable[[], Worker], jobs: ScriptedJobs
) -> None:
    jobs.leases.beat("far", time.time() + 0.3)
    running()
    wait_until(lambda: jobs.recovered == ["far"])


def test_a_worker_that_stops_gives_its_lease_back(
    running: Callable[[], Worker], jobs: ScriptedJobs
) -> None:
    worker = running()
    wait_until(lambda: jobs.handler is not None)
    worker.stop()
    wait_until(lambda: jobs.leases.expired(time.time()) == ["me"])


def test_a_failing_sweep_is_tried_again(
    running: Callable[[], Worker], parts: WorkerParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ragflow.worker.SWEEP_SECONDS", 0.01)
    running()
    wait_until(lambda: parts.relay.sweeps > 2)  # type: ignore[attr-defined]


def test_an_unexpected_error_fails_the_document_however_often_that_takes(
    parts: WorkerParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Worker(parts)
    reasons: list[str] = []

    def break_down(job: ParseJob, steps: object) -> None:
        raise ZeroDivisionError

    def fail(job: ParseJob, reason: str) -> None:
        reasons.append(reason)
        if len(reasons) < 3:
            raise OSError("the database is away")

    monkeypatch.setattr(worker._ingestion, "fail", fail)
    monkeypatch.setattr(type(worker._ingestion), "__call__", lambda self, *a: break_down(*a))
    worker._handle(JOB, MemorySteps())
    assert len(reasons) == 3
    assert "ZeroDivisionError" in reasons[0]
