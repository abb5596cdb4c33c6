"""How the fake model server sends a message: whole or in pieces, as OpenAI and as Ollama do.

OpenAI's calls of tools come as a name and its arguments in pieces, Ollama's whole and without ids.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ragflow.testing.model_answers import Message

_CREATED = 1_700_000_000
_ARGUMENT_CHARS = 7


def openai_reply(body: dict[str, Any], message: Message) -> dict[str, Any]:
    """Return a message as one reply."""
    choice = {"index": 0, "message": message, "finish_reason": _reason(message)}
    return {
        **_head(body, "chat.completion"),
        "choices": [choice],
        "usage": _usage(body, message),
    }


def openai_stream(body: dict[str, Any], message: Message, *, whole: bool) -> Iterator[str]:
    """Yield a message as server-sent events; `whole` sends each call at once, with no id."""
    deltas: list[dict[str, Any]] = []
    if message.get("reasoning_content"):
        deltas.append({"reasoning_content": message["reasoning_content"]})
    deltas += [{"content": piece} for piece in _pieces(message.get("content") or "")]
    calls = message.get("tool_calls") or []
    fragments = [{"function": call["function"]} for call in calls] if whole else _fragments(calls)
    deltas += [{"tool_calls": [fragment]} for fragment in fragments]
    head = _head(body, "chat.completion.chunk")
    # the first event names the role and is sent with the first piece, so that each is a token
    opening = _event(head, {"role": "assistant", "content": ""})
    for delta in deltas:
        yield opening + _event(head, delta)
        opening = ""
    end = {"index": 0, "delta": {}, "finish_reason": _reason(message)}
    last = {**head, "choices": [end], "usage": _usage(body, message)}
    yield f"{opening}data: {json.dumps(last)}\n\ndata: [DONE]\n\n"


def ollama_reply(message: Message) -> dict[str, Any]:
    """Return a message as one reply of Ollama."""
    calls = [_ollama_call(call) for call in message.get("tool_calls") or ()]
    said = {"role": "assistant", "content": message.get("content") or ""}
    return {"message": {**said, **({"tool_calls": calls} if calls else {})}, "done": True}


def ollama_stream(message: Message) -> Iterator[str]:
    """Yield a message as lines of JSON."""
    parts: list[dict[str, Any]] = []
    if message.get("reasoning_content"):
        parts.append({"content": "", "thinking": message["reasoning_content"]})
    parts += [{"content": piece} for piece in _pieces(message.get("content") or "")]
    parts += [
        {"content": "", "tool_calls": [_ollama_call(call)]}
        for call in message.get("tool_calls") or ()
    ]
    for part in parts:
        yield _line({"message": {"role": "assistant", **part}, "done": False})
    yield _line({"message": {"role": "assistant", "content": ""}, "done": True})


def _fragments(calls: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for index, call in enumerate(calls):
        function = {"name": call["function"]["name"], "arguments": ""}
        yield {"index": index, "id": call["id"], "type": "function", "function": function}
        arguments = call["function"]["arguments"]
        for start in range(0, len(arguments), _ARGUMENT_CHARS):
            piece = arguments[start : start + _ARGUMENT_CHARS]
            yield {"index": index, "function": {"arguments": piece}}


def _ollama_call(call: dict[str, Any]) -> dict[str, Any]:
    function = call["function"]
    return {"function": {"name": function["name"], "arguments": json.loads(function["arguments"])}}


def _reason(message: Message) -> str:
    return "tool_calls" if message.get("tool_calls") else "stop"


def _head(body: dict[str, Any], kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-0", "object": kind, "created": _CREATED, "model": body["model"]}


def _usage(body: dict[str, Any], message: Message) -> dict[str, int]:
    asked = sum(len(str(m.get("content", "")).split()) for m in body["messages"])
    answered = len(str(message.get("content") or "").split())
    return {
        "prompt_tokens": asked,
        "completion_tokens": answered,
        "total_tokens": asked + answered,
    }


def _event(head: dict[str, Any], delta: dict[str, Any]) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": None}
    return f"data: {json.dumps({**head, 'choices': [choice]}, ensure_ascii=False)}\n\n"


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False) + "\n"


def _pieces(text: str) -> list[str]:
    """Split an answer where a real server would: words keep the space before them."""
    pieces = text.split(" ") if text else []
    return [piece if number == 0 else f" {piece}" for number, piece in enumerate(pieces)]
