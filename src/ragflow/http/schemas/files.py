"""Files, folders and links as they go over the wire."""

from __future__ import annotations

from typing import Any

from ragflow.domain.files import FileLink, StoredFile
from ragflow.http.schemas.common import times
from ragflow.services.file_browser import ListedFile


def file_object(file: StoredFile) -> dict[str, Any]:
    """Return a file or a folder."""
    return {
        "id": file.id,
        "parent_id": file.parent_id,
        "tenant_id": file.tenant_id,
        "created_by": file.created_by,
        "name": file.name,
        "location": file.location,
        "size": file.size,
        "type": file.type,
        "source_type": file.source_type,
        **times(file.create_time, file.update_time),
    }


def listed_file_object(listed: ListedFile) -> dict[str, Any]:
    """Return a file of a list, with the datasets that use it."""
    shown = file_object(listed.file) | {
        "kbs_info": [{"kb_id": each.id, "kb_name": each.name} for each in listed.datasets]
    }
    if listed.file.is_folder:
        shown["has_child_folder"] = listed.has_folders
    return shown


def link_object(link: FileLink) -> dict[str, Any]:
    """Return a link of a file to a document."""
    return {
        "id": link.id,
        "file_id": link.file_id,
        "document_id": link.document_id,
        **times(link.create_time, link.update_time),
    }
