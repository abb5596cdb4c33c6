"""Runs of agents: what is kept of them, who may begin one, and how they end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ragflow.agents.runtime import Event
from ragflow.domain.agents import RunState
from ragflow.domain.identity import Actor
from ragflow.services.agent_errors import SessionBusy
from ragflow.services.agent_work import AgentQuestion, PreparedRun
from ragflow.services.container import ServiceOptions, Services, build_services
from ragflow.testing.agent_canvases import GatedModel, two_models, with_form


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


# what is kept


def test_a_run_is_kept_with_what_its_components_did(api: Any) -> None:
    agent_id = api.agent()
    body = {"question": "ships?", "stream": False}
    event = api.data("POST", f"/agents/{agent_id}/completions", json=body)
    listed = api.data("GET", f"/agents/{agent_id}/runs")
    assert listed["total"] == 1
    (run,) = listed["runs"]
    assert (run["id"], run["session_id"]) == (event["message_id"], event["session_id"])
    assert (run["question"], run["state"], run["error"], run["steps"]) == (
        "ships?",
        "done",
        None,
        2,
    )
    shown = api.data("GET", f"/agents/{agent_id}/runs/{run['id']}")
    traces = shown.pop("traces")
    assert shown == run
    assert [(trace["ordinal"], trace["component_id"]) for trace in traces] == [
        (0, "begin"),
        (1, "Message:Echo"),
    ]
    assert traces[1]["inputs"] == {"sys.query": "ships?"}
    assert traces[1]["outputs"] == {"content": "You said ships?"}
    assert traces[1]["component_type"] == "Message"
    assert traces[1]["elapsed_seconds"] >= 0


def test_tokens_are_counted_by_component_run_and_session(
    world: Any, api: Any, gated: GatedModel
) -> None:
    gated.held = "nothing"
    agent_id = made(api, two_models())
    body = {"question": "ships?", "stream": False}
    api.data("POST", f"/agents/{agent_id}/completions", json=body)
    (run,) = api.data("GET", f"/agents/{agent_id}/runs")["runs"]
    traces = api.data("GET", f"/agents/{agent_id}/runs/{run['id']}")["traces"]
    spent = {trace["component_id"]: trace["tokens"] for trace in traces}
    assert spent["LLM:First"] > 0
    assert spent["begin"] == 0
    assert run["tokens"] == sum(spent.values())
    (session,) = api.data("GET", f"/agents/{agent_id}/sessions")
    assert session["tokens"] == run["tokens"]


def test_runs_of_one_session_are_listed_in_pages(api: Any) -> None:
    agent_id = api.agent()
    path = f"/agents/{agent_id}/completions"
    first = api.data("POST", path, json={"question": "a", "stream": False})["session_id"]
    api.data("POST", path, json={"question": "b", "stream": False, "session_id": first})
    api.data("POST", path, json={"question": "c", "stream": False})
    runs = api.data("GET", f"/agents/{agent_id}/runs", params={"session_id": first})
    assert [run["question"] for run in runs["runs"]] == ["b", "a"]
    page = api.data("GET", f"/agents/{agent_id}/runs", params={"page": 2, "page_size": 1})
    assert [run["question"] for run in page["runs"]] == ["b"]
    assert page["total"] == 3


def test_the_newest_runs_are_kept(world: Any, api: Any, actor: Actor) -> None:
    agent_id = api.agent()
    services = build_services(world.ports, ServiceOptions(keep_runs=2))
    for number in range(4):
        prepared = services.agent_runs.begin(actor, agent_id, AgentQuestion(str(number)))
        asyncio.run(heard(services, prepared))
    assert [state[0] for state in states(api, agent_id)] == ["3", "2"]


# who may begin one


def test_a_second_run_in_a_session_is_refused_while_the_first_goes_on(
    world: Any, api: Any, actor: Actor, gated: GatedModel
) -> None:
    agent_id, runs = made(api, two_models()), world.services.agent_runs

    async def ask_twice() -> list[Event]:
        first = runs.begin(actor, agent_id, AgentQuestion("one"))
        hearing = asyncio.create_task(heard(world.services, first))
        await gated.reached.wait()
        session_id = first.session.id
        for services in (world.services, build_services(world.ports)):
            with pytest.raises(SessionBusy):
                services.agent_runs.begin(actor, agent_id, AgentQuestion("two", session_id))
        runs.begin(actor, agent_id, AgentQuestion("elsewhere"))
        gated.open.set()
        return await hearing

    assert said(asyncio.run(ask_twice())).startswith("I heard second I heard first one")


def test_a_busy_session_is_refused_in_plain_words(api: Any, world: Any, actor: Actor) -> None:
    agent_id = api.agent()
    prepared = world.services.agent_runs.begin(actor, agent_id, AgentQuestion("one"))
    body = {"question": "two", "session_id": prepared.session.id}
    reply = api("POST", f"/agents/{agent_id}/completions", json=body)
    assert reply["code"] == 102
    assert "Another run of the session" in reply["message"]


def test_a_question_waits_for_a_run_that_is_about_to_end(
    world: Any, actor: Actor, api: Any, gated: GatedModel
) -> None:
    agent_id, runs = made(api, two_models()), world.services.agent_runs

    async def ask_again_at_once() -> list[Event]:
        first = runs.begin(actor, agent_id, AgentQuestion("one"))
        hearing = asyncio.create_task(heard(world.services, first))
        await gated.reached.wait()
        asked = AgentQuestion("two", first.session.id)
        waiting = asyncio.create_task(runs.begun(actor, agent_id, asked))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        gated.open.set()
        await hearing
        return await heard(world.services, await waiting)

    assert said(asyncio.run(ask_again_at_once())).endswith("first two")


# how they end


def test_who_leaves_with_the_answer_leaves_a_run_that_is_done(
    world: Any, api: Any, actor: Actor
) -> None:
    agent_id, runs = api.agent(), world.services.agent_runs

    async def listen_to_the_answer() -> None:
        prepared = runs.begin(actor, agent_id, AgentQuestion("one"))
        events = runs.events(prepared)
        async for event in events:
            if event.kind == "message_end":
                break
        await events.aclose()
        await _ended(world, prepared.run.id)

    asyncio.run(listen_to_the_answer())
    assert states(api, agent_id) == [("one", "done", None)]


def test_who_leaves_cancels_the_run_and_what_was_said_is_kept(
    world: Any, api: Any, actor: Actor, gated: GatedModel
) -> None:
    agent_id, runs = made(api, two_models()), world.services.agent_runs

    async def listen_a_while(asked: AgentQuestion) -> str:
        prepared = runs.begin(actor, agent_id, asked)
        events = runs.events(prepared)
        async for event in events:
            if event.kind == "message":
                break
        await events.aclose()
        await _ended(world, prepared.run.id)
        return str(prepared.session.id)

    session_id = asyncio.run(listen_a_while(AgentQuestion("one")))
    assert states(api, agent_id) == [("one", "cancelled", None)]
    assert messages(api, agent_id) == ["one", "I heard"]
    gated.held = "nothing"
    again = runs.begin(actor, agent_id, AgentQuestion("two", session_id))
    assert said(asyncio.run(heard(world.services, again))).endswith("first two")


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_run_is_cancelled_in_whatever_process_it_goes_on(
    world: Any, api: Any, actor: Actor, gated: GatedModel, elsewhere: bool
) -> None:
    agent_id, runs = made(api, two_models()), world.services.agent_runs
    other = build_services(world.ports) if elsewhere else world.services

    async def cancelled() -> list[Event]:
        prepared = runs.begin(actor, agent_id, AgentQuestion("one"))
        hearing = asyncio.create_task(heard(world.services, prepared))
        await gated.reached.wait()
        ended = await asyncio.to_thread(other.agent_runs.cancel, actor, agent_id, prepared.run.id)
        assert ended is True
        return await asyncio.wait_for(hearing, 10)

    events = asyncio.run(cancelled())
    assert "workflow_finished" not in [event.kind for event in events]
    assert states(api, agent_id) == [("one", "cancelled", None)]


def test_a_run_that_has_ended_is_not_cancelled(api: Any) -> None:
    agent_id = api.agent()
    body = {"question": "x", "stream": False}
    run_id = api.data("POST", f"/agents/{agent_id}/completions", json=body)["message_id"]
    path = f"/agents/{agent_id}/runs/{run_id}"
    assert api.data("POST", f"{path}/cancel") == {"cancelled": False}
    assert api.data("GET", path)["state"] == "done"
    unknown = api("POST", f"/agents/{agent_id}/runs/unknown/cancel")
    assert unknown["message"] == "There is no run unknown of this agent."


def test_a_form_that_is_open_can_be_filled_in(api: Any) -> None:
    agent_id = made(api, with_form())
    path = f"/agents/{agent_id}/completions"
    asked = api.data("POST", path, json={"question": "go", "stream": False})
    assert asked["event"] == "user_inputs"
    assert asked["data"]["inputs"]["city"]["name"] == "City"
    assert asked["data"]["tips"] == "Where?"
    assert states(api, agent_id) == [("go", "waiting", None)]
    body = {"session_id": asked["session_id"], "inputs": {"city": {"value": "Rome"}}}
    done = api.data("POST", path, json={**body, "stream": False})
    assert done["data"]["content"] == "You go to Rome"
    assert states(api, agent_id) == [("", "done", None), ("go", "done", None)]
    assert messages(api, agent_id) == ["go", "You go to Rome"]


@pytest.mark.parametrize("by", ["message_id", "task_id"])
def test_an_open_form_is_closed_by_cancelling(api: Any, by: str) -> None:
    agent_id = made(api, with_form())
    path = f"/agents/{agent_id}/completions"
    asked = api.data("POST", path, json={"question": "go", "stream": False})
    response = api.client.put(
        f"/v1/canvas/cancel/{asked[by]}", headers={"Authorization": f"Bearer {api.key}"}
    )
    assert response.json() == {"code": 0, "message": "success", "data": True}
    assert states(api, agent_id) == [("go", "cancelled", None)]
    body = {"session_id": asked["session_id"], "inputs": {"city": "Rome"}, "stream": False}
    assert api.data("POST", path, json=body)["event"] == "user_inputs"


def test_a_run_whose_session_is_deleted_ends(
    world: Any, api: Any, actor: Actor, gated: GatedModel
) -> None:
    agent_id, runs = made(api, two_models()), world.services.agent_runs

    async def deleted() -> None:
        prepared = runs.begin(actor, agent_id, AgentQuestion("one"))
        hearing = asyncio.create_task(heard(world.services, prepared))
        await gated.reached.wait()
        world.services.agent_sessions.delete(actor, agent_id, None)
        gated.open.set()
        await asyncio.wait_for(hearing, 10)

    asyncio.run(deleted())
    assert states(api, agent_id) == []


async def _ended(world: Any, run_id: str) -> None:
    """Wait until a run of this process has stored its end."""
    for _ in range(500):
        with world.ports.database.reading() as unit:
            if unit.agent_runs.get(run_id).state is not RunState.RUNNING:
                return
        await asyncio.sleep(0.01)
    raise TimeoutError
