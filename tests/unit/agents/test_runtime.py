"""The runtime goes through canvases as the contract says, and tells what happens on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from ragflow.agents.environment import AgentLimits
from ragflow.agents.runtime import Question
from ragflow.agents.state import is_under_way
from ragflow.domain.answers import ModelDelta
from ragflow.domain.errors import BudgetExceeded, CanvasInvalid, ComponentFailed
from ragflow.testing.agents import FakeOutside
from ragflow.testing.canvases import Conversation, canvas, node
from ragflow.testing.chat import ScriptedChatModel

pytestmark = pytest.mark.anyio


def merge(script: str, *after: str, parent: str = "", **params: Any) -> dict[str, Any]:
    options = {"method": "merge", "script": script, **params}
    return node("StringTransform", options, *after, parent=parent)


def say(content: str, *after: str, parent: str = "") -> dict[str, Any]:
    return node("Message", {"content": [content]}, *after, parent=parent)


def order(talk: Conversation, kind: str = "node_started") -> Sequence[str]:
    return [e.data["component_id"] for e in talk.events if e.kind == kind]


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


async def test_the_turns_are_counted_and_remembered() -> None:
    model = ScriptedChatModel(["one", "two"])
    talk = Conversation(
        canvas(
            begin=node("Begin", {}, "LLM:A"),
            LLM__A=node("LLM", {"sys_prompt": "Turn {sys.conversation_turns}."}, "Message:B"),
            Message__B=say("{LLM:A@content}"),
        ),
        FakeOutside(model=model),
    )
    await talk.ask("first")
    await talk.ask("second")
    assert [turn.content for turn in model.calls[1]] == ["Turn 2.", "first", "one ", "second"]


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
    assert order(talk).count("Message:J") == 1


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


async def test_an_iteration_gathers_what_each_round_makes() -> None:
    loop = {
        "items_ref": "begin@words",
        "outputs": {"all": {"type": "Array<string>", "ref": "StringTransform:S@result"}},
    }
    talk = Conversation(
        canvas(
            begin=node("Begin", {}, "Iteration:I"),
            Iteration__I=node("Iteration", loop, "Message:M"),
            IterationItem__E=node("IterationItem", {}, "StringTransform:S", parent="Iteration:I"),
            StringTransform__S=merge(
                "{IterationItem:E@index}{IterationItem:E@item}", parent="Iteration:I"
            ),
            Message__M=say("{Iteration:I@all}"),
        )
    )
    assert await talk.ask(words=["a", "b", "c"]) == '["0a", "1b", "2c"]'
    assert order(talk).count("StringTransform:S") == 3
    assert order(talk, "node_finished")[-2:] == ["Iteration:I", "Message:M"]
    assert await talk.ask(words=[]) == "[]"


async def test_an_iteration_may_stand_in_another() -> None:
    inner = {
        "items_ref": "IterationItem:E@item",
        "outputs": {"x": {"ref": "StringTransform:S@result"}},
    }
    outer = {"items_ref": "begin@rows", "outputs": {"y": {"ref": "Iteration:J@x"}}}
    talk = Conversation(
        canvas(
            begin=node("Begin", {}, "Iteration:I"),
            Iteration__I=node("Iteration", outer, "Message:M"),
            IterationItem__E=node("IterationItem", {}, "Iteration:J", parent="Iteration:I"),
            Iteration__J=node("Iteration", inner, parent="Iteration:I"),
            IterationItem__F=node("IterationItem", {}, "StringTransform:S", parent="Iteration:J"),
            StringTransform__S=merge("<{IterationItem:F@item}>", parent="Iteration:J"),
            Message__M=say("{Iteration:I@y}"),
        )
    )
    assert await talk.ask(rows=[["a", "b"], [], ["c"]]) == '[["<a>", "<b>"], [], ["<c>"]]'


async def test_a_run_waits_for_a_form_and_goes_on_with_it() -> None:
    form = {"tips": "About {sys.query}?", "inputs": {"name": {"name": "Name", "type": "line"}}}
    talk = Conversation(
        canvas(
            begin=node("Begin", {}, "Message:A"),
            Message__A=say("One moment.", "UserFillUp:F"),
            UserFillUp__F=node("UserFillUp", form, "Message:B"),
            Message__B=say("Hello {UserFillUp:F@name}, {sys.query}"),
        )
    )
    assert await talk.ask("bees") == "One moment."
    assert talk.events[-1].kind == "user_inputs"
    assert talk.events[-1].data == {"inputs": form["inputs"], "tips": "About bees?"}
    assert talk.kept["frontier"] == ["UserFillUp:F"]
    assert await talk.ask(name={"type": "line", "value": "Ann"}) == "Hello Ann, bees"
    assert talk.kinds[-1] == "workflow_finished"
    assert not is_under_way(talk.kept)


async def test_a_run_that_stopped_elsewhere_is_known_by_its_path() -> None:
    form = {"inputs": {"name": {"name": "Name", "type": "line"}}}
    talk = Conversation(
        canvas(
            begin=node("Begin", {}, "UserFillUp:F"),
            UserFillUp__F=node("UserFillUp", form, "Message:B"),
            Message__B=say("Hello {UserFillUp:F@name}"),
        )
    )
    talk.canvas["path"] = ["begin", "UserFillUp:F"]
    assert await talk.ask("Ann") == "Hello Ann"


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
    assert "Message:B" not in order(talk)


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


async def test_a_canvas_without_an_entry_is_refused() -> None:
    with pytest.raises(CanvasInvalid, match="begin"):
        Conversation(canvas(Message__A=say("x"))).runtime()


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
