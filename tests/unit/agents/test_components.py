"""Components do what the contract says of them."""

from __future__ import annotations

from typing import Any

import pytest

from ragflow.agents.components.categorize import chosen
from ragflow.agents.components.iteration import items_in
from ragflow.agents.components.structured import fitting_data
from ragflow.agents.components.switch import compare
from ragflow.domain.errors import ComponentFailed, InvalidInput
from ragflow.testing.agents import FakeOutside
from ragflow.testing.canvases import Conversation, canvas, node
from ragflow.testing.chat import ScriptedChatModel

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("left", "operator", "right", "holds"),
    [
        ("Honey Bee", "contains", "bee", True),
        ("Honey Bee", "not contains", "bee", False),
        ("Honey", "start with", "ho", True),
        ("Honey", "end with", "EY", True),
        ("", "empty", "", True),
        (None, "empty", "", True),
        ([], "not empty", "", False),
        ("0", "not empty", "", True),
        ("10", "=", 10, True),
        ("10", ">", "9", True),
        ("b", ">", "a", True),
        ("9.5", "≤", 9.5, True),
        ("x", "≠", "y", True),
        ("Yes", "=", "yes", False),
        (3, "<", 2, False),
        (3, "≥", 3, True),
    ],
)
def test_values_are_compared(left: Any, operator: str, right: Any, holds: bool) -> None:
    assert compare(left, operator, right) is holds


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ("Billing", "billing"),
        ("It is billing. Yes, billing, not support.", "billing"),
        ("I cannot tell", "other"),
        ("SUPPORT urgent", "support urgent"),
        ("", "other"),
    ],
)
def test_the_category_named_most_is_chosen(answer: str, name: str) -> None:
    assert chosen(answer, ["billing", "support", "support urgent", "other"]) == name


@pytest.mark.parametrize(
    ("value", "items"),
    [
        ([1, 2], [1, 2]),
        ('["a", "b"]', ["a", "b"]),
        ("one\ntwo\n", ["one", "two"]),
        (None, []),
        ("", []),
    ],
)
def test_items_are_found_in_many_shapes(value: Any, items: list[Any]) -> None:
    assert items_in(value) == items


def test_a_number_is_no_list() -> None:
    with pytest.raises(InvalidInput, match="list"):
        items_in(7)


@pytest.mark.parametrize(
    ("answer", "data", "reason"),
    [
        ('{"n": 1}', {"n": 1}, ""),
        ('Here:\n```json\n{"n": 2}\n```\nDone.', {"n": 2}, ""),
        ('Sure! {"n": 3} is it', {"n": 3}, ""),
        ('{"n": "x"}', {"n": "x"}, "$.n: 'x' is not of type 'integer'"),
        ("no", None, "there is no JSON in it"),
    ],
)
def test_data_is_found_in_an_answer(answer: str, data: Any, reason: str) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    assert fitting_data(answer, schema) == (data, reason)


async def test_a_model_that_does_not_fit_is_told_why_and_asked_again() -> None:
    schema = {"type": "object", "required": ["n"]}
    model = ScriptedChatModel(["no idea", '{"n": 4}'])
    talk = Conversation(
        canvas(
            begin=node("Begin", {}, "LLM:A"),
            LLM__A=node("LLM", {"output_structure": schema}, "Message:B"),
            Message__B=node("Message", {"content": ["{LLM:A@structured_content.n}"]}),
        ),
        FakeOutside(model=model),
    )
    assert await talk.ask("q") == "4"
    assert "there is no JSON" in model.calls[1][-1].content


async def test_a_model_that_never_fits_fails() -> None:
    talk = Conversation(
        canvas(
            begin=node("Begin", {}, "LLM:A"),
            LLM__A=node("LLM", {"output_structure": {"type": "object"}}),
        ),
        FakeOutside(model=ScriptedChatModel(["no", "no"])),
    )
    with pytest.raises(ComponentFailed, match="does not fit"):
        await talk.ask("q")


