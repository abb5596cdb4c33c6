"""A chat assistant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ragflow_sdk.base import Base, checked, merged, plain
from ragflow_sdk.session import Session
from ragflow_sdk.transport import envelope_data

if TYPE_CHECKING:
    from ragflow_sdk.ragflow import RAGFlow


class Chat(Base):
    """Describe an assistant; its methods work on its sessions."""

    class LLM(Base):
        """Hold the settings of the chat model."""

        def __init__(self, rag: RAGFlow, fields: Mapping[str, Any]) -> None:
            self.model_name: str | None = None
            self.temperature = 0.1
            self.top_p = 0.3
            self.presence_penalty = 0.4
            self.frequency_penalty = 0.7
            self.max_tokens = 512
            super().__init__(rag, {key.replace(" ", "_"): value for key, value in fields.items()})

    class Prompt(Base):
        """Hold what the assistant is told and how it retrieves."""

        def __init__(self, rag: RAGFlow, fields: Mapping[str, Any]) -> None:
            self.similarity_threshold = 0.2
            self.keywords_similarity_weight = 0.7
            self.top_n = 8
            self.top_k = 1024
            self.variables: list[dict[str, Any]] = [{"key": "knowledge", "optional": True}]
            self.rerank_model = ""
            self.empty_response: str | None = None
            self.opener = "Hi! I'm your assistant. What can I do for you?"
            self.show_quote = True
            self.prompt = (
                "You are an intelligent assistant. Please summarize the content of the dataset to "
                "answer the question, list the relevant data and answer in detail. Consider the "
                "chat history. When nothing in the dataset is relevant to the question, your "
                'answer must include the sentence "The answer you are looking for is not found in '
                'the knowledge base!"\nHere is the knowledge base:\n{knowledge}\nThe above is the '
                "knowledge base."
            )
            super().__init__(rag, fields)

    def __init__(self, rag: RAGFlow, fields: Mapping[str, Any]) -> None:
        self.id = ""
        self.name = "assistant"
        self.avatar = "path/to/avatar"
        self.llm: Any = Chat.LLM(rag, {})
        self.prompt: Any = Chat.Prompt(rag, {})
        super().__init__(rag, fields)

    @checked
    def update(self, update_message: dict[str, Any] | list[dict[str, Any]]) -> None:
        """Change settings of the assistant."""
        fields = {name: plain(value) for name, value in merged(update_message).items()}
        envelope_data(self.rag.transport.put(f"/chats/{self.id}", fields))

    @checked
    def create_session(self, name: str = "New session") -> Session:
        """Begin a conversation."""
        path = f"/chats/{self.id}/sessions"
        return Session(self.rag, envelope_data(self.rag.transport.post(path, {"name": name})))

    @checked
    def list_sessions(
        self,
        page: int = 1,
        page_size: int = 30,
        orderby: str = "create_time",
        desc: bool = True,
        id: str | None = None,
        name: str | None = None,
    ) -> list[Session]:
        """List the conversations."""
        params = {
            "page": page,
            "page_size": page_size,
            "orderby": orderby,
            "desc": desc,
            "id": id,
            "name": name,
        }
        data = envelope_data(self.rag.transport.get(f"/chats/{self.id}/sessions", params))
        return [Session(self.rag, fields) for fields in data]

    @checked
    def delete_sessions(self, ids: list[str] | None = None) -> None:
        """Delete conversations by id, all when no ids are given."""
        envelope_data(self.rag.transport.delete(f"/chats/{self.id}/sessions", {"ids": ids}))
