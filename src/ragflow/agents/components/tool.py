"""A tool as a component: its options come from the canvas, and its outputs go there.

In: the tool's parameters with references in any of their texts. Out: `formalized_content`, `json`
and what else the tool names. What it found can be cited by the answers that follow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from ragflow.agents.components.base import Call, CommonOptions, Component, Outcome, option_problems
from ragflow.agents.components.upstream import asked_before, with_older_values
from ragflow.agents.dsl import Canvas, Node
from ragflow.agents.options import Options
from ragflow.agents.references import references_in
from ragflow.agents.sources import SourceBook
from ragflow.agents.tools.base import Tool, ToolResult
from ragflow.domain.errors import ToolFailed


class ToolComponent(Component[CommonOptions]):
    """Run a tool with the options of the canvas."""

    default_output = "formalized_content"

    def __init__(self, node: Node, tool: type[Tool[Any]]) -> None:
        super().__init__(node)
        self._tool = tool
        self._stated = stated_options(tool, node.params)

    @property
    def asides(self) -> tuple[str, ...]:  # type: ignore[override]
        """Return what the tool makes beside its result."""
        return self._tool.asides

    @property
    def lasting(self) -> bool:
        """Tell whether the tool changes things."""
        return self._tool.changes_things

    def makes(self) -> Collection[str]:
        """Return the text, the data, and what the tool makes beside them."""
        return (self.default_output, "json", *self._tool.makes(self.node.declared))

    def problems(self, canvas: Canvas) -> Iterator[tuple[str, str]]:
        """Yield what is wrong with the tool's parameters."""
        yield from super().problems(canvas)
        yield from tool_problems(self._tool, self._stated)

    def pointers(self) -> Iterator[tuple[str, str]]:
        """Yield what the tool takes references for."""
        for field, text in self._tool.pointers(self._stated):
            yield f"params.{field}", text

    async def run(self, call: Call) -> Outcome:
        """Run the tool."""
        params = {**_asking_defaults(self._tool), **self.node.params}
        resolved = await resolved_params(self._tool, params, call)
        query = params.get("query")
        if _is_older(query) or (not query and "query" in self._tool.options.model_fields):
            main = next(iter(self._tool.asked), "query")
            resolved.pop("query", None)
            resolved[main] = resolved.get(main) or await asked_before(call, query or ())
        result = await run_tool(self._tool, resolved, call)
        text = shown_text(result, call.sources)
        return Outcome({"formalized_content": text, "json": result.data, **(result.outputs or {})})


async def resolved_params(
    tool: type[Tool[Any]], params: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """Return parameters with their references resolved, but for what must stay as it stands."""
    stay = {"outputs", *tool.verbatim}
    resolved: dict[str, Any] = await call.resolved(
        {
            key: await with_older_values(call, value)
            for key, value in params.items()
            if key not in stay
        }
    )
    return resolved | {key: value for key, value in params.items() if key in stay}


async def run_tool(tool: type[Tool[Any]], params: Mapping[str, Any], call: Call) -> ToolResult:
    """Run a tool with plain values. Raises `ToolFailed`."""
    try:
        options: Options = tool.options.model_validate(dict(params))
    except ValidationError as error:
        reasons = "; ".join(f"{field}: {reason}" for field, reason in option_problems(error))
        raise ToolFailed(tool=tool.function, reason=reasons) from error
    return _cut(await tool().run(options, call.environment), call.environment.limits.text_chars)


def _cut(result: ToolResult, most: int) -> ToolResult:
    """Return a result whose texts are no longer than a model may be given."""
    sources = [replace(source, content=source.content[:most]) for source in result.sources]
    outputs = {
        name: value[:most] if isinstance(value, str) else value
        for name, value in (result.outputs or {}).items()
    }
    return replace(result, text=result.text[:most], sources=sources, outputs=outputs)


def shown_text(result: ToolResult, sources: SourceBook) -> str:
    """Return what a model is to read of a result; sources stand there under their numbers."""
    if not result.sources:
        return result.text
    return sources.text_of(sources.add(result.sources))


def stated_options(tool: type[Tool[Any]], params: Mapping[str, Any]) -> Any:
    """Return the options of a tool as far as values stand in a canvas already.

    Raises `ValidationError`.
    """
    return tool.options.model_validate(_without_references(params, tool))


def tool_problems(tool: type[Tool[Any]], options: Any) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with options that are values already."""
    yield from ((f"params.{field}", reason) for field, reason in tool.faults(options))


def _asking_defaults(tool: type[Tool[Any]]) -> dict[str, str]:
    """Return those defaults that are references, such as to the question."""
    fields = tool.options.model_fields
    return {
        name: field.default
        for name, field in fields.items()
        if isinstance(field.default, str) and references_in(field.default)
    }


def _without_references(params: Mapping[str, Any], tool: type[Tool[Any]]) -> dict[str, Any]:
    """Return those parameters whose values stand in the canvas already."""
    return {
        key: value
        for key, value in params.items()
        if key in tool.verbatim
        or not (
            (isinstance(value, str) and references_in(value))
            or (key == "query" and _is_older(value))
        )
    }


def _is_older(query: Any) -> bool:
    """Tell a query of an older canvas, which lists components, from one that is a text."""
    return isinstance(query, list)
