"""Agents through the client: what is sent, and what comes of the replies."""

from __future__ import annotations

from typing import Any

import pytest

from ragflow_sdk import Agent, RAGFlow, Session
from ragflow_sdk.transport import RAGFlowError

CANVAS = {"components": {}, "path": []}


@pytest.fixture
def agent(rag: RAGFlow) -> Agent:
    return Agent(rag, {"id": "a", "title": "guide", "dsl": CANVAS})


@pytest.fixture
def session(rag: RAGFlow) -> Session:
    return Session(rag, {"id": "s", "agent_id": "a"})


def sent(server: Any) -> tuple[str, str]:
    return server.request.method, server.request.path


@pytest.mark.parametrize("dsl", [CANVAS, '{"components": {}}'])
def test_an_agent_is_made_from_a_canvas_or_its_text(server: Any, rag: RAGFlow, dsl: Any) -> None:
    server.answers(True)
    assert rag.create_agent(" guide ", dsl, canvas_type="Other") is None
    assert sent(server) == ("POST", "/agents")
    assert server.request.json == {"title": "guide", "dsl": dsl, "canvas_type": "Other"}


@pytest.mark.parametrize("wrapped", [False, True])
def test_agents_are_listed_in_the_form_of_every_generation(
    server: Any, rag: RAGFlow, wrapped: bool
) -> None:
    agents = [{"id": "a", "title": "guide"}]
    server.answers({"canvas": agents, "total": 1} if wrapped else agents)
    assert [each.title for each in rag.list_agents(orderby="create_time")] == ["guide"]


def test_an_agent_is_fetched_by_id(server: Any, rag: RAGFlow) -> None:
    server.answers({"id": "a", "title": "guide", "dsl": CANVAS})
    found = rag.get_agent("a")
    assert found.dsl.to_json() == CANVAS
    assert sent(server) == ("GET", "/agents/a")


def test_templates_are_listed_and_fetched_by_name(server: Any, rag: RAGFlow) -> None:
    server.answers([{"name": "translation", "needs": []}])
    server.answers({"name": "translation", "needs": [], "dsl": CANVAS})
    assert [each.name for each in rag.list_agent_templates()] == ["translation"]
    assert rag.get_agent_template("translation")["dsl"] == CANVAS
    paths = [request.path for request in server.requests]
    assert paths == ["/agent_templates", "/agent_templates/translation"]


def test_an_agent_changes_itself(server: Any, agent: Agent) -> None:
    server.answers(True)
    server.answers({"id": "a", "title": "new", "dsl": CANVAS})
    assert agent.update({"title": "new", "dsl": agent.dsl}).title == "new"
    assert server.requests[0].json == {"title": "new", "dsl": CANVAS}


def test_a_conversation_begins_for_a_user(server: Any, agent: Agent) -> None:
    server.answers({"id": "s", "agent_id": "a", "message": [{"content": "Hello!"}]})
    begun = agent.create_session(user_id="ann & co")
    assert begun.messages == begun.message == [{"content": "Hello!"}]
    assert server.request.query == {"user_id": "ann & co"}


def test_versions_are_listed_compared_and_restored(server: Any, agent: Agent) -> None:
    server.answers([{"id": "v2"}, {"id": "v1"}])
    server.answers({"id": "v1", "dsl": CANVAS})
    server.answers({"added": ["x"], "removed": [], "changed": []})
    server.answers({"id": "a", "title": "older"})
    newest, oldest = agent.list_versions()
    assert agent.get_version(oldest.id)["dsl"] == CANVAS
    assert agent.compare_versions(oldest.id, newest.id)["added"] == ["x"]
    assert agent.restore_version(oldest.id).title == "older"
    assert [(each.method, each.path) for each in server.requests] == [
        ("GET", "/agents/a/versions"),
        ("GET", "/agents/a/versions/v1"),
        ("GET", "/agents/a/versions/v1/diff/v2"),
        ("POST", "/agents/a/versions/v1/restore"),
    ]


