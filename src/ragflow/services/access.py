"""Rights: who may touch which dataset, document and chunk.

In: an actor and ids from the outside. Out: the stored objects. Refused: what does not exist and
what the actor may not touch, both with the same `NotFound`, so nobody learns what others have.
An object of the own tenant may be used and changed; a dataset of a joined tenant may be used, with
its documents and chunks, when its permission is `team`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ragflow.domain.documents import Dataset, Document
from ragflow.domain.identity import Actor
from ragflow.domain.repositories import UnitOfWork
from ragflow.services.errors import DatasetNotFound, DocumentNotFound, ForeignDocument


def may_use(actor: Actor, dataset: Dataset) -> bool:
    """Tell whether the actor may work with a dataset and what is in it."""
    if dataset.tenant_id == actor.tenant_id:
        return True
    return dataset.permission == "team" and dataset.tenant_id in actor.joined_tenant_ids


def require_dataset(unit: UnitOfWork, actor: Actor, dataset_id: str) -> Dataset:
    """Return a dataset that the actor may use. Raises `DatasetNotFound`."""
    dataset = unit.datasets.get(dataset_id)
    if dataset is None or not may_use(actor, dataset):
        raise DatasetNotFound(id=dataset_id, tenant=actor.tenant_id)
    return dataset


def require_own_dataset(unit: UnitOfWork, actor: Actor, dataset_id: str) -> Dataset:
    """Return a dataset of the actor's own tenant. Raises `DatasetNotFound`."""
    dataset = unit.datasets.get(dataset_id)
    if dataset is None or dataset.tenant_id != actor.tenant_id:
        raise DatasetNotFound(id=dataset_id, tenant=actor.tenant_id)
    return dataset


def require_datasets(
    unit: UnitOfWork, actor: Actor, dataset_ids: Sequence[str]
) -> tuple[Dataset, ...]:
    """Return datasets that the actor may use, each once. Raises `DatasetNotFound`."""
    known = {dataset.id: dataset for dataset in unit.datasets.get_many(dataset_ids)}
    wanted = tuple(dict.fromkeys(dataset_ids))
    for dataset_id in wanted:
        if dataset_id not in known or not may_use(actor, known[dataset_id]):
            raise DatasetNotFound(id=dataset_id, tenant=actor.tenant_id)
    return tuple(known[dataset_id] for dataset_id in wanted)


def require_tag_sets(unit: UnitOfWork, actor: Actor, config: Mapping[str, Any] | None) -> None:
    """Check the tag sets that a parser_config names. Raises `DatasetNotFound`."""
    named = (config or {}).get("tag_kb_ids")
    if isinstance(named, list):
        require_datasets(unit, actor, [str(each) for each in named])


def require_document(unit: UnitOfWork, dataset: Dataset, document_id: str) -> Document:
    """Return a document of a dataset that was checked before. Raises `DocumentNotFound`."""
    document = unit.documents.get(document_id)
    if document is None or document.dataset_id != dataset.id:
        raise DocumentNotFound(id=document_id, dataset_id=dataset.id)
    return document


def require_documents_of(
    unit: UnitOfWork, datasets: Sequence[Dataset], document_ids: Sequence[str]
) -> None:
    """Check that documents are in datasets that were checked before. Raises `ForeignDocument`."""
    dataset_ids = {dataset.id for dataset in datasets}
    known = {document.id: document for document in unit.documents.get_many(document_ids)}
    for document_id in document_ids:
        if document_id not in known or known[document_id].dataset_id not in dataset_ids:
            raise ForeignDocument(id=document_id)
