"""Agent: a model answers with the help of tools, which it calls as often as it needs to.

In: what an LLM is told, and tools: those of this product, MCP servers, other agents. Out: the
growing answer, and what was called. A tool that fails tells the model so, and the run goes on. When
the rounds are used up, the model answers from what it has. A model that only quotes calls nothing:
it is given what searching for the question finds.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from typing import Any

from pydantic import Field, ValidationError

from ragflow.agents.components.base import Call, Outcome, components, option_problems
from ragflow.agents.components.citing import cited, passages_of, with_citation_rules
from ragflow.agents.components.llm import LLM, LLMOptions
from ragflow.agents.components.model_call import model_of, said_by
from ragflow.agents.components.structured import structured
from ragflow.agents.components.tool import stated_options, tool_problems
from ragflow.agents.components.toolbox import McpUse, Toolbox, ToolUse, toolbox_of
from ragflow.agents.dsl import Canvas
from ragflow.agents.prompts import prompt_text
from ragflow.agents.text_stream import TextStream
from ragflow.agents.tools.load import tools
from ragflow.domain.answers import ChatTurn, ModelDelta, ToolCall
from ragflow.domain.ports import ChatModel

_BLOCK = re.compile(
    r"<(?P<name>TASK_ANALYSIS|PLAN_GENERATION|REFLECTION|CONTEXT_SUMMARY|CONTEXT_RANKING"
    r"|CITATION_GUIDELINES)>(?P<text>.*?)</(?P=name)>",
    re.DOTALL,
)


class AgentOptions(LLMOptions):
    """Hold what an agent is told and the tools that it may call."""

    tools: tuple[ToolUse, ...] = ()
    mcp: tuple[McpUse, ...] = ()
    max_rounds: int = Field(5, ge=1)
    user_prompt: str = ""


@components.register("Agent")
class Agent(LLM):
    """Ask a model that may call tools."""

    options_type = AgentOptions
    options: AgentOptions
    further_outputs = (*LLM.further_outputs, "use_tools")
    asides = ("use_tools",)

    async def run(self, call: Call) -> Outcome:
        """Return the growing answer and the list of calls, which grows with it."""
        options = self.options
        model = await model_of(options, call)
        toolbox = await toolbox_of(options.tools, options.mcp, call)
        turns = self._instructed(await self._turns(call))
        use: list[dict[str, Any]] = []
        answer = self._answers(call, turns, model, toolbox, use)
        if not options.output_structure:
            return Outcome({"content": TextStream(answer), "use_tools": use})
        said = "".join([piece.content async for piece in answer])
        told = [*turns, ChatTurn("assistant", said)]
        data = await structured(model, options, told, call)
        made = {"content": said, "structured_content": data, "structured": data}
        return Outcome({**made, "use_tools": use})

    def problems(self, canvas: Canvas) -> Iterator[tuple[str, str]]:
        """Yield tools that there are not, and parameters of theirs that are wrong."""
        yield from super().problems(canvas)
        yield from _tool_problems(self.options.tools, "params.tools")

    async def answer_for(self, call: Call, request: str) -> str:
        """Return the answer to what another agent asks for."""
        options = self.options
        call.step()
        model = await model_of(options, call)
        toolbox = await toolbox_of(options.tools, options.mcp, call)
        system = await call.fill(options.sys_prompt)
        turns = self._instructed([ChatTurn("system", system), ChatTurn("user", request)])
        answer = self._answers(call, turns, model, toolbox, [])
        return "".join([piece.content async for piece in answer])

    async def _answers(
        self,
        call: Call,
        turns: list[ChatTurn],
        model: ChatModel,
        toolbox: Toolbox,
        use: list[dict[str, Any]],
    ) -> AsyncIterator[ModelDelta]:
        """Yield what the model says, calling tools in between."""
        if not model.generative:
            await toolbox.look_up(call.state.question)
            async for piece in self._said(call, turns, model):
                yield piece
            return
        rounds = min(self.options.max_rounds, call.environment.limits.rounds)
        for _ in range(rounds):
            calls: tuple[ToolCall, ...] = ()
            said: list[str] = []
            async for piece in self._said(call, turns, model, toolbox):
                calls += piece.tool_calls
                said.append(piece.content)
                yield replace(piece, tool_calls=())
            if not calls:
                return
            if "".join(said).strip():
                yield ModelDelta("\n\n")
            results = await toolbox.call_all(calls)
            use += [
                {"name": each.name, "arguments": _read(each.arguments), "results": result}
                for each, result in zip(calls, results, strict=True)
            ]
            turns = [*turns, ChatTurn("assistant", "".join(said), tool_calls=calls)]
            turns += [
                ChatTurn("tool", result, tool_call_id=each.id)
                for each, result in zip(calls, results, strict=True)
            ]
        turns = [*turns, ChatTurn("user", prompt_text("rounds_used_up"))]
        async for piece in self._said(call, turns, model):
            yield piece

    async def _said(
        self,
        call: Call,
        turns: Sequence[ChatTurn],
        model: ChatModel,
        toolbox: Toolbox | None = None,
    ) -> AsyncIterator[ModelDelta]:
        """Yield one answer of the model, its marks checked."""
        cites = self.options.cite and len(call.sources) > 0
        told = with_citation_rules(turns, self._blocks().get("CITATION_GUIDELINES", ""))
        said = said_by(
            model,
            self.options,
            told if cites else turns,
            call,
            tools=toolbox.specs if toolbox else (),
            passages=passages_of(call.sources),
        )
        async for piece in cited(said, call.sources, keep=self.options.cite):
            yield piece

    def _blocks(self) -> dict[str, str]:
        """Return the parts of the system prompt that stand in the place of our own prompts."""
        found = _BLOCK.finditer(self.options.sys_prompt)
        return {match["name"]: match["text"].strip() for match in found}

    def _instructed(self, turns: list[ChatTurn]) -> list[ChatTurn]:
        """Write the blocks of the system prompt as plain instructions; citing has its own place."""
        blocks = self._blocks()
        return [
            replace(
                turn,
                content="\n\n".join(
                    part
                    for part in (
                        _BLOCK.sub("", turn.content).strip(),
                        *(text for name, text in blocks.items() if name != "CITATION_GUIDELINES"),
                    )
                    if part
                ),
            )
            if turn.role == "system"
            else turn
            for turn in turns
        ]


def _tool_problems(uses: Sequence[ToolUse], place: str) -> Iterator[tuple[str, str]]:
    for number, use in enumerate(uses):
        here = f"{place}.{number}"
        try:
            if use.component_name == "Agent":
                options = AgentOptions.model_validate(dict(use.params))
                found = list(_tool_problems(options.tools, "params.tools"))
            elif use.component_name in tools:
                tool = tools[use.component_name]
                found = list(tool_problems(tool, stated_options(tool, use.params)))
            else:
                reason = f"there is no tool named {use.component_name!r}"
                found = [("component_name", reason)]
        except ValidationError as error:
            found = list(option_problems(error))
        yield from ((f"{here}.{field}", reason) for field, reason in found)


def _read(arguments: str) -> Any:
    try:
        return json.loads(arguments or "{}")
    except ValueError:
        return arguments
