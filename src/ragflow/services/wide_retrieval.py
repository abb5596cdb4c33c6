"""Wide retrieval: a question to all datasets that the caller may use.

In: a retrieval request that need not name datasets. Out: one page of hits. Datasets of different
embedding models, which one search cannot hold, are searched one group after the other and their
hits put in one order by similarity. Refused: documents that the caller may not use.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ragflow.domain.documents import Dataset
from ragflow.domain.identity import Actor
from ragflow.domain.queries import Retrieval
from ragflow.domain.repositories import Database, Paging, UnitOfWork
from ragflow.services.access import may_use
from ragflow.services.errors import ForeignDocument
from ragflow.services.retrieval import RetrievalRequest, RetrievalService

_TAGGED = "tag"  # texts that tell how to tag, and answer nothing


class WideRetrieval:
    """Find chunks wherever the caller may look."""

    def __init__(self, database: Database, retrieval: RetrievalService) -> None:
        self._database = database
        self._retrieval = retrieval

    def retrieve(self, actor: Actor, request: RetrievalRequest) -> Retrieval:
        """Return the chunks that answer a question, best first; raises as retrieval does."""
        if request.dataset_ids:
            return self._retrieval.retrieve(actor, request)
        with self._database.reading() as unit:
            groups = _groups(unit, actor, request)
        if len(groups) == 1:
            return self._retrieval.retrieve(actor, groups[0])
        end = request.page * request.page_size
        whole = [replace(group, page=1, page_size=end) for group in groups]
        found = _merged([self._retrieval.retrieve(actor, group) for group in whole])
        return replace(found, hits=found.hits[end - request.page_size : end])


def _groups(unit: UnitOfWork, actor: Actor, request: RetrievalRequest) -> list[RetrievalRequest]:
    """Return a request for the datasets of each embedding model."""
    if request.document_ids:
        return _groups_of_documents(unit, actor, request)
    usable, _ = unit.datasets.visible(actor.tenant_id, actor.joined_tenant_ids, Paging(limit=None))
    datasets = [each for each in usable if each.chunk_count and each.chunk_method != _TAGGED]
    return [
        replace(request, dataset_ids=tuple(each.id for each in group))
        for group in _by_model(datasets)
    ]


def _groups_of_documents(
    unit: UnitOfWork, actor: Actor, request: RetrievalRequest
) -> list[RetrievalRequest]:
    documents = {each.id: each for each in unit.documents.get_many(request.document_ids)}
    wanted = {each.dataset_id for each in documents.values()}
    datasets = [each for each in unit.datasets.get_many(sorted(wanted)) if may_use(actor, each)]
    usable = {dataset.id for dataset in datasets}
    for document_id in request.document_ids:
        if document_id not in documents or documents[document_id].dataset_id not in usable:
            raise ForeignDocument(id=document_id)
    requests = []
    for group in _by_model(each for each in datasets if each.chunk_count):
        ids = tuple(each.id for each in group)
        own = tuple(each.id for each in documents.values() if each.dataset_id in ids)
        requests.append(replace(request, dataset_ids=ids, document_ids=own))
    return requests


def _by_model(datasets: Iterable[Dataset]) -> list[list[Dataset]]:
    groups: dict[str, list[Dataset]] = {}
    for dataset in datasets:
        groups.setdefault(dataset.embedding_model.partition("@")[0], []).append(dataset)
    return list(groups.values())


def _merged(found: list[Retrieval]) -> Retrieval:
    hits = [hit for each in found for hit in each.hits]
    aggregates = [aggregate for each in found for aggregate in each.aggregates]
    return Retrieval(
        sum(each.total for each in found),
        tuple(sorted(hits, key=lambda hit: hit.score.similarity, reverse=True)),
        tuple(sorted(aggregates, key=lambda aggregate: aggregate.count, reverse=True)),
    )
