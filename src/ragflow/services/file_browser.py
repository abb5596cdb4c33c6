"""Browsing files: what a folder holds, and the way up from a file.

In: ids of folders and files. Out: pages of files with what is only counted when they are listed:
the bytes below a folder, whether it holds folders, and the datasets that use a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

from ragflow.domain.documents import Dataset
from ragflow.domain.errors import InvalidInput
from ragflow.domain.files import StoredFile, entry_of, folder_of
from ragflow.domain.identity import Actor
from ragflow.domain.repositories import Database, Paging, UnitOfWork
from ragflow.services.file_tree import FileTree

_ORDERS = frozenset(field.name for field in fields(StoredFile))


@dataclass(frozen=True, slots=True)
class ListedFile:
    """Hold a file, the datasets that use it and, of a folder, whether it holds folders.

    The size of a folder is that of all below it.
    """

    file: StoredFile
    datasets: tuple[Dataset, ...] = ()
    has_folders: bool = False


@dataclass(frozen=True, slots=True)
class FolderPage:
    """Hold one page of a folder, how many files it holds, and the folder that holds it."""

    files: tuple[ListedFile, ...]
    total: int
    parent: StoredFile


class FileBrowser:
    """Show the tree of a tenant's files."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self, actor: Actor, folder_id: str | None, paging: Paging, keywords: str | None = None
    ) -> FolderPage:
        """List a folder, the root where None; `keywords` is a part of the name, in any case.

        Raises `FolderNotFound`, and `InvalidInput` for an order that files have not.
        """
        if paging.order_by not in _ORDERS:
            raise InvalidInput(f"Cannot order by {paging.order_by!r}.", order_by=paging.order_by)
        with self._database.reading() as unit:
            tree = FileTree(unit, actor)
            folder = tree.require_folder(folder_id or tree.root.id)
            if folder.id == tree.mirror.id:
                files, total = _page_of_datasets(unit, tree, paging, keywords or "")
            elif folder.is_mirrored:
                files, total = _page_of_documents(unit, folder, paging, keywords)
            else:
                beside = tree.mirror if folder.is_root else None
                files, total = unit.files.page(folder.id, paging, keywords, beside)
            listed = tuple(_listed(unit, tree, files))
            return FolderPage(listed, total, tree.parent(folder))

    def root(self, actor: Actor) -> StoredFile:
        """Return the root folder."""
        with self._database.reading() as unit:
            return FileTree(unit, actor).root

    def path(self, actor: Actor, file_id: str) -> list[StoredFile]:
        """Return a file and the folders above it up to the root. Raises `StoredFileNotFound`."""
        with self._database.reading() as unit:
            tree = FileTree(unit, actor)
            return tree.path(tree.require(file_id))

    def parent(self, actor: Actor, file_id: str) -> StoredFile:
        """Return the folder that holds a file. Raises `StoredFileNotFound`."""
        with self._database.reading() as unit:
            tree = FileTree(unit, actor)
            return tree.parent(tree.require(file_id))


def _page_of_datasets(
    unit: UnitOfWork, tree: FileTree, paging: Paging, keywords: str
) -> tuple[list[StoredFile], int]:
    """List the folders of all datasets; a tenant has few enough to sort them here."""
    folders = [folder_of(dataset, tree.mirror) for dataset in tree.datasets()]
    sizes = unit.documents.sizes([folder.id for folder in folders])
    held = [
        replace(folder, size=sizes.get(folder.id, 0))
        for folder in folders
        if keywords.casefold() in folder.name.casefold()
    ]
    held.sort(key=lambda each: (getattr(each, paging.order_by), each.id), reverse=paging.descending)
    end = None if paging.limit is None else paging.offset + paging.limit
    return held[paging.offset : end], len(held)


def _page_of_documents(
    unit: UnitOfWork, folder: StoredFile, paging: Paging, keywords: str | None
) -> tuple[list[StoredFile], int]:
    order = "dataset_id" if paging.order_by == "parent_id" else paging.order_by
    documents, total = unit.documents.page(
        folder.id, replace(paging, order_by=order), keywords=keywords
    )
    return [entry_of(document) for document in documents], total


def _listed(unit: UnitOfWork, tree: FileTree, files: Sequence[StoredFile]) -> list[ListedFile]:
    folders = [file.id for file in files if file.is_folder and not file.is_mirrored]
    sizes, with_folders = unit.files.sizes(folders), unit.files.with_folders(folders)
    if any(file.id == tree.mirror.id for file in files):
        datasets = [dataset.id for dataset in tree.datasets()]
        sizes[tree.mirror.id] = sum(unit.documents.sizes(datasets).values())
        with_folders |= {tree.mirror.id} if datasets else set()
    documents = tree.documents(files)
    used = {each.dataset_id for group in documents.values() for each in group}
    known = {dataset.id: dataset for dataset in unit.datasets.get_many(sorted(used))}
    return [
        ListedFile(
            replace(file, size=sizes.get(file.id, file.size)),
            tuple(known[each.dataset_id] for each in documents[file.id]),
            file.id in with_folders,
        )
        for file in files
    ]
