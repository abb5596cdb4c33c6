"""Search for agents: the datasets of a canvas, with the rights of who runs it.

In: what to search for; datasets by id or by name, whatever its case. Out: the best hits, none where
nothing was indexed yet. Refused: datasets that the caller may not use, as if they were not there.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from ragflow.agents.environment import SearchWanted
from ragflow.domain.identity import Actor
from ragflow.domain.queries import Retrieval
from ragflow.domain.repositories import Database, UnitOfWork
from ragflow.services.access import may_use
from ragflow.services.errors import DatasetNotFound, NothingIndexed
from ragflow.services.retrieval import NOTHING, RetrievalRequest, RetrievalService


@dataclass(frozen=True, slots=True)
class AgentSearch:
    """Search on behalf of a caller; a `Search`."""

    actor: Actor
    database: Database
    retrieval: RetrievalService

    async def __call__(self, wanted: SearchWanted) -> Retrieval:
        """Return the best hits.

        Raises `DatasetNotFound`, `MixedEmbeddings`, `ForeignDocument` or a `ModelError`.
        """
        return await asyncio.to_thread(self._search, wanted)

    def _search(self, wanted: SearchWanted) -> Retrieval:
        with self.database.reading() as unit:
            dataset_ids = tuple(
                dict.fromkeys(_dataset_id(unit, self.actor, each) for each in wanted.datasets)
            )
        request = RetrievalRequest(
            question=wanted.question,
            dataset_ids=dataset_ids,
            document_ids=tuple(wanted.document_ids),
            page_size=wanted.top_n,
            similarity_threshold=wanted.similarity_threshold,
            vector_similarity_weight=1 - wanted.keywords_similarity_weight,
            top_k=wanted.top_k,
            rerank_model=wanted.rerank_model,
            highlight=False,
            cross_languages=tuple(wanted.cross_languages),
            use_kg=wanted.use_kg,
        )
        try:
            return self.retrieval.retrieve(self.actor, request)
        except NothingIndexed:
            return NOTHING


def _dataset_id(unit: UnitOfWork, actor: Actor, wanted: str) -> str:
    """Return the id of the dataset that has this id, else this name. Raises `DatasetNotFound`."""
    found = unit.datasets.get(wanted)
    if found is not None and may_use(actor, found):
        return found.id
    for tenant_id in (actor.tenant_id, *actor.joined_tenant_ids):
        named = unit.datasets.by_name(tenant_id, wanted)
        if named is not None and may_use(actor, named):
            return named.id
    raise DatasetNotFound(id=wanted, tenant=actor.tenant_id)
