"""The rounds of loops: what is inside a loop runs once for each of its items.

In: loops that components have opened, in the state. Out: a frontier at the next round of each loop
whose round has ended, or behind the loop when it is done, with what its rounds made.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import Any

from ragflow.agents.attempt import Attempt
from ragflow.agents.components.base import Component, Outcome
from ragflow.agents.deadline import Deadline
from ragflow.agents.schedule import Schedule
from ragflow.agents.state import CanvasState, Loop
from ragflow.agents.text_stream import TextStream


class Rounds:
    """Take the loops of a run from round to round.

    `attempt_at` makes an attempt for a loop that was opened before the run was cut off.
    """

    def __init__(
        self,
        state: CanvasState,
        components: Mapping[str, Component[Any]],
        schedule: Schedule,
        attempt_at: Callable[[str], Attempt],
    ) -> None:
        self._state = state
        self._components = components
        self._schedule = schedule
        self._attempt_at = attempt_at
        self._open: dict[str, Attempt] = {}

    def open(self, attempt: Attempt, items: Sequence[Any]) -> None:
        """Open the loop that a component asks for, one round for each item."""
        self._open[attempt.id] = attempt
        self._state.loops[attempt.id] = Loop(list(items))

    async def close(self, deadline: Deadline) -> AsyncGenerator[Attempt, None]:
        """Begin the next round wherever one has ended, and yield the loops that are done.

        Raises `BudgetExceeded`.
        """
        loops, schedule = self._state.loops, self._schedule
        # From the inside out: a loop that ends may end the round that it is in.
        for loop_id in sorted(loops, key=lambda each: -len(schedule.loops_around(each))):
            if any(schedule.is_inside(node_id, loop_id) for node_id in self._state.frontier):
                continue
            loop = loops[loop_id]
            if loop.index >= 0:
                await self._collect(loop_id, loop, deadline)
            loop.index += 1
            entry = schedule.entry(loop_id)
            if entry is not None and loop.index < len(loop.items):
                self._state.frontier.append(entry)
            else:
                del loops[loop_id]
                yield self._done(loop_id, loop)

    async def _collect(self, loop_id: str, loop: Loop, deadline: Deadline) -> None:
        """Gather what a round made."""
        for name, reference in self._components[loop_id].collects().items():
            node_id, _, output = reference.partition("@")
            value = self._state.outputs.get(node_id, {}).get(output)
            if isinstance(value, TextStream):
                value = await deadline.wait(value.text())
            loop.collected.setdefault(name, []).append(value)

    def _done(self, loop_id: str, loop: Loop) -> Attempt:
        component = self._components[loop_id]
        gathered = {name: loop.collected.get(name, []) for name in component.collects()}
        attempt = self._open.pop(loop_id, None) or self._attempt_at(loop_id)
        attempt.outcome = Outcome(gathered)
        self._state.outputs[loop_id] = dict(gathered)
        attempt.end()
        self._schedule.lead_to(component.node.downstream, self._state.frontier)
        return attempt
