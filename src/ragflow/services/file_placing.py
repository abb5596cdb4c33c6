"""Placing uploaded files in the tree, within one transaction.

In: files that are in no folder yet, each with a folder and a path below it. Out: the stored files.
Folders of the path are found or made; a name that is taken gets a number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ragflow.domain.files import StoredFile
from ragflow.domain.repositories import UnitOfWork
from ragflow.services.errors import FileInTheWay, FolderProtected
from ragflow.services.file_names import check_length, numbered
from ragflow.services.file_tree import FileTree


class Placing:
    """Put files into folders; remembers the names that it has seen and given."""

    def __init__(
        self, unit: UnitOfWork, tree: FileTree, new_folder: Callable[[str], StoredFile]
    ) -> None:
        self._unit = unit
        self._tree = tree
        self._new_folder = new_folder
        self._taken: dict[str, set[str]] = {}

    def put(self, file: StoredFile, folder: StoredFile, below: Sequence[str]) -> StoredFile:
        """Store a file under a path below a folder. Raises `FileInTheWay` or `InvalidInput`."""
        for name in below:
            folder = self._folder(folder, name)
        name = numbered(file.name, self._names(folder))
        check_length(name)
        return self._add(replace(file, parent_id=folder.id, name=name, location=name))

    def _folder(self, parent: StoredFile, name: str) -> StoredFile:
        if parent.is_root and name == self._tree.mirror.name:
            reason = f"The folder {name} mirrors datasets: upload documents to a dataset."
            raise FolderProtected(reason=reason)
        if name not in self._names(parent):
            return self._add(replace(self._new_folder(name), parent_id=parent.id))
        folder = self._unit.files.child(parent.id, name)
        if folder is None or not folder.is_folder:
            raise FileInTheWay(name=name)
        return folder

    def _names(self, folder: StoredFile) -> set[str]:
        if folder.id not in self._taken:
            self._taken[folder.id] = self._tree.names(folder)
        return self._taken[folder.id]

    def _add(self, file: StoredFile) -> StoredFile:
        self._unit.files.add(file)
        self._taken.setdefault(file.parent_id, set()).add(file.name)
        return file
