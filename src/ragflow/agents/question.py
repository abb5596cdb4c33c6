"""The question of a run: it sets out from the entry, or answers a form that is open.

In: what a user asks, fills in and attaches; the state of the conversation. Out: that state, with
the question in it and the components to run first. Refused: what does not answer the open form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ragflow.agents.components.base import Component
from ragflow.agents.dsl import BEGIN
from ragflow.agents.environment import Files
from ragflow.agents.state import CanvasState


@dataclass(frozen=True, slots=True)
class Question:
    """Ask an agent; `inputs` are the values of its form, `files` the records of uploaded files."""

    query: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[Mapping[str, Any], ...] = ()
    user_id: str = ""


def waiting(state: CanvasState, components: Mapping[str, Component[Any]]) -> list[str]:
    """Return what waits for a user; a canvas from elsewhere tells it by its path alone."""
    last = state.path[-1] if state.path else ""
    if not state.frontier and last in components and components[last].waits:
        state.path.pop()
        state.frontier = [last]
    return [node_id for node_id in state.frontier if components[node_id].waits]


def refuse(
    question: Question, state: CanvasState, components: Mapping[str, Component[Any]]
) -> None:
    """Raise `InvalidInput` where a question does not answer the form that is waited for."""
    for node_id in waiting(state, components):
        components[node_id].refuse(question.inputs, question.query)


async def ask(
    question: Question,
    state: CanvasState,
    components: Mapping[str, Component[Any]],
    files: Files,
) -> None:
    """Put a question into the state. Raises `InvalidInput`, and what reading a file raises."""
    refuse(question, state, components)
    attached = [await _read(file, files) for file in question.files]
    begins = not waiting(state, components)
    if begins:
        state.outputs.clear()
        state.sources.clear()
        state.loops.clear()
        state.frontier = [BEGIN]
        turns = state.globals.get("sys.conversation_turns")
        state.globals["sys.conversation_turns"] = (turns if isinstance(turns, int) else 0) + 1
        state.globals["sys.user_id"] = question.user_id
    if begins or question.query:
        state.globals["sys.query"] = question.query
        state.history.append(["user", question.query])
    state.globals["sys.files"] = attached
    state.question, state.given = question.query, dict(question.inputs)
    state.said, state.references, state.steps, state.tokens = [], [], 0, 0


async def _read(record: Mapping[str, Any], files: Files) -> str:
    read = await files(record)
    return read.picture or f"File: {read.name}\nContent:\n{read.text}"
