"""Documents in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, case, delete, func, select, update

from ragflow.adapters.db.base import (
    IDS_PER_STATEMENT,
    LARGEST_INTEGER,
    Repository,
    Values,
    batches,
    fields_of,
    orderable,
    paged,
)
from ragflow.adapters.db.tables import documents
from ragflow.domain.documents import Coverage, Document, RunState
from ragflow.domain.repositories import Paging

_ORDERS = orderable(documents, Document)


class SqlDocuments(Repository):
    """Keep documents."""

    def add(self, document: Document) -> None:
        """Insert. Raises `NotFound` when the dataset is gone."""
        with self._parent("dataset", document.dataset_id):
            self._insert(documents, _row(document))

    def get(self, document_id: str) -> Document | None:
        """Find by id."""
        row = self._row(select(documents).where(documents.c.id == document_id))
        return None if row is None else _value(row)

    def get_many(self, document_ids: Sequence[str]) -> list[Document]:
        """Return the documents that exist, in the order of the ids."""
        found: dict[str, Document] = {}
        for ids in batches(dict.fromkeys(document_ids), IDS_PER_STATEMENT):
            rows = self._rows(select(documents).where(documents.c.id.in_(ids)))
            found |= {row.id: _value(row) for row in rows}
        return [found[key] for key in dict.fromkeys(document_ids) if key in found]

    def names(self, dataset_id: str) -> set[str]:
        """Return the names in use in a dataset."""
        found = select(documents.c.name).where(documents.c.dataset_id == dataset_id)
        return set(self._connection.execute(found).scalars())

    def ids(self, dataset_id: str) -> list[str]:
        """List the ids of a dataset's documents."""
        found = select(documents.c.id).where(documents.c.dataset_id == dataset_id)
        return list(self._connection.execute(found.order_by(documents.c.id)).scalars())

    def count_of_tenant(self, tenant_id: str) -> int:
        """Count the documents that a tenant owns."""
        counted = select(func.count()).select_from(documents)
        return self._connection.execute(
            counted.where(documents.c.tenant_id == tenant_id)
        ).scalar_one()

    def sizes(self, dataset_ids: Sequence[str]) -> dict[str, int]:
        """Return the bytes of the documents of each dataset that has some."""
        found: dict[str, int] = {}
        for ids in batches(dict.fromkeys(dataset_ids), IDS_PER_STATEMENT):
            sums = select(documents.c.dataset_id, func.sum(documents.c.size).label("bytes"))
            of_datasets = sums.where(documents.c.dataset_id.in_(ids))
            rows = self._rows(of_datasets.group_by(documents.c.dataset_id))
            found |= {row.dataset_id: int(row.bytes) for row in rows}
        return found

    def page(
        self,
        dataset_id: str,
        paging: Paging,
        document_id: str | None = None,
        name: str | None = None,
        keywords: str | None = None,
        created_from: int | None = None,
        created_to: int | None = None,
    ) -> tuple[list[Document], int]:
        """List the documents of a dataset that pass every filter; and their total.

        `name` is compared exactly; `keywords` is a case-insensitive substring of the name; the
        times are inclusive, in ms.
        """
        listed = select(documents).where(documents.c.dataset_id == dataset_id)
        if document_id is not None:
            listed = listed.where(documents.c.id == document_id)
        if name is not None:
            listed = listed.where(documents.c.name == name)
        if keywords:
            listed = listed.where(self._contains(documents.c.name_key, keywords))
        if created_from is not None:
            listed = listed.where(documents.c.create_time >= _bounded(created_from))
        if created_to is not None:
            listed = listed.where(documents.c.create_time <= _bounded(created_to))
        rows = self._rows(paged(listed, paging, _ORDERS, documents.c.id))
        return [_value(row) for row in rows], self._count(listed)

    def meta_fields(self, dataset_ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """Return the meta fields by document id, {} for documents that have none."""
        found: dict[str, Mapping[str, Any]] = {}
        for ids in batches(dict.fromkeys(dataset_ids), IDS_PER_STATEMENT):
            columns = select(documents.c.id, documents.c.meta_fields)
            rows = self._rows(columns.where(documents.c.dataset_id.in_(ids)))
            found |= {row.id: row.meta_fields for row in rows}
        return found

    def update(self, document: Document) -> None:
        """Store the new value. Raises `NotFound`."""
        self._update(documents, _row(document), "document")

    def set_progress(
        self, document_id: str, revision: int, progress: float, message: str, duration: float
    ) -> bool:
        """Store progress if the revision is still the wanted one and runs; tell whether it was.

        The share never decreases: workers may report late and out of order.
        """
        wanted = (
            documents.c.id == document_id,
            documents.c.revision == revision,
            documents.c.run == RunState.RUNNING.value,
        )
        largest = case((documents.c.progress < progress, progress), else_=documents.c.progress)
        stored = self._write(
            update(documents)
            .where(*wanted)
            .values(progress=largest, progress_msg=message, process_duration=duration)
        )
        return stored == 1

    def delete(self, document_ids: Sequence[str]) -> None:
        """Delete the documents with their chunks."""
        for ids in batches(sorted(set(document_ids)), IDS_PER_STATEMENT):
            self._write(delete(documents).where(documents.c.id.in_(ids)))


def _bounded(milliseconds: int) -> int:
    return max(-LARGEST_INTEGER, min(milliseconds, LARGEST_INTEGER))


def _row(document: Document) -> Values:
    coverage = document.coverage
    return fields_of(document) | {
        "name_key": document.name.casefold(),
        "run": document.run.value,
        "coverage": None if coverage is None else fields_of(coverage),
    }


def _value(row: Row[Any]) -> Document:
    values = dict(row._mapping)
    del values["name_key"]
    values["run"] = RunState(row.run)
    if row.coverage is not None:
        warnings = tuple(row.coverage["warnings"])
        values["coverage"] = Coverage(**(row.coverage | {"warnings": warnings}))
    return Document(**values)
