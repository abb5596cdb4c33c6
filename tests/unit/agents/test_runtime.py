"""The runtime goes through canvases as the contract says, and tells what happens on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from ragflow.agents.check import plan_of
from ragflow.agents.question import Question
from ragflow.agents.runtime import Runtime
from ragflow.agents.state import is_under_way, state_of
from ragflow.domain.answers import ModelDelta
from ragflow.domain.errors import CanvasInvalid
from ragflow.testing.agents import FakeOutside
from ragflow.testing.canvases import Conversation, canvas, merge, node, say
from ragflow.testing.chat import ScriptedChatModel

pytestmark = pytest.mark.anyio


async def test_a_question_goes_from_the_entry_to_the_answer() -> None:
    talk = Conversation(
        canvas(begin=node("Begin", {}, "Message:A"), Message__A=say("You asked {sys.query}."))
    )
    assert await talk.ask("why?") == "You asked why?."
    assert talk.kinds == [
        "workflow_started",
        *["node_started", "node_finished"],
        "node_started",
        *["message", "message", "message", "message_end"],
        "node_finished",
        "workflow_finished",
    ]
    assert talk.dsl["history"] == [["user", "why?"], ["assistant", "You asked why?."]]
    assert talk.dsl["path"] == ["begin", "Message:A"]
    assert not is_under_way(talk.kept)


async def test_what_joins_branches_of_different_lengths_runs_once() -> None:
    talk = Conversation(
        canvas(
            begin=node("Begin", {}, "StringTransform:A", "Message:J"),
            StringTransform__A=merge("a", "StringTransform:B"),
            StringTransform__B=merge("{StringTransform:A@result}b", "Message:J"),
            Message__J=say("<{StringTransform:B@result}>"),
        )
    )
    assert await talk.ask() == "<ab>"
    assert talk.order().count("Message:J") == 1


async def test_branches_run_at_once() -> None:
    meeting = asyncio.Event()

    class Waiting(ScriptedChatModel):
        async def stream(self, *args: Any, **kwargs: Any) -> AsyncIterator[ModelDelta]:
            meeting.set()
            yield ModelDelta("met")

    class First(ScriptedChatModel):
        async def stream(self, *args: Any, **kwargs: Any) -> AsyncIterator[ModelDelta]:
            await meeting.wait()
            yield ModelDelta("then")

    talk = Conversation(
        canvas(
            begin=node("Begin", {}, "LLM:A", "LLM:B"),
            LLM__A=node("LLM", {"llm_id": "first"}, "StringTransform:C"),
            LLM__B=node("LLM", {"llm_id": "second"}, "StringTransform:C"),
            StringTransform__C=merge("{LLM:A@content}{LLM:B@content}", "Message:D"),
            Message__D=say("{StringTransform:C@result}"),
        ),
        FakeOutside(models={"first": First([]), "second": Waiting([])}),
    )
    assert await asyncio.wait_for(talk.ask(), 10) == "thenmet"


async def test_a_text_is_passed_on_while_it_grows() -> None:
    more = asyncio.Event()

    class Slow(ScriptedChatModel):
        async def stream(self, *args: Any, **kwargs: Any) -> AsyncIterator[ModelDelta]:
            yield ModelDelta("first ")
            await more.wait()
            yield ModelDelta("last")

    talk = Conversation(
        canvas(
            begin=node("Begin", {}, "LLM:A"),
            LLM__A=node("LLM", {}, "Message:B"),
            Message__B=say("{LLM:A@content}"),
        ),
        FakeOutside(model=Slow([])),
    )
    seen: list[tuple[str, str]] = []
    async for event in talk.runtime().run(Question("q")):
        seen.append((event.kind, event.data.get("content") or event.data.get("component_id", "")))
        if seen[-1] == ("message", "first"):
            more.set()
    assert [each for each in seen if each[0] in ("message", "message_end", "node_finished")] == [
        ("node_finished", "begin"),
        ("message", "first"),
        ("message", " last"),
        ("message_end", ""),
        ("node_finished", "Message:B"),
        ("node_finished", "LLM:A"),
    ]


async def test_reasoning_stands_between_its_marks() -> None:
    model = ScriptedChatModel([[ModelDelta(reasoning="hm"), ModelDelta("yes")]])
    talk = Conversation(
        canvas(
            begin=node("Begin", {}, "LLM:A"),
            LLM__A=node("LLM", {}, "Message:B"),
            Message__B=say("{LLM:A@content}"),
        ),
        FakeOutside(model=model),
    )
    await talk.ask("q")
    assert [e.data for e in talk.events if e.kind == "message"] == [
        {"content": "", "start_to_think": True},
        {"content": "hm"},
        {"content": "", "end_to_think": True},
        {"content": "yes"},
    ]
    assert talk.dsl["history"][-1] == ["assistant", "yes"]


async def test_a_circle_goes_round_until_its_switch_leads_out() -> None:
    enough = {"cpn_id": "LLM:C@content", "operator": "contains", "value": "3"}
    talk = Conversation(
        canvas(
            begin=node("Begin", {}, "LLM:C"),
            LLM__C=node("LLM", {}, "Switch:S"),
            Switch__S=node(
                "Switch",
                {
                    "conditions": [{"items": [enough], "to": ["Message:M"]}],
                    "end_cpn_ids": ["LLM:C"],
                },
                "Message:M",
                "LLM:C",
            ),
            Message__M=say("done at {LLM:C@content}"),
        ),
        FakeOutside(model=ScriptedChatModel([f"n{number}" for number in range(1, 10)])),
    )
    assert await talk.ask() == "done at n3 "


async def test_a_canvas_without_an_entry_is_refused() -> None:
    with pytest.raises(CanvasInvalid, match="begin"):
        Conversation(canvas(Message__A=say("x"))).runtime()


class Endless(ScriptedChatModel):
    """Speaks until it is stopped, and keeps how often that was."""

    stopped = 0

    async def stream(self, *args: Any, **kwargs: Any) -> AsyncIterator[ModelDelta]:
        try:
            while True:
                yield ModelDelta("on and ")
                await asyncio.sleep(0)
        finally:
            self.stopped += 1


@pytest.mark.parametrize("after", ["Message:M", "StringTransform:S"])
async def test_models_stop_when_nobody_listens_any_more(after: str) -> None:
    model = Endless([])
    talk = Conversation(
        canvas(
            begin=node("Begin", {}, "LLM:A", "LLM:B"),
            LLM__A=node("LLM", {}, after),
            LLM__B=node("LLM", {}, after),
            Message__M=say("{LLM:A@content}{LLM:B@content}"),
            StringTransform__S=merge("{LLM:A@content}{LLM:B@content}"),
        ),
        FakeOutside(model=model),
    )

    async def listen() -> None:
        async for event in talk.runtime().run(Question("q")):
            assert event.kind != "workflow_finished"

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(listen(), 0.3)
    await asyncio.sleep(0)
    assert model.stopped == 2


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


async def test_a_component_takes_no_longer_because_another_is_told_of_before_it() -> None:
    now = 0.0

    class Slow(ScriptedChatModel):
        async def stream(self, *args: Any, **kwargs: Any) -> AsyncIterator[ModelDelta]:
            nonlocal now
            while "StringTransform:B" not in runtime.state.outputs:
                await asyncio.sleep(0)
            now = 60.0
            yield ModelDelta("late")

    dsl = canvas(
        begin=node("Begin", {}, "LLM:A", "StringTransform:B"),
        LLM__A=node("LLM", {}, "StringTransform:C"),
        StringTransform__B=merge("soon"),
        StringTransform__C=merge("{LLM:A@content}"),
    )
    environment = FakeOutside(model=Slow([])).environment()
    runtime = Runtime(plan_of(dsl), state_of(dsl, {}), environment, seconds=lambda: now)
    events = [event async for event in runtime.run(Question("q"))]
    took = {
        event.trace.component_id: event.trace.elapsed_seconds for event in events if event.trace
    }
    assert list(took) == ["begin", "LLM:A", "StringTransform:B", "StringTransform:C"]
    assert list(took.values()) == [0.0, 60.0, 0.0, 0.0]
