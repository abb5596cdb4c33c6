"""Runs of agents that were cut off: the same question takes them up behind what was done."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ragflow.agents.components.base import Component
from ragflow.agents.dsl import Node
from ragflow.domain.agents import RunState
from ragflow.domain.errors import AgentError
from ragflow.domain.identity import Actor
from ragflow.services.agent_runs import CUT_OFF
from ragflow.services.agent_work import AgentQuestion
from ragflow.services.container import build_services
from ragflow.testing.agent_calls import heard, made, messages, said, states
from ragflow.testing.agent_canvases import GatedModel, chain, llm, two_models, with_form


async def cut_off(world: Any, actor: Actor, agent_id: str, gated: GatedModel) -> str:
    """Run to the model's gate and end the process there; return the session's id."""
    runs = world.services.agent_runs
    prepared = runs.begin(actor, agent_id, AgentQuestion("one"))
    hearing = asyncio.create_task(heard(world.services, prepared))
    await gated.reached.wait()
    await runs.pause()
    with pytest.raises(AgentError, match="Ask again to go on"):
        await hearing
    return str(prepared.session.id)


@pytest.mark.parametrize("question", ["one", ""])
def test_a_run_that_was_cut_off_goes_on_behind_what_was_done(
    world: Any, api: Any, actor: Actor, gated: GatedModel, question: str
) -> None:
    agent_id = made(api, two_models())
    session_id = asyncio.run(cut_off(world, actor, agent_id, gated))
    assert states(api, agent_id) == [("one", "cut_off", CUT_OFF)]
    world.ports.catalog.scripted = after = GatedModel("nothing")
    restarted = build_services(world.ports)
    prepared = restarted.agent_runs.begin(actor, agent_id, AgentQuestion(question, session_id))
    events = asyncio.run(heard(restarted, prepared))
    assert after.asked == ["second I heard first one"]
    assert said(events) == "I heard second I heard first one"
    ((_, state, _),) = states(api, agent_id)
    assert state == RunState.DONE
    (run,) = api.data("GET", f"/agents/{agent_id}/runs")["runs"]
    traces = api.data("GET", f"/agents/{agent_id}/runs/{run['id']}")["traces"]
    assert [trace["component_id"] for trace in traces] == [
        "begin",
        "LLM:First",
        "StringTransform:Join",
        "Message:Say",
        "LLM:Second",
    ]
    assert [trace["ordinal"] for trace in traces] == list(range(len(traces)))
    assert messages(api, agent_id) == ["one", "I heard second I heard first one"]


def test_another_question_begins_anew(
    world: Any, api: Any, actor: Actor, gated: GatedModel
) -> None:
    agent_id = made(api, two_models())
    session_id = asyncio.run(cut_off(world, actor, agent_id, gated))
    world.ports.catalog.scripted = after = GatedModel("nothing")
    prepared = world.services.agent_runs.begin(actor, agent_id, AgentQuestion("two", session_id))
    asyncio.run(heard(world.services, prepared))
    assert after.asked == ["first two", "second I heard first two"]
    assert states(api, agent_id) == [("two", "done", None), ("one", "failed", CUT_OFF)]


def test_a_run_that_was_cut_off_can_be_cancelled(
    world: Any, api: Any, actor: Actor, gated: GatedModel
) -> None:
    agent_id = made(api, two_models())
    asyncio.run(cut_off(world, actor, agent_id, gated))
    (run,) = api.data("GET", f"/agents/{agent_id}/runs")["runs"]
    path = f"/agents/{agent_id}/runs/{run['id']}"
    assert api.data("POST", f"{path}/cancel") == {"cancelled": True}
    assert states(api, agent_id) == [("one", "cancelled", None)]


def test_a_whole_answer_has_what_was_said_before_the_cut(
    world: Any, api: Any, actor: Actor, gated: GatedModel
) -> None:
    dsl = chain(
        ("begin", "Begin", {}),
        ("Message:Hello", "Message", {"content": ["Wait a moment. "]}),
        ("LLM:Second", "LLM", llm("second {sys.query}")),
        ("Message:Say", "Message", {"content": ["{LLM:Second@content}"]}),
    )
    agent_id = made(api, dsl)
    session_id = asyncio.run(cut_off(world, actor, agent_id, gated))
    world.ports.catalog.scripted = GatedModel("nothing")
    asked = {"question": "one", "session_id": session_id, "stream": False}
    answer = api.data("POST", f"/agents/{agent_id}/completions", json=asked)
    assert answer["data"]["content"] == "Wait a moment. I heard second one"
    assert messages(api, agent_id) == ["one", "Wait a moment. I heard second one"]


def test_the_components_of_a_canvas_are_made_once_for_a_question(
    api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent_id = made(api, with_form())
    asked = {"question": "one", "stream": False}
    waiting = api.data("POST", f"/agents/{agent_id}/completions", json=asked)
    nodes: list[str] = []
    make = Component.__init__

    def count(self: Component[Any], node: Node) -> None:
        nodes.append(node.id)
        make(self, node)

    monkeypatch.setattr(Component, "__init__", count)
    asked |= {"session_id": waiting["session_id"], "inputs": {"city": "Rome"}}
    answer = api.data("POST", f"/agents/{agent_id}/completions", json=asked)
    assert answer["data"]["content"] == "You go to Rome"
    assert sorted(nodes) == sorted(with_form()["components"])
