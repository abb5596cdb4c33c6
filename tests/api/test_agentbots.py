"""Agents that are embedded in pages."""

from __future__ import annotations

from typing import Any

import pytest

from ragflow.testing.agent_canvases import with_form

FORM = {"city": {"name": "City", "type": "line", "optional": True}}


@pytest.fixture
def agent_id(api: Any) -> str:
    return str(api.agent("Guide", prologue="Hello!", inputs=FORM, mode="conversational"))


def test_a_page_shows_the_prologue_and_the_form(api: Any, agent_id: str) -> None:
    assert api.embed.data("GET", f"/agentbots/{agent_id}/inputs") == {
        "title": "Guide",
        "avatar": None,
        "inputs": FORM,
        "prologue": "Hello!",
        "mode": "conversational",
    }
    assert api.embed("GET", "/agentbots/unknown/inputs") == {
        "code": 102,
        "message": "Can't find agent by ID: unknown",
    }


def test_a_page_hears_every_event_and_no_terminator(api: Any, agent_id: str) -> None:
    frames = api.embed.stream(f"/agentbots/{agent_id}/completions", question="ships?")
    events = [frame["event"] for frame in frames]
    assert events[:3] == ["workflow_started", "node_started", "node_finished"]
    assert events[-1] == "workflow_finished"
    assert set(events) == {
        "workflow_started",
        "node_started",
        "node_finished",
        "message",
        "message_end",
        "workflow_finished",
    }
    assert frames[0]["data"] == {"inputs": {}}
    started = frames[1]["data"]
    assert started["component_id"] == "begin"
    assert started["component_type"] == "Begin"
    assert {"inputs", "created_at", "component_name", "thoughts"} <= started.keys()


def test_a_page_sees_the_form_that_a_run_waits_for(api: Any) -> None:
    agent_id = api.agent("form")
    api.data("PUT", f"/agents/{agent_id}", json={"dsl": with_form()})
    path = f"/agentbots/{agent_id}/completions"
    last = api.embed.stream(path, question="go")[-1]
    assert last["event"] == "user_inputs"
    assert last["data"]["tips"] == "Where?"
    session_id = last["session_id"]
    frames = api.embed.stream(path, session_id=session_id, inputs={"city": {"value": "Rome"}})
    said = [frame["data"]["content"] for frame in frames if frame["event"] == "message"]
    assert "".join(said) == "You go to Rome"


def test_without_a_stream_a_page_gets_the_whole_answer(api: Any, agent_id: str) -> None:
    body = {"question": "ships?", "stream": False}
    event = api.embed.data("POST", f"/agentbots/{agent_id}/completions", json=body)
    assert event["data"]["content"] == "You said ships?"


def test_conversations_of_pages_are_not_listed(api: Any, agent_id: str) -> None:
    api.embed.stream(f"/agentbots/{agent_id}/completions", question="x")
    assert api.data("GET", f"/agents/{agent_id}/sessions") == []
    session_id = api.data("POST", f"/agents/{agent_id}/sessions")["id"]
    body = {"question": "x", "session_id": session_id}
    reply = api.embed("POST", f"/agentbots/{agent_id}/completions", json=body)
    assert reply == {"code": 102, "message": "Session not found!"}


def test_an_unknown_agent_is_refused_before_a_stream_begins(api: Any) -> None:
    reply = api.embed("POST", "/agentbots/unknown/completions", json={"question": "x"})
    assert reply == {"code": 102, "message": "Agent not found."}


def test_a_failure_ends_the_stream_without_workflow_finished(api: Any, agent_id: str) -> None:
    dsl = api.data("GET", f"/agents/{agent_id}")["dsl"]
    dsl["components"]["begin"]["obj"]["params"]["inputs"] = {"n": {"type": "integer"}}
    api.data("PUT", f"/agents/{agent_id}", json={"dsl": dsl})
    path = f"/agentbots/{agent_id}/completions"
    frames = api.embed.stream(path, question="x", inputs={"n": "many"})
    events = [frame["event"] for frame in frames]
    assert "workflow_finished" not in events
    (failed,) = [frame["data"] for frame in frames if frame["event"] == "node_finished"]
    assert failed["component_id"] == "begin"
    assert failed["error"]
    assert events[-2:] == ["message", "message_end"]
