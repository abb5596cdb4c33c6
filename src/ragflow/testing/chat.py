"""Parts to test answers with: a chat model that follows a script, and hits made of a text."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ragflow.domain.answers import (
    ChatTurn,
    ModelDelta,
    Passage,
    SamplingOptions,
    ToolCall,
    ToolSpec,
)
from ragflow.domain.chunks import Chunk
from ragflow.domain.errors import ModelUnavailable
from ragflow.domain.queries import (
    Candidate,
    DocumentAggregate,
    Hit,
    Retrieval,
    ScoredCandidate,
)


@dataclass
class ScriptedChatModel:
    """Answer each call with the next of `answers`: texts word by word, calls of tools; None fails.

    `tools` keeps what was offered at each call.
    """

    answers: list[str | list[ModelDelta] | tuple[ToolCall, ...] | None]
    generative: bool = True
    context_tokens: int = 4000
    name: str = "scripted"
    calls: list[Sequence[ChatTurn]] = field(default_factory=list)
    passages: list[Sequence[Passage]] = field(default_factory=list)
    sampled: list[SamplingOptions] = field(default_factory=list)
    tools: list[Sequence[ToolSpec]] = field(default_factory=list)

    async def stream(
        self,
        turns: Sequence[ChatTurn],
        options: SamplingOptions,
        passages: Sequence[Passage] = (),
        tools: Sequence[ToolSpec] = (),
    ) -> AsyncIterator[ModelDelta]:
        """Yield the next answer, and keep what was asked."""
        self.calls.append(list(turns))
        self.passages.append(passages)
        self.sampled.append(options)
        self.tools.append(list(tools))
        answer = self.answers.pop(0)
        if answer is None:
            raise ModelUnavailable(name=self.name, reason="the script says so")
        if isinstance(answer, str):
            answer = [ModelDelta(f"{word} ") for word in answer.split(" ")]
        elif isinstance(answer, tuple):
            answer = [ModelDelta(tool_calls=answer)]
        for delta in answer:
            yield delta


def tool_call(name: str, id: str = "call00000", **arguments: Any) -> ToolCall:
    """Return a call of a function."""
    return ToolCall(id, name, json.dumps(arguments))


def make_hit(content: str, name: str = "facts.txt", document_id: str = "d1") -> Hit:
    """Return a hit on a chunk of the given text."""
    chunk = Chunk("0" * 16, document_id, "s1", content, 0, 1, 0.0)
    candidate = Candidate("s1", document_id, chunk.id, "", "", "", "", 0.5)
    return Hit(chunk, name, ScoredCandidate(candidate, 0.5, 0.5, 0.5, 0.5))


def make_retrieval(*hits: Hit) -> Retrieval:
    """Return a page of hits and the counts of their documents."""
    names = {hit.chunk.document_id: hit.document_name for hit in hits}
    counts = [hit.chunk.document_id for hit in hits]
    aggregates = tuple(
        DocumentAggregate(key, name, counts.count(key)) for key, name in names.items()
    )
    return Retrieval(len(hits), hits, aggregates)
