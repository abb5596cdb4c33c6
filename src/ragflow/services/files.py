"""Files: upload, create folders, rename, move, delete and read.

In: uploads whose names may be paths, and ids. Out: `StoredFile` values and bytes. What mirrors a
document stands for it: renaming and deleting do the same to the document. Refused: names and paths
that could mean another place, taken names, a changed extension, folders moved below themselves, and
any change of the root and of the folders that mirror datasets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ragflow.domain.blob_keys import document_key, file_key
from ragflow.domain.errors import RagflowError
from ragflow.domain.file_types import suffix_of, type_of
from ragflow.domain.files import FOLDER, VIRTUAL, StoredFile
from ragflow.domain.identity import Actor
from ragflow.domain.ports import BlobStore, Clock, Ids
from ragflow.domain.repositories import Database, UnitOfWork
from ragflow.services.bulk import unique
from ragflow.services.document_changes import changed_document
from ragflow.services.errors import (
    DuplicateFileName,
    ExtensionLocked,
    FolderIntoItself,
    SourceNotFound,
    StoredFileNotFound,
    TooManyFiles,
)
from ragflow.services.file_paths import check_depth, check_name, parts_of
from ragflow.services.file_placing import Placing
from ragflow.services.file_tree import FileTree, rename_source
from ragflow.services.followups import (
    follow_deletion,
    follow_document_change,
    follow_file_deletion,
)
from ragflow.services.outbox import OutboxRelay
from ragflow.services.uploads import Upload


class FileService:
    """Manage the files of a tenant."""

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        relay: OutboxRelay,
        clock: Clock,
        ids: Ids,
        files_per_tenant: int = 0,
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._relay = relay
        self._clock = clock
        self._ids = ids
        self._files_per_tenant = files_per_tenant

    def upload(
        self, actor: Actor, folder_id: str | None, uploads: Sequence[Upload]
    ) -> list[StoredFile]:
        """Store files in a folder, the root where None; all or none.

        The folders of a path are made where they are missing; a name that is taken gets a number.
        Raises `FolderNotFound`, `FileInTheWay` or an `InvalidInput`.
        """
        paths = [parts_of(upload.name) for upload in uploads]
        deepest = max((len(folders) for folders, _ in paths), default=0)
        with self._database.reading() as unit:
            self._target(unit, actor, folder_id, deepest)
            self._check_room(unit, actor, len(uploads))
        new = [self._new(actor, type_of(name), name) for _, name in paths]
        new = [replace(file, size=upload.size) for file, upload in zip(new, uploads, strict=True)]
        try:
            for file, upload in zip(new, uploads, strict=True):
                self._blobs.put(file_key(file.tenant_id, file.id), upload.source)
            with self._database.transaction() as unit:
                tree, folder = self._target(unit, actor, folder_id, deepest)
                self._check_room(unit, actor, len(new))
                placing = Placing(unit, tree, lambda name: self._new(actor, FOLDER, name))
                return [
                    placing.put(file, folder, folders)
                    for file, (folders, _) in zip(new, paths, strict=True)
                ]
        except (RagflowError, OSError):
            self._discard(new)
            raise

    def create(self, actor: Actor, folder_id: str | None, name: str, kind: str) -> StoredFile:
        """Make a folder, or a file without bytes where `kind` is `virtual`.

        Raises `FolderNotFound`, `DuplicateFileName` or an `InvalidInput`.
        """
        check_name(name)
        with self._database.transaction() as unit:
            tree, folder = self._target(unit, actor, folder_id, 1 if kind == FOLDER else 0)
            if kind != FOLDER:
                self._check_room(unit, actor, 1)
            if name in tree.names(folder):
                raise DuplicateFileName(name=name)
            made = self._new(actor, FOLDER if kind == FOLDER else VIRTUAL, name)
            made = replace(made, parent_id=folder.id)
            unit.files.add(made)
        return made

    def content(self, actor: Actor, file_id: str) -> tuple[StoredFile, Iterator[bytes]]:
        """Return a file and its bytes in pieces. Raises `StoredFileNotFound`."""
        with self._database.reading() as unit:
            file = FileTree(unit, actor).require(file_id)
        if not file.has_bytes:
            raise StoredFileNotFound(id=file_id)
        if file.is_mirrored:
            return file, self._blobs.stream(document_key(file.parent_id, file.id))
        return file, self._blobs.stream(file_key(file.tenant_id, file.id))

    def rename(self, actor: Actor, file_id: str, name: str) -> None:
        """Rename a file or a folder, and the documents that were made from it.

        Raises `StoredFileNotFound`, `DuplicateFileName`, `DuplicateDocumentName` or an
        `InvalidInput`.
        """
        with self._database.transaction() as unit:
            tree = FileTree(unit, actor)
            file = tree.require(file_id)
            tree.check_changeable(file)
            check_name(name)
            if name == file.name:
                return
            if not file.is_folder and suffix_of(name) != suffix_of(file.name):
                raise ExtensionLocked
            if name in tree.names(tree.parent(file)):
                raise DuplicateFileName(name=name)
            for document in tree.documents([file])[file.id]:
                self._rename_document(unit, document.id, name, with_source=file.is_mirrored)
            if not file.is_mirrored:
                now = self._clock.milliseconds()
                unit.files.update(replace(file, name=name, update_time=now))
        self._relay.flush()

    def move(self, actor: Actor, file_ids: Sequence[str], folder_id: str) -> None:
        """Move files and folders into a folder, all or none.

        Raises `FolderNotFound`, `SourceNotFound`, `DuplicateFileName` or an `InvalidInput`.
        """
        wanted, _ = unique(file_ids)
        with self._database.transaction() as unit:
            tree = FileTree(unit, actor)
            folder = tree.require_open_folder(folder_id)
            above = tree.path(folder)
            names = tree.names(folder)
            for file_id in wanted:
                file = tree.find(file_id)
                if file is None:
                    raise SourceNotFound(id=file_id)
                tree.check_movable(file)
                if file.parent_id == folder.id:
                    continue
                if file.id in {each.id for each in above}:
                    raise FolderIntoItself
                check_depth(len(above) - 1 + _height(file, unit.files.subtree(file.id)))
                if file.name in names:
                    raise DuplicateFileName(name=file.name)
                names.add(file.name)
                now = self._clock.milliseconds()
                unit.files.update(replace(file, parent_id=folder.id, update_time=now))

    def remove(self, actor: Actor, file_ids: Sequence[str]) -> None:
        """Delete files, folders with all below them, and the documents made from any of these.

        Raises `StoredFileNotFound` or `FolderProtected`, and deletes nothing then.
        """
        wanted, _ = unique(file_ids)
        with self._database.transaction() as unit:
            tree = FileTree(unit, actor)
            named = [tree.require(file_id) for file_id in wanted]
            for file in named:
                tree.check_changeable(file)
            mirrored = [file for file in named if file.is_mirrored]
            stored = {
                below.id: below
                for file in named
                if not file.is_mirrored
                for below in unit.files.subtree(file.id)
            }
            made = tree.documents([*stored.values(), *mirrored])
            documents = {each.id: each for group in made.values() for each in group}
            for file in stored.values():
                follow_file_deletion(unit, file)
            for document in documents.values():
                follow_deletion(unit, document)
            unit.documents.delete(list(documents))
            unit.files.delete(list(stored))
        self._relay.flush()

    def _new(self, actor: Actor, kind: str, name: str) -> StoredFile:
        """Return a file that is in no folder yet."""
        now = self._clock.milliseconds()
        return StoredFile(
            id=self._ids.object_id(),
            tenant_id=actor.tenant_id,
            created_by=actor.user_id,
            parent_id="",
            name=name,
            type=kind,
            create_time=now,
            update_time=now,
        )

    @staticmethod
    def _target(
        unit: UnitOfWork, actor: Actor, folder_id: str | None, deeper: int
    ) -> tuple[FileTree, StoredFile]:
        """Return the tree and a folder that may take files so many folders below it."""
        tree = FileTree(unit, actor)
        folder = tree.require_open_folder(folder_id or tree.root.id)
        check_depth(len(tree.path(folder)) - 1 + deeper)
        return tree, folder

    def _check_room(self, unit: UnitOfWork, actor: Actor, more: int) -> None:
        limit = self._files_per_tenant
        if limit and unit.files.count_of_tenant(actor.tenant_id) + more > limit:
            raise TooManyFiles

    def _discard(self, files: Sequence[StoredFile]) -> None:
        """Delete the bytes of files that were not stored: a commit may fail after it was done."""
        with self._database.transaction() as unit:
            for file in files:
                if unit.files.get(file.id) is None:
                    follow_file_deletion(unit, file)
        self._relay.flush()

    def _rename_document(
        self, unit: UnitOfWork, document_id: str, name: str, with_source: bool
    ) -> None:
        document = unit.documents.get(document_id)  # locked, so that no progress is overwritten
        if document is None:
            return
        dataset_id = document.dataset_id
        changed = changed_document(
            document, {"name": name}, lambda: unit.documents.names(dataset_id)
        )
        renamed = replace(changed, update_time=self._clock.milliseconds())
        unit.documents.update(renamed)
        if with_source:
            rename_source(unit, renamed)
        follow_document_change(unit, document_id)


def _height(top: StoredFile, subtree: Sequence[StoredFile]) -> int:
    """Count the folders on the longest way down from a file, itself included."""
    parents: Mapping[str, str] = {each.id: each.parent_id for each in subtree if each.is_folder}

    def steps(file_id: str) -> int:
        count = 1
        while file_id != top.id:
            file_id, count = parents[file_id], count + 1
        return count

    return max((steps(file_id) for file_id in parents), default=0)
