"""A conversation with an assistant or an agent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, overload

from ragflow_sdk.base import Base, checked, merged
from ragflow_sdk.chunk import Chunk
from ragflow_sdk.transport import RAGFlowError, envelope_data

if TYPE_CHECKING:
    from ragflow_sdk.ragflow import RAGFlow

OPENER = "Hi! I am your assistant, can I help you?"


class Message(Base):
    """Hold an answer; while it streams, `content` is all of it so far.

    `reference` lists the chunks that it was made from; `citations` ties its sentences to the exact
    characters of those chunks. `inputs` is the form that an agent waits for, to be filled in by
    `ask(inputs=…)`.
    """

    def __init__(self, rag: RAGFlow, fields: Mapping[str, Any]) -> None:
        self.id: str | None = None
        self.content = OPENER
        self.reference: list[Chunk] | None = None
        self.citations: list[dict[str, Any]] = []
        self.role = "assistant"
        self.prompt: str | None = None
        self.inputs: dict[str, Any] | None = None
        super().__init__(rag, fields)

    def to_json(self) -> dict[str, Any]:
        """Return the attributes as JSON values."""
        chunks = None if self.reference is None else [chunk.to_json() for chunk in self.reference]
        return {**super().to_json(), "reference": chunks}


class Session(Base):
    """Describe a conversation; `chat_id` or `agent_id` says with whom."""

    aliases: ClassVar[Mapping[str, str]] = {"message": "messages"}

    def __init__(self, rag: RAGFlow, fields: Mapping[str, Any]) -> None:
        self.id = ""
        self.name = "New session"
        self._opening: dict[str, Any] = {}  # goes with the first question
        self.messages: list[dict[str, Any]] = [{"role": "assistant", "content": OPENER}]
        renamed = {"messages" if key == "message" else key: value for key, value in fields.items()}
        super().__init__(rag, renamed)

    def opened_with(self, inputs: Mapping[str, Any]) -> Session:
        """Note values of an agent's form, which go with the first question."""
        self._opening = {
            name: value if isinstance(value, dict) and "value" in value else {"value": value}
            for name, value in inputs.items()
        }
        return self

    @overload
    def ask(
        self, question: str = "", *, stream: Literal[True], **kwargs: Any
    ) -> Iterator[Message]: ...

    @overload
    def ask(self, question: str = "", stream: Literal[False] = False, **kwargs: Any) -> Message: ...

    @overload
    def ask(
        self, question: str = "", stream: bool = False, **kwargs: Any
    ) -> Message | Iterator[Message]: ...

    @checked
    def ask(
        self, question: str = "", stream: bool = False, **kwargs: Any
    ) -> Message | Iterator[Message]:
        """Ask a question: return the answer, or with `stream` an iterator over its growing states.

        Further arguments are values for the variables of the assistant's prompt. Of an agent,
        `inputs` are the values of its form.
        """
        body = {"question": question, "session_id": self.id, **kwargs}
        if self._opening:
            body["inputs"] = {**self._opening, **(kwargs.get("inputs") or {})}
        if stream:
            return self._stream({**body, "stream": True})
        return self._message(
            envelope_data(self.rag.transport.post(self._path, {**body, "stream": False}))
        )

    @checked
    def update(self, update_message: dict[str, Any] | list[dict[str, Any]]) -> None:
        """Rename a conversation with an assistant; those with agents have no names to change."""
        if not self._is_chat:
            raise RAGFlowError("only a conversation with an assistant can be renamed", 102)
        path = f"/chats/{self.chat_id}/sessions/{self.id}"
        envelope_data(self.rag.transport.put(path, merged(update_message)))

    @property
    def _is_chat(self) -> bool:
        return "chat_id" in vars(self)

    @property
    def _path(self) -> str:
        if self._is_chat:
            return f"/chats/{self.chat_id}/completions"
        return f"/agents/{self.agent_id}/completions"

    def _stream(self, body: Mapping[str, Any]) -> Iterator[Message]:
        grown, thinks = "", False
        for frame in self.rag.transport.frames(self._path, body):
            data = frame.get("data")
            if not isinstance(data, dict):
                continue
            if not self._is_chat:  # some frames carry only what is new, the last nothing
                if "answer" in data:
                    grown = data["answer"]
                elif not thinks:
                    grown += data.get("content") or ""
                thinks = "start_to_think" in data or (thinks and "end_to_think" not in data)
                data = {**data, "answer": grown, "id": frame.get("message_id")}
            elif data.get("running_status"):
                continue
            yield self._message(data)

    def _message(self, data: Mapping[str, Any] | str) -> Message:
        self._opening = {}
        if isinstance(data, str):  # why an agent failed
            data = {"content": data}
        inner = data.get("data")
        fields = {**data, **inner} if isinstance(inner, dict) else dict(data)
        reference = fields.get("reference") or {}
        chunks = reference.get("chunks") if isinstance(reference, dict) else reference
        if isinstance(chunks, dict):  # an agent's reference maps numbers to chunks
            chunks = list(chunks.values())
        return Message(
            self.rag,
            {
                "id": fields.get("id") or fields.get("message_id"),
                "content": fields["answer"] if "answer" in fields else fields.get("content", ""),
                "reference": (
                    None if chunks is None else [Chunk(self.rag, chunk) for chunk in chunks]
                ),
                "citations": reference.get("citations", []) if isinstance(reference, dict) else [],
                "prompt": fields.get("prompt"),
            }
            | ({"inputs": fields["inputs"]} if fields.get("event") == "user_inputs" else {}),
        )
