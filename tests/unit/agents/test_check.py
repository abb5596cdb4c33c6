"""References that lead nowhere are told when a canvas is saved, and no others."""

from __future__ import annotations

from typing import Any

import pytest

from ragflow.agents.check import problems_of
from ragflow.agents.components.iteration_item import IterationItem
from ragflow.testing.canvases import Conversation, canvas, node

FORM = {"inputs": {"topic": {"type": "line"}}}


def asking(content: str, **components: Any) -> dict[str, Any]:
    """Return a canvas with one component of each sort, and a message that refers to them."""
    return canvas(
        begin=node("Begin", FORM, "LLM:A"),
        LLM__A=node("LLM", {"outputs": {"mine": {"type": "string"}}}, "UserFillUp:B"),
        UserFillUp__B=node("UserFillUp", FORM, "Iteration:C"),
        Iteration__C=node(
            "Iteration",
            {"items_ref": "begin@topic", "outputs": {"all": {"ref": "IterationItem:D@item"}}},
            "Invoke:E",
        ),
        IterationItem__D=node("IterationItem", {}, parent="Iteration:C"),
        Invoke__E=node("Invoke", {"url": "http://a.b"}, "CodeExec:F"),
        CodeExec__F=node("CodeExec", {"outputs": {"sum": {"type": "number"}}}, "Message:M"),
        Message__M=node("Message", {"content": [content]}),
        **components,
    )


@pytest.mark.parametrize(
    ("reference", "known"),
    [
        ("LLM:A@answer", "content, structured_content, structured, mine"),
        ("UserFillUp:B@subject", "topic"),
        ("Iteration:C@item", "all"),
        ("IterationItem:D@items", "item, index"),
        ("Invoke:E@content", "formalized_content, json, result"),
        ("CodeExec:F@total", "formalized_content, json, sum"),
        ("Message:M@text.deep", "content"),
    ],
)
@pytest.mark.parametrize("form", ["{%s}", "so {{%s}}", "{%% if %s %%}a{%% endif %%}"])
def test_an_output_that_a_component_does_not_make_is_told(
    reference: str, known: str, form: str
) -> None:
    (problem,) = problems_of(asking(form % reference))
    assert (problem.component, problem.field) == ("Message:M", "params.content")
    assert problem.reason == (
        f"{{{reference}}} names no output of that component, which makes {known}"
    )


@pytest.mark.parametrize(
    "reference",
    [
        "begin@topic",
        "begin@whatever_a_client_sends",
        "LLM:A@content",
        "LLM:A@mine",
        "LLM:A@structured_content.name",
        "LLM:A@_ERROR",
        "UserFillUp:B@topic",
        "Iteration:C@all.0",
        "IterationItem:D@item.name",
        "Invoke:E@result",
        "CodeExec:F@sum",
        "sys.query",
        "env.anything",
    ],
)
def test_what_may_be_made_is_no_problem(reference: str) -> None:
    assert problems_of(asking(f"{{{reference}}} and {{{{{reference}}}}}")) == []


@pytest.mark.parametrize(
    ("kind", "params", "field"),
    [
        ("Iteration", {"items_ref": "LLM:A@list"}, "params.items_ref"),
        ("StringTransform", {"split_ref": "LLM:A@list"}, "params.split_ref"),
        ("Switch", {"conditions": [{"items": [{"cpn_id": "LLM:A@list"}]}]}, "params.conditions"),
        ("TavilySearch", {"query": "LLM:A@list"}, "params.query"),
        ("CodeExec", {"arguments": {"a": "LLM:A@list"}}, "params.arguments"),
    ],
)
def test_a_reference_without_braces_is_told_too(
    kind: str, params: dict[str, Any], field: str
) -> None:
    found = problems_of(asking("a", X=node(kind, params)))
    assert [each.field for each in found if "LLM:A@list" in each.reason] == [field]


def test_an_address_is_no_reference() -> None:
    mail = {"to_email": "someone@example.com", "cc_email": "sip:someone@example.com"}
    assert problems_of(asking("a", Email__X=node("Email", mail))) == []


def test_what_a_component_makes_that_cannot_be_read_is_not_known() -> None:
    dsl = asking("{LLM:X@anything}", LLM__X=node("LLM", {"max_retries": "many"}))
    assert [each.component for each in problems_of(dsl)] == ["LLM:X"]


def test_what_is_drawn_but_no_component_may_follow_one() -> None:
    dsl = asking("a")
    dsl["components"]["LLM:A"]["downstream"].append("Tool:Web")
    assert [each.field for each in problems_of(dsl)] == ["downstream"]
    dsl["graph"]["nodes"].append({"id": "Tool:Web", "type": "toolNode"})
    assert problems_of(dsl) == []


@pytest.mark.anyio
async def test_an_output_that_a_component_forgot_to_name_fails_its_tests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop = {"items_ref": "begin@words", "outputs": {"all": {"ref": "IterationItem:E@index"}}}
    dsl = canvas(
        begin=node("Begin", {}, "Iteration:I"),
        Iteration__I=node("Iteration", loop),
        IterationItem__E=node("IterationItem", {}, parent="Iteration:I"),
    )
    await Conversation(dsl).ask(words=["a"])
    monkeypatch.setattr(IterationItem, "further_outputs", ())
    with pytest.raises(AssertionError, match=r"IterationItem:E made .*index"):
        await Conversation(dsl).ask(words=["a"])
