"""Model calls: how components ask a chat model, whole or piece by piece.

In: the options of a component, turns, tools. Out: what the model says. The turns are cut to the
model's window, and what is said is counted against the run's budget.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from pydantic import Field

from ragflow.agents.components.base import Call, CommonOptions
from ragflow.domain.answers import ChatTurn, ModelDelta, Passage, SamplingOptions, ToolSpec
from ragflow.domain.errors import ModelError
from ragflow.domain.ports import ChatModel
from ragflow.generate.context import count_turn_tokens, fitting_turns, share_window
from ragflow.generate.marks import spoken_text
from ragflow.text.tokens import count_tokens


class ModelOptions(CommonOptions):
    """Choose a chat model, the caller's default where none is named, and steer it.

    A value counts only where its switch is on and it is above zero.
    """

    llm_id: str = ""
    temperature: float = 0.0
    top_p: float = 0.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    max_tokens: int = 0
    temperature_enabled: bool = Field(False, alias="temperatureEnabled")
    top_p_enabled: bool = Field(False, alias="topPEnabled")
    presence_penalty_enabled: bool = Field(False, alias="presencePenaltyEnabled")
    frequency_penalty_enabled: bool = Field(False, alias="frequencyPenaltyEnabled")
    max_tokens_enabled: bool = Field(False, alias="maxTokensEnabled")

    def sampling(self) -> SamplingOptions:
        """Return what steers the model."""
        return SamplingOptions(
            temperature=_effective(self.temperature, self.temperature_enabled),
            top_p=_effective(self.top_p, self.top_p_enabled),
            presence_penalty=_effective(self.presence_penalty, self.presence_penalty_enabled),
            frequency_penalty=_effective(self.frequency_penalty, self.frequency_penalty_enabled),
            max_tokens=self.max_tokens if self.max_tokens_enabled and self.max_tokens > 0 else None,
        )


async def model_of(options: ModelOptions, call: Call) -> ChatModel:
    """Return the model. Raises `ModelError`."""
    return await asyncio.to_thread(call.environment.chat, options.llm_id)


async def said_by(
    model: ChatModel,
    options: ModelOptions,
    turns: Sequence[ChatTurn],
    call: Call,
    *,
    tools: Sequence[ToolSpec] = (),
    passages: Sequence[Passage] = (),
) -> AsyncIterator[ModelDelta]:
    """Yield what a model says, piece by piece, tried again as long as it has said nothing.

    Raises `ModelError`.
    """
    sampling = options.sampling()
    sent = fitted(model, turns, tools, sampling.max_tokens)
    call.within_budget()
    call.spend(count_turn_tokens(sent, tools))
    for left in range(options.max_retries, -1, -1):
        begun = False
        said: list[str] = []
        try:
            async for piece in model.stream(sent, sampling, passages, tools):
                begun = True
                said.append(piece.content + piece.reasoning)
                yield piece
            return
        except ModelError:
            if begun or not left:
                raise
        finally:
            call.spend(count_tokens("".join(said)))
        await asyncio.sleep(options.delay_after_error)


async def ask(options: ModelOptions, turns: Sequence[ChatTurn], call: Call) -> str:
    """Return the whole of what a model says, without its reasoning. Raises `ModelError`."""
    model = await model_of(options, call)
    pieces = [piece.content async for piece in said_by(model, options, turns, call)]
    return spoken_text("".join(pieces)).strip()


def fitted(
    model: ChatModel,
    turns: Sequence[ChatTurn],
    tools: Sequence[ToolSpec],
    max_tokens: int | None,
) -> list[ChatTurn]:
    """Return the turns that fit the model's window: its instructions, and the last of the rest."""
    system = [turn for turn in turns if turn.role == "system"]
    spoken = [turn for turn in turns if turn.role != "system"]
    instructions = "\n\n".join(turn.content for turn in system)
    budget = share_window(model.context_tokens, instructions, spoken, max_tokens)
    # Nothing is retrieved into the instructions later on, so the turns may have that share too.
    room = budget.history + budget.knowledge - count_turn_tokens((), tools)
    return [*system, *fitting_turns(spoken, max(room, 1))]


def _effective(value: float, enabled: bool) -> float | None:
    return value if enabled and value > 0 else None
