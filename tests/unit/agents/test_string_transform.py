"""StringTransform: what texts split into, and who goes through it."""

from __future__ import annotations

import json

import pytest

from ragflow.agents.components.string_transform import MOST_PARTS, split
from ragflow.domain.errors import InvalidInput
from ragflow.testing.canvases import Conversation, canvas, node

pytestmark = pytest.mark.anyio


def test_texts_are_split_at_any_delimiter() -> None:
    assert split("a, b;c", (", ", ";", ",")) == ["a", "b", "c"]
    assert split("a.b", (".",)) == ["a", "b"]
    assert split("abc", ()) == ["abc"]
    assert split("", (",",)) == split("", ()) == []


def test_a_text_splits_into_so_many_parts() -> None:
    assert split("," * (MOST_PARTS - 1), (",",)) == [""] * MOST_PARTS
    with pytest.raises(InvalidInput, match="more than 100,000 parts"):
        split("," * MOST_PARTS, (",",))


@pytest.mark.parametrize("parts", [[], ["a", "b"], ["a", "b" * 100_000]])
async def test_an_iteration_goes_round_once_for_each_part(parts: list[str]) -> None:
    talk = Conversation(
        canvas(
            begin=node("Begin", {}, "StringTransform:S"),
            StringTransform__S=node(
                "StringTransform", {"method": "split", "split_ref": "sys.query"}, "Iteration:I"
            ),
            Iteration__I=node(
                "Iteration",
                {
                    "items_ref": "StringTransform:S@result",
                    "outputs": {"all": {"ref": "IterationItem:E@item"}},
                },
                "Message:M",
            ),
            IterationItem__E=node("IterationItem", {}, parent="Iteration:I"),
            Message__M=node("Message", {"content": ["{Iteration:I@all}"]}),
        ),
    )
    assert json.loads(await talk.ask(",".join(parts))) == parts
    finished = [each.data["component_id"] for each in talk.events if each.kind == "node_finished"]
    assert finished.count("IterationItem:E") == len(parts)
