from __future__ import annotations

import pytest

from ragflow.generate.marks import (
    normalise_marks,
    strip_marks,
    unsent_part,
    without_unfinished_mark,
)


@pytest.mark.parametrize(
    ("written", "mark"),
    [
        ("fact (ID: 3).", "fact [ID:3]."),
        ("fact [ID: 3].", "fact [ID:3]."),
        ("fact [id:3].", "fact [ID:3]."),
        ("fact [ID 3].", "fact [ID:3]."),
        ("事实【ID:3】。", "事实[ID:3]。"),
        ("事实（ID：3）。", "事实[ID:3]。"),
        ("fact ref3.", "fact [ID:3]."),
        ("fact [ref 3].", "fact [ID:3]."),
        ("fact ##3$$.", "fact [ID:3]."),
        ("fact [ID:0, ID:1].", "fact [ID:0] [ID:1]."),
        ("fact [ID:0,1 and 2].", "fact [ID:0] [ID:1] [ID:2]."),
        ("fact [[ID:0]].", "fact [ID:0]."),
        ("fact ([ID:1], [ID:2]).", "fact [ID:1] [ID:2]."),
    ],
)
def test_every_spelling_becomes_the_same(written: str, mark: str) -> None:
    assert normalise_marks(written) == mark


@pytest.mark.parametrize(
    "text", ["patient (ID 3)", "see [3]", "prefix ref", "preference3", "array[3]", "paid ID: 3"]
)
def test_other_text_is_left_alone(text: str) -> None:
    assert normalise_marks(text) == text


def test_code_is_left_alone() -> None:
    text = "```\nx = [ID:3] # (ID: 4)\n```"
    assert normalise_marks(text) == text
    assert strip_marks(text) == text


def test_marks_in_reasoning_are_taken_out() -> None:
    assert strip_marks("<think>see [ID:3]</think>Fact [ID:3].") == "<think>see </think>Fact."


def test_stripping_takes_the_blank_before_a_mark() -> None:
    assert strip_marks("One [ID:0]. Two [ID:1] [ID:2] and three.") == "One. Two and three."


@pytest.mark.parametrize("end", ["", " [", " [I", " [ID:", " [ID:12"])
def test_the_beginning_of_a_mark_is_taken_off_the_end(end: str) -> None:
    assert without_unfinished_mark(f"A fact{end}") == "A fact"


def test_a_whole_mark_at_the_end_stays() -> None:
    assert without_unfinished_mark("A fact [ID:0]") == "A fact [ID:0]"


@pytest.mark.parametrize(
    ("sent", "whole", "rest"),
    [
        ("", "One. Two.", "One. Two."),
        ("One.", "One. Two.", " Two."),
        ("One. Two.", "One. Two.", ""),
        ("One (ID: 0).", "One [ID:0]. Two.", " Two."),
        ("One [ID:7].", "One. Two.", " Two."),
        ("One [ID:7]. ", "One. Two.", "Two."),
        ("One. Tw", "One [ID:0]. Two [ID:1].", "o [ID:1]."),
        ("One ", "One. Two.", ". Two."),
        ("One", "Other. Two.", ""),
        ("One. Two.", "One.", ""),
    ],
)
def test_a_stream_goes_on_where_it_stopped_though_marks_changed(
    sent: str, whole: str, rest: str
) -> None:
    assert unsent_part(sent, whole) == rest
