"""Agents and sessions that are deleted while they are asked: their runs end, and say so."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ragflow.domain.identity import Actor
from ragflow.http.agent_answering import whole_run
from ragflow.services.agent_errors import RunDeleted
from ragflow.services.agent_work import AgentQuestion
from ragflow.services.container import Services, build_services
from ragflow.testing.agent_calls import heard, made, states
from ragflow.testing.agent_canvases import GatedModel, two_models

ENDED = "This run has ended: its session or its agent was deleted."


@pytest.mark.parametrize("elsewhere", [False, True])
@pytest.mark.parametrize("what", ["agent", "session"])
def test_a_run_ends_with_what_it_belongs_to(
    world: Any, api: Any, actor: Actor, gated: GatedModel, what: str, elsewhere: bool
) -> None:
    agent_id, runs = made(api, two_models()), world.services.agent_runs
    other = build_services(world.ports) if elsewhere else world.services

    async def deleted() -> Any:
        prepared = runs.begin(actor, agent_id, AgentQuestion("one"))
        hearing = asyncio.create_task(whole_run(world.services, prepared))
        await gated.reached.wait()
        await asyncio.to_thread(delete, other, actor, agent_id, what)
        return await asyncio.wait_for(hearing, 10)  # nobody opens the model's gate

    assert asyncio.run(deleted()) == f"**ERROR**: {ENDED}"


def test_the_other_sessions_of_an_agent_go_on(
    world: Any, api: Any, actor: Actor, gated: GatedModel
) -> None:
    agent_id, runs = made(api, two_models()), world.services.agent_runs

    async def one_deleted() -> None:
        kept, lost = (
            runs.begin(actor, agent_id, AgentQuestion(question)) for question in ("kept", "lost")
        )
        hearing, ending = (
            asyncio.create_task(heard(world.services, each)) for each in (kept, lost)
        )
        while len([each for each in gated.asked if each.startswith("second")]) < 2:
            await asyncio.sleep(0.01)
        world.services.agent_sessions.delete(actor, agent_id, [lost.session.id])
        with pytest.raises(RunDeleted):
            await asyncio.wait_for(ending, 10)
        gated.open.set()
        await asyncio.wait_for(hearing, 10)

    asyncio.run(one_deleted())
    assert states(api, agent_id) == [("kept", "done", None)]


def test_a_run_that_ends_as_its_session_is_deleted_says_so(
    world: Any, api: Any, actor: Actor, gated: GatedModel
) -> None:
    agent_id, runs = made(api, two_models()), world.services.agent_runs

    async def deleted() -> None:
        prepared = runs.begin(actor, agent_id, AgentQuestion("one"))
        hearing = asyncio.create_task(heard(world.services, prepared))
        await gated.reached.wait()
        delete(build_services(world.ports), actor, agent_id, "session")
        gated.open.set()  # before anybody looks whether the run is wanted
        with pytest.raises(RunDeleted):
            await asyncio.wait_for(hearing, 10)

    asyncio.run(deleted())
    assert states(api, agent_id) == []


def delete(services: Services, actor: Actor, agent_id: str, what: str) -> None:
    if what == "agent":
        services.agents.delete(actor, agent_id)
    else:
        services.agent_sessions.delete(actor, agent_id, None)
