"""Concentrator: gathers what several components of an older canvas made."""

from __future__ import annotations

from ragflow.agents.components.base import Call, CommonOptions, Component, Outcome, components
from ragflow.agents.components.upstream import made_before


@components.register("Concentrator")
class Concentrator(Component[CommonOptions]):
    """Hand on what came before, as one text."""

    async def run(self, call: Call) -> Outcome:
        """Return the text."""
        return Outcome({"content": await made_before(call)})
