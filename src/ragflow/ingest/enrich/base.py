"""What an enrichment is, and what it works with.

In: the chunks of a document, between chunking and embedding or after indexing. Out: chunks with
more to be found by, further chunks, or a graph; and warnings for the document's owner. An
enrichment is a row of durable steps: what one returns is recorded, so after a crash the job goes on
behind it. It never loses a document: where a model is missing, stays away or would cost more than
the budget, the chunks are done in another way or left as they are, and that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from ragflow.domain.chunks import Chunk
from ragflow.domain.documents import Dataset, Document
from ragflow.domain.errors import InvalidInput
from ragflow.domain.jobs import T
from ragflow.domain.ports import Clock, ModelCatalog, Progress, SearchEngine
from ragflow.domain.registry import Registry
from ragflow.domain.repositories import Database
from ragflow.ingest.enrich.writer import Writer
from ragflow.ingest.progress import JobProgress
from ragflow.ingest.work import WorkArea

Place = Literal["before", "after"]
"""Where an enrichment stands: before embedding, or after indexing."""

Readable = Callable[[str, tuple[str, ...]], tuple[Dataset, ...]]
"""Return those of some datasets that a tenant may use."""

OptionsT = TypeVar("OptionsT", bound=BaseModel)


class Step(Protocol):
    """Run a durable step of an enrichment."""

    def __call__(self, name: str, action: Callable[[], T]) -> T:
        """Return what `action` returns, small and plain data, recorded under the name.

        An action may be repeated, so it must write the same to the same places. The same steps must
        be asked for in the same order after a crash: let them depend on recorded results alone.
        """
        ...


@dataclass(frozen=True, slots=True)
class Configs:
    """Hold what the document's own configuration asks for, and that of its dataset."""

    document: Mapping[str, Any]
    dataset: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Desk:
    """Hold what an enrichment works with.

    `parts` and `chunk_count` are those of the document; `stage` is the one whose chunks come in.
    `report` adds a line and the share done of this enrichment, 0 to 1; like `job.check` it raises
    `Cancelled` when the document is no longer wanted.
    """

    document: Document
    dataset: Dataset
    parts: int
    chunk_count: int
    stage: str
    database: Database
    engine: SearchEngine
    models: ModelCatalog
    clock: Clock
    work: WorkArea
    writer: Writer
    job: JobProgress
    report: Progress
    readable: Readable

    @property
    def configs(self) -> Configs:
        """Return what the document and its dataset ask for."""
        return configs_of(self.document, self.dataset)

    def chunks(self, part: int) -> list[Chunk]:
        """Return the chunks of a part as they come in."""
        return self.work.chunks(part, self.stage)

    def all_chunks(self) -> Iterator[Chunk]:
        """Yield all chunks as they come in, in reading order."""
        return self.work.all_chunks(self.parts, self.stage)


class Enricher(Protocol):
    """Enrich a document.

    One that stands `before` embedding keeps the chunks of every part anew, under its own name as
    the stage. One that stands `after` indexing works on a document that can be found already.
    """

    name: ClassVar[str]
    stands: ClassVar[Place]

    def is_wanted(self, configs: Configs) -> bool:
        """Tell whether it was asked for. Raises `InvalidInput` for options that it cannot use."""
        ...

    def enrich(self, desk: Desk, step: Step) -> tuple[str, ...]:
        """Do it, and return warnings.

        Raises `Cancelled`; `ModelError` or `InvalidInput` when it has to be given up, which leaves
        the chunks as they came in.
        """
        ...


def configs_of(document: Document, dataset: Dataset) -> Configs:
    """Return what a document and its dataset ask for."""
    return Configs(document.parser_config or {}, dataset.parser_config or {})


enrichers: Registry[Callable[[], Enricher]] = Registry("enrichment")
"""Enrichments by name; `load.ORDER` says which comes first."""


def read_options(kind: type[OptionsT], config: Mapping[str, Any]) -> OptionsT:
    """Read what a stored configuration says; null means the default. Raises `InvalidInput`."""
    try:
        return kind.model_validate(_without_nulls(config))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(f"parser_config.{key}: {first['msg']}.") from None


def _without_nulls(config: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _without_nulls(value) if isinstance(value, Mapping) else value
        for key, value in config.items()
        if value is not None
    }
