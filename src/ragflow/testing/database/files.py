"""What a database must do with files, folders and links."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ragflow.domain.errors import Conflict, InvalidInput, NotFound
from ragflow.domain.files import mirror_of
from ragflow.domain.repositories import Database, Paging
from ragflow.testing.database.samples import (
    TENANT,
    a_dataset,
    a_document,
    a_file,
    a_folder,
    a_link,
    a_tenant,
    fill,
)


class FilesContract:
    """State what holds for files."""

    def test_a_file_comes_back_as_stored(self, database: Database) -> None:
        file = a_file(name="Überblick.txt", size=2**40)
        fill(database, file)
        with database.reading() as work:
            assert work.files.get("file-1") == file
            assert work.files.child(TENANT, "Überblick.txt") == file
            assert work.files.child(TENANT, "überblick.txt") is None
            assert work.files.get("file-2") is None
            assert work.files.names(TENANT) == {"Überblick.txt"}

    def test_a_name_is_taken_once_in_a_folder_and_case_counts(self, database: Database) -> None:
        fill(database, a_folder("folder"), a_file(name="a.txt"))
        with pytest.raises(Conflict) as conflict:
            fill(database, a_file("file-2", name="a.txt"))
        assert conflict.value.facts == {"noun": "file", "name": "a.txt"}
        fill(database, a_file("file-3", name="A.txt"), a_file("file-4", "folder", name="a.txt"))
        with pytest.raises(Conflict), database.transaction() as work:
            work.files.update(a_file("file-4", TENANT, name="a.txt"))

    def test_a_file_can_change(self, database: Database) -> None:
        fill(database, a_folder("folder"), a_file())
        moved = replace(a_file(), parent_id="folder", name="new.txt", update_time=5)
        with database.transaction() as work:
            work.files.update(moved)
            assert work.files.get("file-1") == moved
        with pytest.raises(NotFound), database.transaction() as work:
            work.files.update(a_file("file-9"))

    def test_only_files_are_counted(self, database: Database) -> None:
        fill(database, a_folder("folder"), a_file(), a_file("file-2", "folder"))
        fill(database, a_file("file-3", "tenant-2", tenant_id="tenant-2"))
        with database.reading() as work:
            assert work.files.count_of_tenant(TENANT) == 2

    def test_a_folder_is_listed_in_pages(self, database: Database) -> None:
        fill(database, *(a_file(f"f{n}", size=n) for n in range(4)), a_folder("other"))
        fill(database, a_file("below", "other"))
        with database.reading() as work:
            listed, total = work.files.page(TENANT, Paging(1, 2, "size"))
            assert ([file.id for file in listed], total) == (["f2", "f1"], 5)
            assert work.files.page("other", Paging()) == ([a_file("below", "other")], 1)
            assert work.files.page(TENANT, Paging(limit=0)) == ([], 5)
            for order in ("name_key", "nothing", "id DESC"):
                with pytest.raises(InvalidInput):
                    work.files.page(TENANT, Paging(order_by=order))

    @pytest.mark.parametrize(
        ("keywords", "expected"), [("STRASSE", ["a"]), ("%", []), ("_", ["a"]), ("", ["a", "b"])]
    )
    def test_keywords_are_a_substring_in_any_case(
        self, database: Database, keywords: str, expected: list[str]
    ) -> None:
        fill(database, a_file("a", name="Haupt_Straße.txt"), a_file("b", name="b.txt"))
        with database.reading() as work:
            listed, total = work.files.page(TENANT, Paging(descending=False), keywords)
        assert ([file.id for file in listed], total) == (expected, len(expected))

    def test_what_is_beside_a_folders_files_is_listed_among_them(self, database: Database) -> None:
        mirror = mirror_of(a_tenant())
        fill(database, a_file("z", name="z.txt"), a_file("-", name="-.txt"))
        with database.reading() as work:
            by_name = Paging(order_by="name", descending=False)
            listed, total = work.files.page(TENANT, by_name, beside=mirror)
            assert [file.name for file in listed] == ["-.txt", mirror.name, "z.txt"]
            assert total == 3
            assert listed[1] == mirror
            assert work.files.page(TENANT, by_name, "know", mirror) == ([mirror], 1)
            assert work.files.page(TENANT, by_name, "z.", mirror)[1] == 1

    def test_a_subtree_is_a_file_and_all_below_it(self, database: Database) -> None:
        fill(database, a_folder("a"), a_folder("b", "a"), a_file("c", "b"), a_file("d"))
        with database.reading() as work:
            assert [file.id for file in work.files.subtree("a")] == ["a", "b", "c"]
            assert [file.id for file in work.files.subtree("d")] == ["d"]
            assert work.files.subtree("x") == []

    def test_sizes_and_folders_are_told_for_many_folders(self, database: Database) -> None:
        fill(database, a_folder("a"), a_folder("b", "a"), a_folder("empty"))
        fill(database, a_file("c", "b", size=2**40), a_file("d", "a", size=1))
        with database.reading() as work:
            assert work.files.sizes(["a", "b", "empty"]) == {"a": 2**40 + 1, "b": 2**40, "empty": 0}
            assert work.files.sizes([]) == {}
            assert work.files.with_folders(["a", "b", "empty"]) == {"a"}

    def test_links_go_with_the_file_or_the_document(self, database: Database) -> None:
        fill(database, a_dataset(), *(a_document(f"d{n}") for n in range(3)))
        fill(database, a_file("f0"), a_file("f1"))
        links = [a_link("l0", "f0", "d0", 3), a_link("l1", "f1", "d1", 1), a_link("l2", "f0", "d2")]
        with database.transaction() as work:
            for link in links:
                work.files.add_link(link)
            assert work.files.links(["f0", "f1", "x"]) == [links[1], links[2], links[0]]
            assert work.files.link_of("d1") == links[1]
        with database.transaction() as work:
            work.files.delete(["f0", "unknown"])
            work.documents.delete(["d1"])
            assert work.files.links(["f0", "f1"]) == []
            assert work.files.get("f1") is not None
            assert work.documents.get("d0") is not None

    def test_a_link_needs_both_of_its_ends(self, database: Database) -> None:
        fill(database, a_dataset(), a_document("d0"), a_file("f0"))
        for link in (a_link("l", "x", "d0"), a_link("l", "f0", "x")):
            with pytest.raises(NotFound), database.transaction() as work:
                work.files.add_link(link)

    def test_bytes_of_documents_are_summed_by_dataset(self, database: Database) -> None:
        fill(database, a_dataset(), a_dataset("dataset-2", "Other"))
        fill(database, a_document("a", size=2**40), a_document("b", size=1))
        with database.reading() as work:
            assert work.documents.sizes(["dataset-1", "dataset-2"]) == {"dataset-1": 2**40 + 1}
