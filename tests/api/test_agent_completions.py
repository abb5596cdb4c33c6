"""Questions to agents over the wire, as streams and whole."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ragflow.testing.agent_canvases import with_form


@pytest.fixture
def agent_id(api: Any) -> str:
    return str(api.agent())


def ask(api: Any, agent_id: str, **body: Any) -> Any:
    return api("POST", f"/agents/{agent_id}/completions", json={"stream": False, **body})


def content_of(frames: list[Any]) -> str:
    return "".join(frame["data"]["content"] for frame in frames[:-1] if frame["event"] == "message")


def test_a_stream_has_messages_alone_and_ends_with_done(api: Any, agent_id: str) -> None:
    frames = api.stream(f"/agents/{agent_id}/completions", question="ships?")
    assert frames[-1] == "[DONE]"
    events = [frame["event"] for frame in frames[:-1]]
    assert events == ["message"] * (len(events) - 1) + ["message_end"]
    assert content_of(frames) == "You said ships?"
    assert frames[-2]["data"] == {"reference": None}
    for frame in frames[:-1]:
        keys = ["event", "message_id", "created_at", "task_id", "data", "session_id"]
        assert list(frame) == keys
        assert frame["task_id"] == agent_id
        assert len(frame["message_id"]) == len(frame["session_id"]) == 32
        assert isinstance(frame["created_at"], int)


def test_a_frame_has_real_newlines_only_at_its_end(api: Any, agent_id: str) -> None:
    body = {"question": "one\ntwo\r\n\n文"}
    response = api.raw("POST", f"/agents/{agent_id}/completions", json=body)
    assert response.content.endswith(b"\n\ndata:[DONE]\n\n")
    *lines, _end, _nothing = response.text.split("\n\n")
    assert not any("\n" in line for line in lines)
    assert "文" in response.text
    frames = [json.loads(line.removeprefix("data:")) for line in lines]
    assert content_of([*frames, None]) == "You said one\ntwo\r\n\n文"


def test_without_a_stream_the_last_event_has_all_that_was_said(api: Any, agent_id: str) -> None:
    reply = ask(api, agent_id, question="ships?")
    assert reply["code"] == 0
    event = reply["data"]
    assert event["event"] == "workflow_finished"
    assert event["data"]["content"] == "You said ships?"
    assert event["data"]["reference"] == {"chunks": {}, "doc_aggs": {}}
    assert event["data"]["outputs"] == {"content": "You said ships?"}
    assert event["task_id"] == agent_id


def test_query_counts_before_question(api: Any, agent_id: str) -> None:
    event = ask(api, agent_id, question="a", query="b")["data"]
    assert event["data"]["content"] == "You said b"


def test_a_question_without_a_session_begins_one(api: Any, agent_id: str) -> None:
    session_id = ask(api, agent_id, question="one", user_id="ann")["data"]["session_id"]
    again = ask(api, agent_id, question="two", session_id=session_id)["data"]
    assert again["session_id"] == session_id
    (session,) = api.data("GET", f"/agents/{agent_id}/sessions")
    said = [(message["role"], message["content"]) for message in session["messages"]]
    assert said == [
        ("user", "one"),
        ("assistant", "You said one"),
        ("user", "two"),
        ("assistant", "You said two"),
    ]
    assert session["messages"][3]["reference"] == []
    assert session["messages"][2]["id"] == session["messages"][3]["id"]
    assert (session["user_id"], session["round"], session["errors"]) == ("ann", 2, None)
    assert session["duration"] > 0
    dsl = session["dsl"]
    assert [turn[1] for turn in dsl["history"]] == ["one", "You said one", "two", "You said two"]
    assert dsl["globals"]["sys.conversation_turns"] == 2
    assert dsl["globals"]["sys.query"] == "two"


def test_the_prologue_stays_in_front_of_what_is_said(api: Any, agent_id: str) -> None:
    session_id = api.data("POST", f"/agents/{agent_id}/sessions")["id"]
    ask(api, agent_id, question="one", session_id=session_id)
    (session,) = api.data("GET", f"/agents/{agent_id}/sessions")
    contents = [message["content"] for message in session["messages"]]
    assert contents == ["Hello!", "one", "You said one"]


@pytest.mark.parametrize("given", [{"type": "line", "value": "Rome"}, "Rome"])
def test_inputs_may_be_wrapped_or_bare(api: Any, given: Any) -> None:
    agent_id = api.agent("form", inputs={"city": {"name": "City", "type": "line"}})
    dsl = api.data("GET", f"/agents/{agent_id}")["dsl"]
    echo = dsl["components"]["Message:Echo"]["obj"]["params"]
    echo["content"] = ["{begin@city}"]
    api.data("PUT", f"/agents/{agent_id}", json={"dsl": dsl})
    event = ask(api, agent_id, inputs={"city": given})["data"]
    assert event["data"]["content"] == "Rome"


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"session_id": "unknown"}, "Session not found!"),
        ({"question": 7}, "`question` should be a string."),
        ({"inputs": []}, "`inputs` should be an object."),
        ({"files": {"id": "x"}}, "`files` should be a list of records of files."),
    ],
)
def test_what_cannot_be_asked_is_refused_before_a_stream_begins(
    api: Any, agent_id: str, stream: bool, body: dict[str, Any], message: str
) -> None:
    reply = ask(api, agent_id, **body, stream=stream)
    assert reply == {"code": 102, "message": message}


def test_an_unknown_agent_and_a_draft_are_refused(api: Any) -> None:
    assert ask(api, "unknown", question="x") == {"code": 102, "message": "Agent not found."}
    draft = api.agent("draft")
    api.data("PUT", f"/agents/{draft}", json={"dsl": {}})
    reply = ask(api, draft, question="x", stream=True)
    assert reply["code"] == 102
    assert "begin" in reply["message"]
    assert api.data("GET", f"/agents/{draft}/sessions") == []


def test_a_session_of_another_agent_or_of_a_page_is_not_found(api: Any, agent_id: str) -> None:
    other = api.agent("other")
    session_id = api.data("POST", f"/agents/{other}/sessions")["id"]
    embedded = api.embed.data("POST", f"/agentbots/{agent_id}/completions", json={"stream": False})
    for foreign in (session_id, embedded["session_id"]):
        assert ask(api, agent_id, session_id=foreign)["message"] == "Session not found!"


def failing(api: Any) -> str:
    """Make an agent whose model is not there."""
    agent_id = str(api.agent("fails"))
    dsl = api.data("GET", f"/agents/{agent_id}")["dsl"]
    params = {
        "llm_id": "private@Elsewhere",
        "sys_prompt": "s",
        "prompts": [{"role": "user", "content": "{sys.query}"}],
    }
    components = dsl["components"]
    components["LLM:One"] = {
        "obj": {"component_name": "LLM", "params": params},
        "downstream": ["Message:Echo"],
        "upstream": ["begin"],
    }
    components["begin"]["downstream"] = ["LLM:One"]
    components["Message:Echo"]["upstream"] = ["LLM:One"]
    components["Message:Echo"]["obj"]["params"]["content"] = ["{LLM:One@content}"]
    api.data("PUT", f"/agents/{agent_id}", json={"dsl": dsl})
    return agent_id


def test_a_failure_is_told_as_a_message(api: Any) -> None:
    agent_id = failing(api)
    frames = api.stream(f"/agents/{agent_id}/completions", question="x")
    assert [frame["event"] for frame in frames[:-1]] == ["message", "message_end"]
    assert content_of(frames).startswith("**ERROR**: ")
    assert "private@Elsewhere" in content_of(frames)
    reply = ask(api, agent_id, question="x")
    assert reply["code"] == 0
    assert reply["data"].startswith("**ERROR**: ")
    for session in api.data("GET", f"/agents/{agent_id}/sessions"):
        assert "private@Elsewhere" in session["errors"]
        assert [message["role"] for message in session["messages"]] == ["user"]


def test_an_agent_that_failed_can_be_asked_again_in_the_same_session(api: Any) -> None:
    agent_id = failing(api)
    ask(api, agent_id, question="x")
    (session,) = api.data("GET", f"/agents/{agent_id}/sessions")
    assert session["dsl"]["path"] == []
    assert ask(api, agent_id, question="y", session_id=session["id"])["code"] == 0
    runs = api.data("GET", f"/agents/{agent_id}/runs")["runs"]
    assert [(run["question"], run["state"]) for run in runs] == [("y", "failed"), ("x", "failed")]


def test_a_session_keeps_why_its_last_failure_was_when_the_next_question_is_answered(
    api: Any,
) -> None:
    agent_id = failing(api)
    dsl = api.data("GET", f"/agents/{agent_id}")["dsl"]
    components = dsl["components"]
    bad = {"cpn_id": "sys.query", "operator": "contains", "value": "bad"}
    condition = {"logical_operator": "and", "items": [bad], "to": ["LLM:One"]}
    params = {"conditions": [condition], "end_cpn_ids": ["Message:Echo"]}
    components["Switch:Which"] = {
        "obj": {"component_name": "Switch", "params": params},
        "downstream": ["LLM:One", "Message:Echo"],
        "upstream": ["begin"],
    }
    components["begin"]["downstream"] = ["Switch:Which"]
    components["LLM:One"]["upstream"] = ["Switch:Which"]
    components["Message:Echo"]["obj"]["params"]["content"] = ["fine {LLM:One@content}"]
    api.data("PUT", f"/agents/{agent_id}", json={"dsl": dsl})
    ask(api, agent_id, question="bad")
    (session,) = api.data("GET", f"/agents/{agent_id}/sessions")
    answered = ask(api, agent_id, question="good", session_id=session["id"])["data"]
    assert answered["data"]["content"].startswith("fine")
    (session,) = api.data("GET", f"/agents/{agent_id}/sessions")
    assert "private@Elsewhere" in session["errors"]


@pytest.mark.parametrize(
    ("universal", "data"), [(False, {}), (True, {"running_status": True})], ids=["plain", "both"]
)
def test_a_stream_that_stops_at_a_form_before_anything_is_said_names_its_session(
    api: Any, universal: bool, data: dict[str, Any]
) -> None:
    agent_id = api.agent("asks")
    api.data("PUT", f"/agents/{agent_id}", json={"dsl": with_form()})
    body = {"question": "x", "universal": universal}
    response = api.raw("POST", f"/agents/{agent_id}/completions", json=body)
    first, _end, _nothing = response.text.split("\n\n")
    frame = json.loads(first.removeprefix("data:"))
    assert (frame["event"], frame["data"]) == ("message_end", {"reference": None, **data})
    answer = {"inputs": {"city": "Rome"}, "session_id": frame["session_id"]}
    assert ask(api, agent_id, **answer)["data"]["data"]["content"] == "You go to Rome"


@pytest.mark.parametrize("where", ["body", "query"])
def test_the_universal_form_carries_the_answer_so_far(api: Any, agent_id: str, where: str) -> None:
    body, params = {"question": "x"}, {}
    (body if where == "body" else params)["universal"] = "true"
    response = api.raw("POST", f"/agents/{agent_id}/completions", json=body, params=params)
    *lines, end, nothing = response.text.split("\n\n")
    assert (end, nothing) == (": done", "")
    frames = [json.loads(line.removeprefix("data:")) for line in lines]
    answers = [frame["data"]["answer"] for frame in frames if frame["event"] == "message"]
    assert answers[-1] == "You said x"
    assert frames[-1]["data"] == {"reference": None, "running_status": True}


@pytest.mark.parametrize("path", ["/agents/chat/completions", "/agents/chat/completion"])
def test_newer_clients_name_the_agent_in_the_body(api: Any, agent_id: str, path: str) -> None:
    body = {"agent_id": agent_id, "query": "x", "stream": True, "openai-compatible": False}
    frames = api.stream(path, **body)
    assert content_of(frames) == "You said x"
    spoken = {"messages": [{"role": "user", "content": "y"}], "openai-compatible": True}
    reply = api("POST", path, json={"agent_id": agent_id, **spoken})
    assert reply["choices"][0]["message"]["content"] == "You said y"
    assert api("POST", path, json={"query": "x"}) == {
        "code": 102,
        "message": "`agent_id` is required.",
    }


def test_a_file_that_was_uploaded_is_read_for_the_question(api: Any) -> None:
    agent_id = made_to_show_files(api)
    record = upload(api, agent_id, "log.txt", b"The keeper counts ships.")
    event = ask(api, agent_id, question="x", files=[record])["data"]
    assert "log.txt" in event["data"]["content"]
    assert "The keeper counts ships." in event["data"]["content"]


@pytest.mark.parametrize("identity", ["unknown", "../secret", "0" * 32, None])
def test_a_file_that_is_not_the_agents_is_not_found(api: Any, identity: Any) -> None:
    agent_id = made_to_show_files(api)
    elsewhere = upload(api, api.agent("other"), "log.txt", b"ships")
    for record in ({"id": identity, "name": "a.txt"}, elsewhere):
        reply = ask(api, agent_id, question="x", files=[record])
        assert reply["data"] == f"**ERROR**: There is no file {record['id']} of this agent."


def made_to_show_files(api: Any) -> str:
    agent_id = str(api.agent("reader"))
    dsl = api.data("GET", f"/agents/{agent_id}")["dsl"]
    dsl["components"]["Message:Echo"]["obj"]["params"]["content"] = ["{sys.files}"]
    api.data("PUT", f"/agents/{agent_id}", json={"dsl": dsl})
    return agent_id


def upload(api: Any, agent_id: str, name: str, content: bytes) -> Any:
    response = api.client.post(
        f"/v1/canvas/upload/{agent_id}",
        files={"file": (name, content)},
        headers={"Authorization": f"Bearer {api.key}"},
    )
    return response.json()["data"]


def test_the_universal_form_of_a_whole_answer_has_it_on_top(api: Any, agent_id: str) -> None:
    event = ask(api, agent_id, question="x", universal=True)["data"]
    assert event["answer"] == event["data"]["content"] == "You said x"
    assert "answer" not in ask(api, agent_id, question="x")["data"]
