"""A question sets out from the entry, or answers the form that a run waits for."""

from __future__ import annotations

import pytest

from ragflow.agents.state import is_under_way
from ragflow.testing.agents import FakeOutside
from ragflow.testing.canvases import Conversation, canvas, node, say
from ragflow.testing.chat import ScriptedChatModel

pytestmark = pytest.mark.anyio


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
