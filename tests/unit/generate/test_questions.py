from __future__ import annotations

import asyncio
from typing import Any

from ragflow.domain.answers import ChatTurn
from ragflow.generate.questions import (
    in_languages,
    related_questions,
    standalone_question,
    with_keywords,
)

TALK = [
    ChatTurn("user", "Who built the bridge?"),
    ChatTurn("assistant", "Dorman Long."),
    ChatTurn("user", "And when?"),
]


def test_a_question_in_a_conversation_is_rewritten(scripted: Any) -> None:
    model = scripted(['"When did Dorman Long build the bridge?"'])
    question = asyncio.run(standalone_question(model, TALK, "2026-01-01"))
    assert question == "When did Dorman Long build the bridge?"
    asked = model.calls[0][0].content
    assert "USER: Who built the bridge?" in asked
    assert "2026-01-01" in asked


def test_only_the_last_three_questions_are_considered(scripted: Any) -> None:
    model = scripted(["Rewritten"])
    turns = [ChatTurn("user", f"question {n}") for n in range(5)]
    asyncio.run(standalone_question(model, turns, "2026-01-01"))
    assert "question 2" in model.calls[0][0].content
    assert "question 1" not in model.calls[0][0].content


def test_a_first_question_is_not_rewritten(scripted: Any) -> None:
    model = scripted([])
    assert asyncio.run(standalone_question(model, TALK[:1], "")) == "Who built the bridge?"
    assert model.calls == []


def test_a_failing_model_leaves_the_question(scripted: Any) -> None:
    assert asyncio.run(standalone_question(scripted([None]), TALK, "")) == "And when?"
    assert asyncio.run(with_keywords(scripted([None]), "And when?")) == "And when?"


def test_a_model_that_only_quotes_is_not_asked(scripted: Any) -> None:
    model = scripted([], generative=False)
    assert asyncio.run(standalone_question(model, TALK, "")) == "And when?"
    assert asyncio.run(related_questions(model, "What?")) == []


def test_reasoning_is_not_part_of_the_question(scripted: Any) -> None:
    model = scripted(["<think>hm\nhm</think>\nWhen was it built?"])
    assert asyncio.run(standalone_question(model, TALK, "")) == "When was it built?"


def test_keywords_follow_the_question(scripted: Any) -> None:
    question = asyncio.run(with_keywords(scripted(["bridge, Sydney"]), "When?"))
    assert question == "When? bridge, Sydney"


def test_no_more_than_three_keywords_are_asked_for(scripted: Any) -> None:
    model = scripted(["bridge"])
    asyncio.run(with_keywords(model, "When?"))
    assert "the 3 most telling keywords" in model.calls[0][0].content


def test_translations_take_the_place_of_the_question(scripted: Any) -> None:
    model = scripted(["什么时候？\n\nWann?"])
    text = asyncio.run(in_languages(model, "When?", ["Chinese", "", "German"]))
    assert text == "什么时候？\nWann?"
    assert "Chinese, German" in model.calls[0][0].content


def test_related_questions_are_the_numbered_lines(scripted: Any) -> None:
    model = scripted(["Here:\n1. One?\n2. Two?\n10. Ten?\n- Dash?"])
    assert asyncio.run(related_questions(model, "What?")) == ["One?", "Two?"]
