"""Rebuilding: a dataset's graph becomes what the shares of its documents say.

In: the id of a dataset. Out: stored entities, relations and communities that fit the shares and
aliases in the database. Only what differs is written. A write that overtook a newer one is seen on
a second look and done again, so the last writer always leaves the newest state.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ragflow.domain.errors import NotFound
from ragflow.domain.graphs import Community, Graph
from ragflow.domain.repositories import Database, UnitOfWork
from ragflow.ingest.enrich.knowledge_graph.merge import merged

LEAST_MEMBERS = 2  # of a community


def rebuild_graph(database: Database, dataset_id: str) -> Graph:
    """Make the stored graph equal to what the shares say; return it."""
    while True:
        with database.reading() as unit:
            seen = _stamp(unit, dataset_id)
            shares, aliases = unit.graphs.shares(dataset_id), unit.graphs.aliases(dataset_id)
            stored = unit.graphs.get(dataset_id)
        graph = merged(shares, aliases)
        try:
            with database.transaction() as unit:
                _write(unit, dataset_id, stored, graph)
        except NotFound:  # the dataset was deleted, and its graph with it
            return Graph()
        with database.reading() as unit:
            if _stamp(unit, dataset_id) == seen:
                return graph


def _stamp(unit: UnitOfWork, dataset_id: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
    return unit.graphs.share_digests(dataset_id), unit.graphs.aliases(dataset_id)


def _write(unit: UnitOfWork, dataset_id: str, stored: Graph, graph: Graph) -> None:
    graphs = unit.graphs
    known = {entity.name: entity for entity in stored.entities}
    tied = {(each.source, each.target): each for each in stored.relations}
    graphs.remove(
        dataset_id,
        sorted(known.keys() - {entity.name for entity in graph.entities}),
        sorted(tied.keys() - {(each.source, each.target) for each in graph.relations}),
    )
    graphs.put(
        dataset_id,
        [entity for entity in graph.entities if known.get(entity.name) != entity],
        [each for each in graph.relations if tied.get((each.source, each.target)) != each],
    )
    communities = graphs.communities(dataset_id)
    left = still_there(communities, graph)
    if left != communities:
        graphs.replace_communities(dataset_id, left)


def still_there(communities: Sequence[Community], graph: Graph) -> list[Community]:
    """Return the communities with those of their members that the graph still has."""
    names = {entity.name for entity in graph.entities}
    documents = set(graph.document_ids)
    left = [
        replace(
            community,
            entities=tuple(name for name in community.entities if name in names),
            document_ids=tuple(each for each in community.document_ids if each in documents),
        )
        for community in communities
    ]
    return [community for community in left if len(community.entities) >= LEAST_MEMBERS]
