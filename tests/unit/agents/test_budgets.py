"""A run takes no more steps, seconds and tokens than it may."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from ragflow.agents.environment import AgentLimits
from ragflow.domain.answers import ModelDelta
from ragflow.domain.errors import BudgetExceeded
from ragflow.testing.agents import FakeOutside
from ragflow.testing.canvases import Conversation, canvas, merge, node
from ragflow.testing.chat import ScriptedChatModel

pytestmark = pytest.mark.anyio


async def test_a_circle_that_never_ends_uses_up_its_steps() -> None:
    talk = Conversation(
        canvas(
            begin=node("Begin", {}, "StringTransform:A"),
            StringTransform__A=merge("a", "StringTransform:B"),
            StringTransform__B=merge("b", "StringTransform:A"),
        ),
        FakeOutside(limits=AgentLimits(steps=50)),
    )
    with pytest.raises(BudgetExceeded, match=r"50 steps.*agents\.steps"):
        await talk.ask()


async def test_a_run_that_takes_too_long_is_ended() -> None:
    class Stuck(ScriptedChatModel):
        async def stream(self, *args: Any, **kwargs: Any) -> AsyncIterator[ModelDelta]:
            await asyncio.sleep(60)
            yield ModelDelta("never")

    talk = Conversation(
        canvas(begin=node("Begin", {}, "LLM:A"), LLM__A=node("LLM", {})),
        FakeOutside(model=Stuck([]), limits=AgentLimits(seconds=0.05)),
    )
    with pytest.raises(BudgetExceeded, match=r"agents\.seconds"):
        await talk.ask()


async def test_tokens_are_counted_against_the_budget() -> None:
    talk = Conversation(
        canvas(
            begin=node("Begin", {}, "LLM:A"),
            LLM__A=node("LLM", {"sys_prompt": "word " * 100}, "StringTransform:B"),
            StringTransform__B=merge("b"),
        ),
        FakeOutside(model=ScriptedChatModel(["fine"]), limits=AgentLimits(tokens=50)),
    )
    with pytest.raises(BudgetExceeded, match=r"tokens.*agents\.tokens"):
        await talk.ask("q")
    assert talk.finished("LLM:A")["error"] is None
    assert (
        next(e.trace for e in talk.events if e.trace and e.trace.component_id == "LLM:A").tokens
        > 100
    )
