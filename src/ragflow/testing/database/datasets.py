"""What a database must do with datasets."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ragflow.domain.errors import Conflict, InvalidInput, NotFound
from ragflow.domain.repositories import Database, Paging
from ragflow.testing.database.samples import TENANT, a_chunk, a_dataset, a_document, fill


class DatasetsContract:
    """State what holds for datasets."""

    def test_a_dataset_comes_back_as_stored(self, database: Database) -> None:
        dataset = a_dataset(
            avatar="data:image/png;base64,AA==", pagerank=3, metadata_plan={"metadata": []}
        )
        bare = a_dataset("dataset-2", "Bare", parser_config=None)
        fill(database, dataset, bare)
        with database.reading() as work:
            assert work.datasets.get("dataset-1") == dataset
            assert work.datasets.get("dataset-2") == bare
            assert work.datasets.get("dataset-3") is None
            assert work.datasets.all_ids() == ["dataset-1", "dataset-2"]

    def test_many_datasets_come_in_the_order_asked_for(self, database: Database) -> None:
        fill(database, a_dataset("a", "A"), a_dataset("b", "B"))
        with database.reading() as work:
            found = work.datasets.get_many(["b", "missing", "a", "b"])
        assert [dataset.id for dataset in found] == ["b", "a"]

    def test_counters_are_the_sums_over_documents(self, database: Database) -> None:
        fill(
            database,
            a_dataset(),
            a_dataset("dataset-2", "Empty"),
            a_document("a", chunk_count=2, token_count=30),
            a_document("b", chunk_count=3, token_count=50),
        )
        with database.reading() as work:
            full = work.datasets.get("dataset-1")
            listed, _ = work.datasets.visible(TENANT, [], Paging(order_by="document_count"))
        assert full is not None
        assert (full.document_count, full.chunk_count, full.token_count) == (2, 5, 80)
        counters = [(d.id, d.document_count, d.chunk_count, d.token_count) for d in listed]
        assert counters == [("dataset-1", 2, 5, 80), ("dataset-2", 0, 0, 0)]

    @pytest.mark.parametrize("other", ["papers", "PAPERS", "Papers"])
    def test_a_name_is_taken_in_any_case(self, database: Database, other: str) -> None:
        fill(database, a_dataset())
        with pytest.raises(Conflict) as conflict:
            fill(database, a_dataset("dataset-2", other))
        assert conflict.value.facts == {"noun": "dataset", "name": other}

    def test_names_are_compared_without_case_in_every_script(self, database: Database) -> None:
        fill(database, a_dataset("a", "ÄRGER Σίσυφος"))
        with database.reading() as work:
            found = work.datasets.by_name(TENANT, "ärger σίσυφοσ")
            assert found is not None
            assert work.datasets.visible(TENANT, [], Paging(), name="Ärger ΣΊΣΥΦΟΣ")[1] == 1
            assert work.datasets.by_name("tenant-2", "ärger σίσυφοσ") is None

    def test_another_tenant_may_use_the_name(self, database: Database) -> None:
        fill(database, a_dataset(), a_dataset("dataset-2", tenant_id="tenant-2"))
        with database.reading() as work:
            assert work.datasets.visible("tenant-2", [], Paging())[1] == 1

    def test_a_conflict_leaves_the_unit_of_work_usable(self, database: Database) -> None:
        with database.transaction() as work:
            work.datasets.add(a_dataset())
            with pytest.raises(Conflict):
                work.datasets.add(a_dataset("dataset-2"))
            work.datasets.add(a_dataset("dataset-2", "Other"))
        with database.reading() as work:
            assert work.datasets.all_ids() == ["dataset-1", "dataset-2"]

    def test_a_dataset_can_change_but_not_to_a_taken_name(self, database: Database) -> None:
        fill(database, a_dataset(), a_dataset("dataset-2", "Books"))
        changed = replace(a_dataset(), name="PAPERS", permission="team", update_time=5)
        with database.transaction() as work:
            work.datasets.update(changed)
        with pytest.raises(Conflict), database.transaction() as work:
            work.datasets.update(replace(changed, name="books"))
        with pytest.raises(NotFound), database.transaction() as work:
            work.datasets.update(a_dataset("dataset-9", "New"))
        with database.reading() as work:
            assert work.datasets.get("dataset-1") == changed

    def test_an_update_does_not_store_counters(self, database: Database) -> None:
        fill(database, a_dataset())
        with database.transaction() as work:
            work.datasets.update(replace(a_dataset(), document_count=99))
            stored = work.datasets.get("dataset-1")
        assert stored is not None
        assert stored.document_count == 0

    def test_own_datasets_and_shared_ones_of_joined_tenants_are_visible(
        self, database: Database
    ) -> None:
        fill(
            database,
            a_dataset("own", "Own"),
            a_dataset("shared", "Shared", tenant_id="friend", permission="team"),
            a_dataset("private", "Private", tenant_id="friend"),
            a_dataset("strange", "Strange", tenant_id="stranger", permission="team"),
        )
        with database.reading() as work:
            listed, total = work.datasets.visible(TENANT, ["friend"], Paging(order_by="name"))
            one, _ = work.datasets.visible(TENANT, ["friend"], Paging(), dataset_id="private")
            named = ["own", "private"]
            some = work.datasets.visible(TENANT, ["friend"], Paging(), dataset_ids=named)
            none = work.datasets.visible(TENANT, ["friend"], Paging(), dataset_ids=[])
        assert [dataset.id for dataset in listed] == ["shared", "own"]
        assert total == 2
        assert one == []
        assert ([dataset.id for dataset in some[0]], some[1]) == (["own"], 1)
        assert none == ([], 0)

    def test_pages_cut_the_order_and_ties_are_broken_by_id(self, database: Database) -> None:
        fill(database, *(a_dataset(f"d{n}", f"N{n}", create_time=n // 3) for n in range(6)))
        with database.reading() as work:
            down, total = work.datasets.visible(TENANT, [], Paging(offset=1, limit=3))
            up, _ = work.datasets.visible(TENANT, [], Paging(limit=None, descending=False))
            none, total_of_none = work.datasets.visible(TENANT, [], Paging(limit=0))
            past, _ = work.datasets.visible(TENANT, [], Paging(offset=10**30))
        assert [dataset.id for dataset in down] == ["d4", "d3", "d2"]
        assert [dataset.id for dataset in up] == ["d0", "d1", "d2", "d3", "d4", "d5"]
        assert (none, past) == ([], [])
        assert total == total_of_none == 6

    def test_text_is_ordered_by_code_point(self, database: Database) -> None:
        names = ["Zoo", "apple", "Äpfel", "中文", "_x", "Apple pie"]
        fill(database, *(a_dataset(f"d{n}", name) for n, name in enumerate(names)))
        with database.reading() as work:
            listed, _ = work.datasets.visible(TENANT, [], Paging(order_by="name"))
        assert [dataset.name for dataset in listed] == sorted(names, reverse=True)

    def test_missing_values_come_first_when_ascending(self, database: Database) -> None:
        fill(database, a_dataset("a", "A", description="x"), a_dataset("b", "B"))
        with database.reading() as work:
            for descending, expected in ((False, ["b", "a"]), (True, ["a", "b"])):
                paging = Paging(order_by="description", descending=descending)
                listed, _ = work.datasets.visible(TENANT, [], paging)
                assert [dataset.id for dataset in listed] == expected

    @pytest.mark.parametrize("order_by", ["", "nope", "name_key", "name; DROP TABLE datasets", "1"])
    def test_only_fields_can_be_ordered_by(self, database: Database, order_by: str) -> None:
        with pytest.raises(InvalidInput), database.reading() as work:
            work.datasets.visible(TENANT, [], Paging(order_by=order_by))

    @pytest.mark.parametrize("paging", [Paging(offset=-1), Paging(limit=-1)])
    def test_negative_pages_are_refused(self, database: Database, paging: Paging) -> None:
        with pytest.raises(InvalidInput), database.reading() as work:
            work.datasets.visible(TENANT, [], paging)

    @pytest.mark.parametrize("name", ["a\x00b", "half \ud83d pair"])
    def test_text_that_cannot_be_stored_is_refused(self, database: Database, name: str) -> None:
        with pytest.raises(InvalidInput):
            fill(database, a_dataset(name=name))
        with pytest.raises(InvalidInput):
            fill(database, a_dataset(parser_config={"delimiter": "\ud83d"}))

    def test_a_deleted_dataset_takes_its_documents_and_chunks(self, database: Database) -> None:
        fill(database, a_dataset(), a_document(), a_chunk())
        with database.transaction() as work:
            work.datasets.delete("dataset-1")
            work.datasets.delete("unknown")
        with database.reading() as work:
            assert work.datasets.get("dataset-1") is None
            assert work.documents.get("document-1") is None
            assert work.chunks.get("document-1", "chunk-1") is None
