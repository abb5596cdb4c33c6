"""A server is killed in the midst of an agent's run: what had been done is not done again."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ragflow.testing.agent_canvases import chain, join, llm
from ragflow.testing.model_server import ModelServer, model_server
from ragflow.testing.server import running_server
from ragflow_sdk import Agent, Message, RAGFlow, RAGFlowError

LONGEST_WAIT = 60.0
PAUSE = 0.2
FIRST, SECOND = "echo@OpenAI-API-Compatible", "slow@OpenAI-API-Compatible"


@pytest.fixture
def models() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


def canvas() -> dict[str, Any]:
    """Ask one model, ask a slow one about its answer, and say what that says."""
    return chain(
        ("begin", "Begin", {}),
        ("LLM:First", "LLM", llm("first {sys.query}", FIRST)),
        ("StringTransform:Join", "StringTransform", join("{LLM:First@content}")),
        ("LLM:Second", "LLM", llm("second {StringTransform:Join@result}", SECOND)),
        ("Message:Say", "Message", {"content": ["{LLM:Second@content}"]}),
    )


def asked(models: ModelServer) -> list[str]:
    return [request["model"] for request in models.requests]


def wait_until(happened: Any) -> None:
    end = time.monotonic() + LONGEST_WAIT
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.05)


def ask(agent: Agent, question: str) -> Message:
    """Ask in the only session, as soon as the run before it is seen to be dead."""
    (session,) = agent.list_sessions()
    for _ in range(int(LONGEST_WAIT / PAUSE)):
        try:
            return session.ask(question)
        except RAGFlowError as error:
            if "Another run of the session" not in str(error):
                raise
            time.sleep(PAUSE)
    raise TimeoutError


@pytest.mark.parametrize("signal", ["kill", "terminate"])
def test_a_run_goes_on_in_the_next_server(tmp_path: Path, models: ModelServer, signal: str) -> None:
    settings = {
        "RAGFLOW_MODELS__BASE_URL": models.base_url,
        "RAGFLOW_MODELS__EMBEDDING": "hashing",
    }
    data = tmp_path / "data"
    with running_server(data, settings) as server, RAGFlow(server.api_key, server.url) as rag:
        rag.create_agent("guide", canvas())
        (agent,) = rag.list_agents()
        session = agent.create_session()
        left = threading.Thread(target=_ask_and_lose, args=(session,))
        left.start()
        wait_until(lambda: asked(models) == ["echo", "slow"])
        getattr(server.process, signal)()
        server.process.wait(timeout=30)
        left.join(timeout=30)
    models.slow_seconds = 0.0
    with running_server(data, settings) as server, RAGFlow(server.api_key, server.url) as rag:
        (agent,) = rag.list_agents()
        (run,) = agent.list_runs()
        assert run.state == "cut_off"
        answer = ask(agent, "ships?")
        assert answer.content == "You asked: second You asked: first ships?"
        assert asked(models) == ["echo", "slow", "slow"]
        (run,) = agent.list_runs()
        assert run.state == "done"
        traced = [trace["component_id"] for trace in agent.get_run(run.id)["traces"]]
        assert sorted(traced) == sorted(canvas()["components"])
        (session,) = agent.list_sessions()
        said = [message["content"] for message in session.messages]
        assert said[1:] == ["ships?", answer.content]


def _ask_and_lose(session: Any) -> None:
    """Ask, and lose the answer with the server."""
    try:
        session.ask("ships?")
    except RAGFlowError:
        return
