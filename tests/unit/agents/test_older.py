"""Canvases of older versions, as they were exported, load and run."""

from __future__ import annotations

from typing import Any

import pytest

from ragflow.agents.check import problems_of
from ragflow.testing.agents import FakeCode, FakeOutside
from ragflow.testing.canvases import Conversation, canvas, node
from ragflow.testing.chat import ScriptedChatModel

pytestmark = pytest.mark.anyio

WHAT_WAS_ASKED = [{"type": "reference", "component_id": "Answer:A"}]


def drawn(**components: Any) -> dict[str, Any]:
    return canvas(begin=node("Begin", {"query": []}, "Answer:A"), **components)


async def told(dsl: dict[str, Any], *answers: str, question: str = "Will it rain?") -> str:
    """Return what a canvas says, by a model that says one thing after the other."""
    assert problems_of(dsl) == []
    outside = FakeOutside(ScriptedChatModel(list(answers)), code=FakeCode(lambda t: t.arguments))
    return await Conversation(dsl, outside).ask(question)


@pytest.mark.parametrize(("answer", "said"), [("weather", "Rain"), ("sport", "Goal")])
async def test_a_category_has_one_target_and_its_examples_are_a_text(
    answer: str, said: str
) -> None:
    categories = {
        "weather": {"description": "d", "examples": "Rain?\nSun?", "to": "Message:B"},
        "sport": {"description": "d", "to": "Message:C"},
    }
    dsl = drawn(
        Answer__A=node("Answer", {}, "Categorize:K"),
        Categorize__K=node(
            "Categorize",
            {"query": WHAT_WAS_ASKED, "category_description": categories},
            "Message:B",
            "Message:C",
        ),
        Message__B=node("Message", {"messages": ["Rain", "Rain"]}, "Answer:A"),
        Message__C=node("Message", {"messages": ["Goal"]}, "Answer:A"),
    )
    assert await told(dsl, answer) == said


@pytest.mark.parametrize(("value", "said"), [("rain", "Yes"), ("snow", "No")])
async def test_a_switch_names_components_and_one_target_each(value: str, said: str) -> None:
    item = {"cpn_id": "KeywordExtract:K", "operator": "contains", "value": value}
    dsl = drawn(
        Answer__A=node("Answer", {}, "KeywordExtract:K"),
        KeywordExtract__K=node("KeywordExtract", {"query": WHAT_WAS_ASKED}, "Switch:S"),
        Switch__S=node(
            "Switch",
            {
                "conditions": [{"logical_operator": "or", "items": [item], "to": "Message:B"}],
                "end_cpn_id": "Message:C",
            },
            "Message:B",
            "Message:C",
        ),
        Message__B=node("Message", {"messages": ["Yes"]}),
        Message__C=node("Message", {"messages": ["No"]}),
    )
    assert await told(dsl, "rain, weather") == said


async def test_a_prompt_and_a_text_have_parameters() -> None:
    parameters = [
        {"key": "found", "component_id": "RewriteQuestion:R"},
        {"key": "place", "component_id": "begin@where", "value": "Kyiv"},
    ]
    dsl = drawn(
        Answer__A=node("Answer", {}, "RewriteQuestion:R"),
        RewriteQuestion__R=node("RewriteQuestion", {"query": WHAT_WAS_ASKED}, "Template:T"),
        Template__T=node(
            "Template",
            {"content": "{found} in {place}, {else}", "parameters": parameters},
            "Answer:B",
        ),
        Answer__B=node("Answer"),
    )
    assert await told(dsl) == "Will it rain? in Kyiv, {else}"


async def test_code_lists_what_it_is_called_with() -> None:
    arguments = [{"name": "text", "component_id": "Template:T"}, {"name": "n", "value": 3}]
    dsl = drawn(
        Answer__A=node("Answer", {}, "Template:T"),
        Template__T=node("Template", {"content": "so: {input}"}, "Code:C"),
        Code__C=node("Code", {"script": "def main(): ...", "arguments": arguments}, "Message:M"),
        Message__M=node("Message", {"content": ["{Code:C@result}"]}),
    )
    assert await told(dsl) == '{"text": "so: Will it rain?", "n": 3}'


async def test_a_turn_ends_where_nothing_was_made() -> None:
    dsl = drawn(
        Answer__A=node("Answer", {}, "Template:T"),
        Template__T=node("Template", {"content": ""}, "Answer:A"),
    )
    assert await told(dsl) == ""
