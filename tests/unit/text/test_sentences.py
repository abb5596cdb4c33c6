from __future__ import annotations

import pytest

from ragflow.text.sentences import split_sentences


def sentences(text: str) -> list[str]:
    return [text[span.start : span.end] for span in split_sentences(text)]


def test_marks_end_sentences() -> None:
    assert sentences("It rains. Does it? Yes!") == ["It rains.", "Does it?", "Yes!"]


def test_abbreviations_initials_and_decimals_end_nothing() -> None:
    text = "Dr. J. R. Smith paid $3.14, e.g. for tea at 5 p.m. in Oslo. He left."
    assert sentences(text) == [text[:-9], "He left."]


def test_addresses_stay_whole() -> None:
    assert sentences("See http://a.b/c.html for more. Bye.") == [
        "See http://a.b/c.html for more.",
        "Bye.",
    ]


def test_footnote_marks_belong_to_the_sentence_before() -> None:
    text = "They eat fish.[3][citation needed] They fly."
    assert sentences(text) == ["They eat fish.[3][citation needed]", "They fly."]


def test_chinese_and_japanese_marks_end_sentences() -> None:
    assert sentences("今天很好。去公园吗？“好的。”他说！") == [
        "今天很好。",
        "去公园吗？",
        "“好的。”",
        "他说！",
    ]


def test_wrapped_lines_are_one_sentence() -> None:
    text = "This sentence goes on for so long that\nit needs another line. End."
    assert sentences(text) == [text[:-5], "End."]


def test_list_entries_stand_alone() -> None:
    text = "There are two:\n- the first\n- the second\n1. One thing\n2. Another"
    assert sentences(text) == text.split("\n")


def test_headings_and_blank_lines_separate() -> None:
    assert sentences("Results\nThe yield rose\n\nno mark here") == [
        "Results",
        "The yield rose",
        "no mark here",
    ]


def test_a_line_that_had_room_for_the_next_word_was_not_wrapped() -> None:
    heading = "Line 4 to the university opens on 2 September 2024"
    below = "The tramway extends its network by 6.3 kilometres and nine stops from spring on."
    assert sentences(f"{heading}\n{below}") == [heading, below]
    wrapped = "The tramway extends its network by 6.3 kilometres and nine stops beyond\nOslo city."
    assert sentences(wrapped) == [wrapped]


def test_records_of_a_spreadsheet_stand_alone() -> None:
    text = "名称：风速传感器甲型，量程从零到六十；产地：德国\n名称：温度计；产地：法国"
    assert sentences(text) == text.split("\n")


def test_table_rows_stand_alone() -> None:
    assert sentences("Ada\t36\nbob\t41") == ["Ada\t36", "bob\t41"]


@pytest.mark.parametrize("unit", ["a. b ", "x\t\n", " ", "\n", ". ", "1.", "中。", "word\r"])
def test_a_million_characters_are_split_before_the_limit_of_a_test(unit: str) -> None:
    # Seconds where time grows with the length; many minutes where it grows with its square.
    text = unit * (1_000_000 // len(unit))
    spans = split_sentences(text)
    assert all(text[span.start : span.end].strip() for span in spans)
