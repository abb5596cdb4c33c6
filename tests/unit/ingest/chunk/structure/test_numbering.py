from __future__ import annotations

import pytest

from ragflow.ingest.chunk.numbering import Rank, number_of


@pytest.mark.parametrize(
    ("text", "rank"),
    [
        ("Part I", Rank.PART),
        ("TITLE IX", Rank.PART),
        ("第一编 总则", Rank.PART),
        ("Chapter 1: The start", Rank.CHAPTER),
        ("CHAPTER II.", Rank.CHAPTER),
        ("Chapter One", Rank.CHAPTER),
        ("Annex A", Rank.CHAPTER),
        ("第一章总则", Rank.CHAPTER),
        ("Section 3. Fees", Rank.SECTION),
        ("第二节　一般规定", Rank.SECTION),
        ("Article 5", Rank.ARTICLE),
        ("Art. 3 La loi", Rank.ARTICLE),
        ("Rule 12(b)", Rank.ARTICLE),
        ("第三十二条之一 略", Rank.ARTICLE),
        ("§ 5 Anwendung", Rank.PARAGRAPH),
        ("§§ 5", Rank.PARAGRAPH),
        ("一、总则", Rank.HAN),
        ("（一）目的", Rank.HAN_IN_BRACKETS),
        ("1. Introduction", Rank.NUMBER),
        ("3、目标", Rank.NUMBER),
        ("1.2 Scope", Rank.NUMBER_2),
        ("1.2.3 Scope", Rank.NUMBER_3),
        ("1.2.3.4 Scope", Rank.NUMBER_4),
    ],
)
def test_numbers_of_headings_are_read(text: str, rank: Rank) -> None:
    number = number_of(text)
    assert number is not None
    assert number.rank is rank


@pytest.mark.parametrize(
    "text",
    [
        "Section 5 of the Act provides",
        "Article 3 shall not apply",
        "Part of the deal",
        "Appendix and index",
        "Chapters 3 and 4",
        "第三条规定的事项",
        "第二条、第三条",
        "第五条的规定",
        "2020 was a year",
        "3.14",
        "",
    ],
)
def test_references_and_sentences_are_no_numbers(text: str) -> None:
    assert number_of(text) is None


def test_the_words_begin_where_the_number_ends() -> None:
    number = number_of("Chapter 1: The start")
    assert number is not None
    assert "Chapter 1: The start"[number.end :] == "The start"
