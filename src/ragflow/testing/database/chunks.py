"""What a database must do with chunks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ragflow.domain.chunks import Chunk, RowValues
from ragflow.domain.errors import Conflict, InvalidInput, NotFound
from ragflow.domain.repositories import Database
from ragflow.testing.database.samples import a_chunk, a_dataset, a_document, fill

DOCUMENT = "document-1"


def _ids(chunks: list[Chunk]) -> list[str]:
    return [chunk.id for chunk in chunks]


class ChunksContract:
    """State what holds for chunks."""

    def test_a_chunk_comes_back_exactly_as_stored(self, database: Database) -> None:
        bare = Chunk("chunk-2", DOCUMENT, "dataset-1", "", 1, 0, 0.0)
        fill(database, a_dataset(), a_document(), a_chunk(), bare)
        with database.reading() as work:
            assert work.chunks.get(DOCUMENT, "chunk-1", with_vector=True) == a_chunk()
            assert work.chunks.get(DOCUMENT, "chunk-2", with_vector=True) == bare
            assert work.chunks.get(DOCUMENT, "chunk-3") is None

    def test_vectors_come_only_when_asked_for(self, database: Database) -> None:
        fill(database, a_dataset(), a_document(), a_chunk())
        without = replace(a_chunk(), vector=None)
        with database.reading() as work:
            assert work.chunks.get(DOCUMENT, "chunk-1") == without
            assert work.chunks.find(["dataset-1"], "chunk-1") == without
            assert work.chunks.get_many([(DOCUMENT, "chunk-1")]) == {(DOCUMENT, "chunk-1"): without}
            whole = work.chunks.get_many([(DOCUMENT, "chunk-1")], with_vector=True)
            assert whole == {(DOCUMENT, "chunk-1"): a_chunk()}
            assert work.chunks.page(DOCUMENT, 0, None) == ([without], 1)
            assert work.chunks.of_document(DOCUMENT) == [a_chunk()]

    def test_putting_a_chunk_again_replaces_it(self, database: Database) -> None:
        fill(database, a_dataset(), a_document())
        changed = replace(a_chunk(), content="new", vector=b"1234", available=False)
        with database.transaction() as work:
            assert work.chunks.put(a_chunk())
            assert not work.chunks.put(changed)
        with database.reading() as work:
            assert work.chunks.of_document(DOCUMENT) == [changed]

    def test_the_same_chunk_id_may_be_in_two_documents(self, database: Database) -> None:
        fill(database, a_dataset(), a_document(), a_document("document-2"))
        fill(database, a_chunk(), a_chunk(document_id="document-2"))
        keys = [(DOCUMENT, "chunk-1"), ("document-2", "chunk-1"), ("document-2", "chunk-9")]
        with database.reading() as work:
            assert set(work.chunks.get_many(keys)) == set(keys[:2])

    def test_tags_are_read_and_counted_without_the_chunks(self, database: Database) -> None:
        fill(database, a_dataset(), a_document(), a_dataset("dataset-2", name="other"))
        fill(database, a_document("document-2", "dataset-2"))
        tagged = [{"wax": 3, "honey": 1}, {"honey": 2}, {}]
        chunks = [replace(a_chunk(f"chunk-{n}"), tags=tags) for n, tags in enumerate(tagged)]
        foreign = replace(a_chunk("chunk-0", "document-2"), dataset_id="dataset-2")
        fill(database, *chunks, replace(foreign, tags={"honey": 1}))
        keys = [(DOCUMENT, f"chunk-{n}") for n in (0, 2, 3)]
        with database.reading() as work:
            assert work.chunks.tags(keys) == {keys[0]: tagged[0]}
            counted = work.chunks.tag_counts(["dataset-1"])
            assert list(counted.items()) == [("honey", 2), ("wax", 1)]
            assert work.chunks.tag_counts([]) == {}

    def test_rows_are_the_available_chunks_with_values_in_reading_order(
        self, database: Database
    ) -> None:
        fill(database, a_dataset(), a_document(), a_document("document-2"))
        first = a_chunk("row-1", ordinal=0, fields={"city": "Bonn", "sum": 5, "open": True})
        last = a_chunk("row-2", ordinal=2, fields={"sum": 0.5})
        fill(database, last, a_chunk(ordinal=1, fields={}), first)
        fill(database, a_chunk("hidden", ordinal=3, fields={"sum": 1}, available=False))
        fill(database, a_chunk("row-3", document_id="document-2", fields={"sum": 2}))
        rows = [
            RowValues(DOCUMENT, "row-1", first.fields),
            RowValues(DOCUMENT, "row-2", last.fields),
        ]
        with database.reading() as work:
            assert work.chunks.rows(["dataset-1"], [DOCUMENT], 9) == rows
            assert work.chunks.rows(["dataset-1"], [DOCUMENT], 1) == rows[:1]
            assert len(work.chunks.rows(["dataset-1"], None, 9)) == 3
            assert work.chunks.rows(["dataset-1"], [], 9) == []
            assert work.chunks.rows(["dataset-2"], None, 9) == []

    def test_a_chunk_needs_its_document(self, database: Database) -> None:
        with pytest.raises(NotFound) as missing:
            fill(database, a_chunk())
        assert missing.value.facts == {"noun": "document", "id": DOCUMENT}
        with pytest.raises(NotFound), database.transaction() as work:
            work.chunks.replace_document(DOCUMENT, [a_chunk()])

    def test_replacing_leaves_exactly_the_new_chunks(self, database: Database) -> None:
        fill(database, a_dataset(), a_document(), a_document("document-2"))
        fill(database, a_chunk("old"), a_chunk("other", "document-2"))
        new = [a_chunk(f"new-{n:04}", ordinal=n) for n in range(1200)]
        with database.transaction() as work:
            work.chunks.replace_document(DOCUMENT, new)
            work.chunks.replace_document(DOCUMENT, new)
        with database.reading() as work:
            assert work.chunks.of_document(DOCUMENT) == new
            assert _ids(work.chunks.of_document("document-2")) == ["other"]
        with database.transaction() as work:
            work.chunks.replace_document(DOCUMENT, [])
            assert work.chunks.page(DOCUMENT, 0, 10) == ([], 0)

    def test_a_failed_replacement_changes_nothing(self, database: Database) -> None:
        fill(database, a_dataset(), a_document(), a_chunk())
        doubled = [a_chunk("new"), a_chunk("new")]
        with pytest.raises(Conflict), database.transaction() as work:
            work.chunks.replace_document(DOCUMENT, doubled)
        with database.reading() as work:
            assert _ids(work.chunks.of_document(DOCUMENT)) == ["chunk-1"]

    def test_pages_are_in_reading_order_then_newest_then_by_id(self, database: Database) -> None:
        fill(database, a_dataset(), a_document())
        fill(
            database,
            a_chunk("b", ordinal=1, create_timestamp=5.0),
            a_chunk("a", ordinal=1, create_timestamp=5.0),
            a_chunk("c", ordinal=1, create_timestamp=9.0),
            a_chunk("z", ordinal=0, create_timestamp=1.0),
        )
        with database.reading() as work:
            everything, total = work.chunks.page(DOCUMENT, 0, None)
            middle, _ = work.chunks.page(DOCUMENT, 1, 2)
            with pytest.raises(InvalidInput):
                work.chunks.page(DOCUMENT, -1, 2)
        assert _ids(everything) == ["z", "c", "a", "b"]
        assert _ids(middle) == ["c", "a"]
        assert total == 4

    def test_a_chunk_is_found_only_in_the_datasets_given(self, database: Database) -> None:
        fill(database, a_dataset(), a_document(), a_chunk())
        with database.reading() as work:
            assert work.chunks.find(["dataset-2", "dataset-1"], "chunk-1") is not None
            assert work.chunks.find(["dataset-2"], "chunk-1") is None
            assert work.chunks.find([], "chunk-1") is None

    def test_documents_with_chunks_are_grouped_and_read_together(self, database: Database) -> None:
        sizes = {"a": 3, "b": 0, "c": 4, "d": 12, "e": 1, "f": 1}
        fill(database, a_dataset(), a_dataset("dataset-2", "Other"))
        fill(database, a_document("x", "dataset-2"), a_chunk("x", "x", "dataset-2"))
        fill(database, *(a_document(document_id) for document_id in sizes))
        for document_id, size in sizes.items():
            fill(database, *(a_chunk(f"{n:02}", document_id, ordinal=n) for n in range(size)))
        with database.reading() as work:
            assert work.chunks.document_groups("dataset-1", 8) == [["a", "c"], ["d"], ["e", "f"]]
            found = work.chunks.of_documents(["c", "a", "b"])
            assert work.chunks.of_documents([]) == []
        expected = [(document, f"{n:02}") for document in "ac" for n in range(sizes[document])]
        assert [(chunk.document_id, chunk.id) for chunk in found] == expected
        assert all(chunk.vector == a_chunk().vector for chunk in found)

    def test_a_document_is_switched_as_a_whole(self, database: Database) -> None:
        fill(database, a_dataset(), a_document(), a_chunk("a"), a_chunk("b"))
        with database.transaction() as work:
            work.chunks.set_available(DOCUMENT, False)
            assert [c.available for c in work.chunks.of_document(DOCUMENT)] == [False, False]

    def test_deleting_tells_which_chunks_were_there(self, database: Database) -> None:
        fill(database, a_dataset(), a_document(), *(a_chunk(chunk_id) for chunk_id in "abcd"))
        with database.transaction() as work:
            assert work.chunks.delete(DOCUMENT, ["b", "unknown", "a", "b"]) == ["a", "b"]
            assert work.chunks.delete(DOCUMENT, []) == []
            assert work.chunks.delete(DOCUMENT, None) == ["c", "d"]
            assert work.chunks.page(DOCUMENT, 0, None) == ([], 0)
