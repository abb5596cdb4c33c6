"""Runs that another process took, or that cannot be stored: none is answered twice, or never."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from ragflow.domain.errors import AgentError
from ragflow.domain.identity import Actor
from ragflow.services.agent_errors import RunTaken
from ragflow.services.agent_record import RunRecord
from ragflow.services.agent_work import AgentQuestion
from ragflow.services.container import build_services
from ragflow.testing.agent_calls import heard, made, messages, states
from ragflow.testing.agent_canvases import GatedModel, two_models

ANSWER = "I heard second I heard first one"


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_run_that_was_silent_and_is_taken_up_is_answered_once(
    world: Any, api: Any, actor: Actor, gated: GatedModel, elsewhere: bool
) -> None:
    agent_id, runs = made(api, two_models()), world.services.agent_runs
    other = build_services(world.ports) if elsewhere else world.services

    async def taken() -> None:
        prepared = runs.begin(actor, agent_id, AgentQuestion("one"))
        hearing = asyncio.create_task(heard(world.services, prepared))
        await gated.reached.wait()
        with world.ports.database.transaction() as work:
            work.agent_runs.update(replace(prepared.run, heartbeat=0))
        asked = AgentQuestion("one", prepared.session.id)
        taking = asyncio.create_task(heard(other, other.agent_runs.begin(actor, agent_id, asked)))
        while gated.asked.count(gated.asked[-1]) < 2:
            await asyncio.sleep(0.01)
        gated.open.set()
        with pytest.raises(RunTaken):
            await asyncio.wait_for(hearing, 60)
        await asyncio.wait_for(taking, 60)

    asyncio.run(taken())
    assert states(api, agent_id) == [("one", "done", None)]
    assert messages(api, agent_id) == ["one", ANSWER]


@pytest.mark.parametrize("step", ["_store", "_store_end"])
def test_whoever_asked_hears_of_an_end_that_cannot_be_stored(
    world: Any, api: Any, actor: Actor, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("odd")

    world.ports.catalog.scripted = GatedModel("nothing")
    agent_id = made(api, two_models())
    monkeypatch.setattr(RunRecord, step, fail)
    prepared = world.services.agent_runs.begin(actor, agent_id, AgentQuestion("one"))
    with pytest.raises(AgentError, match="odd"):
        asyncio.run(asyncio.wait_for(heard(world.services, prepared), 60))
