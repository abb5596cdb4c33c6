"""The context of an answer: what a model is given to read, cut to the size of its window.

In: hits and the conversation so far. Out: the knowledge as numbered blocks, and the turns that fit.
The first hit and the last question are always there, shortened if they have to be. Calls of tools
and their answers are kept or left out together.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ragflow.domain.answers import ChatTurn, Passage, ToolSpec
from ragflow.domain.queries import Hit
from ragflow.text.tokens import count_tokens, truncate_tokens

WINDOW_SHARE = 0.97
"""The part of a model's window that is used: its tokenizer may count otherwise than ours."""

_ANSWER_SHARE = 0.25
_HISTORY_SHARE = 0.3
_LEAST_KNOWLEDGE_SHARE = 0.1
_DEFAULT_ANSWER = 512
_TURN_OVERHEAD = 4  # tokens around each turn in the usual chat templates
_PICTURE_TOKENS = 1000  # vendors charge between 250 and 1,600 for one as large as a page
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
    history = min(count_turn_tokens(turns), max(int(free * _HISTORY_SHARE), 1))
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
    """Return the last turns that fit, from a user's turn on; the very last one is always there.

    Where that one answers a call, so are the call and the question that led to it.
    """
    rounds = _rounds(turns)
    newest = range(len(rounds) - 1, -1, -1)
    needed = list(newest[:1])
    if turns and turns[-1].role == "tool":
        needed += [number for number in newest if rounds[number][0].role == "user"][:1]
    left = budget - sum(count_turn_tokens(rounds[number]) for number in needed)
    if left < 0:
        return _shortened([turn for number in sorted(needed) for turn in rounds[number]], budget)
    kept = list(needed)
    for number in newest:
        if number not in needed:
            left -= count_turn_tokens(rounds[number])
            if left < 0:
                break
            kept.append(number)
    kept.sort()
    while len(kept) > 1 and rounds[kept[0]][0].role == "assistant":
        del kept[0]
    return [turn for number in kept for turn in rounds[number]]


def count_turn_tokens(turns: Sequence[ChatTurn], tools: Sequence[ToolSpec] = ()) -> int:
    """Estimate the tokens that a model reads of turns and of the tools on offer."""
    offered = sum(
        count_tokens(f"{tool.name} {tool.description} {json.dumps(dict(tool.parameters))}")
        for tool in tools
    )
    return offered + sum(count_tokens(turn.content) + _fixed_cost(turn) for turn in turns)


def _rounds(turns: Sequence[ChatTurn]) -> list[list[ChatTurn]]:
    """Group the turns: calls of tools and their answers make no sense without each other."""
    rounds: list[list[ChatTurn]] = []
    for turn in turns:
        if turn.role == "tool" and rounds:
            rounds[-1].append(turn)
        else:
            rounds.append([turn])
    return rounds


def _shortened(turns: Sequence[ChatTurn], budget: int) -> list[ChatTurn]:
    """Cut the longest contents, so that the turns have at most `budget` tokens if they can."""
    left = budget - sum(_fixed_cost(turn) for turn in turns)
    contents = [turn.content for turn in turns]
    by_length = sorted(range(len(turns)), key=lambda number: count_tokens(contents[number]))
    for done, number in enumerate(by_length):
        share = max(left // (len(turns) - done), 1)
        contents[number] = truncate_tokens(contents[number], share)
        left -= count_tokens(contents[number])
    return [replace(turn, content=content) for turn, content in zip(turns, contents, strict=True)]


def _fixed_cost(turn: ChatTurn) -> int:
    """Return the tokens of a turn that are not its words."""
    calls = sum(count_tokens(call.name) + count_tokens(call.arguments) for call in turn.tool_calls)
    return (
        _TURN_OVERHEAD * (1 + len(turn.tool_calls)) + calls + _PICTURE_TOKENS * len(turn.pictures)
    )


def _head(index: int, hit: Hit, meta_fields: Mapping[str, Any]) -> str:
    lines = [f"ID: {index}", f"Title: {hit.document_name}"]
    lines += [
        f"{'URL' if key.lower() == 'url' else key}: {value}"
        for key, value in meta_fields.items()
        if value not in (None, "")
    ]
    return "\n".join([*lines, "Content:"])