@pytest.mark.parametrize("kind", ["LLM", "Agent"])
@pytest.mark.parametrize("params", [{}, {"prompts": []}, {"prompts": None}])
async def test_a_model_without_prompts_is_asked_what_the_user_asks(
    kind: str, params: dict[str, Any]
) -> None:
    dsl = canvas(begin=node("Begin", {}, f"{kind}:A"), **{f"{kind}:A": node(kind, params)})
    model = ScriptedChatModel(["Yes."])
    await Conversation(dsl, FakeOutside(model)).ask("Will it rain?")
    assert [(turn.role, turn.content) for turn in model.calls[0]] == [("user", "Will it rain?")]


async def test_a_question_goes_where_its_category_leads() -> None:
    described = {
        "refunds": {"description": "money back", "examples": ["refund me"], "to": ["Message:R"]},
        "other": {"description": "all else", "to": ["Message:O"]},
    }
    model = ScriptedChatModel(["refunds", "who knows"])
    talk = Conversation(
        canvas(
            begin=node("Begin", {}, "Categorize:C"),
            Categorize__C=node(
                "Categorize", {"category_description": described}, "Message:R", "Message:O"
            ),
            Message__R=node("Message", {"content": ["to {Categorize:C@category_name}"]}),
            Message__O=node("Message", {"content": ["elsewhere"]}),
        ),
        FakeOutside(model=model),
    )
    assert await talk.ask("give it back") == "to refunds"
    assert "money back" in model.calls[0][0].content
    assert model.calls[0][1].content == "USER: give it back"
    assert await talk.ask("hm") == "elsewhere"


async def test_a_switch_goes_where_its_first_condition_leads() -> None:
    params = {
        "conditions": [
            {
                "logical_operator": "and",
                "items": [
                    {"cpn_id": "sys.query", "operator": "contains", "value": "a"},
                    {"cpn_id": "sys.query", "operator": "not contains", "value": "b"},
                ],
                "to": ["Message:A"],
            },
            {
                "logical_operator": "or",
                "items": [
                    {"cpn_id": "sys.query", "operator": "=", "value": "b"},
                    {"cpn_id": "sys.query", "operator": "=", "value": "{begin@also}"},
                ],
                "to": ["Message:B"],
            },
        ],
        "end_cpn_ids": ["Message:E"],
    }
    talk = Conversation(
        canvas(
            begin=node("Begin", {}, "Switch:S"),
            Switch__S=node("Switch", params, "Message:A", "Message:B", "Message:E"),
            Message__A=node("Message", {"content": ["A"]}),
            Message__B=node("Message", {"content": ["B"]}),
            Message__E=node("Message", {"content": ["E"]}),
        )
    )
    said = [await talk.ask(query, also="c") for query in ("a", "ab", "b", "c")]
    assert said == ["A", "E", "B", "B"]


async def test_the_entry_knows_types_and_remembers_the_form() -> None:
    inputs = {
        "n": {"name": "N", "type": "integer"},
        "ok": {"name": "OK", "type": "boolean"},
        "note": {"name": "Note", "type": "paragraph", "optional": True, "value": "none"},
    }
    talk = Conversation(
        canvas(
            begin=node("Begin", {"inputs": inputs}, "Message:A"),
            Message__A=node("Message", {"content": ["{begin@n} {begin@ok} {begin@note}"]}),
        )
    )
    assert await talk.ask("q", n={"type": "integer", "value": "7"}, ok="false") == "7 false none"
    assert await talk.ask("q", note="x") == "7 false x"
    with pytest.raises(ComponentFailed, match="number"):
        await talk.ask("q", n="many")


