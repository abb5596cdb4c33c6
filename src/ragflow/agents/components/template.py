"""Template: the text maker of older canvases."""

from __future__ import annotations

from typing import Any

from ragflow.agents.components.base import Call, CommonOptions, Component, Outcome, components
from ragflow.agents.components.upstream import fill_older


class TemplateOptions(CommonOptions):
    """Hold the text, and what its names stand for."""

    content: str = ""
    parameters: tuple[Any, ...] = ()


@components.register("Template")
class Template(Component[TemplateOptions]):
    """Fill in a text."""

    options_type = TemplateOptions
    further_outputs = ("result",)

    async def run(self, call: Call) -> Outcome:
        """Return the text."""
        made = await fill_older(call, self.options.content, self.options.parameters)
        return Outcome({"content": made, "result": made})
