"""What a database must do with documents."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ragflow.domain.documents import Document, RunState
from ragflow.domain.errors import InvalidInput, NotFound
from ragflow.domain.repositories import Database, Paging
from ragflow.testing.database.samples import TENANT, a_chunk, a_dataset, a_document, fill

DATASET = "dataset-1"


def _stored(database: Database, document_id: str = "document-1") -> Document:
    with database.reading() as work:
        document = work.documents.get(document_id)
    assert document is not None
    return document


class DocumentsContract:
    """State what holds for documents."""

    def test_a_document_comes_back_as_stored(self, database: Database) -> None:
        full = a_document(run=RunState.DONE, progress=1.0, process_begin_at=5, revision=2)
        bare = a_document("document-2", coverage=None, parser_config=None, meta_fields={})
        fill(database, a_dataset(), full, bare)
        assert _stored(database) == full
        assert _stored(database, "document-2") == bare

    def test_a_document_needs_its_dataset(self, database: Database) -> None:
        with pytest.raises(NotFound) as missing:
            fill(database, a_document())
        assert missing.value.facts == {"noun": "dataset", "id": DATASET}

    def test_documents_are_listed_in_many_ways(self, database: Database) -> None:
        fill(database, a_dataset(), a_dataset("dataset-2", "Other"))
        fill(database, a_document("a"), a_document("b"), a_document("c", "dataset-2"))
        with database.reading() as work:
            assert [d.id for d in work.documents.get_many(["b", "x", "a"])] == ["b", "a"]
            assert work.documents.names(DATASET) == {"a.pdf", "b.pdf"}
            assert work.documents.ids(DATASET) == ["a", "b"]
            assert work.documents.count_of_tenant(TENANT) == 3
            meta = work.documents.meta_fields([DATASET])
        assert meta == {key: {"author": "Ada", "year": 1843} for key in "ab"}

    def test_thousands_of_ids_can_be_asked_for_at_once(self, database: Database) -> None:
        fill(database, a_dataset(), a_document())
        ids = [f"unknown-{n}" for n in range(33_000)] + ["document-1"]
        with database.transaction() as work:
            assert len(work.documents.get_many(ids)) == 1
            work.documents.delete(ids)
            assert work.documents.ids(DATASET) == []

    @pytest.mark.parametrize(
        ("keywords", "expected"),
        [
            ("straße", {"a"}),
            ("STRASSE", {"a"}),
            ("ünde", {"b"}),
            ("100%", {"b"}),
            ("%", {"b"}),
            ("_", {"a"}),
            ("\\", set()),
            ("' OR 1=1 --", set()),
            ("中文", {"c"}),
            ("", {"a", "b", "c"}),
            ("x" * 100_000, set()),
        ],
    )
    def test_keywords_are_a_substring_in_any_case_and_nothing_else(
        self, database: Database, keywords: str, expected: set[str]
    ) -> None:
        names = {"a": "Haupt_Straße.pdf", "b": "100% GRÜNDE.pdf", "c": "一份中文文件.docx"}
        fill(database, a_dataset(), *(a_document(id_, name=name) for id_, name in names.items()))
        with database.reading() as work:
            listed, total = work.documents.page(DATASET, Paging(), keywords=keywords)
        assert {document.id for document in listed} == expected
        assert total == len(expected)

    def test_keywords_that_cannot_be_stored_are_refused(self, database: Database) -> None:
        with pytest.raises(InvalidInput), database.reading() as work:
            work.documents.page(DATASET, Paging(), keywords="a\x00")

    def test_filters_of_a_list_are_joined(self, database: Database) -> None:
        fill(database, a_dataset(), *(a_document(f"d{n}", create_time=n) for n in range(5)))
        with database.reading() as work:
            page = work.documents.page
            by_time, total = page(DATASET, Paging(limit=2), created_from=1, created_to=3)
            assert [document.id for document in by_time] == ["d3", "d2"]
            assert total == 3
            assert page(DATASET, Paging(), document_id="d1", name="d1.pdf")[1] == 1
            assert page(DATASET, Paging(), document_id="d1", name="d2.pdf") == ([], 0)
            assert page(DATASET, Paging(), name="D1.PDF") == ([], 0)
            assert page(DATASET, Paging(), created_from=-(10**30), created_to=10**30)[1] == 5

    @pytest.mark.parametrize("order_by", ["size", "progress", "run", "process_begin_at", "suffix"])
    def test_every_plain_field_can_be_ordered_by(self, database: Database, order_by: str) -> None:
        fill(database, a_dataset(), a_document("a"), a_document("b"))
        with database.reading() as work:
            listed, _ = work.documents.page(DATASET, Paging(order_by=order_by, descending=False))
        assert [document.id for document in listed] == ["a", "b"]

    @pytest.mark.parametrize("order_by", ["name_key", "meta_fields", "kb_id", "id DESC"])
    def test_other_columns_cannot_be_ordered_by(self, database: Database, order_by: str) -> None:
        with pytest.raises(InvalidInput), database.reading() as work:
            work.documents.page(DATASET, Paging(order_by=order_by))

    def test_an_update_stores_the_whole_value(self, database: Database) -> None:
        fill(database, a_dataset(), a_document())
        changed = replace(a_document(), name="ÄNEU.PDF", run=RunState.FAIL, coverage=None)
        with database.transaction() as work:
            work.documents.update(changed)
        assert _stored(database) == changed
        with database.reading() as work:
            assert work.documents.page(DATASET, Paging(), keywords="äneu")[1] == 1
        with pytest.raises(NotFound), database.transaction() as work:
            work.documents.update(a_document("document-9"))

    def test_progress_of_the_wanted_run_is_stored(self, database: Database) -> None:
        running = a_document(run=RunState.RUNNING, revision=3, progress=0.1)
        fill(database, a_dataset(), running)
        with database.transaction() as work:
            assert work.documents.set_progress("document-1", 3, 0.5, "half", 2.5)
        stored = _stored(database)
        assert stored == replace(running, progress=0.5, progress_msg="half", process_duration=2.5)

    def test_progress_never_decreases(self, database: Database) -> None:
        fill(database, a_dataset(), a_document(run=RunState.RUNNING, progress=0.6))
        with database.transaction() as work:
            assert work.documents.set_progress("document-1", 0, 0.2, "late", 1.0)
        assert _stored(database).progress == 0.6

    @pytest.mark.parametrize(
        ("document_id", "revision", "run"),
        [
            ("document-1", 1, RunState.RUNNING),
            ("document-1", 2, RunState.CANCEL),
            ("document-1", 2, RunState.DONE),
            ("document-2", 2, RunState.RUNNING),
        ],
    )
    def test_progress_of_an_unwanted_run_is_thrown_away(
        self, database: Database, document_id: str, revision: int, run: RunState
    ) -> None:
        document = a_document(run=run, revision=2)
        fill(database, a_dataset(), document)
        with database.transaction() as work:
            assert not work.documents.set_progress(document_id, revision, 0.5, "half", 2.5)
        assert _stored(database) == document

    def test_a_deleted_document_takes_its_chunks(self, database: Database) -> None:
        fill(database, a_dataset(), a_document(), a_document("document-2"))
        fill(database, a_chunk(), a_chunk(document_id="document-2"))
        with database.transaction() as work:
            work.documents.delete(["document-1", "unknown"])
            work.documents.delete([])
        with database.reading() as work:
            assert work.chunks.get("document-1", "chunk-1") is None
            assert work.chunks.get("document-2", "chunk-1") is not None
