from __future__ import annotations

import pytest

from ragflow.ingest.enrich.answers import keywords_in, questions_in, united


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("bees, honey , wax", ("bees", "honey", "wax")),
        ("蜂蜜、蜂蜡，蜂王；工蜂;花粉", ("蜂蜜", "蜂蜡", "蜂王", "工蜂", "花粉")),
        ("1. bees\n2) honey\n- wax\n• hive", ("bees", "honey", "wax", "hive")),
        ('Keywords: "bees", “honey”, `wax`, **hive**.', ("bees", "honey", "wax", "hive")),
        ("关键词：蜂蜜，「蜂王」", ("蜂蜜", "蜂王")),
        ("Bees, bees, BEES, honey", ("Bees", "honey")),
        ("```\nbees, honey\n```", ("bees", "honey")),
        ("ISO 9001, 3.5 kg, AX-200", ("ISO 9001", "3.5 kg", "AX-200")),
        ("honey\nand " + "a long sentence about nothing in particular " * 3, ("honey",)),
        ("", ()),
        (" , ;\n", ()),
    ],
)
def test_keywords_are_found_in_whatever_shape_they_come(
    answer: str, found: tuple[str, ...]
) -> None:
    assert keywords_in(answer, 5) == found


def test_no_more_keywords_are_taken_than_wanted() -> None:
    assert keywords_in("a1, b2, c3, d4", 2) == ("a1", "b2")


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("What is wax?\nWho makes honey?", ("What is wax?", "Who makes honey?")),
        (
            "Here are the questions:\n1. What is wax?\n2. Who makes honey?\n\nI hope this helps!",
            ("What is wax?", "Who makes honey?"),
        ),
        ("Q1: What is wax?\n- Q2: Who makes honey?", ("What is wax?", "Who makes honey?")),
        ("问题1：什么是蜂蜡？\n问题2：谁酿蜜？", ("什么是蜂蜡？", "谁酿蜜？")),
        ("Questions:\nhow wax is made\nwho makes honey", ("how wax is made", "who makes honey")),
        ("What is wax?\nwhat is wax?", ("What is wax?",)),
        ("", ()),
    ],
)
def test_questions_are_the_lines_that_ask(answer: str, found: tuple[str, ...]) -> None:
    assert questions_in(answer, 5) == found


def test_no_more_questions_are_taken_than_wanted() -> None:
    assert questions_in("A?\nB?\nC?", 2) == ("A?", "B?")


def test_what_was_there_stays_first() -> None:
    assert united(("summary", "Abstract"), ("bees", "abstract")) == ("summary", "Abstract", "bees")
