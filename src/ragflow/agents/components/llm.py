"""LLM: a model answers, from the texts that the canvas gives it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, ClassVar

from pydantic import field_validator

from ragflow.agents.components.base import Call, Component, Outcome, components
from ragflow.agents.components.citing import cited, passages_of, with_citation_rules
from ragflow.agents.components.model_call import ModelOptions, model_of, said_by
from ragflow.agents.components.structured import structured
from ragflow.agents.dsl import Canvas
from ragflow.agents.options import Options
from ragflow.agents.schemas import fault_of
from ragflow.agents.text_stream import TextStream
from ragflow.domain.answers import ChatTurn, ModelDelta
from ragflow.domain.ports import ChatModel


class Prompt(Options):
    """Hold one turn that the model is given."""

    role: str = "user"
    content: str = "{sys.query}"


class LLMOptions(ModelOptions):
    """Hold what the model is told.

    With `cite`, it is shown the sources found so far and must cite them. `output_structure` is a
    JSON Schema that the answer must fit. `visual_files_var` names pictures to show it.
    """

    sys_prompt: str = ""
    prompts: tuple[Prompt, ...] = (Prompt(),)
    cite: bool = True
    output_structure: Mapping[str, Any] | None = None
    visual_files_var: str = ""

    @field_validator("prompts", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        """Return a list of prompts; one of none asks what the user asks, as no list does."""
        if value == []:
            return [{}]
        return [{"role": "user", "content": value}] if isinstance(value, str) else value


@components.register("LLM")
class LLM(Component[LLMOptions]):
    """Ask a model."""

    options_type = LLMOptions
    asks_again = True
    further_outputs: ClassVar[tuple[str, ...]] = ("structured_content", "structured")

    def problems(self, canvas: Canvas) -> Iterator[tuple[str, str]]:
        """Yield what is wrong with the schema."""
        yield from super().problems(canvas)
        schema = self.options.output_structure
        fault = fault_of(schema) if schema else ""
        if fault:
            yield "params.output_structure", fault

    @property
    def thoughts(self) -> str:
        """Return what the model is told."""
        return self.options.sys_prompt

    async def run(self, call: Call) -> Outcome:
        """Return the growing answer, or the data that it holds."""
        options = self.options
        turns = await self._turns(call)
        model = await model_of(options, call)
        if options.output_structure:
            data = await structured(model, options, turns, call)
            return Outcome({"structured_content": data, "structured": data})
        if options.cite and len(call.sources):
            turns = with_citation_rules(turns)
        return Outcome({"content": TextStream(self._answer(call, turns, model))})

    async def _answer(
        self, call: Call, turns: list[ChatTurn], model: ChatModel
    ) -> AsyncIterator[ModelDelta]:
        passages = passages_of(call.sources)
        said = said_by(model, self.options, turns, call, passages=passages)
        async for piece in cited(said, call.sources, keep=self.options.cite):
            yield piece

    async def _turns(self, call: Call) -> list[ChatTurn]:
        options = self.options
        system = await call.fill(options.sys_prompt)
        turns = [ChatTurn("system", system)] if system.strip() else []
        turns += call.turns(options.message_history_window_size)
        for prompt in options.prompts:
            content = await call.fill(prompt.content)
            turns.append(ChatTurn("assistant" if prompt.role == "assistant" else "user", content))
        if options.visual_files_var:
            turns[-1] = ChatTurn(
                "user", turns[-1].content, pictures=await _pictures(options.visual_files_var, call)
            )
        return turns


async def _pictures(reference: str, call: Call) -> tuple[str, ...]:
    """Return the pictures that a reference names, as data URLs."""
    value = await call.resolved(reference)
    files = value if isinstance(value, list) else [value]
    return tuple(each for each in files if isinstance(each, str) and each.startswith("data:image/"))
