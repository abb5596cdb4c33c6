"""Answers: what a model says, and the exact source behind each sentence of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ragflow.domain.documents import Span
from ragflow.domain.queries import DocumentAggregate, Hit

Role = Literal["system", "user", "assistant"]
TurnRole = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """Tell a model of a function that it may call; `parameters` is the JSON Schema of an object."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """Hold a call that a model asks for; `arguments` is JSON as the model wrote it."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ChatTurn:
    """Hold one message of a conversation as a chat model sees it.

    An assistant's turn may ask for `tool_calls`; a turn of the role `tool` answers the one of them
    that has its `tool_call_id`. `pictures` are data URLs shown beside the words of a user.
    """

    role: TurnRole
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """Hold one numbered source of an answer; a model cites it as `[ID:index]`."""

    index: int
    title: str
    content: str


@dataclass(frozen=True, slots=True)
class SamplingOptions:
    """Steer a chat model; None leaves the provider's default."""

    temperature: float | None = None
    top_p: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    max_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class ModelDelta:
    """Carry the next piece of a model's stream.

    Answer text, its reasoning before the answer, or whole calls of tools, which end the answer.
    """

    content: str = ""
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """Tie a sentence of an answer to the characters of a chunk that support it.

    `sentence` counts in the answer's text, `quote` in the chunk's content; `hit_index` is the n of
    the mark `[ID:n]`. `support` is the share of the sentence's terms that the quote holds, 0 to 1.
    """

    hit_index: int
    sentence: Span
    quote: Span
    quote_text: str
    support: float


@dataclass(frozen=True, slots=True)
class Reference:
    """List the hits that an answer was made from and its checked citations."""

    hits: tuple[Hit, ...] = ()
    aggregates: tuple[DocumentAggregate, ...] = ()
    total: int = 0
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerFrame:
    """Carry one state of an answer while it grows; `text` is cumulative.

    Only the last frame (`final`) has a checked reference and the rendered prompt. `reference` is
    None where nothing was retrieved or citations were not wanted.
    """

    text: str
    reference: Reference | None = None
    prompt: str = ""
    final: bool = False
    reasoning: str = ""
    removed_citations: tuple[int, ...] = field(default_factory=tuple)
