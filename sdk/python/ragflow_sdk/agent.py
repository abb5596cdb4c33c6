"""An agent: a canvas that answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from ragflow_sdk.base import Base, checked, merged, plain
from ragflow_sdk.session import Session
from ragflow_sdk.transport import envelope_data

if TYPE_CHECKING:
    from ragflow_sdk.ragflow import RAGFlow


class Agent(Base):
    """Describe an agent; its methods work on its sessions, its versions and its runs."""

    class Dsl(Base):
        """Hold an empty canvas."""

        def __init__(self, rag: RAGFlow, fields: Mapping[str, Any]) -> None:
            self.answer: list[Any] = []
            self.components: dict[str, Any] = {}
            self.graph: dict[str, Any] = {"edges": [], "nodes": []}
            self.history: list[Any] = []
            self.messages: list[Any] = []
            self.path: list[Any] = []
            self.reference: list[Any] = []
            super().__init__(rag, fields)

    def __init__(self, rag: RAGFlow, fields: Mapping[str, Any]) -> None:
        self.id = ""
        self.avatar: str | None = None
        self.canvas_type: str | None = None
        self.description: str | None = None
        self.dsl: Any = None
        super().__init__(rag, fields)

    @checked
    def update(self, update_message: dict[str, Any] | list[dict[str, Any]]) -> Agent:
        """Change the title, the description or the canvas; a new canvas becomes a version."""
        path = f"/agents/{self.id}"
        fields = {name: plain(value) for name, value in merged(update_message).items()}
        envelope_data(self.rag.transport.put(path, fields))
        self._update_from(envelope_data(self.rag.transport.get(path, {})))
        return self

    def create_session(self, **kwargs: Any) -> Session:
        """Begin a conversation; `user_id` says for whom.

        Other arguments are values for the inputs of the component `begin`. The server reads none
        while a conversation begins: they go with its first question, as in `ask(inputs=…)`.
        """
        path = f"/agents/{self.id}/sessions"
        if kwargs.get("user_id"):
            path += "?" + urlencode({"user_id": kwargs["user_id"]})
        session = Session(self.rag, envelope_data(self.rag.transport.post(path, kwargs)))
        return session.opened_with({k: v for k, v in kwargs.items() if k != "user_id"})

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

    def list_versions(self) -> list[Base]:
        """List what the canvas was, the newest first."""
        data = envelope_data(self.rag.transport.get(f"/agents/{self.id}/versions", {}))
        return [Base(self.rag, fields) for fields in data]

    @checked
    def get_version(self, version_id: str) -> dict[str, Any]:
        """Return a version with its canvas."""
        path = f"/agents/{self.id}/versions/{version_id}"
        return dict(envelope_data(self.rag.transport.get(path, {})))

    @checked
    def restore_version(self, version_id: str) -> Agent:
        """Make a version the canvas again."""
        path = f"/agents/{self.id}/versions/{version_id}/restore"
        self._update_from(envelope_data(self.rag.transport.post(path, {})))
        return self

    @checked
    def compare_versions(self, version_id: str, other_id: str) -> dict[str, Any]:
        """Return what a second version adds, removes and changes."""
        path = f"/agents/{self.id}/versions/{version_id}/diff/{other_id}"
        return dict(envelope_data(self.rag.transport.get(path, {})))

    @checked
    def list_runs(
        self, page: int = 1, page_size: int = 30, session_id: str | None = None
    ) -> list[Base]:
        """List runs, the newest first."""
        params = {"page": page, "page_size": page_size, "session_id": session_id}
        data = envelope_data(self.rag.transport.get(f"/agents/{self.id}/runs", params))
        return [Base(self.rag, fields) for fields in data["runs"]]

    @checked
    def get_run(self, run_id: str) -> dict[str, Any]:
        """Return a run with what each component did."""
        path = f"/agents/{self.id}/runs/{run_id}"
        return dict(envelope_data(self.rag.transport.get(path, {})))

    @checked
    def cancel_run(self, run_id: str) -> bool:
        """End a run; tell whether it had not ended."""
        path = f"/agents/{self.id}/runs/{run_id}/cancel"
        return bool(envelope_data(self.rag.transport.post(path, {}))["cancelled"])
