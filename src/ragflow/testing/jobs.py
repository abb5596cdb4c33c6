"""What every job queue must do: a suite for those who write one.

Subclass it in a test module and give the two fixtures: `queue`, and `drain`, which does all waiting
jobs with a handler and returns when none is left.
"""

from __future__ import annotations

from collections.abc import Callable

from ragflow.domain.jobs import JobHandler, ParseJob, Steps
from ragflow.domain.ports import JobQueue

Drain = Callable[[JobHandler], None]


class Recorder:
    """Do jobs by writing them down."""

    def __init__(self) -> None:
        self.jobs: list[ParseJob] = []

    def __call__(self, job: ParseJob, steps: Steps) -> None:
        """Write a job down, as a step of it."""
        steps.run("record", lambda: self.jobs.append(job))


class JobQueueContract:
    """Prove a `JobQueue`."""

    def test_a_queued_job_is_done(self, queue: JobQueue, drain: Drain) -> None:
        """A job reaches the handler as it was queued."""
        job, done = ParseJob("tenant", "document-1", 3), Recorder()
        queue.enqueue(job)
        drain(done)
        assert done.jobs == [job]

    def test_a_job_that_is_queued_twice_is_done_once(self, queue: JobQueue, drain: Drain) -> None:
        """The outbox may queue a job again after a crash."""
        job, done = ParseJob("tenant", "document-2", 1), Recorder()
        queue.enqueue(job)
        queue.enqueue(job)
        drain(done)
        queue.enqueue(job)
        drain(done)
        assert done.jobs == [job]

    def test_another_revision_is_another_job(self, queue: JobQueue, drain: Drain) -> None:
        """A document may be parsed again."""
        jobs, done = [ParseJob("tenant", "document-3", n) for n in (1, 2)], Recorder()
        for job in jobs:
            queue.enqueue(job)
        drain(done)
        assert sorted(done.jobs, key=lambda job: job.revision) == jobs

    def test_a_cancelled_job_is_not_done(self, queue: JobQueue, drain: Drain) -> None:
        """A job that waits can be stopped."""
        stopped, kept = ParseJob("tenant", "document-4", 1), ParseJob("tenant", "document-5", 1)
        done = Recorder()
        queue.enqueue(stopped)
        queue.enqueue(kept)
        queue.cancel(stopped)
        drain(done)
        assert done.jobs == [kept]

    def test_cancelling_what_is_unknown_or_finished_does_nothing(
        self, queue: JobQueue, drain: Drain
    ) -> None:
        """A stop may come too late."""
        job, done = ParseJob("tenant", "document-6", 1), Recorder()
        queue.cancel(job)
        queue.enqueue(job)
        drain(done)
        queue.cancel(job)
        assert done.jobs == [job]

    def test_waiting_jobs_are_counted(self, queue: JobQueue, drain: Drain) -> None:
        """The count goes up with each job and down to none."""
        for number in range(3):
            queue.enqueue(ParseJob("tenant", f"document-7-{number}", 1))
        assert queue.waiting() == 3
        drain(Recorder())
        assert queue.waiting() == 0
