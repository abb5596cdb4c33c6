"""Records: the rows of tables that an assistant may ask by SQL.

In: what a question may be searched in. Out: the rows of its datasets that have columns, in a
database in memory, and the chunks behind rows. Refused, by giving none: more rows than the setting
allows, since numbers that leave rows out would be wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from ragflow.domain.chunks import Chunk
from ragflow.domain.documents import Dataset
from ragflow.domain.identity import Actor
from ragflow.domain.queries import Candidate, Hit, ScoredCandidate
from ragflow.domain.repositories import Database
from ragflow.generate.tables.answering import RecordSource
from ragflow.generate.tables.records import Key, Records, row_count
from ragflow.services.access import require_datasets
from ragflow.services.retrieval import RetrievalRequest, wanted_documents

FIELD_MAP = "field_map"
"""The key of a dataset's parser_config that holds the shown names of columns by their keys."""


class RecordService:
    """Give the rows of tables; `most_rows` of them at most, 0 for none at all."""

    def __init__(self, database: Database, most_rows: int, seconds: float) -> None:
        self._database = database
        self._most_rows = most_rows
        self._seconds = seconds

    def source(self, actor: Actor, search: RetrievalRequest) -> RecordSource:
        """Return the rows that a search may find, to be read when they are asked for."""
        return RecordSource(lambda: self._open(actor, search), self._hits)

    def _open(self, actor: Actor, search: RetrievalRequest) -> Records | None:
        with self._database.reading() as unit:
            datasets = require_datasets(unit, actor, search.dataset_ids)
            names = shown_names(datasets)
            if not names or not self._most_rows:
                return None
            document_ids = wanted_documents(unit, datasets, search)
            tables = [dataset.id for dataset in datasets if shown_names([dataset])]
            rows = unit.chunks.rows(tables, document_ids, self._most_rows + 1)
            if not rows or row_count(rows) > self._most_rows:
                return None
            documents = unit.documents.get_many(list({row.document_id for row in rows}))
        about = [PurePosixPath(document.name).stem for document in documents]
        about += [dataset.name for dataset in datasets]
        return Records(rows, names, about="\n".join(about), seconds=self._seconds)

    def _hits(self, keys: Sequence[Key]) -> dict[Key, Hit]:
        with self._database.reading() as unit:
            chunks = unit.chunks.get_many(keys)
            documents = unit.documents.get_many(list({document_id for document_id, _ in keys}))
        document_names = {document.id: document.name for document in documents}
        return {
            key: _hit(chunk, document_names[chunk.document_id])
            for key, chunk in chunks.items()
            if chunk.document_id in document_names
        }


def shown_names(datasets: Iterable[Dataset]) -> dict[str, str]:
    """Return the shown names of the columns of datasets by their keys."""
    names: dict[str, str] = {}
    for dataset in datasets:
        stored = (dataset.parser_config or {}).get(FIELD_MAP)
        if isinstance(stored, Mapping):
            names |= {str(key): str(name) for key, name in stored.items()}
    return names


def _hit(chunk: Chunk, document_name: str) -> Hit:
    """Return a chunk as a hit that fits wholly by its words."""
    candidate = Candidate(chunk.dataset_id, chunk.document_id, chunk.id, "", "", "", "", 0.0)
    return Hit(chunk, document_name, ScoredCandidate(candidate, 1.0, 1.0, 0.0, 0.0))
