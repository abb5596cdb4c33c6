from __future__ import annotations

import pytest

from ragflow.services.errors import NameTooLong
from ragflow.services.file_names import check_length, numbered, refusal


@pytest.mark.parametrize(
    ("name", "taken", "expected"),
    [
        ("a.txt", set(), "a.txt"),
        ("a.txt", {"A.txt"}, "a.txt"),
        ("a.txt", {"a.txt"}, "a(1).txt"),
        ("a.txt", {"a.txt", "a(1).txt"}, "a(2).txt"),
        ("a.b.txt", {"a.b.txt"}, "a.b(1).txt"),
    ],
)
def test_a_taken_name_gets_the_first_free_number(name: str, taken: set[str], expected: str) -> None:
    assert numbered(name, taken) == expected


@pytest.mark.parametrize("name", ["a/b.txt", "..\\a.txt", "a\0.txt", "a\n.txt", "\ud800.txt"])
def test_names_that_could_mean_a_path_or_are_no_text_are_refused(name: str) -> None:
    assert "must" in refusal(name)


def test_names_are_measured_in_bytes() -> None:
    check_length("é" * 127)
    with pytest.raises(NameTooLong):
        check_length("é" * 128)
