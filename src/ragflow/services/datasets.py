"""Datasets: create, list, change and delete.

In: validated fields. Out: `Dataset` values. Refused: names that the tenant uses already, models
that it may not use, and a new embedding model while chunks bind the dataset to its old one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ragflow.domain.documents import Dataset
from ragflow.domain.errors import Conflict
from ragflow.domain.identity import Actor
from ragflow.domain.ports import Clock, Ids, ModelCatalog
from ragflow.domain.repositories import Database, Paging, UnitOfWork
from ragflow.services import parser_config
from ragflow.services.access import (
    may_use,
    require_datasets,
    require_own_dataset,
    require_tag_sets,
)
from ragflow.services.errors import DatasetNotFound, DuplicateDatasetName, EmbeddingLocked
from ragflow.services.followups import follow_dataset_deletion
from ragflow.services.outbox import OutboxRelay


@dataclass(frozen=True, slots=True)
class DatasetDraft:
    """Propose a dataset; an empty embedding model means the tenant's default."""

    name: str
    avatar: str | None = None
    description: str | None = None
    embedding_model: str = ""
    permission: str = "me"
    chunk_method: str = "naive"
    parser_config: Mapping[str, Any] | None = None
    metadata_plan: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class DatasetChanges:
    """Propose new values of some fields: those that `values` has a key for.

    `values` may have name, avatar, description, permission, chunk_method, pagerank and a non-empty
    embedding_model.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    parser_config: Mapping[str, Any] | None = None


class DatasetService:
    """Manage datasets."""

    def __init__(
        self,
        database: Database,
        catalog: ModelCatalog,
        relay: OutboxRelay,
        clock: Clock,
        ids: Ids,
        language: str = "English",
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._relay = relay
        self._clock = clock
        self._ids = ids
        self._language = language

    def create(self, actor: Actor, draft: DatasetDraft) -> Dataset:
        """Add a dataset. Raises `DuplicateDatasetName` or a `ModelError`."""
        now = self._clock.milliseconds()
        dataset = Dataset(
            id=self._ids.object_id(),
            tenant_id=actor.tenant_id,
            created_by=actor.user_id,
            name=draft.name,
            embedding_model=self._embedding_name(actor.tenant_id, draft.embedding_model),
            create_time=now,
            update_time=now,
            avatar=draft.avatar,
            description=draft.description,
            language=self._language,
            permission=draft.permission,
            chunk_method=draft.chunk_method,
            parser_config=parser_config.for_new_dataset(draft.chunk_method, draft.parser_config),
            metadata_plan=draft.metadata_plan,
        )
        try:
            with self._database.transaction() as unit:
                require_tag_sets(unit, actor, draft.parser_config)
                unit.datasets.add(dataset)
        except Conflict as conflict:
            raise DuplicateDatasetName(name=draft.name) from conflict
        return dataset

    def page(
        self,
        actor: Actor,
        paging: Paging,
        dataset_id: str | None = None,
        name: str | None = None,
        dataset_ids: Sequence[str] | None = None,
    ) -> tuple[list[Dataset], int]:
        """List what the actor may use; of `dataset_ids` only, where they are given.

        Raises `DatasetNotFound` for an unknown id or name.
        """
        with self._database.reading() as unit:
            require_datasets(unit, actor, dataset_ids or ())
            for wanted, search in (
                (dataset_id, {"dataset_id": dataset_id}),
                (name, {"name": name}),
            ):
                if (
                    wanted is not None
                    and not self._visible(unit, actor, Paging(limit=1), search)[1]
                ):
                    raise DatasetNotFound(id=wanted, tenant=actor.tenant_id)
            search = {"dataset_id": dataset_id, "name": name}
            return self._visible(unit, actor, paging, search, dataset_ids)

    def get(self, actor: Actor, dataset_id: str) -> Dataset:
        """Return one dataset that the actor may use. Raises `DatasetNotFound`."""
        with self._database.reading() as unit:
            dataset = unit.datasets.get(dataset_id)
        if dataset is None or not may_use(actor, dataset):
            raise DatasetNotFound(id=dataset_id, tenant=actor.tenant_id)
        return dataset

    def update(self, actor: Actor, dataset_id: str, changes: DatasetChanges) -> Dataset:
        """Change a dataset. Raises `DatasetNotFound`, `Conflict`s or a `ModelError`."""
        with self._database.reading() as unit:
            require_own_dataset(unit, actor, dataset_id)
        model = changes.values.get("embedding_model")
        if model is not None:
            self._embedding_name(actor.tenant_id, model)
        with self._database.transaction() as unit:
            dataset = require_own_dataset(unit, actor, dataset_id)
            require_tag_sets(unit, actor, changes.parser_config)
            changed = self._changed(dataset, changes)
            try:
                unit.datasets.update(changed)
            except Conflict as conflict:
                raise DuplicateDatasetName(name=changed.name) from conflict
        return changed

    def delete(self, actor: Actor, dataset_ids: Sequence[str] | None) -> None:
        """Delete own datasets, all where None; none when one of them is unknown.

        Raises `DatasetNotFound`.
        """
        with self._database.transaction() as unit:
            if dataset_ids is None:
                wanted = self._own(unit, actor)
            else:
                wanted = [require_own_dataset(unit, actor, each) for each in dataset_ids]
            for dataset in wanted:
                self._delete(unit, dataset)
        self._relay.flush()

    def _embedding_name(self, tenant_id: str, name: str) -> str:
        """Return the model's full name once the catalog has agreed to serve it."""
        name = name or self._catalog.default_name(tenant_id, "embedding")
        self._catalog.embedding(tenant_id, name)
        return name

    def _changed(self, dataset: Dataset, changes: DatasetChanges) -> Dataset:
        model = changes.values.get("embedding_model", dataset.embedding_model)
        if model != dataset.embedding_model and dataset.chunk_count:
            raise EmbeddingLocked(chunk_count=dataset.chunk_count, model=dataset.embedding_model)
        method = changes.values.get("chunk_method", dataset.chunk_method)
        config = parser_config.for_changed_dataset(
            dataset.parser_config,
            changes.parser_config,
            method,
            method_changed=method != dataset.chunk_method,
        )
        now = self._clock.milliseconds()
        return replace(dataset, **changes.values, parser_config=config, update_time=now)

    @staticmethod
    def _visible(
        unit: UnitOfWork,
        actor: Actor,
        paging: Paging,
        search: Mapping[str, str | None],
        dataset_ids: Sequence[str] | None = None,
    ) -> tuple[list[Dataset], int]:
        joined = actor.joined_tenant_ids
        return unit.datasets.visible(
            actor.tenant_id, joined, paging, **search, dataset_ids=dataset_ids
        )

    @staticmethod
    def _own(unit: UnitOfWork, actor: Actor) -> list[Dataset]:
        return unit.datasets.visible(actor.tenant_id, (), Paging(limit=None))[0]

    @staticmethod
    def _delete(unit: UnitOfWork, dataset: Dataset) -> None:
        documents = unit.documents.get_many(unit.documents.ids(dataset.id))
        follow_dataset_deletion(unit, dataset.id, documents)
        unit.datasets.delete(dataset.id)
