"""Canvases come in and go out without loss, and their faults are told by component and field."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragflow.agents.check import problems_of
from ragflow.agents.dsl import blank, canvas_of, prologue_of, read_dsl, widest_window
from ragflow.agents.state import dsl_with, state_of
from ragflow.domain.errors import CanvasInvalid
from ragflow.testing.canvases import canvas, node

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda each: (
        st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=5), each, max_size=3)
    ),
    max_leaves=8,
)


def problems(dsl: dict[str, Any]) -> list[str]:
    return [str(problem) for problem in problems_of(dsl)]


@given(extra=JSON, deep=JSON)
def test_unknown_keys_survive(extra: Any, deep: Any) -> None:
    dsl = canvas(begin=node("Begin", {"unknown": deep}, "Message:A"), Message__A=node("Message"))
    dsl["unknown"] = extra
    dsl["components"]["begin"]["unknown"] = extra
    dsl["components"]["begin"]["obj"]["unknown"] = deep
    written = dsl_with(state_of(dsl, {}), dsl)
    assert json.loads(json.dumps(written)) == json.loads(json.dumps(dsl))
    assert blank(dsl)["components"]["begin"] == dsl["components"]["begin"]


def test_a_new_conversation_begins_without_the_old_one() -> None:
    dsl = canvas(
        begin=node("Begin", {}, "LLM:A"),
        LLM__A=node("LLM", {"outputs": {"content": {"type": "string", "value": "old"}}}),
    )
    dsl |= {"history": [["user", "x"]], "path": ["begin"], "retrieval": [{}]}
    dsl["globals"] |= {"sys.query": "old", "mine": 1}
    fresh = blank(dsl)
    assert (fresh["history"], fresh["path"], fresh["retrieval"]) == ([], [], [])
    assert fresh["globals"]["sys.query"] == ""
    assert fresh["globals"]["mine"] == 1
    outputs = fresh["components"]["LLM:A"]["obj"]["params"]["outputs"]
    assert outputs == {"content": {"type": "string", "value": None}}
    assert dsl["history"] == [["user", "x"]]


def test_what_a_conversation_kept_beyond_the_declared_outputs_is_left_out_of_a_new_one() -> None:
    dsl = canvas(begin=node("Begin"), LLM__A=node("LLM", {"outputs": {"content": {}}}))
    state = state_of(dsl, {})
    state.outputs["LLM:A"] = {"content": "a", "_ERROR": "b", "more": [1]}
    kept = dsl_with(state, dsl)
    assert state_of(kept, {}).outputs == state.outputs
    assert canvas_of(kept).nodes["LLM:A"].declared == ("content",)
    outputs = blank(kept)["components"]["LLM:A"]["obj"]["params"]["outputs"]
    assert outputs == {"content": {"type": "string", "value": None}}


@pytest.mark.parametrize("retrieval", [[], {}, "missing", "misspelt"])
def test_what_was_retrieved_may_be_kept_in_many_shapes(retrieval: Any) -> None:
    dsl = canvas(begin=node("Begin"))
    del dsl["retrieval"]
    if retrieval == "misspelt":
        dsl["retrival"] = [{"chunks": {}}]
    elif retrieval != "missing":
        dsl["retrieval"] = retrieval
    kept = state_of(dsl, {}).retrieval
    assert kept == ([{"chunks": {}}] if retrieval == "misspelt" else [])


@pytest.mark.parametrize(
    ("params", "pairs"),
    [
        ({}, 13),
        ({"message_history_window_size": 2}, 13),
        ({"message_history_window_size": 40}, 40),
        ({"message_history_window_size": "40"}, 40),
        ({"message_history_window_size": None}, 13),
        ({"message_history_window_size": "many"}, 13),
        ({"message_history_window_size": float("inf")}, 13),
        ({"tools": [{"params": {"message_history_window_size": 40.0}}]}, 40),
    ],
)
def test_the_widest_window_of_a_canvas_is_known(params: dict[str, Any], pairs: int) -> None:
    assert widest_window(canvas(begin=node("Begin"), LLM__A=node("LLM", params))) == pairs
    assert widest_window({}) == widest_window({"components": []}) == 13


@pytest.mark.parametrize("value", ["{", "[]", "7", 7, [], None])
def test_what_is_no_object_is_no_canvas(value: Any) -> None:
    with pytest.raises(CanvasInvalid, match="JSON"):
        read_dsl(value)


def test_a_canvas_may_come_as_text() -> None:
    assert read_dsl('{"components": {}}') == {"components": {}}


def test_a_draft_has_no_problems() -> None:
    assert problems({}) == []
    assert problems({"components": {}, "graph": {}}) == []


@pytest.mark.parametrize(
    ("component", "problem"),
    [
        (node("Bingo"), "X.obj.component_name: there is no component named 'Bingo'"),
        (node("Message", {"content": ["a"]}, "Nobody:Y"), "X.downstream: there is no component"),
        (node("Message", {}), "X.params.content: there is nothing to say"),
        (node("LLM", {"max_retries": "many"}), "X.params.max_retries: "),
        (node("LLM", {"max_retries": -1}), "X.params.max_retries: "),
        (node("LLM", {"sys_prompt": "{Gone:Z@content}"}), "X.params.sys_prompt: {Gone:Z@content}"),
        (node("Switch", {"conditions": [{"items": [{"operator": "~"}]}]}), "X.params.conditions.0"),
        (node("Switch", {"conditions": [{"to": ["Gone:Z"]}], "end_cpn_ids": ["begin"]}), "Gone:Z"),
        (node("Switch", {}), "X.params.end_cpn_ids"),
        (node("Categorize", {}), "X.params.category_description: there is no category"),
        (node("Categorize", {"category_description": {"a": {}}}), "category_description.a.to"),
        (node("Iteration", {"items_ref": "begin@x"}), "X: there is no IterationItem"),
        (node("Iteration", {}), "X.params.items_ref"),
        (node("IterationItem", {}), "X.parent_id"),
        (node("LLM", {"exception_goto": ["Gone:Z"]}), "X.params.exception_goto: there is no"),
        ({"obj": {"params": {}}}, "X.obj.component_name: it is missing"),
        ({"obj": {"component_name": "LLM", "params": "x"}}, "X.obj.params: it must be an object"),
        ({"obj": {"component_name": "LLM", "params": []}}, "X.obj.params: it must be an object"),
        (node("LLM", {"exception_method": "explode"}), "X.params.exception_method"),
        (node("LLM", {"output_structure": {"type": "x"}}), "X.params.output_structure: the schema"),
        ({"obj": []}, "X.obj: it must be an object"),
        ([], "X: it must be an object"),
        ({**node("LLM"), "downstream": "begin"}, "X.downstream: it must be a list"),
    ],
)
def test_each_fault_is_told_by_component_and_field(component: Any, problem: str) -> None:
    dsl = canvas(begin=node("Begin", {}))
    dsl["components"]["X"] = component
    found = problems(dsl)
    assert any(problem in each for each in found), found
    assert all(each.startswith("X") for each in found)


def test_a_canvas_needs_an_entry() -> None:
    assert problems(canvas(Message__A=node("Message", {"content": ["a"]}))) == [
        "components: there is no component 'begin' to start from"
    ]


@pytest.mark.parametrize("components", [[], "x", 3])
def test_components_must_be_an_object(components: Any) -> None:
    assert problems({"components": components}) == ["components: it must be an object"]


@pytest.mark.parametrize(
    ("params", "prologue"),
    [
        ({}, "Hi! I'm your smart assistant. What can I do for you?"),
        ({"prologue": "Hello"}, "Hello"),
        ({"prologue": "Hello", "enablePrologue": False}, ""),
        ({"prologue": "Hello", "mode": "task"}, ""),
    ],
)
def test_an_agent_speaks_first(params: dict[str, Any], prologue: str) -> None:
    assert prologue_of(canvas(begin=node("Begin", params))) == prologue


def test_names_of_people_come_from_the_drawing() -> None:
    dsl = canvas(begin=node("Begin"))
    dsl["graph"] = {"nodes": [{"id": "begin", "data": {"name": "Start here"}}, "odd"], "edges": []}
    assert canvas_of(dsl).nodes["begin"].title == "Start here"
