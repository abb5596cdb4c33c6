"""A passage of a document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ragflow_sdk.base import Base, checked, merged
from ragflow_sdk.transport import RAGFlowError, envelope

if TYPE_CHECKING:
    from ragflow_sdk.ragflow import RAGFlow


class ChunkUpdateError(RAGFlowError):
    """Say why a chunk was not updated."""

    def __init__(self, code: int, message: str, details: str | None = None) -> None:
        super().__init__(message, code)
        self.message = message
        self.details = details


class Chunk(Base):
    """Describe a chunk: its text, where it stands, and its scores when it was retrieved."""

    aliases: ClassVar[Mapping[str, str]] = {"position": "positions", "img_id": "image_id"}

    def __init__(self, rag: RAGFlow, fields: Mapping[str, Any]) -> None:
        self.id = ""
        self.content = ""
        self.important_keywords: list[str] = []
        self.questions: list[str] = []
        self.create_time = ""
        self.create_timestamp = 0.0
        self.dataset_id: str | None = None
        self.document_name = ""
        self.document_id = ""
        self.available = True
        self.similarity = 0.0
        self.vector_similarity = 0.0
        self.term_similarity = 0.0
        self.positions: list[list[int]] = []
        self.image_id = ""
        self.doc_type = ""
        super().__init__(rag, fields)

    @checked
    def update(self, update_message: dict[str, Any] | list[dict[str, Any]]) -> None:
        """Change `content`, `important_keywords`, `questions` or `available`.

        Raises `ChunkUpdateError`.
        """
        path = f"/datasets/{self.dataset_id}/documents/{self.document_id}/chunks/{self.id}"
        reply = self.rag.transport.put(path, merged(update_message))
        try:
            envelope(reply)
        except RAGFlowError as error:
            details = reply.json().get("details") if reply.content.startswith(b"{") else None
            raise ChunkUpdateError(error.code, str(error), details) from None
