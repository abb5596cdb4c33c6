"""The tree of a tenant's files as the database has it now: stored ones and what is derived.

In: a unit of work and an actor. Out: `StoredFile` values of the actor's tenant alone; another
tenant's are not found. Within a transaction the tenant's row stays locked, so that changes of one
tree take turns: no folder is deleted while a file moves into it, no two move into each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ragflow.domain.documents import Dataset, Document
from ragflow.domain.errors import NotFound
from ragflow.domain.files import FileLink, StoredFile, entry_of, folder_of, mirror_of, root_of
from ragflow.domain.identity import Actor
from ragflow.domain.repositories import Paging, UnitOfWork
from ragflow.services.errors import FolderNotFound, FolderProtected, StoredFileNotFound
from ragflow.services.file_names import numbered

_SYSTEM = "The folder {name} cannot be changed."
_OF_DATASET = "The folder {name} mirrors a dataset: change the dataset instead."
_OF_DOCUMENT = "{name} belongs to a dataset and stays in its folder."
_HOLDS_DATASETS = (
    "The folder {name} mirrors datasets: create datasets, or upload documents to them."
)


class FileTree:
    """Find files and folders of one tenant."""

    def __init__(self, unit: UnitOfWork, actor: Actor) -> None:
        tenant = unit.accounts.tenant(actor.tenant_id)
        if tenant is None:
            raise NotFound(noun="tenant", id=actor.tenant_id)
        self._unit = unit
        self._tenant_id = tenant.id
        self.root = root_of(tenant)
        self.mirror = mirror_of(tenant)

    def find(self, file_id: str) -> StoredFile | None:
        """Return a file or a folder, derived or stored."""
        for fixed in (self.root, self.mirror):
            if file_id == fixed.id:
                return fixed
        file = self._unit.files.get(file_id)
        if file is not None:
            return file if file.tenant_id == self._tenant_id else None
        dataset = self._unit.datasets.get(file_id)
        if dataset is not None:
            own = dataset.tenant_id == self._tenant_id
            return folder_of(dataset, self.mirror) if own else None
        document = self._unit.documents.get(file_id)
        if document is not None and document.tenant_id == self._tenant_id:
            return entry_of(document)
        return None

    def require(self, file_id: str) -> StoredFile:
        """Return a file or a folder. Raises `StoredFileNotFound`."""
        file = self.find(file_id)
        if file is None:
            raise StoredFileNotFound(id=file_id)
        return file

    def require_folder(self, folder_id: str) -> StoredFile:
        """Return a folder. Raises `FolderNotFound`."""
        folder = self.find(folder_id)
        if folder is None or not folder.is_folder:
            raise FolderNotFound(id=folder_id)
        return folder

    def require_open_folder(self, folder_id: str) -> StoredFile:
        """Return a folder that may take files. Raises `FolderNotFound` or `FolderProtected`."""
        folder = self.require_folder(folder_id)
        if folder.is_mirrored:
            raise FolderProtected(reason=_HOLDS_DATASETS.format(name=folder.name))
        return folder

    def check_changeable(self, file: StoredFile) -> None:
        """Raise `FolderProtected` for what may be neither renamed nor deleted."""
        if file.id in (self.root.id, self.mirror.id):
            raise FolderProtected(reason=_SYSTEM.format(name=file.name))
        if file.is_mirrored and file.is_folder:
            raise FolderProtected(reason=_OF_DATASET.format(name=file.name))

    def check_movable(self, file: StoredFile) -> None:
        """Raise `FolderProtected` for what stays where it is."""
        self.check_changeable(file)
        if file.is_mirrored:
            raise FolderProtected(reason=_OF_DOCUMENT.format(name=file.name))

    def parent(self, file: StoredFile) -> StoredFile:
        """Return the folder that holds a file; the root holds itself."""
        return self.require_folder(file.parent_id)

    def path(self, file: StoredFile) -> list[StoredFile]:
        """Return a file and the folders above it, up to the root."""
        return list(self._upwards(file))

    def names(self, folder: StoredFile) -> set[str]:
        """Return the names that are in use in a folder."""
        if folder.is_mirrored:
            return self._unit.documents.names(folder.id)
        reserved = {self.mirror.name} if folder.is_root else set()
        return self._unit.files.names(folder.id) | reserved

    def datasets(self) -> list[Dataset]:
        """Return the tenant's datasets."""
        return self._unit.datasets.visible(self._tenant_id, (), Paging(limit=None))[0]

    def documents(self, files: Sequence[StoredFile]) -> dict[str, list[Document]]:
        """Return the documents of each file: those made from it, or the one that it mirrors."""
        made = {link.document_id: link.file_id for link in self._links(files)}
        made |= {file.id: file.id for file in files if file.is_mirrored and not file.is_folder}
        found: dict[str, list[Document]] = {file.id: [] for file in files}
        for document in self._unit.documents.get_many(list(made)):
            found[made[document.id]].append(document)
        return found

    def _links(self, files: Sequence[StoredFile]) -> Iterator[FileLink]:
        yield from self._unit.files.links([file.id for file in files if not file.is_mirrored])

    def _upwards(self, file: StoredFile) -> Iterator[StoredFile]:
        yield file
        while not file.is_root:
            file = self.parent(file)
            yield file


def lock_tree(unit: UnitOfWork, actor: Actor) -> None:
    """Let no other transaction change the files of the actor's tenant until this one ends."""
    unit.accounts.tenant(actor.tenant_id)


def rename_source(unit: UnitOfWork, document: Document) -> None:
    """Give the file that a document was made from, if any, the document's name or one like it."""
    link = unit.files.link_of(document.id)
    file = unit.files.get(link.file_id) if link else None
    if file is not None:
        name = numbered(document.name, unit.files.names(file.parent_id) - {file.name})
        unit.files.update(replace(file, name=name, update_time=document.update_time))
