"""What a stream of an answer looks like for each generation of clients."""

from __future__ import annotations

from typing import Any

import pytest

from ragflow.domain.answers import ModelDelta

SHIPS = "The lighthouse keeper counts ships. [ID:0]"


@pytest.fixture
def chat_id(api: Any, parsed: Any) -> str:
    return str(api.chat(dataset_ids=[parsed[0]]))


@pytest.fixture
def ask(api: Any, chat_id: str) -> Any:
    """Ask in a new session under the prefix of a level; return the frames, or the reply."""

    def call(
        prefix: str, *, chat: str = chat_id, path: str = "", stream: bool = True, **body: Any
    ) -> Any:
        if "session_id" not in body:
            body["session_id"] = api.session(chat)
        caller, path = api.under(prefix), path or f"/chats/{chat}/completions"
        sent = {"question": "Who counts ships?", "stream": stream, **body}
        return caller.stream(path, **sent) if stream else caller("POST", path, json=sent)

    return call


def keys(frame: Any) -> tuple[list[str], list[str]]:
    return list(frame), list(frame["data"])


def test_0_20_sees_the_frames_that_it_always_saw(ask: Any) -> None:
    *frames, last, end = ask("/v020")
    assert end == {"code": 0, "data": True}
    partial = ["answer", "reference", "audio_binary", "id", "session_id"]
    assert all(keys(frame) == (["code", "data"], partial) for frame in frames)
    assert keys(last) == (["code", "data"], [*partial, "prompt", "created_at"])
    assert last["data"]["answer"] == SHIPS


@pytest.mark.parametrize("prefix", ["/v021", "/v022", "/v023"])
def test_0_21_sees_the_event_and_the_content_too(ask: Any, prefix: str) -> None:
    *frames, end = ask(prefix)
    assert end == {"code": 0, "data": True}
    for frame in frames:
        assert (frame["event"], frame["code"]) == ("message", 0)
        assert frame["data"]["content"] == frame["data"]["answer"]
    assert frames[-1]["data"]["answer"] == SHIPS
    assert frames[-1]["data"]["reference"]["chunks"][0]["document_name"] == "notes.txt"


@pytest.mark.parametrize("prefix", ["/v024", "/v027"])
def test_0_24_sees_deltas_and_a_final_frame(ask: Any, prefix: str) -> None:
    *deltas, last, end = ask(prefix)
    assert end == {"code": 0, "data": True}
    assert "".join(frame["data"]["answer"] for frame in deltas) == SHIPS
    assert [frame["data"]["final"] for frame in deltas] == [False] * len(deltas)
    assert all(frame["data"]["content"] == frame["data"]["answer"] for frame in deltas)
    assert (last["data"]["answer"], last["data"]["final"]) == ("", True)
    assert last["data"]["final_content"] == SHIPS
    assert last["data"]["reference"]["chunks"][0]["document_name"] == "notes.txt"


def test_legacy_restores_the_growing_answer(ask: Any) -> None:
    assert ask("/v027", legacy=True)[-2]["data"]["answer"] == SHIPS
    assert "final" not in ask("/v027", legacy=True)[-2]["data"]


def test_reasoning_stands_between_two_marked_frames(api: Any, ask: Any, model: Any) -> None:
    chat = api.chat("thinker", llm={"model_name": "scripted"})
    model.answers = [[ModelDelta(reasoning="Let me see."), ModelDelta("It is so.")]]
    *frames, _ = ask("/v027", chat=chat)
    told = [
        next((mark for mark in ("start_to_think", "end_to_think") if mark in frame["data"]), None)
        or frame["data"]["answer"]
        for frame in frames
    ]
    assert told == ["start_to_think", "Let me see.", "end_to_think", "It is so.", ""]


@pytest.mark.parametrize(
    ("prefix", "extra"),
    [("/v020", set()), ("/v021", {"content"}), ("/v027", {"content", "final"})],
)
def test_a_new_conversation_begins_with_its_opener(ask: Any, prefix: str, extra: set[str]) -> None:
    first, end = ask(prefix, session_id="")
    assert first["data"]["answer"].startswith("Hi!")
    base = {"answer", "reference", "audio_binary", "id", "session_id"}
    assert set(first["data"]) == base | extra
    assert end == {"code": 0, "message": "", "data": True}


def test_without_a_stream_the_answer_stands_in_an_inner_object_since_0_21(ask: Any) -> None:
    assert "data" not in ask("/v020", stream=False)["data"]
    for prefix in ("/v021", "/v027"):
        data = ask(prefix, stream=False)["data"]
        assert data["answer"] == SHIPS
        assert data["data"] == {"content": SHIPS, "reference": data["reference"]}


@pytest.mark.parametrize(
    ("prefix", "extra"),
    [("/v020", {}), ("/v021", {"content"}), ("/v027", {"content", "final"})],
)
def test_a_failure_is_told_in_the_form_of_the_level(
    api: Any, ask: Any, model: Any, prefix: str, extra: Any
) -> None:
    chat = api.chat("broken", llm={"model_name": "scripted"})
    model.answers = [None]
    failed, _ = ask(prefix, chat=chat)
    assert failed["code"] == 500
    assert failed["data"]["answer"].startswith("**ERROR**: ")
    assert set(failed["data"]) == {"answer", "reference", *extra}


def test_the_assistant_may_be_named_in_the_body(ask: Any, chat_id: str) -> None:
    path = "/chat/completions"
    assert ask("/v026", path=path, chat_id=chat_id)[-2]["data"]["final_content"] == SHIPS
    messages = [{"role": "user", "content": "Who counts ships?"}]
    told = ask("/v026", path=path, chat_id=chat_id, messages=messages, stream=False)
    assert told["data"]["answer"] == SHIPS
    missing = ask("/v026", path=path, stream=False)
    assert missing == {"code": 102, "message": "`chat_id` is required."}


def test_the_openai_endpoint_has_its_later_path(api: Any, chat_id: str) -> None:
    body = {
        "model": "m",
        "messages": [{"role": "user", "content": "Who counts ships?"}],
        "stream": False,
    }
    older = api("POST", f"/chats_openai/{chat_id}/chat/completions", json=body)
    newer = api("POST", f"/openai/{chat_id}/chat/completions", json=body)
    assert newer["choices"] == older["choices"]
    assert newer["usage"] == older["usage"]


@pytest.mark.parametrize("path", ["/chat/recommandation", "/chat/recommendation"])
def test_related_questions_have_later_paths(api: Any, path: str) -> None:
    assert api("POST", path, json={})["message"] == "`question` is required."
    assert api.data("POST", path, json={"question": "ships"}) == []
