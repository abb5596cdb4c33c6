"""Files: a tenant's tree of folders and files, of which a part mirrors the datasets.

The root is the folder that holds itself. Below it stands `.knowledgebase`, with a folder for each
dataset and in it a file for each document. None of these is stored a second time: they are made
from the tenant, the datasets and the documents whenever they are looked at, and keep their ids.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass

from ragflow.domain.documents import Dataset, Document
from ragflow.domain.identity import Tenant

FOLDER = "folder"
VIRTUAL = "virtual"
MIRROR_NAME = ".knowledgebase"
MIRRORED = "knowledgebase"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Describe a folder or a file; `type` is `folder`, `virtual` or the class of its extension.

    `source_type` is `knowledgebase` for what mirrors datasets, else empty. A virtual file has no
    bytes.
    """

    id: str
    tenant_id: str
    created_by: str
    parent_id: str
    name: str
    type: str
    create_time: int
    update_time: int
    location: str = ""
    size: int = 0
    source_type: str = ""

    @property
    def is_folder(self) -> bool:
        """Tell whether it holds others."""
        return self.type == FOLDER

    @property
    def is_root(self) -> bool:
        """Tell whether it is its own parent."""
        return self.id == self.parent_id

    @property
    def is_mirrored(self) -> bool:
        """Tell whether it stands for datasets, a dataset or a document."""
        return self.source_type == MIRRORED

    @property
    def has_bytes(self) -> bool:
        """Tell whether it is neither a folder nor virtual."""
        return self.type not in (FOLDER, VIRTUAL)


@dataclass(frozen=True, slots=True)
class FileLink:
    """Tie a file to a document that was made from it."""

    id: str
    file_id: str
    document_id: str
    create_time: int
    update_time: int


def root_of(tenant: Tenant) -> StoredFile:
    """Return a tenant's root folder; its id is the tenant's."""
    return StoredFile(
        id=tenant.id,
        tenant_id=tenant.id,
        created_by=tenant.id,
        parent_id=tenant.id,
        name="/",
        type=FOLDER,
        create_time=tenant.create_time,
        update_time=tenant.create_time,
    )


def mirror_of(tenant: Tenant) -> StoredFile:
    """Return the folder of a tenant's datasets; its id is derived from the tenant's."""
    digest = hashlib.sha256(f"{MIRROR_NAME}:{tenant.id}".encode()).digest()[:16]
    return StoredFile(
        id=uuid.UUID(bytes=digest, version=1).hex,
        tenant_id=tenant.id,
        created_by=tenant.id,
        parent_id=tenant.id,
        name=MIRROR_NAME,
        type=FOLDER,
        create_time=tenant.create_time,
        update_time=tenant.create_time,
        source_type=MIRRORED,
    )


def folder_of(dataset: Dataset, mirror: StoredFile) -> StoredFile:
    """Return the folder that mirrors a dataset, with its id."""
    return StoredFile(
        id=dataset.id,
        tenant_id=dataset.tenant_id,
        created_by=dataset.created_by,
        parent_id=mirror.id,
        name=dataset.name,
        type=FOLDER,
        create_time=dataset.create_time,
        update_time=dataset.update_time,
        source_type=MIRRORED,
    )


def entry_of(document: Document) -> StoredFile:
    """Return the file that mirrors a document, with its id."""
    return StoredFile(
        id=document.id,
        tenant_id=document.tenant_id,
        created_by=document.created_by,
        parent_id=document.dataset_id,
        name=document.name,
        type=document.type,
        create_time=document.create_time,
        update_time=document.update_time,
        location=document.location,
        size=document.size,
        source_type=MIRRORED,
    )
