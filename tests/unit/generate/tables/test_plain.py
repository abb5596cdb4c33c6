"""What is understood by words alone, and what is left to searching."""

from __future__ import annotations

from typing import Any

import pytest

from ragflow.generate.tables.plain import ask_plainly
from ragflow.generate.tables.records import Records


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How many rows are in the table?", [(6,)]),
        ("How many orders are there in Berlin?", [(2,)]),
        ("How many different cities are there?", [(4,)]),
        ("北京有多少记录？", [(2,)]),
        ("What is the price of Seal?", [("Seal", 4.0)]),
        ("What is the stock of the Seal ring in Köln?", [("Seal ring", "Köln", 7)]),
        ("Which items are in Berlin?", [("Berlin", "Bolt"), ("Berlin", "Nut")]),
        ("What is the highest price?", [("Seal ring", 4.5)]),
        ("Which item has the lowest price in Berlin?", [("Berlin", "Nut", 0.1)]),
        ("What is the average price?", [(pytest.approx(14.85 / 6),)]),
        ("What is the total stock in Berlin and Bonn?", [(22,)]),
        ("Total stock per city?", [("Berlin", 15), ("Bonn", 7), ("Köln", 7), ("北京", 2)]),
        (
            "How many items are there in each city?",
            [("Berlin", 2), ("Bonn", 1), ("Köln", 1), ("北京", 1)],
        ),
        ("What is the highest price by city in Berlin?", [("Berlin", 0.25)]),
        ("Latest bought?", [("2024-02-01",)]),
        ("螺栓的名称和Stock是多少？", [("螺栓", 1), ("螺栓", 1)]),
    ],
)
def test_a_plain_question_is_answered(records: Records, question: str, answer: list[Any]) -> None:
    found = ask_plainly(question, records)
    assert found is not None
    assert list(found.result.rows) == answer
    assert found.rows


@pytest.mark.parametrize(
    "question",
    [
        "",
        "How many lighthouses are there?",
        "How many items are not in Berlin?",
        "How many items cost more than 3?",
        "What was bought before 2024?",
        "What is the highest price per year?",
        "Which items by city?",
        "What is the price of a pump?",
        "Who lives in Berlin?",
        "Tell me about bolts.",
        "What is the price and the average stock?",
        "Is the highest or the lowest price in Berlin?",
        "Why is the price of Seal 4?",
        "What is the price of Seal or the stock in Berlin?",
        "price " * 100,
    ],
)
def test_a_question_with_a_word_left_over_is_not(records: Records, question: str) -> None:
    assert ask_plainly(question, records) is None
