"""IterationItem: the entry of each round of an iteration."""

from __future__ import annotations

from collections.abc import Iterator

from ragflow.agents.components.base import Call, CommonOptions, Component, Outcome, components
from ragflow.agents.dsl import Canvas


@components.register("IterationItem")
class IterationItem(Component[CommonOptions]):
    """Hand on the item of the round."""

    enters_loop = True
    default_output = "item"
    further_outputs = ("index",)

    async def run(self, call: Call) -> Outcome:
        """Return the item and its number, from 0."""
        loop = call.state.loops[self.node.parent_id]
        return Outcome({"item": loop.items[loop.index], "index": loop.index})

    def problems(self, canvas: Canvas) -> Iterator[tuple[str, str]]:
        """Yield an item outside of a loop."""
        yield from super().problems(canvas)
        parent = canvas.nodes.get(self.node.parent_id)
        if parent is None or parent.kind != "Iteration":
            yield "parent_id", "it must be inside an Iteration"
