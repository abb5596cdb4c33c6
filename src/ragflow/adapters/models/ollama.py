"""Ollama: chat, embeddings and pictures over its own API; it has no call for speech."""

from __future__ import annotations

import base64
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Literal

from ragflow.adapters.guarded_http import HttpClients
from ragflow.adapters.models.openai_senses import said
from ragflow.adapters.models.openai_turns import alternating, arguments_of, tool_fields
from ragflow.adapters.models.provider import Endpoint, providers
from ragflow.adapters.models.remote import RemoteCalls, RemoteModel
from ragflow.adapters.models.tool_calls import ToolCallGatherer
from ragflow.adapters.models.vectors import unit_rows
from ragflow.adapters.models.windows import DEFAULT_TOKENS
from ragflow.domain.answers import (
    ChatTurn,
    ModelDelta,
    Passage,
    SamplingOptions,
    ToolCall,
    ToolSpec,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LOCAL_URL = "http://127.0.0.1:11434"
_EMBEDDING_BATCH = 32


@providers.register("Ollama")
class Ollama:
    """Offer the models of one Ollama server."""

    def __init__(self, endpoint: Endpoint, clients: HttpClients) -> None:
        self._endpoint = endpoint
        self._clients = clients
        base = (endpoint.base_url or _LOCAL_URL).rstrip("/")
        self._base = base.removesuffix("/api").removesuffix("/v1")

    def chat(self, model: str) -> OllamaChat:
        """Return a chat model."""
        return OllamaChat(self._calls(model), self._base + "/api/chat")

    def embedding(self, model: str) -> OllamaEmbedding:
        """Return an embedding model."""
        return OllamaEmbedding(self._calls(model), self._base + "/api/embed")

    def vision(self, model: str) -> OllamaVision:
        """Return an image-to-text model."""
        return OllamaVision(self._calls(model), self._base + "/api/chat")

    def _calls(self, model: str) -> RemoteCalls:
        key = self._endpoint.api_key
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return RemoteCalls(model, self._endpoint, self._clients, headers)


class OllamaChat(RemoteModel):
    """Stream answers from `/api/chat`."""

    @property
    def generative(self) -> bool:
        """Return True: it writes text of its own."""
        return True

    @property
    def context_tokens(self) -> int:
        """Return the window that is asked for: 8,192 tokens."""
        return DEFAULT_TOKENS

    async def stream(
        self,
        turns: Sequence[ChatTurn],
        options: SamplingOptions,
        passages: Sequence[Passage] = (),  # noqa: ARG002 - the turns quote them
        tools: Sequence[ToolSpec] = (),
    ) -> AsyncIterator[ModelDelta]:
        """Yield the answer in pieces. Raises `ModelUnavailable`."""
        body = {
            "model": self.name,
            "messages": _messages(turns),
            "stream": True,
            # without num_ctx the server cuts long prompts silently
            "options": {"num_ctx": self.context_tokens, **_options(options)},
            **tool_fields(tools),
        }
        gatherer = ToolCallGatherer(turns, self._calls.unavailable)
        async with aclosing(self._calls.lines(self._url, body)) as lines:
            async for line in lines:
                if not line.strip():
                    continue
                message = self._calls.parsed(line).get("message") or {}
                gatherer.add(message.get("tool_calls") or ())
                content, reasoning = message.get("content") or "", message.get("thinking") or ""
                if content or reasoning:
                    yield ModelDelta(content, reasoning)
        if calls := gatherer.calls():
            yield ModelDelta(tool_calls=calls)


class OllamaVision(RemoteModel):
    """Describe pictures through `/api/chat`."""

    def describe(self, picture: bytes, prompt: str) -> str:
        """Return what the model says of a JPEG or PNG. Raises `ModelUnavailable`."""
        shown = {
            "role": "user",
            "content": prompt,
            "images": [base64.b64encode(picture).decode()],
        }
        body = {"model": self.name, "messages": [shown], "stream": False}
        reply = self._calls.post(self._url, body)
        try:
            return said(reply["message"]["content"])
        except (KeyError, TypeError) as error:
            raise self._calls.unavailable("its reply has no message") from error


class OllamaEmbedding:
    """Embed through `/api/embed`."""

    def __init__(self, calls: RemoteCalls, url: str) -> None:
        self._calls = calls
        self._url = url
        self._dimensions = 0
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """Return the model's own name."""
        return self._calls.model

    @property
    def dimensions(self) -> int:
        """Return the length of the vectors; the server is asked once. Raises `ModelUnavailable`."""
        with self._lock:
            if not self._dimensions:
                self._dimensions = self._ask(["dimensions"]).shape[1]
            return self._dimensions

    def embed(
        self,
        texts: Sequence[str],
        kind: Literal["query", "passage"],  # noqa: ARG002 - the API has no kinds
    ) -> NDArray[np.float32]:
        """Return a matrix (len(texts), dimensions) of unit rows. Raises `ModelUnavailable`."""
        import numpy as np

        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        starts = range(0, len(texts), _EMBEDDING_BATCH)
        return np.concatenate([self._ask(texts[at : at + _EMBEDDING_BATCH]) for at in starts])

    def _ask(self, texts: Sequence[str]) -> NDArray[np.float32]:
        body = {"model": self.name, "input": list(texts), "truncate": True}
        reply = self._calls.post(self._url, body)
        try:
            return unit_rows(reply["embeddings"], len(texts))
        except (KeyError, TypeError, ValueError) as error:
            raise self._calls.unavailable("its reply has no embeddings") from error


def _messages(turns: Sequence[ChatTurn]) -> list[dict[str, Any]]:
    """Return the messages: arguments are objects here, and answers of tools tell their names."""
    called = {call.id: call.name for turn in turns for call in turn.tool_calls}
    return [_message(turn, called) for turn in alternating(turns)]


def _message(turn: ChatTurn, called: Mapping[str, str]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": turn.role, "content": turn.content}
    if turn.pictures:
        message["images"] = [url.partition(";base64,")[2] for url in turn.pictures]
    if turn.tool_calls:
        message["tool_calls"] = [_call(call) for call in turn.tool_calls]
    if turn.role == "tool":
        message["tool_call_id"] = turn.tool_call_id
        message["tool_name"] = called.get(turn.tool_call_id, "")
    return message


def _call(call: ToolCall) -> dict[str, Any]:
    return {"id": call.id, "function": {"name": call.name, "arguments": arguments_of(call)}}


def _options(options: SamplingOptions) -> dict[str, Any]:
    fields = {
        "temperature": options.temperature,
        "top_p": options.top_p,
        "presence_penalty": options.presence_penalty,
        "frequency_penalty": options.frequency_penalty,
        "num_predict": options.max_tokens,
    }
    return {name: value for name, value in fields.items() if value is not None}
