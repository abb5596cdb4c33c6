from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ragflow.adapters.jobs.dbos_queue import DbosJobQueue
from ragflow.adapters.jobs.dbos_worker import MAX_ATTEMPTS, DbosWorker
from ragflow.adapters.jobs.memory import MemoryJobQueue
from ragflow.domain.errors import Cancelled, JobAbandoned
from ragflow.domain.jobs import JobHandler, ParseJob, Steps
from ragflow.testing.jobs import Drain, JobQueueContract, Recorder


def wait_until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


class TestMemoryJobQueue(JobQueueContract):
    @pytest.fixture
    def queue(self) -> MemoryJobQueue:
        return MemoryJobQueue()

    @pytest.fixture
    def drain(self, queue: MemoryJobQueue) -> Drain:
        return lambda handler: (queue.run_waiting(handler), None)[1]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/jobs.db"


@pytest.fixture
def queue(url: str) -> Iterator[DbosJobQueue]:
    queue = DbosJobQueue(url)
    yield queue
    queue.close()


@pytest.fixture
def drain(url: str, queue: DbosJobQueue) -> Drain:
    def run(handler: JobHandler, executor_id: str = "test") -> None:
        worker = DbosWorker(url, 2, 0.05, executor_id)
        worker.start(handler)
        wait_until(lambda: not unfinished(queue))
        worker.stop()

    return run


def unfinished(queue: DbosJobQueue) -> list[object]:
    with queue._client() as client:
        return list(client.list_workflows(status=["ENQUEUED", "PENDING"]))


class TestDbosJobQueue(JobQueueContract):
    @pytest.mark.parametrize("how", ["returns", "gives up"])
    def test_a_job_stopped_within_a_step_is_told_at_its_end(
        self,
        queue: DbosJobQueue,
        drain: Drain,
        capfd: pytest.CaptureFixture[str],
        how: str,
    ) -> None:
        job = ParseJob("tenant", "document", 1)
        outcomes: list[str] = []

        def handler(_job: ParseJob, steps: Steps) -> None:
            def stopped() -> None:
                queue.cancel(job)
                if how == "gives up":
                    raise Cancelled

            try:
                steps.run("first", stopped)
                steps.run("second", lambda: outcomes.append("second"))
            except Cancelled:
                outcomes.append("told")

        queue.enqueue(job)
        drain(handler)
        wait_until(lambda: bool(outcomes))
        assert outcomes == ["told"]
        assert "Traceback" not in capfd.readouterr().err


@pytest.fixture
def run_and_die(url: str, tmp_path: Path) -> Callable[[str], None]:
    """Run a worker in a process whose job kills it at its second step."""

    def run(executor_id: str) -> None:
        script = f"""
            import os, signal, time
            from ragflow.adapters.jobs.dbos_worker import DbosWorker
            def handler(job, steps):
                steps.run("first", lambda: open({str(tmp_path / "first")!r}, "a").write("x"))
                steps.run("second", lambda: os.kill(os.getpid(), signal.SIGKILL))
            DbosWorker({url!r}, 1, 0.05, {executor_id!r}).start(handler)
            time.sleep(30)
        """
        dead = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], timeout=60)
        assert dead.returncode == -signal.SIGKILL

    return run


class TestRecovery:
    """DBOS's recovery of given executors is not public: this is how we need it to behave."""

    JOB = ParseJob("tenant", "document", 1)

    def test_a_dead_workers_job_goes_on_after_its_last_step(
        self,
        url: str,
        queue: DbosJobQueue,
        run_and_die: Callable[[str], None],
        tmp_path: Path,
    ) -> None:
        queue.enqueue(self.JOB)
        run_and_die("dead")
        done: list[str] = []

        def handler(job: ParseJob, steps: Steps) -> None:
            steps.run("first", lambda: done.append("first"))
            steps.run("second", lambda: done.append("second"))

        worker = DbosWorker(url, 1, 0.05, "alive")
        worker.start(handler)
        try:
            time.sleep(0.5)
            assert done == [], "nobody may take the job before its executor is declared dead"
            assert worker.recover(["dead"]) == 1
            assert worker.recover(["dead"]) == 0
            wait_until(lambda: not unfinished(queue))
        finally:
            worker.stop()
        assert done == ["second"]
        assert (tmp_path / "first").read_text() == "x"

    @pytest.mark.parametrize(
        ("deaths", "given_up"), [(MAX_ATTEMPTS - 1, False), (MAX_ATTEMPTS, True)]
    )
    def test_a_step_that_killed_its_workers_too_often_is_given_up(
        self, url: str, queue: DbosJobQueue, drain: Drain, deaths: int, given_up: bool
    ) -> None:
        queue.enqueue(self.JOB)
        set_attempts(url, self.JOB, deaths)
        outcomes: list[str] = []

        def handler(job: ParseJob, steps: Steps) -> None:
            try:
                steps.run("parse", lambda: outcomes.append("done"))
                steps.run("next", lambda: outcomes.append("next"))
            except JobAbandoned as error:
                outcomes.append(str(error))

        drain(handler)
        if given_up:
            assert len(outcomes) == 1
            assert "10 times at the step parse" in outcomes[0]
        else:
            assert outcomes == ["done", "next"]

    def test_finished_jobs_are_forgotten(self, url: str, queue: DbosJobQueue, drain: Drain) -> None:
        queue.enqueue(self.JOB)
        drain(Recorder())
        worker = DbosWorker(url, 1, 0.05, "later")
        worker.start(Recorder())
        try:
            assert worker.forget_finished(older_than_seconds=3600) == 0
            assert worker.forget_finished(older_than_seconds=-1) == 1
        finally:
            worker.stop()


def set_attempts(url: str, job: ParseJob, attempts: int) -> None:
    import sqlite3

    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        connection.execute(
            "UPDATE workflow_status SET recovery_attempts = ? WHERE workflow_uuid = ?",
            (attempts, job.workflow_id),
        )
    connection.close()
