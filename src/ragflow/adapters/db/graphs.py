"""Knowledge graphs in SQL: a row for each entity and relation, and what they were made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, delete, select, tuple_

from ragflow.adapters.db.base import IDS_PER_STATEMENT, Repository, batches, fields_of
from ragflow.adapters.db.tables import (
    graph_aliases,
    graph_communities,
    graph_entities,
    graph_relations,
    graph_shares,
)
from ragflow.domain.graphs import (
    Community,
    Entity,
    Graph,
    GraphShare,
    Relation,
    whole_graph,
)

_OF_DATASETS = (graph_entities, graph_relations, graph_shares, graph_aliases, graph_communities)


class SqlGraphs(Repository):
    """Keep the knowledge graphs of datasets."""

    def put(
        self, dataset_id: str, entities: Sequence[Entity], relations: Sequence[Relation]
    ) -> None:
        """Insert or replace by key. Raises `NotFound` when the dataset is gone."""
        with self._parent("dataset", dataset_id):
            for entity in entities:
                self._upsert(graph_entities, {"dataset_id": dataset_id, **fields_of(entity)})
            for relation in relations:
                self._upsert(graph_relations, {"dataset_id": dataset_id, **fields_of(relation)})

    def get(self, dataset_id: str) -> Graph:
        """Return the whole graph in the order of the names, an empty one when none was built."""
        entities, relations = graph_entities.c, graph_relations.c
        named = select(graph_entities).where(entities.dataset_id == dataset_id)
        tied = select(graph_relations).where(relations.dataset_id == dataset_id)
        return whole_graph(
            [_entity(dict(row._mapping)) for row in self._rows(named.order_by(entities.name))],
            [
                _relation(dict(row._mapping))
                for row in self._rows(tied.order_by(relations.source, relations.target))
            ],
        )

    def remove(
        self, dataset_id: str, entities: Sequence[str], relations: Sequence[tuple[str, str]]
    ) -> None:
        """Delete entities by name and relations by their ends."""
        named, ends = graph_entities.c, graph_relations.c
        for names in batches(entities, IDS_PER_STATEMENT):
            self._write(
                delete(graph_entities).where(named.dataset_id == dataset_id, named.name.in_(names))
            )
        for keys in batches(relations, IDS_PER_STATEMENT):
            key = tuple_(ends.source, ends.target)
            self._write(delete(graph_relations).where(ends.dataset_id == dataset_id, key.in_(keys)))

    def put_share(self, dataset_id: str, share: GraphShare) -> None:
        """Make `share` the document's only one. Raises `NotFound` when the document is gone."""
        row = {
            "dataset_id": dataset_id,
            "document_id": share.document_id,
            "method": share.method,
            "digest": share.digest,
            "entities": [fields_of(entity) for entity in share.entities],
            "relations": [fields_of(relation) for relation in share.relations],
        }
        with self._parent("document", share.document_id):
            self._upsert(graph_shares, row)

    def shares(self, dataset_id: str) -> list[GraphShare]:
        """Return the shares of all documents, by document."""
        rows = select(graph_shares).where(graph_shares.c.dataset_id == dataset_id)
        return [_share(row) for row in self._rows(rows.order_by(graph_shares.c.document_id))]

    def share_digests(self, dataset_id: str) -> dict[str, str]:
        """Return the digest of each document's share."""
        columns = graph_shares.c
        rows = select(columns.document_id, columns.digest).where(columns.dataset_id == dataset_id)
        return {row.document_id: row.digest for row in self._rows(rows)}

    def delete_share(self, document_id: str) -> bool:
        """Delete a document's share; tell whether there was one."""
        statement = delete(graph_shares).where(graph_shares.c.document_id == document_id)
        return self._write(statement) > 0

    def put_aliases(self, dataset_id: str, aliases: Mapping[str, str]) -> None:
        """Remember that names mean other names. Raises `NotFound` when the dataset is gone."""
        with self._parent("dataset", dataset_id):
            for name, means in aliases.items():
                row = {"dataset_id": dataset_id, "name": name, "means": means}
                self._upsert(graph_aliases, row)

    def aliases(self, dataset_id: str) -> dict[str, str]:
        """Return which names mean which other names."""
        rows = select(graph_aliases).where(graph_aliases.c.dataset_id == dataset_id)
        return {row.name: row.means for row in self._rows(rows.order_by(graph_aliases.c.name))}

    def replace_communities(self, dataset_id: str, communities: Sequence[Community]) -> None:
        """Make these the dataset's only communities. Raises `NotFound` when it is gone."""
        table = graph_communities
        with self._parent("dataset", dataset_id):
            self._write(delete(table).where(table.c.dataset_id == dataset_id))
            for community in communities:
                self._insert(table, {"dataset_id": dataset_id, **fields_of(community)})

    def communities(self, dataset_id: str) -> list[Community]:
        """Return the communities, the heaviest first."""
        columns = graph_communities.c
        rows = select(graph_communities).where(columns.dataset_id == dataset_id)
        return [
            Community(
                row.id,
                row.title,
                row.report,
                tuple(row.entities),
                row.weight,
                tuple(row.document_ids),
            )
            for row in self._rows(rows.order_by(columns.weight.desc(), columns.id))
        ]

    def delete(self, dataset_id: str) -> None:
        """Delete all that the dataset's graph has and is made of."""
        for table in _OF_DATASETS:
            self._write(delete(table).where(table.c.dataset_id == dataset_id))


def _share(row: Row[Any]) -> GraphShare:
    return GraphShare(
        document_id=row.document_id,
        entities=tuple(_entity(entity) for entity in row.entities),
        relations=tuple(_relation(relation) for relation in row.relations),
        method=row.method,
        digest=row.digest,
    )


def _entity(values: Mapping[str, Any]) -> Entity:
    return Entity(
        name=values["name"],
        type=values["type"],
        descriptions=tuple(values["descriptions"]),
        pagerank=values["pagerank"],
        rank=values["rank"],
        document_ids=tuple(values["document_ids"]),
    )


def _relation(values: Mapping[str, Any]) -> Relation:
    return Relation(
        source=values["source"],
        target=values["target"],
        descriptions=tuple(values["descriptions"]),
        keywords=tuple(values["keywords"]),
        weight=values["weight"],
        document_ids=tuple(values["document_ids"]),
    )
