"""Runs of agents that were cut off: the same question takes them up behind what was done."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ragflow.agents.runtime import Event
from ragflow.domain.agents import RunState
from ragflow.domain.errors import AgentError
from ragflow.domain.identity import Actor
from ragflow.services.agent_runs import CUT_OFF
from ragflow.services.agent_work import AgentQuestion, PreparedRun
from ragflow.services.container import Services, build_services
from ragflow.testing.agent_canvases import GatedModel, two_models


@pytest.fixture
def gated(world: Any) -> GatedModel:
    """Let the model named `scripted` wait in the second of the canvas's questions."""
    world.ports.catalog.scripted = GatedModel()
    return world.ports.catalog.scripted  # type: ignore[no-any-return]


@pytest.fixture
def actor(world: Any) -> Actor:
    accounts = world.services.accounts
    return accounts.actor_of(accounts.first_account())


def made(api: Any, dsl: dict[str, Any]) -> str:
    agent_id = str(api.agent())
    api.data("PUT", f"/agents/{agent_id}", json={"dsl": dsl})
    return agent_id


async def heard(services: Services, prepared: PreparedRun) -> list[Event]:
    return [event async for event in services.agent_runs.events(prepared)]


def said(events: list[Event]) -> str:
    return "".join(str(each.data["content"]) for each in events if each.kind == "message")


def states(api: Any, agent_id: str) -> list[tuple[str, str, str | None]]:
    runs = api.data("GET", f"/agents/{agent_id}/runs")["runs"]
    return [(run["question"], run["state"], run["error"]) for run in runs]


def messages(api: Any, agent_id: str) -> list[str]:
    (session,) = api.data("GET", f"/agents/{agent_id}/sessions")
    return [message["content"] for message in session["messages"]]


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
    assert states(api, agent_id) == [("one", "running", None)]
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
