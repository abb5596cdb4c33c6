"""Generate: the LLM of older canvases; its prompt names components, not their outputs."""

from __future__ import annotations

from typing import Any

from ragflow.agents.components.base import Call, components
from ragflow.agents.components.llm import LLM, LLMOptions
from ragflow.agents.components.upstream import fill_older
from ragflow.domain.answers import ChatTurn


class GenerateOptions(LLMOptions):
    """Hold the prompt, and what its names stand for."""

    prompt: str = ""
    parameters: tuple[Any, ...] = ()


@components.register("Generate")
class Generate(LLM):
    """Ask a model with one prompt."""

    options_type = GenerateOptions
    options: GenerateOptions

    async def _turns(self, call: Call) -> list[ChatTurn]:
        options = self.options
        system = await fill_older(call, options.prompt or options.sys_prompt, options.parameters)
        return [
            ChatTurn("system", system),
            *call.turns(options.message_history_window_size),
            ChatTurn("user", call.state.question),
        ]