@pytest.mark.parametrize("wrong", [{"a": "1"}, {"a": "1", "n": "many"}, {"a": {"type": "line"}}])
async def test_a_form_that_is_filled_in_wrongly_is_refused_and_stays_open(wrong: Any) -> None:
    inputs = {"a": {"name": "A", "type": "line"}, "n": {"name": "N", "type": "integer"}}
    talk = Conversation(
        canvas(
            begin=node("Begin", {}, "LLM:L"),
            LLM__L=node("LLM", {}, "UserFillUp:F"),
            UserFillUp__F=node("UserFillUp", {"inputs": inputs}, "Message:M"),
            Message__M=node("Message", {"content": ["{UserFillUp:F@a}{UserFillUp:F@n}"]}),
        ),
        FakeOutside(model=ScriptedChatModel(["asked once"])),
    )
    await talk.ask("q")
    open_form = talk.kept
    with pytest.raises(InvalidInput, match=r"'[AN]'"):
        await talk.ask(**wrong)
    assert talk.kept == open_form
    assert await talk.ask(a="1", n="2") == "12"


async def test_one_of_several_messages_is_picked() -> None:
    talk = Conversation(
        canvas(
            begin=node("Begin", {}, "Message:A"),
            Message__A=node("Message", {"content": ["one", "two", "three"]}),
        )
    )
    assert await talk.ask() in {"one", "two", "three"}


async def test_an_older_canvas_answers() -> None:
    model = ScriptedChatModel(["Bees make honey."])
    talk = Conversation(
        canvas(
            begin=node("Begin", {}, "Answer:A"),
            Answer__A=node("Answer", {}, "Template:T"),
            Template__T=node("Template", {"content": "Known of {Answer:A}."}, "Generate:G"),
            Generate__G=node("Generate", {"prompt": "Use {Template:T} or {input}"}, "Answer:A"),
        ),
        FakeOutside(model=model),
    )
    assert await talk.ask("bees") == "Bees make honey. "
    assert model.calls[0][0].content == "Use Known of bees. or Known of bees."


async def test_keywords_are_found_with_and_without_a_model() -> None:
    def talk(model: ScriptedChatModel) -> Conversation:
        return Conversation(
            canvas(
                begin=node("Begin", {}, "KeywordExtract:K"),
                KeywordExtract__K=node("KeywordExtract", {"top_n": 2}, "Message:M"),
                Message__M=node("Message", {"content": ["{KeywordExtract:K@content}"]}),
            ),
            FakeOutside(model=model),
        )

    assert await talk(ScriptedChatModel(["bees,\nhoney"])).ask("q") == "bees, honey"
    weighed = await talk(ScriptedChatModel([], generative=False)).ask("pollen pollen of hives")
    assert weighed.startswith("pollen")


async def test_a_question_is_rewritten_to_stand_for_itself() -> None:
    model = ScriptedChatModel(["Where do bees live?"])
    talk = Conversation(
        canvas(
            begin=node("Begin", {}, "RewriteQuestion:R"),
            RewriteQuestion__R=node("RewriteQuestion", {}, "Message:M"),
            Message__M=node("Message", {"content": ["{RewriteQuestion:R@content}"]}),
        ),
        FakeOutside(model=model),
    )
    assert await talk.ask("Tell me of bees") == "Tell me of bees"
    assert await talk.ask("Where do they live?") == "Where do bees live?"


@pytest.mark.parametrize(("said", "way"), [("Yes.", "good"), ("No", "bad")])
async def test_what_was_found_is_judged(said: str, way: str) -> None:
    talk = Conversation(
        canvas(
            begin=node("Begin", {}, "Template:T"),
            Template__T=node("Template", {"content": "found"}, "Relevant:R"),
            Relevant__R=node("Relevant", {"yes": "Message:Y", "no": "Message:N"}),
            Message__Y=node("Message", {"content": ["good"]}),
            Message__N=node("Message", {"content": ["bad"]}),
        ),
        FakeOutside(model=ScriptedChatModel([said])),
    )
    assert await talk.ask("q") == way
