"""What fails is tried again, mended as its options say, or ends the run with its name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from ragflow.agents.events import Event
from ragflow.agents.question import Question
from ragflow.domain.answers import ChatTurn, ModelDelta, Passage, SamplingOptions, ToolSpec
from ragflow.domain.errors import ComponentFailed, ModelError
from ragflow.testing.agents import FakeOutside
from ragflow.testing.canvases import Conversation, canvas, merge, node, say
from ragflow.testing.chat import ScriptedChatModel

pytestmark = pytest.mark.anyio

DEFAULT = {"exception_method": "comment", "exception_default_value": "sorry"}


class LateModel:
    """Say a word, and fail when a test lets it."""

    name = "late"
    generative = True
    context_tokens = 4000

    def __init__(self) -> None:
        self.fails = asyncio.Event()

    async def stream(
        self,
        turns: Sequence[ChatTurn],
        options: SamplingOptions,
        passages: Sequence[Passage] = (),
        tools: Sequence[ToolSpec] = (),
    ) -> AsyncIterator[ModelDelta]:
        del turns, options, passages, tools
        yield ModelDelta("Well, ")
        await self.fails.wait()
        raise ModelError("out of memory")


def spoken(options: dict[str, object], said: str, *answers: str | None) -> Conversation:
    """Return a conversation with a model whose text a message says."""
    dsl = canvas(
        begin=node("Begin", {}, "LLM:A"),
        LLM__A=node("LLM", {"delay_after_error": 0, **options}, "Message:B"),
        Message__B=node("Message", {"content": [said]}),
    )
    return Conversation(dsl, FakeOutside(ScriptedChatModel(list(answers))))


async def test_a_text_that_fails_while_it_is_said_is_told_of_both() -> None:
    talk, model = spoken({}, "{LLM:A@content}"), LateModel()
    talk.outside.model = model
    events: list[Event] = []

    async def listen() -> None:
        async for event in talk.runtime().run(Question("q")):
            events.append(event)
            if event.kind == "message":
                model.fails.set()

    with pytest.raises(ComponentFailed, match="LLM:A"):
        await listen()
    ended = [event.data for event in events if event.kind == "node_finished"]
    assert [each["component_id"] for each in ended] == ["begin", "LLM:A", "Message:B"]
    assert ended[1]["error"] == ended[2]["error"] == ended[1]["outputs"]["_ERROR"]
    assert [event.trace.ordinal for event in events if event.trace] == [0, 1, 2]


async def test_why_a_text_failed_can_be_said_behind_its_default() -> None:
    talk = spoken(DEFAULT, "{LLM:A@content}: {LLM:A@_ERROR}", None)
    assert "sorry: " in await talk.ask("q")
    assert "the script says so" in talk.said


def failing(options: dict[str, Any], *after: str) -> dict[str, Any]:
    return node("LLM", {"llm_id": "broken", "delay_after_error": 0, **options}, *after)


def broken() -> FakeOutside:
    return FakeOutside(models={"broken": ScriptedChatModel([None] * 9)})


async def test_a_failure_that_nothing_handles_ends_the_run_with_its_name() -> None:
    talk = Conversation(
        canvas(
            begin=node("Begin", {}, "LLM:A"),
            LLM__A=failing({}, "StringTransform:B"),
            StringTransform__B=merge("never"),
        ),
        broken(),
    )
    with pytest.raises(ComponentFailed, match="LLM:A"):
        await talk.ask()
    assert talk.kinds[-1] == "node_finished"
    assert "the script says so" in talk.events[-1].data["error"]


async def test_a_failure_may_go_elsewhere() -> None:
    talk = Conversation(
        canvas(
            begin=node("Begin", {}, "LLM:A"),
            LLM__A=failing(
                {"exception_method": "goto", "exception_goto": ["Message:E"]}, "Message:B"
            ),
            Message__B=say("never"),
            Message__E=say("sorry: {LLM:A@_ERROR}"),
        ),
        broken(),
    )
    assert "sorry: " in await talk.ask()
    assert "Message:B" not in talk.order()


@pytest.mark.parametrize("after", [("Message:B",), ()])
async def test_a_failure_may_have_a_default(after: tuple[str, ...]) -> None:
    options = {"exception_method": "comment", "exception_default_value": "no answer"}
    talk = Conversation(
        canvas(
            begin=node("Begin", {}, "LLM:A"),
            LLM__A=failing(options, *after),
            Message__B=say("{LLM:A@content}!"),
        ),
        broken(),
    )
    assert await talk.ask() == ("no answer!" if after else "no answer")
    assert talk.kinds[-1] == "workflow_finished"
    assert talk.finished("LLM:A")["error"]


async def test_a_component_is_tried_again() -> None:
    model = ScriptedChatModel([None, None, "third time"])
    talk = Conversation(
        canvas(
            begin=node("Begin", {}, "LLM:A"),
            LLM__A=node("LLM", {"max_retries": 2, "delay_after_error": 0}, "Message:B"),
            Message__B=say("{LLM:A@content}"),
        ),
        FakeOutside(model=model),
    )
    assert await talk.ask("q") == "third time "


async def test_a_fault_of_our_own_is_told_by_its_name_too() -> None:
    model = ScriptedChatModel([])  # has no answer left: IndexError
    talk = Conversation(
        canvas(
            begin=node("Begin", {}, "LLM:A"),
            LLM__A=node("LLM", {}, "StringTransform:B"),
            StringTransform__B=merge("x"),
        ),
        FakeOutside(model=model),
    )
    with pytest.raises(ComponentFailed, match="IndexError"):
        await talk.ask("q")


async def test_a_model_is_asked_no_more_often_than_was_said() -> None:
    model = ScriptedChatModel([None] * 9)
    talk = Conversation(
        canvas(
            begin=node("Begin", {}, "LLM:A"),
            LLM__A=node("LLM", {"max_retries": 2, "delay_after_error": 0}, "StringTransform:B"),
            StringTransform__B=merge("x"),
        ),
        FakeOutside(model=model),
    )
    with pytest.raises(ComponentFailed):
        await talk.ask("q")
    assert len(model.calls) == 3


async def test_a_text_that_nobody_speaks_fails_with_its_name_too() -> None:
    talk = Conversation(
        canvas(
            begin=node("Begin", {}, "LLM:A"),
            LLM__A=node("LLM", {}, "Message:M"),
            Message__M=say("hello"),
        ),
        FakeOutside(model=ScriptedChatModel([None])),
    )
    with pytest.raises(ComponentFailed, match="LLM:A"):
        await talk.ask("q")
    assert "the script says so" in talk.finished("LLM:A")["error"]
