"""00 §9, 40 §8 and 50 §1: streams byte by byte."""

from __future__ import annotations

import json
from typing import Any

import pytest

HEADERS = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
    "connection": "keep-alive",
    "x-accel-buffering": "no",
}
QUESTION = "What does bread need?"
WORDS = "Bread needs flour and water, say bakers and millers of every town. " * 3


@pytest.fixture
def chat_id(api: Any, parsed: Any) -> str:
    fields = {"dataset_ids": [parsed[0]], "llm": {"model_name": "scripted"}}
    return str(api.chat(**fields))


def streamed(api: Any, path: str, **body: Any) -> list[str]:
    """Return the texts of the frames, once headers and frames were checked to the byte."""
    response = api.raw("POST", path, json=body)
    assert response.status_code == 200
    assert {name: response.headers[name] for name in HEADERS} == HEADERS
    frames = response.content.decode().split("\n\n")
    assert frames.pop() == ""
    for frame in frames:
        assert frame.startswith("data:")
        assert frame[5] in "{["
        assert "\n" not in frame
    return [frame.removeprefix("data:") for frame in frames]


def test_every_stream_has_the_same_headers_and_frames(
    world: Any, api: Any, parsed: Any, chat_id: str, model: Any
) -> None:
    world.ports.catalog.default_chat = "scripted"
    model.answers = [WORDS] * 4
    messages = [{"role": "user", "content": QUESTION}]
    session_id = api.session(chat_id)
    openai = f"/chats_openai/{chat_id}/chat/completions"
    true = '{"code": 0, "data": true}'
    true_with_message = '{"code": 0, "message": "", "data": true}'
    for path, body, end in (
        (f"/chats/{chat_id}/completions", {}, true_with_message),
        (
            f"/chats/{chat_id}/completions",
            {"question": QUESTION, "session_id": session_id},
            true,
        ),
        (
            "/sessions/ask",
            {"question": QUESTION, "dataset_ids": [parsed[0]]},
            true_with_message,
        ),
        (openai, {"model": "m", "messages": messages}, "[DONE]"),
        (openai, {"model": "m", "messages": messages, "reference": True}, "[DONE]"),
    ):
        assert streamed(api, path, **body)[-1] == end, path


def test_a_conversation_is_streamed_in_the_documented_frames(
    api: Any, chat_id: str, model: Any
) -> None:
    model.answers = [WORDS]
    session_id = api.session(chat_id)
    body = {"question": QUESTION, "session_id": session_id}
    *partial, last, end = streamed(api, f"/chats/{chat_id}/completions", **body)
    message_id = json.loads(last)["data"]["id"]
    assert partial
    for text in partial:
        answer = json.dumps(json.loads(text)["data"]["answer"])
        assert text == (
            f'{{"code": 0, "data": {{"answer": {answer}, "reference": {{"chunks": []}}, '
            f'"audio_binary": null, "id": "{message_id}", "session_id": "{session_id}"}}}}'
        )
    assert json.loads(last)["data"]["reference"].keys() >= {"total", "chunks", "doc_aggs"}
    assert end == '{"code": 0, "data": true}'


def test_an_error_is_a_frame_of_code_500_before_the_last(
    api: Any, chat_id: str, model: Any
) -> None:
    model.answers = [None]
    session_id = api.session(chat_id)
    body = {"question": QUESTION, "session_id": session_id}
    error, end = streamed(api, f"/chats/{chat_id}/completions", **body)
    told = json.loads(error)["message"]
    assert json.loads(error) == {
        "code": 500,
        "message": told,
        "data": {"answer": f"**ERROR**: {told}", "reference": []},
    }
    assert end == '{"code": 0, "data": true}'


def test_nothing_found_streams_one_frame_with_an_empty_reference(api: Any, parsed: Any) -> None:
    chat_id = api.chat("quoting", dataset_ids=[parsed[0]])
    body = {"question": "Zyxw qvut?", "session_id": api.session(chat_id)}
    (text, _) = streamed(api, f"/chats/{chat_id}/completions", **body)
    data = json.loads(text)["data"]
    assert data["answer"] == "Sorry! No relevant content was found in the knowledge base!"
    empty = {"total": 0, "chunks": [], "doc_aggs": []}
    assert empty.items() <= data["reference"].items()


def test_half_a_surrogate_pair_does_not_break_a_stream(api: Any, chat_id: str, model: Any) -> None:
    model.answers = ["a \ud83d b"]
    messages = [{"role": "user", "content": QUESTION}]
    path = f"/chats_openai/{chat_id}/chat/completions"
    *chunks, last, done = streamed(api, path, model="m", messages=messages)
    said = "".join(json.loads(c)["choices"][0]["delta"]["content"] for c in chunks)
    assert said.strip() == "a \ud83d b"
    assert json.loads(last)["choices"][0]["finish_reason"] == "stop"
    assert done == "[DONE]"


def test_openai_arguments_are_refused_in_order(api: Any, stranger: Any, chat_id: str) -> None:
    path = f"/chats_openai/{chat_id}/chat/completions"
    asked = [{"role": "user", "content": "x"}]
    for caller, body, code, message in (
        (api, {}, 101, "required argument are missing: model,messages; "),
        (api, {"model": "m"}, 101, "required argument are missing: messages; "),
        (api, {"messages": []}, 101, "required argument are missing: model; "),
        (stranger, {"model": "m", "messages": []}, 102, "You have to provide messages."),
        (
            stranger,
            {"model": "m", "messages": [*asked, {"role": "assistant", "content": "y"}]},
            102,
            "The last content of this conversation is not from user.",
        ),
        (stranger, {"model": "m", "messages": asked}, 102, f"You don't own the chat {chat_id}"),
    ):
        reply = caller("POST", path, json=body)
        assert (reply["code"], reply["message"]) == (code, message)


def test_the_model_of_a_whole_completion_is_echoed_as_it_was_sent(
    api: Any, chat_id: str, model: Any
) -> None:
    model.answers = ["Flour."] * 3
    path = f"/chats_openai/{chat_id}/chat/completions"
    messages = [{"role": "user", "content": QUESTION}]
    for name in ("gpt", "模型", "\ud800"):
        body = {"model": name, "messages": messages, "stream": False}
        sent = json.dumps(body).encode()
        assert api("POST", path, content=sent)["model"] == name
