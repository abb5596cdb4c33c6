"""The OpenAI-compatible endpoint of an agent, read by the official client and byte by byte."""

from __future__ import annotations

from typing import Any

import openai
import pytest

ASKED = [{"role": "user", "content": "ships?"}]


@pytest.fixture
def agent_id(api: Any) -> str:
    return str(api.agent())


@pytest.fixture
def client(api: Any, agent_id: str) -> openai.OpenAI:
    return openai.OpenAI(
        api_key=api.key,
        base_url=f"http://testserver/api/v1/agents_openai/{agent_id}",
        http_client=api.client,
        max_retries=0,
    )


def path(agent_id: str) -> str:
    return f"/agents_openai/{agent_id}/chat/completions"


def test_the_official_client_gets_a_whole_completion(client: openai.OpenAI, agent_id: str) -> None:
    spoken: Any = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "one"},
        {"role": "assistant", "content": "two"},
        {"role": "user", "content": [{"type": "text", "text": "ships?"}]},
    ]
    completion = client.chat.completions.create(model="any", messages=spoken)
    (choice,) = completion.choices
    assert (choice.message.content, choice.finish_reason) == ("You said ships?", "stop")
    assert completion.model == agent_id
    assert completion.created > 1_700_000_000
    assert completion.usage is not None
    assert completion.usage.prompt_tokens == 2
    assert completion.usage.completion_tokens == 4
    assert completion.usage.total_tokens == 6


def test_the_official_client_gets_a_stream(client: openai.OpenAI, agent_id: str) -> None:
    asked: Any = ASKED
    chunks = list(client.chat.completions.create(model="any", messages=asked, stream=True))
    said = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert said == "You said ships?"
    assert [chunk.choices[0].finish_reason for chunk in chunks][-2:] == [None, "stop"]
    assert {chunk.model for chunk in chunks} == {agent_id}
    assert len({chunk.id for chunk in chunks}) == 1


@pytest.mark.parametrize("named", ["session_id", "id", "metadata"])
def test_the_session_goes_on(api: Any, agent_id: str, named: str) -> None:
    body = {"model": "m", "messages": ASKED}
    session_id = api("POST", path(agent_id), json=body)["id"]
    again = {"id": session_id} if named == "metadata" else session_id
    extra = {named: again, "user_id": "ann"}
    assert api("POST", path(agent_id), json={**body, **extra})["id"] == session_id
    (session,) = api.data("GET", f"/agents/{agent_id}/sessions")
    assert len(session["messages"]) == 4


def test_frames_begin_with_a_blank_after_the_colon(api: Any, agent_id: str) -> None:
    body = {"model": "m", "messages": ASKED, "stream": True}
    text = api.raw("POST", path(agent_id), json=body).text
    *frames, end, nothing = text.split("\n\n")
    assert all(frame.startswith('data: {"id": "') for frame in frames)
    assert (end, nothing) == ("data: [DONE]", "")


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({}, 101, "required argument are missing: model,messages; "),
        ({"model": "m"}, 101, "required argument are missing: messages; "),
        ({"model": "m", "messages": []}, 102, "You must provide at least one message."),
        ({"model": "m", "messages": ASKED, "session_id": "x"}, 102, "Session not found!"),
        (
            {"model": "m", "messages": [{"role": "user", "content": 7}]},
            102,
            "The content of a message must be a string.",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused(
    api: Any, agent_id: str, body: dict[str, Any], code: int, message: str
) -> None:
    reply = api("POST", path(agent_id), json=body)
    assert (reply["code"], reply["message"]) == (code, message)


def test_an_agent_that_is_not_the_callers_is_refused(api: Any) -> None:
    reply = api("POST", path("unknown"), json={"model": "m", "messages": ASKED})
    assert reply == {"code": 102, "message": "You don't own the agent unknown"}


@pytest.mark.parametrize("stream", [False, True])
def test_without_a_message_of_a_user_there_is_nothing_to_say(
    api: Any, agent_id: str, stream: bool
) -> None:
    system = [{"role": "system", "content": "s"}]
    body = {"model": "m", "messages": system, "stream": stream}
    text = "No valid messages found (user or assistant)."
    response = api.raw("POST", path(agent_id), json=body)
    if stream:
        assert text in response.text
        assert response.text.endswith("data: [DONE]\n\n")
    else:
        assert response.json()["choices"][0]["message"]["content"] == text
    assert api.data("GET", f"/agents/{agent_id}/runs")["total"] == 0


def test_a_failure_is_told_in_the_answer(api: Any, agent_id: str) -> None:
    dsl = api.data("GET", f"/agents/{agent_id}")["dsl"]
    dsl["components"]["begin"]["obj"]["params"]["inputs"] = {"n": {"type": "integer"}}
    api.data("PUT", f"/agents/{agent_id}", json={"dsl": dsl})
    body = {"model": "m", "messages": ASKED, "inputs": {"n": "many"}}
    reply = api("POST", path(agent_id), json=body)
    assert reply["choices"][0]["message"]["content"].startswith("**ERROR**: ")
    text = api.raw("POST", path(agent_id), json={**body, "stream": True}).text
    *_, failed, end, _nothing = text.split("\n\n")
    assert "**ERROR**: " in failed
    assert '"finish_reason": "stop"' in failed
    assert end == "data: [DONE]"
