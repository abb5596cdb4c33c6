"""Iteration: runs what is inside it once for each item of a list."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic import Field

from ragflow.agents.components.base import Call, CommonOptions, Component, Outcome, components
from ragflow.agents.dsl import Canvas
from ragflow.agents.references import reference_in
from ragflow.domain.errors import InvalidInput


class IterationOptions(CommonOptions):
    """Hold where the list comes from, and what is gathered of each round."""

    items_ref: str = ""
    outputs: Mapping[str, Any] = Field(default_factory=dict)


@components.register("Iteration")
class Iteration(Component[IterationOptions]):
    """Open a loop."""

    options_type = IterationOptions

    async def run(self, call: Call) -> Outcome:
        """Return the items to go through. Raises `InvalidInput` where they are no list."""
        return Outcome(rounds=items_in(await call.resolved(self.options.items_ref)))

    def makes(self) -> Collection[str]:
        """Return the names under which rounds are gathered."""
        return self.collects().keys()

    def collects(self) -> Mapping[str, str]:
        """Return what is gathered, by name."""
        found = {name: reference_in(ref) for name, ref in self._refs()}
        return {name: reference for name, reference in found.items() if reference}

    def pointers(self) -> Iterator[tuple[str, str]]:
        """Yield the list, and what is gathered."""
        yield "params.items_ref", self.options.items_ref
        yield from ((f"params.outputs.{name}.ref", ref) for name, ref in self._refs())

    def _refs(self) -> Iterator[tuple[str, str]]:
        for name, declared in self.options.outputs.items():
            ref = declared.get("ref") if isinstance(declared, Mapping) else None
            if isinstance(ref, str) and ref.strip():
                yield name, ref

    def problems(self, canvas: Canvas) -> Iterator[tuple[str, str]]:
        """Yield what keeps the loop from going round."""
        yield from super().problems(canvas)
        if not self.options.items_ref:
            yield "params.items_ref", "nothing says which list to go through"
        for name, ref in self._refs():
            if not reference_in(ref):
                yield f"params.outputs.{name}.ref", f"{ref!r} is no reference"
        if not any(child.kind == "IterationItem" for child in canvas.children(self.node.id)):
            yield "", "there is no IterationItem inside to start each round from"


def items_in(value: Any) -> list[Any]:
    """Return a list from a value, which may be JSON in a text. Raises `InvalidInput`."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            value = [line for line in value.splitlines() if line.strip()]
    if value is None:
        return []
    if not isinstance(value, list | tuple):
        raise InvalidInput(f"An iteration needs a list to go through, not {type(value).__name__}.")
    return list(value)
