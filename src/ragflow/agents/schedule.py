"""The schedule: which components run next.

In: the components of a canvas and the frontier, that is, those that something led to. Out: the next
batch. A component waits as long as another on the frontier can still lead to it, unless each leads
to the other: so what joins two branches runs once, and circles go round.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ragflow.agents.components.base import Component
from ragflow.agents.dsl import Canvas


class Schedule:
    """Know the ways through a canvas."""

    def __init__(self, canvas: Canvas, components: Mapping[str, Component[Any]]) -> None:
        self._canvas = canvas
        self._components = components
        self._ways = {node_id: self._ways_from(node_id) for node_id in canvas.nodes}
        self._reached: dict[str, set[str]] = {}

    def batch(self, frontier: Sequence[str], answered: Iterable[str]) -> list[str]:
        """Return what can run now; of those that wait for a user only the answered ones."""
        filled = set(answered)
        return [
            node_id
            for node_id in frontier
            if (not self._components[node_id].waits or node_id in filled)
            and not any(self._comes_before(other, node_id) for other in frontier)
        ]

    def lead_to(self, node_ids: Iterable[str], frontier: list[str]) -> None:
        """Put components on the frontier, each once."""
        for node_id in node_ids:
            if node_id in self._components and node_id not in frontier:
                frontier.append(node_id)

    def is_inside(self, node_id: str, loop_id: str) -> bool:
        """Tell whether a component belongs to a loop, to any depth."""
        return loop_id in self.loops_around(node_id)

    def loops_around(self, node_id: str) -> list[str]:
        """Return the loops that a component is in, innermost first."""
        loops: list[str] = []
        parent = self._canvas.nodes[node_id].parent_id
        while parent in self._canvas.nodes and parent not in loops:
            loops.append(parent)
            parent = self._canvas.nodes[parent].parent_id
        return loops

    def entry(self, loop_id: str) -> str | None:
        """Return the component that begins each round of a loop."""
        for node in self._canvas.children(loop_id):
            if self._components[node.id].enters_loop:
                return node.id
        return None

    def only_spoken(self, node_id: str) -> bool:
        """Tell whether all that follows a component speaks, so that its text may grow meanwhile."""
        node = self._canvas.nodes[node_id]
        following = [each for each in node.downstream if each in self._components]
        gathered = {
            reference.partition("@")[0]
            for loop_id in self.loops_around(node_id)
            for reference in self._components[loop_id].collects().values()
        }
        return (
            bool(following)
            and all(self._components[each].speaks for each in following)
            and node_id not in gathered
        )

    def speaks_later(self, node_id: str) -> bool:
        """Tell whether something that speaks follows a component, near or far."""
        return any(
            component.speaks and self._reaches(node_id, other)
            for other, component in self._components.items()
        )

    def _comes_before(self, other: str, node_id: str) -> bool:
        return (
            other != node_id and self._reaches(other, node_id) and not self._reaches(node_id, other)
        )

    def _reaches(self, start: str, goal: str) -> bool:
        """Tell whether a way leads from one component to another."""
        if start not in self._reached:
            seen = self._reached[start] = set()
            waiting = list(self._ways[start])
            while waiting:
                node_id = waiting.pop()
                if node_id not in seen:
                    seen.add(node_id)
                    waiting += self._ways[node_id]
        return goal in self._reached[start]

    def _ways_from(self, node_id: str) -> list[str]:
        node, component = self._canvas.nodes[node_id], self._components[node_id]
        ways = [*node.downstream, *component.targets(), *component.options.exception_goto]
        ways += [child.id for child in self._canvas.children(node_id)]
        for loop_id in self.loops_around(node_id):
            ways += self._canvas.nodes[loop_id].downstream
        return [way for way in ways if way in self._canvas.nodes]
