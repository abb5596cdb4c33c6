"""What a database must do with knowledge graphs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ragflow.domain.errors import NotFound
from ragflow.domain.graphs import Entity, Graph, Relation
from ragflow.domain.repositories import Database
from ragflow.testing.database.samples import a_dataset, fill

ADA = Entity("Ada", "person", ("Wrote notes.", "嗨"), 0.5, 2, ("document-1", "document-2"))
ENGINE = Entity("Engine", "category", pagerank=0.25, rank=1)
WROTE = Relation("Engine", "Ada", ("Ada wrote on it.",), ("notes",), 2.5, ("document-3",))


class GraphsContract:
    """State what holds for knowledge graphs."""

    def test_a_graph_comes_back_as_stored_with_all_its_documents(self, database: Database) -> None:
        fill(database, a_dataset(), a_dataset("dataset-2", "Other"))
        with database.transaction() as work:
            work.graphs.put("dataset-1", [ENGINE, ADA], [WROTE])
            work.graphs.put("dataset-2", [ENGINE], [])
        with database.reading() as work:
            documents = ("document-1", "document-2", "document-3")
            assert work.graphs.get("dataset-1") == Graph((ADA, ENGINE), (WROTE,), documents)
            assert work.graphs.get("dataset-2") == Graph((ENGINE,))
            assert work.graphs.get("unknown") == Graph()

    def test_putting_again_replaces_what_has_the_same_key(self, database: Database) -> None:
        fill(database, a_dataset())
        richer = replace(ADA, descriptions=("More.",), pagerank=0.75)
        heavier = replace(WROTE, source="Ada", target="Engine", weight=9.0)
        with database.transaction() as work:
            work.graphs.put("dataset-1", [ADA, ENGINE], [WROTE])
            work.graphs.put("dataset-1", [richer], [heavier])
            stored = work.graphs.get("dataset-1")
        assert (stored.entities, stored.relations) == ((richer, ENGINE), (heavier,))

    def test_a_graph_needs_its_dataset_and_goes_with_it(self, database: Database) -> None:
        with pytest.raises(NotFound), database.transaction() as work:
            work.graphs.put("dataset-1", [ADA], [])
        fill(database, a_dataset())
        with database.transaction() as work:
            work.graphs.put("dataset-1", [ADA, ENGINE], [WROTE])
            work.datasets.delete("dataset-1")
        with database.reading() as work:
            assert work.graphs.get("dataset-1") == Graph()

    def test_a_deleted_graph_leaves_those_of_other_datasets(self, database: Database) -> None:
        fill(database, a_dataset(), a_dataset("dataset-2", "Other"))
        with database.transaction() as work:
            for dataset_id in ("dataset-1", "dataset-2"):
                work.graphs.put(dataset_id, [ADA, ENGINE], [WROTE])
            work.graphs.delete("dataset-1")
        with database.reading() as work:
            assert work.graphs.get("dataset-1") == Graph()
            assert work.graphs.get("dataset-2").relations == (WROTE,)
