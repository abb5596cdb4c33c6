"""The context of an answer: what a model is given to read, cut to the size of its window.

In: hits and the conversation so far. Out: the knowledge as numbered blocks, and the turns that fit.
The first hit and the last question are always there, shortened if they have to be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ragflow.domain.answers import ChatTurn, Passage
from ragflow.domain.queries import Hit
from ragflow.text.tokens import count_tokens, truncate_tokens

WINDOW_SHARE = 0.97
"""The part of a model's window that is used: its tokenizer may count otherwise than ours."""

_ANSWER_SHARE = 0.25
_HISTORY_SHARE = 0.3
_LEAST_KNOWLEDGE_SHARE = 0.1
_DEFAULT_ANSWER = 512
_TURN_OVERHEAD = 4  # tokens around each turn in the usual chat templates
_SEPARATOR = "\n\n"

MetaFields = Mapping[str, Mapping[str, Any]]
"""Meta fields by document id."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Hold the rendered blocks and the passages in them; `ID: n` is the n-th hit."""

    text: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Budget:
    """Share out a model's window, in tokens."""

    history: int
    knowledge: int


def share_window(
    window: int, instructions: str, turns: Sequence[ChatTurn], max_tokens: int | None
) -> Budget:
    """Return how much of the window the turns and the knowledge may take.

    `instructions` is the system prompt without its knowledge; `max_tokens` is reserved for the
    answer, up to a quarter of the window.
    """
    usable = int(window * WINDOW_SHARE)
    answer = min(max_tokens or _DEFAULT_ANSWER, int(window * _ANSWER_SHARE))
    free = max(usable - answer - count_tokens(instructions), 1)
    history = min(sum(_cost(turn) for turn in turns), max(int(free * _HISTORY_SHARE), 1))
    knowledge = max(free - history, int(window * _LEAST_KNOWLEDGE_SHARE), 1)
    return Budget(history, knowledge)


def knowledge_of(
    hits: Sequence[Hit], budget: int, meta_fields: MetaFields | None = None
) -> Knowledge:
    """Render the hits, best first, until `budget` tokens are used."""
    blocks: list[str] = []
    passages: list[Passage] = []
    left = budget
    for index, hit in enumerate(hits):
        head = _head(index, hit, (meta_fields or {}).get(hit.chunk.document_id, {}))
        content = hit.chunk.content
        cost = count_tokens(f"{_SEPARATOR}{head}\n{content}")
        if cost > left:
            if blocks:
                break
            content = truncate_tokens(content, max(left - count_tokens(f"{head}\n"), 1))
        blocks.append(f"{head}\n{content}")
        passages.append(Passage(index, hit.document_name, content))
        left -= cost
    return Knowledge(_SEPARATOR.join(blocks), tuple(passages))


def fitting_turns(turns: Sequence[ChatTurn], budget: int) -> list[ChatTurn]:
    """Return the last turns that fit, from a user's turn on; the very last one is always there."""
    if not turns:
        return []
    last = turns[-1]
    if _cost(last) > budget:
        return [ChatTurn(last.role, truncate_tokens(last.content, max(budget - _TURN_OVERHEAD, 1)))]
    start = len(turns) - 1
    left = budget - _cost(last)
    while start and _cost(turns[start - 1]) <= left:
        start -= 1
        left -= _cost(turns[start])
    while turns[start].role == "assistant" and start < len(turns) - 1:
        start += 1
    return list(turns[start:])


def _cost(turn: ChatTurn) -> int:
    return count_tokens(turn.content) + _TURN_OVERHEAD


def _head(index: int, hit: Hit, meta_fields: Mapping[str, Any]) -> str:
    lines = [f"ID: {index}", f"Title: {hit.document_name}"]
    lines += [
        f"{'URL' if key.lower() == 'url' else key}: {value}"
        for key, value in meta_fields.items()
        if value not in (None, "")
    ]
    return "\n".join([*lines, "Content:"])