def test_runs_are_listed_shown_and_cancelled(server: Any, agent: Agent) -> None:
    server.answers({"runs": [{"id": "r", "state": "running"}], "total": 1})
    server.answers({"id": "r", "traces": [{"component_id": "begin"}]})
    server.answers({"cancelled": False})
    (run,) = agent.list_runs(session_id="s")
    assert run.state == "running"
    assert agent.get_run("r")["traces"] == [{"component_id": "begin"}]
    assert agent.cancel_run("r") is False
    assert server.requests[0].query["session_id"] == "s"
    assert server.requests[2].path == "/agents/a/runs/r/cancel"


def test_reasoning_of_an_agent_is_not_in_its_answer(server: Any, session: Session) -> None:
    server.streams(
        {"event": "message", "message_id": "m", "data": {"content": "", "start_to_think": True}},
        {"event": "message", "message_id": "m", "data": {"content": "hm"}},
        {"event": "message", "message_id": "m", "data": {"content": "", "end_to_think": True}},
        {"event": "message", "message_id": "m", "data": {"content": "24"}},
        "[DONE]",
    )
    answers = list(session.ask("How long?", stream=True))
    assert [answer.content for answer in answers] == ["", "", "", "24"]
    assert {answer.id for answer in answers} == {"m"}


def test_the_universal_form_of_streams_is_read_too(server: Any, session: Session) -> None:
    reference = {"chunks": {"7": {"id": "c", "content": "One day."}}, "doc_aggs": {}}
    end = {"reference": reference, "running_status": True}
    server.streams(
        {"event": "message", "message_id": "m", "data": {"content": "A ", "answer": "A "}},
        {"event": "message", "message_id": "m", "data": {"content": "day", "answer": "A day"}},
        {"event": "message_end", "message_id": "m", "data": end},
    )
    answers = list(session.ask("How long?", stream=True))
    assert [answer.content for answer in answers] == ["A ", "A day", "A day"]
    assert {answer.id for answer in answers} == {"m"}
    assert [chunk.id for chunk in answers[-1].reference or []] == ["c"]


def test_what_a_conversation_begins_with_goes_with_its_first_question(
    server: Any, agent: Agent
) -> None:
    server.answers({"id": "s", "agent_id": "a", "name": "", "message": []})
    begun = agent.create_session(user_id="ann", lang="fr", day={"type": "line", "value": "Monday"})
    for question, inputs in (("go", {"inputs": {"lang": "en"}}), ("on", {})):
        server.answers({"event": "workflow_finished", "data": {"content": "Yes."}})
        begun.ask(question, **inputs)
    first, second = (request.json for request in server.requests[1:])
    assert first["inputs"] == {"lang": "en", "day": {"type": "line", "value": "Monday"}}
    assert "inputs" not in second


def test_a_question_that_is_asked_again_has_all_that_it_had(server: Any, agent: Agent) -> None:
    server.answers({"id": "s", "agent_id": "a", "message": []})
    server.answers(code=102, message="busy")
    server.streams({"event": "message", "data": {"content": "Yes."}}, "[DONE]")
    begun = agent.create_session(lang="fr")
    with pytest.raises(RAGFlowError, match="busy"):
        begun.ask("go")
    assert [answer.content for answer in begun.ask("go", stream=True)] == ["Yes."]
    assert server.requests[2].json["inputs"] == {"lang": {"value": "fr"}}


def test_a_conversation_with_an_agent_has_no_name_to_change(server: Any, session: Session) -> None:
    with pytest.raises(RAGFlowError, match="only a conversation with an assistant"):
        session.update({"name": "new"})
    assert server.requests == []


def test_a_form_comes_with_the_answer(server: Any, session: Session) -> None:
    inputs = {"city": {"name": "City", "type": "line"}}
    data = {"inputs": inputs, "tips": "Where?", "content": "", "reference": {}}
    server.answers({"event": "user_inputs", "message_id": "m", "data": data})
    server.answers({"event": "workflow_finished", "data": {"inputs": {}, "content": "Rome"}})
    asked = session.ask("go")
    assert asked.inputs.to_json() == inputs
    assert asked.id == "m"
    answered = session.ask(inputs={"city": {"value": "Rome"}})
    assert (answered.content, answered.inputs) == ("Rome", None)
    assert server.requests[1].json["inputs"] == {"city": {"value": "Rome"}}


def test_why_an_agent_failed_is_its_answer(server: Any, session: Session) -> None:
    server.answers("**ERROR**: no model")
    assert session.ask("go").content == "**ERROR**: no model"
