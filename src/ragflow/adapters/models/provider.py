"""Providers: the vendors of remote models, one class per vendor family.

A provider is made for one endpoint and offers the kinds of models whose protocol it implements.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from ragflow.adapters.guarded_http import HttpClients
from ragflow.domain.ports import (
    ChatModel,
    EmbeddingModel,
    RerankModel,
    SpeechModel,
    VisionModel,
)
from ragflow.domain.registry import Registry


@dataclass(frozen=True, slots=True)
class Endpoint:
    """State where a vendor's models are and how to get in.

    `base_url` empty means the vendor's own. Only operators set `trusted` addresses, which may be in
    private networks. `seconds` is the longest wait for the server's next word.
    """

    factory: str
    base_url: str = ""
    api_key: str = field(default="", repr=False)
    trusted: bool = False
    seconds: float = 120.0


@runtime_checkable
class ChatProvider(Protocol):
    """Offer chat models."""

    def chat(self, model: str) -> ChatModel:
        """Return a chat model; nothing is sent yet."""
        ...


@runtime_checkable
class EmbeddingProvider(Protocol):
    """Offer embedding models."""

    def embedding(self, model: str) -> EmbeddingModel:
        """Return an embedding model; nothing is sent yet."""
        ...


@runtime_checkable
class RerankProvider(Protocol):
    """Offer rerank models."""

    def rerank(self, model: str) -> RerankModel:
        """Return a rerank model; nothing is sent yet."""
        ...


@runtime_checkable
class VisionProvider(Protocol):
    """Offer image-to-text models."""

    def vision(self, model: str) -> VisionModel:
        """Return an image-to-text model; nothing is sent yet."""
        ...


@runtime_checkable
class SpeechProvider(Protocol):
    """Offer speech-to-text models."""

    def speech(self, model: str) -> SpeechModel:
        """Return a speech-to-text model; nothing is sent yet."""
        ...


Provider = ChatProvider | EmbeddingProvider | RerankProvider | VisionProvider | SpeechProvider
providers: Registry[Callable[[Endpoint, HttpClients], Provider]] = Registry("model provider")


def split_name(name: str) -> tuple[str, str]:
    """Split `model@Factory` at the last @ into model and factory; the factory may be empty."""
    model, at, factory = name.rpartition("@")
    return (model, factory) if at else (name, "")
