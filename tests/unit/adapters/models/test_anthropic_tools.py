"""Tools of Anthropic's models: what any-llm makes of a conversation, and of the vendor's events."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from ragflow.adapters.guarded_http import HttpClients
from ragflow.adapters.models.any_llm import AnyLlm
from ragflow.adapters.models.provider import Endpoint
from ragflow.domain.answers import ChatTurn, ModelDelta, ToolCall
from ragflow.testing.chat import tool_call
from ragflow.testing.models import deltas_of
from ragflow.testing.tool_calling import WEATHER

EVENTS: list[dict[str, Any]] = [
    {
        "type": "message_start",
        "message": {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude-x",
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {"input_tokens": 9, "output_tokens": 1},
        },
    },
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "text_delta", "text": "And Rome."},
    },
    {"type": "content_block_stop", "index": 0},
    {
        "type": "content_block_start",
        "index": 1,
        "content_block": {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {}},
    },
    {
        "type": "content_block_delta",
        "index": 1,
        "delta": {"type": "input_json_delta", "partial_json": '{"city": '},
    },
    {
        "type": "content_block_delta",
        "index": 1,
        "delta": {"type": "input_json_delta", "partial_json": '"Rome"}'},
    },
    {"type": "content_block_stop", "index": 1},
    {
        "type": "content_block_start",
        "index": 2,
        "content_block": {"type": "tool_use", "id": "toolu_2", "name": "time", "input": {}},
    },
    {"type": "content_block_stop", "index": 2},
    {
        "type": "message_delta",
        "delta": {"stop_reason": "tool_use", "stop_sequence": None},
        "usage": {"output_tokens": 20},
    },
    {"type": "message_stop"},
]


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Answer the vendor's requests with the events, and keep the bodies."""
    bodies: list[dict[str, Any]] = []

    async def reply(_: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(await request.aread()))
        lines = (f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in EVENTS)
        headers = {"content-type": "text/event-stream"}
        return httpx.Response(200, headers=headers, content="".join(lines), request=request)

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", reply)
    return bodies


def test_tools_go_out_and_calls_come_back(requests: list[dict[str, Any]]) -> None:
    model = AnyLlm(Endpoint("Anthropic", "", "secret-key"), HttpClients()).chat("claude-x")
    call = tool_call("weather", "toolu_0", city="Oslo")
    turns = [
        ChatTurn("user", "Weather?"),
        ChatTurn("assistant", "Oslo first.", tool_calls=(call,)),
        ChatTurn("tool", "27 degrees", tool_call_id="toolu_0"),
    ]
    assert deltas_of(model, turns, [WEATHER]) == [
        ModelDelta("And Rome."),
        ModelDelta(
            tool_calls=(
                ToolCall("toolu_1", "weather", '{"city": "Rome"}'),
                ToolCall("toolu_2", "time", "{}"),
            )
        ),
    ]
    (request,) = requests
    assert request["tools"][0]["input_schema"]["required"] == ["city"]
    asking, answering = request["messages"][1:]
    assert [part["type"] for part in asking["content"]] == ["text", "tool_use"]
    assert asking["content"][1]["input"] == {"city": "Oslo"}
    assert answering["content"] == [
        {"type": "tool_result", "tool_use_id": "toolu_0", "content": "27 degrees"}
    ]
