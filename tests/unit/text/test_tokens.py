from __future__ import annotations

from ragflow.text.tokens import count_tokens, split_tokens, truncate_tokens


def test_tokens_are_those_of_cl100k() -> None:
    assert count_tokens("hello world") == 2
    assert count_tokens("你好") == 2
    assert count_tokens("") == 0


def test_markers_of_models_are_plain_text() -> None:
    assert count_tokens("<|endoftext|>") > 1


def test_text_of_any_length_is_counted() -> None:
    assert count_tokens("word " * 500_000) >= 500_000


def test_a_lone_surrogate_counts_as_a_character() -> None:
    assert count_tokens("a \ud800 b") >= 3


def test_truncation_cuts_between_words() -> None:
    assert truncate_tokens("hello world again", 2) == "hello world"


def test_truncation_to_nothing_is_empty() -> None:
    assert truncate_tokens("hello", 0) == ""


def test_a_long_word_is_cut_within() -> None:
    spans = split_tokens("a" * 1000, 10)
    assert len(spans) > 1
    assert spans[0].start == 0
    assert spans[-1].end == 1000
