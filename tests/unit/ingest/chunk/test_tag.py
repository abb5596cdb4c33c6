from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ragflow.domain.documents import DropKind
from ragflow.ingest.extract import merge_duplicates


def tagged(chunked: Any) -> list[tuple[str, list[str]]]:
    return [(chunk.content, list(chunk.tags)) for chunk in chunked.chunks]


def test_a_text_has_the_tags_of_its_second_column(cut_file: Any) -> None:
    text = 'The pump leaks.,"repair, v1.2，pump,pump"\nIt is loud.,noise\n'
    chunked = cut_file("tag", "t.csv", text)
    assert tagged(chunked) == [
        ("The pump leaks.", ["repair", "v1_2", "pump"]),
        ("It is loud.", ["noise"]),
    ]
    assert set(chunked.chunks[0].tags.values()) == {1}
    assert {drop.kind for drop in chunked.drops} == {DropKind.TAG, DropKind.DELIMITER}


def test_lines_without_tags_extend_the_text_of_the_next(cut_file: Any) -> None:
    chunked = cut_file("tag", "t.txt", "first line\nsecond line\ta,b\nlast line\n")
    assert tagged(chunked) == [("first line\nsecond line", ["a", "b"])]
    assert chunked.warnings == ("Read 1 texts with tags; 1 failed, lines 3.",)


def test_every_sheet_of_a_workbook_is_read(cut_file: Any, workbook: Callable[..., bytes]) -> None:
    data = workbook(One=[("leaks", "repair"), ("lone", None)], Two=[("loud", "noise")])
    chunked = cut_file("tag", "t.xlsx", data)
    assert tagged(chunked) == [("leaks", ["repair"]), ("loud", ["noise"])]
    assert chunked.warnings == ("Read 2 texts with tags; 1 failed, sheet One, rows 2.",)


def test_a_text_that_comes_again_gathers_its_tags(cut_file: Any) -> None:
    chunked = merge_duplicates(cut_file("tag", "t.csv", "leaks,a\nleaks,b\n"))
    assert tagged(chunked) == [("leaks", ["a", "b"])]
