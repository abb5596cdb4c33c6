"""The enrichments of one job, one after the other.

In: the names of those that were asked for, and how to run durable steps. Out: their warnings; the
stage that the chunks have reached. Refused: nothing but what raises `Cancelled` or says that a
store is away: an enrichment that cannot be done is given up, and the document goes on as it was
before it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from ragflow.domain.documents import Dataset, Document
from ragflow.domain.errors import InvalidInput, ModelError
from ragflow.domain.jobs import T
from ragflow.domain.ports import Clock, ModelCatalog, SearchEngine
from ragflow.domain.repositories import Database
from ragflow.ingest.enrich.base import Desk, Enricher, Place, Readable, Step
from ragflow.ingest.enrich.load import enricher
from ragflow.ingest.enrich.writer import Writer, WriterLimits
from ragflow.ingest.help import tenant_model
from ragflow.ingest.progress import JobProgress
from ragflow.ingest.work import WorkArea

_SHARES = {"before": (0.65, 0.7), "after": (0.95, 0.99)}  # of the job's progress


class EnrichParts(Protocol):
    """Hold what enrichments need from the outside; `IngestParts` does."""

    @property
    def database(self) -> Database: ...
    @property
    def engine(self) -> SearchEngine: ...
    @property
    def models(self) -> ModelCatalog: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def writing(self) -> WriterLimits: ...
    @property
    def readable(self) -> Readable: ...
    @property
    def sleep(self) -> Callable[[float], None]: ...


class Enrichment:
    """Do the enrichments of one job; `stage` is the last one whose chunks are kept."""

    def __init__(
        self,
        parts: EnrichParts,
        work: WorkArea,
        job: JobProgress,
        subject: Callable[[], tuple[Document, Dataset]],
    ) -> None:
        self._parts = parts
        self._work = work
        self._job = job
        self._subject = subject
        self.stage = ""

    def run(
        self, place: Place, names: Sequence[str], parts: int, chunk_count: int, step: Step
    ) -> tuple[str, ...]:
        """Do those of some enrichments that stand at a place; return warnings."""
        wanted = [each for each in map(enricher, names) if each.stands == place]
        warnings: tuple[str, ...] = ()
        for number, each in enumerate(wanted):
            desk = self._desk(each, parts, chunk_count, number / len(wanted), 1 / len(wanted))
            try:
                told = each.enrich(desk, partial(_substep, step, each.name))
            except (ModelError, InvalidInput) as error:
                told = (f"The enrichment {each.name} was given up: {error}",)
            else:
                self.stage = each.name if place == "before" else self.stage
            if told:
                _substep(step, each.name, "warnings", partial(_tell, desk, told))
            warnings += told
        return warnings

    def _desk(
        self, each: Enricher, count: int, chunk_count: int, begins: float, share: float
    ) -> Desk:
        document, dataset = self._subject()
        parts = self._parts
        low, high = _SHARES[each.stands]
        start = low + (high - low) * begins
        writer = Writer(
            tenant_model(parts.models, document.tenant_id),
            self._work,
            self._job.check,
            parts.sleep,
            parts.writing,
        )
        return Desk(
            document=document,
            dataset=dataset,
            parts=count,
            chunk_count=chunk_count,
            stage=self.stage,
            database=parts.database,
            engine=parts.engine,
            models=parts.models,
            clock=parts.clock,
            work=self._work,
            writer=writer,
            job=self._job,
            report=self._job.within(start, start + (high - low) * share),
            readable=parts.readable,
        )


def _tell(desk: Desk, warnings: Sequence[str]) -> None:
    for warning in warnings:
        desk.report(1.0, f"Warning: {warning}")


def _substep(step: Step, prefix: str, name: str, action: Callable[[], T]) -> T:
    return step(f"{prefix}:{name}", action)
