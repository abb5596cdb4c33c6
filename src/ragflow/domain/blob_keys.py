"""Keys of stored files: one place that says where each kind of blob lies.

In: ids, which are hex digits made by us. Out: relative keys. Names that users choose never enter a
key, so a file name cannot lead anywhere.
"""

from __future__ import annotations


def document_key(dataset_id: str, document_id: str) -> str:
    """Return the key of an uploaded file."""
    return f"documents/{dataset_id}/{document_id}"


def picture_key(dataset_id: str, document_id: str, chunk_id: str) -> str:
    """Return the key of a chunk's picture."""
    return picture_prefix(dataset_id, document_id) + chunk_id


def picture_prefix(dataset_id: str, document_id: str) -> str:
    """Return what the keys of all pictures of a document begin with."""
    return f"pictures/{dataset_id}/{document_id}/"


def thumbnail_key(dataset_id: str, document_id: str) -> str:
    """Return the key of a document's small preview."""
    return f"thumbnails/{dataset_id}/{document_id}"


def page_key(dataset_id: str, document_id: str, number: int, *, width: int) -> str:
    """Return the key of a page's picture of so many pixels."""
    return f"{page_prefix(dataset_id, document_id)}{number}-{width}"


def page_sizes_key(dataset_id: str, document_id: str) -> str:
    """Return the key of the sizes of a document's pages."""
    return f"{page_prefix(dataset_id, document_id)}sizes"


def page_prefix(dataset_id: str, document_id: str) -> str:
    """Return what the keys of a document's page pictures and of their sizes begin with."""
    return f"pages/{dataset_id}/{document_id}/"


def file_key(tenant_id: str, file_id: str) -> str:
    """Return the key of a file in the file manager."""
    return f"files/{tenant_id}/{file_id}"


def work_prefix(document_id: str, revision: int | None = None) -> str:
    """Return where ingestion keeps what passes between its stages, for one revision or all."""
    base = f"work/{document_id}/"
    return base if revision is None else f"{base}{revision}/"


def document_prefixes(dataset_id: str, document_id: str) -> tuple[str, ...]:
    """Return prefixes that together hold every blob of a document."""
    return (
        document_key(dataset_id, document_id),
        picture_prefix(dataset_id, document_id),
        thumbnail_key(dataset_id, document_id),
        page_prefix(dataset_id, document_id),
        work_prefix(document_id),
    )


def dataset_prefixes(dataset_id: str) -> tuple[str, ...]:
    """Return prefixes that hold every blob of a dataset but those of work in progress."""
    kinds = ("documents", "pictures", "thumbnails", "pages")
    return tuple(f"{kind}/{dataset_id}/" for kind in kinds)


def agent_file_key(agent_id: str, file_id: str) -> str:
    """Return the key of a file that was uploaded for an agent."""
    return f"{agent_prefix(agent_id)}{file_id}"


def agent_prefix(agent_id: str) -> str:
    """Return what the keys of all files of an agent begin with."""
    return f"agents/{agent_id}/"
