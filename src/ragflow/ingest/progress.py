"""Progress of one ingestion: the number and the lines that people see.

In: shares and texts. Out: `progress` and `progress_msg` of the document, lines such as
`14:03:59 Page(1~13): Finish parsing.` Refused with `Cancelled`: work on a document that is gone,
that was stopped or that is wanted anew.
"""

from __future__ import annotations

import time
from dataclasses import replace

from ragflow.domain.documents import Document, RunState
from ragflow.domain.errors import Cancelled
from ragflow.domain.jobs import ParseJob
from ragflow.domain.ports import Clock, Progress
from ragflow.domain.repositories import Database, UnitOfWork

_MOST_LINES = 200


class JobProgress:
    """Report the progress of a job, and tell whether it is still wanted."""

    def __init__(self, database: Database, clock: Clock, job: ParseJob) -> None:
        self._database = database
        self._clock = clock
        self._job = job
        self._pages = 0
        self._share = 0.0
        document = self._read()
        self._begun_at = document.process_begin_at or clock.milliseconds()
        self._lines = document.progress_msg.splitlines()

    def set_pages(self, count: int) -> None:
        """Name the pages in the lines that follow."""
        self._pages = count

    def report(self, share: float, text: str = "") -> None:
        """Set the share done and add a line. Raises `Cancelled`."""
        self._share = max(self._share, share)
        self._add(text)
        job = self._job
        with self._database.transaction() as unit:
            if not unit.documents.set_progress(
                job.document_id, job.revision, self._share, self.message, self.seconds()
            ):
                raise Cancelled

    def within(self, low: float, high: float) -> Progress:
        """Return a reporter for a stage that takes the job from `low` to `high`."""
        return lambda share, text: self.report(low + (high - low) * min(max(share, 0.0), 1.0), text)

    def check(self) -> None:
        """Raise `Cancelled` when the job is no longer wanted."""
        self._read()

    def closing(self, unit: UnitOfWork, text: str) -> Document:
        """Return the document, still wanted, with a last line and its duration, to be stored."""
        document = wanted_document(unit, self._job)
        self._add(text)
        return replace(
            document,
            progress_msg=self.message,
            process_duration=self.seconds(),
            update_time=self._clock.milliseconds(),
        )

    @property
    def message(self) -> str:
        """Return all lines."""
        return "\n".join(self._lines)

    def seconds(self) -> float:
        """Return how long the document has been in work, waiting included."""
        return max(self._clock.milliseconds() - self._begun_at, 0) / 1000

    def _add(self, text: str) -> None:
        if not text:
            return
        where = f"Page(1~{self._pages + 1}): " if self._pages else ""
        self._lines.append(progress_line(self._clock, where + text))
        del self._lines[1 : max(len(self._lines) - _MOST_LINES + 1, 1)]

    def _read(self) -> Document:
        with self._database.reading() as unit:
            return wanted_document(unit, self._job)


def progress_line(clock: Clock, text: str) -> str:
    """Return a line of `progress_msg`, which begins with the time of day."""
    return f"{time.strftime('%H:%M:%S', time.localtime(clock.seconds()))} {text}"


def wanted_document(unit: UnitOfWork, job: ParseJob) -> Document:
    """Return the document of a job that is still wanted. Raises `Cancelled`."""
    document = unit.documents.get(job.document_id)
    if (
        document is None
        or document.revision != job.revision
        or document.run is not RunState.RUNNING
    ):
        raise Cancelled
    return document
