"""Knowledge graphs in SQL: a row for each entity and relation of a dataset."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select

from ragflow.adapters.db.base import Repository, fields_of
from ragflow.adapters.db.tables import graph_entities, graph_relations
from ragflow.domain.graphs import Entity, Graph, Relation, whole_graph


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
            [
                Entity(
                    name=row.name,
                    type=row.type,
                    descriptions=tuple(row.descriptions),
                    pagerank=row.pagerank,
                    rank=row.rank,
                    document_ids=tuple(row.document_ids),
                )
                for row in self._rows(named.order_by(entities.name))
            ],
            [
                Relation(
                    source=row.source,
                    target=row.target,
                    descriptions=tuple(row.descriptions),
                    keywords=tuple(row.keywords),
                    weight=row.weight,
                    document_ids=tuple(row.document_ids),
                )
                for row in self._rows(tied.order_by(relations.source, relations.target))
            ],
        )

    def delete(self, dataset_id: str) -> None:
        """Delete all that the dataset's graph has."""
        for table in (graph_entities, graph_relations):
            self._write(delete(table).where(table.c.dataset_id == dataset_id))
