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


@pytest.mark.parametrize(
    ("kind", "params", "field"),
    [
        ("Iteration", {"items_ref": "StringTransform:Gone@result"}, "params.items_ref"),
        ("Iteration", {"items_ref": "gone@result"}, "params.items_ref"),
        ("Iteration", {"outputs": {"all": {"ref": "gone@text"}}}, "params.outputs.all.ref"),
        ("StringTransform", {"split_ref": "gone@text"}, "params.split_ref"),
        ("Switch", {"conditions": [{"items": [{"cpn_id": "gone@a.b"}]}]}, "params.conditions"),
        ("Invoke", {"variables": [{"key": "a", "ref": "gone@text"}]}, "params.variables"),
        ("CodeExec", {"arguments": {"a": "LLM:Gone@content"}}, "params.arguments"),
        ("Retrieval", {"query": "LLM:Gone@content"}, "params.query"),
        ("Retrieval", {"kb_ids": ["UserFillUp:Gone@dataset"]}, "params.kb_ids"),
        ("Categorize", {"query": "LLM:Gone@content"}, "params.query"),
        ("ExeSQL", {"sql": "LLM:Gone@content"}, "params.sql"),
        (
            "Agent",
            {"tools": [{"component_name": "Retrieval", "params": {"kb_ids": ["LLM:Gone@a"]}}]},
            "params.tools",
        ),
    ],
)
def test_a_reference_without_braces_to_nothing_is_told(
    kind: str, params: dict[str, Any], field: str
) -> None:
    found = problems_of(asking("a", X=node(kind, params)))
    (problem,) = (each for each in found if "names no component of this canvas" in each.reason)
    assert (problem.component, problem.field) == ("X", field)


def test_what_is_gathered_names_outputs_that_are_made() -> None:
    dsl = asking("a")
    gathered = {"all": {"ref": "IterationItem:D@thing"}, "none": {"ref": "the item"}}
    dsl["components"]["Iteration:C"]["obj"]["params"]["outputs"] = gathered
    found = {each.field: each.reason for each in problems_of(dsl)}
    assert "names no output of that component" in found["params.outputs.all.ref"]
    assert found["params.outputs.none.ref"] == "'the item' is no reference"


def test_a_switch_compares_what_there_is() -> None:
    items = [{"cpn_id": each} for each in ("LLM:A", "sys.query", "{LLM:A@content}", "LLM:Gone")]
    switch = {"conditions": [{"items": items, "to": ["LLM:A"]}], "end_cpn_ids": ["LLM:A"]}
    (problem,) = problems_of(asking("a", Switch__X=node("Switch", switch)))
    assert problem.field == "params.conditions.0.items"
    assert problem.reason == "'LLM:Gone' is neither a component nor a reference"


@pytest.mark.parametrize("text", ["{My LLM@content}", "so: {{ My LLM@content }}", "My LLM@content"])
def test_an_id_that_no_reference_can_hold_is_told(text: str) -> None:
    dsl = asking(text)
    dsl["components"]["My LLM"] = node("LLM")
    told = [each.reason for each in problems_of(dsl) if each.field == "params.content"]
    assert any(reason.startswith("{My LLM@} is no reference") for reason in told)


def test_an_id_that_no_reference_can_hold_is_no_problem_where_none_is() -> None:
    dsl = asking("My LLM@home is who to ask")
    dsl["components"] |= {"My LLM": node("LLM"), "a.b": node("Email", {"to_email": "a.b@c.org"})}
    assert problems_of(dsl) == []


@pytest.mark.parametrize(
    "params",
    [
        {"to_email": "someone@example.com", "cc_email": "sip:someone@example.com"},
        {"to_email": "Email:someone@example.com", "subject": "Note:me@home"},
    ],
)
def test_an_address_is_no_reference(params: dict[str, Any]) -> None:
    assert problems_of(asking("a", Email__X=node("Email", params))) == []


def test_what_leads_to_a_component_may_be_gone() -> None:
    dsl = asking("a")
    dsl["components"]["LLM:A"]["upstream"].append("LLM:Gone")
    assert problems_of(dsl) == []


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("UserFillUp", {"inputs": []}),
        ("Invoke", {"url": "http://a.b", "datatype": "FormData"}),
        ("ExeSQL", {"sql": "select 1", "db_type": "Postgres"}),
    ],
)
def test_what_editors_write_in_other_ways_is_no_problem(kind: str, params: dict[str, Any]) -> None:
    assert problems_of(asking("a", X=node(kind, params))) == []


def test_an_entry_without_inputs_may_list_none() -> None:
    assert problems_of(canvas(begin=node("Begin", {"inputs": []}))) == []


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
