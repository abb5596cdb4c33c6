"""Datasets in SQL; their counters are summed from their documents whenever they are read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, Select, and_, delete, func, or_, select

from ragflow.adapters.db.base import (
    IDS_PER_STATEMENT,
    Repository,
    Values,
    batches,
    fields_of,
    orderable,
    paged,
)
from ragflow.adapters.db.tables import dataset_names, datasets, documents
from ragflow.domain.documents import Dataset
from ragflow.domain.repositories import Paging

_COUNTERS = {
    "document_count": func.count(),
    "chunk_count": func.coalesce(func.sum(documents.c.chunk_count), 0),
    "token_count": func.coalesce(func.sum(documents.c.token_count), 0),
}
_ORDERS = orderable(datasets, Dataset) | {
    name: select(counter)
    .select_from(documents)
    .where(documents.c.dataset_id == datasets.c.id)
    .scalar_subquery()
    for name, counter in _COUNTERS.items()
}


class SqlDatasets(Repository):
    """Keep datasets."""

    def add(self, dataset: Dataset) -> None:
        """Insert. Raises `Conflict` when the tenant has the name already (case-insensitive)."""
        with self._unique(dataset_names, "dataset", dataset.name):
            self._insert(datasets, _row(dataset))

    def get(self, dataset_id: str) -> Dataset | None:
        """Find by id."""
        return self._one(select(datasets).where(datasets.c.id == dataset_id))

    def get_many(self, dataset_ids: Sequence[str]) -> list[Dataset]:
        """Return the datasets that exist, in the order of the ids."""
        found: dict[str, Dataset] = {}
        for ids in batches(dict.fromkeys(dataset_ids), IDS_PER_STATEMENT):
            rows = self._rows(select(datasets).where(datasets.c.id.in_(ids)))
            found |= {dataset.id: dataset for dataset in self._with_counters(rows)}
        return [found[key] for key in dict.fromkeys(dataset_ids) if key in found]

    def all_ids(self) -> list[str]:
        """Return the ids of every tenant's datasets, in order."""
        found = select(datasets.c.id).order_by(datasets.c.id)
        return list(self._connection.execute(found).scalars())

    def by_name(self, tenant_id: str, name: str) -> Dataset | None:
        """Find by name, case-insensitive."""
        key = (datasets.c.tenant_id == tenant_id, datasets.c.name_key == name.casefold())
        return self._one(select(datasets).where(*key))

    def visible(
        self,
        tenant_id: str,
        joined_tenant_ids: Sequence[str],
        paging: Paging,
        dataset_id: str | None = None,
        name: str | None = None,
        dataset_ids: Sequence[str] | None = None,
    ) -> tuple[list[Dataset], int]:
        """List own datasets and those of joined tenants with permission `team`; and their total.

        `dataset_ids` None means all, an empty one none.
        """
        shared = and_(
            datasets.c.tenant_id.in_(list(joined_tenant_ids)), datasets.c.permission == "team"
        )
        listed = select(datasets).where(or_(datasets.c.tenant_id == tenant_id, shared))
        if dataset_id is not None:
            listed = listed.where(datasets.c.id == dataset_id)
        if dataset_ids is not None:
            listed = listed.where(datasets.c.id.in_(list(dataset_ids)))
        if name is not None:
            listed = listed.where(datasets.c.name_key == name.casefold())
        rows = self._rows(paged(listed, paging, _ORDERS, datasets.c.id))
        return self._with_counters(rows), self._count(listed)

    def update(self, dataset: Dataset) -> None:
        """Store the new value. Raises `Conflict` when the name is taken by another."""
        with self._unique(dataset_names, "dataset", dataset.name):
            self._update(datasets, _row(dataset), "dataset")

    def delete(self, dataset_id: str) -> None:
        """Delete the dataset with its documents and chunks."""
        self._write(delete(datasets).where(datasets.c.id == dataset_id))

    def _one(self, statement: Select[Any]) -> Dataset | None:
        row = self._row(statement)
        return None if row is None else self._with_counters([row])[0]

    def _with_counters(self, rows: Sequence[Row[Any]]) -> list[Dataset]:
        counters = self._counters(row.id for row in rows)
        return [_value(row, counters.get(row.id, {})) for row in rows]

    def _counters(self, dataset_ids: Iterable[str]) -> dict[str, Values]:
        counters: dict[str, Values] = {}
        for ids in batches(dataset_ids, IDS_PER_STATEMENT):
            sums = (
                select(documents.c.dataset_id, *(c.label(name) for name, c in _COUNTERS.items()))
                .where(documents.c.dataset_id.in_(ids))
                .group_by(documents.c.dataset_id)
            )
            for row in self._rows(sums):
                counters[row.dataset_id] = {name: int(row._mapping[name]) for name in _COUNTERS}
        return counters


def _row(dataset: Dataset) -> Values:
    row = fields_of(dataset) | {"name_key": dataset.name.casefold()}
    for derived in _COUNTERS:
        del row[derived]
    return row


def _value(row: Row[Any], counters: Values) -> Dataset:
    values = dict(row._mapping)
    del values["name_key"]
    return Dataset(**values, **counters)
