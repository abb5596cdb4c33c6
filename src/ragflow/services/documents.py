"""Documents: upload, list, change, download and delete.

In: uploaded files and changes. Out: `Document` values and bytes. Refused: files that are not taken
in, names that are too long, taken or change their extension, fields that only ingestion may set.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ragflow.domain.blob_keys import document_key
from ragflow.domain.documents import Dataset, Document
from ragflow.domain.errors import RagflowError
from ragflow.domain.file_types import chunk_method_of, suffix_of, type_of
from ragflow.domain.identity import Actor
from ragflow.domain.ports import BlobStore, Clock, Ids
from ragflow.domain.repositories import Database, Paging, UnitOfWork
from ragflow.services.access import (
    may_use,
    require_dataset,
    require_document,
    require_own_dataset,
    require_tag_sets,
)
from ragflow.services.bulk import BulkOutcome, unique
from ragflow.services.document_changes import changed_document
from ragflow.services.errors import (
    DocumentNotFound,
    DocumentsNotFound,
    NoBytes,
    TooManyFiles,
    UploadFailed,
)
from ragflow.services.file_names import check_length, numbered, refusal
from ragflow.services.file_tree import lock_tree, rename_source
from ragflow.services.followups import (
    follow_deletion,
    follow_document_change,
    follow_failed_upload,
    follow_stop,
    forget_graph_share,
)
from ragflow.services.outbox import OutboxRelay
from ragflow.services.parser_config import DOCUMENT_METHODS
from ragflow.services.uploads import Refusal, UnpackLimits, Upload, unpacked


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """Choose documents of a dataset; the times are inclusive, in ms, None for no bound."""

    document_id: str | None = None
    name: str | None = None
    keywords: str | None = None
    created_from: int | None = None
    created_to: int | None = None


class DocumentService:
    """Manage the documents of datasets."""

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        relay: OutboxRelay,
        clock: Clock,
        ids: Ids,
        files_per_tenant: int = 0,
        unpack_limits: UnpackLimits | None = None,
        methods: Collection[str] = DOCUMENT_METHODS,
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._relay = relay
        self._clock = clock
        self._ids = ids
        self._files_per_tenant = files_per_tenant
        self._unpack_limits = unpack_limits or UnpackLimits()
        self._methods = methods

    def upload(self, actor: Actor, dataset_id: str, uploads: Sequence[Upload]) -> list[Document]:
        """Store files as documents, in order; a name that is taken gets a number.

        A ZIP archive becomes the documents that are in it. Raises `DatasetNotFound`, `NameTooLong`,
        and `UploadFailed` when files were refused; the others are stored then too.
        """
        with self._database.reading() as unit:
            dataset = require_dataset(unit, actor, dataset_id)
            stored = unit.documents.count_of_tenant(dataset.tenant_id)
        for upload in uploads:
            check_length(upload.name)
        with unpacked(uploads, self._unpack_limits) as offered:
            accepted, reasons = self._sorted_out(offered, stored)
            documents = self._store(actor, dataset, accepted)
        if reasons:
            raise UploadFailed(reasons="\n".join(reasons))
        return documents

    def page(
        self, actor: Actor, dataset_id: str, paging: Paging, wanted: DocumentFilter
    ) -> tuple[list[Document], int]:
        """List documents. Raises `DatasetNotFound`, and `DocumentNotFound` for a wrong filter."""
        with self._database.reading() as unit:
            dataset = require_dataset(unit, actor, dataset_id)
            if wanted.document_id:
                require_document(unit, dataset, wanted.document_id)
            if wanted.name and wanted.name not in unit.documents.names(dataset_id):
                raise DocumentNotFound(id=wanted.name, dataset_id=dataset_id)
            return unit.documents.page(
                dataset_id,
                paging,
                document_id=wanted.document_id or None,
                name=wanted.name or None,
                keywords=wanted.keywords or None,
                created_from=wanted.created_from,
                created_to=wanted.created_to,
            )

    def get(self, actor: Actor, dataset_id: str, document_id: str) -> Document:
        """Return one document. Raises `DatasetNotFound` or `DocumentNotFound`."""
        with self._database.reading() as unit:
            dataset = require_dataset(unit, actor, dataset_id)
            return require_document(unit, dataset, document_id)

    def find(self, actor: Actor, document_id: str) -> Document:
        """Return a document of any dataset that the actor may use. Raises `DocumentNotFound`."""
        with self._database.reading() as unit:
            document = unit.documents.get(document_id)
            dataset = None if document is None else unit.datasets.get(document.dataset_id)
        if document is None or dataset is None or not may_use(actor, dataset):
            raise DocumentNotFound(id=document_id)
        return document

    def meta_fields(self, actor: Actor, dataset_id: str) -> dict[str, Mapping[str, Any]]:
        """Return the meta fields of a dataset's documents by id. Raises `DatasetNotFound`."""
        with self._database.reading() as unit:
            require_dataset(unit, actor, dataset_id)
            return unit.documents.meta_fields((dataset_id,))

    def update(
        self, actor: Actor, dataset_id: str, document_id: str, changes: Mapping[str, Any]
    ) -> Document:
        """Change a document by the keys that are known, all or none.

        Raises `DatasetNotFound`, `DocumentNotFound`, `DuplicateDocumentName` or an `InvalidInput`.
        """
        with self._database.transaction() as unit:
            if "name" in changes:
                lock_tree(unit, actor)  # before any other row, as all that changes files
            dataset = require_own_dataset(unit, actor, dataset_id)
            old = require_document(unit, dataset, document_id)
            config = changes.get("parser_config")
            require_tag_sets(unit, actor, config if isinstance(config, Mapping) else None)
            changed = changed_document(
                old, changes, lambda: unit.documents.names(dataset_id), self._methods
            )
            new = replace(changed, update_time=self._clock.milliseconds())
            unit.documents.update(new)
            if new.name != old.name:
                rename_source(unit, new)
            self._follow_update(unit, old, new)
        self._relay.flush()
        return new

    def download(
        self, actor: Actor, dataset_id: str, document_id: str
    ) -> tuple[Document, Iterator[bytes]]:
        """Return a document and its bytes in pieces.

        Raises `DatasetNotFound`, `DocumentNotFound` or `NoBytes`.
        """
        with self._database.reading() as unit:
            dataset = require_own_dataset(unit, actor, dataset_id)
            document = require_document(unit, dataset, document_id)
        if not document.size:
            raise NoBytes
        return document, self._blobs.stream(document_key(dataset_id, document_id))

    def delete(
        self, actor: Actor, dataset_id: str, document_ids: Sequence[str] | None
    ) -> BulkOutcome:
        """Delete documents, all of the dataset where None.

        Raises `DatasetNotFound`, and `DocumentsNotFound` after it deleted those that are there.
        """
        with self._database.transaction() as unit:
            require_dataset(unit, actor, dataset_id)
            named = unit.documents.ids(dataset_id) if document_ids is None else document_ids
            wanted, duplicates = unique(named)
            found = self._of_dataset(unit, dataset_id, wanted)
            for document in found:
                follow_deletion(unit, document)
            unit.documents.delete([document.id for document in found])
        self._relay.flush()
        known = {document.id for document in found}
        missing = [document_id for document_id in wanted if document_id not in known]
        if missing:
            raise DocumentsNotFound(ids=missing, dataset_id=dataset_id)
        return BulkOutcome(len(found), duplicates)

    def _store(self, actor: Actor, dataset: Dataset, uploads: Sequence[Upload]) -> list[Document]:
        documents = [self._new(actor, dataset, upload) for upload in uploads]
        try:
            for document, upload in zip(documents, uploads, strict=True):
                self._blobs.put(document_key(dataset.id, document.id), upload.source)
            with self._database.transaction() as unit:
                require_dataset(unit, actor, dataset.id)
                documents = list(_with_free_names(documents, unit.documents.names(dataset.id)))
                for document in documents:
                    unit.documents.add(document)
        except (RagflowError, OSError):
            self._discard(documents)
            raise
        return documents

    def _sorted_out(
        self, offered: Sequence[Upload | Refusal], stored: int
    ) -> tuple[list[Upload], list[str]]:
        accepted: list[Upload] = []
        reasons: list[str] = []
        for upload in offered:
            full = self._files_per_tenant and stored + len(accepted) >= self._files_per_tenant
            if isinstance(upload, Refusal):
                reasons.append(f"{upload.name}: {upload.reason}")
            elif reason := TooManyFiles.template if full else refusal(upload.name):
                reasons.append(f"{upload.name}: {reason}")
            else:
                accepted.append(upload)
        return accepted, reasons

    def _new(self, actor: Actor, dataset: Dataset, upload: Upload) -> Document:
        document_id, now = self._ids.object_id(), self._clock.milliseconds()
        return new_document(actor, dataset, document_id, upload.name, upload.size, now)

    def _discard(self, documents: Sequence[Document]) -> None:
        with self._database.transaction() as unit:
            follow_failed_upload(unit, documents)
        self._relay.flush()

    @staticmethod
    def _follow_update(unit: UnitOfWork, old: Document, new: Document) -> None:
        reset = new.revision != old.revision
        if reset:
            follow_stop(unit, old)
            unit.chunks.delete(old.id, None)
            forget_graph_share(unit, old)
        if new.status != old.status:
            unit.chunks.set_available(new.id, new.status == "1")
        if reset or new.status != old.status or new.name != old.name:
            follow_document_change(unit, new.id)

    @staticmethod
    def _of_dataset(
        unit: UnitOfWork, dataset_id: str, document_ids: Sequence[str]
    ) -> list[Document]:
        found = unit.documents.get_many(document_ids)
        return [document for document in found if document.dataset_id == dataset_id]


def new_document(
    actor: Actor, dataset: Dataset, document_id: str, name: str, size: int, now: int
) -> Document:
    """Return a document that was never parsed, with the settings of its dataset and its kind."""
    return Document(
        id=document_id,
        dataset_id=dataset.id,
        tenant_id=dataset.tenant_id,
        created_by=actor.user_id,
        name=name,
        location=name,
        size=size,
        type=type_of(name),
        suffix=suffix_of(name),
        create_time=now,
        update_time=now,
        chunk_method=chunk_method_of(name, dataset.chunk_method),
        parser_config=dataset.parser_config,
    )


def _with_free_names(documents: Iterable[Document], taken: set[str]) -> Iterator[Document]:
    for document in documents:
        name = numbered(document.name, taken)
        taken.add(name)
        yield replace(document, name=name, location=name)
