"""The durable job queue, seen by those who do the jobs.

In: a handler. Out: its calls, several at once, tenants taking turns. A step that ended is never
repeated, by whatever process the job goes on in; one in which too many processes died is answered
with `JobAbandoned`.

DBOS is one per process and knows its workflows by name, so one `DbosWorker` may run at a time.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextvars import Context
from datetime import UTC, datetime
from typing import cast

from ragflow.adapters.jobs.executors import certainly_dead, this_executor
from ragflow.adapters.jobs.store import (
    APPLICATION,
    QUEUE,
    VERSION,
    WORKFLOW,
    prepare_job_store,
    store_url,
)
from ragflow.domain.errors import Cancelled, JobAbandoned
from ragflow.domain.jobs import JobHandler, ParseJob, T

MAX_ATTEMPTS = 10
_FINISHED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_DELETE_AT_ONCE = 200


class DbosSteps:
    """Run the steps of the workflow that this thread is in."""

    def __init__(self, max_attempts: int) -> None:
        self._max_attempts = max_attempts
        self._attempt_of_last_step = 1

    def run(self, name: str, action: Callable[[], T]) -> T:
        """Return what `action` returns, recorded in the job store. Raises `Cancelled`."""
        from dbos import DBOS
        from dbos._error import DBOSWorkflowCancelledError, DBOSWorkflowConflictIDError

        def numbered() -> tuple[int, T]:
            # A recorded step is not called, so the difference counts attempts at this very step.
            attempt = _attempt()
            failed = attempt - self._attempt_of_last_step
            if failed >= self._max_attempts:
                raise JobAbandoned(step=name, attempts=failed)
            return attempt, action()

        try:
            self._attempt_of_last_step, result = DBOS.run_step({"name": name}, numbered)
        except DBOSWorkflowCancelledError:
            raise Cancelled from None
        except DBOSWorkflowConflictIDError:
            # A step that outlives the stop of its job, or the lease of its worker, has no say.
            if _was_cancelled(cast(str, DBOS.workflow_id)):
                raise Cancelled from None
            raise
        return result


class DbosWorker:
    """Take jobs from a DBOS job store and do them."""

    def __init__(
        self,
        url: str,
        concurrency: int,
        poll_seconds: float,
        executor_id: str | None = None,
        max_attempts: int = MAX_ATTEMPTS,
    ) -> None:
        self._url = url
        self._concurrency = concurrency
        self._poll_seconds = poll_seconds
        self._executor_id = executor_id or this_executor()
        self._max_attempts = max_attempts

    @property
    def executor_id(self) -> str:
        """Return the name under which this process takes jobs, new for each process."""
        return self._executor_id

    def start(self, handler: JobHandler) -> None:
        """Begin to take jobs, in threads of their own."""
        from dbos import DBOS

        prepare_job_store(self._url)
        self._register_queue()
        DBOS(
            config={
                "name": APPLICATION,
                "system_database_url": store_url(self._url),
                "application_version": VERSION,
                "executor_id": self._executor_id,
                "log_level": "ERROR",
                "run_migrations": False,
            }
        )

        def work(tenant_id: str, document_id: str, revision: int) -> None:
            handler(ParseJob(tenant_id, document_id, revision), DbosSteps(self._max_attempts))

        logging.getLogger("dbos").addFilter(_is_no_stop)
        DBOS.workflow(name=WORKFLOW, max_recovery_attempts=None)(work)
        DBOS.launch()

    def certainly_dead(self, executor_ids: Sequence[str]) -> list[str]:
        """Return those that ran on this machine and are no more."""
        return certainly_dead(executor_ids)

    def recover(self, executor_ids: Sequence[str]) -> int:
        """Queue again what dead executors were doing; return how many jobs that were.

        Whatever is recovered twice, or was taken by a living executor since, is queued once.
        """
        from dbos import DBOS

        return len(DBOS._recover_pending_workflows(list(executor_ids)))

    def forget_finished(self, older_than_seconds: float) -> int:
        """Delete the records of jobs that ended long ago; return how many."""
        from dbos import DBOS

        before = datetime.fromtimestamp(time.time() - older_than_seconds, UTC).isoformat()
        finished = DBOS.list_workflows(
            status=_FINISHED,
            completed_before=before,
            limit=_DELETE_AT_ONCE,
            load_input=False,
            load_output=False,
        )
        if finished:
            DBOS.delete_workflows([workflow.workflow_id for workflow in finished])
        return len(finished)

    def stop(self) -> None:
        """Stop taking jobs and leave those under way as they are."""
        from dbos import DBOS

        DBOS.destroy(destroy_registry=True)

    def _register_queue(self) -> None:
        # Before the launch, at which DBOS looks for queues for the first time.
        from dbos import DBOSClient

        client = DBOSClient(system_database_url=store_url(self._url), application_name=APPLICATION)
        try:
            client.register_queue(
                QUEUE,
                worker_concurrency=self._concurrency,
                partition_worker_concurrency=self._concurrency,  # makes partitions, and so fairness
                polling_interval_sec=self._poll_seconds,
            )
        finally:
            client.destroy()


def _was_cancelled(workflow_id: str) -> bool:
    """Tell whether a job was stopped, asked from outside of it: inside, DBOS refuses strangers."""
    from dbos import DBOS

    status = Context().run(DBOS.get_workflow_status, workflow_id)
    return status is None or status.status == "CANCELLED"


def _is_no_stop(record: logging.LogRecord) -> bool:
    """Pass what DBOS logs, but its traceback of each job that was stopped on demand."""
    from dbos._error import DBOSAwaitedWorkflowCancelledError

    return not (
        record.exc_info and isinstance(record.exc_info[1], DBOSAwaitedWorkflowCancelledError)
    )


def _attempt() -> int:
    """Return how often the current workflow has been begun, this time included.

    To be asked inside a step: outside, DBOS would record the first answer for good.
    """
    from dbos import DBOS

    status = DBOS.get_workflow_status(cast(str, DBOS.workflow_id))
    return max(status.recovery_attempts or 1, 1) if status is not None else 1
