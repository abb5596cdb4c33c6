"""What a database must do with knowledge graphs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ragflow.domain.errors import NotFound
from ragflow.domain.graphs import Community, Entity, Graph, GraphShare, Relation
from ragflow.domain.repositories import Database
from ragflow.testing.database.samples import a_dataset, a_document, fill

ADA = Entity("Ada", "person", ("Wrote notes.", "嗨"), 0.5, 2, ("document-1", "document-2"))
ENGINE = Entity("Engine", "category", pagerank=0.25, rank=1)
WROTE = Relation("Engine", "Ada", ("Ada wrote on it.",), ("notes",), 2.5, ("document-3",))


SHARE = GraphShare("document-1", (ADA, ENGINE), (WROTE,), "by statistics", "1f")
CIRCLE = Community("c1", "Engines", "Ada wrote on it.", ("Ada", "Engine"), 2.5, ("document-1",))


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

    def test_parts_of_a_graph_can_be_removed(self, database: Database) -> None:
        fill(database, a_dataset())
        with database.transaction() as work:
            work.graphs.put("dataset-1", [ADA, ENGINE], [WROTE])
            work.graphs.remove("dataset-1", ["Engine", "Nobody"], [("Ada", "Engine")])
        with database.reading() as work:
            stored = work.graphs.get("dataset-1")
        assert (stored.entities, stored.relations) == ((ADA,), ())

    def test_a_share_comes_back_as_stored_and_is_the_documents_only_one(
        self, database: Database
    ) -> None:
        fill(database, a_dataset())
        with database.transaction() as work:
            work.documents.add(a_document())
            work.graphs.put_share("dataset-1", replace(SHARE, entities=(), digest="0"))
            work.graphs.put_share("dataset-1", SHARE)
        with database.reading() as work:
            assert work.graphs.shares("dataset-1") == [SHARE]
            assert work.graphs.share_digests("dataset-1") == {"document-1": "1f"}
            assert work.graphs.shares("dataset-2") == []

    def test_a_share_needs_its_document_and_goes_with_it(self, database: Database) -> None:
        fill(database, a_dataset())
        with pytest.raises(NotFound), database.transaction() as work:
            work.graphs.put_share("dataset-1", SHARE)
        with database.transaction() as work:
            work.documents.add(a_document())
            work.graphs.put_share("dataset-1", SHARE)
            assert work.graphs.delete_share("document-1")
            assert not work.graphs.delete_share("document-1")
            work.graphs.put_share("dataset-1", SHARE)
            work.documents.delete(["document-1"])
            assert work.graphs.shares("dataset-1") == []

    def test_aliases_and_communities_are_kept_until_the_graph_is_deleted(
        self, database: Database
    ) -> None:
        fill(database, a_dataset())
        with database.transaction() as work:
            work.graphs.put_aliases("dataset-1", {"A. King": "Nobody", "Lovelace": "Ada"})
            work.graphs.put_aliases("dataset-1", {"A. King": "Ada"})
            lighter = replace(CIRCLE, id="c0", weight=1.0)
            work.graphs.replace_communities("dataset-1", [replace(CIRCLE, title="Old")])
            work.graphs.replace_communities("dataset-1", [lighter, CIRCLE])
        with database.transaction() as work:
            assert work.graphs.aliases("dataset-1") == {"A. King": "Ada", "Lovelace": "Ada"}
            assert work.graphs.communities("dataset-1") == [CIRCLE, lighter]
            work.graphs.delete("dataset-1")
            assert work.graphs.aliases("dataset-1") == {}
            assert work.graphs.communities("dataset-1") == []
