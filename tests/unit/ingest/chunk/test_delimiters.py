from __future__ import annotations

import pytest

from ragflow.domain.documents import Span
from ragflow.ingest.chunk.delimiters import delimiter_pattern, delimiter_strings, split_at


@pytest.mark.parametrize(
    ("notation", "expected"),
    [
        (r"\n", ("\n",)),
        ("\n!?", ("\n", "!", "?")),
        (r"\n`##`;", ("##", "\n", ";")),
        ("`a`", ("a",)),
        (r"`\n\n`\t", ("\n\n", "\t")),
        (r"\\n", ("\\", "n")),
        ("`", ("`",)),
        ("", ()),
    ],
)
def test_the_notation_is_read(notation: str, expected: tuple[str, ...]) -> None:
    assert delimiter_strings(notation) == expected


def pieces(text: str, notation: str) -> list[str]:
    split = split_at(text, Span(0, len(text)), delimiter_pattern(notation))
    return [text[span.start : span.end] for span in split.pieces]


def test_the_longest_delimiter_wins() -> None:
    assert pieces("a##b#c", "#`##`") == ["a", "b", "c"]


def test_the_letter_n_is_no_delimiter() -> None:
    assert pieces("one nine\nten", r"\n") == ["one nine", "ten"]


def test_visible_delimiters_are_dropped_and_blank_ones_need_no_drop() -> None:
    text = "a;b\nc"
    split = split_at(text, Span(0, 5), delimiter_pattern(r"\n;"))
    assert [drop.span for drop in split.drops] == [Span(1, 2)]
