"""Conversations with tools and pictures: what is sent, and what comes back as it comes."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from ragflow.adapters.guarded_http import HttpClients
from ragflow.adapters.models.any_llm import AnyLlm
from ragflow.adapters.models.ollama import Ollama
from ragflow.adapters.models.openai_compatible import OpenAiCompatible
from ragflow.adapters.models.provider import Endpoint
from ragflow.domain.answers import ChatTurn, ModelDelta, SamplingOptions, ToolCall
from ragflow.domain.errors import ModelUnavailable
from ragflow.domain.ports import ChatModel
from ragflow.testing.chat import tool_call
from ragflow.testing.model_answers import calling
from ragflow.testing.model_server import ModelServer, model_server
from ragflow.testing.models import deltas_of, sample_picture
from ragflow.testing.tool_calling import WEATHER, called, said, shown

Provide = Callable[[str], ChatModel]

CALL = tool_call("weather", city="Oslo")
PICTURE = "data:image/png;base64,iVBORw0KGgo="
TURNS = (
    ChatTurn("user", "Weather?"),
    ChatTurn("assistant", "Let me look.", tool_calls=(CALL,)),
    ChatTurn("tool", "27 degrees", tool_call_id=CALL.id),
)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture(params=["openai", "ollama", "any_llm"])
def provide(server: ModelServer, request: pytest.FixtureRequest) -> Provide:
    """Return what makes a chat model of one of the providers."""
    root, key, clients = server.ollama_url, "secret-key", HttpClients()
    if request.param == "openai":
        return OpenAiCompatible(Endpoint("VLLM", server.base_url, key, True), clients).chat
    if request.param == "ollama":
        return Ollama(Endpoint("Ollama", root, key, True), clients).chat
    return AnyLlm(Endpoint("Azure-OpenAI", root, key, True), clients).chat


@dataclass(frozen=True)
class Replying(HttpClients):
    """Answer every request with the same lines."""

    lines: tuple[str, ...] = ()

    def async_client(self, *, trusted: bool, seconds: float) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self._reply))

    def _reply(self, _: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content="".join(f"{line}\n" for line in self.lines))


def replying(*lines: str) -> ChatModel:
    endpoint = Endpoint("VLLM", "http://models.example/v1", trusted=True)
    return OpenAiCompatible(endpoint, Replying(lines=lines)).chat("any")


def event(finish: str | None = None, **delta: Any) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return f"data: {json.dumps({'choices': [choice]}, ensure_ascii=False)}\n"


def ask(model: ChatModel) -> list[ModelDelta]:
    return deltas_of(model, [ChatTurn("user", "Weather?")], [WEATHER])


def test_openai_is_told_of_tools_calls_and_answers(server: ModelServer) -> None:
    endpoint = Endpoint("VLLM", server.base_url, trusted=True)
    deltas_of(OpenAiCompatible(endpoint, HttpClients()).chat("echo"), TURNS, [WEATHER])
    (request,) = server.requests
    function = {"name": "weather", "arguments": '{"city": "Oslo"}'}
    assert request["messages"] == [
        {"role": "user", "content": "Weather?"},
        {
            "role": "assistant",
            "content": "Let me look.",
            "tool_calls": [{"id": "call00000", "type": "function", "function": function}],
        },
        {"role": "tool", "content": "27 degrees", "tool_call_id": "call00000"},
    ]
    (offered,) = request["tools"]
    assert offered["type"] == "function"
    assert offered["function"]["parameters"] == WEATHER.parameters


def test_ollama_is_sent_arguments_as_objects_and_names_of_tools(server: ModelServer) -> None:
    endpoint = Endpoint("Ollama", server.ollama_url, trusted=True)
    turns = [*TURNS, ChatTurn("assistant", "27."), ChatTurn("user", "And this?")]
    deltas_of(Ollama(endpoint, HttpClients()).chat("echo"), turns, [WEATHER])
    _, asking, answering, *_ = server.requests[0]["messages"]
    function = {"name": "weather", "arguments": {"city": "Oslo"}}
    assert asking["tool_calls"] == [{"id": "call00000", "function": function}]
    assert answering == {
        "role": "tool",
        "content": "27 degrees",
        "tool_call_id": "call00000",
        "tool_name": "weather",
    }


def test_pictures_stand_beside_the_words(server: ModelServer) -> None:
    turns = [ChatTurn("user", "What is it?", pictures=(PICTURE,))]
    server.replies.extend(["A dot.", "A dot."])
    openai = OpenAiCompatible(Endpoint("VLLM", server.base_url, trusted=True), HttpClients())
    ollama = Ollama(Endpoint("Ollama", server.ollama_url, trusted=True), HttpClients())
    deltas_of(openai.chat("sees"), turns)
    deltas_of(ollama.chat("sees"), turns)
    first, second = (request["messages"][0] for request in server.requests)
    shown = {"type": "image_url", "image_url": {"url": PICTURE}}
    assert first["content"] == [{"type": "text", "text": "What is it?"}, shown]
    assert second == {"role": "user", "content": "What is it?", "images": ["iVBORw0KGgo="]}


def test_words_before_calls_are_told_and_arguments_stay_text(
    server: ModelServer, provide: Provide
) -> None:
    server.replies.append(calling(("weather", {"city": "Oslo"}), text="Let me look."))
    deltas = ask(provide("any"))
    assert said(deltas) == "Let me look."
    (call,) = called(deltas)
    assert (call.name, json.loads(call.arguments)) == ("weather", {"city": "Oslo"})


def test_conversations_at_the_same_time_each_have_their_rule(
    server: ModelServer, provide: Provide
) -> None:
    server.rules += [
        lambda body: "of a rule" if body["messages"][-1]["content"] == "Weather?" else None
    ]
    server.replies.append("in turn")
    model = provide("any")
    other = [ChatTurn("user", "Time?")]
    assert said(deltas_of(model, other)) == "in turn"
    assert said(ask(model)) == "of a rule"
    assert said(deltas_of(model, other)) == "You asked: Time?"


def test_each_piece_is_passed_on_at_once(server: ModelServer, provide: Provide) -> None:
    server.token_seconds = 0.1

    async def arrivals() -> list[float]:
        turns = [ChatTurn("user", "one two three")]
        stream = provide("any").stream(turns, SamplingOptions())
        return [time.monotonic() async for delta in stream if delta.content]

    asyncio.run(arrivals())  # the first call of all imports much
    arrived = asyncio.run(arrivals())
    assert len(arrived) == 5
    assert server.first_token_at[-1] <= arrived[0] < arrived[-1] - 0.2


def test_a_model_that_takes_no_tools_is_told_so(provide: Provide) -> None:
    with pytest.raises(ModelUnavailable, match=r"refused the tools that it was offered.*400"):
        ask(provide("toolless"))
    assert said(deltas_of(provide("toolless"), [ChatTurn("user", "Weather?")]))


def test_other_refusals_say_nothing_of_tools(provide: Provide) -> None:
    with pytest.raises(ModelUnavailable, match="bad key") as failure:
        ask(provide("refusing"))
    assert "tools" not in str(failure.value)


@pytest.mark.parametrize("finish", ["stop", "tool_calls", "length", None])
def test_calls_count_whatever_the_stream_says_of_its_end(finish: str | None) -> None:
    call = {"index": 0, "id": "a", "function": {"name": "weather", "arguments": "{}"}}
    model = replying(event(tool_calls=[call], content=None), event(finish), "data: [DONE]\n")
    assert ask(model) == [ModelDelta(tool_calls=(ToolCall("a", "weather", "{}"),))]
    assert ask(replying(event(tool_calls=[call]))) == ask(model)


def test_events_without_words_are_passed_over() -> None:
    usage = 'data: {"choices": [], "usage": {"total_tokens": 7}}\n'
    nothing = [event(role="assistant", content=""), event(content=None), ": keep alive\n"]
    assert ask(replying(*nothing, event(content="27."), event("stop"), usage)) == [
        ModelDelta("27.")
    ]
    assert ask(replying(*nothing, event("content_filter"), "data: [DONE]\n")) == []


def test_a_refusal_is_an_answer_and_so_is_a_message_sent_whole() -> None:
    assert said(ask(replying(event(content=None, refusal="I cannot help.")))) == "I cannot help."
    whole = {"choices": [{"message": {"role": "assistant", "content": "27."}}]}
    assert said(ask(replying(f"data: {json.dumps(whole)}\n"))) == "27."


def test_unusual_characters_do_not_break_a_stream() -> None:
    words = "27\u2028degrees\x85\u2029now"
    assert said(ask(replying(event(content=words) + "\r", event(content=".")))) == f"{words}."


def test_a_reply_that_is_no_stream_is_an_error() -> None:
    with pytest.raises(ModelUnavailable, match=r'no stream: \{"object"'):
        ask(replying('{"object": "chat.completion"}'))
    with pytest.raises(ModelUnavailable, match="overloaded"):
        ask(replying('data: {"error": {"message": "overloaded"}}\n'))


def test_what_one_side_says_in_turns_on_end_is_sent_as_one_message(
    provide: Provide, server: ModelServer
) -> None:
    other = tool_call("weather", city="Rome")
    picture = shown(sample_picture("PNG")).pictures
    turns = (
        ChatTurn("system", "Be brief."),
        ChatTurn("user", "Look.", pictures=picture),
        ChatTurn("user", "", pictures=picture),
        ChatTurn("user", "As JSON."),
        ChatTurn("assistant", "One"),
        ChatTurn("assistant", "moment.", tool_calls=(CALL, other)),
        ChatTurn("tool", "27 degrees", tool_call_id=CALL.id),
        ChatTurn("tool", "31 degrees", tool_call_id=other.id),
        ChatTurn("user", "So?"),
    )
    deltas_of(provide("echo"), turns)
    messages = server.requests[-1]["messages"]
    roles = ["system", "user", "assistant", "assistant", "tool", "tool", "user"]
    assert [each["role"] for each in messages] == roles
    assert "Look.\n\nAs JSON." in (messages[1]["content"], *texts_in(messages[1]))
    encoded = picture[0].partition(",")[2]
    assert str(messages[1]).count(encoded) == 2


def texts_in(message: dict[str, Any]) -> list[str]:
    parts = message["content"]
    return [part["text"] for part in parts if "text" in part] if isinstance(parts, list) else []
