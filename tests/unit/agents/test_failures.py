"""What fails is told of the component that failed, also where another was to say its text."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from ragflow.agents.events import Event
from ragflow.agents.runtime import Question
from ragflow.domain.answers import ChatTurn, ModelDelta, Passage, SamplingOptions, ToolSpec
from ragflow.domain.errors import ComponentFailed, ModelError
from ragflow.testing.agents import FakeOutside
from ragflow.testing.canvases import Conversation, canvas, node
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


@pytest.mark.parametrize(
    ("kind", "params", "output"),
    [
        ("Invoke", {"url": "http://down.test"}, "result"),
        ("YahooFinance", {"stock_code": "A"}, "report"),
        ("WenCai", {"query": "a"}, "report"),
        ("TavilyExtract", {"urls": "http://a.test"}, "json"),
        ("ExeSQL", {"sql": ";"}, "json"),
        ("Email", {"to_email": "a@b.test"}, "success"),
        ("CodeExec", {"outputs": {"a": {"type": "string"}, "b": {"type": "string"}}}, "b"),
    ],
)
async def test_a_default_stands_in_each_output_that_a_component_has(
    kind: str, params: dict[str, object], output: str
) -> None:
    dsl = canvas(
        begin=node("Begin", {}, f"{kind}:A"),
        **{f"{kind}:A": node(kind, {**params, **DEFAULT}, "Message:B")},
        Message__B=node("Message", {"content": [f"I am {{{kind}:A@{output}}}."]}),
    )
    talk = Conversation(dsl)
    assert await talk.ask("q") == "I am sorry."
    assert talk.finished(f"{kind}:A")["error"]


async def test_a_default_does_not_stand_for_what_was_called() -> None:
    agent = {"mcp": [{"mcp_id": "x"}], **DEFAULT, "outputs": {"use_tools": {}, "content": {}}}
    dsl = canvas(begin=node("Begin", {}, "Agent:A"), Agent__A=node("Agent", agent))
    talk = Conversation(dsl)
    assert await talk.ask("q") == "sorry"
    assert "use_tools" not in talk.finished("Agent:A")["outputs"]


async def test_when_a_component_began_and_how_long_it_took_are_outputs() -> None:
    dsl = canvas(
        begin=node("Begin", {}, "StringTransform:A"),
        StringTransform__A=node("StringTransform", {"split_ref": "sys.query"}, "Message:B"),
        Message__B=node(
            "Message",
            {"content": ["{StringTransform:A@_created_time} {StringTransform:A@_elapsed_time}"]},
        ),
    )
    talk = Conversation(dsl)
    said = await talk.ask("q")
    ended, (started, *_) = talk.finished("StringTransform:A"), said.split(" ")
    assert said == f"{float(started)} {ended['elapsed_time']}"
    begun = [event.data for event in talk.events if event.kind == "node_started"]
    assert float(started) == begun[1]["created_at"]
    assert set(ended["outputs"]) == {"result"}
