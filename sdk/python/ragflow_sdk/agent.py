"""An agent: a canvas that answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ragflow_sdk.base import Base, checked
from ragflow_sdk.session import Session
from ragflow_sdk.transport import envelope_data

if TYPE_CHECKING:
    from ragflow_sdk.ragflow import RAGFlow


class Agent(Base):
    """Describe an agent; its methods work on its sessions."""

    def __init__(self, rag: RAGFlow, fields: Mapping[str, Any]) -> None:
        self.id = ""
        self.avatar: str | None = None
        self.canvas_type: str | None = None
        self.description: str | None = None
        self.dsl: Any = None
        super().__init__(rag, fields)

    def create_session(self, **kwargs: Any) -> Session:
        """Begin a conversation; arguments go to the begin component."""
        path = f"/agents/{self.id}/sessions"
        return Session(self.rag, envelope_data(self.rag.transport.post(path, kwargs)))

    @checked
    def list_sessions(
        self,
        page: int = 1,
        page_size: int = 30,
        orderby: str = "create_time",
        desc: bool = True,
        id: str | None = None,
    ) -> list[Session]:
        """List the conversations."""
        params = {
            "page": page,
            "page_size": page_size,
            "orderby": orderby,
            "desc": desc,
            "id": id,
        }
        data = envelope_data(self.rag.transport.get(f"/agents/{self.id}/sessions", params))
        return [Session(self.rag, fields) for fields in data]

    @checked
    def delete_sessions(self, ids: list[str] | None = None) -> None:
        """Delete conversations by id, all when no ids are given."""
        envelope_data(self.rag.transport.delete(f"/agents/{self.id}/sessions", {"ids": ids}))
