"""A file in a dataset."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ragflow_sdk.base import Base, checked, merged, other_order
from ragflow_sdk.chunk import Chunk
from ragflow_sdk.transport import RAGFlowError, envelope_data

if TYPE_CHECKING:
    from ragflow_sdk.ragflow import RAGFlow


class Document(Base):
    """Describe a document and the state of its ingestion."""

    def __init__(self, rag: RAGFlow, fields: Mapping[str, Any]) -> None:
        self.id = ""
        self.name = ""
        self.thumbnail: str | None = None
        self.dataset_id: str | None = None
        self.chunk_method = "naive"
        self.parser_config: Any = {"pages": [[1, 1000000]]}
        self.source_type = "local"
        self.type = ""
        self.created_by = ""
        self.size = 0
        self.token_count = 0
        self.chunk_count = 0
        self.progress = 0.0
        self.progress_msg = ""
        self.process_begin_at: str | None = None
        self.process_duration = 0.0
        self.run = "0"
        self.status = "1"
        self.meta_fields: Any = {}
        super().__init__(rag, fields)

    @property
    def _path(self) -> str:
        return f"/datasets/{self.dataset_id}/documents/{self.id}"

    @checked
    def update(self, update_message: dict[str, Any] | list[dict[str, Any]]) -> Document:
        """Change name, meta_fields, chunk_method or parser_config; return the document itself."""
        fields = merged(update_message)
        if "display_name" in fields:
            fields.setdefault("name", fields.pop("display_name"))
        if not isinstance(fields.get("meta_fields", {}), dict):
            raise RAGFlowError("meta_fields must be a dictionary", 102)
        data = envelope_data(self.rag.transport.put(self._path, fields))
        if isinstance(data, dict):
            self._update_from(data)
        return self

    def download(self) -> bytes:
        """Return the file's bytes."""
        reply = self.rag.transport.get(self._path)
        if "application/json" in reply.headers.get("content-type", ""):
            body = json.loads(reply.content)
            raise RAGFlowError(str(body.get("message")), int(body.get("code", 100)))
        return reply.content

    @other_order(int, "page", "page_size", "keywords", "id")
    @checked
    def list_chunks(
        self,
        keywords: str | None = None,
        page: int = 1,
        page_size: int = 30,
        id: str | None = None,
    ) -> list[Chunk]:
        """List the chunks, or those that match `keywords`, or the one with `id`."""
        params = {"keywords": keywords, "page": page, "page_size": page_size, "id": id}
        data = envelope_data(self.rag.transport.get(f"{self._path}/chunks", params))
        return [self._chunk(fields) for fields in data["chunks"]]

    @checked
    def add_chunk(
        self,
        content: str,
        important_keywords: list[str] | None = None,
        questions: list[str] | None = None,
    ) -> Chunk:
        """Add a chunk by hand."""
        body = {
            "content": content,
            "important_keywords": important_keywords or [],
            "questions": questions or [],
        }
        data = envelope_data(self.rag.transport.post(f"{self._path}/chunks", body))
        return self._chunk(data["chunk"])

    @checked
    def delete_chunks(
        self, ids: list[str] | None = None, *, chunk_ids: list[str] | None = None
    ) -> None:
        """Delete chunks by id, all when no ids are given."""
        wanted = ids if ids is not None else chunk_ids
        envelope_data(self.rag.transport.delete(f"{self._path}/chunks", {"chunk_ids": wanted}))

    def _chunk(self, fields: Mapping[str, Any]) -> Chunk:
        named = {"document_name": self.name, **fields}
        return Chunk(self.rag, named)
