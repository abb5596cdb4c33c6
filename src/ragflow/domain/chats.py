"""Chats: assistants, their sessions and the messages in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ragflow.domain.answers import Role


@dataclass(frozen=True, slots=True)
class Chat:
    """Describe a chat assistant: the datasets that it answers from and how it speaks.

    `llm_setting` and `prompt_config` are free-form beyond the keys that the contract names.
    """

    id: str
    tenant_id: str
    name: str
    create_time: int
    update_time: int
    description: str = "A helpful Assistant"
    avatar: str = ""
    language: str = "English"
    prompt_type: str = "simple"
    do_refer: str = "1"
    dataset_ids: tuple[str, ...] = ()
    chat_model: str = ""
    llm_setting: Mapping[str, Any] = field(default_factory=dict)
    prompt_config: Mapping[str, Any] = field(default_factory=dict)
    meta_data_filter: Mapping[str, Any] = field(default_factory=dict)
    similarity_threshold: float = 0.2
    vector_similarity_weight: float = 0.3
    top_n: int = 6
    top_k: int = 1024
    rerank_model: str = ""
    status: str = "1"


class SessionOrigin(StrEnum):
    """Name where a conversation is held; each place sees its own alone."""

    API = "api"
    EMBED = "embed"


@dataclass(frozen=True, slots=True)
class ChatSession:
    """Describe one conversation with an assistant."""

    id: str
    chat_id: str
    name: str
    user_id: str
    create_time: int
    update_time: int
    origin: SessionOrigin = SessionOrigin.API


@dataclass(frozen=True, slots=True)
class Message:
    """Hold one stored message; both messages of a turn share `id`.

    `reference` is the wire form of what an assistant's message cites, {} when nothing.
    """

    session_id: str
    ordinal: int
    id: str
    role: Role
    content: str
    created_at: float  # seconds since the epoch
    reference: Mapping[str, Any] = field(default_factory=dict)
