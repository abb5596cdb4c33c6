"""Links: documents that are made from files.

In: ids of files and of datasets. Out: links, one for each file and dataset. A document gets a copy
of the file's bytes, so that each can be deleted without the other being asked. Refused: files that
no dataset takes in, and datasets of others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from ragflow.domain.blob_keys import document_key, file_key
from ragflow.domain.documents import Dataset, Document
from ragflow.domain.errors import RagflowError
from ragflow.domain.files import FileLink, StoredFile
from ragflow.domain.identity import Actor
from ragflow.domain.ports import BlobStore, Clock, Ids
from ragflow.domain.repositories import Database, UnitOfWork
from ragflow.services.access import require_own_dataset
from ragflow.services.bulk import unique
from ragflow.services.documents import new_document
from ragflow.services.errors import FileNotLinkable, TooManyFiles
from ragflow.services.file_names import numbered, refusal
from ragflow.services.file_tree import FileTree
from ragflow.services.followups import follow_deletion, follow_failed_upload
from ragflow.services.outbox import OutboxRelay

_IN_MEMORY = 1 << 20
_Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Copy:
    """Hold a document that is to be made from a file; its bytes are in their place."""

    file_id: str
    document: Document


class FileLinkService:
    """Make documents from files."""

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

    def link(
        self, actor: Actor, file_ids: Sequence[str], dataset_ids: Sequence[str]
    ) -> list[FileLink]:
        """Make a document of each file in each dataset, where there is none yet; all or none.

        A folder stands for the files below it. Raises `StoredFileNotFound`, `DatasetNotFound`,
        `FileNotLinkable` or `TooManyFiles`.
        """
        with self._database.reading() as unit:
            files = _files_of(unit, FileTree(unit, actor), file_ids)
            datasets = _datasets_of(unit, actor, dataset_ids)
            present = _links_of(unit, files)
            wanted = [(file, dataset) for file in files for dataset in datasets]
            missing = [pair for pair in wanted if (pair[0].id, pair[1].id) not in present]
            self._check_room(unit, actor, len(missing))
        copies = [self._planned(actor, file, dataset) for file, dataset in missing]
        try:
            for (file, _), copy in zip(missing, copies, strict=True):
                self._copy(file, copy.document)
            with self._database.transaction() as unit:
                tree = FileTree(unit, actor)
                files = _files_of(unit, tree, [file.id for file in files])
                _datasets_of(unit, actor, [dataset.id for dataset in datasets])
                self._check_room(unit, actor, len(missing))
                self._store(unit, files, copies)
                links = _links_of(unit, files)
        except (RagflowError, OSError):
            self._discard(copies)
            raise
        self._relay.flush()
        pairs = ((file.id, dataset.id) for file, dataset in wanted)
        return [links[pair] for pair in pairs if pair in links]  # some may be deleted already

    def _planned(self, actor: Actor, file: StoredFile, dataset: Dataset) -> _Copy:
        document_id, now = self._ids.object_id(), self._clock.milliseconds()
        return _Copy(file.id, new_document(actor, dataset, document_id, file.name, file.size, now))

    def _copy(self, file: StoredFile, document: Document) -> None:
        with SpooledTemporaryFile(_IN_MEMORY) as spool:
            for piece in self._blobs.stream(file_key(file.tenant_id, file.id)):
                spool.write(piece)
            spool.seek(0)
            key = document_key(document.dataset_id, document.id)
            self._blobs.put(key, cast(BinaryIO, spool))

    def _store(
        self, unit: UnitOfWork, files: Sequence[StoredFile], copies: Sequence[_Copy]
    ) -> None:
        present, names = _links_of(unit, files), {file.id: file.name for file in files}
        taken: dict[str, set[str]] = {}
        for copy in copies:
            dataset_id = copy.document.dataset_id
            if (copy.file_id, dataset_id) in present:  # another request was faster
                follow_deletion(unit, copy.document)
                continue
            in_use = taken.setdefault(dataset_id, unit.documents.names(dataset_id))
            name = numbered(names[copy.file_id], in_use)
            in_use.add(name)
            document = replace(copy.document, name=name, location=name)
            unit.documents.add(document)
            now = document.create_time
            link = FileLink(self._ids.object_id(), copy.file_id, document.id, now, now)
            unit.files.add_link(link)

    def _check_room(self, unit: UnitOfWork, actor: Actor, more: int) -> None:
        limit = self._files_per_tenant
        if limit and more and unit.documents.count_of_tenant(actor.tenant_id) + more > limit:
            raise TooManyFiles

    def _discard(self, copies: Sequence[_Copy]) -> None:
        with self._database.transaction() as unit:
            follow_failed_upload(unit, [copy.document for copy in copies])
        self._relay.flush()


def _files_of(unit: UnitOfWork, tree: FileTree, file_ids: Sequence[str]) -> list[StoredFile]:
    """Return the files that are named or below named folders, each once."""
    found: dict[str, StoredFile] = {}
    for file_id in unique(file_ids)[0]:
        named = tree.require(file_id)
        if named.is_root or named.is_mirrored:
            raise FileNotLinkable(name=named.name, reason="Only files of your own can be linked.")
        found |= {each.id: each for each in _leaves(unit, named)}
    for file in found.values():
        if reason := refusal(file.name):
            raise FileNotLinkable(name=file.name, reason=reason)
        if not file.has_bytes:
            raise FileNotLinkable(name=file.name, reason="This file is empty.")
    return list(found.values())


def _leaves(unit: UnitOfWork, file: StoredFile) -> Iterator[StoredFile]:
    return (each for each in unit.files.subtree(file.id) if not each.is_folder)


def _datasets_of(unit: UnitOfWork, actor: Actor, dataset_ids: Sequence[str]) -> list[Dataset]:
    return [require_own_dataset(unit, actor, each) for each in unique(dataset_ids)[0]]


def _links_of(unit: UnitOfWork, files: Sequence[StoredFile]) -> dict[_Pair, FileLink]:
    """Return the first link of each file to each dataset."""
    links = unit.files.links([file.id for file in files])
    documents = unit.documents.get_many([link.document_id for link in links])
    datasets = {document.id: document.dataset_id for document in documents}
    found: dict[_Pair, FileLink] = {}
    for link in links:
        if link.document_id in datasets:
            found.setdefault((link.file_id, datasets[link.document_id]), link)
    return found
