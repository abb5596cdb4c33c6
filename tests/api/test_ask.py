"""Answers from datasets alone, and what may be asked next."""

from __future__ import annotations

from typing import Any

import pytest

from ragflow.domain.answers import ModelDelta

QUESTION = "What does bread need?"


# ask


def test_datasets_answer_without_an_assistant(api: Any, parsed: Any) -> None:
    frames = api.stream("/sessions/ask", question=QUESTION, dataset_ids=[parsed[0]])
    *_, last, end = frames
    assert end == {"code": 0, "message": "", "data": True}
    assert all((frame["code"], frame["message"]) == (0, "") for frame in frames)
    assert last["data"]["answer"] == "Bread needs flour and water. [ID:0]"
    assert last["data"]["reference"]["chunks"][0]["dataset_id"] == parsed[0]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"dataset_ids": ["x"]}, "`question` is required."),
        ({"question": "", "dataset_ids": ["x"]}, "`question` is required."),
        ({"question": "x"}, "`dataset_ids` is required."),
        ({"question": "x", "dataset_ids": []}, "`dataset_ids` is required."),
        ({"question": "x", "dataset_ids": "x"}, "`dataset_ids` should be a list."),
        ({"question": "x", "dataset_ids": ["x"]}, "You don't own the dataset x."),
        ({}, "`question` is required."),
    ],
)
def test_refusals_of_ask(api: Any, body: Any, message: str) -> None:
    assert api("POST", "/sessions/ask", json=body) == {"code": 102, "message": message}


def test_ask_refuses_a_dataset_without_chunks(api: Any, dataset_id: str) -> None:
    reply = api("POST", "/sessions/ask", json={"question": "x", "dataset_ids": [dataset_id]})
    assert reply == {"code": 102, "message": f"The dataset {dataset_id} doesn't own parsed file"}


# related questions


def test_related_questions_are_the_numbered_lines_of_the_model(
    world: Any, api: Any, model: Any
) -> None:
    world.ports.catalog.default_chat = "scripted"
    lines = "Here they are:\n1. What is dough?\n2. What is yeast?\n- no\n10. Too many?"
    model.answers = [[ModelDelta(lines)]]
    body = {"question": "bread", "industry": "baking"}
    asked = api("POST", "/sessions/related_questions", json=body)
    assert asked == {"code": 0, "data": ["What is dough?", "What is yeast?"]}
    assert "baking" in model.calls[0][0].content


def test_a_model_that_only_quotes_suggests_nothing(api: Any) -> None:
    reply = api("POST", "/sessions/related_questions", json={"question": "bread"})
    assert reply == {"code": 0, "data": []}


@pytest.mark.parametrize("body", [{}, {"question": ""}])
def test_related_questions_need_a_question(api: Any, body: Any) -> None:
    refusal = {"code": 102, "message": "`question` is required."}
    assert api("POST", "/sessions/related_questions", json=body) == refusal
