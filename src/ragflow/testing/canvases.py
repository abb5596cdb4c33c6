"""Canvases to test with: written in a few lines, run against fakes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from ragflow.agents.check import outputs_of, plan_of
from ragflow.agents.dsl import blank
from ragflow.agents.events import Event
from ragflow.agents.question import Question
from ragflow.agents.runtime import Keep, Runtime, keep_nothing
from ragflow.agents.state import CanvasState, dsl_with, kept_of, state_of
from ragflow.testing.agents import FakeOutside


def node(
    kind: str, params: Mapping[str, Any] | None = None, *after: str, parent: str = ""
) -> dict[str, Any]:
    """Return a component of a canvas; `after` are those that it leads to."""
    component = {
        "obj": {"component_name": kind, "params": dict(params or {})},
        "downstream": list(after),
        "upstream": [],
    }
    return {**component, "parent_id": parent} if parent else component


def merge(script: str, *after: str, parent: str = "", **params: Any) -> dict[str, Any]:
    """Return a component that fills in a text."""
    options = {"method": "merge", "script": script, **params}
    return node("StringTransform", options, *after, parent=parent)


def say(content: str, *after: str, parent: str = "") -> dict[str, Any]:
    """Return a component that says a text."""
    return node("Message", {"content": [content]}, *after, parent=parent)


def canvas(**components: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON of a canvas; `Type__Name` stands for the id `Type:Name`."""
    named = {name.replace("__", ":"): each for name, each in components.items()}
    for name, each in named.items():
        for after in each["downstream"]:
            if after in named:
                named[after]["upstream"].append(name)
    return {
        "components": named,
        "graph": {"nodes": [], "edges": []},
        "history": [],
        "messages": [],
        "path": [],
        "retrieval": [],
        "globals": {"sys.query": "", "sys.user_id": "", "sys.conversation_turns": 0},
    }


@dataclass
class Conversation:
    """Hold a conversation with a canvas, kept between questions as a session keeps it.

    `canvas` never changes, `kept` is what was kept of the last state; `history` and `retrieval`
    grow with each question.
    """

    canvas: dict[str, Any]
    outside: FakeOutside = field(default_factory=FakeOutside)
    kept: dict[str, Any] = field(default_factory=dict)
    history: list[list[Any]] = field(default_factory=list)
    retrieval: list[dict[str, Any]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.canvas = blank(self.canvas)

    @property
    def dsl(self) -> dict[str, Any]:
        """Return the canvas as clients see it."""
        grown = {"history": self.history, "retrieval": self.retrieval}
        return dsl_with(state_of(self.canvas | grown, self.kept), self.canvas)

    def runtime(self, keep: Keep = keep_nothing) -> Runtime:
        """Return a runtime that goes on from what was kept."""
        state = state_of(self.canvas, self.kept, self.history)
        return Runtime(plan_of(self.canvas), state, self.outside.environment(), keep=keep)

    def hold(self, state: CanvasState) -> None:
        """Keep the last state of a run, and what the run adds to the conversation.

        Raises `AssertionError` where a component made what no reference may name.
        """
        self.kept = kept_of(state)
        self.history += state.history
        self.retrieval += state.retrieval
        for node_id, component in plan_of(self.canvas).components.items():
            known = outputs_of(component)
            made = {name for name in state.outputs.get(node_id, ()) if not name.startswith("_")}
            assert known is None or made <= set(known), f"{node_id} made {made}, known: {known}"

    async def ask(self, query: str = "", **inputs: Any) -> str:
        """Ask a question, and return what was said; the events are kept."""
        return await self.run(Question(query, inputs))

    async def run(self, question: Question) -> str:
        """Run a question, and return what was said."""
        runtime = self.runtime()
        self.events = []
        try:
            async with aclosing(runtime.run(question)) as events:
                async for event in events:
                    self.events.append(event)
        finally:
            self.hold(runtime.state)
        return self.said

    @property
    def said(self) -> str:
        """Return what the last run said."""
        return "".join(e.data["content"] for e in self.events if e.kind == "message")

    @property
    def kinds(self) -> Sequence[str]:
        """Return the kinds of the last run's events."""
        return [event.kind for event in self.events]

    def order(self, kind: str = "node_started") -> Sequence[str]:
        """Return the components that the last run told of by a kind of event, in order."""
        return [event.data["component_id"] for event in self.events if event.kind == kind]

    def finished(self, component_id: str) -> dict[str, Any]:
        """Return the data of the event by which a component ended."""
        ended = [
            event.data
            for event in self.events
            if event.kind == "node_finished" and event.data["component_id"] == component_id
        ]
        return ended[-1]
