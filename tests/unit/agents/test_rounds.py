"""What is inside a loop runs once for each item, and what the rounds make is gathered."""

from __future__ import annotations

import pytest

from ragflow.testing.canvases import Conversation, canvas, merge, node, say

pytestmark = pytest.mark.anyio


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
    assert talk.order().count("StringTransform:S") == 3
    assert talk.order("node_finished")[-2:] == ["Iteration:I", "Message:M"]
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
