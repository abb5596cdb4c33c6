from __future__ import annotations

import pytest

from ragflow.text.key_terms import heading, key_terms


@pytest.mark.parametrize(
    ("passage", "expected"),
    [
        ("## Braking distance\n\nOn wet rail it grows.", "Braking distance"),
        ("Bread needs flour. And water.", "Bread needs flour."),
        ("<table><tr><th>Speed</th><th>Wet</th></tr></table>", "Speed"),
        ("- **Speed**: 60", "Speed: 60"),
        ("面包需要面粉。还要水。", "面包需要面粉。"),
        ("word " * 40, " ".join(["word"] * 16) + "…"),
        ("x" * 100, "x" * 79 + "…"),
        ("<p> </p>", ""),
        ("", ""),
    ],
)
def test_a_heading_is_the_first_line_or_sentence(passage: str, expected: str) -> None:
    assert heading(passage) == expected


def test_words_that_few_passages_use_often_tell_most() -> None:
    passages = [
        "The flour of the mill: flour and bread.",
        "Bread of the oven, 12 of them at 3.5.",
    ]
    assert key_terms(passages, most=2) == [("flour", "mill"), ("oven", "Bread")]


def test_terms_are_spelled_as_in_their_passage_and_counted_by_stem() -> None:
    assert key_terms(["Bakers meet a baker. AX-200 runs."], most=2) == [("Bakers", "meet")]


def test_words_that_tell_nothing_are_left_out() -> None:
    assert key_terms(["of the 2024 is to <b>12</b>", ""]) == [(), ()]
    assert key_terms([]) == []


def test_chinese_words_are_terms() -> None:
    (terms,) = key_terms(["面粉和面粉做面包"])
    assert terms[0] == "面粉"
    assert "和" not in terms
