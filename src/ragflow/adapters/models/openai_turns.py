"""Turns and tools in the shape of OpenAI's chat calls, which other APIs took over or resemble."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from ragflow.domain.answers import ChatTurn, ToolCall, ToolSpec

_TOOLS = re.compile(r"\btools\b|\btool[ _-](use|call|choice)|\bfunction[ _-]call", re.IGNORECASE)


def messages_of(turns: Sequence[ChatTurn]) -> list[dict[str, Any]]:
    """Return the messages of a conversation."""
    return [_message(turn) for turn in alternating(turns)]


def alternating(turns: Sequence[ChatTurn]) -> Iterator[ChatTurn]:
    """Yield the turns, with what one side says in several turns on end said in one.

    The templates of many open models refuse a conversation whose sides do not take turns.
    """
    held: ChatTurn | None = None
    for turn in turns:
        if held is not None and held.role == turn.role and _speaks(held) and _speaks(turn):
            held = _joined(held, turn)
            continue
        if held is not None:
            yield held
        held = turn
    if held is not None:
        yield held


def tool_fields(tools: Sequence[ToolSpec]) -> dict[str, Any]:
    """Return the field that offers the tools; none where there are none, which servers refuse."""
    if not tools:
        return {}
    functions = (
        {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
        for tool in tools
    )
    return {"tools": [{"type": "function", "function": function} for function in functions]}


def arguments_of(call: ToolCall) -> dict[str, Any]:
    """Return the arguments of a call; what is no object in JSON counts as none."""
    try:
        arguments = json.loads(call.arguments)
    except ValueError:
        return {}
    return arguments if isinstance(arguments, dict) else {}


def refusal(words: str, tools: object) -> str:
    """Return the words of a refusal; where they are about the tools on offer, they say so first."""
    about = tools and _TOOLS.search(words)
    return f"it refused the tools that it was offered: {words}" if about else words


def _speaks(turn: ChatTurn) -> bool:
    return turn.role in ("user", "assistant") and not turn.tool_calls


def _joined(first: ChatTurn, second: ChatTurn) -> ChatTurn:
    texts = (text for text in (first.content, second.content) if text)
    return replace(first, content="\n\n".join(texts), pictures=first.pictures + second.pictures)


def _message(turn: ChatTurn) -> dict[str, Any]:
    message: dict[str, Any] = {"role": turn.role, "content": turn.content}
    if turn.pictures:
        shown = [{"type": "image_url", "image_url": {"url": url}} for url in turn.pictures]
        said = [{"type": "text", "text": turn.content}] if turn.content else []
        message["content"] = [*said, *shown]
    if turn.tool_calls:
        message["tool_calls"] = [_call(call) for call in turn.tool_calls]
    if turn.role == "tool":
        message["tool_call_id"] = turn.tool_call_id
    return message


def _call(call: ToolCall) -> dict[str, Any]:
    # some servers parse the arguments of earlier calls and fail on what the model garbled
    arguments = call.arguments if arguments_of(call) else "{}"
    function = {"name": call.name, "arguments": arguments}
    return {"id": call.id, "type": "function", "function": function}
