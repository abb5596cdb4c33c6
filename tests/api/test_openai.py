"""The OpenAI-compatible endpoint of an assistant."""

from __future__ import annotations

from typing import Any

import pytest

from ragflow.domain.answers import ModelDelta

QUESTION = "What does bread need?"
ASKED = [{"role": "user", "content": QUESTION}]
ANSWER = "Bread needs flour and water."
DELTA_KEYS = {"role", "content", "function_call", "tool_calls", "reasoning_content"}


@pytest.fixture
def path(api: Any, parsed: Any) -> str:
    """Return the path of an assistant that quotes."""
    return f"/chats_openai/{api.chat(dataset_ids=[parsed[0]])}/chat/completions"


@pytest.fixture
def scripted(api: Any, parsed: Any) -> str:
    """Return the path of an assistant that speaks with the scripted model."""
    chat_id = api.chat("scripted", dataset_ids=[parsed[0]], llm={"model_name": "scripted"})
    return f"/chats_openai/{chat_id}/chat/completions"


def deltas(chunks: list[Any]) -> list[Any]:
    return [chunk["choices"][0]["delta"] for chunk in chunks]


def said(chunks: list[Any]) -> str:
    return "".join(delta["content"] or "" for delta in deltas(chunks))


def ask(api: Any, path: str, **fields: Any) -> list[Any]:
    """Return the chunks of a streamed completion, whose end is checked."""
    *chunks, done = api.stream(path, **{"model": "any", "messages": ASKED, **fields})
    assert done == "[DONE]"
    return chunks


# stream


def test_every_chunk_of_a_stream_has_the_same_form(api: Any, path: str) -> None:
    chunks = ask(api, path)
    chat_id = path.split("/")[2]
    for chunk in chunks:
        assert chunk.keys() == {
            "id",
            "object",
            "created",
            "model",
            "system_fingerprint",
            "usage",
            "choices",
        }
        assert chunk["id"] == f"chatcmpl-{chat_id}"
        assert chunk["object"] == "chat.completion.chunk"
        assert (chunk["model"], chunk["system_fingerprint"]) == ("model", "")
        assert isinstance(chunk["created"], int)
        (choice,) = chunk["choices"]
        assert (choice["index"], choice["logprobs"]) == (0, None)
        assert choice["delta"].keys() == DELTA_KEYS
        assert choice["delta"]["role"] == "assistant"


def test_a_stream_ends_with_stop_and_usage(api: Any, path: str) -> None:
    *chunks, last = ask(api, path)
    assert all(chunk["usage"] is None for chunk in chunks)
    assert all(chunk["choices"][0]["finish_reason"] is None for chunk in chunks)
    assert said(chunks) == ANSWER
    assert last["choices"][0]["finish_reason"] == "stop"
    assert deltas([last])[0]["content"] is None
    assert deltas([last])[0]["reasoning_content"] is None
    assert last["usage"] == {
        "prompt_tokens": len(QUESTION),
        "completion_tokens": len(ANSWER),
        "total_tokens": len(QUESTION) + len(ANSWER),
    }


def test_a_wanted_reference_comes_with_the_last_chunk(api: Any, parsed: Any, path: str) -> None:
    *chunks, last = ask(api, path, reference=True)
    (end,) = deltas([last])
    assert end["final_content"] == f"{ANSWER} [ID:0]" == said(chunks)
    (source,) = end["reference"]
    assert (source["dataset_id"], source["document_id"]) == parsed
    assert source["content"] == ANSWER
    assert end["citations"][0]["quote"] == ANSWER
    assert all("reference" not in delta for delta in deltas(chunks))


def test_content_comes_in_pieces(api: Any, model: Any, scripted: str) -> None:
    text = "Bread needs flour and water and some more things. " * 8
    model.answers = [text.strip()]
    chunks = ask(api, scripted)
    assert len(chunks) > 4
    assert said(chunks).strip() == text.strip()


def test_nothing_of_the_text_is_lost_where_a_mark_is_removed(
    api: Any, model: Any, scripted: str
) -> None:
    text = "Bread needs flour and water [ID:9]. Bread likes salt [ID:7]. " * 8 + "The end."
    model.answers = [text]
    *chunks, last = ask(api, scripted, reference=True)
    (end,) = deltas([last])
    assert "[ID:9]" not in end["final_content"]
    assert said(chunks).strip().endswith("The end.")


def test_without_a_reference_no_piece_of_a_mark_is_sent(
    api: Any, model: Any, scripted: str
) -> None:
    words = "Bread needs flour and water [ID:0]. " * 8 + "The end."
    model.answers = [[ModelDelta(character) for character in words]]
    chunks = ask(api, scripted)
    assert said(chunks) == "Bread needs flour and water. " * 8 + "The end."


def test_reasoning_has_its_own_field(api: Any, model: Any, scripted: str) -> None:
    thoughts = "I think about bread for a while and then about flour, salt and the water. "
    model.answers = [[ModelDelta(reasoning=thoughts), ModelDelta("Flour.")]]
    first, second, last = ask(api, scripted)
    assert deltas([first])[0]["reasoning_content"] == thoughts
    assert deltas([first])[0]["content"] is None
    assert deltas([second])[0]["content"] == "Flour."
    assert last["usage"]["completion_tokens"] == len(thoughts) + len("Flour.")


