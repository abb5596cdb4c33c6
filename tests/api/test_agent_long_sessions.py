"""Long conversations with agents: a turn reads and writes no more than a short one's."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from ragflow.domain.agents import SessionLog
from ragflow.domain.errors import AgentError
from ragflow.domain.identity import Actor
from ragflow.services.agent_work import AgentQuestion
from ragflow.services.container import build_services
from ragflow.testing.agent_calls import heard, made, messages
from ragflow.testing.agent_canvases import GatedModel, chain, llm
from ragflow.testing.chat import ScriptedChatModel

LONG = "word " * 400


def answering(window: int) -> dict[str, Any]:
    """Return a canvas that answers by a model, which is told of some turns before."""
    params = {**llm("{sys.query}"), "message_history_window_size": window}
    return chain(
        ("begin", "Begin", {}),
        ("LLM:A", "LLM", params),
        ("Message:B", "Message", {"content": ["{LLM:A@content}"]}),
    )


def converse(world: Any, actor: Actor, agent_id: str, questions: list[str]) -> str:
    """Ask one question after the other, and return the session's id."""
    session_id = ""
    for question in questions:
        asked = AgentQuestion(question, session_id)
        prepared = world.services.agent_runs.begin(actor, agent_id, asked)
        session_id = prepared.session.id
        asyncio.run(heard(world.services, prepared))
    return session_id


def test_what_a_turn_stores_anew_does_not_grow_with_the_conversation(
    world: Any, api: Any, actor: Actor, model: ScriptedChatModel
) -> None:
    agent_id = made(api, answering(window=1))
    sizes = []
    for turns in (2, 12):
        model.answers = [LONG] * turns
        session_id = converse(world, actor, agent_id, [LONG] * turns)
        with world.ports.database.reading() as unit:
            session = unit.agent_sessions.get(session_id)
            logs = unit.agent_sessions.entries([session_id], list(SessionLog))[session_id]
        assert session.dsl == blank_canvas(session.dsl)
        assert len(logs[SessionLog.HISTORY]) == len(logs[SessionLog.MESSAGES]) == 2 * turns
        assert len(logs[SessionLog.RETRIEVAL]) == len(logs[SessionLog.REFERENCES]) == turns
        sizes.append(len(json.dumps({**session.state, "path": []})))
    assert abs(sizes[0] - sizes[1]) < len(LONG) / 10  # times have more digits or fewer


def blank_canvas(dsl: Any) -> dict[str, Any]:
    return {**dsl, "history": [], "retrieval": [], "path": []}


@pytest.mark.parametrize("window", [0, 1, 13, 20])
def test_a_model_is_told_of_the_turns_of_its_window(
    world: Any, api: Any, actor: Actor, model: ScriptedChatModel, window: int
) -> None:
    agent_id = made(api, answering(window))
    questions = [f"q{number}" for number in range(25)]
    model.answers = [f"a{number}" for number in range(25)]
    converse(world, actor, agent_id, questions)
    told = [turn.content.strip() for turn in model.calls[-1] if turn.role != "system"]
    pairs = [(f"q{number}", f"a{number}") for number in range(24 - window, 24)]
    assert told == [*(content for pair in pairs for content in pair), "q24"]


class ListeningModel(GatedModel):
    """Keep all turns that it is told of, too."""

    def __init__(self, held: str) -> None:
        super().__init__(held)
        self.told: list[list[str]] = []

    def stream(self, turns: Any, *rest: Any, **options: Any) -> Any:
        """Yield the answer."""
        self.told.append([turn.content for turn in turns if turn.role != "system"])
        return super().stream(turns, *rest, **options)


def test_a_run_that_is_taken_up_again_knows_the_turns_before_its_question(
    world: Any, api: Any, actor: Actor
) -> None:
    world.ports.catalog.scripted = model = ListeningModel("held")
    agent_id = made(api, answering(window=1))
    session_id = converse(world, actor, agent_id, ["one", "two"])
    runs = world.services.agent_runs

    async def cut_off() -> None:
        prepared = runs.begin(actor, agent_id, AgentQuestion("held", session_id))
        hearing = asyncio.create_task(heard(world.services, prepared))
        await model.reached.wait()
        await runs.pause()
        with pytest.raises(AgentError):
            await hearing

    asyncio.run(cut_off())
    world.ports.catalog.scripted = after = ListeningModel("nothing")
    restarted = build_services(world.ports)
    prepared = restarted.agent_runs.begin(actor, agent_id, AgentQuestion("held", session_id))
    asyncio.run(heard(restarted, prepared))
    assert after.told == [model.told[-1]] == [["two", "I heard two", "held"]]
    contents = ["one", "I heard one", "two", "I heard two", "held", "I heard held"]
    assert messages(api, agent_id) == contents
    (session,) = api.data("GET", f"/agents/{agent_id}/sessions")
    assert [content for _, content in session["dsl"]["history"]] == contents
    assert session["dsl"]["path"] == ["begin", "LLM:A", "Message:B"] * 3
    outputs = session["dsl"]["components"]["LLM:A"]["obj"]["params"]["outputs"]
    assert outputs["content"]["value"] == "I heard held"
