"""Answers: what a model says, and the exact source behind each sentence of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ragflow.domain.documents import Span
from ragflow.domain.queries import DocumentAggregate, Hit

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class ChatTurn:
    """Hold one message of a conversation as a chat model sees it."""

    role: Role
    content: str


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
    """Carry the next piece of a model's stream: answer text, or its reasoning before the answer."""

    content: str = ""
    reasoning: str = ""


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