def test_reasoning_in_tags_of_the_model_has_its_own_field_too(
    api: Any, model: Any, scripted: str
) -> None:
    thoughts = "I think about bread for a while and then about flour, salt and the water."
    text = f"<think>{thoughts}</think>Flour [ID:0] is what bread needs and water too, they say."
    model.answers = [[ModelDelta(character) for character in text]]
    chunks = ask(api, scripted)
    reasoning = [delta["reasoning_content"] for delta in deltas(chunks)]
    assert "".join(part or "" for part in reasoning) == thoughts
    assert said(chunks) == "Flour is what bread needs and water too, they say."
    assert len([part for part in reasoning if part]) > 1


def test_a_failing_model_is_told_in_the_content(api: Any, model: Any, scripted: str) -> None:
    model.answers = [None]
    error, last = ask(api, scripted)
    assert deltas([error])[0]["content"].startswith("**ERROR**: ")
    assert last["choices"][0]["finish_reason"] == "stop"


def test_a_failure_that_nobody_foresaw_is_told_in_the_content(
    api: Any, model: Any, scripted: str
) -> None:
    model.answers = []
    error, _ = ask(api, scripted)
    assert "IndexError" in deltas([error])[0]["content"]


# without a stream


@pytest.mark.parametrize("reference", [True, False])
def test_a_whole_completion(api: Any, path: str, reference: bool) -> None:
    body = {"model": "my-model", "messages": ASKED, "stream": False, "reference": reference}
    completion = api("POST", path, json=body)
    assert completion.keys() == {"id", "object", "created", "model", "usage", "choices"}
    assert completion["id"] == f"chatcmpl-{path.split('/')[2]}"
    assert completion["object"] == "chat.completion"
    assert completion["model"] == "my-model"
    (choice,) = completion["choices"]
    assert (choice["index"], choice["finish_reason"], choice["logprobs"]) == (0, "stop", None)
    content = choice["message"]["content"]
    assert choice["message"]["role"] == "assistant"
    assert content == (f"{ANSWER} [ID:0]" if reference else ANSWER)
    assert ("reference" in choice["message"]) is reference
    if reference:
        assert [each["content"] for each in choice["message"]["reference"]] == [ANSWER]
    assert completion["usage"] == {
        "prompt_tokens": len(QUESTION),
        "completion_tokens": len(content),
        "total_tokens": len(QUESTION) + len(content),
        "completion_tokens_details": {
            "reasoning_tokens": len(QUESTION),
            "accepted_prediction_tokens": len(content),
            "rejected_prediction_tokens": 0,
        },
    }


def test_a_failing_model_without_a_stream_is_refused(api: Any, model: Any, scripted: str) -> None:
    model.answers = [None]
    reply = api("POST", scripted, json={"model": "m", "messages": ASKED, "stream": False})
    assert reply["code"] == 500
    assert "the script says so" in reply["message"]


# messages


def test_system_messages_and_early_answers_are_dropped(api: Any, model: Any, scripted: str) -> None:
    model.answers = ["What does bread need?", "Flour."]
    messages = [
        {"role": "system", "content": "Be a pirate."},
        {"role": "assistant", "content": "Ahoy!"},
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Yes?"},
        *ASKED,
    ]
    ask(api, scripted, messages=messages)
    system, *turns = model.calls[-1]
    assert "pirate" not in system.content
    assert [turn.content for turn in turns] == ["Hello", "Yes?", QUESTION]


def test_nothing_is_stored_in_a_session(api: Any, path: str) -> None:
    ask(api, path)
    assert api.data("GET", f"/chats/{path.split('/')[2]}/sessions") == []


def test_text_parts_are_one_text(api: Any, path: str) -> None:
    parts = [{"type": "text", "text": "What does"}, {"type": "text", "text": "bread need?"}]
    assert said(ask(api, path, messages=[{"role": "user", "content": parts}])) == ANSWER


# refusals


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({"messages": ASKED}, "model"),
        ({"model": "m"}, "messages"),
        ({}, "model,messages"),
        ("text", "model,messages"),
    ],
)
def test_missing_arguments_are_told_before_the_key_is_checked(
    api: Any, path: str, body: Any, names: str
) -> None:
    refusal = {"code": 101, "message": f"required argument are missing: {names}; ", "data": None}
    assert api("POST", path, json=body) == refusal
    nobody = type(api)(api.client, "wrong", "")
    assert nobody("POST", path, json=body) == refusal


@pytest.mark.parametrize(
    ("messages", "message"),
    [
        ([], "You have to provide messages."),
        (
            [*ASKED, {"role": "assistant", "content": "x"}],
            "The last content of this conversation is not from user.",
        ),
        ([{"role": "user", "content": None}], "The content of a message must be a string."),
        (
            [{"role": "robot", "content": "x"}],
            "Each message needs a role of system, user, assistant.",
        ),
    ],
)
def test_refusals_of_messages(api: Any, path: str, messages: Any, message: str) -> None:
    reply = api("POST", path, json={"model": "m", "messages": messages})
    assert reply == {"code": 102, "message": message}


def test_an_unknown_key_is_refused(api: Any, path: str) -> None:
    nobody = type(api)(api.client, "wrong", "")
    reply = nobody("POST", path, json={"model": "m", "messages": ASKED})
    assert reply == {
        "code": 109,
        "message": "Authentication error: API key is invalid!",
        "data": False,
    }


def test_an_unknown_assistant_is_refused(api: Any) -> None:
    path = "/chats_openai/nope/chat/completions"
    reply = api("POST", path, json={"model": "m", "messages": ASKED})
    assert reply == {"code": 102, "message": "You don't own the chat nope"}
