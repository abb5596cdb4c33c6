"""Agents behind the API: made, run and looked at in a few words; `api` calls with one key."""

from __future__ import annotations

from typing import Any

from ragflow.agents.events import Event
from ragflow.services.agent_work import PreparedRun
from ragflow.services.container import Services


def made(api: Any, dsl: dict[str, Any]) -> str:
    """Make an agent of a canvas, and return its id."""
    agent_id = str(api.agent())
    api.data("PUT", f"/agents/{agent_id}", json={"dsl": dsl})
    return agent_id


async def heard(services: Services, prepared: PreparedRun) -> list[Event]:
    """Return all events of a run."""
    return [event async for event in services.agent_runs.events(prepared)]


def said(events: list[Event]) -> str:
    """Return what was said to the user."""
    return "".join(str(each.data["content"]) for each in events if each.kind == "message")


def states(api: Any, agent_id: str) -> list[tuple[str, str, str | None]]:
    """Return the question, the state and the error of each run, the newest first."""
    runs = api.data("GET", f"/agents/{agent_id}/runs")["runs"]
    return [(run["question"], run["state"], run["error"]) for run in runs]


def messages(api: Any, agent_id: str) -> list[str]:
    """Return the messages of an agent's only session."""
    (session,) = api.data("GET", f"/agents/{agent_id}/sessions")
    return [message["content"] for message in session["messages"]]
