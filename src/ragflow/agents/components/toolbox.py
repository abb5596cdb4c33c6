"""The toolbox of one agent: what its model may call, and how a call is done.

In: the tools that a canvas gives an agent. Out: their descriptions for the model, and a text for
each call. A model fills only the options that a tool asks it for: keys and addresses stand in the
canvas and are never the model's to choose. A call that cannot be done is answered with the reason.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from pydantic import Field

from ragflow.agents.components.base import Call
from ragflow.agents.components.tool import resolved_params, run_tool, shown_text
from ragflow.agents.dsl import Node
from ragflow.agents.options import Options
from ragflow.agents.tools.base import Tool, spec_of
from ragflow.agents.tools.load import tools
from ragflow.domain.agent_ports import ToolServer
from ragflow.domain.answers import ToolCall, ToolSpec
from ragflow.domain.errors import BudgetExceeded, RagflowError
from ragflow.text.tokens import truncate_tokens

RETRIEVAL = "Retrieval"
_RESULT_TOKENS = 8000
_NAME = re.compile(r"[^A-Za-z0-9_-]+")
_SUB_AGENT: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "user_prompt": {"type": "string", "description": "What the agent is to do, in full."},
        "reasoning": {"type": "string", "description": "Why it is asked, and what is known."},
        "context": {"type": "string", "description": "All that the agent needs to know for it."},
    },
    "required": ["user_prompt"],
}

Function = Callable[[Mapping[str, Any]], Awaitable[str]]


class ToolUse(Options):
    """Give an agent a tool, or another agent as one, with options that are not the model's."""

    component_name: str
    name: str = ""
    id: str = ""
    params: Mapping[str, Any] = Field(default_factory=dict)


class McpUse(Options):
    """Name an MCP server, and those of its tools that may be called; none named means all."""

    mcp_id: str
    tools: Mapping[str, Any] = Field(default_factory=dict)


class Toolbox:
    """Hold the functions that a model may call."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._functions: dict[str, Function] = {}
        self._lookups: list[Function] = []
        self.specs: list[ToolSpec] = []

    def add(self, spec: ToolSpec, function: Function, *, looks_up: bool = False) -> None:
        """Add a function, under a name that no other has."""
        name = _NAME.sub("_", spec.name)[:60] or "tool"
        taken = sum(
            1 for each in self._functions if re.fullmatch(rf"{re.escape(name)}(_\d+)?", each)
        )
        name = f"{name}_{taken}" if taken else name
        self._functions[name] = function
        self.specs.append(ToolSpec(name, spec.description, spec.parameters))
        if looks_up:
            self._lookups.append(function)

    async def call_all(self, calls: Sequence[ToolCall]) -> list[str]:
        """Return the answer to each call, in order."""
        slots = asyncio.Semaphore(self._call.environment.limits.parallel)

        async def one(call: ToolCall) -> str:
            async with slots:
                return truncate_tokens(await self._answer(call), _RESULT_TOKENS)

        return list(await asyncio.gather(*(one(call) for call in calls)))

    async def look_up(self, question: str) -> None:
        """Search with every tool that finds sources, for a model that cannot ask by itself."""
        for function in self._lookups:
            await function({"query": question})

    async def _answer(self, call: ToolCall) -> str:
        function = self._functions.get(call.name)
        if function is None:
            return f"ERROR: there is no tool {call.name}. Known: {', '.join(self._functions)}."
        try:
            arguments = json.loads(call.arguments or "{}")
        except ValueError as error:
            return f"ERROR: the arguments are no JSON: {error}"
        if not isinstance(arguments, Mapping):
            return "ERROR: the arguments must be a JSON object."
        try:
            return await function(arguments)
        except BudgetExceeded:
            raise
        except RagflowError as error:
            return f"ERROR: {error}"


async def toolbox_of(uses: Sequence[ToolUse], servers: Sequence[McpUse], call: Call) -> Toolbox:
    """Return the toolbox of an agent. Raises `UnknownName`, `NotFound` or `ToolFailed`."""
    toolbox = Toolbox(call)
    for use in uses:
        if use.component_name == "Agent":
            name = (use.id or use.name).rpartition(":")[2] or "agent"
            description = str(use.params.get("description") or use.name or "Another agent.")
            toolbox.add(ToolSpec(name, description, _SUB_AGENT), _sub_agent(use, call))
            continue
        tool = tools[use.component_name]
        description = str(use.params.get("description") or "")
        spec = spec_of(tool, description=description)
        looks_up = use.component_name == RETRIEVAL
        toolbox.add(spec, _tool(tool, use, call), looks_up=looks_up)
    for used in servers:
        server = await asyncio.to_thread(call.environment.tool_server, used.mcp_id)
        for spec in await call.environment.tool_servers.tools(server):
            if not used.tools or spec.name in used.tools:
                toolbox.add(spec, _remote(server, spec.name, call))
    return toolbox


def _tool(tool: type[Tool[Any]], use: ToolUse, call: Call) -> Function:
    async def function(arguments: Mapping[str, Any]) -> str:
        asked = {name: arguments[name] for name in tool.asked if name in arguments}
        fixed = {name: value for name, value in use.params.items() if name not in asked}
        params = {**await resolved_params(tool, fixed, call), **asked}
        text = shown_text(await run_tool(tool, params, call), call.sources)
        return text or "Nothing was found."

    return function


def _sub_agent(use: ToolUse, call: Call) -> Function:
    async def function(arguments: Mapping[str, Any]) -> str:
        from ragflow.agents.components.agent import Agent

        agent = Agent(Node(use.id or use.name, "Agent", use.params, title=use.name))
        parts = [str(arguments.get(name) or "") for name in ("user_prompt", "reasoning", "context")]
        return await agent.answer_for(call, "\n\n".join(part for part in parts if part))

    return function


def _remote(server: ToolServer, name: str, call: Call) -> Function:
    async def function(arguments: Mapping[str, Any]) -> str:
        return await call.environment.tool_servers.call(server, name, arguments)

    return function
