"""The durable job queue, seen by those who queue and cancel.

In: jobs. Out: rows in the job store, one per workflow id, whoever asks and how often. The store is
opened, and made if it is missing, at the first call. One that fails or stays away raises
`StoreUnavailable`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ragflow.adapters.jobs.store import (
    APPLICATION,
    QUEUE,
    VERSION,
    WORKFLOW,
    faults_of_job_store,
    prepare_job_store,
    store_url,
)
from ragflow.domain.jobs import ParseJob

if TYPE_CHECKING:
    from dbos import DBOSClient


class DbosJobQueue:
    """Queue jobs in a DBOS job store; workers in any process do them."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._opened: DBOSClient | None = None

    def enqueue(self, job: ParseJob) -> None:
        """Queue a job, once for its workflow id; tenants take turns."""
        with self._client() as client:
            client.enqueue(
                {
                    "workflow_name": WORKFLOW,
                    "queue_name": QUEUE,
                    "queue_partition_key": job.tenant_id,
                    "workflow_id": job.workflow_id,
                    "app_version": VERSION,
                },
                job.tenant_id,
                job.document_id,
                job.revision,
            )

    def cancel(self, job: ParseJob) -> None:
        """Stop a job before its next step; unknown and finished ones are passed over."""
        with self._client() as client:
            client.cancel_workflow(job.workflow_id)

    def waiting(self) -> int:
        """Count the jobs that wait."""
        with self._client() as client:
            return len(
                client.list_workflows(
                    queue_name=QUEUE, status="ENQUEUED", load_input=False, load_output=False
                )
            )

    def ping(self) -> None:
        """Raise `StoreUnavailable` when the job store does not answer."""
        with self._client() as client:
            client.check_connection()

    def close(self) -> None:
        """Release connections."""
        with self._lock:
            if self._opened is not None:
                self._opened.destroy()
                self._opened = None

    @contextmanager
    def _client(self) -> Iterator[DBOSClient]:
        """Lend the open client and turn its failures into `StoreUnavailable`."""
        with faults_of_job_store():
            yield self._open()

    def _open(self) -> DBOSClient:
        with self._lock:
            if self._opened is None:
                from dbos import DBOSClient

                prepare_job_store(self._url)
                self._opened = DBOSClient(
                    system_database_url=store_url(self._url),
                    application_name=APPLICATION,
                    retry_connection_errors=False,  # whoever calls has better ways to wait
                )
            return self._opened
